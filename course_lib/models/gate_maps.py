"""The gates of a ConvLSTM's first layer, step by step: what the layer itself does not give out."""

import torch
from torch import Tensor

from course_lib.layers import EncoderForecaster
from course_lib.shapes import Shapes, at_least


@torch.no_grad()
def gate_maps(network: EncoderForecaster, input: Tensor, steps: int) -> dict[str, Tensor]:
    """Gates and states of layer 1, while the encoder reads and while the forecaster goes on.

    Shapes: input (B, T, C_in, H, W), steps F -> {"i", "f", "g", "o", "c", "h"}, each
    (B, T + F, C_h, H, W). The network has to be ``batch_first``.
    """
    Shapes().expect("input", input, "B T C_in H W")
    at_least("steps", steps, 1)
    reader, goes_on = network.encoder.cells[0], network.forecaster.cells[0]
    h, c = reader.zero_state(input[:, 0])
    maps = {name: [] for name in "ifgoch"}
    for x, cell in [(x, reader) for x in input.unbind(1)] + [(None, goes_on)] * steps:
        gates = _one_step(cell, x, h, c)
        h, c = gates["h"], gates["c"]
        for name, value in gates.items():
            maps[name].append(value)
    return {name: torch.stack(values, dim=1) for name, values in maps.items()}


def _one_step(cell, x, h, c):
    """What ``convlstm_cell`` computes, with the gates kept."""
    convolve = torch.nn.functional.conv2d
    sums = convolve(h, cell.weight_h, cell.bias, padding="same")
    if x is not None:
        sums = sums + convolve(x, cell.weight_x, padding="same")
    i, f, g, o = sums.chunk(4, dim=1)
    seen = cell.peephole is not None
    i = torch.sigmoid(i + cell.weight_ci * c if seen else i)
    f = torch.sigmoid(f + cell.weight_cf * c if seen else f)
    g = torch.tanh(g)
    c = f * c + i * g
    o = torch.sigmoid(o + cell.weight_co * c if seen else o)
    return {"i": i, "f": f, "g": g, "o": o, "c": c, "h": o * torch.tanh(c)}
