"""Answers to ps6_convlstm written from its statement alone, right ones and wrong ones.

Whoever wrote them had not read the faults. ``tells`` are the ids of the faults told, once a
person had judged what the check says to be true of the answer; None where no fault is named.
"""

import itertools
import math

import torch
import torch.nn.functional as F
from torch import nn

ANSWERS = []


def answer(item, right, about="", tells=None):
    def keep(fn):
        ANSWERS.append((fn.__name__, "ps6_convlstm." + item, fn, right, about, tells))
        return fn

    return keep


# ------------------------------------------------------------------------ convlstm_cell


@answer("convlstm_cell", right=True, about="two convolutions, chunk")
def cell_two(x, state, w_x, w_h, b, w_ci, w_cf, w_co):
    h, c = state
    pad = w_x.shape[-1] // 2
    a = F.conv2d(x, w_x, b, padding=pad) + F.conv2d(h, w_h, padding=pad)
    i, f, g, o = a.chunk(4, dim=1)
    i = torch.sigmoid(i + w_ci * c)
    f = torch.sigmoid(f + w_cf * c)
    c = f * c + i * torch.tanh(g)
    o = torch.sigmoid(o + w_co * c)
    return o * torch.tanh(c), c


@answer(
    "convlstm_cell",
    right=True,
    about="one convolution of the joined images with the joined kernels",
)
def cell_joined(x, state, w_x, w_h, b, w_ci, w_cf, w_co):
    h, c = state
    n = c.size(1)
    s = nn.functional.conv2d(torch.cat((x, h), 1), torch.cat((w_x, w_h), 1), b, padding="same")
    ci = (s[:, :n] + w_ci.unsqueeze(0) * c).sigmoid()
    cf = (s[:, n : 2 * n] + w_cf.unsqueeze(0) * c).sigmoid()
    new = cf * c + ci * s[:, 2 * n : 3 * n].tanh()
    co = (s[:, -n:] + w_co.unsqueeze(0) * new).sigmoid()
    return co * new.tanh(), new


