"""The calls a convolution is checked with.

Sizes are all different, and each is 1 once; kernels are odd and even, and higher than wide or the
other way round; padding, stride and dilation are never the same number. No bias is zero.
"""

from functools import cache, partial
from itertools import combinations
from random import Random

import torch

from course_lib.exercises.spec import Case

LETTERS = {
    "conv1d": {"x": "B C_in L", "weight": "C_out C_in K", "bias": "C_out", "output": "B C_out L'"},
    "same": {"x": "B C_in L", "weight": "C_out C_in K", "bias": "C_out", "output": "B C_out L"},
    "conv2d": {
        "x": "B C_in H W",
        "weight": "C_out C_in K_h K_w",
        "bias": "C_out",
        "output": "B C_out H' W'",
    },
}
LETTERS["true"] = LETTERS["conv2d"]
LETTERS["grouped"] = {**LETTERS["conv2d"], "weight": "C_out C_in/groups K_h K_w"}
# Stride, padding and dilation of the three cases that the diagnosis compares numbers on.
MOVES = ((2, 1, 3), (3, 2, 2), (2, 3, 3))
# Along which axis of x which axis of the kernel moves.
WINDOWS = dict.fromkeys(("conv1d", "same"), (("L", "K"),))
WINDOWS |= dict.fromkeys(("conv2d", "true", "grouped"), (("H", "K_h"), ("W", "K_w")))
OPTIONS = {
    "conv1d": ("padding",),
    "same": (),
    "conv2d": ("stride", "padding", "dilation"),
    "true": ("padding",),
    "grouped": ("stride", "padding", "dilation", "groups"),
}


def axes(family: str, case: Case) -> dict[str, str]:
    """The letters of every value's axes."""
    return LETTERS[family]


def moves(stride=1, padding=0, dilation=1, groups=1) -> dict[str, int]:
    return {"stride": stride, "padding": padding, "dilation": dilation, "groups": groups}


def completed(family: str, sizes: dict[str, int], options: dict[str, int]) -> dict[str, int]:
    """The sizes with those that follow from them: the output's, and the channels of a group."""
    how = {**moves(), **options}

    def after(size: str, kernel: str) -> int:
        room = sizes[size] + 2 * how["padding"] - how["dilation"] * (sizes[kernel] - 1) - 1
        return room // how["stride"] + 1

    if family == "same":
        return sizes
    if family == "conv1d":
        return {**sizes, "L'": after("L", "K")}
    sizes = {**sizes, "H'": after("H", "K_h"), "W'": after("W", "K_w")}
    if family == "grouped":
        sizes["C_in/groups"] = sizes["C_in"] // how["groups"]
    return sizes


@cache
def draw_sizes(family: str, seed: str, stride=1, padding=0, dilation=1, groups=1) -> dict[str, int]:
    """Sizes that all differ from each other. The same seed gives the same sizes."""
    drawn = Random(f"{family} {seed}")
    options = moves(stride, padding, dilation, groups)
    kernels = [kernel for _size, kernel in WINDOWS[family]]
    for _try in range(100_000):
        sides = dict(zip(kernels, drawn.sample(range(2, 6), len(kernels)), strict=True))
        left = [n for n in range(2, 9) if n not in sides.values()]
        sizes = {**dict(zip(("B", "C_in", "C_out"), drawn.sample(left, 3), strict=True)), **sides}
        if groups > 1:
            sizes |= {"C_in": groups * drawn.randint(2, 4), "C_out": groups * drawn.randint(2, 5)}
        for size, kernel in WINDOWS[family]:
            # The last window reaches into the padding: else half of it could be left out.
            steps = stride * drawn.randint(2, 9 if stride > 1 else 12)
            steps += drawn.randrange(min(stride, padding or stride))
            sizes[size] = steps + dilation * (sizes[kernel] - 1) + 1 - 2 * padding
        if _fit(seed, completed(family, sizes, options), groups):
            return sizes
    raise AssertionError(f"no sizes for {family} with {options}")


def _fit(seed: str, sizes: dict[str, int], groups: int) -> bool:
    """All different, large enough, and the kernel odd or even as the seed says."""
    if groups == 1:
        sizes = {letter: size for letter, size in sizes.items() if letter != "C_in/groups"}
    elif sizes["C_out"] // groups in (groups, sizes["C_in"] // groups):
        return False
    if len(set(sizes.values())) < len(sizes) or min(sizes.values()) < 2:
        return False
    if min(sizes.get(letter, 6) for letter in "LHW") < 6:
        return False
    kernel = sizes.get("K", sizes.get("K_h"))
    return kernel % 2 == {"odd": 1, "even": 0}.get(seed.split()[0], kernel % 2)


def slack(family: str, sizes: dict[str, int], options: dict[str, int]) -> list[int]:
    """How many numbers at the end of each axis no window reaches."""
    how = {**moves(), **options}
    return [
        (sizes[n] + 2 * how["padding"] - how["dilation"] * (sizes[k] - 1) - 1) % how["stride"]
        for n, k in WINDOWS[family]
    ]


