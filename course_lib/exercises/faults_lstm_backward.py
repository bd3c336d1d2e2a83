"""Back-propagation through an LSTM by hand, with a switch for every known mistake.

With no switch on, it is right. ``da`` is the gradient of the four sums, (B, 4H), stacked i, f, g,
o; ``dh`` and ``dc`` are the gradients of the state, carried from step to step.
"""

import torch
from torch import Tensor

from course_lib.exercises.faults_lstm import GATES, parts

WEIGHTS = ("w_ih", "w_hh", "b_ih", "b_hh")


def backward(on: frozenset[str], grad_output, grad_states, input, initial_states, *weights):
    """Gradients of input, (h_0, c_0), w_ih, w_hh, b_ih, b_hh."""
    grad_h_n, grad_c_n = grad_states
    h_0, c_0 = initial_states
    w_ih, w_hh, b_ih, b_hh = weights
    if "float32" in on:
        grad_output, grad_h_n, grad_c_n, input, h_0, c_0, w_ih, w_hh, b_ih, b_hh = (
            t.float()
            for t in (grad_output, grad_h_n, grad_c_n, input, h_0, c_0, w_ih, w_hh, b_ih, b_hh)
        )
    steps = walked(input, h_0, c_0, w_ih, w_hh, b_ih, b_hh)
    dh, dc = arriving_states(on, grad_h_n, grad_c_n)
    grads = {n: torch.zeros_like(w) for n, w in zip(WEIGHTS, (w_ih, w_hh, b_ih, b_hh), strict=True)}
    if "starts-at-one" in on:
        grads = {name: g + 1 for name, g in grads.items()}
    grad_input = torch.zeros_like(input)
    for t in order(on, input.shape[1]):
        x, h_old, h_new = input[:, t], *(steps[t][name] for name in ("h_old", "h"))
        dh = dh + arriving(on, grad_output, t)
        if "states-at-every-step" in on and t < input.shape[1] - 1:
            dh, dc = dh + grad_h_n, dc + grad_c_n
        first = dh, dc
        da, dc = through_cell(on, dh, dc, steps[t])
        grad_input[:, t] = da @ w_ih
        h_read = h_new if "w_hh-reads-new-h" in on else h_old
        h_read = h_0 if "w_hh-reads-h_0" in on else h_read
        pieces = {"w_ih": da.T @ x, "w_hh": da.T @ h_read, "b_ih": da.sum(0), "b_hh": da.sum(0)}
        for name, piece in pieces.items():
            again = "overwritten" in on or (f"overwritten-{name[0]}" in on)
            grads[name] = piece if again else grads[name] + piece
        last = da @ w_hh, dc
        dh, dc = earlier(on, *last)
    grad_h_0, grad_c_0 = left(on, last, first)
    if "averaged-over-time" in on:
        grads = {name: g / input.shape[1] for name, g in grads.items()}
    if "b_hh-zero" in on:
        grads["b_hh"] = torch.zeros_like(b_hh)
    if "in-place" in on:
        grad_output.zero_()
    if "squeeze" in on:
        grad_input = grad_input.squeeze()
    return grad_input, (grad_h_0, grad_c_0), *grads.values()


def walked(input, h, c, w_ih, w_hh, b_ih, b_hh) -> list[dict[str, Tensor]]:
    """The way forward: what every step has read and made."""
    steps = []
    for x in input.unbind(1):
        sums = dict(zip(GATES, (x @ w_ih.T + b_ih + h @ w_hh.T + b_hh).chunk(4, 1), strict=True))
        made = {
            gate: torch.tanh(a) if gate == "g" else torch.sigmoid(a) for gate, a in sums.items()
        }
        made |= {"h_old": h, "c_old": c} | {f"a_{gate}": a for gate, a in sums.items()}
        c = made["f"] * c + made["i"] * made["g"]
        h = made["o"] * torch.tanh(c)
        steps.append(made | {"h": h, "c": c})
    return steps


def arriving_states(on, grad_h_n, grad_c_n) -> tuple[Tensor, Tensor]:
    """The gradients that arrive at the state after the last step."""
    if "grad-states-exchanged" in on:
        grad_h_n, grad_c_n = grad_c_n, grad_h_n
    if "grad_h_n-ignored" in on:
        grad_h_n = torch.zeros_like(grad_h_n)
    if "grad_c_n-ignored" in on:
        grad_c_n = torch.zeros_like(grad_c_n)
    return grad_h_n, grad_c_n


