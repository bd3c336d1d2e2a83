"""The models and the training loop answer bad input with a sentence a person can use."""

from importlib.metadata import version

import pytest
import torch
from torch import nn

from course_lib import models
from course_lib.errors import CourseError
from course_lib.models import ConvNowcaster, FullyConnectedNowcaster, LanguageModel
from course_lib.models.recorded import record, recorded
from tests.bad_input import assert_answers, assert_refuses_sizes

TEXT = LanguageModel(5)
FILM = torch.rand(2, 3, 1, 8, 8)
NUMBERS = torch.zeros(2, 3, dtype=torch.int64)
LINE = NUMBERS[0]
CONV, DENSE = ConvNowcaster(2, 3), FullyConnectedNowcaster(8, 2)


def fit(**named):
    usual = {
        "model": nn.Linear(1, 1),
        "batches": models.shuffled(torch.ones(2, 1), batch_size=1),
        "loss": lambda model, x: model(x).sum(),
        "epochs": 1,
        "progress": False,
    }
    return models.fit(**(usual | named))


SIZES = {
    "LanguageModel": (
        lambda **kw: LanguageModel(**({"vocabulary_size": 3} | kw)),
        ["vocabulary_size", "embedding_size", "hidden_size", "num_layers"],
    ),
    "ConvNowcaster": (
        lambda **kw: ConvNowcaster(**({"hidden_channels": 2} | kw)),
        ["hidden_channels", "kernel_size", "num_layers", "patch"],
    ),
    "FullyConnectedNowcaster": (
        lambda **kw: FullyConnectedNowcaster(**({"image_size": 4, "hidden_size": 2} | kw)),
        ["image_size", "num_layers"],
    ),
    "repeat_last": (lambda **kw: models.repeat_last(FILM, **kw), ["steps"]),
    "ConvNowcaster's forecast": (lambda **kw: CONV(FILM, **kw), ["steps"]),
    "FullyConnectedNowcaster's forecast": (lambda **kw: DENSE(FILM, **kw), ["steps"]),
    "shuffled": (lambda **kw: models.shuffled(torch.ones(2), **kw), ["batch_size"]),
    "fit": (fit, ["epochs"]),
}


@pytest.mark.parametrize(
    "make,name",
    [(make, name) for make, names in SIZES.values() for name in names],
    ids=[f"{make}-{name}" for make in SIZES for name in SIZES[make][1]],
)
def test_a_size_that_is_no_whole_number_from_1_on_is_refused(make, name):
    assert_refuses_sizes(make, name)


TENSORS = {
    "LanguageModel": (lambda numbers: TEXT(numbers), {"numbers": NUMBERS}),
    "next_token_loss": (
        lambda **kw: models.next_token_loss(TEXT, **kw),
        {"inputs": NUMBERS, "targets": NUMBERS},
    ),
    "perplexity": (
        lambda **kw: models.perplexity(TEXT, **kw),
        {"inputs": NUMBERS, "targets": NUMBERS},
    ),
    "sample": (lambda prompt: models.sample(TEXT, prompt, 1), {"prompt": LINE}),
    "ConvNowcaster": (lambda frames: CONV(frames, 2), {"frames": FILM}),
    "FullyConnectedNowcaster": (lambda frames: DENSE(frames, 2), {"frames": FILM}),
    "sequence_loss": (
        lambda **kw: models.sequence_loss(CONV, **kw),
        {"frames": FILM, "future": FILM},
    ),
    "errors_by_lead_time": (models.errors_by_lead_time, {"prediction": FILM, "future": FILM}),
    "repeat_last": (lambda frames: models.repeat_last(frames, 2), {"frames": FILM}),
}
NAMED = [
    pytest.param(function, arguments, name, call == "repeat_last", id=f"{call}-{name}")
    for call, (function, arguments) in TENSORS.items()
    for name in arguments
]


@pytest.mark.parametrize("function,arguments,name,free", NAMED)
def test_a_tensor_that_does_not_fit_is_named(function, arguments, name, free):
    """``free``: any dtype and device will do."""
    function(**arguments)  # which is right before it is spoilt
    tensor = arguments[name]
    spoilt = {
        "list": (tensor.tolist(), ["must be a torch.Tensor", "got list"]),
        "axes": (tensor[None], [f"have {tensor.dim()} dim", f"got {tensor.dim() + 1}"]),
        "device": (tensor.to("meta"), ["meta", "cpu"]),
    }
    if name in ("inputs", "targets", "future"):
        spoilt["size"] = (torch.cat([tensor, tensor]), ["must be", "got shape"])
    if tensor.dtype == torch.int64:
        spoilt["dtype"] = (tensor.float(), ["int64", "float32"])
        spoilt["above"] = (tensor + 5, ["from 0 to 4", "numbers 5 to 5"])
        spoilt["below"] = (tensor - 1, ["from 0 to 4", "numbers -1 to -1"])
    elif free:
        del spoilt["device"]
    else:
        spoilt["dtype"] = (tensor.double(), ["float64", "float32"])
    for value, words in spoilt.values():
        assert_answers(lambda value=value: function(**(arguments | {name: value})), name, words)


