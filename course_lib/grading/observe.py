"""What is asked of a candidate: the student's function or class, torch's, or a faulty one.

Every observation takes ``(item, candidate, case)`` and returns named tensors. It is the only
place that calls a student's code. Tensors of the case are copied first, so nobody can spoil them.
"""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from course_lib.exercises.spec import Case, Item, Names
from course_lib.exercises.uninitialised import empty_is_nan
from course_lib.grading.compare import Observation
from course_lib.grading.returned import Unexpected, named, not_a_module, wrong_parameters
from course_lib.i18n import _


def copies(case: Case, gradients: bool = False) -> dict[str, Tensor | None]:
    """The case's tensors, fresh; as leaves that want gradients if asked."""
    fresh = {n: None if t is None else t.detach().clone() for n, t in case.tensors.items()}
    for tensor in fresh.values():
        if gradients and tensor is not None and tensor.is_floating_point():
            tensor.requires_grad_()
    return fresh


def arrange(names: Names | str, tensors) -> object:
    """Tensors nested as their names are; a nest of nothing but None is None.

    A nest of nests, such as one (h, c) for every layer, is a list, as the statements say.
    """
    if isinstance(names, str):
        return tensors[names]
    parts = tuple(arrange(name, tensors) for name in names)
    if all(part is None for part in parts):
        return None
    return parts if any(isinstance(name, str) for name in names) else list(parts)


def run(item: Item, candidate, case: Case, tensors) -> dict[str, Tensor]:
    """Call a function, or a module that has its weights, with these tensors.

    An argument that is no tensor, such as a number of steps, is one of the case's options.
    """
    options = {n: list(v) if isinstance(v, list) else v for n, v in case.options.items()}
    arguments = [arrange(name, {**options, **tensors}) for name in item.arguments]
    if item.kind == "module" and arguments[-1] is None:
        arguments.pop()
    return named(item, candidate(*arguments))


def make(item: Item, candidate, case: Case):
    """An instance of a module class, with its first weights."""
    module = candidate(**item.constructor(case))
    if not isinstance(module, nn.Module):
        raise not_a_module(item, module)
    return module


def prepared(item: Item, candidate, case: Case, tensors):
    """What ``run`` can call: the function itself, or a module with the case's weights."""
    if item.kind == "function":
        return candidate
    module = make(item, candidate, case)
    dtype = tensors[next(iter(item.weights.values()))].dtype
    if dtype != torch.float32:
        module = module.to(dtype)
    set_weights(item, module, tensors)
    return module


def set_weights(item: Item, module: nn.Module, tensors) -> None:
    """Give a module the case's weights, also where they are plain tensors.

    Plain tensors are a mistake of its own; the module's numbers can still be judged.
    """
    parameters = dict(module.named_parameters(remove_duplicate=False))
    for name, short in item.weights.items():
        value = tensors[short].detach()
        holder = parameters.get(name)
        if holder is None:
            path, _dot, last = name.rpartition(".")
            inner = part(module, path) if path else module
            plain = part(inner, last)
            if not isinstance(plain, Tensor) or isinstance(inner, (list, tuple)):
                raise wrong_parameters(item, module)
            same = nn.Parameter if isinstance(plain, nn.Parameter) else Tensor.requires_grad_
            setattr(inner, last, same(value.clone()))
        elif holder.shape != value.shape:
            raise wrong_parameters(item, module)
        else:
            with torch.no_grad():
                holder.copy_(value)


def part(module: nn.Module, name: str):
    """What stands at "cells.0.weight_x" in a module, registered or not; None if nothing does."""
    found = module
    for step in name.split("."):
        if step.isdigit() and isinstance(found, (list, tuple, nn.ModuleList, nn.Sequential)):
            found = found[int(step)] if int(step) < len(found) else None
        else:
            found = getattr(found, step, None)
    return found


def values(item: Item, candidate, case: Case) -> Observation:
    """What comes back."""
    tensors = copies(case)
    return detached(run(item, prepared(item, candidate, case, tensors), case, tensors))


def detached(observation) -> dict[str, Tensor]:
    return {name: t.detach() for name, t in observation.items()}


def gradients(item: Item, candidate, case: Case) -> Observation:
    """Gradients of a random weighted sum of everything returned; None where none arrives."""
    tensors = copies(case, gradients=True)
    ready = prepared(item, candidate, case, tensors)
    leaves = {n: t for n, t in tensors.items() if t is not None}
    if item.kind == "module":
        for name, short in item.weights.items():
            leaves[short] = part(ready, name)
    loss = weighted_sum(run(item, ready, case, tensors))
    if not loss.requires_grad:
        return dict.fromkeys(leaves)
    found = torch.autograd.grad(loss, list(leaves.values()), allow_unused=True)
    return dict(zip(leaves, found, strict=True))


