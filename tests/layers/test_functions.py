"""The cell and forward functions against torch's cells, and their answers to bad input."""

import warnings

import pytest
import torch
from torch import nn

from course_lib.layers import LSTM, RNN, lstm_cell, lstm_forward, rnn_cell, rnn_forward

B, T, I, H, P = 2, 5, 3, 4, 2


def randn(*shape):
    return torch.randn(*shape, dtype=torch.float64)


def lstm_weights(units=H):
    return randn(4 * H, I), randn(4 * H, units), randn(4 * H), randn(4 * H)


@pytest.mark.parametrize("nonlinearity", ["tanh", "relu"])
def test_rnn_cell_is_torchs(nonlinearity):
    cell = nn.RNNCell(I, H, nonlinearity=nonlinearity, dtype=torch.float64)
    x, h = randn(B, I), randn(B, H)
    mine = rnn_cell(x, h, cell.weight_ih, cell.weight_hh, cell.bias_ih, cell.bias_hh, nonlinearity)
    torch.testing.assert_close(mine, cell(x, h))


def test_lstm_cell_is_torchs():
    cell = nn.LSTMCell(I, H, dtype=torch.float64)
    x, state = randn(B, I), (randn(B, H), randn(B, H))
    mine = lstm_cell(x, state, cell.weight_ih, cell.weight_hh, cell.bias_ih, cell.bias_hh)
    for a, b in zip(mine, cell(x, state), strict=True):
        torch.testing.assert_close(a, b)


def test_projected_cell_is_one_step_of_torchs_lstm():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        lstm = nn.LSTM(I, H, proj_size=P, batch_first=True, dtype=torch.float64)
    x, h, c = randn(B, I), randn(B, P), randn(B, H)
    mine = lstm_cell(x, (h, c), *lstm.parameters())
    _, (h_n, c_n) = lstm(x.unsqueeze(1), (h.unsqueeze(0), c.unsqueeze(0)))
    torch.testing.assert_close(mine, (h_n[0], c_n[0]))


@pytest.mark.parametrize("w_hr", [None, "given"])
def test_forward_is_the_cell_called_once_a_step(w_hr):
    units = H if w_hr is None else P
    weights = [*lstm_weights(units), None if w_hr is None else randn(P, H)]
    input, (h, c) = randn(B, T, I), (randn(B, units), randn(B, H))
    output, (h_n, c_n) = lstm_forward(input, (h, c), *weights)
    for t in range(T):
        h, c = lstm_cell(input[:, t], (h, c), *weights)
        torch.testing.assert_close(output[:, t], h)
    torch.testing.assert_close((h_n, c_n), (h, c))


def test_no_initial_states_means_zeros():
    weights = lstm_weights()
    input, zeros = randn(B, T, I), torch.zeros(B, H, dtype=torch.float64)
    given = lstm_forward(input, (zeros, zeros), *weights)
    torch.testing.assert_close(lstm_forward(input, None, *weights), given)
    projected = [*lstm_weights(P), randn(P, H)]
    given = lstm_forward(input, (zeros[:, :P], zeros), *projected)
    torch.testing.assert_close(lstm_forward(input, None, *projected), given)
    w_ih, w_hh = randn(H, I), randn(H, H)
    torch.testing.assert_close(
        rnn_forward(input, None, w_ih, w_hh), rnn_forward(input, zeros, w_ih, w_hh)
    )


def test_dropout_that_does_nothing_is_said_and_any_other_is_not():
    with pytest.warns(UserWarning, match="no effect with num_layers=1"):
        LSTM(I, H, dropout=0.5)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        LSTM(I, H, num_layers=2, dropout=0.5)


def test_gradcheck_passes_for_every_argument():
    weights = [*lstm_weights(P), randn(P, H)]
    leaves = [t.requires_grad_() for t in (randn(B, 3, I), randn(B, P), randn(B, H), *weights)]
    assert torch.autograd.gradcheck(
        lambda x, h, c, *w: lstm_forward(x, (h, c), *w)[0], leaves, fast_mode=True
    )


def test_large_values_stay_finite():
    weights = [w * 1e3 for w in lstm_weights()]
    output, (_, c_n) = lstm_forward(randn(B, T, I) * 1e3, None, *weights)
    assert torch.isfinite(output).all() and torch.isfinite(c_n).all()


BAD_CALLS = {
    "x of three axes": (
        lambda: lstm_cell(randn(B, T, I), (randn(B, H), randn(B, H)), *lstm_weights()),
        r"x must have 2 dimensions \(B, I\), got 3",
    ),
    "state of another batch": (
        lambda: lstm_cell(randn(B, I), (randn(B + 1, H), randn(B, H)), *lstm_weights()),
        r"h must be \(B, H\).*B is 2 as in x",
    ),
    "state not a pair": (
        lambda: lstm_cell(randn(B, I), randn(B, H), *lstm_weights()),
        r"state must be the pair \(h, c\)",
    ),
    "weights transposed": (
        lambda: rnn_cell(randn(B, I), randn(B, H), randn(I, H), randn(H, H)),
        r"w_ih must be \(H, I\).*I is 3 as in x",
    ),
    "rows not a multiple of four": (
        lambda: lstm_forward(randn(B, T, I), None, randn(10, I), randn(10, H)),
        r"w_ih must be \(4H, I\).*10 is not a multiple of 4",
    ),
    "bias of one gate": (
        lambda: lstm_forward(randn(B, T, I), None, *lstm_weights()[:2], randn(H)),
        r"b_ih must be \(4H\).*H is 4",
    ),
    "another dtype": (
        lambda: rnn_cell(randn(B, I).float(), randn(B, H), randn(H, I), randn(H, H)),
        r"w_ih has dtype torch.float64, but x has dtype torch.float32",
    ),
    "a list": (
        lambda: rnn_cell([1.0], randn(B, H), randn(H, I), randn(H, H)),
        r"x must be a torch.Tensor, got list",
    ),
    "unknown nonlinearity": (lambda: RNN(I, H, nonlinearity="gelu"), r"'tanh' or 'relu'"),
    "projection too wide": (
        lambda: LSTM(I, H, proj_size=H),
        r"proj_size \(4\) must be smaller than hidden_size \(4\)",
    ),
    "no units": (lambda: RNN(I, 0), r"hidden_size must be at least 1, got 0"),
    "size as float": (lambda: RNN(I, 4.0), r"hidden_size must be an int, got float"),
    "dropout above one": (lambda: RNN(I, H, dropout=1.5), r"between 0 and 1"),
    "wrong features": (
        lambda: LSTM(I, H)(torch.randn(T, B, I + 1)),
        r"input must be \(T, B, I\).*I is 3 as in the layer",
    ),
    "wrong state size": (
        lambda: RNN(I, H)(torch.randn(T, B, I), torch.randn(1, B, H + 1)),
        r"h_0 must be \(N, B, S\).*S is 4 as in the layer",
    ),
    "input of another dtype": (
        lambda: RNN(I, H)(randn(T, B, I)),
        r"input has dtype torch.float64, the weights have torch.float32",
    ),
}


@pytest.mark.parametrize("call,sentence", BAD_CALLS.values(), ids=BAD_CALLS)
def test_a_bad_argument_is_named_with_what_came_and_what_was_expected(call, sentence):
    with pytest.raises((ValueError, TypeError), match=sentence):
        call()
