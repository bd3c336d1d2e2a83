"""Corners of the hand-written passes: blocks of one step, one bias alone, what stays as it is."""

import pytest
import torch

from course_lib.bptt import gru, gru_backward, lstm, lstm_backward, rnn_backward
from course_lib.bptt.convlstm import recipe
from course_lib.bptt.function import run
from course_lib.bptt.weights import blocks
from course_lib.layers import (
    GRU,
    LSTM,
    RNN,
    ConvLSTM,
    convlstm_forward,
    gru_forward,
    lstm_forward,
    rnn_forward,
)

B, T, I, H, P = 2, 5, 3, 4, 2
MODULES = {
    "RNN": lambda **kind: RNN(I, H, batch_first=True, **kind),
    "LSTM": lambda **kind: LSTM(I, H, batch_first=True, **kind),
    "LSTMP": lambda **kind: LSTM(I, H, batch_first=True, proj_size=P, **kind),
    "GRU": lambda **kind: GRU(I, H, batch_first=True, **kind),
    "ConvLSTM": lambda **kind: ConvLSTM(I, H, 3, batch_first=True, **kind),
}
every_module = pytest.mark.parametrize("name", MODULES)


def randn(*shape):
    return torch.randn(*shape, dtype=torch.float64, requires_grad=True)


def data(name, dtype=torch.float64, batch=B, steps=T):
    frame = (4, 5) if name == "ConvLSTM" else ()
    return torch.randn(batch, steps, I, *frame, dtype=dtype)


def results(module, input):
    output, states = module(input)
    states = states[0] if isinstance(states, list) else states
    return [output, *(states if isinstance(states, tuple) else [states])]


def readable(module, input):
    """The same results by the functions on the page."""
    if isinstance(module, ConvLSTM):
        output, states = convlstm_forward(input, None, *module.cells[0]._weights())
        return [output, *states]
    if isinstance(module, LSTM):
        output, states = lstm_forward(input, None, *weights(module))
        return [output, *(state.unsqueeze(0) for state in states)]
    forward = rnn_forward if isinstance(module, RNN) else gru_forward
    output, h_n = forward(input, None, *weights(module))
    return [output, h_n.unsqueeze(0)]


def weights(module):
    return module.all_weights[0]


def gradients(outputs, grads, module, input):
    return torch.autograd.grad(outputs, [input, *module.parameters()], grads, retain_graph=True)


def assert_close(mine, expected, **tolerance):
    tolerance = tolerance or {"rtol": 0, "atol": 1e-12}
    for a, b in zip(mine, expected, strict=True):
        torch.testing.assert_close(a, b, **tolerance)


@pytest.mark.parametrize("bytes_a_step", [0, 1, 3, 8, 9, 1000])
def test_blocks_are_all_steps_once_in_order_none_longer_than_the_cache(bytes_a_step, monkeypatch):
    monkeypatch.setattr("course_lib.bptt.weights.BLOCK_BYTES", 8)
    found = blocks(7, bytes_a_step)
    assert [t for block in found for t in range(block.start, block.stop)] == list(range(7))
    longest = max(block.stop - block.start for block in found)
    assert longest == 1 or longest * bytes_a_step <= 8


@every_module
def test_a_step_larger_than_a_block_is_a_block(name, monkeypatch):
    monkeypatch.setattr("course_lib.bptt.weights.BLOCK_BYTES", 1)
    module, input = MODULES[name](dtype=torch.float64), data(name).requires_grad_()
    mine, expected = results(module, input), readable(module, input)
    assert_close(mine, expected)
    grads = [torch.randn_like(t) for t in mine]
    found = (gradients(outputs, grads, module, input) for outputs in (mine, expected))
    assert_close(*found)


@every_module
@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16], ids=str)
def test_half_precision_is_near_the_readable_way(name, dtype):
    module, input = MODULES[name](dtype=dtype), data(name, dtype).requires_grad_()
    mine, expected = results(module, input), readable(module, input)
    assert_close(mine, expected, rtol=0, atol=0.02)
    found = (gradients(t[0].sum(), None, module, input) for t in (mine, expected))
    assert_close(*found, rtol=0.05, atol=0.1)


