"""The cases PyTorch's own tests try on RNN, LSTM and GRU: our modules give torch's numbers.

Beyond the grid of ``test_parity_with_torch``: layouts in memory, what asks for gradients, which
result the loss reads, dropout, the smallest sizes, and shapes drawn by hypothesis.
"""

import warnings

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence

from course_lib.layers import (
    LSTM,
    gru_forward,
    lstm_forward,
    peephole_lstm_forward,
    rnn_forward,
)
from tests.layers.kinds import KINDS, B, I, T, flat, pair, states_for

pytestmark = pytest.mark.slow

every_kind = pytest.mark.parametrize("kind", KINDS)
F64 = {"dtype": torch.float64}


def randn(*shape):
    return torch.randn(*shape, **F64)


def as_list(states):
    return [] if states is None else list(states) if isinstance(states, tuple) else [states]


def run(module, input, states, read=slice(None), seed=None):
    """Results and the gradients of their weighted sum for whatever asks for one."""
    if seed is not None:
        torch.manual_seed(seed)
    result = module(input, states)
    read_by_loss = flat(result)[read]
    generator = torch.Generator().manual_seed(2)
    loss = sum((t * torch.rand(t.shape, generator=generator, **F64)).sum() for t in read_by_loss)
    leaves = [*module.parameters(), input, *as_list(states)]
    wanted = [leaf for leaf in leaves if leaf.requires_grad]
    grads = torch.autograd.grad(loss, wanted, allow_unused=True, retain_graph=True)
    # torch gives None or zeros for what the loss does not depend on: both mean the same
    zeros = [torch.zeros_like(w) if g is None else g for w, g in zip(wanted, grads, strict=True)]
    return flat(result), zeros


def assert_same(mine, expected, atol=1e-12):
    for results in zip(mine, expected, strict=True):
        for a, b in zip(*results, strict=True):
            torch.testing.assert_close(a, b, rtol=1e-12, atol=atol)


def assert_parity(modules, input, states=None, **how):
    assert_same(*(run(module, input, states, **how) for module in modules))


@every_kind
@pytest.mark.parametrize("bidirectional", [True, False])
@pytest.mark.parametrize("batch_first", [True, False])
@pytest.mark.parametrize("dropout", [0.0, 0.3, 1.0])
@pytest.mark.parametrize("mode", ["train", "eval"])
def test_dropout_drops_what_torch_drops(kind, bidirectional, batch_first, dropout, mode):
    options = {"num_layers": 3, "dropout": dropout, "bidirectional": bidirectional}
    modules = pair(kind, batch_first=batch_first, **options, **F64)
    for module in modules:
        module.train(mode == "train")
    input = randn(B, T, I).requires_grad_()
    assert_parity(modules, input, states_for(modules[0], len(input), False, None), seed=5)


def not_contiguous(tensor):
    """The same numbers, every other place in memory."""
    wide = torch.stack([tensor, torch.zeros_like(tensor)], dim=-1)
    return wide[..., 0].detach().requires_grad_()


def transposed(tensor):
    """The same numbers, the axes in memory the other way round."""
    axes = tuple(reversed(range(tensor.dim())))
    return tensor.permute(axes).contiguous().permute(axes).detach().requires_grad_()


def expanded(tensor):
    """One row for all of the batch."""
    return tensor[:, :1].detach().expand_as(tensor).requires_grad_()


@every_kind
@pytest.mark.parametrize("states_too", [True, False])
@pytest.mark.parametrize("layout", [not_contiguous, transposed, expanded])
def test_the_layout_in_memory_does_not_matter(kind, layout, states_too):
    modules = pair(kind, num_layers=2, bidirectional=True, **F64)
    states = states_for(modules[0], B, True, torch.float64)
    if states_too:
        states = tuple(map(layout, states)) if isinstance(states, tuple) else layout(states)
    input = layout(randn(T, B, I))
    assert not input.is_contiguous()
    assert_parity(modules, input, states)


@every_kind
@pytest.mark.parametrize("frozen", ["weight_ih", "weight_hh", "bias", "_l0", "weight"])
@pytest.mark.parametrize("data", ["input", "states", "neither", "both"])
def test_whatever_asks_for_a_gradient_gets_torchs(kind, frozen, data):
    modules = pair(kind, num_layers=2, **F64)
    for module in modules:
        for name, parameter in module.named_parameters():
            parameter.requires_grad_(frozen not in name)
    states = states_for(modules[0], B, True, torch.float64)
    for state in as_list(states):
        state.requires_grad_(data in ("states", "both"))
    input = randn(T, B, I).requires_grad_(data in ("input", "both"))
    assert_parity(modules, input, states)


