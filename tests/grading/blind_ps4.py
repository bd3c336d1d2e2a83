"""Answers to ps4_lstm written from its statement alone, right ones and wrong ones.

Whoever wrote them had not read the faults. ``tells`` are the ids of the faults told, once a
person had judged what the check says to be true of the answer; None where no fault is named.
"""

import math

import torch
import torch.nn.functional as F
from torch import nn

ANSWERS = []


def answer(item, right, about="", tells=None):
    def keep(fn):
        ANSWERS.append((fn.__name__, "ps4_lstm." + item, fn, right, about, tells))
        return fn

    return keep


# ---------------------------------------------------------------------------- lstm_cell


@answer("lstm_cell", right=True, about="chunk, F.linear, a projection behind an if")
def cell_linear(x, state, w_ih, w_hh, b_ih, b_hh, w_hr=None):
    h, c = state
    i, f, g, o = (F.linear(x, w_ih, b_ih) + F.linear(h, w_hh, b_hh)).chunk(4, dim=-1)
    c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
    h = torch.sigmoid(o) * torch.tanh(c)
    if w_hr is not None:
        h = F.linear(h, w_hr)
    return h, c


@answer("lstm_cell", right=True, about="one matrix product of everything joined, in column layout")
def cell_joined(x, state, w_ih, w_hh, b_ih, b_hh, w_hr=None):
    h_prev, c_prev = state
    H = w_ih.size(0) // 4
    W = torch.cat([w_ih, w_hh], 1)
    v = torch.cat([x, h_prev], 1)
    a = W.mm(v.t()).t() + (b_ih + b_hh).unsqueeze(0)
    sig = lambda s: 1 / (1 + torch.exp(-s))  # noqa: E731
    gates = {}
    for k, name in enumerate("ifgo"):
        part = a[:, k * H : (k + 1) * H]
        gates[name] = part.tanh() if name == "g" else sig(part)
    c = torch.addcmul(gates["f"] * c_prev, gates["i"], gates["g"])
    h = gates["o"] * c.tanh()
    return h if w_hr is None else torch.einsum("bh,ph->bp", h, w_hr), c


@answer("lstm_cell", right=True, about="loops over rows and gates, element by element")
def cell_loops(x, state, w_ih, w_hh, b_ih, b_hh, w_hr=None):
    hs, cs = [], []
    for row, h, c in zip(x, state[0], state[1], strict=True):
        s = w_ih @ row + b_ih + w_hh @ h + b_hh
        i, f, g, o = s.view(4, -1)
        new = f.sigmoid() * c + i.sigmoid() * g.tanh()
        out = o.sigmoid() * new.tanh()
        hs.append(out if w_hr is None else w_hr @ out)
        cs.append(new)
    return torch.stack(hs), torch.stack(cs)


@answer(
    "lstm_cell",
    right=False,
    about="the candidate multiplies the old state, f the new one",
    tells={"gate-order-figo"},
)
def cell_swapped_products(x, state, w_ih, w_hh, b_ih, b_hh, w_hr=None):
    h, c = state
    i, f, g, o = (x @ w_ih.T + b_ih + h @ w_hh.T + b_hh).chunk(4, 1)
    c_new = i.sigmoid() * c + f.sigmoid() * g.tanh()
    return o.sigmoid() * c_new.tanh(), c_new


@answer(
    "lstm_cell",
    right=False,
    about="b_hh is inside the tanh twice, b_ih is not there",
    tells={"b_hh-twice"},
)
def cell_same_bias_twice(x, state, w_ih, w_hh, b_ih, b_hh, w_hr=None):
    h, c = state
    gates = F.linear(x, w_ih, b_hh) + F.linear(h, w_hh, b_hh)
    i, f, g, o = gates.chunk(4, 1)
    c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
    return torch.sigmoid(o) * torch.tanh(c), c


@answer(
    "lstm_cell",
    right=False,
    about="coupled gates: the input gate is 1 - f, as in a GRU",
    tells={"coupled-f"},
)
def cell_coupled(x, state, w_ih, w_hh, b_ih, b_hh, w_hr=None):
    h, c = state
    _i, f, g, o = (x @ w_ih.T + b_ih + h @ w_hh.T + b_hh).chunk(4, 1)
    f = f.sigmoid()
    c = f * c + (1 - f) * g.tanh()
    return o.sigmoid() * c.tanh(), c


@answer(
    "lstm_cell",
    right=False,
    about="h comes from the old cell state, and c is taken with +=",
    tells={"cell-in-place", "h-from-old-c"},
)
def cell_old_and_in_place(x, state, w_ih, w_hh, b_ih, b_hh, w_hr=None):
    h, c = state
    i, f, g, o = (x @ w_ih.T + b_ih + h @ w_hh.T + b_hh).chunk(4, 1)
    h = o.sigmoid() * c.tanh()
    c *= f.sigmoid()
    c += i.sigmoid() * g.tanh()
    return h, c


