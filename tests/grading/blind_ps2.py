"""Answers to ps2_rnn as a fresh student writes them, from the statement alone.

They were written without a look at the faults that the checks know. Right answers come in
several styles; a wrong one says in words what is wrong with it. ``tells`` are the findings that
a teacher read afterwards and found true.
"""

import math
from collections import Counter

import torch
from torch import nn
from torch.nn import functional as F

ANSWERS = []


def answer(item, right, about, tells=frozenset()):
    def keep(student):
        ANSWERS.append((student.__name__, "ps2_rnn." + item, student, right, about, tells))
        return student

    return keep


# ------------------------------------------------------------------------------- Part 1


@answer("rnn_cell", right=True, about="the equation")
def cell_equation(x, h, w_ih, w_hh, b_ih, b_hh):
    return torch.tanh(x @ w_ih.T + b_ih + h @ w_hh.T + b_hh)


@answer("rnn_cell", right=True, about="one product of what was put side by side")
def cell_side_by_side(x, h, w_ih, w_hh, b_ih, b_hh):
    both = torch.cat([x, h], dim=1)
    w = torch.cat([w_ih, w_hh], dim=1)
    return F.linear(both, w, b_ih + b_hh).tanh()


@answer("rnn_cell", right=True, about="einsum, and tanh from exponentials that do not overflow")
def cell_einsum(x, h, w_ih, w_hh, b_ih, b_hh):
    a = torch.einsum("bi,hi->bh", x, w_ih) + torch.einsum("bj,hj->bh", h, w_hh)
    a = a + b_ih.unsqueeze(0) + b_hh.unsqueeze(0)
    return 2 * torch.sigmoid(2 * a) - 1


@answer("rnn_cell", right=False, about="the second bias is added outside of the tanh")
def cell_bias_outside(x, h, w_ih, w_hh, b_ih, b_hh):
    return torch.tanh(x @ w_ih.T + b_ih + h @ w_hh.T) + b_hh


@answer(
    "rnn_cell",
    right=False,
    about="w_hh not transposed and one bias used twice",
    tells={"b_ih-twice", "w_hh-not-transposed"},
)
def cell_two_mistakes(x, h, w_ih, w_hh, b_ih, b_hh):
    return torch.tanh(x @ w_ih.t() + b_ih + h @ w_hh + b_ih)


@answer("rnn_cell", right=False, about="tanh of tanh", tells={"tanh-twice"})
def cell_tanh_twice(x, h, w_ih, w_hh, b_ih, b_hh):
    inner = torch.tanh(F.linear(x, w_ih, b_ih) + F.linear(h, w_hh, b_hh))
    return torch.tanh(inner)


@answer(
    "rnn_cell",
    right=False,
    about="tanh comes from exp by hand, and overflows",
    tells={"tanh-overflow"},
)
def cell_tanh_by_hand(x, h, w_ih, w_hh, b_ih, b_hh):
    a = x @ w_ih.T + b_ih + h @ w_hh.T + b_hh
    return (torch.exp(a) - torch.exp(-a)) / (torch.exp(a) + torch.exp(-a))


@answer("rnn_cell", right=False, about="the old state is added to the new one", tells={"h-added"})
def cell_residual(x, h, w_ih, w_hh, b_ih, b_hh):
    h = h + torch.tanh(x @ w_ih.T + b_ih + h @ w_hh.T + b_hh)
    return h


@answer("rnn_cell", right=False, about="a product element by element with w_hh's diagonal")
def cell_diagonal(x, h, w_ih, w_hh, b_ih, b_hh):
    return torch.tanh(x @ w_ih.T + b_ih + h * w_hh.diagonal() + b_hh)


@answer("rnn_cell", right=False, about="returns output and state", tells={"returned-list"})
def cell_pair(x, h, w_ih, w_hh, b_ih, b_hh):
    h = torch.tanh(x @ w_ih.T + b_ih + h @ w_hh.T + b_hh)
    return h, h


# ------------------------------------------------------------------------------- Part 2


@answer("rnn_forward", right=True, about="a list and a stack")
def forward_stack(input, h_0, w_ih, w_hh, b_ih, b_hh):
    B, T, _ = input.shape
    h = h_0
    if h is None:
        h = torch.zeros(B, w_hh.shape[0], dtype=input.dtype, device=input.device)
    outputs = []
    for t in range(T):
        h = cell_equation(input[:, t], h, w_ih, w_hh, b_ih, b_hh)
        outputs.append(h)
    return torch.stack(outputs, dim=1), h


@answer("rnn_forward", right=True, about="all inputs first, then filled in place; asks == None")
def forward_filled(input, h_0, w_ih, w_hh, b_ih, b_hh):
    pre = input @ w_ih.T + (b_ih + b_hh)
    out = torch.empty_like(pre)
    h = pre.new_zeros(len(pre), len(b_hh)) if h_0 == None else h_0  # noqa: E711
    for t in range(pre.size(1)):
        h = (pre[:, t, :] + h.matmul(w_hh.t())).tanh()
        out[:, t, :] = h
    return out, h


@answer("rnn_forward", right=True, about="recursion, and cat of time steps with an axis")
def forward_recursive(input, h_0, w_ih, w_hh, b_ih, b_hh):
    if h_0 is None:
        h_0 = 0 * (input[:, 0] @ w_ih.T)
    h = cell_side_by_side(input[:, 0], h_0, w_ih, w_hh, b_ih, b_hh)
    if input.shape[1] == 1:
        return h[:, None], h
    rest, last = forward_recursive(input[:, 1:], h, w_ih, w_hh, b_ih, b_hh)
    return torch.cat((h[:, None], rest), 1), last


@answer("rnn_forward", right=False, about="every time step starts from h_0", tells={"not-carried"})
def forward_no_memory(input, h_0, w_ih, w_hh, b_ih, b_hh):
    if h_0 is None:
        h_0 = input.new_zeros(input.shape[0], w_hh.shape[0])
    outs = []
    for t in range(input.shape[1]):
        h = cell_equation(input[:, t], h_0, w_ih, w_hh, b_ih, b_hh)
        outs.append(h)
    return torch.stack(outs, 1), h


