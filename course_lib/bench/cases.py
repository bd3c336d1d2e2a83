"""What is compared with what, at which sizes, and which ratio is aimed at."""

import warnings
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import torch
from torch import nn
from torch.nn import functional as F

from course_lib.bench import yardsticks
from course_lib.layers import (
    GRU,
    LSTM,
    RNN,
    ConvLSTM,
    conv1d,
    conv2d,
    gru_forward,
    lstm_forward,
    rnn_forward,
)

PROJECTION = 64
SIZES = {  # B, T, I, H
    "small": (2, 3, 4, 5),
    "mid": (32, 100, 64, 128),
    "big": (64, 200, 256, 256),
}
FRAMES = {  # B, T, C_in, C_h, H = W, kernel
    "64x64": (8, 5, 1, 64, 64, 3),
    "16x16": (2, 10, 1, 16, 16, 3),
}
# How often each version runs. The lecture's loop takes many seconds at "big": it runs once.
ROUNDS = {"small": 100, "mid": 15, "big": 5, "16x16": 25, "64x64": 5, "conv": 41}
COMMON, LECTURE, ALONE = "one convolution, no peepholes", "lecture", "convolutions alone"
AUTOGRAD = "autograd"  # the readable loop of course_lib.layers, its backward pass by autograd


class Case(NamedTuple):
    """One comparison: runs by name, the one all are divided by, the targets for ours.

    ``slow``: the runs that are timed once only.
    """

    runs: dict[str, Callable]
    against: str
    targets: dict[str, float]
    rounds: int
    slow: tuple[str, ...] = ()


def recurrent(kind: str, size: str, backward: bool, device: str = "cpu") -> Case:
    """Ours, torch's and the lecture's loop; forward, or forward and backward."""
    batch, steps, inputs, hidden = SIZES[size]
    ours, torchs, projected = twins(kind, inputs, hidden, device)
    weights = list(ours.parameters())
    x = torch.randn(batch, steps, inputs, requires_grad=backward, device=device)
    h = torch.zeros(batch, projected or hidden, device=device)
    c = torch.zeros(batch, hidden, device=device)
    lecture = {
        "RNN": lambda: yardsticks.lecture_rnn(x, h, weights),
        "GRU": lambda: yardsticks.lecture_gru(x, h, weights),
    }.get(kind, lambda: yardsticks.lecture_lstm(x, h, c, weights))
    readable = {
        "RNN": lambda: rnn_forward(x, None, *weights)[0],
        "GRU": lambda: gru_forward(x, None, *weights)[0],
    }.get(kind, lambda: lstm_forward(x, None, *weights)[0])
    forwards = {"ours": lambda: ours(x)[0], "torch": lambda: torchs(x)[0], LECTURE: lecture}
    forwards |= {AUTOGRAD: readable} if backward else {}
    if backward and size == "big":
        del forwards[LECTURE]  # a copy of the weights for each row and step: 27 GB to keep
    leaves = {name: [x, *weights] for name in forwards} | {"torch": [x, *torchs.parameters()]}
    what = _what(backward)
    targets = {LECTURE: 1 / 40} if size == "big" and not backward else {}
    targets |= {AUTOGRAD: 1.0} if backward and size != "small" else {}
    return Case(
        _runs(forwards, leaves, backward),
        "torch",
        TARGETS.get((kind, size, what), {}) | targets,
        ROUNDS[size],
        (LECTURE,) if LECTURE in forwards and size == "big" else (),
    )


