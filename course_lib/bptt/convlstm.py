"""Back-propagation through time for the ConvLSTM (Shi et al. 2015), by hand.

Forward, with s the sums inside the gates, stacked in the order i, f, g, o; ``*`` a convolution:

    s_t = W_x * X_t + b + W_h * H_{t-1}       and w_ci ⊙ C_{t-1}, w_cf ⊙ C_{t-1}, w_co ⊙ C_t
    C_t = f_t ⊙ C_{t-1} + i_t ⊙ g_t           H_t = o_t ⊙ tanh(C_t)

Backward, from the last step to the first:

    dL/ds^o = dL/dH_t ⊙ tanh(C_t) ⊙ o_t (1 - o_t)
    dL/dC_t = (from step t+1) + dL/dH_t ⊙ o_t ⊙ (1 - tanh²(C_t)) + w_co ⊙ dL/ds^o
    dL/ds^i = dL/dC_t ⊙ g_t ⊙ i_t (1 - i_t)      dL/ds^f = dL/dC_t ⊙ C_{t-1} ⊙ f_t (1 - f_t)
    dL/ds^g = dL/dC_t ⊙ i_t ⊙ (1 - g_t²)
    dL/dC_{t-1} = dL/dC_t ⊙ f_t + w_ci ⊙ dL/ds^i + w_cf ⊙ dL/ds^f
    dL/dH_{t-1} = the transposed convolution of dL/ds_t with W_h

Inside, maps lie in memory as (B, H, W, C), channels last, and each step's x_t and H_{t-1} lie side
by side, so that one convolution reads both without copying them together. The images of a batch
do not touch each other, so a few at a time go through all their steps: the gates of one step then
stay in the cache between the convolution and what follows it. ``course bench`` has what that saves.

Shapes: B batch, T time steps, C_in in_channels, C_h hidden_channels, H and W height and width,
K kernel_size; batch first outside, time first inside.
"""

from functools import partial

import torch
from torch import Tensor
from torch.nn.functional import conv2d

from course_lib.bptt.function import Recipe
from course_lib.bptt.weights import arriving, blocks, blocks_back


def recipe(steps: int) -> Recipe:
    """The recipe for so many time steps; they have to be said, because a forecaster has no input.

    Its tensors: input (B, T, C_in, H, W) or None, h_0 and c_0 (B, C_h, H, W),
    w_x (4C_h, C_in, K, K) or None, w_h (4C_h, C_h, K, K), b (4C_h) or None, and the peepholes
    w_ci, w_cf, w_co: (C_h, H, W), (C_h, 1, 1) or None. Its outputs: output (B, T, C_h, H, W),
    h_n and c_n.
    """
    return Recipe(partial(_forward, steps), _backward)


def _forward(steps, input, h_0, c_0, w_x, w_h, b, w_ci, w_cf, w_co, keep=True):
    weight, peepholes = _side_by_side(w_x, w_h), _maps(c_0, w_ci, w_cf, w_co)
    read = _what_is_read(steps, input, h_0)  # x_t and H_{t-1}: (T + 1, B, H, W, C_in + C_h)
    c_n, kept = _last(c_0).clone(memory_format=torch.contiguous_format), []
    for images in blocks(len(c_0), 4 * c_0[:1].nbytes):
        kept += _through_time(read[:, images], c_n[images], weight, b, peepholes, keep)
    output = read[1:, ..., -h_0.shape[1] :].permute(1, 0, 4, 2, 3).clone()
    # Tensors of their own: whoever gets them may change them in place.
    h_n, c_n = (
        t.clone(memory_format=torch.contiguous_format) for t in (output[:, -1], _first(c_n))
    )
    return (output, h_n, c_n), (read, *kept)