@answer(
    "rnn_forward",
    right=False,
    about="iterates over the batch as if it were time",
    tells={"not-carried"},
)
def forward_over_rows(input, h_0, w_ih, w_hh, b_ih, b_hh):
    if h_0 is None:
        h_0 = input.new_zeros(input.shape[0], w_hh.shape[0])
    rows = []
    last = []
    for x, h in zip(input, h_0, strict=True):
        h = h.unsqueeze(0)
        out = cell_equation(x, h, w_ih, w_hh, b_ih, b_hh)
        rows.append(out)
        last.append(out[-1])
    return torch.stack(rows), torch.stack(last)


@answer(
    "rnn_forward", right=False, about="the state before each step is put out", tells={"output-lags"}
)
def forward_state_before(input, h_0, w_ih, w_hh, b_ih, b_hh):
    h = input.new_zeros(input.shape[0], w_hh.shape[0]) if h_0 is None else h_0
    outs = []
    for x in input.unbind(1):
        outs.append(h)
        h = cell_equation(x, h, w_ih, w_hh, b_ih, b_hh)
    return torch.stack(outs, 1), h


@answer(
    "rnn_forward",
    right=False,
    about="zeros of float32 whatever the input is; h_n with a layer axis",
    tells={"wrong-shape"},
)
def forward_two_mistakes(input, h_0, w_ih, w_hh, b_ih, b_hh):
    h = torch.zeros(input.shape[0], w_hh.shape[0]) if h_0 is None else h_0
    outs = []
    for t in range(input.shape[1]):
        h = torch.tanh(input[:, t] @ w_ih.T + h @ w_hh.T + b_ih + b_hh)
        outs.append(h)
    return torch.stack(outs, 1), h.unsqueeze(0)


@answer(
    "rnn_forward", right=False, about="the state is cut off at every step", tells={"gradient-cut"}
)
def forward_detached(input, h_0, w_ih, w_hh, b_ih, b_hh):
    h = input.new_zeros(input.shape[0], w_hh.shape[0]) if h_0 is None else h_0
    outs = []
    for t in range(input.shape[1]):
        h = cell_equation(input[:, t], h.detach(), w_ih, w_hh, b_ih, b_hh)
        outs.append(h)
    return torch.stack(outs, 1), h


@answer(
    "rnn_forward",
    right=False,
    about="time is reshaped to the front instead of moved",
    tells={"rows-mixed"},
)
def forward_reshaped(input, h_0, w_ih, w_hh, b_ih, b_hh):
    B, T, I = input.shape
    h = input.new_zeros(B, w_hh.shape[0]) if h_0 is None else h_0
    outs = []
    for x in input.reshape(T, B, I):
        h = cell_equation(x, h, w_ih, w_hh, b_ih, b_hh)
        outs.append(h)
    return torch.stack(outs, 1), h


@answer("rnn_forward", right=False, about="the last step is left out", tells={"final-second-last"})
def forward_one_short(input, h_0, w_ih, w_hh, b_ih, b_hh):
    h = input.new_zeros(input.shape[0], w_hh.shape[0]) if h_0 is None else h_0
    outs = [cell_equation(input[:, 0], h, w_ih, w_hh, b_ih, b_hh)]
    for t in range(1, input.shape[1]):
        outs.append(cell_equation(input[:, t], outs[t - 1], w_ih, w_hh, b_ih, b_hh))
    return torch.stack(outs, 1), outs[-2] if len(outs) > 1 else outs[-1]


# ------------------------------------------------------------------------------- Part 3


class Start(nn.Module):
    """The parameters as they should be."""

    def __init__(self, input_size, hidden_size, batch_first=False):
        super().__init__()
        k = 1 / math.sqrt(hidden_size)
        self.batch_first = batch_first
        self.hidden_size = hidden_size

        def draw(*shape):
            return nn.Parameter(torch.empty(*shape).uniform_(-k, k))

        self.weight_ih_l0 = draw(hidden_size, input_size)
        self.weight_hh_l0 = draw(hidden_size, hidden_size)
        self.bias_ih_l0 = draw(hidden_size)
        self.bias_hh_l0 = draw(hidden_size)

    def run(self, input, h):
        return forward_stack(
            input, h, self.weight_ih_l0, self.weight_hh_l0, self.bias_ih_l0, self.bias_hh_l0
        )


@answer("rnn_module", right=True, about="the function does the work")
class RNNOfFunctions(Start):
    def forward(self, input, h_0=None):
        if not self.batch_first:
            input = input.transpose(0, 1)
        output, h_n = self.run(input, None if h_0 is None else h_0[0])
        if not self.batch_first:
            output = output.transpose(0, 1)
        return output, h_n.unsqueeze(0)


@answer("rnn_module", right=True, about="a loop of its own, parameters drawn in a loop")
class RNNOfItsOwn(nn.Module):
    def __init__(self, input_size, hidden_size, batch_first=False):
        super().__init__()
        self.batch_first = batch_first
        self.H = hidden_size
        shapes = {
            "weight_ih_l0": (hidden_size, input_size),
            "weight_hh_l0": (hidden_size, hidden_size),
            "bias_ih_l0": (hidden_size,),
            "bias_hh_l0": (hidden_size,),
        }
        for name, shape in shapes.items():
            p = nn.Parameter(torch.zeros(shape))
            nn.init.uniform_(p, -(hidden_size**-0.5), hidden_size**-0.5)
            self.register_parameter(name, p)

    def forward(self, input, h_0=None):
        steps = input.permute(1, 0, 2) if self.batch_first else input
        if h_0 is None:
            h_0 = torch.zeros(1, steps.shape[1], self.H).to(input)
        h = h_0.squeeze(0)
        states = []
        for x in steps:
            h = torch.tanh(
                F.linear(x, self.weight_ih_l0, self.bias_ih_l0)
                + F.linear(h, self.weight_hh_l0, self.bias_hh_l0)
            )
            states.append(h)
        return torch.stack(states, 1 if self.batch_first else 0), h[None]


