"""Answers to ps5_gru from the statement alone, by somebody who had not seen the fault lists.

``right`` ones must be accepted without a word; of the others, ``tells`` is what was judged to be
true of them: the ids of the findings, or None where nothing is named.
"""

import math

import torch
import torch.nn.functional as F
from torch import nn

ANSWERS = []


def answer(item, right, about, tells=None):
    def keep(fn):
        ANSWERS.append((fn.__name__, "ps5_gru." + item, fn, right, about, tells))
        return fn

    return keep


# ------------------------------------------------------------------------------------ gru_cell


@answer("gru_cell", right=True, about="chunk")
def cell_chunk(x, h, w_ih, w_hh, b_ih, b_hh):
    s = x @ w_ih.T + b_ih
    u = h @ w_hh.T + b_hh
    sr, sz, sn = s.chunk(3, dim=1)
    ur, uz, un = u.chunk(3, dim=1)
    r = torch.sigmoid(sr + ur)
    z = torch.sigmoid(sz + uz)
    n = torch.tanh(sn + r * un)
    return (1 - z) * n + z * h


@answer("gru_cell", right=True, about="nine matrices by name, lerp at the end")
def cell_by_name(x, h, w_ih, w_hh, b_ih, b_hh):
    H = h.size(-1)
    W_ir, W_iz, W_in = w_ih[:H], w_ih[H : 2 * H], w_ih[2 * H :]
    W_hr, W_hz, W_hn = w_hh.view(3, H, H)
    b_ir, b_iz, b_in = b_ih.reshape(3, -1)
    b_hr, b_hz, b_hn = torch.split(b_hh, [H, H, H])
    r = 1 / (1 + torch.exp(-(F.linear(x, W_ir, b_ir) + F.linear(h, W_hr, b_hr))))
    z = 1 / (1 + torch.exp(-(F.linear(x, W_iz, b_iz) + F.linear(h, W_hz, b_hz))))
    n = torch.tanh(F.linear(x, W_in, b_in) + r * F.linear(h, W_hn, b_hn))
    return torch.lerp(n, h, z)


@answer(
    "gru_cell",
    right=False,
    about="z weights the candidate, as in many papers",
    tells={"z-weights-the-candidate"},
)
def cell_z_other(x, h, w_ih, w_hh, b_ih, b_hh):
    s, u = x @ w_ih.T + b_ih, h @ w_hh.T + b_hh
    sr, sz, sn = s.chunk(3, 1)
    ur, uz, un = u.chunk(3, 1)
    r, z = torch.sigmoid(sr + ur), torch.sigmoid(sz + uz)
    n = torch.tanh(sn + r * un)
    return z * n + (1 - z) * h


@answer(
    "gru_cell",
    right=False,
    about="z first, as in the paper's order of equations",
    tells={"gate-order-zrn"},
)
def cell_zrn(x, h, w_ih, w_hh, b_ih, b_hh):
    s, u = x @ w_ih.T + b_ih, h @ w_hh.T + b_hh
    sz, sr, sn = s.chunk(3, 1)
    uz, ur, un = u.chunk(3, 1)
    r, z = torch.sigmoid(sr + ur), torch.sigmoid(sz + uz)
    n = torch.tanh(sn + r * un)
    return (1 - z) * n + z * h


@answer(
    "gru_cell", right=False, about="b_hn added outside of the reset gate", tells={"reset-not-bias"}
)
def cell_bias_outside(x, h, w_ih, w_hh, b_ih, b_hh):
    H = h.shape[1]
    s, u = x @ w_ih.T + b_ih + b_hh, h @ w_hh.T
    r = torch.sigmoid(s[:, :H] + u[:, :H])
    z = torch.sigmoid(s[:, H : 2 * H] + u[:, H : 2 * H])
    n = torch.tanh(s[:, 2 * H :] + r * u[:, 2 * H :])
    return (1 - z) * n + z * h


@answer(
    "gru_cell",
    right=False,
    about="the reset gate scales the input's part too",
    tells={"reset-everything"},
)
def cell_reset_on_all(x, h, w_ih, w_hh, b_ih, b_hh):
    a = x @ w_ih.T + b_ih + h @ w_hh.T + b_hh
    r, z, n = a.chunk(3, 1)
    n = torch.tanh(torch.sigmoid(r) * n)
    z = torch.sigmoid(z)
    return (1 - z) * n + z * h


@answer(
    "gru_cell", right=False, about="sigmoid for the candidate as well", tells={"candidate-sigmoid"}
)
def cell_sigmoid_candidate(x, h, w_ih, w_hh, b_ih, b_hh):
    s, u = x @ w_ih.T + b_ih, h @ w_hh.T + b_hh
    sr, sz, sn = s.chunk(3, 1)
    ur, uz, un = u.chunk(3, 1)
    r, z = torch.sigmoid(sr + ur), torch.sigmoid(sz + uz)
    n = torch.sigmoid(sn + r * un)
    return (1 - z) * n + z * h


@answer(
    "gru_cell",
    right=False,
    about="r and z swapped, and a tanh on the output",
    tells={"gate-order-zrn", "h-tanh"},
)
def cell_double(x, h, w_ih, w_hh, b_ih, b_hh):
    s, u = x @ w_ih.T + b_ih, h @ w_hh.T + b_hh
    sz, sr, sn = s.chunk(3, 1)
    uz, ur, un = u.chunk(3, 1)
    r, z = torch.sigmoid(sr + ur), torch.sigmoid(sz + uz)
    n = torch.tanh(sn + r * un)
    return torch.tanh((1 - z) * n + z * h)


@answer("gru_cell", right=False, about="the state is changed in place", tells={"state-in-place"})
def cell_in_place(x, h, w_ih, w_hh, b_ih, b_hh):
    s, u = x @ w_ih.T + b_ih, h @ w_hh.T + b_hh
    sr, sz, sn = s.chunk(3, 1)
    ur, uz, un = u.chunk(3, 1)
    r, z = torch.sigmoid(sr + ur), torch.sigmoid(sz + uz)
    n = torch.tanh(sn + r * un)
    h *= z
    h += (1 - z) * n
    return h


