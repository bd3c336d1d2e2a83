"""What a call gave back, as named tensors; or the sentence that says what it should have given."""

import torch
from torch import Tensor

from course_lib.exercises.spec import Item, Names, Unexpected
from course_lib.grading.phrases import few, listed
from course_lib.i18n import _


def named(item: Item, returned) -> dict[str, Tensor]:
    """``returned`` taken apart as ``item.returns`` says; raises Unexpected."""
    if returned is None:
        text = _("{name} returned None. Does every path through your code end with return?")
        raise Unexpected("error", "returned-none", text.format(name=item.name))
    if returned is NotImplemented:
        raise NotImplementedError
    return dict(_pairs(item, item.returns, returned))


def _pairs(item: Item, names: Names | str, value):
    if isinstance(names, str):
        yield names, _tensor(item, names, value)
        return
    if not isinstance(value, (tuple, list)) or len(value) != len(names):
        raise _wrong_number(item, names, value)
    for name, part in zip(names, value, strict=True):
        yield from _pairs(item, name, part)


def none_in_the_place_of(item: Item, name: str) -> Unexpected:
    """What to raise where the value ``name`` is None."""
    text = _("{name} returned None in the place of {value}.")
    return Unexpected("error", "returned-none", text.format(name=item.name, value=name))


def _tensor(item: Item, name: str, value) -> Tensor:
    if isinstance(value, Tensor):
        if value.layout is not torch.strided or value.device.type == "meta":
            text = _("{name} returned {value} as a special tensor ({layout}, {device}).")
            said = {"layout": str(value.layout), "device": str(value.device)}
            said |= {"name": item.name, "value": name}
            raise Unexpected("error", "returned-special", text.format(**said))
        return value
    if isinstance(value, (bool, int, float)):
        return torch.tensor(float(value), dtype=torch.float64)
    values = {"name": item.name, "value": name, "kind": _kind_of(value)}
    if value is None:
        raise none_in_the_place_of(item, name)
    if isinstance(value, (list, tuple)):
        text = _("{name} returned {value} as {kind}. It should be one tensor.")
        raise Unexpected("shape", "returned-list", text.format(**values))
    text = _("{name} returned {value} as {kind}. It should be a tensor of torch.")
    if isinstance(value, str):
        text = _(
            "{name} returned {value} as text. It should be a tensor, a number or True or False."
        )
    raise Unexpected("error", "returned-not-a-tensor", text.format(**values))


def _wrong_number(item: Item, names: Names, value) -> Unexpected:
    wanted = written(names)
    if isinstance(value, (tuple, list)):
        flat = [n for name in names for n in (name if isinstance(name, tuple) else (name,))]
        if names == item.returns and len(value) == len(flat) != len(names):
            text = _("{name} returned {count} separate values. It should return {wanted}.")
            values = {"name": item.name, "count": len(value), "wanted": wanted}
            return Unexpected("convention", "returned-flat", text.format(**values))
        text = _("{name} returned {count} values where {wanted} belongs.")
        values = {"name": item.name, "count": len(value), "wanted": wanted}
        return Unexpected("shape", "returned-number", text.format(**values))
    text = _("{name} returned {kind} where {wanted} belongs.")
    values = {"name": item.name, "kind": _kind_of(value), "wanted": wanted}
    return Unexpected("shape", "returned-number", text.format(**values))


def written(names: Names | str, top: bool = True) -> str:
    """("output", ("h_n", "c_n")) -> "output, (h_n, c_n)"."""
    if isinstance(names, str):
        return names
    inside = ", ".join(written(name, top=False) for name in names)
    return inside if top else f"({inside})"


def _kind_of(value) -> str:
    """A value's kind in words: "a list of 6", "a NumPy array (3, 5)", "one tensor (3, 5)"."""
    if isinstance(value, Tensor):
        return _("one tensor {shape}").format(shape=tuple(value.shape))
    if isinstance(value, (list, tuple)):
        word = _("a list of {n}") if isinstance(value, list) else _("a tuple of {n}")
        return word.format(n=len(value))
    if type(value).__module__ == "numpy":
        return _("a NumPy array {shape}").format(shape=tuple(getattr(value, "shape", ())))
    return _("a value of type {type}").format(type=type(value).__name__)


def not_a_module(item: Item, made) -> Unexpected:
    text = _("{name} should be a class derived from nn.Module; calling it gave {kind}.")
    values = {"name": item.name, "kind": _kind_of(made)}
    return Unexpected("error", "not-a-module", text.format(**values))


def wrong_parameters(item: Item, module, expected=None) -> Unexpected:
    """The module's parameters do not have torch's names or shapes: which differ.

    ``expected``: the names it should have, where it was made without some of them.
    """
    there = {name: tuple(p.shape) for name, p in module.named_parameters()}
    missing = [name for name in expected or item.weights if name not in there]
    if missing:
        text = _("The module has no parameter {missing}. It has: {there}.")
        found = listed(few(sorted(there))) or _("none")
        values = {"missing": listed(few(missing)), "there": found}
        return Unexpected("convention", "parameter-names", text.format(**values))
    text = _("The shapes of the module's parameters are {there}, not those of torch.")
    shapes = [f"{name} {shape}" for name, shape in there.items() if name in item.weights]
    return Unexpected("shape", "wrong-shape", text.format(there=listed(few(shapes))))