@answer(
    "lstm_cell",
    right=False,
    about="the weights are viewed as (H, 4) instead of (4, H): interleaved",
    tells={"gates-interleaved"},
)
def cell_interleaved(x, state, w_ih, w_hh, b_ih, b_hh, w_hr=None):
    h, c = state
    s = x @ w_ih.T + b_ih + h @ w_hh.T + b_hh
    s = s.reshape(len(x), -1, 4)
    i, f, g, o = s[..., 0], s[..., 1], s[..., 2], s[..., 3]
    c = f.sigmoid() * c + i.sigmoid() * g.tanh()
    return o.sigmoid() * c.tanh(), c


@answer(
    "lstm_cell",
    right=False,
    about="swapped state (c, h) on the way in, and no tanh at the end",
    tells={"h-without-tanh", "state-order"},
)
def cell_two_mistakes(x, state, w_ih, w_hh, b_ih, b_hh, w_hr=None):
    c, h = state
    i, f, g, o = (x @ w_ih.T + b_ih + h @ w_hh.T + b_hh).chunk(4, 1)
    c = f.sigmoid() * c + i.sigmoid() * g.tanh()
    return o.sigmoid() * c, c


@answer("lstm_cell", right=False, about="softmax over the gates, for they are 'how much'")
def cell_softmax(x, state, w_ih, w_hh, b_ih, b_hh, w_hr=None):
    h, c = state
    i, f, g, o = (x @ w_ih.T + b_ih + h @ w_hh.T + b_hh).chunk(4, 1)
    i, f, o = torch.softmax(torch.stack([i, f, o]), 0)
    c = f * c + i * g.tanh()
    return o * c.tanh(), c


# ------------------------------------------------------------------------- lstm_forward


@answer("lstm_forward", right=True, about="unbind, list, stack")
def forward_list(input, initial_states, w_ih, w_hh, b_ih, b_hh, w_hr=None):
    if initial_states is None:
        cells = w_hh.shape[0] // 4
        h = input.new_zeros(input.shape[0], w_hh.shape[1])
        c = input.new_zeros(input.shape[0], cells)
    else:
        h, c = initial_states
    out = []
    for x in input.unbind(1):
        h, c = cell_linear(x, (h, c), w_ih, w_hh, b_ih, b_hh, w_hr)
        out.append(h)
    return torch.stack(out, 1), (h, c)


@answer(
    "lstm_forward", right=True, about="the input part first for all steps, a tensor filled in place"
)
def forward_prefilled(input, initial_states, w_ih, w_hh, b_ih, b_hh, w_hr=None):
    B, T, _ = input.size()
    H, P = w_ih.size(0) // 4, w_hh.size(1)
    options = {"dtype": input.dtype, "device": input.device}
    state = initial_states or (torch.zeros(B, P, **options), torch.zeros(B, H, **options))
    from_x = torch.einsum("bti,ki->btk", input, w_ih) + b_ih + b_hh
    output = torch.empty(B, T, P, **options)
    h, c = state
    t = 0
    while t < T:
        i, f, g, o = torch.split(from_x[:, t] + h @ w_hh.t(), H, 1)
        c = f.sigmoid() * c + i.sigmoid() * g.tanh()
        h = o.sigmoid() * c.tanh()
        if w_hr is not None:
            h = h @ w_hr.t()
        output[:, t] = h
        t += 1
    return output, (h, c)


@answer(
    "lstm_forward",
    right=False,
    about="stacked along the first axis: (T, B, H)",
    tells={"output-time-first"},
)
def forward_time_first_out(input, initial_states, w_ih, w_hh, b_ih, b_hh, w_hr=None):
    if initial_states is None:
        zero = input.new_zeros(len(input), w_hh.shape[1])
        initial_states = zero, zero
    state, out = initial_states, []
    for t in range(input.shape[1]):
        state = cell_linear(input[:, t], state, w_ih, w_hh, b_ih, b_hh, w_hr)
        out.append(state[0])
    return torch.stack(out), state


