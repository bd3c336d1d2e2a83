"""The nowcast viewer shows what the recorded models predict, and their gates."""

from base64 import b64decode

import numpy as np
import pytest
import torch
from torch.nn.functional import pixel_unshuffle

from course_lib.figures import NowcastViewer
from course_lib.models import errors_by_lead_time
from course_lib.models.gate_maps import gate_maps
from course_lib.models.nowcasting import SCALES, films, trained_nowcaster

SCALE = SCALES["small"]


@pytest.fixture(scope="module")
def constants():
    return NowcastViewer().constants


def pictures(text, *shape):
    return torch.from_numpy(np.frombuffer(b64decode(text), np.uint8).copy()).reshape(shape)


@torch.no_grad()
@pytest.mark.parametrize("name", ["fc", "kernel-1", "layers-2"])
def test_the_pictures_are_what_the_recorded_weights_predict(constants, name):
    past, future = (part[:6] for part in films(SCALE, "test"))
    shown = pictures(constants["predictions"][name], 6, 5, 16, 16) / 255
    made_again = trained_nowcaster(name)(past, 5).sigmoid()[:, :, 0]
    assert (shown - made_again).abs().max() <= 0.5 / 255 + 1e-4
    frames = pictures(constants["films"], 6, 10, 16, 16) / 255
    assert (frames - torch.cat([past, future], dim=1)[:, :, 0]).abs().max() <= 0.51 / 255


@torch.no_grad()
def test_the_errors_are_those_of_the_models_up_to_the_rounding_of_pixels():
    past, future = (part[2:3] for part in films(SCALE, "test"))
    values = NowcastViewer("fc", film=3).values
    exact = errors_by_lead_time(trained_nowcaster("fc")(past, 5).sigmoid(), future)
    assert values["errors"]["fc"] == pytest.approx(exact.tolist(), abs=5e-4)


@torch.no_grad()
@pytest.mark.parametrize("name", ["kernel-1", "layers-2"])
def test_the_gates_shown_are_those_with_which_the_network_computes(name):
    """From them follow the states that the network itself gives out."""
    past, _ = (part[:2] for part in films(SCALE, "test"))
    network = trained_nowcaster(name).network
    cut = pixel_unshuffle(past, SCALE.patch)
    maps = gate_maps(network, cut, 5)
    _, states = network.encoder(cut)
    layers, finals = network.forecaster(5, states)
    torch.testing.assert_close(maps["h"][:, 4], states[0][0], atol=1e-5, rtol=1e-4)
    torch.testing.assert_close(maps["h"][:, 5:], layers[0], atol=1e-5, rtol=1e-4)
    torch.testing.assert_close(maps["c"][:, -1], finals[0][1], atol=1e-5, rtol=1e-4)
    kept = maps["f"][:, 1:] * maps["c"][:, :-1] + maps["i"][:, 1:] * maps["g"][:, 1:]
    torch.testing.assert_close(kept, maps["c"][:, 1:])


def test_the_page_carries_the_gate_maps_of_three_channels(constants):
    network = trained_nowcaster("layers-2").network
    past, _ = (part[:6] for part in films(SCALE, "test"))
    maps = gate_maps(network, pixel_unshuffle(past, SCALE.patch), 5)
    shown = pictures(constants["gates"]["layers-2"]["bytes"], 6, 10, 3, 3, 8, 8) / 255
    for place, gate in enumerate("ifo"):
        for channel in shown[:, :, place].unbind(2):
            distance = (maps[gate] - channel[:, :, None]).abs().amax(dim=(0, 1, 3, 4))
            assert distance.min() <= 0.51 / 255


def test_the_page_stays_small_enough_for_a_telephone(constants):
    texts = [constants["films"], *constants["predictions"].values()]
    texts += [gate["bytes"] for gate in constants["gates"].values()]
    assert sum(map(len, texts)) < 250_000
