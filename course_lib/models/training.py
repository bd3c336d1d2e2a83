"""One training loop for every model of the course: seeded, resumable, and honest about NaN."""

import math
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

import torch
from rich.progress import Progress
from torch import Tensor, nn

from course_lib.errors import CourseError

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
    Raises TrainingStopped when the loss is NaN or infinite; the last checkpoint stays.
    """
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
        number = value.item()
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


def shuffled(*tensors: Tensor, batch_size: int) -> Batches:
    """Batches of rows in a new order every epoch; the last one may be smaller."""

    def batches(generator):
        order = torch.randperm(len(tensors[0]), generator=generator)
        for rows in order.split(batch_size):
            yield tuple(tensor[rows] for tensor in tensors)

    return batches


def _save(path, model, optimiser, history):
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(path.suffix + ".part")
    torch.save(
        {
            "model": model.state_dict(),
            "optimiser": optimiser.state_dict(),
            "loss": history.loss,
            "validation": history.validation,
        },
        unfinished,
    )
    os.replace(unfinished, path)  # all of it or nothing


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
