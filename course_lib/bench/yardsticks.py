"""What the layers are measured against, besides torch.

The loop of the lecture notes this course grew out of, which copies the weights for every row of
the batch, and the two forms in which most public ConvLSTMs are written. Restated in a few lines
each; they exist to be timed and to be equal, not to be used.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F


def lecture_lstm(input: Tensor, h: Tensor, c: Tensor, weights: list[Tensor]) -> Tensor:
    """The lecture's loop: weights tiled over the batch, ``bmm`` for each gate at each step.

    Shapes: input (B, T, I), h and c (B, H), weights w_ih (4H, I), w_hh (4H, H), b_ih, b_hh,
    and w_hr (P, H) for an LSTMP -> output (B, T, H or P).
    """
    w_ih, w_hh, b_ih, b_hh, *projection = weights
    batch = input.shape[0]
    gates = list(zip(w_ih.chunk(4), w_hh.chunk(4), b_ih.chunk(4), b_hh.chunk(4), strict=True))
    outputs = []
    for t in range(input.shape[1]):
        x = input[:, t]
        i, f, g, o = (_tiled(x, w, batch) + a + _tiled(h, u, batch) + b for w, u, a, b in gates)
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        h = torch.sigmoid(o) * torch.tanh(c)
        if projection:
            h = _tiled(h, projection[0], batch)
        outputs.append(h)
    return torch.stack(outputs, dim=1)


def lecture_gru(input: Tensor, h: Tensor, weights: list[Tensor]) -> Tensor:
    """The same for a GRU: input (B, T, I), h (B, H) -> (B, T, H)."""
    batch = input.shape[0]
    chunks = [weight.chunk(3) for weight in weights]
    (w_r, w_z, w_n), (u_r, u_z, u_n), (a_r, a_z, a_n), (b_r, b_z, b_n) = chunks
    outputs = []
    for t in range(input.shape[1]):
        x = input[:, t]
        r = torch.sigmoid(_tiled(x, w_r, batch) + a_r + _tiled(h, u_r, batch) + b_r)
        z = torch.sigmoid(_tiled(x, w_z, batch) + a_z + _tiled(h, u_z, batch) + b_z)
        n = torch.tanh(_tiled(x, w_n, batch) + a_n + r * (_tiled(h, u_n, batch) + b_n))
        h = (1 - z) * n + z * h
        outputs.append(h)
    return torch.stack(outputs, dim=1)


def lecture_rnn(input: Tensor, h: Tensor, weights: list[Tensor]) -> Tensor:
    """The same for an RNN: input (B, T, I), h (B, H) -> (B, T, H)."""
    w_ih, w_hh, b_ih, b_hh = weights
    batch, outputs = input.shape[0], []
    for t in range(input.shape[1]):
        h = torch.tanh(_tiled(input[:, t], w_ih, batch) + b_ih + _tiled(h, w_hh, batch) + b_hh)
        outputs.append(h)
    return torch.stack(outputs, dim=1)


def _tiled(x, weight, batch):
    return torch.bmm(weight.expand(batch, -1, -1).contiguous(), x.unsqueeze(2)).squeeze(2)


class EightConvolutions(nn.Module):
    """ConvLSTM as many write it: a convolution for each gate and source, peepholes as maps."""

    def __init__(self, c_in, hidden, kernel, image_size):
        super().__init__()
        pad = kernel // 2
        self.hidden = hidden
        self.from_x = nn.ModuleList(nn.Conv2d(c_in, hidden, kernel, padding=pad) for _ in "ifgo")
        self.from_h = nn.ModuleList(
            nn.Conv2d(hidden, hidden, kernel, padding=pad, bias=False) for _ in "ifgo"
        )
        self.peepholes = nn.ParameterList(torch.zeros(hidden, *image_size) for _ in "ifo")

    def forward(self, input: Tensor) -> Tensor:
        """(B, T, C, H, W) -> (B, T, C_h, H, W)."""
        h = c = input.new_zeros(input.shape[0], self.hidden, *input.shape[3:])
        w_ci, w_cf, w_co = self.peepholes
        outputs = []
        for x in input.unbind(1):
            pairs = zip(self.from_x, self.from_h, strict=True)
            i, f, g, o = (a(x) + b(h) for a, b in pairs)
            i, f = torch.sigmoid(i + w_ci * c), torch.sigmoid(f + w_cf * c)
            c = f * c + i * torch.tanh(g)
            h = torch.sigmoid(o + w_co * c) * torch.tanh(c)
            outputs.append(h)
        return torch.stack(outputs, dim=1)


class OneConvolution(nn.Module):
    """ConvLSTM as the most used public form has it: one convolution of (x, h), no peepholes."""

    def __init__(self, c_in, hidden, kernel):
        super().__init__()
        self.hidden = hidden
        self.conv = nn.Conv2d(c_in + hidden, 4 * hidden, kernel, padding=kernel // 2)

    def forward(self, input: Tensor) -> Tensor:
        """(B, T, C, H, W) -> (B, T, C_h, H, W)."""
        h = c = input.new_zeros(input.shape[0], self.hidden, *input.shape[3:])
        outputs = []
        for t in range(input.shape[1]):
            sums = self.conv(torch.cat([input[:, t], h], dim=1))
            i, f, o, g = torch.split(sums, self.hidden, dim=1)
            i, f, o, g = torch.sigmoid(i), torch.sigmoid(f), torch.sigmoid(o), torch.tanh(g)
            c = f * c + i * g
            h = o * torch.tanh(c)
            outputs.append(h)
        return torch.stack(outputs, dim=1)


class ConvolutionsAlone(nn.Module):
    """A ConvLSTM's two convolutions a step in torch's usual layout, and nothing done with them."""

    def __init__(self, c_in, hidden, kernel):
        super().__init__()
        self.hidden, self.pad = hidden, kernel // 2
        self.w_x = nn.Parameter(torch.randn(4 * hidden, c_in, kernel, kernel) * 0.1)
        self.w_h = nn.Parameter(torch.randn(4 * hidden, hidden, kernel, kernel) * 0.1)

    def forward(self, input: Tensor) -> Tensor:
        """(B, T, C, H, W) -> (B, T, C_h, H, W)."""
        h = input.new_zeros(input.shape[0], self.hidden, *input.shape[3:])
        outputs = []
        for x in input.unbind(1):
            sums = F.conv2d(x, self.w_x, padding=self.pad) + F.conv2d(h, self.w_h, padding=self.pad)
            h = sums[:, : self.hidden]
            outputs.append(h)
        return torch.stack(outputs, dim=1)
