"""Right answers, in any style, get every point."""

import subprocess
import sys

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from course_lib.grading import check


def sliced_by_gate(x, state, w_ih, w_hh, b_ih, b_hh, w_hr=None):
    h, c = state
    H = c.shape[-1]

    def gate(k):
        rows = slice(k * H, (k + 1) * H)
        return x @ w_ih[rows].t() + b_ih[rows] + h @ w_hh[rows].t() + b_hh[rows]

    i, f, g, o = torch.sigmoid(gate(0)), torch.sigmoid(gate(1)), gate(2).tanh(), gate(3).sigmoid()
    c = f * c + i * g
    h = o * c.tanh()
    return (h if w_hr is None else h @ w_hr.t()), c


def one_matmul_of_x_and_h(x, state, w_ih, w_hh, b_ih, b_hh, w_hr=None):
    h, c = state
    stacked = torch.cat((x, h), dim=1) @ torch.cat((w_ih, w_hh), dim=1).T + (b_ih + b_hh)
    i, f, g, o = stacked.split(c.shape[1], dim=1)
    new_c = torch.addcmul(f.sigmoid() * c, i.sigmoid(), g.tanh())
    new_h = o.sigmoid() * new_c.tanh()
    if w_hr is not None:
        new_h = F.linear(new_h, w_hr)
    return [new_h, new_c]  # a list will do as well as a tuple


def einsum_and_own_sigmoid(x, state, w_ih, w_hh, b_ih, b_hh, w_hr=None):
    def sigmoid(z):
        return 0.5 * (1 + torch.tanh(0.5 * z))

    w = w_ih.unflatten(0, (4, -1)), w_hh.unflatten(0, (4, -1))
    z = torch.einsum("bi,ghi->gbh", x, w[0]) + torch.einsum("bk,ghk->gbh", state[0], w[1])
    z = z + (b_ih + b_hh).unflatten(0, (4, 1, -1))
    c = sigmoid(z[1]) * state[1] + sigmoid(z[0]) * torch.tanh(z[2])
    h = sigmoid(z[3]) * torch.tanh(c)
    return (h @ w_hr.T if w_hr is not None else h, c)


@pytest.mark.parametrize("style", [sliced_by_gate, one_matmul_of_x_and_h, einsum_and_own_sigmoid])
@pytest.mark.parametrize("path", ["ps4_lstm.lstm_cell", "ps4_lstm.lstmp_cell"])
def test_other_styles_of_the_cell_score_everything(path, style):
    result = check(path, style, hidden=True)
    assert result.score == 1, str(result)


def filled_in_place(input, initial_states, w_ih, w_hh, b_ih, b_hh, w_hr=None):
    B, T, _ = input.shape
    size = w_hh.shape[1]
    output = input.new_empty(B, T, size)
    if initial_states is None:
        initial_states = input.new_zeros(B, size), input.new_zeros(B, w_ih.shape[0] // 4)
    h, c = initial_states
    for t in range(T):
        h, c = sliced_by_gate(input[:, t], (h, c), w_ih, w_hh, b_ih, b_hh, w_hr)
        output[:, t] = h
    return output, (h, c)


def hoisted_time_first_inside(input, initial_states, w_ih, w_hh, b_ih, b_hh, w_hr=None):
    x = F.linear(input, w_ih, b_ih + b_hh).transpose(0, 1)
    if initial_states:
        h, c = initial_states
    else:
        h = torch.zeros(x.shape[1], w_hh.shape[1], dtype=input.dtype)
        c = torch.zeros(x.shape[1], x.shape[2] // 4, dtype=input.dtype)
    hs = []
    for x_t in x:
        i, f, g, o = (x_t + h @ w_hh.T).chunk(4, -1)
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        h = torch.sigmoid(o) * torch.tanh(c)
        if w_hr is not None:
            h = h @ w_hr.T
        hs += [h[:, None]]
    return torch.cat(hs, dim=1), (h, c)


def recursive(input, initial_states, w_ih, w_hh, b_ih, b_hh, w_hr=None):
    if initial_states is None:
        zero = input[:, 0, :1] * 0
        initial_states = zero.expand(-1, w_hh.shape[1]), zero.expand(-1, len(w_ih) // 4)
    weights = (w_ih, w_hh, b_ih, b_hh, w_hr)
    h, c = one_matmul_of_x_and_h(input[:, 0], initial_states, *weights)
    if input.shape[1] == 1:
        return h.unsqueeze(1), (h, c)
    rest, last = recursive(input[:, 1:], (h, c), *weights)
    return torch.cat([h.unsqueeze(1), rest], 1), last


@pytest.mark.parametrize("style", [filled_in_place, hoisted_time_first_inside, recursive])
@pytest.mark.parametrize("path", ["ps4_lstm.lstm_forward", "ps4_lstm.lstmp_forward"])
def test_other_styles_of_the_loop_score_everything(path, style):
    result = check(path, style, hidden=True)
    assert result.score == 1, str(result)


class WithParameterList(nn.Module):
    """A register loop, states as a list: all fine."""

    def __init__(self, input_size, hidden_size, batch_first=False, proj_size=0):
        super().__init__()
        self.batch_first, self.proj_size = batch_first, proj_size
        shapes = [("weight_ih_l0", (4 * hidden_size, input_size))]
        shapes += [("weight_hh_l0", (4 * hidden_size, proj_size or hidden_size))]
        shapes += [("bias_ih_l0", (4 * hidden_size,)), ("bias_hh_l0", (4 * hidden_size,))]
        shapes += [("weight_hr_l0", (proj_size, hidden_size))] if proj_size else []
        for name, shape in shapes:
            parameter = nn.Parameter(torch.zeros(shape))
            nn.init.uniform_(parameter, -(hidden_size**-0.5), hidden_size**-0.5)
            self.register_parameter(name, parameter)

    def forward(self, input, states=None):
        x = input if self.batch_first else input.permute(1, 0, 2)
        states = None if states is None else (states[0].squeeze(0), states[1].squeeze(0))
        output, last = hoisted_time_first_inside(x, states, *self.parameters())
        output = output if self.batch_first else output.permute(1, 0, 2)
        return output, [state.unsqueeze(0) for state in last]


@pytest.mark.parametrize("path", ["ps4_lstm.lstm_module", "ps4_lstm.lstmp_module"])
def test_another_style_of_the_module_scores_everything(path):
    result = check(path, WithParameterList, hidden=True)
    assert result.score == 1, str(result)


def test_importing_the_checks_brings_in_nothing_heavy_beyond_torch():
    code = (
        "import sys, course_lib.grading\n"
        "heavy = {'nbgrader', 'matplotlib', 'jupytext', 'IPython', 'sqlalchemy', 'torch._dynamo'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
