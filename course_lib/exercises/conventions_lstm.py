"""Other layouts of the same LSTM. The statement fixes one; the others are named, not guessed.

A student who follows another layout is right when asked in that layout; that is the proof.
"""

from itertools import permutations

import torch

from course_lib.exercises.spec import Case, Convention, Message, Probe
from course_lib.i18n import N_

STACKED = ("w_ih", "w_hh", "b_ih", "b_hh")


def convention(id, what, beside, why, sentence, ask=None, answer=None, params=None):
    """``beside`` says the same without "your numbers are right", for use beside a fault."""
    look, kind = "lstm-scratch", "convention"
    message = Message(id, what, why, look, params or {}, sentence, kind, beside)
    keep = {"ask": ask, "answer": answer}
    return Convention(message, **{name: f for name, f in keep.items() if f})


def stacked_as(order: str):
    """Ask with the four blocks of rows rearranged from i, f, g, o to ``order``."""

    def ask(case: Case) -> Case:
        changed = {}
        for name in STACKED:
            blocks = dict(zip("ifgo", case.tensors[name].chunk(4), strict=True))
            changed[name] = torch.cat([blocks[gate] for gate in order])
        return case.with_tensors(**changed)

    return ask


def transposed(*names: str):
    def ask(case: Case) -> Case:
        present = {n: case.tensors[n] for n in names if case.tensors.get(n) is not None}
        return case.with_tensors(**{n: t.T.contiguous() for n, t in present.items()})

    return ask


def exchanged(first: str, second: str):
    def ask(case: Case) -> Case:
        tensors = case.tensors
        return case.with_tensors(**{first: tensors[second], second: tensors[first]})

    return ask


def swap_batch_and_time(case: Case) -> Case:
    return case.with_tensors(input=case.tensors["input"].transpose(0, 1).contiguous())


def swap_output(values):
    output = values["output"]
    return {**values, "output": output.transpose(0, 1) if output.ndim == 3 else output}


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

TRANSPOSED = tuple(
    convention(
        f"transposed-{'-'.join(names)}",
        N_("Your numbers are right for {names} stored the other way round (transposed)."),
        N_("These are read as stored the other way round (transposed): {names}."),
        N_("Books multiply by a matrix with the inputs as rows; torch stores the transpose of it."),
        sentence,
        ask=transposed(*names),
        params={"names": ", ".join(names)},
    )
    for names, sentence in (
        (("w_ih",), 2),
        (("w_hh",), 2),
        (("w_ih", "w_hh"), 2),
        (("w_hr",), 10),
    )
)

TIME_FIRST = (
    convention(
        "time-first",
        N_("Your numbers are right when time is the first axis of input and output."),
        N_("Time is taken for the first axis of input and output."),
        N_("torch's own default is time first; the functions of this notebook are batch first."),
        1,
        ask=swap_batch_and_time,
        answer=swap_output,
    ),
    convention(
        "input-time-first",
        N_("Your numbers are right when time is the first axis of input; output is batch first."),
        N_("Time is taken for the first axis of input; output is batch first."),
        N_("Both should have the same layout: batch first."),
        1,
        ask=swap_batch_and_time,
    ),
    convention(
        "output-time-first",
        N_("Your output has time as its first axis; all its numbers are right."),
        N_("Your output has time as its first axis."),
        N_("It was probably stacked along the first axis. It should be batch first."),
        1,
        answer=swap_output,
    ),
)


def batch_summed(values):
    """Averages over the batch turned into sums."""
    rows = values["grad_input"].shape[0]
    weights = ("grad_w_ih", "grad_w_hh", "grad_b_ih", "grad_b_hh")
    return {name: t * rows if name in weights else t for name, t in values.items()}


def turned(*names: str):
    def answer(values):
        return {name: t.T if name in names and t.ndim == 2 else t for name, t in values.items()}

    return answer


AVERAGED = convention(
    "averaged-over-batch",
    N_("Your gradients of the weights are right when averaged over the batch."),
    N_("The gradients of the weights are averaged over the batch."),
    N_("Some courses do so. Here they are summed, as autograd does: the loss decides on a mean."),
    11,
    answer=batch_summed,
)
GRADIENTS_TRANSPOSED = tuple(
    convention(
        f"gradient-transposed-{'-'.join(names)}",
        N_("The numbers of these gradients are right, and transposed: {names}."),
        N_("These gradients are transposed: {names}."),
        N_("A gradient has the shape of what it is the gradient of."),
        11,
        answer=turned(*(f"grad_{name}" for name in names)),
        params={"names": ", ".join(names)},
    )
    for names in (("w_ih",), ("w_hh",), ("w_ih", "w_hh"))
)


def state_order(first: str, second: str) -> Convention:
    return convention(
        "state-order",
        N_("Your numbers are right when the given state is (c, h) instead of (h, c)."),
        N_("The given state is taken for (c, h) instead of (h, c)."),
        N_("Some libraries put the cell state first. Here the hidden state comes first."),
        5,
        ask=exchanged(first, second),
    )


def probes(input: str, h: str, c: str) -> tuple[Probe, ...]:
    """Special cases in which a part of the LSTM vanishes."""

    def zero(*names):
        def change(case: Case) -> Case:
            gone = {n: case.tensors[n] for n in names if case.tensors.get(n) is not None}
            return case.with_tensors(**{n: torch.zeros_like(t) for n, t in gone.items()})

        return change

    right = N_("Your numbers are right whenever {what} is zero, and wrong otherwise.")
    return tuple(
        Probe(f"zero-{id}", right, zero(*names), {"what": what})
        for id, what, names in (
            ("states", N_("the given state"), (h, c)),
            ("h", N_("the given hidden state"), (h,)),
            ("c", N_("the given cell state"), (c,)),
            ("w_hh", "w_hh", ("w_hh",)),
            ("w_ih", "w_ih", ("w_ih",)),
            ("input", N_("the input"), (input,)),
            ("biases", N_("every bias"), ("b_ih", "b_hh")),
            ("b_ih", "b_ih", ("b_ih",)),
            ("b_hh", "b_hh", ("b_hh",)),
        )
    )
