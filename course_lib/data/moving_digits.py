"""Digits that move and bounce off its walls (Srivastava et al. 2015, Shi et al. 2015)."""

import math
from functools import cache
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from course_lib.shapes import a_number, at_least, one_of

FILES = Path(__file__).parent / "files"
SOURCES = {"mnist": ("mnist.npz", 255), "small": ("small_digits.npz", 16)}
SPLITS = {"train": (0.0, 0.8), "valid": (0.8, 0.9), "test": (0.9, 1.0)}


def digit_images(source: str = "mnist", split: str | None = None) -> tuple[Tensor, Tensor]:
    """The digits themselves: "mnist" (28x28, 10 000 of them) or "small" (8x8, 1 797).

    Shapes: -> images (N, S, S) float32 from 0 to 1, labels (N) int64. split is "train" (80 %),
    "valid" or "test" (10 % each), disjoint, or None for all.
    Raises ValueError for a source or split that does not exist.
    """
    one_of("source", source, SOURCES)
    images, labels = _load(source)
    if split is None:
        return images, labels
    one_of("split", split, SPLITS)
    start, stop = (round(share * len(images)) for share in SPLITS[split])
    return images[start:stop], labels[start:stop]


def moving_digits(
    count: int,
    steps: int = 20,
    size: int = 64,
    digits: int = 2,
    source: str = "mnist",
    split: str | None = "train",
    speed: tuple[float, float] = (3.0, 5.0),
    seed: int = 0,
) -> Tensor:
    """Sequences of frames in which digits move along straight lines and bounce off the walls.

    Shapes: -> (count, steps, 1, size, size) float32 from 0 to 1. Each digit starts at a random
    place, in a random direction, with a speed drawn from ``speed`` (pixels a step); where digits
    overlap the brighter pixel shows. The same arguments give the same frames.
    Raises ValueError for sizes < 1, a frame smaller than a digit, or a fastest speed below the
    slowest.
    Source: Shi et al. 2015, section 4.1.
    """
    for name, value in (("count", count), ("steps", steps), ("size", size), ("digits", digits)):
        at_least(name, value, 1)
    at_least("seed", seed, 0)
    if not isinstance(speed, tuple | list) or len(speed) != 2:
        raise TypeError(f"speed must be the pair (slowest, fastest), got {speed!r}")
    a_number("the fastest speed", speed[1], a_number("the slowest speed", speed[0], 0))
    images, _ = digit_images(source, split)
    side = images.shape[1]
    if size < side:
        raise ValueError(f"size must be at least {side}, the size of a {source} digit, got {size}")
    generator = torch.Generator().manual_seed(seed)
    uniform = torch.rand(4, count, digits, generator=generator)
    chosen = torch.randint(len(images), (count, digits), generator=generator)
    angle = 2 * math.pi * uniform[0]
    pace = speed[0] + (speed[1] - speed[0]) * uniform[1]
    room = size - side
    velocity = pace * torch.stack([angle.sin(), angle.cos()])  # (2, count, digits)
    time = torch.arange(steps).reshape(-1, 1, 1, 1)
    place = _bounce(uniform[2:] * room + velocity * time, room).round().long()
    frames = torch.zeros(count, steps, size, size)
    for n in range(count):
        for d in range(digits):
            image = images[chosen[n, d]]
            for t in range(steps):
                y, x = place[t, :, n, d].tolist()
                window = frames[n, t, y : y + side, x : x + side]
                torch.maximum(window, image, out=window)
    return frames.unsqueeze(2)


def _bounce(place: Tensor, room: int) -> Tensor:
    """Fold a straight line into [0, room]: a ball between two walls is a triangle wave."""
    if room == 0:
        return torch.zeros_like(place)
    return room - (place.remainder(2 * room) - room).abs()


@cache
def _load(source):
    file, brightest = SOURCES[source]
    with np.load(FILES / file) as data:
        images = torch.from_numpy(data["images"]).float() / brightest
        labels = torch.from_numpy(data["labels"].astype(np.int64))
    # The files are sorted by digit; every split shall have all of them.
    order = torch.randperm(len(images), generator=torch.Generator().manual_seed(0))
    return images[order], labels[order]
