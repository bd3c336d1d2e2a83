"""Answers as careless students write them, from the statement alone; each with what is wrong.

They were written without looking at the faults' implementation. ``expected`` is the id a finding
must have, or None where only an honest "I don't know" or a true fact is asked for.
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


@answer("lstm_cell", {"gate-order-ifog"})
def keras_order(x, state, w_ih, w_hh, b_ih, b_hh, w_hr=None):
    h, c = state
    H = h.shape[1]
    z = x @ w_ih.T + b_ih + h @ w_hh.T + b_hh
    i = torch.sigmoid(z[:, :H])
    f = torch.sigmoid(z[:, H : 2 * H])
    o = torch.sigmoid(z[:, 2 * H : 3 * H])
    g = torch.tanh(z[:, 3 * H :])
    c = f * c + i * g
    return o * torch.tanh(c), c


@answer("lstm_cell", {"transposed-w_ih-w_hh", "shapes-in-matmul"})
def forgot_to_transpose(x, state, w_ih, w_hh, b_ih, b_hh, w_hr=None):
    h, c = state
    z = x @ w_ih + b_ih + h @ w_hh + b_hh
    i, f, g, o = z.chunk(4, 1)
    c = f.sigmoid() * c + i.sigmoid() * g.tanh()
    return o.sigmoid() * c.tanh(), c


@answer("lstm_cell", {"matmul-all", "shapes-in-matmul"})
def matrix_products_everywhere(x, state, w_ih, w_hh, b_ih, b_hh, w_hr=None):
    h, c = state
    z = x @ w_ih.T + b_ih + h @ w_hh.T + b_hh
    i, f, g, o = z.chunk(4, 1)
    i, f, g, o = i.sigmoid(), f.sigmoid(), g.tanh(), o.sigmoid()
    c = f @ c + i @ g
    return o @ c.tanh(), c


@answer("lstm_cell", {"rows-w_hh-i-from-f"})
def copied_a_line(x, state, w_ih, w_hh, b_ih, b_hh, w_hr=None):
    h, c = state
    wii, wif, wig, wio = torch.split(w_ih, c.shape[1])
    _whi, whf, whg, who = torch.split(w_hh, c.shape[1])
    bii, bif, big, bio = torch.split(b_ih, c.shape[1])
    bhi, bhf, bhg, bho = torch.split(b_hh, c.shape[1])
    i = torch.sigmoid(F.linear(x, wii, bii) + F.linear(h, whf, bhi))
    f = torch.sigmoid(F.linear(x, wif, bif) + F.linear(h, whf, bhf))
    g = torch.tanh(F.linear(x, wig, big) + F.linear(h, whg, bhg))
    o = torch.sigmoid(F.linear(x, wio, bio) + F.linear(h, who, bho))
    c = f * c + i * g
    h = o * torch.tanh(c)
    return h, c


@answer("lstm_cell", {"output-uses-new-h", None})
def gates_after_the_update(x, state, w_ih, w_hh, b_ih, b_hh, w_hr=None):
    """The output gate sees a hidden state that was updated too early."""
    h, c = state
    H = c.shape[1]
    z = x @ w_ih.T + b_ih + h @ w_hh.T + b_hh
    c = torch.sigmoid(z[:, H : 2 * H]) * c + torch.sigmoid(z[:, :H]) * torch.tanh(
        z[:, 2 * H : 3 * H]
    )
    h = torch.tanh(c)
    o = torch.sigmoid(x @ w_ih[3 * H :].T + b_ih[3 * H :] + h @ w_hh[3 * H :].T + b_hh[3 * H :])
    return o * h, c


@answer("lstm_cell", {"biases-averaged", None})
def averaged_biases(x, state, w_ih, w_hh, b_ih, b_hh, w_hr=None):
    h, c = state
    z = x @ w_ih.T + h @ w_hh.T + (b_ih + b_hh) / 2
    i, f, g, o = z.chunk(4, 1)
    c = f.sigmoid() * c + i.sigmoid() * g.tanh()
    return o.sigmoid() * c.tanh(), c


@answer("lstm_cell", {"no-gradient"})
def through_numpy(x, state, w_ih, w_hh, b_ih, b_hh, w_hr=None):
    h, c = state
    x, h, c, w_ih, w_hh, b_ih, b_hh = (
        t.detach().numpy() for t in (x, h, c, w_ih, w_hh, b_ih, b_hh)
    )
    z = torch.from_numpy(x @ w_ih.T + b_ih + h @ w_hh.T + b_hh)
    i, f, g, o = z.chunk(4, 1)
    c = f.sigmoid() * torch.from_numpy(c) + i.sigmoid() * g.tanh()
    return o.sigmoid() * c.tanh(), c


def right_cell(x, h, c, w_ih, w_hh, b_ih, b_hh):
    z = F.linear(x, w_ih, b_ih) + F.linear(h, w_hh, b_hh)
    i, f, g, o = z.chunk(4, -1)
    c = f.sigmoid() * c + i.sigmoid() * g.tanh()
    return o.sigmoid() * c.tanh(), c


@answer("lstm_forward", {"time-first"})
def loops_over_the_first_axis(input, initial_states, w_ih, w_hh, b_ih, b_hh, w_hr=None):
    if initial_states is None:
        h = torch.zeros(input.shape[1], w_hh.shape[1])
        c = torch.zeros(input.shape[1], w_hh.shape[1])
    else:
        h, c = initial_states
    out = []
    for x in input:
        h, c = right_cell(x, h, c, w_ih, w_hh, b_ih, b_hh)
        out.append(h)
    return torch.stack(out), (h, c)


@answer("lstm_forward", {"output-time-first"})
def stacked_without_dim(input, initial_states, w_ih, w_hh, b_ih, b_hh, w_hr=None):
    h, c = initial_states or (input.new_zeros(len(input), w_hh.shape[1]),) * 2
    out = []
    for t in range(input.size(1)):
        h, c = right_cell(input[:, t, :], h, c, w_ih, w_hh, b_ih, b_hh)
        out.append(h)
    return torch.stack(out), (h, c)


@answer("lstm_forward", {"returned-list"})
def forgot_to_stack(input, initial_states, w_ih, w_hh, b_ih, b_hh, w_hr=None):
    h, c = initial_states or (input.new_zeros(len(input), w_hh.shape[1]),) * 2
    out = []
    for t in range(input.size(1)):
        h, c = right_cell(input[:, t, :], h, c, w_ih, w_hh, b_ih, b_hh)
        out.append(h)
    return out, (h, c)


@answer("lstm_forward", {"h-not-carried"})
def typo_in_the_loop(input, initial_states, w_ih, w_hh, b_ih, b_hh, w_hr=None):
    h, c = initial_states or (input.new_zeros(len(input), w_hh.shape[1]),) * 2
    out = []
    for t in range(input.size(1)):
        ht, c = right_cell(input[:, t, :], h, c, w_ih, w_hh, b_ih, b_hh)
        out.append(ht)
    return torch.stack(out, 1), (ht, c)


@answer("lstm_forward", {"returned-flat"})
def three_values(input, initial_states, w_ih, w_hh, b_ih, b_hh, w_hr=None):
    h, c = initial_states or (input.new_zeros(len(input), w_hh.shape[1]),) * 2
    out = []
    for t in range(input.size(1)):
        h, c = right_cell(input[:, t, :], h, c, w_ih, w_hh, b_ih, b_hh)
        out.append(h)
    return torch.stack(out, 1), h, c


@answer("lstm_forward", {None, "rows-mixed"})
def normalises_over_the_batch(input, initial_states, w_ih, w_hh, b_ih, b_hh, w_hr=None):
    h, c = initial_states or (input.new_zeros(len(input), w_hh.shape[1]),) * 2
    out = []
    for t in range(input.size(1)):
        x = input[:, t] - input[:, t].mean(0)
        h, c = right_cell(x, h, c, w_ih, w_hh, b_ih, b_hh)
        out.append(h)
    return torch.stack(out, 1), (h, c)


@answer("lstm_forward", {None, "state-not-carried"})
def resets_every_third_step(input, initial_states, w_ih, w_hh, b_ih, b_hh, w_hr=None):
    first = h, c = initial_states or (input.new_zeros(len(input), w_hh.shape[1]),) * 2
    out = []
    for t in range(input.size(1)):
        if t % 3 == 0:
            h, c = first
        h, c = right_cell(input[:, t], h, c, w_ih, w_hh, b_ih, b_hh)
        out.append(h)
    return torch.stack(out, 1), (h, c)


class Base(nn.Module):
    def __init__(self, input_size, hidden_size, batch_first=False, proj_size=0):
        super().__init__()
        self.batch_first = batch_first
        s = hidden_size**-0.5
        self.weight_ih_l0 = nn.Parameter(torch.rand(4 * hidden_size, input_size) * 2 * s - s)
        self.weight_hh_l0 = nn.Parameter(torch.rand(4 * hidden_size, hidden_size) * 2 * s - s)
        self.bias_ih_l0 = nn.Parameter(torch.rand(4 * hidden_size) * 2 * s - s)
        self.bias_hh_l0 = nn.Parameter(torch.rand(4 * hidden_size) * 2 * s - s)


def run(module, input, states):
    if states is None:
        h = c = input.new_zeros(input.shape[1], module.weight_hh_l0.shape[1])
    else:
        h, c = states[0][0], states[1][0]
    out = []
    for x in input:
        h, c = right_cell(
            x, h, c, module.weight_ih_l0, module.weight_hh_l0, module.bias_ih_l0, module.bias_hh_l0
        )
        out.append(h)
    return torch.stack(out), h, c


@answer("lstm_module", {"no-layer-axis"})
class StatesWithoutLayerAxis(Base):
    def forward(self, input, states=None):
        if self.batch_first:
            input = input.transpose(0, 1)
        if states is not None:
            states = tuple(s.reshape(1, *s.shape[-2:]) for s in states)
        out, h, c = run(self, input, states)
        return (out.transpose(0, 1) if self.batch_first else out), (h, c)


@answer("lstm_module", {"batch_first-ignored"})
class ForgotBatchFirst(Base):
    def forward(self, input, states=None):
        out, h, c = run(self, input, states)
        return out, (h[None], c[None])


@answer("lstm_module", {"not-registered"})
class PlainTensors(nn.Module):
    def __init__(self, input_size, hidden_size, batch_first=False, proj_size=0):
        super().__init__()
        self.batch_first = batch_first
        s = hidden_size**-0.5
        self.weight_ih_l0 = (torch.rand(4 * hidden_size, input_size) * 2 - 1) * s
        self.weight_hh_l0 = (torch.rand(4 * hidden_size, hidden_size) * 2 - 1) * s
        self.bias_ih_l0 = (torch.rand(4 * hidden_size) * 2 - 1) * s
        self.bias_hh_l0 = (torch.rand(4 * hidden_size) * 2 - 1) * s

    def forward(self, input, states=None):
        if self.batch_first:
            input = input.transpose(0, 1)
        out, h, c = run(self, input, states)
        return (out.transpose(0, 1) if self.batch_first else out), (h[None], c[None])


@answer("lstm_module", {"parameter-names"})
class OwnNames(nn.Module):
    def __init__(self, input_size, hidden_size, batch_first=False, proj_size=0):
        super().__init__()
        self.w_x = nn.Linear(input_size, 4 * hidden_size)
        self.w_h = nn.Linear(hidden_size, 4 * hidden_size)

    def forward(self, input, states=None):
        return input, states


@answer("lstm_module", {"raises-AttributeError"})
class ForgotSuper(nn.Module):
    def __init__(self, input_size, hidden_size, batch_first=False, proj_size=0):
        self.weight_ih_l0 = nn.Parameter(torch.rand(4 * hidden_size, input_size))


@answer("lstm_module", {"forbidden-call"})
class Wrapped(nn.Module):
    def __init__(self, input_size, hidden_size, batch_first=False, proj_size=0):
        super().__init__()
        self.inner = nn.LSTM(input_size, hidden_size, batch_first=batch_first)

    def forward(self, input, states=None):
        return self.inner(input, states)


@answer("lstmp_cell", {"w_hr-ignored"})
def no_projection_yet(x, state, w_ih, w_hh, b_ih, b_hh, w_hr=None):
    return right_cell(x, *state, w_ih, w_hh, b_ih, b_hh)


@answer("lstmp_forward", {"w_hr-not-fed-back", "shapes-in-matmul"})
def projects_at_the_end(input, initial_states, w_ih, w_hh, b_ih, b_hh, w_hr=None):
    if initial_states is None:
        h = input.new_zeros(len(input), w_hh.shape[1])
        c = input.new_zeros(len(input), len(w_ih) // 4)
    else:
        h, c = initial_states
    out = []
    for t in range(input.size(1)):
        h, c = right_cell(input[:, t, :], h, c, w_ih, w_hh, b_ih, b_hh)
        out.append(h)
    out = torch.stack(out, 1) @ w_hr.T
    return out, (h @ w_hr.T, c)


@answer("lstmp_cell", {"c-projected"})
def projects_both_states(x, state, w_ih, w_hh, b_ih, b_hh, w_hr=None):
    h, c = right_cell(x, *state, w_ih, w_hh, b_ih, b_hh)
    if w_hr is not None:
        h, c = h @ w_hr.T, c @ w_hr.T
    return h, c
