"""Answers to ps2_rnn as careless students write them, from the statement alone.

``expected`` are the ids that the first finding may have, or None where no name is right and only
an honest "I don't know" or a true fact is asked for.
"""

import random
from collections import Counter

import torch
import torch.nn.functional as F
from torch import nn

ANSWERS = []


def answer(item, *expected):
    def keep(fn):
        ANSWERS.append((fn.__name__, item, fn, set(expected)))
        return fn

    return keep


@answer("rnn_cell", "w_hh-not-transposed")
def square_so_nobody_complains(x, h, w_ih, w_hh, b_ih, b_hh):
    return torch.tanh(x @ w_ih.T + h @ w_hh + b_ih + b_hh)


@answer("rnn_cell", "transposed-w_ih-w_hh", "shapes-in-matmul")
def as_in_the_lecture(x, h, w_ih, w_hh, b_ih, b_hh):
    return torch.tanh(x @ w_ih + h @ w_hh + b_ih + b_hh)


@answer("rnn_cell", "biases-outside")
def brackets(x, h, w_ih, w_hh, b_ih, b_hh):
    return torch.tanh(x @ w_ih.T + h @ w_hh.T) + b_ih + b_hh


@answer("rnn_cell", "returned-list")
def returns_output_and_state(x, h, w_ih, w_hh, b_ih, b_hh):
    h = torch.tanh(F.linear(x, w_ih, b_ih) + F.linear(h, w_hh, b_hh))
    return h, h


@answer("rnn_cell", None)
def leaky(x, h, w_ih, w_hh, b_ih, b_hh):
    new = torch.tanh(F.linear(x, w_ih, b_ih) + F.linear(h, w_hh, b_hh))
    return 0.1 * h + 0.9 * new


@answer("rnn_cell", None)
def own_tanh(x, h, w_ih, w_hh, b_ih, b_hh):
    z = x @ w_ih.T + h @ w_hh.T + b_ih + b_hh
    return 1 - 2 / (1 + 7.389 ** z)  # fmt: skip


def cell(x, h, w_ih, w_hh, b_ih, b_hh):
    return torch.tanh(F.linear(x, w_ih, b_ih) + F.linear(h, w_hh, b_hh))


@answer("rnn_forward", "time-first")
def loops_over_the_first_axis(input, h_0, *weights):
    h = torch.zeros(input.shape[1], weights[1].shape[0]) if h_0 is None else h_0
    outputs = []
    for x in input:
        h = cell(x, h, *weights)
        outputs.append(h)
    return torch.stack(outputs), h


@answer("rnn_forward", "not-carried")
def typo_in_the_loop(input, h_0, *weights):
    if h_0 is None:
        h_0 = input.new_zeros(len(input), len(weights[1]))
    outputs = []
    for t in range(input.size(1)):
        h = cell(input[:, t], h_0, *weights)
        outputs.append(h)
    return torch.stack(outputs, 1), h


@answer("rnn_forward", "returned-list")
def forgot_to_stack(input, h_0, *weights):
    h = input.new_zeros(len(input), len(weights[1])) if h_0 is None else h_0
    outputs = []
    for x in input.unbind(1):
        h = cell(x, h, *weights)
        outputs.append(h)
    return outputs, h


@answer("rnn_forward", "wrong-shape")
def layer_axis_in_the_function(input, h_0, *weights):
    h = input.new_zeros(len(input), len(weights[1])) if h_0 is None else h_0
    outputs = []
    for x in input.unbind(1):
        h = cell(x, h, *weights)
        outputs.append(h)
    return torch.stack(outputs, 1), h.unsqueeze(0)


@answer("rnn_forward", "state-not-carried", None)
def state_only_every_second_step(input, h_0, *weights):
    first = h = input.new_zeros(len(input), len(weights[1])) if h_0 is None else h_0
    outputs = []
    for t, x in enumerate(input.unbind(1)):
        h = cell(x, first if t % 2 == 0 else h, *weights)
        outputs.append(h)
    return torch.stack(outputs, 1), h


@answer("rnn_forward", "default-missing")
def truth_of_a_tensor(input, h_0, *weights):
    h = h_0.clone()
    outputs = []
    for x in input.unbind(1):
        h = cell(x, h, *weights)
        outputs.append(h)
    return torch.stack(outputs, 1), h


def forward(input, h_0, *weights):
    h = input.new_zeros(len(input), len(weights[1])) if h_0 is None else h_0
    outputs = []
    for x in input.unbind(1):
        h = cell(x, h, *weights)
        outputs.append(h)
    return torch.stack(outputs, 1), h


class Base(nn.Module):
    def __init__(self, input_size, hidden_size, batch_first=False):
        super().__init__()
        s, self.batch_first = hidden_size**-0.5, batch_first
        self.weight_ih_l0 = nn.Parameter((torch.rand(hidden_size, input_size) * 2 - 1) * s)
        self.weight_hh_l0 = nn.Parameter((torch.rand(hidden_size, hidden_size) * 2 - 1) * s)
        self.bias_ih_l0 = nn.Parameter((torch.rand(hidden_size) * 2 - 1) * s)
        self.bias_hh_l0 = nn.Parameter((torch.rand(hidden_size) * 2 - 1) * s)