@answer(
    "lstm_forward",
    right=False,
    about="reshape instead of transpose turns the axes",
    tells={"output-scrambled"},
)
def forward_reshaped(input, initial_states, w_ih, w_hh, b_ih, b_hh, w_hr=None):
    B, T, _ = input.shape
    if initial_states is None:
        initial_states = input.new_zeros(B, w_hh.shape[1]), input.new_zeros(B, len(w_hh) // 4)
    state, out = initial_states, []
    for t in range(T):
        state = cell_linear(input[:, t], state, w_ih, w_hh, b_ih, b_hh, w_hr)
        out.append(state[0])
    return torch.stack(out).reshape(B, T, -1), state


@answer(
    "lstm_forward",
    right=False,
    about="given initial states are overwritten by zeros",
    tells={"states-ignored"},
)
def forward_ignores_states(input, initial_states, w_ih, w_hh, b_ih, b_hh, w_hr=None):
    h = input.new_zeros(len(input), w_hh.shape[1])
    c = input.new_zeros(len(input), len(w_hh) // 4)
    out = []
    for t in range(input.shape[1]):
        h, c = cell_linear(input[:, t], (h, c), w_ih, w_hh, b_ih, b_hh, w_hr)
        out.append(h)
    return torch.stack(out, 1), (h, c)


@answer(
    "lstm_forward",
    right=False,
    about="range(1, T): the first time step is left out",
    tells={"last-state-misses"},
)
def forward_starts_at_one(input, initial_states, w_ih, w_hh, b_ih, b_hh, w_hr=None):
    if initial_states is None:
        initial_states = (
            input.new_zeros(len(input), w_hh.shape[1]),
            input.new_zeros(len(input), len(w_hh) // 4),
        )
    h, c = initial_states
    out = [h]
    for t in range(1, input.shape[1]):
        h, c = cell_linear(input[:, t], (h, c), w_ih, w_hh, b_ih, b_hh, w_hr)
        out.append(h)
    return torch.stack(out, 1), (h, c)


@answer(
    "lstm_forward",
    right=False,
    about="cell state is not carried on: only h is unpacked",
    tells={"c-not-carried"},
)
def forward_forgets_c(input, initial_states, w_ih, w_hh, b_ih, b_hh, w_hr=None):
    if initial_states is None:
        initial_states = (
            input.new_zeros(len(input), w_hh.shape[1]),
            input.new_zeros(len(input), len(w_hh) // 4),
        )
    h, c_0 = initial_states
    out = []
    for t in range(input.shape[1]):
        h, c = cell_linear(input[:, t], (h, c_0), w_ih, w_hh, b_ih, b_hh, w_hr)
        out.append(h)
    return torch.stack(out, 1), (h, c)


@answer(
    "lstm_forward",
    right=False,
    about="ones where zeros should be, only when states are None",
    tells={"default-wrong"},
)
def forward_random_start(input, initial_states, w_ih, w_hh, b_ih, b_hh, w_hr=None):
    if initial_states is None:
        initial_states = (
            torch.randn(len(input), w_hh.shape[1], dtype=input.dtype),
            torch.randn(len(input), len(w_hh) // 4, dtype=input.dtype),
        )
    return forward_list(input, initial_states, w_ih, w_hh, b_ih, b_hh, w_hr)


@answer(
    "lstm_forward", right=False, about="returns three things: output, h, c", tells={"returned-flat"}
)
def forward_flat_return(input, initial_states, w_ih, w_hh, b_ih, b_hh, w_hr=None):
    output, (h, c) = forward_list(input, initial_states, w_ih, w_hh, b_ih, b_hh, w_hr)
    return output, h, c


@answer("lstm_forward", right=False, about="output holds the cell states", tells={"output-is-c"})
def forward_outputs_c(input, initial_states, w_ih, w_hh, b_ih, b_hh, w_hr=None):
    if initial_states is None:
        zero = input.new_zeros(len(input), len(w_hh) // 4)
        initial_states = zero, zero
    h, c = initial_states
    out = []
    for t in range(input.shape[1]):
        h, c = cell_linear(input[:, t], (h, c), w_ih, w_hh, b_ih, b_hh, w_hr)
        out.append(c)
    return torch.stack(out, 1), (h, c)


# -------------------------------------------------------------------------- lstm_module


class _Base(nn.Module):
    """The parameters as they should be; what is wrong stands in the answers."""

    def __init__(self, input_size, hidden_size, batch_first=False, proj_size=0):
        super().__init__()
        self.batch_first = batch_first
        self.hidden_size = hidden_size
        self.proj_size = proj_size
        k = 1 / math.sqrt(hidden_size)

        def p(*shape):
            return nn.Parameter(torch.empty(*shape).uniform_(-k, k))

        self.weight_ih_l0 = p(4 * hidden_size, input_size)
        self.weight_hh_l0 = p(4 * hidden_size, proj_size or hidden_size)
        self.bias_ih_l0 = p(4 * hidden_size)
        self.bias_hh_l0 = p(4 * hidden_size)
        if proj_size:
            self.weight_hr_l0 = p(proj_size, hidden_size)

    def weights(self):
        return (
            self.weight_ih_l0,
            self.weight_hh_l0,
            self.bias_ih_l0,
            self.bias_hh_l0,
            getattr(self, "weight_hr_l0", None),
        )


@answer("lstm_module", right=True, about="transposes and squeezes round lstm_forward")
class ModuleOverForward(_Base):
    def forward(self, input, states=None):
        x = input if self.batch_first else input.transpose(0, 1)
        if states is not None:
            states = states[0].squeeze(0), states[1].squeeze(0)
        output, (h, c) = forward_list(x, states, *self.weights())
        if not self.batch_first:
            output = output.transpose(0, 1)
        return output, (h[None], c[None])


@answer(
    "lstm_module", right=True, about="register_parameter and reset_parameters; works time first"
)
class ModuleTimeFirst(nn.Module):
    def __init__(self, input_size, hidden_size, batch_first=False, proj_size=0):
        super().__init__()
        self.batch_first = batch_first
        real = proj_size if proj_size > 0 else hidden_size
        shapes = {
            "weight_ih_l0": (4 * hidden_size, input_size),
            "weight_hh_l0": (4 * hidden_size, real),
            "bias_ih_l0": (4 * hidden_size,),
            "bias_hh_l0": (4 * hidden_size,),
        }
        if proj_size > 0:
            shapes["weight_hr_l0"] = (proj_size, hidden_size)
        for name, shape in shapes.items():
            self.register_parameter(name, nn.Parameter(torch.zeros(shape)))
        self.real, self.hidden_size, self.proj_size = real, hidden_size, proj_size
        self.reset_parameters()

    def reset_parameters(self):
        stdv = self.hidden_size**-0.5
        with torch.no_grad():
            for w in self.parameters():
                w.copy_(torch.rand_like(w) * 2 * stdv - stdv)

    def forward(self, input, states=None):
        if self.batch_first:
            input = input.permute(1, 0, 2)
        if states is None:
            h = torch.zeros(input.shape[1], self.real).to(input)
            c = torch.zeros(input.shape[1], self.hidden_size).to(input)
        else:
            (h,), (c,) = states
        out = []
        for x in input:
            h, c = cell_linear(
                x,
                (h, c),
                self.weight_ih_l0,
                self.weight_hh_l0,
                self.bias_ih_l0,
                self.bias_hh_l0,
                self.weight_hr_l0 if self.proj_size else None,
            )
            out.append(h)
        out = torch.stack(out, dim=1 if self.batch_first else 0)
        return out, (h.unsqueeze(0), c.unsqueeze(0))


@answer(
    "lstm_module",
    right=False,
    about="batch_first turns the input, not the output",
    tells={"output-batch-first"},
)
class ModuleTurnsOnce(_Base):
    def forward(self, input, states=None):
        if not self.batch_first:
            input = input.transpose(0, 1)
        if states is not None:
            states = states[0][0], states[1][0]
        output, (h, c) = forward_list(input, states, *self.weights())
        return output, (h.unsqueeze(0), c.unsqueeze(0))


@answer(
    "lstm_module",
    right=False,
    about="with batch_first the states are taken as (B, 1, H)",
    tells={"wrong-shape"},
)
class ModuleStatesBatchFirst(_Base):
    def forward(self, input, states=None):
        axis = 1 if self.batch_first else 0
        if not self.batch_first:
            input = input.transpose(0, 1)
        if states is not None:
            states = states[0].squeeze(axis), states[1].squeeze(axis)
        output, (h, c) = forward_list(input, states, *self.weights())
        if not self.batch_first:
            output = output.transpose(0, 1)
        return output, (h.unsqueeze(axis), c.unsqueeze(axis))


@answer(
    "lstm_module",
    right=False,
    about="first values from torch.rand: from 0 up to the bound, never below",
    tells={"starts-narrow"},
)
class ModuleRand(_Base):
    def __init__(self, input_size, hidden_size, batch_first=False, proj_size=0):
        super().__init__(input_size, hidden_size, batch_first, proj_size)
        for p in self.parameters():
            p.data = torch.rand(p.shape) / math.sqrt(hidden_size)

    forward = ModuleOverForward.forward


@answer(
    "lstm_module", right=False, about="the bound is 1/sqrt(input_size)", tells={"starts-normal"}
)
class ModuleBoundOfInput(_Base):
    def __init__(self, input_size, hidden_size, batch_first=False, proj_size=0):
        super().__init__(input_size, hidden_size, batch_first, proj_size)
        k = 1 / math.sqrt(input_size)
        for p in self.parameters():
            nn.init.uniform_(p, -k, k)

    forward = ModuleOverForward.forward


@answer("lstm_module", right=False, about="biases start from zeros", tells={"starts-bias"})
class ModuleZeroBias(_Base):
    def __init__(self, input_size, hidden_size, batch_first=False, proj_size=0):
        super().__init__(input_size, hidden_size, batch_first, proj_size)
        nn.init.zeros_(self.bias_ih_l0)
        nn.init.zeros_(self.bias_hh_l0)

    forward = ModuleOverForward.forward


@answer(
    "lstm_module",
    right=False,
    about="the weights are in a plain list",
    tells={"not-registered", "parameter-names"},
)
class ModuleList(nn.Module):
    def __init__(self, input_size, hidden_size, batch_first=False, proj_size=0):
        super().__init__()
        self.batch_first = batch_first
        k = hidden_size**-0.5
        shapes = (4 * hidden_size, input_size), (4 * hidden_size, hidden_size)
        shapes += ((4 * hidden_size,),) * 2
        self.w = [nn.Parameter(torch.empty(s).uniform_(-k, k)) for s in shapes]

    def forward(self, input, states=None):
        x = input if self.batch_first else input.transpose(0, 1)
        if states is not None:
            states = states[0][0], states[1][0]
        output, (h, c) = forward_list(x, states, *self.w)
        if not self.batch_first:
            output = output.transpose(0, 1)
        return output, (h[None], c[None])


@answer(
    "lstm_module",
    right=False,
    about="keeps its last state from call to call",
    tells={"keeps-state"},
)
class ModuleRemembers(_Base):
    last = None

    def forward(self, input, states=None):
        x = input if self.batch_first else input.transpose(0, 1)
        if states is not None:
            states = states[0].squeeze(0), states[1].squeeze(0)
        elif self.last is not None and len(self.last[0]) == len(x):
            states = self.last
        output, (h, c) = forward_list(x, states, *self.weights())
        self.last = h.detach(), c.detach()
        if not self.batch_first:
            output = output.transpose(0, 1)
        return output, (h[None], c[None])


@answer(
    "lstm_module",
    right=False,
    about="states come back without the layer axis",
    tells={"no-layer-axis"},
)
class ModuleFlatStates(_Base):
    def forward(self, input, states=None):
        output, (h, c) = ModuleOverForward.forward(self, input, states)
        return output, (h[0], c[0])


@answer(
    "lstm_module",
    right=False,
    about="no state is handed to lstm_forward",
    tells={"module-states-ignored"},
)
class ModuleDropsStates(_Base):
    def forward(self, input, states=None):
        return ModuleOverForward.forward(self, input)


# --------------------------------------------------------------------------- lstmp_cell

answer("lstmp_cell", right=True, about="as for lstm_cell")(cell_linear)
answer("lstmp_cell", right=True, about="as for lstm_cell")(cell_joined)


@answer("lstmp_cell", right=False, about="w_hr is not used", tells={"w_hr-ignored"})
def pcell_ignored(x, state, w_ih, w_hh, b_ih, b_hh, w_hr=None):
    return cell_linear(x, state, w_ih, w_hh, b_ih, b_hh)


@answer(
    "lstmp_cell",
    right=False,
    about="the projection is before the output gate's tanh: o * tanh(c W)",
)
def pcell_projects_c(x, state, w_ih, w_hh, b_ih, b_hh, w_hr=None):
    h, c = state
    i, f, g, o = (x @ w_ih.T + b_ih + h @ w_hh.T + b_hh).chunk(4, 1)
    c = f.sigmoid() * c + i.sigmoid() * g.tanh()
    if w_hr is None:
        return o.sigmoid() * c.tanh(), c
    return (o.sigmoid() @ w_hr.T) * (c.tanh() @ w_hr.T), c


@answer(
    "lstmp_cell",
    right=False,
    about="the cell state comes back projected too",
    tells={"c-projected"},
)
def pcell_projects_both(x, state, w_ih, w_hh, b_ih, b_hh, w_hr=None):
    h, c = cell_linear(x, state, w_ih, w_hh, b_ih, b_hh)
    if w_hr is not None:
        h, c = h @ w_hr.T, c @ w_hr.T
    return h, c


@answer(
    "lstmp_cell",
    right=False,
    about="a tanh over the projected hidden state",
    tells={"tanh-after-projection"},
)
def pcell_tanh_after(x, state, w_ih, w_hh, b_ih, b_hh, w_hr=None):
    h, c = cell_linear(x, state, w_ih, w_hh, b_ih, b_hh)
    if w_hr is not None:
        h = torch.tanh(h @ w_hr.T)
    return h, c


@answer("lstmp_cell", right=False, about="w_hr is not transposed", tells={"transposed-w_hr"})
def pcell_not_transposed(x, state, w_ih, w_hh, b_ih, b_hh, w_hr=None):
    h, c = cell_linear(x, state, w_ih, w_hh, b_ih, b_hh)
    if w_hr is not None:
        h = h @ w_hr
    return h, c


# ------------------------------------------------------------------------ lstmp_forward

answer("lstmp_forward", right=True, about="as for lstm_forward")(forward_list)
answer("lstmp_forward", right=True, about="as for lstm_forward")(forward_prefilled)


@answer("lstmp_forward", right=False, about="both zero states are (B, P)", tells={"default-wrong"})
def pforward_zeros_of_p(input, initial_states, w_ih, w_hh, b_ih, b_hh, w_hr=None):
    if initial_states is None:
        zero = input.new_zeros(input.shape[0], w_hh.shape[1])
        initial_states = zero, zero
    return forward_list(input, initial_states, w_ih, w_hh, b_ih, b_hh, w_hr)


@answer(
    "lstmp_forward",
    right=False,
    about="projected after the loop, so the gates read all H units",
    tells={"w_hr-not-fed-back"},
)
def pforward_after_the_loop(input, initial_states, w_ih, w_hh, b_ih, b_hh, w_hr=None):
    if w_hr is None:
        return forward_list(input, initial_states, w_ih, w_hh, b_ih, b_hh)
    output, (h, c) = forward_list(input, initial_states, w_ih, w_hh, b_ih, b_hh)
    return output @ w_hr.T, (h @ w_hr.T, c)


@answer(
    "lstmp_forward",
    right=False,
    about="output is projected, h_n keeps the H units",
    tells={"final-unprojected"},
)
def pforward_full_h_n(input, initial_states, w_ih, w_hh, b_ih, b_hh, w_hr=None):
    B, T, _ = input.shape
    H = len(w_ih) // 4
    if initial_states is None:
        initial_states = input.new_zeros(B, w_hh.shape[1]), input.new_zeros(B, H)
    h, c = initial_states
    out = []
    for t in range(T):
        full, c = cell_linear(input[:, t], (h, c), w_ih, w_hh, b_ih, b_hh)
        h = full if w_hr is None else full @ w_hr.T
        out.append(h)
    return torch.stack(out, 1), (full, c)


@answer(
    "lstmp_forward",
    right=False,
    about="forgets to hand w_hr on in all steps but the last",
    tells={"unused-w_hr"},
)
def pforward_last_only(input, initial_states, w_ih, w_hh, b_ih, b_hh, w_hr=None):
    if w_hr is None:
        return forward_list(input, initial_states, w_ih, w_hh, b_ih, b_hh)
    P = w_hr.shape[0]
    if initial_states is None:
        initial_states = input.new_zeros(len(input), P), input.new_zeros(len(input), len(w_hh) // 4)
    h, c = initial_states
    out = []
    for x in input.unbind(1):
        h, c = cell_linear(x, (h, c), w_ih, w_hh, b_ih, b_hh)
        h = h[:, :P]  # "P numbers of them"
        out.append(h)
    out[-1] = h = h @ w_hr[:, :P].T
    return torch.stack(out, 1), (h, c)


# ------------------------------------------------------------------------- lstmp_module

answer("lstmp_module", right=True, about="as for lstm_module")(ModuleOverForward)
answer("lstmp_module", right=True, about="as for lstm_module")(ModuleTimeFirst)


@answer(
    "lstmp_module",
    right=False,
    about="weight_hr_l0 is there also when proj_size is 0, and weight_hh is (4H, H)",
    tells={"wrong-shape"},
)
class PModuleWrongShapes(nn.Module):
    def __init__(self, input_size, hidden_size, batch_first=False, proj_size=0):
        super().__init__()
        self.batch_first, self.proj_size = batch_first, proj_size
        k = hidden_size**-0.5

        def p(*shape):
            return nn.Parameter(torch.empty(*shape).uniform_(-k, k))

        self.weight_ih_l0 = p(4 * hidden_size, input_size)
        self.weight_hh_l0 = p(4 * hidden_size, hidden_size)
        self.bias_ih_l0, self.bias_hh_l0 = p(4 * hidden_size), p(4 * hidden_size)
        self.weight_hr_l0 = p(proj_size, hidden_size)

    def weights(self):
        w = self.weight_ih_l0, self.weight_hh_l0, self.bias_ih_l0, self.bias_hh_l0
        return (*w, self.weight_hr_l0 if self.proj_size else None)

    forward = ModuleOverForward.forward


@answer(
    "lstmp_module",
    right=False,
    about="the bound of weight_hr_l0 is 1/sqrt(P)",
    tells={"starts-normal"},
)
class PModuleBoundOfP(_Base):
    def __init__(self, input_size, hidden_size, batch_first=False, proj_size=0):
        super().__init__(input_size, hidden_size, batch_first, proj_size)
        if proj_size:
            k = proj_size**-0.5
            self.weight_hr_l0 = nn.Parameter(torch.empty(proj_size, hidden_size).uniform_(-k, k))

    forward = ModuleOverForward.forward


@answer(
    "lstmp_module",
    right=False,
    about="proj_size is accepted and left aside",
    tells={"parameter-names", "shapes-in-matmul"},
)
class PModuleAside(_Base):
    def __init__(self, input_size, hidden_size, batch_first=False, proj_size=0):
        super().__init__(input_size, hidden_size, batch_first)

    forward = ModuleOverForward.forward


@answer(
    "lstmp_module",
    right=False,
    about="the projection is an nn.Linear, with its bias, under its own name",
    tells={"parameter-names"},
)
class PModuleLinear(_Base):
    def __init__(self, input_size, hidden_size, batch_first=False, proj_size=0):
        super().__init__(input_size, hidden_size, batch_first, proj_size)
        if proj_size:
            del self.weight_hr_l0
            self.projection = nn.Linear(hidden_size, proj_size)

    def weights(self):
        w = self.weight_ih_l0, self.weight_hh_l0, self.bias_ih_l0, self.bias_hh_l0
        return (*w, self.projection.weight if self.proj_size else None)

    forward = ModuleOverForward.forward


# ------------------------------------------------------------------------ lstm_backward


@answer("lstm_backward", right=True, about="lists of gates, cat, sums while going back")
def backward_lists(grad_output, grad_states, input, initial_states, w_ih, w_hh, b_ih, b_hh):
    h, c = initial_states
    kept = []
    for t in range(input.shape[1]):
        a = input[:, t] @ w_ih.T + b_ih + h @ w_hh.T + b_hh
        i, f, g, o = a.chunk(4, 1)
        i, f, g, o = i.sigmoid(), f.sigmoid(), g.tanh(), o.sigmoid()
        c_new = f * c + i * g
        kept.append((h, c, i, f, g, o, c_new))
        h, c = o * c_new.tanh(), c_new
    dh, dc = grad_states
    dx = torch.zeros_like(input)
    dw_ih, dw_hh, db = torch.zeros_like(w_ih), torch.zeros_like(w_hh), torch.zeros_like(b_ih)
    for t in reversed(range(input.shape[1])):
        h, c, i, f, g, o, c_new = kept[t]
        dh = dh + grad_output[:, t]
        tc = c_new.tanh()
        dc = dc + dh * o * (1 - tc * tc)
        da = torch.cat(
            [
                dc * g * i * (1 - i),
                dc * c * f * (1 - f),
                dc * i * (1 - g * g),
                dh * tc * o * (1 - o),
            ],
            1,
        )
        dx[:, t] = da @ w_ih
        dw_ih = dw_ih + da.T @ input[:, t]
        dw_hh = dw_hh + da.T @ h
        db = db + da.sum(0)
        dh, dc = da @ w_hh, dc * f
    return dx, (dh, dc), dw_ih, dw_hh, db, db.clone()


@answer(
    "lstm_backward", right=True, about="all d_a first, the weights' gradients by einsum at the end"
)
def backward_einsum(grad_output, grad_states, input, initial_states, w_ih, w_hh, b_ih, b_hh):
    T = input.size(1)
    hs, cs, acts = [initial_states[0]], [initial_states[1]], []
    for t in range(T):
        i, f, g, o = (F.linear(input[:, t], w_ih, b_ih) + F.linear(hs[t], w_hh, b_hh)).chunk(4, -1)
        act = torch.sigmoid(i), torch.sigmoid(f), torch.tanh(g), torch.sigmoid(o)
        cs.append(act[1] * cs[t] + act[0] * act[2])
        hs.append(act[3] * torch.tanh(cs[-1]))
        acts.append(act)
    das = [None] * T
    dh, dc = grad_states[0].clone(), grad_states[1].clone()
    for t in range(T - 1, -1, -1):
        i, f, g, o = acts[t]
        dh += grad_output[:, t]
        dc += dh * o * (1 - torch.tanh(cs[t + 1]) ** 2)
        d_o = dh * torch.tanh(cs[t + 1])
        da_i, da_f = dc * g * i * (1 - i), dc * cs[t] * f * (1 - f)
        das[t] = torch.hstack([da_i, da_f, dc * i * (1 - g**2), d_o * o * (1 - o)])
        dc = dc * f
        dh = torch.einsum("bk,kh->bh", das[t], w_hh)
    da = torch.stack(das, 1)
    before = torch.stack(hs[:-1], 1)
    return (
        da @ w_ih,
        (dh, dc),
        torch.einsum("btk,bti->ki", da, input),
        torch.einsum("btk,bth->kh", da, before),
        da.sum((0, 1)),
        da.sum(dim=0).sum(dim=0),
    )


def _back(wrong):
    """The way back with one line or another gone wrong, as ``wrong`` says."""

    def run(grad_output, grad_states, input, initial_states, w_ih, w_hh, b_ih, b_hh):
        h, c = initial_states
        kept = []
        B, T, _ = input.shape
        for t in range(T):
            i, f, g, o = (input[:, t] @ w_ih.T + b_ih + h @ w_hh.T + b_hh).chunk(4, 1)
            i, f, g, o = i.sigmoid(), f.sigmoid(), g.tanh(), o.sigmoid()
            c_new = f * c + i * g
            h_new = o * c_new.tanh()
            kept.append((h_new if "after" in wrong else h, c, i, f, g, o, c_new))
            h, c = h_new, c_new
        dh, dc = grad_states
        if "no states" in wrong:
            dh, dc = torch.zeros_like(dh), torch.zeros_like(dc)
        dxs = []
        dw_ih, dw_hh = torch.zeros_like(w_ih), torch.zeros_like(w_hh)
        db = torch.zeros_like(b_ih)
        for t in range(T - 1, -1, -1):
            h, c, i, f, g, o, c_new = kept[t]
            dh = grad_output[:, t] if "h cut" in wrong and t < T - 1 else dh + grad_output[:, t]
            tc = c_new.tanh()
            step = dh * o * (1 - tc**2)
            if "slope of c" in wrong:
                step = dh * o * (1 - c_new**2)
            dc = step if "c cut" in wrong else dc + step
            d_i, d_f, d_g, d_o = dc * g, dc * c, dc * i, dh * tc
            if "f of new" in wrong:
                d_f = dc * c_new
            parts = [d_i * i * (1 - i), d_f * f * (1 - f), d_g * (1 - g**2), d_o * o * (1 - o)]
            if "ifog" in wrong:
                parts[2], parts[3] = parts[3], parts[2]
            if "slope of o" in wrong:
                parts[3] = d_o
            da = torch.cat(parts, 1)
            dxs.append(da @ w_ih)
            dw_ih = dw_ih + da.T @ input[:, t]
            dw_hh = dw_hh + da.T @ h
            db = db + (da.mean(0) if "mean" in wrong else da.sum(0))
            dh = da @ w_hh
            dc = dc if "no f" in wrong else dc * f
        dx = torch.stack(dxs if "order" in wrong else dxs[::-1], 1)
        if "divide" in wrong:
            dw_ih, dw_hh, db = dw_ih / B, dw_hh / B, db / B
        if "half bias" in wrong:
            return dx, (dh, dc), dw_ih, dw_hh, db / 2, db / 2
        states = (dc, dh) if "swapped" in wrong else (dh, dc)
        return dx, states, dw_ih, dw_hh, db, db

    return run


@answer(
    "lstm_backward",
    right=False,
    about="the gradients of the input in the order of going back",
    tells={"reversed"},
)
def backward_dx_order(*args):
    return _back({"order"})(*args)


@answer(
    "lstm_backward",
    right=False,
    about="w_hh gets the hidden state after the step",
    tells={"w_hh-reads-new-h"},
)
def backward_h_after(*args):
    return _back({"after"})(*args)


@answer("lstm_backward", right=False, about="slope of tanh(c) as 1 - c^2", tells={"slope-of-c"})
def backward_slope_c(*args):
    return _back({"slope of c"})(*args)


@answer(
    "lstm_backward",
    right=False,
    about="the forget gate is not on the cell's path back",
    tells={"kept-without-f"},
)
def backward_no_f(*args):
    return _back({"no f"})(*args)


@answer(
    "lstm_backward",
    right=False,
    about="what arrives at c from the step after is overwritten",
    tells={"grad_c_n-ignored", "no-dc-back"},
)
def backward_c_cut(*args):
    return _back({"c cut"})(*args)


@answer("lstm_backward", right=False, about="d_f with the new cell state", tells={"df-reads-new-c"})
def backward_f_new(*args):
    return _back({"f of new"})(*args)


@answer("lstm_backward", right=False, about="the biases take half each", tells={"factor"})
def backward_half_bias(*args):
    return _back({"half bias"})(*args)


@answer(
    "lstm_backward",
    right=False,
    about="weights' gradients divided by the batch",
    tells={"averaged-over-batch"},
)
def backward_divided(*args):
    return _back({"divide"})(*args)


@answer("lstm_backward", right=False, about="d_a stacked i, f, o, g", tells={"stacked-o-g"})
def backward_ifog(*args):
    return _back({"ifog"})(*args)


@answer(
    "lstm_backward",
    right=False,
    about="o's slope is left out, and the states' gradients are swapped",
)
def backward_two(*args):
    return _back({"slope of o", "swapped"})(*args)


@answer(
    "lstm_backward",
    right=False,
    about="grad_states is not read",
    tells={"grad_c_n-ignored", "grad_h_n-ignored"},
)
def backward_no_states(*args):
    return _back({"no states"})(*args)


@answer("lstm_backward", right=False, about="h's path through time is cut", tells={"no-dh-back"})
def backward_h_cut(*args):
    return _back({"h cut"})(*args)


@answer(
    "lstm_backward",
    right=False,
    about="autograd used, which the statement forbids",
    tells={"forbidden-call"},
)
def backward_autograd(grad_output, grad_states, input, initial_states, w_ih, w_hh, b_ih, b_hh):
    leaves = [t.detach().requires_grad_() for t in (input, *initial_states, w_ih, w_hh, b_ih, b_hh)]
    with torch.enable_grad():
        output, (h, c) = forward_list(leaves[0], (leaves[1], leaves[2]), *leaves[3:])
        g = torch.autograd.grad((output, h, c), leaves, (grad_output, *grad_states))
    return g[0], (g[1], g[2]), *g[3:]
