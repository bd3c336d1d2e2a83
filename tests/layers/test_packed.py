"""PackedSequence: torch's numbers for sequences of different lengths, in any order."""

import pytest
import torch
from torch.nn.utils.rnn import pack_padded_sequence, pack_sequence, pad_packed_sequence

from tests.layers.kinds import KINDS, I, flat, pair, states_for

LENGTHS = {"sorted": [5, 3, 3, 1], "unsorted": [1, 4, 2, 4, 3], "equal": [3, 3]}


@pytest.mark.parametrize("given", [True, False])
@pytest.mark.parametrize("lengths", LENGTHS.values(), ids=LENGTHS)
@pytest.mark.parametrize("kind", KINDS)
def test_packed_outputs_states_and_gradients_are_torchs(kind, lengths, given):
    ours, theirs = pair(kind, num_layers=2, bidirectional=True, dtype=torch.float64)
    sequences = [torch.randn(n, I, dtype=torch.float64) for n in lengths]
    packed = pack_sequence(sequences, enforce_sorted=False)
    states = states_for(ours, len(lengths), given, torch.float64)
    results = [module(packed, states) for module in (ours, theirs)]
    for mine, reference in zip(*(pad_packed_sequence(r[0]) for r in results), strict=True):
        torch.testing.assert_close(mine, reference)
    tensors = [[r[0].data, *flat(r)[1:]] for r in results]
    for mine, reference in zip(*tensors, strict=True):
        torch.testing.assert_close(mine, reference)
    gradients = [
        torch.autograd.grad(sum(t.square().sum() for t in group), list(module.parameters()))
        for group, module in zip(tensors, (ours, theirs), strict=True)
    ]
    for mine, reference in zip(*gradients, strict=True):
        torch.testing.assert_close(mine, reference)


def test_padding_is_never_read():
    ours, _ = pair("LSTM", dtype=torch.float64)
    padded = torch.randn(4, 2, I, dtype=torch.float64)
    padded[2:, 1] = float("nan")
    output, _ = ours(pack_padded_sequence(padded, [4, 2]))
    assert torch.isfinite(output.data).all()