def _through_time(read, c_n, weight, b, peepholes, keep):
    """All steps of some images: writes H_t into ``read`` and C_T over C_0, which is in ``c_n``.

    Returns what the way back needs, if it is to be kept: for each block of steps, the gates
    (block, 4, B, H, W, C_h) and the cell states, one more than steps (block + 1, B, H, W, C_h).
    """
    seen, h_out = read.permute(0, 1, 4, 2, 3).unbind(0), read[1:, ..., -c_n.shape[-1] :].unbind(0)
    kept = []
    for block in blocks(len(h_out), 4 * c_n.nbytes):
        length = block.stop - block.start
        gates_all, c_all = (
            c_n.new_empty(length, 4, *c_n.shape),
            c_n.new_empty(length + 1, *c_n.shape),
        )
        c_all[0] = c_n
        c, steps = c_all.unbind(0), range(block.start, block.stop)
        for k, (t, gates) in enumerate(zip(steps, gates_all.unbind(0), strict=True)):
            sums = _last(conv2d(seen[t], weight, b, padding=_half(weight))).contiguous()
            sums = sums.view(*c_n.shape[:3], 4, -1).permute(3, 0, 1, 2, 4)  # (4, B, H, W, C_h)
            _step(sums, gates, c[k], c[k + 1], h_out[t], *peepholes)
        c_n.copy_(c[-1])
        kept += [gates_all, c_all] if keep else []
    return kept


def _step(sums, gates, c_old, c_new, h_new, w_if, w_co):
    """One time step: the gates and the new states from the sums of the convolution."""
    i_f, (i, f, g, o) = gates[:2], gates.unbind(0)
    if w_if is None:
        torch.sigmoid(sums[:2], out=i_f)
    else:
        # i_t: + w_ci ⊙ C_{t-1};  f_t: + w_cf ⊙ C_{t-1}
        torch.addcmul(sums[:2], c_old, w_if.unsqueeze(1), out=i_f).sigmoid_()
    g.copy_(sums[2]).tanh_()
    # C_t = f_t ⊙ C_{t-1} + i_t ⊙ g_t
    torch.mul(f, c_old, out=c_new).addcmul_(i, g)
    if w_co is None:
        torch.sigmoid(sums[3], out=o)
    else:
        # o_t: + w_co ⊙ C_t
        torch.addcmul(sums[3], c_new, w_co, out=o).sigmoid_()
    # H_t = o_t ⊙ tanh(C_t)
    torch.mul(torch.tanh(c_new), o, out=h_new)


def _backward(grads, tensors, kept, needed=(True, True)):
    input, h_0, c_0, w_x, w_h, b, w_ci, w_cf, w_co = tensors
    grad_output, grad_h_n, grad_c_n = grads
    read, *kept = kept
    steps, hidden = len(read) - 1, h_0.shape[1]
    weight, peepholes = _side_by_side(w_x, w_h), _maps(c_0, w_ci, w_cf, w_co)
    totals = [None if w is None else torch.zeros_like(w) for w in (weight, b, *peepholes)]
    # The gradient of the input is computed for somebody only: it makes the convolution larger.
    d_x = None
    if input is not None and needed[0]:
        d_x = torch.empty_like(input.transpose(0, 1))
    d_h_0, d_c_0 = (
        _last(torch.zeros_like(h_0)).contiguous(),
        _last(torch.zeros_like(c_0)).contiguous(),
    )
    if grad_c_n is not None:
        d_c_0.copy_(_last(grad_c_n))
    if grad_h_n is not None:
        d_h_0.copy_(_last(grad_h_n))
    from_output = [_last(grad) for grad in arriving(grad_output, steps, like=h_0)]
    back = _channels_last(w_h) if d_x is None else weight
    for images in blocks(len(c_0), 4 * c_0[:1].nbytes):
        count = 2 * len(blocks(steps, 4 * c_0[images].nbytes))
        mine, kept = kept[:count], kept[count:]
        arrives = [grad if grad.dim() < 4 else grad[images] for grad in from_output]
        ends = d_h_0[images], d_c_0[images], None if d_x is None else d_x[:, images]
        kernels = weight, back, peepholes
        _back_through_time(mine, read[:, images], arrives, ends, kernels, totals, needed[1])
    d_weight, d_b, d_w_if, d_w_o = totals
    d_w_x, d_w_h = d_weight.split([weight.shape[1] - hidden, hidden], dim=1)
    d_i_f = _like(w_ci, d_w_if)
    return (
        None if d_x is None else d_x.transpose(0, 1),
        _first(d_h_0),
        _first(d_c_0),
        None if w_x is None else d_w_x,
        d_w_h,
        d_b,
        *((None, None) if d_i_f is None else d_i_f.unbind(0)),
        _like(w_co, d_w_o),
    )


