"""The two ways of a correlation give the same numbers, and each is taken where it can be."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn import functional as F

from course_lib.layers import conv1d, conv2d
from course_lib.layers.correlate import by_fft, by_products

few = st.integers(1, 3)
places = st.integers(1, 7)


@given(batch=few, c_in=few, c_out=few, kernel=st.tuples(places, places), more=st.tuples(few, few))
@settings(max_examples=40, deadline=None)
def test_products_and_spectra_are_torchs_at_any_size(batch, c_in, c_out, kernel, more):
    """Odd and even frames, one row, one column, a kernel as large as the frame."""
    frame = [k + n - 1 for k, n in zip(kernel, more, strict=True)]
    x = torch.randn(batch, c_in, *frame, dtype=torch.float64, requires_grad=True)
    weight = torch.randn(c_out, c_in, *kernel, dtype=torch.float64, requires_grad=True)
    found = [
        F.conv2d(x, weight),
        by_products(x, weight, (1, 1), (1, 1), more),
        by_fft(x, weight, more),
    ]
    factor = torch.randn_like(found[0])
    grads = [torch.autograd.grad((out * factor).sum(), (x, weight)) for out in found]
    for out, grad in zip(found[1:], grads[1:], strict=True):
        torch.testing.assert_close(out, found[0], rtol=0, atol=1e-12)
        for mine, expected in zip(grad, grads[0], strict=True):
            torch.testing.assert_close(mine, expected, rtol=0, atol=1e-12)


@pytest.fixture
def taken(monkeypatch):
    """The names of the ways that were taken."""
    names = []
    for name in ("by_fft", "by_products"):
        way = getattr(correlate_module(), name)
        monkeypatch.setattr(
            correlate_module(),
            name,
            lambda *a, way=way, name=name: (names.append(name), way(*a))[1],
        )
    return names


def correlate_module():
    import sys

    return sys.modules["course_lib.layers.correlate"]


def test_short_kernels_go_by_products_and_long_ones_by_the_fft(taken):
    x = torch.randn(1, 1, 600)
    conv1d(x, torch.randn(1, 1, 3))
    conv1d(x, torch.randn(1, 1, 511))
    assert taken == ["by_products", "by_fft"]


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16], ids=str)
def test_a_long_kernel_in_half_precision_meets_no_fft(taken, dtype):
    x, weight = torch.randn(1, 2, 200), torch.randn(3, 2, 100) / 10
    out = conv1d(x.to(dtype), weight.to(dtype))
    assert taken == ["by_products"] and out.dtype == dtype
    torch.testing.assert_close(out.float(), F.conv1d(x, weight), rtol=0.1, atol=0.2)


def test_a_long_kernel_under_autocast_has_the_dtype_of_a_short_one(taken):
    x = torch.randn(1, 2, 200)
    with torch.autocast("cpu", torch.bfloat16):
        outputs = [conv1d(x, torch.randn(3, 2, k)) for k in (3, 100)]
    assert taken == ["by_products"] * 2
    assert [out.dtype for out in outputs] == [torch.bfloat16] * 2


def test_strides_and_dilations_of_each_axis_on_long_kernels_meet_no_fft(taken):
    x, weight = torch.randn(1, 1, 30, 31).double(), torch.randn(1, 1, 8, 9).double()
    for options in ({"stride": (1, 2)}, {"stride": (2, 1)}, {"dilation": (1, 2)}):
        out = conv2d(x, weight, **options)
        torch.testing.assert_close(out, F.conv2d(x, weight, **options), rtol=0, atol=1e-12)
    assert taken == ["by_products"] * 3
