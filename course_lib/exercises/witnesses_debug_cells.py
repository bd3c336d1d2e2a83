"""The witnesses of the six cells: which tensors, which cells they are given to, which may hide."""

from functools import partial

import torch

from course_lib.exercises import faults_debug_conv as conv
from course_lib.exercises import faults_debug_lstm as lstm
from course_lib.exercises import faults_debug_recurrent as recurrent
from course_lib.exercises import faults_lstm_loop as lstm_loop
from course_lib.exercises.witnesses_debug import (
    NOT_HIDDEN,
    NOT_SEEN,
    NOT_ZERO,
    RUNS,
    STOPS,
    TRIVIAL,
    Witness,
    answers,
    seen_and_hidden,
    weights,
)

RIGHT = frozenset()
LAYER = ("w_ih", "w_hh", "b_ih", "b_hh")
REASONS = (NOT_SEEN, NOT_HIDDEN, STOPS, TRIVIAL)


def random(*shape):
    generator = torch.Generator().manual_seed(sum(shape))
    return torch.randn(shape, generator=generator, dtype=torch.float64)


def rnn_weights(inputs: int, hidden: int, gates: int = 1):
    shapes = ((gates * hidden, inputs), (gates * hidden, hidden), (gates * hidden,))
    return weights(dict(zip(LAYER, (*shapes, shapes[-1]), strict=True)))


# Cell A: its weights are kept here, so that its answer does not change by chance.
def judge_a(first: dict, second: dict):
    def run(given: dict, on):
        return [
            answers(lstm.cell, on, given["x"], (given["h"], given["c"]), *w.values())
            for w in rnn_weights(given["x"].shape[1], given["h"].shape[1], 4)
        ]

    broken = lstm.BROKEN_A - {"drawn-anew"}
    stops = all(answer is None for answer in run(first, broken))
    silent = run(second, broken)
    zero = all(answer is not None and not torch.cat(answer).any() for answer in silent)
    said = ["runs"] * (not stops) + ["not-zero"] * (not zero)
    if zero and not second["x"].all():
        zero = False
        said.append("trivial")
    return stops, zero, said


def zeros_and(x):
    return x, torch.zeros(len(x), len(x)), torch.zeros(len(x), len(x))


A = Witness(
    axes={"x": "B I", "h": "B H", "c": "B H"},
    names=("x", "h", "c"),
    judge=judge_a,
    right=lambda: ((random(2, 3), random(2, 4), random(2, 4)), zeros_and(random(4, 3))),
    spoiled={
        "runs": lambda: (zeros_and(random(4, 3)), zeros_and(random(4, 3))),
        "not-zero": lambda: ((random(2, 3), random(2, 4), random(2, 4)),
                             (random(4, 3), random(4, 4), random(4, 4))),
        "trivial": lambda: ((random(2, 3), random(2, 4), random(2, 4)),
                            zeros_and(torch.zeros(4, 3))),
    },
    reasons=(RUNS, NOT_ZERO, TRIVIAL),
)  # fmt: skip


def run_b(given: dict):
    input, states = given["input"], (given["h_0"], given["c_0"])
    for w in rnn_weights(input.shape[2], given["h_0"].shape[1], 4):
        exchanged = input.transpose(0, 1)
        broken = answers(lstm_loop.forward, lstm.BROKEN_B, exchanged, states, *w.values())
        if broken:
            broken = (broken[0].transpose(0, 1), *broken[1:])
        yield broken, answers(lstm_loop.forward, RIGHT, input, states, *w.values())


def states_of(rows: int, hidden: int):
    return random(rows, hidden), random(rows, hidden)


B = Witness(
    axes={"input": "B T I", "h_0": "B H", "c_0": "B H"},
    names=("input", "h_0", "c_0"),
    judge=partial(
        seen_and_hidden, lambda given: list(run_b(given)),
        lambda given: bool(given["input"].all() and given["c_0"].all()),
    ),
    right=lambda: (
        (random(3, 3, 2), *states_of(3, 4)),
        (random(1, 1, 2), torch.zeros(1, 4), random(1, 4)),
    ),
    spoiled={
        "not-seen": lambda: ((random(1, 1, 2), torch.zeros(1, 4), random(1, 4)),) * 2,
        "not-hidden": lambda: ((random(3, 3, 2), *states_of(3, 4)),) * 2,
        "stops": lambda: (
            (random(3, 5, 2), *states_of(3, 4)),
            (random(1, 1, 2), torch.zeros(1, 4), random(1, 4)),
        ),
        "trivial": lambda: (
            (random(3, 3, 2), *states_of(3, 4)),
            (torch.zeros(1, 1, 2), torch.zeros(1, 4), torch.zeros(1, 4)),
        ),
    },
    reasons=REASONS,
)  # fmt: skip


def gru_layer(inputs: int, hidden: int, scale: float = 1.0):
    shapes = ((3 * hidden, inputs), (3 * hidden, hidden), (3 * hidden,), (3 * hidden,))
    return tuple(random(*shape) * scale for shape in shapes)


def run_c(given: dict):
    layers = [tuple(given[f"{name}_l{k}"] for name in LAYER) for k in (0, 1)]
    arguments = given["input"], given["h_0"], *layers
    return [
        (answers(recurrent.gru, recurrent.BROKEN_C, *arguments),
         answers(recurrent.gru, RIGHT, *arguments))
    ]  # fmt: skip


def two_layers(upper: float, same_start: bool, scale: float = 1.0, length: int = 5):
    h_0 = random(2, 3, 4)
    h_0 = h_0[:1].expand(2, -1, -1).clone() if same_start else h_0
    return (
        random(3, length, 2) * scale,
        h_0 * scale,
        gru_layer(2, 4),
        gru_layer(4, 4, upper),
    )


