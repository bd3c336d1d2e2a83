"""Answers to ps3_bptt from the statement alone, by somebody who had not seen the fault lists.

``right`` ones must be accepted without a word; of the others, ``tells`` is what was judged to be
true of them: the ids of the findings, or None where nothing is named.
"""

import torch
from torch import nn

ANSWERS = []


def answer(item, right, about, tells=None):
    def keep(fn):
        ANSWERS.append((fn.__name__, "ps3_bptt." + item, fn, right, about, tells))
        return fn

    return keep


# ------------------------------------------------------------------------------- cell_backward


@answer("cell_backward", right=True, about="plain")
def cell_plain(grad_h_new, x, h, h_new, w_ih, w_hh, b_ih, b_hh):
    delta = grad_h_new * (1 - h_new**2)
    return delta @ w_ih, delta @ w_hh, delta.T @ x, delta.T @ h, delta.sum(0), delta.sum(0)


@answer("cell_backward", right=True, about="einsum, and tanh computed once more")
def cell_einsum(grad_h_new, x, h, h_new, w_ih, w_hh, b_ih, b_hh):
    a = torch.einsum("bi,hi->bh", x, w_ih) + torch.einsum("bj,hj->bh", h, w_hh) + b_ih + b_hh
    da = grad_h_new / torch.cosh(a).square()
    dx = torch.einsum("bh,hi->bi", da, w_ih)
    dh = torch.einsum("bh,hj->bj", da, w_hh)
    dw_ih = torch.einsum("bh,bi->hi", da, x)
    dw_hh = torch.einsum("bh,bj->hj", da, h)
    db = torch.einsum("bh->h", da)
    return dx, dh, dw_ih, dw_hh, db, db.clone()


@answer("cell_backward", right=True, about="row by row, with outer products; a list comes back")
def cell_loop(grad_h_new, x, h, h_new, w_ih, w_hh, b_ih, b_hh):
    dx, dh = torch.zeros_like(x), torch.zeros_like(h)
    dwi, dwh = torch.zeros_like(w_ih), torch.zeros_like(w_hh)
    db = torch.zeros_like(b_ih)
    for b in range(x.shape[0]):
        d = grad_h_new[b] * (1 - h_new[b]) * (1 + h_new[b])
        dx[b] = w_ih.T.mv(d)
        dh[b] = w_hh.T.mv(d)
        dwi += torch.outer(d, x[b])
        dwh += torch.outer(d, h[b])
        db += d
    return [dx, dh, dwi, dwh, db, db]


@answer(
    "cell_backward",
    right=False,
    about="the slope of the tanh taken at the old state",
    tells={"slope-before"},
)
def cell_slope_old(grad_h_new, x, h, h_new, w_ih, w_hh, b_ih, b_hh):
    da = grad_h_new * (1 - h * h)
    return da @ w_ih, da @ w_hh, da.T @ x, da.T @ h, da.sum(0), da.sum(0)


@answer(
    "cell_backward",
    right=False,
    about="1 - tanh(h_new)**2: the tanh twice",
    tells={"slope-tanh-again"},
)
def cell_tanh_twice(grad_h_new, x, h, h_new, w_ih, w_hh, b_ih, b_hh):
    da = grad_h_new * (1 - torch.tanh(h_new) ** 2)
    return da @ w_ih, da @ w_hh, da.T @ x, da.T @ h, da.sum(0), da.sum(0)


@answer(
    "cell_backward",
    right=False,
    about="w_hh transposed in dh, all else right",
    tells={"w_hh-not-as-stored"},
)
def cell_dh_transposed(grad_h_new, x, h, h_new, w_ih, w_hh, b_ih, b_hh):
    da = grad_h_new * (1 - h_new**2)
    return da @ w_ih, da @ w_hh.T, da.T @ x, da.T @ h, da.sum(0), da.sum(0)


@answer(
    "cell_backward", right=False, about="the square forgotten: 1 - h_new", tells={"slope-no-square"}
)
def cell_no_square(grad_h_new, x, h, h_new, w_ih, w_hh, b_ih, b_hh):
    da = grad_h_new * (1 - h_new)
    return da @ w_ih, da @ w_hh, da.T @ x, da.T @ h, da.sum(0), da.sum(0)


