"""The recorded trainings over a long gap: what chapter 8 says of them, and one done again."""

import pytest
import torch

from course_lib.models import record_long_gap as long_gap
from course_lib.models.recorded import recorded

SOLVED = 0.95


@pytest.fixture(scope="module")
def results():
    return recorded("long_gap")["results"]


def solved(results, kind, gap):
    shares = results["kinds"][kind]["shares"][str(gap)]
    assert len(shares) == len(long_gap.SEEDS)
    return sum(share > SOLVED for share in shares)


def test_the_record_is_of_the_settings_in_the_script(results):
    biases = {kind: tuple(told["biases"]) for kind, told in results["kinds"].items()}
    assert biases == {kind: settings[1:] for kind, settings in long_gap.KINDS.items()}
    assert results["gaps"] == long_gap.GAPS and results["updates"] == long_gap.UPDATES


def test_over_a_long_gap_only_the_lstm_whose_gates_start_right_always_answers(results):
    best = "LSTM, b_f + 5, b_i - 5"
    for gap in (30, 100, 200):
        assert solved(results, best, gap) == len(long_gap.SEEDS)
        assert solved(results, "RNN", gap) <= len(long_gap.SEEDS) // 2
        assert solved(results, "LSTM", gap) == 0
    assert solved(results, "LSTM, b_f + 5", 30) == len(long_gap.SEEDS)
    assert solved(results, "LSTM, b_f + 5", 100) <= 1
    assert solved(results, "RNN", 10) == len(long_gap.SEEDS)  # it is the gap, not the task


def test_only_the_first_bit_has_the_flag_and_is_the_answer():
    x, y = long_gap.bits(torch.Generator().manual_seed(0), 6, 50)
    assert x.shape == (50, 7, 2) and torch.equal(x[:, 0, 0], y)
    assert x[:, 0, 1].min() == 1 and x[:, 1:, 1].abs().max() == 0
    assert set(x[..., 0].unique().tolist()) == {-1.0, 1.0}


def test_one_of_the_trainings_done_again_is_solved_again(results):
    again = long_gap.train("LSTM, b_f + 5, b_i - 5", 10, seed=0)
    assert again["share"] > SOLVED and again["updates"] < long_gap.UPDATES


def test_the_influence_of_an_input_that_is_not_read_is_zero():
    class LastOnly(torch.nn.Module):
        def forward(self, x):
            return x[:, -1].sum(dim=1)

    norms = long_gap.reach(LastOnly(), torch.Generator().manual_seed(0))
    assert norms[:-1] == [0.0] * long_gap.REACH
    assert norms[-1] == pytest.approx(2**0.5)
