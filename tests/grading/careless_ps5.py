"""Answers as careless students write them, from the statement of ps5_gru alone.

Each with the ids of which the first finding must have one; None among them: any true fact, or an
honest "I don't know", but no name of a mistake that the code does not make.
"""

import torch
import torch.nn.functional as F
from torch import nn

ANSWERS = []


def answer(item, expected):
    def keep(fn):
        ANSWERS.append((fn.__name__, item, fn, expected))
        return fn

    return keep


@answer("gru_cell", {"reset-not-bias"})
def one_bias_for_all(x, h, w_ih, w_hh, b_ih, b_hh):
    """As an LSTM is written: both biases go to the input's part."""
    r_x, z_x, n_x = (x @ w_ih.T + b_ih + b_hh).chunk(3, 1)
    r_h, z_h, n_h = (h @ w_hh.T).chunk(3, 1)
    r, z = torch.sigmoid(r_x + r_h), torch.sigmoid(z_x + z_h)
    n = torch.tanh(n_x + r * n_h)
    return (1 - z) * n + z * h


@answer("gru_cell", {"reset-before"})
def from_the_paper(x, h, w_ih, w_hh, b_ih, b_hh):
    H = h.size(1)
    r = torch.sigmoid(F.linear(x, w_ih[:H], b_ih[:H]) + F.linear(h, w_hh[:H], b_hh[:H]))
    z = torch.sigmoid(
        F.linear(x, w_ih[H : 2 * H], b_ih[H : 2 * H])
        + F.linear(h, w_hh[H : 2 * H], b_hh[H : 2 * H])
    )
    n = torch.tanh(
        F.linear(x, w_ih[2 * H :], b_ih[2 * H :]) + F.linear(r * h, w_hh[2 * H :], b_hh[2 * H :])
    )
    return (1 - z) * n + z * h


@answer("gru_cell", {"gate-order-zrn"})
def update_gate_first(x, h, w_ih, w_hh, b_ih, b_hh):
    z_x, r_x, n_x = F.linear(x, w_ih, b_ih).chunk(3, -1)
    z_h, r_h, n_h = F.linear(h, w_hh, b_hh).chunk(3, -1)
    z, r = (z_x + z_h).sigmoid(), (r_x + r_h).sigmoid()
    n = (n_x + r * n_h).tanh()
    return n - z * n + z * h


@answer("gru_cell", {"z-weights-the-candidate"})
def z_the_other_way(x, h, w_ih, w_hh, b_ih, b_hh):
    r_x, z_x, n_x = F.linear(x, w_ih, b_ih).chunk(3, 1)
    r_h, z_h, n_h = F.linear(h, w_hh, b_hh).chunk(3, 1)
    z = torch.sigmoid(z_x + z_h)
    n = torch.tanh(n_x + torch.sigmoid(r_x + r_h) * n_h)
    return (1 - z) * h + z * n


@answer("gru_cell", {"transposed-w_ih-w_hh", "shapes-in-matmul"})
def forgot_to_transpose(x, h, w_ih, w_hh, b_ih, b_hh):
    r_x, z_x, n_x = (x @ w_ih + b_ih).chunk(3, 1)
    r_h, z_h, n_h = (h @ w_hh + b_hh).chunk(3, 1)
    z = torch.sigmoid(z_x + z_h)
    n = torch.tanh(n_x + torch.sigmoid(r_x + r_h) * n_h)
    return (1 - z) * n + z * h


@answer("gru_cell", {"reset-everything"})
def one_sum_as_in_an_lstm(x, h, w_ih, w_hh, b_ih, b_hh):
    r, z, n = (x @ w_ih.T + b_ih + h @ w_hh.T + b_hh).chunk(3, 1)
    r, z = r.sigmoid(), z.sigmoid()
    n = torch.tanh(r * n)
    return (1 - z) * n + z * h


@answer("gru_cell", {None})
def divides_by_the_norm(x, h, w_ih, w_hh, b_ih, b_hh):
    r_x, z_x, n_x = F.linear(x, w_ih, b_ih).chunk(3, 1)
    r_h, z_h, n_h = F.linear(h, w_hh, b_hh).chunk(3, 1)
    z = torch.sigmoid(z_x + z_h)
    n = torch.tanh(n_x + torch.sigmoid(r_x + r_h) * n_h)
    new = (1 - z) * n + z * h
    return new / (1 + new.norm(dim=1, keepdim=True))