def _back_through_time(kept, read, from_output, ends, kernels, totals, to_the_start):
    """The way back of some images. ``ends`` are dL/dH_T and dL/dC_T, which become those of step 0
    (dL/dH_0 only if it is wanted ``to_the_start``), and where dL/dX goes, or None.

    Adds to the ``totals`` of weight, bias and peepholes. ``kernels`` are the weight, the kernel of
    what the way back follows (H alone, or x and H), and the peepholes.
    """
    (d_h, d_c, d_x), (weight, back, peepholes) = ends, kernels
    d_weight, d_b, *d_peepholes = totals
    hidden = d_c.shape[-1]
    dh_t = d_h + from_output[-1]
    stop = len(read) - 1
    for gates, c_all in blocks_back(kept, 2):
        block = slice(stop - len(gates), stop)
        stop = block.start
        states = c_all[:-1], c_all[1:]
        # What does not wait for the loop, for all steps of the block in one go.
        slopes = _slopes(gates, *states, *peepholes)
        ds_all = d_c.new_empty(len(gates), *d_c.shape[:3], 4, hidden)
        gates_first = ds_all.permute(0, 4, 1, 2, 3, 5)  # (block, 4, B, H, W, C_h)
        for k in reversed(range(len(gates))):
            t = block.start + k
            _step_back(gates_first[k], dh_t, d_c, *(x[k] for x in slopes))
            if t == 0 and d_x is None and not to_the_start:
                break
            seen = read[t, ..., -hidden:] if d_x is None else read[t]
            d_read, _, _ = _conv_backward(ds_all[k].flatten(-2), seen, back, True, False, False)
            dh_t = d_read[..., -hidden:]
            if d_x is not None:
                d_x[t] = _first(d_read[..., :-hidden])
            if t > 0:
                dh_t = dh_t + from_output[t - 1]
        _add_peepholes(slopes[0], *states, *d_peepholes)
        grads, seen = ds_all.flatten(-2).flatten(0, 1), read[block].flatten(0, 1)
        _, d_w, d_bias = _conv_backward(grads, seen, weight, False, True, d_b is not None)
        d_weight += d_w
        if d_b is not None:
            d_b += d_bias
    d_h.copy_(dh_t)


def _slopes(gates, c_old, c_new, w_if, w_co):
    """What does not wait for the loop: the factors of dL/dC_t and dL/dH_t, step by step.

    gates (..., 4, B, H, W, C_h), states (..., B, H, W, C_h) -> the factors in dL/ds_t, shaped like
    the gates, of dL/dH_t in dL/dC_t, and of dL/dC_t in dL/dC_{t-1}, shaped like the states.
    """
    slopes = torch.empty_like(gates)
    (i, f, g, o), (d_i, d_f, d_g, d_o) = gates.unbind(-5), slopes.unbind(-5)
    tanh_c = torch.tanh(c_new)
    sigmoid_backward(g, i, grad_input=d_i)  # g_t ⊙ i_t (1 - i_t)
    sigmoid_backward(c_old, f, grad_input=d_f)  # C_{t-1} ⊙ f_t (1 - f_t)
    tanh_backward(i, g, grad_input=d_g)  # i_t ⊙ (1 - g_t²)
    sigmoid_backward(tanh_c, o, grad_input=d_o)  # tanh(C_t) ⊙ o_t (1 - o_t)
    through_h, through_c = tanh_backward(o, tanh_c), f  # o_t ⊙ (1 - tanh²(C_t)), and f_t
    if w_co is not None:
        through_h.addcmul_(d_o, w_co)
    if w_if is not None:
        through_c = torch.addcmul(f, d_i, w_if[0]).addcmul_(d_f, w_if[1])
    return slopes, through_h, through_c


def _step_back(ds, dh, dc, slopes, through_h, through_c):
    """dL/dH_t and dL/dC_t -> dL/ds_t into ``slopes`` and ``ds``, dL/dC_{t-1} into ``dc``."""
    # dL/dC_t = (from step t+1) + dL/dH_t ⊙ its factor
    dc.addcmul_(dh, through_h)
    slopes[:3].mul_(dc)
    slopes[3].mul_(dh)
    # The convolution wants them as (B, H, W, 4, C_h): to copy is faster than to write there twice.
    ds.copy_(slopes)
    # dL/dC_{t-1} = dL/dC_t ⊙ its factor
    dc.mul_(through_c)


