"""Answers to ps6_convlstm as careless students write them, from the statement alone.

``expected`` are the ids of which the first finding has one; None where only an honest "I don't
know" or a true fact is asked for.
"""

import torch
import torch.nn.functional as F
from torch import nn

from course_lib.exercises import oracle_convlstm as right
from course_lib.layers import EncoderForecaster as Forecaster

ANSWERS = []


def answer(item, *expected):
    def keep(fn):
        ANSWERS.append((fn.__name__, item, fn, set(expected)))
        return fn

    return keep


@answer("convlstm_cell", "padding-missing")
def forgot_padding(x, state, w_x, w_h, b, w_ci, w_cf, w_co):
    h, c = state
    i, f, g, o = (F.conv2d(x, w_x, b) + F.conv2d(h, w_h)).chunk(4, 1)
    c = torch.sigmoid(f + w_cf * c) * c + torch.sigmoid(i + w_ci * c) * torch.tanh(g)
    return torch.sigmoid(o + w_co * c) * torch.tanh(c), c


@answer("convlstm_cell", "padding-missing")
def padded_the_input_only(x, state, w_x, w_h, b, w_ci, w_cf, w_co):
    h, c = state
    z = F.conv2d(x, w_x, b, padding="same") + F.conv2d(h, w_h)
    i, f, g, o = z.chunk(4, 1)
    c = torch.sigmoid(f + w_cf * c) * c + torch.sigmoid(i + w_ci * c) * torch.tanh(g)
    return torch.sigmoid(o + w_co * c) * torch.tanh(c), c


@answer("convlstm_cell", "o-sees-old-c")
def all_gates_at_once(x, state, w_x, w_h, b, w_ci, w_cf, w_co):
    h, c = state
    p = w_x.size(2) // 2
    z = F.conv2d(torch.cat([x, h], 1), torch.cat([w_x, w_h], 1), b, padding=p)
    i, f, g, o = z.split(c.shape[1], 1)
    i, f, o = torch.sigmoid(i + w_ci * c), torch.sigmoid(f + w_cf * c), torch.sigmoid(o + w_co * c)
    c = f * c + i * g.tanh()
    return o * c.tanh(), c


@answer("convlstm_cell", "bias-twice")
def a_bias_for_both(x, state, w_x, w_h, b, w_ci, w_cf, w_co):
    h, c = state
    z = F.conv2d(x, w_x, b, padding="same") + F.conv2d(h, w_h, b, padding="same")
    i, f, g, o = z.chunk(4, 1)
    c = torch.sigmoid(f + w_cf * c) * c + torch.sigmoid(i + w_ci * c) * torch.tanh(g)
    return torch.sigmoid(o + w_co * c) * torch.tanh(c), c


@answer("convlstm_cell", "padding-one")
def thought_of_three(x, state, w_x, w_h, b, w_ci, w_cf, w_co):
    h, c = state
    z = F.conv2d(x, w_x, b, padding=1) + F.conv2d(h, w_h, padding=1)
    i, f, g, o = z.chunk(4, 1)
    c = torch.sigmoid(f + w_cf * c) * c + torch.sigmoid(i + w_ci * c) * torch.tanh(g)
    return torch.sigmoid(o + w_co * c) * torch.tanh(c), c


@answer("convlstm_cell", "gate-order-ifog")
def the_order_of_the_paper(x, state, w_x, w_h, b, w_ci, w_cf, w_co):
    h, c = state
    z = F.conv2d(x, w_x, b, padding="same") + F.conv2d(h, w_h, padding="same")
    i, f, o, g = z.chunk(4, 1)
    c = torch.sigmoid(f + w_cf * c) * c + torch.sigmoid(i + w_ci * c) * torch.tanh(g)
    return torch.sigmoid(o + w_co * c) * torch.tanh(c), c


@answer("convlstm_cell", None)
def half_of_the_peepholes(x, state, w_x, w_h, b, w_ci, w_cf, w_co):
    """Nobody foresaw this: the fact is that the numbers are right without peepholes."""
    h, c = state
    z = F.conv2d(x, w_x, b, padding="same") + F.conv2d(h, w_h, padding="same")
    i, f, g, o = z.chunk(4, 1)
    n = torch.sigmoid(f + w_cf * c / 2) * c + torch.sigmoid(i + w_ci * c / 2) * torch.tanh(g)
    return torch.sigmoid(o + w_co * n / 2) * torch.tanh(n), n


