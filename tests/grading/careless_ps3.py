"""Answers to ps3_bptt as careless students write them, from the statement alone.

``expected`` are the ids that the first finding may have; none where no name is right and only an
honest "I don't know" or a true fact is asked for.
"""

import torch
from torch import nn

ANSWERS = []


def answer(item, *expected):
    def keep(fn):
        ANSWERS.append((fn.__name__, item, fn, set(expected)))
        return fn

    return keep


def right_step(g, x, h, new, w_ih, w_hh):
    a = g * (1 - new * new)
    return a @ w_ih, a @ w_hh, a.T @ x, a.T @ h, a.sum(0), a.sum(0)


@answer("cell_backward", "slope-tanh-again")
def looks_up_the_derivative_of_tanh(grad_h_new, x, h, h_new, w_ih, w_hh, b_ih, b_hh):
    a = grad_h_new * (1 - torch.tanh(h_new).pow(2))
    return a.mm(w_ih), a.mm(w_hh), a.t().mm(x), a.t().mm(h), a.sum(0), a.sum(0)


@answer("cell_backward", "w_hh-transposed")
def square_so_nobody_complains(grad_h_new, x, h, h_new, w_ih, w_hh, b_ih, b_hh):
    a = grad_h_new * (1 - h_new**2)
    return a @ w_ih, a @ w_hh, a.T @ x, h.T @ a, a.sum(0), a.sum(0)


@answer("cell_backward", "averaged-over-batch")
def averages_as_the_loss_does(grad_h_new, x, h, h_new, w_ih, w_hh, b_ih, b_hh):
    B = len(x)
    a = grad_h_new * (1 - h_new**2)
    db = a.mean(0)
    return a @ w_ih, a @ w_hh, a.T @ x / B, a.T @ h / B, db, db


@answer("cell_backward", "shapes-in-matmul", "w_ih-not-as-stored", "w_hh-not-as-stored")
def transposes_once_more(grad_h_new, x, h, h_new, w_ih, w_hh, b_ih, b_hh):
    a = grad_h_new * (1 - h_new**2)
    return a @ w_ih.T, a @ w_hh.T, a.T @ x, a.T @ h, a.sum(0), a.sum(0)


@answer("cell_backward", "forbidden-call")
def lets_autograd_do_it(grad_h_new, x, h, h_new, w_ih, w_hh, b_ih, b_hh):
    leaves = [t.clone().requires_grad_() for t in (x, h, w_ih, w_hh, b_ih, b_hh)]
    x, h, w_ih, w_hh, b_ih, b_hh = leaves
    new = torch.tanh(x @ w_ih.T + b_ih + h @ w_hh.T + b_hh)
    new.backward(grad_h_new)
    return tuple(t.grad for t in leaves)


@answer("cell_backward", "returned-number")
def one_bias_is_enough(grad_h_new, x, h, h_new, w_ih, w_hh, b_ih, b_hh):
    a = grad_h_new * (1 - h_new**2)
    return a @ w_ih, a @ w_hh, a.T @ x, a.T @ h, a.sum(0)


@answer("cell_backward", "wrong-shape", "bias-per-row")
def bias_has_the_shape_of_the_sum(grad_h_new, x, h, h_new, w_ih, w_hh, b_ih, b_hh):
    a = grad_h_new * (1 - h_new**2)
    return a @ w_ih, a @ w_hh, a.T @ x, a.T @ h, a, a


@answer("cell_backward")
def outer_products_of_the_means(grad_h_new, x, h, h_new, w_ih, w_hh, b_ih, b_hh):
    a = grad_h_new * (1 - h_new**2)
    dw = torch.outer(a.sum(0), x.mean(0)), torch.outer(a.sum(0), h.mean(0))
    return a @ w_ih, a @ w_hh, *dw, a.sum(0), a.sum(0)


@answer("rnn_backward", "h_0-wraps")
def index_minus_one(grad_output, input, h_0, output, w_ih, w_hh, b_ih, b_hh):
    T = input.shape[1]
    dx = torch.zeros_like(input)
    dh = torch.zeros_like(h_0)
    dwi, dwh, db = torch.zeros_like(w_ih), torch.zeros_like(w_hh), torch.zeros_like(b_ih)
    for t in range(T - 1, -1, -1):
        da = (dh + grad_output[:, t]) * (1 - output[:, t] ** 2)
        dx[:, t] = da @ w_ih
        dwi += da.T @ input[:, t]
        dwh += da.T @ output[:, t - 1]
        db += da.sum(0)
        dh = da @ w_hh
    return dx, dh, dwi, dwh, db, db


