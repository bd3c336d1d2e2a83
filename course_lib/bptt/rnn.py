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
from torch.nn.functional import linear

from course_lib.bptt.function import Recipe
from course_lib.bptt.weights import over_time, previous


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
    Source: Werbos 1990; checked by ``torch.autograd.gradcheck``.
    """
    recipe = RECIPES[nonlinearity]
    time_first = output.transpose(0, 1).contiguous()
    return recipe.backward(
        (grad_output, grad_h_n), (input, h_0, w_ih, w_hh, b_ih, b_hh), (output, None), (time_first,)
    )


def _forward(activate_):
    def forward(input, h_0, w_ih, w_hh, b_ih, b_hh):
        # a_t without the recurrent part, for all time steps at once; turned into h_t in place.
        h_all = linear(input.transpose(0, 1), w_ih, b_ih)  # (T, B, H)
        if b_hh is not None:
            h_all += b_hh
        w_hh_t, h = w_hh.t(), h_0
        for h_t in h_all.unbind(0):
            # h_t = φ(a_t + h_{t-1} W_hh^T)
            h = activate_(h_t.addmm_(h, w_hh_t))
        return (h_all.transpose(0, 1), h.clone()), (h_all,)

    return forward


def _backward(slope):
    def backward(grads, tensors, outputs, kept):
        input, h_0, w_ih, w_hh, b_ih, b_hh = tensors
        grad_output, grad_h_n = grads
        (h_all,) = kept
        da_all = slope(h_all)  # φ'(a_t), becomes dL/da_t
        dh = None if grad_h_n is None else grad_h_n
        from_output = None if grad_output is None else grad_output.transpose(0, 1)
        for t in range(h_all.shape[0] - 1, -1, -1):
            if from_output is not None:
                dh = from_output[t] if dh is None else from_output[t] + dh
            # dL/da_t = dL/dh_t ⊙ φ'(a_t)
            da_t = da_all[t].mul_(dh)
            # dL/dh_{t-1} = dL/da_t W_hh
            dh = da_t @ w_hh
        x_all, h_before = input.transpose(0, 1), previous(h_all, h_0)
        d_bias = da_all.sum(dim=(0, 1)) if b_ih is not None or b_hh is not None else None
        return (
            (da_all @ w_ih).transpose(0, 1),
            dh,
            over_time(da_all, x_all),
            over_time(da_all, h_before),
            None if b_ih is None else d_bias,
            None if b_hh is None else d_bias,
        )

    return backward


RECIPES = {
    # tanh'(a) = 1 - tanh(a)²; relu'(a) = 1 where relu(a) > 0: both follow from h_t alone.
    "tanh": Recipe(_forward(torch.tanh_), _backward(lambda h: 1 - h * h)),
    "relu": Recipe(_forward(torch.relu_), _backward(lambda h: (h > 0).to(h.dtype))),
}
