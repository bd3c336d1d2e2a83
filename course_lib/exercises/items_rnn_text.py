"""The data items of the RNN assignment: words, their numbers, windows, and batches in rows.

The oracles count and cut in other ways than the answers: word by word, and with torch's unfold.
"""

from functools import partial

import torch

from course_lib.exercises import asked_rnn_text as asked
from course_lib.exercises import cases_rnn_text as made
from course_lib.exercises import faults_rnn_text as faulty
from course_lib.exercises import messages_rnn_text as messages
from course_lib.exercises.spec import Aspect, Item
from course_lib.i18n import N_


def right_numbers(sentence: str, vocabulary: list[str]):
    """The oracle of ``encode``: each word is looked for from the start of the list."""
    places = []
    for word in sentence.lower().split():
        found = [k for k, known in enumerate(vocabulary) if known == word]
        places += found[:1] or [0]
    return torch.tensor(places, dtype=torch.int64)


def right_windows(numbers, length: int):
    """The oracle of ``shifted_windows``: torch cuts windows one word longer, then both ends go."""
    longer = numbers.unfold(0, length + 1, 1)
    return longer[:, :-1], longer[:, 1:]


def right_batches(numbers, batch_size: int, length: int):
    """The oracle of ``stateful_batches``: every number is fetched from its place in the text."""
    per_row = (len(numbers) - 1) // batch_size
    row, step = torch.arange(batch_size)[:, None], torch.arange(length)
    places = [row * per_row + k * length + step for k in range(per_row // length)]
    return [(numbers[place], numbers[place + 1]) for place in places]


def aspect(id, title, weight, role="ordinary", observe="values", **more) -> Aspect:
    return Aspect(id, title, weight, role, observe, **more)


UNTOUCHED = N_("the arguments stay as they were")
common = {"kind": "function", "chapter": "language"}

VOCABULARY = Item(
    id="build_vocabulary",
    title=N_("The vocabulary"),
    points=6,
    name="build_vocabulary",
    signature="build_vocabulary(sentences)",
    result="words",
    arguments=("sentences",),
    returns="words",
    sentence=messages.WORDS,
    axes=lambda case: {"words": "V", "set(words)": "V", "sentences": "S"},
    axis_names={"V": N_("place"), "S": N_("sentence")},
    cases=made.vocabulary_cases,
    oracle=made.right_vocabulary,
    candidate=lambda on: partial(faulty.build_vocabulary, on),
    aspects=(
        aspect("words", N_("the words, in their order"), 64, basic=True),
        aspect("blanks", N_("blanks and empty sentences"), 20, "blanks", fault="empty-words"),
        aspect("untouched", UNTOUCHED, 8, observe="arguments_after"),
        aspect("again", N_("a second call"), 8, observe="second_call", fault="keeps-state"),
    ),
    faults=tuple(messages.VOCABULARY),
    observations={
        "values": asked.vocabulary,
        "second_call": asked.vocabulary_again,
        "arguments_after": asked.sentences_after,
    },
    spell=asked.spell,
    **common,
)

ENCODE = Item(
    id="encode",
    title=N_("Words as numbers"),
    points=4,
    name="encode",
    signature="encode(sentence, vocabulary)",
    result="numbers",
    arguments=("sentence", "vocabulary"),
    returns="numbers",
    sentence=messages.NUMBERS,
    axes=lambda case: {"numbers": "T", "vocabulary": "V"},
    axis_names={"T": N_("word"), "V": N_("place")},
    cases=made.encode_cases,
    oracle=right_numbers,
    candidate=lambda on: partial(faulty.encode, on),
    aspects=(
        aspect("numbers", N_("the numbers of known words"), 50, basic=True),
        aspect("unknown", N_("unknown words"), 30, "unknown", fault="unknown-words"),
        aspect("empty", N_("a sentence without words"), 12, "empty", fault="empty-float"),
        aspect("untouched", UNTOUCHED, 8, "unknown", "arguments_after"),
    ),
    faults=tuple(messages.ENCODE),
    observations={"arguments_after": asked.vocabulary_after},
    **common,
)

WINDOWS = Item(
    id="shifted_windows",
    title=N_("Windows and their targets"),
    points=6,
    name="shifted_windows",
    signature="shifted_windows(numbers, length)",
    result="inputs, targets",
    arguments=("numbers", "length"),
    returns=("inputs", "targets"),
    sentence=messages.WINDOWS,
    axes=lambda case: {"numbers": "N", "inputs": "W T", "targets": "W T"},
    axis_names={"N": N_("word"), "W": N_("window")},
    cases=made.windows_cases,
    oracle=right_windows,
    candidate=lambda on: partial(faulty.shifted_windows, on),
    aspects=(
        aspect("inputs", N_("the inputs"), 36, only=("inputs",), basic=True),
        aspect("targets", N_("the targets"), 36, only=("targets",), basic=True),
        aspect("ones", N_("a single window, a single time step"), 20, "ones"),
        aspect("untouched", UNTOUCHED, 8, observe="arguments_after"),
    ),
    faults=tuple(messages.SHIFTED),
    **common,
)

BATCHES = Item(
    id="stateful_batches",
    title=N_("Batches for a carried state"),
    points=8,
    name="stateful_batches",
    signature="stateful_batches(numbers, batch_size, length)",
    result="[(inputs, targets), ...]",
    arguments=("numbers", "batch_size", "length"),
    returns=("inputs", "targets"),
    sentence=messages.ROWS,
    axes=lambda case: {"numbers": "N", "inputs": "K B T", "targets": "K B T"},
    axis_names={"N": N_("word"), "K": N_("number of the batch"), "B": N_("row")},
    cases=made.batches_cases,
    oracle=right_batches,
    candidate=lambda on: partial(faulty.stateful_batches, on),
    aspects=(
        aspect("inputs", N_("the inputs"), 28, only=("inputs",), basic=True),
        aspect("targets", N_("the targets"), 28, only=("targets",), basic=True),
        aspect("order", N_("each batch continues the one before"), 20,
               observe="in_order", fault="shuffled"),
        aspect("edges", N_("one row, one step, one batch, no rest"), 16, "edges"),
        aspect("untouched", UNTOUCHED, 8, observe="arguments_after"),
    ),
    faults=tuple(messages.BATCHES),
    observations={
        "values": asked.batches,
        "in_order": asked.batches_in_order,
        "arguments_after": asked.numbers_after,
    },
    **common,
)  # fmt: skip

TEXT = (VOCABULARY, ENCODE, WINDOWS, BATCHES)
