"""What RNN, LSTM and GRU share: parameters with torch's names, layers, directions, batch axes.

The mathematics of one layer in one direction is each layer's own ``run_layer``; here is only the
stacking around it, in the order in which torch does it.
"""

import math
import numbers
import warnings

import torch
from torch import Tensor, nn

from course_lib.layers.shapes import Shapes


class Recurrent(nn.Module):
    """A stack of recurrent layers with one or two directions each, by torch's rules."""

    gates: int  # how many blocks of H rows the stacked weights have

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        proj_size: int = 0,
        device=None,
        dtype=None,
    ):
        super().__init__()
        _check_size("input_size", input_size, 1)
        _check_size("hidden_size", hidden_size, 1)
        _check_size("num_layers", num_layers, 1)
        _check_size("proj_size", proj_size, 0)
        _check_dropout(dropout, num_layers)
        for name, flag in (("bias", bias), ("batch_first", batch_first)):
            if not isinstance(flag, bool):
                raise TypeError(f"{name} must be a bool, got {type(flag).__name__}")
        if proj_size >= hidden_size:
            raise ValueError(
                f"proj_size ({proj_size}) must be smaller than hidden_size ({hidden_size})"
            )
        self.input_size = input_size
        self.hidden_size = hidden_size
        self.num_layers = num_layers
        self.bias = bias
        self.batch_first = batch_first
        self.dropout = float(dropout)
        self.bidirectional = bidirectional
        self.proj_size = proj_size
        self.num_directions = 2 if bidirectional else 1
        self._make_parameters({"device": device, "dtype": dtype})
        self.reset_parameters()

    def _make_parameters(self, kind):
        rows = self.gates * self.hidden_size
        units = self.proj_size or self.hidden_size
        for layer in range(self.num_layers):
            features = self.input_size if layer == 0 else units * self.num_directions
            shapes = {"weight_ih": (rows, features), "weight_hh": (rows, units)}
            if self.bias:
                shapes |= {"bias_ih": (rows,), "bias_hh": (rows,)}
            if self.proj_size:
                shapes["weight_hr"] = (self.proj_size, self.hidden_size)
            for suffix in self._suffixes(layer):
                for name, shape in shapes.items():
                    setattr(self, name + suffix, nn.Parameter(torch.empty(shape, **kind)))

    def _suffixes(self, layer):
        return [f"_l{layer}", f"_l{layer}_reverse"][: self.num_directions]

    def _weights(self, suffix) -> list[Tensor]:
        names = ["weight_ih", "weight_hh"]
        names += ["bias_ih", "bias_hh"] if self.bias else []
        names += ["weight_hr"] if self.proj_size else []
        return [getattr(self, name + suffix) for name in names]

    def reset_parameters(self) -> None:
        """Draw all parameters from U(-1/√H, 1/√H) in torch's order: same seed, same weights."""
        bound = 1.0 / math.sqrt(self.hidden_size)
        for weight in self.parameters():
            nn.init.uniform_(weight, -bound, bound)

    def flatten_parameters(self) -> None:
        """Nothing to do: torch packs its weights for cuDNN here."""

    def state_sizes(self) -> list[int]:
        """The number of features of each state tensor."""
        return [self.hidden_size]

    def run_layer(self, input: Tensor, states: tuple, weights: list[Tensor]):
        """One layer, one direction: input (B, T, F), states (B, S) each -> output, final states."""
        raise NotImplementedError

    def run(self, input: Tensor, states: tuple | None) -> tuple[Tensor, tuple]:
        """All layers and directions; takes and returns tensors in the layout the caller chose."""
        unbatched = isinstance(input, Tensor) and input.dim() == 2
        input, states = self._batch_first(input, states, unbatched)
        finals = []
        for layer in range(self.num_layers):
            if layer > 0 and self.dropout > 0:
                input = nn.functional.dropout(input, self.dropout, self.training)
            sides = []
            for suffix in self._suffixes(layer):
                reverse = suffix.endswith("_reverse")
                initial = tuple(state[len(finals)] for state in states)
                weights = self._weights(suffix)
                output, final = self.run_layer(
                    input.flip(1) if reverse else input, initial, weights
                )
                sides.append(output.flip(1) if reverse else output)
                finals.append(final)
            input = torch.cat(sides, dim=2) if len(sides) > 1 else sides[0]
        ends = tuple(torch.stack(end) for end in zip(*finals, strict=True))  # (D * layers, B, S)
        if unbatched:
            return input.squeeze(0), tuple(end.squeeze(1) for end in ends)
        return (input if self.batch_first else input.transpose(0, 1)), ends

    def _batch_first(self, input, states, unbatched):
        """Check the shapes; -> input (B, T, I), states (D * layers, B, S) each."""
        rows = self.num_layers * self.num_directions
        shapes = Shapes(I=self.input_size, N=rows)
        axes = "T I" if unbatched else ("B T I" if self.batch_first else "T B I")
        shapes.expect("input", input, axes)
        weight = self.weight_ih_l0
        if not torch.is_autocast_enabled(input.device.type) and input.dtype != weight.dtype:
            raise ValueError(
                f"input has dtype {input.dtype}, the weights have {weight.dtype}: "
                f"convert the input with input.to({weight.dtype})"
            )
        if unbatched:
            input = input.unsqueeze(0)
        elif not self.batch_first:
            input = input.transpose(0, 1)
        sizes = self.state_sizes()
        if states is None:
            batch = input.shape[0]
            return input, tuple(input.new_zeros(rows, batch, size) for size in sizes)
        for name, state, size in zip(("h_0", "c_0"), states, sizes, strict=False):
            shapes.sizes["S"], shapes.fixed_by["S"] = size, "the layer"
            shapes.expect(name, state, "N S" if unbatched else "N B S")
        return input, tuple(s.unsqueeze(1) for s in states) if unbatched else tuple(states)

    def extra_repr(self) -> str:
        """The arguments that are not the default, as torch writes them."""
        shown = [f"{self.input_size}, {self.hidden_size}"]
        defaults = {"proj_size": 0, "num_layers": 1, "bias": True, "batch_first": False}
        defaults |= {"dropout": 0.0, "bidirectional": False}
        for name, default in defaults.items():
            if getattr(self, name) != default:
                shown.append(f"{name}={getattr(self, name)}")
        return ", ".join(shown)


def _check_size(name, value, least):
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(f"{name} must be an int, got {type(value).__name__}")
    if value < least:
        raise ValueError(f"{name} must be at least {least}, got {value}")


def _check_dropout(dropout, num_layers):
    if (
        not isinstance(dropout, numbers.Number)
        or isinstance(dropout, bool)
        or not 0 <= dropout <= 1
    ):
        raise ValueError(f"dropout must be a probability between 0 and 1, got {dropout!r}")
    if dropout > 0 and num_layers == 1:
        warnings.warn(
            f"dropout={dropout} has no effect with num_layers=1: it acts between layers.",
            stacklevel=4,
        )
