"""What is compared with what, at which sizes, and which ratio is aimed at."""

import warnings
from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import nn
from torch.nn import functional as F

from course_lib.bench import yardsticks
from course_lib.layers import GRU, LSTM, RNN, ConvLSTM, conv1d, conv2d

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


class Case(NamedTuple):
    """One comparison: runs by name, the one all are divided by, and the targets for ours."""

    name: str
    runs: dict[str, Callable]
    against: str
    targets: dict[str, float]


def recurrent(kind: str, size: str, backward: bool) -> Case:
    """Ours, torch's and the lecture's loop; forward, or forward and backward."""
    batch, steps, inputs, hidden = SIZES[size]
    ours_class, torchs_class = {
        "RNN": (RNN, nn.RNN), "LSTM": (LSTM, nn.LSTM),
        "LSTMP": (LSTM, nn.LSTM), "GRU": (GRU, nn.GRU),
    }[kind]  # fmt: skip
    projected = {"proj_size": min(PROJECTION, hidden - 1)} if kind == "LSTMP" else {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        ours = ours_class(inputs, hidden, batch_first=True, **projected)
        torchs = torchs_class(inputs, hidden, batch_first=True, **projected)
    torchs.load_state_dict(ours.state_dict())
    weights = list(ours.parameters())
    x = torch.randn(batch, steps, inputs, requires_grad=backward)
    h = torch.zeros(batch, projected.get("proj_size", hidden))
    c = torch.zeros(batch, hidden)
    lecture = {
        "RNN": lambda: yardsticks.lecture_rnn(x, h, weights),
        "GRU": lambda: yardsticks.lecture_gru(x, h, weights),
    }.get(kind, lambda: yardsticks.lecture_lstm(x, h, c, weights))
    forwards = {"ours": lambda: ours(x)[0], "torch": lambda: torchs(x)[0], "lecture": lecture}
    _same(forwards)
    leaves = {"ours": weights, "torch": list(torchs.parameters()), "lecture": weights}
    runs = {
        name: (_with_backward(run, [x, *leaves[name]]) if backward else _without_grad(run))
        for name, run in forwards.items()
    }
    targets = TARGETS.get((kind, size, "fwd+bwd" if backward else "fwd"), {})
    return Case(f"{kind} {size} {'fwd+bwd' if backward else 'fwd'}", runs, "torch", targets)


def convlstm(size: str, backward: bool) -> Case:
    """Ours with peepholes against the two forms most people use, and the convolutions alone."""
    batch, steps, c_in, hidden, side, kernel = FRAMES[size]
    x = torch.randn(batch, steps, c_in, side, side)  # frames: data have no gradient
    ours = ConvLSTM(c_in, hidden, kernel, batch_first=True, peephole="map", image_size=(side, side))
    modules = {
        "one convolution, no peepholes": yardsticks.OneConvolution(c_in, hidden, kernel),
        "eight convolutions, peepholes": yardsticks.EightConvolutions(
            c_in, hidden, kernel, (side, side)
        ),
        "convolutions alone": yardsticks.ConvolutionsAlone(c_in, hidden, kernel),
    }
    forwards = {"ours": lambda: ours(x)[0]} | {
        name: (lambda module=module: module(x)) for name, module in modules.items()
    }
    leaves = {"ours": list(ours.parameters())} | {
        name: list(module.parameters()) for name, module in modules.items()
    }
    runs = {
        name: (_with_backward(run, leaves[name]) if backward else _without_grad(run))
        for name, run in forwards.items()
    }
    what = "fwd+bwd" if backward else "fwd"
    targets = TARGETS.get(("ConvLSTM", size, what), {})
    return Case(f"ConvLSTM {size} {what}", runs, "one convolution, no peepholes", targets)


def convolution() -> list[Case]:
    """Convolution from tensor operations against torch's."""
    x, w = torch.randn(8, 32, 256), torch.randn(64, 32, 5)
    long_x, long_w = torch.randn(8, 4, 2048), torch.randn(4, 4, 511)
    image, kernel = torch.randn(8, 16, 32, 32), torch.randn(32, 16, 3, 3)
    pairs = [
        ("conv1d k5", lambda: conv1d(x, w), lambda: F.conv1d(x, w), 1.3),
        ("conv1d k511", lambda: conv1d(long_x, long_w), lambda: F.conv1d(long_x, long_w), 0.1),
        ("conv2d 32x32 k3", lambda: conv2d(image, kernel), lambda: F.conv2d(image, kernel), 1.4),
    ]
    return [
        Case(f"{name} fwd", {"ours": ours, "torch": torchs}, "torch", {"torch": target})
        for name, ours, torchs, target in pairs
    ]


# The highest ratio of ours to the run named, as the course aims at it.
TARGETS = {
    ("RNN", "mid", "fwd+bwd"): {"torch": 0.75},
    ("GRU", "mid", "fwd+bwd"): {"torch": 0.80},
    ("GRU", "big", "fwd+bwd"): {"torch": 0.95},
    ("LSTMP", "mid", "fwd+bwd"): {"torch": 0.85},
    ("LSTMP", "big", "fwd+bwd"): {"torch": 0.90},
    ("LSTM", "mid", "fwd+bwd"): {"torch": 1.4},
    ("LSTM", "big", "fwd+bwd"): {"torch": 0.95, "lecture": 1 / 40},
    ("LSTM", "big", "fwd"): {"torch": 1.5, "lecture": 1 / 40},
    ("ConvLSTM", "64x64", "fwd+bwd"): {
        "one convolution, no peepholes": 0.80,
        "convolutions alone": 1.22,
    },
    ("ConvLSTM", "16x16", "fwd+bwd"): {"one convolution, no peepholes": 0.75},
}


def _with_backward(run, leaves):
    def both():
        for leaf in leaves:
            leaf.grad = None
        run().sum().backward()

    return both


def _without_grad(run):
    def forward():
        with torch.no_grad():
            run()

    return forward


def _same(forwards):
    """A wrong yardstick would measure nothing."""
    with torch.no_grad():
        results = [run() for run in forwards.values()]
    for result in results[1:]:
        torch.testing.assert_close(result, results[0], rtol=1e-3, atol=1e-4)
