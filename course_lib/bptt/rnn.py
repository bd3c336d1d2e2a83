"""Back-propagation through time for the RNN (Rumelhart et al. 1986; Werbos 1990), by hand.

Forward, with a_t the sum inside the activation:

    a_t = x_t W_ih^T + b_ih + h_{t-1} W_hh^T + b_hh        h_t = φ(a_t)

Backward, from the last step to the first, with dL/dh_t = what the output at t sends
plus what step t+1 sends back:

    dL/da_t     = dL/dh_t ⊙ φ'(a_t)
    dL/dh_{t-1} = dL/da_t W_hh + (from output t-1)

and after the loop, because every step used the same weights, one matmul for each of them:

    dL/dW_hh = Σ_t (dL/da_t)^T h_{t-1}      dL/dW_ih = Σ_t (dL/da_t)^T x_t      dL/db = Σ_t dL/da_t

Shapes: B batch, T time steps, I input_size, H hidden_size; batch first outside, time first inside,
so that the tensors of one step lie together in memory.
"""

import torch
from torch import Tensor

from course_lib.bptt.function import Recipe
from course_lib.bptt.weights import (
    add_bias,
    add_over_time,
    arriving,
    blocks,
    expect_weights,
    from_input,
    previous,
    transposed,
    zeros_for,
)
from course_lib.shapes import Shapes


@torch.no_grad()
def rnn_backward(
    grad_output: Tensor,
    input: Tensor,
    h_0: Tensor,
    output: Tensor,
    w_ih: Tensor,
    w_hh: Tensor,
    b_ih: Tensor | None = None,
    b_hh: Tensor | None = None,
    grad_h_n: Tensor | None = None,
    nonlinearity: str = "tanh",
) -> tuple[Tensor | None, ...]:
    """Gradients of a loss for everything an RNN was given.

    Shapes: grad_output and output (B, T, H), input (B, T, I), h_0 and grad_h_n (B, H), weights as
    in ``rnn_forward`` -> gradients of input, h_0, w_ih, w_hh, b_ih, b_hh, shaped like them.
    Raises ValueError for shapes that do not fit.
    Source: Werbos 1990; checked by ``torch.autograd.gradcheck``.
    """
    if nonlinearity not in RECIPES:
        raise ValueError(f"nonlinearity must be 'tanh' or 'relu', got {nonlinearity!r}")
    shapes = Shapes()
    shapes.expect("input", input, "B T I")
    expect_weights(shapes, 1, w_ih, w_hh, b_ih, b_hh)
    shapes.expect("h_0", h_0, "B H")
    shapes.expect("output", output, "B T H")
    shapes.expect("grad_output", grad_output, "B T H")
    shapes.expect_if_given("grad_h_n", grad_h_n, "B H")
    recipe = RECIPES[nonlinearity]
    time_first = output.transpose(0, 1).contiguous()
    return recipe.backward(
        (grad_output, grad_h_n), (input, h_0, w_ih, w_hh, b_ih, b_hh), (time_first,)
    )


def _forward(activate_):
    def forward(input, h_0, w_ih, w_hh, b_ih, b_hh, keep=True):
        # a_t without the recurrent part, for all time steps at once; turned into h_t in place.
        x_all = input.transpose(0, 1)
        bias = b_ih if b_hh is None else (b_hh if b_ih is None else b_ih + b_hh)
        h_all = from_input(x_all, transposed(w_ih), bias)  # (T, B, H)
        w_hh_t, h = transposed(w_hh), h_0
        for h_t in h_all.unbind(0):
            # h_t = φ(a_t + h_{t-1} W_hh^T)
            h = activate_(h_t.addmm_(h, w_hh_t))
        # Tensors of their own: whoever gets them may change them in place.
        return (h_all.transpose(0, 1).clone(), h.clone()), (h_all,)

    return forward


def _backward(slope):
    def backward(grads, tensors, kept, needed=(True,)):
        input, h_0, w_ih, w_hh, b_ih, b_hh = tensors
        grad_output, grad_h_n = grads
        (h_all,) = kept
        x_all = input.transpose(0, 1)
        d_x = x_all.new_empty(x_all.shape) if needed[0] else None
        d_w_ih, d_w_hh = zeros_for(w_ih), zeros_for(w_hh)
        d_bias = w_ih.new_zeros(len(w_ih))
        from_output = arriving(grad_output, len(h_all), like=h_all)
        dh = from_output[-1].expand_as(h_0)
        dh = dh if grad_h_n is None else dh + grad_h_n
        for block in reversed(blocks(len(h_all), h_all[:1].nbytes)):
            da_all = slope(h_all[block])  # φ'(a_t), becomes dL/da_t
            before = [None, *from_output][block]  # what output t-1 sends to step t-1
            for da_t, from_t in zip(reversed(da_all.unbind(0)), reversed(before), strict=True):
                # dL/da_t = dL/dh_t ⊙ φ'(a_t)
                da_t.mul_(dh)
                # dL/dh_{t-1} = dL/da_t W_hh + (from output t-1)
                dh = da_t @ w_hh if from_t is None else torch.addmm(from_t, da_t, w_hh)
            if needed[0]:
                torch.matmul(da_all, w_ih, out=d_x[block])
            add_over_time(d_w_ih, da_all, x_all[block])
            add_over_time(d_w_hh, da_all, previous(h_all, h_0, block))
            add_bias(d_bias, da_all)
        return (
            d_x.transpose(0, 1) if needed[0] else None,
            dh,
            d_w_ih,
            d_w_hh,
            None if b_ih is None else d_bias,
            None if b_hh is None else d_bias,
        )

    return backward


RECIPES = {
    # tanh'(a) = 1 - tanh(a)²; relu'(a) = 1 where relu(a) > 0: both follow from h_t alone.
    "tanh": Recipe(
        _forward(torch.tanh_), _backward(lambda h: torch.addcmul(h.new_ones(1), h, h, value=-1))
    ),
    "relu": Recipe(_forward(torch.relu_), _backward(lambda h: (h > 0).to(h.dtype))),
}
