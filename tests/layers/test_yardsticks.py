"""What the layers are timed against computes what they compute; ratios and slopes are right."""

import pytest
import torch

from course_lib.bench import yardsticks
from course_lib.bench.cases import CONVOLUTIONS, every_case, twins
from course_lib.bench.measure import in_turn, ratios, slope
from course_lib.layers import ConvLSTM

F64 = torch.float64


@pytest.mark.parametrize("kind", ["RNN", "LSTM", "LSTMP", "GRU"])
def test_ours_torchs_and_the_lectures_loop_are_one_network(kind):
    ours, torchs, projected = (
        t.double() if isinstance(t, torch.nn.Module) else t for t in twins(kind, 3, 5)
    )
    x, weights = torch.randn(2, 4, 3, dtype=F64), list(ours.parameters())
    h, c = torch.zeros(2, projected or 5, dtype=F64), torch.zeros(2, 5, dtype=F64)
    lecture = {
        "RNN": lambda: yardsticks.lecture_rnn(x, h, weights),
        "GRU": lambda: yardsticks.lecture_gru(x, h, weights),
    }.get(kind, lambda: yardsticks.lecture_lstm(x, h, c, weights))
    for other in (torchs(x)[0], lecture()):
        torch.testing.assert_close(other, ours(x)[0], rtol=0, atol=1e-12)


def test_eight_convolutions_are_our_convlstm():
    theirs = yardsticks.EightConvolutions(2, 3, 3, (5, 6)).double()
    ours = ConvLSTM(2, 3, 3, batch_first=True, peephole="map", image_size=(5, 6), dtype=F64)
    cell, x = ours.cells[0], torch.randn(2, 4, 2, 5, 6, dtype=F64)
    with torch.no_grad():
        for peephole in theirs.peepholes:
            peephole.normal_()
        cell.weight_x.copy_(torch.cat([conv.weight for conv in theirs.from_x]))
        cell.weight_h.copy_(torch.cat([conv.weight for conv in theirs.from_h]))
        cell.bias.copy_(torch.cat([conv.bias for conv in theirs.from_x]))
        for mine, other in zip(
            (cell.weight_ci, cell.weight_cf, cell.weight_co), theirs.peepholes, strict=True
        ):
            mine.copy_(other)
    torch.testing.assert_close(theirs(x), ours(x)[0], rtol=0, atol=1e-12)


def test_one_convolution_is_our_convlstm_without_peepholes():
    theirs = yardsticks.OneConvolution(2, 3, 3).double()
    ours = ConvLSTM(2, 3, 3, batch_first=True, peephole=None, dtype=F64)
    cell, x = ours.cells[0], torch.randn(2, 4, 2, 5, 6, dtype=F64)
    order = [0, 1, 3, 2]  # theirs are i, f, o, g
    with torch.no_grad():
        weight = torch.cat([theirs.conv.weight.chunk(4)[n] for n in order])
        cell.weight_x.copy_(weight[:, :2])
        cell.weight_h.copy_(weight[:, 2:])
        cell.bias.copy_(torch.cat([theirs.conv.bias.chunk(4)[n] for n in order]))
    torch.testing.assert_close(theirs(x), ours(x)[0], rtol=0, atol=1e-12)


def test_the_convolutions_alone_are_those_of_our_convlstm():
    """As many weights as ours has in its kernels, and an output of the same shape."""
    alone = yardsticks.ConvolutionsAlone(2, 3, 3)
    cell = ConvLSTM(2, 3, 3).cells[0]
    assert alone.w_x.shape == cell.weight_x.shape and alone.w_h.shape == cell.weight_h.shape
    assert alone(torch.randn(2, 4, 2, 5, 6)).shape == (2, 4, 3, 5, 6)


@pytest.mark.parametrize("name", CONVOLUTIONS)
def test_the_convolutions_compared_give_the_same_numbers(name):
    runs = every_case()[f"{name} fwd"]().runs
    torch.testing.assert_close(runs["ours"](), runs["torch"](), rtol=1e-4, atol=1e-3)


@pytest.mark.parametrize("name", ["RNN small", "LSTM small", "LSTMP small", "GRU small"])
def test_every_version_of_a_case_gives_the_same_output_with_and_without_gradients(name):
    for what in ("fwd", "fwd+bwd"):
        case = every_case()[f"{name} {what}"]()
        outputs = [run() for run in case.runs.values()]
        assert {"ours", "torch", "lecture"} <= set(case.runs) and case.against == "torch"
        for other in outputs[1:]:
            torch.testing.assert_close(other, outputs[0], rtol=1e-5, atol=1e-5)
            assert other.requires_grad == (what == "fwd+bwd")


def test_ratios_are_taken_round_by_round():
    found = ratios({"ours": [1.0, 4.0, 9.0], "torch": [2.0, 2.0, 3.0]}, "torch")
    assert found["ours"] == {"median": 2.0, "low": 0.5, "high": 3.0}
    assert found["torch"] == {"median": 1.0, "low": 1.0, "high": 1.0}


def test_runs_take_turns_and_the_first_round_is_not_counted():
    order = []
    seconds = in_turn({name: lambda name=name: order.append(name) for name in "ab"}, rounds=3)
    assert order == list("abababab")
    assert {name: len(times) for name, times in seconds.items()} == {"a": 3, "b": 3}


@pytest.mark.parametrize("exponent", [0, 1, 2])
def test_the_slope_is_the_exponent(exponent):
    sizes = [1, 2, 4, 8]
    assert slope(sizes, [3.0 * n**exponent for n in sizes]) == pytest.approx(exponent)
