"""The calls a ConvLSTM is checked with.

Sizes are all different for every seed, and each is 1 once (a kernel's size alone may be that of
time, batch or the steps: it is an axis of weights only); images are never square, because a square
one hides that height and width were exchanged; kernels of two sizes, because a padding of 1 suits
only one. Weights, peepholes, biases and states are random and never zero.
"""

from functools import lru_cache

import torch

from course_lib.exercises.spec import Case

# B rows, C_in input channels, C_h hidden channels, H height, W width, K kernel, as the statement
# has them: a wrong shape is told in these letters. 4C_h differs from all.
CELL_SIZES = (
    {"B": 2, "C_in": 5, "C_h": 4, "H": 6, "W": 7, "K": 3},
    {"B": 4, "C_in": 3, "C_h": 2, "H": 7, "W": 9, "K": 5},
    {"B": 5, "C_in": 2, "C_h": 7, "H": 8, "W": 6, "K": 3},
    {"B": 3, "C_in": 4, "C_h": 6, "H": 9, "W": 7, "K": 5},
    {"B": 6, "C_in": 4, "C_h": 5, "H": 7, "W": 8, "K": 3},
    {"B": 2, "C_in": 7, "C_h": 3, "H": 8, "W": 9, "K": 5},
)
# T time steps; C_1, C_2, C_3 are the layers' channels, from the input upwards. Few time steps:
# each costs as many calls as there are gates, terms and layers, whatever the other sizes are. No
# two sizes differ by the same number in every row: range(B) is not a time step too few each time.
NETWORK_SIZES = (
    {"B": 3, "T": 2, "C_in": 10, "C_1": 4, "C_2": 6, "C_3": 7, "H": 9, "W": 5},
    {"B": 2, "T": 3, "C_in": 8, "C_1": 7, "C_2": 6, "C_3": 4, "H": 5, "W": 10},
    {"B": 2, "T": 3, "C_in": 9, "C_1": 6, "C_2": 4, "C_3": 5, "H": 11, "W": 7},
    {"B": 2, "T": 4, "C_in": 10, "C_1": 6, "C_2": 5, "C_3": 7, "H": 9, "W": 8},
)
# Never as many steps to predict as were read, nor as there are films. B times steps is no other
# size: a batch and a time that became one axis would be told as that size.
FORECASTER_SIZES = (
    {"B": 4, "T": 3, "C_in": 6, "C_1": 7, "C_2": 5, "H": 10, "W": 9, "steps": 2},
    {"B": 4, "T": 2, "C_in": 10, "C_1": 5, "C_2": 8, "H": 11, "W": 6, "steps": 3},
    {"B": 2, "T": 3, "C_in": 10, "C_1": 6, "C_2": 7, "H": 9, "W": 5, "steps": 4},
    {"B": 3, "T": 4, "C_in": 9, "C_1": 5, "C_2": 7, "H": 11, "W": 8, "steps": 2},
)
SIZES = {"network": NETWORK_SIZES, "forecaster": FORECASTER_SIZES}
PARTS = ("w_x", "w_h", "b", "w_ci", "w_cf", "w_co")
LAYERS = {"network": 3, "forecaster": 2}


def cases(family: str, role: str, seed: int) -> list[Case]:
    """The cases of a role, the same for the same seed.

    ``family``: "cell", "zeros", "module", "network" or "forecaster".
    """
    return list(_cases(family, role, seed))


