"""One ConvLSTM cell with a switch for every known mistake. With no switch on, it is right.

What happens after the four sums is the LSTM's own, and so are the mistakes made there; here are
those of the convolutions and of the peepholes. ``on`` is the set of switches that are thrown.
"""

import torch
from torch import Tensor, nn
from torch.nn.functional import conv2d

from course_lib.exercises.faults_lstm import (
    BY_GATE,
    GATES,
    activate,
    new_cell_state,
    new_hidden_state,
    parts,
)


def cell(on: frozenset[str], x, state, w_x, w_h, b, w_ci, w_cf, w_co):
    """One time step: x (B, I, H, W), h and c (B, C, H, W) -> h, c."""
    h, c_old = state
    if "float32" in on:
        x, h, c_old, w_x, w_h, b, w_ci, w_cf, w_co = (
            tensor.float() for tensor in (x, h, c_old, w_x, w_h, b, w_ci, w_cf, w_co)
        )
    a = pre_activations(on, x, h, w_x, w_h, b)
    seen = {"i": w_ci, "f": w_cf, "o": w_co}
    peepholes = {gate: seen[other] for gate, other in {**dict(zip("ifo", "ifo", strict=True)),
                 **dict(parts(on, "peephole"))}.items()}  # fmt: skip
    for (name,) in parts(on, "peephole-on-candidate"):
        a["g"] = a["g"] + seen[name] * c_old
    i, f = (gated(on, gate, a[gate], peepholes[gate], c_old, h) for gate in "if")
    g = activate(on, "g", a["g"])
    old = c_old.clone() if "cell-in-place" in on else c_old  # as it was, for the peephole
    c = new_cell_state(on, i, f, g, a["o"].sigmoid(), c_old)
    o = gated(on, "o", a["o"], peepholes["o"], old if "o-sees-old-c" in on else c, h)
    h = new_hidden_state(on, i, f, g, o, c, old, None)
    if "cell-tanh-stored" in on:
        c = torch.tanh(c)
    if "returns-old-c" in on:
        c = old
    if "returns-c-as-h" in on:
        h = c
    if "returns-h-as-c" in on:
        c = h
    if "returns-swapped" in on:
        h, c = c, h
    if "squeeze" in on:
        h, c = h.squeeze(), c.squeeze()
    return h, c


def pre_activations(on, x, h, w_x, w_h, b) -> dict[str, Tensor]:
    """Four sums a_i, a_f, a_g, a_o, each (B, C, H, W)."""
    if "kernels-transposed" in on:
        w_x, w_h = w_x.transpose(-1, -2), w_h.transpose(-1, -2)
    pad = padding(on, w_x.shape[-1])
    if "concat-order" in on:
        stacked = conv2d(torch.cat([h, x], 1), torch.cat([w_x, w_h], 1), b, padding=pad)
        return dict(zip(GATES, stacked.chunk(4, 1), strict=True))
    from_x, from_h = conv2d(x, w_x, padding=pad), conv2d(h, w_h, padding=pad)
    bias = b.reshape(-1, 1, 1)
    if "bias-twice" in on:
        bias = bias * 2
    if "gates-interleaved" in on:
        stacked = from_x + from_h + bias
        return {gate: stacked[:, k::4] for k, gate in enumerate(GATES)}
    if not any(switch.startswith(BY_GATE) for switch in on):
        return dict(zip(GATES, (from_x + from_h + bias).chunk(4, 1), strict=True))
    blocks = {
        "x": dict(zip(GATES, from_x.chunk(4, 1), strict=True)),
        "h": dict(zip(GATES, from_h.chunk(4, 1), strict=True)),
        "b": dict(zip(GATES, bias.chunk(4), strict=True)),
    }
    for name, gate, other in parts(on, "rows"):
        blocks[name] = {**blocks[name], gate: blocks[name][other]}
    for (name,) in parts(on, "one-gate-for-all"):
        blocks[name] = dict.fromkeys(GATES, blocks[name]["i"])
    only = [gate for (gate,) in parts(on, "bias-only")]
    a = {}
    for gate in GATES:
        terms = {name: block[gate] for name, block in blocks.items()}
        for (term,) in parts(on, "without"):
            terms.pop(term, None)
        for term, which in parts(on, "without-in"):
            if which == gate:
                terms.pop(term, None)
        if only and gate not in only:
            terms.pop("b", None)
        a[gate] = sum(terms.values())
    return a