@answer(
    "cell_backward",
    right=False,
    about="w_hh's gradient from h_new, and means for the biases",
    tells={"w_hh-from-new", "bias-averaged"},
)
def cell_double(grad_h_new, x, h, h_new, w_ih, w_hh, b_ih, b_hh):
    da = grad_h_new * (1 - h_new**2)
    return da @ w_ih, da @ w_hh, da.T @ x, da.T @ h_new, da.mean(0), da.mean(0)


@answer(
    "cell_backward",
    right=False,
    about="the bias's gradient goes to one of the two only",
    tells={"b_hh-zero"},
)
def cell_one_bias(grad_h_new, x, h, h_new, w_ih, w_hh, b_ih, b_hh):
    da = grad_h_new * (1 - h_new**2)
    db = da.sum(0)
    return da @ w_ih, da @ w_hh, da.T @ x, da.T @ h, db, torch.zeros_like(db)


@answer(
    "cell_backward",
    right=False,
    about="the gradient of h also gets what arrived, unchanged",
    tells={"h-plus-upstream"},
)
def cell_residual(grad_h_new, x, h, h_new, w_ih, w_hh, b_ih, b_hh):
    da = grad_h_new * (1 - h_new**2)
    dh = da @ w_hh + grad_h_new
    return da @ w_ih, dh, da.T @ x, da.T @ h, da.sum(0), da.sum(0)


@answer(
    "cell_backward",
    right=False,
    about="biases summed over the units instead of over the rows",
    tells={"bias-over-units"},
)
def cell_bias_axis(grad_h_new, x, h, h_new, w_ih, w_hh, b_ih, b_hh):
    da = grad_h_new * (1 - h_new**2)
    return da @ w_ih, da @ w_hh, da.T @ x, da.T @ h, da.sum(1), da.sum(1)


# -------------------------------------------------------------------------------- rnn_backward


@answer("rnn_backward", right=True, about="loop on the plain cell")
def rnn_plain(grad_output, input, h_0, output, w_ih, w_hh, b_ih, b_hh):
    dinput = torch.zeros_like(input)
    carried = torch.zeros_like(h_0)
    sums = [torch.zeros_like(w) for w in (w_ih, w_hh, b_ih, b_hh)]
    for t in reversed(range(input.shape[1])):
        before = output[:, t - 1] if t else h_0
        dx, carried, *rest = cell_plain(
            grad_output[:, t] + carried, input[:, t], before, output[:, t], w_ih, w_hh, b_ih, b_hh
        )
        dinput[:, t] = dx
        sums = [s + r for s, r in zip(sums, rest, strict=True)]
    return dinput, carried, *sums


@answer("rnn_backward", right=True, about="deltas first, then one matrix product for everything")
def rnn_deltas(grad_output, input, h_0, output, w_ih, w_hh, b_ih, b_hh):
    B, T, H = output.shape
    before = torch.cat([h_0.unsqueeze(1), output[:, :-1]], dim=1)
    slope = 1 - output.square()
    deltas = []
    d = grad_output.new_zeros(B, H)
    for t in range(T - 1, -1, -1):
        d = (grad_output[:, t] + d @ w_hh) * slope[:, t]
        deltas.insert(0, d)
    deltas = torch.stack(deltas, dim=1)
    flat = deltas.reshape(B * T, H)
    db = flat.sum(0)
    return (
        deltas @ w_ih,
        d @ w_hh,
        flat.T @ input.reshape(B * T, -1),
        flat.T @ before.reshape(B * T, H),
        db,
        db.clone(),
    )


@answer(
    "rnn_backward",
    right=False,
    about="what is carried leaves out the tanh of its step",
    tells={"before-slope-h"},
)
def rnn_carried_lost(grad_output, input, h_0, output, w_ih, w_hh, b_ih, b_hh):
    """Carries grad @ w_hh without this step's tanh."""
    T = input.shape[1]
    dinput = torch.zeros_like(input)
    carried = torch.zeros_like(h_0)
    dwi, dwh, db = torch.zeros_like(w_ih), torch.zeros_like(w_hh), torch.zeros_like(b_ih)
    for t in range(T - 1, -1, -1):
        g = grad_output[:, t] + carried
        da = g * (1 - output[:, t] ** 2)
        prev = h_0 if t == 0 else output[:, t - 1]
        dinput[:, t] = da @ w_ih
        dwi += da.T @ input[:, t]
        dwh += da.T @ prev
        db += da.sum(0)
        carried = g @ w_hh
    return dinput, carried, dwi, dwh, db, db


