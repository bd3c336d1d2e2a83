"""Back-propagation through a GRU by hand, and a step of training, with a switch for every mistake.

With no switch on, they are right. The names: s is the input's part of the three sums, u the
state's part, ds and du their gradients, (B, 3H) each, stacked r, z, n.
"""

import torch
from torch import Tensor
from torch.nn.functional import linear

from course_lib.exercises.faults_gru_loop import forward

WEIGHTS = ("w_ih", "w_hh", "b_ih", "b_hh")


def backward(on: frozenset[str], grad_output, input, h_0, w_ih, w_hh, b_ih, b_hh):
    """grad_output (B, T, H) -> gradients of input, h_0, w_ih, w_hh, b_ih, b_hh."""
    if "float32" in on:
        grad_output, input, h_0, w_ih, w_hh, b_ih, b_hh = (
            t.float() for t in (grad_output, input, h_0, w_ih, w_hh, b_ih, b_hh)
        )
    output, _h_n = forward(frozenset(), input, h_0, w_ih, w_hh, b_ih, b_hh)
    h_before = torch.cat([h_0.unsqueeze(1), output[:, :-1]], 1)
    grads = {name: torch.zeros_like(w) for name, w in zip(WEIGHTS, (w_ih, w_hh, b_ih, b_hh),
                                                          strict=True)}  # fmt: skip
    if "starts-at-one" in on:
        grads = {name: g + 1 for name, g in grads.items()}
    grad_input, dh = torch.zeros_like(input), torch.zeros_like(h_0)
    for t in steps(on, input.shape[1]):
        dh = dh + arriving(on, grad_output, t)
        grad_h_0 = dh
        x, h = input[:, t], h_before[:, t]
        ds, du, kept = through_cell(on, dh, output[:, t], h,
                                    linear(x, w_ih, b_ih), linear(h, w_hh, b_hh))  # fmt: skip
        grad_input[:, t] = (du if "input-uses-du" in on else ds) @ w_ih
        h_read = output[:, t] if "w_hh-reads-new-h" in on else h
        parts = {
            "w_ih": (du if "w_ih-uses-du" in on else ds).T @ x,
            "w_hh": (ds if "w_hh-uses-ds" in on else du).T @ h_read,
            "b_ih": (du if "b_ih-uses-du" in on else ds).sum(0),
            "b_hh": (ds if "b_hh-uses-ds" in on else du).sum(0),
        }
        for name, part in parts.items():
            grads[name] = part if "overwritten" in on else grads[name] + part
        dh = earlier(on, kept, du @ w_hh)
    if "h_0-one-late" not in on:
        grad_h_0 = dh
    if "h_0-zero" in on:
        grad_h_0 = torch.zeros_like(dh)
    if "averaged-over-time" in on:
        grads = {name: g / input.shape[1] for name, g in grads.items()}
    if "in-place" in on:
        grad_output.zero_()
    if "squeeze" in on:
        grad_input = grad_input.squeeze()
    return grad_input, grad_h_0, *grads.values()


def steps(on, length: int):
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


def earlier(on, kept: Tensor, from_gates: Tensor) -> Tensor:
    """dL/dh_{t-1}: what was kept, and what the three sums read."""
    if "not-carried-back" in on:
        return torch.zeros_like(kept)
    if "no-kept-path" in on:
        return from_gates
    if "no-gates-path" in on:
        return kept
    return kept + from_gates


