"""Every function and module of the layers answers bad input with a sentence a person can use."""

import warnings

import pytest
import torch
from torch import nn
from torch.nn.utils.rnn import PackedSequence, pack_sequence

from course_lib import layers
from course_lib.layers import (
    GRU,
    LSTM,
    RNN,
    Conv1d,
    Conv2d,
    ConvLSTM,
    ConvLSTMCell,
    Dense,
    EncoderForecaster,
    LocallyConnected1d,
    PeepholeLSTM,
)
from tests.bad_input import assert_answers, assert_refuses_sizes, cases, spoil

B, T, I, H, P, C, S = 2, 3, 4, 5, 2, 3, 6
F64 = {"dtype": torch.float64}


def randn(*shape):
    return torch.randn(*shape, dtype=torch.float64)


def weights(gates, units=H):
    return {
        "w_ih": randn(gates * H, I),
        "w_hh": randn(gates * H, units),
        "b_ih": randn(gates * H),
        "b_hh": randn(gates * H),
    }


def with_pair(function, name):
    """The function with h and c as arguments of their own."""
    first, second = ("h", "c") if name == "state" else ("h_0", "c_0")

    def call(**arguments):
        pair = arguments.pop(first), arguments.pop(second)
        return function(**arguments, **{name: pair})

    return call


STEP = {"x": randn(B, I), "h": randn(B, H)}
ALL = {"input": randn(B, T, I), "h_0": randn(B, H)}
C_STEP, C_ALL = {"c": randn(B, H)}, {"c_0": randn(B, H)}
PEEPHOLES = {"w_ci": randn(H), "w_cf": randn(H), "w_co": randn(H), "w_cg": randn(H)}
PROJECTED = weights(4, P) | {"w_hr": randn(P, H)}
MAPS = {"h": randn(B, C, S, S), "c": randn(B, C, S, S)}
KERNELS = {"w_x": randn(4 * C, I, 3, 3), "w_h": randn(4 * C, C, 3, 3), "b": randn(4 * C)}
KERNELS |= {"w_ci": randn(C, S, S), "w_cf": randn(C, 1, 1), "w_co": randn(C, S, S)}
LINE = {"x": randn(B, C, 9), "weight": randn(4, C, 3), "bias": randn(4)}
IMAGE = {"x": randn(B, C, 9, 8), "weight": randn(4, C, 3, 3), "bias": randn(4)}