@answer(
    "rnn_backward", right=False, about="the loop stops before step 0", tells={"stops-before-first"}
)
def rnn_range_short(grad_output, input, h_0, output, w_ih, w_hh, b_ih, b_hh):
    T = input.shape[1]
    dinput = torch.zeros_like(input)
    carried = torch.zeros_like(h_0)
    dwi, dwh, db = torch.zeros_like(w_ih), torch.zeros_like(w_hh), torch.zeros_like(b_ih)
    for t in range(T - 1, 0, -1):
        da = (grad_output[:, t] + carried) * (1 - output[:, t] ** 2)
        dinput[:, t] = da @ w_ih
        dwi += da.T @ input[:, t]
        dwh += da.T @ output[:, t - 1]
        db += da.sum(0)
        carried = da @ w_hh
    return dinput, carried, dwi, dwh, db, db


@answer(
    "rnn_backward",
    right=False,
    about="dx collected backwards and not turned round",
    tells={"input-as-found"},
)
def rnn_dx_reversed(grad_output, input, h_0, output, w_ih, w_hh, b_ih, b_hh):
    T = input.shape[1]
    dinput = []
    carried = torch.zeros_like(h_0)
    dwi, dwh, db = torch.zeros_like(w_ih), torch.zeros_like(w_hh), torch.zeros_like(b_ih)
    for t in range(T - 1, -1, -1):
        da = (grad_output[:, t] + carried) * (1 - output[:, t] ** 2)
        prev = h_0 if t == 0 else output[:, t - 1]
        dinput.append(da @ w_ih)
        dwi += da.T @ input[:, t]
        dwh += da.T @ prev
        db += da.sum(0)
        carried = da @ w_hh
    return torch.stack(dinput, 1), carried, dwi, dwh, db, db


@answer("rnn_backward", right=False, about="the weights' gradients take grad_output's part only")
def rnn_weights_local(grad_output, input, h_0, output, w_ih, w_hh, b_ih, b_hh):
    T = output.shape[1]
    prev = torch.cat([h_0[:, None], output[:, :-1]], 1)
    dinput = torch.zeros_like(input)
    carried = torch.zeros_like(h_0)
    local = grad_output * (1 - output**2)
    for t in range(T - 1, -1, -1):
        da = (grad_output[:, t] + carried) * (1 - output[:, t] ** 2)
        dinput[:, t] = da @ w_ih
        carried = da @ w_hh
    dwi = torch.einsum("bth,bti->hi", local, input)
    dwh = torch.einsum("bth,btj->hj", local, prev)
    db = local.sum((0, 1))
    return dinput, carried, dwi, dwh, db, db


@answer(
    "rnn_backward",
    right=False,
    about="h[t-1] with t = 0 wraps; weights divided by T as well",
    tells={"averaged-over-time", "h_0-wraps"},
)
def rnn_wrap_and_mean(grad_output, input, h_0, output, w_ih, w_hh, b_ih, b_hh):
    T = input.shape[1]
    dinput = torch.zeros_like(input)
    carried = torch.zeros_like(h_0)
    dwi, dwh, db = torch.zeros_like(w_ih), torch.zeros_like(w_hh), torch.zeros_like(b_ih)
    for t in range(T - 1, -1, -1):
        da = (grad_output[:, t] + carried) * (1 - output[:, t] ** 2)
        dinput[:, t] = da @ w_ih
        dwi += da.T @ input[:, t]
        dwh += da.T @ output[:, t - 1]
        db += da.sum(0)
        carried = da @ w_hh
    return dinput, carried, dwi / T, dwh / T, db / T, db / T


@answer(
    "rnn_backward",
    right=False,
    about="the gradient of h_0 without the last product with w_hh",
    tells={"h_0-is-first-sum"},
)
def rnn_dh0_is_delta(grad_output, input, h_0, output, w_ih, w_hh, b_ih, b_hh):
    T = input.shape[1]
    dinput = torch.zeros_like(input)
    da = torch.zeros_like(h_0)
    dwi, dwh, db = torch.zeros_like(w_ih), torch.zeros_like(w_hh), torch.zeros_like(b_ih)
    for t in range(T - 1, -1, -1):
        da = (grad_output[:, t] + da @ w_hh) * (1 - output[:, t] ** 2)
        prev = output[:, t - 1] if t > 0 else h_0
        dinput[:, t] = da @ w_ih
        dwi += da.T @ input[:, t]
        dwh += da.T @ prev
        db += da.sum(0)
    return dinput, da, dwi, dwh, db, db