@answer("rnn_module", "no-layer-axis")
class StateWithoutLayerAxis(Base):
    def forward(self, input, h_0=None):
        input = input if self.batch_first else input.transpose(0, 1)
        h_0 = h_0 if h_0 is None else h_0.squeeze(0)
        output, h_n = forward(input, h_0, *self.parameters())
        return (output if self.batch_first else output.transpose(0, 1)), h_n


@answer("rnn_module", "parameter-names")
class TwoLinears(nn.Module):
    def __init__(self, input_size, hidden_size, batch_first=False):
        super().__init__()
        self.w_ih = nn.Linear(input_size, hidden_size)
        self.w_hh = nn.Linear(hidden_size, hidden_size)

    def forward(self, input, h_0=None):
        return input, h_0


@answer("bidirectional", "not-flipped-back")
def forgot_to_flip_back(input, h_0, params, params_reverse):
    a, b = (None, None) if h_0 is None else h_0
    one, h = forward(input, a, *params)
    other, g = forward(input.flip(1), b, *params_reverse)
    return torch.cat([one, other], -1), torch.stack([h, g])


@answer("bidirectional", "final-reverse-at-end")
def last_of_the_output(input, h_0, params, params_reverse):
    a, b = (None, None) if h_0 is None else h_0
    one, _h = forward(input, a, *params)
    other, _g = forward(input.flip([1]), b, *params_reverse)
    output = torch.cat([one, other.flip([1])], -1)
    H = one.shape[2]
    return output, torch.stack([output[:, -1, :H], output[:, -1, H:]])


@answer("bidirectional", "wrong-shape")
def one_state_for_both(input, h_0, params, params_reverse):
    a, b = (None, None) if h_0 is None else h_0
    one, h = forward(input, a, *params)
    other, g = forward(input.flip([1]), b, *params_reverse)
    return torch.cat([one, other.flip([1])], -1), h + g


@answer("build_vocabulary", "unknown-missing")
def most_common(sentences):
    return [w for w, _n in Counter(" ".join(sentences).lower().split()).most_common()]


@answer("build_vocabulary", "returned-other")
def pairs_of_words_and_counts(sentences):
    return Counter(" ".join(sentences).lower().split()).most_common()


@answer("build_vocabulary", "returned-other")
def a_dictionary(sentences):
    words = dict.fromkeys(" ".join(sentences).lower().split())
    return {word: k for k, word in enumerate(["<unk>", *words])}


@answer("build_vocabulary", None)
def unknown_in_capitals(sentences):
    return ["<UNK>", *(w for w, _n in Counter(" ".join(sentences).lower().split()).most_common())]


@answer("encode", "unknown-words")
def with_brackets(sentence, vocabulary):
    number = {word: k for k, word in enumerate(vocabulary)}
    return torch.tensor([number[word] for word in sentence.lower().split()], dtype=torch.long)


@answer("encode", "returned-list")
def plain_list(sentence, vocabulary):
    return [vocabulary.index(w) if w in vocabulary else 0 for w in sentence.lower().split()]


@answer("encode", "empty-float")
def without_a_type(sentence, vocabulary):
    return torch.tensor(
        [vocabulary.index(w) if w in vocabulary else 0 for w in sentence.lower().split()]
    )


@answer("shifted_windows", "wrong-shape", "one-window-short")
def counts_on_the_wrong_fingers(numbers, length):
    pairs = [(numbers[k : k + length], numbers[k + 1 : k + 1 + length])
             for k in range(len(numbers) - length - 1)]  # fmt: skip
    return torch.stack([a for a, _b in pairs]), torch.stack([b for _a, b in pairs])


@answer("shifted_windows", "raises-RuntimeError", "shapes-in-elementwise")
def one_window_too_many(numbers, length):
    starts = range(len(numbers) - length + 1)
    return (torch.stack([numbers[k : k + length] for k in starts]),
            torch.stack([numbers[k + 1 : k + 1 + length] for k in starts]))  # fmt: skip


@answer("stateful_batches", "rows-follow-each-other")
def as_a_loader_does(numbers, batch_size, length):
    starts = range(0, len(numbers) - length, length)
    windows = [(numbers[s : s + length], numbers[s + 1 : s + 1 + length]) for s in starts]
    batches = []
    for k in range(0, len(windows) - batch_size + 1, batch_size):
        some = windows[k : k + batch_size]
        batches.append((torch.stack([a for a, _b in some]), torch.stack([b for _a, b in some])))
    return batches


