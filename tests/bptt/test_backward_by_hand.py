"""The hand-written backward passes against autograd over the readable loops, and gradcheck."""

import pytest
import torch

from course_lib.bptt import gru_backward, lstm_backward, rnn_backward
from course_lib.layers import GRU, LSTM, RNN, gru_forward, lstm_forward, rnn_forward

B, T, I, H, P = 3, 7, 4, 5, 2


def randn(*shape):
    return torch.randn(*shape, dtype=torch.float64, requires_grad=True)


def weights(gates, units=H, bias=True):
    rows = gates * H
    biases = [randn(rows) if bias else None, randn(rows) if bias is True else None]
    return [randn(rows, I), randn(rows, units), *biases]


def autograd(outputs, grads, leaves):
    wanted = [leaf for leaf in leaves if leaf is not None]
    found = iter(torch.autograd.grad(outputs, wanted, grads))
    return [None if leaf is None else next(found) for leaf in leaves]


@pytest.fixture(params=["one block", "three steps a block"])
def blocks(request, monkeypatch):
    """Sequences as short as these fit in one block; so the blocks are made short as well."""
    if request.param != "one block":
        bytes_a_step = {"rnn": 1, "gru": 3, "lstm": 4}
        gates = next(n for name, n in bytes_a_step.items() if name in request.node.name)
        monkeypatch.setattr("course_lib.bptt.weights.BLOCK_BYTES", 3 * gates * B * H * 8)


def assert_same(mine, reference):
    for a, b in zip(mine, reference, strict=True):
        assert (a is None) == (b is None)
        if a is not None:
            torch.testing.assert_close(a, b, rtol=0, atol=1e-12)


@pytest.mark.parametrize("bias", [True, False, "input's alone"])
@pytest.mark.parametrize("nonlinearity", ["tanh", "relu"])
def test_rnn_backward_is_autograds_to_1e_12(blocks, nonlinearity, bias):
    leaves = [randn(B, T, I), randn(B, H), *weights(1, bias=bias)]
    output, h_n = rnn_forward(*leaves, nonlinearity=nonlinearity)
    grads = torch.randn_like(output), torch.randn_like(h_n)
    mine = rnn_backward(
        grads[0], *leaves[:2], output, *leaves[2:], grad_h_n=grads[1], nonlinearity=nonlinearity
    )
    assert_same(mine, autograd((output, h_n), grads, leaves))


@pytest.mark.parametrize("bias", [True, False, "input's alone"])
@pytest.mark.parametrize("projected", [True, False])
def test_lstm_backward_is_autograds_to_1e_12(blocks, projected, bias):
    units = P if projected else H
    leaves = [randn(B, T, I), randn(B, units), randn(B, H), *weights(4, units, bias)]
    leaves.append(randn(P, H) if projected else None)
    output, states = lstm_forward(leaves[0], tuple(leaves[1:3]), *leaves[3:])
    grads = [torch.randn_like(t) for t in (output, *states)]
    mine = lstm_backward(
        grads[0], leaves[0], leaves[1:3], *leaves[3:], grad_states=tuple(grads[1:])
    )
    assert_same(mine, autograd((output, *states), grads, leaves))


@pytest.mark.parametrize("bias", [True, False, "input's alone"])
def test_gru_backward_is_autograds_to_1e_12(blocks, bias):
    leaves = [randn(B, T, I), randn(B, H), *weights(3, bias=bias)]
    output, h_n = gru_forward(*leaves)
    grads = torch.randn_like(output), torch.randn_like(h_n)
    mine = gru_backward(grads[0], *leaves, grad_h_n=grads[1])
    assert_same(mine, autograd((output, h_n), grads, leaves))


@pytest.mark.parametrize(
    "make",
    [
        lambda: RNN(I, H, dtype=torch.float64),
        lambda: LSTM(I, H, dtype=torch.float64),
        lambda: LSTM(I, H, proj_size=P, dtype=torch.float64),
        lambda: GRU(I, H, dtype=torch.float64),
        lambda: GRU(I, H, dtype=torch.float64, reset_after=False),
    ],
    ids=["RNN", "LSTM", "LSTMP", "GRU", "GRU original"],
)
def test_gradcheck_and_gradgradcheck_pass_through_the_modules(make):
    module = make()
    names = [name for name, _ in module.named_parameters()]

    def run(input, *parameters):
        values = dict(zip(names, parameters, strict=True))
        return torch.func.functional_call(module, values, (input,))[0]

    leaves = [randn(4, 2, I), *(p.detach().requires_grad_() for p in module.parameters())]
    assert torch.autograd.gradcheck(run, leaves, fast_mode=True)
    assert torch.autograd.gradgradcheck(run, leaves, fast_mode=True)


def test_the_final_states_alone_carry_a_gradient():
    module = LSTM(I, H, dtype=torch.float64)
    input = randn(T, B, I)
    (gradient,) = torch.autograd.grad(module(input)[1][1].sum(), input)
    assert (gradient.abs().amax(dim=(1, 2)) > 0).all()


@pytest.mark.parametrize("proj_size", [0, P])
@pytest.mark.parametrize("kind", [RNN, LSTM, GRU])
@pytest.mark.parametrize("batch_first", [True, False])
def test_what_comes_back_may_be_changed_in_place(kind, proj_size, batch_first):
    options = {"proj_size": proj_size} if kind is LSTM else {}
    module = kind(I, H, batch_first=batch_first, **options)
    input, found = torch.randn(T, B, I), []
    for double in (torch.Tensor.mul_, torch.Tensor.mul):
        output, states = module(input)
        h_n, *c_n = states if kind is LSTM else (states,)
        loss = double(output, 2).square().sum() + double(h_n, 2).square().sum()
        loss = loss + sum(double(c, 2).square().sum() for c in c_n)
        found.append(torch.autograd.grad(loss, list(module.parameters())))
    for a, b in zip(*found, strict=True):
        torch.testing.assert_close(a, b)


@pytest.mark.parametrize("kind", [RNN, LSTM, GRU])
def test_gradients_may_be_asked_for_in_batches(kind):
    module, input = kind(I, H), torch.randn(T, B, I, requires_grad=True)
    output = module(input)[0].flatten()[:3]
    seeds = torch.eye(3)
    (together,) = torch.autograd.grad(
        output, input, seeds, is_grads_batched=True, retain_graph=True
    )
    for seed, row in zip(seeds, together, strict=True):
        (alone,) = torch.autograd.grad(output, input, seed, retain_graph=True)
        torch.testing.assert_close(row, alone)