@answer(
    "rnn_backward",
    right=False,
    about="carried is added to itself: it grows with every step",
    tells={"carried-added-up"},
)
def rnn_carried_accumulates(grad_output, input, h_0, output, w_ih, w_hh, b_ih, b_hh):
    T = input.shape[1]
    dinput = torch.zeros_like(input)
    carried = torch.zeros_like(h_0)
    dwi, dwh, db = torch.zeros_like(w_ih), torch.zeros_like(w_hh), torch.zeros_like(b_ih)
    for t in range(T - 1, -1, -1):
        da = (grad_output[:, t] + carried) * (1 - output[:, t] ** 2)
        prev = output[:, t - 1] if t > 0 else h_0
        dinput[:, t] = da @ w_ih
        dwi += da.T @ input[:, t]
        dwh += da.T @ prev
        db += da.sum(0)
        carried = carried + da @ w_hh
    return dinput, carried, dwi, dwh, db, db


@answer("rnn_backward", right=False, about="the sums begin with the biases themselves")
def rnn_sums_begin_wrong(grad_output, input, h_0, output, w_ih, w_hh, b_ih, b_hh):
    T = input.shape[1]
    dinput = torch.empty_like(input)
    carried = 0
    dwi, dwh, dbi, dbh = 0, 0, b_ih, b_hh
    for t in range(T)[::-1]:
        da = (grad_output[:, t] + carried) * (1 - output[:, t] ** 2)
        prev = output[:, t - 1] if t > 0 else h_0
        dinput[:, t] = da @ w_ih
        dwi = dwi + da.T @ input[:, t]
        dwh = dwh + da.T @ prev
        dbi = dbi + da.sum(0)
        dbh = dbh + da.sum(0)
        carried = da @ w_hh
    return dinput, carried, dwi, dwh, dbi, dbh


@answer(
    "rnn_backward",
    right=False,
    about="writes into grad_output; the numbers are right",
    tells={"changes-arguments"},
)
def rnn_in_place(grad_output, input, h_0, output, w_ih, w_hh, b_ih, b_hh):
    T = output.shape[1]
    prev = torch.cat([h_0[:, None], output[:, :-1]], 1)
    g = grad_output
    for t in range(T - 1, -1, -1):
        g[:, t] *= 1 - output[:, t] ** 2
        if t > 0:
            g[:, t - 1] += g[:, t] @ w_hh
    db = g.sum((0, 1))
    return (
        g @ w_ih,
        g[:, 0] @ w_hh,
        torch.einsum("bth,bti->hi", g, input),
        torch.einsum("bth,btj->hj", g, prev),
        db,
        db,
    )


# ----------------------------------------------------------------------------------- truncated


@answer("truncated", right=True, about="windows, with rnn_backward on each of them")
def truncated_windows(grad_output, input, h_0, output, w_ih, w_hh, b_ih, b_hh, k):
    total = [torch.zeros_like(a) for a in (input, h_0, w_ih, w_hh, b_ih, b_hh)]
    for t in range(input.shape[1]):
        lo = max(0, t - k + 1)
        first = h_0 if lo == 0 else output[:, lo - 1]
        g = torch.zeros_like(grad_output[:, lo : t + 1])
        g[:, -1] = grad_output[:, t]
        dx, dh, *ws = rnn_deltas(
            g, input[:, lo : t + 1], first, output[:, lo : t + 1], w_ih, w_hh, b_ih, b_hh
        )
        total[0][:, lo : t + 1] += dx
        if lo == 0:
            total[1] += dh
        for i, w in enumerate(ws, start=2):
            total[i] += w
    return tuple(total)


