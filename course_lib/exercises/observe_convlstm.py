"""What only a ConvLSTM is asked: where its zeros are, how it starts, even kernels, its depth."""

import torch
from torch import nn

from course_lib.exercises.spec import Case, Item, Unexpected
from course_lib.exercises.uninitialised import empty_is_nan
from course_lib.i18n import _


def truths_of_device(item: Item, candidate, case: Case) -> dict:
    """Whether zeros for an input on another device are on that device."""
    x = case.tensors["x"].to("meta")
    returned = candidate(x, case.options["hidden_channels"])
    there = all(getattr(state, "device", None) == x.device for state in returned)
    return {"device": torch.tensor(float(there))}


def truths_of_even_kernel(item: Item, candidate, case: Case) -> dict:
    """Whether a kernel of even size is refused with a ValueError."""
    refused = []
    for size in (2, 4):
        try:
            candidate(**{**item.constructor(case), "kernel_size": size})
            refused.append(False)
        except ValueError:
            refused.append(True)
        except NotImplementedError:
            raise
        except Exception as error:
            text = _("For a kernel of even size a ValueError is expected, and {error} came.")
            said = text.format(error=type(error).__name__)
            raise Unexpected("error", "another-error", said) from error
    return {"refused": torch.tensor(float(all(refused)))}


def parameters(item: Item, candidate, case: Case) -> dict:
    """Names and shapes of the parameters, as tensors of zeros.

    Those found twice are marked. Where some are missing, a plain list of modules is named: it
    hides theirs.
    """
    return _named(item, _made(item, candidate, case))


def parameters_of_cell(item: Item, candidate, case: Case) -> dict:
    """As ``parameters``; those that only come with a call are marked "late"."""
    module = _made(item, candidate, case)
    found = _named(item, module)
    if found.keys() != item.weights.keys():
        x, h, c = (case.tensors[name].clone() for name in "xhc")
        module(x, (h, c))
        late = {n: p for n, p in module.named_parameters() if n not in found}
        found |= {f"late {name}": torch.zeros(p.shape) for name, p in late.items()}
    return found


def _made(item: Item, candidate, case: Case) -> nn.Module:
    module = candidate(**item.constructor(case))
    if not isinstance(module, nn.Module):
        raise Unexpected("error", "not-a-module", _("The class makes something else."))
    return module


def _named(item: Item, module: nn.Module) -> dict:
    first = dict(module.named_parameters())
    hidden = {
        f"{name} (list)": torch.zeros(())
        for name, value in vars(module).items()
        if isinstance(value, (list, tuple)) and any(isinstance(one, nn.Module) for one in value)
    }
    if first.keys() >= item.weights.keys():
        hidden = {}
    return hidden | {
        name if name in first else f"{name} (shared)": torch.zeros(p.shape)
        for name, p in module.named_parameters(remove_duplicate=False)
    }


START = {"C_in": 6, "C_h": 8, "H": 9, "W": 10, "K": 3}


def first_weights(item: Item, candidate, case: Case) -> dict:
    """Truths about the first values of the kernels, the bias and the peepholes."""
    case = Case("start", START, {})
    with empty_is_nan():
        modules = [candidate(**item.constructor(case)) for _k in range(2)]
    if not all(isinstance(module, nn.Module) for module in modules):
        raise Unexpected("error", "not-a-module", _("The class makes something else."))
    first, second = ({name: _tensor(m, name) for name in item.weights} for m in modules)
    bound = (START["C_h"] * START["K"] ** 2) ** -0.5 * 1.0001
    kernels = [first["weight_x"], first["weight_h"]]
    told = {
        "finite": all(bool(w.isfinite().all()) for w in kernels),
        "different": all(bool((w != w.flatten()[0]).any()) for w in kernels),
        "small": all(bool((w.abs() <= bound).all()) for w in kernels),
        "wide": all(bool(w.abs().max() > 0.9 * bound) for w in kernels),
        "signs": all(bool(w.min() < 0 < w.max()) for w in kernels),
        "new": bool((first["weight_x"] != second["weight_x"]).any()),
    }
    fine = all(told.values())  # one thing at a time
    bias = first["bias"]
    told["biases"] = not fine or bool((bias.abs() <= bound).all() and bias.min() < 0 < bias.max())
    told["peepholes"] = not any(bool(first[f"weight_c{gate}"].any()) for gate in "ifo")
    return {name: torch.tensor(float(value)) for name, value in told.items()}


def _tensor(module: nn.Module, name: str):
    found = getattr(module, name, None)
    if not isinstance(found, torch.Tensor):
        text = _("The module has no parameter {missing}.")
        raise Unexpected("convention", "parameter-names", text.format(missing=name))
    return found.detach()


def all_layers(item: Item, candidate, case: Case) -> dict:
    """The outputs of all layers, of a network that is to return them."""
    returned = _network(item, candidate, case, item.weights, return_all_layers=True)
    layers = len(item.constructor(case)["hidden_channels"])
    outputs = returned[0] if isinstance(returned, (tuple, list)) and len(returned) == 2 else None
    tensors = isinstance(outputs, (tuple, list)) and all(
        isinstance(output, torch.Tensor) for output in outputs
    )
    if not tensors or len(outputs) != layers:
        text = _(
            "With return_all_layers=True, {name} should return a list with the output of each "
            "layer, {count} here, and the states."
        )
        said = text.format(name=item.name, count=layers)
        raise Unexpected("shape", "returned-number", said)
    return {f"output_{k}": output.detach() for k, output in enumerate(outputs, 1)}


def one_layer(item: Item, candidate, case: Case) -> dict:
    """The output of a network of a single layer."""
    kept = {name: short for name, short in item.weights.items() if short.endswith("_1")}
    returned = _network(item, candidate, case, kept)
    output = returned[0] if isinstance(returned, (tuple, list)) and returned else None
    if not isinstance(output, torch.Tensor):
        text = _("With a single layer, {name} should still return output, states.")
        raise Unexpected("shape", "returned-number", text.format(name=item.name))
    return {"output_1": output.detach()}


def _network(item: Item, candidate, case: Case, weights, **options):
    """What a network with these weights of the case returns for the case's input and states."""
    made = {**item.constructor(case), **options}
    layers = sum(name.endswith("bias") for name in weights)
    made["hidden_channels"] = made["hidden_channels"][:layers]
    module = candidate(**made)
    there = dict(module.named_parameters(remove_duplicate=False))
    missing = [name for name in weights if name not in there]
    if missing:
        text = _("The module has no parameter {missing}.")
        raise Unexpected("convention", "parameter-names", text.format(missing=missing[0]))
    with torch.no_grad():
        for name, short in weights.items():
            there[name].copy_(case.tensors[short])
    given = case.tensors
    states = [(given[f"h_{k}"].clone(), given[f"c_{k}"].clone()) for k in range(1, layers + 1)]
    return module(given["input"].clone(), states)
