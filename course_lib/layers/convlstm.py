"""ConvLSTM (Shi et al. 2015): an LSTM whose matrix products are convolutions.

    i_t = σ(W_xi * X_t + W_hi * H_{t-1} + w_ci ⊙ C_{t-1} + b_i)
    f_t = σ(W_xf * X_t + W_hf * H_{t-1} + w_cf ⊙ C_{t-1} + b_f)
    g_t = tanh(W_xg * X_t + W_hg * H_{t-1} + b_g)
    C_t = f_t ⊙ C_{t-1} + i_t ⊙ g_t
    o_t = σ(W_xo * X_t + W_ho * H_{t-1} + w_co ⊙ C_t + b_o)
    H_t = o_t ⊙ tanh(C_t)

``*`` is a convolution with padding (K - 1) / 2, which keeps the size; ``⊙`` is elementwise. The
four kernels are stacked in the order i, f, g, o, so that one convolution serves all gates:
w_x (4C_h, C_in, K, K), w_h (4C_h, C_h, K, K). The bias belongs to the input's convolution.

Peepholes are elementwise weights, zero at start: as maps (C_h, H, W), as the equations have
them, or one per channel (C_h, 1, 1), which is what the paper's parameter counts imply.

Shapes: B batch, T time steps, C_in in_channels, C_h hidden_channels, H and W height and width,
K kernel_size.
"""

from collections.abc import Sequence
from functools import partial

import torch
from torch import Tensor, nn
from torch.nn.functional import conv2d

from course_lib.bptt.convlstm import recipe
from course_lib.bptt.function import run
from course_lib.layers.lstm import State
from course_lib.shapes import (
    ShapeError,
    Shapes,
    a_tensor,
    as_pair,
    at_least,
    fits_the_weights,
)

PEEPHOLES = ("channel", "map", None)


def convlstm_cell(
    x: Tensor | None,
    state: State,
    w_x: Tensor | None,
    w_h: Tensor,
    b: Tensor | None = None,
    w_ci: Tensor | None = None,
    w_cf: Tensor | None = None,
    w_co: Tensor | None = None,
) -> State:
    """One time step of a ConvLSTM; kernels of odd size, 'same' padding.

    Shapes: x (B, C_in, H, W), state (h (B, C_h, H, W), c (B, C_h, H, W)), w_x (4C_h, C_in, K, K),
    w_h (4C_h, C_h, K, K), b (4C_h), peepholes (C_h, H, W) or (C_h, 1, 1) or None
    -> h (B, C_h, H, W), c (B, C_h, H, W). With x None (and w_x None) the cell has no input: so
    does the first layer of a forecaster.
    Raises ValueError for shapes that do not fit. Source: Shi et al. 2015, equation 3.
    """
    h, c = as_pair("state", state)
    _expect(("x", x), ("h", h), ("c", c), w_x, w_h, b, w_ci, w_cf, w_co)
    # One convolution for all four gates: (B, 4C_h, H, W)
    if x is None:
        sums = conv2d(h, w_h, b, padding="same")
    else:
        sums = conv2d(x, w_x, b, padding="same") + conv2d(h, w_h, padding="same")
    i, f, g, o = sums.chunk(4, dim=1)
    # i_t = σ(... + w_ci ⊙ C_{t-1});  f_t = σ(... + w_cf ⊙ C_{t-1})
    i = torch.sigmoid(i if w_ci is None else i + w_ci * c)
    f = torch.sigmoid(f if w_cf is None else f + w_cf * c)
    # C_t = f_t ⊙ C_{t-1} + i_t ⊙ tanh(g_t)
    c = f * c + i * torch.tanh(g)
    # o_t = σ(... + w_co ⊙ C_t);  H_t = o_t ⊙ tanh(C_t)
    o = torch.sigmoid(o if w_co is None else o + w_co * c)
    return o * torch.tanh(c), c


def convlstm_forward(
    input: Tensor | None,
    initial_states: State | None,
    w_x: Tensor | None,
    w_h: Tensor,
    b: Tensor | None = None,
    w_ci: Tensor | None = None,
    w_cf: Tensor | None = None,
    w_co: Tensor | None = None,
    steps: int | None = None,
) -> tuple[Tensor, State]:
    """A ConvLSTM over a whole sequence of maps.

    Shapes: input (B, T, C_in, H, W), initial_states (h_0, c_0) each (B, C_h, H, W) or None for
    zeros, weights as in ``convlstm_cell`` -> output (B, T, C_h, H, W), (h_n, c_n). With input None
    (and w_x None) the states have to be given, and ``steps`` says for how many time steps to go on.
    Raises ValueError for arguments or shapes that do not fit. Source: Shi et al. 2015, equation 3.
    """
    state, steps = _start(input, initial_states, w_h, steps)
    outputs = []
    for x_t in [None] * steps if input is None else input.unbind(1):
        state = convlstm_cell(x_t, state, w_x, w_h, b, w_ci, w_cf, w_co)
        outputs.append(state[0])
    return torch.stack(outputs, dim=1), state