@answer("truncated", right=True, about="two loops: all losses are carried back together, by age")
def truncated_by_age(grad_output, input, h_0, output, w_ih, w_hh, b_ih, b_hh, k):
    B, T, H = output.shape
    slope = 1 - output * output
    deltas = torch.zeros_like(output)
    dh0 = torch.zeros_like(h_0)
    young = grad_output
    for _age in range(min(k, T)):
        d = young * slope[:, : young.shape[1]]
        deltas[:, : d.shape[1]] += d
        back = d @ w_hh
        dh0 = dh0 + back[:, 0]
        young = back[:, 1:]
    prev = torch.cat((h_0.view(B, 1, H), output[:, : T - 1]), 1)
    db = deltas.sum(dim=(0, 1))
    return (
        deltas.matmul(w_ih),
        dh0,
        torch.tensordot(deltas, input, dims=([0, 1], [0, 1])),
        torch.tensordot(deltas, prev, dims=([0, 1], [0, 1])),
        db,
        db,
    )


@answer(
    "truncated",
    right=False,
    about="the sequence is cut in blocks of k steps, as libraries do",
    tells={"chunks"},
)
def truncated_blocks(grad_output, input, h_0, output, w_ih, w_hh, b_ih, b_hh, k):
    T = input.shape[1]
    dxs, total, dh0 = [], None, None
    for lo in range(0, T, k):
        hi = min(lo + k, T)
        first = h_0 if lo == 0 else output[:, lo - 1]
        dx, dh, *ws = rnn_deltas(
            grad_output[:, lo:hi], input[:, lo:hi], first, output[:, lo:hi], w_ih, w_hh, b_ih, b_hh
        )
        if lo == 0:
            dh0 = dh
        dxs.append(dx)
        total = ws if total is None else [a + b for a, b in zip(total, ws, strict=True)]
    return torch.cat(dxs, 1), dh0, *total


@answer("truncated", right=False, about="the window has k + 1 steps", tells={"k-one-more"})
def truncated_k_plus_one(grad_output, input, h_0, output, w_ih, w_hh, b_ih, b_hh, k):
    return truncated_by_age(grad_output, input, h_0, output, w_ih, w_hh, b_ih, b_hh, k + 1)


@answer(
    "truncated",
    right=False,
    about="only the last k steps of the sequence are walked at all",
    tells={"last-k-only-to-h_0"},
)
def truncated_last_k(grad_output, input, h_0, output, w_ih, w_hh, b_ih, b_hh, k):
    T = input.shape[1]
    dinput = torch.zeros_like(input)
    carried = torch.zeros_like(h_0)
    dwi, dwh, db = torch.zeros_like(w_ih), torch.zeros_like(w_hh), torch.zeros_like(b_ih)
    for t in range(T - 1, max(-1, T - 1 - k), -1):
        da = (grad_output[:, t] + carried) * (1 - output[:, t] ** 2)
        prev = output[:, t - 1] if t > 0 else h_0
        dinput[:, t] = da @ w_ih
        dwi += da.T @ input[:, t]
        dwh += da.T @ prev
        db += da.sum(0)
        carried = da @ w_hh
    return dinput, carried, dwi, dwh, db, db


@answer(
    "truncated",
    right=False,
    about="every window's first state counts as h_0",
    tells={"h_0-from-every-window"},
)
def truncated_all_to_h0(grad_output, input, h_0, output, w_ih, w_hh, b_ih, b_hh, k):
    total = [torch.zeros_like(a) for a in (input, h_0, w_ih, w_hh, b_ih, b_hh)]
    for t in range(input.shape[1]):
        lo = max(0, t - k + 1)
        first = h_0 if lo == 0 else output[:, lo - 1]
        g = torch.zeros_like(grad_output[:, lo : t + 1])
        g[:, -1] = grad_output[:, t]
        dx, dh, *ws = rnn_deltas(
            g, input[:, lo : t + 1], first, output[:, lo : t + 1], w_ih, w_hh, b_ih, b_hh
        )
        total[0][:, lo : t + 1] += dx
        total[1] += dh
        for i, w in enumerate(ws, start=2):
            total[i] += w
    return tuple(total)


@answer(
    "truncated",
    right=False,
    about="the windows overlap, and each takes all outputs in it",
    tells={"window-takes-all-losses"},
)
def truncated_counts_twice(grad_output, input, h_0, output, w_ih, w_hh, b_ih, b_hh, k):
    total = [torch.zeros_like(a) for a in (input, h_0, w_ih, w_hh, b_ih, b_hh)]
    for t in range(input.shape[1]):
        lo = max(0, t - k + 1)
        first = h_0 if lo == 0 else output[:, lo - 1]
        s = slice(lo, t + 1)
        dx, dh, *ws = rnn_deltas(
            grad_output[:, s], input[:, s], first, output[:, s], w_ih, w_hh, b_ih, b_hh
        )
        total[0][:, s] += dx
        if lo == 0:
            total[1] += dh
        for i, w in enumerate(ws, start=2):
            total[i] += w
    return tuple(total)


