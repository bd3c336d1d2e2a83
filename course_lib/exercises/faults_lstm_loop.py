"""The same LSTM over a sequence and as a module, with the mistakes of the loop and the module."""

import torch
from torch import Tensor, nn

from course_lib.exercises.faults_lstm import cell


def forward(on: frozenset[str], input, initial_states, w_ih, w_hh, b_ih, b_hh, w_hr=None):
    """input (B, T, I), initial_states (h_0, c_0) or None -> output (B, T, H), (h_n, c_n)."""
    weights = (w_ih, w_hh, b_ih, b_hh, w_hr)
    h_0, c_0 = first_states(on, input, initial_states, w_hh, w_ih)
    if "float32" in on:
        input, h_0, c_0 = input.float(), h_0.float(), c_0.float()
        weights = tuple(None if w is None else w.float() for w in weights)
    length = input.shape[1]
    steps = range(length)
    if "reads-backwards" in on or "reversed-throughout" in on:
        steps = reversed(steps)
    if "skips-first" in on:
        steps = range(1, length)
    if "skips-last" in on:
        steps = range(length - 1)
    h, c = h_0, c_0
    history = [(h, c)]
    shown = []
    for t in steps:
        x = input[:, 0] if "input-stuck" in on else input[:, t]
        given = (c, h) if "passes-swapped" in on else (h, c)
        h_new, c_new = cell(on, x, given, *weights)
        if "unpacks-swapped" in on:
            h_new, c_new = c_new, h_new
        shown.append({"output-is-c": c_new, "output-lags": h}.get(
            next(iter(on & {"output-is-c", "output-lags"}), None), h_new))  # fmt: skip
        if "w_hr-not-fed-back" in on:
            weights_without = (*weights[:4], None)
            h_new, _c = cell(on, x, (h, c), *weights_without)
        if "final-unprojected" in on:
            unprojected, _c = cell(on, x, (h, c), *weights[:4], None)
        history.append((h_new, c_new))
        h, c = carried(on, history)
    output, h_n, c_n = gathered(on, shown, history)
    return output, (unprojected if "final-unprojected" in on else h_n, c_n)


def first_states(on, input, initial_states, w_hh, w_ih) -> tuple[Tensor, Tensor]:
    """h_0 (B, H or P), c_0 (B, H): those given, or zeros."""
    dtype = torch.float32 if "zeros-float32" in on else input.dtype
    zeros = (
        torch.zeros(len(input), w_hh.shape[1], dtype=dtype),
        torch.zeros(len(input), len(w_ih) // 4, dtype=dtype),
    )
    if "default-ones" in on and initial_states is None:
        return tuple(torch.ones_like(zero) for zero in zeros)
    if "default-random" in on and initial_states is None:
        return tuple(torch.randn_like(zero) for zero in zeros)
    if "default-missing" in on:
        return initial_states[0], initial_states[1]
    if initial_states is None or "states-ignored" in on:
        return zeros
    h_0, c_0 = initial_states
    if "h_0-ignored" in on:
        h_0 = zeros[0]
    if "c_0-ignored" in on:
        c_0 = zeros[1]
    if "c_0-from-h_0" in on:
        c_0 = h_0
    if "initial-detached" in on:
        h_0, c_0 = h_0.detach(), c_0.detach()
    if "initial-in-place" in on:
        h_0.mul_(0.5)
    return h_0, c_0


def carried(on, history) -> tuple[Tensor, Tensor]:
    """The state that the next time step starts from; ``history`` begins with the initial one."""
    (h_0, c_0), (h_old, c_old), (h, c) = history[0], history[-2], history[-1]
    if "not-carried" in on:
        h, c = h_0, c_0
    if "restarts-from-zero" in on:
        h, c = torch.zeros_like(h_0), torch.zeros_like(c_0)
    if "carried-late" in on:
        h, c = h_old, c_old
    if "h-not-carried" in on:
        h = h_0
    if "c-not-carried" in on:
        c = c_0
    if "detached" in on:
        h, c = h.detach(), c.detach()
    if "detached-h" in on:
        h = h.detach()
    if "detached-c" in on:
        c = c.detach()
    return h, c


def gathered(on, shown, history) -> tuple[Tensor, Tensor, Tensor]:
    """output (B, T, H), h_n (B, H), c_n (B, H) from what each time step gave."""
    h_n, c_n = shown[-1] if not on & {"output-is-c", "output-lags"} else history[-1][0], None
    c_n = history[-1][1]
    if "final-first" in on:
        h_n, c_n = history[1]
    if "final-second-last" in on:
        h_n, c_n = history[-2]
    if "final-initial" in on:
        h_n, c_n = history[0]
    if "final-swapped" in on:
        h_n, c_n = c_n, h_n
    if "final-h-twice" in on:
        c_n = h_n
    if "final-c-twice" in on:
        h_n = c_n
    if "reads-backwards" in on:
        shown = shown[::-1]
    if "output-reversed" in on:
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
        h_n, c_n = h_n.squeeze(), c_n.squeeze()
    return output, h_n, c_n


def module(on: frozenset[str]) -> type[nn.Module]:
    """A class like ``nn.LSTM`` with one layer, making the mistakes that are switched on."""
    return type("LSTM", (FaultyLSTM,), {"on": on})


class FaultyLSTM(nn.Module):
    """input (T, B, I), or (B, T, I) if batch_first; states (1, B, H)."""

    on: frozenset[str] = frozenset()

    def __init__(self, input_size, hidden_size, batch_first=False, proj_size=0):
        super().__init__()
        self.batch_first = batch_first
        self.memory = None
        self.shapes = {
            "weight_ih_l0": (4 * hidden_size, input_size),
            "weight_hh_l0": (4 * hidden_size, proj_size or hidden_size),
            "bias_ih_l0": (4 * hidden_size,),
            "bias_hh_l0": (4 * hidden_size,),
        }
        if proj_size:
            self.shapes["weight_hr_l0"] = (proj_size, hidden_size)
        self.bound = hidden_size**-0.5
        if "parameters-late" not in self.on:
            self.create()

    def create(self) -> None:
        for name, shape in self.shapes.items():
            value = self.first_value(torch.empty(shape))
            plain = "not-registered" in self.on or (
                "biases-not-registered" in self.on and "bias" in name
            )
            setattr(self, name, value if plain else nn.Parameter(value))

    def first_value(self, value: Tensor) -> Tensor:
        for switch, fill in FIRST_VALUES.items():
            if switch in self.on:
                return fill(value)
        return value.uniform_(-self.bound, self.bound)

    def forward(self, input, states=None):
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
            states = None
        if "keeps-state" in self.on and states is None:
            states = self.memory
        if states is not None:
            states = tuple(state[0] for state in states)
        output, (h_n, c_n) = forward(self.on, input, states, *weights)
        if time_first and "output-batch-first" not in self.on:
            output = output.transpose(0, 1)
        if "no-layer-axis" not in self.on:
            axis = 1 if "layer-axis-second" in self.on else 0
            h_n, c_n = h_n.unsqueeze(axis), c_n.unsqueeze(axis)
        self.memory = (h_n.detach(), c_n.detach())
        return output, (h_n, c_n)


FIRST_VALUES = {
    "starts-zero": torch.zeros_like,
    "starts-ones": torch.ones_like,
    "starts-empty": torch.empty_like,
    "starts-normal": torch.randn_like,
    "starts-positive": torch.rand_like,
}
