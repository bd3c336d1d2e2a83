"""The calls an LSTM is checked with.

Sizes are all different, and each is 1 once; weights, biases and states are random and never zero,
because equal sizes hide a transpose and a zero bias hides a missing one.
"""

import torch

from course_lib.exercises.spec import Case

# B rows, T time steps, I inputs, H hidden units, P projected units. 4H differs from all of them.
FIRST = {"B": 3, "T": 6, "I": 4, "H": 5, "P": 2}
# No two of these have the same difference between two sizes: a loop over the wrong axis is then
# never taken for one that leaves out a step.
UNRELATED = (
    {"B": 3, "T": 6, "I": 4, "H": 5, "P": 2},
    {"B": 2, "T": 6, "I": 7, "H": 4, "P": 3},
    {"B": 6, "T": 5, "I": 2, "H": 7, "P": 3},
)


def draw_sizes(seed: int) -> dict[str, int]:
    """Sizes that differ from each other; seed 0 gives ``FIRST``, which the visible checks use."""
    if seed == 0:
        return dict(FIRST)
    generator = torch.Generator().manual_seed(seed)
    while True:
        batch, time, inputs, hidden, projected = (
            torch.randperm(6, generator=generator)[:5] + 2
        ).tolist()
        if projected < hidden and time >= 5:  # long enough to see a state that is lost
            return {"B": batch, "T": time, "I": inputs, "H": hidden, "P": projected}


def cases(family: str, projected: bool, role: str, seed: int) -> list[Case]:
    """The cases of a role, the same for the same seed.

    ``family``: "cell", "forward", "module" or "backward".
    """
    sizes = draw_sizes(seed)

    def case(name, dtype=torch.float32, states="given", scale=1.0, batch_first=False, **changed):
        id = f"{role}-{name}-{seed}"
        number = seed * 1000 + sum(map(ord, role + name))
        return draw_case(
            family, projected, id, {**sizes, **changed}, number, dtype, states, scale, batch_first
        )

    if role == "ordinary":
        return [case("a"), case("b", B=sizes["T"], T=sizes["B"])]
    if role == "batch_first":
        return [case("given", batch_first=True), case("none", states="none", batch_first=True)]
    if role == "default":
        # I=1 too: zeros of a wrong size may broadcast, and pass unseen.
        return [case("none", states="none"), case("narrow", states="none", I=1)]
    if role == "double":
        both = [case("given", torch.float64), case("none", torch.float64, "none")]
        return both[:1] if family in ("cell", "backward") else both
    if role == "large":
        once = [] if family == "cell" else [case("once", scale=1e3, T=1)]
        return [case("up", scale=1e3), case("down", scale=-1e3), *once]
    if role == "ones":
        letters = ["B", "I", *([] if family == "cell" else "T"), "P" if projected else "H"]
        return [case(letter, **{letter: 1}) for letter in letters]
    if role == "short":
        return [case("short", torch.float64, T=1)]
    if role == "square":  # as many rows as units: there a matrix product in a wrong place runs
        return [case("square", torch.float64, B=4, T=6, I=3, H=4, P=2)]
    if role == "quick":  # the diagnosis tries thousands of pairs of faults on it
        return [case("quick", T=2)]
    if role in ("fresh", "fresh32"):  # for the diagnosis; in float64, equal means equal
        dtype = torch.float64 if role == "fresh" else torch.float32
        return [case(str(k), dtype, **more) for k, more in enumerate(UNRELATED)]
    raise ValueError(f"unknown role {role}")


def draw_case(family, projected, id, sizes, seed, dtype, states, scale, batch_first) -> Case:
    """One case; ``scale`` multiplies the input, "none" leaves out the initial states."""
    B, T, I, H = (sizes[letter] for letter in "BTIH")
    h_size = sizes["P"] if projected else H
    generator = torch.Generator().manual_seed(seed)

    def draw(*shape):
        return torch.randn(shape, generator=generator, dtype=torch.float64).to(dtype)

    weights = {
        "w_ih": draw(4 * H, I) * 0.7,
        "w_hh": draw(4 * H, h_size) * 0.7,
        "b_ih": draw(4 * H) * 0.5,
        "b_hh": draw(4 * H) * 0.5,
    }
    if projected:
        weights["w_hr"] = draw(sizes["P"], H)
    if family == "cell":
        values = {"x": draw(B, I) * scale, "h": draw(B, h_size), "c": draw(B, H)}
    else:
        layout = (T, B, I) if family == "module" and not batch_first else (B, T, I)
        layer = (1,) if family == "module" else ()
        values = {
            "input": draw(*layout) * scale,
            "h_0": draw(*layer, B, h_size),
            "c_0": draw(*layer, B, H),
        }
        if family == "backward":
            arriving = {"grad_output": (B, T, H), "grad_h_n": (B, H), "grad_c_n": (B, H)}
            values |= {name: draw(*shape) for name, shape in arriving.items()}
        if states == "none":
            values |= {"h_0": None, "c_0": None}
    options = {"batch_first": batch_first} if family == "module" else {}
    sizes = {**{k: v for k, v in sizes.items() if k != "P" or projected}, "4H": 4 * H}
    if family == "cell":
        del sizes["T"]
    return Case(id, sizes, {**values, **weights}, options)
