"""The LSTM (Hochreiter & Schmidhuber 1997; forget gate: Gers et al. 2000), and LSTMP.

    i_t = σ(x_t W_ii^T + b_ii + h_{t-1} W_hi^T + b_hi)      input gate
    f_t = σ(x_t W_if^T + b_if + h_{t-1} W_hf^T + b_hf)      forget gate
    g_t = tanh(x_t W_ig^T + b_ig + h_{t-1} W_hg^T + b_hg)   candidate
    o_t = σ(x_t W_io^T + b_io + h_{t-1} W_ho^T + b_ho)      output gate
    c_t = f_t ⊙ c_{t-1} + i_t ⊙ g_t                         cell state
    h_t = o_t ⊙ tanh(c_t)                                   hidden state

The four matrices are stacked in the order i, f, g, o: w_ih (4H, I), w_hh (4H, H). With a
projection w_hr (P, H) (LSTMP; Sak et al. 2014) the hidden state has P units,
h_t = (o_t ⊙ tanh(c_t)) W_hr^T, and w_hh is (4H, P); the cell state keeps H.

Shapes: B batch, T time steps, I input_size, H hidden_size, P proj_size. The functions are batch
first.
"""

import torch
from torch import Tensor
from torch.nn.functional import linear

from course_lib.bptt.function import run
from course_lib.bptt.lstm import RECIPE
from course_lib.layers.recurrent import Recurrent, stack_time
from course_lib.shapes import Shapes, as_pair

State = tuple[Tensor, Tensor]


def lstm_cell(
    x: Tensor,
    state: State,
    w_ih: Tensor,
    w_hh: Tensor,
    b_ih: Tensor | None = None,
    b_hh: Tensor | None = None,
    w_hr: Tensor | None = None,
) -> State:
    """One time step of an LSTM, or of an LSTMP when ``w_hr`` is given.

    Shapes: x (B, I), state (h (B, H), c (B, H)), w_ih (4H, I), w_hh (4H, H), b_ih and b_hh (4H)
    -> h (B, H), c (B, H). With w_hr (P, H): h is (B, P) and w_hh (4H, P).
    Raises ValueError for shapes that do not fit. Source: ``torch.nn.LSTMCell``; Sak et al. 2014.
    """
    h, c = as_pair("state", state)
    shapes = Shapes()
    shapes.expect("x", x, "B I")
    _expect_weights(shapes, w_ih, w_hh, b_ih, b_hh, w_hr)
    _expect_states(shapes, ("h", h), ("c", c), w_hr)
    gates = linear(x, w_ih, b_ih) + linear(h, w_hh, b_hh)  # (B, 4H)
    return _update(gates, c, w_hr)


def lstm_forward(
    input: Tensor,
    initial_states: State | None,
    w_ih: Tensor,
    w_hh: Tensor,
    b_ih: Tensor | None = None,
    b_hh: Tensor | None = None,
    w_hr: Tensor | None = None,
) -> tuple[Tensor, State]:
    """An LSTM over a whole sequence, or an LSTMP when ``w_hr`` is given.

    Shapes: input (B, T, I), initial_states (h_0 (B, H), c_0 (B, H)) or None for zeros
    -> output (B, T, H), (h_n (B, H), c_n (B, H)). With w_hr (P, H): output, h_0 and h_n have P
    features, c_0 and c_n keep H. Raises ValueError for shapes that do not fit.
    Source: ``torch.nn.LSTM``; Sak et al. 2014.
    """
    shapes = Shapes()
    shapes.expect("input", input, "B T I")
    _expect_weights(shapes, w_ih, w_hh, b_ih, b_hh, w_hr)
    if initial_states is None:
        h = input.new_zeros(input.shape[0], w_hh.shape[1])
        c = input.new_zeros(input.shape[0], w_ih.shape[0] // 4)
    else:
        h, c = as_pair("initial_states", initial_states)
        _expect_states(shapes, ("h_0", h), ("c_0", c), w_hr)
    # x_t W_ih^T + b_ih does not wait for h: one matmul for all time steps, before the loop.
    from_input = linear(input, w_ih, b_ih)  # (B, T, 4H)
    outputs = []
    for a_t in from_input.unbind(dim=1):  # a_t (B, 4H)
        h, c = _update(a_t + linear(h, w_hh, b_hh), c, w_hr)
        outputs.append(h)
    return stack_time(outputs, h), (h, c)


class LSTM(Recurrent):
    """``torch.nn.LSTM``, from scratch: the same arguments, parameters, shapes and numbers.

    Shapes (batch_first=False): input (T, B, I), h_0 (D * num_layers, B, H),
    c_0 (D * num_layers, B, H) -> output (T, B, D * H), (h_n, c_n) shaped like (h_0, c_0), with
    D = 2 if bidirectional else 1. With proj_size=P > 0, h_0, h_n and output have P in place of H.
    Raises ValueError for arguments or shapes that do not fit.
    Source: Hochreiter & Schmidhuber 1997; Gers et al. 2000; Sak et al. 2014.
    """

    gates = 4

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
        super().__init__(
            input_size, hidden_size, num_layers, bias, batch_first, dropout, bidirectional,
            proj_size, device, dtype,
        )  # fmt: skip

    def forward(self, input: Tensor, hx: State | None = None) -> tuple[Tensor, State]:
        """Run the stack; see the class for shapes. Unbatched input (T, I) works as in torch."""
        return self.run(input, None if hx is None else as_pair("hx", hx))

    def run_layer(self, input, states, weights):
        # The same numbers as lstm_forward, with the backward pass written by hand.
        names = "weight_ih weight_hh bias_ih bias_hh weight_hr"
        tensors = [weights.get(name) for name in names.split()]
        output, h_n, c_n = run(RECIPE, _flat_forward, input, *states, *tensors)
        return output, (h_n, c_n)

    def state_sizes(self) -> list[int]:
        return [self.proj_size or self.hidden_size, self.hidden_size]


def _flat_forward(input, h_0, c_0, *weights):
    output, states = lstm_forward(input, (h_0, c_0), *weights)
    return output, *states


def _update(gates: Tensor, c: Tensor, w_hr: Tensor | None) -> State:
    """The gates' sums (B, 4H) and the old cell state (B, H) -> the new h and c."""
    i, f, g, o = gates.chunk(4, dim=1)  # four times (B, H)
    # c_t = σ(f_t) ⊙ c_{t-1} + σ(i_t) ⊙ tanh(g_t)
    c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
    # h_t = σ(o_t) ⊙ tanh(c_t)
    h = torch.sigmoid(o) * torch.tanh(c)
    # LSTMP: h_t = h_t W_hr^T, from H units to P
    return (h if w_hr is None else linear(h, w_hr)), c


def _expect_weights(shapes, w_ih, w_hh, b_ih, b_hh, w_hr):
    shapes.expect("w_ih", w_ih, "4H I")
    shapes.expect_if_given("w_hr", w_hr, "P H")
    shapes.expect("w_hh", w_hh, "4H H" if w_hr is None else "4H P")
    shapes.expect_if_given("b_ih", b_ih, "4H")
    shapes.expect_if_given("b_hh", b_hh, "4H")


def _expect_states(shapes, h, c, w_hr):
    shapes.expect(*h, "B H" if w_hr is None else "B P")
    shapes.expect(*c, "B H")