@answer("gru_cell", {None})
def gate_reads_the_candidate(x, h, w_ih, w_hh, b_ih, b_hh):
    """z is computed from the candidate instead of the old state."""
    H = h.shape[1]
    s, u = F.linear(x, w_ih, b_ih), F.linear(h, w_hh, b_hh)
    n = torch.tanh(s[:, 2 * H :] + torch.sigmoid(s[:, :H] + u[:, :H]) * u[:, 2 * H :])
    z = torch.sigmoid(s[:, H : 2 * H] + F.linear(n, w_hh[H : 2 * H], b_hh[H : 2 * H]))
    return (1 - z) * n + z * h


def right_cell(x, h, w_ih, w_hh, b_ih, b_hh):
    s_r, s_z, s_n = F.linear(x, w_ih, b_ih).chunk(3, 1)
    u_r, u_z, u_n = F.linear(h, w_hh, b_hh).chunk(3, 1)
    z = torch.sigmoid(s_z + u_z)
    return (1 - z) * torch.tanh(s_n + torch.sigmoid(s_r + u_r) * u_n) + z * h


@answer("gru_forward", {"output-time-first"})
def stacks_along_the_first_axis(input, h_0, w_ih, w_hh, b_ih, b_hh):
    h = input.new_zeros(len(input), w_hh.shape[1]) if h_0 is None else h_0
    outputs = []
    for x in input.unbind(1):
        h = right_cell(x, h, w_ih, w_hh, b_ih, b_hh)
        outputs.append(h)
    return torch.stack(outputs), h


@answer("gru_forward", {"returned-number"})
def returns_an_lstm_state(input, h_0, w_ih, w_hh, b_ih, b_hh):
    h = input.new_zeros(len(input), w_hh.shape[1]) if h_0 is None else h_0
    outputs = []
    for x in input.unbind(1):
        h = right_cell(x, h, w_ih, w_hh, b_ih, b_hh)
        outputs.append(h)
    return torch.stack(outputs, 1), h, h


@answer("gru_forward", {"default-missing", "default-wrong"})
def zeros_of_the_input_size(input, h_0, w_ih, w_hh, b_ih, b_hh):
    h = torch.zeros(input.shape[0], input.shape[2]) if h_0 is None else h_0
    outputs = []
    for x in input.unbind(1):
        h = right_cell(x, h, w_ih, w_hh, b_ih, b_hh)
        outputs.append(h)
    return torch.stack(outputs, 1), h


@answer("gru_module", {"parameter-names"})
class OwnNames(nn.Module):
    def __init__(self, input_size, hidden_size, batch_first=False):
        super().__init__()
        self.batch_first = batch_first
        bound = hidden_size**-0.5
        self.W = nn.Parameter(torch.empty(3 * hidden_size, input_size).uniform_(-bound, bound))
        self.U = nn.Parameter(torch.empty(3 * hidden_size, hidden_size).uniform_(-bound, bound))
        self.b = nn.Parameter(torch.empty(3 * hidden_size).uniform_(-bound, bound))

    def forward(self, input, h_0=None):
        input = input.transpose(0, 1) if self.batch_first else input
        h = input.new_zeros(input.shape[1], self.U.shape[1]) if h_0 is None else h_0[0]
        outputs = []
        for x in input:
            h = right_cell(x, h, self.W, self.U, self.b, torch.zeros_like(self.b))
            outputs.append(h)
        return torch.stack(outputs, 1 if self.batch_first else 0), h[None]


@answer("gru_form", {"reset-always-after"})
def asks_with_zero_biases(cell):
    """With one unit and no bias the two forms are the same."""
    x, h = torch.ones(1, 1), torch.ones(1, 1)
    w_ih, w_hh, zero = torch.ones(3, 1), torch.ones(3, 1), torch.zeros(3)
    new = cell(x, h, w_ih, w_hh, zero, zero)
    kept = cell(x, h, w_ih, w_hh, torch.tensor([0.0, 50.0, -50.0]), zero)
    after = right_cell(x, h, w_ih, w_hh, zero, zero)
    other = right_cell(x, h, w_ih * torch.tensor([[1], [-1], [1]]),
                       w_hh * torch.tensor([[1], [-1], [1]]), zero, zero)  # fmt: skip
    same = torch.isclose(new, after) | torch.isclose(new, other)
    return not bool(same), bool(kept > 0.5)