@answer("gru_cell", right=False, about="the reset gate forgotten", tells={"no-reset"})
def cell_no_reset(x, h, w_ih, w_hh, b_ih, b_hh):
    a = F.linear(x, w_ih, b_ih) + F.linear(h, w_hh, b_hh)
    _r, z, n = torch.chunk(a, 3, dim=-1)
    z = z.sigmoid()
    return (1 - z) * n.tanh() + z * h


@answer(
    "gru_cell",
    right=False,
    about="the rows are dealt out in turn: r, z, n, r, z, n",
    tells={"gates-interleaved"},
)
def cell_interleaved(x, h, w_ih, w_hh, b_ih, b_hh):
    s, u = x @ w_ih.T + b_ih, h @ w_hh.T + b_hh
    r = torch.sigmoid(s[:, 0::3] + u[:, 0::3])
    z = torch.sigmoid(s[:, 1::3] + u[:, 1::3])
    n = torch.tanh(s[:, 2::3] + r * u[:, 2::3])
    return (1 - z) * n + z * h


# --------------------------------------------------------------------------------- gru_forward


@answer("gru_forward", right=True, about="list and stack")
def forward_stack(input, h_0, w_ih, w_hh, b_ih, b_hh):
    h = input.new_zeros(input.shape[0], w_hh.shape[1]) if h_0 is None else h_0
    outs = []
    for x in input.unbind(1):
        h = cell_chunk(x, h, w_ih, w_hh, b_ih, b_hh)
        outs.append(h)
    return torch.stack(outs, 1), h


@answer("gru_forward", right=True, about="the input's products all at once, and a cat")
def forward_cat(input, h_0, w_ih, w_hh, b_ih, b_hh):
    B, T, _ = input.shape
    H = w_ih.shape[0] // 3
    if h_0 is None:
        h_0 = torch.zeros(B, H, dtype=input.dtype, device=input.device)
    s = torch.einsum("bti,gi->btg", input, w_ih) + b_ih
    states = [h_0]
    for t in range(T):
        h = states[-1]
        u = h @ w_hh.t() + b_hh
        gates = torch.sigmoid(s[:, t, : 2 * H] + u[:, : 2 * H])
        n = torch.tanh(s[:, t, 2 * H :] + gates[:, :H] * u[:, 2 * H :])
        states.append(n + gates[:, H:] * (h - n))
    return torch.cat([h[:, None] for h in states[1:]], dim=1), states[-1]


@answer(
    "gru_forward", right=False, about="stacked along the first axis", tells={"output-time-first"}
)
def forward_stack_0(input, h_0, w_ih, w_hh, b_ih, b_hh):
    h = input.new_zeros(input.shape[0], w_hh.shape[1]) if h_0 is None else h_0
    outs = []
    for t in range(input.shape[1]):
        h = cell_chunk(input[:, t], h, w_ih, w_hh, b_ih, b_hh)
        outs.append(h)
    return torch.stack(outs), h


@answer(
    "gru_forward",
    right=False,
    about="the output holds the states before each step",
    tells={"output-lags"},
)
def forward_before(input, h_0, w_ih, w_hh, b_ih, b_hh):
    h = input.new_zeros(input.shape[0], w_hh.shape[1]) if h_0 is None else h_0
    outs = []
    for t in range(input.shape[1]):
        outs.append(h)
        h = cell_chunk(input[:, t], h, w_ih, w_hh, b_ih, b_hh)
    return torch.stack(outs, 1), h


@answer("gru_forward", right=False, about="every step begins from h_0", tells={"not-carried"})
def forward_no_memory(input, h_0, w_ih, w_hh, b_ih, b_hh):
    h_0 = input.new_zeros(input.shape[0], w_hh.shape[1]) if h_0 is None else h_0
    outs = [cell_chunk(x, h_0, w_ih, w_hh, b_ih, b_hh) for x in input.unbind(1)]
    return torch.stack(outs, 1), outs[-1]


@answer("gru_forward", right=False, about="h_0 is always replaced by zeros", tells={"h_0-ignored"})
def forward_ignores_h0(input, h_0, w_ih, w_hh, b_ih, b_hh):
    h = torch.zeros(input.shape[0], w_hh.shape[1], dtype=input.dtype)
    out = torch.zeros(input.shape[0], input.shape[1], w_hh.shape[1], dtype=input.dtype)
    for t in range(input.shape[1]):
        h = cell_chunk(input[:, t], h, w_ih, w_hh, b_ih, b_hh)
        out[:, t] = h
    return out, h


@answer(
    "gru_forward",
    right=False,
    about="zeros in the default type, and h_n with a layer axis",
    tells={"wrong-shape"},
)
def forward_float32_zeros(input, h_0, w_ih, w_hh, b_ih, b_hh):
    if h_0 is None:
        h_0 = torch.zeros(input.shape[0], w_hh.shape[1])
    out, h = forward_stack(input, h_0, w_ih, w_hh, b_ih, b_hh)
    return out, h.unsqueeze(0)


@answer(
    "gru_forward",
    right=False,
    about="loops over the batch axis as if it were time",
    tells={"time-first"},
)
def forward_time_first(input, h_0, w_ih, w_hh, b_ih, b_hh):
    h = input.new_zeros(input.shape[1], w_hh.shape[1]) if h_0 is None else h_0
    outs = []
    for x in input:
        h = cell_chunk(x, h, w_ih, w_hh, b_ih, b_hh)
        outs.append(h)
    return torch.stack(outs), h


@answer(
    "gru_forward",
    right=False,
    about="zeros of the size of the input, 'if not h_0'",
    tells={"raises-RuntimeError"},
)
def forward_not_h0(input, h_0, w_ih, w_hh, b_ih, b_hh):
    if not h_0:
        h_0 = torch.zeros_like(input[:, 0])
    return forward_stack(input, h_0, w_ih, w_hh, b_ih, b_hh)