CALLS = {
    "LSTMP of one unit": (
        lambda: LanguageModel(3, "LSTMP", hidden_size=1),
        "hidden_size",
        ["at least 2", "got 1"],
    ),
    "cell": (lambda: LanguageModel(3, []), "cell", ["one of RNN", r"got \[\]"]),
    "dropout": (lambda: LanguageModel(3, dropout=2), "dropout", ["between 0 and 1", "got 2"]),
    "steps of a sample": (lambda: models.sample(TEXT, LINE, -1), "steps", ["at least 0", "got -1"]),
    "temperature": (
        lambda: models.sample(TEXT, LINE, 1, temperature=float("nan")),
        "temperature",
        ["finite", "got nan"],
    ),
    "temperature as text": (
        lambda: models.sample(TEXT, LINE, 1, temperature="hot"),
        "temperature",
        ["a number", "got str"],
    ),
    "seed": (lambda: models.sample(TEXT, LINE, 1, seed=1.5), "seed", ["an int", "got float"]),
    "prompt": (lambda: models.sample(TEXT, LINE[:0], 1), "prompt", ["T >= 1", r"got shape \(0,\)"]),
    "image cut into patches": (
        lambda: ConvNowcaster(2, patch=3, image_size=8),
        "image_size",
        ["multiple of patch=3", "got 8"],
    ),
    "frames of another size": (
        lambda: DENSE(torch.rand(2, 3, 1, 9, 9), 1),
        "frames",
        [r"must be \(B, T, 1, 8, 8\)", r"got shape \(2, 3, 1, 9, 9\)"],
    ),
    "frames in colour": (
        lambda: CONV(torch.rand(2, 3, 3, 8, 8), 1),
        "frames",
        [r"must be \(B, T, 1, H, W\)", r"got shape \(2, 3, 3, 8, 8\)"],
    ),
    "no frames": (lambda: CONV(FILM[:, :0], 1), "frames", ["at least 1", "got 0"]),
    "no last frame": (
        lambda: models.repeat_last(FILM[:, :0], 1),
        "frames",
        ["at least 1", "got 0"],
    ),
    "no future": (
        lambda: models.sequence_loss(CONV, FILM, FILM[:, :0]),
        "future",
        ["at least 1", "got 0"],
    ),
    "a model that is none": (lambda: fit(model=None), "model", ["torch.nn.Module", "got NoneType"]),
    "batches": (lambda: fit(batches=[1]), "batches", ["must be a function", "got list"]),
    "loss": (lambda: fit(loss=0.5), "loss", ["must be a function", "got float"]),
    "validate": (lambda: fit(validate=0.5), "validate", ["must be a function", "got float"]),
    "clip": (lambda: fit(clip=-1), "clip", ["at least 0", "got -1"]),
    "clip of nothing": (lambda: fit(clip=0), "clip", ["above 0", "got 0"]),
    "seed of a run": (lambda: fit(seed=-1), "seed", ["at least 0", "got -1"]),
    "a loss for each row": (
        lambda: fit(loss=lambda model, x: torch.ones(3)),
        "loss",
        ["must return a scalar", r"got shape \(3,\)"],
    ),
    "a loss that is a float": (
        lambda: fit(loss=lambda model, x: 1.0),
        "loss",
        ["must be a torch.Tensor", "got float"],
    ),
    "nothing to shuffle": (
        lambda: models.shuffled(batch_size=1),
        "tensors",
        ["at least one", "got none"],
    ),
    "a list to shuffle": (
        lambda: models.shuffled([1], batch_size=1),
        "tensors",
        ["must be a torch.Tensor", "got list"],
    ),
    "different numbers of rows": (
        lambda: models.shuffled(torch.ones(2), torch.ones(3), batch_size=1),
        "tensors",
        ["same number of rows", r"got shapes \(2,\), \(3,\)"],
    ),
}


@pytest.mark.parametrize("call,argument,words", CALLS.values(), ids=CALLS)
def test_anything_else_that_does_not_fit_is_named(call, argument, words):
    assert_answers(call, argument, words)


def test_a_record_that_does_not_exist_names_those_that_do():
    with pytest.raises(CourseError, match="called nothing; there are"):
        recorded("nothing")


def test_a_record_says_what_made_it_and_comes_back(tmp_path, monkeypatch):
    monkeypatch.setattr("course_lib.models.recorded.FOLDER", tmp_path)
    record("it", "course_lib.models.x", {"loss": [1.5]}, seeds=[3], seconds=2.4)
    back = recorded("it")
    assert (back["results"], back["seeds"], back["seconds"]) == ({"loss": [1.5]}, [3], 2)
    assert back["versions"]["torch"] == version("torch")
