"""The recurrent neural network (Elman 1990): cell, forward function, module.

    h_t = tanh(x_t W_ih^T + b_ih + h_{t-1} W_hh^T + b_hh)

Shapes: B batch, T time steps, I input_size, H hidden_size. The functions are batch first.
"""

from functools import partial

import torch
from torch import Tensor
from torch.nn.functional import linear

from course_lib.bptt.function import run
from course_lib.bptt.rnn import RECIPES
from course_lib.layers.recurrent import Recurrent, stack_time
from course_lib.shapes import Shapes

ACTIVATIONS = {"tanh": torch.tanh, "relu": torch.relu}


def rnn_cell(
    x: Tensor,
    h: Tensor,
    w_ih: Tensor,
    w_hh: Tensor,
    b_ih: Tensor | None = None,
    b_hh: Tensor | None = None,
    nonlinearity: str = "tanh",
) -> Tensor:
    """One time step of an RNN.

    Shapes: x (B, I), h (B, H), w_ih (H, I), w_hh (H, H), b_ih and b_hh (H) -> h (B, H).
    Raises ValueError for shapes that do not fit. Source: Elman 1990; ``torch.nn.RNNCell``.
    """
    shapes = Shapes()
    shapes.expect("x", x, "B I")
    _expect_weights(shapes, w_ih, w_hh, b_ih, b_hh)
    shapes.expect("h", h, "B H")
    phi = _activation(nonlinearity)
    # h_t = φ(x_t W_ih^T + b_ih + h_{t-1} W_hh^T + b_hh)
    return phi(linear(x, w_ih, b_ih) + linear(h, w_hh, b_hh))


def rnn_forward(
    input: Tensor,
    h_0: Tensor | None,
    w_ih: Tensor,
    w_hh: Tensor,
    b_ih: Tensor | None = None,
    b_hh: Tensor | None = None,
    nonlinearity: str = "tanh",
) -> tuple[Tensor, Tensor]:
    """An RNN over a whole sequence: one cell, T calls.

    Shapes: input (B, T, I), h_0 (B, H) or None for zeros -> output (B, T, H), h_n (B, H).
    Raises ValueError for shapes that do not fit. Source: Elman 1990; ``torch.nn.RNN``.
    """
    shapes = Shapes()
    shapes.expect("input", input, "B T I")
    _expect_weights(shapes, w_ih, w_hh, b_ih, b_hh)
    shapes.expect_if_given("h_0", h_0, "B H")
    phi = _activation(nonlinearity)
    h = input.new_zeros(input.shape[0], w_hh.shape[1]) if h_0 is None else h_0
    # x_t W_ih^T + b_ih does not wait for h: one matmul for all time steps, before the loop.
    from_input = linear(input, w_ih, b_ih)  # (B, T, H)
    outputs = []
    for a_t in from_input.unbind(dim=1):  # a_t (B, H)
        # h_t = φ(a_t + h_{t-1} W_hh^T + b_hh)
        h = phi(a_t + linear(h, w_hh, b_hh))
        outputs.append(h)
    return stack_time(outputs, h), h


class RNN(Recurrent):
    """``torch.nn.RNN``, from scratch: the same arguments, parameters, shapes and numbers.

    Shapes (batch_first=False): input (T, B, I), h_0 (D * num_layers, B, H) ->
    output (T, B, D * H), h_n (D * num_layers, B, H), with D = 2 if bidirectional else 1.
    Raises ValueError for arguments or shapes that do not fit. Source: Elman 1990.
    """

    gates = 1

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        nonlinearity: str = "tanh",
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        device=None,
        dtype=None,
    ):
        _activation(nonlinearity)
        super().__init__(
            input_size, hidden_size, num_layers, bias, batch_first, dropout, bidirectional,
            device=device, dtype=dtype,
        )  # fmt: skip
        self.nonlinearity = nonlinearity

    def forward(self, input: Tensor, hx: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Run the stack; see the class for shapes. Unbatched input (T, I) works as in torch."""
        output, (h_n,) = self.run(input, None if hx is None else (hx,))
        return output, h_n

    def run_layer(self, input, states, weights):
        # The same numbers as rnn_forward, with the backward pass written by hand.
        readable = partial(rnn_forward, nonlinearity=self.nonlinearity)
        biases = weights.get("bias_ih"), weights.get("bias_hh")
        matrices = weights["weight_ih"], weights["weight_hh"]
        recipe = RECIPES[self.nonlinearity]
        output, h_n = run(recipe, readable, input, *states, *matrices, *biases)
        return output, (h_n,)


def _expect_weights(shapes, w_ih, w_hh, b_ih, b_hh):
    shapes.expect("w_ih", w_ih, "H I")
    shapes.expect("w_hh", w_hh, "H H")
    shapes.expect_if_given("b_ih", b_ih, "H")
    shapes.expect_if_given("b_hh", b_hh, "H")


def _activation(nonlinearity):
    if nonlinearity not in ACTIVATIONS:
        known = " or ".join(f"'{name}'" for name in ACTIVATIONS)
        raise ValueError(f"nonlinearity must be {known}, got {nonlinearity!r}")
    return ACTIVATIONS[nonlinearity]