# The function, its arguments, and the axis on which a wrong size is tried.
FUNCTIONS = {
    "rnn_cell": (layers.rnn_cell, STEP | weights(1), 1),
    "rnn_forward": (layers.rnn_forward, ALL | weights(1), 2),
    "lstm_cell": (with_pair(layers.lstm_cell, "state"), STEP | C_STEP | weights(4), 1),
    "lstm_cell projected": (
        with_pair(layers.lstm_cell, "state"),
        STEP | C_STEP | {"h": randn(B, P)} | PROJECTED,
        1,
    ),
    "lstm_forward": (
        with_pair(layers.lstm_forward, "initial_states"),
        ALL | C_ALL | weights(4),
        2,
    ),
    "lstm_forward from zeros": (
        lambda **kw: layers.lstm_forward(initial_states=None, **kw),
        {"input": randn(B, T, I)} | PROJECTED,
        2,
    ),
    "gru_cell": (layers.gru_cell, STEP | weights(3), 1),
    "gru_forward": (layers.gru_forward, ALL | weights(3), 2),
    "peephole_lstm_cell": (
        with_pair(layers.peephole_lstm_cell, "state"),
        STEP | C_STEP | weights(4) | PEEPHOLES,
        1,
    ),
    "peephole_lstm_forward": (
        with_pair(layers.peephole_lstm_forward, "initial_states"),
        ALL | C_ALL | weights(4) | PEEPHOLES,
        2,
    ),
    "convlstm_cell": (
        with_pair(layers.convlstm_cell, "state"),
        {"x": randn(B, I, S, S)} | MAPS | KERNELS,
        1,
    ),
}
CONVOLUTIONS = {
    "conv1d": (layers.conv1d, LINE, 1),
    "conv1d_loop": (layers.conv1d_loop, LINE, 1),
    "true_conv1d": (layers.true_conv1d, LINE, 1),
    "conv2d": (layers.conv2d, IMAGE, 1),
    "true_conv2d": (layers.true_conv2d, IMAGE, 1),
}
MODULES = {
    "RNN": (lambda input, h_0: RNN(I, H, **F64)(input, h_0), (T, B, I), ["h_0"]),
    "GRU": (lambda input, h_0: GRU(I, H, **F64)(input, h_0), (T, B, I), ["h_0"]),
    "LSTM": (
        lambda input, h_0, c_0: LSTM(I, H, **F64)(input, (h_0, c_0)),
        (T, B, I),
        ["h_0", "c_0"],
    ),
    "PeepholeLSTM": (
        lambda input, h_0, c_0: PeepholeLSTM(I, H, **F64)(input, (h_0, c_0)),
        (T, B, I),
        ["h_0", "c_0"],
    ),
}
MODULES = {
    name: (call, {"input": randn(*shape)} | {state: randn(1, B, H) for state in states}, 2)
    for name, (call, shape, states) in MODULES.items()
} | {
    "Conv1d": (lambda input: Conv1d(C, 4, 3, **F64)(input), {"input": randn(B, C, 9)}, 1),
    "Conv2d": (lambda input: Conv2d(C, 4, 3, **F64)(input), {"input": randn(B, C, 9, 9)}, 1),
    "LocallyConnected1d": (
        lambda x: LocallyConnected1d(C, 4, 9, 3, **F64)(x),
        {"x": randn(B, C, 9)},
        2,
    ),
    "ConvLSTM": (
        lambda input, h_0, c_0: ConvLSTM(I, C, 3, **F64)(input, [(h_0, c_0)]),
        {"input": randn(T, B, I, S, S), "h_0": MAPS["h"], "c_0": MAPS["c"]},
        2,
    ),
    "ConvLSTMCell": (
        lambda x, h, c: ConvLSTMCell(I, C, 3, **F64)(x, (h, c)),
        {"x": randn(B, I, S, S)} | MAPS,
        1,
    ),
    "EncoderForecaster": (
        lambda input: EncoderForecaster(I, C, 3, **F64)(input, 2),
        {"input": randn(T, B, I, S, S)},
        2,
    ),
}
OPTIONAL = ("b_ih", "b_hh", "bias", "b", "w_cg", "w_hr", "h_0", "c_0", "w_ci", "w_cf", "w_co")
REQUIRED = [
    case
    for name in ("lstm_forward", "peephole_lstm_cell", "peephole_lstm_forward", "LSTM", "ConvLSTM")
    for case in cases({name: (FUNCTIONS | MODULES)[name]}, ("b_ih", "b_hh", "w_cg"))
    if case.values[-1] == "None"
]
SPOILT = cases(FUNCTIONS | CONVOLUTIONS | MODULES, OPTIONAL)


@pytest.mark.parametrize("function,arguments,axis,argument,way", SPOILT + REQUIRED)
def test_a_tensor_that_does_not_fit_is_named(function, arguments, axis, argument, way):
    function(**arguments)  # which is right before it is spoilt
    spoilt, words = spoil(arguments, axis, argument, way)
    if "w_x" in arguments and argument in ("x", "w_x") and way == "None":
        words = ["x and w_x belong together", "give both"]
    assert_answers(lambda: function(**spoilt), argument, words)


