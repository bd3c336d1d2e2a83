"""Dense, locally connected and convolutional layers against torch, over the option grid."""

import itertools
import warnings

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.nn import functional as F

from course_lib.layers import (
    Conv1d,
    Conv2d,
    Dense,
    LocallyConnected1d,
    conv1d,
    conv1d_loop,
    conv2d,
    parameter_counts,
    true_conv1d,
    true_conv2d,
)

GRID = [
    (kernel, stride, padding, dilation, groups, bias)
    for kernel, stride, padding, dilation, groups, bias in itertools.product(
        (1, 2, (3, 2)),
        (1, (2, 3)),
        (0, (2, 1), "same", "valid"),
        (1, (2, 1)),
        (1, 2),
        (True, False),
    )
    if padding != "same" or stride == 1
]


def pair(ours, theirs, *args, **kwargs):
    modules = []
    for cls in (ours, theirs):
        torch.manual_seed(1)
        modules.append(cls(*args, dtype=torch.float64, **kwargs))
    return modules


def same_numbers_and_gradients(ours, theirs, input):
    input = input.clone().requires_grad_()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch warns about 'same' with even kernels
        outputs = [module(input) for module in (ours, theirs)]
    torch.testing.assert_close(*outputs)
    factor = torch.randn_like(outputs[0])
    gradients = [
        torch.autograd.grad((out * factor).sum(), [*module.parameters(), input])
        for out, module in zip(outputs, (ours, theirs), strict=True)
    ]
    for mine, reference in zip(*gradients, strict=True):
        torch.testing.assert_close(mine, reference)


@pytest.mark.parametrize("kernel,stride,padding,dilation,groups,bias", GRID)
def test_conv2d_is_torchs_forward_and_backward(kernel, stride, padding, dilation, groups, bias):
    modules = pair(Conv2d, nn.Conv2d, 4, 6, kernel, stride, padding, dilation, groups, bias)
    assert repr(modules[0]) == repr(modules[1])
    assert torch.equal(modules[0].weight, modules[1].weight)
    same_numbers_and_gradients(*modules, torch.randn(2, 4, 8, 9, dtype=torch.float64))


@pytest.mark.parametrize("mode", ["zeros", "reflect", "replicate", "circular"])
@pytest.mark.parametrize("batch", [(3,), ()], ids=["batched", "unbatched"])
def test_conv1d_is_torchs_in_every_padding_mode(mode, batch):
    modules = pair(Conv1d, nn.Conv1d, 4, 6, 4, 2, 3, 2, 2, padding_mode=mode)
    same_numbers_and_gradients(*modules, torch.randn(*batch, 4, 20, dtype=torch.float64))