@every_module
def test_what_is_given_stays_as_it_is(name):
    """The passes work in place; never on what is somebody else's."""
    module, input = MODULES[name](dtype=torch.float64), data(name).requires_grad_()
    outputs = results(module, input)
    grads = [torch.randn_like(t) for t in outputs]
    given = [input, *module.parameters(), *outputs, *grads]
    before = [(t._version, t.detach().clone()) for t in given]
    gradients(outputs, grads, module, input)
    for tensor, (version, numbers) in zip(given, before, strict=True):
        assert tensor._version == version and torch.equal(tensor, numbers)


def test_the_states_of_a_convlstm_are_not_written_over():
    h, c = randn(B, H, 4, 5), randn(B, H, 4, 5)
    # as the pass itself has them in memory, where a copy is easily forgotten
    c = c.detach().permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2)
    numbers = h.detach().clone(), c.clone()
    module = ConvLSTM(I, H, 3, batch_first=True, dtype=torch.float64)
    module(data("ConvLSTM"), [(h, c)])
    assert torch.equal(h, numbers[0]) and torch.equal(c, numbers[1])


@every_module
def test_the_same_call_twice_gives_the_same_gradients(name):
    module, input = MODULES[name](dtype=torch.float64), data(name).requires_grad_()
    outputs = results(module, input)
    grads = [torch.randn_like(t) for t in outputs]
    first = [g.clone() for g in gradients(outputs, grads, module, input)]
    assert_close(gradients(outputs, grads, module, input), first, rtol=0, atol=0)


@pytest.mark.parametrize("batch,steps", [(1, 1), (0, 1), (1, T)])
@every_module
def test_smallest_batches_and_lengths_give_the_readable_gradients(name, batch, steps):
    module = MODULES[name](dtype=torch.float64)
    input = data(name, batch=batch, steps=steps).requires_grad_()
    mine, expected = results(module, input), readable(module, input)
    assert_close(mine, expected)
    found = (gradients(sum(t.sum() for t in r), None, module, input) for r in (mine, expected))
    assert_close(*found)


@pytest.mark.parametrize("biases", [(True, True), (True, False), (False, True), (False, False)])
@pytest.mark.parametrize("of_states", [True, False], ids=["and of states", "of the output alone"])
@pytest.mark.parametrize("kind", ["rnn", "lstm", "gru"])
def test_either_bias_and_the_gradients_of_states_may_be_missing(kind, of_states, biases):
    gates = {"rnn": 1, "lstm": 4, "gru": 3}[kind]
    given = [randn(gates * H) if bias else None for bias in biases]
    matrices = [randn(gates * H, I), randn(gates * H, H)]
    input, h_0, c_0 = randn(B, T, I), randn(B, H), randn(B, H)
    if kind == "lstm":
        output, states = lstm_forward(input, (h_0, c_0), *matrices, *given)
        leaves = [input, h_0, c_0, *matrices, *given, None]  # no w_hr
    else:
        forward = rnn_forward if kind == "rnn" else gru_forward
        output, h_n = forward(input, h_0, *matrices, *given)
        states, leaves = (h_n,), [input, h_0, *matrices, *given]
    grads = [torch.randn_like(t) for t in (output, *(states if of_states else ()))]
    ends = grads[1:]
    if kind == "lstm":
        more = {"grad_states": tuple(ends)} if ends else {}
        mine = lstm_backward(grads[0], input, (h_0, c_0), *matrices, *given, **more)
    else:
        more = {"grad_h_n": ends[0]} if ends else {}
        backward = rnn_backward if kind == "rnn" else gru_backward
        seen = [output] if kind == "rnn" else []
        mine = backward(grads[0], input, h_0, *seen, *matrices, *given, **more)
    outputs = (output, *states) if of_states else (output,)
    wanted = [leaf for leaf in leaves if leaf is not None]
    expected = iter(torch.autograd.grad(outputs, wanted, grads))
    for gradient, leaf in zip(mine, leaves, strict=True):
        assert (gradient is None) == (leaf is None)
        if leaf is not None:
            torch.testing.assert_close(gradient, next(expected), rtol=0, atol=1e-12)


