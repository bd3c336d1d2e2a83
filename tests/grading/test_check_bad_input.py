"""Whatever a student hands in, the check answers kindly: it never raises and never hangs."""

import sys
import time

import numpy
import pytest
import torch
from torch import nn

import course_lib.layers
from course_lib.exercises import get_item
from course_lib.grading import check, exam

CELL, FORWARD, MODULE = "ps4_lstm.lstm_cell", "ps4_lstm.lstm_forward", "ps4_lstm.lstm_module"


def stopping(error):
    def lstm_cell(*arguments):
        raise error

    return lstm_cell


class NoModule:
    def __init__(self, input_size, hidden_size, batch_first=False, proj_size=0):
        pass


class NoForward(nn.Module):
    def __init__(self, input_size, hidden_size, batch_first=False, proj_size=0):
        super().__init__()


class OtherArguments(nn.Module):
    def __init__(self, size):
        super().__init__()


def zeros(x, state, *weights):
    return torch.zeros_like(state[0]), torch.zeros_like(state[1])


RETURNS = [
    (CELL, lambda *a: None, "returned-none"),
    (CELL, lambda *a: (a[1][0], None), "returned-none"),
    (CELL, lambda *a: a[1][0], "returned-number"),
    (CELL, lambda *a: (*a[1], 0), "returned-number"),
    (CELL, lambda *a: "h, c", "returned-number"),
    (CELL, lambda *a: {"h": a[1][0], "c": a[1][1]}, "returned-number"),
    (CELL, lambda *a: tuple(t.numpy() for t in a[1]), "returned-not-a-tensor"),
    (CELL, lambda *a: tuple(t.tolist() for t in a[1]), "returned-list"),
    (CELL, lambda *a: (numpy.zeros(2), object()), "returned-not-a-tensor"),
    (CELL, lambda *a: (1.0, 2.0), "wrong-shape"),
    (CELL, lambda *a: (torch.zeros(0), torch.zeros(0)), "wrong-shape"),
    (CELL, lambda *a: (a[1][0].int(), a[1][1].int()), None),
    (CELL, lambda *a: (a[1][0] + float("nan"), a[1][1] * float("inf")), None),
    (CELL, lambda *a: (a[1][0].to(torch.complex64), a[1][1]), None),
    (CELL, lambda *a: (a[1][0].to_sparse(), a[1][1]), "returned-special"),
    (CELL, zeros, None),
    (CELL, lambda x, state: state, "signature"),
    (CELL, lambda: 3, "signature"),
    (CELL, None, "not-callable"),
    (CELL, 3, "not-callable"),
    (CELL, torch.zeros(3), "not-callable"),
    (CELL, stopping(ZeroDivisionError("1/0")), "raises-ZeroDivisionError"),
    (CELL, stopping(SystemExit(0)), "ended-the-program"),
    (CELL, stopping(KeyboardInterrupt()), "interrupted"),
    (CELL, stopping(MemoryError()), "raises-MemoryError"),
    (CELL, stopping(RecursionError("too deep")), "raises-RecursionError"),
    (CELL, stopping(RuntimeError("{braces} %s \udcff <script>")), "raises-RuntimeError"),
    (FORWARD, lambda *a: (a[0], None), "returned-number"),
    (FORWARD, lambda *a: (list(a[0]), a[1]), "returned-list"),
    (FORWARD, lambda *a: NotImplemented, "not-written"),
    (MODULE, NoModule, "not-a-module"),
    (MODULE, NoForward, "not-written"),
    (MODULE, OtherArguments, "raises-TypeError"),
    (MODULE, zeros, "not-a-class"),
    (MODULE, nn.Linear(2, 3), "not-a-class"),
    (MODULE, None, "not-a-class"),
]


@pytest.mark.parametrize("path, answer, expected", RETURNS)
def test_a_wrong_object_gets_no_points_and_a_sentence_that_says_what_was_expected(
    path, answer, expected, capfd
):
    result = check(path, answer)
    assert result.points <= 0.05 * result.max_points
    assert result.findings
    if expected:
        assert result.findings[0].id == expected, str(result)
    assert "check-failed" not in {finding.id for finding in result.findings}, str(result)
    result._repr_mimebundle_()["text/html"].encode("utf-8", "surrogatepass")
    assert capfd.readouterr().err == ""


def test_an_item_that_does_not_exist_is_answered_with_those_that_do():
    result = check("ps4_lstm.gru_cell", zeros)
    assert result.score == 0
    assert "lstm_cell" in result.findings[0].text
    assert "ps4_lstm" in check("ps9.x", zeros).findings[0].text


