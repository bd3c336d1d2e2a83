"""Write the input that exposes it: what a student returns is given to the broken and a right cell.

A witness is two inputs. On the first the broken cell must show that it is wrong; on the second it
must hide it. The weights, where the student does not give them, are drawn here, three times.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor

from course_lib.exercises.cases_debug import size
from course_lib.exercises.messages_lstm_cell import fault
from course_lib.exercises.spec import Aspect, Case, Item, Names
from course_lib.exercises.statements_debug import explain, truths
from course_lib.i18n import N_

SEEN, HIDDEN = 0.05, 1e-6  # differences that anybody sees, and that nobody sees
LARGEST_SIZE, LARGEST_NUMBER = 64, 1000.0
ONES = torch.ones(())

# What each cell's judge may find wrong with a witness, besides what all have.
NOT_SEEN = (
    "not-seen",
    N_("On your first input the broken cell gives almost the same numbers as a right one."),
    N_("Change what the fault touches, but not so far that a sigmoid or a tanh is flat there."),
)
NOT_HIDDEN = (
    "not-hidden",
    N_("On your second input the broken cell gives other numbers than a right one."),
    N_("Think of when the wrong line and the right line come to the same."),
)
STOPS = (
    "stops",
    N_("On one of your inputs the broken cell stops with an error."),
    N_("Then nobody is deceived. Choose sizes with which it runs."),
)
TRIVIAL = (
    "trivial",
    N_("Your second input is simpler than the statement allows: hiding there proves little."),
    N_("See what the statement asks of it: what may not be zero, and how long it must be."),
)
RUNS = (
    "runs",
    N_("The broken cell does not stop with an error on your first input."),
    N_("Look at the shapes of the products, and at which sizes must agree for them."),
)
NOT_ZERO = (
    "not-zero",
    N_("On your second input the broken cell gives numbers that are not zero, or none at all."),
    N_("Think of a state from which nothing can grow, and of sizes with which it runs."),
)


@dataclass(frozen=True)
class Witness:
    """What ``expose_x`` returns: two inputs with these axes, judged by ``judge(first, second)``.

    ``judge`` gives a truth for each of the two, and the ids of what is wrong with them. ``right``
    is an answer that is right; ``spoiled`` are answers that are wrong, by the id of the reason.
    """

    axes: Mapping[str, str]
    names: Names
    judge: Callable[[dict, dict], tuple[bool, bool, Sequence[str]]]
    right: Callable[[], tuple]
    spoiled: Mapping[str, Callable[[], tuple]]
    reasons: tuple[tuple[str, str, str], ...]


def judged(witness: Witness, _item: Item, answer, _case: Case) -> dict[str, Tensor]:
    """The truths about a witness, and what to say about it."""
    returned = answer()
    if returned is NotImplemented:
        raise NotImplementedError
    inputs = read(witness, returned)
    if isinstance(inputs, str):
        return {**truths(first=False, second=False), f"fault:{inputs}": ONES}
    first, second, said = witness.judge(*inputs)
    return {**truths(first=first, second=second), **{f"fault:{id}": ONES for id in said}}


def read(witness: Witness, returned) -> tuple[dict, dict] | str:
    """Both inputs as named float64 tensors; or the id of what is wrong with them."""
    both = []
    if not isinstance(returned, (tuple, list)) or len(returned) != 2:
        return "wrong-return"
    for part in returned:
        named = dict(paired(witness.names, part))
        if set(named) != set(witness.axes):
            return "wrong-return"
        if not fitting(witness.axes, named):
            return "wrong-sizes"
        if not all(within(tensor) for tensor in named.values()):
            return "not-finite"
        both.append({name: tensor.detach().double() for name, tensor in named.items()})
    return tuple(both)


def paired(names, value):
    """(name, tensor) for a nest of tensors formed as ``names``; fewer where it is not."""
    if isinstance(names, str):
        if isinstance(value, Tensor) and value.layout is torch.strided:
            yield names, value
    elif isinstance(value, (tuple, list)) and len(value) == len(names):
        for name, part in zip(names, value, strict=True):
            yield from paired(name, part)


def fitting(axes: Mapping[str, str], named: Mapping[str, Tensor]) -> bool:
    """Whether every letter has one size throughout; "4H" is four times "H"."""
    sizes: dict[str, int] = {}
    for name, tensor in named.items():
        letters = axes[name].split()
        if tensor.ndim != len(letters):
            return False
        for letter, length in zip(letters, tensor.shape, strict=True):
            if letter.isalpha():
                sizes.setdefault(letter, length)
    return all(1 <= length <= LARGEST_SIZE for length in sizes.values()) and all(
        tensor.shape == tuple(size(letter, sizes) for letter in axes[name].split())
        for name, tensor in named.items()
    )


def within(tensor: Tensor) -> bool:
    return tensor.is_floating_point() and bool((tensor.abs() <= LARGEST_NUMBER).all())


def weights(shapes: Mapping[str, tuple[int, ...]]) -> list[dict[str, Tensor]]:
    """Three draws of weights in float64, always the same."""
    draws = []
    for seed in (1, 2, 3):
        generator = torch.Generator().manual_seed(seed)
        draws.append(
            {
                name: torch.randn(shape, generator=generator, dtype=torch.float64) * 0.7
                for name, shape in shapes.items()
            }
        )
    return draws


def answers(cell: Callable, *arguments) -> tuple[Tensor, ...] | None:
    """What a cell returns, as one flat tuple; None where it stops with an error."""
    try:
        with torch.no_grad():
            return tuple(flat(cell(*arguments)))
    except RuntimeError:
        return None


def flat(value):
    if isinstance(value, Tensor):
        yield value
    else:
        for part in value:
            yield from flat(part)


def difference(broken: tuple[Tensor, ...], right: tuple[Tensor, ...]) -> float:
    """The largest difference between two answers; infinite where the shapes differ."""
    pairs = list(zip(broken, right, strict=True))
    if any(a.shape != b.shape for a, b in pairs):
        return float("inf")
    return max(float((a - b).abs().max()) for a, b in pairs)


def seen_and_hidden(
    run: Callable[[dict], list[tuple]], enough: Callable[[dict], bool], first: dict, second: dict
) -> tuple[bool, bool, list[str]]:
    """Wrong on the first input, right on the second, whatever the weights are.

    ``run`` gives (broken, right) for every draw of weights; ``enough`` says whether the second
    input leaves something to compute.
    """
    said = []
    one, other = run(first), run(second)
    if any(broken is None for broken, _right in (*one, *other)):
        said.append("stops")
    seen = all(broken and difference(broken, right) > SEEN for broken, right in one)
    hidden = all(broken and difference(broken, right) < HIDDEN for broken, right in other)
    if not seen and all(broken for broken, _right in one):
        said.append("not-seen")
    if not hidden and all(broken for broken, _right in other):
        said.append("not-hidden")
    if hidden and not enough(second):
        hidden = False
        said.append("trivial")
    return seen, hidden, said


def faults(cell: str, witness: Witness):
    name = f"expose_{cell}"
    shared = [
        fault(
            "wrong-return",
            N_("{name} should return two tuples of tensors, the first and the second input."),
            N_("The list above the cell says which tensors, and in which order."),
            "museum",
            params={"name": name},
            paired=False,
        ),
        fault(
            "wrong-sizes",
            N_("The axes or the sizes of your tensors do not fit together."),
            N_("A letter stands for the same size everywhere in one input, from 1 to 64."),
            "museum",
            paired=False,
        ),
        fault(
            "not-finite",
            N_("Some of your numbers are NaN, infinite, very large or no floating-point numbers."),
            N_("On those every cell fails, and nothing is proven. Stay between -1000 and 1000."),
            "museum",
            paired=False,
        ),
    ]
    own = [fault(id, what, why, "museum", paired=False) for id, what, why in witness.reasons]
    return (*own, *shared)


def candidate(witness: Witness, on: frozenset[str]):
    """A function that returns a right witness, or one that is wrong for the reason in ``on``."""
    first, second = witness.right()
    for reason in on:
        if reason in witness.spoiled:
            first, second = witness.spoiled[reason]()
    if "wrong-return" in on:
        return lambda: first
    if "wrong-sizes" in on:
        first = tuple(part[None] if isinstance(part, Tensor) else part for part in first)
    if "not-finite" in on:
        first = (first[0] * float("nan"), *first[1:])
    return lambda: (first, second)


def item(cell: str, title: str, points: float, witness: Witness, what: tuple[str, str]) -> Item:
    """The item that asks for a witness; ``what`` are the titles of its two aspects."""
    aspects = tuple(
        Aspect(id, title, 50, "ordinary", "witness", only=(id,), basic=True)
        for id, title in zip(("first", "second"), what, strict=True)
    )
    return Item(
        id=f"expose_{cell}",
        title=title,
        points=points,
        kind="function",
        name=f"expose_{cell}",
        signature=f"expose_{cell}()",
        result="two inputs",
        arguments=(),
        returns=("first", "second"),
        axes=lambda case: {},
        cases=lambda _role, seed: [Case(f"witness-{seed}", {}, {})],
        oracle=candidate(witness, frozenset()),
        candidate=partial(candidate, witness),
        aspects=aspects,
        faults=faults(cell, witness),
        chapter="museum",
        observations={"witness": partial(judged, witness)},
        explain=explain,
    )
