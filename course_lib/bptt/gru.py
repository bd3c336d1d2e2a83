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

from course_lib.bptt.function import Recipe
from course_lib.bptt.weights import (
    add_bias,
    add_over_time,
    arriving,
    blocks,
    blocks_back,
    expect_weights,
    from_input,
    previous,
    transposed,
    zeros_for,
)
from course_lib.shapes import Shapes


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
    Raises ValueError for shapes that do not fit. Checked by ``torch.autograd.gradcheck``.
    """
    shapes = Shapes()
    shapes.expect("input", input, "B T I")
    expect_weights(shapes, 3, w_ih, w_hh, b_ih, b_hh)
    shapes.expect("h_0", h_0, "B H")
    shapes.expect("grad_output", grad_output, "B T H")
    shapes.expect_if_given("grad_h_n", grad_h_n, "B H")
    tensors = input, h_0, w_ih, w_hh, b_ih, b_hh
    _, kept = _forward(*tensors)
    return _backward((grad_output, grad_h_n), tensors, kept)


def _forward(input, h_0, w_ih, w_hh, b_ih, b_hh, keep=True):
    size = h_0.shape[1]
    x_all = input.transpose(0, 1)
    steps, batch = x_all.shape[:2]
    w_ih_t = transposed(w_ih)
    w_rz_t, w_n_t = transposed(w_hh).split([2 * size, size], dim=1)
    b_n = w_hh.new_zeros(size) if b_hh is None else b_hh[2 * size :]
    h_all = input.new_empty(steps, batch, size)
    h_out, h, kept = h_all.unbind(0), h_0, []
    for block in blocks(steps, 3 * h_0.nbytes):
        # The input's part of the sums does not wait for h: one matmul for the block.
        gates = from_input(x_all[block], w_ih_t, b_ih)  # (block, B, 3H), becomes r, z, n
        if b_hh is not None:
            gates[:, :, : 2 * size] += b_hh[: 2 * size]
        u_n_all = gates.new_empty(len(gates), batch, size)
        # Lists of views: cutting them out step by step would cost as much as the arithmetic.
        r_z = gates[:, :, : 2 * size].unbind(0)
        r, z, n = (gate.unbind(0) for gate in gates.chunk(3, dim=2))
        for k, u_n in enumerate(u_n_all.unbind(0)):
            r_z[k].addmm_(h, w_rz_t).sigmoid_()
            torch.addmm(b_n, h, w_n_t, out=u_n)
            # n_t = tanh(s^n + r_t ⊙ u^n)
            n[k].addcmul_(r[k], u_n).tanh_()
            # h_t = n_t + z_t ⊙ (h_{t-1} - n_t)
            h = torch.lerp(n[k], h, z[k], out=h_out[block.start + k])
        kept += [gates, u_n_all] if keep else []
    # Tensors of their own: whoever gets them may change them in place.
    return (h_all.transpose(0, 1).clone(), h.clone()), (h_all, *kept)


def _backward(grads, tensors, kept, needed=(True,)):
    input, h_0, w_ih, w_hh, b_ih, b_hh = tensors
    grad_output, grad_h_n = grads
    h_all, *kept = kept
    size = h_0.shape[1]
    x_all = input.transpose(0, 1)
    d_x = x_all.new_empty(x_all.shape) if needed[0] else None
    # dL/du and dL/ds differ in the candidate only: side by side as u^n, r, z, s^n they share r, z.
    w_nrz = w_hh.roll(size, dims=0)
    d_w_ih, d_w_nrz = zeros_for(w_ih), zeros_for(w_hh)
    d_b_ih, d_b_nrz = w_ih.new_zeros(2, len(w_ih)).unbind(0)
    from_output = arriving(grad_output, len(x_all), like=h_all)
    dh = from_output[-1].expand_as(h_0)
    dh = dh if grad_h_n is None else dh + grad_h_n
    stop = len(x_all)
    for gates, u_n_all in blocks_back(kept, 2):
        block = slice(stop - len(gates), stop)
        stop = block.start
        h_before = previous(h_all, h_0, block)
        slopes = _slopes(gates, u_n_all, h_before)
        du_all, ds_all = slopes.flatten(2)[:, :, : 3 * size], slopes.flatten(2)[:, :, size:]
        slope, du = slopes.unbind(0), du_all.unbind(0)
        z = gates[:, :, size : 2 * size].unbind(0)
        for k in reversed(range(len(du))):
            t = block.start + k
            slope[k].mul_(dh.unsqueeze(1))
            # dL/dh_{t-1} = dL/dh_t ⊙ z_t + dL/du_t W_hh + (from output t-1)
            kept_back = torch.addcmul(from_output[t - 1], dh, z[k]) if t > 0 else dh * z[k]
            dh = kept_back.addmm_(du[k], w_nrz)
        if needed[0]:
            torch.matmul(ds_all, w_ih, out=d_x[block])
        add_over_time(d_w_ih, ds_all, x_all[block])
        add_over_time(d_w_nrz, du_all, h_before)
        add_bias(d_b_ih, ds_all)
        add_bias(d_b_nrz, du_all)
    return (
        d_x.transpose(0, 1) if needed[0] else None,
        dh,
        d_w_ih,
        d_w_nrz.roll(-size, dims=0),
        None if b_ih is None else d_b_ih,
        None if b_hh is None else d_b_nrz.roll(-size),
    )


def _slopes(gates, u_n, h_before):
    """The factors of dL/dh_t in dL/du^n, dL/ds^r, dL/ds^z, dL/ds^n: (block, B, 4, H)."""
    r, z, n = gates.chunk(3, dim=2)
    slopes = gates.new_empty(*gates.shape[:2], 4, r.shape[2])
    d_u_n, d_r, d_z, d_n = slopes.unbind(2)
    tanh_backward(1 - z, n, grad_input=d_n)  # (1 - z_t) ⊙ (1 - n_t²)
    sigmoid_backward(h_before - n, z, grad_input=d_z)  # (h_{t-1} - n_t) ⊙ z_t (1 - z_t)
    sigmoid_backward(d_n * u_n, r, grad_input=d_r)  # dL/ds^n ⊙ u^n ⊙ r_t (1 - r_t)
    torch.mul(d_n, r, out=d_u_n)  # dL/ds^n ⊙ r_t
    return slopes


# grad ⊙ y (1 - y) and grad ⊙ (1 - y²), each in one pass over memory.
sigmoid_backward, tanh_backward = torch.ops.aten.sigmoid_backward, torch.ops.aten.tanh_backward
RECIPE = Recipe(_forward, _backward)