def order(on, length: int):
    """The time steps, from the last to the first."""
    if "runs-forwards" in on:
        return range(length)
    if "only-last-step" in on:
        return [length - 1]
    return range(length - 1, 0 if "stops-before-0" in on and length > 1 else -1, -1)


def arriving(on, grad_output: Tensor, t: int) -> Tensor:
    """What the output of time step t brings."""
    last = grad_output.shape[1] - 1
    if "only-last-output" in on and t < last:
        return torch.zeros_like(grad_output[:, t])
    if "output-one-off" in on:
        return grad_output[:, t - 1] if t else torch.zeros_like(grad_output[:, 0])
    return grad_output[:, t]


def earlier(on, through_sums: Tensor, dc: Tensor) -> tuple[Tensor, Tensor]:
    """dL/dh and dL/dc of the state before: what the sums have read, and what f has kept."""
    nothing = torch.zeros_like(dc)
    if "not-carried-back" in on:
        return nothing, nothing
    if "no-dc-back" in on:
        return through_sums, nothing
    if "no-dh-back" in on:
        return nothing, dc
    return through_sums, dc


def left(on, states, first) -> tuple[Tensor, Tensor]:
    """The gradients of h_0 and c_0; ``first`` arrived at the state after the first step."""
    (dh, dc), (dh_1, dc_1) = states, first
    if "h_0-one-late" in on:
        dh = dh_1
    if "c_0-one-late" in on:
        dc = dc_1
    if "h_0-zero" in on:
        dh = torch.zeros_like(dh)
    if "c_0-zero" in on:
        dc = torch.zeros_like(dc)
    return (dc, dh) if "initial-exchanged" in on else (dh, dc)


def through_cell(on, dh: Tensor, dc: Tensor, made: dict[str, Tensor]) -> tuple[Tensor, Tensor]:
    """da (B, 4H), and what reaches the old cell state because f has kept it."""
    i, f, g, o, c, c_old = (made[name] for name in ("i", "f", "g", "o", "c", "c_old"))
    tanh_c = torch.tanh(c)
    # h = o ⊙ tanh(c)
    do = dh * (c if "do-reads-c" in on else tanh_c)
    dc = dc + output_path(on, dh, o, c, tanh_c)
    # c = f ⊙ c_old + i ⊙ g
    di, dg = dc * g, dc * i
    if "operands-i-g" in on:
        di, dg = dc * i, dc * g
    df, kept = dc * c_old, dc * f
    if "operands-f-c" in on:
        df, kept = dc * f, dc * c_old
    if "df-reads-new-c" in on:
        df = dc * c
    if "kept-without-f" in on:
        kept = dc
    slopes = {"i": di, "f": df, "g": dg, "o": do}
    for gate, arrived in slopes.items():
        slopes[gate] = arrived * slope(on, gate, made)
    for (gate,) in parts(on, "nothing-through"):
        slopes[gate] = torch.zeros_like(slopes[gate])
    stacked = "igfo" if "stacked-g-f" in on else "ifog" if "stacked-o-g" in on else GATES
    return torch.cat([slopes[gate] for gate in stacked], 1), kept


def output_path(on, dh, o, c, tanh_c) -> Tensor:
    """What reaches the cell state from the hidden state of the same step."""
    if "c-not-through-h" in on:
        return torch.zeros_like(dh)
    if "output-path-without-o" in on:
        return dh * (1 - tanh_c**2)
    if "no-tanh-c-slope" in on:
        return dh * o
    if "tanh-c-not-squared" in on:
        return dh * o * (1 - tanh_c)
    if "slope-of-c" in on:
        return dh * o * (1 - c**2)
    return dh * o * (1 - tanh_c**2)


def slope(on, gate: str, made: dict[str, Tensor]):
    """The slope of the gate's activation, from the gate's own value."""
    if [gate] in parts(on, "no-slope") or ("no-slopes" in on and gate != "g"):
        return 1
    y = made[f"a_{gate}"] if "slope-of-sum" in on else made[gate]
    if gate == "g":
        return y * (1 - y) if "g-sigmoid-slope" in on else 1 - y**2
    return 1 - y**2 if "gates-tanh-slope" in on else y * (1 - y)
