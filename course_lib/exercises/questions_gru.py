"""The parts of the GRU assignment that are not tensors in, tensors out: which form, and how many.

Also the little task on which a step of training must learn: to add two marked numbers.
"""

from functools import partial

import torch
from torch import Tensor

from course_lib.exercises.cases_lstm import draw_sizes
from course_lib.exercises.faults_gru import cell
from course_lib.exercises.messages_gru_cell import fault
from course_lib.exercises.spec import Case
from course_lib.i18n import N_


def turned(form: str, x, h, w_ih, w_hh, b_ih, b_hh) -> Tensor:
    """A right cell whose z weights the candidate, not the old state."""
    weights = [torch.cat([w.chunk(3)[0], -w.chunk(3)[1], w.chunk(3)[2]])
               for w in (w_ih, w_hh, b_ih, b_hh)]  # fmt: skip
    return cell(frozenset(), form, x, h, *weights)


def unknown_cells() -> dict[str, partial]:
    """The four published forms, by (reset before the product, z keeps the old state)."""
    return {
        f"{form}-{'keeps' if keeps else 'renews'}": partial(
            partial(cell, frozenset()) if keeps else turned, form
        )
        for form in ("before", "after")
        for keeps in (True, False)
    }


def form_cases(role: str, seed: int) -> list[Case]:
    """Every role asks about all four; the order differs from seed to seed."""
    cells = list(unknown_cells().items())
    order = torch.randperm(4, generator=torch.Generator().manual_seed(seed)).tolist()
    return [Case(f"{role}-{cells[k][0]}-{seed}", {}, {}, {"cell": cells[k][1]}) for k in order]


def form_of(cell) -> tuple[bool, bool]:
    """The oracle: the cell is asked where one number alone decides, once for each question."""
    zero, one = torch.zeros(1, 1), torch.ones(1, 1)
    w_ih, w_hh, b_ih = torch.zeros(3, 1), torch.zeros(3, 1), torch.zeros(3)
    # b_hn = 1, r = 1/2 and the rest 0: the candidate is tanh(1) or tanh(1/2), the state half of it.
    new = cell(zero, zero, w_ih, w_hh, b_ih, torch.tensor([0.0, 0.0, 1.0]))
    reset_before = abs(new.item() - 0.5 * torch.tensor(1.0).tanh().item()) < 1e-4
    # z = 1: the state is kept as it was, or it is the candidate, which is 0.
    z_keeps = cell(zero, one, w_ih, w_hh, torch.tensor([0.0, 50.0, 0.0]), b_ih).item() > 0.5
    return reset_before, z_keeps


FORM_SWITCHES = {
    "reset-answer-turned": lambda reset, keeps: (not reset, keeps),
    "reset-always-before": lambda reset, keeps: (True, keeps),
    "reset-always-after": lambda reset, keeps: (False, keeps),
    "z-answer-turned": lambda reset, keeps: (reset, not keeps),
    "z-always-keeps": lambda reset, keeps: (reset, True),
    "reset-seen-if-kept": lambda reset, keeps: (reset and keeps, True),
    "z-never-keeps": lambda reset, keeps: (reset, False),
    "answers-exchanged": lambda reset, keeps: (keeps, reset),
}


def faulty_form(on: frozenset[str], cell) -> tuple[bool, bool]:
    answer = form_of(cell)
    for switch in sorted(on):
        answer = FORM_SWITCHES[switch](*answer)
    return answer


FORM_FAULTS = (
    fault(
        "reset-answer-turned",
        N_("Your first answer is the wrong way round for every cell."),
        N_("It should be True for the original form, which resets the state before the product."),
        sentence=10,
    ),
    fault(
        "reset-always-before",
        N_("Your first answer is True for every cell."),
        N_("The inputs that you try show no difference between the two forms."),
        sentence=10,
    ),
    fault(
        "reset-always-after",
        N_("Your first answer is False for every cell."),
        N_("The inputs that you try show no difference between the two forms."),
        sentence=10,
    ),
    fault(
        "z-answer-turned",
        N_("Your second answer is the wrong way round for every cell."),
        N_("It should be True where a large z keeps the old state."),
        sentence=5,
    ),
    fault(
        "z-always-keeps",
        N_("Your second answer is True for every cell."),
        N_("The inputs that you try show no difference between keeping and renewing."),
        sentence=5,
    ),
    fault(
        "reset-seen-if-kept",
        N_("Your second answer is True for every cell, and the first then goes wrong with it."),
        N_("Where z is the share of the candidate, your first answer is False for both forms."),
        sentence=5,
        paired=False,
    ),
    fault(
        "z-never-keeps",
        N_("Your second answer is False for every cell."),
        N_("The inputs that you try show no difference between keeping and renewing."),
        sentence=5,
    ),
    fault(
        "answers-exchanged",
        N_("Your two answers have changed places."),
        N_("The reset gate comes first, then the update gate."),
    ),
)


