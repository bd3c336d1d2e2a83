"""RNN and LSTM give torch's outputs, states and gradients, for every combination of options."""

import itertools

import pytest
import torch
from torch import nn

from course_lib.layers import LSTM
from tests.layers.kinds import KINDS, B, H, I, P, T, flat, pair, states_for

TOLERANCE = {torch.float32: 2e-6, torch.float64: 1e-13}
GRID = list(
    itertools.product(
        KINDS, (1, 3), (True, False), (True, False), (True, False), (torch.float32, torch.float64)
    )
)


def gradients(module, input, states):
    """d(weighted sum of output and final states) / d(every parameter, the input, the states)."""
    tensors = flat(module(input, states))
    generator = torch.Generator().manual_seed(2)
    loss = sum((t * torch.rand(t.shape, generator=generator, dtype=t.dtype)).sum() for t in tensors)
    leaves = [*module.parameters(), input]
    leaves += [] if states is None else (list(states) if isinstance(states, tuple) else [states])
    return torch.autograd.grad(loss, leaves)


@pytest.mark.parametrize("given", [True, False], ids=["given", "default"])
@pytest.mark.parametrize("kind,layers,bias,batch_first,bidirectional,dtype", GRID)
def test_outputs_states_and_every_gradient_are_torchs(
    kind, layers, bias, batch_first, bidirectional, dtype, given
):
    ours, theirs = pair(
        kind,
        num_layers=layers,
        bias=bias,
        batch_first=batch_first,
        bidirectional=bidirectional,
        dtype=dtype,
    )
    input = torch.randn((B, T, I) if batch_first else (T, B, I), dtype=dtype, requires_grad=True)
    states = states_for(ours, B, given, dtype)
    for mine, reference in zip(flat(ours(input, states)), flat(theirs(input, states)), strict=True):
        torch.testing.assert_close(mine, reference, rtol=0, atol=TOLERANCE[dtype])
    for mine, reference in zip(
        gradients(ours, input, states), gradients(theirs, input, states), strict=True
    ):
        rtol = 1e-5 if dtype == torch.float32 else 1e-12
        torch.testing.assert_close(mine, reference, rtol=rtol, atol=20 * TOLERANCE[dtype])


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("batch,length", [(1, T), (B, 1), (1, 1)])
def test_batch_of_one_and_length_of_one_keep_their_axes(kind, batch, length):
    ours, theirs = pair(kind, dtype=torch.float64, batch_first=True)
    input = torch.randn(batch, length, I, dtype=torch.float64)
    for mine, reference in zip(flat(ours(input)), flat(theirs(input)), strict=True):
        torch.testing.assert_close(mine, reference)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("given", [True, False])
def test_unbatched_input_gives_unbatched_output(kind, given):
    ours, theirs = pair(kind, num_layers=2, bidirectional=True, dtype=torch.float64)
    input = torch.randn(T, I, dtype=torch.float64)
    states = states_for(ours, 1, given, torch.float64)
    if states is not None:
        states = (
            tuple(s.squeeze(1) for s in states) if isinstance(states, tuple) else states.squeeze(1)
        )
    for mine, reference in zip(flat(ours(input, states)), flat(theirs(input, states)), strict=True):
        torch.testing.assert_close(mine, reference)


@pytest.mark.parametrize("kind", KINDS)
def test_state_dict_travels_both_ways(kind):
    ours, theirs = pair(kind, num_layers=2, bidirectional=True)
    assert list(ours.state_dict()) == list(theirs.state_dict())
    nn.init.normal_(theirs.weight_ih_l1_reverse)
    ours.load_state_dict(theirs.state_dict())
    theirs.load_state_dict(ours.state_dict())
    input = torch.randn(T, B, I)
    torch.testing.assert_close(ours(input)[0], theirs(input)[0])


@pytest.mark.parametrize("kind", KINDS)
def test_same_seed_gives_the_same_parameters_as_torch(kind):
    ours, theirs = pair(kind, num_layers=2, bidirectional=True)
    for mine, reference in zip(ours.parameters(), theirs.parameters(), strict=True):
        assert torch.equal(mine, reference)


@pytest.mark.parametrize("kind", KINDS)
def test_repr_is_torchs(kind):
    for options in ({}, {"num_layers": 2, "bias": False, "batch_first": True, "dropout": 0.5}):
        ours, theirs = pair(kind, **options)
        assert repr(ours) == repr(theirs)


def test_dropout_acts_between_layers_in_training_only():
    ours, theirs = pair("LSTM", num_layers=2, dropout=0.999, batch_first=True)
    input = torch.randn(B, T, I)
    torch.testing.assert_close(ours.eval()(input)[0], theirs.eval()(input)[0])
    ours.train()
    torch.manual_seed(3)
    first = ours(input)[0]
    assert not torch.allclose(first, ours.eval()(input)[0])
    # Nearly everything is dropped before the last layer, nothing after it.
    assert (first != 0).all()


def test_one_optimiser_step_moves_every_parameter():
    module = LSTM(I, H, num_layers=2, bidirectional=True, proj_size=P)
    before = [p.detach().clone() for p in module.parameters()]
    optimiser = torch.optim.SGD(module.parameters(), lr=0.1)
    module(torch.randn(T, B, I))[0].square().sum().backward()
    optimiser.step()
    assert all(not torch.equal(a, b) for a, b in zip(before, module.parameters(), strict=True))