@pytest.mark.parametrize("biases", [(True, True), (True, False), (False, True), (False, False)])
@pytest.mark.parametrize("name", ["RNN", "LSTM", "LSTMP", "GRU"])
def test_the_forward_pass_takes_either_bias_alone(name, biases):
    module = MODULES[name](dtype=torch.float64)
    names = ["weight_ih", "weight_hh", "bias_ih", "bias_hh", "weight_hr"]
    tensors = [getattr(module, f"{n}_l0", None) for n in names]
    tensors[2:4] = (b if kept else None for b, kept in zip(tensors[2:4], biases, strict=True))
    states = [randn(B, P if name == "LSTMP" else H), randn(B, H)]
    if name in ("RNN", "GRU"):
        tensors, states = tensors[:4], states[:1]
    given = {n: t for n, t in zip(names, tensors, strict=False) if t is not None}
    input = data(name)
    mine = module.run_layer(input, tuple(states), given)
    if name in ("RNN", "GRU"):
        expected = (rnn_forward if name == "RNN" else gru_forward)(input, *states, *tensors)
        expected = expected[0], (expected[1],)
    else:
        expected = lstm_forward(input, tuple(states), *tensors)
    assert_close([mine[0], *mine[1]], [expected[0], *expected[1]])


@pytest.mark.parametrize("size", [(1, 1), (1, 6), (5, 1)], ids=str)
@pytest.mark.parametrize("peephole", ["map", "channel"])
def test_frames_of_one_row_or_column_have_the_readable_gradients(size, peephole):
    """A map (C_h, 5, 1) is no weight for each channel, though its last size is 1."""
    kind = {"peephole": peephole, "image_size": size}
    module = ConvLSTM(I, H, 3, batch_first=True, dtype=torch.float64, **kind)
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.normal_()
    input = torch.randn(B, T, I, *size, dtype=torch.float64, requires_grad=True)
    mine, expected = results(module, input), readable(module, input)
    assert_close(mine, expected)
    losses = (sum(t.pow(2).sum() for t in outputs) for outputs in (mine, expected))
    found = (gradients(loss, None, module, input) for loss in losses)
    assert_close(*found, rtol=1e-10, atol=1e-10)


@every_module
def test_final_states_may_be_changed_while_the_output_is_used(name):
    """As torch's may: they are tensors of their own, no windows into the output."""
    module, input = MODULES[name](dtype=torch.float64), data(name).requires_grad_()
    output, *states = results(module, input)
    before = output.detach().clone()
    with torch.no_grad():
        for state in states:
            state.zero_()
    assert torch.equal(output, before)


@pytest.mark.parametrize("peephole", ["map", "channel", None])
@pytest.mark.parametrize("only", ["h_0", "c_0", "w_h", "w_ci", "w_co", "b"])
def test_one_tensor_of_a_convlstm_alone_may_ask_for_its_gradient(only, peephole):
    if peephole is None and only.startswith("w_c"):
        return
    size = (H, 3, 4) if peephole == "map" else (H, 1, 1)
    tensors = {
        "input": randn(B, T, I, 3, 4), "h_0": randn(B, H, 3, 4), "c_0": randn(B, H, 3, 4),
        "w_x": randn(4 * H, I, 3, 3), "w_h": randn(4 * H, H, 3, 3), "b": randn(4 * H),
        **{name: randn(*size) if peephole else None for name in ("w_ci", "w_cf", "w_co")},
    }  # fmt: skip
    tensors = {
        name: None if t is None else t.detach().requires_grad_(name == only)
        for name, t in tensors.items()
    }

    def plain(input, h_0, c_0, *others):
        output, states = convlstm_forward(input, (h_0, c_0), *others)
        return output, *states

    outputs = run(recipe(T), plain, *tensors.values()), plain(*tensors.values())
    grads = [torch.randn_like(t) for t in outputs[0]]
    assert_close(*(torch.autograd.grad(o, tensors[only], grads) for o in outputs))


RECIPES = {"LSTM": lstm.RECIPE, "GRU": gru.RECIPE}


@pytest.mark.parametrize("name", ["LSTM", "GRU", "ConvLSTM"])
def test_the_gates_are_kept_for_a_way_back_only(name):
    """RNN has no gates: what its way back reads is its output."""
    module = MODULES[name]()
    frame = (4, 5) if name == "ConvLSTM" else ()
    states = [torch.zeros(B, H, *frame)] * (1 if name == "GRU" else 2)
    given = module.cells[0]._weights() if name == "ConvLSTM" else [*weights(module)]
    given = [*given, None] if name == "LSTM" else given  # no projection
    forward = recipe(T).forward if name == "ConvLSTM" else RECIPES[name].forward
    held = []
    with torch.no_grad():
        for keep in (True, False):
            _, kept = forward(data(name, torch.float32), *states, *given, keep=keep)
            held.append(sum(t.numel() for t in kept))
    gates = {"LSTM": 5, "GRU": 4, "ConvLSTM": 5}[name] * B * T * H
    assert held[0] - held[1] >= gates
