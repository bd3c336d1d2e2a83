"""Answers to ps7_debug written from its statement alone, right ones and wrong ones.

Whoever wrote them had not read the faults. ``tells`` are the ids of the faults told, once a
person had judged what the check says to be true of the answer; None where no fault is named.
"""

import torch
from torch import nn
from torch.nn import functional as F

ANSWERS = []


def answer(item, right, about="", tells=None):
    def keep(fn):
        ANSWERS.append((fn.__name__, "ps7_debug." + item, fn, right, about, tells))
        return fn

    return keep


# ------------------------------------------------------------------------------- name_*


def _names(item, letters, right, about, tells=None):
    def named():
        return letters

    named.__name__ = f"name_{item}_{len(ANSWERS)}"
    answer(f"name_{item}", right=right, about=about, tells=tells)(named)


_names("a", "ABDEG", True, "as the code says")
_names("a", "g e d b a", True, "any order, small letters, spaces")
_names("a", "ABDE", False, "G missed", tells={"more-to-find"})
_names("a", "ABDEGI", False, "I is not so: c goes into f @ c", tells={"chose-a-I"})
_names(
    "a",
    "ADEG",
    False,
    "B missed: a student may argue that o has seen the input",
    tells={"more-to-find"},
)
_names("a", "", False, "nothing said", tells={"more-to-find"})
_names("b", "ACDFH", True, "as the code says")
_names("b", "A, C, D, F, H", True, "with commas")
_names("b", "ACDF", False, "H missed", tells={"more-to-find"})
_names("b", "ACDFHJ", False, "J one too many", tells={"chose-b-J"})
_names("b", ["A", "C"], False, "a list, and only two of them", tells={"more-to-find"})
_names("c", "BCEF", True, "as the code says")
_names("c", "FECB", True, "backwards")
_names("c", "BC", False, "only the faults, not the harmless truths", tells={"more-to-find"})
_names("c", "BCEFZ", False, "a letter that is not there", tells={"no-such-letter"})
_names("d", "BCFG", True, "as the code says")
_names("d", "b,c,f,g", True, "small, commas")
_names(
    "d",
    "BCDFG",
    False,
    "D: reversed() reads backwards, the student thinks it does not",
    tells={"chose-d-D"},
)
_names("d", 5, False, "the number of true statements", tells={"no-such-letter"})
_names("e", "ACEG", True, "as the code says")
_names("e", "A C E G", True, "spaces")
_names("e", "ACEGH", False, "H: no gradient; but requires_grad=True", tells={"chose-e-H"})
_names("e", "ACG", False, "E missed", tells={"more-to-find"})
_names("f", "ACEF", True, "as the code says")
_names("f", "FACE", True, "another order")
_names("f", "ACEFBD", False, "B and D too many", tells={"chose-f-B", "chose-f-D"})
_names(
    "f", "ABCDEFGH", False, "all of them, to be sure", tells={"chose-f-B", "chose-f-D", "chose-f-G"}
)


# ------------------------------------------------------------------------------- mend_a