@answer(
    "gru_forward",
    right=False,
    about="the last step left out by range(T - 1)",
    tells={"loop-one-short"},
)
def forward_one_short(input, h_0, w_ih, w_hh, b_ih, b_hh):
    B, T, _ = input.shape
    h = input.new_zeros(B, w_hh.shape[1]) if h_0 is None else h_0
    out = input.new_zeros(B, T, w_hh.shape[1])
    for t in range(T - 1):
        h = cell_chunk(input[:, t], h, w_ih, w_hh, b_ih, b_hh)
        out[:, t] = h
    return out, h


# ---------------------------------------------------------------------------------- gru_module


@answer("gru_module", right=True, about="nn.init.uniform_")
class ModuleInit(nn.Module):
    def __init__(self, input_size, hidden_size, batch_first=False):
        super().__init__()
        self.batch_first = batch_first
        self.weight_ih_l0 = nn.Parameter(torch.empty(3 * hidden_size, input_size))
        self.weight_hh_l0 = nn.Parameter(torch.empty(3 * hidden_size, hidden_size))
        self.bias_ih_l0 = nn.Parameter(torch.empty(3 * hidden_size))
        self.bias_hh_l0 = nn.Parameter(torch.empty(3 * hidden_size))
        bound = 1 / math.sqrt(hidden_size)
        for p in self.parameters():
            nn.init.uniform_(p, -bound, bound)

    def forward(self, input, h_0=None):
        if not self.batch_first:
            input = input.transpose(0, 1)
        if h_0 is not None:
            h_0 = h_0[0]
        output, h_n = forward_stack(
            input, h_0, self.weight_ih_l0, self.weight_hh_l0, self.bias_ih_l0, self.bias_hh_l0
        )
        if not self.batch_first:
            output = output.transpose(0, 1)
        return output, h_n[None]


@answer("gru_module", right=True, about="setattr, torch.rand, squeeze(0) and permute")
class ModuleRand(nn.Module):
    def __init__(self, input_size, hidden_size, batch_first=False):
        super().__init__()
        self.input_size, self.hidden_size = input_size, hidden_size
        self.batch_first = batch_first
        k = hidden_size**-0.5
        shapes = {
            "weight_ih_l0": (3 * hidden_size, input_size),
            "weight_hh_l0": (3 * hidden_size, hidden_size),
            "bias_ih_l0": (3 * hidden_size,),
            "bias_hh_l0": (3 * hidden_size,),
        }
        for name, shape in shapes.items():
            self.register_parameter(name, nn.Parameter((2 * torch.rand(shape) - 1) * k))

    def forward(self, input, h_0=None):
        x = input if self.batch_first else input.permute(1, 0, 2)
        h = None if h_0 is None else h_0.squeeze(0)
        out, h = forward_cat(x, h, *self.parameters())
        return (out if self.batch_first else out.permute(1, 0, 2)), h.unsqueeze(0)


@answer(
    "gru_module",
    right=False,
    about="plain tensors with requires_grad instead of parameters",
    tells={"not-registered"},
)
class ModuleNoParameters(ModuleInit):
    def __init__(self, input_size, hidden_size, batch_first=False):
        nn.Module.__init__(self)
        self.batch_first = batch_first
        k = 1 / math.sqrt(hidden_size)
        self.weight_ih_l0 = torch.empty(3 * hidden_size, input_size).uniform_(-k, k)
        self.weight_hh_l0 = torch.empty(3 * hidden_size, hidden_size).uniform_(-k, k)
        self.bias_ih_l0 = torch.empty(3 * hidden_size).uniform_(-k, k)
        self.bias_hh_l0 = torch.empty(3 * hidden_size).uniform_(-k, k)
        for p in (self.weight_ih_l0, self.weight_hh_l0, self.bias_ih_l0, self.bias_hh_l0):
            p.requires_grad_()


@answer("gru_module", right=False, about="bound 1/H instead of 1/sqrt(H)", tells={"starts-narrow"})
class ModuleBound(ModuleInit):
    def __init__(self, input_size, hidden_size, batch_first=False):
        super().__init__(input_size, hidden_size, batch_first)
        for p in self.parameters():
            nn.init.uniform_(p, -1 / hidden_size, 1 / hidden_size)


@answer(
    "gru_module",
    right=False,
    about="biases start at zero, weights from a normal distribution",
    tells={"starts-normal"},
)
class ModuleZeroBias(ModuleInit):
    def __init__(self, input_size, hidden_size, batch_first=False):
        super().__init__(input_size, hidden_size, batch_first)
        nn.init.zeros_(self.bias_ih_l0)
        nn.init.zeros_(self.bias_hh_l0)
        nn.init.normal_(self.weight_hh_l0, std=hidden_size**-0.5)
        nn.init.normal_(self.weight_ih_l0, std=hidden_size**-0.5)


@answer(
    "gru_module",
    right=False,
    about="batch_first transposes where it should not",
    tells={"batch_first-always"},
)
class ModuleFlag(ModuleInit):
    def forward(self, input, h_0=None):
        if self.batch_first:
            input = input.transpose(0, 1)
        output, h_n = forward_stack(input, h_0[0] if h_0 is not None else None, *self.parameters())
        if self.batch_first:
            output = output.transpose(0, 1)
        return output, h_n[None]


@answer(
    "gru_module",
    right=False,
    about="with batch_first the state is (B, 1, H)",
    tells={"shapes-in-elementwise"},
)
class ModuleStateBatchFirst(ModuleInit):
    def forward(self, input, h_0=None):
        axis = 1 if self.batch_first else 0
        if not self.batch_first:
            input = input.transpose(0, 1)
        if h_0 is not None:
            h_0 = h_0.squeeze(axis)
        output, h_n = forward_stack(input, h_0, *self.parameters())
        if not self.batch_first:
            output = output.transpose(0, 1)
        return output, h_n.unsqueeze(axis)


