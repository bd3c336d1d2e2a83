"""One training loop for every model of the course: seeded, resumable, and honest about NaN."""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

import torch
from rich.progress import Progress
from torch import Tensor, nn

from course_lib.errors import CourseError
from course_lib.files import all_or_nothing
from course_lib.shapes import ShapeError, a_number, a_tensor, at_least

Batches = Callable[[torch.Generator], Iterable[tuple[Tensor, ...]]]


class TrainingStopped(CourseError):
    """The loss is no longer a number; the text says where, and what usually helps."""


@dataclass
class History:
    """What a training run saw: each epoch's mean loss, and the validation's if there is one."""

    loss: list[float] = field(default_factory=list)
    validation: list[float] = field(default_factory=list)


def fit(
    model: nn.Module,
    batches: Batches,
    loss: Callable[..., Tensor],
    epochs: int,
    optimiser: torch.optim.Optimizer | None = None,
    validate: Callable[[], float] | None = None,
    clip: float | None = None,
    seed: int = 0,
    checkpoint: Path | None = None,
    progress: bool = True,
) -> History:
    """Train ``model`` for ``epochs``; go on from ``checkpoint`` if that file exists.

    batches(generator) yields the batches of one epoch, shuffled by the generator it is given;
    loss(model, *batch) is a scalar; clip bounds the gradient's norm. Every epoch has its own
    seed, so a run that was interrupted and resumed gives the numbers of one that was not.
    Raises ValueError for epochs < 1, TrainingStopped when the loss is NaN or infinite; the last
    checkpoint stays.
    """
    _check(model, batches, loss, validate)
    at_least("epochs", epochs, 1)
    at_least("seed", seed, 0)
    if clip is not None and a_number("clip", clip, 0) == 0:
        raise ValueError("clip must be above 0, got 0: no gradient would be left")
    optimiser = optimiser or torch.optim.Adam(model.parameters())
    history = History()
    if checkpoint is not None and Path(checkpoint).exists():
        history = _load(Path(checkpoint), model, optimiser)
    with Progress(disable=not progress, transient=True) as bar:
        task = bar.add_task("training", total=epochs, completed=len(history.loss))
        for epoch in range(len(history.loss), epochs):
            torch.manual_seed(seed * 100_003 + epoch)  # dropout
            generator = torch.Generator().manual_seed(seed * 100_003 + epoch)  # order of batches
            history.loss.append(_epoch(model, batches(generator), loss, optimiser, clip, epoch))
            if validate is not None:
                history.validation.append(float(validate()))
            if checkpoint is not None:
                _save(Path(checkpoint), model, optimiser, history)
            bar.update(task, advance=1, description=f"loss {history.loss[-1]:.4f}")
    return history


def _epoch(model, batches, loss, optimiser, clip, epoch):
    model.train()
    total, count = 0.0, 0
    for step, batch in enumerate(batches):
        optimiser.zero_grad()
        value = loss(model, *batch)
        number = _a_scalar(value).item()
        if not math.isfinite(number):
            raise TrainingStopped(
                f"The loss became {number} in epoch {epoch + 1}, step {step + 1}. A smaller "
                "learning rate or a smaller clip usually helps; NaN or infinite numbers in the "
                "data do it too."
            )
        value.backward()
        if clip is not None:
            nn.utils.clip_grad_norm_(model.parameters(), clip)
        optimiser.step()
        total, count = total + number, count + 1
    if count == 0:
        raise CourseError("There are no batches to train on: the data or the batch size is empty.")
    return total / count


def _check(model, batches, loss, validate):
    if not isinstance(model, nn.Module):
        raise TypeError(f"model must be a torch.nn.Module, got {type(model).__name__}")
    for name, function in (("batches", batches), ("loss", loss), ("validate", validate)):
        if not callable(function) and not (name == "validate" and function is None):
            raise TypeError(f"{name} must be a function, got {type(function).__name__}")


def _a_scalar(value):
    if a_tensor("what loss returns", value).numel() != 1:
        raise ShapeError(f"loss must return a scalar, got shape {tuple(value.shape)}")
    return value


def shuffled(*tensors: Tensor, batch_size: int) -> Batches:
    """Batches of rows in a new order every epoch; the last one may be smaller.

    Raises ValueError for a batch_size < 1 or tensors with different numbers of rows.
    """
    at_least("batch_size", batch_size, 1)
    if not tensors:
        raise TypeError("tensors must be at least one tensor, got none")
    for tensor in tensors:
        a_tensor("tensors", tensor)
    if any(tensor.dim() == 0 or len(tensor) != len(tensors[0]) for tensor in tensors):
        shapes = ", ".join(str(tuple(tensor.shape)) for tensor in tensors)
        raise ShapeError(f"tensors must have the same number of rows, got shapes {shapes}")

    def batches(generator):
        order = torch.randperm(len(tensors[0]), generator=generator)
        for rows in order.split(batch_size):
            yield tuple(tensor[rows] for tensor in tensors)

    return batches


def _save(path, model, optimiser, history):
    saved = {
        "model": model.state_dict(),
        "optimiser": optimiser.state_dict(),
        "loss": history.loss,
        "validation": history.validation,
    }
    with all_or_nothing(path) as unfinished:
        torch.save(saved, unfinished)


def _load(path, model, optimiser):
    try:
        saved = torch.load(path, weights_only=True)
        model.load_state_dict(saved["model"])
        optimiser.load_state_dict(saved["optimiser"])
        return History(saved["loss"], saved["validation"])
    except Exception as error:
        raise CourseError(
            f"The checkpoint {path} does not belong to this model or is damaged ({error}). "
            "Give another file, or delete it to start anew."
        ) from error
