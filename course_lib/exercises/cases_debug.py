"""The calls that the mended cells are checked with, drawn from a table of shapes.

As in the other assignments, sizes are all different, each is 1 once, and nothing is zero. Cells A
and B are drawn as the LSTM's own cell and loop are.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import torch

from course_lib.exercises import cases_lstm
from course_lib.exercises.spec import Case


@dataclass(frozen=True)
class Table:
    """What a cell is called with: the axes of every tensor, the sizes, which may be None.

    ``sizes`` are three choices, the first for the visible checks; ``ones`` are the letters that
    are 1 once; ``inputs`` become large in the check for large numbers.
    """

    axes: dict[str, str]
    sizes: tuple[dict[str, int], ...]
    ones: str
    inputs: tuple[str, ...]
    optional: tuple[str, ...] = ()
    options: dict = field(default_factory=dict)


def letters_of(table: Table, case: Case) -> dict[str, str]:
    return dict(table.axes)


def cases(table: Table, role: str, seed: int) -> list[Case]:
    """The cases of a role, the same for the same seed."""
    sizes = table.sizes[seed % 3 if seed else 0]

    def case(name, dtype=torch.float32, scale=1.0, without=(), **changed):
        number = seed * 1000 + sum(map(ord, role + name))
        id = f"{role}-{name}-{seed}"
        return draw(table, id, {**sizes, **changed}, number, dtype, scale, without)

    # For pictures also another kernel: what is right for a size of 3 may be wrong for 5.
    pictures = {"H": sizes.get("W"), "W": sizes["H"], "K": 8 - sizes.get("K", 3)}
    swapped = {"B": sizes["T"], "T": sizes["B"]} if "T" in sizes else pictures
    if role == "ordinary":
        return [case("a"), case("b", **swapped)]
    if role == "default":
        return [case("none", without=table.optional)]
    if role == "double":
        return [case("given", torch.float64)]
    if role == "large":
        return [case("up", scale=1e3), case("down", scale=-1e3)]
    if role == "ones":
        return [case(letter, **{letter: 1}) for letter in table.ones]
    if role == "short":
        return [case("short", torch.float64, **({"T": 1} if "T" in sizes else {}))]
    if role == "square":
        hidden = "D" if "D" in sizes else "H"
        return [case("square", torch.float64, **{hidden: sizes["B"]})]
    if role == "quick":
        return [case("quick", **({"T": 2} if "T" in sizes else {}))]
    if role in ("fresh", "fresh32"):
        dtype = torch.float64 if role == "fresh" else torch.float32
        return [case(str(k), dtype, **more) for k, more in enumerate(table.sizes)]
    raise ValueError(f"unknown role {role}")


def draw(table: Table, id, sizes, seed, dtype, scale=1.0, without=()) -> Case:
    """One case; ``scale`` multiplies the inputs, the names in ``without`` are None."""
    generator = torch.Generator().manual_seed(seed)
    tensors = {}
    for name, axes in table.axes.items():
        tensor = torch.randn(shape(axes, sizes), generator=generator, dtype=torch.float64)
        tensor = tensor * (0.5 if name.startswith(("w_", "b")) else 1.0)
        tensor = tensor * (scale if name in table.inputs else 1.0)
        tensors[name] = None if name in without else tensor.to(dtype)
    return Case(id, dict(sizes), tensors, dict(table.options))


def shape(axes: str, sizes) -> tuple[int, ...]:
    """("4H I", {"H": 5, "I": 3}) -> (20, 3)."""
    return tuple(size(letter, sizes) for letter in axes.split())


def size(letter: str, sizes) -> int:
    if letter in sizes:
        return sizes[letter]
    return int(letter) if letter.isdigit() else int(letter[0]) * sizes[letter[1:]]


def of_cell_a(role: str, seed: int) -> list[Case]:
    return cases_lstm.cases("cell", False, role, seed)


def of_cell_b(role: str, seed: int) -> list[Case]:
    return cases_lstm.cases("forward", False, role, seed)


def with_outputs(table: Table, role: str, seed: int) -> Sequence[Case]:
    """The cases of the backward pass: ``output`` is what the RNN gives for the rest."""
    return [with_output(case) for case in cases(table, role, seed)]


def with_output(case: Case) -> Case:
    t = case.tensors
    h, outputs = t["h_0"], []
    for x in t["input"].unbind(1):
        h = torch.tanh(x @ t["w_ih"].T + t["b_ih"] + h @ t["w_hh"].T + t["b_hh"])
        outputs.append(h)
    return case.with_tensors(output=torch.stack(outputs, 1))


# No two sizes of these have the same difference in all three. In the first, which a message may
# speak of, no size is twice another: a stack of 2B rows must not look like T.
_SEQUENCE = (
    {"B": 3, "T": 7, "I": 4, "H": 5},
    {"B": 2, "T": 6, "I": 7, "H": 4},
    {"B": 6, "T": 5, "I": 2, "H": 7},
)


def _layer(suffix: str, gates: int, inputs: str) -> dict[str, str]:
    rows = f"{gates}H" if gates > 1 else "H"
    return {
        f"w_ih{suffix}": f"{rows} {inputs}",
        f"w_hh{suffix}": f"{rows} H",
        f"b_ih{suffix}": rows,
        f"b_hh{suffix}": rows,
    }


GRU = Table(
    {"input": "B T I", "h_0": "2 B H", **_layer("_l0", 3, "I"), **_layer("_l1", 3, "H")},
    _SEQUENCE,
    "BTIH",
    ("input",),
    ("h_0",),
)
BIRNN = Table(
    {"input": "B T I", "h_0": "2 B H", **_layer("", 1, "I"), **_layer("_reverse", 1, "I")},
    _SEQUENCE,
    "BTIH",
    ("input",),
    ("h_0",),
)
BACKWARD = Table(
    {
        "grad_output": "B T H",
        "input": "B T I",
        "h_0": "B H",
        "output": "B T H",
        **_layer("", 1, "I"),
    },
    _SEQUENCE,
    "BTIH",
    ("input",),
)
CONVLSTM = Table(
    {
        "x": "B C H W",
        "h": "B D H W",
        "c": "B D H W",
        "w_x": "4D C K K",
        "w_h": "4D D K K",
        "b": "4D",
        "w_ci": "D H W",
        "w_cf": "D H W",
        "w_co": "D H W",
    },
    (
        # A picture that lacks a border, H - 2 or W - 2, must not look like C or D.
        {"B": 2, "C": 4, "D": 6, "K": 3, "H": 9, "W": 12},
        {"B": 4, "C": 2, "D": 7, "K": 3, "H": 8, "W": 6},
        {"B": 4, "C": 6, "D": 2, "K": 5, "H": 7, "W": 8},
    ),
    "BCDK",
    ("x",),
)
