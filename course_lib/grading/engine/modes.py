"""What a test sets for the whole process, gradients and random numbers, told to the other one.

Nothing comes back: a student's code cannot choose the random numbers that a test draws.
"""

import random

import numpy as np
import torch


class Modes:
    """What was last told."""

    def __init__(self) -> None:
        self.told: dict[str, object] = {}

    def changed(self) -> dict:
        """The modes now; states of random numbers only if a test has drawn or seeded since."""
        states = {}
        for name, now in _NOW.items():
            state = now()
            if not _equal(state, self.told.get(name)):
                states[name] = _as_json(name, state)
                self.told[name] = state
        return {
            "grad": torch.is_grad_enabled(),
            "dtype": str(torch.get_default_dtype()).removeprefix("torch."),
            "random": states,
        }

    def drawn(self, names) -> None:
        """The student's code has used these generators. Step on, so that seeding anew is seen."""
        for name in names if type(names) is list else ():
            if name in _STEP:
                _STEP[name]()
                self.told[name] = _NOW[name]()


_NOW = {
    "torch": lambda: torch.get_rng_state().numpy().tobytes(),
    "numpy": np.random.get_state,
    "python": random.getstate,
}
_STEP = {
    "torch": lambda: torch.empty(1).uniform_(),
    "numpy": np.random.random_sample,
    "python": random.random,
}


def _equal(a, b) -> bool:
    if isinstance(a, tuple) and isinstance(b, tuple) and isinstance(a[1], np.ndarray):
        return np.array_equal(a[1], b[1]) and a[2:] == b[2:]
    return b is not None and a == b


def _as_json(name: str, state):
    if name == "torch":
        return state.hex()
    if name == "numpy":
        return [state[1].tobytes().hex(), *state[2:]]
    return [state[0], list(state[1]), state[2]]
