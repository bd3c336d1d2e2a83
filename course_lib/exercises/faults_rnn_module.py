"""The same RNN as a module and in both directions, with the mistakes that are made there."""

import torch
from torch import Tensor, nn

from course_lib.exercises.faults_lstm_loop import FIRST_VALUES
from course_lib.exercises.faults_rnn import forward


def module(on: frozenset[str]) -> type[nn.Module]:
    """A class like ``nn.RNN`` with one layer, making the mistakes that are switched on."""
    return type("RNN", (FaultyRNN,), {"on": on})


class FaultyRNN(nn.Module):
    """input (T, B, I), or (B, T, I) if batch_first; h_0 (1, B, H) or None."""

    on: frozenset[str] = frozenset()

    def __init__(self, input_size, hidden_size, batch_first=False):
        super().__init__()
        self.batch_first = batch_first
        self.memory = None
        self.shapes = {
            "weight_ih_l0": (hidden_size, input_size),
            "weight_hh_l0": (hidden_size, hidden_size),
            "bias_ih_l0": (hidden_size,),
            "bias_hh_l0": (hidden_size,),
        }
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
        if "keeps-state" in self.on and h_0 is None:
            h_0 = self.memory
        output, h_n = forward(self.on, input, None if h_0 is None else h_0[0], *weights)
        if time_first and "output-batch-first" not in self.on:
            output = output.transpose(0, 1)
        if "no-layer-axis" not in self.on:
            h_n = h_n.unsqueeze(1 if "layer-axis-second" in self.on else 0)
        self.memory = h_n.detach()
        return output, h_n


def both_directions(on: frozenset[str], input, h_0, params, params_reverse):
    """input (B, T, I), h_0 (2, B, H) or None -> output (B, T, 2H), h_n (2, B, H)."""
    if "params-shared" in on:
        params_reverse = params
    if "params-exchanged" in on:
        params, params_reverse = params_reverse, params
    h_forward, h_reverse = first_states(on, input, h_0, params)
    output, h_n = forward(on, input, h_forward, *params)
    if "reverse-continues" in on:
        h_reverse = h_n
    read = input if "not-flipped" in on else input.flip(flipped_axis(on, "flips-"))
    output_reverse, h_n_reverse = forward(on, read, h_reverse, *params_reverse)
    if "not-flipped-back" not in on and "not-flipped" not in on:
        output_reverse = output_reverse.flip(flipped_axis(on, "flips-back-"))
    if "final-reverse-at-end" in on:
        h_n_reverse = output_reverse[:, -1]
    if "final-forward-twice" in on:
        h_n_reverse = h_n
    finals = [h_n_reverse, h_n] if "final-halves-exchanged" in on else [h_n, h_n_reverse]
    return joined(on, output, output_reverse), gathered_finals(on, finals)


def first_states(on, input, h_0, params):
    """The initial state of each direction, (B, H)."""
    if h_0 is None:
        if "default-missing" in on:
            return h_0[0], h_0[1]
        return None, None
    if "h_0-halves-exchanged" in on:
        return h_0[1], h_0[0]
    if "h_0-first-for-both" in on:
        return h_0[0], h_0[0]
    if "h_0-reverse-ignored" in on:
        return h_0[0], torch.zeros_like(h_0[1])
    return h_0[0], h_0[1]


def flipped_axis(on, prefix: str) -> int:
    """Time, unless another axis is taken for it."""
    return {f"{prefix}batch": 0, f"{prefix}features": 2}.get(
        next((s for s in sorted(on) if s in (f"{prefix}batch", f"{prefix}features")), ""), 1
    )


def joined(on, output, output_reverse) -> Tensor:
    """output (B, T, 2H): the forward half first."""
    if "halves-summed" in on:
        return output + output_reverse
    if "halves-averaged" in on:
        return (output + output_reverse) / 2
    if "halves-along-time" in on:
        return torch.cat([output, output_reverse], 1)
    if "halves-along-batch" in on:
        return torch.cat([output, output_reverse], 0)
    if "halves-interleaved" in on:
        return torch.stack([output, output_reverse], 3).flatten(2)
    if "halves-exchanged" in on:
        return torch.cat([output_reverse, output], 2)
    return torch.cat([output, output_reverse], 2)


def gathered_finals(on, finals) -> Tensor:
    """h_n (2, B, H): the forward state first."""
    if "final-concatenated" in on:
        return torch.cat(finals, 1)
    if "final-directions-second" in on:
        return torch.stack(finals, 1)
    return torch.stack(finals)