@answer(
    "rnn_module", right=False, about="batch first is always assumed", tells={"batch_first-always"}
)
class RNNAlwaysBatchFirst(Start):
    def forward(self, input, h_0=None):
        output, h_n = self.run(input, None if h_0 is None else h_0[0])
        return output, h_n.unsqueeze(0)


@answer(
    "rnn_module",
    right=False,
    about="the question about batch_first is answered backwards",
    tells={"batch_first-always"},
)
class RNNBackwardsQuestion(Start):
    def forward(self, input, h_0=None):
        if self.batch_first:
            input = input.transpose(0, 1)
        output, h_n = self.run(input, None if h_0 is None else h_0.squeeze(0))
        if self.batch_first:
            output = output.transpose(0, 1)
        return output, h_n.unsqueeze(0)


@answer(
    "rnn_module", right=False, about="the output stays batch first", tells={"output-batch-first"}
)
class RNNOutputNotBack(Start):
    def forward(self, input, h_0=None):
        if not self.batch_first:
            input = input.transpose(0, 1)
        output, h_n = self.run(input, None if h_0 is None else h_0[0])
        return output, h_n[None]


@answer(
    "rnn_module",
    right=False,
    about="the state comes back without the axis of the layer",
    tells={"no-layer-axis"},
)
class RNNStateWithoutLayer(Start):
    def forward(self, input, h_0=None):
        if not self.batch_first:
            input = input.transpose(0, 1)
        output, h_n = self.run(input, None if h_0 is None else h_0[0])
        return output if self.batch_first else output.transpose(0, 1), h_n


@answer(
    "rnn_module",
    right=False,
    about="the state is forgotten; weights from randn",
    tells={"h_0-ignored", "starts-normal"},
)
class RNNTwoMistakes(Start):
    def __init__(self, input_size, hidden_size, batch_first=False):
        super().__init__(input_size, hidden_size, batch_first)
        self.weight_ih_l0 = nn.Parameter(torch.randn(hidden_size, input_size))
        self.weight_hh_l0 = nn.Parameter(torch.randn(hidden_size, hidden_size))
        self.bias_ih_l0 = nn.Parameter(torch.randn(hidden_size))
        self.bias_hh_l0 = nn.Parameter(torch.randn(hidden_size))

    def forward(self, input, h_0=None):
        if not self.batch_first:
            input = input.transpose(0, 1)
        output, h_n = self.run(input, None)
        return output if self.batch_first else output.transpose(0, 1), h_n.unsqueeze(0)


@answer(
    "rnn_module", right=False, about="remembers the state from call to call", tells={"keeps-state"}
)
class RNNRemembers(Start):
    def __init__(self, input_size, hidden_size, batch_first=False):
        super().__init__(input_size, hidden_size, batch_first)
        self.h = None

    def forward(self, input, h_0=None):
        if not self.batch_first:
            input = input.transpose(0, 1)
        if h_0 is not None:
            self.h = h_0[0]
        output, self.h = self.run(input, self.h)
        return output if self.batch_first else output.transpose(0, 1), self.h.unsqueeze(0)


@answer(
    "rnn_module",
    right=False,
    about="an initial state that is learned, one parameter more",
    tells={"parameter-names"},
)
class RNNLearnedState(Start):
    def __init__(self, input_size, hidden_size, batch_first=False):
        super().__init__(input_size, hidden_size, batch_first)
        self.h_0 = nn.Parameter(torch.zeros(hidden_size))

    def forward(self, input, h_0=None):
        if not self.batch_first:
            input = input.transpose(0, 1)
        h = self.h_0.expand(input.shape[0], -1) if h_0 is None else h_0[0]
        output, h_n = self.run(input, h)
        return output if self.batch_first else output.transpose(0, 1), h_n.unsqueeze(0)


@answer(
    "rnn_module",
    right=False,
    about="the last state is output[-1], also when batch first",
    tells={"wrong-shape"},
)
class RNNLastRow(Start):
    def forward(self, input, h_0=None):
        if not self.batch_first:
            input = input.transpose(0, 1)
        output, _ = self.run(input, None if h_0 is None else h_0[0])
        if not self.batch_first:
            output = output.transpose(0, 1)
        return output, output[-1:]


# ------------------------------------------------------------------------------- Part 4


@answer("bidirectional", right=True, about="flip, run, flip")
def both_flip(input, h_0, params, params_reverse):
    f0, r0 = (None, None) if h_0 is None else (h_0[0], h_0[1])
    out_f, h_f = forward_stack(input, f0, *params)
    out_r, h_r = forward_stack(input.flip(1), r0, *params_reverse)
    return torch.cat([out_f, out_r.flip(1)], dim=2), torch.stack([h_f, h_r])


@answer("bidirectional", right=True, about="two loops of its own")
def both_loops(input, h_0, params, params_reverse):
    B, T = input.shape[:2]
    H = params[1].shape[0]
    if h_0 is None:
        h_0 = torch.zeros(2, B, H).to(input)
    out = input.new_zeros(B, T, 2 * H)
    f, r = h_0[0], h_0[1]
    for t in range(T):
        f = cell_equation(input[:, t], f, *params)
        out[:, t, :H] = f
    for t in reversed(range(T)):
        r = cell_equation(input[:, t], r, *params_reverse)
        out[:, t, H:] = r
    return out, torch.stack((f, r), 0)


@answer(
    "bidirectional",
    right=False,
    about="the reverse output is never turned back",
    tells={"not-flipped-back"},
)
def both_not_turned_back(input, h_0, params, params_reverse):
    f0, r0 = (None, None) if h_0 is None else h_0
    out_f, h_f = forward_stack(input, f0, *params)
    out_r, h_r = forward_stack(input.flip(1), r0, *params_reverse)
    return torch.cat([out_f, out_r], dim=2), torch.stack([h_f, h_r])


@answer(
    "bidirectional",
    right=False,
    about="h_n is the last time step of output",
    tells={"final-reverse-at-end"},
)
def both_last_step(input, h_0, params, params_reverse):
    out, _ = both_flip(input, h_0, params, params_reverse)
    H = params[1].shape[0]
    return out, torch.stack([out[:, -1, :H], out[:, -1, H:]])