@answer("stateful_batches", "shuffled")
def shuffles_for_luck(numbers, batch_size, length):
    n = (len(numbers) - 1) // batch_size
    inputs = numbers[: n * batch_size].view(batch_size, n)
    targets = numbers[1 : n * batch_size + 1].view(batch_size, n)
    batches = [(inputs[:, s : s + length], targets[:, s : s + length])
               for s in range(0, n - length + 1, length)]  # fmt: skip
    random.Random(3).shuffle(batches)
    return batches


@answer("stateful_batches", "returned-other")
def two_big_tensors(numbers, batch_size, length):
    n = (len(numbers) - 1) // batch_size
    return numbers[: n * batch_size].view(batch_size, n)


@answer("train_step", "not-detached")
def carries_the_history(model, optimizer, inputs, targets, h_0, max_norm=None):
    logits, h = model(inputs, h_0)
    loss = F.cross_entropy(logits.transpose(1, 2), targets)
    optimizer.zero_grad()
    loss.backward()
    if max_norm:
        nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return loss.item(), h


@answer("train_step", "raises-IndexError", "raises-ValueError", "raises-RuntimeError")
def forgot_to_flatten(model, optimizer, inputs, targets, h_0, max_norm=None):
    logits, h = model(inputs, h_0)
    loss = F.cross_entropy(logits, targets)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item(), h.detach()


@answer("train_step", "clip-missing")
def clips_too_early(model, optimizer, inputs, targets, h_0, max_norm=None):
    logits, h = model(inputs, h_0)
    loss = F.cross_entropy(logits.flatten(0, 1), targets.flatten())
    optimizer.zero_grad()
    if max_norm is not None:
        nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    loss.backward()
    optimizer.step()
    return loss, h.detach()


@answer("train_step", None)
def weighs_the_first_row(model, optimizer, inputs, targets, h_0, max_norm=None):
    logits, h = model(inputs, h_0)
    loss = F.cross_entropy(logits.flatten(0, 1), targets.flatten())
    loss = loss + 0.5 * F.cross_entropy(logits[0], targets[0])
    optimizer.zero_grad()
    loss.backward()
    if max_norm is not None:
        nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return loss, h.detach()


@answer("train_step", "returned-other")
def forgot_the_state(model, optimizer, inputs, targets, h_0, max_norm=None):
    logits, _h = model(inputs, h_0)
    loss = F.cross_entropy(logits.flatten(0, 1), targets.flatten())
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss


@answer("draw_words", "draws-itself")
def multinomial(logits, temperature, u):
    if temperature == 0:
        return logits.argmax(-1)
    return torch.multinomial((logits / temperature).softmax(-1), 1).squeeze(1)


@answer("draw_words", "zero-not-handled")
def divides_by_zero(logits, temperature, u):
    sums = (logits / temperature).softmax(-1).cumsum(-1)
    return (sums <= u[:, None]).sum(-1).clamp(max=logits.shape[1] - 1)


@answer("draw_words", "no-word-at-the-end")
def first_true(logits, temperature, u):
    if temperature == 0:
        return logits.argmax(-1)
    sums = (logits / temperature).softmax(-1).cumsum(-1)
    return (sums > u[:, None]).float().argmax(-1)


@answer("draw_words", None)
def rounds(logits, temperature, u):
    if temperature == 0:
        return logits.argmax(-1)
    sums = (logits / temperature).softmax(-1).cumsum(-1)
    return (sums - u[:, None]).abs().argmin(-1)


def draw(logits, temperature, u):
    if temperature == 0:
        return logits.argmax(-1)
    sums = (logits / temperature).softmax(-1).cumsum(-1)
    return (sums > u[:, None]).int().argmax(-1)


@answer("predict", "state-not-carried")
def forgets_the_state(model, prompt, u, temperature=1.0):
    words, inputs = [], prompt[None]
    for k in range(len(u)):
        logits, _h = model(inputs)
        word = draw(logits[:, -1], temperature, u[k : k + 1])
        words.append(word.item())
        inputs = word[None]
    return torch.tensor(words)


@answer("predict", "raises-ValueError")
def without_a_batch(model, prompt, u, temperature=1.0):
    words, inputs, h = [], prompt, None
    for k in range(len(u)):
        logits, h = model(inputs, h)
        words.append(draw(logits[-1:], temperature, u[k : k + 1]))
    return torch.cat(words)


@answer("predict", "returned-other", "returned-list")
def a_list_of_numbers(model, prompt, u, temperature=1.0):
    words, inputs, h = [], prompt[None], None
    for k in range(len(u)):
        logits, h = model(inputs, h)
        word = draw(logits[:, -1], temperature, u[k : k + 1])
        words.append(word.item())
        inputs = word[None]
    return words


@answer("predict", "with-prompt")
def the_whole_sentence(model, prompt, u, temperature=1.0):
    text = prompt
    for k in range(len(u)):
        logits, _h = model(text[None])
        text = torch.cat([text, draw(logits[:, -1], temperature, u[k : k + 1])])
    return text