@answer("convlstm_cell", right=True, about="gate by gate with unfold instead of conv2d")
def cell_unfold(x, state, w_x, w_h, b, w_ci, w_cf, w_co):
    h, c = state

    def conv(image, kernel):
        k = kernel.shape[-1]
        columns = F.unfold(image, k, padding=(k - 1) // 2)
        return (kernel.flatten(1) @ columns).view(len(image), len(kernel), *image.shape[2:])

    def a(n):
        part = slice(n * c.shape[1], (n + 1) * c.shape[1])
        return conv(x, w_x[part]) + conv(h, w_h[part]) + b[part, None, None]

    i = torch.sigmoid(a(0) + w_ci * c)
    f = torch.sigmoid(a(1) + w_cf * c)
    g = torch.tanh(a(2))
    c = f * c + i * g
    o = torch.sigmoid(a(3) + w_co * c)
    return o * torch.tanh(c), c


@answer(
    "convlstm_cell",
    right=False,
    about="the three gates in one loop: o looks at the old cell state",
    tells={"o-sees-old-c"},
)
def cell_o_old(x, state, w_x, w_h, b, w_ci, w_cf, w_co):
    h, c = state
    pad = w_x.shape[-1] // 2
    a = F.conv2d(x, w_x, b, padding=pad) + F.conv2d(h, w_h, padding=pad)
    i, f, g, o = a.chunk(4, dim=1)
    i, f, o = (torch.sigmoid(s + w * c) for s, w in ((i, w_ci), (f, w_cf), (o, w_co)))
    c = f * c + i * g.tanh()
    return o * c.tanh(), c


@answer(
    "convlstm_cell", right=False, about="bias handed to both convolutions", tells={"bias-twice"}
)
def cell_bias_twice(x, state, w_x, w_h, b, w_ci, w_cf, w_co):
    h, c = state
    pad = w_x.shape[-1] // 2
    a = F.conv2d(x, w_x, b, padding=pad) + F.conv2d(h, w_h, b, padding=pad)
    i, f, g, o = a.chunk(4, dim=1)
    i, f = (i + w_ci * c).sigmoid(), (f + w_cf * c).sigmoid()
    c = f * c + i * g.tanh()
    return (o + w_co * c).sigmoid() * c.tanh(), c


@answer(
    "convlstm_cell",
    right=False,
    about="the peephole is outside the sigmoid",
    tells={"peephole-outside"},
)
def cell_peep_outside(x, state, w_x, w_h, b, w_ci, w_cf, w_co):
    h, c = state
    pad = w_x.shape[-1] // 2
    a = F.conv2d(x, w_x, b, padding=pad) + F.conv2d(h, w_h, padding=pad)
    i, f, g, o = a.chunk(4, dim=1)
    i, f = i.sigmoid() + w_ci * c, f.sigmoid() + w_cf * c
    c = f * c + i * g.tanh()
    o = o.sigmoid() + w_co * c
    return o * c.tanh(), c


@answer("convlstm_cell", right=False, about="the border is continued instead of padded with zeros")
def cell_replicate(x, state, w_x, w_h, b, w_ci, w_cf, w_co):
    h, c = state
    p = w_x.shape[-1] // 2

    def conv(image, kernel, bias=None):
        return F.conv2d(F.pad(image, (p, p, p, p), mode="replicate"), kernel, bias)

    i, f, g, o = (conv(x, w_x, b) + conv(h, w_h)).chunk(4, 1)
    i, f = (i + w_ci * c).sigmoid(), (f + w_cf * c).sigmoid()
    c = f * c + i * g.tanh()
    return (o + w_co * c).sigmoid() * c.tanh(), c


@answer("convlstm_cell", right=False, about="padding=1, whatever K is", tells={"padding-one"})
def cell_pad_one(x, state, w_x, w_h, b, w_ci, w_cf, w_co):
    h, c = state
    a = F.conv2d(x, w_x, b, padding=1) + F.conv2d(h, w_h, padding=1)
    i, f, g, o = a.chunk(4, 1)
    i, f = (i + w_ci * c).sigmoid(), (f + w_cf * c).sigmoid()
    c = f * c + i * g.tanh()
    return (o + w_co * c).sigmoid() * c.tanh(), c


@answer(
    "convlstm_cell",
    right=False,
    about="the candidate has i's peephole, too",
    tells={"peephole-on-candidate-w_ci"},
)
def cell_candidate_peeps(x, state, w_x, w_h, b, w_ci, w_cf, w_co):
    h, c = state
    pad = w_x.shape[-1] // 2
    a = F.conv2d(x, w_x, b, padding=pad) + F.conv2d(h, w_h, padding=pad)
    i, f, g, o = a.chunk(4, dim=1)
    i, f = (i + w_ci * c).sigmoid(), (f + w_cf * c).sigmoid()
    c = f * c + i * (g + w_ci * c).tanh()
    return (o + w_co * c).sigmoid() * c.tanh(), c


@answer("convlstm_cell", right=False, about="peepholes of i and f look at the hidden state")
def cell_peeps_at_h(x, state, w_x, w_h, b, w_ci, w_cf, w_co):
    h, c = state
    pad = w_x.shape[-1] // 2
    a = F.conv2d(x, w_x, b, padding=pad) + F.conv2d(h, w_h, padding=pad)
    i, f, g, o = a.chunk(4, dim=1)
    i, f = (i + w_ci * h).sigmoid(), (f + w_cf * h).sigmoid()
    c = f * c + i * g.tanh()
    return (o + w_co * c).sigmoid() * c.tanh(), c


@answer(
    "convlstm_cell",
    right=False,
    about="channels split f, i, g, o and the last tanh left out",
    tells={"gate-order-figo", "h-without-tanh"},
)
def cell_figo_and_no_tanh(x, state, w_x, w_h, b, w_ci, w_cf, w_co):
    h, c = state
    pad = w_x.shape[-1] // 2
    a = F.conv2d(x, w_x, b, padding=pad) + F.conv2d(h, w_h, padding=pad)
    f, i, g, o = a.chunk(4, dim=1)
    i, f = (i + w_ci * c).sigmoid(), (f + w_cf * c).sigmoid()
    c = f * c + i * g.tanh()
    return (o + w_co * c).sigmoid() * c, c


@answer(
    "convlstm_cell",
    right=False,
    about="cut into four along the batch axis",
    tells={"raises-ValueError"},
)
def cell_wrong_axis(x, state, w_x, w_h, b, w_ci, w_cf, w_co):
    h, c = state
    pad = w_x.shape[-1] // 2
    a = F.conv2d(x, w_x, b, padding=pad) + F.conv2d(h, w_h, padding=pad)
    i, f, g, o = a.chunk(4)
    i, f = (i + w_ci * c).sigmoid(), (f + w_cf * c).sigmoid()
    c = f * c + i * g.tanh()
    return (o + w_co * c).sigmoid() * c.tanh(), c


@answer(
    "convlstm_cell",
    right=False,
    about="the sum of the gates is in place in the state: c is changed",
    tells={"cell-in-place"},
)
def cell_in_place(x, state, w_x, w_h, b, w_ci, w_cf, w_co):
    h, c = state
    pad = w_x.shape[-1] // 2
    a = F.conv2d(x, w_x, b, padding=pad) + F.conv2d(h, w_h, padding=pad)
    i, f, g, o = a.chunk(4, dim=1)
    i, f = (i + w_ci * c).sigmoid(), (f + w_cf * c).sigmoid()
    c.mul_(f).add_(i * g.tanh())
    return (o + w_co * c).sigmoid() * c.tanh(), c


# --------------------------------------------------------------------------- zero_state


@answer("zero_state", right=True, about="new_zeros, one tensor twice")
def zero_shared(x, hidden_channels):
    z = x.new_zeros(len(x), hidden_channels, *x.shape[-2:])
    return z, z


@answer("zero_state", right=True, about="torch.zeros with dtype and device")
def zero_options(x, hidden_channels):
    b, _, h, w = x.size()
    shape = (b, hidden_channels, h, w)
    return tuple(torch.zeros(shape, dtype=x.dtype, device=x.device) for _ in range(2))


@answer("zero_state", right=True, about="returns a list of two")
def zero_list(x, hidden_channels):
    b, _, h, w = x.shape
    return [torch.zeros(b, hidden_channels, h, w).type_as(x) for _ in "hc"]


@answer(
    "zero_state",
    right=False,
    about="no type: float32 always",
    tells={"zeros-float32", "zeros-on-cpu"},
)
def zero_float(x, hidden_channels):
    b, _, h, w = x.shape
    return torch.zeros(b, hidden_channels, h, w), torch.zeros(b, hidden_channels, h, w)


@answer("zero_state", right=False, about="width and height exchanged", tells={"zeros-turned"})
def zero_turned(x, hidden_channels):
    b, _, w, h = x.shape
    z = x.new_zeros(b, hidden_channels, h, w)
    return z, z.clone()


@answer(
    "zero_state",
    right=False,
    about="zeros_like(x): the channels of the input",
    tells={"zeros-of-input"},
)
def zero_like(x, hidden_channels):
    return torch.zeros_like(x), torch.zeros_like(x)


@answer(
    "zero_state",
    right=False,
    about="one tensor comes back instead of two",
    tells={"returned-number"},
)
def zero_joined(x, hidden_channels):
    return x.new_zeros(2, len(x), hidden_channels, *x.shape[2:])[0]


@answer("zero_state", right=False, about="zeros of C_in times C_h channels", tells={"wrong-shape"})
def zero_times(x, hidden_channels):
    z = (0 * x).repeat(1, hidden_channels, 1, 1)
    return z, z


# -------------------------------------------------------------------------- cell_module


@answer("cell_module", right=True, about="nn.Parameter, nn.init")
class ConvLSTMCell(nn.Module):
    def __init__(self, in_channels, hidden_channels, kernel_size, image_size):
        super().__init__()
        if kernel_size % 2 == 0:
            raise ValueError("even kernel")
        k = 1 / math.sqrt(hidden_channels * kernel_size**2)
        n = hidden_channels
        self.n = n
        self.weight_x = nn.Parameter(torch.empty(4 * n, in_channels, kernel_size, kernel_size))
        self.weight_h = nn.Parameter(torch.empty(4 * n, n, kernel_size, kernel_size))
        self.bias = nn.Parameter(torch.empty(4 * n))
        for p in self.parameters():
            nn.init.uniform_(p, -k, k)
        self.weight_ci = nn.Parameter(torch.zeros(n, *image_size))
        self.weight_cf = nn.Parameter(torch.zeros(n, *image_size))
        self.weight_co = nn.Parameter(torch.zeros(n, *image_size))

    def forward(self, x, state=None):
        if state is None:
            state = zero_shared(x, self.n)
        return cell_two(
            x,
            state,
            self.weight_x,
            self.weight_h,
            self.bias,
            self.weight_ci,
            self.weight_cf,
            self.weight_co,
        )


@answer("cell_module", right=True, about="register_parameter in a loop, written out forward")
class CellLoop(nn.Module):
    def __init__(self, in_channels, hidden_channels, kernel_size, image_size):
        super().__init__()
        if not kernel_size & 1:
            raise ValueError(f"kernel_size must be odd, not {kernel_size}")
        self.hidden_channels, self.pad = hidden_channels, (kernel_size - 1) // 2
        bound = (hidden_channels * kernel_size * kernel_size) ** -0.5
        square = (kernel_size, kernel_size)
        shapes = {
            "weight_x": (4 * hidden_channels, in_channels, *square),
            "weight_h": (4 * hidden_channels, hidden_channels, *square),
            "bias": (4 * hidden_channels,),
        }
        for name, shape in shapes.items():
            self.register_parameter(name, nn.Parameter((torch.rand(shape) * 2 - 1) * bound))
        for gate in "ifo":
            zeros = torch.zeros(hidden_channels, image_size[0], image_size[1])
            setattr(self, f"weight_c{gate}", nn.Parameter(zeros))

    def forward(self, x, state=None):
        h, c = zero_options(x, self.hidden_channels) if state is None else state
        w = torch.cat((self.weight_x, self.weight_h), 1)
        s = F.conv2d(torch.cat((x, h), 1), w, self.bias, padding=self.pad)
        i, f, g, o = s.split(self.hidden_channels, 1)
        i = (i + self.weight_ci * c).sigmoid()
        f = (f + self.weight_cf * c).sigmoid()
        c = f * c + i * g.tanh()
        o = (o + self.weight_co * c).sigmoid()
        return o * c.tanh(), c


@answer("cell_module", right=False, about="no check of an even kernel", tells={"even-accepted"})
class CellTakesEven(ConvLSTMCell):
    def __init__(self, in_channels, hidden_channels, kernel_size, image_size):
        odd = kernel_size if kernel_size % 2 else kernel_size + 1
        super().__init__(in_channels, hidden_channels, odd, image_size)


@answer("cell_module", right=False, about="assert instead of ValueError", tells={"another-error"})
class CellAsserts(CellLoop):
    def __init__(self, in_channels, hidden_channels, kernel_size, image_size):
        assert kernel_size % 2 == 1, "odd kernels only"
        super().__init__(in_channels, hidden_channels, kernel_size, image_size)


@answer(
    "cell_module",
    right=False,
    about="all parameters start at random, the peepholes too",
    tells={"peepholes-not-zero"},
)
class CellRandomPeeps(ConvLSTMCell):
    def __init__(self, in_channels, hidden_channels, kernel_size, image_size):
        super().__init__(in_channels, hidden_channels, kernel_size, image_size)
        k = 1 / math.sqrt(hidden_channels * kernel_size**2)
        for p in self.parameters():
            nn.init.uniform_(p, -k, k)


@answer(
    "cell_module",
    right=False,
    about="n = C_in K^2, as torch's Conv2d has it",
    tells={"starts-normal"},
)
class CellFanIn(ConvLSTMCell):
    def __init__(self, in_channels, hidden_channels, kernel_size, image_size):
        super().__init__(in_channels, hidden_channels, kernel_size, image_size)
        k = 1 / math.sqrt(in_channels * kernel_size**2)
        for p in (self.weight_x, self.weight_h, self.bias):
            nn.init.uniform_(p, -k, k)


@answer(
    "cell_module",
    right=False,
    about="peepholes one per channel: (C_h, 1, 1)",
    tells={"peepholes-per-channel"},
)
class CellChannelPeeps(ConvLSTMCell):
    def __init__(self, in_channels, hidden_channels, kernel_size, image_size):
        super().__init__(in_channels, hidden_channels, kernel_size, (1, 1))


@answer(
    "cell_module",
    right=False,
    about="nn.Conv2d inside, parameters under its names",
    tells={"parameter-names"},
)
class CellConvs(nn.Module):
    def __init__(self, in_channels, hidden_channels, kernel_size, image_size):
        super().__init__()
        if kernel_size % 2 == 0:
            raise ValueError
        self.n = hidden_channels
        self.conv_x = nn.Conv2d(in_channels, 4 * self.n, kernel_size, padding="same")
        self.conv_h = nn.Conv2d(self.n, 4 * self.n, kernel_size, padding="same", bias=False)
        self.weight_ci = nn.Parameter(torch.zeros(self.n, *image_size))
        self.weight_cf = nn.Parameter(torch.zeros(self.n, *image_size))
        self.weight_co = nn.Parameter(torch.zeros(self.n, *image_size))

    def forward(self, x, state=None):
        if state is None:
            state = zero_shared(x, self.n)
        conv = self.conv_x, self.conv_h
        peeps = self.weight_ci, self.weight_cf, self.weight_co
        return cell_two(x, state, conv[0].weight, conv[1].weight, conv[0].bias, *peeps)


@answer(
    "cell_module",
    right=False,
    about="a state that is given is not used",
    tells={"module-states-ignored"},
)
class CellForgetsState(ConvLSTMCell):
    def forward(self, x, state=None):
        return super().forward(x, None)


@answer(
    "cell_module",
    right=False,
    about="peepholes are buffers, so nothing trains them",
    tells={"peepholes-not-registered"},
)
class CellBuffers(nn.Module):
    def __init__(self, in_channels, hidden_channels, kernel_size, image_size):
        super().__init__()
        if kernel_size % 2 == 0:
            raise ValueError
        k = 1 / math.sqrt(hidden_channels * kernel_size**2)
        n = self.n = hidden_channels

        def p(*s):
            return nn.Parameter(torch.empty(*s).uniform_(-k, k))

        self.weight_x = p(4 * n, in_channels, kernel_size, kernel_size)
        self.weight_h = p(4 * n, n, kernel_size, kernel_size)
        self.bias = p(4 * n)
        for name in ("weight_ci", "weight_cf", "weight_co"):
            self.register_buffer(name, torch.zeros(n, *image_size))

    forward = ConvLSTMCell.forward


# ------------------------------------------------------------------------------ network


@answer("network", right=True, about="layer by layer, ModuleList")
class ConvLSTM(nn.Module):
    def __init__(
        self, in_channels, hidden_channels, kernel_size, image_size, return_all_layers=False
    ):
        super().__init__()
        sizes = [in_channels, *hidden_channels]
        self.return_all_layers = return_all_layers
        self.cells = nn.ModuleList(
            ConvLSTMCell(a, b, kernel_size, image_size) for a, b in itertools.pairwise(sizes)
        )

    def forward(self, input, states=None):
        if states is None:
            states = [None] * len(self.cells)
        layers, last = [], []
        for cell, state in zip(self.cells, states, strict=True):
            out = []
            for t in range(input.shape[1]):
                state = cell(input[:, t], state)
                out.append(state[0])
            input = torch.stack(out, 1)
            layers.append(input)
            last.append(state)
        return (layers if self.return_all_layers else input), last


@answer("network", right=True, about="time by time, zero states made first")
class NetTimeFirst(nn.Module):
    def __init__(
        self, in_channels, hidden_channels, kernel_size, image_size, return_all_layers=False
    ):
        super().__init__()
        self.cells = nn.ModuleList()
        for n in hidden_channels:
            self.cells.append(CellLoop(in_channels, n, kernel_size, image_size))
            in_channels = n
        self.all = return_all_layers

    def forward(self, input, states=None):
        if states is None:
            states = [zero_options(input[:, 0], cell.hidden_channels) for cell in self.cells]
        states = list(states)
        outs = [[] for _ in self.cells]
        for frame in input.unbind(1):
            for k, cell in enumerate(self.cells):
                states[k] = cell(frame, states[k])
                frame = states[k][0]
                outs[k].append(frame)
        outs = [torch.stack(o, dim=1) for o in outs]
        return outs if self.all else outs[-1], states


@answer(
    "network",
    right=False,
    about="a layer reads what the layer below had one time step before",
    tells={"layers-lag"},
)
class NetDelayed(ConvLSTM):
    def forward(self, input, states=None):
        if states is None:
            states = [zero_shared(input[:, 0], cell.n) for cell in self.cells]
        outs = [[] for _ in self.cells]
        for t in range(input.shape[1]):
            reads = [input[:, t], *(h for h, _ in states[:-1])]
            states = [cell(x, s) for cell, x, s in zip(self.cells, reads, states, strict=True)]
            for out, (h, _) in zip(outs, states, strict=True):
                out.append(h)
        outs = [torch.stack(o, 1) for o in outs]
        return outs if self.return_all_layers else outs[-1], states


@answer(
    "network",
    right=False,
    about="the upper layers start from the state of the layer below",
    tells={"unused-h_2-c_2-h_3-c_3"},
)
class NetStatesRunOn(ConvLSTM):
    def forward(self, input, states=None):
        state = None if states is None else states[0]
        layers, last = [], []
        for cell in self.cells:
            out = []
            if state is not None and state[0].shape[1] != cell.n:
                state = None
            for t in range(input.shape[1]):
                state = cell(input[:, t], state)
                out.append(state[0])
            input = torch.stack(out, 1)
            layers.append(input)
            last.append(state)
        return (layers if self.return_all_layers else input), last


@answer("network", right=True, about="writes into the given list of states: no tensor is changed")
class NetWritesStates(ConvLSTM):
    def forward(self, input, states=None):
        if states is None:
            states = [None] * len(self.cells)
        layers = []
        for k, cell in enumerate(self.cells):
            out = []
            for t in range(input.shape[1]):
                states[k] = cell(input[:, t], states[k])
                out.append(states[k][0])
            input = torch.stack(out, 1)
            layers.append(input)
        return (layers if self.return_all_layers else input), states


@answer("network", right=False, about="output is stacked time first", tells={"output-time-first"})
class NetTimeFirstOutput(ConvLSTM):
    def forward(self, input, states=None):
        if states is None:
            states = [None] * len(self.cells)
        layers, last = [], []
        for cell, state in zip(self.cells, states, strict=True):
            out = []
            for t in range(input.shape[1]):
                state = cell(input[:, t], state)
                out.append(state[0])
            input = torch.stack(out, 1)
            layers.append(torch.stack(out))
            last.append(state)
        return (layers if self.return_all_layers else layers[-1]), last


@answer(
    "network",
    right=False,
    about="the states come back as a list of h and a list of c",
    tells={"returned-number"},
)
class NetStatesApart(ConvLSTM):
    def forward(self, input, states=None):
        output, last = super().forward(input, states)
        return output, ([h for h, _ in last], [c for _, c in last])


@answer(
    "network",
    right=False,
    about="every time step starts from the states that were given",
    tells={"not-carried"},
)
class NetForgetsTime(ConvLSTM):
    def forward(self, input, states=None):
        if states is None:
            states = [None] * len(self.cells)
        layers, last = [], []
        for cell, first in zip(self.cells, states, strict=True):
            out = []
            for t in range(input.shape[1]):
                state = cell(input[:, t], first)
                out.append(state[0])
            input = torch.stack(out, 1)
            layers.append(input)
            last.append(state)
        return (layers if self.return_all_layers else input), last


@answer(
    "network",
    right=False,
    about="lists and states begin with the top layer",
    tells={"all-layers-reversed", "finals-reversed"},
)
class NetTopFirst(ConvLSTM):
    def forward(self, input, states=None):
        output, last = super().forward(input, states)
        if self.return_all_layers:
            output = output[::-1]
        return output, last[::-1]


@answer(
    "network",
    right=False,
    about="a dropout between the layers that nobody asked for",
    tells={"draws-random-numbers"},
)
class NetDropout(ConvLSTM):
    def forward(self, input, states=None):
        if states is None:
            states = [None] * len(self.cells)
        layers, last = [], []
        for cell, state in zip(self.cells, states, strict=True):
            out = []
            for t in range(input.shape[1]):
                state = cell(input[:, t], state)
                out.append(state[0])
            layers.append(torch.stack(out, 1))
            input = F.dropout(layers[-1], 0.2)
            last.append(state)
        return (layers if self.return_all_layers else layers[-1]), last


@answer("network", right=False, about="cells in a plain list", tells={"cells-plain-list"})
class NetPlainList(ConvLSTM):
    def __init__(
        self, in_channels, hidden_channels, kernel_size, image_size, return_all_layers=False
    ):
        super().__init__(in_channels, hidden_channels, kernel_size, image_size, return_all_layers)
        cells = list(self.cells)
        del self.cells
        self.cells = cells


@answer("network", right=False, about="ReLU between the layers")
class NetRelu(ConvLSTM):
    def forward(self, input, states=None):
        if states is None:
            states = [None] * len(self.cells)
        layers, last = [], []
        for cell, state in zip(self.cells, states, strict=True):
            out = []
            for t in range(input.shape[1]):
                state = cell(input[:, t], state)
                out.append(torch.relu(state[0]))
            input = torch.stack(out, 1)
            layers.append(input)
            last.append(state)
        return (layers if self.return_all_layers else layers[-1]), last


# --------------------------------------------------------------------------- forecaster


@answer("forecaster", right=True, about="all frames of zeros at once, one long batch for to_frame")
class EncoderForecaster(nn.Module):
    def __init__(self, in_channels, hidden_channels, kernel_size, image_size):
        super().__init__()
        sizes = in_channels, hidden_channels, kernel_size, image_size
        self.encoder = ConvLSTM(*sizes)
        self.forecaster = ConvLSTM(*sizes, return_all_layers=True)
        self.to_frame = nn.Conv2d(sum(hidden_channels), in_channels, 1)

    def forward(self, input, steps):
        _, states = self.encoder(input)
        B, _, C, H, W = input.shape
        layers, _ = self.forecaster(input.new_zeros(B, steps, C, H, W), states)
        joined = torch.cat(layers, dim=2)
        return self.to_frame(joined.flatten(0, 1)).view(B, steps, C, H, W)


@answer("forecaster", right=True, about="step by step with the cells of the forecaster")
class ForecasterSteps(nn.Module):
    def __init__(self, in_channels, hidden_channels, kernel_size, image_size):
        super().__init__()
        self.encoder = NetTimeFirst(in_channels, hidden_channels, kernel_size, image_size)
        self.forecaster = NetTimeFirst(in_channels, hidden_channels, kernel_size, image_size)
        self.to_frame = nn.Conv2d(sum(hidden_channels), in_channels, kernel_size=(1, 1), bias=True)

    def forward(self, input, steps):
        states = list(self.encoder(input)[1])
        frames = []
        for _ in range(steps):
            x = torch.zeros_like(input[:, 0])
            for k, cell in enumerate(self.forecaster.cells):
                states[k] = cell(x, states[k])
                x = states[k][0]
            frames.append(self.to_frame(torch.cat([h for h, c in states], 1)))
        return torch.stack(frames, 1)


@answer(
    "forecaster",
    right=False,
    about="the forecaster reads its own last prediction",
    tells={"feeds-back-from-zero"},
)
class ForecasterOwnFrames(EncoderForecaster):
    def forward(self, input, steps):
        states = self.encoder(input)[1]
        x, frames = torch.zeros_like(input[:, :1]), []
        for _ in range(steps):
            layers, states = self.forecaster(x, states)
            x = self.to_frame(torch.cat(layers, 2)[:, 0])[:, None]
            frames.append(x)
        return torch.cat(frames, 1)


@answer(
    "forecaster",
    right=False,
    about="only the last layer goes into to_frame",
    tells={"reads-last-layer"},
)
class ForecasterLastLayer(nn.Module):
    def __init__(self, in_channels, hidden_channels, kernel_size, image_size):
        super().__init__()
        sizes = in_channels, hidden_channels, kernel_size, image_size
        self.encoder, self.forecaster = ConvLSTM(*sizes), ConvLSTM(*sizes)
        self.to_frame = nn.Conv2d(hidden_channels[-1], in_channels, 1)

    def forward(self, input, steps):
        states = self.encoder(input)[1]
        zeros = torch.zeros_like(input[:, :1]).repeat(1, steps, 1, 1, 1)
        output, _ = self.forecaster(zeros, states)
        return torch.stack([self.to_frame(f) for f in output.unbind(1)], 1)


@answer("forecaster", right=False, about="a sigmoid at the end", tells={"frames-sigmoid"})
class ForecasterSigmoid(EncoderForecaster):
    def forward(self, input, steps):
        return super().forward(input, steps).sigmoid()


@answer("forecaster", right=False, about="states from top to bottom", tells={"states-reversed"})
class ForecasterReversed(EncoderForecaster):
    def forward(self, input, steps):
        _, states = self.encoder(input)
        B, _, C, H, W = input.shape
        layers, _ = self.forecaster(input.new_zeros(B, steps, C, H, W), states[::-1])
        return self.to_frame(torch.cat(layers, 2).flatten(0, 1)).view(B, steps, C, H, W)


@answer(
    "forecaster",
    right=False,
    about="encoder and forecaster share one network",
    tells={"forecaster-is-encoder"},
)
class ForecasterShared(EncoderForecaster):
    def __init__(self, in_channels, hidden_channels, kernel_size, image_size):
        super().__init__(in_channels, hidden_channels, kernel_size, image_size)
        self.encoder = self.forecaster


@answer(
    "forecaster",
    right=False,
    about="layers joined the last first",
    tells={"layers-concatenated-reversed"},
)
class ForecasterJoinedWrong(EncoderForecaster):
    def forward(self, input, steps):
        _, states = self.encoder(input)
        B, _, C, H, W = input.shape
        layers, _ = self.forecaster(input.new_zeros(B, steps, C, H, W), states)
        joined = torch.cat(layers[::-1], dim=2)
        return self.to_frame(joined.flatten(0, 1)).view(B, steps, C, H, W)


@answer(
    "forecaster",
    right=False,
    about="hands on h only, the cell states start from zero",
    tells={"c-not-handed"},
)
class ForecasterOnlyH(EncoderForecaster):
    def forward(self, input, steps):
        _, states = self.encoder(input)
        states = [(h, torch.zeros_like(c)) for h, c in states]
        B, _, C, H, W = input.shape
        layers, _ = self.forecaster(input.new_zeros(B, steps, C, H, W), states)
        return self.to_frame(torch.cat(layers, 2).flatten(0, 1)).view(B, steps, C, H, W)


@answer(
    "forecaster",
    right=False,
    about="the long batch taken apart the wrong way round",
    tells={"frames-scrambled"},
)
class ForecasterTangled(EncoderForecaster):
    def forward(self, input, steps):
        _, states = self.encoder(input)
        B, _, C, H, W = input.shape
        layers, _ = self.forecaster(input.new_zeros(B, steps, C, H, W), states)
        long = torch.cat(layers, 2).transpose(0, 1).flatten(0, 1)
        return self.to_frame(long).reshape(B, steps, C, H, W)


@answer(
    "forecaster",
    right=False,
    about="reads the last frame again at its first step",
    tells={"reads-last-frame-once"},
)
class ForecasterReadsLast(EncoderForecaster):
    def forward(self, input, steps):
        _, states = self.encoder(input)
        B, _, C, H, W = input.shape
        x = torch.cat([input[:, -1:], input.new_zeros(B, steps - 1, C, H, W)], 1)
        layers, _ = self.forecaster(x, states)
        return self.to_frame(torch.cat(layers, 2).flatten(0, 1)).view(B, steps, C, H, W)


# -------------------------------------------------------------------------------- train


@answer("train", right=True, about="randperm and split")
def train_perm(model, frames, held_out, steps, epochs):
    optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
    errors = []
    for _ in range(epochs):
        for rows in torch.randperm(len(frames)).split(16):
            film = frames[rows]
            loss = F.binary_cross_entropy_with_logits(
                model(film[:, :-steps], steps), film[:, -steps:]
            )
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        with torch.no_grad():
            p = torch.sigmoid(model(held_out[:, :-steps], steps))
            errors.append(((p - held_out[:, -steps:]) ** 2).mean().item())
    return errors


@answer("train", right=True, about="DataLoader, eval and train mode, error in batches")
def train_loader(model, frames, held_out, steps, epochs):
    loader = torch.utils.data.DataLoader(frames, batch_size=16, shuffle=True)
    opt = torch.optim.Adam(params=model.parameters(), lr=2e-2)
    criterion = nn.BCEWithLogitsLoss()
    T = frames.size(1)
    history = []
    for _epoch in range(epochs):
        model.train()
        for batch in loader:
            opt.zero_grad()
            criterion(model(batch[:, : T - steps], steps), batch[:, T - steps :]).backward()
            opt.step()
        model.eval()
        total, count = 0.0, 0
        with torch.no_grad():
            for part in held_out.split(10):
                true = part[:, T - steps :]
                square = (model(part[:, : T - steps], steps).sigmoid() - true).square()
                total, count = total + square.sum().item(), count + square.numel()
        history.append(total / count)
    return history


@answer("train", right=True, about="probabilities and their cross-entropy, summed over the pixels")
def train_probabilities(model, frames, held_out, steps, epochs):
    opt = torch.optim.Adam(model.parameters(), lr=0.02)
    errors = []
    for _ in range(epochs):
        mixed = frames[torch.randperm(frames.shape[0])]
        for start in range(0, len(mixed), 16):
            film = mixed[start : start + 16]
            p = torch.sigmoid(model(film[:, :-steps], steps))
            loss = F.binary_cross_entropy(p, film[:, -steps:], reduction="sum") / len(film)
            model.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1e6)
            opt.step()
        with torch.no_grad():
            p = torch.sigmoid(model(held_out[:, :-steps], steps))
            errors.append(F.mse_loss(p, held_out[:, -steps:]))
    return errors