RECURRENT = {"input_size": I, "hidden_size": H, "num_layers": 2}
CONV = {"in_channels": 4, "out_channels": 6, "kernel_size": 3}
LOCAL = CONV | {"length": 9}
CELL = {"in_channels": C, "hidden_channels": C, "kernel_size": 3}
COUNTS = dict.fromkeys(("height", "width", "c_in", "c_out", "kernel"), 3)
SIZES = {
    **{cls.__name__: (cls, RECURRENT, list(RECURRENT)) for cls in (RNN, LSTM, GRU, PeepholeLSTM)},
    "Dense": (Dense, {"in_features": 2, "out_features": 3}, ["in_features", "out_features"]),
    "Conv1d": (Conv1d, CONV, [*CONV, "stride", "dilation", "groups"]),
    "Conv2d": (Conv2d, CONV, [*CONV, "stride", "dilation", "groups"]),
    "conv1d": (layers.conv1d, LINE, ["stride", "dilation", "groups"]),
    "true_conv1d": (layers.true_conv1d, LINE, ["stride", "dilation", "groups"]),
    "conv2d": (layers.conv2d, IMAGE, ["stride", "dilation", "groups"]),
    "true_conv2d": (layers.true_conv2d, IMAGE, ["stride", "dilation", "groups"]),
    "LocallyConnected1d": (LocallyConnected1d, LOCAL, [*LOCAL, "stride"]),
    "ConvLSTMCell": (ConvLSTMCell, CELL, ["hidden_channels", "kernel_size"]),
    "ConvLSTM": (ConvLSTM, CELL, ["hidden_channels", "kernel_size", "num_layers"]),
    "EncoderForecaster": (EncoderForecaster, CELL, [*CELL, "num_layers"]),
    "parameter_counts": (layers.parameter_counts, COUNTS, list(COUNTS)),
}


@pytest.mark.parametrize(
    "make,arguments,name",
    [(make, arguments, name) for make, arguments, names in SIZES.values() for name in names],
    ids=[f"{make}-{name}" for make in SIZES for name in SIZES[make][2]],
)
def test_a_size_that_is_no_whole_number_from_1_on_is_refused(make, arguments, name):
    assert_refuses_sizes(lambda **size: make(**(arguments | size)), name)


@pytest.mark.parametrize(
    "make,name",
    [
        (lambda **kw: LSTM(I, H, **kw), "proj_size"),
        (lambda **kw: ConvLSTMCell(hidden_channels=C, kernel_size=3, **kw), "in_channels"),
        (lambda **kw: ConvLSTM(hidden_channels=C, kernel_size=3, **kw), "in_channels"),
        (lambda **kw: Conv1d(C, 4, 3, **kw), "padding"),
        (lambda **kw: Conv2d(C, 4, 3, **kw), "padding"),
        (lambda **kw: layers.conv1d_loop(**LINE, **kw), "padding"),
        (lambda **kw: layers.conv1d(**LINE, **kw), "padding"),
        (lambda **kw: layers.conv2d(**IMAGE, **kw), "padding"),
        (lambda **kw: LocallyConnected1d(**LOCAL, **kw), "padding"),
    ],
)
def test_a_size_below_0_is_refused_where_0_means_none(make, name):
    make(**{name: 0})
    assert_refuses_sizes(make, name, [-1, 1.5, None, True])


LSTM_2 = LSTM(I, H, 2, **F64)
LINES = Conv1d(C, 4, 3, padding=4, padding_mode="reflect", **F64)


def packed(rows, batch_sizes, features=I):
    return PackedSequence(randn(rows, features), torch.tensor(batch_sizes))


