"""The right answers about back-propagation through time: autograd's.

The states are given, so each is put into the record as it is; on the way back its tanh is torch's.
"""

import torch
from torch import Tensor
from torch.nn.functional import linear
from torch.nn.utils import clip_grad_norm_


class Given(torch.autograd.Function):
    """tanh(a), of which the value ``h`` is known already; torch's own derivative of tanh."""

    @staticmethod
    def forward(ctx, a: Tensor, h: Tensor) -> Tensor:
        ctx.save_for_backward(h)
        return h.clone()

    @staticmethod
    def backward(ctx, grad: Tensor):
        (h,) = ctx.saved_tensors
        return torch.ops.aten.tanh_backward(grad, h), None


def step(x, h, h_new, w_ih, w_hh, b_ih, b_hh) -> Tensor:
    return Given.apply(linear(x, w_ih, b_ih) + linear(h, w_hh, b_hh), h_new)


def gradients(loss: Tensor, leaves) -> tuple[Tensor, ...]:
    found = torch.autograd.grad(loss, leaves, allow_unused=True)
    return tuple(
        torch.zeros_like(leaf) if grad is None else grad
        for grad, leaf in zip(found, leaves, strict=True)
    )


def recorded(*tensors: Tensor) -> list[Tensor]:
    return [tensor.detach().requires_grad_() for tensor in tensors]


def cell(grad_h_new, x, h, h_new, w_ih, w_hh, b_ih, b_hh):
    with torch.enable_grad():
        leaves = recorded(x, h, w_ih, w_hh, b_ih, b_hh)
        x, h, *weights = leaves
        return gradients((step(x, h, h_new, *weights) * grad_h_new).sum(), leaves)


def backward(grad_output, input, h_0, output, w_ih, w_hh, b_ih, b_hh):
    length = input.shape[1]
    return truncated(grad_output, input, h_0, output, w_ih, w_hh, b_ih, b_hh, length)


def truncated(grad_output, input, h_0, output, w_ih, w_hh, b_ih, b_hh, k):
    """The loss of each step from a run of its own: ``k`` steps from a state that stands still."""
    with torch.enable_grad():
        leaves = recorded(input, h_0, w_ih, w_hh, b_ih, b_hh)
        input, h_0, *weights = leaves
        loss = 0
        for t in range(input.shape[1]):
            begin = max(0, t - k + 1)
            h = output[:, begin - 1].detach() if begin else h_0
            for j in range(begin, t + 1):
                h = step(input[:, j], h, output[:, j], *weights)
            loss = loss + (h * grad_output[:, t]).sum()
        return gradients(loss, leaves)


def jacobian_norms(output, w_ih, w_hh):
    """(B, T, T): the Frobenius norm of the derivative of h_t by x_s, by autograd."""
    batch, length, hidden = output.shape
    table = output.new_zeros(batch, length, length)
    with torch.enable_grad():
        # The derivative needs no input of its own: at every step, x is a change from what was.
        (change,) = recorded(output.new_zeros(batch, length, w_ih.shape[1]))
        h, zero = output.new_zeros(batch, hidden), output.new_zeros(hidden)
        for t in range(length):
            h = step(change[:, t], h, output[:, t], w_ih, w_hh, zero, zero)
            rows = [
                torch.autograd.grad(h[:, unit].sum(), change, retain_graph=True)[0]
                for unit in range(hidden)
            ]
            squares = torch.stack(rows).square().sum((0, 3))  # (B, T)
            table[:, t] = squares.sqrt()
    return table


def clip(parameters, max_norm):
    return clip_grad_norm_(parameters, max_norm)
