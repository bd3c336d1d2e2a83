"""While an answer is asked, torch's finished layers cannot be reached by any name."""

import os
import statistics
import subprocess
import sys
from time import perf_counter

import pytest
import torch
from torch import nn

from course_lib.grading import check
from course_lib.grading.engine import finished
from course_lib.grading.exam import Exam
from course_lib.grading.forbidden import ForbiddenCall
from tests.grading.solution import answers

X = torch.randn(2, 5, 3)
LAYERS = {
    "lstm": lambda: nn.LSTM(3, 4, batch_first=True)(X),
    "lstm_cell": lambda: nn.LSTMCell(3, 4)(X[:, 0]),
    "gru": lambda: nn.GRU(3, 4, batch_first=True)(X),
    "gru_cell": lambda: nn.GRUCell(3, 4)(X[:, 0]),
    "rnn_tanh": lambda: nn.RNN(3, 4, batch_first=True)(X),
    "rnn_relu": lambda: nn.RNN(3, 4, nonlinearity="relu")(X),
    "rnn_tanh_cell": lambda: nn.RNNCell(3, 4)(X[:, 0]),
    "rnn_relu_cell": lambda: nn.RNNCell(3, 4, nonlinearity="relu")(X[:, 0]),
    "conv1d": lambda: nn.Conv1d(5, 4, 3)(X),
    "conv2d": lambda: nn.Conv2d(2, 4, 3)(X),
    "conv_transpose2d": lambda: nn.ConvTranspose2d(2, 4, 3)(X),
    "im2col": lambda: nn.functional.unfold(torch.zeros(1, 2, 4, 4), 3),
    "linear": lambda: nn.Linear(3, 4)(X),
    "bilinear": lambda: nn.Bilinear(3, 3, 4)(X, X),
}
NET = nn.LSTM(3, 4, batch_first=True)
GIVEN = (X, (torch.zeros(1, 2, 4),) * 2, list(NET.parameters()), True, 1, 0.0, False, False, True)
WAYS = {
    "torch": lambda: torch.lstm(*GIVEN),
    "_VF": lambda: torch._VF.lstm(*GIVEN),
    "aten": lambda: torch.ops.aten.lstm.input(*GIVEN),
    "aten-packet": lambda: torch.ops.aten.lstm(*GIVEN),
    "decompose": lambda: torch.ops.aten.lstm.input.decompose(*GIVEN),
    "_C": lambda: torch._C._VariableFunctions.lstm(*GIVEN),
    "no_grad": lambda: torch.no_grad()(torch.lstm)(*GIVEN),
    "inference": lambda: torch.inference_mode()(torch.lstm)(*GIVEN),
    "packed": lambda: NET(nn.utils.rnn.pack_padded_sequence(X, [5, 4], batch_first=True)),
    "no-watch": lambda: _without_watch(lambda: torch.lstm(*GIVEN)),
    "quantized": lambda: torch.quantized_lstm_cell(X, [X, X], *[X] * 8, 1, 1, 1, 1),
}


def _without_watch(call):
    with torch._C.DisableTorchFunction():
        return call()


@pytest.fixture(autouse=True)
def _usable_again():
    yield
    finished.make_unusable(frozenset())


@pytest.mark.parametrize("name", LAYERS)
def test_what_is_forbidden_stops_and_works_again(name):
    LAYERS[name]()
    finished.make_unusable(frozenset({name}))
    with pytest.raises(ForbiddenCall) as stopped:
        LAYERS[name]()
    assert stopped.value.name == name
    finished.make_unusable(frozenset())
    before = torch.get_rng_state()
    first = LAYERS[name]()
    torch.set_rng_state(before)
    again = LAYERS[name]()
    first, again = (out[0] if isinstance(out, tuple) else out for out in (first, again))
    assert first.requires_grad == (name != "im2col") and torch.equal(first, again)


@pytest.mark.parametrize("way", [w for w in WAYS if w != "quantized"])
def test_an_lstm_is_stopped_by_every_name(way):
    WAYS[way]()
    finished.make_unusable(frozenset({"lstm", "lstm_cell"}))
    with pytest.raises(ForbiddenCall):
        WAYS[way]()


def test_each_name_alone_is_forbidden():
    finished.make_unusable(frozenset({"lstm"}))
    LAYERS["gru"]()
    finished.make_unusable(frozenset({"gru"}))
    LAYERS["lstm"]()
    with pytest.raises(ForbiddenCall):
        LAYERS["gru"]()


def test_every_kernel_named_is_one_of_this_torch_or_of_another_device():
    there = finished.kernels_below(frozenset(finished.KERNELS))
    for name, kernels in finished.KERNELS.items():
        assert set(kernels) & there.keys(), name


def test_solutions_need_none_of_it(assignment, monkeypatch):
    """The course's observations of its own answers, made without what each item forbids."""
    asked = []
    really = Exam._ask

    def without(exam, observe, case, seed=0):
        finished.make_unusable(exam.item.forbidden)
        try:
            return really(exam, observe, case, seed)
        finally:
            asked.append(observe)
            finished.make_unusable(frozenset())

    monkeypatch.setattr(Exam, "_ask", without)
    names = answers(assignment.id)
    for item in assignment.items:
        result = check(f"{assignment.id}.{item.id}", names[item.name])
        assert result.score == 1, str(result)
    assert len(asked) > 10


def test_it_costs_a_few_milliseconds_and_no_thread():
    code = (
        "import os, torch\ntorch.set_num_threads(1)\n"
        "from course_lib.grading.engine import finished\n"
        "before = len(os.listdir('/proc/self/task'))\n"
        "finished.make_unusable(frozenset(finished.KERNELS))\n"
        "print(len(os.listdir('/proc/self/task')) - before)"
    )
    if os.path.isdir("/proc/self/task"):
        told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
        assert told.stdout.strip() == "0", told.stderr
    times = []
    for _again in range(15):
        started = perf_counter()
        finished.make_unusable(frozenset({"lstm", "lstm_cell"}))
        finished.make_unusable(frozenset())
        times.append(perf_counter() - started)
    assert statistics.median(times) < 0.02, times