class ConvLSTMCell(nn.Module):
    """The base unit: the weights of one ConvLSTM layer, applied to one time step.

    peephole: "channel" (one weight per channel), "map" (one per channel and pixel; needs
    ``image_size``) or None. in_channels=0 makes a cell without input.
    Shapes: x (B, C_in, H, W), state (h, c) each (B, C_h, H, W) or None for zeros -> (h, c).
    Raises ValueError for arguments or shapes that do not fit. Source: Shi et al. 2015.
    """

    def __init__(
        self,
        in_channels: int,
        hidden_channels: int,
        kernel_size: int | tuple[int, int],
        bias: bool = True,
        peephole: str | None = "channel",
        image_size: tuple[int, int] | None = None,
        device=None,
        dtype=None,
    ):
        super().__init__()
        self.in_channels = at_least("in_channels", in_channels, 0)
        self.hidden_channels = at_least("hidden_channels", hidden_channels, 1)
        self.kernel_size = _odd_pair(kernel_size)
        self.peephole = peephole
        self.image_size = None if image_size is None else _pair("image_size", image_size)
        kind = {"device": device, "dtype": dtype}

        def parameter(*shape):
            return nn.Parameter(torch.empty(*shape, **kind))

        rows = 4 * hidden_channels
        has_input = in_channels > 0
        self.weight_x = parameter(rows, in_channels, *self.kernel_size) if has_input else None
        self.weight_h = parameter(rows, hidden_channels, *self.kernel_size)
        self.bias = parameter(rows) if bias else None
        shape = self._peephole_shape()
        self.weight_ci = None if shape is None else parameter(*shape)
        self.weight_cf = None if shape is None else parameter(*shape)
        self.weight_co = None if shape is None else parameter(*shape)
        self.reset_parameters()

    def _peephole_shape(self):
        if self.peephole not in PEEPHOLES:
            raise ValueError(f"peephole must be 'channel', 'map' or None, got {self.peephole!r}")
        if self.peephole is None:
            return None
        if self.peephole == "channel":
            return self.hidden_channels, 1, 1
        if self.image_size is None:
            raise ValueError("peephole='map' needs image_size=(H, W): one weight for every pixel")
        return self.hidden_channels, *self.image_size

    def reset_parameters(self) -> None:
        """Kernels and bias from U(-1/√n, 1/√n), n = C_h · K · K as torch's LSTM; peepholes zero."""
        bound = (self.hidden_channels * self.kernel_size[0] * self.kernel_size[1]) ** -0.5
        for name, weight in self.named_parameters():
            if name.startswith("weight_c"):
                nn.init.zeros_(weight)
            else:
                nn.init.uniform_(weight, -bound, bound)

    def zero_state(self, like: Tensor, image_size: tuple[int, int] | None = None) -> State:
        """Zeros (B, C_h, H, W) for h and c, with the batch, size, dtype and device of ``like``."""
        Shapes().expect("like", like, "B C_in H W")
        height, width = like.shape[-2:] if image_size is None else _pair("image_size", image_size)
        h = like.new_zeros(like.shape[0], self.hidden_channels, height, width)
        return h, torch.zeros_like(h)

    def forward(self, x: Tensor | None, state: State | None = None) -> State:
        """One time step; see the class for shapes."""
        if state is None:
            if x is None:
                raise ValueError("a cell without input needs a state: it fixes batch and size")
            state = self.zero_state(a_tensor("x", x))
        if self.weight_x is not None:
            fits_the_weights("x", a_tensor("x", x), self.weight_x)
        return convlstm_cell(x, state, *self._weights())

    def run(self, input: Tensor | None, state: State | None, steps: int) -> tuple[Tensor, State]:
        """All time steps: input (B, T, C_in, H, W) or None -> output (B, T, C_h, H, W), (h, c).

        The same numbers as ``convlstm_forward``, with the backward pass written by hand.
        """
        (h, c), steps = _start(input, state, self.weight_h, steps)
        x = None if input is None else input[:, 0]
        _expect(("input", x), ("h_0", h), ("c_0", c), *self._weights())
        readable = partial(_flat_forward, steps)
        output, h, c = run(recipe(steps), readable, input, h, c, *self._weights())
        return output, (h, c)

    def _weights(self):
        peepholes = self.weight_ci, self.weight_cf, self.weight_co
        return self.weight_x, self.weight_h, self.bias, *peepholes

    def extra_repr(self) -> str:
        shown = f"{self.in_channels}, {self.hidden_channels}, kernel_size={self.kernel_size}"
        shown += "" if self.bias is not None else ", bias=False"
        return f"{shown}, peephole={self.peephole!r}"