def padding(on, K: int) -> int:
    """Pixels of padding on every side."""
    pad = K // 2
    for switch, pixels in (
        ("padding-missing", 0),
        ("padding-one-too-many", K // 2 + 1),
        ("padding-one", min(1, K // 2)),
        ("padding-full", K - 1),
        ("padding-of-K", K),
    ):
        if switch in on:
            pad = pixels
    return pad


def gated(on, gate: str, a: Tensor, w: Tensor, c: Tensor, h: Tensor) -> Tensor:
    """The gate i, f or o: σ(a + w ⊙ c)."""
    if [gate] in parts(on, "without-peephole"):
        return activate(on, gate, a)
    if "peephole-outside" in on:
        return activate(on, gate, a) + w * c
    return activate(on, gate, a + peeped(on, gate, w, c, h))


def peeped(on, gate: str, w: Tensor, c: Tensor, h: Tensor) -> Tensor:
    """w ⊙ c, for w (C, H, W) and c (B, C, H, W)."""
    if "peephole-sees-h" in on:
        c = h
    if "peephole-sees-tanh" in on or ("o-sees-tanh" in on and gate == "o"):
        c = torch.tanh(c)
    if "peepholes-transposed" in on:
        w = w.transpose(-1, -2)
    if "peephole-matmul" in on:
        return w @ c
    if "peephole-matmul-right" in on:
        return c @ w
    if "peephole-added" in on:
        return w + c
    if "peephole-as-bias" in on:
        return w
    if "peephole-negated" in on:
        return -w * c
    if "peephole-conv" in on:
        return conv2d(c, w.unsqueeze(0))  # (B, 1, 1, 1)
    if "peephole-conv-same" in on:
        return conv2d(c, w.unsqueeze(0), padding="same")  # (B, 1, H, W)
    if "peephole-depthwise" in on:
        return conv2d(c, w.unsqueeze(1), padding="same", groups=len(w))
    if "peephole-averaged" in on:
        w = w.mean((1, 2), keepdim=True)
    if "peephole-corner" in on:
        w = w[:, :1, :1]
    if "peephole-over-pixels" in on:
        c = c.mean((2, 3), keepdim=True)
    if "peephole-summed" in on:
        return (w * c).sum(1, keepdim=True)
    return w * c


def zero_state(on: frozenset[str], x, hidden_channels):
    """x (B, I, H, W) -> zeros h, c, each (B, C, H, W)."""
    B, I, H, W = x.shape
    if "zeros-of-input" in on:
        hidden_channels = I
    shape = (B, hidden_channels, H, W)
    if "zeros-turned" in on:
        shape = (B, hidden_channels, W, H)
    if "zeros-without-batch" in on:
        shape = shape[1:]
    if "zeros-without-image" in on:
        shape = shape[:2]
    if "zeros-channels-last" in on:
        shape = (B, H, W, hidden_channels)
    if "zeros-one-row" in on:
        shape = (1, *shape[1:])
    if "zeros-stacked" in on:
        shape = (B, 4 * hidden_channels, H, W)
    dtype = torch.float32 if "zeros-float32" in on else x.dtype
    device = "cpu" if "zeros-on-cpu" in on else x.device
    h = torch.zeros(shape, dtype=dtype, device=device)
    if "default-ones" in on:
        h = torch.ones_like(h)
    if "zeros-random" in on:
        h = torch.randn_like(h)
    c = torch.ones_like(h) if "c-starts-one" in on else torch.zeros_like(h)
    if "default-ones" in on:
        c = torch.ones_like(h)
    if "zeros-random" in on:
        c = torch.randn_like(h)
    return h, c


def module(on: frozenset[str]) -> type[nn.Module]:
    """A class ConvLSTMCell that makes the mistakes that are switched on."""
    return type("ConvLSTMCell", (FaultyCell,), {"on": on})


class FaultyCell(nn.Module):
    """x (B, I, H, W), state (h, c) or None -> h, c."""

    on: frozenset[str] = frozenset()

    def __init__(self, in_channels, hidden_channels, kernel_size, image_size):
        super().__init__()
        on, C, K = self.on, hidden_channels, kernel_size
        if K % 2 == 0 and "even-accepted" not in on:
            raise ValueError("kernel_size must be odd")
        self.hidden_channels, self.memory = C, None
        H, W = image_size
        rows = C if "one-gate-of-kernels" in on else 4 * C
        hidden_in = in_channels if "hidden-built-with-input" in on else C
        peephole = (C, H, W)
        for switch, shape in (
            ("peepholes-per-channel", (C, 1, 1)),
            ("peepholes-with-batch", (1, C, H, W)),
            ("peepholes-turned", (C, W, H)),
            ("peepholes-one-map", (H, W)),
            ("peepholes-as-convolution", (C, C, 1, 1)),
            ("peepholes-of-input", (in_channels, H, W)),
            ("peepholes-flat", (C,)),
        ):
            peephole = shape if switch in on else peephole
        self.shapes = {
            "weight_x": (rows, in_channels, K, K),
            "weight_h": (rows, hidden_in, K, K),
            "bias": (rows,),
            **{f"weight_c{gate}": peephole for gate in "ifo"},
        }
        if "linear-kernels-swapped" in on:
            self.shapes["weight_x"] = (in_channels, rows, K, K)
            self.shapes["weight_h"] = (hidden_in, rows, K, K)
        self.bound = (C * K * K) ** -0.5
        if "parameters-late" not in on:
            self.create()

    def create(self) -> None:
        for name, shape in self.shapes.items():
            peephole = name.startswith("weight_c")
            plain = "not-registered" in self.on
            plain |= "peepholes-not-registered" in self.on and peephole
            plain |= "bias-not-registered" in self.on and name == "bias"
            value = self.first_value(torch.zeros(shape), peephole)
            setattr(self, name, value if plain else nn.Parameter(value))
        if "peepholes-shared" in self.on:
            self.weight_cf = self.weight_co = self.weight_ci

    def first_value(self, value: Tensor, peephole: bool) -> Tensor:
        if peephole:
            if "peepholes-not-zero" in self.on:
                return value.uniform_(-self.bound, self.bound)
            return value
        if "starts-zero" in self.on:
            return value
        if "starts-ones" in self.on:
            return value + 1
        if "starts-empty" in self.on:
            return torch.empty_like(value)
        if "starts-normal" in self.on:
            return value.normal_()
        if "starts-positive" in self.on:
            return value.uniform_()
        return value.uniform_(-self.bound, self.bound)

    def forward(self, x, state=None):
        on = self.on
        if "parameters-late" in on and not hasattr(self, "weight_x"):
            self.create()
        weights = [getattr(self, name) for name in self.shapes]
        if "drawn-anew" in on:
            weights = [torch.randn_like(w) * self.bound for w in weights]
        if "module-states-ignored" in on:
            state = None
        if "keeps-state" in on and state is None:
            state = self.memory
        if state is None and "default-missing" not in on:
            state = zero_state(on, x, self.hidden_channels)
        if "initial-detached" in on:
            state = tuple(one.detach() for one in state)
        h, c = cell(on, x, state, *weights)
        self.memory = (h.detach(), c.detach())
        return h, c