C = Witness(
    axes={
        "input": "B T I", "h_0": "2 B H",
        "w_ih_l0": "3H I", "w_hh_l0": "3H H", "b_ih_l0": "3H", "b_hh_l0": "3H",
        "w_ih_l1": "3H H", "w_hh_l1": "3H H", "b_ih_l1": "3H", "b_hh_l1": "3H",
    },
    names=("input", "h_0", *(tuple(f"{name}_l{k}" for name in LAYER) for k in (0, 1))),
    judge=partial(
        seen_and_hidden, run_c,
        lambda given: bool(
            given["input"].all() and given["h_0"].all() and given["input"].shape[1] >= 2
        ),
    ),
    right=lambda: (two_layers(1.0, False), two_layers(0.0, True)),
    spoiled={
        "not-seen": lambda: (two_layers(0.0, True), two_layers(0.0, True)),
        "not-hidden": lambda: (two_layers(1.0, False), two_layers(1.0, False)),
        "trivial": lambda: (two_layers(1.0, False), two_layers(0.0, True, 0.0)),
    },
    reasons=(NOT_SEEN, NOT_HIDDEN, TRIVIAL),
)  # fmt: skip


def run_d(given: dict):
    found = []
    inputs, hidden = given["input"].shape[2], given["h_0"].shape[2]
    for both in zip(rnn_weights(inputs, hidden), rnn_weights(inputs, hidden)[::-1], strict=True):
        arguments = given["input"], given["h_0"], *(tuple(w.values()) for w in both)
        found.append((answers(recurrent.birnn, recurrent.BROKEN_D, *arguments),
                      answers(recurrent.birnn, RIGHT, *arguments)))  # fmt: skip
    return found


D = Witness(
    axes={"input": "B T I", "h_0": "2 B H"},
    names=("input", "h_0"),
    judge=partial(seen_and_hidden, run_d, lambda given: bool(given["input"].all())),
    right=lambda: ((random(3, 5, 2), random(2, 3, 4)), (random(3, 1, 2), random(2, 3, 4))),
    spoiled={
        "not-seen": lambda: ((random(3, 1, 2), random(2, 3, 4)),) * 2,
        "not-hidden": lambda: ((random(3, 5, 2), random(2, 3, 4)),) * 2,
        "trivial": lambda: (
            (random(3, 5, 2), random(2, 3, 4)),
            (torch.zeros(3, 1, 2), random(2, 3, 4)),
        ),
    },
    reasons=(NOT_SEEN, NOT_HIDDEN, TRIVIAL),
)


def run_e(given: dict):
    C, D = given["x"].shape[1], given["h"].shape[1]
    shapes = {"w_x": (4 * D, C, 3, 3), "w_h": (4 * D, D, 3, 3), "b": (4 * D,)}
    found = []
    for w in weights(shapes):
        peepholes = (given[name] for name in conv.PEEPHOLES)
        arguments = given["x"], (given["h"], given["c"]), *w.values(), *peepholes
        found.append((answers(conv.step, conv.BROKEN_E, *arguments),
                      answers(conv.step, RIGHT, *arguments)))  # fmt: skip
    return found


def picture(peephole: float, scale: float = 1.0):
    maps = (random(3, 5, 6) * peephole for _k in range(3))
    return random(2, 2, 5, 6) * scale, random(2, 3, 5, 6), random(2, 3, 5, 6) * scale, *maps


E = Witness(
    axes={
        "x": "B C H W", "h": "B D H W", "c": "B D H W",
        "w_ci": "D H W", "w_cf": "D H W", "w_co": "D H W",
    },
    names=("x", "h", "c", "w_ci", "w_cf", "w_co"),
    judge=partial(
        seen_and_hidden, run_e, lambda given: bool(given["x"].all() and given["c"].all())
    ),
    right=lambda: (picture(1.0), picture(0.0)),
    spoiled={
        "not-seen": lambda: (picture(0.0), picture(0.0)),
        "not-hidden": lambda: (picture(1.0), picture(1.0)),
        "trivial": lambda: (picture(1.0), picture(0.0, 0.0)),
    },
    reasons=(NOT_SEEN, NOT_HIDDEN, TRIVIAL),
)  # fmt: skip


def run_f(given: dict):
    found = []
    for w in rnn_weights(given["input"].shape[2], given["h_0"].shape[1]):
        output = recurrent.rnn(RIGHT, given["input"], given["h_0"], *w.values())
        arguments = given["grad_output"], given["input"], given["h_0"], output, *w.values()
        found.append((answers(recurrent.rnn_backward, recurrent.BROKEN_F, *arguments),
                      answers(recurrent.rnn_backward, RIGHT, *arguments)))  # fmt: skip
    return found


def upstream(only_first: bool, length: int = 4):
    grad_output = random(3, length, 5)
    if only_first:
        grad_output[:, 1:] = 0
    return grad_output, random(3, length, 2), random(3, 5)


F = Witness(
    axes={"grad_output": "B T H", "input": "B T I", "h_0": "B H"},
    names=("grad_output", "input", "h_0"),
    judge=partial(
        seen_and_hidden, run_f,
        lambda given: bool(
            given["grad_output"].any() and given["input"].all() and given["input"].shape[1] >= 3
        ),
    ),
    right=lambda: (upstream(False), upstream(True)),
    spoiled={
        "not-seen": lambda: (upstream(True), upstream(True)),
        "not-hidden": lambda: (upstream(False), upstream(False)),
        "trivial": lambda: (upstream(False), upstream(True, 1)),
    },
    reasons=(NOT_SEEN, NOT_HIDDEN, TRIVIAL),
)  # fmt: skip

WITNESSES = {"a": A, "b": B, "c": C, "d": D, "e": E, "f": F}