@answer(
    "truncated", right=False, about="every window begins from h_0", tells={"window-starts-at-h_0"}
)
def truncated_starts_at_h0(grad_output, input, h_0, output, w_ih, w_hh, b_ih, b_hh, k):
    total = [torch.zeros_like(a) for a in (input, h_0, w_ih, w_hh, b_ih, b_hh)]
    for t in range(input.shape[1]):
        lo = max(0, t - k + 1)
        g = torch.zeros_like(grad_output[:, lo : t + 1])
        g[:, -1] = grad_output[:, t]
        dx, dh, *ws = rnn_deltas(
            g, input[:, lo : t + 1], h_0, output[:, lo : t + 1], w_ih, w_hh, b_ih, b_hh
        )
        total[0][:, lo : t + 1] += dx
        if lo == 0:
            total[1] += dh
        for i, w in enumerate(ws, start=2):
            total[i] += w
    return tuple(total)


@answer("truncated", right=False, about="k is ignored", tells={"k-ignored"})
def truncated_not(grad_output, input, h_0, output, w_ih, w_hh, b_ih, b_hh, k):
    return rnn_plain(grad_output, input, h_0, output, w_ih, w_hh, b_ih, b_hh)


@answer("truncated", right=False, about="the windows at the start of the sequence are left out")
def truncated_full_windows_only(grad_output, input, h_0, output, w_ih, w_hh, b_ih, b_hh, k):
    total = [torch.zeros_like(a) for a in (input, h_0, w_ih, w_hh, b_ih, b_hh)]
    T = input.shape[1]
    for t in range(min(k, T) - 1, T):
        lo = max(0, t - k + 1)
        first = h_0 if lo == 0 else output[:, lo - 1]
        g = torch.zeros_like(grad_output[:, lo : t + 1])
        g[:, -1] = grad_output[:, t]
        dx, dh, *ws = rnn_deltas(
            g, input[:, lo : t + 1], first, output[:, lo : t + 1], w_ih, w_hh, b_ih, b_hh
        )
        total[0][:, lo : t + 1] += dx
        if lo == 0:
            total[1] += dh
        for i, w in enumerate(ws, start=2):
            total[i] += w
    return tuple(total)


# ------------------------------------------------------------------------------------ jacobian


@answer("jacobian", right=True, about="forwards from each step, with loops")
def jacobian_forward(output, w_ih, w_hh):
    B, T, _ = output.shape
    norms = output.new_zeros(B, T, T)
    for s in range(T):
        J = (1 - output[:, s] ** 2)[:, :, None] * w_ih
        norms[:, s, s] = J.flatten(1).norm(dim=1)
        for t in range(s + 1, T):
            J = (1 - output[:, t] ** 2)[:, :, None] * (w_hh @ J)
            norms[:, t, s] = (J**2).sum((1, 2)).sqrt()
    return norms


@answer("jacobian", right=True, about="backwards from each t, diag matrices, one row at a time")
def jacobian_backward(output, w_ih, w_hh):
    B, T, H = output.shape
    rows = []
    for b in range(B):
        table = torch.zeros(T, T, dtype=output.dtype, device=output.device)
        for t in range(T):
            P = torch.eye(H, dtype=output.dtype, device=output.device)
            for s in range(t, -1, -1):
                D = torch.diag(1 - output[b, s].square())
                table[t, s] = torch.linalg.matrix_norm(P @ D @ w_ih)
                P = P @ D @ w_hh
        rows.append(table)
    return torch.stack(rows)


@answer("jacobian", right=True, about="all s at once")
def jacobian_all(output, w_ih, w_hh):
    B, T, H = output.shape
    J = torch.zeros(B, T, H, w_ih.shape[1], dtype=output.dtype)
    norms = []
    for t in range(T):
        J = torch.einsum("hk,bski->bshi", w_hh, J)
        J[:, t] = w_ih
        J = (1 - output[:, t].pow(2))[:, None, :, None] * J
        norms.append(torch.linalg.vector_norm(J, dim=(2, 3)))
    return torch.stack(norms, 1)


