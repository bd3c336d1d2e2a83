"""The cases PyTorch's own tests try on Conv1d and Conv2d: ours give torch's numbers and gradients.

Among them the long kernels, which ours reads through the FFT from some 70 places on.
"""

import warnings

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.nn import functional as F

from course_lib.layers import Conv1d, Conv2d, conv1d, conv2d, true_conv1d, true_conv2d
from course_lib.layers.correlate import long_kernel

pytestmark = pytest.mark.slow

# rtol and atol: float32 loses digits in long sums, in any order of adding.
TOLERANCE = {torch.float64: (1e-11, 1e-12), torch.float32: (1e-4, 1e-5)}
dtypes = pytest.mark.parametrize("dtype", TOLERANCE, ids=str)

# arguments and options of the module, shape of the input
LINES = {
    "plain": ((4, 5, 3), {}, (2, 4, 10)),
    "stride 2": ((4, 5, 3), {"stride": 2}, (2, 4, 10)),
    "padding 1": ((4, 5, 3), {"padding": 1}, (2, 4, 10)),
    "padding 2": ((4, 5, 5), {"padding": 2}, (2, 4, 10)),
    "padding 1 of one place": ((4, 4, 3), {"padding": 1}, (1, 4, 1)),
    "padding 2 of one place": ((4, 4, 5), {"padding": 2}, (1, 4, 1)),
    "empty batch": ((4, 5, 3), {}, (0, 4, 10)),
    "dilated": ((4, 5, 3), {"dilation": 2}, (2, 4, 10)),
    "strided and dilated": ((4, 5, 3), {"stride": 3, "dilation": 2, "padding": 2}, (2, 4, 11)),
    "groups": ((4, 6, 3), {"groups": 2}, (2, 4, 6)),
    "depthwise": ((4, 8, 3), {"groups": 4, "padding": 1}, (2, 4, 6)),
    "valid": ((4, 5, 3), {"padding": "valid"}, (2, 4, 10)),
    "same": ((4, 5, 3), {"padding": "same"}, (2, 4, 10)),
    "same, even kernel": ((4, 5, 4), {"padding": "same"}, (2, 4, 10)),
    "same, dilated": ((4, 5, 4), {"padding": "same", "dilation": 2}, (2, 4, 10)),
    "same, wider than the input": ((2, 3, 7), {"padding": "same"}, (1, 2, 4)),
    "kernel as long as the input": ((4, 5, 10), {}, (2, 4, 10)),
    "one place": ((4, 5, 1), {"stride": 2}, (2, 4, 9)),
    "unbatched": ((4, 5, 3), {"padding": 1}, (4, 10)),
    "padding alone": ((2, 3, 2), {"padding": 1, "stride": 3}, (2, 2, 2)),
    "long": ((3, 4, 80), {}, (2, 3, 200)),
    "just long": ((2, 3, long_kernel(2)), {"padding": 5}, (2, 2, 90)),
    "nearly long": ((2, 3, long_kernel(2) - 1), {"padding": 5}, (2, 2, 90)),
    "long, as the input": ((2, 3, 75), {}, (2, 2, 75)),
    "long, same": ((2, 3, 75), {"padding": "same"}, (2, 2, 70)),
    "long, groups": ((4, 6, 74), {"groups": 2, "padding": 37}, (2, 4, 101)),
    "long, depthwise": ((3, 6, 64), {"groups": 3}, (2, 3, 97)),
    "long, strided": ((2, 3, 65), {"stride": 2}, (2, 2, 100)),
    "long, dilated": ((2, 3, 65), {"dilation": 2}, (2, 2, 140)),
    "long, unbatched": ((2, 3, 75), {}, (2, 100)),
    "long, empty batch": ((2, 3, 75), {}, (0, 2, 100)),
}
IMAGES = {
    "plain": ((3, 4, (3, 2)), {}, (2, 3, 7, 5)),
    "strided": ((3, 4, (3, 3)), {"stride": (2, 2)}, (2, 3, 6, 6)),
    "padding": ((3, 4, (3, 3)), {"stride": (2, 2), "padding": (1, 1)}, (2, 3, 6, 6)),
    "padding of one side": ((3, 4, (3, 3)), {"padding": (0, 2)}, (2, 3, 6, 6)),
    "dilated": ((3, 2, (3, 3)), {"stride": (2, 2), "padding": 1, "dilation": 2}, (2, 3, 8, 8)),
    "dilated one way": ((3, 2, (2, 3)), {"dilation": (3, 1)}, (2, 3, 8, 8)),
    "everything at once": (
        (4, 6, (2, 3)),
        {"stride": (2, 1), "padding": (1, 3), "dilation": (1, 2), "groups": 2},
        (2, 4, 7, 6),
    ),
    "empty batch": ((3, 4, (3, 2)), {}, (0, 3, 7, 5)),
    "groups": ((4, 6, (3, 2)), {"groups": 2}, (2, 4, 6, 5)),
    "valid": ((2, 4, (3, 4)), {"padding": "valid"}, (2, 2, 6, 5)),
    "same": ((2, 4, (3, 4)), {"padding": "same"}, (2, 2, 6, 5)),
    "same, dilated": ((2, 4, (3, 4)), {"padding": "same", "dilation": 2}, (2, 2, 6, 5)),
    "depthwise": ((4, 4, (3, 3)), {"groups": 4}, (2, 4, 6, 6)),
    "depthwise, two each": ((4, 8, (3, 3)), {"groups": 4}, (2, 4, 6, 6)),
    "depthwise, strided": ((4, 4, (3, 3)), {"stride": (2, 2), "groups": 4}, (2, 4, 6, 6)),
    "depthwise, padded": ((4, 4, (3, 3)), {"padding": (1, 1), "groups": 4}, (2, 4, 6, 6)),
    "depthwise, dilated": ((4, 4, (2, 2)), {"dilation": (2, 2), "groups": 4}, (2, 4, 5, 5)),
    "1x1": ((4, 6, 1), {}, (2, 4, 5, 5)),
    "one row": ((3, 4, (1, 3)), {"padding": (0, 1)}, (2, 3, 1, 6)),
    "one column": ((3, 4, (3, 1)), {"padding": (1, 0)}, (2, 3, 6, 1)),
    "unbatched": ((3, 4, (3, 2)), {"stride": 2}, (3, 7, 5)),
    "kernel as large as the image": ((3, 4, (7, 5)), {}, (2, 3, 7, 5)),
    "large": ((2, 3, 9), {"padding": 4}, (2, 2, 12, 11)),
    "just large": ((2, 3, 8), {}, (1, 2, 11, 13)),
    "large, one row": ((2, 3, (1, 75)), {}, (1, 2, 3, 80)),
    "large, one column": ((2, 3, (75, 1)), {}, (1, 2, 80, 3)),
    "large, one place": ((2, 3, 8), {}, (1, 2, 8, 8)),
    "large, groups": ((4, 6, 8), {"groups": 2, "padding": (3, 4)}, (2, 4, 9, 10)),
    "large, strided": ((2, 3, 8), {"stride": (1, 2)}, (1, 2, 11, 13)),
    "large, dilated": ((2, 3, 8), {"dilation": (2, 1)}, (1, 2, 17, 11)),
}
CASES = [
    pytest.param(dims, *case, id=f"{dims}d {name}")
    for dims, cases in ((1, LINES), (2, IMAGES))
    for name, case in cases.items()
]
CLASSES = {1: (Conv1d, nn.Conv1d), 2: (Conv2d, nn.Conv2d)}


