"""Sequences of different lengths in one batch (``PackedSequence``), without computing on padding.

The rows of a packed batch are sorted, longest first, so at time t the rows still running are the
first ``batch_sizes[t]``. Between two changes of that number everything is an ordinary batch.
"""

from itertools import groupby

import torch
from torch import Tensor


def run_packed(run_layer, input: Tensor, batch_sizes: list[int], states: tuple, reverse: bool):
    """One layer, one direction over a packed batch.

    Shapes: input (B, T, F) padded and sorted, batch_sizes T numbers, states (B, S) each; run_layer
    as in ``Recurrent`` -> output (B, T, F'), zero where there is padding, final states (B, S).
    """
    segments = _segments(batch_sizes)
    output, at_end = None, [list(state.split(1)) for state in states]  # one (1, S) for each row
    for start, stop, rows in reversed(segments) if reverse else segments:
        part = input[:rows, start:stop]
        part = part.flip(1) if reverse else part
        out, now = run_layer(part, tuple(torch.cat(side[:rows]) for side in at_end))
        out = out.flip(1) if reverse else out
        for side, state in zip(at_end, now, strict=True):
            side[:rows] = state.split(1)
        if output is None:
            output = out.new_zeros(*input.shape[:2], out.shape[2])
        output[:rows, start:stop] = out
    return output, tuple(torch.cat(side) for side in at_end)


def _segments(batch_sizes):
    """[3, 3, 2, 1, 1] -> [(0, 2, 3), (2, 3, 2), (3, 5, 1)]: from, to, rows."""
    segments, start = [], 0
    for rows, steps in groupby(batch_sizes):
        stop = start + len(list(steps))
        segments.append((start, stop, rows))
        start = stop
    return segments