@given(
    length=st.integers(1, 12),
    kernel=st.integers(1, 6),
    stride=st.integers(1, 3),
    padding=st.integers(0, 3),
    dilation=st.integers(1, 3),
)
@settings(max_examples=60, deadline=None)
def test_conv1d_has_torchs_shape_and_numbers_or_refuses_with_it(
    length, kernel, stride, padding, dilation
):
    x, w, b = torch.randn(2, 3, length), torch.randn(4, 3, kernel), torch.randn(4)
    options = {"stride": stride, "padding": padding, "dilation": dilation}
    try:
        expected = F.conv1d(x, w, b, **options)
    except RuntimeError:
        with pytest.raises(ValueError, match="the kernel spans"):
            conv1d(x, w, b, **options)
        return
    torch.testing.assert_close(conv1d(x, w, b, **options), expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("padding", [0, 2])
def test_the_patch_loop_is_the_matmul(padding):
    x, w, b = (torch.randn(*s, dtype=torch.float64) for s in ((2, 3, 7), (4, 3, 3), (4,)))
    torch.testing.assert_close(conv1d_loop(x, w, b, padding), conv1d(x, w, b, padding))
    torch.testing.assert_close(conv1d_loop(x, w, b, padding), F.conv1d(x, w, b, padding=padding))


def test_true_convolution_is_the_one_of_mathematics():
    x, w = torch.tensor([1.0, 2.0, 3.0]), torch.tensor([10.0, 1.0])
    full = true_conv1d(x[None, None], w[None, None], padding=1)[0, 0]
    # (x * w)_n = Σ_m x_m w_{n-m}: the coefficients of the product of two polynomials
    assert full.tolist() == [10.0, 21.0, 32.0, 3.0]
    image, kernel = torch.randn(1, 1, 5, 5), torch.randn(1, 1, 3, 2)
    commuted = [
        true_conv2d(image, kernel, padding=(4, 4)),
        true_conv2d(kernel, image, padding=(4, 4)),
    ]
    # convolution commutes; the full outputs agree where both are defined
    full_size = (5 + 3 - 1, 5 + 2 - 1)
    first = commuted[0][..., 2:-2, 3:-3]
    second = commuted[1]
    assert first.shape[-2:] == second.shape[-2:] == full_size
    torch.testing.assert_close(first, second)


def test_dense_is_torchs_linear():
    same_numbers_and_gradients(
        *pair(Dense, nn.Linear, 3, 5), torch.randn(2, 4, 3, dtype=torch.float64)
    )


def test_locally_connected_with_shared_weights_is_a_convolution():
    layer = LocallyConnected1d(2, 3, length=7, kernel_size=3, padding=1)
    shared, bias = torch.randn(3, 2, 3), torch.randn(3)
    with torch.no_grad():
        layer.weight.copy_(shared.expand(7, 3, 2, 3))
        layer.bias.copy_(bias[:, None].expand(3, 7))
    x = torch.randn(4, 2, 7)
    torch.testing.assert_close(layer(x), F.conv1d(x, shared, bias, padding=1))


def test_locally_connected_weights_belong_to_their_place():
    layer = LocallyConnected1d(1, 1, length=5, kernel_size=1, bias=False)
    with torch.no_grad():
        layer.weight.copy_(torch.arange(5.0).reshape(5, 1, 1, 1))
    assert layer(torch.ones(1, 1, 5)).flatten().tolist() == [0.0, 1.0, 2.0, 3.0, 4.0]


def test_parameter_counts_are_those_of_the_modules():
    counts = parameter_counts(1024, 1024, 3, 3, 3)
    assert counts["dense"] == 9_895_604_649_984  # (1024 · 1024 · 3)²
    assert counts["local"] == 1024 * 1024 * 9 * 3 * 3
    assert counts["convolution"] == sum(p.numel() for p in nn.Conv2d(3, 3, 3).parameters())
    dense = Dense(4 * 5 * 2, 4 * 5 * 3, bias=False, device="meta")
    assert parameter_counts(4, 5, 2, 3, 3)["dense"] == dense.weight.numel()


BAD_CALLS = {
    "channels": (
        lambda: conv2d(torch.ones(1, 3, 4, 4), torch.ones(2, 4, 3, 3)),
        r"weight must be \(C_out, C_in / groups, \.\.\.\) with C_in=3 as in x",
    ),
    "axes": (lambda: conv2d(torch.ones(3, 4, 4), torch.ones(2, 3, 3, 3)), "x must have 4 dim"),
    "kernel too wide": (
        lambda: conv1d(torch.ones(1, 1, 3), torch.ones(1, 1, 5)),
        r"the kernel spans 5 places .* the padded input has 3",
    ),
    "stride 0": (lambda: Conv2d(1, 1, 3, stride=0), "stride must be 2 int"),
    "same with stride": (lambda: Conv2d(1, 1, 3, stride=2, padding="same"), "only with stride 1"),
    "groups": (lambda: Conv2d(3, 4, 3, groups=2), r"in_channels \(3\) must be a multiple"),
    "padding word": (lambda: Conv2d(1, 1, 3, padding="full"), "'same' or 'valid', got 'full'"),
    "padding mode": (lambda: Conv1d(1, 1, 3, padding_mode="mirror"), "padding_mode must be one of"),
    "length": (
        lambda: LocallyConnected1d(1, 1, 5, 3)(torch.ones(1, 1, 6)),
        r"x must be \(B, C_in, L\).*L is 5 as in the layer",
    ),
    "dense features": (lambda: Dense(3, 2)(torch.ones(2, 4)), "3 features on its last axis"),
}


@pytest.mark.parametrize("call,sentence", BAD_CALLS.values(), ids=BAD_CALLS)
def test_a_bad_argument_is_named(call, sentence):
    with pytest.raises((ValueError, TypeError), match=sentence):
        call()
