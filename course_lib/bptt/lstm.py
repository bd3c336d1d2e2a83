"""Back-propagation through time for the LSTM and LSTMP, by hand.

Forward, with s the sums inside the gates, stacked in the order i, f, g, o:

    s_t = x_t W_ih^T + b_ih + h_{t-1} W_hh^T + b_hh
    c_t = f_t ⊙ c_{t-1} + i_t ⊙ g_t        m_t = o_t ⊙ tanh(c_t)        h_t = m_t W_hr^T  (or m_t)

Backward, from the last step to the first:

    dL/dm_t = dL/dh_t W_hr  (or dL/dh_t)
    dL/dc_t = (from step t+1) + dL/dm_t ⊙ o_t ⊙ (1 - tanh²(c_t))
    dL/ds   = dL/dc_t ⊙ g_t ⊙ i_t (1 - i_t)          rows i
              dL/dc_t ⊙ c_{t-1} ⊙ f_t (1 - f_t)      rows f
              dL/dc_t ⊙ i_t ⊙ (1 - g_t²)             rows g
              dL/dm_t ⊙ tanh(c_t) ⊙ o_t (1 - o_t)    rows o
    dL/dc_{t-1} = dL/dc_t ⊙ f_t                      dL/dh_{t-1} = dL/ds_t W_hh

The weights' gradients are one matmul each after the loop.

Shapes: B batch, T time steps, I input_size, H hidden_size, P proj_size; batch first outside, time
first inside.
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
    time_first_in_memory,
    transposed,
    zeros_for,
)
from course_lib.shapes import Shapes, as_pair


@torch.no_grad()
def lstm_backward(
    grad_output: Tensor,
    input: Tensor,
    initial_states: tuple[Tensor, Tensor],
    w_ih: Tensor,
    w_hh: Tensor,
    b_ih: Tensor | None = None,
    b_hh: Tensor | None = None,
    w_hr: Tensor | None = None,
    grad_states: tuple[Tensor, Tensor] | None = None,
) -> tuple[Tensor | None, ...]:
    """Gradients of a loss for everything an LSTM (or LSTMP) was given; runs it forward first.

    Shapes: grad_output (B, T, H or P), input (B, T, I), initial_states (h_0, c_0), weights as in
    ``lstm_forward``, grad_states (of h_n, of c_n) -> gradients of input, h_0, c_0, w_ih, w_hh,
    b_ih, b_hh, w_hr, shaped like them.
    Raises ValueError for shapes that do not fit. Checked by ``torch.autograd.gradcheck``.
    """
    h_0, c_0 = as_pair("initial_states", initial_states)
    grads = (None, None) if grad_states is None else as_pair("grad_states", grad_states)
    units = "H" if w_hr is None else "P"
    shapes = Shapes()
    shapes.expect("input", input, "B T I")
    expect_weights(shapes, 4, w_ih, w_hh, b_ih, b_hh, w_hr)
    shapes.expect("h_0", h_0, f"B {units}")
    shapes.expect("c_0", c_0, "B H")
    shapes.expect("grad_output", grad_output, f"B T {units}")
    shapes.expect_if_given("grad_states[0]", grads[0], f"B {units}")
    shapes.expect_if_given("grad_states[1]", grads[1], "B H")
    tensors = input, h_0, c_0, w_ih, w_hh, b_ih, b_hh, w_hr
    _, kept = _forward(*tensors)
    return _backward((grad_output, *grads), tensors, kept)


def _forward(input, h_0, c_0, w_ih, w_hh, b_ih, b_hh, w_hr, keep=True):
    size = c_0.shape[1]
    x_all = input.transpose(0, 1)
    steps, batch = x_all.shape[:2]
    bias = b_ih if b_hh is None else (b_hh if b_ih is None else b_ih + b_hh)
    w_ih_t, w_hh_t, w_hr_t = transposed(w_ih), transposed(w_hh), transposed(w_hr)
    output = time_first_in_memory(h_0, steps)
    h_out, h, c, kept = output.unbind(1), h_0, c_0, []
    for block in blocks(steps, 4 * c_0.nbytes):
        # The input's part of the sums does not wait for h: one matmul for the block.
        gates = from_input(x_all[block], w_ih_t, bias)  # (block, B, 4H), becomes i, f, g, o
        c_all = gates.new_empty(len(gates) + 1, batch, size)  # from before the block to its end
        c_all[0] = c
        kept += [gates, c_all, h.clone()] if keep else []
        # Lists of views: cutting them out step by step would cost as much as the arithmetic.
        s, i_f, c = gates.unbind(0), gates[:, :, : 2 * size].unbind(0), c_all.unbind(0)
        i, f, g, o = (gate.unbind(0) for gate in gates.chunk(4, dim=2))
        for k, h_new in enumerate(h_out[block]):
            s[k].addmm_(h, w_hh_t)
            i_f[k].sigmoid_()
            g[k].tanh_()
            o[k].sigmoid_()
            # c_t = f_t ⊙ c_{t-1} + i_t ⊙ g_t
            torch.mul(f[k], c[k], out=c[k + 1]).addcmul_(i[k], g[k])
            if w_hr is None:
                # h_t = o_t ⊙ tanh(c_t)
                h = torch.tanh(c[k + 1], out=h_new).mul_(o[k])
            else:
                # m_t = o_t ⊙ tanh(c_t);  h_t = m_t W_hr^T
                h = torch.mm(torch.tanh(c[k + 1]).mul_(o[k]), w_hr_t, out=h_new)
        c = c[-1]
    return (output, h.clone(), c.clone()), kept


def _backward(grads, tensors, kept, needed=(True,)):
    input, h_0, c_0, w_ih, w_hh, b_ih, b_hh, w_hr = tensors
    grad_output, grad_h_n, grad_c_n = grads
    x_all = input.transpose(0, 1)
    d_x = x_all.new_empty(x_all.shape) if needed[0] else None
    d_w_ih, d_w_hh = zeros_for(w_ih), zeros_for(w_hh)
    d_bias = w_ih.new_zeros(len(w_ih))
    d_w_hr = None if w_hr is None else zeros_for(w_hr)
    from_output = arriving(grad_output, len(x_all), like=h_0)
    dh = from_output[-1].expand_as(h_0)
    dh = dh if grad_h_n is None else dh + grad_h_n
    dc = torch.zeros_like(c_0) if grad_c_n is None else grad_c_n.clone()
    stop = len(x_all)
    for gates, c_all, h_start in blocks_back(kept, 3):
        block = slice(stop - len(gates), stop)
        stop = block.start
        slopes, through_c, f_all, m_all = _slopes(gates, c_all)
        h_all = m_all if w_hr is None else m_all @ w_hr.t()
        dh_all = None if w_hr is None else torch.empty_like(h_all)
        d_ifg, d_o = slopes[:, :, :3].unbind(0), slopes[:, :, 3].unbind(0)
        ds_all = slopes.flatten(2)  # (block, B, 4H), becomes dL/ds
        through, f, ds = through_c.unbind(0), f_all.unbind(0), ds_all.unbind(0)
        for k in reversed(range(len(ds))):
            t = block.start + k
            dm = dh
            if w_hr is not None:
                dh_all[k] = dh
                # dL/dm_t = dL/dh_t W_hr
                dm = dh @ w_hr
            # dL/dc_t = (from t+1) + dL/dm_t ⊙ o_t ⊙ (1 - tanh²(c_t))
            dc.addcmul_(dm, through[k])
            # dL/ds_t: what reaches the gate, times its slope
            d_ifg[k].mul_(dc.unsqueeze(1))
            d_o[k].mul_(dm)
            # dL/dc_{t-1} = dL/dc_t ⊙ f_t;  dL/dh_{t-1} = dL/ds_t W_hh + (from output t-1)
            dc.mul_(f[k])
            dh = torch.addmm(from_output[t - 1], ds[k], w_hh) if t > 0 else ds[k] @ w_hh
        if needed[0]:
            torch.matmul(ds_all, w_ih, out=d_x[block])
        add_over_time(d_w_ih, ds_all, x_all[block])
        add_over_time(d_w_hh, ds_all, torch.cat([h_start.unsqueeze(0), h_all[:-1]]))
        add_bias(d_bias, ds_all)
        if w_hr is not None:
            add_over_time(d_w_hr, dh_all, m_all)
    return (
        d_x.transpose(0, 1) if needed[0] else None,
        dh,
        dc,
        d_w_ih,
        d_w_hh,
        None if b_ih is None else d_bias,
        None if b_hh is None else d_bias,
        d_w_hr,
    )


def _slopes(gates, c_all):
    """What does not wait for the loop, for a block of steps: the factors of dL/dc_t and dL/dm_t.

    gates (block, B, 4H), c_all (block + 1, B, H) -> the factors in dL/ds (block, B, 4, H), in
    dL/dc_t (block, B, H), f_t and m_t.
    """
    i, f, g, o = gates.chunk(4, dim=2)
    tanh_c = torch.tanh(c_all[1:])
    slopes = gates.new_empty(*gates.shape[:2], 4, i.shape[2])
    d_i, d_f, d_g, d_o = slopes.unbind(2)
    sigmoid_backward(g, i, grad_input=d_i)  # g_t ⊙ i_t (1 - i_t)
    sigmoid_backward(c_all[:-1], f, grad_input=d_f)  # c_{t-1} ⊙ f_t (1 - f_t)
    tanh_backward(i, g, grad_input=d_g)  # i_t ⊙ (1 - g_t²)
    sigmoid_backward(tanh_c, o, grad_input=d_o)  # tanh(c_t) ⊙ o_t (1 - o_t)
    # o_t ⊙ (1 - tanh²(c_t)), f_t, and m_t = o_t ⊙ tanh(c_t)
    return slopes, tanh_backward(o, tanh_c), f, tanh_c * o


# grad ⊙ y (1 - y) and grad ⊙ (1 - y²), each in one pass over memory.
sigmoid_backward, tanh_backward = torch.ops.aten.sigmoid_backward, torch.ops.aten.tanh_backward
RECIPE = Recipe(_forward, _backward)
