"""How a training step and a prediction are asked for: with a small model and its optimiser."""

import torch
from torch import Tensor

from course_lib.exercises.asked_rnn_text import unexpected
from course_lib.exercises.cases_rnn_training import WEIGHTS, Descent, Model
from course_lib.exercises.spec import Case, Item, Unexpected
from course_lib.i18n import _

LEARNING_RATE = 0.5


def trained(item: Item, candidate, case: Case, batches: int):
    """The model, its optimiser, and what ``batches`` calls one after the other gave."""
    tensors = {n: None if t is None else t.clone() for n, t in case.tensors.items()}
    model = Model(tensors)
    optimizer = Descent(model.parameters(), LEARNING_RATE)
    h, given = tensors["h_0"], []
    for prefix in ("", "next_")[:batches]:
        batch = tensors[f"{prefix}inputs"], tensors[f"{prefix}targets"]
        returned = candidate(model, optimizer, *batch, h, case.options["max_norm"])
        loss, h = taken_apart(item, returned, model)
        given.append((loss, h))
    return model, optimizer, given


def taken_apart(item: Item, returned, model: Model) -> tuple[Tensor, Tensor]:
    """(loss, h_n), where a number will do for the loss."""
    if returned is NotImplemented:
        raise NotImplementedError
    if not isinstance(returned, (tuple, list)) or len(returned) != 2:
        raise unexpected(item, returned, "loss, h_n")
    loss, h_n = returned
    if isinstance(loss, (bool, int, float)):
        loss = torch.tensor(float(loss), dtype=model.w_out.dtype)
    if not isinstance(loss, Tensor):
        raise unexpected(item, loss, "loss, h_n")
    if not isinstance(h_n, Tensor):
        text = _("{name} returned None in the place of {value}.") if h_n is None else _(
            "{name} returned {value} as a value of type {type}. It should be a tensor of torch."
        )  # fmt: skip
        said = text.format(name=item.name, value="h_n", type=type(h_n).__name__)
        raise Unexpected("error", "returned-none" if h_n is None else "returned-other", said)
    return loss.detach(), h_n


def one_batch(item: Item, candidate, case: Case) -> dict[str, Tensor]:
    """Loss and state of one call."""
    _model, _optimizer, [(loss, h_n)] = trained(item, candidate, case, 1)
    return {"loss": loss, "h_n": h_n.detach().clone()}


def weights_after(item: Item, candidate, case: Case) -> dict[str, Tensor]:
    """The weights after one call, and how many steps the optimiser took."""
    model, optimizer, _given = trained(item, candidate, case, 1)
    return {**weights_of(model), "optimizer.step()": torch.tensor(float(optimizer.steps))}


def two_batches(item: Item, candidate, case: Case) -> dict[str, Tensor]:
    """The second of two calls, which goes on from the state that the first has returned."""
    model, _optimizer, given = trained(item, candidate, case, 2)
    loss, h_n = given[-1]
    return {"loss": loss, "h_n": h_n.detach().clone(), **weights_of(model)}


def weights_of(model: Model) -> dict[str, Tensor]:
    return {name: getattr(model, name).detach().clone() for name in WEIGHTS}


def batch_after(item: Item, candidate, case: Case) -> dict[str, Tensor]:
    """The given batch and state, as the call leaves them."""
    names = [name for name in ("inputs", "targets", "h_0") if case.tensors[name] is not None]
    tensors = {n: None if t is None else t.clone() for n, t in case.tensors.items()}
    model = Model(tensors)
    optimizer = Descent(model.parameters(), LEARNING_RATE)
    batch = tensors["inputs"], tensors["targets"], tensors["h_0"]
    candidate(model, optimizer, *batch, case.options["max_norm"])
    return {name: tensors[name].detach() for name in names}


def prediction(item: Item, candidate, case: Case) -> dict[str, Tensor]:
    """The words that ``predict`` goes on with."""
    tensors = {n: t.clone() for n, t in case.tensors.items()}
    model = Model(tensors).requires_grad_(False)
    numbers = candidate(model, tensors["prompt"], tensors["u"], case.options["temperature"])
    if numbers is NotImplemented:
        raise NotImplementedError
    if not isinstance(numbers, Tensor):
        raise unexpected(item, numbers, _("a tensor of torch"))
    return {"numbers": numbers.detach()}


def prompt_after(item: Item, candidate, case: Case) -> dict[str, Tensor]:
    """Prompt and random numbers, as ``predict`` leaves them."""
    tensors = {n: t.clone() for n, t in case.tensors.items()}
    model = Model(tensors).requires_grad_(False)
    candidate(model, tensors["prompt"], tensors["u"], case.options["temperature"])
    return {name: tensors[name] for name in ("prompt", "u")}


def prediction_again(item: Item, candidate, case: Case) -> dict[str, Tensor]:
    """The same prediction after another one."""
    prediction(item, candidate, case.with_tensors(prompt=case.tensors["prompt"].flip(0)))
    return prediction(item, candidate, case)