@answer(
    "jacobian",
    right=False,
    about="the slope scales the columns before w_hh is applied",
    tells={"slope-on-columns"},
)
def jacobian_wrong_side(output, w_ih, w_hh):
    B, T, _ = output.shape
    norms = output.new_zeros(B, T, T)
    for s in range(T):
        J = (1 - output[:, s] ** 2)[:, :, None] * w_ih
        norms[:, s, s] = J.flatten(1).norm(dim=1)
        for t in range(s + 1, T):
            J = w_hh @ ((1 - output[:, t] ** 2)[:, :, None] * J)
            norms[:, t, s] = J.flatten(1).norm(dim=1)
    return norms


@answer(
    "jacobian",
    right=False,
    about="the slope of t-1 instead of t on the way",
    tells={"slope-of-state-before"},
)
def jacobian_step_late(output, w_ih, w_hh):
    B, T, _ = output.shape
    norms = output.new_zeros(B, T, T)
    for s in range(T):
        J = (1 - output[:, s] ** 2)[:, :, None] * w_ih
        norms[:, s, s] = J.flatten(1).norm(dim=1)
        for t in range(s + 1, T):
            J = (1 - output[:, t - 1] ** 2)[:, :, None] * (w_hh @ J)
            norms[:, t, s] = J.flatten(1).norm(dim=1)
    return norms


@answer("jacobian", right=False, about="the matrix 2-norm instead of Frobenius", tells={"spectral"})
def jacobian_spectral(output, w_ih, w_hh):
    B, T, _ = output.shape
    norms = output.new_zeros(B, T, T)
    for s in range(T):
        J = (1 - output[:, s] ** 2)[:, :, None] * w_ih
        norms[:, s, s] = torch.linalg.matrix_norm(J, ord=2)
        for t in range(s + 1, T):
            J = (1 - output[:, t] ** 2)[:, :, None] * (w_hh @ J)
            norms[:, t, s] = torch.linalg.matrix_norm(J, ord=2)
    return norms


@answer(
    "jacobian",
    right=False,
    about="norms multiplied instead of matrices",
    tells={"product-of-norms"},
)
def jacobian_product_of_norms(output, w_ih, w_hh):
    B, T, _ = output.shape
    norms = output.new_zeros(B, T, T)
    for s in range(T):
        n = ((1 - output[:, s] ** 2)[:, :, None] * w_ih).flatten(1).norm(dim=1)
        norms[:, s, s] = n
        for t in range(s + 1, T):
            n = n * ((1 - output[:, t] ** 2)[:, :, None] * w_hh).flatten(1).norm(dim=1)
            norms[:, t, s] = n
    return norms


@answer(
    "jacobian",
    right=False,
    about="the batch is averaged and the table repeated for every row",
    tells={"rows-mixed"},
)
def jacobian_batch_mean(output, w_ih, w_hh):
    return jacobian_forward(output, w_ih, w_hh).mean(0, keepdim=True).expand(len(output), -1, -1)


@answer("jacobian", right=False, about="no tanh at all: powers of w_hh, and t and s swapped")
def jacobian_linear_swapped(output, w_ih, w_hh):
    B, T, _ = output.shape
    norms = output.new_zeros(B, T, T)
    for s in range(T):
        J = w_ih
        for t in range(s, T):
            norms[:, s, t] = J.norm()
            J = w_hh @ J
    return norms


@answer(
    "jacobian",
    right=False,
    about="only the last step's tanh is forgotten at s = t",
    tells={"last-slope-missing"},
)
def jacobian_no_slope_at_start(output, w_ih, w_hh):
    B, T, _ = output.shape
    norms = output.new_zeros(B, T, T)
    for s in range(T):
        J = w_ih.expand(B, -1, -1)
        norms[:, s, s] = J.flatten(1).norm(dim=1)
        for t in range(s + 1, T):
            J = (1 - output[:, t] ** 2)[:, :, None] * (w_hh @ J)
            norms[:, t, s] = J.flatten(1).norm(dim=1)
    return norms


# ---------------------------------------------------------------------------------------- clip