@answer("convlstm_cell", None)
def a_reflecting_border(x, state, w_x, w_h, b, w_ci, w_cf, w_co):
    h, c = state
    p = (w_x.shape[-1] // 2,) * 4
    z = F.conv2d(F.pad(x, p, "replicate"), w_x, b) + F.conv2d(F.pad(h, p, "replicate"), w_h)
    i, f, g, o = z.chunk(4, 1)
    c = torch.sigmoid(f + w_cf * c) * c + torch.sigmoid(i + w_ci * c) * torch.tanh(g)
    return torch.sigmoid(o + w_co * c) * torch.tanh(c), c


@answer("zero_state", "zeros-float32", "zeros-on-cpu")
def plain_zeros(x, hidden_channels):
    return (torch.zeros(x.size(0), hidden_channels, x.size(2), x.size(3)),) * 2


@answer("zero_state", "zeros-turned")
def width_first(x, hidden_channels):
    B, _, W, H = x.shape
    return x.new_zeros(B, hidden_channels, H, W), x.new_zeros(B, hidden_channels, H, W)


class Cell(nn.Module):
    """Right but for what the classes below change."""

    peephole = staticmethod(nn.Parameter)

    def __init__(self, in_channels, hidden_channels, kernel_size, image_size):
        super().__init__()
        if kernel_size % 2 == 0:
            raise ValueError("odd, please")
        self.C, k = hidden_channels, (hidden_channels * kernel_size**2) ** -0.5
        K = (kernel_size, kernel_size)
        self.weight_x = nn.Parameter(torch.rand(4 * self.C, in_channels, *K) * 2 * k - k)
        self.weight_h = nn.Parameter(torch.rand(4 * self.C, self.C, *K) * 2 * k - k)
        self.bias = nn.Parameter(torch.rand(4 * self.C) * 2 * k - k)
        for name in ("weight_ci", "weight_cf", "weight_co"):
            setattr(self, name, self.peephole(torch.zeros(self.C, *image_size)))

    def forward(self, x, state=None):
        state = state or right.zero_state(x, self.C)
        peepholes = self.weight_ci, self.weight_cf, self.weight_co
        return right.cell(x, state, self.weight_x, self.weight_h, self.bias, *peepholes)


@answer("cell_module", "peepholes-not-registered")
class PlainPeepholes(Cell):
    peephole = staticmethod(lambda tensor: tensor)


@answer("cell_module", "peepholes-not-registered")
class PeepholesAsBuffers(Cell):
    def __init__(self, *sizes, **named):
        super().__init__(*sizes, **named)
        for name in ("weight_ci", "weight_cf", "weight_co"):
            tensor = getattr(self, name).data
            delattr(self, name)
            self.register_buffer(name, tensor)


@answer("cell_module", "peepholes-shared")
class OneMapUnderThreeNames(Cell):
    def __init__(self, *sizes, **named):
        super().__init__(*sizes, **named)
        self.weight_ci = self.weight_cf = self.weight_co = nn.Parameter(self.weight_ci.data)


@answer("cell_module", "even-accepted")
class TakesEveryKernel(Cell):
    def __init__(self, in_channels, hidden_channels, kernel_size, image_size):
        super().__init__(in_channels, hidden_channels, kernel_size | 1, image_size)


@answer("cell_module", "parameter-names")
class TwoConvolutions(nn.Module):
    def __init__(self, in_channels, hidden_channels, kernel_size, image_size):
        super().__init__()
        self.conv_x = nn.Conv2d(in_channels, 4 * hidden_channels, kernel_size, padding="same")
        self.conv_h = nn.Conv2d(hidden_channels, 4 * hidden_channels, kernel_size, padding="same")

    def forward(self, x, state=None):
        return x, x


@answer("cell_module", "parameter-names")
class ABiasForTheStateToo(Cell):
    def __init__(self, *sizes, **named):
        super().__init__(*sizes, **named)
        self.bias_h = nn.Parameter(torch.rand_like(self.bias))

    def forward(self, x, state=None):
        state = state or right.zero_state(x, self.C)
        peepholes = self.weight_ci, self.weight_cf, self.weight_co
        both = self.bias + self.bias_h
        return right.cell(x, state, self.weight_x, self.weight_h, both, *peepholes)


@answer("network", "cells-plain-list")
class CellsInAList(right.ConvLSTM):
    def __init__(self, in_channels, hidden_channels, kernel_size, image_size, **more):
        super().__init__(in_channels, hidden_channels, kernel_size, image_size, **more)
        cells = list(self.cells)
        del self.cells
        self.cells = cells


@answer("network", "module-states-ignored")
class AlwaysFromZeros(right.ConvLSTM):
    def forward(self, input, states=None):
        return super().forward(input)


@answer("network", "returned-list")
class ForgotToStack(right.ConvLSTM):
    def forward(self, input, states=None):
        output, states = super().forward(input, states)
        return (output if self.return_all_layers else list(output.unbind(1))), states


@answer("network", "output-time-first")
class StackedWithoutDim(right.ConvLSTM):
    def forward(self, input, states=None):
        output, states = super().forward(input, states)
        if self.return_all_layers:
            return [one.transpose(0, 1) for one in output], states
        return output.transpose(0, 1), states


@answer("forecaster", "frames-sigmoid")
class Probabilities(right.EncoderForecaster):
    def forward(self, input, steps):
        return super().forward(input, steps).sigmoid()


@answer("forecaster", "states-reversed", "raises-RuntimeError")
class TopLayerFirst(right.EncoderForecaster):
    """As the paper's figure draws it: the forecaster upside down."""

    def forward(self, input, steps):
        _output, states = self.encoder(input)
        zeros = input.new_zeros(len(input), steps, *input.shape[2:])
        layers, _states = self.forecaster(zeros, states[::-1])
        return torch.stack([self.to_frame(x) for x in torch.cat(layers, 2).unbind(1)], 1)


def epochs_of(model, frames, held_out, steps, epochs, learn):
    errors = []
    optimiser = torch.optim.Adam(model.parameters(), lr=0.02)
    for _epoch in range(epochs):
        for batch in frames[torch.randperm(len(frames))].split(16):
            learn(model, batch, optimiser)
        with torch.no_grad():
            guess = model(held_out[:, :-steps], steps).sigmoid()
        errors.append(F.mse_loss(guess, held_out[:, -steps:]).item())
    return errors


@answer("train", "gradients-not-cleared")
def never_cleared(model, frames, held_out, steps, epochs):
    def learn(model, batch, optimiser):
        logits = model(batch[:, :-steps], steps)
        F.binary_cross_entropy_with_logits(logits, batch[:, -steps:]).backward()
        optimiser.step()

    return epochs_of(model, frames, held_out, steps, epochs, learn)


@answer("train", "part-of-the-data")
def drawn_with_replacement(model, frames, held_out, steps, epochs):
    def learn(model, batch, optimiser):
        batch = frames[torch.randint(len(frames), (len(batch),))]
        loss = F.binary_cross_entropy_with_logits(
            model(batch[:, :-steps], steps), batch[:, -steps:]
        )
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()

    return epochs_of(model, frames, held_out, steps, epochs, learn)


@answer("train", "reads-the-future")
def shows_everything(model, frames, held_out, steps, epochs):
    def learn(model, batch, optimiser):
        loss = F.binary_cross_entropy_with_logits(model(batch, steps), batch[:, -steps:])
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()

    return epochs_of(model, frames, held_out, steps, epochs, learn)


@answer("train", "returned-none")
def prints_the_errors(model, frames, held_out, steps, epochs):
    print("0.08")


@answer("train", "raises-NameError")
def a_name_from_another_cell(model, frames, held_out, steps, epochs):
    return [future.mean() for _epoch in range(epochs)]  # noqa: F821


@answer("train", None)
def brings_its_own_model(model, frames, held_out, steps, epochs):
    """No finished model of the course may stand in; here only the name of one is in sight."""
    own = Forecaster(1, 4, 3, batch_first=True)
    return [float(own(held_out[:, :-steps], steps).mean()) for _epoch in range(epochs)]
