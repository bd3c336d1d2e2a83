"""ConvLSTM against torch's LSTM and conv2d, and against the parameter counts of Shi et al. 2015."""

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from course_lib.layers import ConvLSTM, ConvLSTMCell, EncoderForecaster, convlstm_cell

B, T, C, D, HEIGHT, WIDTH = 2, 4, 3, 5, 6, 7


def randn(*shape):
    return torch.randn(*shape, dtype=torch.float64)


def count(module):
    return sum(p.numel() for p in module.parameters())


@pytest.mark.parametrize(
    "hidden,paper",
    [([256], 13_524_496), ([128, 128], 10_042_896), ([128, 64, 64], 7_585_296)],
    ids=["1 layer", "2 layers", "3 layers"],
)
def test_parameter_counts_are_the_papers(hidden, paper):
    """Shi et al. 2015, table 1: 5x5 kernels, 64x64 frames cut into 4x4 patches (16 channels)."""
    assert count(EncoderForecaster(16, hidden, 5, len(hidden), device="meta")) == paper


def test_the_fully_connected_lstm_of_the_paper_is_one_on_a_single_pixel():
    """Shi et al. 2015, table 1: FC-LSTM-2048-2048 on vectors of 64 · 64 pixels."""
    fc_lstm = EncoderForecaster(4096, 2048, 1, 2, read_all_layers=False, device="meta")
    assert count(fc_lstm) == 142_667_776


def test_peepholes_as_maps_and_none_miss_the_papers_counts_by_what_the_chapter_says():
    maps = EncoderForecaster(16, 256, 5, peephole="map", image_size=(16, 16), device="meta")
    none = EncoderForecaster(16, 256, 5, peephole=None, device="meta")
    assert count(maps) - 13_524_496 == 391_680
    assert 13_524_496 - count(none) == 1_536


def test_a_1x1_convolution_on_one_pixel_is_torchs_lstm_cell():
    cell = nn.LSTMCell(C, D, dtype=torch.float64)
    x, h, c = randn(B, C), randn(B, D), randn(B, D)
    got = convlstm_cell(
        x[..., None, None],
        (h[..., None, None], c[..., None, None]),
        cell.weight_ih[..., None, None],
        cell.weight_hh[..., None, None],
        cell.bias_ih + cell.bias_hh,
    )
    for mine, reference in zip(got, cell(x, (h, c)), strict=True):
        torch.testing.assert_close(mine[..., 0, 0], reference)


@pytest.mark.parametrize("peephole", ["channel", "map", None])
def test_the_cell_is_eight_convolutions_and_three_hadamard_products(peephole):
    """The equations of Shi et al. 2015 one by one, with torch's conv2d."""
    size = (HEIGHT, WIDTH)
    cell = ConvLSTMCell(C, D, 3, peephole=peephole, image_size=size, dtype=torch.float64)
    for weight in cell.parameters():
        nn.init.normal_(weight)
    x, h, c = randn(B, C, *size), randn(B, D, *size), randn(B, D, *size)
    w_xi, w_xf, w_xg, w_xo = cell.weight_x.chunk(4)
    w_hi, w_hf, w_hg, w_ho = cell.weight_h.chunk(4)
    b_i, b_f, b_g, b_o = cell.bias.chunk(4)
    w_ci, w_cf, w_co = (
        (0, 0, 0) if peephole is None else (cell.weight_ci, cell.weight_cf, cell.weight_co)
    )

    def conv(x, w_x, h, w_h, b):
        return F.conv2d(x, w_x, b, padding=1) + F.conv2d(h, w_h, padding=1)

    i = torch.sigmoid(conv(x, w_xi, h, w_hi, b_i) + w_ci * c)
    f = torch.sigmoid(conv(x, w_xf, h, w_hf, b_f) + w_cf * c)
    c_new = f * c + i * torch.tanh(conv(x, w_xg, h, w_hg, b_g))
    o = torch.sigmoid(conv(x, w_xo, h, w_ho, b_o) + w_co * c_new)
    torch.testing.assert_close(cell(x, (h, c)), (o * torch.tanh(c_new), c_new))


def test_peepholes_start_at_zero_are_registered_and_learn():
    cell = ConvLSTMCell(C, D, 3, peephole="map", image_size=(HEIGHT, WIDTH))
    names = dict(cell.named_parameters())
    assert {"weight_ci", "weight_cf", "weight_co"} <= names.keys()
    assert all(names[f"weight_c{g}"].abs().max() == 0 for g in "ifo")
    optimiser = torch.optim.SGD(cell.parameters(), lr=1.0)
    state = cell(torch.randn(B, C, HEIGHT, WIDTH))
    cell(torch.randn(B, C, HEIGHT, WIDTH), state)[0].square().sum().backward()
    optimiser.step()
    assert all(names[f"weight_c{g}"].abs().max() > 0 for g in "ifo")
    assert cell.to(torch.float64).weight_ci.dtype == torch.float64


def test_zero_states_take_size_dtype_and_device_of_the_input():
    cell = ConvLSTMCell(C, D, 3, dtype=torch.float64)
    x = randn(B, C, HEIGHT, WIDTH)
    h, c = cell.zero_state(x)
    assert h.shape == c.shape == (B, D, HEIGHT, WIDTH) and h.dtype == torch.float64
    torch.testing.assert_close(cell(x), cell(x, (h, c)))
    meta = ConvLSTMCell(C, D, 3, device="meta")
    assert meta(torch.empty(B, C, 4, 4, device="meta"))[0].device.type == "meta"