@lru_cache(maxsize=256)  # a check asks for the same ones for every aspect and every known mistake
def _cases(family: str, role: str, seed: int) -> list[Case]:
    one_step = family not in LAYERS
    choices = SIZES.get(family, CELL_SIZES)
    first = 0 if seed == 0 else seed % len(choices)

    def case(name, number=0, dtype=torch.float32, states="given", scale=1.0, **changed):
        sizes = {**choices[(first + number) % len(choices)], **changed}
        drawn = seed * 1000 + sum(map(ord, role + name))
        return draw(family, f"{role}-{name}-{seed}", sizes, drawn, dtype, states, scale)

    if role in ("ordinary", "all_layers"):
        return [case("a"), case("b", 1)]
    if role == "default":
        # C_in=1 too: zeros of a wrong number of channels may broadcast, and pass unseen.
        return [case("none", states="none"), case("narrow", 1, states="none", C_in=1)]
    if role == "double":
        both = [case("given", 0, torch.float64), case("none", 1, torch.float64, "none")]
        return both[:1] if family in ("cell", "zeros", "forecaster") else both
    if role == "large":
        return [case("up", scale=1e3), case("down", 1, scale=-1e3)]
    if role == "ones":
        letters = ["B", "C_in", "C_h", "H", "W"]
        if not one_step:
            letters = ["B", "T", "C_in", "H", "W", "C_1", "C_2"]
        letters += ["steps"] if family == "forecaster" else []
        return [case(letter, k, **{letter: 1}) for k, letter in enumerate(letters)]
    if role == "kernel":  # of one pixel: nothing to pad
        return [case("one", K=1)]
    if role == "short":  # nothing to pad, and one time step
        return [case("short", 0, torch.float64, K=1, **({} if one_step else {"T": 1}))]
    if role == "square":  # where a product of matrices in a wrong place runs, or wrong channels
        same = {"B": 3, "C_in": 3, "C_h": 3, "H": 5, "W": 5}
        if not one_step:
            same = {"B": 5, "C_in": 3, "C_1": 3, "C_2": 3, "C_3": 3, "H": 6, "W": 7}
        return [case("square", 0, torch.float64, K=1 if one_step else 3, **same)]
    if role == "quick":  # the diagnosis tries thousands of pairs of faults on it
        small = {"B": 1, "H": 3, "W": 4} if one_step else {"B": 1, "T": 2, "H": 3, "W": 4}
        small |= {"steps": 1} if family == "forecaster" else {}
        return [case("quick", 0, **small)]
    if role in ("fresh", "fresh32"):  # for the diagnosis; in float64, equal means equal
        dtype = torch.float64 if role == "fresh" else torch.float32
        return [case(str(k), k, dtype) for k in range(3)]
    raise ValueError(f"unknown role {role}")


def draw(family, id, sizes, seed, dtype, states, scale) -> Case:
    """One case; ``scale`` multiplies the input, "none" leaves out the initial states."""
    generator = torch.Generator().manual_seed(seed)

    def random(*shape):
        return torch.randn(shape, generator=generator, dtype=torch.float64).to(dtype)

    sizes = {**sizes, "K": sizes.get("K", 3)}
    B, I, H, W, K = (sizes[letter] for letter in ("B", "C_in", "H", "W", "K"))
    if family in LAYERS:
        return _draw_network(family, id, sizes, random, states, scale)
    C = sizes["C_h"]
    x = random(B, I, H, W) * scale
    sizes = {**sizes, "4C_h": 4 * C}
    if family == "zeros":
        del sizes["K"], sizes["4C_h"]
        return Case(id, sizes, {"x": x}, {"hidden_channels": C})
    values = {"x": x, "h": random(B, C, H, W), "c": random(B, C, H, W)}
    if states == "none":
        values |= {"h": None, "c": None}
    return Case(id, sizes, {**values, **weights(random, I, C, K, H, W)})


def weights(random, I, C, K, H, W) -> dict:
    """The weights of one layer; a sum has about I·K·K terms, so each is made small."""
    scale = 1.5 / ((I + C) ** 0.5 * K)
    return {
        "w_x": random(4 * C, I, K, K) * scale,
        "w_h": random(4 * C, C, K, K) * scale,
        "b": random(4 * C) * 0.5,
        "w_ci": random(C, H, W) * 0.7,
        "w_cf": random(C, H, W) * 0.7,
        "w_co": random(C, H, W) * 0.7,
    }


def _draw_network(family, id, sizes, random, states, scale) -> Case:
    B, T, I, H, W, K = (sizes[letter] for letter in ("B", "T", "C_in", "H", "W", "K"))
    channels = [sizes[f"C_{k}"] for k in range(1, LAYERS[family] + 1)]
    sizes = {k: v for k, v in sizes.items() if k != "C_3" or family == "network"}
    values = {"input": random(B, T, I, H, W) * scale}
    for k, C in enumerate(channels, 1):
        sizes[f"4C_{k}"] = 4 * C
        if family == "network":
            given = states == "given"
            values[f"h_{k}"] = random(B, C, H, W) if given else None
            values[f"c_{k}"] = random(B, C, H, W) if given else None
    networks = ("",) if family == "network" else ("encoder ", "forecaster ")
    for network in networks:
        for k, (below, C) in enumerate(zip([I, *channels], channels, strict=False), 1):
            drawn = weights(random, below, C, K, H, W)
            values |= {f"{network}{name}_{k}": drawn[name] for name in PARTS}
    if family == "network":
        return Case(id, sizes, values)
    values["frame weight"] = random(I, sum(channels), 1, 1)
    values["frame bias"] = random(I)
    sizes["C_1+C_2"] = sum(channels)
    return Case(id, sizes, values, {"steps": sizes["steps"]})
