"""What RNN, LSTM and GRU share: parameters with torch's names, layers, directions, batch axes.

The mathematics of one layer in one direction is each layer's own ``run_layer``; here is only the
stacking around it, in the order in which torch does it.
"""

import itertools
import math
import numbers
import warnings
from functools import partial

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence, pad_packed_sequence

from course_lib.layers.packed import run_packed
from course_lib.shapes import ShapeError, Shapes, at_least, fits_the_weights, same_kind


def stack_time(outputs: list[Tensor], h: Tensor) -> Tensor:
    """T outputs (B, S) -> (B, T, S); for T = 0 the state h (B, S) tells the other sizes."""
    return torch.stack(outputs, dim=1) if outputs else h.new_zeros(h.shape[0], 0, h.shape[1])


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
        at_least("input_size", input_size, 1)
        at_least("hidden_size", hidden_size, 1)
        at_least("num_layers", num_layers, 1)
        at_least("proj_size", proj_size, 0)
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

    def parameter_shapes(self, features: int) -> dict[str, tuple[int, ...]]:
        """Name and shape of each parameter of one layer that reads ``features``, torch's order."""
        rows = self.gates * self.hidden_size
        units = self.proj_size or self.hidden_size
        shapes = {"weight_ih": (rows, features), "weight_hh": (rows, units)}
        if self.bias:
            shapes |= {"bias_ih": (rows,), "bias_hh": (rows,)}
        if self.proj_size:
            shapes["weight_hr"] = (self.proj_size, self.hidden_size)
        return shapes

    def _make_parameters(self, kind):
        above = (self.proj_size or self.hidden_size) * self.num_directions
        for layer in range(self.num_layers):
            shapes = self.parameter_shapes(self.input_size if layer == 0 else above)
            for suffix in self._suffixes(layer):
                for name, shape in shapes.items():
                    setattr(self, name + suffix, nn.Parameter(torch.empty(shape, **kind)))

    def _suffixes(self, layer):
        return [f"_l{layer}", f"_l{layer}_reverse"][: self.num_directions]

    def _weights(self, suffix) -> dict[str, Tensor]:
        return {name: getattr(self, name + suffix) for name in self.parameter_shapes(1)}

    def reset_parameters(self) -> None:
        """Draw all parameters from U(-1/√H, 1/√H) in torch's order: same seed, same weights."""
        bound = 1.0 / math.sqrt(self.hidden_size)
        for weight in self.parameters():
            nn.init.uniform_(weight, -bound, bound)

    def flatten_parameters(self) -> None:
        """Nothing to do: torch packs its weights for cuDNN here."""

    @property
    def all_weights(self) -> list[list[nn.Parameter]]:
        """The parameters of each layer and direction, as torch lists them."""
        suffixes = [s for layer in range(self.num_layers) for s in self._suffixes(layer)]
        return [list(self._weights(suffix).values()) for suffix in suffixes]

    def state_sizes(self) -> list[int]:
        """The number of features of each state tensor."""
        return [self.hidden_size]

    def run_layer(self, input: Tensor, states: tuple, weights: dict[str, Tensor]):
        """One layer, one direction: input (B, T, F), states (B, S) each -> output, final states."""
        raise NotImplementedError

    def run(self, input: Tensor | PackedSequence, states: tuple | None):
        """All layers and directions; takes and returns tensors in the layout the caller chose."""
        if isinstance(input, PackedSequence):
            return self._run_packed(input, states)
        unbatched = isinstance(input, Tensor) and input.dim() == 2
        self._expect_input(input, "T I" if unbatched else ("B T I", "T B I")[not self.batch_first])
        if unbatched:
            input = input.unsqueeze(0)
        elif not self.batch_first:
            input = input.transpose(0, 1)
        if input.shape[1] == 0:
            raise ShapeError("input must have at least one time step, got 0")
        states = self._initial_states(states, input, unbatched)
        output, ends = self._stack(input, states, self._run_direction)
        if unbatched:
            return output.squeeze(0), tuple(end.squeeze(1) for end in ends)
        return (output if self.batch_first else output.transpose(0, 1)), ends

    def _run_direction(self, input, states, weights, reverse):
        output, final = self.run_layer(input.flip(1) if reverse else input, states, weights)
        return (output.flip(1) if reverse else output), final

    def _run_packed(self, packed, states):
        self._expect_packed(packed)
        input, lengths = pad_packed_sequence(packed, batch_first=True)
        order, back = packed.sorted_indices, packed.unsorted_indices
        states = self._initial_states(states, input, unbatched=False)
        if order is not None:  # the packed data are sorted, longest first; the states are not yet
            input, lengths = input[order], lengths[order]
            states = tuple(state[:, order] for state in states)
        batch_sizes = packed.batch_sizes.tolist()

        def run_direction(input, states, weights, reverse):
            run_layer = partial(self.run_layer, weights=weights)
            return run_packed(run_layer, input, batch_sizes, states, reverse)

        output, ends = self._stack(input, states, run_direction)
        data = pack_padded_sequence(output, lengths, batch_first=True).data
        if back is not None:
            ends = tuple(end[:, back] for end in ends)
        return PackedSequence(data, packed.batch_sizes, order, back), ends

    def _stack(self, input, states, run_direction):
        """input (B, T, F), states (D * layers, B, S) each -> output (B, T, D * H), final states."""
        finals = []
        for layer in range(self.num_layers):
            if layer > 0 and self.dropout > 0:
                # Laid out time first, as torch's: the same seed drops the same numbers.
                by_time = input.transpose(0, 1).contiguous()
                by_time = nn.functional.dropout(by_time, self.dropout, self.training)
                input = by_time.transpose(0, 1)
            sides = []
            for suffix in self._suffixes(layer):
                initial = tuple(state[len(finals)] for state in states)
                reverse = suffix.endswith("_reverse")
                output, final = run_direction(input, initial, self._weights(suffix), reverse)
                sides.append(output)
                finals.append(final)
            input = torch.cat(sides, dim=2) if len(sides) > 1 else sides[0]
        return input, tuple(torch.stack(end) for end in zip(*finals, strict=True))

    def _expect_input(self, input, axes):
        Shapes(integers=True, I=self.input_size).expect("input", input, axes)
        fits_the_weights("input", input, self.weight_ih_l0)

    def _expect_packed(self, packed):
        self._expect_input(packed.data, "B I")
        sizes = packed.batch_sizes.tolist()
        falling = all(after <= before for before, after in itertools.pairwise([*sizes, 1]))
        if not sizes or not falling or sum(sizes) != len(packed.data):
            raise ShapeError(
                f"input.batch_sizes must be positive, never rise and sum to the "
                f"{len(packed.data)} rows of input.data, got {sizes}"
            )

    def _initial_states(self, states, input, unbatched):
        """The states given, or zeros, as (D * num_layers, B, S) each; input is (B, T, F)."""
        rows, sizes = self.num_layers * self.num_directions, self.state_sizes()
        if states is None:
            return tuple(input.new_zeros(rows, input.shape[0], size) for size in sizes)
        shapes = Shapes(N=rows, B=input.shape[0])
        for name, state, size in zip(("h_0", "c_0"), states, sizes, strict=False):
            shapes.sizes["S"], shapes.fixed_by["S"] = size, "the layer"
            shapes.expect(name, state, "N S" if unbatched else "N B S")
            same_kind(name, state, "input", input)
        return tuple(state.unsqueeze(1) for state in states) if unbatched else tuple(states)

    def extra_repr(self) -> str:
        """The arguments that are not the default, as torch writes them."""
        shown = [f"{self.input_size}, {self.hidden_size}"]
        defaults = {"proj_size": 0, "num_layers": 1, "bias": True, "batch_first": False}
        defaults |= {"dropout": 0.0, "bidirectional": False}
        for name, default in defaults.items():
            if getattr(self, name) != default:
                shown.append(f"{name}={getattr(self, name)}")
        return ", ".join(shown)


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
