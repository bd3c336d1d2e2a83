"""What the backward passes of all recurrences share: blocks of steps, and sums over time.

The passes walk through time in *blocks* of steps. What can be computed for a whole block at once
is (the input's part of the gates before the forward loop, the slopes of the gates before the
backward loop, the weights' gradients after it); a block is as long as the cache holds, so the
numbers are still there when they are needed, and the gradients of all T steps never exist at once.
"""

import torch
from torch import Tensor

from course_lib.shapes import ShapeError, Shapes

BLOCK_BYTES = 4 << 20


def blocks(steps: int, bytes_a_step: int) -> list[slice]:
    """The steps of each block, from the first block to the last."""
    length = max(1, BLOCK_BYTES // max(1, bytes_a_step))
    return [slice(start, min(start + length, steps)) for start in range(0, steps, length)]


def expect_weights(
    shapes: Shapes, gates: int, w_ih: Tensor, w_hh: Tensor, b_ih=None, b_hh=None, w_hr=None
) -> None:
    """Check the weights of a recurrence with so many gates, and that there is a step to go back."""
    if shapes.sizes["T"] == 0:
        raise ShapeError("input must have at least one time step (T), got 0")
    shapes.expect("w_ih", w_ih, f"{gates}H I")
    shapes.expect_if_given("w_hr", w_hr, "P H")
    shapes.expect("w_hh", w_hh, f"{gates}H H" if w_hr is None else f"{gates}H P")
    shapes.expect_if_given("b_ih", b_ih, f"{gates}H")
    shapes.expect_if_given("b_hh", b_hh, f"{gates}H")


def blocks_back(kept: list[Tensor], each: int) -> list[list[Tensor]]:
    """What was kept, ``each`` tensors for a block, from the last block to the first."""
    return [kept[first : first + each] for first in range(len(kept) - each, -1, -each)]


def time_first_in_memory(h_0: Tensor, steps: int) -> Tensor:
    """Room for an output (B, T, S) whose steps lie together in memory, as the loop wants them.

    It is a tensor of its own and no view: whoever gets it may change it in place.
    """
    batch, size = h_0.shape
    return h_0.new_empty_strided((batch, steps, size), (size, batch * size, 1))


def arriving(grad_output: Tensor | None, steps: int, like: Tensor) -> list[Tensor]:
    """dL/dh_t from the output at each step alone, (B, T, S) -> T times (B, S); zero for None."""
    if grad_output is None:
        return [like.new_zeros(1)] * steps
    return list(grad_output.unbind(1))


def from_input(x: Tensor, w_ih_t: Tensor, bias: Tensor | None) -> Tensor:
    """The input's part of the sums, which waits for no state: (T, B, I), (I, N) -> (T, B, N)."""
    rows = x.flatten(0, 1)
    sums = rows @ w_ih_t if bias is None else torch.addmm(bias, rows, w_ih_t)
    return sums.unflatten(0, x.shape[:2])


def transposed(weight: Tensor | None) -> Tensor | None:
    """The weight's transpose, laid out anew: T products with it read it in order."""
    return None if weight is None else weight.t().contiguous()


def previous(states: Tensor, initial: Tensor, block: slice) -> Tensor:
    """The state before each step of a block: (T, B, S), (B, S) -> (block, B, S)."""
    if block.start > 0:
        return states[block.start - 1 : block.stop - 1]
    return torch.cat([initial.unsqueeze(0), states[: block.stop - 1]])


def zeros_for(weight: Tensor) -> Tensor:
    """Zeros shaped like a weight (N, F), its columns lying together: BLAS adds faster to those."""
    return weight.new_zeros(weight.shape[1], weight.shape[0]).t()


def add_over_time(total: Tensor, grads: Tensor, inputs: Tensor) -> None:
    """total += Σ_t grads_t^T inputs_t, in one matmul: (N, F), (T, B, N), (T, B, F)."""
    total.addmm_(grads.flatten(0, 1).t(), inputs.flatten(0, 1))


def add_bias(total: Tensor, grads: Tensor) -> None:
    """total += Σ_t Σ_b grads_tb, as a product with ones, which BLAS sums faster."""
    rows = grads.flatten(0, 1)
    total.addmv_(rows.t(), rows.new_ones(len(rows)))