@answer(
    "gru_module",
    right=False,
    about="the state comes back without the layer's axis",
    tells={"no-layer-axis"},
)
class ModuleNoAxis(ModuleInit):
    def forward(self, input, h_0=None):
        output, h_n = super().forward(input, h_0)
        return output, h_n[0]


@answer(
    "gru_module",
    right=False,
    about="view instead of transpose: steps and rows are mixed",
    tells={"rows-mixed"},
)
class ModuleView(ModuleInit):
    def forward(self, input, h_0=None):
        if not self.batch_first:
            T, B, I = input.shape
            input = input.reshape(B, T, I)
        output, h_n = forward_stack(input, h_0[0] if h_0 is not None else None, *self.parameters())
        if not self.batch_first:
            output = output.reshape(T, B, -1)
        return output, h_n[None]


@answer(
    "gru_module",
    right=False,
    about="uniform from 0 to the bound; the state not given on",
    tells={"starts-narrow", "module-states-ignored"},
)
class ModuleHalf(ModuleInit):
    def __init__(self, input_size, hidden_size, batch_first=False):
        super().__init__(input_size, hidden_size, batch_first)
        for p in self.parameters():
            p.data = torch.rand(p.shape) / math.sqrt(hidden_size)

    def forward(self, input, h_0=None):
        return super().forward(input)


@answer("gru_module", right=False, about="nn.GRU inside", tells={"forbidden-call"})
class ModuleTorch(nn.Module):
    def __init__(self, input_size, hidden_size, batch_first=False):
        super().__init__()
        self.gru = nn.GRU(input_size, hidden_size, batch_first=batch_first)

    def forward(self, input, h_0=None):
        return self.gru(input, h_0)


# --------------------------------------------------------------------------- gru_cell_original


@answer("gru_cell_original", right=True, about="chunks of w_hh")
def original_chunk(x, h, w_ih, w_hh, b_ih, b_hh):
    sr, sz, sn = (x @ w_ih.T + b_ih).chunk(3, 1)
    whr, whz, whn = w_hh.chunk(3)
    bhr, bhz, bhn = b_hh.chunk(3)
    r = torch.sigmoid(sr + h @ whr.T + bhr)
    z = torch.sigmoid(sz + h @ whz.T + bhz)
    n = torch.tanh(sn + (r * h) @ whn.T + bhn)
    return (1 - z) * n + z * h


@answer("gru_cell_original", right=True, about="two products with all of w_hh")
def original_two_products(x, h, w_ih, w_hh, b_ih, b_hh):
    H = h.shape[1]
    s = F.linear(x, w_ih, b_ih)
    a = s + F.linear(h, w_hh, b_hh)
    r, z = torch.sigmoid(a[:, :H]), torch.sigmoid(a[:, H : 2 * H])
    n = torch.tanh((s + F.linear(r * h, w_hh, b_hh))[:, 2 * H :])
    return n - z * n + z * h


@answer(
    "gru_cell_original", right=False, about="the form of Part 1 once more", tells={"reset-after"}
)
def original_is_torch(x, h, w_ih, w_hh, b_ih, b_hh):
    return cell_chunk(x, h, w_ih, w_hh, b_ih, b_hh)


@answer(
    "gru_cell_original",
    right=False,
    about="the reset state is also what z keeps",
    tells={"old-from-reset"},
)
def original_keeps_reset(x, h, w_ih, w_hh, b_ih, b_hh):
    sr, sz, sn = (x @ w_ih.T + b_ih).chunk(3, 1)
    whr, whz, whn = w_hh.chunk(3)
    bhr, bhz, bhn = b_hh.chunk(3)
    r = torch.sigmoid(sr + h @ whr.T + bhr)
    z = torch.sigmoid(sz + h @ whz.T + bhz)
    h = r * h
    n = torch.tanh(sn + h @ whn.T + bhn)
    return (1 - z) * n + z * h


@answer(
    "gru_cell_original",
    right=False,
    about="the update gate reads the reset state too",
    tells={"z-reads-reset"},
)
def original_z_reads_reset(x, h, w_ih, w_hh, b_ih, b_hh):
    sr, sz, sn = (x @ w_ih.T + b_ih).chunk(3, 1)
    whr, whz, whn = w_hh.chunk(3)
    bhr, bhz, bhn = b_hh.chunk(3)
    r = torch.sigmoid(sr + h @ whr.T + bhr)
    z = torch.sigmoid(sz + (r * h) @ whz.T + bhz)
    n = torch.tanh(sn + (r * h) @ whn.T + bhn)
    return (1 - z) * n + z * h


@answer(
    "gru_cell_original",
    right=False,
    about="update of the paper: z weights the candidate",
    tells={"z-weights-the-candidate"},
)
def original_z_other(x, h, w_ih, w_hh, b_ih, b_hh):
    sr, sz, sn = (x @ w_ih.T + b_ih).chunk(3, 1)
    whr, whz, whn = w_hh.chunk(3)
    bhr, bhz, bhn = b_hh.chunk(3)
    r = torch.sigmoid(sr + h @ whr.T + bhr)
    z = torch.sigmoid(sz + h @ whz.T + bhz)
    n = torch.tanh(sn + (r * h) @ whn.T + bhn)
    return (1 - z) * h + z * n


@answer(
    "gru_cell_original", right=False, about="the bias is reset as well", tells={"reset-bias-too"}
)
def original_bias_reset(x, h, w_ih, w_hh, b_ih, b_hh):
    sr, sz, sn = (x @ w_ih.T + b_ih).chunk(3, 1)
    whr, whz, whn = w_hh.chunk(3)
    bhr, bhz, bhn = b_hh.chunk(3)
    r = torch.sigmoid(sr + h @ whr.T + bhr)
    z = torch.sigmoid(sz + h @ whz.T + bhz)
    n = torch.tanh(sn + (r * h) @ whn.T + r * bhn)
    return (1 - z) * n + z * h