OTHERS = {
    "no time steps": (
        lambda: LSTM_2(randn(0, B, I)),
        "input",
        ["at least one time step", "got 0"],
    ),
    "one state for an LSTM": (
        lambda: LSTM_2(randn(T, B, I), randn(2, B, H)),
        "hx",
        [r"must be the pair \(h, c\)", "got Tensor"],
    ),
    "three states for an LSTM": (
        lambda: LSTM_2(randn(T, B, I), (randn(2, B, H),) * 3),
        "hx",
        [r"must be the pair \(h, c\)", "got tuple of 3"],
    ),
    "a number for a state": (
        lambda: LSTM_2(randn(T, B, I), 0),
        "hx",
        [r"must be the pair \(h, c\)", "got int"],
    ),
    "a pair for a GRU": (
        lambda: GRU(I, H, **F64)(randn(T, B, I), (randn(1, B, H), randn(1, B, H))),
        "h_0",
        ["must be a torch.Tensor", "got tuple"],
    ),
    "states of one layer for two": (
        lambda: LSTM_2(randn(T, B, I), (randn(1, B, H), randn(1, B, H))),
        "h_0",
        ["N is 2 as in the layer", r"got shape \(1, 2, 5\)"],
    ),
    "batched states for an unbatched input": (
        lambda: LSTM_2(randn(T, I), (randn(2, 1, H), randn(2, 1, H))),
        "h_0",
        [r"must have 2 dimensions \(N, S\)", "got 3"],
    ),
    "packed features": (
        lambda: LSTM_2(packed(3, [2, 1], I + 1)),
        "input",
        ["I is 4 as in the layer", r"got shape \(3, 5\)"],
    ),
    "packed states": (
        lambda: LSTM_2(pack_sequence([randn(2, I)] * 2), (randn(2, 3, H), randn(2, 3, H))),
        "h_0",
        ["B is 2 as in", r"got shape \(2, 3, 5\)"],
    ),
    "batch_sizes that rise": (
        lambda: LSTM_2(packed(3, [1, 2])),
        "input.batch_sizes",
        ["never rise", r"got \[1, 2\]"],
    ),
    "batch_sizes with a zero": (
        lambda: LSTM_2(packed(3, [3, 0])),
        "input.batch_sizes",
        ["positive", r"got \[3, 0\]"],
    ),
    "batch_sizes with a negative": (
        lambda: LSTM_2(packed(3, [4, -1])),
        "input.batch_sizes",
        ["positive", r"got \[4, -1\]"],
    ),
    "batch_sizes of more rows": (
        lambda: LSTM_2(packed(3, [2, 2])),
        "input.batch_sizes",
        ["sum to the 3 rows", r"got \[2, 2\]"],
    ),
    "no batch_sizes": (
        lambda: LSTM_2(packed(0, [])),
        "input.batch_sizes",
        ["positive", r"got \[\]"],
    ),
    "dropout": (lambda: LSTM(I, H, 2, dropout=-0.1), "dropout", ["between 0 and 1", "got -0.1"]),
    "bias": (lambda: LSTM(I, H, bias=3), "bias", ["must be a bool", "got int"]),
    "batch_first": (lambda: GRU(I, H, batch_first="yes"), "batch_first", ["bool", "got str"]),
    "too short to mirror": (
        lambda: LINES(randn(B, C, 4)),
        "input",
        [r"larger than padding=\(4,\)", r"got input of shape \(2, 3, 4\)"],
    ),
    "too short for a circle": (
        lambda: Conv2d(C, 4, 3, padding=(0, 5), padding_mode="circular")(torch.ones(B, C, 9, 4)),
        "input",
        [r"as large as padding=\(0, 5\)", r"got input of shape \(2, 3, 9, 4\)"],
    ),
    "pairs of three": (lambda: Conv2d(C, 4, (3, 3, 3)), "kernel_size", ["2 int", r"got \(3, 3"]),
    "a pair in one dimension": (lambda: Conv1d(C, 4, (3, 3)), "kernel_size", ["1 int", "got"]),
    "kernel wider than the place": (
        lambda: LocallyConnected1d(C, 4, length=2, kernel_size=3),
        "kernel_size=3",
        ["spans 3 places", "has 2"],
    ),
    "dense axes": (
        lambda: Dense(3, 2)(torch.ones(())),
        "input",
        ["3 features on its last axis", r"got shape \(\)"],
    ),
    "dense dtype": (lambda: Dense(3, 2)(randn(2, 3)), "input", ["float64", "float32"]),
    "dense device": (
        lambda: Dense(3, 2)(torch.ones(2, 3, device="meta")),
        "input",
        ["has device meta", "the weights have cpu"],
    ),
    "dense list": (lambda: Dense(3, 2)([1.0]), "input", ["must be a torch.Tensor", "got list"]),
    "image_size": (
        lambda: ConvLSTMCell(1, 2, 3, peephole="map", image_size=4),
        "image_size",
        ["a pair of ints", "got 4"],
    ),
    "image_size of zero": (
        lambda: ConvLSTMCell(1, 2, 3, peephole="map", image_size=(4, 0)),
        "image_size",
        ["at least 1", "got 0"],
    ),
    "zero states of nothing": (
        lambda: ConvLSTMCell(1, 2, 3).zero_state(None),
        "like",
        ["must be a torch.Tensor", "got NoneType"],
    ),
    "a cell without input and state": (
        lambda: ConvLSTMCell(0, 2, 3)(None),
        "state",
        ["cell without input needs a state"],
    ),
    "states that are a number": (
        lambda: ConvLSTM(1, 2, 3)(torch.ones(1, 1, 1, 4, 4), 3),
        "states",
        [r"a list with one \(h, c\) per layer", "got int"],
    ),
    "a state for all layers": (
        lambda: ConvLSTM(1, 2, 3, 2)(torch.ones(1, 1, 1, 4, 4), [torch.ones(1, 2, 4, 4)] * 2),
        "initial_states",
        [r"the pair \(h, c\)", "got Tensor"],
    ),
    "frames for a network without input": (
        lambda: ConvLSTM(0, 2, 3)(torch.ones(1, 1, 1, 4, 4), [MAPS]),
        "input",
        ["the number of time steps", "must be an int", "got Tensor"],
    ),
    "ConvLSTM dtype": (
        lambda: ConvLSTM(1, 2, 3)(randn(1, 1, 1, 4, 4)),
        "input",
        ["float64, the weights have torch.float32", r"input.to\(torch.float32\)"],
    ),
    "steps of the forecaster": (
        lambda: EncoderForecaster(1, 2, 3)(torch.ones(1, 1, 1, 4, 4), 0),
        "steps",
        ["at least 1", "got 0"],
    ),
    "out_channels": (
        lambda: EncoderForecaster(1, 2, 3, out_channels=0),
        "out_channels",
        ["at least 1", "got 0"],
    ),
    "even kernels": (
        lambda: layers.convlstm_forward(
            randn(B, T, I, S, S), None, randn(4 * C, I, 2, 2), randn(4 * C, C, 2, 2)
        ),
        "w_h",
        ["must have odd kernels", r"got \(2, 2\)"],
    ),
    "no input and no states": (
        lambda: layers.convlstm_forward(None, None, None, KERNELS["w_h"]),
        "input",
        ["give the initial states and the number of steps"],
    ),
    "ConvLSTM over no steps": (
        lambda: layers.convlstm_forward(randn(B, 0, I, S, S), None, *list(KERNELS.values())[:2]),
        "input",
        ["time steps", "at least 1", "got 0"],
    ),
    "ConvLSTM without its kernel": (
        lambda: layers.convlstm_forward(randn(B, T, I, S, S), None, KERNELS["w_x"], None),
        "w_h",
        ["must be a torch.Tensor", "got NoneType"],
    ),
    "output_sees": (
        lambda: layers.peephole_lstm_forward(
            ALL["input"], None, *weights(4).values(), *PEEPHOLES.values(), output_sees="both"
        ),
        "output_sees",
        ["must be 'new'", "got 'both'"],
    ),
}


