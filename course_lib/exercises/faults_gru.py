"""One GRU step with a switch for every known mistake. With no switch on, it is right.

``on`` is the set of switches that are thrown, ``form`` says where the reset gate belongs: "after"
the recurrent product (torch) or "before" it (the paper). A switch with parts, "rows:w_hh:r:z",
carries them after colons. The right code reads straight down; every ``if`` is a mistake somebody
made.
"""

import torch
from torch import Tensor

from course_lib.exercises.faults_lstm import ACTIVATIONS, overflowing_tanh, parts

GATES = "rzn"
STACKED = ("w_ih", "w_hh", "b_ih", "b_hh")
Rows = dict[str, dict[str, Tensor]]


def cell(on: frozenset[str], form: str, x, h, w_ih, w_hh, b_ih, b_hh) -> Tensor:
    """One time step: x (B, I), h (B, H) -> h (B, H)."""
    if "float32" in on:
        x, h, w_ih, w_hh, b_ih, b_hh = (t.float() for t in (x, h, w_ih, w_hh, b_ih, b_hh))
    rows = blocks(on, w_ih, w_hh, b_ih, b_hh)
    r = gate(on, "r", gate_sum(on, rows, "r", x, h))
    z = gate(on, "z", gate_sum(on, rows, "z", x, r * h if "z-reads-reset" in on else h))
    n = candidate(on, form, rows, r, z, x, h)
    h = new_state(on, r, z, n, h)
    if "h-tanh" in on:
        h = torch.tanh(h)
    return h.squeeze() if "squeeze" in on else h


def blocks(on, w_ih, w_hh, b_ih, b_hh) -> Rows:
    """The rows of every stack by gate; those that a mistake leaves out are zero."""
    if "b_ih-twice" in on:
        b_hh = b_ih
    if "b_hh-twice" in on:
        b_ih = b_hh
    stacks = dict(zip(STACKED, (w_ih, w_hh, b_ih, b_hh), strict=True))
    rows = {name: dict(zip(GATES, t.chunk(3), strict=True)) for name, t in stacks.items()}
    if "gates-interleaved" in on:
        rows = {name: {g: t[k::3] for k, g in enumerate(GATES)} for name, t in stacks.items()}
    taken = {name: dict(by_gate) for name, by_gate in rows.items()}
    for name, to, source in parts(on, "rows"):
        rows[name][to] = taken[name][source]
    for name in [name for (name,) in parts(on, "one-gate-for-all")]:
        rows[name] = dict.fromkeys(GATES, taken[name]["r"])
    for name, g in left_out(on):
        rows[name][g] = torch.zeros_like(rows[name][g])
    return rows


def left_out(on) -> set[tuple[str, str]]:
    """(stack, gate) of every block of rows that the sums do without."""
    gone = {(name, g) for (name,) in parts(on, "without") for g in GATES}
    gone |= {(name, g) for name, g in parts(on, "without-in")}
    for g in [g for (g,) in parts(on, "no-bias-in")]:
        gone |= {("b_ih", g), ("b_hh", g)}
    for only in [only for (only,) in parts(on, "bias-only")]:
        gone |= {(name, g) for name in ("b_ih", "b_hh") for g in GATES if g != only}
    return gone


def gate_sum(on, rows: Rows, name: str, x, h) -> Tensor:
    """a = x W_i^T + b_i + h W_h^T + b_h of the reset or the update gate."""
    w_i, w_h, b_i, b_h = (rows[stack][name] for stack in STACKED)
    if "concat-order" in on:
        return torch.cat([h, x], 1) @ torch.cat([w_i, w_h], 1).T + b_i + b_h
    return x @ w_i.T + b_i + h @ w_h.T + b_h


def gate(on, name: str, a: Tensor) -> Tensor:
    """σ(a)."""
    for which, function in parts(on, "activation"):
        if which in (name, "all"):
            return ACTIVATIONS[function](a)
    if "sigmoid-overflow" in on:
        return torch.exp(a) / (1 + torch.exp(a))
    if "sigmoid-twice" in on:
        return torch.sigmoid(torch.sigmoid(a))
    return torch.sigmoid(a)


def candidate(on, form: str, rows: Rows, r, z, x, h) -> Tensor:
    """n = tanh(x W_in^T + b_in + r ⊙ (h W_hn^T + b_hn)), or r on h alone in the paper's form."""
    w_i, w_h, b_i, b_h = (rows[stack]["n"] for stack in STACKED)
    w_h = w_h.T if "w_hn-not-transposed" in on else w_h
    if "reset-by-z" in on:
        r = z
    if "reset-inverted" in on:
        r = 1 - r
    if "no-reset" in on:
        r = torch.ones_like(r)
    other = {"after": "before", "before": "after"}[form]
    form = other if "other-form" in on else form
    a, u = x @ w_i.T + b_i, h @ w_h.T + b_h
    if "reset-on-input" in on:
        total = r * a + u
    elif "reset-everything" in on:
        total = r * (a + u)
    elif "reset-added" in on:
        total = a + (r + u if form == "after" else (r + h) @ w_h.T + b_h)
    elif "reset-alone" in on:
        total = a + r
    elif "matmul-r" in on:
        total = a + (r @ u if form == "after" else (r @ h) @ w_h.T + b_h)
    elif "reset-not-bias" in on:
        total = a + r * (h @ w_h.T) + b_h
    elif "reset-bias-too" in on:
        total = a + (r * h) @ w_h.T + r * b_h
    elif "candidate-without-state" in on:
        total = a
    elif form == "after":
        total = a + r * u
    else:
        total = a + (r * h) @ w_h.T + b_h
    for which, function in parts(on, "activation"):
        if which == "n":
            return ACTIVATIONS[function](total)
    return overflowing_tanh(total) if "tanh-overflow" in on else torch.tanh(total)


def new_state(on, r, z, n, h) -> Tensor:
    """h_t = (1 - z) ⊙ n + z ⊙ h_{t-1}."""
    if "update-by-r" in on:
        z = r
    new, old = (1 - z) * n, z * h
    if "state-in-place" in on:
        return h.mul_(z).add_(new)
    if "z-on-both" in on:
        new = z * n
    if "new-not-weighted" in on:
        new = n
    if "old-not-weighted" in on:
        old = h
    if "old-from-reset" in on:
        old = z * (r * h)
    if "candidate-missing" in on:
        new = 1 - z
    if "old-missing" in on:
        old = z
    if "matmul-z" in on:
        new, old = (1 - z) @ n, z @ h
    if "no-update-gate" in on:
        return n
    if "old-not-kept" in on:
        return new
    if "nothing-new" in on:
        return old
    if "z-halves" in on:
        return 0.5 * n + 0.5 * h
    if "residual" in on:
        return h + new + old
    if "update-minus" in on:
        return new - old
    if "update-product" in on:
        return new * old
    return new + old
