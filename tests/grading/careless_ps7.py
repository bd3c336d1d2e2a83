"""Answers to ps7_debug as careless students write them, from the statement alone.

Each with the id that its first finding must have, or None where only an honest "I don't know" or
a true fact is asked for.
"""

import torch
from torch import nn
from torch.nn.functional import conv2d

ANSWERS = []


def answer(item, expected):
    def keep(fn):
        ANSWERS.append((fn.__name__, item, fn, expected))
        return fn

    return keep


@answer("name_a", {"chose-a-C"})
def guesses_two_too_many():
    return "abcdeg, f"


@answer("name_b", {"more-to-find"})
def stops_at_the_first_one():
    return ["F"]


@answer("name_c", {"no-such-letter"})
def writes_a_sentence():
    return "B, because z is exchanged"


@answer("mend_a", {"candidate-o-times-c"})
class ReplacesOnlyTheMatrixProducts(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        bound = hidden_size**-0.5
        shapes = {"weight_ih": (4 * hidden_size, input_size)}
        shapes |= {"weight_hh": (4 * hidden_size, hidden_size)}
        shapes |= {"bias_ih": (4 * hidden_size,), "bias_hh": (4 * hidden_size,)}
        for name, shape in shapes.items():
            setattr(self, name, nn.Parameter(torch.empty(shape).uniform_(-bound, bound)))

    def forward(self, x, state):
        h, c = state
        a = x @ self.weight_ih.T + self.bias_ih + h @ self.weight_hh.T + self.bias_hh
        i, f, _g, o = torch.sigmoid(a).chunk(4, 1)
        g = o * c
        c = f * c + i * g
        return o * torch.tanh(c), c


@answer("mend_a", {"parameter-names"})
class OneLinearForEachGate(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.i = nn.Linear(input_size + hidden_size, hidden_size)
        self.f = nn.Linear(input_size + hidden_size, hidden_size)
        self.g = nn.Linear(input_size + hidden_size, hidden_size)
        self.o = nn.Linear(input_size + hidden_size, hidden_size)

    def forward(self, x, state):
        h, c = state
        both = torch.cat([x, h], 1)
        c = self.f(both).sigmoid() * c + self.i(both).sigmoid() * self.g(both).tanh()
        return self.o(both).sigmoid() * c.tanh(), c


@answer("mend_b", {"rows-w_hh-i-from-f"})
class OverlooksTheInputGate(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        bound = hidden_size**-0.5

        def weight(*shape):
            return nn.Parameter(torch.empty(*shape).uniform_(-bound, bound))

        self.weight_ih_l0 = weight(4 * hidden_size, input_size)
        self.weight_hh_l0 = weight(4 * hidden_size, hidden_size)
        self.bias_ih_l0 = weight(4 * hidden_size)
        self.bias_hh_l0 = weight(4 * hidden_size)

    def forward(self, input, states=None):
        H = self.weight_hh_l0.shape[1]
        if states is None:
            states = (input.new_zeros(len(input), H),) * 2
        h, c = states
        w_ii, w_if, w_ig, w_io = self.weight_ih_l0.split(H)
        _w_hi, w_hf, w_hg, w_ho = self.weight_hh_l0.split(H)
        b_i, b_f, b_g, b_o = (self.bias_ih_l0 + self.bias_hh_l0).split(H)
        outputs = []
        for x in input.transpose(0, 1):
            i = torch.sigmoid(x @ w_ii.T + h @ w_hf.T + b_i)
            f = torch.sigmoid(x @ w_if.T + h @ w_hf.T + b_f)
            g = torch.tanh(x @ w_ig.T + h @ w_hg.T + b_g)
            o = torch.sigmoid(x @ w_io.T + h @ w_ho.T + b_o)
            c = f * c + i * g
            h = o * torch.tanh(c)
            outputs.append(h)
        return torch.stack(outputs, 1), (h, c)


def gru_step(x, h, w_ih, w_hh, b_ih, b_hh, exchanged):
    r_x, z_x, n_x = (x @ w_ih.T + b_ih).chunk(3, 1)
    r_h, z_h, n_h = (h @ w_hh.T + b_hh).chunk(3, 1)
    r, z = torch.sigmoid(r_x + r_h), torch.sigmoid(z_x + z_h)
    n = torch.tanh(n_x + r * n_h)
    return z * n + (1 - z) * h if exchanged else (1 - z) * n + z * h


@answer("mend_c", {"z-exchanged"})
def makes_both_layers_equal_the_wrong_way(input, h_0, layer_0, layer_1):
    if h_0 is None:
        h_0 = input.new_zeros(2, len(input), layer_0[1].shape[1])
    lower, upper = h_0
    outputs = []
    for x in input.unbind(1):
        lower = gru_step(x, lower, *layer_0, exchanged=True)
        upper = gru_step(lower, upper, *layer_1, exchanged=True)
        outputs.append(upper)
    return torch.stack(outputs, 1), torch.stack([lower, upper])


@answer("mend_d", {"final-reverse-first"})
def turns_the_output_and_takes_the_last_place(input, h_0, params, params_reverse):
    def read(inputs, h, w_ih, w_hh, b_ih, b_hh):
        states = []
        for x in inputs.unbind(1):
            h = torch.tanh(x @ w_ih.T + b_ih + h @ w_hh.T + b_hh)
            states.append(h)
        return torch.stack(states, 1)

    if h_0 is None:
        h_0 = input.new_zeros(2, len(input), params[1].shape[1])
    forward = read(input, h_0[0], *params)
    reverse = read(input.flip(1), h_0[1], *params_reverse).flip(1)
    return torch.cat([forward, reverse], 2), torch.stack([forward[:, -1], reverse[:, -1]])


class AConvLSTM(nn.Module):
    """A right cell E, to be spoiled in one place."""

    def __init__(self, in_channels, hidden_channels, kernel_size, height, width):
        super().__init__()
        C, D, K = in_channels, hidden_channels, kernel_size
        self.w_x = nn.Parameter(torch.randn(4 * D, C, K, K) * 0.1)
        self.w_h = nn.Parameter(torch.randn(4 * D, D, K, K) * 0.1)
        self.b = nn.Parameter(torch.zeros(4 * D))
        for name in ("w_ci", "w_cf", "w_co"):
            setattr(self, name, nn.Parameter(torch.zeros(D, height, width)))

    def gates(self, sums):
        return sums.chunk(4, 1)

    def forward(self, x, state):
        h, c = state
        pad = self.w_x.shape[-1] // 2
        sums = conv2d(x, self.w_x, self.b, padding=pad) + conv2d(h, self.w_h, padding=pad)
        i, f, g, o = self.gates(sums)
        i = torch.sigmoid(i + self.w_ci * c)
        f = torch.sigmoid(f + self.w_cf * c)
        c = f * c + i * torch.tanh(g)
        o = torch.sigmoid(o + self.w_co * c)
        return o * torch.tanh(c), c


@answer("mend_e", {"o-sees-old-c"})
class RegistersAndLooksNoFurther(AConvLSTM):
    def forward(self, x, state):
        h, c = state
        pad = self.w_x.shape[-1] // 2
        sums = conv2d(x, self.w_x, self.b, padding=pad) + conv2d(h, self.w_h, padding=pad)
        i, f, g, o = sums.chunk(4, 1)
        i = torch.sigmoid(i + self.w_ci * c)
        f = torch.sigmoid(f + self.w_cf * c)
        o = torch.sigmoid(o + self.w_co * c)
        c = f * c + i * torch.tanh(g)
        return o * torch.tanh(c), c


@answer("mend_e", {"gate-order-ifog"})
class StacksTheGatesAsAnotherLibraryDoes(AConvLSTM):
    def gates(self, sums):
        i, f, o, g = sums.chunk(4, 1)
        return i, f, g, o


@answer("mend_e", {"starts-equal"})
class StartsOneKernelAtZero(AConvLSTM):
    def __init__(self, **sizes):
        super().__init__(**sizes)
        nn.init.zeros_(self.w_x)


@answer("mend_e", {"starts-equal"})
class StartsBothKernelsAtATenth(AConvLSTM):
    def __init__(self, **sizes):
        super().__init__(**sizes)
        nn.init.constant_(self.w_x, 0.1)
        nn.init.constant_(self.w_h, 0.1)


def backward(input, h_0, output, w_ih, w_hh, grad_output, keep):
    """The way back; ``keep(old, new)`` makes the new sum of a gradient."""
    grad_input, carried = torch.zeros_like(input), torch.zeros_like(h_0)
    sums = [torch.zeros_like(w_ih), torch.zeros_like(w_hh), torch.zeros_like(w_hh[0])]
    for t in reversed(range(input.shape[1])):
        before = output[:, t - 1] if t > 0 else h_0
        d_a = (grad_output[:, t] + carried) * (1 - output[:, t] ** 2)
        grad_input[:, t] = d_a @ w_ih
        carried = d_a @ w_hh
        terms = d_a.T @ input[:, t], d_a.T @ before, d_a.sum(0)
        sums = [keep(old, new) for old, new in zip(sums, terms, strict=True)]
    return grad_input, carried, *sums, sums[-1].clone()


@answer("mend_f", {"overwritten"})
def carries_back_and_still_overwrites(grad_output, input, h_0, output, w_ih, w_hh, b_ih, b_hh):
    return backward(input, h_0, output, w_ih, w_hh, grad_output, lambda _old, new: new)


@answer("mend_f", {"forbidden-call"})
def asks_autograd(grad_output, input, h_0, output, w_ih, w_hh, b_ih, b_hh):
    leaves = [t.detach().requires_grad_() for t in (input, h_0, w_ih, w_hh, b_ih, b_hh)]
    h, outputs = leaves[1], []
    for x in leaves[0].unbind(1):
        h = torch.tanh(x @ leaves[2].T + leaves[4] + h @ leaves[3].T + leaves[5])
        outputs.append(h)
    return torch.autograd.grad(torch.stack(outputs, 1), leaves, grad_output)


@answer("mend_f", {None})
def halves_what_is_carried(grad_output, input, h_0, output, w_ih, w_hh, b_ih, b_hh):
    return backward(input, h_0, output, w_ih, w_hh / 2, grad_output, lambda old, new: old + new)


@answer("expose_a", {"wrong-return"})
def forgets_the_second_input():
    return torch.randn(2, 3), torch.randn(2, 4), torch.randn(2, 4)


@answer("expose_b", {"not-hidden"})
def thinks_one_row_is_enough():
    first = torch.randn(3, 3, 2), torch.randn(3, 4), torch.randn(3, 4)
    return first, (torch.randn(1, 1, 2), torch.randn(1, 4), torch.randn(1, 4))


@answer("expose_d", {"wrong-sizes"})
def leaves_out_the_axis_of_directions():
    first = torch.randn(3, 5, 2), torch.randn(3, 4)
    return first, first


@answer("expose_e", {"not-finite"})
def takes_infinity():
    x = torch.full((1, 1, 4, 5), float("inf"))
    h = torch.zeros(1, 2, 4, 5)
    return (x, h, h, *torch.ones(3, 2, 4, 5)), (x, h, h, *torch.zeros(3, 2, 4, 5))


@answer("expose_f", {"trivial"})
def one_time_step():
    first = torch.randn(3, 5, 4), torch.randn(3, 5, 2), torch.randn(3, 4)
    return first, (torch.randn(3, 1, 4), torch.randn(3, 1, 2), torch.randn(3, 4))