@answer("bidirectional", right=False, about="both read forwards", tells={"not-flipped"})
def both_forwards(input, h_0, params, params_reverse):
    f0, r0 = (None, None) if h_0 is None else h_0
    out_f, h_f = forward_stack(input, f0, *params)
    out_r, h_r = forward_stack(input, r0, *params_reverse)
    return torch.cat([out_f, out_r], dim=-1), torch.stack([h_f, h_r])


@answer(
    "bidirectional",
    right=False,
    about="the reverse direction goes on from the forward state",
    tells={"reverse-continues"},
)
def both_one_after_the_other(input, h_0, params, params_reverse):
    f0 = None if h_0 is None else h_0[0]
    out_f, h_f = forward_stack(input, f0, *params)
    out_r, h_r = forward_stack(input.flip(1), h_f, *params_reverse)
    return torch.cat([out_f, out_r.flip(1)], dim=2), torch.stack([h_f, h_r])


@answer(
    "bidirectional",
    right=False,
    about="turns the batch, not time",
    tells={"flips-back-batch", "flips-batch"},
)
def both_turns_rows(input, h_0, params, params_reverse):
    f0, r0 = (None, None) if h_0 is None else h_0
    out_f, h_f = forward_stack(input, f0, *params)
    out_r, h_r = forward_stack(input.flip(0), r0, *params_reverse)
    return torch.cat([out_f, out_r.flip(0)], dim=2), torch.stack([h_f, h_r])


@answer(
    "bidirectional",
    right=False,
    about="the directions change places, and states stand side by side",
)
def both_two_mistakes(input, h_0, params, params_reverse):
    f0, r0 = (None, None) if h_0 is None else h_0
    out_f, h_f = forward_stack(input, f0, *params)
    out_r, h_r = forward_stack(input.flip(1), r0, *params_reverse)
    return torch.cat([out_r.flip(1), out_f], dim=2), torch.cat([h_r, h_f], 1)


@answer("bidirectional", right=False, about="the reverse reads the forward output")
def both_stacked(input, h_0, params, params_reverse):
    f0, r0 = (None, None) if h_0 is None else h_0
    out_f, h_f = forward_stack(input, f0, *params)
    out_r, h_r = forward_stack(out_f.flip(1)[:, :, : input.shape[2]], r0, *params_reverse)
    return torch.cat([out_f, out_r.flip(1)], dim=2), torch.stack([h_f, h_r])


# ------------------------------------------------------------------------------- Part 5


@answer("build_vocabulary", right=True, about="Counter")
def vocabulary_counter(sentences):
    counts = Counter()
    for s in sentences:
        counts.update(s.lower().split())
    counts.pop("<unk>", None)
    return ["<unk>"] + [word for word, _ in counts.most_common()]


@answer("build_vocabulary", right=True, about="a dict and a stable sort")
def vocabulary_sorted(sentences):
    seen = {}
    for sentence in sentences:
        for word in sentence.lower().split(" "):
            if word != "" and word != "<unk>":
                seen[word] = seen.get(word, 0) + 1
    return ["<unk>", *sorted(seen, key=lambda w: -seen[w])]


@answer("build_vocabulary", right=True, about="counts in the joined text, place as second key")
def vocabulary_joined(sentences):
    words = [w for w in " ".join(sentences).lower().split() if w != "<unk>"]
    unique = list(dict.fromkeys(words))
    unique.sort(key=lambda w: (-words.count(w), words.index(w)))
    unique.insert(0, "<unk>")
    return unique


@answer(
    "build_vocabulary",
    right=False,
    about="reverse after the sort turns the ties round",
    tells={"ties-backwards"},
)
def vocabulary_ties_turned(sentences):
    counts = {}
    for s in sentences:
        for w in s.lower().split():
            counts[w] = counts.get(w, 0) + 1
    counts.pop("<unk>", None)
    order = sorted(counts, key=counts.get)
    order.reverse()
    return ["<unk>", *order]


@answer(
    "build_vocabulary",
    right=False,
    about="a set loses the order, ties by the alphabet",
    tells={"ties-by-alphabet"},
)
def vocabulary_set(sentences):
    words = " ".join(sentences).lower().split()
    return ["<unk>", *sorted(set(words) - {"<unk>"}, key=lambda w: (-words.count(w), w))]


@answer(
    "build_vocabulary",
    right=False,
    about="sentences are glued together without a blank",
    tells={"wrong-shape"},
)
def vocabulary_glued(sentences):
    counts = Counter("".join(sentences).lower().split())
    counts.pop("<unk>", None)
    return ["<unk>"] + [w for w, _ in counts.most_common()]


@answer(
    "build_vocabulary",
    right=False,
    about="signs are stripped from the words, capitals kept",
    tells={"wrong-shape"},
)
def vocabulary_two_mistakes(sentences):
    counts = Counter(w.strip(".,!?") for s in sentences for w in s.split())
    return ["<unk>"] + [w for w, _ in counts.most_common()]


@answer(
    "build_vocabulary",
    right=False,
    about="signs are stripped from the words",
    tells={"signs-stripped"},
)
def vocabulary_stripped(sentences):
    counts = Counter(w.strip(".,!?") for s in sentences for w in s.lower().split())
    counts.pop("<unk>", None)
    return ["<unk>", *(w for w, _ in counts.most_common())]


@answer(
    "build_vocabulary", right=False, about="the rarest words come first", tells={"rarest-first"}
)
def vocabulary_rarest_first(sentences):
    counts = Counter(w for s in sentences for w in s.lower().split())
    counts.pop("<unk>", None)
    return ["<unk>", *sorted(counts, key=counts.get)]


@answer(
    "build_vocabulary",
    right=False,
    about="a word counts once for each sentence",
    tells={"counts-sentences"},
)
def vocabulary_once_a_sentence(sentences):
    counts = {}
    for s in sentences:
        for w in dict.fromkeys(s.lower().split()):
            counts[w] = counts.get(w, 0) + 1
    counts.pop("<unk>", None)
    return ["<unk>", *sorted(counts, key=counts.get, reverse=True)]