def weighted_sum(returned: dict[str, Tensor]) -> Tensor:
    generator = torch.Generator().manual_seed(1)
    terms = []
    for tensor in returned.values():
        weight = torch.randn(tensor.shape, generator=generator, dtype=torch.float64)
        terms.append((tensor * weight.to(tensor.dtype)).sum())
    return sum(terms)


def arguments_after(item: Item, candidate, case: Case) -> Observation:
    """The arguments as the call leaves them."""
    tensors = copies(case)
    run(item, prepared(item, candidate, case, tensors), case, tensors)
    return {name: t for name, t in tensors.items() if t is not None}


def second_call(item: Item, candidate, case: Case) -> Observation:
    """The same call again, after one with other numbers."""
    tensors = copies(case)
    ready = prepared(item, candidate, case, tensors)
    run(item, ready, case, copies(case))
    other = {n: None if t is None else t.flip(0) * 0.5 for n, t in copies(case).items()}
    run(item, ready, case, other)
    return detached(run(item, ready, case, copies(case)))


def parameters(item: Item, candidate, case: Case) -> Observation:
    """Names and shapes of the parameters, as tensors of zeros; "late" ones come with a call."""
    module = make(item, candidate, case)
    before = {name: torch.zeros(p.shape) for name, p in module.named_parameters()}
    if before.keys() != item.weights.keys():
        run(item, module, case, copies(case))
        after = {f"late {n}": torch.zeros(p.shape) for n, p in module.named_parameters()}
        before |= {name: t for name, t in after.items() if name[5:] not in before}
    return before


def first_weights(item: Item, candidate, case: Case) -> Observation:
    """Truths about the first values of the weights and of the biases, as ones and zeros."""
    sizes = {"B": 2, "T": 2, "I": 12, "H": 16, "P": 6}
    case = Case("start", {**case.sizes, **{k: sizes[k] for k in sizes if k in case.sizes}}, {},
                case.options)  # fmt: skip
    bound = sizes["H"] ** -0.5 * 1.0001
    with empty_is_nan():
        modules = [make(item, candidate, case) for _k in range(2)]
        pair = [first_values(item, module, "weight") for module in modules]
        biases = first_values(item, modules[0], "bias").values()
    truths = {"finite": [], "different": [], "small": [], "wide": [], "signs": []}
    truths |= {"new": [], "biases": []}
    for one, other in zip(*(list(weights.values()) for weights in pair), strict=True):
        truths["finite"].append(bool(one.isfinite().all()))
        truths["different"].append(bool((one != one.flatten()[0]).any()))
        truths["small"].append(bool((one.abs() <= bound).all()))
        truths["wide"].append(bool(one.max() - one.min() > bound))
        truths["signs"].append(bool(one.min() < 0 < one.max()))
        truths["new"].append(bool((one != other).any()))
    if all(all(told) for told in truths.values()):  # one thing at a time
        truths["biases"] = [
            bool((b.abs() <= bound).all() and b.min() < 0 < b.max()) for b in biases
        ]
    return {name: torch.tensor(float(all(t))) for name, t in truths.items()}


def first_values(item: Item, module: nn.Module, kind: str) -> dict[str, Tensor]:
    """The weights (``kind`` "weight") or the biases ("bias"), registered or not."""
    found = {name: part(module, name) for name in item.weights if kind in name}
    if not all(isinstance(tensor, Tensor) for tensor in found.values()):
        raise wrong_parameters(item, module)
    return {name: tensor.detach() for name, tensor in found.items()}


def loaded(item: Item, candidate, case: Case) -> Observation:
    """Values after ``load_state_dict`` with torch's own state dict."""
    tensors = copies(case)
    module = make(item, candidate, case)
    module.load_state_dict({name: tensors[short] for name, short in item.weights.items()})
    return detached(run(item, module, case, tensors))


def optimiser_step(item: Item, candidate, case: Case) -> Observation:
    """Values after one step of gradient descent on ``module.parameters()``."""
    tensors = copies(case)
    module = prepared(item, candidate, case, tensors)
    known = list(module.parameters())  # as an optimiser would take them
    loss = weighted_sum(run(item, module, case, tensors))
    if not loss.requires_grad:
        raise Unexpected("dependence", "no-gradient", _("The output has no gradient at all."))
    loss.backward()
    with torch.no_grad():  # plain gradient descent; importing torch's costs seconds
        for parameter in known:
            if parameter.grad is not None:
                parameter -= 0.1 * parameter.grad
    return detached(run(item, module, case, copies(case)))


OBSERVATIONS: dict[str, Callable[[Item, object, Case], Observation]] = {
    f.__name__: f
    for f in (
        values, gradients, arguments_after, second_call, parameters, first_weights, loaded,
        optimiser_step,
    )
}  # fmt: skip
