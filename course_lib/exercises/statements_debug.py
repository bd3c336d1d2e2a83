"""Name the fault: statements about a broken cell, of which the student chooses the true ones.

The statements stand in the notebook under these letters. Here stand the letters that are true and,
for every other one, why it does not hold.
"""

from collections.abc import Sequence
from functools import partial

import torch

from course_lib.exercises.messages_lstm_cell import fault
from course_lib.exercises.spec import Aspect, Case, Item
from course_lib.i18n import N_

TRUE = {"a": "ABDEG", "b": "ACDFH", "c": "BCEF", "d": "BCFG", "e": "ACEG", "f": "ACEF"}
FALSE = {
    "a": {
        "C": N_("Follow h through the code: where is it multiplied by weights?"),
        "F": N_("Try it with a batch of 3 and a hidden size of 5."),
        "H": N_("Call it twice with the same input and look at both answers."),
        "I": N_("Follow c through the code from top to bottom."),
        "J": N_("Look at what the three gates have in common."),
    },
    "b": {
        "B": N_("Compare the line of g with the equation of the candidate."),
        "E": N_("Count what list(module.parameters()) gives."),
        "G": N_("Look at where the biases are taken apart."),
        "I": N_("Look at the line of c: what is multiplied by the old cell state?"),
        "J": N_("Compare the names in the line of g one by one."),
    },
    "c": {
        "A": N_("Both layers call the same function for their gates."),
        "D": N_("Look at what has happened to the lower state before the upper layer reads it."),
        "G": N_("Compare the order in the last line with the order in h_0."),
        "H": N_("Look at which of the two states is put into the list."),
    },
    "d": {
        "A": N_("Look at which weights each call of the inner function is given."),
        "D": N_("Print the steps that the second call goes through."),
        "E": N_("Compare that half with nn.RNN, number by number."),
        "H": N_("Change h_0[1] alone and see whether anything moves."),
    },
    "e": {
        "B": N_("Look at what c is when these two gates are computed."),
        "D": N_("Look at the shape that comes back."),
        "F": N_("Look at the sign between each peephole and the cell state."),
        "H": N_("Call backward on the sum of h and look at w_ci.grad."),
    },
    "f": {
        "B": N_("Write the step as an equation and follow the shapes with B and H different."),
        "D": N_("Compare the time step of output in that line with the one of the gradient."),
        "G": N_("Both biases are added in the same place: what does that mean for them?"),
        "H": N_("Print it: it has numbers in it."),
    },
}
TITLES = (
    ("one", 25, N_("one true statement, less the wrong ones")),
    ("half", 25, N_("half of the true statements, less the wrong ones")),
    ("all", 50, N_("all of the true statements, and no other")),
)


def aspects() -> tuple[Aspect, ...]:
    return tuple(
        Aspect(id, title, weight, "ordinary", "choice", only=(id,), basic=True)
        for id, weight, title in TITLES
    )


def cases(_role: str, seed: int) -> list[Case]:
    """Nothing is given to the function, so there is one case."""
    return [Case(f"choice-{seed}", {}, {})]


def candidate(cell: str, on: frozenset[str]):
    """A function that returns the true letters; "chose-a-X" adds one, others spoil the answer."""
    letters = TRUE[cell] + "".join(switch[-1] for switch in on if switch.startswith("chose-"))
    if "more-to-find" in on:
        letters = letters[1:]
    if "no-such-letter" in on:
        letters = "yes"
    return lambda: letters


def choice(cell: str, _item: Item, answer, _case: Case) -> dict[str, torch.Tensor]:
    """How many of the chosen letters are true, less the wrong ones; and what to say about them."""
    chosen = answer()
    if chosen is NotImplemented:
        raise NotImplementedError
    letters = read(chosen, TRUE[cell] + "".join(FALSE[cell]))
    if letters is None:
        return {**truths(one=False, half=False, all=False), "fault:no-such-letter": torch.ones(())}
    wrong = sorted(letters & set(FALSE[cell]))
    found = len(letters) - len(wrong)
    net, every = found - len(wrong), len(TRUE[cell])
    said = [f"chose-{cell}-{letter}" for letter in wrong] + ["more-to-find"] * (found < every)
    return {
        **truths(one=net >= 1, half=net >= every / 2, all=net == every),
        **{f"fault:{id}": torch.ones(()) for id in said},
    }


def read(chosen, known: str) -> set[str] | None:
    """The letters of "ACF", "a, c, f" or ["A", "C", "F"]; None for anything else."""
    if isinstance(chosen, (list, tuple, set, frozenset)):
        chosen = "".join(part for part in chosen if isinstance(part, str))
    if not isinstance(chosen, str) or len(chosen) > 100:
        return None
    letters = {letter for letter in chosen.upper() if letter not in " ,;.+&"}
    return letters if letters <= set(known) else None


def truths(**told: bool) -> dict[str, torch.Tensor]:
    return {name: torch.tensor(float(true)) for name, true in told.items()}


def explain(answer) -> Sequence[str]:
    """The ids that an observation has found something to say about."""
    return [name.removeprefix("fault:") for name in answer if name.startswith("fault:")]


def faults(cell: str):
    wrong = [
        fault(
            f"chose-{cell}-{letter}",
            N_("Statement {letter} about cell {cell} does not hold."),
            why,
            "museum",
            params={"letter": letter, "cell": cell.upper()},
            paired=False,
        )
        for letter, why in FALSE[cell].items()
    ]
    more = fault(
        "more-to-find",
        N_("Not everything that is true is among your letters."),
        N_("Try the cell with zeros, with one time step, with sizes that all differ, and twice."),
        "museum",
        paired=False,
    )
    none = fault(
        "no-such-letter",
        N_('Return the letters of the statements that you choose, such as "AC".'),
        N_("Every letter should stand in the list above."),
        "museum",
        paired=False,
    )
    return (*wrong, more, none)


def item(cell: str, title: str, points: float) -> Item:
    """The item that asks for the true statements about a cell, "a" to "f"."""
    return Item(
        id=f"name_{cell}",
        title=title,
        points=points,
        kind="function",
        name=f"name_{cell}",
        signature=f"name_{cell}()",
        result="letters",
        arguments=(),
        returns=("letters",),
        axes=lambda case: {},
        cases=cases,
        oracle=candidate(cell, frozenset()),
        candidate=partial(candidate, cell),
        aspects=aspects(),
        faults=faults(cell),
        chapter="museum",
        observations={"choice": partial(choice, cell)},
        explain=explain,
    )
