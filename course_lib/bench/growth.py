"""How the cost grows with length, batch and hidden size: linear in T, no hidden quadratic term."""

import statistics

import torch

from course_lib.bench.measure import in_turn, slope
from course_lib.layers import LSTM

START = {"T": 50, "B": 16, "H": 64}
STEPS = (1, 2, 4, 8)
INPUT = 32


def growth(rounds: int = 5) -> dict:
    """Seconds of an LSTM's forward and backward pass as one of T, B, H doubles, and exponents."""
    seconds, exponents = {}, {}
    for letter, start in START.items():
        sizes = [start * step for step in STEPS]
        runs = {str(size): _run({**START, letter: size}) for size in sizes}
        times = {name: statistics.median(taken) for name, taken in in_turn(runs, rounds).items()}
        seconds[letter] = {"sizes": sizes, "seconds": [times[str(size)] for size in sizes]}
        exponents[letter] = slope(sizes, seconds[letter]["seconds"])
    return {"seconds": seconds, "exponents": exponents}


def _run(sizes):
    module = LSTM(INPUT, sizes["H"], batch_first=True)
    x = torch.randn(sizes["B"], sizes["T"], INPUT)

    def run():
        module.zero_grad()
        module(x)[0].sum().backward()

    return run
