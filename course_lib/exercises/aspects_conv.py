"""What is looked at in each part of the convolution assignment, and its worth in per cent."""

from course_lib.exercises.spec import Aspect
from course_lib.i18n import N_

TITLES = {
    "output": N_("output"),
    "everything": N_("stride, padding and dilation together"),
    "odd": N_("kernels of odd size"),
    "even": N_("kernels of even size"),
    "plain": N_("padding 0"),
    "alone": N_("stride 1, padding 0, dilation 1"),
    "padding": N_("padding alone"),
    "stride": N_("stride alone"),
    "dilation": N_("dilation alone"),
    "one-group": N_("groups=1"),
    "defaults": N_("called with x and weight alone"),
    "nobias": N_("no bias"),
    "no-loop": N_("no loop over positions"),
    "dense": N_("the dense layer"),
    "local": N_("the locally-connected layer"),
    "convolution": N_("the convolution"),
    "size": N_("the number of positions"),
    "parameters": N_("names and shapes of the parameters"),
    "start": N_("first values of the weights"),
    "axes": N_("one axis, or more than two"),
    "untouched": N_("the arguments stay as they were"),
    "gradients": N_("every gradient"),
    "load": N_("loads torch's state_dict"),
    "step": N_("one step of an optimiser"),
    "ones": N_("sizes of 1"),
    "views": N_("tensors that lie otherwise in memory"),
    "double": N_("float64"),
    "large": N_("large numbers, no NaN"),
    "again": N_("a second call"),
}
# float32 has few digits left behind the point when the sums are around 1000.
LARGE = {"rtol": 1e-2, "atol": 2e-2}


def _aspect(id: str, weight: float, role: str, observe: str = "values", **more) -> Aspect:
    return Aspect(id, TITLES[id], weight, role, observe, **more)


def _rest(untouched=4, gradients=12, ones=6, views=4, double=4, large=4, again=2):
    """What is asked of every convolution beside its numbers."""
    return (
        _aspect("untouched", untouched, "ordinary", "arguments_after"),
        _aspect("gradients", gradients, "ordinary", "gradients"),
        _aspect("ones", ones, "ones", fault="sizes-of-one"),
        _aspect("views", views, "views", fault="view"),
        _aspect("double", double, "double", fault="float32"),
        _aspect("large", large, "large", **LARGE),
        _aspect("again", again, "ordinary", "second_call", fault="keeps-state"),
    )


def of_counts() -> tuple[Aspect, ...]:
    exact = {"rtol": 0.0, "atol": 0.0, "basic": True}
    return (
        _aspect("dense", 30, "ordinary", only=("dense",), **exact),
        _aspect("local", 35, "ordinary", only=("local",), **exact),
        _aspect("convolution", 35, "ordinary", only=("convolution",), **exact),
    )


def of_size() -> tuple[Aspect, ...]:
    return (_aspect("size", 100, "ordinary", rtol=0.0, atol=0.0, basic=True),)


def of_linear() -> tuple[Aspect, ...]:
    return (
        _aspect("parameters", 12, "ordinary", "parameters", basic=True),
        _aspect("start", 12, "ordinary", "first_weights", basic=True),
        _aspect("output", 24, "ordinary", basic=True),
        _aspect("axes", 12, "axes", fault="two-axes-only"),
        _aspect("nobias", 8, "ordinary", "without_bias", fault="needs-bias"),
        _aspect("untouched", 4, "ordinary", "arguments_after"),
        _aspect("load", 4, "ordinary", "loaded"),
        _aspect("gradients", 10, "ordinary", "gradients"),
        _aspect("step", 4, "ordinary", "optimiser_step", fault="not-registered"),
        _aspect("ones", 4, "ones", fault="sizes-of-one"),
        _aspect("double", 2, "double", fault="float32"),
        _aspect("large", 2, "large", **LARGE),
        _aspect("again", 2, "ordinary", "second_call", fault="keeps-state"),
    )


def of_conv1d() -> tuple[Aspect, ...]:
    return (
        _aspect("output", 28, "ordinary", basic=True),
        _aspect("plain", 16, "plain", fault="crop-empty"),
        _aspect("nobias", 8, "nobias", fault="bias-needed"),
        _aspect("defaults", 4, "ordinary", "defaults"),
        *_rest(gradients=20, ones=8),
    )


def of_vectorised() -> tuple[Aspect, ...]:
    return (
        _aspect("output", 18, "ordinary", basic=True),
        _aspect("plain", 4, "plain", fault="crop-empty"),
        _aspect("nobias", 4, "nobias", fault="bias-needed"),
        _aspect("defaults", 2, "ordinary", "defaults"),
        _aspect("no-loop", 40, "ordinary", "truths_of_loops", fault="loops-over-positions"),
        *_rest(gradients=10, ones=4),
    )


def of_same() -> tuple[Aspect, ...]:
    return (
        _aspect("output", 20, "ordinary", basic=True),
        _aspect("even", 12, "even", basic=True),
        _aspect("odd", 12, "odd", basic=True),
        _aspect("nobias", 6, "nobias", fault="bias-needed"),
        _aspect("defaults", 4, "ordinary", "defaults"),
        *_rest(gradients=16, ones=12),
    )


def of_conv2d() -> tuple[Aspect, ...]:
    return (
        _aspect("everything", 18, "ordinary", basic=True),
        _aspect("alone", 12, "plain", basic=True, fault="crop-empty"),
        _aspect("padding", 8, "padding"),
        _aspect("stride", 8, "stride"),
        _aspect("dilation", 8, "dilation"),
        _aspect("nobias", 4, "nobias", fault="bias-needed"),
        _aspect("defaults", 4, "ordinary", "defaults"),
        *_rest(gradients=14),
    )


def of_true() -> tuple[Aspect, ...]:
    return (
        _aspect("output", 36, "ordinary", basic=True),
        _aspect("plain", 10, "plain", fault="crop-empty"),
        _aspect("nobias", 6, "nobias", fault="bias-needed"),
        _aspect("defaults", 4, "ordinary", "defaults"),
        *_rest(gradients=16, ones=10),
    )


def of_grouped() -> tuple[Aspect, ...]:
    return (
        _aspect("everything", 36, "ordinary", basic=True),
        _aspect("alone", 6, "plain", fault="crop-empty"),
        _aspect("one-group", 6, "padding"),
        _aspect("nobias", 8, "nobias", fault="bias-needed"),
        _aspect("defaults", 4, "ordinary", "defaults"),
        *_rest(gradients=16),
    )
