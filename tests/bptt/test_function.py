"""When the hand-written backward runs, when the readable way, and what each of them is told."""

import pytest
import torch

from course_lib.bptt.function import Recipe, run

ALL = [(a, b) for a in (True, False) for b in (True, False)]


class Told:
    """y = a · b, once by hand and once readable, and what the recipe was told."""

    def __init__(self):
        self.keep, self.needed, self.read = [], [], 0
        self.recipe = Recipe(self.forward, self.backward)

    def forward(self, a, b, keep=True):
        self.keep.append(keep)
        return (a * b,), (a * 1, b * 1)

    def backward(self, grads, tensors, kept, needed):
        self.needed.append(tuple(needed))
        return grads[0] * kept[1], grads[0] * kept[0]

    def readable(self, a, b):
        self.read += 1
        return (a * b,)

    def __call__(self, a, b):
        return run(self.recipe, self.readable, a, b)[0]


def numbers(needed=(True, True)):
    return [torch.randn(3, dtype=torch.float64).requires_grad_(need) for need in needed]


@pytest.mark.parametrize("needed", ALL, ids=str)
def test_what_needs_no_gradient_is_told_and_nothing_is_kept_for_nobody(needed):
    told, leaves = Told(), numbers(needed)
    out = told(*leaves)
    assert out.requires_grad == any(needed) and told.keep == [any(needed)]
    if any(needed):
        out.sum().backward()
        assert told.needed == [needed]
    assert [leaf.grad is not None for leaf in leaves] == list(needed)
    assert told.read == 0


@pytest.mark.parametrize("quiet", [torch.no_grad, torch.inference_mode])
def test_nothing_is_kept_where_no_gradients_are_recorded(quiet):
    told = Told()
    with quiet():
        out = told(*numbers())
    assert out.grad_fn is None and told.keep == [False] and told.read == 0


def test_the_readable_way_serves_for_gradients_of_gradients_only():
    told, (a, b) = Told(), numbers()
    (first,) = torch.autograd.grad(told(a, b).pow(2).sum(), a, create_graph=True)
    assert told.read == 1 and told.needed == []
    torch.testing.assert_close(first, 2 * a * b * b)
    torch.testing.assert_close(torch.autograd.grad(first.sum(), b)[0], 4 * a * b)


def test_a_gradient_of_a_gradient_asks_for_what_needs_one_only():
    told, (a, b) = Told(), numbers((True, False))
    (first,) = torch.autograd.grad(told(a, b).pow(2).sum(), a, create_graph=True)
    torch.testing.assert_close(torch.autograd.grad(first.sum(), a)[0], 2 * b * b)


WAYS = {
    "autocast": lambda told, a, b: _autocast(told, a, b),
    "torch.func": lambda told, a, b: torch.func.grad(lambda x: told(x, b).sum())(a),
    "torch.compile": lambda told, a, b: torch.compile(told, backend="eager")(a, b),
}


def _autocast(told, a, b):
    with torch.autocast("cpu", torch.bfloat16):
        return told(a, b)


@pytest.mark.parametrize("way", WAYS)
def test_torch_sees_every_operation_where_it_wants_to(way):
    told = Told()
    WAYS[way](told, *numbers())
    assert told.read > 0 and told.keep == [] and told.needed == []