@answer(
    "gru_cell_original",
    right=False,
    about="(r*h) @ whn without the transpose",
    tells={"w_hn-not-transposed"},
)
def original_not_transposed(x, h, w_ih, w_hh, b_ih, b_hh):
    sr, sz, sn = (x @ w_ih.T + b_ih).chunk(3, 1)
    whr, whz, whn = w_hh.chunk(3)
    bhr, bhz, bhn = b_hh.chunk(3)
    r = torch.sigmoid(sr + h @ whr.T + bhr)
    z = torch.sigmoid(sz + h @ whz.T + bhz)
    n = torch.tanh(sn + (r * h) @ whn + bhn)
    return (1 - z) * n + z * h


@answer(
    "gru_cell_original",
    right=False,
    about="no b_hn, and r taken from z's rows",
    tells={"gate-order-zrn", "no-b_hh-in-n"},
)
def original_double(x, h, w_ih, w_hh, b_ih, b_hh):
    sz, sr, sn = (x @ w_ih.T + b_ih).chunk(3, 1)
    whz, whr, whn = w_hh.chunk(3)
    bhz, bhr, _ = b_hh.chunk(3)
    r = torch.sigmoid(sr + h @ whr.T + bhr)
    z = torch.sigmoid(sz + h @ whz.T + bhz)
    n = torch.tanh(sn + (r * h) @ whn.T)
    return (1 - z) * n + z * h


# ------------------------------------------------------------------------------------ gru_form


def one(v):
    return torch.tensor([[float(v)]])


def col(*v):
    return torch.tensor([[float(a)] for a in v])


@answer("gru_form", right=True, about="sizes of one, closed gates")
def form_plain(cell):
    zero3 = torch.zeros(3)
    x, zero = one(0), col(0, 0, 0)
    # z close to 1: keep -> h stays
    kept = cell(x, one(0.7), zero, zero, torch.tensor([0.0, 50.0, 0.0]), zero3)
    z_keeps = bool(kept.item() > 0.35)
    # candidate only, reset closed, bias b_hn = 1
    bz = -50.0 if z_keeps else 50.0
    out = cell(x, one(0), zero, zero, torch.tensor([-50.0, bz, 0.0]), torch.tensor([0.0, 0.0, 1.0]))
    return bool(out.item() > 0.5), z_keeps


@answer("gru_form", right=True, about="all four forms computed, the nearest taken")
def form_compare(cell):
    g = torch.Generator().manual_seed(5)
    x, h = torch.randn(3, 2, generator=g), torch.randn(3, 4, generator=g)
    w_ih, w_hh = torch.randn(12, 2, generator=g), torch.randn(12, 4, generator=g)
    b_ih, b_hh = torch.randn(12, generator=g), torch.randn(12, generator=g)
    got = cell(x, h, w_ih, w_hh, b_ih, b_hh)
    s, u = x @ w_ih.T + b_ih, h @ w_hh.T + b_hh
    r, z = torch.sigmoid(s[:, :4] + u[:, :4]), torch.sigmoid(s[:, 4:8] + u[:, 4:8])
    best = None
    for before in (True, False):
        inner = (r * h) @ w_hh[8:].T + b_hh[8:] if before else r * u[:, 8:]
        n = torch.tanh(s[:, 8:] + inner)
        for keeps in (True, False):
            want = z * h + (1 - z) * n if keeps else z * n + (1 - z) * h
            e = (want - got).abs().max()
            if best is None or e < best[0]:
                best = (e, before, keeps)
    return best[1], best[2]


@answer(
    "gru_form", right=False, about="reset_before the wrong way round", tells={"reset-answer-turned"}
)
def form_flipped(cell):
    before, keeps = form_plain(cell)
    return not before, keeps


@answer(
    "gru_form",
    right=False,
    about="z_keeps found with z at one half: both forms look alike",
    tells={"reset-seen-if-kept"},
)
def form_half(cell):
    z3 = torch.zeros(3)
    zero = col(0, 0, 0)
    h = cell(one(0), one(1), zero, zero, z3, z3)
    keeps = bool(h.item() >= 0.5)
    bz = -50.0 if keeps else 50.0
    out = cell(
        one(0), one(0), zero, zero, torch.tensor([-50.0, bz, 0.0]), torch.tensor([0.0, 0.0, 1.0])
    )
    return bool(out.item() > 0.5), keeps


@answer(
    "gru_form",
    right=False,
    about="with H = 1 and no bias the two forms are the same",
    tells={"reset-always-before"},
)
def form_no_bias(cell):
    z3 = torch.zeros(3)
    zero = col(0, 0, 0)
    kept = cell(one(0), one(0.7), zero, zero, torch.tensor([0.0, 50.0, 0.0]), z3)
    keeps = bool(kept.item() > 0.35)
    bz = -50.0 if keeps else 50.0
    out = cell(one(0), one(1), zero, col(0, 0, 1), torch.tensor([0.0, bz, 0.0]), z3)
    return bool(out.item() > math.tanh(0.5) - 1e-4), keeps


@answer(
    "gru_form", right=False, about="the two answers in the other order", tells={"answers-exchanged"}
)
def form_order(cell):
    before, keeps = form_plain(cell)
    return keeps, before


@answer(
    "gru_form", right=False, about="takes it for granted that z keeps", tells={"reset-seen-if-kept"}
)
def form_assumes(cell):
    zero = col(0, 0, 0)
    out = cell(
        one(0), one(0), zero, zero, torch.tensor([-50.0, -50.0, 0.0]), torch.tensor([0.0, 0.0, 1.0])
    )
    return bool(out.item() > 0.5), True


@answer(
    "gru_form",
    right=False,
    about="compares the name of the function",
    tells={"reset-always-after", "z-always-keeps"},
)
def form_name(cell):
    return "original" in getattr(cell, "__name__", ""), True


# ---------------------------------------------------------------------------------- gru_counts


@answer("gru_counts", right=True, about="formula")
def counts_formula(input_size, hidden_size):
    one_gate = hidden_size * (input_size + hidden_size + 2)
    return 3 * one_gate, 4 * one_gate


