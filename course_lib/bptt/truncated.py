"""Truncated back-propagation through time (Williams & Peng 1990).

    dL_t/dW_hh = Σ_{j=t-k+1}^{t} ∂L_t/∂h_t · ∂h_t/∂h_j · ∂⁺h_j/∂W_hh

The whole sum has t terms; truncation keeps the last k: what a step owes to the k steps before it.
"""

import torch
from torch import Tensor

from course_lib.bptt.weights import add_over_time, expect_weights, previous, zeros_for
from course_lib.shapes import Shapes, at_least


@torch.no_grad()
def truncated_rnn_backward(
    grad_output: Tensor,
    input: Tensor,
    h_0: Tensor,
    output: Tensor,
    w_ih: Tensor,
    w_hh: Tensor,
    steps: int,
) -> tuple[Tensor, ...]:
    """Gradients of a tanh RNN when each output's loss is followed back through ``steps`` steps.

    Shapes: as ``rnn_backward`` -> gradients of input, h_0, w_ih, w_hh, and of either bias (H).
    steps=1 is the immediate derivative alone, steps >= T the whole sum.
    Raises ValueError for steps < 1 and for shapes that do not fit. Source: Williams & Peng 1990.
    """
    at_least("steps", steps, 1)
    shapes = Shapes()
    shapes.expect("input", input, "B T I")
    expect_weights(shapes, 1, w_ih, w_hh)
    shapes.expect("h_0", h_0, "B H")
    shapes.expect("output", output, "B T H")
    shapes.expect("grad_output", grad_output, "B T H")
    h_all, from_output = output.transpose(0, 1), grad_output.transpose(0, 1)
    slope = 1 - h_all * h_all
    length = h_all.shape[0]
    # All losses at once: row t holds dL_t/dh_j while j walks back from t.
    arriving = from_output.clone()
    da_all = torch.zeros_like(slope)
    d_h_0 = torch.zeros_like(h_0)
    for back in range(min(steps, length)):
        # losses t = back ... T-1 have come to step j = t - back
        da = arriving[back:] * slope[: length - back]
        da_all[: length - back] += da
        arriving[back:] = da @ w_hh
        d_h_0 += arriving[back]  # this loss has walked all the way to h_0
    d_w_ih, d_w_hh = zeros_for(w_ih), zeros_for(w_hh)
    add_over_time(d_w_ih, da_all, input.transpose(0, 1))
    add_over_time(d_w_hh, da_all, previous(h_all, h_0, slice(0, length)))
    return (
        (da_all @ w_ih).transpose(0, 1),
        d_h_0,
        d_w_ih,
        d_w_hh,
        da_all.sum(dim=(0, 1)),
    )


def detached(states):
    """The same states, cut off from the graph: what a stateful network carries to the next batch.

    A tensor, or any nest of tuples and lists of tensors; None stays None. Raises TypeError for
    anything else.
    """
    if states is None:
        return None
    if isinstance(states, Tensor):
        return states.detach()
    if not isinstance(states, tuple | list):
        raise TypeError(
            f"states must be tensors, in tuples or lists, or None, got {type(states).__name__}"
        )
    return type(states)(detached(state) for state in states)
