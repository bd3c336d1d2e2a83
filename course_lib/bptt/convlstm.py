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
by side, so that one convolution reads both without copying them together; and the maps of one step
may be larger than the cache, so the elementwise part walks through them piece by piece (some
images, some rows) and touches main memory once. ``course bench`` has what that saves.

Shapes: B batch, T time steps, C_in in_channels, C_h hidden_channels, H and W height and width,
K kernel_size; batch first outside, time first inside.
"""

from collections.abc import Iterator
from functools import partial

import torch
from torch import Tensor
from torch.nn.functional import conv2d

from course_lib.bptt.function import Recipe
from course_lib.bptt.weights import arriving, blocks

PIECE_BYTES = 1 << 19  # of the four gates: a piece and what is computed from it stay in the cache


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
    h_all = read[1:, ..., -h_0.shape[1] :]
    h_out, c, kept = h_all.unbind(0), _last(c_0).contiguous(), []
    for block in blocks(steps, 4 * c_0.nbytes):
        c_all = c.new_empty(block.stop - block.start, *c.shape)
        gates_all = []
        for k, c_new in enumerate(c_all.unbind(0)):
            t = block.start + k
            gates = _last(conv2d(_first(read[t]), weight, b, padding=_half(weight)))
            gates = gates.contiguous().unflatten(-1, (4, -1))  # (B, H, W, 4, C_h)
            for piece in _pieces(gates):
                _step(piece, gates, c, c_new, h_out[t], *peepholes)
            c = c_new
            gates_all += [gates] if keep else []
        kept += [*gates_all, c_all] if keep else []
    output = h_all.permute(1, 0, 4, 2, 3)
    return (output, output[:, -1].contiguous(), _first(c).contiguous()), (read, *kept)


def _step(piece, gates, c_old, c_new, h_new, w_if, w_co):
    """One time step of a piece: ``gates`` turn from sums into i, f, g, o; writes the new states."""
    gates, c_old, c_new, h_new = gates[piece], c_old[piece], c_new[piece], h_new[piece]
    i_f, (i, f, g, o) = gates[..., :2, :], gates.unbind(-2)
    if w_if is not None:
        # i_t: + w_ci ⊙ C_{t-1};  f_t: + w_cf ⊙ C_{t-1}
        i_f.addcmul_(c_old.unsqueeze(-2), w_if[piece[1]])
    i_f.sigmoid_()
    g.tanh_()
    # C_t = f_t ⊙ C_{t-1} + i_t ⊙ g_t
    torch.mul(f, c_old, out=c_new).addcmul_(i, g)
    if w_co is not None:
        # o_t: + w_co ⊙ C_t
        o.addcmul_(c_new, w_co[piece[1]])
    o.sigmoid_()
    # H_t = o_t ⊙ tanh(C_t)
    torch.mul(torch.tanh(c_new), o, out=h_new)


def _backward(grads, tensors, outputs, kept, input_needed=True):
    input, h_0, c_0, w_x, w_h, b, w_ci, w_cf, w_co = tensors
    grad_output, grad_h_n, grad_c_n = grads
    read, *kept = kept
    steps, hidden = len(read) - 1, h_0.shape[1]
    weight, (w_if, w_maps_o) = _side_by_side(w_x, w_h), _maps(c_0, w_ci, w_cf, w_co)
    # The gradient of the input is only computed for somebody: it makes the convolution larger.
    both = input is not None and input_needed
    back = weight if both else _channels_last(w_h)
    d_x = torch.empty_like(input.transpose(0, 1)) if both else None
    d_weight, d_b = torch.zeros_like(weight), None if b is None else torch.zeros_like(b)
    d_peepholes = [None if w is None else torch.zeros_like(w) for w in (w_if, w_maps_o)]
    from_output = [_last(grad) for grad in arriving(grad_output, steps, like=h_0)]
    dh = from_output[-1].expand_as(_last(h_0))
    dh = dh if grad_h_n is None else dh + _last(grad_h_n)
    dc = torch.zeros_like(_last(c_0)) if grad_c_n is None else _last(grad_c_n).clone()
    dc = dc.contiguous()
    for block in reversed(blocks(steps, 4 * c_0.nbytes)):
        c_all = kept.pop()
        ds_all = read.new_empty(len(c_all), *c_all.shape[1:-1], 4, hidden)
        for k in reversed(range(len(c_all))):
            t = block.start + k
            c_old = c_all[k - 1] if k > 0 else (kept[-2][-1] if t > 0 else _last(c_0))
            gates, ds = kept.pop(), ds_all[k]
            states = gates, c_old, c_all[k]
            for piece in _pieces(gates):
                _step_back(piece, ds, dh, dc, *states, w_if, w_maps_o, *d_peepholes)
            seen = read[t] if both else read[t, ..., -hidden:]
            d_read, _, _ = _conv_backward(ds.flatten(-2), seen, back, True, False, False)
            dh = d_read[..., -hidden:]
            if both:
                d_x[t] = _first(d_read[..., :-hidden])
            if t > 0:
                dh = dh + from_output[t - 1]
        ds_all, read_all = ds_all.flatten(-2).flatten(0, 1), read[block].flatten(0, 1)
        _, d_w, d_bias = _conv_backward(ds_all, read_all, weight, False, True, b is not None)
        d_weight += d_w
        if b is not None:
            d_b += d_bias
    d_w_x, d_w_h = d_weight.split([weight.shape[1] - hidden, hidden], dim=1)
    d_i_f, d_o = (_like(w, d) for w, d in zip((w_ci, w_co), d_peepholes, strict=True))
    return (
        None if d_x is None else d_x.transpose(0, 1),
        _first(dh),
        _first(dc),
        None if w_x is None else d_w_x,
        d_w_h,
        d_b,
        *((None, None) if d_i_f is None else d_i_f.unbind(0)),
        None if d_o is None else d_o[0],
    )


def _step_back(piece, ds, dh, dc, gates, c_old, c_new, w_if, w_co, d_w_if, d_w_co):
    """dL/dH_t and dL/dC_t of a piece -> dL/ds_t into ``ds``, dL/dC_{t-1} into ``dc``."""
    ds, dh, dc, gates, c_old, c_new = (x[piece] for x in (ds, dh, dc, gates, c_old, c_new))
    (i, f, g, o), (d_i, d_f, d_g, d_o) = gates.unbind(-2), ds.unbind(-2)
    tanh_c = torch.tanh(c_new)
    sigmoid_backward(dh * tanh_c, o, grad_input=d_o)
    dc += tanh_backward(dh * o, tanh_c)
    rows = piece[1]
    if w_co is not None:
        dc.addcmul_(d_o, w_co[rows])
        d_w_co[rows] += (d_o * c_new).sum(0)
    sigmoid_backward(dc * g, i, grad_input=d_i)
    sigmoid_backward(dc * c_old, f, grad_input=d_f)
    tanh_backward(dc * i, g, grad_input=d_g)
    dc *= f
    if w_if is not None:
        w_i, w_f = w_if[rows].unbind(-2)
        dc.addcmul_(d_i, w_i).addcmul_(d_f, w_f)
        d_w_if[rows] += (ds[..., :2, :] * c_old.unsqueeze(-2)).sum(0)


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


def _pieces(gates) -> Iterator[tuple[slice, slice]]:
    """Images and rows of each piece of the gates (B, H, W, 4, C_h)."""
    images, rows = gates.shape[:2]
    at_once = max(1, PIECE_BYTES // max(1, gates[:1, :1].nbytes))  # rows
    many = max(1, at_once // rows)  # images
    for image in range(0, images, many):
        for row in range(0, rows, at_once):
            yield slice(image, image + many), slice(row, row + at_once)


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
    """The peepholes as maps: of i and f together (H, W, 2, C_h), of o (H, W, C_h); or None."""
    size = c.shape[1:]
    pair = None if w_ci is None else torch.stack([w_ci.expand(size), w_cf.expand(size)])
    return (
        None if pair is None else pair.permute(2, 3, 0, 1).contiguous(),
        None if w_co is None else w_co.expand(size).permute(1, 2, 0).contiguous(),
    )


def _like(weight, grad):
    """The gradient of peephole maps as (n, C_h, H, W), or as (n, C_h, 1, 1) if the weight is so."""
    if weight is None:
        return None
    grad = grad.unsqueeze(2) if grad.dim() == 3 else grad  # (H, W, n, C_h)
    grad = grad.permute(2, 3, 0, 1)
    return grad.sum((2, 3), keepdim=True) if weight.shape[1:] == (1, 1) else grad


def _last(maps: Tensor) -> Tensor:
    """(B, C, H, W) -> (B, H, W, C); a lone number stays."""
    return maps.permute(0, 2, 3, 1) if maps.dim() == 4 else maps


def _first(maps: Tensor) -> Tensor:
    """(B, H, W, C) -> (B, C, H, W)."""
    return maps.permute(0, 3, 1, 2)


# grad ⊙ y (1 - y) and grad ⊙ (1 - y²), each in one pass over memory.
sigmoid_backward, tanh_backward = torch.ops.aten.sigmoid_backward, torch.ops.aten.tanh_backward