class ConvLSTM(nn.Module):
    """A network of ConvLSTM layers: each layer, at each time step, reads h_t of the layer below.

    hidden_channels and kernel_size are one value for all layers or a list with one per layer.
    return_all_layers: outputs of every layer, not of the last alone. stateful: a call without
    states goes on from the last call's final states, detached; ``reset_states()`` forgets them.
    Shapes (batch_first=False): input (T, B, C_in, H, W), states a list with one (h, c) per layer
    or None for zeros -> output (T, B, C_h, H, W), or a list of them with return_all_layers,
    and the list of final states. batch_first=True exchanges T and B.
    Raises ValueError for arguments or shapes that do not fit. Source: Shi et al. 2015.
    """

    def __init__(
        self,
        in_channels: int,
        hidden_channels: int | Sequence[int],
        kernel_size: int | tuple[int, int] | Sequence,
        num_layers: int = 1,
        bias: bool = True,
        batch_first: bool = False,
        peephole: str | None = "channel",
        image_size: tuple[int, int] | None = None,
        return_all_layers: bool = False,
        stateful: bool = False,
        device=None,
        dtype=None,
    ):
        super().__init__()
        self.num_layers = at_least("num_layers", num_layers, 1)
        self.batch_first = batch_first
        self.return_all_layers = return_all_layers
        self.stateful = stateful
        self.in_channels = in_channels
        hidden = _one_per_layer("hidden_channels", hidden_channels, num_layers)
        kernels = _one_per_layer("kernel_size", kernel_size, num_layers)
        below = [in_channels, *hidden[:-1]]
        self.cells = nn.ModuleList(
            ConvLSTMCell(c_in, c_h, k, bias, peephole, image_size, device, dtype)
            for c_in, c_h, k in zip(below, hidden, kernels, strict=True)
        )
        self._carried: list[State] | None = None

    def reset_states(self) -> None:
        """Forget the states carried from the last call (stateful=True)."""
        self._carried = None

    def forward(
        self, input: Tensor | int, states: list[State] | None = None
    ) -> tuple[Tensor | list[Tensor], list[State]]:
        """Run the network; see the class. A network with in_channels=0 takes T as its input."""
        if states is None and self.stateful:
            states = self._carried
        if states is not None and not isinstance(states, list | tuple):
            raise TypeError(
                f"states must be a list with one (h, c) per layer, got {type(states).__name__}"
            )
        if states is not None and len(states) != self.num_layers:
            raise ValueError(
                f"states must hold one (h, c) per layer: {self.num_layers}, got {len(states)}"
            )
        below, steps = self._batch_first(input)
        outputs, finals = [], []
        for layer, cell in enumerate(self.cells):
            below, state = cell.run(below, None if states is None else states[layer], steps)
            outputs.append(below if self.batch_first else below.transpose(0, 1))
            finals.append(state)
        if self.stateful:
            self._carried = [(h.detach(), c.detach()) for h, c in finals]
        return (outputs if self.return_all_layers else outputs[-1]), finals

    def _batch_first(self, input):
        """The input as (B, T, C, H, W), None for a network without input; and T."""
        if self.in_channels == 0:
            return None, at_least("input, the number of time steps,", input, 1)
        axes = "B T C H W" if self.batch_first else "T B C H W"
        Shapes(integers=True, C=self.in_channels).expect("input", input, axes)
        fits_the_weights("input", input, self.cells[0].weight_h)
        input = input if self.batch_first else input.transpose(0, 1)
        if input.shape[1] == 0:
            raise ValueError(f"input has no time steps: it must be ({axes.replace(' ', ', ')})")
        return input, input.shape[1]


