"""How the cost grows with length, batch and hidden size: linear in T, no hidden quadratic term."""

import statistics

import torch

from course_lib.bench.measure import in_turn, peak_memory, slope
from course_lib.layers import GRU, LSTM, RNN

KINDS = {"RNN": RNN, "LSTM": LSTM, "GRU": GRU}
START = {"T": 50, "B": 16, "H": 64}
STEPS = (1, 2, 4, 8)
INPUT = 32


def growth(kind: str, letter: str, rounds: int = 7) -> dict:
    """Seconds of a forward and backward pass as one of T, B, H doubles, and the exponent."""
    torch.set_num_threads(1)
    sizes = [START[letter] * step for step in STEPS]
    runs = {str(size): training_step(kind, {**START, letter: size}) for size in sizes}
    seconds = [statistics.median(taken) for taken in in_turn(runs, rounds).values()]
    return {"sizes": sizes, "seconds": seconds, "exponent": slope(sizes, seconds)}


def training_step(kind: str, sizes: dict):
    """One forward and backward pass over (B, T, 32) with hidden size H."""
    module = KINDS[kind](INPUT, sizes["H"], batch_first=True)
    x = torch.randn(sizes["B"], sizes["T"], INPUT)

    def run():
        module.zero_grad()
        module(x)[0].sum().backward()

    return run


def peak(kind: str, letter: str, size: int) -> dict:
    """Peak memory of one pass with one of T, B, H changed: only once in a process."""
    training_step(kind, {"T": 2, "B": 2, "H": 4})()  # what torch sets up at the first call
    sizes = {"T": 200, "B": 64, "H": 128, letter: size}
    return {"megabytes": peak_memory(training_step(kind, sizes))}