def _train(wrong):
    def run(model, frames, held_out, steps, epochs):
        lr = 0.01 if "slow" in wrong else 0.02
        if "sgd" in wrong:
            optimizer = torch.optim.SGD(model.parameters(), lr=lr)
        else:
            optimizer = torch.optim.Adam(model.parameters(), lr=lr)
        errors = []
        if "before" in wrong:
            epochs = epochs - 1
        loss_of = F.binary_cross_entropy_with_logits
        batch = 8 if "batch" in wrong else 16

        def error():
            with torch.no_grad():
                p = model(held_out[:, :-steps], steps)
                if "logits" not in wrong:
                    p = p.sigmoid()
                d = p - held_out[:, -steps:]
                if "mae" in wrong:
                    return d.abs().mean().item()
                if "sum" in wrong:
                    return d.square().sum().item() / len(held_out)
                if "root" in wrong:
                    return d.square().mean().sqrt().item()
                return d.square().mean().item()

        if "before" in wrong:
            errors.append(error())
        for _ in range(epochs):
            order = torch.arange(len(frames)) if "ordered" in wrong else torch.randperm(len(frames))
            if "drop" in wrong:
                order = order[: len(order) // 16 * 16]
            if "once" in wrong:
                order = order[:16]
            for rows in order.split(batch):
                film = frames[rows]
                seen, true = film[:, :-steps], film[:, -steps:]
                if "shift" in wrong:
                    seen, true = film[:, : film.shape[1] - steps], film[:, -steps - 1 : -1]
                if "mse" in wrong:
                    loss = F.mse_loss(model(seen, steps).sigmoid(), true)
                elif "twice" in wrong:
                    loss = loss_of(model(seen, steps).sigmoid(), true)
                else:
                    loss = loss_of(model(seen, steps), true)
                if "keep" not in wrong:
                    optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                if "each batch" in wrong:
                    errors.append(error())
            if "each batch" not in wrong:
                errors.append(error())
            if "peek" in wrong:
                optimizer.zero_grad()
                loss_of(model(held_out[:, :-steps], steps), held_out[:, -steps:]).backward()
                optimizer.step()
        if "last" in wrong:
            return errors[-1]
        return errors

    return run


@answer("train", right=False, about="gradients are never cleared", tells={"gradients-not-cleared"})
def train_keeps_gradients(*args):
    return _train({"keep"})(*args)


@answer(
    "train", right=False, about="a sigmoid before a loss that takes logits", tells={"sigmoid-twice"}
)
def train_sigmoid_twice(*args):
    return _train({"twice"})(*args)


@answer("train", right=False, about="the error is of the logits", tells={"errors-without-sigmoid"})
def train_error_of_logits(*args):
    return _train({"logits"})(*args)


@answer(
    "train",
    right=False,
    about="one error per batch instead of per epoch",
    tells={"returned-number"},
)
def train_each_batch(*args):
    return _train({"each batch"})(*args)


@answer(
    "train",
    right=False,
    about="one step on held_out per epoch",
    tells={"errors-wrong", "trains-on-held-out"},
)
def train_peeks(*args):
    return _train({"peek"})(*args)


@answer("train", right=False, about="the true frames are one too early", tells={"another-goal"})
def train_shifted(*args):
    return _train({"shift"})(*args)


@answer(
    "train", right=False, about="squares are summed, not averaged, per film", tells={"errors-wrong"}
)
def train_sums(*args):
    return _train({"sum"})(*args)


@answer("train", right=False, about="the films always in the same order", tells={"not-shuffled"})
def train_ordered(*args):
    return _train({"ordered"})(*args)


@answer("train", right=False, about="batches of 8", tells={"other-batches"})
def train_batch_eight(*args):
    return _train({"batch"})(*args)


@answer("train", right=False, about="SGD instead of Adam", tells={"another-step"})
def train_sgd(*args):
    return _train({"sgd"})(*args)


@answer("train", right=False, about="half the learning rate", tells={"another-step"})
def train_slow(*args):
    return _train({"slow"})(*args)


@answer("train", right=False, about="error before the epoch", tells={"part-of-the-data"})
def train_error_before(*args):
    return _train({"before"})(*args)


@answer(
    "train",
    right=False,
    about="last batch is dropped where it is not full",
    tells={"part-of-the-data"},
)
def train_drops(*args):
    return _train({"drop"})(*args)


@answer(
    "train",
    right=False,
    about="mean squared error as the loss and the root in the report",
    tells={"errors-wrong", "squares-learned"},
)
def train_mse_and_root(*args):
    return _train({"mse", "root"})(*args)


@answer("train", right=False, about="one batch per epoch", tells={"part-of-the-data"})
def train_one_batch(*args):
    return _train({"once"})(*args)


@answer("train", right=False, about="returns only the last error", tells={"returned-number"})
def train_last_only(*args):
    return _train({"last"})(*args)
