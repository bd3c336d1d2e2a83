"""Ways of asking that only this assignment has: defaults, loops over positions, no bias."""

import torch
from torch.overrides import TorchFunctionMode

from course_lib.exercises.spec import Case, Item

# Importing the grading package here would turn the arrow round: it reads the exercises.


def defaults(item: Item, candidate, case: Case):
    """What comes back for x and weight alone."""
    from course_lib.grading.returned import named

    x, weight = (case.tensors[name].detach().clone() for name in ("x", "weight"))
    if "groups" in case.options:
        weight = weight.repeat(1, case.options["groups"], *[1] * (weight.ndim - 2))
    return {name: t.detach() for name, t in named(item, candidate(x, weight)).items()}


# Asking a tensor for its shape computes nothing.
SIZES = ("__get__", "__len__", "size", "dim", "numel")


class Counting(TorchFunctionMode):
    """Counts the calls of torch inside the block."""

    def __init__(self):
        super().__init__()
        self.calls = 0

    def __torch_function__(self, function, types, args=(), kwargs=None):
        self.calls += getattr(function, "__name__", "") not in SIZES
        return function(*args, **(kwargs or {}))


def truths_of_loops(item: Item, candidate, case: Case):
    """Whether a sequence four times as long takes as many calls of torch."""
    counts = []
    for times in (1, 4):
        tensors = {n: t.detach().clone() for n, t in case.tensors.items()}
        tensors["x"] = tensors["x"].repeat(1, 1, times)
        with Counting() as counting:
            candidate(*tensors.values(), *case.options.values())
        counts.append(counting.calls)
    return {"no loop over positions": torch.tensor(float(counts[0] == counts[1]))}


def without_bias(item: Item, candidate, case: Case):
    """A module made with bias=False: its output, and whether the weight is all it has."""
    from course_lib.grading.observe import make, part
    from course_lib.grading.returned import named, wrong_parameters

    without = Case(case.id, case.sizes, case.tensors, {**case.options, "bias": False})
    module = make(item, candidate, without)
    weight = part(module, "weight")
    if not isinstance(weight, torch.Tensor) or weight.shape != case.tensors["weight"].shape:
        raise wrong_parameters(item, module, ["weight"])
    with torch.no_grad():
        weight.copy_(case.tensors["weight"])
        for name, parameter in module.named_parameters():
            if name != "weight":
                parameter.fill_(3.0)
    found = named(item, module(case.tensors["x"].clone()))
    alone = {name for name, _p in module.named_parameters()} <= {"weight"}
    return {n: t.detach() for n, t in found.items()} | {"weight alone": torch.tensor(float(alone))}


def parameters(item: Item, candidate, case: Case):
    """Names and shapes, as of every module; and which of them are plain tensors."""
    from course_lib.grading.observe import make, parameters

    module = make(item, candidate, case)
    plain = [n for n in item.weights if type(getattr(module, n, None)) is torch.Tensor]
    found = parameters(item, candidate, case)
    return {**found, **{f"plain tensor {name}": torch.zeros(()) for name in plain}}


def first_weights(item: Item, candidate, case: Case):
    """Truths about the first values of a linear layer with 16 inputs and 64 outputs."""
    from course_lib.grading.observe import empty_is_nan, first_values, make

    inputs, bound = 16, 16**-0.5 * 1.0001
    case = Case("start", {**case.sizes, "I": inputs, "O": 64}, {}, case.options)
    with empty_is_nan():
        modules = [make(item, candidate, case) for _k in range(2)]
        one, other = (first_values(item, module, "weight")["weight"] for module in modules)
        bias = first_values(item, modules[0], "bias")["bias"]
    truths = {
        "finite": one.isfinite().all(),
        "different": (one != one.flatten()[0]).any(),
        "small": (one.abs() <= bound).all(),
        "wide": one.abs().max() > 0.9 * bound,
        "signs": one.min() < 0 < one.max(),
        "new": (one != other).any(),
        "biases": True,
    }
    if all(truths.values()):  # one thing at a time
        within = bool((bias.abs() <= bound).all())
        truths["biases"] = within and bool(bias.min() < -0.5 * bound and bias.max() > 0.5 * bound)
    return {name: torch.tensor(float(truth)) for name, truth in truths.items()}