@answer("gru_form", {"returned-not-a-tensor"})
def answers_in_words(cell):
    return "after", "old"


@answer("gru_counts", {"one-bias-counted"})
def counts_as_the_paper(input_size, hidden_size):
    gru = 3 * (input_size * hidden_size + hidden_size**2 + hidden_size)
    return gru, gru // 3 * 4


def states_of(input, h_0, weights):
    states = [h_0]
    for x in input.unbind(1):
        states.append(right_cell(x, states[-1], *weights))
    return states


@answer("gru_backward", {"b_hh-uses-ds"})
def one_bias_gradient_for_both(grad_output, input, h_0, w_ih, w_hh, b_ih, b_hh):
    states = states_of(input, h_0, (w_ih, w_hh, b_ih, b_hh))
    dx, dw_ih, dw_hh, db = [], 0, 0, 0
    dh = torch.zeros_like(h_0)
    for t in reversed(range(input.shape[1])):
        x, h = input[:, t], states[t]
        s_r, s_z, s_n = F.linear(x, w_ih, b_ih).chunk(3, 1)
        u_r, u_z, u_n = F.linear(h, w_hh, b_hh).chunk(3, 1)
        r, z = torch.sigmoid(s_r + u_r), torch.sigmoid(s_z + u_z)
        n = torch.tanh(s_n + r * u_n)
        dh = dh + grad_output[:, t]
        dn = dh * (1 - z) * (1 - n**2)
        dz = dh * (h - n) * z * (1 - z)
        dr = dn * u_n * r * (1 - r)
        ds, du = torch.cat([dr, dz, dn], 1), torch.cat([dr, dz, dn * r], 1)
        dx.insert(0, ds @ w_ih)
        dw_ih, dw_hh, db = dw_ih + ds.T @ x, dw_hh + du.T @ h, db + ds.sum(0)
        dh = dh * z + du @ w_hh
    return torch.stack(dx, 1), dh, dw_ih, dw_hh, db, db


@answer("gru_backward", {"forbidden-call"})
def lets_autograd_do_it(grad_output, input, h_0, w_ih, w_hh, b_ih, b_hh):
    leaves = [t.clone().requires_grad_() for t in (input, h_0, w_ih, w_hh, b_ih, b_hh)]
    output = torch.stack(states_of(leaves[0], leaves[1], leaves[2:])[1:], 1)
    return torch.autograd.grad(output, leaves, grad_output)


@answer("gru_backward", {"wrong-shape"})
def gradient_of_the_weights_transposed(grad_output, input, h_0, w_ih, w_hh, b_ih, b_hh):
    states = states_of(input, h_0, (w_ih, w_hh, b_ih, b_hh))
    dx, dw_ih, dw_hh, db_ih, db_hh = [], 0, 0, 0, 0
    dh = torch.zeros_like(h_0)
    for t in reversed(range(input.shape[1])):
        x, h = input[:, t], states[t]
        s_r, s_z, s_n = F.linear(x, w_ih, b_ih).chunk(3, 1)
        u_r, u_z, u_n = F.linear(h, w_hh, b_hh).chunk(3, 1)
        r, z = torch.sigmoid(s_r + u_r), torch.sigmoid(s_z + u_z)
        n = torch.tanh(s_n + r * u_n)
        dh = dh + grad_output[:, t]
        dn = dh * (1 - z) * (1 - n**2)
        dz = dh * (h - n) * z * (1 - z)
        dr = dn * u_n * r * (1 - r)
        ds, du = torch.cat([dr, dz, dn], 1), torch.cat([dr, dz, dn * r], 1)
        dx.insert(0, ds @ w_ih)
        dw_ih, dw_hh = dw_ih + x.T @ ds, dw_hh + h.T @ du
        db_ih, db_hh = db_ih + ds.sum(0), db_hh + du.sum(0)
        dh = dh * z + du @ w_hh
    return torch.stack(dx, 1), dh, dw_ih, dw_hh, db_ih, db_hh
