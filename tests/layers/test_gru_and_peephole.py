"""What torch has no module for: the original GRU, peepholes, and their variants."""

import pytest
import torch
from torch import nn

from course_lib.layers import (
    GRU,
    PeepholeLSTM,
    gru_cell,
    gru_forward,
    lstm_cell,
    peephole_lstm_cell,
    peephole_lstm_forward,
)

B, T, I, H = 2, 4, 3, 5


def randn(*shape):
    return torch.randn(*shape, dtype=torch.float64)


def test_gru_cell_is_torchs():
    cell = nn.GRUCell(I, H, dtype=torch.float64)
    x, h = randn(B, I), randn(B, H)
    mine = gru_cell(x, h, cell.weight_ih, cell.weight_hh, cell.bias_ih, cell.bias_hh)
    torch.testing.assert_close(mine, cell(x, h))


def test_the_two_forms_agree_when_the_reset_gate_is_open_and_differ_otherwise():
    w_ih, w_hh, b_ih, b_hh = randn(3 * H, I), randn(3 * H, H), randn(3 * H), randn(3 * H)
    x, h = randn(B, I), randn(B, H)
    closed = [gru_cell(x, h, w_ih, w_hh, b_ih, b_hh, reset_after=form) for form in (True, False)]
    assert (closed[0] - closed[1]).abs().max() > 1e-3
    b_ih = b_ih.clone()
    b_ih[:H] = 100.0  # r_t = 1
    opened = [gru_cell(x, h, w_ih, w_hh, b_ih, b_hh, reset_after=form) for form in (True, False)]
    torch.testing.assert_close(*opened)


def test_the_original_form_resets_the_state_before_the_product():
    w_ih, w_hh, b_ih, b_hh = randn(3 * H, I), randn(3 * H, H), randn(3 * H), randn(3 * H)
    x, h = randn(B, I), randn(B, H)
    w_ir, w_iz, w_in = w_ih.chunk(3)
    w_hr, w_hz, w_hn = w_hh.chunk(3)
    b_r, b_z, b_n = (b_ih + b_hh).chunk(3)
    r = torch.sigmoid(x @ w_ir.T + h @ w_hr.T + b_r)
    z = torch.sigmoid(x @ w_iz.T + h @ w_hz.T + b_z)
    n = torch.tanh(x @ w_in.T + (r * h) @ w_hn.T + b_n)
    expected = (1 - z) * n + z * h
    torch.testing.assert_close(gru_cell(x, h, w_ih, w_hh, b_ih, b_hh, reset_after=False), expected)


@pytest.mark.parametrize("reset_after", [True, False])
def test_gru_forward_is_its_cell_called_once_a_step(reset_after):
    weights = randn(3 * H, I), randn(3 * H, H), randn(3 * H), randn(3 * H)
    input, h = randn(B, T, I), randn(B, H)
    output, h_n = gru_forward(input, h, *weights, reset_after=reset_after)
    for t in range(T):
        h = gru_cell(input[:, t], h, *weights, reset_after=reset_after)
        torch.testing.assert_close(output[:, t], h)
    torch.testing.assert_close(h_n, h)
    assert "reset_after=False" in repr(GRU(I, H, reset_after=False))


def test_peepholes_at_zero_make_a_plain_lstm():
    ours = PeepholeLSTM(I, H, 2, bidirectional=True, dtype=torch.float64)
    plain = nn.LSTM(I, H, 2, bidirectional=True, dtype=torch.float64)
    missing = ours.load_state_dict(plain.state_dict(), strict=False).missing_keys
    assert len(missing) == 3 * 4 and all(key.startswith("weight_c") for key in missing)
    input = randn(T, B, I)
    torch.testing.assert_close(ours(input)[0], plain(input)[0])


@pytest.mark.parametrize("output_sees", ["new", "old"])
@pytest.mark.parametrize("candidate", [True, False])
def test_a_peephole_is_a_bias_that_depends_on_the_cell_state(candidate, output_sees):
    """Oracle: torch's LSTMCell with the peephole's term worked into the bias, row by row."""
    w_ih, w_hh, b_ih, b_hh = randn(4 * H, I), randn(4 * H, H), randn(4 * H), randn(4 * H)
    w_ci, w_cf, w_co = randn(H), randn(H), randn(H)
    w_cg = randn(H) if candidate else None
    x, h, c = randn(1, I), randn(1, H), randn(1, H)
    got = peephole_lstm_cell(x, (h, c), w_ih, w_hh, b_ih, b_hh, w_ci, w_cf, w_co, w_cg, output_sees)

    def torchs(extra):
        cell = nn.LSTMCell(I, H, dtype=torch.float64)
        cell.load_state_dict(
            {"weight_ih": w_ih, "weight_hh": w_hh, "bias_ih": b_ih + extra, "bias_hh": b_hh}
        )
        return cell(x, (h, c))

    g = torch.zeros(H, dtype=torch.float64) if w_cg is None else w_cg * c[0]
    before = torch.cat([w_ci * c[0], w_cf * c[0], g, torch.zeros_like(g)])
    _, c_new = torchs(before)
    before[3 * H :] = w_co * (c_new[0] if output_sees == "new" else c[0])
    torch.testing.assert_close(got, torchs(before))


def test_peephole_forward_is_its_cell_and_gradcheck_passes():
    weights = [randn(4 * H, I), randn(4 * H, H), randn(4 * H), randn(4 * H)]
    weights += [randn(H), randn(H), randn(H)]
    input, h, c = randn(B, T, I), randn(B, H), randn(B, H)
    output, (h_n, c_n) = peephole_lstm_forward(input, (h, c), *weights)
    for t in range(T):
        h, c = peephole_lstm_cell(input[:, t], (h, c), *weights)
        torch.testing.assert_close(output[:, t], h)
    torch.testing.assert_close((h_n, c_n), (h, c))
    leaves = [w.requires_grad_() for w in (input, *weights)]
    assert torch.autograd.gradcheck(
        lambda x, *w: peephole_lstm_forward(x, None, *w)[0], leaves, fast_mode=True
    )


def test_peepholes_learn():
    module = PeepholeLSTM(I, H)
    optimiser = torch.optim.SGD(module.parameters(), lr=1.0)
    module(torch.randn(T, B, I))[0].square().sum().backward()
    optimiser.step()
    for gate in "ifo":
        assert getattr(module, f"weight_c{gate}_l0").abs().max() > 0


def test_a_bad_argument_is_named():
    with pytest.raises(ValueError, match=r"w_co must be \(H\)"):
        peephole_lstm_cell(
            randn(B, I), (randn(B, H), randn(B, H)), randn(4 * H, I), randn(4 * H, H),
            None, None, randn(H), randn(H), randn(H + 1),
        )  # fmt: skip
    with pytest.raises(ValueError, match="output_sees must be 'new'"):
        PeepholeLSTM(I, H, output_sees="both")
    with pytest.raises(ValueError, match=r"w_hh must be \(3H, H\)"):
        gru_cell(randn(B, I), randn(B, H), randn(3 * H, I), randn(4 * H, H))
    with pytest.raises(TypeError, match=r"pair \(h, c\)"):
        lstm_cell(randn(B, I), (randn(B, H),), randn(4 * H, I), randn(4 * H, H))
