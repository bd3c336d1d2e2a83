"""The calls a recurrent layer is checked with: a cell, a loop, a module, and both directions.

Sizes are all different, and each is 1 once; weights, biases and states are random and never zero,
because equal sizes hide a transpose and a zero bias hides a missing one.
"""

import torch

from course_lib.exercises.spec import Case

# B rows, T time steps, I inputs, H hidden units; 2H differs from all of them.
FIRST = {"B": 3, "T": 6, "I": 4, "H": 5}
# No two of these have the same difference between two sizes: a loop over the wrong axis is then
# never taken for one that leaves out a step.
UNRELATED = (
    {"B": 3, "T": 6, "I": 4, "H": 5},
    {"B": 2, "T": 6, "I": 7, "H": 4},
    {"B": 6, "T": 5, "I": 2, "H": 7},
)
REVERSE = "_reverse"
WEIGHTS = ("w_ih", "w_hh", "b_ih", "b_hh")


def draw_sizes(seed: int) -> dict[str, int]:
    """Sizes that differ from each other; seed 0 gives ``FIRST``, which the visible checks use."""
    if seed == 0:
        return dict(FIRST)
    generator = torch.Generator().manual_seed(seed)
    while True:
        batch, time, inputs, hidden = (torch.randperm(6, generator=generator)[:4] + 2).tolist()
        # Long enough to see a state that is lost.
        if time >= 5 and 2 * hidden not in (batch, time, inputs):
            return {"B": batch, "T": time, "I": inputs, "H": hidden}


def cases(family: str, role: str, seed: int) -> list[Case]:
    """The cases of a role, the same for the same seed.

    ``family``: "cell", "forward", "module" or "both" (directions).
    """
    sizes = draw_sizes(seed)

    def case(name, dtype=torch.float32, states="given", scale=1.0, batch_first=False, **changed):
        number = seed * 1000 + sum(map(ord, role + name))
        return draw_case(
            family, f"{role}-{name}-{seed}", {**sizes, **changed}, number, dtype, states, scale,
            batch_first,
        )  # fmt: skip

    if role == "ordinary":
        return [case("a"), case("b", B=sizes["T"], T=sizes["B"])]
    if role == "batch_first":
        return [case("given", batch_first=True), case("none", states="none", batch_first=True)]
    if role == "default":
        # I=1 too: zeros of a wrong size may broadcast, and pass unseen.
        return [case("none", states="none"), case("narrow", states="none", I=1)]
    if role == "double":
        both = [case("given", torch.float64), case("none", torch.float64, "none")]
        return both[:1] if family == "cell" else both
    if role == "large":
        once = [] if family == "cell" else [case("once", scale=1e3, T=1)]
        return [case("up", scale=1e3), case("down", scale=-1e3), *once]
    if role == "ones":
        letters = ["B", "I", *([] if family == "cell" else "T"), "H"]
        return [case(letter, **{letter: 1}) for letter in letters]
    if role == "short":
        return [case("short", torch.float64, T=1)]
    if role == "square":  # as many rows as units: there a matrix product in a wrong place runs
        return [case("square", torch.float64, B=4, T=6, I=3, H=4)]
    if role == "quick":  # the diagnosis tries thousands of pairs of faults on it
        return [case("quick", T=2)]
    if role in ("fresh", "fresh32"):  # for the diagnosis; in float64, equal means equal
        dtype = torch.float64 if role == "fresh" else torch.float32
        return [case(str(k), dtype, **more) for k, more in enumerate(UNRELATED)]
    raise ValueError(f"unknown role {role}")


def draw_case(family, id, sizes, seed, dtype, states, scale, batch_first) -> Case:
    """One case; ``scale`` multiplies the input, "none" leaves out the initial state."""
    B, T, I, H = (sizes[letter] for letter in "BTIH")
    generator = torch.Generator().manual_seed(seed)

    def draw(*shape):
        return torch.randn(shape, generator=generator, dtype=torch.float64).to(dtype)

    def weights(suffix=""):
        drawn = (draw(H, I) * 0.7, draw(H, H) * 0.7, draw(H) * 0.5, draw(H) * 0.5)
        return dict(zip((name + suffix for name in WEIGHTS), drawn, strict=True))

    values = weights() | (weights(REVERSE) if family == "both" else {})
    if family == "cell":
        values = {"x": draw(B, I) * scale, "h": draw(B, H), **values}
    else:
        layout = (T, B, I) if family == "module" and not batch_first else (B, T, I)
        layer = {"module": (1,), "both": (2,)}.get(family, ())
        h_0 = draw(*layer, B, H)
        given = {"input": draw(*layout) * scale, "h_0": h_0 if states == "given" else None}
        values = {**given, **values}
    options = {"batch_first": batch_first} if family == "module" else {}
    sizes = dict(sizes)
    if family == "cell":
        del sizes["T"]
    if family == "both":
        sizes["2H"] = 2 * H
    return Case(id, sizes, values, options)