@answer("build_vocabulary", right=False, about="<unk> stands at the end", tells={"unknown-last"})
def vocabulary_unk_last(sentences):
    counts = Counter(w for s in sentences for w in s.lower().split())
    counts.pop("<unk>", None)
    return [w for w, _ in counts.most_common()] + ["<unk>"]


@answer(
    "build_vocabulary", right=False, about="split(' ') keeps empty words", tells={"empty-words"}
)
def vocabulary_empty_words(sentences):
    counts = Counter(w for s in sentences for w in s.lower().split(" "))
    counts.pop("<unk>", None)
    return ["<unk>"] + [w for w, _ in counts.most_common()]


@answer("encode", right=True, about="a dict with a default")
def encode_dict(sentence, vocabulary):
    numbers = {word: i for i, word in enumerate(vocabulary)}
    return torch.tensor([numbers.get(w, 0) for w in sentence.lower().split()], dtype=torch.int64)


@answer("encode", right=True, about="zeros that are overwritten")
def encode_zeros(sentence, vocabulary):
    words = sentence.lower().split()
    out = torch.zeros(len(words), dtype=torch.long)
    for k, w in enumerate(words):
        if w in vocabulary:
            out[k] = vocabulary.index(w)
    return out


@answer("encode", right=True, about="LongTensor of a list")
def encode_long_tensor(sentence, vocabulary):
    result = []
    for w in sentence.split():
        w = w.lower()
        try:
            result.append(vocabulary.index(w))
        except ValueError:
            result.append(0)
    return torch.LongTensor(result)


@answer(
    "encode", right=False, about="the type of an empty sentence is float", tells={"empty-float"}
)
def encode_empty_float(sentence, vocabulary):
    return torch.tensor(
        [vocabulary.index(w) if w in vocabulary else 0 for w in sentence.lower().split()]
    )


@answer("encode", right=False, about="unknown words are dropped", tells={"unknown-skipped"})
def encode_drops(sentence, vocabulary):
    return torch.tensor(
        [vocabulary.index(w) for w in sentence.lower().split() if w in vocabulary],
        dtype=torch.int64,
    )


@answer("encode", right=False, about="learns unknown words", tells={"adds-unknown"})
def encode_learns(sentence, vocabulary):
    out = []
    for w in sentence.lower().split():
        if w not in vocabulary:
            vocabulary.append(w)
        out.append(vocabulary.index(w))
    return torch.tensor(out, dtype=torch.int64)


@answer("encode", right=False, about="int32, and capitals are unknown", tells={"dtype"})
def encode_two_mistakes(sentence, vocabulary):
    numbers = {w: k for k, w in enumerate(vocabulary)}
    return torch.tensor([numbers.get(w, 0) for w in sentence.split()], dtype=torch.int32)


@answer("encode", right=False, about="a batch of one sentence", tells={"wrong-shape"})
def encode_batch(sentence, vocabulary):
    return encode_dict(sentence, vocabulary).unsqueeze(0)


@answer("encode", right=False, about="find() of -1 for the unknown", tells={"unknown-as-minus-one"})
def encode_minus_one(sentence, vocabulary):
    out = []
    for w in sentence.lower().split():
        out.append(vocabulary.index(w) if w in vocabulary else -1)
    return torch.tensor(out, dtype=torch.int64)


@answer(
    "encode",
    right=False,
    about="signs are taken out before words are looked up",
    tells={"signs-stripped"},
)
def encode_without_signs(sentence, vocabulary):
    plain = "".join(c for c in sentence.lower() if c.isalnum() or c.isspace())
    return encode_dict(plain, vocabulary)


@answer("encode", right=False, about="the letters are numbered", tells={"encode-characters"})
def encode_letters(sentence, vocabulary):
    return torch.tensor(
        [vocabulary.index(w) if w in vocabulary else 0 for w in sentence.lower()],
        dtype=torch.int64,
    )


# ------------------------------------------------------------------------------- Part 6


@answer("shifted_windows", right=True, about="unfold, without the first and the last")
def windows_unfold(numbers, length):
    return numbers[:-1].unfold(0, length, 1), numbers[1:].unfold(0, length, 1)


@answer("shifted_windows", right=True, about="an index table")
def windows_table(numbers, length):
    n = len(numbers) - length
    table = torch.arange(n).reshape(-1, 1) + torch.arange(length).reshape(1, -1)
    return numbers[table], numbers[table + 1]


@answer("shifted_windows", right=True, about="a loop over the windows")
def windows_loop(numbers, length):
    inputs, targets = [], []
    for start in range(len(numbers) - length):
        inputs.append(numbers[start : start + length])
        targets.append(numbers[start + 1 : start + length + 1])
    return torch.stack(inputs), torch.stack(targets)


@answer(
    "shifted_windows",
    right=False,
    about="the text's beginning is the last target",
    tells={"window-grows"},
)
def windows_rolled(numbers, length):
    shifted = torch.roll(numbers, -1)
    return numbers.unfold(0, length, 1), shifted.unfold(0, length, 1)


@answer("shifted_windows", right=False, about="windows stand side by side", tells={"windows-apart"})
def windows_side_by_side(numbers, length):
    return numbers[:-1].unfold(0, length, length), numbers[1:].unfold(0, length, length)


@answer(
    "shifted_windows",
    right=False,
    about="the target is only the word behind the window",
    tells={"next-word-only"},
)
def windows_one_target(numbers, length):
    inputs = numbers[:-1].unfold(0, length, 1)
    return inputs, numbers[length:]


@answer("shifted_windows", right=False, about="one window too few", tells={"one-window-short"})
def windows_too_few(numbers, length):
    inputs, targets = [], []
    for start in range(len(numbers) - length - 1):
        inputs.append(numbers[start : start + length])
        targets.append(numbers[start + 1 : start + length + 1])
    return torch.stack(inputs), torch.stack(targets)


@answer("shifted_windows", right=False, about="the targets are the next window, a length later")
def windows_next_window(numbers, length):
    n = len(numbers) - length
    padded = torch.cat([numbers, numbers.new_zeros(length)])
    rows = torch.arange(n)[:, None] + torch.arange(length)
    return numbers[rows], padded[rows + length]