@answer("rnn_backward", "stops-before-first")
def range_to_one(grad_output, input, h_0, output, w_ih, w_hh, b_ih, b_hh):
    states = torch.cat([h_0.unsqueeze(1), output], 1)
    dx = torch.zeros_like(input)
    dh = torch.zeros_like(h_0)
    sums = [torch.zeros_like(w) for w in (w_ih, w_hh, b_ih, b_hh)]
    for t in range(input.size(1) - 1, 0, -1):
        dx[:, t], dh, *grads = right_step(
            dh + grad_output[:, t], input[:, t], states[:, t], states[:, t + 1], w_ih, w_hh
        )
        for total, grad in zip(sums, grads, strict=True):
            total += grad
    return dx, dh, *sums


@answer("rnn_backward", "input-as-found")
def appends_while_walking_back(grad_output, input, h_0, output, w_ih, w_hh, b_ih, b_hh):
    states = torch.cat([h_0.unsqueeze(1), output], 1)
    dx, dh, dw = [], 0, 0
    dwh, db = 0, 0
    for t in reversed(range(input.size(1))):
        x, dh, a, b, c, _ = right_step(
            dh + grad_output[:, t], input[:, t], states[:, t], states[:, t + 1], w_ih, w_hh
        )
        dx.append(x)
        dw, dwh, db = dw + a, dwh + b, db + c
    return torch.stack(dx, 1), dh, dw, dwh, db, db


@answer("rnn_backward", "input-time-first")
def stacks_along_the_first_axis(grad_output, input, h_0, output, w_ih, w_hh, b_ih, b_hh):
    dx, *rest = appends_while_walking_back(grad_output, input, h_0, output, w_ih, w_hh, b_ih, b_hh)
    return dx.flip(1).transpose(0, 1), *rest


@answer("rnn_backward", "changes-arguments", "in-place")
def adds_to_what_it_was_given(grad_output, input, h_0, output, w_ih, w_hh, b_ih, b_hh):
    states = torch.cat([h_0.unsqueeze(1), output], 1)
    for t in reversed(range(1, input.size(1))):
        da = grad_output[:, t] * (1 - output[:, t] ** 2)
        grad_output[:, t - 1] += da @ w_hh
    da = grad_output * (1 - output**2)
    flat = da.flatten(0, 1)
    dwh = flat.T @ states[:, :-1].flatten(0, 1)
    db = flat.sum(0)
    return da @ w_ih, da[:, 0] @ w_hh, flat.T @ input.flatten(0, 1), dwh, db, db


@answer("rnn_backward")
def forgets_the_row_it_is_in(grad_output, input, h_0, output, w_ih, w_hh, b_ih, b_hh):
    mixed = grad_output + 0.1 * grad_output.roll(1, 0)
    return appends_while_walking_back(mixed, input, h_0, output, w_ih, w_hh, b_ih, b_hh)


@answer("rnn_backward", "carried-one-step")
def forgets_what_came_from_later(grad_output, input, h_0, output, w_ih, w_hh, b_ih, b_hh):
    states = torch.cat([h_0.unsqueeze(1), output], 1)
    slope = 1 - output**2
    own = (grad_output * slope) @ w_hh
    total = grad_output + torch.cat([own[:, 1:], torch.zeros_like(own[:, :1])], 1)
    da = total * slope
    flat = da.flatten(0, 1)
    grads = flat.T @ input.flatten(0, 1), flat.T @ states[:, :-1].flatten(0, 1)
    return da @ w_ih, own[:, 0], *grads, flat.sum(0), flat.sum(0)


@answer("truncated", "chunks")
def pieces_of_k(grad_output, input, h_0, output, w_ih, w_hh, b_ih, b_hh, k):
    states = torch.cat([h_0.unsqueeze(1), output], 1)
    T = input.size(1)
    dx = torch.zeros_like(input)
    sums = [torch.zeros_like(w) for w in (h_0, w_ih, w_hh, b_ih, b_hh)]
    for begin in range(0, T, k):
        dh = torch.zeros_like(h_0)
        for t in reversed(range(begin, min(begin + k, T))):
            dx[:, t], dh, *grads = right_step(
                dh + grad_output[:, t], input[:, t], states[:, t], states[:, t + 1], w_ih, w_hh
            )
            for total, grad in zip(sums[1:], grads, strict=True):
                total += grad
        if begin == 0:
            sums[0] += dh
    return dx, *sums


