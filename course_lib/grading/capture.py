"""A student's code runs here: its prints are kept short, nothing leaks.

Text on stderr would make nbgrader give 0 points, so warnings and stderr are swallowed. Random
numbers, gradient mode and default type are as before when the code has run.
"""

import builtins
import io
import os
import random
import sys
import warnings
from contextlib import contextmanager

import torch

PRINTED = 2000  # characters of a student's prints that are shown
DEEPEST = 3000  # calls inside each other; many more, and Python itself ends without a word


class Printed(io.TextIOBase):
    """A stream that keeps the first ``PRINTED`` characters and counts the rest."""

    def __init__(self):
        self.kept = ""
        self.dropped = 0

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        room = max(0, PRINTED - len(self.kept))
        self.kept += text[:room]
        self.dropped += len(text[room:])
        return len(text)

    def isatty(self) -> bool:
        return False


@contextmanager
def contained():
    """Everything one check does. Yields the stream that collects prints."""
    printed = Printed()
    before = sys.stdout, sys.stderr
    ask = builtins.input
    python_random = random.getstate()
    grad, dtype, threads = (
        torch.is_grad_enabled(),
        torch.get_default_dtype(),
        torch.get_num_threads(),
    )
    anomaly = torch.is_anomaly_enabled()
    sys.stdout, sys.stderr = printed, Printed()
    builtins.input = _nobody_answers
    try:
        with (
            _without_stderr(),
            _not_too_deep(),
            warnings.catch_warnings(),
            torch.random.fork_rng(devices=[]),
            _numpy_random(),
            torch.enable_grad(),
        ):
            warnings.simplefilter("ignore")
            yield printed
    finally:
        sys.stdout, sys.stderr = before
        builtins.input = ask
        random.setstate(python_random)
        torch.set_grad_enabled(grad)
        torch.set_default_dtype(dtype)
        if torch.get_num_threads() != threads:
            torch.set_num_threads(threads)
        torch.autograd.set_detect_anomaly(anomaly)


def _nobody_answers(*_prompt):
    """In JupyterLab a question that nobody answers would leave the notebook waiting for good."""
    raise EOFError("input() has nobody to ask while a check runs")


@contextmanager
def _without_stderr():
    """Compiled code (NNPACK, oneDNN) writes to file descriptor 2, past ``sys.stderr``."""
    try:
        kept, nothing = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    except OSError:  # a sandbox without a descriptor 2 has nothing to protect
        yield
        return
    try:
        os.dup2(nothing, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nothing)


@contextmanager
def _numpy_random():
    numbers = sys.modules.get("numpy.random")  # loading it takes its time, and may be for nothing
    state = numbers.get_state() if numbers else None
    try:
        yield
    finally:
        if numbers:
            numbers.set_state(state)


@contextmanager
def _not_too_deep():
    """A student's code may ask for more calls inside each other, and gets up to ``DEEPEST``.

    A function that calls itself without end is then an error like others, not the kernel's end.
    """
    allow, before = sys.setrecursionlimit, sys.getrecursionlimit()
    sys.setrecursionlimit = lambda limit: allow(min(limit, DEEPEST))
    try:
        if before > DEEPEST:
            allow(DEEPEST)
        yield
    finally:
        sys.setrecursionlimit = allow
        allow(before)
