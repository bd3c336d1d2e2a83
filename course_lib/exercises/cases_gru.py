"""The calls a GRU is checked with.

Sizes are all different, and each is 1 once; weights, biases and states are random and never zero,
because equal sizes hide a transpose and a zero bias hides a missing one.
"""

import torch

from course_lib.exercises.cases_lstm import UNRELATED, draw_sizes
from course_lib.exercises.spec import Case
from course_lib.i18n import N_

# B rows, T time steps, I inputs, H hidden units, O outputs of the readout. 3H differs from all.
AXIS_NAMES = {"3H": N_("the three gates"), "O": N_("readout")}
LETTERS = {"cell": "BIH", "forward": "BTIH", "module": "BTIH", "backward": "BTIH", "step": "BTIHO"}


def cases(family: str, role: str, seed: int) -> list[Case]:
    """The cases of a role, the same for the same seed. ``family`` is a key of ``LETTERS``."""
    sizes = with_readout(draw_sizes(seed))

    def case(name, dtype=torch.float32, state="given", scale=1.0, batch_first=False, **changed):
        id = f"{role}-{name}-{seed}"
        number = seed * 1000 + sum(map(ord, role + name))
        return draw_case(family, id, {**sizes, **changed}, number, dtype, state, scale, batch_first)

    if role == "ordinary":
        return [case("a"), case("b", B=sizes["T"], T=sizes["B"])]
    if role == "batch_first":
        return [case("given", batch_first=True), case("none", state="none", batch_first=True)]
    if role == "default":  # I=1 too: zeros of a wrong size may broadcast, and pass unseen.
        return [case("none", state="none"), case("narrow", state="none", I=1)]
    if role == "double":
        both = [case("given", torch.float64), case("none", torch.float64, "none")]
        return both if family in ("forward", "module") else both[:1]
    if role == "large":
        once = [case("once", scale=1e3, T=1)] if "T" in LETTERS[family] else []
        return [case("up", scale=1e3), case("down", scale=-1e3), *once]
    if role == "ones":
        return [case(letter, **{letter: 1}) for letter in LETTERS[family]]
    if role == "once":  # for what does not depend on the case
        return [case("a")] if seed == 0 else []
    if role == "short":
        return [case("short", torch.float64, T=1)]
    if role == "square":  # as many rows as units: there a matrix product in a wrong place runs
        return [case("square", torch.float64, B=4, T=6, I=3, H=4, O=2)]
    if role == "quick":  # the diagnosis tries thousands of pairs of faults on it
        return [case("quick", T=2)]
    if role in ("fresh", "fresh32"):  # for the diagnosis; in float64, equal means equal
        dtype = torch.float64 if role == "fresh" else torch.float32
        return [case(str(k), dtype, **with_readout(more)) for k, more in enumerate(UNRELATED)]
    raise ValueError(f"unknown role {role}")


def with_readout(sizes) -> dict[str, int]:
    """The LSTM's sizes, with O outputs in the place of P projected units."""
    return {"O" if letter == "P" else letter: size for letter, size in sizes.items()}


def draw_case(family, id, sizes, seed, dtype, state, scale, batch_first) -> Case:
    """One case; ``scale`` multiplies the input, "none" leaves out the initial state."""
    B, T, I, H, O = (sizes[letter] for letter in "BTIHO")
    generator = torch.Generator().manual_seed(seed)

    def draw(*shape):
        return torch.randn(shape, generator=generator, dtype=torch.float64).to(dtype)

    weights = {
        "w_ih": draw(3 * H, I) * 0.7,
        "w_hh": draw(3 * H, H) * 0.7,
        "b_ih": draw(3 * H) * 0.5,
        "b_hh": draw(3 * H) * 0.5,
    }
    layout = (T, B, I) if family == "module" and not batch_first else (B, T, I)
    layer = (1,) if family == "module" else ()
    input = {"input": draw(*layout) * scale}
    h_0 = {"h_0": None if state == "none" else draw(*layer, B, H)}
    values = {
        "cell": lambda: {"x": draw(B, I) * scale, "h": draw(B, H), **weights},
        "forward": lambda: {**input, **h_0, **weights},
        "module": lambda: {**input, **h_0, **weights},
        "backward": lambda: {"grad_output": draw(B, T, H), **input, **h_0, **weights},
        "step": lambda: {**input, "target": draw(B, O), **weights,
                         "w_out": draw(O, H), "b_out": draw(O)},
    }[family]()  # fmt: skip
    letters = {letter: sizes[letter] for letter in LETTERS[family]}
    options = {"batch_first": batch_first} if family == "module" else {}
    if family == "step":
        options = {"lr": (0.2, 0.3, 0.5, 0.7)[seed % 4]}
    return Case(id, {**letters, "3H": 3 * H}, values, options)