@answer("truncated", "k-one-more")
def counts_the_step_itself_extra(grad_output, input, h_0, output, w_ih, w_hh, b_ih, b_hh, k):
    states = torch.cat([h_0.unsqueeze(1), output], 1)
    dx = torch.zeros_like(input)
    sums = [torch.zeros_like(w) for w in (h_0, w_ih, w_hh, b_ih, b_hh)]
    for t in range(input.size(1)):
        dh = grad_output[:, t]
        for j in range(t, max(t - k, 0) - 1, -1):
            x, dh, *grads = right_step(dh, input[:, j], states[:, j], states[:, j + 1], w_ih, w_hh)
            dx[:, j] += x
            for total, grad in zip(sums[1:], grads, strict=True):
                total += grad
        if t - k <= 0:
            sums[0] += dh
    return dx, *sums


@answer("jacobian", "reversed-product")
def multiplies_from_the_wrong_side(output, w_ih, w_hh):
    B, T, _H = output.shape
    result = torch.zeros(B, T, T, dtype=output.dtype)
    d = torch.diag_embed(1 - output**2)
    for t in range(T):
        for s in range(t + 1):
            product = torch.eye(len(w_hh), dtype=output.dtype)
            for j in range(s + 1, t + 1):
                product = product @ d[:, j] @ w_hh
            result[:, t, s] = torch.linalg.matrix_norm(product @ d[:, s] @ w_ih)
    return result


@answer("jacobian", "spectral")
def the_other_matrix_norm(output, w_ih, w_hh):
    B, T, _H = output.shape
    result = torch.zeros(B, T, T, dtype=output.dtype)
    d = torch.diag_embed(1 - output**2)
    for s in range(T):
        j = d[:, s] @ w_ih
        for t in range(s, T):
            if t > s:
                j = d[:, t] @ w_hh @ j
            result[:, t, s] = torch.linalg.norm(j, ord=2, dim=(1, 2))
    return result


@answer("jacobian", "first-row-of-batch", "wrong-shape")
def one_sequence_only(output, w_ih, w_hh):
    T = output.shape[1]
    result = output.new_zeros(T, T)
    for s in range(T):
        j = torch.diag(1 - output[0, s] ** 2) @ w_ih
        result[s, s] = j.norm()
        for t in range(s + 1, T):
            j = torch.diag(1 - output[0, t] ** 2) @ w_hh @ j
            result[t, s] = j.norm()
    return result


@answer("clip", "exhausted")
def walks_through_twice(parameters, max_norm):
    total = sum((p.grad**2).sum() for p in parameters if p.grad is not None) ** 0.5
    if total > max_norm:
        for p in parameters:
            if p.grad is not None:
                p.grad *= max_norm / total
    return total


@answer("clip", "each-on-its-own")
def one_after_the_other(parameters, max_norm):
    squares = 0
    for p in parameters:
        if p.grad is not None:
            norm = p.grad.norm()
            squares = squares + norm**2
            if norm > max_norm:
                p.grad.mul_(max_norm / norm)
    return squares.sqrt()


@answer("clip", "none-fails")
def forgets_that_some_have_none(parameters, max_norm):
    parameters = list(parameters)
    total = torch.cat([p.grad.flatten() for p in parameters]).norm()
    for p in parameters:
        p.grad = p.grad * min(1.0, max_norm / total)
    return total


@answer("clip", "not-stored")
def makes_new_ones(parameters, max_norm):
    grads = [p.grad for p in parameters if p.grad is not None]
    total = torch.cat([g.flatten() for g in grads]).norm()
    grads = [g * min(1.0, max_norm / (total + 1e-6)) for g in grads]
    return total


@answer("clip", "forbidden-call")
def knows_its_way_around_torch(parameters, max_norm):
    return nn.utils.clip_grad_norm_(parameters, max_norm)


@answer("clip", "returned-number")
def returns_what_it_clipped(parameters, max_norm):
    grads = [p.grad for p in parameters if p.grad is not None]
    total = torch.cat([g.flatten() for g in grads]).norm()
    for g in grads:
        g *= (max_norm / (total + 1e-6)).clamp(max=1)
    return grads