@cache
def unrelated(family: str) -> tuple[dict[str, int], ...]:
    """Three lists of sizes: no two axes differ by the same number in all of them.

    A loop over the wrong axis is then never taken for one that leaves out a position.
    """
    for k in range(10_000):
        kinds = ("even", "odd", "even")
        three = [
            draw_sizes(family, f"{kind} {k} {move}", **_kept(family, move))
            for kind, move in zip(kinds, MOVES, strict=True)
        ]
        full = [completed(family, s, _kept(family, m)) for s, m in zip(three, MOVES, strict=True)]
        ends = [slack(family, s, _kept(family, m)) for s, m in zip(three, MOVES, strict=True)]
        if "stride" in OPTIONS[family] and (0 in ends[1] or 0 not in ends[2]):
            continue  # else two ways of losing the last windows lose the same ones
        kernels = {sizes.get("K", sizes.get("K_h")) for sizes in full}
        if (len(kernels) == 3 or "K" not in full[0]) and all(
            len({abs(sizes[a] - sizes[b]) for sizes in full}) > 1
            for a, b in combinations(full[0], 2)
        ):
            return tuple(three)
    raise AssertionError(f"no sizes for {family}")


def _kept(family: str, move: tuple[int, int, int]) -> dict[str, int]:
    """The options of a move that the function has."""
    options = dict(zip(("stride", "padding", "dilation"), move, strict=True))
    options["groups"] = 3 if move[0] == 3 else 2
    return {name: options[name] for name in OPTIONS[family]}


def cases(family: str, role: str, seed: int) -> list[Case]:
    """The cases of a role, the same for the same seed."""
    made = partial(case, family, role, seed)
    first, second = (_kept(family, move) for move in MOVES[:2])
    if role == "ordinary":
        return [made("odd", second), made("even", first)]
    if role in ("odd", "even"):
        return [made(role, first), made(role, second)]
    if role in ("nobias", "double", "large", "views"):
        more = {
            "nobias": {"bias": False},
            "double": {"dtype": torch.float64},
            "large": {"scale": 1e3},
            "views": {"views": True},
        }[role]
        return [made("odd", first, **more)]
    if role in ("stride", "padding", "dilation", "groups"):
        return [made(kind, {role: n}) for kind, n in (("odd", 2), ("even", 3))]
    if role == "plain":
        alone = {"groups": 2} if family == "grouped" else {}
        return [made("odd", alone), made("even", alone)]
    if role == "ones":
        sizes = draw_sizes(family, f"odd {seed}", **first)
        options = {**first, **{n: v for n, v in moves(2, 2, 1).items() if n in first}}
        if family == "grouped":
            options["groups"] = 1
        return [
            case(family, role, seed, letter, options, sizes={**sizes, letter: 1})
            for letter in sizes
        ]
    if role in SMALL:
        sizes, options = SMALL[role]
        sizes = {**sizes, "L": sizes["W"], "K": sizes["K_w"]}
        sizes = {n: sizes[n] for n in draw_sizes(family, "odd", **first)}
        options = {n: options.get(n, 1) for n in OPTIONS[family]}
        return [case(family, role, seed, role, options, sizes, torch.float64)]
    if role in ("fresh", "fresh32"):  # for the diagnosis; in float64, equal means equal
        dtype = torch.float64 if role == "fresh" else torch.float32
        drawn = list(zip(unrelated(family), MOVES, strict=True))
        if family == "same":  # where each size pads otherwise, more sizes tell more
            drawn += [({**drawn[0][0], "K": kernel}, MOVES[0]) for kernel in (1, 5)]
        return [
            case(family, role, seed, str(k), _kept(family, move), sizes, dtype)
            for k, (sizes, move) in enumerate(drawn)
        ]
    raise ValueError(f"unknown role {role}")


# "short": one position; "square": what should differ is equal, so that wrong code runs;
# "quick": the diagnosis tries thousands of pairs of faults on it.
SMALL = {
    "short": ({"B": 2, "C_in": 4, "C_out": 6, "H": 3, "W": 5, "K_h": 3, "K_w": 5}, {"padding": 0}),
    "square": ({"B": 3, "C_in": 4, "C_out": 4, "H": 6, "W": 4, "K_h": 3, "K_w": 3}, {"padding": 1}),
    "quick": (
        {"B": 2, "C_in": 2, "C_out": 4, "H": 7, "W": 6, "K_h": 2, "K_w": 3},
        {"stride": 2, "padding": 1, "dilation": 2, "groups": 2},
    ),
}


def case(
    family, role, seed, name, options, sizes=None, dtype=torch.float32, bias=True, scale=1.0,
    views=False,
) -> Case:  # fmt: skip
    """One call; ``scale`` multiplies the input, ``views`` are tensors that lie otherwise."""
    sizes = sizes or draw_sizes(family, f"{name} {seed}", **options)
    full = completed(family, sizes, options)
    generator = torch.Generator().manual_seed(seed * 1000 + sum(map(ord, role + name)))

    def draw(letters: str):
        shape = [full[letter] for letter in letters.split()]
        drawn = torch.randn(shape, generator=generator, dtype=torch.float64).to(dtype)
        if views and len(shape) > 1:  # the same numbers, last axis first in memory
            return drawn.movedim(-1, 0).contiguous().movedim(0, -1)
        return drawn

    letters = LETTERS[family]
    tensors = {
        "x": draw(letters["x"]) * scale,
        "weight": draw(letters["weight"]),
        "bias": draw(letters["bias"]) + 0.5 if bias else None,
    }
    used = {n: {**moves(), **options}[n] for n in OPTIONS[family]}
    return Case(f"{role}-{name}-{seed}", full, tensors, used)
