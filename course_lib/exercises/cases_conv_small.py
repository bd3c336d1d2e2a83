"""The calls that the counts and the linear layer are checked with."""

from itertools import product
from random import Random

import torch

from course_lib.exercises.spec import Case


def counts(role: str, seed: int) -> list[Case]:
    """Images and kernels: sizes that all differ, once a single channel in or out."""
    fresh = role in ("fresh", "fresh32")
    drawn = Random(f"counts {seed}")
    made = []
    for k in range(1 if role == "quick" else 3):
        kernel, *rest = [drawn.choice((3, 5)), *drawn.sample((2, 4, 6, 7, 8, 9), 4)]
        height, width, c_in, c_out = rest
        if k == 1 and not fresh:
            c_in = 1
        if k == 2 and not fresh:
            height, width, c_in, c_out = 1024, 1024, 3, 3  # the chapter's own example
        named = {"height": height, "width": width, "c_in": c_in, "c_out": c_out, "kernel": kernel}
        made.append(Case(f"{role}-{k}-{seed}", {}, {}, named))
    return made


def sizes(role: str, seed: int) -> list[Case]:
    """Rows of numbers and kernels; (size, kernel, stride, padding, dilation)."""
    named = ("size", "kernel", "stride", "padding", "dilation")
    fixed = [(16, 5, 1, 2, 1), (19, 4, 3, 1, 2), (12, 3, 2, 0, 3), (7, 7, 1, 0, 1), (9, 1, 2, 3, 1)]
    fixed += [(15, 3, 5, 2, 2)]  # more than half a stride over, whichever way dilation is counted
    if role == "quick":
        fixed = fixed[1:2]
    elif role != "ordinary" or seed:
        drawn = Random(f"sizes {seed}")
        fixed = []
        moves = ((3, 1, 2), (4, 3, 3), (2, 2, 4), (5, 4, 2), (4, 1, 2))
        if role.startswith("fresh"):  # single numbers are equal by chance unless there are many
            moves = product((2, 3, 4, 5), (1, 2, 3), (2, 3, 4))
        for stride, padding, dilation in moves:
            kernel = drawn.randint(2, 5)
            # Room that the stride does not divide: it leaves one more than half a step over.
            room = stride * drawn.randint(2, 5) + drawn.randint(1, stride - 1)
            size = room + dilation * (kernel - 1) + 1 - 2 * padding
            fixed.append((max(size, 3), kernel, stride, padding, dilation))
    return [
        Case(f"{role}-{k}-{seed}", {}, {}, dict(zip(named, numbers, strict=True)))
        for k, numbers in enumerate(fixed)
    ]


def axes(case: Case) -> dict[str, str]:
    """The letters of a linear layer's values; axes in front are the batch and others."""
    front = {1: "", 2: "B ", 3: "B T ", 4: "B T R "}[case.tensors["x"].ndim]
    return {"x": f"{front}I", "output": f"{front}O", "weight": "O I", "bias": "O"}


def linear(role: str, seed: int) -> list[Case]:
    """Layers with inputs I, outputs O, and B rows; T and R are more axes in front."""
    drawn = Random(f"linear {seed}")
    letters = dict(zip("BTRIO", drawn.sample(range(2, 10), 5), strict=True))

    def case(name: str, front: str, dtype=torch.float32, scale=1.0, **changed) -> Case:
        sizes = {**letters, **changed}
        generator = torch.Generator().manual_seed(seed * 1000 + sum(map(ord, role + name)))

        def draw(letters: str):
            shape = [sizes[letter] for letter in letters]
            return torch.randn(shape, generator=generator, dtype=torch.float64).to(dtype)

        tensors = {"x": draw(front + "I") * scale, "weight": draw("OI"), "bias": draw("O") + 0.5}
        kept = {letter: sizes[letter] for letter in front + "IO"}
        return Case(f"{role}-{name}-{seed}", kept, tensors)

    if role == "axes":
        return [case("three", "BT"), case("one", ""), case("four", "BTR")]
    if role == "ones":
        return [case(letter, "B", **{letter: 1}) for letter in "BIO"]
    if role == "double":
        return [case("double", "B", torch.float64)]
    if role == "large":
        return [case("up", "B", scale=1e3), case("down", "B", scale=-1e3)]
    if role in ("square", "short"):
        return [case(role, "B", torch.float64, B=4, I=4 if role == "square" else 3, O=4)]
    if role == "fresh":
        return [case(str(k), "B", torch.float64, B=b, I=i, O=o) for k, (b, i, o) in FRESH]
    if role == "fresh32":
        return [case(str(k), "B", B=b, I=i, O=o) for k, (b, i, o) in FRESH]
    return [case("a", "B"), case("b", "B", B=letters["I"], I=letters["B"])]


FRESH = tuple(enumerate(((3, 5, 7), (6, 2, 5), (5, 8, 4))))