@pytest.mark.parametrize("call,argument,words", OTHERS.values(), ids=OTHERS)
def test_anything_else_that_does_not_fit_is_named(call, argument, words):
    assert_answers(call, argument, words)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_whole_numbers_are_refused_where_a_state_holds_fractions(name):
    function, arguments, _ = FUNCTIONS[name]
    whole = {argument: tensor.long() for argument, tensor in arguments.items()}
    words = ["must hold floating-point numbers", "got dtype torch.int64"]
    assert_answers(lambda: function(**whole), next(iter(arguments)), words)


def test_the_tables_leave_out_no_public_name():
    spoken = {name.split()[0] for name in (*FUNCTIONS, *CONVOLUTIONS, *MODULES, *SIZES)}
    assert set(layers.__all__) - spoken == {"convlstm_forward"}  # several times in OTHERS


RECURRENT_INPUTS = {
    "axes": (randn(T, B, I, 1), None),
    "features": (randn(T, B, I + 1), None),
    "dtype": (randn(T, B, I).float(), None),
    "no time steps": (randn(0, B, I), None),
    "batch of the state": (randn(T, B, I), (1, B + 1, H)),
    "layers of the state": (randn(T, B, I), (2, B, H)),
    "units of the state": (randn(T, B, I), (1, B, H + 1)),
    "axes of the state": (randn(T, B, I), (B, H)),
    "state of an unbatched input": (randn(T, I), (1, 1, H)),
    "batch_sizes": (packed(3, [1, 2]), None),
    "packed features": (packed(3, [2, 1], I + 1), None),
}


