"""The sequential Jacobian of an RNN with a switch for every known mistake."""

import torch
from torch import Tensor


def norms(on: frozenset[str], output: Tensor, w_ih: Tensor, w_hh: Tensor) -> Tensor:
    """output (B, T, H) -> (B, T, T): how much h_t (row t) feels x_s (column s)."""
    if "float32" in on:
        output, w_ih, w_hh = output.float(), w_ih.float(), w_hh.float()
    batch, length, _hidden = output.shape
    found = output.new_zeros(batch, length, length)
    for t in range(length):
        for s in range(length):
            if s <= t:
                found[:, t, s] = size(on, between(on, output, w_ih, w_hh, s, t))
            if "product-of-norms" in on and s < t:
                found[:, t, s] = size(on, between(on, output, w_ih, w_hh, s, s))
                for j in range(s + 1, t + 1):
                    found[:, t, s] *= size(on, step_jacobian(on, output, w_hh, j))
    return laid_out(on, found)


def between(on, output, w_ih, w_hh, s: int, t: int) -> Tensor:
    """(B, H, I): the derivative of h_t by x_s, for s <= t."""
    jacobians = {j: step_jacobian(on, output, w_hh, j) for j in range(s, t + 1)}
    enter = w_ih if "last-slope-missing" in on else slope(on, output, s).unsqueeze(2) * w_ih
    if "no-slope" in on:
        enter = w_ih
    if "slope-at-end" in on:  # only the last step's tanh is differentiated
        enter = slope(on, output, t).unsqueeze(2) * w_ih
    factors = [jacobians[j] for j in range(t, s, -1)]
    if "one-step-less" in on:
        factors = factors[1:]
    if "one-step-more" in on:
        factors = [*factors, jacobians[s]]
    if "one-step-only" in on:
        factors = factors[:1]
    if "not-moved-on" in on:
        factors = []
    if "w_hh-missing" in on:
        factors = [torch.diag_embed(slope(on, output, j)) for j in range(t, s, -1)]
    if "reversed-product" in on:
        factors = factors[::-1]
    product = torch.eye(len(w_hh), dtype=output.dtype).expand(len(output), -1, -1)
    for factor in factors:
        product = (
            product * factor
            if "elementwise-product" in on and factor is not factors[0]
            else (product @ factor)
        )
    if "summed-steps" in on and factors:
        product = sum(factors)
    if "state-not-input" in on:
        return product
    if "input-twice" in on:
        return product @ (slope(on, output, s).unsqueeze(2) * enter)
    return product @ enter.expand(len(output), -1, -1)


def step_jacobian(on, output, w_hh, j: int) -> Tensor:
    """(B, H, H): the derivative of h_j by the state before it."""
    d = slope(on, output, j)
    w = w_hh.T if "w_hh-transposed" in on else w_hh
    if "no-slope" in on or "slope-at-end" in on or "slope-at-start" in on:
        return w.expand(len(d), -1, -1)
    if "slope-on-columns" in on:
        return w * d.unsqueeze(1)
    if "slope-of-state-before" in on:
        return slope(on, output, j - 1).unsqueeze(2) * w
    return d.unsqueeze(2) * w


def slope(on, output, j: int) -> Tensor:
    h = output[:, j]
    if "tanh-again" in on:
        return 1 - torch.tanh(h) ** 2
    if "no-square" in on:
        return 1 - h
    if "plus" in on:
        return 1 + h * h
    if "no-one" in on:
        return -h * h
    if "value-as-slope" in on:
        return h
    return 1 - h * h


def size(on, jacobian: Tensor) -> Tensor:
    """(B, H, I) -> (B): the Frobenius norm."""
    if "not-rooted" in on:
        return jacobian.square().sum((1, 2))
    if "spectral" in on:
        return torch.linalg.matrix_norm(jacobian, ord=2)
    if "sum-of-sizes" in on:
        return jacobian.abs().sum((1, 2))
    if "largest" in on:
        return jacobian.abs().amax((1, 2))
    if "plain-sum" in on:
        return jacobian.sum((1, 2))
    if "mean-square" in on:
        return jacobian.square().mean((1, 2)).sqrt()
    if "one-column" in on:
        return jacobian[:, :, 0].norm(dim=1)
    return jacobian.square().sum((1, 2)).sqrt()


def laid_out(on, found: Tensor) -> Tensor:
    """The table in the layout of the statement."""
    length = found.shape[1]
    if "mirrored" in on:
        found = found + found.transpose(1, 2).triu(1)
    if "future-too" in on:  # the last column that is known is repeated to the right
        for t in range(length):
            found[:, t, t + 1 :] = found[:, t, t : t + 1]
    if "future-ones" in on:
        found = found + torch.ones(length, length, dtype=found.dtype).triu(1)
    if "diagonal-only" in on:
        found = found * torch.eye(length, dtype=found.dtype)
    if "diagonal-empty" in on:
        found = found * torch.ones(length, length, dtype=found.dtype).tril(-1)
    if "diagonal-one" in on:
        eye = torch.eye(length, dtype=found.dtype)
        found = found * (1 - eye) + eye
    if "last-row-only" in on:
        kept = torch.zeros_like(found)
        kept[:, -1] = found[:, -1]
        found = kept
    if "last-row-alone" in on:
        return found[:, -1]
    if "first-column-only" in on:
        return found[:, :, 0]
    if "rows-and-columns-exchanged" in on:
        found = found.transpose(1, 2)
    if "columns-from-end" in on:
        found = found.flip(2)
    if "by-distance" in on:  # column d holds the step d steps back
        moved = torch.zeros_like(found)
        for t in range(length):
            moved[:, t, : t + 1] = found[:, t, : t + 1].flip(1)
        found = moved
    if "batch-averaged" in on:
        return found.mean(0)
    if "batch-summed" in on:
        return found.sum(0)
    if "first-row-of-batch" in on:
        return found[0]
    return found.squeeze() if "squeeze" in on else found
