"""The gated recurrent unit (Cho et al. 2014), in torch's form and in the original one.

    r_t = σ(x_t W_ir^T + b_ir + h_{t-1} W_hr^T + b_hr)               reset gate
    z_t = σ(x_t W_iz^T + b_iz + h_{t-1} W_hz^T + b_hz)               update gate
    n_t = tanh(x_t W_in^T + b_in + r_t ⊙ (h_{t-1} W_hn^T + b_hn))    candidate, torch's form
    n_t = tanh(x_t W_in^T + b_in + (r_t ⊙ h_{t-1}) W_hn^T + b_hn)    candidate, original form
    h_t = (1 - z_t) ⊙ n_t + z_t ⊙ h_{t-1}                            hidden state

torch (and cuDNN) applies the reset gate after the recurrent product, so that one matmul serves
all three blocks; Cho et al. apply it before. The matrices are stacked in the order r, z, n:
w_ih (3H, I), w_hh (3H, H).

Shapes: B batch, T time steps, I input_size, H hidden_size. The functions are batch first.
"""

import torch
from torch import Tensor
from torch.nn.functional import linear

from course_lib.bptt.function import run
from course_lib.bptt.gru import RECIPE
from course_lib.layers.recurrent import Recurrent, stack_time
from course_lib.shapes import Shapes


def gru_cell(
    x: Tensor,
    h: Tensor,
    w_ih: Tensor,
    w_hh: Tensor,
    b_ih: Tensor | None = None,
    b_hh: Tensor | None = None,
    reset_after: bool = True,
) -> Tensor:
    """One time step of a GRU; ``reset_after=False`` is the original form.

    Shapes: x (B, I), h (B, H), w_ih (3H, I), w_hh (3H, H), b_ih and b_hh (3H) -> h (B, H).
    Raises ValueError for shapes that do not fit. Source: Cho et al. 2014; ``torch.nn.GRUCell``.
    """
    shapes = Shapes()
    shapes.expect("x", x, "B I")
    _expect_weights(shapes, w_ih, w_hh, b_ih, b_hh)
    shapes.expect("h", h, "B H")
    return _update(linear(x, w_ih, b_ih), h, w_hh, b_hh, reset_after)


def gru_forward(
    input: Tensor,
    h_0: Tensor | None,
    w_ih: Tensor,
    w_hh: Tensor,
    b_ih: Tensor | None = None,
    b_hh: Tensor | None = None,
    reset_after: bool = True,
) -> tuple[Tensor, Tensor]:
    """A GRU over a whole sequence; ``reset_after=False`` is the original form.

    Shapes: input (B, T, I), h_0 (B, H) or None for zeros -> output (B, T, H), h_n (B, H).
    Raises ValueError for shapes that do not fit. Source: Cho et al. 2014; ``torch.nn.GRU``.
    """
    shapes = Shapes()
    shapes.expect("input", input, "B T I")
    _expect_weights(shapes, w_ih, w_hh, b_ih, b_hh)
    shapes.expect_if_given("h_0", h_0, "B H")
    h = input.new_zeros(input.shape[0], w_hh.shape[1]) if h_0 is None else h_0
    # x_t W_ih^T + b_ih does not wait for h: one matmul for all time steps, before the loop.
    from_input = linear(input, w_ih, b_ih)  # (B, T, 3H)
    outputs = []
    for a_t in from_input.unbind(dim=1):  # a_t (B, 3H)
        h = _update(a_t, h, w_hh, b_hh, reset_after)
        outputs.append(h)
    return stack_time(outputs, h), h


class GRU(Recurrent):
    """``torch.nn.GRU``, from scratch: the same arguments, parameters, shapes and numbers.

    ``reset_after=False`` is the original form of Cho et al., which torch does not have.
    Shapes (batch_first=False): input (T, B, I), h_0 (D * num_layers, B, H) ->
    output (T, B, D * H), h_n (D * num_layers, B, H), with D = 2 if bidirectional else 1.
    Raises ValueError for arguments or shapes that do not fit. Source: Cho et al. 2014.
    """

    gates = 3

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        device=None,
        dtype=None,
        *,
        reset_after: bool = True,
    ):
        super().__init__(
            input_size, hidden_size, num_layers, bias, batch_first, dropout, bidirectional,
            device=device, dtype=dtype,
        )  # fmt: skip
        self.reset_after = reset_after

    def forward(self, input: Tensor, hx: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Run the stack; see the class for shapes. Unbatched input (T, I) works as in torch."""
        output, (h_n,) = self.run(input, None if hx is None else (hx,))
        return output, h_n

    def run_layer(self, input, states, weights):
        matrices = weights["weight_ih"], weights["weight_hh"]
        biases = weights.get("bias_ih"), weights.get("bias_hh")
        tensors = input, *states, *matrices, *biases
        if not self.reset_after:
            output, h_n = gru_forward(*tensors, reset_after=False)
        else:
            # The same numbers as gru_forward, with the backward pass written by hand.
            output, h_n = run(RECIPE, gru_forward, *tensors)
        return output, (h_n,)

    def extra_repr(self) -> str:
        return super().extra_repr() + ("" if self.reset_after else ", reset_after=False")


def _update(a: Tensor, h: Tensor, w_hh: Tensor, b_hh: Tensor | None, reset_after: bool) -> Tensor:
    """The input's part of the three sums, (B, 3H), and the old state (B, H) -> the new state."""
    a_r, a_z, a_n = a.chunk(3, dim=1)  # three times (B, H)
    if reset_after:
        u_r, u_z, u_n = linear(h, w_hh, b_hh).chunk(3, dim=1)
        r = torch.sigmoid(a_r + u_r)
        # n_t = tanh(x_t W_in^T + b_in + r_t ⊙ (h_{t-1} W_hn^T + b_hn))
        n = torch.tanh(a_n + r * u_n)
    else:
        size = h.shape[1]
        w_rz, w_n = w_hh.split([2 * size, size])
        b_rz, b_n = (None, None) if b_hh is None else b_hh.split([2 * size, size])
        u_r, u_z = linear(h, w_rz, b_rz).chunk(2, dim=1)
        r = torch.sigmoid(a_r + u_r)
        # n_t = tanh(x_t W_in^T + b_in + (r_t ⊙ h_{t-1}) W_hn^T + b_hn)
        n = torch.tanh(a_n + linear(r * h, w_n, b_n))
    z = torch.sigmoid(a_z + u_z)
    # h_t = (1 - z_t) ⊙ n_t + z_t ⊙ h_{t-1}
    return (1 - z) * n + z * h


def _expect_weights(shapes, w_ih, w_hh, b_ih, b_hh):
    shapes.expect("w_ih", w_ih, "3H I")
    shapes.expect("w_hh", w_hh, "3H H")
    shapes.expect_if_given("b_ih", b_ih, "3H")
    shapes.expect_if_given("b_hh", b_hh, "3H")