@answer("gru_counts", right=True, about="shapes added up")
def counts_shapes(input_size, hidden_size):
    def total(gates):
        rows = gates * hidden_size
        return sum([rows * input_size, rows * hidden_size, rows, rows])

    return total(3), total(4)


@answer("gru_counts", right=False, about="one bias instead of two", tells={"one-bias-counted"})
def counts_one_bias(input_size, hidden_size):
    one_gate = hidden_size * (input_size + hidden_size + 1)
    return 3 * one_gate, 4 * one_gate


@answer("gru_counts", right=False, about="biases forgotten altogether", tells={"no-biases-counted"})
def counts_no_bias(input_size, hidden_size):
    one_gate = hidden_size * (input_size + hidden_size)
    return 3 * one_gate, 4 * one_gate


@answer(
    "gru_counts",
    right=False,
    about="two gates and three gates: the candidate not counted",
    tells={"gru-two-blocks", "lstm-three-blocks"},
)
def counts_gates_only(input_size, hidden_size):
    one_gate = hidden_size * (input_size + hidden_size + 2)
    return 2 * one_gate, 3 * one_gate


@answer("gru_counts", right=False, about="ratio instead of the second number; one bias")
def counts_ratio(input_size, hidden_size):
    gru = 3 * hidden_size * (input_size + hidden_size + 1)
    return gru, gru / (4 * hidden_size * (input_size + hidden_size + 1))


@answer("gru_counts", right=False, about="lstm first", tells={"counts-exchanged"})
def counts_order(input_size, hidden_size):
    one_gate = hidden_size * (input_size + hidden_size + 2)
    return 4 * one_gate, 3 * one_gate


@answer("gru_counts", right=False, about="builds the layers", tells={"forbidden-call"})
def counts_builds(input_size, hidden_size):
    return tuple(
        sum(p.numel() for p in c(input_size, hidden_size).parameters()) for c in (nn.GRU, nn.LSTM)
    )


# -------------------------------------------------------------------------------- gru_backward


def run_forward(input, h_0, w_ih, w_hh, b_ih, b_hh):
    kept, h = [], h_0
    for t in range(input.shape[1]):
        sr, sz, sn = (input[:, t] @ w_ih.T + b_ih).chunk(3, 1)
        ur, uz, un = (h @ w_hh.T + b_hh).chunk(3, 1)
        r, z = torch.sigmoid(sr + ur), torch.sigmoid(sz + uz)
        n = torch.tanh(sn + r * un)
        kept.append((h, r, z, n, un))
        h = (1 - z) * n + z * h
    return kept


def backward_with(step):
    """A gru_backward whose step gives ds, du and the direct part of dh."""

    def gru_backward(grad_output, input, h_0, w_ih, w_hh, b_ih, b_hh):
        kept = run_forward(input, h_0, w_ih, w_hh, b_ih, b_hh)
        dinput = torch.zeros_like(input)
        dh = torch.zeros_like(h_0)
        dwi, dwh = torch.zeros_like(w_ih), torch.zeros_like(w_hh)
        dbi, dbh = torch.zeros_like(b_ih), torch.zeros_like(b_hh)
        for t in range(input.shape[1] - 1, -1, -1):
            h, r, z, n, un = kept[t]
            ds, du, direct = step(dh + grad_output[:, t], h, r, z, n, un)
            dinput[:, t] = ds @ w_ih
            dwi += ds.T @ input[:, t]
            dwh += du.T @ h
            dbi += ds.sum(0)
            dbh += du.sum(0)
            dh = du @ w_hh + direct
        return dinput, dh, dwi, dwh, dbi, dbh

    return gru_backward


@answer("gru_backward", right=True, about="step by step, adding in place to sums of its own")
def backward_plain(grad_output, input, h_0, w_ih, w_hh, b_ih, b_hh):
    def step(d, h, r, z, n, un):
        dn = d * (1 - z) * (1 - n * n)
        dz = d * (h - n) * z * (1 - z)
        dr = dn * un * r * (1 - r)
        return torch.cat([dr, dz, dn], 1), torch.cat([dr, dz, dn * r], 1), d * z

    return backward_with(step)(grad_output, input, h_0, w_ih, w_hh, b_ih, b_hh)


@answer("gru_backward", right=True, about="all ds and du kept, the sums made at the end")
def backward_collect(grad_output, input, h_0, w_ih, w_hh, b_ih, b_hh):
    B, T, _ = input.shape
    H = h_0.shape[1]
    kept = run_forward(input, h_0, w_ih, w_hh, b_ih, b_hh)
    W_hr, W_hz, W_hn = w_hh[:H], w_hh[H : 2 * H], w_hh[2 * H :]
    ds = input.new_empty(B, T, 3 * H)
    du = input.new_empty(B, T, 3 * H)
    carry = torch.zeros_like(h_0)
    for t in reversed(range(T)):
        h, r, z, n, un = kept[t]
        d = grad_output[:, t] + carry
        da_n = (d - d * z) * (1 - n.square())
        da_r = (da_n * un) * r * (1 - r)
        da_z = (d * h - d * n) * z * (1 - z)
        ds[:, t] = torch.hstack((da_r, da_z, da_n))
        du[:, t] = torch.hstack((da_r, da_z, r * da_n))
        carry = d * z + da_r @ W_hr + da_z @ W_hz + (r * da_n) @ W_hn
    hs = torch.stack([k[0] for k in kept], 1)
    return (
        ds @ w_ih,
        carry,
        torch.einsum("btg,bti->gi", ds, input),
        torch.einsum("btg,bth->gh", du, hs),
        ds.sum((0, 1)),
        du.sum((0, 1)),
    )


@answer(
    "gru_backward", right=False, about="the direct path through z forgotten", tells={"no-kept-path"}
)
def backward_no_direct(grad_output, input, h_0, w_ih, w_hh, b_ih, b_hh):
    def step(d, h, r, z, n, un):
        dn = d * (1 - z) * (1 - n * n)
        dz = d * (h - n) * z * (1 - z)
        dr = dn * un * r * (1 - r)
        return torch.cat([dr, dz, dn], 1), torch.cat([dr, dz, dn * r], 1), 0

    return backward_with(step)(grad_output, input, h_0, w_ih, w_hh, b_ih, b_hh)


