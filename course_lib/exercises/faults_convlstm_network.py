"""The network of ConvLSTM layers, with a switch for every known mistake."""

import torch
from torch import nn

from course_lib.exercises.faults_convlstm import module as cell_module
from course_lib.exercises.faults_convlstm import zero_state


def network(on: frozenset[str]) -> type[nn.Module]:
    """A class ConvLSTM that makes the mistakes that are switched on."""
    return type("ConvLSTM", (FaultyNetwork,), {"on": on})


class FaultyNetwork(nn.Module):
    """input (B, T, I, H, W), states one (h, c) per layer or None -> output, states."""

    on: frozenset[str] = frozenset()

    def __init__(
        self, in_channels, hidden_channels, kernel_size, image_size, return_all_layers=False
    ):
        super().__init__()
        on = self.on
        self.return_all_layers, self.memory = return_all_layers, None
        channels = list(hidden_channels)
        if "channels-reversed" in on:
            channels = channels[::-1]
        if "same-channels" in on:
            channels = [channels[0]] * len(channels)
        if "one-layer-too-few" in on:
            channels = channels[:-1] or channels
        below = [in_channels, *channels]
        if "layers-built-for-input" in on:
            below = [in_channels] * len(channels)
        make = cell_module(on - {"module-states-ignored"})  # the cells carry theirs all the same
        cells = [
            make(size_in, size, kernel_size, image_size)
            for size_in, size in zip(below, channels, strict=False)
        ]
        if "one-cell-shared" in on:
            cells = cells[:1] * len(cells)
        self.cells = cells if "cells-plain-list" in on else nn.ModuleList(cells)

    def forward(self, input, states=None):
        on = self.on
        if "module-states-ignored" in on:
            states = None
        if "keeps-state" in on and states is None:
            states = self.memory
        if "default-missing" in on:
            states[0]
        if "initial-in-place" in on and states is not None:
            states[0][0].mul_(0.5)
        if "initial-detached" in on and states is not None:
            states = [tuple(one.detach() for one in state) for state in states]
        frames = time_steps(on, input)
        below, outputs, finals = frames, [], []
        for layer, cell in enumerate(self.cells):
            state = None if states is None else states[layer]
            if states is not None and "first-state-for-all" in on:
                state = states[0]
            if states is not None and "last-state-for-all" in on:
                state = states[-1]
            if "state-from-below" in on and finals:
                state = finals[-1]
            shown, history = run_layer(on, cell, below, state)
            outputs.append(gathered(on, shown, history))
            finals.append(final(on, history))
            below = [h for h, _c in shown]
            if "layers-feed-c" in on:
                below = [c for _h, c in shown]
            if "layers-read-input" in on:
                below = frames
            if "layers-read-first" in on:
                below = list(outputs[0].unbind(1))
            if "layers-lag" in on:
                below = [history[0][0], *below[:-1]]
            if "layers-detached" in on:
                below = [h.detach() for h in below]
            if "tanh-between-layers" in on:
                below = [torch.tanh(h) for h in below]
        self.memory = [(h.detach(), c.detach()) for h, c in finals]
        if "finals-reversed" in on:
            finals = finals[::-1]
        if "all-layers-reversed" in on and self.return_all_layers:
            outputs = outputs[::-1]
        shown_layer = 0 if "output-first-layer" in on else -2 if "output-second-layer" in on else -1
        return (outputs if self.return_all_layers else outputs[shown_layer]), finals


def time_steps(on, input) -> list:
    """The frames in the order in which the first layer reads them."""
    frames = list(input.unbind(1))
    if "reads-backwards" in on or "reversed-throughout" in on:
        frames = frames[::-1]
    if "skips-first" in on:
        frames = frames[1:]
    if "skips-last" in on:
        frames = frames[:-1]
    if "input-stuck" in on:
        frames = frames[:1] * len(frames)
    return frames


def run_layer(on, cell, below, state):
    """(h, c) after every time step; the same with the state before the first."""
    if state is None:
        state = zero_state(on, below[0], cell.hidden_channels)
    first, shown, history = state, [], [state]
    for x in below:
        new = cell(x, state)
        shown.append(new)
        history.append(new)
        state = carried(on, first, history)
    return shown, history


def carried(on, first, history):
    """The state that the next time step starts from."""
    (h_0, c_0), (h, c) = first, history[-1]
    if "not-carried" in on:
        h, c = h_0, c_0
    if "restarts-from-zero" in on:
        h, c = torch.zeros_like(h), torch.zeros_like(c)
    if "carried-late" in on:
        h, c = history[-2]
    if "h-not-carried" in on:
        h = h_0
    if "c-not-carried" in on:
        c = c_0
    if "detached" in on or "detached-h" in on:
        h = h.detach()
    if "detached" in on or "detached-c" in on:
        c = c.detach()
    return h, c


def final(on, history):
    """The state of a layer that is returned."""
    h, c = history[-1]
    if "final-first" in on:
        h, c = history[1]
    if "final-second-last" in on:
        h, c = history[-2]
    if "final-initial" in on:
        h, c = history[0]
    if "final-swapped" in on:
        h, c = c, h
    if "final-h-twice" in on:
        c = h
    if "final-c-twice" in on:
        h = c
    return h, c


def gathered(on, shown, history):
    """output (B, T, C, H, W) of one layer."""
    steps = [h for h, _c in shown]
    if "output-is-c" in on:
        steps = [c for _h, c in shown]
    if "output-lags" in on:
        steps = [h for h, _c in history[:-1]]
    if "reads-backwards" in on or "output-reversed" in on:
        steps = steps[::-1]
    output = torch.stack(steps, 1)
    if "output-scrambled" in on:
        output = torch.stack(steps, 0).reshape(output.shape)
    if "output-last-only" in on:
        output = output[:, -1]
    if "output-repeats-last" in on:
        output = output[:, -1:].expand_as(output)
    if "output-turned" in on:
        output = output.transpose(-1, -2)
    if "output-squeezed" in on:
        output = output.squeeze()
    if "last-left-empty" in on:
        output = torch.cat([output[:, :-1], torch.zeros_like(output[:, :1])], 1)
    return output