class EncoderForecaster(nn.Module):
    """Encoder and forecaster of Shi et al. 2015: one network reads, the other goes on alone.

    The forecaster starts from the encoder's final states and has no input; the hidden states of
    all its layers, side by side, go through a 1x1 convolution to the predicted frame
    (``read_all_layers=False``: those of the last layer alone, as the paper's FC-LSTM does).
    Shapes (batch_first=False): input (T, B, C, H, W), steps F -> (F, B, out_channels, H, W),
    logits where the frames are probabilities. Raises ValueError for arguments that do not fit.
    Source: Shi et al. 2015, section 3.2; the parameter counts are the paper's.
    """

    def __init__(
        self,
        in_channels: int,
        hidden_channels: int | Sequence[int],
        kernel_size: int | tuple[int, int] | Sequence,
        num_layers: int = 1,
        out_channels: int | None = None,
        batch_first: bool = False,
        peephole: str | None = "channel",
        image_size: tuple[int, int] | None = None,
        read_all_layers: bool = True,
        device=None,
        dtype=None,
    ):
        super().__init__()
        at_least("in_channels", in_channels, 1)
        out_channels = in_channels if out_channels is None else out_channels
        kind = {"device": device, "dtype": dtype}
        self.read_all_layers = read_all_layers
        shared = {"batch_first": batch_first, "peephole": peephole, "image_size": image_size}
        sizes = hidden_channels, kernel_size, num_layers
        self.encoder = ConvLSTM(in_channels, *sizes, **shared, **kind)
        self.forecaster = ConvLSTM(0, *sizes, return_all_layers=True, **shared, **kind)
        channels = [cell.hidden_channels for cell in self.forecaster.cells]
        features = sum(channels) if read_all_layers else channels[-1]
        self.to_frame = nn.Conv2d(features, at_least("out_channels", out_channels, 1), 1, **kind)

    def forward(self, input: Tensor, steps: int) -> Tensor:
        """Read the input, then predict ``steps`` frames; see the class for shapes."""
        at_least("steps", steps, 1)
        _, states = self.encoder(input)
        layers, _ = self.forecaster(steps, states)
        features = torch.cat(layers, dim=2) if self.read_all_layers else layers[-1]
        frames = self.to_frame(features.flatten(0, 1))  # a frame is a frame, whatever its time
        return frames.unflatten(0, features.shape[:2])


def _start(input, states, w_h, steps):
    """The initial states and the number of time steps."""
    a_tensor("w_h", w_h)
    if input is not None:
        Shapes().expect("input", input, "B T C_in H W")
        steps = at_least("the number of time steps of input", input.shape[1], 1)
    elif states is None or steps is None:
        raise ValueError("without input, give the initial states and the number of steps")
    if states is not None:
        return as_pair("initial_states", states), at_least("steps", steps, 1)
    Shapes().expect("w_h", w_h, "4C_h C_h K_h K_w")
    h = input.new_zeros(input.shape[0], w_h.shape[1], *input.shape[-2:])
    return (h, torch.zeros_like(h)), steps


def _flat_forward(steps, input, h_0, c_0, *weights):
    output, states = convlstm_forward(input, (h_0, c_0), *weights, steps=steps)
    return output, *states


def _expect(x, h, c, w_x, w_h, b, w_ci, w_cf, w_co):
    shapes = Shapes()
    shapes.expect_if_given(*x, "B C_in H W")
    shapes.expect(*h, "B C_h H W")
    shapes.expect(*c, "B C_h H W")
    shapes.expect("w_h", w_h, "4C_h C_h K_h K_w")
    if (x[1] is None) != (w_x is None):
        raise ValueError(
            f"{x[0]} and w_x belong together: give both, or neither for a cell without input"
        )
    shapes.expect_if_given("w_x", w_x, "4C_h C_in K_h K_w")
    if w_h.shape[2] % 2 == 0 or w_h.shape[3] % 2 == 0:
        raise ShapeError(
            f"w_h must have odd kernels (K_h, K_w), got {tuple(w_h.shape[2:])}: "
            "only those keep the size with the same padding on both sides"
        )
    shapes.expect_if_given("b", b, "4C_h")
    for name, weight in {"w_ci": w_ci, "w_cf": w_cf, "w_co": w_co}.items():
        per_channel = isinstance(weight, Tensor) and tuple(weight.shape[1:]) == (1, 1)
        shapes.expect_if_given(name, weight, "C_h 1 1" if per_channel else "C_h H W")


def _odd_pair(kernel_size):
    square = isinstance(kernel_size, int) and not isinstance(kernel_size, bool)
    pair = (kernel_size, kernel_size) if square else _pair("kernel_size", kernel_size)
    if any(k < 1 or k % 2 == 0 for k in pair):
        raise ValueError(
            f"kernel_size must be odd, as one int or a pair of ints, got {kernel_size!r}: "
            "only odd kernels keep the size with the same padding on both sides"
        )
    return pair


def _pair(name, value):
    if not isinstance(value, tuple | list) or len(value) != 2:
        raise TypeError(f"{name} must be a pair of ints, got {value!r}")
    for size in value:
        at_least(f"{name} {value!r}: each size", size, 1)
    return tuple(value)


def _one_per_layer(name, value, num_layers):
    if not isinstance(value, list):
        return [value] * num_layers
    if len(value) != num_layers:
        raise ValueError(f"{name} has {len(value)} entries for num_layers={num_layers}")
    return value