@answer("gru_backward", right=False, about="sign of dz: n - h", tells={"z-sign"})
def backward_dz_sign(grad_output, input, h_0, w_ih, w_hh, b_ih, b_hh):
    def step(d, h, r, z, n, un):
        dn = d * (1 - z) * (1 - n * n)
        dz = d * (n - h) * z * (1 - z)
        dr = dn * un * r * (1 - r)
        return torch.cat([dr, dz, dn], 1), torch.cat([dr, dz, dn * r], 1), d * z

    return backward_with(step)(grad_output, input, h_0, w_ih, w_hh, b_ih, b_hh)


@answer(
    "gru_backward",
    right=False,
    about="du = ds: the reset gate forgotten in block n",
    tells={"du-without-r"},
)
def backward_du_is_ds(grad_output, input, h_0, w_ih, w_hh, b_ih, b_hh):
    def step(d, h, r, z, n, un):
        dn = d * (1 - z) * (1 - n * n)
        dz = d * (h - n) * z * (1 - z)
        dr = dn * un * r * (1 - r)
        ds = torch.cat([dr, dz, dn], 1)
        return ds, ds, d * z

    return backward_with(step)(grad_output, input, h_0, w_ih, w_hh, b_ih, b_hh)


@answer(
    "gru_backward", right=False, about="dr takes h instead of h W_hn + b_hn", tells={"r-reads-h"}
)
def backward_dr_h(grad_output, input, h_0, w_ih, w_hh, b_ih, b_hh):
    def step(d, h, r, z, n, un):
        dn = d * (1 - z) * (1 - n * n)
        dz = d * (h - n) * z * (1 - z)
        dr = dn * h * r * (1 - r)
        return torch.cat([dr, dz, dn], 1), torch.cat([dr, dz, dn * r], 1), d * z

    return backward_with(step)(grad_output, input, h_0, w_ih, w_hh, b_ih, b_hh)


@answer(
    "gru_backward",
    right=False,
    about="no slope of the gates, and an average",
    tells={"averaged-over-batch", "no-sigmoid-slope"},
)
def backward_double(grad_output, input, h_0, w_ih, w_hh, b_ih, b_hh):
    def step(d, h, r, z, n, un):
        dn = d * (1 - z) * (1 - n * n)
        dz = d * (h - n)
        dr = dn * un
        return torch.cat([dr, dz, dn], 1), torch.cat([dr, dz, dn * r], 1), d * z

    dx, dh, *ws = backward_with(step)(grad_output, input, h_0, w_ih, w_hh, b_ih, b_hh)
    return dx, dh, *(w / len(input) for w in ws)


@answer("gru_backward", right=False, about="direct path with 1 - z", tells={"kept-by-1-z"})
def backward_direct_other(grad_output, input, h_0, w_ih, w_hh, b_ih, b_hh):
    def step(d, h, r, z, n, un):
        dn = d * (1 - z) * (1 - n * n)
        dz = d * (h - n) * z * (1 - z)
        dr = dn * un * r * (1 - r)
        return torch.cat([dr, dz, dn], 1), torch.cat([dr, dz, dn * r], 1), d * (1 - z)

    return backward_with(step)(grad_output, input, h_0, w_ih, w_hh, b_ih, b_hh)


@answer(
    "gru_backward",
    right=False,
    about="dr without the tanh's slope: d (1-z) un",
    tells={"r-before-tanh"},
)
def backward_dr_no_tanh(grad_output, input, h_0, w_ih, w_hh, b_ih, b_hh):
    def step(d, h, r, z, n, un):
        dn = d * (1 - z)
        dr = dn * un * r * (1 - r)
        dn = dn * (1 - n * n)
        dz = d * (h - n) * z * (1 - z)
        return torch.cat([dr, dz, dn], 1), torch.cat([dr, dz, dn * r], 1), d * z

    return backward_with(step)(grad_output, input, h_0, w_ih, w_hh, b_ih, b_hh)


@answer("gru_backward", right=False, about="uses autograd", tells={"forbidden-call"})
def backward_autograd(grad_output, input, h_0, w_ih, w_hh, b_ih, b_hh):
    with torch.enable_grad():
        args = [a.detach().clone().requires_grad_() for a in (input, h_0, w_ih, w_hh, b_ih, b_hh)]
        out, _ = forward_stack(*args)
        return torch.autograd.grad(out, args, grad_output)


@answer(
    "gru_backward",
    right=False,
    about="w_hh's gradient with the new state",
    tells={"w_hh-reads-new-h"},
)
def backward_new_state(grad_output, input, h_0, w_ih, w_hh, b_ih, b_hh):
    kept = run_forward(input, h_0, w_ih, w_hh, b_ih, b_hh)
    dx, dh, dwi, dwh, dbi, dbh = backward_plain(grad_output, input, h_0, w_ih, w_hh, b_ih, b_hh)
    dwh = torch.zeros_like(w_hh)
    carry = torch.zeros_like(h_0)
    for t in reversed(range(len(kept))):
        h, r, z, n, un = kept[t]
        d = grad_output[:, t] + carry
        dn = d * (1 - z) * (1 - n * n)
        dz = d * (h - n) * z * (1 - z)
        dr = dn * un * r * (1 - r)
        du = torch.cat([dr, dz, dn * r], 1)
        dwh += du.T @ ((1 - z) * n + z * h)
        carry = du @ w_hh + d * z
    return dx, dh, dwi, dwh, dbi, dbh


# ------------------------------------------------------------------------------------ gru_step


