"""Other layouts of the same ConvLSTM. The statement fixes one; the others are named, not guessed.

A student who follows another layout is right when asked in that layout; that is the proof.
"""

from dataclasses import replace
from itertools import permutations

import torch

from course_lib.exercises.conventions_lstm import convention as lstm_convention
from course_lib.exercises.conventions_lstm import exchanged
from course_lib.exercises.spec import Case, Convention, Probe
from course_lib.i18n import N_

STACKED = ("w_x", "w_h", "b")


def convention(*texts, look="convlstm-scratch", **more) -> Convention:
    made = lstm_convention(*texts, **more)
    return replace(made, message=replace(made.message, look=look))


def stacked_as(order: str):
    """Ask with the four blocks rearranged from i, f, g, o to ``order``."""

    def ask(case: Case) -> Case:
        changed = {}
        for name in STACKED:
            blocks = dict(zip("ifgo", case.tensors[name].chunk(4), strict=True))
            changed[name] = torch.cat([blocks[gate] for gate in order])
        return case.with_tensors(**changed)

    return ask


GATE_ORDERS = tuple(
    convention(
        f"gate-order-{''.join(order)}",
        N_("Your numbers are right for weights stacked in the order {order}."),
        N_("The weights are read as stacked in the order {order}."),
        N_("Papers and libraries differ in this order; here it is i, f, g, o, as in torch."),
        3,
        ask=stacked_as("".join(order)),
        params={"order": ", ".join(order)},
    )
    for order in permutations("ifgo")
    if "".join(order) != "ifgo"
)


def changed(change, *names):
    """Ask with these tensors changed, those that the case has."""

    def ask(case: Case) -> Case:
        there = {n: case.tensors[n] for n in names if case.tensors.get(n) is not None}
        return case.with_tensors(**{n: change(t) for n, t in there.items()})

    return ask


def _flipped(kernel):
    return kernel.flip(-1, -2)


def _exchanged(kernel):
    return kernel.transpose(0, 1).contiguous()


KERNELS = (
    convention(
        "kernels-flipped",
        N_("Your numbers are right for kernels that are flipped, up and down, left and right."),
        N_("The kernels are read flipped, up and down, left and right."),
        N_("That is a convolution as mathematics has it. Torch's does not flip the kernel."),
        2,
        ask=changed(_flipped, "w_x", "w_h"),
    ),
    convention(
        "kernels-input-first",
        N_("Your numbers are right for kernels stored with the channels that go in first."),
        N_("The kernels are read as stored with the channels that go in first."),
        N_("Torch stores first what comes out, then what goes in."),
        2,
        ask=changed(_exchanged, "w_x", "w_h"),
    ),
)
STATE_ORDER = (
    convention(
        "state-order",
        N_("Your numbers are right when the given state is (c, h) instead of (h, c)."),
        N_("The given state is taken for (c, h) instead of (h, c)."),
        N_("Some libraries put the cell state first. Here the hidden state comes first."),
        5,
        ask=exchanged("h", "c"),
    ),
)
OF_CELL = (*STATE_ORDER, *KERNELS, *GATE_ORDERS)


def _time_and_batch(tensor):
    return tensor.transpose(0, 1).contiguous()


def _swapped(name):
    def answer(values):
        value = values[name]
        return {**values, name: value.transpose(0, 1) if value.ndim == 5 else value}

    return answer


_INPUT_ONLY = N_(
    "Your numbers are right when time is the first axis of input; output is batch first."
)


def time_first(name: str) -> tuple[Convention, ...]:
    """Sequences with time as the first axis; ``name`` is that of the returned sequence."""
    look = "network-scratch"
    return (
        convention(
            "time-first",
            N_("Your numbers are right when time is the first axis of input and output."),
            N_("Time is taken for the first axis of input and output."),
            N_("torch's own default is time first; the sequences of this notebook are not."),
            1,
            ask=changed(_time_and_batch, "input"),
            answer=_swapped(name),
            look=look,
        ),
        convention(
            "input-time-first",
            _INPUT_ONLY,
            N_("Time is taken for the first axis of input; output is batch first."),
            N_("Both should have the same layout: batch first."),
            1,
            ask=changed(_time_and_batch, "input"),
            look=look,
        ),
        convention(
            "output-time-first",
            N_("Your output has time as its first axis; all its numbers are right."),
            N_("Your output has time as its first axis."),
            N_("It was probably stacked along the first axis. It should be batch first."),
            1,
            answer=_swapped(name),
            look=look,
        ),
    )


_RIGHT = N_("Your numbers are right whenever {what} is zero, and wrong otherwise.")
OF_ZERO = tuple(
    Probe(f"zero-{id}", _RIGHT, changed(torch.zeros_like, *names), {"what": what})
    for id, what, names in (
        ("states", N_("the given state"), ("h", "c")),
        ("h", N_("the given hidden state"), ("h",)),
        ("c", N_("the given cell state"), ("c",)),
        ("w_h", "w_h", ("w_h",)),
        ("w_x", "w_x", ("w_x",)),
        ("input", N_("the input"), ("x",)),
        ("b", "b", ("b",)),
        ("peepholes", N_("every peephole"), ("w_ci", "w_cf", "w_co")),
        ("w_ci", "w_ci", ("w_ci",)),
        ("w_cf", "w_cf", ("w_cf",)),
        ("w_co", "w_co", ("w_co",)),
    )
)
