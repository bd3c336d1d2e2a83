"""Torch's finished layers made unusable while an answer is asked, where students' code runs.

Below every name that Python code can find for an LSTM stands one kernel of torch's dispatcher;
that is replaced. A student's own cells may compare with torch's layer, so nothing is replaced
while they run. Autograd is no kernel: ``course_lib.grading.forbidden.watching`` sees it, and the
calls that have no kernel of their own.
"""

import warnings
from functools import lru_cache

from course_lib.grading.forbidden import ForbiddenCall

# Names that items forbid, and the kernels below them, also those that they are made of.
_OTHER_DEVICES = ("_cudnn_rnn", "miopen_rnn")
_CONVOLUTION = ("convolution", "_convolution", "_convolution.deprecated", "mkldnn_convolution",
                "thnn_conv2d", "_slow_conv2d_forward", "slow_conv3d")  # fmt: skip
KERNELS: dict[str, tuple[str, ...]] = {
    "lstm": ("lstm.input", "lstm.data", "quantized_lstm.input", "quantized_lstm.data", "_lstm_mps",
             "mkldnn_rnn_layer", *_OTHER_DEVICES),
    "lstm_cell": ("lstm_cell", "quantized_lstm_cell", "_thnn_fused_lstm_cell"),
    "gru": ("gru.input", "gru.data", "quantized_gru.input", "quantized_gru.data", *_OTHER_DEVICES),
    "gru_cell": ("gru_cell", "quantized_gru_cell", "_thnn_fused_gru_cell"),
    "rnn_tanh": ("rnn_tanh.input", "rnn_tanh.data", *_OTHER_DEVICES),
    "rnn_relu": ("rnn_relu.input", "rnn_relu.data", *_OTHER_DEVICES),
    "rnn_tanh_cell": ("rnn_tanh_cell", "quantized_rnn_tanh_cell"),
    "rnn_relu_cell": ("rnn_relu_cell", "quantized_rnn_relu_cell"),
    **{f"conv{n}d": (f"conv{n}d", f"conv{n}d.padding") for n in (1, 2, 3)},
    "conv_transpose1d": ("conv_transpose1d",),
    "conv_transpose2d": ("conv_transpose2d.input",),
    "conv_transpose3d": ("conv_transpose3d.input",),
    "conv_tbc": ("conv_tbc",),
    "convolution": _CONVOLUTION,
    "im2col": ("im2col",),
    "col2im": ("col2im",),
    "linear": ("linear",),
    "bilinear": ("bilinear", "_trilinear"),
}  # fmt: skip
# A kernel of the first key is met by every call, whatever the tensors are.
_WHOLE, _PARTS = "CompositeImplicitAutograd", ("CPU", "AutogradCPU")

_library = None  # torch takes what it replaced back when its library goes
_now: frozenset[str] = frozenset()


def make_unusable(names: frozenset[str]) -> None:
    """Let calls below these names raise ForbiddenCall, and those of all others work again.

    ``names`` are ``Item.forbidden``, before the item's answer is asked; none before a cell is run.
    """
    global _library, _now
    wanted = frozenset(names & KERNELS.keys())
    if wanted == _now:
        return
    import torch

    if _library is not None:
        _library._destroy()
        _library = None
    _now = frozenset()
    if wanted:
        _library = torch.library.Library("aten", "IMPL")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # "overriding a kernel": that is what is meant
            for kernel, name in kernels_below(wanted).items():
                for key in _keys(kernel):
                    _library.impl(kernel, _stop(name), key)
    _now = wanted


def kernels_below(names: frozenset[str]) -> dict[str, str]:
    """The kernels that this torch has below these names, each with the name to tell."""
    several = {kernel: name for name in sorted(names & KERNELS.keys()) for kernel in KERNELS[name]}
    return {kernel: name for kernel, name in several.items() if _keys(kernel)}


@lru_cache(maxsize=200)
def _keys(kernel: str) -> tuple[str, ...]:
    """The keys under which a kernel is to be replaced; none when this torch has no such kernel."""
    import torch

    full = f"aten::{kernel}"
    if not torch._C._dispatch_has_kernel(full):
        return ()
    whole = torch._C._dispatch_has_kernel_for_dispatch_key(full, _WHOLE)
    return (_WHOLE,) if whole else _PARTS


def _stop(name: str):
    def stop(*_arguments, **_named):
        raise ForbiddenCall(name)

    return stop