@pytest.mark.parametrize("batch_first", [True, False])
def test_the_network_feeds_each_layer_the_hidden_state_of_the_one_below(batch_first):
    net = ConvLSTM(C, [D, 2], [3, (1, 5)], 2, batch_first=batch_first, return_all_layers=True)
    net = net.double()
    input = randn(B, T, C, HEIGHT, WIDTH)
    outputs, finals = net(input if batch_first else input.transpose(0, 1))
    states = [None, None]
    for t in range(T):
        below = input[:, t]
        for layer, cell in enumerate(net.cells):
            states[layer] = cell(below, states[layer])
            below = states[layer][0]
            at_t = outputs[layer][:, t] if batch_first else outputs[layer][t]
            torch.testing.assert_close(at_t, below)
    for mine, reference in zip(finals, states, strict=True):
        torch.testing.assert_close(mine, reference)


def test_the_last_layer_alone_is_the_default():
    net = ConvLSTM(C, [D, 2], 3, 2)
    output, finals = net(torch.randn(T, B, C, HEIGHT, WIDTH))
    assert output.shape == (T, B, 2, HEIGHT, WIDTH) and len(finals) == 2


def test_a_stateful_network_goes_on_where_it_stopped_and_cuts_the_gradient():
    torch.manual_seed(1)
    plain = ConvLSTM(C, D, 3, dtype=torch.float64)
    torch.manual_seed(1)
    carrying = ConvLSTM(C, D, 3, stateful=True, dtype=torch.float64)
    input = randn(2 * T, B, C, HEIGHT, WIDTH).requires_grad_()
    whole, _ = plain(input)
    halves = [carrying(input[:T])[0], carrying(input[T:])[0]]
    torch.testing.assert_close(torch.cat(halves), whole)
    (gradient,) = torch.autograd.grad(halves[1].sum(), input)
    assert gradient[:T].abs().max() == 0 and gradient[T:].abs().max() > 0
    carrying.reset_states()
    torch.testing.assert_close(carrying(input[:T])[0], whole[:T])


@pytest.mark.parametrize("batch_first", [True, False])
def test_the_forecaster_goes_on_from_the_encoders_states_without_input(batch_first):
    net = EncoderForecaster(2, [4, 3], 3, 2, batch_first=batch_first).double()
    input = randn(B, T, 2, HEIGHT, WIDTH)
    frames = net(input if batch_first else input.transpose(0, 1), steps=3)
    frames = frames if batch_first else frames.transpose(0, 1)
    assert frames.shape == (B, 3, 2, HEIGHT, WIDTH)
    _, states = net.encoder(input if batch_first else input.transpose(0, 1))
    for t in range(3):
        first = net.forecaster.cells[0](None, states[0])
        second = net.forecaster.cells[1](first[0], states[1])
        states = [first, second]
        features = torch.cat([first[0], second[0]], dim=1)
        torch.testing.assert_close(frames[:, t], net.to_frame(features))


def test_gradcheck_passes_for_every_argument_of_the_cell():
    leaves = [
        t.requires_grad_()
        for t in (
            randn(1, 1, 3, 4), randn(1, 2, 3, 4), randn(1, 2, 3, 4), randn(8, 1, 3, 3),
            randn(8, 2, 3, 3), randn(8), randn(2, 3, 4), randn(2, 3, 4), randn(2, 3, 4),
        )
    ]  # fmt: skip
    assert torch.autograd.gradcheck(
        lambda x, h, c, *w: convlstm_cell(x, (h, c), *w), leaves, fast_mode=True
    )


BAD_CALLS = {
    "even kernel": (lambda: ConvLSTMCell(1, 2, 4), "kernel_size must be odd"),
    "map without size": (
        lambda: ConvLSTMCell(1, 2, 3, peephole="map"),
        r"needs image_size=\(H, W\)",
    ),
    "peephole": (lambda: ConvLSTMCell(1, 2, 3, peephole="full"), "'channel', 'map' or None"),
    "list too short": (lambda: ConvLSTM(1, [2], 3, 2), "hidden_channels has 1 entries"),
    "channels": (
        lambda: ConvLSTM(3, 2, 3)(torch.ones(T, B, 2, 4, 4)),
        r"input must be \(T, B, C, H, W\).*C is 3 as in the layer",
    ),
    "states": (
        lambda: ConvLSTM(1, 2, 3, 2)(torch.ones(T, B, 1, 4, 4), [None]),
        "one .h, c. per layer: 2, got 1",
    ),
    "another size": (
        lambda: ConvLSTMCell(1, 2, 3, peephole="map", image_size=(4, 4))(torch.ones(1, 1, 5, 4)),
        r"w_ci must be \(C_h, H, W\).*H is 5 as in x",
    ),
    "no steps": (lambda: ConvLSTM(1, 2, 3)(torch.ones(0, 1, 1, 4, 4)), "no time steps"),
}


@pytest.mark.parametrize("call,sentence", BAD_CALLS.values(), ids=BAD_CALLS)
def test_a_bad_argument_is_named(call, sentence):
    with pytest.raises((ValueError, TypeError), match=sentence):
        call()
