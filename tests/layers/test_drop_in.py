"""What people do with torch's modules works with these: compile, copy, pickle, autocast, meta."""

import copy
import pickle

import pytest
import torch

from tests.layers.kinds import KINDS, B, I, T, flat, pair

every_kind = pytest.mark.parametrize("kind", KINDS)


@every_kind
def test_copy_and_pickle_keep_the_numbers(kind):
    ours, _ = pair(kind, num_layers=2)
    input = torch.randn(T, B, I)
    for twin in (copy.deepcopy(ours), pickle.loads(pickle.dumps(ours))):
        assert torch.equal(twin(input)[0], ours(input)[0])
        assert all(p is not q for p, q in zip(twin.parameters(), ours.parameters(), strict=True))


@every_kind
def test_autocast_to_bfloat16_stays_near_float32(kind):
    ours, _ = pair(kind, num_layers=2, bidirectional=True)
    input = torch.randn(T, B, I)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        low = ours(input)[0]
    torch.testing.assert_close(low.float(), ours(input)[0], rtol=0, atol=0.05)


@every_kind
def test_meta_device_gives_shapes_without_memory(kind):
    ours, theirs = pair(kind, num_layers=2, bidirectional=True, device="meta")
    input = torch.empty(T, B, I, device="meta")
    shapes = [[t.shape for t in flat(module(input))] for module in (ours, theirs)]
    assert shapes[0] == shapes[1]


@every_kind
def test_an_empty_batch_gives_an_empty_output(kind):
    ours, _ = pair(kind, batch_first=True)
    output, *_ = flat(ours(torch.randn(0, T, I)))
    assert output.shape[:2] == (0, T)


@pytest.mark.slow
@every_kind
def test_torch_compile_keeps_the_numbers(kind):
    ours, _ = pair(kind)
    compiled = torch.compile(ours, backend="eager")
    input = torch.randn(T, B, I)
    torch.testing.assert_close(compiled(input)[0], ours(input)[0])


@every_kind
def test_float64_and_flatten_parameters_are_accepted(kind):
    ours, theirs = pair(kind)
    ours, theirs = ours.double(), theirs.double()
    ours.flatten_parameters()
    input = torch.randn(T, B, I, dtype=torch.float64)
    torch.testing.assert_close(ours(input)[0], theirs(input)[0])