@pytest.mark.parametrize("kind", [RNN, LSTM, GRU])
@pytest.mark.parametrize("input,state", RECURRENT_INPUTS.values(), ids=RECURRENT_INPUTS)
def test_who_catches_torchs_error_catches_ours(kind, input, state):
    theirs = getattr(nn, kind.__name__)(I, H, **F64)
    given = None if state is None else randn(*state)
    given = (given, given) if state is not None and kind is LSTM else given
    with pytest.raises((ValueError, RuntimeError, TypeError)) as expected:
        theirs(input, given)
    with pytest.raises(type(expected.value)):
        kind(I, H, **F64)(input, given)


CONV_CASES = {
    "axes": ({}, (B, C, 1, 1, 9)),
    "channels": ({}, (B, C + 1, 9, 9)),
    "kernel larger than the image": ({}, (B, C, 2, 9)),
    "stride 0": ({"stride": 0}, (B, C, 9, 9)),
    "negative padding": ({"padding": -1}, (B, C, 9, 9)),
    "padding word": ({"padding": "foo"}, None),
    "same with strides": ({"padding": "same", "stride": (1, 3)}, None),
    "padding mode": ({"padding_mode": "foo"}, None),
    "groups 0": ({"groups": 0}, None),
    "groups that do not divide": ({"groups": 2}, None),
    "mirror of a small image": ({"padding": 4, "padding_mode": "reflect"}, (B, C, 4, 9)),
    "circle of a small image": ({"padding": 4, "padding_mode": "circular"}, (B, C, 9, 3)),
}


@pytest.mark.parametrize("options,shape", CONV_CASES.values(), ids=CONV_CASES)
def test_who_catches_torchs_error_of_a_convolution_catches_ours(options, shape):
    def run(cls):
        module = cls(C, 4, 3, **options, **F64)
        return None if shape is None else module(randn(*shape))

    with pytest.raises((ValueError, RuntimeError)) as expected:
        run(nn.Conv2d)
    with pytest.raises(type(expected.value)):
        run(Conv2d)


def test_whole_numbers_are_convolved_as_torch_does():
    x, weight = torch.arange(36).reshape(1, 2, 3, 6), torch.arange(16).reshape(2, 2, 2, 2)
    mine = layers.conv2d(x, weight, padding=1)
    assert torch.equal(mine, nn.functional.conv2d(x, weight, padding=1))


def test_a_right_call_is_answered_without_a_word():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for function, arguments, _ in (FUNCTIONS | CONVOLUTIONS | MODULES).values():
            function(**arguments)
