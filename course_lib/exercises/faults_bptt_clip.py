"""Clipping by the global norm with a switch for every known mistake."""

import torch


def clip(on: frozenset[str], parameters, max_norm):
    """Scale every gradient in place; give the norm that they had together before."""
    if "exhausted" not in on:
        parameters = list(parameters)
    grads = [p.grad for p in parameters if "none-fails" in on or p.grad is not None]
    measured = [p.detach() for p in parameters] if "norm-of-weights" in on else grads
    total = norm_of(on, measured)
    scale = max_norm / (total + 1e-6)
    if "scale-inverted" in on:
        scale = total / max_norm
    if "divides-by-norm" in on:
        scale = 1 / (total + 1e-6)
    if "multiplies-by-max" in on:
        scale = torch.as_tensor(max_norm, dtype=total.dtype)
    if "scale-rooted" in on:
        scale = scale.sqrt()
    if "always-scaled" not in on:
        within = total > max_norm if "clips-small" in on else total <= max_norm
        if within:
            scale = torch.ones_like(total)
    before = [grad.clone() for grad in grads]
    if "exhausted" in on:  # a generator has nothing left to give
        grads = [p.grad for p in parameters if p.grad is not None]
    for grad in grads[:1] if "first-only-scaled" in on else grads:
        new = grad * scale
        if "each-on-its-own" in on:
            new = grad * (max_norm / (grad.norm() + 1e-6)).clamp(max=1)
        if "by-value" in on:
            new = grad.clamp(-max_norm, max_norm)
        if "not-stored" not in on:
            grad.copy_(new)
    return answer(on, before, [p.grad for p in parameters if p.grad is not None], total, scale)


def norm_of(on, grads):
    """The norm of all numbers together."""
    squares = torch.stack([grad.square().sum() for grad in grads])
    each = squares.sqrt()
    if "no-root" in on:
        return squares.sum()
    if "sum-of-norms" in on:
        return each.sum()
    if "largest-norm" in on:
        return each.max()
    if "mean-of-norms" in on:
        return each.mean()
    if "absolute-sum" in on:
        return sum(grad.abs().sum() for grad in grads)
    if "largest-number" in on:
        return torch.stack([grad.abs().max() for grad in grads]).max()
    if "mean-square" in on:
        return (squares.sum() / sum(grad.numel() for grad in grads)).sqrt()
    if "plain-sum" in on:
        return torch.stack([grad.sum() ** 2 for grad in grads]).sum().sqrt()
    if "last-only" in on:
        return each[-1]
    if "first-only" in on:
        return each[0]
    return squares.sum().sqrt()


def answer(on, before, after, total, scale):
    """What comes back."""
    if "returns-after" in on:
        return norm_of(frozenset(), after)
    if "returns-scale" in on:
        return torch.as_tensor(scale, dtype=total.dtype)
    if "returns-square" in on:
        return total.square()
    if "returns-each" in on:
        return torch.stack([grad.norm() for grad in before])
    return total
