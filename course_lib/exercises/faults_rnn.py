"""One RNN with a switch for every known mistake: the cell and the loop. With none on, it is right.

``on`` is the set of switches that are thrown. The right code reads straight down; every ``if`` is
a mistake somebody made.
"""

import torch
from torch import Tensor

ACTIVATIONS = {
    "linear": lambda a: a,
    "sigmoid": torch.sigmoid,
    "relu": torch.relu,
    "tanh-twice": lambda a: torch.tanh(torch.tanh(a)),
    "tanh-overflow": lambda a: (a.exp() - (-a).exp()) / (a.exp() + (-a).exp()),
}


def cell(on: frozenset[str], x, h, w_ih, w_hh, b_ih, b_hh):
    """One time step: x (B, I), h (B, H) -> the new h (B, H)."""
    if "float32" in on:
        x, h, w_ih, w_hh, b_ih, b_hh = (t.float() for t in (x, h, w_ih, w_hh, b_ih, b_hh))
    if "b_ih-twice" in on:
        b_hh = b_ih
    if "b_hh-twice" in on:
        b_ih = b_hh
    if on & {"b_ih-missing", "biases-missing"}:
        b_ih = torch.zeros_like(b_ih)
    if on & {"b_hh-missing", "biases-missing"}:
        b_hh = torch.zeros_like(b_hh)
    from_x, from_h = x @ w_ih.T, h @ (w_hh if "w_hh-not-transposed" in on else w_hh.T)
    if "x-unused" in on:
        from_x = torch.zeros_like(from_h)
    if "h-unused" in on:
        from_h = torch.zeros_like(from_x)
    new = activated(on, from_x, from_h, b_ih, b_hh)
    if "h-added" in on:
        new = new + h
    if "h-averaged" in on:
        new = (new + h) / 2
    if "returns-old-h" in on:
        new = h + 0 * new
    if "h-in-place" in on:
        return h.copy_(new)
    return new.squeeze() if "squeeze" in on else new


def activated(on, from_x, from_h, b_ih, b_hh) -> Tensor:
    """h_t = tanh(x_t W_ih^T + b_ih + h_{t-1} W_hh^T + b_hh)."""
    one, other = from_x + b_ih, from_h + b_hh
    if "tanh-of-x-only" in on:
        return torch.tanh(one) + other
    if "tanh-of-h-only" in on:
        return one + torch.tanh(other)
    if "tanh-of-each" in on:
        return torch.tanh(one) + torch.tanh(other)
    if "biases-outside" in on:
        return torch.tanh(from_x + from_h) + b_ih + b_hh
    if "sums-multiplied" in on:
        return torch.tanh(one * other)
    if "h-subtracted" in on:
        return torch.tanh(one - other)
    for name, function in ACTIVATIONS.items():
        if f"activation:{name}" in on:
            return function(one + other)
    return torch.tanh(one + other)


def forward(on: frozenset[str], input, h_0, w_ih, w_hh, b_ih, b_hh):
    """input (B, T, I), h_0 (B, H) or None -> output (B, T, H), h_n (B, H)."""
    h_0 = first_state(on, input, h_0, w_hh)
    weights = (w_ih, w_hh, b_ih, b_hh)
    if "float32" in on:
        input, h_0, weights = input.float(), h_0.float(), tuple(w.float() for w in weights)
    length = input.shape[1]
    steps = range(length)
    if on & {"reads-backwards", "reversed-throughout"}:
        steps = reversed(steps)
    if "skips-first" in on:
        steps = range(1, length)
    if "skips-last" in on:
        steps = range(length - 1)
    h, history, shown = h_0, [h_0], []
    for t in steps:
        x = input[:, 0] if "input-stuck" in on else input[:, t]
        new = cell(on, x, h, *weights)
        shown.append(h if "output-lags" in on else new)
        history.append(new)
        h = carried(on, history)
    return gathered(on, shown, history)


def first_state(on, input, h_0, w_hh) -> Tensor:
    """h_0 (B, H): the given one, or zeros."""
    dtype = torch.float32 if "zeros-float32" in on else input.dtype
    zeros = torch.zeros(len(input), len(w_hh), dtype=dtype)
    if "default-missing" in on:
        return h_0 + 0
    if h_0 is None:
        return torch.ones_like(zeros) if "default-ones" in on else zeros
    if "h_0-ignored" in on:
        return zeros
    if "initial-detached" in on:
        return h_0.detach()
    return h_0.mul_(0.5) if "initial-in-place" in on else h_0


def carried(on, history) -> Tensor:
    """The state that the next time step starts from; ``history`` begins with the initial one."""
    if "not-carried" in on:
        return history[0]
    if "restarts-from-zero" in on:
        return torch.zeros_like(history[0])
    if "carried-late" in on:
        return history[-2]
    return history[-1].detach() if "detached" in on else history[-1]


def gathered(on, shown, history) -> tuple[Tensor, Tensor]:
    """output (B, T, H), h_n (B, H) from what each time step gave."""
    h_n = history[-1]
    if "final-first" in on:
        h_n = history[1]
    if "final-second-last" in on:
        h_n = history[-2]
    if "final-initial" in on:
        h_n = history[0]
    if "final-mean" in on:
        h_n = torch.stack(shown).mean(0)
    if "reads-backwards" in on:
        shown = shown[::-1]
    if "output-reversed" in on:
        shown = shown[::-1]
    output = torch.stack(shown, 1)
    zero = torch.zeros_like(output[:, :1])
    if "last-left-empty" in on:
        output = torch.cat([output[:, :-1], zero], 1)
    if "first-left-empty" in on:
        output = torch.cat([zero, output[:, 1:]], 1)
    if "output-scrambled" in on:
        output = torch.stack(shown, 0).reshape(output.shape)
    if "output-last-only" in on:
        output = output[:, -1]
    if "output-repeats-last" in on:
        output = output[:, -1:].expand_as(output)
    if "final-last-row" in on:
        h_n = output[-1]
    if "output-squeezed" in on:
        output = output.squeeze()
    return output, h_n.squeeze() if "final-squeezed" in on else h_n
