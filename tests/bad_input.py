"""Ways to spoil one argument of a call, and what the answer has to say about it."""

import re

import pytest
import torch

SIZES = [0, -1, 1.5, "2", None, True]


def another_size(tensor, axis):
    return torch.cat([tensor, tensor.narrow(axis, 0, 1)], dim=axis)


# What is done to the tensor (on one of its axes), and the words that say what came and what was
# expected.
WAYS = {
    "axes": (
        lambda tensor, axis: tensor.unsqueeze(0),
        lambda tensor: [f"have {tensor.dim()} dimensions", f"got {tensor.dim() + 1}"],
    ),
    "size": (another_size, lambda tensor: ["got shape", "must be|must have"]),
    "dtype": (lambda tensor, axis: tensor.float(), lambda tensor: ["float32", "float64"]),
    "whole numbers": (lambda tensor, axis: tensor.long(), lambda tensor: ["int64", "float"]),
    "device": (lambda tensor, axis: tensor.to("meta"), lambda tensor: ["meta", "cpu"]),
    "a list": (
        lambda tensor, axis: tensor.tolist(),
        lambda tensor: ["must be a torch.Tensor", "got (list|float)"],
    ),
    "None": (lambda tensor, axis: None, lambda tensor: ["must be a torch.Tensor", "got NoneType"]),
}


def cases(calls, optional=(), free=()):
    """(call, argument, way) of every way to spoil every argument, with None where it means a thing.

    calls: name -> (function, arguments by name, axis whose size is spoilt). Of the arguments in
    ``free``, (call, argument), the size on that axis is nobody's business.
    """
    return [
        pytest.param(*calls[name], argument, way, id=f"{name}-{argument}-{way}")
        for name in calls
        for argument in calls[name][1]
        for way in WAYS
        if not (way == "None" and argument in optional)
        and not (way == "size" and (name, argument) in free)
    ]


def spoil(arguments, axis, argument, way):
    """The arguments with one of them spoilt, and the words of the answer."""
    change, words = WAYS[way]
    tensor = arguments[argument]
    axis = axis if tensor.dim() > axis else 0
    return arguments | {argument: change(tensor, axis)}, words(tensor)


def assert_answers(call, argument, words, errors=(ValueError, TypeError)):
    """The call fails with a sentence that has the argument's name and the words."""
    with pytest.raises(errors) as caught:
        call()
    message = str(caught.value)
    for word in (rf"(?<!\w){re.escape(argument)}(?!\w)", *words):
        assert re.search(word, message), f"{word!r} is not said in: {message}"
    return caught.value


def assert_refuses_sizes(make, name, values=SIZES):
    """``make(**{name: value})`` names the argument and the value (or its type), for each value."""
    for value in values:
        whole = isinstance(value, int) and not isinstance(value, bool)
        came = rf"got \D*{value}" if whole else f"got .*({type(value).__name__}|{value!r})"
        wanted = "at least|must be odd" if whole else r"must be (an int|\d int|a pair of ints)"
        error = ValueError if whole else TypeError
        assert_answers(lambda value=value: make(**{name: value}), name, [came, wanted], error)