class _CellWeights(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        k = hidden_size**-0.5
        H = hidden_size
        self.hidden_size = H

        def p(*shape):
            return nn.Parameter(torch.empty(*shape).uniform_(-k, k))

        self.weight_ih, self.weight_hh = p(4 * H, input_size), p(4 * H, H)
        self.bias_ih, self.bias_hh = p(4 * H), p(4 * H)


@answer("mend_a", right=True, about="chunk")
class MendedA(_CellWeights):
    def forward(self, x, state):
        h, c = state
        z = F.linear(x, self.weight_ih, self.bias_ih) + F.linear(h, self.weight_hh, self.bias_hh)
        i, f, g, o = z.chunk(4, 1)
        c = f.sigmoid() * c + i.sigmoid() * g.tanh()
        return o.sigmoid() * c.tanh(), c


@answer("mend_a", right=True, about="keeps the author's gate(), with the number of the gate")
class MendedAGate(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.input_size, self.hidden_size = input_size, hidden_size
        self.weight_ih = nn.Parameter(torch.empty(4 * hidden_size, input_size))
        self.weight_hh = nn.Parameter(torch.empty(4 * hidden_size, hidden_size))
        self.bias_ih = nn.Parameter(torch.empty(4 * hidden_size))
        self.bias_hh = nn.Parameter(torch.empty(4 * hidden_size))
        bound = self.hidden_size**-0.5
        for weight in (self.weight_ih, self.weight_hh, self.bias_ih, self.bias_hh):
            nn.init.uniform_(weight, -bound, bound)

    def gate(self, x, h, n, function=torch.sigmoid):
        rows = slice(n * self.hidden_size, (n + 1) * self.hidden_size)
        w_ih, w_hh = self.weight_ih[rows], self.weight_hh[rows]
        return function(x @ w_ih.T + self.bias_ih[rows] + h @ w_hh.T + self.bias_hh[rows])

    def forward(self, x, state):
        h, c = state
        i = self.gate(x, h, 0)
        f = self.gate(x, h, 1)
        g = self.gate(x, h, 2, torch.tanh)
        o = self.gate(x, h, 3)
        c = f * c + i * g
        h = o * torch.tanh(c)
        return h, c


@answer(
    "mend_a",
    right=False,
    about="the candidate is tanh(o * c), as the broken line had it",
    tells={"candidate-tanh-o-times-c"},
)
class MendedAHalf(_CellWeights):
    def forward(self, x, state):
        h, c = state
        z = F.linear(x, self.weight_ih, self.bias_ih) + F.linear(h, self.weight_hh, self.bias_hh)
        i, f, _, o = (s.sigmoid() for s in z.chunk(4, 1))
        g = torch.tanh(o * c)
        c = f * c + i * g
        return o * c.tanh(), c


@answer(
    "mend_a",
    right=False,
    about="products mended, no tanh in the hidden state",
    tells={"h-without-tanh"},
)
class MendedANoTanh(_CellWeights):
    def forward(self, x, state):
        h, c = state
        z = F.linear(x, self.weight_ih, self.bias_ih) + F.linear(h, self.weight_hh, self.bias_hh)
        i, f, g, o = z.chunk(4, 1)
        c = f.sigmoid() * c + i.sigmoid() * g.tanh()
        return o.sigmoid() * c, c


@answer(
    "mend_a",
    right=False,
    about="the candidate goes through the sigmoid like the gates",
    tells={"candidate-sigmoid"},
)
class MendedASigmoid(_CellWeights):
    def forward(self, x, state):
        h, c = state
        z = F.linear(x, self.weight_ih, self.bias_ih) + F.linear(h, self.weight_hh, self.bias_hh)
        i, f, g, o = z.sigmoid().chunk(4, 1)
        c = f * c + i * g
        return o * c.tanh(), c


@answer(
    "mend_a",
    right=False,
    about="weights drawn in forward again, though parameters are there",
    tells={"draws-random-numbers"},
)
class MendedAStillDraws(_CellWeights):
    def forward(self, x, state):
        h, c = state
        k = self.hidden_size**-0.5
        w_ih = torch.empty_like(self.weight_ih).uniform_(-k, k)
        w_hh = torch.empty_like(self.weight_hh).uniform_(-k, k)
        z = F.linear(x, w_ih, self.bias_ih) + F.linear(h, w_hh, self.bias_hh)
        i, f, g, o = z.chunk(4, 1)
        c = f.sigmoid() * c + i.sigmoid() * g.tanh()
        return o.sigmoid() * c.tanh(), c


@answer("mend_a", right=False, about="gates i, f, o, g in the rows", tells={"gate-order-ifog"})
class MendedAOrder(_CellWeights):
    def forward(self, x, state):
        h, c = state
        z = F.linear(x, self.weight_ih, self.bias_ih) + F.linear(h, self.weight_hh, self.bias_hh)
        i, f, o, g = z.chunk(4, 1)
        c = f.sigmoid() * c + i.sigmoid() * g.tanh()
        return o.sigmoid() * c.tanh(), c


@answer(
    "mend_a",
    right=False,
    about="parameters from torch.randn, without a bound",
    tells={"starts-normal"},
)
class MendedANormal(MendedA):
    def __init__(self, input_size, hidden_size):
        super().__init__(input_size, hidden_size)
        for p in self.parameters():
            nn.init.normal_(p)


@answer("mend_a", right=False, about="one gate is used for i, f and o")
class MendedAOneGate(_CellWeights):
    def forward(self, x, state):
        h, c = state
        z = F.linear(x, self.weight_ih, self.bias_ih) + F.linear(h, self.weight_hh, self.bias_hh)
        i, _f, g, _o = z.chunk(4, 1)
        i = i.sigmoid()
        c = i * c + i * g.tanh()
        return i * c.tanh(), c


# ------------------------------------------------------------------------------- mend_b


class _SequenceWeights(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.hidden_size = hidden_size
        bound = hidden_size**-0.5

        def weight(*shape):
            return nn.Parameter(torch.empty(*shape).uniform_(-bound, bound))

        self.weight_ih_l0 = weight(4 * hidden_size, input_size)
        self.weight_hh_l0 = weight(4 * hidden_size, hidden_size)
        self.bias_ih_l0 = weight(4 * hidden_size)
        self.bias_hh_l0 = weight(4 * hidden_size)


@answer("mend_b", right=True, about="the author's forward with four lines mended")
class MendedB(_SequenceWeights):
    def forward(self, input, states=None):
        H = self.hidden_size
        if states is None:
            zeros = input.new_zeros(input.shape[0], H)
            states = zeros, zeros
        h, c = states
        w_ii, w_if, w_ig, w_io = self.weight_ih_l0.split(H)
        w_hi, w_hf, w_hg, w_ho = self.weight_hh_l0.split(H)
        b_i, b_f, b_g, b_o = (self.bias_ih_l0 + self.bias_hh_l0).split(H)
        outputs = []
        for x in input.transpose(0, 1):
            i = torch.sigmoid(x @ w_ii.T + h @ w_hi.T + b_i)
            f = torch.sigmoid(x @ w_if.T + h @ w_hf.T + b_f)
            g = torch.tanh(x @ w_ig.T + h @ w_hg.T + b_g)
            o = torch.sigmoid(x @ w_io.T + h @ w_ho.T + b_o)
            c = f * c + i * g
            h = o * torch.tanh(c)
            outputs.append(h)
        return torch.stack(outputs, 1), (h, c)


@answer("mend_b", right=True, about="written anew with a preallocated output")
class MendedBAnew(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        s = 4 * hidden_size
        for name, shape in (
            ("weight_ih_l0", (s, input_size)),
            ("weight_hh_l0", (s, hidden_size)),
            ("bias_ih_l0", (s,)),
            ("bias_hh_l0", (s,)),
        ):
            value = (2 * torch.rand(shape) - 1) * hidden_size**-0.5
            self.register_parameter(name, nn.Parameter(value))

    def forward(self, input, states=None):
        H = self.weight_hh_l0.shape[1]
        if states is None:
            states = torch.zeros(2, len(input), H, dtype=input.dtype, device=input.device)
        h, c = states
        out = []
        for t in range(input.size(1)):
            z = input[:, t] @ self.weight_ih_l0.t() + self.bias_ih_l0
            z = z + h @ self.weight_hh_l0.t() + self.bias_hh_l0
            z = z.view(len(input), 4, H)
            c = z[:, 1].sigmoid() * c + z[:, 0].sigmoid() * z[:, 2].tanh()
            h = z[:, 3].sigmoid() * c.tanh()
            out.append(h.unsqueeze(1))
        return torch.cat(out, 1), (h, c)


class _MendedBWith(_SequenceWeights):
    wrong = frozenset()

    def forward(self, input, states=None):
        H, wrong = self.hidden_size, self.wrong
        if states is None:
            zeros = input.new_zeros(input.shape[1 if "zeros" in wrong else 0], H)
            states = zeros, zeros
        h_0, c_0 = h, c = states
        w_ii, w_if, w_ig, w_io = self.weight_ih_l0.split(H)
        w_hi, w_hf, w_hg, w_ho = self.weight_hh_l0.split(H)
        b_i, b_f, b_g, b_o = (self.bias_ih_l0 + self.bias_hh_l0).split(H)
        outputs = []
        for x in input if "rows" in wrong else input.unbind(1):
            if "h first" in wrong:
                h = h_0
            if "c first" in wrong:
                c = c_0
            i = torch.sigmoid(x @ w_ii.T + h @ (w_hf if "w_hf" in wrong else w_hi).T + b_i)
            f = torch.sigmoid(x @ w_if.T + h @ w_hf.T + b_f)
            g = torch.tanh(x @ w_ig.T + h @ w_hg.T + b_g)
            o = torch.sigmoid(x @ w_io.T + h @ w_ho.T + b_o)
            c = f * c + i * g
            h = o * torch.tanh(c)
            outputs.append(h)
        out = torch.stack(outputs, 0 if "stack" in wrong else 1)
        if "layer" in wrong:
            return out, (h[None], c[None])
        return out, (h, c)


@answer("mend_b", right=False, about="w_hf left in the input gate", tells={"rows-w_hh-i-from-f"})
class MendedBLeftGate(_MendedBWith):
    wrong = frozenset({"w_hf"})


@answer(
    "mend_b", right=False, about="h is carried on, c still starts from c_0", tells={"c-not-carried"}
)
class MendedBLeftC(_MendedBWith):
    wrong = frozenset({"c first"})


@answer(
    "mend_b",
    right=False,
    about="the zeros have T rows, as in the broken cell",
    tells={"default-wrong"},
)
class MendedBLeftZeros(_MendedBWith):
    wrong = frozenset({"zeros"})


@answer("mend_b", right=False, about="loop mended, stack left time first", tells={"wrong-shape"})
class MendedBLeftStack(_MendedBWith):
    wrong = frozenset({"stack"})


@answer(
    "mend_b",
    right=False,
    about="returns states with an axis for the layer, like nn.LSTM",
    tells={"wrong-shape"},
)
class MendedBLayerAxis(_MendedBWith):
    wrong = frozenset({"layer"})


@answer(
    "mend_b",
    right=False,
    about="two left: the gate and the states that start anew",
    tells={"state-not-carried"},
)
class MendedBLeftTwo(_MendedBWith):
    wrong = frozenset({"w_hf", "h first", "c first"})


@answer(
    "mend_b",
    right=False,
    about="only the name h_n and the nn.Parameter mended",
    tells={"shapes-in-elementwise"},
)
class MendedBOnlyCrash(_MendedBWith):
    wrong = frozenset({"w_hf", "h first", "c first", "rows", "stack", "zeros"})


# ------------------------------------------------------------------------------- mend_c


def _gates(x, h, w_ih, w_hh, b_ih, b_hh):
    r_x, z_x, n_x = (x @ w_ih.T + b_ih).chunk(3, dim=1)
    r_h, z_h, n_h = (h @ w_hh.T + b_hh).chunk(3, dim=1)
    r = torch.sigmoid(r_x + r_h)
    return torch.sigmoid(z_x + z_h), torch.tanh(n_x + r * n_h)


@answer("mend_c", right=True, about="two lines mended")
def mended_c(input, h_0, layer_0, layer_1):
    if h_0 is None:
        h_0 = input.new_zeros(2, len(input), layer_0[1].shape[1])
    lower, upper = h_0[0], h_0[1]
    outputs = []
    for t in range(input.shape[1]):
        z, n = _gates(input[:, t], lower, *layer_0)
        lower = (1 - z) * n + z * lower
        z, n = _gates(lower, upper, *layer_1)
        upper = (1 - z) * n + z * upper
        outputs.append(upper)
    return torch.stack(outputs, dim=1), torch.stack([lower, upper])


@answer("mend_c", right=True, about="layer after layer, lerp")
def mended_c_layers(input, h_0, layer_0, layer_1):
    last = []
    for k, layer in enumerate((layer_0, layer_1)):
        H = layer[1].shape[1]
        h = torch.zeros(input.shape[0], H).to(input) if h_0 is None else h_0[k]
        out = []
        for x in input.unbind(1):
            z, n = _gates(x, h, *layer)
            h = torch.lerp(n, h, z)
            out.append(h)
        input = torch.stack(out, 1)
        last.append(h)
    return input, torch.stack(last)


def _c_with(wrong):
    def run(input, h_0, layer_0, layer_1):
        if h_0 is None:
            h_0 = input.new_zeros(2, len(input), layer_0[1].shape[1])
        lower, upper = h_0[0], h_0[0 if "start" in wrong else 1]
        lowers, outputs = [], []
        for t in range(input.shape[1]):
            before = lower
            z, n = _gates(input[:, t], lower, *layer_0)
            lower = z * n + (1 - z) * lower if "lower" in wrong else (1 - z) * n + z * lower
            z, n = _gates(before if "before" in wrong else lower, upper, *layer_1)
            upper = z * n + (1 - z) * upper if "upper" in wrong else (1 - z) * n + z * upper
            lowers.append(lower)
            outputs.append(upper)
        if "both" in wrong:
            outputs = [torch.cat(p, 1) for p in zip(lowers, outputs, strict=True)]
        h_n = torch.stack([upper, lower] if "turned" in wrong else [lower, upper])
        if "flat" in wrong:
            h_n = upper
        return torch.stack(outputs, dim=1), h_n

    return run


@answer("mend_c", right=False, about="start mended, z left", tells={"z-exchanged-in-upper"})
def mended_c_left_z(*args):
    return _c_with({"upper"})(*args)


@answer("mend_c", right=False, about="z mended, start left", tells={"upper-starts-as-lower"})
def mended_c_left_start(*args):
    return _c_with({"start"})(*args)


@answer(
    "mend_c",
    right=False,
    about="mended the wrong way: the lower layer made like the upper one",
    tells={"z-exchanged"},
)
def mended_c_wrong_side(*args):
    return _c_with({"lower", "upper"})(*args)


@answer(
    "mend_c",
    right=False,
    about="upper reads the old lower state; h_n turned round",
    tells={"final-exchanged", "upper-late"},
)
def mended_c_two(*args):
    return _c_with({"before", "turned"})(*args)


@answer("mend_c", right=False, about="h_n holds the upper layer only", tells={"wrong-shape"})
def mended_c_flat(*args):
    return _c_with({"flat"})(*args)


@answer("mend_c", right=False, about="output has both layers", tells={"wrong-shape"})
def mended_c_both(*args):
    return _c_with({"both"})(*args)


# ------------------------------------------------------------------------------- mend_d


@answer("mend_d", right=True, about="flip after reading")
def mended_d(input, h_0, params, params_reverse):
    def read(steps, h, w_ih, w_hh, b_ih, b_hh):
        states = []
        for t in steps:
            h = torch.tanh(input[:, t] @ w_ih.T + b_ih + h @ w_hh.T + b_hh)
            states.append(h)
        return torch.stack(states, dim=1)

    B, T, _ = input.shape
    if h_0 is None:
        h_0 = input.new_zeros(2, B, params[1].shape[1])
    forward = read(range(T), h_0[0], *params)
    reverse = read(reversed(range(T)), h_0[1], *params_reverse).flip(1)
    return torch.cat([forward, reverse], dim=2), torch.stack([forward[:, -1], reverse[:, 0]])


@answer("mend_d", right=True, about="a dictionary by time step")
def mended_d_dict(input, h_0, params, params_reverse):
    B, T, _ = input.size()
    halves, last = [], []
    for k, (w_ih, w_hh, b_ih, b_hh) in enumerate((params, params_reverse)):
        h = input.new_zeros(B, w_hh.shape[0]) if h_0 is None else h_0[k]
        at = {}
        for t in range(T) if k == 0 else range(T - 1, -1, -1):
            h = torch.tanh(F.linear(input[:, t], w_ih, b_ih) + F.linear(h, w_hh, b_hh))
            at[t] = h
        last.append(h)
        halves.append(torch.stack([at[t] for t in range(T)], 1))
    return torch.cat(halves, -1), torch.stack(last)


def _d_with(wrong):
    def run(input, h_0, params, params_reverse):
        B, T, _ = input.shape
        if h_0 is None:
            h_0 = input.new_zeros(2, B, params[1].shape[1])

        def read(steps, h, w_ih, w_hh, b_ih, b_hh):
            states = []
            for t in steps:
                h = torch.tanh(input[:, t] @ w_ih.T + b_ih + h @ w_hh.T + b_hh)
                states.append(h)
            return torch.stack(states, 1)

        forward = read(range(T), h_0[0], *params)
        steps = range(T) if "same way" in wrong else range(T - 1, -1, -1)
        reverse = read(steps, h_0[0 if "h_0" in wrong else 1], *params_reverse)
        last = reverse[:, -1]
        if "no flip" not in wrong and "same way" not in wrong:
            reverse = reverse.flip(0 if "flip batch" in wrong else 1)
        if "first" in wrong:
            last = reverse[:, -1]
        if "add" in wrong:
            output = forward + reverse
        else:
            halves = [reverse, forward] if "halves" in wrong else [forward, reverse]
            output = torch.cat(halves, 2)
        return output, torch.stack([forward[:, -1], last])

    return run


@answer(
    "mend_d",
    right=False,
    about="h_n mended (reverse[:, -1]), the output not turned",
    tells={"reverse-not-turned"},
)
def mended_d_no_flip(*args):
    return _d_with({"no flip"})(*args)


@answer(
    "mend_d",
    right=False,
    about="turned, and h_n takes the last in time",
    tells={"final-reverse-first"},
)
def mended_d_first(*args):
    return _d_with({"first"})(*args)


@answer(
    "mend_d",
    right=False,
    about="reads forward in both directions",
    tells={"reverse-reads-forwards"},
)
def mended_d_same_way(*args):
    return _d_with({"same way"})(*args)


@answer("mend_d", right=False, about="flip along the batch", tells={"rows-mixed"})
def mended_d_flip_batch(*args):
    return _d_with({"flip batch"})(*args)


@answer(
    "mend_d",
    right=False,
    about="the halves exchanged, and h_0[0] for both",
    tells={"halves-exchanged", "reverse-starts-as-forward"},
)
def mended_d_two(*args):
    return _d_with({"halves", "h_0"})(*args)


@answer(
    "mend_d", right=False, about="the directions added instead of joined", tells={"wrong-shape"}
)
def mended_d_added(*args):
    return _d_with({"add"})(*args)


# ------------------------------------------------------------------------------- mend_e


@answer("mend_e", right=True, about="parameters, o after c")
class MendedE(nn.Module):
    def __init__(self, in_channels, hidden_channels, kernel_size, height, width):
        super().__init__()
        C, D, K = in_channels, hidden_channels, kernel_size
        self.w_x = nn.Parameter(torch.randn(4 * D, C, K, K) * 0.1)
        self.w_h = nn.Parameter(torch.randn(4 * D, D, K, K) * 0.1)
        self.b = nn.Parameter(torch.zeros(4 * D))
        self.w_ci = nn.Parameter(torch.zeros(D, height, width))
        self.w_cf = nn.Parameter(torch.zeros(D, height, width))
        self.w_co = nn.Parameter(torch.zeros(D, height, width))

    def forward(self, x, state):
        h, c = state
        pad = self.w_x.shape[-1] // 2
        s = F.conv2d(x, self.w_x, self.b, padding=pad) + F.conv2d(h, self.w_h, padding=pad)
        i, f, g, o = s.chunk(4, dim=1)
        i = torch.sigmoid(i + self.w_ci * c)
        f = torch.sigmoid(f + self.w_cf * c)
        c = f * c + i * torch.tanh(g)
        o = torch.sigmoid(o + self.w_co * c)
        return o * torch.tanh(c), c


@answer("mend_e", right=True, about="other first values, joined convolution")
class MendedEJoined(nn.Module):
    def __init__(self, in_channels, hidden_channels, kernel_size, height, width):
        super().__init__()
        self.D = hidden_channels
        w = nn.init.xavier_uniform_(
            torch.empty(4 * self.D, in_channels + self.D, kernel_size, kernel_size)
        )
        self.w_x = nn.Parameter(w[:, :in_channels].clone())
        self.w_h = nn.Parameter(w[:, in_channels:].clone())
        self.b = nn.Parameter(torch.ones(4 * self.D) / 10)
        for g in ("ci", "cf", "co"):
            self.register_parameter(f"w_{g}", nn.Parameter(torch.zeros(self.D, height, width)))

    def forward(self, x, state):
        h, c = state
        w = torch.cat([self.w_x, self.w_h], 1)
        s = F.conv2d(torch.cat([x, h], 1), w, self.b, padding="same")
        i, f, g, o = torch.split(s, self.D, 1)
        c_new = (f + self.w_cf * c).sigmoid() * c + (i + self.w_ci * c).sigmoid() * g.tanh()
        h_new = (o + self.w_co * c_new).sigmoid() * c_new.tanh()
        return h_new, c_new


@answer(
    "mend_e",
    right=False,
    about="parameters mended, o still looks at the old state",
    tells={"o-sees-old-c"},
)
class MendedELeftO(MendedE):
    def forward(self, x, state):
        h, c = state
        pad = self.w_x.shape[-1] // 2
        s = F.conv2d(x, self.w_x, self.b, padding=pad) + F.conv2d(h, self.w_h, padding=pad)
        i, f, g, o = s.chunk(4, dim=1)
        i = torch.sigmoid(i + self.w_ci * c)
        f = torch.sigmoid(f + self.w_cf * c)
        o = torch.sigmoid(o + self.w_co * c)
        c = f * c + i * torch.tanh(g)
        return o * torch.tanh(c), c


@answer(
    "mend_e",
    right=False,
    about="o mended, the peepholes are no parameters still",
    tells={"peepholes-not-registered"},
)
class MendedELeftTensors(MendedE):
    def __init__(self, in_channels, hidden_channels, kernel_size, height, width):
        super().__init__(in_channels, hidden_channels, kernel_size, height, width)
        for name in ("w_ci", "w_cf", "w_co"):
            delattr(self, name)
            zeros = torch.zeros(hidden_channels, height, width, requires_grad=True)
            setattr(self, name, zeros)


@answer(
    "mend_e",
    right=False,
    about="all three peepholes look at the new cell state, which is computed twice",
)
class MendedEAllNew(MendedE):
    def forward(self, x, state):
        h, c = state
        s = F.conv2d(x, self.w_x, self.b, padding="same") + F.conv2d(h, self.w_h, padding="same")
        i, f, g, o = s.chunk(4, dim=1)
        new = f.sigmoid() * c + i.sigmoid() * g.tanh()
        i = torch.sigmoid(i + self.w_ci * new)
        f = torch.sigmoid(f + self.w_cf * new)
        c = f * c + i * torch.tanh(g)
        o = torch.sigmoid(o + self.w_co * c)
        return o * torch.tanh(c), c


@answer(
    "mend_e",
    right=False,
    about="the peepholes are random, 'like w_x and w_h'",
    tells={"peepholes-start-elsewhere"},
)
class MendedERandom(MendedE):
    def __init__(self, in_channels, hidden_channels, kernel_size, height, width):
        super().__init__(in_channels, hidden_channels, kernel_size, height, width)
        for w in (self.w_ci, self.w_cf, self.w_co):
            nn.init.normal_(w, std=0.1)


@answer(
    "mend_e",
    right=False,
    about="peepholes exchanged between i and f",
    tells={"i-and-f-peepholes-exchanged"},
)
class MendedEExchanged(MendedE):
    def forward(self, x, state):
        h, c = state
        s = F.conv2d(x, self.w_x, self.b, padding="same") + F.conv2d(h, self.w_h, padding="same")
        i, f, g, o = s.chunk(4, dim=1)
        i = torch.sigmoid(i + self.w_cf * c)
        f = torch.sigmoid(f + self.w_ci * c)
        c = f * c + i * torch.tanh(g)
        o = torch.sigmoid(o + self.w_co * c)
        return o * torch.tanh(c), c


@answer(
    "mend_e",
    right=False,
    about="height and width of the peepholes exchanged",
    tells={"wrong-shape"},
)
class MendedETurned(MendedE):
    def __init__(self, in_channels, hidden_channels, kernel_size, height, width):
        super().__init__(in_channels, hidden_channels, kernel_size, width, height)


# ------------------------------------------------------------------------------- mend_f


@answer("mend_f", right=True, about="carried gradient, +=")
def mended_f(grad_output, input, h_0, output, w_ih, w_hh, b_ih, b_hh):
    grad_input = torch.zeros_like(input)
    grad_w_ih, grad_w_hh = torch.zeros_like(w_ih), torch.zeros_like(w_hh)
    grad_b = torch.zeros_like(b_ih)
    carry = torch.zeros_like(h_0)
    for t in reversed(range(input.shape[1])):
        h_before = output[:, t - 1] if t > 0 else h_0
        d_a = (grad_output[:, t] + carry) * (1 - output[:, t] ** 2)
        grad_input[:, t] = d_a @ w_ih
        carry = d_a @ w_hh
        grad_w_ih += d_a.T @ input[:, t]
        grad_w_hh += d_a.T @ h_before
        grad_b += d_a.sum(dim=0)
    return grad_input, carry, grad_w_ih, grad_w_hh, grad_b, grad_b.clone()


@answer("mend_f", right=True, about="d_a first, then einsum")
def mended_f_einsum(grad_output, input, h_0, output, w_ih, w_hh, b_ih, b_hh):
    before = torch.cat([h_0.unsqueeze(1), output[:, :-1]], 1)
    slope = 1 - output.square()
    T = input.size(1)
    d_a, d_h = [], 0
    for t in range(T)[::-1]:
        d = (grad_output[:, t] + d_h) * slope[:, t]
        d_h = d @ w_hh
        d_a.insert(0, d)
    d_a = torch.stack(d_a, 1)
    d_b = d_a.sum((0, 1))
    return (
        d_a @ w_ih,
        d_h,
        torch.einsum("bth,bti->hi", d_a, input),
        torch.einsum("bth,btk->hk", d_a, before),
        d_b,
        d_b,
    )


def _f_with(wrong):
    def run(grad_output, input, h_0, output, w_ih, w_hh, b_ih, b_hh):
        grad_input = torch.zeros_like(input)
        grad_w_ih, grad_w_hh = torch.zeros_like(w_ih), torch.zeros_like(w_hh)
        grad_b = torch.zeros_like(b_ih)
        carry = torch.zeros_like(h_0)
        T = input.shape[1]
        for t in range(T) if "forward" in wrong else reversed(range(T)):
            h_before = output[:, t - 1] if t > 0 else h_0
            if "now" in wrong:
                h_before = output[:, t]
            d_h = grad_output[:, t] + (0 if "cut" in wrong else carry)
            d_a = d_h * (1 - output[:, t] ** 2)
            if "slope later" in wrong:
                d_a = grad_output[:, t] * (1 - output[:, t] ** 2) + carry
            grad_input[:, t] = d_a @ w_ih
            carry = d_h @ w_hh if "slope skipped" in wrong else d_a @ w_hh
            if "transposed" in wrong:
                carry = d_a @ w_hh.T
            if "overwrite" in wrong:
                grad_w_ih, grad_w_hh, grad_b = d_a.T @ input[:, t], d_a.T @ h_before, d_a.sum(0)
                continue
            grad_w_ih = grad_w_ih + d_a.T @ input[:, t]
            grad_w_hh = grad_w_hh + d_a.T @ h_before
            grad_b = grad_b + (d_a.mean(0) if "mean" in wrong else d_a.sum(0))
        if "over T" in wrong:
            grad_w_ih, grad_w_hh, grad_b = grad_w_ih / T, grad_w_hh / T, grad_b / T
        grad_b_ih = grad_b
        if "zero h_0" in wrong:
            carry = torch.zeros_like(h_0)
        return grad_input, carry, grad_w_ih, grad_w_hh, grad_b_ih, grad_b

    return run


@answer(
    "mend_f",
    right=False,
    about="carried back, but the weights still overwritten",
    tells={"overwritten"},
)
def mended_f_overwrites(*args):
    return _f_with({"overwrite"})(*args)


@answer("mend_f", right=False, about="summed, but nothing carried back", tells={"not-carried-back"})
def mended_f_cut(*args):
    return _f_with({"cut"})(*args)


@answer(
    "mend_f",
    right=False,
    about="d_h is carried through w_hh without the slope of tanh",
    tells={"carried-before-tanh"},
)
def mended_f_slope(*args):
    return _f_with({"slope skipped"})(*args)


@answer(
    "mend_f",
    right=False,
    about="w_hh turned round, because statement B seemed true",
    tells={"w_hh-transposed"},
)
def mended_f_transposed(*args):
    return _f_with({"transposed"})(*args)


@answer("mend_f", right=False, about="averaged over time", tells={"averaged-over-time"})
def mended_f_over_time(*args):
    return _f_with({"over T"})(*args)


@answer(
    "mend_f",
    right=False,
    about="the loop runs forward in time and w_hh gets output[:, t]",
    tells={"forwards", "w_hh-with-h_t"},
)
def mended_f_two(*args):
    return _f_with({"forward", "now"})(*args)


# ----------------------------------------------------------------------------- expose_*

r = torch.randn


@answer("expose_a", right=True, about="3 rows, 4 units; zeros")
def expose_a():
    return (r(3, 2), r(3, 4), r(3, 4)), (torch.ones(4, 2), torch.zeros(4, 4), torch.zeros(4, 4))


@answer("expose_a", right=True, about="lists, one row for five units; h not zero in the second")
def expose_a_other():
    return [r(1, 1), r(1, 5), r(1, 5)], [torch.full((2, 3), -7.0), r(2, 2), torch.zeros(2, 2)]


@answer(
    "expose_a", right=False, about="the first does not stop: as many rows as units", tells={"runs"}
)
def expose_a_square():
    return (r(4, 2), r(4, 4), r(4, 4)), (torch.ones(4, 2), torch.zeros(4, 4), torch.zeros(4, 4))


@answer(
    "expose_a",
    right=False,
    about="the first stops a right cell, too: x has other rows than h",
    tells={"wrong-sizes"},
)
def expose_a_unfit():
    return (r(3, 2), r(2, 4), r(2, 4)), (torch.ones(4, 2), torch.zeros(4, 4), torch.zeros(4, 4))


@answer("expose_a", right=False, about="h zero, c not", tells={"not-zero"})
def expose_a_loud():
    return (r(3, 2), r(3, 4), r(3, 4)), (torch.ones(4, 2), torch.zeros(4, 4), torch.ones(4, 4))


@answer(
    "expose_a",
    right=False,
    about="the input of zeros, and in the wrong order",
    tells={"not-zero", "runs"},
)
def expose_a_turned():
    return (torch.zeros(4, 2), torch.zeros(4, 4), torch.zeros(4, 4)), (r(3, 2), r(3, 4), r(3, 4))


@answer("expose_b", right=True, about="two rows and two steps; one of each with h_0 zero")
def expose_b():
    torch.manual_seed(0)
    return (3 * r(5, 5, 2), 3 * r(5, 4), r(5, 4)), (r(1, 1, 2) + 9, torch.zeros(1, 4), r(1, 4) + 9)


@answer("expose_b", right=True, about="one row, one step, large hidden state; H = 6, I = 1")
def expose_b_other():
    first = torch.ones(1, 1, 1), 5 * torch.linspace(-3, 3, 6)[None], torch.full((1, 6), 2.0)
    return first, (torch.tensor([[[0.5]]]), torch.zeros(1, 6), torch.full((1, 6), -1.0))


@answer("expose_b", right=False, about="second has two rows", tells={"not-hidden"})
def expose_b_rows():
    torch.manual_seed(0)
    return (3 * r(5, 5, 2), 3 * r(5, 4), r(5, 4)), (r(2, 1, 2), torch.zeros(2, 4), r(2, 4))


@answer(
    "expose_b",
    right=False,
    about="second has zeros in c_0, which the statement forbids",
    tells={"trivial"},
)
def expose_b_zero_c():
    torch.manual_seed(0)
    return (3 * r(5, 5, 2), 3 * r(5, 4), r(5, 4)), (
        r(1, 1, 2),
        torch.zeros(1, 4),
        torch.zeros(1, 4),
    )


@answer("expose_b", right=False, about="second has three time steps", tells={"not-hidden"})
def expose_b_steps():
    torch.manual_seed(0)
    return (3 * r(5, 5, 2), 3 * r(5, 4), r(5, 4)), (r(1, 3, 2), torch.zeros(1, 4), r(1, 4))


@answer("expose_b", right=False, about="first crashes: rows and steps do not fit", tells={"stops"})
def expose_b_crash():
    torch.manual_seed(0)
    return (r(5, 3, 2), r(5, 4), r(5, 4)), (r(1, 1, 2), torch.zeros(1, 4), r(1, 4))


def _layer(inputs, hidden, scale=1.0):
    shapes = (3 * hidden, inputs), (3 * hidden, hidden), (3 * hidden,), (3 * hidden,)
    return tuple(scale * torch.randn(s) for s in shapes)


@answer("expose_c", right=True, about="random; equal rows and an upper layer with z one half")
def expose_c():
    torch.manual_seed(1)
    first = r(3, 5, 2), r(2, 3, 4), _layer(2, 4), _layer(4, 4)
    h = r(3, 4)
    upper = tuple(w.clone() for w in _layer(4, 4))
    for w in upper:
        w[4:8] = 0
    return first, (r(3, 2, 2), torch.stack([h, h]), _layer(2, 4), upper)


@answer("expose_c", right=True, about="one row, all of layer 1 zero")
def expose_c_other():
    torch.manual_seed(2)
    first = r(1, 1, 1), torch.tensor([[[3.0, 3.0]], [[-3.0, -3.0]]]), _layer(1, 2), _layer(2, 2)
    return first, (torch.ones(1, 2, 1), torch.ones(2, 1, 2), _layer(1, 2), _layer(2, 2, 0.0))


@answer("expose_c", right=False, about="second: states equal, z not one half", tells={"not-hidden"})
def expose_c_z():
    torch.manual_seed(1)
    first = r(3, 5, 2), r(2, 3, 4), _layer(2, 4), _layer(4, 4)
    return first, (r(3, 2, 2), torch.ones(2, 3, 4), _layer(2, 4), _layer(4, 4))


@answer(
    "expose_c",
    right=False,
    about="second: z one half in the upper layer, states differ",
    tells={"not-hidden"},
)
def expose_c_states():
    torch.manual_seed(1)
    first = r(3, 5, 2), r(2, 3, 4), _layer(2, 4), _layer(4, 4)
    return first, (r(3, 2, 2), r(2, 3, 4), _layer(2, 4), _layer(4, 4, 0.0))


@answer(
    "expose_c", right=False, about="second: only one time step, and h_0 zero", tells={"trivial"}
)
def expose_c_short():
    torch.manual_seed(1)
    first = r(3, 5, 2), r(2, 3, 4), _layer(2, 4), _layer(4, 4)
    return first, (r(3, 1, 2), torch.zeros(2, 3, 4), _layer(2, 4), _layer(4, 4, 0.0))


@answer("expose_c", right=False, about="layers given as one long tuple", tells={"wrong-return"})
def expose_c_flat():
    torch.manual_seed(1)
    return (r(3, 5, 2), r(2, 3, 4), *_layer(2, 4), *_layer(4, 4)), expose_c()[1]


@answer("expose_d", right=True, about="many steps, one step")
def expose_d():
    torch.manual_seed(1)
    return (3 * r(4, 6, 3), r(2, 4, 5)), (r(4, 1, 3), r(2, 4, 5))


@answer("expose_d", right=True, about="two steps of opposite sign, zero state")
def expose_d_other():
    x = torch.tensor([1.0, -1.0]).view(1, 2, 1).repeat(3, 1, 4) * 3
    return (x, torch.zeros(2, 3, 6)), (torch.ones(1, 1, 1), torch.zeros(2, 1, 1))


@answer("expose_d", right=False, about="second: a palindrome of three steps", tells={"not-hidden"})
def expose_d_palindrome():
    torch.manual_seed(1)
    x = r(2, 2, 3)
    second = torch.cat([x, x[:, :1]], 1)
    return (3 * r(4, 6, 3), r(2, 4, 5)), (second, torch.zeros(2, 2, 5))


@answer("expose_d", right=False, about="first: one time step; second: too", tells={"not-seen"})
def expose_d_both_short():
    return (r(4, 1, 3), r(2, 4, 5)), (r(4, 1, 3), r(2, 4, 5))


@answer(
    "expose_d", right=False, about="h_0 without an axis for the directions", tells={"wrong-sizes"}
)
def expose_d_flat():
    return (r(4, 3, 3), r(4, 5)), (r(4, 1, 3), r(4, 5))


@answer("expose_e", right=True, about="large w_co; zero w_co")
def expose_e():
    torch.manual_seed(1)
    peeps = r(3, 4, 5), r(3, 4, 5)
    first = r(2, 1, 4, 5), r(2, 3, 4, 5), 3 * r(2, 3, 4, 5), *peeps, 5 * r(3, 4, 5)
    second = r(2, 1, 4, 5), r(2, 3, 4, 5), r(2, 3, 4, 5), *peeps, torch.zeros(3, 4, 5)
    return first, second


@answer(
    "expose_e", right=True, about="f one, i zero: c stays as it is, and old and new are the same"
)
def expose_e_other():
    one = torch.ones(1, 2, 1)
    a = torch.ones(1, 1, 2, 1)
    first = a, a, 100 * a, -one, 0 * one, -one / 75
    second = a, a, 4 * a, -100 * one, 100 * one, one
    return first, second


@answer(
    "expose_e",
    right=False,
    about="first: only w_ci and w_cf are there, so nothing is seen",
    tells={"not-seen"},
)
def expose_e_hidden():
    torch.manual_seed(1)
    first, second = expose_e()
    return (*first[:5], torch.zeros(3, 4, 5)), second


@answer("expose_e", right=False, about="second: c is zero", tells={"trivial"})
def expose_e_zero_c():
    first, second = expose_e()
    return first, (*second[:2], torch.zeros(2, 3, 4, 5), *second[3:])


@answer("expose_e", right=False, about="second: w_co small, not zero", tells={"not-hidden"})
def expose_e_small():
    first, second = expose_e()
    return first, (*second[:5], 0.1 * torch.ones(3, 4, 5))


@answer("expose_e", right=False, about="peepholes with a batch axis", tells={"wrong-sizes"})
def expose_e_batch():
    first, second = expose_e()
    return (*first[:3], *(w[None] for w in first[3:])), second


@answer("expose_f", right=True, about="random; a loss that looks at the first output")
def expose_f():
    torch.manual_seed(1)
    grad = torch.zeros(2, 4, 3)
    grad[:, 0] = 1
    return (r(2, 4, 3), r(2, 4, 5), r(2, 3)), (grad, r(2, 4, 5), r(2, 3))


@answer("expose_f", right=True, about="two steps of ones; one unit of the first step only")
def expose_f_other():
    grad = torch.cat([torch.ones(3, 1, 2), torch.zeros(3, 2, 2)], 1)
    first = 10 * torch.ones(3, 2, 2), torch.full((3, 2, 1), 0.1), torch.zeros(3, 2)
    return first, (grad, torch.full((3, 3, 1), 0.2), torch.zeros(3, 2))


@answer(
    "expose_f",
    right=False,
    about="second: a loss that looks at the last output, as usual",
    tells={"not-hidden"},
)
def expose_f_last():
    torch.manual_seed(1)
    grad = torch.zeros(2, 4, 3)
    grad[:, -1] = 1
    return (r(2, 4, 3), r(2, 4, 5), r(2, 3)), (grad, r(2, 4, 5), r(2, 3))


@answer("expose_f", right=False, about="second: all of grad_output zero", tells={"trivial"})
def expose_f_silent():
    torch.manual_seed(1)
    return (r(2, 4, 3), r(2, 4, 5), r(2, 3)), (torch.zeros(2, 4, 3), r(2, 4, 5), r(2, 3))


@answer("expose_f", right=False, about="second: one time step", tells={"trivial"})
def expose_f_short():
    torch.manual_seed(1)
    return (r(2, 4, 3), r(2, 4, 5), r(2, 3)), (r(2, 1, 3), r(2, 1, 5), r(2, 3))


@answer(
    "expose_f",
    right=False,
    about="first: grad_output of the first step only, so it is hidden too",
    tells={"not-seen"},
)
def expose_f_hidden():
    second = expose_f()[1]
    return second, second