def _add_peepholes(ds, c_old, c_new, d_w_if, d_w_co):
    """Add what some steps say about the peepholes: dL/ds times the cell state that they read."""
    if d_w_if is not None:
        _add_products(d_w_if[0], ds[:, 0], c_old)
        _add_products(d_w_if[1], ds[:, 1], c_old)
    if d_w_co is not None:
        _add_products(d_w_co, ds[:, 3], c_new)


def _add_products(total, grads, states):
    """total += Σ grads ⊙ states over steps and images: (H, W, C_h), twice (T, B, H, W, C_h)."""
    grads, states = grads.flatten(0, 1), states.flatten(0, 1)
    if len(grads) == 1:
        total.addcmul_(grads[0], states[0])
    else:
        total += (grads * states).sum(0)


def _what_is_read(steps, input, h_0):
    """x_t and H_{t-1} side by side for every step, H_0 already there: (T + 1, B, H, W, C)."""
    batch, hidden, height, width = h_0.shape
    channels = 0 if input is None else input.shape[2]
    read = h_0.new_empty(steps + 1, batch, height, width, channels + hidden)
    if input is not None:
        read[:steps, ..., :channels] = input.permute(1, 0, 3, 4, 2)
        read[steps, ..., :channels] = 0
    read[0, ..., channels:] = _last(h_0)
    return read


def _conv_backward(grad, x, weight, for_x, for_weight, for_bias):
    """Gradients of a 'same' convolution for its input, weight and bias; None where not asked.

    grad and x are (B, H, W, C), and so is the input's gradient.
    """
    sizes = [weight.shape[0]] if for_bias else None
    d_x, d_weight, d_bias = torch.ops.aten.convolution_backward(
        _first(grad), _first(x), weight, sizes, (1, 1), _half(weight), (1, 1), False, (0, 0), 1,
        (for_x, for_weight, for_bias),
    )  # fmt: skip
    return None if d_x is None else _last(d_x), d_weight, d_bias


def _half(weight: Tensor) -> tuple[int, int]:
    """The padding that keeps the size: (K - 1) / 2 for an odd kernel."""
    return weight.shape[2] // 2, weight.shape[3] // 2


def _side_by_side(w_x, w_h):
    """The kernels as one, for what lies side by side: (4C_h, C_in + C_h, K, K)."""
    return _channels_last(w_h if w_x is None else torch.cat([w_x, w_h], dim=1))


def _channels_last(weight):
    return weight.contiguous(memory_format=torch.channels_last)


def _maps(c, w_ci, w_cf, w_co):
    """The peepholes as maps: of i and f together (2, H, W, C_h), of o (H, W, C_h); or None."""
    size = c.shape[1:]
    pair = None if w_ci is None else torch.stack([w_ci.expand(size), w_cf.expand(size)])
    return (
        None if pair is None else pair.permute(0, 2, 3, 1).contiguous(),
        None if w_co is None else w_co.expand(size).permute(1, 2, 0).contiguous(),
    )


def _like(weight, grad):
    """The gradient of peephole maps shaped like the weight: (C_h, H, W) or (C_h, 1, 1)."""
    if weight is None:
        return None
    grad = grad.movedim(-1, -3)
    return grad.sum((-2, -1), keepdim=True) if weight.shape[1:] == (1, 1) else grad


def _last(maps: Tensor) -> Tensor:
    """(B, C, H, W) -> (B, H, W, C); a lone number stays."""
    return maps.permute(0, 2, 3, 1) if maps.dim() == 4 else maps


def _first(maps: Tensor) -> Tensor:
    """(B, H, W, C) -> (B, C, H, W)."""
    return maps.permute(0, 3, 1, 2)


# grad ⊙ y (1 - y) and grad ⊙ (1 - y²), each in one pass over memory.
sigmoid_backward, tanh_backward = torch.ops.aten.sigmoid_backward, torch.ops.aten.tanh_backward
