"""How clipping is asked for: parameters with gradients go in, and what becomes of them is seen.

A case's tensors are ``grad_0``, ``grad_1``, ... and the parameters ``weight_0``, ... they belong
to. Its options are ``max_norm``, ``given`` ("list" or "generator") and ``without``, the number of
a parameter that has no gradient.
"""

import torch
from torch import Tensor, nn

from course_lib.exercises.spec import Case, Item, Unexpected
from course_lib.i18n import _

FIRST = {"A": 3, "B": 4, "C": 5}


def parameters_of(case: Case) -> list[nn.Parameter]:
    """Fresh parameters, so that nobody can spoil the case."""
    parameters = []
    for number in range(3):
        parameter = nn.Parameter(case.tensors[f"weight_{number}"].clone())
        if number != case.options["without"]:
            parameter.grad = case.tensors[f"grad_{number}"].clone()
        parameters.append(parameter)
    return parameters


def asked(item: Item, candidate, case: Case) -> tuple[Tensor, list[nn.Parameter]]:
    """What comes back, and the parameters after the call."""
    parameters = parameters_of(case)
    given = (p for p in parameters) if case.options["given"] == "generator" else list(parameters)
    norm = norm_from(item, candidate(given, case.options["max_norm"]), parameters[0].dtype)
    for number, parameter in enumerate(parameters):
        if number != case.options["without"] and not isinstance(parameter.grad, Tensor):
            text = _("After the call, a parameter has no gradient any more: its .grad is None.")
            raise Unexpected("error", "gradient-lost", text)
    return norm, parameters


def norm_from(item: Item, returned, dtype: torch.dtype) -> Tensor:
    """What came back as a tensor; a plain number will do."""
    if isinstance(returned, Tensor):
        return returned.detach()
    if returned is NotImplemented:
        raise NotImplementedError
    if returned is None:
        text = _("{name} returned None. Does every path through your code end with return?")
        raise Unexpected("error", "returned-none", text.format(name=item.name))
    if isinstance(returned, (bool, int, float)):
        return torch.tensor(float(returned), dtype=dtype)
    kind = _("a value of type {type}").format(type=type(returned).__name__)
    text = _("{name} returned {kind} where {wanted} belongs.")
    text = text.format(name=item.name, kind=kind, wanted="norm")
    raise Unexpected("shape", "returned-number", text)


def values(item: Item, candidate, case: Case) -> dict[str, Tensor]:
    """The norm that came back and the gradients after the call."""
    norm, parameters = asked(item, candidate, case)
    found = {"norm": norm}
    for number, parameter in enumerate(parameters):
        if parameter.grad is not None:
            found[f"grad_{number}"] = parameter.grad.detach().clone()
    return found


def weights_after(item: Item, candidate, case: Case) -> dict[str, Tensor]:
    """The parameters themselves after the call."""
    _norm, parameters = asked(item, candidate, case)
    return {f"weight_{n}": p.detach().clone() for n, p in enumerate(parameters)}


def second_call(item: Item, candidate, case: Case) -> dict[str, Tensor]:
    """The same call once more."""
    values(item, candidate, case)
    return values(item, candidate, case)


OBSERVATIONS = {"values": values, "arguments_after": weights_after, "second_call": second_call}


def cases(role: str, seed: int) -> list[Case]:
    """The cases of a role, the same for the same seed."""
    generator = torch.Generator().manual_seed(seed)
    sizes = dict(FIRST)
    if seed:
        drawn = torch.randperm(5, generator=generator)[:3] + 2
        sizes = dict(zip("ABC", drawn.tolist(), strict=True))

    def case(
        name, dtype=torch.float32, given="list", without=None, scale=1.0, limit=0.4, **changed
    ):
        number = seed * 1000 + sum(map(ord, role + name))
        return draw_case(
            f"{role}-{name}-{seed}",
            {**sizes, **changed},
            number,
            dtype,
            given,
            without,
            scale,
            limit,
        )

    if role == "ordinary":
        return [case("a"), case("b", scale=3.0, limit=0.15)]
    if role == "below":
        return [case("small", limit=1.7), case("tiny", scale=1e-3, limit=30.0), case("large")]
    if role == "generator":
        return [case("generator", given="generator")]
    if role == "none":
        return [case("none", without=1)]
    if role == "double":
        return [case("given", torch.float64)]
    if role == "ones":
        return [case(letter, **{letter: 1}) for letter in "ABC"]
    if role in ("short", "square", "quick"):
        return [case(role, torch.float64)]
    if role in ("fresh", "fresh32"):
        dtype = torch.float64 if role == "fresh" else torch.float32
        above = [case(str(n), dtype, scale=n + 0.5, limit=0.2 + n / 10) for n in range(3)]
        return [*above, case("below", dtype, limit=1.3)]
    raise ValueError(f"unknown role {role}")


def draw_case(id, sizes, seed, dtype, given, without, scale, limit) -> Case:
    """One case; ``limit`` is a share of the norm that the gradients have."""
    A, B, C = (sizes[letter] for letter in "ABC")
    generator = torch.Generator().manual_seed(seed)
    shapes = ((A, B), (C,), (C, A))
    tensors = {}
    for number, shape in enumerate(shapes):
        draw = torch.randn(2, *shape, generator=generator, dtype=torch.float64)
        tensors[f"grad_{number}"] = (draw[0] * scale * ((number + seed) % 3 + 1) / 2).to(dtype)
        tensors[f"weight_{number}"] = draw[1].to(dtype)
    present = [tensors[f"grad_{n}"] for n in range(3) if n != without]
    norm = torch.cat([grad.flatten() for grad in present]).norm().item()
    options = {"max_norm": norm * limit, "given": given, "without": without}
    return Case(id, sizes, tensors, options)


def axes(case: Case) -> dict[str, str]:
    letters = {"0": "A B", "1": "C", "2": "C A"}
    return {f"{name}_{n}": a for n, a in letters.items() for name in ("grad", "weight")}
