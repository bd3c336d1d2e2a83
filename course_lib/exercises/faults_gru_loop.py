"""The same GRU over a sequence and as a module, with the mistakes of the loop and the module."""

import torch
from torch import Tensor, nn

from course_lib.exercises.faults_gru import cell
from course_lib.exercises.faults_lstm_loop import FIRST_VALUES


def forward(on: frozenset[str], input, h_0, w_ih, w_hh, b_ih, b_hh):
    """input (B, T, I), h_0 (B, H) or None -> output (B, T, H), h_n (B, H)."""
    weights = (w_ih, w_hh, b_ih, b_hh)
    h_0 = first_state(on, input, h_0, w_hh)
    if "float32" in on:
        input, h_0, weights = input.float(), h_0.float(), tuple(w.float() for w in weights)
    length = input.shape[1]
    steps = range(length)
    if "reads-backwards" in on or "reversed-throughout" in on:
        steps = reversed(steps)
    if "skips-first" in on:
        steps = range(1, length)
    if "skips-last" in on:
        steps = range(length - 1)
    h = h_0
    history, shown = [h], []
    for t in steps:
        x = input[:, 0] if "input-stuck" in on else input[:, t]
        h_new = cell(on, "after", x, h, *weights)
        shown.append(h if "output-lags" in on else h_new)
        history.append(h_new)
        h = carried(on, history)
    return gathered(on, shown, history)


def first_state(on, input, h_0, w_hh) -> Tensor:
    """h_0 (B, H): the given one, or zeros."""
    dtype = torch.float32 if "zeros-float32" in on else input.dtype
    zeros = torch.zeros(len(input), w_hh.shape[1], dtype=dtype)
    if h_0 is None and "default-missing" not in on:
        return torch.ones_like(zeros) if "default-ones" in on else zeros
    if "h_0-ignored" in on:
        return zeros
    if "initial-detached" in on:
        return h_0.detach()
    if "initial-in-place" in on:
        return h_0.mul_(0.5)
    return h_0


def carried(on, history) -> Tensor:
    """The state that the next time step starts from; ``history`` begins with the initial one."""
    if "not-carried" in on:
        return history[0]
    if "restarts-from-zero" in on:
        return torch.zeros_like(history[0])
    if "carried-late" in on:
        return history[-2]
    return history[-1].detach() if "detached" in on else history[-1]


def gathered(on, shown, history) -> tuple[Tensor, Tensor]:
    """output (B, T, H) and h_n (B, H) from what each time step gave."""
    h_n = history[-1]
    if "final-first" in on:
        h_n = history[1]
    if "final-second-last" in on:
        h_n = history[-2]
    if "final-initial" in on:
        h_n = history[0]
    if on & {"reads-backwards", "output-reversed"}:
        shown = shown[::-1]
    output = torch.stack(shown, 1)
    if "last-left-empty" in on:
        output = torch.cat([output[:, :-1], torch.zeros_like(output[:, :1])], 1)
    if "first-left-empty" in on:
        output = torch.cat([torch.zeros_like(output[:, :1]), output[:, 1:]], 1)
    if "output-scrambled" in on:
        output = torch.stack(shown, 0).reshape(output.shape)
    if "output-last-only" in on:
        output = output[:, -1]
    if "output-repeats-last" in on:
        output = output[:, -1:].expand_as(output)
    if "final-last-row" in on:
        h_n = output[-1]
    if "output-squeezed" in on:
        output = output.squeeze()
    if "final-squeezed" in on:
        h_n = h_n.squeeze()
    return output, h_n


def module(on: frozenset[str]) -> type[nn.Module]:
    """A class like ``nn.GRU`` with one layer, making the mistakes that are switched on."""
    return type("GRU", (FaultyGRU,), {"on": on})


class FaultyGRU(nn.Module):
    """input (T, B, I), or (B, T, I) if batch_first; state (1, B, H)."""

    on: frozenset[str] = frozenset()

    def __init__(self, input_size, hidden_size, batch_first=False):
        super().__init__()
        self.batch_first, self.memory = batch_first, None
        self.shapes = {
            "weight_ih_l0": (3 * hidden_size, input_size),
            "weight_hh_l0": (3 * hidden_size, hidden_size),
            "bias_ih_l0": (3 * hidden_size,),
            "bias_hh_l0": (3 * hidden_size,),
        }
        self.bound = hidden_size**-0.5
        if "parameters-late" not in self.on:
            self.create()

    def create(self) -> None:
        for name, shape in self.shapes.items():
            value = self.first_value(torch.empty(shape))
            plain = "not-registered" in self.on
            plain = plain or ("biases-not-registered" in self.on and "bias" in name)
            setattr(self, name, value if plain else nn.Parameter(value))

    def first_value(self, value: Tensor) -> Tensor:
        for switch, fill in FIRST_VALUES.items():
            if switch in self.on:
                return fill(value)
        return value.uniform_(-self.bound, self.bound)

    def forward(self, input, h_0=None):
        if "parameters-late" in self.on and not hasattr(self, "weight_ih_l0"):
            self.create()
        weights = [getattr(self, name) for name in self.shapes]
        if "drawn-anew" in self.on:
            weights = [torch.randn_like(w) * self.bound for w in weights]
        time_first = not self.batch_first
        if "batch_first-ignored" in self.on:
            time_first = True
        if "batch_first-always" in self.on:
            time_first = False
        if time_first:
            input = input.transpose(0, 1)
        if "module-states-ignored" in self.on:
            h_0 = None
        if "keeps-state" in self.on and h_0 is None:
            h_0 = self.memory
        output, h_n = forward(self.on, input, None if h_0 is None else h_0[0], *weights)
        if time_first and "output-batch-first" not in self.on:
            output = output.transpose(0, 1)
        if "no-layer-axis" not in self.on:
            h_n = h_n.unsqueeze(1 if "layer-axis-second" in self.on else 0)
        self.memory = h_n.detach()
        return output, h_n
