"""One LSTM with a switch for every known mistake. With no switch on, it is right.

``on`` is the set of switches that are thrown. A switch with parts, "rows:w_hh:i:f", carries them
after colons ("gate i reads gate f's rows of w_hh"). The right code reads straight down; every
``if`` is a mistake somebody made.
"""

from functools import cache

import torch
from torch import Tensor

GATES = "ifgo"
# Switches that treat the four sums differently; with none of them, one product makes all four.
BY_GATE = ("rows:", "one-gate-for-all:", "bias-only:", "no-bias-in:", "without")


@cache
def parts(on: frozenset[str], kind: str) -> list[list[str]]:
    """The parts of every thrown switch of this kind: "rows:w_hh:i:f" -> ["w_hh", "i", "f"]."""
    return [switch.split(":")[1:] for switch in sorted(on) if switch.split(":")[0] == kind]


def cell(on: frozenset[str], x, state, w_ih, w_hh, b_ih, b_hh, w_hr=None):
    """One time step: x (B, I), h (B, H or P), c (B, H) -> h, c."""
    h, c_old = state
    if "float32" in on:
        x, h, c_old, w_ih, w_hh, b_ih, b_hh = (
            tensor.float() for tensor in (x, h, c_old, w_ih, w_hh, b_ih, b_hh)
        )
        w_hr = None if w_hr is None else w_hr.float()
    a = pre_activations(on, x, h, w_ih, w_hh, b_ih, b_hh)
    i, f, g, o = (activate(on, gate, a[gate]) for gate in GATES)
    c = new_cell_state(on, i, f, g, o, c_old)
    h = new_hidden_state(on, i, f, g, o, c, c_old, w_hr)
    if "cell-tanh-stored" in on:
        c = torch.tanh(c)
    if "c-projected" in on and w_hr is not None:
        c = c @ w_hr.T
    if "returns-old-c" in on:
        c = c_old
    if "returns-c-as-h" in on:
        h = c
    if "returns-h-as-c" in on:
        c = h
    if "returns-swapped" in on:
        h, c = c, h
    if "squeeze" in on:
        h, c = h.squeeze(), c.squeeze()
    return h, c


def pre_activations(on, x, h, w_ih, w_hh, b_ih, b_hh) -> dict[str, Tensor]:
    """Four sums a_i, a_f, a_g, a_o, each (B, H)."""
    if "concat-order" in on:
        stacked = torch.cat([h, x], 1) @ torch.cat([w_ih, w_hh], 1).T + b_ih + b_hh
        return dict(zip(GATES, stacked.chunk(4, 1), strict=True))
    if "gates-interleaved" in on:
        stacked = x @ w_ih.T + b_ih + h @ w_hh.T + b_hh
        return {gate: stacked[:, k::4] for k, gate in enumerate(GATES)}
    if "b_ih-twice" in on:
        b_hh = b_ih
    if "b_hh-twice" in on:
        b_ih = b_hh
    if not any(switch.startswith(BY_GATE) for switch in on):
        stacked = x @ w_ih.T + b_ih + h @ w_hh.T + b_hh
        return dict(zip(GATES, stacked.chunk(4, 1), strict=True))
    stacks = {"w_ih": w_ih, "w_hh": w_hh, "b_ih": b_ih, "b_hh": b_hh}
    rows = {name: dict(zip(GATES, t.chunk(4), strict=True)) for name, t in stacks.items()}
    for name, gate, other in parts(on, "rows"):
        rows[name] = {**rows[name], gate: rows[name][other]}
    for (name,) in parts(on, "one-gate-for-all"):
        rows[name] = dict.fromkeys(GATES, rows[name]["i"])
    only = [gate for (gate,) in parts(on, "bias-only")]
    a = {}
    for gate in GATES:
        terms = {
            "x": x @ rows["w_ih"][gate].T,
            "h": h @ rows["w_hh"][gate].T,
            "b_ih": rows["b_ih"][gate].expand(len(x), -1),
            "b_hh": rows["b_hh"][gate].expand(len(x), -1),
        }
        for (term,) in parts(on, "without"):
            terms.pop(term, None)
        for term, which in parts(on, "without-in"):
            if which == gate:
                terms.pop(term, None)
        if ("without-biases" in on) or (only and gate not in only) or (
            gate in {which for (which,) in parts(on, "no-bias-in")}
        ):  # fmt: skip
            terms.pop("b_ih", None)
            terms.pop("b_hh", None)
        a[gate] = sum(terms.values())
    return a