@answer("clip", right=True, about="list first, in place")
def clip_in_place(parameters, max_norm):
    grads = [p.grad for p in parameters if p.grad is not None]
    norm = torch.sqrt(sum((g**2).sum() for g in grads))
    if norm > max_norm:
        for g in grads:
            g.mul_(max_norm / (norm + 1e-6))
    return norm


@answer("clip", right=True, about="everything flattened, and assigned to p.grad; nothing there: 0")
def clip_flat(parameters, max_norm):
    params = list(p for p in parameters if p.grad is not None)
    if len(params) == 0:
        return torch.tensor(0.0)
    norm = torch.cat([p.grad.reshape(-1) for p in params]).norm(2)
    factor = min(1.0, (max_norm / (norm + 1e-6)).item()) if norm > max_norm else 1.0
    for p in params:
        p.grad = p.grad * factor
    return norm


@answer(
    "clip", right=False, about="each gradient is clipped by its own norm", tells={"each-on-its-own"}
)
def clip_each(parameters, max_norm):
    total = torch.tensor(0.0)
    for p in parameters:
        if p.grad is not None:
            n = p.grad.norm()
            total = total + n**2
            if n > max_norm:
                p.grad *= max_norm / (n + 1e-6)
    return total.sqrt()


@answer(
    "clip",
    right=False,
    about="the sum of the norms instead of the norm of all",
    tells={"sum-of-norms"},
)
def clip_sum_of_norms(parameters, max_norm):
    grads = [p.grad for p in parameters if p.grad is not None]
    norm = sum(g.norm() for g in grads)
    if norm > max_norm:
        for g in grads:
            g.mul_(max_norm / (norm + 1e-6))
    return norm


@answer(
    "clip",
    right=False,
    about="the generator is empty in the second loop",
    tells={"exhausted", "dtype"},
)
def clip_generator(parameters, max_norm):
    total = torch.zeros(())
    for p in parameters:
        if p.grad is not None:
            total += (p.grad**2).sum()
    norm = total.sqrt()
    if norm > max_norm:
        for p in parameters:
            if p.grad is not None:
                p.grad.mul_(max_norm / (norm + 1e-6))
    return norm


@answer(
    "clip", right=False, about="values clamped between -max_norm and max_norm", tells={"by-value"}
)
def clip_values(parameters, max_norm):
    params = [p for p in parameters if p.grad is not None]
    norm = torch.cat([p.grad.flatten() for p in params]).norm()
    for p in params:
        p.grad.clamp_(-max_norm, max_norm)
    return norm


@answer("clip", right=False, about="gradients of bias vectors left out; float comes back")
def clip_matrices_only(parameters, max_norm):
    params = [p for p in parameters if p.grad is not None and p.dim() > 1]
    norm = sum(p.grad.square().sum() for p in params) ** 0.5
    if norm > max_norm:
        for p in params:
            p.grad *= max_norm / (norm + 1e-6)
    return float(norm)


@answer("clip", right=False, about="the norm after clipping comes back", tells={"returns-after"})
def clip_returns_after(parameters, max_norm):
    grads = [p.grad for p in parameters if p.grad is not None]
    norm = torch.sqrt(sum(g.square().sum() for g in grads))
    if norm > max_norm:
        for g in grads:
            g *= max_norm / (norm + 1e-6)
        norm = torch.sqrt(sum(g.square().sum() for g in grads))
    return norm


@answer(
    "clip",
    right=False,
    about="scales the weights, not the gradients",
    tells={"not-stored", "changes-arguments"},
)
def clip_weights(parameters, max_norm):
    params = [p for p in parameters if p.grad is not None]
    norm = torch.sqrt(sum(p.grad.square().sum() for p in params))
    if norm > max_norm:
        with torch.no_grad():
            for p in params:
                p.mul_(max_norm / (norm + 1e-6))
    return norm


@answer("clip", right=False, about="torch's own function", tells={"forbidden-call"})
def clip_torch(parameters, max_norm):
    return nn.utils.clip_grad_norm_(parameters, max_norm)


@answer(
    "clip", right=False, about="no root: the square is compared and returned", tells={"no-root"}
)
def clip_no_root(parameters, max_norm):
    grads = [p.grad for p in parameters if p.grad is not None]
    norm = sum(g.pow(2).sum() for g in grads)
    if norm > max_norm:
        for g in grads:
            g.mul_(max_norm / (norm + 1e-6))
    return norm
