"""The data sets answer bad input with a sentence a person can use."""

import pytest
import torch

from course_lib import data
from tests.bad_input import assert_answers, assert_refuses_sizes

WORDS = data.Vocabulary(["a", "b"])


def moving(**named):
    small = {"count": 1, "steps": 1, "size": 8, "digits": 1, "source": "small"}
    return data.moving_digits(**(small | named))


@pytest.mark.parametrize("name", ["count", "steps", "size", "digits"])
def test_a_size_that_is_no_whole_number_from_1_on_is_refused(name):
    assert_refuses_sizes(moving, name)


def test_the_length_of_a_window_is_a_whole_number_from_1_on():
    numbers = torch.arange(6)
    assert_refuses_sizes(lambda **length: data.shifted_windows(numbers, **length), "length")


CALLS = {
    "seed": (lambda: moving(seed=-1), "seed", ["at least 0", "got -1"]),
    "seed as text": (lambda: moving(seed="1"), "seed", ["an int", "got str"]),
    "one speed": (lambda: moving(speed=3), "speed", ["the pair", "got 3"]),
    "three speeds": (lambda: moving(speed=(1, 2, 3)), "speed", ["the pair", r"got \(1, 2, 3\)"]),
    "speeds the wrong way round": (
        lambda: moving(speed=(5, 3)),
        "the fastest speed",
        ["at least 5", "got 3"],
    ),
    "endless speed": (lambda: moving(speed=(1, float("inf"))), "speed", ["finite", "got inf"]),
    "speed of no number": (lambda: moving(speed=(float("nan"), 1)), "speed", ["finite", "got nan"]),
    "speed as text": (lambda: moving(speed=("1", 2)), "speed", ["a number", "got str"]),
    "frame": (lambda: moving(size=7), "size", ["at least 8", "got 7"]),
    "source": (lambda: data.digit_images(["mnist"]), "source", ["one of 'mnist'", r"got \['mni"]),
    "split": (lambda: data.digit_images("small", []), "split", ["one of 'train'", r"got \[\]"]),
    "language": (lambda: data.udhr(None), "language", ["one of en, id, zh_CN", "got None"]),
    "text": (lambda: data.tokens(["a"]), "text", ["must be a str", "got list"]),
    "by": (lambda: data.tokens("a", by=None), "by", ["'word' or 'character'", "got None"]),
    "seen": (lambda: data.Vocabulary(5), "seen", ["hold tokens", "got int"]),
    "sequence": (lambda: WORDS.encode(5), "sequence", ["hold tokens", "got int"]),
    "numbers": (lambda: WORDS.decode(1), "numbers", ["hold ints", "got int"]),
    "number above": (lambda: WORDS.decode([3]), "numbers", ["from 0 to 2", "got 3"]),
    "number below": (lambda: WORDS.decode([-1]), "numbers", ["from 0 to 2", "got -1"]),
    "windows of a list": (
        lambda: data.shifted_windows([1, 2, 3], 1),
        "numbers",
        ["must be a torch.Tensor", "got list"],
    ),
    "windows of an image": (
        lambda: data.shifted_windows(torch.ones(2, 2), 1),
        "numbers",
        ["must have 1 dimensions", "got 2"],
    ),
    "long windows": (
        lambda: data.shifted_windows(torch.arange(3), 3),
        "length",
        ["3 tokens in numbers", "smaller", "got 3"],
    ),
}


@pytest.mark.parametrize("call,argument,words", CALLS.values(), ids=CALLS)
def test_a_bad_argument_is_named(call, argument, words):
    assert_answers(call, argument, words, (ValueError, TypeError, IndexError))
