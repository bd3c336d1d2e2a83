"""What is right: the ConvLSTM of Shi et al. (2015), equation 3, one convolution for each gate.

Written from the paper's equations with ``torch.nn.functional.conv2d`` alone, and on purpose not
as the course's layers are: nothing is stacked or fused here.
"""

import torch
from torch import Tensor, nn
from torch.nn.functional import conv2d


def cell(x, state, w_x, w_h, b, w_ci, w_cf, w_co):
    """One time step: x (B, I, H, W), h and c (B, C, H, W) -> h, c."""
    h, c = state
    pad = w_x.shape[-1] // 2
    kernels_x, kernels_h, biases = w_x.chunk(4), w_h.chunk(4), b.chunk(4)

    def summed(gate: int) -> Tensor:
        from_x = conv2d(x, kernels_x[gate], biases[gate], padding=pad)
        return from_x + conv2d(h, kernels_h[gate], padding=pad)

    i = torch.sigmoid(summed(0) + w_ci * c)
    f = torch.sigmoid(summed(1) + w_cf * c)
    c = f * c + i * torch.tanh(summed(2))
    o = torch.sigmoid(summed(3) + w_co * c)
    return o * torch.tanh(c), c


def zero_state(x, hidden_channels):
    """x (B, I, H, W) -> zeros h, c, each (B, C, H, W)."""
    shape = (len(x), hidden_channels, *x.shape[-2:])
    return tuple(torch.zeros(shape, dtype=x.dtype, device=x.device) for _k in "hc")


class ConvLSTMCell(nn.Module):
    """x (B, I, H, W), state (h, c) or None -> h, c."""

    def __init__(self, in_channels, hidden_channels, kernel_size, image_size):
        super().__init__()
        self.hidden_channels = hidden_channels
        bound = (hidden_channels * kernel_size**2) ** -0.5
        kernel = (kernel_size, kernel_size)
        if kernel_size % 2 == 0:
            raise ValueError("kernel_size must be odd")
        shapes = {
            "weight_x": (4 * hidden_channels, in_channels, *kernel),
            "weight_h": (4 * hidden_channels, hidden_channels, *kernel),
            "bias": (4 * hidden_channels,),
        }
        for name, shape in shapes.items():
            setattr(self, name, nn.Parameter(torch.empty(shape).uniform_(-bound, bound)))
        for name in ("weight_ci", "weight_cf", "weight_co"):
            setattr(self, name, nn.Parameter(torch.zeros(hidden_channels, *image_size)))

    def forward(self, x, state=None):
        if state is None:
            state = zero_state(x, self.hidden_channels)
        peepholes = self.weight_ci, self.weight_cf, self.weight_co
        return cell(x, state, self.weight_x, self.weight_h, self.bias, *peepholes)


class ConvLSTM(nn.Module):
    """input (B, T, I, H, W), states one (h, c) per layer or None -> output, states."""

    def __init__(
        self, in_channels, hidden_channels, kernel_size, image_size, return_all_layers=False
    ):
        super().__init__()
        self.return_all_layers = return_all_layers
        below = [in_channels, *hidden_channels]
        sizes = zip(below, hidden_channels, strict=False)
        self.cells = nn.ModuleList(
            ConvLSTMCell(size_in, size, kernel_size, image_size) for size_in, size in sizes
        )

    def forward(self, input, states=None):
        states = list(states or [None] * len(self.cells))
        shown = []  # for every time step the hidden states of all layers
        for x in input.unbind(1):
            for layer, one in enumerate(self.cells):
                states[layer] = one(x, states[layer])
                x = states[layer][0]
            shown.append([h for h, _c in states])
        outputs = [torch.stack(of_layer, 1) for of_layer in zip(*shown, strict=True)]
        return outputs if self.return_all_layers else outputs[-1], states


class EncoderForecaster(nn.Module):
    """input (B, T, I, H, W), steps -> logits (B, steps, I, H, W)."""

    def __init__(self, in_channels, hidden_channels, kernel_size, image_size):
        super().__init__()
        sizes = in_channels, hidden_channels, kernel_size, image_size
        self.encoder = ConvLSTM(*sizes)
        self.forecaster = ConvLSTM(*sizes, return_all_layers=True)
        self.to_frame = nn.Conv2d(sum(hidden_channels), in_channels, 1)

    def forward(self, input, steps):
        _output, states = self.encoder(input)
        nothing = torch.zeros_like(input[:, :1]).expand(-1, steps, -1, -1, -1)
        layers, _states = self.forecaster(nothing, states)
        frames = torch.cat(layers, 2).unbind(1)
        return torch.stack([self.to_frame(frame) for frame in frames], 1)
