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
from torch.nn.functional import linear

from course_lib.bptt.function import Recipe
from course_lib.bptt.weights import over_time, previous


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
    b_ih, b_hh, w_hr, shaped like them. Checked by ``torch.autograd.gradcheck``.
    """
    tensors = input, *initial_states, w_ih, w_hh, b_ih, b_hh, w_hr
    outputs, kept = _forward(*tensors)
    return _backward((grad_output, *(grad_states or (None, None))), tensors, outputs, kept)


def _forward(input, h_0, c_0, w_ih, w_hh, b_ih, b_hh, w_hr):
    size = c_0.shape[1]
    bias = b_ih if b_hh is None else (b_hh if b_ih is None else b_ih + b_hh)
    gates = linear(input.transpose(0, 1), w_ih, bias)  # (T, B, 4H), becomes i, f, g, o
    steps, batch = gates.shape[:2]
    c_all = gates.new_empty(steps + 1, batch, size)  # c_0 ... c_T
    c_all[0] = c_0
    tanh_c, m_all = gates.new_empty(2, steps, batch, size).unbind(0)
    h_all = m_all if w_hr is None else gates.new_empty(steps, batch, w_hr.shape[0])
    w_hh_t, h = w_hh.t(), h_0
    for t in range(steps):
        s = gates[t].addmm_(h, w_hh_t)
        i_f = s[:, : 2 * size].sigmoid_()
        i, f = i_f[:, :size], i_f[:, size:]
        g, o = s[:, 2 * size : 3 * size].tanh_(), s[:, 3 * size :].sigmoid_()
        # c_t = f_t ⊙ c_{t-1} + i_t ⊙ g_t
        c = torch.mul(f, c_all[t], out=c_all[t + 1]).addcmul_(i, g)
        # m_t = o_t ⊙ tanh(c_t)
        h = torch.mul(o, torch.tanh(c, out=tanh_c[t]), out=m_all[t])
        if w_hr is not None:
            # h_t = m_t W_hr^T
            h = torch.mm(h, w_hr.t(), out=h_all[t])
    return (h_all.transpose(0, 1), h.clone(), c_all[steps].clone()), (gates, c_all, tanh_c, m_all)


def _backward(grads, tensors, outputs, kept):
    input, h_0, _, w_ih, w_hh, b_ih, b_hh, w_hr = tensors
    grad_output, dh, dc = grads
    gates, c_all, tanh_c, m_all = kept
    h_all = m_all if w_hr is None else outputs[0].transpose(0, 1)
    from_output = None if grad_output is None else grad_output.transpose(0, 1)
    ds_all = torch.empty_like(gates)
    dh_all = None if w_hr is None else torch.empty_like(h_all)
    for t in range(gates.shape[0] - 1, -1, -1):
        i, f, g, o = gates[t].chunk(4, dim=1)
        di, df, dg, do = ds_all[t].chunk(4, dim=1)
        if from_output is not None:
            dh = from_output[t] if dh is None else from_output[t] + dh
        dm = dh
        if w_hr is not None:
            dh_all[t] = dh
            # dL/dm_t = dL/dh_t W_hr
            dm = dh @ w_hr
        # dL/dc_t = (from t+1) + dL/dm_t ⊙ o_t ⊙ (1 - tanh²(c_t))
        through_h = torch.ops.aten.tanh_backward(dm * o, tanh_c[t])
        dc = through_h if dc is None else through_h + dc
        _sigmoid_backward(dc * g, i, di)
        _sigmoid_backward(dc * c_all[t], f, df)
        torch.ops.aten.tanh_backward(dc * i, g, grad_input=dg)
        _sigmoid_backward(dm * tanh_c[t], o, do)
        # dL/dc_{t-1} = dL/dc_t ⊙ f_t;  dL/dh_{t-1} = dL/ds_t W_hh
        dc = dc * f
        dh = ds_all[t] @ w_hh
    d_bias = ds_all.sum(dim=(0, 1)) if b_ih is not None or b_hh is not None else None
    return (
        (ds_all @ w_ih).transpose(0, 1),
        dh,
        dc,
        over_time(ds_all, input.transpose(0, 1)),
        over_time(ds_all, previous(h_all, h_0)),
        None if b_ih is None else d_bias,
        None if b_hh is None else d_bias,
        None if w_hr is None else over_time(dh_all, m_all),
    )


def _sigmoid_backward(grad, y, out):
    """out = grad ⊙ y ⊙ (1 - y)."""
    torch.ops.aten.sigmoid_backward(grad, y, grad_input=out)


RECIPE = Recipe(_forward, _backward)