def pair(dims, args, dtype, **options):
    modules = []
    for cls in CLASSES[dims]:
        torch.manual_seed(1)
        modules.append(cls(*args, **options, dtype=dtype))
    return modules


def assert_parity(modules, input, wanted=None):
    """The same output, and gradients of the parameters and the input (or of those wanted)."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch warns about 'same' with even kernels
        outputs = [module(input) for module in modules]
    rtol, atol = TOLERANCE[input.dtype]
    torch.testing.assert_close(*outputs, rtol=rtol, atol=atol)
    factor = torch.randn(outputs[0].shape, dtype=input.dtype)
    found = [
        torch.autograd.grad((output * factor).sum(), wanted(module) if wanted else leaves)
        for output, module in zip(outputs, modules, strict=True)
        for leaves in [[*module.parameters(), input]]
    ]
    for mine, expected in zip(*found, strict=True):
        torch.testing.assert_close(mine, expected, rtol=rtol, atol=10 * atol)


@dtypes
@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("dims,args,options,shape", CASES)
def test_outputs_and_every_gradient_are_torchs(dims, args, options, shape, bias, dtype):
    modules = pair(dims, args, dtype, bias=bias, **options)
    assert_parity(modules, torch.randn(shape, dtype=dtype, requires_grad=True))


MODES = [
    (1, (2, 3, 3), {"stride": 2, "padding": 4}, (2, 2, 9)),
    (1, (2, 3, 4), {"padding": "same"}, (2, 2, 9)),
    (1, (2, 4, 3), {"padding": 2, "groups": 2, "dilation": 2}, (2, 9)),
    (1, (2, 3, 66), {"padding": 20}, (2, 2, 60)),
    (2, (2, 3, 3), {"stride": 2, "padding": (2, 3)}, (2, 2, 5, 6)),
    (2, (2, 3, (4, 3)), {"padding": "same", "dilation": (1, 2)}, (2, 2, 7, 6)),
    (2, (2, 2, (2, 3)), {"padding": (0, 1), "groups": 2}, (2, 5, 6)),
]


@pytest.mark.parametrize("mode", ["zeros", "reflect", "replicate", "circular"])
@pytest.mark.parametrize("dims,args,options,shape", MODES)
def test_every_padding_mode_is_torchs(dims, args, options, shape, mode):
    modules = pair(dims, args, torch.float64, padding_mode=mode, **options)
    assert_parity(modules, torch.randn(shape, dtype=torch.float64, requires_grad=True))


LAYOUTS = {
    "every other place": lambda x: torch.stack([x, x + 1], dim=-1)[..., 0],
    "axes the other way round": lambda x: x.mT.contiguous().mT,
    "one image for all": lambda x: x[:1].expand_as(x),
    "a window": lambda x: F.pad(x, (2, 1, 1, 2))[..., 1:-2, 2:-1],
    "channels last": lambda x: x.contiguous(memory_format=torch.channels_last),
}


@pytest.mark.parametrize("args", [(3, 4, 3), (3, 4, 8)], ids=["short", "long"])
@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)
def test_the_layout_in_memory_does_not_matter(layout, args):
    modules = pair(2, args, torch.float64, padding=2)
    input = layout(torch.randn(2, 3, 9, 8, dtype=torch.float64)).detach().requires_grad_()
    assert_parity(modules, input)
    for module in modules:
        module.to(memory_format=torch.channels_last)
    assert_parity(modules, input)


@pytest.mark.parametrize("length", [3, 78], ids=["short", "long"])
@pytest.mark.parametrize("wanted", ["weight", "bias", "input"])
def test_what_asks_for_no_gradient_gets_none_and_the_rest_gets_torchs(wanted, length):
    modules = pair(1, (2, 3, length), torch.float64)
    input = torch.randn(2, 2, 80, dtype=torch.float64, requires_grad=wanted == "input")
    for module in modules:
        for name, parameter in module.named_parameters():
            parameter.requires_grad_(name == wanted)
    assert_parity(modules, input, lambda m: [input if wanted == "input" else getattr(m, wanted)])
    modules[0](input).sum().backward()
    kept = {"input": input, **dict(modules[0].named_parameters())}
    assert [name for name, leaf in kept.items() if leaf.grad is not None] == [wanted]


@pytest.mark.parametrize(
    "dims,args,options,shape",
    [
        (1, (2, 4, 3), {"groups": 2, "stride": 2, "padding": 1}, (2, 2, 6)),
        (1, (1, 2, 64), {}, (1, 1, 66)),
        (2, (2, 2, (2, 3)), {"dilation": (2, 1)}, (1, 2, 4, 4)),
        (2, (1, 1, 8), {"padding": 1}, (1, 1, 7, 8)),
    ],
)
def test_gradcheck_and_gradgradcheck_pass(dims, args, options, shape):
    module = CLASSES[dims][0](*args, **options, dtype=torch.float64)

    def call(x, weight, bias):
        return torch.func.functional_call(module, {"weight": weight, "bias": bias}, (x,))

    x = torch.randn(shape, dtype=torch.float64, requires_grad=True)
    leaves = [x, *(p.detach().requires_grad_() for p in module.parameters())]
    assert torch.autograd.gradcheck(call, leaves, fast_mode=True)
    assert torch.autograd.gradgradcheck(call, leaves, fast_mode=True)


def test_a_convolution_is_scipys_words_for_it():
    """convolve and correlate of the whole signal: known numbers, forwards and turned round."""
    x, w = torch.tensor([[[1.0, 2.0, 3.0]]]), torch.tensor([[[0.0, 1.0, 0.5]]])
    assert true_conv1d(x, w, padding=2).flatten().tolist() == [0.0, 1.0, 2.5, 4.0, 1.5]
    assert conv1d(x, w, padding=2).flatten().tolist() == [0.5, 2.0, 3.5, 3.0, 0.0]


axis = {"kernel": st.integers(1, 4), "stride": st.integers(1, 3), "dilation": st.integers(1, 3)}
axis |= {"padding": st.integers(0, 3), "size": st.integers(1, 9)}
SHAPES = {
    "rows": st.fixed_dictionaries(axis),
    "columns": st.fixed_dictionaries(axis | {"kernel": st.sampled_from([1, 2, 3, 5, 75])}),
    "groups": st.integers(1, 3),
    "c_in": st.integers(1, 2),
    "c_out": st.integers(1, 2),
    "batch": st.integers(0, 3),
    "bias": st.booleans(),
}


def any_shape(rows, columns, groups, c_in, c_out, batch, bias):
    """Torch's numbers and gradients; where torch refuses, we refuse."""
    long = 71 * (columns["kernel"] == 75)
    options = {name: (rows[name], columns[name]) for name in ("stride", "padding", "dilation")} | {
        "groups": groups
    }
    kernel = rows["kernel"], columns["kernel"]
    x = torch.randn(batch, c_in * groups, rows["size"], columns["size"] + long).double()
    weight = torch.randn(c_out * groups, c_in, *kernel).double()
    leaves = [x, weight, *([torch.randn(c_out * groups).double()] if bias else [])]
    leaves = [leaf.requires_grad_() for leaf in leaves]
    try:
        expected = F.conv2d(*leaves, **options)
    except RuntimeError:
        with pytest.raises(ValueError, match="the kernel spans"):
            conv2d(*leaves, **options)
        return
    mine = conv2d(*leaves, **options)
    torch.testing.assert_close(mine, expected, rtol=1e-11, atol=1e-12)
    factor = torch.randn_like(expected)
    found = [torch.autograd.grad((out * factor).sum(), leaves) for out in (mine, expected)]
    for a, b in zip(*found, strict=True):
        torch.testing.assert_close(a, b, rtol=1e-11, atol=1e-11)
    turned = true_conv2d(x, weight.flip(2, 3), *leaves[2:], **options)
    torch.testing.assert_close(turned, mine, rtol=0, atol=1e-12)


@given(case=st.fixed_dictionaries(SHAPES))
@settings(max_examples=60, deadline=None)
def test_conv2d_of_any_shape_is_torchs_or_refused_with_it(case):
    any_shape(**case)


@pytest.mark.slow
@given(case=st.fixed_dictionaries(SHAPES))
@settings(max_examples=2000, deadline=None)
def test_conv2d_of_many_shapes_is_torchs_or_refused_with_it(case):
    any_shape(**case)
