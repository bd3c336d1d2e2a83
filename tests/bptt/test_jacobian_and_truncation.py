"""Jacobians and truncation against autograd."""

import pytest
import torch

from course_lib.bptt import (
    detached,
    jacobian_products,
    rnn_backward,
    sequential_jacobian,
    step_jacobians,
    truncated_rnn_backward,
)
from course_lib.layers import LSTM, rnn_cell, rnn_forward

T, I, H = 6, 3, 4


def randn(*shape):
    return torch.randn(*shape, dtype=torch.float64)


def test_step_jacobians_are_autograds():
    x, h, w_ih, w_hh = randn(1, I), randn(1, H), randn(H, I), randn(H, H)
    expected = torch.func.jacrev(lambda h: rnn_cell(x, h, w_ih, w_hh)[0])(h)[:, 0]
    output, _ = rnn_forward(x.unsqueeze(1), h, w_ih, w_hh)
    torch.testing.assert_close(step_jacobians(output, w_hh)[0, 0], expected)


def test_jacobian_products_reach_back_to_every_state():
    input, w_ih, w_hh = randn(1, T, I), randn(H, I), randn(H, H)
    h = randn(1, H).requires_grad_()
    states, now = [], h
    for t in range(T):
        now = rnn_cell(input[:, t], now, w_ih, w_hh)
        states.append(now)
    products = jacobian_products(step_jacobians(torch.stack(states, 1), w_hh))[0]
    for k in range(T):
        rows = [torch.autograd.grad(now[0, a], states[k], retain_graph=True)[0] for a in range(H)]
        torch.testing.assert_close(products[k], torch.cat(rows))


def test_the_sequential_jacobian_of_an_lstm_is_lower_triangular_and_autograds():
    module = LSTM(I, H, dtype=torch.float64)
    input = randn(T, I)
    strip = sequential_jacobian(lambda x: module(x)[0], input)
    assert strip.shape == (T, T)
    assert strip.triu(1).abs().max() == 0  # nothing feels the future
    x = input.clone().requires_grad_()
    y = module(x)[0]
    rows = [torch.autograd.grad(y[4, a], x, retain_graph=True)[0][1] for a in range(H)]
    torch.testing.assert_close(strip[4, 1], torch.stack(rows).square().sum().sqrt())


def walked_back(input, h_0, w_ih, w_hh, bias, steps, grad_output):
    """Oracle: each output recomputed from a detached state ``steps`` steps before it."""
    with torch.no_grad():
        output, _ = rnn_forward(input, h_0, w_ih, w_hh, bias)
    loss = 0
    for t in range(input.shape[1]):
        first = max(0, t - steps + 1)
        start = h_0 if first == 0 else output[:, first - 1]
        part, _ = rnn_forward(input[:, first : t + 1], start, w_ih, w_hh, bias)
        loss = loss + (part[:, -1] * grad_output[:, t]).sum()
    return torch.autograd.grad(loss, (input, h_0, w_ih, w_hh, bias))


@pytest.mark.parametrize("steps", [1, 2, 4, T, T + 3])
def test_truncation_keeps_the_last_k_terms(steps):
    leaves = [randn(2, T, I), randn(2, H), randn(H, I), randn(H, H), randn(H)]
    leaves = [leaf.requires_grad_() for leaf in leaves]
    input, h_0, w_ih, w_hh, bias = leaves
    output, _ = rnn_forward(*leaves)
    grad_output = torch.randn_like(output)
    with torch.no_grad():
        mine = truncated_rnn_backward(grad_output, input, h_0, output, w_ih, w_hh, steps)
    for a, b in zip(mine, walked_back(*leaves, steps, grad_output), strict=True):
        torch.testing.assert_close(a, b)
    if steps >= T:
        whole = rnn_backward(grad_output, input, h_0, output, w_ih, w_hh, bias)
        for a, b in zip(mine, whole, strict=False):
            torch.testing.assert_close(a, b)


def test_truncating_to_no_steps_is_refused():
    with pytest.raises(ValueError, match="steps must be at least 1, got 0"):
        truncated_rnn_backward(*[torch.ones(1, 1, 1)] * 2, *[torch.ones(1, 1)] * 4, steps=0)


def test_detached_states_keep_their_numbers_and_lose_their_past():
    h = torch.ones(2, requires_grad=True) * 2
    first, (second, nothing) = detached((h, [h, None]))
    assert torch.equal(first, h) and not first.requires_grad and not second.requires_grad
    assert nothing is None
