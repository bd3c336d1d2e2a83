"""The networks of the recorded clocks are the course's layers, and the record is theirs."""

import pytest
import torch
from torch import nn

from course_lib.layers import peephole_lstm_forward
from course_lib.models.record_peephole import KINDS, SIZES, Clocks, learn, right, target
from course_lib.models.recorded import recorded

STEPS, H = 7, 2


def one_clock(kind, number):
    """Fifty clocks with random peepholes, and one of them as the weights of a layer."""
    clocks = Clocks(kind, H)
    if kind != "plain":
        with torch.no_grad():
            clocks.peepholes.normal_(generator=torch.Generator().manual_seed(1))
    w_ih = clocks.signal[number].T  # (4H, 1): the signal is the one input
    return clocks, (w_ih, clocks.w_h[number].T, clocks.b[number, 0], None)


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_computes_what_its_layer_computes(kind):
    clocks, weights = one_clock(kind, 3)
    signal = torch.zeros(1, STEPS, 1)
    signal[0, 0] = 1
    w_ci, w_cf, w_cg, w_co = clocks.peepholes[3]
    if kind == "plain":
        lstm = nn.LSTM(1, H, batch_first=True)
        names = ("weight_ih_l0", "weight_hh_l0", "bias_ih_l0")
        lstm.load_state_dict(
            dict(zip(names, weights, strict=False)) | {"bias_hh_l0": torch.zeros(4 * H)}
        )
        output, _ = lstm(signal)
    else:
        lecture = kind == "lecture"
        output, _ = peephole_lstm_forward(
            signal, None, *weights, w_ci, w_cf, w_co,
            w_cg if lecture else None, "old" if lecture else "new",
        )  # fmt: skip
    wanted = (output[0] @ clocks.w_y[3] + clocks.b_y[3])[:, 0]
    torch.testing.assert_close(clocks(STEPS)[3], wanted)


def test_a_network_counts_that_fires_at_every_nth_step_and_never_else():
    answers = target(3, 9) * 2 - 1
    assert answers.tolist() == [-1, -1, 1, -1, -1, 1, -1, -1, 1]
    late = answers.roll(1)
    assert right(lambda steps: torch.stack([answers, late, answers]), 3, 3) == 2


def test_the_record_is_of_these_kinds_and_sizes_and_a_short_training_runs(monkeypatch):
    rows = recorded("peephole")["results"]["rows"]
    assert [(row["N"], row["H"], row["kind"]) for row in rows] == [
        (N, H, kind) for N, H in SIZES for kind in KINDS
    ]
    monkeypatch.setattr("course_lib.models.record_peephole.UPDATES", 2)
    assert learn("peephole", 2, 1).keys() == {"trained", "longer"}