@answer("gru_step", right=True, about="plain")
def step_plain(input, target, w_ih, w_hh, b_ih, b_hh, w_out, b_out, lr):
    h_0 = input.new_zeros(len(input), w_hh.shape[1])
    output, h = forward_stack(input, h_0, w_ih, w_hh, b_ih, b_hh)
    y = h @ w_out.T + b_out
    e = y - target
    loss = (e**2).mean()
    dy = 2 * e / e.numel()
    g = torch.zeros_like(output)
    g[:, -1] = dy @ w_out
    _, _, dwi, dwh, dbi, dbh = backward_plain(g, input, h_0, w_ih, w_hh, b_ih, b_hh)
    return (
        loss,
        w_ih - lr * dwi,
        w_hh - lr * dwh,
        b_ih - lr * dbi,
        b_hh - lr * dbh,
        w_out - lr * (dy.T @ h),
        b_out - lr * dy.sum(0),
    )


@answer("gru_step", right=True, about="lists and zip, the loss as a mean of squares by F.mse_loss")
def step_zip(input, target, w_ih, w_hh, b_ih, b_hh, w_out, b_out, lr):
    weights = [w_ih, w_hh, b_ih, b_hh]
    h_0 = torch.zeros(len(input), w_hh.shape[1], dtype=input.dtype, device=input.device)
    output, h_n = forward_cat(input, None, *weights)
    y = F.linear(h_n, w_out, b_out)
    loss = F.mse_loss(y, target)
    dy = (y - target) * (2 / target.numel())
    g = F.pad((dy @ w_out).unsqueeze(1), (0, 0, output.shape[1] - 1, 0))
    grads = list(backward_collect(g, input, h_0, *weights)[2:])
    grads += [torch.einsum("bo,bh->oh", dy, h_n), dy.sum(dim=0)]
    return [loss] + [w - lr * d for w, d in zip([*weights, w_out, b_out], grads, strict=True)]


def both(e):
    return 2 * e / e.numel()


def step_with(input, target, w_ih, w_hh, b_ih, b_hh, w_out, b_out, lr, scale, **way):
    h_0 = input.new_zeros(len(input), w_hh.shape[1])
    output, h = forward_stack(input, h_0, w_ih, w_hh, b_ih, b_hh)
    e = h @ w_out.T + b_out - target
    loss = (e**2).mean()
    dy = scale(e)
    new_w_out = w_out - lr * dy.T @ h
    new_b_out = b_out - lr * dy.sum(0)
    g = torch.zeros_like(output)
    into = dy @ (new_w_out if way.get("late") else w_out)
    if way.get("fill"):
        g[:] = into[:, None]
    else:
        g[:, -1] = into
    ds = backward_plain(g, input, h_0, w_ih, w_hh, b_ih, b_hh)[2:]
    new = [w - lr * d for w, d in zip((w_ih, w_hh, b_ih, b_hh), ds, strict=True)]
    return loss, *new, new_w_out, new_b_out


@answer("gru_step", right=False, about="the 2 of the square forgotten", tells={"slope-without-2"})
def step_no_two(input, target, w_ih, w_hh, b_ih, b_hh, w_out, b_out, lr):
    return step_with(
        input, target, w_ih, w_hh, b_ih, b_hh, w_out, b_out, lr, scale=lambda e: e / e.numel()
    )


@answer(
    "gru_step", right=False, about="divided by B only in the gradient", tells={"slope-over-batch"}
)
def step_batch_only(input, target, w_ih, w_hh, b_ih, b_hh, w_out, b_out, lr):
    return step_with(
        input, target, w_ih, w_hh, b_ih, b_hh, w_out, b_out, lr, scale=lambda e: 2 * e / len(e)
    )


@answer(
    "gru_step",
    right=False,
    about="the readout is updated first and its new weights used",
    tells={"through-new-readout"},
)
def step_late(input, target, w_ih, w_hh, b_ih, b_hh, w_out, b_out, lr):
    return step_with(input, target, w_ih, w_hh, b_ih, b_hh, w_out, b_out, lr, both, late=True)


@answer(
    "gru_step",
    right=False,
    about="the gradient given to every time step",
    tells={"gradient-at-every-step"},
)
def step_every_step(input, target, w_ih, w_hh, b_ih, b_hh, w_out, b_out, lr):
    return step_with(input, target, w_ih, w_hh, b_ih, b_hh, w_out, b_out, lr, both, fill=True)


@answer("gru_step", right=False, about="plus instead of minus, for the GRU's weights")
def step_uphill(input, target, w_ih, w_hh, b_ih, b_hh, w_out, b_out, lr):
    loss, *new = step_plain(input, target, w_ih, w_hh, b_ih, b_hh, w_out, b_out, lr)
    old = [w_ih, w_hh, b_ih, b_hh]
    return loss, *(2 * o - n for o, n in zip(old, new[:4], strict=True)), *new[4:]


@answer("gru_step", right=False, about="weights changed in place", tells={"in-place"})
def step_in_place(input, target, w_ih, w_hh, b_ih, b_hh, w_out, b_out, lr):
    loss, *new = step_plain(input, target, w_ih, w_hh, b_ih, b_hh, w_out, b_out, lr)
    old = [w_ih, w_hh, b_ih, b_hh, w_out, b_out]
    for o, n in zip(old, new, strict=True):
        o.copy_(n)
    return loss, *old


@answer("gru_step", right=False, about="the loss after the step comes back", tells={"loss-after"})
def step_loss_after(input, target, w_ih, w_hh, b_ih, b_hh, w_out, b_out, lr):
    _, *new = step_plain(input, target, w_ih, w_hh, b_ih, b_hh, w_out, b_out, lr)
    _, h = forward_stack(input, None, *new[:4])
    return (h @ new[4].T + new[5] - target).square().mean(), *new


@answer(
    "gru_step",
    right=False,
    about="sum for the loss, and the readout does not learn",
    tells={"loss-summed", "readout-not-trained"},
)
def step_double(input, target, w_ih, w_hh, b_ih, b_hh, w_out, b_out, lr):
    loss, *new = step_plain(input, target, w_ih, w_hh, b_ih, b_hh, w_out, b_out, lr)
    return loss * target.numel(), *new[:4], w_out, b_out
