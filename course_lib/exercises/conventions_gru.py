"""Other layouts of the same GRU. The statement fixes one; the others are named, not guessed."""

from dataclasses import replace
from itertools import permutations

import torch

from course_lib.exercises import conventions_lstm as lstm
from course_lib.exercises.conventions_lstm import exchanged, transposed
from course_lib.exercises.faults_gru import STACKED
from course_lib.exercises.spec import Case, Convention, Probe
from course_lib.i18n import N_


def convention(id, what, beside, why, sentence, ask=None, answer=None, params=None):
    """Like the LSTM's, pointing to the GRU's chapter."""
    return gru(lstm.convention(id, what, beside, why, sentence, ask, answer, params))


def gru(other: Convention) -> Convention:
    return replace(other, message=replace(other.message, look="gru-scratch"))


def stacked_as(order: str):
    """Ask with the three blocks of rows rearranged from r, z, n to ``order``."""

    def ask(case: Case) -> Case:
        changed = {}
        for name in STACKED:
            blocks = dict(zip("rzn", case.tensors[name].chunk(3), strict=True))
            changed[name] = torch.cat([blocks[gate] for gate in order])
        return case.with_tensors(**changed)

    return ask


def with_z_turned(case: Case) -> Case:
    """σ(-a) = 1 - σ(a): with these rows negated, z and 1 - z change places."""
    changed = {}
    for name in STACKED:
        r, z, n = case.tensors[name].chunk(3)
        changed[name] = torch.cat([r, -z, n])
    return case.with_tensors(**changed)


def batch_summed(values):
    """Gradients of the weights that were averaged over the batch, as sums."""
    batch = len(values["grad_input"])
    return {n: t * batch if n.startswith(("grad_w", "grad_b")) else t for n, t in values.items()}


GATE_ORDERS = tuple(
    convention(
        f"gate-order-{''.join(order)}",
        N_("Your numbers are right for weights stacked in the order {order}."),
        N_("The weights are read as stacked in the order {order}."),
        N_("Papers and libraries differ in this order; here it is r, z, n, as in torch."),
        3,
        ask=stacked_as("".join(order)),
        params={"order": ", ".join(order)},
    )
    for order in permutations("rzn")
    if "".join(order) != "rzn"
)
Z_EXCHANGED = convention(
    "z-weights-the-candidate",
    N_("Your numbers are right when z is the share of the candidate and 1 - z that of the past."),
    N_("z is taken for the share of the candidate and 1 - z for that of the past."),
    N_("Papers differ in this. Here, as in torch, z says how much of the old state is kept."),
    5,
    ask=with_z_turned,
)
TRANSPOSED = tuple(
    convention(
        f"transposed-{'-'.join(names)}",
        N_("Your numbers are right for {names} stored the other way round (transposed)."),
        N_("These are read as stored the other way round (transposed): {names}."),
        N_("Books multiply by a matrix with the inputs as rows; torch stores the transpose of it."),
        2,
        ask=transposed(*names),
        params={"names": ", ".join(names)},
    )
    for names in (("w_ih",), ("w_hh",), ("w_ih", "w_hh"))
)
TIME_FIRST = tuple(gru(convention) for convention in lstm.TIME_FIRST)
AVERAGED = convention(
    "averaged-over-batch",
    N_("Your gradients of the weights are right when averaged over the batch."),
    N_("The gradients of the weights are averaged over the batch."),
    N_("Some courses do so. Here they are summed, as autograd does: the loss decides on a mean."),
    11,
    answer=batch_summed,
)
BIASES_EXCHANGED = convention(
    "biases-exchanged",
    N_("Your numbers are right when b_ih and b_hh change places."),
    N_("b_ih and b_hh have changed places."),
    N_("The two are not alike in a GRU: one of them stands inside what the reset gate scales."),
    4,
    ask=exchanged("b_ih", "b_hh"),
)


def probes(input: str, h: str) -> tuple[Probe, ...]:
    """Special cases in which a part of the GRU vanishes."""
    found = lstm.probes(input, h, "")
    return tuple(probe for probe in found if probe.id not in ("zero-states", "zero-c"))


def probes_of_backward() -> tuple[Probe, ...]:
    """Special cases in which a path of the gradient vanishes."""

    def one_step(case: Case) -> Case:
        first = {name: case.tensors[name][:, :1].clone() for name in ("grad_output", "input")}
        return case.with_tensors(**first)

    def last_output(case: Case) -> Case:
        grad_output = torch.zeros_like(case.tensors["grad_output"])
        grad_output[:, -1] = case.tensors["grad_output"][:, -1]
        return case.with_tensors(grad_output=grad_output)

    return (
        Probe(
            "one-step",
            N_(
                "Your numbers are right for a sequence of one time step, and wrong for longer ones."
            ),
            one_step,
        ),
        Probe(
            "last-output",
            N_("Your numbers are right when only the last output gets a gradient, else wrong."),
            last_output,
        ),
        *probes("input", "h_0"),
    )
