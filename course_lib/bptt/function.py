"""A hand-written backward pass as a node of autograd's graph."""

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor

from course_lib.shapes import autocasting


class Recipe(NamedTuple):
    """A recurrence and its backward pass.

    forward(*tensors, keep) -> outputs, kept: the numbers, and what backward needs of them; with
    keep=False nothing has to be kept.
    backward(grads, tensors, kept, needed) -> one gradient (or None) for each tensor.
    ``needed`` says for each tensor whether anybody wants its gradient; what is costly and not
    wanted, such as the gradient of data, may be left out.
    """

    forward: Callable
    backward: Callable


class HandWritten(torch.autograd.Function):
    """Runs a recipe forward, and its own backward instead of autograd's."""

    @staticmethod
    def forward(ctx, recipe: Recipe, readable: Callable, *tensors: Tensor | None):
        outputs, kept = recipe.forward(*tensors, keep=True)
        ctx.recipe, ctx.readable = recipe, readable
        ctx.count = len(tensors)
        ctx.save_for_backward(*tensors, *kept)
        return outputs

    @staticmethod
    def backward(ctx, *grads):
        tensors, kept = ctx.saved_tensors[: ctx.count], ctx.saved_tensors[ctx.count :]
        # torch has no public name for "under is_grads_batched"; this is its own test.
        batched = any(torch._C._functorch.is_legacy_batchedtensor(grad) for grad in grads)
        if torch.is_grad_enabled() or batched:
            # Somebody wants the gradient of this gradient: autograd has to see how it comes about.
            return None, None, *_followed(ctx.readable, tensors, ctx.needs_input_grad[2:], grads)
        with torch.no_grad():
            needed = ctx.needs_input_grad[2:]
            return None, None, *ctx.recipe.backward(grads, tensors, kept, needed=needed)


def run(recipe: Recipe, readable: Callable, *tensors: Tensor | None):
    """The recurrence's outputs, with its own backward where that can be used.

    ``readable(*tensors)`` gives the same outputs by plain operations that autograd can follow.
    It serves for gradients of gradients, and it runs instead under ``torch.compile``,
    ``torch.func`` and autocast, where torch wants to see every operation.
    """
    autocast = autocasting(next(t for t in tensors if t is not None))
    # torch has no public name for "inside torch.func.vmap, jacrev, ..."; this is its own test.
    transformed = torch._C._are_functorch_transforms_active()
    if autocast or transformed or torch.compiler.is_compiling():
        return readable(*tensors)
    if torch.is_grad_enabled() and any(t is not None and t.requires_grad for t in tensors):
        return HandWritten.apply(recipe, readable, *tensors)
    with torch.no_grad():
        return recipe.forward(*tensors, keep=False)[0]


def _followed(readable, tensors, needed, grads):
    wanted = [t for t, need in zip(tensors, needed, strict=True) if need]
    with torch.enable_grad():
        outputs = readable(*tensors)
        found = iter(
            torch.autograd.grad(outputs, wanted, grads, create_graph=True, allow_unused=True)
        )
    return [next(found) if need else None for need in needed]
