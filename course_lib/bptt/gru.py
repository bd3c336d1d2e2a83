"""Back-propagation through time for the GRU in torch's form, by hand.

Forward, with s the input's part of the sums and u the state's, stacked in the order r, z, n:

    s_t = x_t W_ih^T + b_ih                  u_t = h_{t-1} W_hh^T + b_hh
    r_t = σ(s^r + u^r)    z_t = σ(s^z + u^z)    n_t = tanh(s^n + r_t ⊙ u^n)
    h_t = n_t + z_t ⊙ (h_{t-1} - n_t)

Backward, from the last step to the first:

    dL/ds^n = dL/dh_t ⊙ (1 - z_t) ⊙ (1 - n_t²)
    dL/ds^z = dL/dh_t ⊙ (h_{t-1} - n_t) ⊙ z_t (1 - z_t)
    dL/ds^r = dL/ds^n ⊙ u^n ⊙ r_t (1 - r_t)
    dL/du   = (dL/ds^r, dL/ds^z, dL/ds^n ⊙ r_t)
    dL/dh_{t-1} = dL/dh_t ⊙ z_t + dL/du_t W_hh

Shapes: B batch, T time steps, I input_size, H hidden_size; batch first outside, time first inside.
"""

import torch
from torch import Tensor
from torch.nn.functional import linear

from course_lib.bptt.function import Recipe
from course_lib.bptt.weights import over_time, previous


@torch.no_grad()
def gru_backward(
    grad_output: Tensor,
    input: Tensor,
    h_0: Tensor,
    w_ih: Tensor,
    w_hh: Tensor,
    b_ih: Tensor | None = None,
    b_hh: Tensor | None = None,
    grad_h_n: Tensor | None = None,
) -> tuple[Tensor | None, ...]:
    """Gradients of a loss for everything a GRU was given; runs it forward first.

    Shapes: grad_output (B, T, H), input (B, T, I), h_0 and grad_h_n (B, H), weights as in
    ``gru_forward`` -> gradients of input, h_0, w_ih, w_hh, b_ih, b_hh, shaped like them.
    Checked by ``torch.autograd.gradcheck``.
    """
    tensors = input, h_0, w_ih, w_hh, b_ih, b_hh
    outputs, kept = _forward(*tensors)
    return _backward((grad_output, grad_h_n), tensors, outputs, kept)


def _forward(input, h_0, w_ih, w_hh, b_ih, b_hh):
    size = h_0.shape[1]
    gates = linear(input.transpose(0, 1), w_ih, b_ih)  # (T, B, 3H), becomes r, z, n
    steps, batch = gates.shape[:2]
    u_n_all, h_all = gates.new_empty(2, steps, batch, size).unbind(0)
    w_hh_t, h = w_hh.t(), h_0
    for t in range(steps):
        s = gates[t]
        u = h @ w_hh_t if b_hh is None else torch.addmm(b_hh, h, w_hh_t)
        r_z = s[:, : 2 * size].add_(u[:, : 2 * size]).sigmoid_()
        r, z = r_z[:, :size], r_z[:, size:]
        u_n = u_n_all[t].copy_(u[:, 2 * size :])
        # n_t = tanh(s^n + r_t ⊙ u^n)
        n = s[:, 2 * size :].addcmul_(r, u_n).tanh_()
        # h_t = n_t + z_t ⊙ (h_{t-1} - n_t)
        h = torch.lerp(n, h, z, out=h_all[t])
    return (h_all.transpose(0, 1), h.clone()), (gates, u_n_all)


def _backward(grads, tensors, outputs, kept):
    input, h_0, w_ih, w_hh, b_ih, b_hh = tensors
    grad_output, dh = grads
    gates, u_n_all = kept
    h_all = outputs[0].transpose(0, 1)
    h_before = previous(h_all, h_0)
    from_output = None if grad_output is None else grad_output.transpose(0, 1)
    ds_all, du_all = torch.empty_like(gates), torch.empty_like(gates)
    for t in range(gates.shape[0] - 1, -1, -1):
        r, z, n = gates[t].chunk(3, dim=1)
        dr, dz, dn = ds_all[t].chunk(3, dim=1)
        if from_output is not None:
            dh = from_output[t] if dh is None else from_output[t] + dh
        kept_back = dh * z
        # dL/ds^n = dL/dh_t ⊙ (1 - z_t) ⊙ (1 - n_t²)
        torch.ops.aten.tanh_backward(dh - kept_back, n, grad_input=dn)
        torch.ops.aten.sigmoid_backward(dh * (h_before[t] - n), z, grad_input=dz)
        torch.ops.aten.sigmoid_backward(dn * u_n_all[t], r, grad_input=dr)
        du = du_all[t]
        size = z.shape[1]
        du[:, : 2 * size] = ds_all[t, :, : 2 * size]
        torch.mul(dn, r, out=du[:, 2 * size :])
        # dL/dh_{t-1} = dL/dh_t ⊙ z_t + dL/du_t W_hh
        dh = torch.addmm(kept_back, du, w_hh)
    return (
        (ds_all @ w_ih).transpose(0, 1),
        dh,
        over_time(ds_all, input.transpose(0, 1)),
        over_time(du_all, h_before),
        None if b_ih is None else ds_all.sum(dim=(0, 1)),
        None if b_hh is None else du_all.sum(dim=(0, 1)),
    )


RECIPE = Recipe(_forward, _backward)