def through_cell(on, dh, h_new, h, s, u) -> tuple[Tensor, Tensor, Tensor]:
    """ds and du (B, 3H), and what reaches h_{t-1} because z kept it."""
    s_r, s_z, s_n = s.chunk(3, 1)
    u_r, u_z, u_n = u.chunk(3, 1)
    r, z = torch.sigmoid(s_r + u_r), torch.sigmoid(s_z + u_z)
    n = torch.tanh(s_n + r * u_n)
    dn = dh * (z if "n-weighted-by-z" in on else 1 - z)
    old = h_new if "z-reads-new-h" in on else h
    dz = dh * (old - n)
    if "z-sign" in on:
        dz = dh * (n - old)
    if "z-without-candidate" in on:
        dz = dh * old
    if "z-without-old" in on:
        dz = -dh * n
    ds_n = dn if "no-tanh-slope" in on else dn * (1 - n * (1 if "tanh-slope" in on else n))
    dr = ds_n * (h if "r-reads-h" in on else u_n)
    if "r-before-tanh" in on:
        dr = dn * u_n
    ds_r = dr if on & {"no-sigmoid-slope", "no-r-slope"} else dr * r * (1 - r)
    ds_z = dz if on & {"no-sigmoid-slope", "no-z-slope"} else dz * z * (1 - z)
    ds_r = torch.zeros_like(dr) if "nothing-through-r" in on else ds_r
    ds_z = torch.zeros_like(dz) if "nothing-through-z" in on else ds_z
    ds_n = torch.zeros_like(dn) if "nothing-through-n" in on else ds_n
    du_n = ds_n if "du-without-r" in on else ds_n * r
    if "all-through-r" in on:
        ds_n = du_n
    ds, du = torch.cat([ds_r, ds_z, ds_n], 1), torch.cat([ds_r, ds_z, du_n], 1)
    if "blocks-z-r" in on:
        ds, du = torch.cat([ds_z, ds_r, ds_n], 1), torch.cat([ds_z, ds_r, du_n], 1)
    return ds, du, dh * (1 - z if "kept-by-1-z" in on else z)


def step(on: frozenset[str], input, target, w_ih, w_hh, b_ih, b_hh, w_out, b_out, lr):
    """One step of gradient descent -> loss and the new w_ih, w_hh, b_ih, b_hh, w_out, b_out."""
    if "float32" in on:
        input, target, w_ih, w_hh, b_ih, b_hh, w_out, b_out = (
            t.float() for t in (input, target, w_ih, w_hh, b_ih, b_hh, w_out, b_out)
        )
    weights = (w_ih, w_hh, b_ih, b_hh)
    h_0 = input.new_zeros(len(input), w_hh.shape[1])
    output, _h_n = forward(frozenset(), input, h_0, *weights)
    at = 0 if "reads-first" in on else -1
    h = output[:, at]
    if "reads-mean" in on:
        h = output.mean(1)
    error = linear(h, w_out, b_out) - target
    loss = (error**2).sum() if "loss-summed" in on else (error**2).mean()
    if "loss-halved" in on:
        loss = loss / 2
    if "loss-root" in on:
        loss = loss.sqrt()
    dy = 2 * error / error.numel()
    if "slope-without-2" in on:
        dy = error / error.numel()
    if "slope-summed" in on:
        dy = 2 * error
    if "slope-over-batch" in on:
        dy = 2 * error / len(error)
    if "slope-sign" in on:
        dy = -dy
    lr = 1.0 if "no-lr" in on else lr
    new_w_out, new_b_out = w_out - lr * dy.T @ h, b_out - lr * dy.sum(0)
    grad_output = torch.zeros_like(output)
    dh = dy @ (new_w_out if "through-new-readout" in on else w_out)
    if "reads-mean" in on:
        grad_output += dh.unsqueeze(1) / output.shape[1]
    else:
        grad_output[:, at] = dh
    if "gradient-at-every-step" in on:
        grad_output = dh.unsqueeze(1).expand_as(output)
    if "gradient-at-first-step" in on:
        grad_output = torch.zeros_like(output)
        grad_output[:, 0] = dh
    _input, _h_0, *grads = backward(frozenset(), grad_output, input, h_0, *weights)
    new = [w - lr * g for w, g in zip(weights, grads, strict=True)]
    if "gru-not-trained" in on:
        new = list(weights)
    if "biases-not-trained" in on:
        new = [*new[:2], b_ih, b_hh]
    if "readout-not-trained" in on:
        new_w_out, new_b_out = w_out, b_out
    if "b_out-not-trained" in on:
        new_b_out = b_out
    if "in-place" in on:
        for w, value in zip((*weights, w_out, b_out), (*new, new_w_out, new_b_out), strict=True):
            w.copy_(value)
    if "loss-after" in on:
        _output, h = forward(frozenset(), input, h_0, *new)
        loss = ((linear(h, new_w_out, new_b_out) - target) ** 2).mean()
    return loss, *new, new_w_out, new_b_out