@answer(
    "shifted_windows",
    right=False,
    about="rounds to float on its way through a new tensor",
    tells={"windows-float"},
)
def windows_float(numbers, length):
    n = len(numbers) - length
    inputs = torch.zeros(n, length)
    targets = torch.zeros(n, length)
    for k in range(n):
        inputs[k] = numbers[k : k + length]
        targets[k] = numbers[k + 1 : k + 1 + length]
    return inputs, targets


@answer("stateful_batches", right=True, about="fold and split")
def batches_fold(numbers, batch_size, length):
    n = (len(numbers) - 1) // batch_size
    x = numbers[: n * batch_size].reshape(batch_size, n)
    y = numbers[1 : n * batch_size + 1].reshape(batch_size, n)
    return [(x[:, t : t + length], y[:, t : t + length]) for t in range(0, n - length + 1, length)]


@answer("stateful_batches", right=True, about="every row is cut out of the text by itself")
def batches_by_row(numbers, batch_size, length):
    per_row = (numbers.numel() - 1) // batch_size
    batches = []
    for k in range(per_row // length):
        inputs, targets = [], []
        for b in range(batch_size):
            at = b * per_row + k * length
            inputs.append(numbers[at : at + length])
            targets.append(numbers[at + 1 : at + length + 1])
        batches.append((torch.stack(inputs), torch.stack(targets)))
    return batches


@answer("stateful_batches", right=False, about="rows are dealt out word by word", tells={"columns"})
def batches_dealt(numbers, batch_size, length):
    n = (len(numbers) - 1) // batch_size
    x = numbers[: n * batch_size].reshape(n, batch_size).T
    y = numbers[1 : n * batch_size + 1].reshape(n, batch_size).T
    return [(x[:, t : t + length], y[:, t : t + length]) for t in range(0, n - length + 1, length)]


@answer(
    "stateful_batches",
    right=False,
    about="the text goes on inside a batch, from row to row",
    tells={"rows-follow-each-other"},
)
def batches_in_order(numbers, batch_size, length):
    size = batch_size * length
    out = []
    for at in range(0, len(numbers) - size, size):
        x = numbers[at : at + size].reshape(batch_size, length)
        y = numbers[at + 1 : at + size + 1].reshape(batch_size, length)
        out.append((x, y))
    return out


@answer(
    "stateful_batches", right=False, about="the last batch is short", tells={"last-window-short"}
)
def batches_short_last(numbers, batch_size, length):
    n = (len(numbers) - 1) // batch_size
    x = numbers[: n * batch_size].reshape(batch_size, n)
    y = numbers[1 : n * batch_size + 1].reshape(batch_size, n)
    return [(x[:, t : t + length], y[:, t : t + length]) for t in range(0, n, length)]


@answer(
    "stateful_batches",
    right=False,
    about="targets are shifted in the row, its end is its beginning",
    tells={"row-rolled"},
)
def batches_rolled(numbers, batch_size, length):
    n = (len(numbers) - 1) // batch_size
    x = numbers[: n * batch_size].reshape(batch_size, n)
    y = x.roll(-1, 1)
    return [
        (x[:, k * length : (k + 1) * length], y[:, k * length : (k + 1) * length])
        for k in range(n // length)
    ]


@answer(
    "stateful_batches",
    right=False,
    about="a row has N // B words, so the last one lacks a target",
    tells={"row-ends-early"},
)
def batches_without_last(numbers, batch_size, length):
    n = len(numbers) // batch_size
    rows = numbers[: n * batch_size].reshape(batch_size, n)
    return [
        (rows[:, t : t + length], rows[:, t + 1 : t + length + 1])
        for t in range(0, n - length, length)
    ]


@answer(
    "stateful_batches",
    right=False,
    about="overlapping windows and a generator's list of tensors",
    tells={"windows-overlap"},
)
def batches_overlap(numbers, batch_size, length):
    n = (len(numbers) - 1) // batch_size
    x = numbers[: n * batch_size].reshape(batch_size, n)
    y = numbers[1 : n * batch_size + 1].reshape(batch_size, n)
    return [(x[:, t : t + length], y[:, t : t + length]) for t in range(n - length + 1)]


# ------------------------------------------------------------------------------- Part 7


@answer("train_step", right=True, about="flattened cross-entropy")
def step_flat(model, optimizer, inputs, targets, h_0, max_norm=None):
    optimizer.zero_grad()
    logits, h_n = model(inputs, h_0)
    loss = F.cross_entropy(logits.flatten(0, 1), targets.flatten())
    loss.backward()
    if max_norm is not None:
        nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return loss.item(), h_n.detach()


@answer("train_step", right=True, about="classes on axis 1, zero_grad late, clone of the data")
def step_transposed(model, optimizer, inputs, targets, h_0, max_norm=None):
    logits, h = model(inputs, h_0)
    loss = nn.CrossEntropyLoss()(logits.transpose(1, 2), targets)
    optimizer.zero_grad()
    loss.backward()
    if max_norm is not None:
        torch.nn.utils.clip_grad_norm_(list(model.parameters()), max_norm)
    optimizer.step()
    return loss, h.data.clone()


@answer("train_step", right=True, about="log-probabilities gathered, clipped by hand")
def step_by_hand(model, optimizer, inputs, targets, h_0, max_norm=None):
    model.zero_grad()
    logits, h = model(inputs, h_0)
    log_p = logits.log_softmax(-1).gather(-1, targets.unsqueeze(-1))
    loss = -log_p.mean()
    loss.backward()
    if max_norm is not None:
        grads = [p.grad for p in model.parameters() if p.grad is not None]
        norm = torch.sqrt(sum((g**2).sum() for g in grads))
        if norm > max_norm:
            for g in grads:
                g *= max_norm / norm
    optimizer.step()
    with torch.no_grad():
        return loss.detach(), h.clone()


@answer(
    "train_step",
    right=False,
    about="with torch.no_grad too late: clone keeps the history",
    tells={"not-detached"},
)
def step_clone(model, optimizer, inputs, targets, h_0, max_norm=None):
    optimizer.zero_grad()
    logits, h_n = model(inputs, h_0)
    loss = F.cross_entropy(logits.flatten(0, 1), targets.flatten())
    loss.backward()
    if max_norm is not None:
        nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return loss.item(), h_n.clone()


@answer("train_step", right=False, about="limits the norm after the step", tells={"clip-missing"})
def step_clips_late(model, optimizer, inputs, targets, h_0, max_norm=None):
    optimizer.zero_grad()
    logits, h_n = model(inputs, h_0)
    loss = F.cross_entropy(logits.flatten(0, 1), targets.flatten())
    loss.backward()
    optimizer.step()
    if max_norm is not None:
        nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    return loss.detach(), h_n.detach()


@answer("train_step", right=False, about="limits each tensor by itself", tells={"clip-each"})
def step_clips_each(model, optimizer, inputs, targets, h_0, max_norm=None):
    optimizer.zero_grad()
    logits, h_n = model(inputs, h_0)
    loss = F.cross_entropy(logits.flatten(0, 1), targets.flatten())
    loss.backward()
    if max_norm is not None:
        for p in model.parameters():
            nn.utils.clip_grad_norm_(p, max_norm)
    optimizer.step()
    return loss.detach(), h_n.detach()


@answer(
    "train_step",
    right=False,
    about="cross-entropy of chances, state of zeros",
    tells={"unused-h_0"},
)
def step_two_mistakes(model, optimizer, inputs, targets, h_0, max_norm=None):
    optimizer.zero_grad()
    logits, h_n = model(inputs)
    probs = torch.softmax(logits, dim=-1)
    loss = F.cross_entropy(probs.flatten(0, 1), targets.flatten())
    loss.backward()
    if max_norm is not None:
        nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return loss.detach(), h_n.detach()


@answer("train_step", right=True, about="clears the gradients for the next batch, at the end")
def step_zero_at_end(model, optimizer, inputs, targets, h_0, max_norm=None):
    logits, h_n = model(inputs, h_0)
    loss = F.cross_entropy(logits.flatten(0, 1), targets.flatten())
    loss.backward()
    if max_norm is not None:
        nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    optimizer.zero_grad()
    return loss.detach(), h_n.detach()


@answer(
    "train_step",
    right=False,
    about="logits are made flat in another order than targets",
    tells={"steps-and-rows-mixed"},
)
def step_order(model, optimizer, inputs, targets, h_0, max_norm=None):
    optimizer.zero_grad()
    logits, h_n = model(inputs, h_0)
    loss = F.cross_entropy(logits.reshape(-1, logits.shape[-1]), targets.T.reshape(-1))
    loss.backward()
    if max_norm is not None:
        nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return loss.detach(), h_n.detach()


@answer(
    "train_step",
    right=False,
    about="logits are reshaped where their axes should be moved",
    tells={"logits-scrambled"},
)
def step_reshaped(model, optimizer, inputs, targets, h_0, max_norm=None):
    optimizer.zero_grad()
    logits, h_n = model(inputs, h_0)
    B, T, V = logits.shape
    loss = F.cross_entropy(logits.reshape(B, V, T), targets)
    loss.backward()
    if max_norm is not None:
        nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return loss.detach(), h_n.detach()


@answer(
    "train_step",
    right=False,
    about="the state is asked for again after the step",
    tells={"state-after-step"},
)
def step_state_after(model, optimizer, inputs, targets, h_0, max_norm=None):
    optimizer.zero_grad()
    logits, _ = model(inputs, h_0)
    loss = F.cross_entropy(logits.flatten(0, 1), targets.flatten())
    loss.backward()
    if max_norm is not None:
        nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    with torch.no_grad():
        _, h_n = model(inputs, h_0)
    return loss.item(), h_n


# ------------------------------------------------------------------------------- Part 8


@answer("draw_words", right=True, about="cumsum and count")
def draw_count(logits, temperature, u):
    if temperature == 0:
        return logits.argmax(dim=1)
    sums = torch.softmax(logits / temperature, dim=1).cumsum(1)
    return (sums <= u[:, None]).sum(1).clamp(max=logits.shape[1] - 1)


@answer("draw_words", right=True, about="searchsorted from the right")
def draw_searchsorted(logits, temperature, u):
    if temperature == 0:
        return torch.max(logits, 1).indices
    sums = torch.cumsum(F.softmax(logits / temperature, -1), -1)
    k = torch.searchsorted(sums, u.unsqueeze(1), right=True).squeeze(1)
    return torch.minimum(k, torch.full_like(k, logits.size(1) - 1))


@answer("draw_words", right=True, about="row by row, word by word")
def draw_loop(logits, temperature, u):
    words = []
    for row, number in zip(logits, u, strict=True):
        if temperature == 0:
            words.append(int(row.argmax()))
            continue
        p = torch.softmax(row / temperature, 0)
        sums = torch.cumsum(p, 0)
        word = len(row) - 1
        for k in range(len(row)):
            if sums[k] > number:
                word = k
                break
        words.append(word)
    return torch.tensor(words)


@answer(
    "draw_words",
    right=False,
    about="a sum that equals u is already taken",
    tells={"sum-equal-to-u"},
)
def draw_boundary(logits, temperature, u):
    if temperature == 0:
        return logits.argmax(1)
    sums = torch.softmax(logits / temperature, 1).cumsum(1)
    return (sums < u[:, None]).sum(1).clamp(max=logits.shape[1] - 1)


@answer(
    "draw_words",
    right=False,
    about="no last word when rounding leaves none",
    tells={"no-word-at-the-end"},
)
def draw_no_clamp(logits, temperature, u):
    if temperature == 0:
        return logits.argmax(1)
    sums = torch.softmax(logits / temperature, 1).cumsum(1)
    return (sums <= u[:, None]).sum(1)


@answer(
    "draw_words",
    right=False,
    about="argmax of 'larger than u' is 0 when no sum is",
    tells={"no-word-at-the-end"},
)
def draw_argmax_of_none(logits, temperature, u):
    if temperature == 0:
        return logits.argmax(1)
    sums = torch.softmax(logits / temperature, 1).cumsum(1)
    return (sums > u[:, None]).long().argmax(1)


@answer(
    "draw_words",
    right=False,
    about="the temperature divides the chances",
    tells={"temperature-late"},
)
def draw_divides_chances(logits, temperature, u):
    if temperature == 0:
        return logits.argmax(1)
    p = torch.softmax(logits, 1) / temperature
    return (p.cumsum(1) <= u[:, None]).sum(1).clamp(max=logits.shape[1] - 1)


@answer("draw_words", right=False, about="multiplies by the temperature; likeliest words lie first")
def draw_two_mistakes(logits, temperature, u):
    p, order = torch.softmax(logits * temperature, 1).sort(dim=1, descending=True)
    k = (p.cumsum(1) <= u[:, None]).sum(1, keepdim=True).clamp(max=logits.shape[1] - 1)
    return order.gather(1, k)[:, 0]


@answer(
    "draw_words", right=False, about="temperature 0 divides by zero", tells={"zero-not-handled"}
)
def draw_no_zero(logits, temperature, u):
    sums = torch.softmax(logits / temperature, 1).cumsum(1)
    return (sums <= u[:, None]).sum(1).clamp(max=logits.shape[1] - 1)


@answer(
    "draw_words",
    right=False,
    about="softmax and sums run over the batch",
    tells={"softmax-over-rows"},
)
def draw_over_batch(logits, temperature, u):
    if temperature == 0:
        return logits.argmax(1)
    p = torch.softmax(logits / temperature, 0)
    return (p.cumsum(1) <= u[:, None]).sum(1).clamp(max=logits.shape[1] - 1)


@answer("draw_words", right=False, about="draws by itself, u is not used", tells={"draws-itself"})
def draw_multinomial(logits, temperature, u):
    if temperature == 0:
        return logits.argmax(1)
    return torch.multinomial(torch.softmax(logits / temperature, 1), 1).squeeze(1)


@answer("predict", right=True, about="carries the state")
@torch.no_grad()
def predict_state(model, prompt, u, temperature=1.0):
    logits, h = model(prompt.unsqueeze(0), None)
    words = []
    for k in range(len(u)):
        word = draw_count(logits[:, -1], temperature, u[k : k + 1])
        words.append(word)
        logits, h = model(word.unsqueeze(1), h)
    return torch.cat(words)


@answer("predict", right=True, about="reads the whole text again for every word")
@torch.no_grad()
def predict_again(model, prompt, u, temperature=1.0):
    text = prompt.clone()
    for number in u:
        logits, _ = model(text[None], None)
        text = torch.cat([text, draw_searchsorted(logits[:, -1], temperature, number[None])])
    return text[len(prompt) :]


@answer("predict", right=True, about="fills zeros, reads before it draws")
@torch.no_grad()
def predict_filled(model, prompt, u, temperature=1.0):
    out = torch.zeros(len(u), dtype=torch.int64)
    news, h = prompt.reshape(1, -1), None
    for k, number in enumerate(u):
        logits, h = model(news, h)
        out[k] = draw_loop(logits[:, -1], temperature, number.reshape(1))[0]
        news = out[k].reshape(1, 1)
    return out


@answer("predict", right=False, about="the prompt comes back, too", tells={"with-prompt"})
@torch.no_grad()
def predict_with_prompt(model, prompt, u, temperature=1.0):
    return torch.cat([prompt, predict_state(model, prompt, u, temperature)])


@answer("predict", right=False, about="the state is not handed on", tells={"state-not-carried"})
@torch.no_grad()
def predict_forgets(model, prompt, u, temperature=1.0):
    logits, _ = model(prompt[None], None)
    words = []
    for k in range(len(u)):
        word = draw_count(logits[:, -1], temperature, u[k : k + 1])
        words.append(word)
        logits, _ = model(word[:, None], None)
    return torch.cat(words)


@answer(
    "predict",
    right=False,
    about="the prompt's last word is read twice",
    tells={"prompt-last-twice"},
)
@torch.no_grad()
def predict_last_twice(model, prompt, u, temperature=1.0):
    _, h = model(prompt[None], None)
    word = prompt[-1:]
    words = []
    for k in range(len(u)):
        logits, h = model(word[:, None], h)
        word = draw_count(logits[:, -1], temperature, u[k : k + 1])
        words.append(word)
    return torch.cat(words)


@answer("predict", right=False, about="the temperature is not handed on, one word too many is read")
@torch.no_grad()
def predict_two_mistakes(model, prompt, u, temperature=1.0):
    logits, h = model(prompt[None], None)
    words = []
    for k in range(len(u)):
        word = draw_count(logits[:, -1], 1.0, u[k : k + 1])
        words.append(word)
        logits, h = model(torch.stack([word, word], 1), h)
    return torch.cat(words)


@answer(
    "predict",
    right=False,
    about="the whole text is read again on top of the state",
    tells={"all-fed-again"},
)
@torch.no_grad()
def predict_text_on_state(model, prompt, u, temperature=1.0):
    text, h = prompt[None], None
    for k in range(len(u)):
        logits, h = model(text, h)
        word = draw_count(logits[:, -1], temperature, u[k : k + 1])
        text = torch.cat([text, word[None]], 1)
    return text[0, len(prompt) :]


@answer("predict", right=False, about="always the first number of u", tells={"one-u-throughout"})
@torch.no_grad()
def predict_first_number(model, prompt, u, temperature=1.0):
    logits, h = model(prompt[None], None)
    words = []
    for _ in u:
        word = draw_count(logits[:, -1], temperature, u[:1])
        words.append(word)
        logits, h = model(word[:, None], h)
    return torch.cat(words)


@answer(
    "predict",
    right=False,
    about="the chances after the first word of the prompt",
    tells={"reads-first-logits"},
)
@torch.no_grad()
def predict_first_position(model, prompt, u, temperature=1.0):
    logits, h = model(prompt[None], None)
    words = []
    for k in range(len(u)):
        word = draw_count(logits[:, 0], temperature, u[k : k + 1])
        words.append(word)
        logits, h = model(word[:, None], h)
    return torch.cat(words)