def twins(kind: str, inputs: int, hidden: int, device: str = "cpu"):
    """Our module and torch's with the same weights, and the size of the projection or 0."""
    ours_class, torchs_class = {
        "RNN": (RNN, nn.RNN), "LSTM": (LSTM, nn.LSTM),
        "LSTMP": (LSTM, nn.LSTM), "GRU": (GRU, nn.GRU),
    }[kind]  # fmt: skip
    projected = min(PROJECTION, hidden - 1) if kind == "LSTMP" else 0
    options = {"batch_first": True, "device": device}
    options |= {"proj_size": projected} if projected else {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        ours = ours_class(inputs, hidden, **options)
        torchs = torchs_class(inputs, hidden, **options)
    torchs.load_state_dict(ours.state_dict())
    return ours, torchs, projected


def convlstm(size: str, backward: bool, device: str = "cpu") -> Case:
    """Ours with peepholes against the two forms most people use, and the convolutions alone.

    The frames are data: no gradient is asked for them.
    """
    batch, steps, c_in, hidden, side, kernel = FRAMES[size]
    x = torch.randn(batch, steps, c_in, side, side, device=device)
    modules = {
        "ours": ConvLSTM(
            c_in, hidden, kernel, batch_first=True, peephole="map", image_size=(side, side)
        ),
        COMMON: yardsticks.OneConvolution(c_in, hidden, kernel),
        "eight convolutions, peepholes": yardsticks.EightConvolutions(
            c_in, hidden, kernel, (side, side)
        ),
        ALONE: yardsticks.ConvolutionsAlone(c_in, hidden, kernel),
    }
    for module in modules.values():
        module.to(device)
    forwards = {name: partial(_output, module, x) for name, module in modules.items()}
    leaves = {name: list(module.parameters()) for name, module in modules.items()}
    targets = TARGETS.get(("ConvLSTM", size, _what(backward)), {})
    return Case(_runs(forwards, leaves, backward), COMMON, targets, ROUNDS[size])


def convolution(name: str, backward: bool, device: str = "cpu") -> Case:
    """Convolution from tensor operations against torch's."""
    ours, torchs, x_shape, w_shape, target = CONVOLUTIONS[name]
    x = torch.randn(x_shape, device=device, requires_grad=backward)
    w = torch.randn(w_shape, device=device, requires_grad=backward)
    forwards = {"ours": lambda: ours(x, w), "torch": lambda: torchs(x, w)}
    runs = _runs(forwards, {name: [x, w] for name in forwards}, backward)
    return Case(runs, "torch", {} if backward else {"torch": target}, ROUNDS["conv"])


CONVOLUTIONS = {
    "conv1d k5": (conv1d, F.conv1d, (8, 32, 256), (64, 32, 5), 1.3),
    "conv1d k511": (conv1d, F.conv1d, (8, 4, 2048), (4, 4, 511), 0.1),
    "conv2d 32x32 k3": (conv2d, F.conv2d, (8, 16, 32, 32), (32, 16, 3, 3), 1.4),
}
# The highest ratio of ours to the run named, as the course aims at it.
TARGETS = {
    ("RNN", "mid", "fwd+bwd"): {"torch": 0.75},
    ("GRU", "mid", "fwd+bwd"): {"torch": 0.80},
    ("GRU", "big", "fwd+bwd"): {"torch": 0.95},
    ("LSTMP", "mid", "fwd+bwd"): {"torch": 0.85},
    ("LSTMP", "big", "fwd+bwd"): {"torch": 0.90},
    ("LSTM", "mid", "fwd+bwd"): {"torch": 1.4},
    ("LSTM", "big", "fwd+bwd"): {"torch": 0.95},
    ("LSTM", "big", "fwd"): {"torch": 1.5},
    ("ConvLSTM", "64x64", "fwd+bwd"): {COMMON: 0.80, ALONE: 1.22},
    ("ConvLSTM", "16x16", "fwd+bwd"): {COMMON: 0.75},
}


def every_case() -> dict[str, Callable[..., Case]]:
    """All comparisons by name, such as "LSTM mid fwd+bwd"; each is made with ``device``."""
    found = {}
    for kind in ("RNN", "LSTM", "LSTMP", "GRU"):
        for size in SIZES:
            for backward in (False, True):
                name = f"{kind} {size} {_what(backward)}"
                found[name] = partial(recurrent, kind, size, backward)
    for size in FRAMES:
        for backward in (False, True):
            found[f"ConvLSTM {size} {_what(backward)}"] = partial(convlstm, size, backward)
    for name in CONVOLUTIONS:
        for backward in (False, True):
            found[f"{name} {_what(backward)}"] = partial(convolution, name, backward)
    return found


def _what(backward: bool) -> str:
    return "fwd+bwd" if backward else "fwd"


def _output(module, x):
    output = module(x)
    return output[0] if isinstance(output, tuple) else output


def _runs(forwards, leaves, backward):
    if not backward:
        return {name: partial(_without_grad, run) for name, run in forwards.items()}
    return {name: partial(_with_backward, run, leaves[name]) for name, run in forwards.items()}


def _with_backward(run, leaves):
    for leaf in leaves:
        leaf.grad = None
    output = run()
    output.sum().backward()
    return output


def _without_grad(run):
    with torch.no_grad():
        return run()
