"""The cost calculator counts; the formulas of the books and torch's own layers are its oracle."""

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from course_lib.figures import CostCalculator
from course_lib.layers import parameter_counts


def counts(kind, **sizes):
    figure = CostCalculator(kind)
    return figure.compute(figure.clean(sizes))


def test_the_photo_of_the_first_chapter():
    photo = counts("images", n=1024, c=3, c_out=3, s=5)
    assert photo["dense"]["parameters"] == 9_895_604_649_984
    assert photo["local"]["parameters"] == 235_929_600
    assert photo["convolution"]["parameters"] == 228


@pytest.mark.parametrize("sizes", [(7, 3, 4, 5), (1, 1, 1, 1), (16, 2, 9, 15)])
def test_the_three_layers_agree_with_the_published_counts(sizes):
    n, c, c_out, s = sizes
    found = counts("images", n=n, c=c, c_out=c_out, s=s)
    wanted = parameter_counts(n, n, c, c_out, s)
    assert {name: found[name]["parameters"] for name in wanted} == wanted


@pytest.mark.parametrize(("I", "H", "P"), [(64, 256, 64), (1, 2, 1), (5, 7, 6)])
def test_recurrent_layers_have_the_parameters_of_torchs(I, H, P):
    found = counts("vectors", I=I, H=H, P=P)
    layers = {
        "rnn": torch.nn.RNN(I, H),
        "gru": torch.nn.GRU(I, H),
        "lstm": torch.nn.LSTM(I, H),
        "lstmp": torch.nn.LSTM(I, H, proj_size=P),
    }
    for name, layer in layers.items():
        assert found[name]["parameters"] == sum(p.numel() for p in layer.parameters())
        gates = layer.weight_ih_l0.shape[0] // H
        read = P if name == "lstmp" else H
        projected = P * H if name == "lstmp" else 0
        assert found[name]["multiply_adds"] == gates * H * (I + read) + projected


def test_multiply_adds_are_those_torchs_own_cells_are_seen_to_make():
    I, H = 5, 7
    found = counts("vectors", I=I, H=H, P=3)
    cells = {"rnn": torch.nn.RNNCell(I, H), "gru": torch.nn.GRUCell(I, H)}
    for name, cell in cells.items():
        with FlopCounterMode(display=False) as counter:
            cell.to("meta")(torch.empty(1, I, device="meta"))
        assert found[name]["multiply_adds"] == counter.get_total_flops() // 2


def test_a_convolution_makes_one_multiply_add_for_each_weight_and_pixel():
    found = counts("images", n=6, c=3, c_out=4, s=5)
    assert found["convolution"]["multiply_adds"] == 6 * 6 * 5 * 5 * 3 * 4
    assert found["local"]["multiply_adds"] == found["convolution"]["multiply_adds"]
    assert found["convlstm"]["multiply_adds"] == 6 * 6 * 5 * 5 * (3 + 4) * 4 * 4
    # Kernels, one bias for each gate and channel, three peepholes for each channel.
    assert found["convlstm"]["parameters"] == 4 * 4 * (3 + 4) * 25 + 4 * 4 + 3 * 4


def test_a_projection_has_to_be_smaller_than_what_it_projects():
    assert "lstmp" in counts("vectors", H=8, P=7)
    assert "lstmp" not in counts("vectors", H=8, P=8)
    assert "—" in CostCalculator("vectors", H=8, P=8).picture()


def test_every_count_is_one_that_the_page_holds_exactly():
    largest = counts("images", n=256, c=256, c_out=256, s=15)
    assert max(max(cost.values()) for cost in largest.values()) < 2**53
