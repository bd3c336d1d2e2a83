"""One backward pass of an RNN with a switch for every known mistake. With none on, it is right.

``on`` is the set of switches that are thrown. A switch with parts, "before-slope:w_hh", carries
them after colons ("the gradient of w_hh leaves out the tanh"). The right code reads straight down;
every ``if`` is a mistake somebody made.
"""

import torch
from torch import Tensor

# What a step has a gradient for; "x" and "h" are the input and the state before the step.
NAMES = ("x", "h", "w_ih", "w_hh", "b_ih", "b_hh")


def cell(on: frozenset[str], grad_h_new, x, h, h_new, w_ih, w_hh, b_ih, b_hh):
    """One step backwards: gradients of x, h, w_ih, w_hh, b_ih, b_hh."""
    if "float32" in on:
        grad_h_new, x, h, h_new, w_ih, w_hh = (
            t.float() for t in (grad_h_new, x, h, h_new, w_ih, w_hh)
        )
    if "in-place" in on:  # and the numbers are right
        grad_h_new.mul_(1 - h_new * h_new)
        on = on | {"slope:missing"}
    grads = step(on, grad_h_new, x, h, h_new, w_ih, w_hh)
    for name in ("b_ih", "b_hh"):
        grads[name] = over_batch_and_time(on, [grads[name]])
    return returned(on, grads)


def step(on, dh, x, h_before, h, w_ih, w_hh) -> dict[str, Tensor]:
    """One step's part of every gradient; of the biases still one row for each of the batch."""
    da = through_tanh(on, dh, h_before, h)
    d = {name: dh if f"before-slope:{name}" in on else da for name in NAMES}
    grads = {
        "x": d["x"] @ w_ih,
        "h": d["h"] @ w_hh,
        "w_ih": d["w_ih"].T @ x,
        "w_hh": d["w_hh"].T @ h_before,
        "b_ih": d["b_ih"],
        "b_hh": d["b_hh"],
    }
    if "w_ih-not-as-stored" in on:
        grads["x"] = da @ w_ih.T
    if "w_hh-not-as-stored" in on:
        grads["h"] = da @ w_hh.T
    if "x-through-w_hh" in on:
        grads["x"] = da @ w_hh
    if "h-through-w_ih" in on:
        grads["h"] = da @ w_ih
    if "h-without-w_hh" in on:
        grads["h"] = da
    if "h-is-upstream" in on:
        grads["h"] = dh
    if "h-plus-upstream" in on:
        grads["h"] = grads["h"] + dh
    if "h-zero" in on:
        grads["h"] = torch.zeros_like(dh)
    if "w_hh-from-new" in on:
        grads["w_hh"] = da.T @ h
    if "w_ih-from-h" in on:
        grads["w_ih"] = da.T @ h_before
    if "w_hh-from-x" in on:
        grads["w_hh"] = da.T @ x
    if "w-from-value" in on:  # the state stands where its gradient belongs
        grads["w_ih"], grads["w_hh"] = h.T @ x, h.T @ h_before
    if "w_ih-transposed" in on:
        grads["w_ih"] = grads["w_ih"].T
    if "w_hh-transposed" in on:
        grads["w_hh"] = grads["w_hh"].T
    return grads


def through_tanh(on, dh, h_before, h) -> Tensor:
    """The gradient of the sum inside the tanh, from the gradient of the tanh."""
    kind = next((switch[6:] for switch in on if switch.startswith("slope:")), "")
    if kind == "missing":
        return dh
    if kind == "upstream-ignored":
        return 1 - h * h
    if kind == "value":
        return h * (1 - h * h)
    if kind == "added":
        return dh + (1 - h * h)
    of = {
        "": lambda: 1 - h * h,
        "tanh-again": lambda: 1 - torch.tanh(h) ** 2,
        "no-square": lambda: 1 - h,
        "no-one": lambda: -h * h,
        "plus": lambda: 1 + h * h,
        "double": lambda: 1 - 2 * h,
        "half-square": lambda: (1 - h) ** 2,
        "sigmoid": lambda: h * (1 - h),
        "relu": lambda: (h > 0).to(h.dtype),
        "tanh-itself": lambda: torch.tanh(h),
        "before": lambda: 1 - h_before * h_before,
        "of-gradient": lambda: 1 - dh * dh,
        "twice": lambda: (1 - h * h) ** 2,
        "inverse": lambda: 1 / (1 - h * h),
    }[kind]
    return dh * of()


def over_batch_and_time(on, rows: list[Tensor]) -> Tensor:
    """The gradient of a bias, from one row for each of the batch and each step."""
    rows = torch.stack(rows)  # (T, B, H)
    if "bias-per-row" in on:
        return rows.sum(0)
    if "bias-per-step" in on:
        return rows.sum(1)
    if "bias-over-units" in on:
        return rows.sum((0, 2))
    if "bias-averaged" in on:
        return rows.mean(1).sum(0)
    if "bias-first-row" in on:
        return rows[:, 0].sum(0)
    return rows.sum((0, 1))


def returned(on, grads: dict[str, Tensor]) -> tuple[Tensor, ...]:
    """The six gradients in the order of the statement."""
    grads = dict(grads)
    for name in ("w_ih", "w_hh", "b_ih", "b_hh"):
        if f"{name}-zero" in on:
            grads[name] = torch.zeros_like(grads[name])
    if "bias-halved" in on:
        grads["b_ih"], grads["b_hh"] = grads["b_ih"] / 2, grads["b_hh"] / 2
    order = NAMES
    if "returns-h-first" in on:
        order = ("h", "x", *NAMES[2:])
    if "returns-weights-first" in on:
        order = (*NAMES[2:], "x", "h")
    if "returns-w_hh-first" in on:
        order = ("x", "h", "w_hh", "w_ih", "b_ih", "b_hh")
    sign = -1 if "negated" in on else 1
    found = tuple(sign * grads[name] for name in order)
    return tuple(grad.squeeze() for grad in found) if "squeeze" in on else found