def count_cases(role: str, seed: int) -> list[Case]:
    if role == "fresh":
        sizes = [(4, 5), (7, 4), (2, 9)]
    elif seed == 0:
        sizes = [(3, 5), (1, 1), (300, 512)]
    else:
        drawn = draw_sizes(seed)
        sizes = [(drawn["I"], drawn["H"]), (10 * drawn["H"], 100 * drawn["I"])]
    return [
        Case(f"{role}-{i}-{h}-{seed}", {}, {}, {"input_size": i, "hidden_size": h})
        for i, h in sizes
    ]


def counts(on: frozenset[str], input_size: int, hidden_size: int) -> tuple[int, int]:
    """The numbers of a GRU and of an LSTM: gates times (rows times columns, and biases)."""
    i, h = input_size, hidden_size
    biases = {"no-biases-counted": 0, "one-bias-counted": h}
    bias = next((n for switch, n in biases.items() if switch in on), 2 * h)
    columns = i + h
    if "w_hh-not-counted" in on:
        columns = i
    if "w_ih-not-counted" in on:
        columns = h
    if "reads-i-twice" in on:
        columns = 2 * i
    one = h * columns + bias
    if "bias-of-one" in on:
        one = h * columns + 2
    gru, lstm = 3 * one, 4 * one
    if "one-block" in on:
        gru, lstm = one, one
    if "gru-two-blocks" in on:
        gru = 2 * one
    if "lstm-three-blocks" in on:
        lstm = 3 * one
    return (lstm, gru) if "counts-exchanged" in on else (gru, lstm)


COUNT_FAULTS = (
    fault(
        "no-biases-counted",
        N_("The biases are not counted."),
        N_("They are numbers that are learned, like those of the matrices."),
        "gru-scratch",
        sentence=4,
    ),
    fault(
        "one-bias-counted",
        N_("Only one of the two biases is counted."),
        N_("The paper has one bias; torch has two, and both are learned."),
        "gru-scratch",
        sentence=4,
    ),
    fault(
        "bias-of-one",
        N_("Each bias is counted as a single number for each gate."),
        N_("A bias has one number for each unit."),
        "gru-scratch",
        sentence=4,
    ),
    fault(
        "w_hh-not-counted",
        N_("The recurrent weights w_hh are not counted."),
        N_("Every unit reads the whole old state, too."),
        "gru-scratch",
        sentence=2,
    ),
    fault(
        "w_ih-not-counted",
        N_("The input weights w_ih are not counted."),
        N_("Every unit reads the whole input, too."),
        "gru-scratch",
        sentence=2,
    ),
    fault(
        "reads-i-twice",
        N_("The recurrent weights are counted as if they read the input."),
        N_("They read the old state, so they have as many columns as there are hidden units."),
        "gru-scratch",
        sentence=2,
    ),
    fault(
        "one-block",
        N_("Only one gate is counted."),
        N_("Every gate and the candidate have weights and biases of their own."),
        "gru-scratch",
        sentence=3,
    ),
    fault(
        "gru-two-blocks",
        N_("For the GRU only two blocks are counted: the candidate is missing."),
        N_("The candidate has weights and biases of its own, like the gates."),
        "gru-scratch",
        sentence=3,
    ),
    fault(
        "lstm-three-blocks",
        N_("For the LSTM only three blocks are counted: the candidate is missing."),
        N_("The candidate has weights and biases of its own, like the gates."),
        "gru-scratch",
    ),
    fault(
        "counts-exchanged",
        N_("The two numbers have changed places."),
        N_("The GRU comes first, then the LSTM."),
        "gru-scratch",
    ),
)
