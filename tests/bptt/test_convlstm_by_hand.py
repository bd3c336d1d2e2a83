"""The ConvLSTM's hand-written backward pass against autograd over the readable loop."""

import pytest
import torch

from course_lib.bptt.convlstm import recipe
from course_lib.bptt.function import run
from course_lib.layers import ConvLSTM, EncoderForecaster, convlstm_forward

B, T, C_IN, C_H, HEIGHT, WIDTH, K_H, K_W = 3, 5, 2, 4, 6, 7, 3, 5
STEP = 4 * C_H * HEIGHT * WIDTH * 8  # bytes of one image's gates


def randn(*shape):
    return torch.randn(*shape, dtype=torch.float64, requires_grad=True)


def leaves(peephole, bias=True, with_input=True):
    maps = {"map": (C_H, HEIGHT, WIDTH), "channel": (C_H, 1, 1)}
    weights = [randn(*maps[peephole]) if peephole else None for _ in range(3)]
    return [
        randn(B, T, C_IN, HEIGHT, WIDTH) if with_input else None,
        randn(B, C_H, HEIGHT, WIDTH),
        randn(B, C_H, HEIGHT, WIDTH),
        randn(4 * C_H, C_IN, K_H, K_W) if with_input else None,
        randn(4 * C_H, C_H, K_H, K_W),
        randn(4 * C_H) if bias else None,
        *weights,
    ]


def readable(input, h_0, c_0, *weights):
    output, states = convlstm_forward(input, (h_0, c_0), *weights, steps=T)
    return output, *states


def gradients(outputs, grads, tensors):
    wanted = [t for t in tensors if t is not None and t.requires_grad]
    return torch.autograd.grad(outputs, wanted, grads)


@pytest.mark.parametrize("block", [STEP * B * T, STEP * B * 2, STEP * 2, STEP], ids=str)
@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("with_input", [True, False], ids=["input", "no input"])
@pytest.mark.parametrize("peephole", ["map", "channel", None])
def test_it_is_autograds_to_1e_12(peephole, with_input, bias, block, monkeypatch):
    """All at once, some steps at once, and some images or one image at a time."""
    monkeypatch.setattr("course_lib.bptt.weights.BLOCK_BYTES", block)
    tensors = leaves(peephole, bias, with_input)
    mine, expected = run(recipe(T), readable, *tensors), readable(*tensors)
    grads = [torch.randn_like(t) for t in expected]
    for a, b in zip(mine, expected, strict=True):
        torch.testing.assert_close(a, b, rtol=0, atol=1e-12)
    found = gradients(mine, grads, tensors), gradients(expected, grads, tensors)
    for a, b in zip(*found, strict=True):
        torch.testing.assert_close(a, b, rtol=0, atol=1e-12)


def test_frames_that_need_no_gradient_get_none_and_the_weights_get_the_same():
    tensors = leaves("map")
    grads = None
    found = []
    for needed in (True, False):
        frames = tensors[0].detach().requires_grad_(needed)
        outputs = run(recipe(T), readable, frames, *tensors[1:])
        grads = grads or [torch.randn_like(t) for t in outputs]
        found.append(gradients(outputs, grads, tensors[1:]))
    for a, b in zip(*found, strict=True):
        torch.testing.assert_close(a, b, rtol=0, atol=1e-12)


def test_any_part_of_what_comes_back_may_be_the_one_that_matters():
    for part in range(3):
        tensors = leaves("channel")
        mine, expected = run(recipe(T), readable, *tensors), readable(*tensors)
        found = (
            gradients(mine[part].sum(), None, tensors),
            gradients(expected[part].sum(), None, tensors),
        )
        for a, b in zip(*found, strict=True):
            torch.testing.assert_close(a, b, rtol=0, atol=1e-12)


@pytest.mark.parametrize("peephole", ["map", "channel", None])
def test_gradcheck_and_gradgradcheck_pass_through_the_network(peephole):
    size = {"peephole": peephole, "image_size": (4, 3), "batch_first": True}
    network = ConvLSTM(2, [3, 2], 3, 2, **size, dtype=torch.float64)
    names = [name for name, _ in network.named_parameters()]

    def call(input, *parameters):
        values = dict(zip(names, parameters, strict=True))
        output, states = torch.func.functional_call(network, values, (input,))
        return output, states[0][1]

    parameters = [torch.randn_like(p).requires_grad_() for p in network.parameters()]
    tensors = [randn(2, 3, 2, 4, 3), *parameters]
    assert torch.autograd.gradcheck(call, tensors, fast_mode=True)
    assert torch.autograd.gradgradcheck(call, tensors, fast_mode=True)


def test_the_same_numbers_with_and_without_a_record_of_gradients():
    network = EncoderForecaster(1, [4, 3], 3, 2, batch_first=True)
    frames = torch.randn(2, 4, 1, 8, 6)
    with torch.no_grad():
        silent = network(frames, 3)
    assert silent.grad_fn is None
    torch.testing.assert_close(silent, network(frames, 3), rtol=0, atol=0)


def test_an_empty_batch_gives_an_empty_output():
    output, _ = ConvLSTM(1, 3, 3, batch_first=True)(torch.randn(0, 4, 1, 5, 5))
    assert output.shape == (0, 4, 3, 5, 5)


def test_what_comes_back_may_be_changed_in_place():
    network = ConvLSTM(1, 3, 3, batch_first=True)
    frames, found = torch.randn(2, 4, 1, 5, 5), []
    for double in (torch.Tensor.mul_, torch.Tensor.mul):
        output, [(h, c)] = network(frames)
        loss = (double(output, 2) * double(h, 2).unsqueeze(1) * double(c, 2).unsqueeze(1)).sum()
        found.append(torch.autograd.grad(loss, list(network.parameters())))
    for a, b in zip(*found, strict=True):
        torch.testing.assert_close(a, b)