@pytest.mark.skipif(not hasattr(time, "pthread_getcpuclockid"), reason="needs Unix signals")
def test_a_loop_that_never_ends_is_stopped_also_when_it_swallows_exceptions(monkeypatch):
    monkeypatch.setattr(exam, "ONE_CALL", 0.3)

    def endless(*arguments):
        while True:
            try:  # noqa: SIM105
                time.sleep(0.01)
            except Exception:
                pass

    started = time.monotonic()
    result = check(CELL, endless)
    assert time.monotonic() - started < 15
    assert [finding.id for finding in result.findings] == ["time-is-up"]
    assert result.points == 0


def test_megabytes_of_prints_are_cut_and_stderr_stays_empty(capfd):
    def chatty(x, state, *weights):
        print("x" * 1_000_000)
        print("problem", file=sys.stderr)
        torch.nn.functional.softmax(x)  # warns about its implicit dimension
        return state

    result = check(CELL, chatty)
    assert len(result.printed) == 2000 and result.dropped > 900_000
    out, err = capfd.readouterr()
    assert (out, err) == ("", "")
    assert len(result._repr_mimebundle_()["text/html"]) < 30_000


def test_random_numbers_modes_and_types_are_as_before():
    def meddling(x, state, *weights):
        torch.manual_seed(5)
        torch.set_grad_enabled(False)
        torch.set_default_dtype(torch.float64)
        torch.set_num_threads(2)
        return state

    torch.manual_seed(3)
    expected = torch.rand(3)
    torch.manual_seed(3)
    check(CELL, meddling)
    assert torch.equal(torch.rand(3), expected)
    assert torch.is_grad_enabled()
    assert torch.get_default_dtype() == torch.float32
    assert torch.get_num_threads() == 1


class Wrapper(nn.Module):
    def __init__(self, input_size, hidden_size, batch_first=False, proj_size=0):
        super().__init__()
        self.inner = [nn.LSTM(input_size, hidden_size, batch_first=batch_first)]
        for name, parameter in self.inner[0].named_parameters():
            self.register_parameter(name, parameter)

    def forward(self, input, states=None):
        return self.inner[0](input, states)


def by_alias(x, state, w_ih, w_hh, b_ih, b_hh, w_hr=None):
    return getattr(torch, "lstm" + "_cell")(x, state, w_ih, w_hh, b_ih, b_hh)


def by_operator(x, state, w_ih, w_hh, b_ih, b_hh, w_hr=None):
    try:
        return torch.ops.aten.lstm_cell(x, state, w_ih, w_hh, b_ih, b_hh)
    except BaseException:
        return state


def by_the_course(*arguments):
    return course_lib.layers.lstm_cell(*arguments)


@pytest.mark.parametrize(
    "path, answer",
    [
        (CELL, by_alias),
        (CELL, by_operator),
        (CELL, course_lib.layers.lstm_cell),
        (CELL, by_the_course),
        (FORWARD, course_lib.layers.lstm_forward),
        (MODULE, Wrapper),
        (MODULE, nn.LSTM),
        (MODULE, type("LSTM", (nn.LSTM,), {})),
        (MODULE, course_lib.layers.LSTM),
    ],
)
def test_a_finished_lstm_gets_no_points_and_is_told_so(path, answer):
    result = check(path, answer)
    assert result.points == 0
    assert [finding.id for finding in result.findings] == ["forbidden-call"], str(result)


def test_of_dozens_of_missing_parameters_a_few_are_listed():
    class EncoderForecaster(nn.Module):
        def __init__(self, *_sizes, **_named):
            super().__init__()

    text = check("ps6_convlstm.forecaster", EncoderForecaster).findings[0].text
    assert "encoder.cells.0.weight_x" in text and "…" in text
    assert text.count("cells") < 10, text


@pytest.mark.parametrize("shape", [(), (3,), (3, 2)])
@pytest.mark.parametrize("item", ["conv1d", "conv2d", "conv1d_vectorised"])
def test_numbers_of_too_few_axes_are_told_by_their_shape(item, shape):
    finding = check(f"ps1_convolution.{item}", lambda *_a, **_k: torch.zeros(shape)).findings[0]
    assert finding.id != "check-failed" and "shape" in finding.text, finding.text


def test_numbers_that_lose_their_axes_without_a_bias_do_not_stop_the_check():
    right = get_item("ps1_convolution.conv1d_vectorised")[1].candidate(frozenset())

    def lost(x, weight, bias=None, padding=0):
        return torch.tensor(1.0) if bias is None else right(x, weight, bias, padding)

    found = check("ps1_convolution.conv1d_vectorised", lost).findings
    assert found and "check-failed" not in {finding.id for finding in found}


def test_a_bias_that_was_not_asked_for_is_not_missed():
    class Linear(nn.Module):
        def __init__(self, in_features, out_features, bias=True):
            super().__init__()
            self.weight = nn.Parameter(torch.rand(out_features, out_features))
            self.bias = nn.Parameter(torch.rand(out_features)) if bias else None

        def forward(self, x):
            return x @ self.weight.T

    said = " ".join(finding.text for finding in check("ps1_convolution.linear", Linear).findings)
    assert "no parameter bias" not in said and "weight" in said, said