@every_kind
@pytest.mark.parametrize("bidirectional", [True, False])
@pytest.mark.parametrize("read", [0, 1, 2])
def test_the_loss_may_read_any_one_of_the_results(kind, bidirectional, read):
    """The output alone, h_n alone, c_n alone."""
    modules = pair(kind, num_layers=2, bidirectional=bidirectional, **F64)
    states = states_for(modules[0], B, True, torch.float64)
    if read > len(as_list(states)):
        return
    assert_parity(modules, randn(T, B, I).requires_grad_(), states, read=slice(read, read + 1))


@every_kind
@pytest.mark.parametrize("step", [0, T // 2, T - 1])
def test_the_loss_may_read_one_step_of_the_output(kind, step):
    modules = pair(kind, bidirectional=True, **F64)
    input = randn(T, B, I).requires_grad_()
    found = [
        torch.autograd.grad(module(input)[0][step].square().sum(), [*module.parameters(), input])
        for module in modules
    ]
    assert_same(*([grads] for grads in found))


@every_kind
def test_a_retained_graph_gives_the_same_gradients_again(kind):
    for module in pair(kind, num_layers=2, **F64):
        input = randn(T, B, I).requires_grad_()
        output, _ = module(input)
        found = []
        for _ in range(3):
            module.zero_grad()
            input.grad = None
            output.sum().backward(retain_graph=True)
            found.append([input.grad.clone(), *(p.grad.clone() for p in module.parameters())])
        for again in found[1:]:
            assert all(torch.equal(a, b) for a, b in zip(found[0], again, strict=True))
        output.sum().backward()
        with pytest.raises(RuntimeError, match="second time"):
            output.sum().backward()


@every_kind
def test_gradients_add_up_over_two_calls_as_torchs(kind):
    """The states of the first call go into the second: one graph through both."""
    modules = pair(kind, **F64)
    input = randn(T, B, I)
    for module in modules:
        _, states = module(input)
        output, _ = module(input, states)
        output.sum().backward()
        module(input)[0].sum().backward()
    grads = [[p.grad for p in module.parameters()] for module in modules]
    assert_same([grads[0]], [grads[1]])


@every_kind
def test_the_gradient_of_a_gradient_is_torchs(kind):
    modules = pair(kind, num_layers=2, bidirectional=True, **F64)
    input = randn(T, B, I).requires_grad_()
    factor = randn(T, B, I)
    seconds = []
    for module in modules:
        output, *states = flat(module(input))
        loss = output.square().sum() + sum(state.pow(3).sum() for state in states)
        (first,) = torch.autograd.grad(loss, input, create_graph=True)
        leaves = [*module.parameters(), input]
        seconds.append(torch.autograd.grad((first * factor).sum(), leaves, allow_unused=True))
    for a, b in zip(*seconds, strict=True):
        a, b = (torch.zeros(()) if g is None else g for g in (a, b))
        torch.testing.assert_close(*torch.broadcast_tensors(a, b), rtol=1e-9, atol=1e-10)


@every_kind
@pytest.mark.parametrize("batch_first", [True, False])
@pytest.mark.parametrize("shape", [(1, 1), (T, 1), (1, B), (2, 0)], ids=str)
@pytest.mark.parametrize("given_states", [True, False])
def test_one_step_one_row_and_no_row_at_all(kind, batch_first, shape, given_states):
    modules = pair(kind, num_layers=2, bidirectional=True, batch_first=batch_first, **F64)
    input = randn(*shape, I)
    input = (input.transpose(0, 1) if batch_first else input).detach().requires_grad_()
    states = states_for(modules[0], shape[1], given_states, torch.float64)
    assert_parity(modules, input, states)


@every_kind
@pytest.mark.parametrize("lengths", [[1], [4, 1], [1, 1, 1], [2, 4, 3]], ids=str)
@pytest.mark.parametrize("batch_first", [True, False])
def test_packed_rows_of_any_length_have_torchs_states_and_gradients(kind, lengths, batch_first):
    modules = pair(kind, num_layers=2, batch_first=batch_first, **F64)
    padded = randn(len(lengths), max(lengths), I).requires_grad_()
    packed = pack_padded_sequence(padded, lengths, batch_first=True, enforce_sorted=False)
    states = states_for(modules[0], len(lengths), True, torch.float64)
    found = []
    for module in modules:
        output, *ends = flat(module(packed, states))
        loss = output.data.square().sum() + sum(end.sum() for end in ends)
        leaves = [*module.parameters(), padded, *as_list(states)]
        grads = torch.autograd.grad(loss, leaves, retain_graph=True)
        found.append(([output.data, *ends], grads))
    assert_same(*found)


@every_kind
def test_all_weights_are_listed_as_torch_lists_them(kind):
    ours, theirs = pair(kind, num_layers=2, bidirectional=True)
    for mine, expected in zip(ours.all_weights, theirs.all_weights, strict=True):
        assert all(torch.equal(a, b) for a, b in zip(mine, expected, strict=True))


sizes = st.integers(1, 6)
OPTIONS = {
    "input_size": sizes,
    "hidden_size": sizes,
    "batch": sizes,
    "steps": sizes,
    "layers": st.integers(1, 3),
    "bidirectional": st.booleans(),
    "batch_first": st.booleans(),
    "bias": st.booleans(),
    "unbatched": st.booleans(),
    "given_states": st.booleans(),
    "proj_size": st.integers(0, 5),
}


def any_shape(kind, options):
    ours, theirs, extra = KINDS[kind]
    extra = dict(extra)
    if kind == "LSTMP":
        extra["proj_size"] = options["proj_size"]
        if options["proj_size"] >= options["hidden_size"]:
            for cls in (ours, theirs):
                with pytest.raises(ValueError):
                    cls(options["input_size"], options["hidden_size"], **extra)
            return
    modules = []
    for cls in (ours, theirs):
        torch.manual_seed(1)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            module = cls(
                options["input_size"], options["hidden_size"], options["layers"],
                bias=options["bias"], batch_first=options["batch_first"],
                bidirectional=options["bidirectional"], **extra, **F64,
            )  # fmt: skip
        modules.append(module)
    batch = [] if options["unbatched"] else [options["batch"]]
    shape = [*batch, options["steps"]] if options["batch_first"] else [options["steps"], *batch]
    input = randn(*shape, options["input_size"]).requires_grad_()
    states = None
    if options["given_states"]:
        rows = options["layers"] * (1 + options["bidirectional"])
        h = randn(rows, *batch, extra.get("proj_size") or options["hidden_size"]).requires_grad_()
        c = randn(rows, *batch, options["hidden_size"]).requires_grad_()
        states = (h, c) if isinstance(modules[0], LSTM) else h
    assert_parity(modules, input, states)


@every_kind
@given(options=st.fixed_dictionaries(OPTIONS))
@settings(max_examples=12, deadline=None)
def test_any_sizes_and_options_give_torchs_results_and_gradients(kind, options):
    any_shape(kind, options)


@pytest.mark.slow
@every_kind
@given(options=st.fixed_dictionaries(OPTIONS))
@settings(max_examples=400, deadline=None)
def test_many_sizes_and_options_give_torchs_results_and_gradients(kind, options):
    any_shape(kind, options)


@given(batch=sizes, steps=sizes, features=sizes, hidden=sizes, bias=st.booleans())
@settings(max_examples=20, deadline=None)
def test_the_forward_functions_take_any_sizes(batch, steps, features, hidden, bias):
    """The functions are one layer, one direction, batch first."""
    pairs = [(rnn_forward, nn.RNN), (lstm_forward, nn.LSTM), (gru_forward, nn.GRU)]
    for function, theirs in pairs:
        module = theirs(features, hidden, bias=bias, batch_first=True, **F64)
        input = randn(batch, steps, features)
        mine = flat(function(input, None, *module.parameters()))
        output, *ends = flat(module(input))
        assert_same([mine], [[output, *(end[0] for end in ends)]])
        if theirs is nn.LSTM:  # peepholes of zero leave a plain LSTM
            weights = [*module.parameters(), *([] if bias else [None, None])]
            zeros = [torch.zeros(hidden, **F64)] * 3
            assert_same([flat(peephole_lstm_forward(input, None, *weights, *zeros))], [mine])