def activate(on, gate: str, a: Tensor) -> Tensor:
    """Sigmoid for the gates i, f, o; tanh for the candidate g."""
    for which, name in parts(on, "activation"):
        if which in (gate, "all"):
            return ACTIVATIONS[name](a)
    if gate == "g":
        return overflowing_tanh(a) if "tanh-overflow" in on else torch.tanh(a)
    if "sigmoid-overflow" in on:
        return torch.exp(a) / (1 + torch.exp(a))
    if "sigmoid-twice" in on:
        return torch.sigmoid(torch.sigmoid(a))
    if "forget-plus-one" in on and gate == "f":
        return torch.sigmoid(a + 1)
    return torch.sigmoid(a)


def overflowing_tanh(a: Tensor) -> Tensor:
    return (torch.exp(a) - torch.exp(-a)) / (torch.exp(a) + torch.exp(-a))


ACTIVATIONS = {
    "linear": lambda a: a,
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "relu": torch.relu,
}


def new_cell_state(on, i, f, g, o, c_old) -> Tensor:
    """c_t = f ⊙ c_{t-1} + i ⊙ g."""
    if "tanh-old-cell" in on:
        c_old = torch.tanh(c_old)
    if "coupled-f" in on:
        i = 1 - f
    if "coupled-i" in on:
        f = 1 - i
    if "forget-inverted" in on:
        f = 1 - f
    if "cell-uses-o" in on:
        i = o
    if "gates-exchanged" in on:
        i, f = f, i
    old = f @ c_old if "matmul-f" in on else f * c_old
    new = i @ g if "matmul-i" in on else i * g
    if "f-added" in on:
        old = f + c_old
    if "i-added" in on:
        new = i + g
    if "candidate-missing" in on:
        new = i
    if "no-forget-gate" in on:
        old = c_old
    if "no-input-gate" in on:
        new = g
    if "nothing-written" in on:
        return old
    if "old-not-kept" in on:
        return new
    if "cell-in-place" in on:
        return c_old.mul_(f).add_(new)
    if "cell-product" in on:
        return old * new
    if "cell-minus" in on:
        return old - new
    return old + new


def new_hidden_state(on, i, f, g, o, c, c_old, w_hr) -> Tensor:
    """h_t = o ⊙ tanh(c_t), and for LSTMP h_t W_hr^T."""
    if "h-from-old-c" in on:
        c = c_old
    if "output-uses-i" in on:
        o = i
    if "output-uses-f" in on:
        o = f
    if "w_hr-ignored" in on:
        w_hr = None
    if w_hr is not None and "project-both" in on:
        return (o @ w_hr.T) * torch.tanh(c @ w_hr.T)
    if w_hr is not None and "project-before-tanh" in on:
        return torch.tanh((o * c) @ w_hr.T)
    tanh = overflowing_tanh if "tanh-overflow" in on else torch.tanh
    if "o-added" in on:
        h = o + tanh(c)
    elif "h-without-tanh" in on:
        h = o * c
    elif "h-sigmoid" in on:
        h = o * torch.sigmoid(c)
    elif "h-tanh-outside" in on:
        h = torch.tanh(o * c)
    elif "no-output-gate" in on:
        h = tanh(c)
    elif "matmul-o" in on:
        h = o @ tanh(c)
    elif "h-from-candidate" in on:
        h = o * g
    else:
        h = o * tanh(c)
    h = h if w_hr is None else h @ w_hr.T
    if w_hr is not None and "tanh-after-projection" in on:
        h = torch.tanh(h)
    return h
