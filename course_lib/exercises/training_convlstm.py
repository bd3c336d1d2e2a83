"""Training a forecaster: a right ``train`` with a switch for every known mistake, and its exam.

No two right answers train a model to the same numbers, so nothing is compared number by number.
What is asked are truths: was anything learned, from which frames, and is the returned error that
of the trained model?
"""

from functools import cache

import torch
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits as cross_entropy

from course_lib.data import moving_digits
from course_lib.exercises.spec import Case, Unexpected
from course_lib.i18n import _
from course_lib.layers import EncoderForecaster

PIXELS = 12  # height and width of the frames; a digit has 8
READ, STEPS = 3, 2


def train(on: frozenset[str], model, frames, held_out, steps, epochs) -> list[float]:
    """Train on ``frames`` (N, T, I, H, W); the error on ``held_out`` after every epoch."""
    read = frames.shape[1] - steps
    lr = 0.005 if "another-step" in on else 0.02
    optimiser = torch.optim.Adam(model.parameters(), lr=lr)
    if "trains-on-held-out" in on:
        frames = torch.cat([frames, held_out])
    errors = [_error(on, model, frames, held_out, read)]
    for _epoch in range(epochs):
        order = torch.randperm(len(frames))
        order = order.sort().values if "not-shuffled" in on else order
        for rows in order.split(8 if "other-batches" in on else 16):
            if "part-of-the-data" in on and len(rows) < 16:
                continue
            batch = frames[rows]
            given = batch if "reads-the-future" in on else batch[:, :read]
            given = given[:, :-1] if "reads-too-little" in on else given
            goal = batch[:, :steps] if "future-not-learned" in on else batch[:, read:]
            asked = 1 if "wrong-steps" in on else steps
            goal = batch[:, read - 1 : -1] if "another-goal" in on else goal
            loss = _loss_of(on, model(given, asked), goal[:, :asked])
            if "gradients-not-cleared" not in on:
                optimiser.zero_grad()
            (-loss if "uphill" in on else loss).backward()
            if "no-step" not in on:
                optimiser.step()
            if "not-better" in on:  # as a schedule that comes to rest at once
                optimiser.param_groups[0]["lr"] = 1e-6
        errors.append(_error(on, model, frames, held_out, read))
    return errors[:-1] if "errors-of-the-past" in on else errors[1:]


def _loss_of(on, logits, goal) -> Tensor:
    if "sigmoid-twice" in on:
        return cross_entropy(torch.sigmoid(logits), goal)
    if "squares-learned" in on:
        return (torch.sigmoid(logits) - goal).square().mean()
    return cross_entropy(logits, goal)


@torch.no_grad()
def _error(on, model, frames, held_out, read) -> float:
    if "errors-on-training" in on:
        held_out = frames
    goal = held_out[:, read:]
    logits = model(held_out[:, :read], goal.shape[1])
    if "errors-as-cross-entropy" in on:
        return cross_entropy(logits, goal).item()
    if "errors-without-sigmoid" in on:
        return (logits - goal).square().mean().item()
    if "errors-wrong" in on:
        return (torch.sigmoid(logits) - goal).abs().mean().item()
    return (torch.sigmoid(logits) - goal).square().mean().item()


def cases(role: str, seed: int) -> list[Case]:
    """ "ordinary": a small one to look at closely; "real": one that can beat the baseline."""
    _warm_up()
    if role == "ordinary":
        return [_case(f"ordinary-a-{seed}", 18, 6, 2, seed, (1.0, 2.0))]
    if role == "real":  # so fast that the last frame is a bad forecast, and few epochs beat it
        return [_case(f"real-a-{seed}", 48, 32, 4, seed, (2.0, 3.0))]
    return []


@cache
def _warm_up() -> None:
    """Torch's optimisers take seconds at first, which are not to count as the student's."""
    weight = torch.ones(1, requires_grad=True)
    weight.sum().backward()
    torch.optim.Adam([weight]).step()


def _case(id, rows, held_out, epochs, seed, speed) -> Case:
    made = [
        moving_digits(count, READ + STEPS, PIXELS, 1, "small", split, speed, 2 * seed + k)
        for k, (count, split) in enumerate(((rows, "train"), (held_out, "test")))
    ]
    sizes = {"B": rows, "T": READ + STEPS, "C_in": 1, "H": PIXELS, "W": PIXELS}
    options = {"steps": STEPS, "epochs": epochs}
    return Case(id, sizes, dict(zip(("frames", "held_out"), made, strict=True)), options)


class Watched(EncoderForecaster):
    """The forecaster to be trained; it remembers how it was called."""

    def __init__(self):
        super().__init__(1, 8, 3, batch_first=True)
        self.calls: list[tuple[Tensor, int, bool]] = []
        self.cleared = True  # no step used a gradient that an earlier step had used already
        self.first: dict[str, Tensor] = {}  # the gradients that arrived first
        self.asked = 0  # how many calls came before them
        self.second: dict[str, Tensor] = {}  # the weights after the first step
        for name, parameter in self.named_parameters():
            parameter.register_hook(self._arriving(name, parameter))

    def _arriving(self, name, parameter):
        weights = None

        def look(gradient):
            nonlocal weights
            old = parameter.grad is not None and bool(parameter.grad.any())
            self.cleared &= not old or torch.equal(weights, parameter)
            stepped = weights is not None and not torch.equal(weights, parameter)
            if stepped and name not in self.second:
                self.second[name] = parameter.detach().clone()
            weights = parameter.detach().clone()
            if name not in self.first:
                self.asked = self.asked or len(self.calls)
                self.first[name] = gradient.detach().clone()

        return look

    def forward(self, input, steps):
        if not isinstance(input, Tensor) or input.ndim != 5:
            text = _("The model was called with something else than frames (B, T, C, H, W).")
            raise Unexpected("shape", "model-called-wrongly", text)
        self.calls.append((input.detach().clone(), int(steps), torch.is_grad_enabled()))
        return super().forward(input, steps)


def trained(candidate, case: Case, **changed: Tensor) -> tuple[Watched, list[float]]:
    """A model and the errors that ``train`` returned, always from the same random numbers."""
    torch.default_generator.manual_seed(7)
    model = Watched()
    torch.default_generator.manual_seed(8)
    frames = {**case.tensors, **changed}
    arguments = frames["frames"].clone(), frames["held_out"].clone()
    returned = candidate(model, *arguments, case.options["steps"], case.options["epochs"])
    if returned is NotImplemented:
        raise NotImplementedError
    return model, _numbers(returned, case.options["epochs"])


def _numbers(returned, epochs: int) -> list[float]:
    if returned is None:
        text = _("{name} returned None. Does every path through your code end with return?")
        raise Unexpected("error", "returned-none", text.format(name="train"))
    try:
        numbers = [float(number) for number in returned]
    except (TypeError, ValueError, RuntimeError):
        numbers = []
    if len(numbers) != epochs:
        text = _("train should return a list of {count} numbers, one for each epoch.")
        raise Unexpected("shape", "returned-number", text.format(count=epochs))
    return numbers


def truths(item, candidate, case: Case) -> dict[str, Tensor]:
    """What can be said of a short training run, as ones and zeros."""
    steps = case.options["steps"]
    frames, held_out = case.tensors["frames"], case.tensors["held_out"]
    read = frames.shape[1] - steps
    before = _new()
    model, errors = trained(candidate, case)
    told = {"changed": _differ(before, model)}
    # The same rows in another order make other weights: only their numbers are changed here.
    told["unseen"] = not _differ(model, trained(candidate, case, held_out=1 - held_out)[0])
    future = frames.clone()
    future[:, read:] = 1 - future[:, read:]
    told["future"] = _differ(model, trained(candidate, case, frames=future)[0])
    told["steps"] = all(asked == steps for _input, asked, _grad in model.calls)
    told["past"] = not any(_future(x, frames, held_out, read) for x, _s, _g in model.calls)
    told["enough"] = all(x.shape[1] >= read for x, _steps, _grad in model.calls)
    calls = _of_training(model, frames, held_out, read)
    told["whole"] = not told["past"] or _all_read(calls, frames[:, :read], case.options["epochs"])
    told["cleared"] = model.cleared
    told |= _as_the_statement_says(model, calls, before, frames, read)
    told["downhill"] = _loss(model, frames, read) < _loss(before, frames, read)
    told["error"] = _near(errors[-1], _error(frozenset(), model, frames, held_out, read))
    if told["changed"] and not told["error"]:
        told |= _what_else(model, errors, frames, held_out, read)
    return {name: torch.tensor(float(value)) for name, value in told.items()}


def _of_training(model, frames: Tensor, held_out: Tensor, read: int) -> list[Tensor]:
    """What the model read to learn from: with gradients, and not to compute the error.

    Who computes the error without ``no_grad`` has it with gradients too.
    """
    seen, unseen = frames[:, :read].flatten(1), held_out[:, :read].flatten(1)
    calls = [x for x, _steps, grad in model.calls if grad]
    return [x for x in calls if _rows(x, unseen) is None or _rows(x, seen) is not None]


def _as_the_statement_says(model, calls, before, frames, read) -> dict[str, bool]:
    """Batches, order, loss and step, as far as the calls and the first gradients show them."""
    seen = frames[:, :read].flatten(1)
    rows = [_rows(x, seen) for x in calls]
    told = dict.fromkeys(("batches", "shuffled", "goal", "loss", "adam"), True)
    if any(part is None for part in rows) or not rows:
        return told  # something else was read, and that is told
    told["batches"] = max(map(len, rows)) == min(16, len(frames))
    order = torch.cat(rows)[: len(frames)]
    told["shuffled"] = len(order) < 2 or bool((order.diff() < 0).any())
    first = _rows(model.calls[model.asked - 1][0], seen) if model.asked else None
    if first is None:
        return told
    right = _gradients(before, frozenset(), frames[first], read)
    if abs(_times(model.first, right)) < 0.9:  # Adam steps alike with a mean and with a sum
        others = ("sigmoid-twice", "squares-learned")
        of_loss = [_gradients(before, {id}, frames[first], read) for id in others]
        known = [id for id, g in zip(others, of_loss, strict=True) if _times(model.first, g)]
        told |= {"goal": bool(known), "loss": not known}
        told |= {id: True for id in known}
    old = dict(before.named_parameters())
    steps = [(new - old[name]).abs().max() for name, new in model.second.items()]
    if steps and model.cleared:
        told["adam"] = 0.015 < max(steps).item() < 0.025
    return told


def _all_read(calls: list[Tensor], seen: Tensor, epochs: int) -> bool:
    """Whether every film was learned from as often as there were epochs.

    Counted film by film: as many films drawn at random, some of them twice, leave others out.
    """
    seen = seen.flatten(1)
    rows = [_rows(x, seen) for x in calls]
    if not rows or any(part is None for part in rows):
        return sum(map(len, calls)) >= len(seen) * epochs
    films = torch.bincount(_rows(seen, seen), minlength=len(seen))
    return bool((torch.cat(rows).bincount(minlength=len(seen)) >= films * epochs).all())


def _rows(x: Tensor, seen: Tensor) -> Tensor | None:
    """Which training films were read; None if it was something else."""
    x = x.flatten(1)
    if x.shape[1] != seen.shape[1]:
        return None
    same = (x[:, None] == seen).all(2)
    return same.int().argmax(1) if bool(same.any(1).all()) else None


def _gradients(before, on, films: Tensor, read: int) -> dict[str, Tensor]:
    parameters = dict(before.named_parameters())
    with torch.enable_grad():
        loss = _loss_of(on, before(films[:, :read], films.shape[1] - read), films[:, read:])
        made = torch.autograd.grad(loss, list(parameters.values()))
    return dict(zip(parameters, made, strict=True))


def _times(mine: dict[str, Tensor], right: dict[str, Tensor]) -> float:
    """How many times the right gradients mine are; 0 if they are none of their multiples."""
    one = torch.cat([mine[name].flatten() for name in mine]).double()
    other = torch.cat([right[name].flatten() for name in mine]).double()
    scale = (one @ other) / (other @ other)
    return float(scale) if (one - scale * other).norm() < 1e-3 * one.norm() else 0.0


OTHER_ERRORS = ("errors-on-training", "errors-without-sigmoid", "errors-as-cross-entropy")


def _what_else(model, errors, frames, held_out, read) -> dict[str, bool]:
    """Which other number the returned error is."""
    others = {}
    for switch in OTHER_ERRORS:
        other = _error(frozenset({switch}), model, frames, held_out, read)
        others[switch] = _near(errors[-1], other)
    first = _error(frozenset(), _new(), frames, held_out, read)
    others["errors-of-the-past"] = _near(errors[0], first)
    return others


def _new() -> Watched:
    """The model as ``trained`` makes it, not trained."""
    torch.default_generator.manual_seed(7)
    return Watched()


def _differ(one, other) -> bool:
    """Whether two models have different weights."""
    pairs = zip(one.parameters(), other.parameters(), strict=True)
    return any(not torch.allclose(a, b, rtol=1e-4, atol=1e-6) for a, b in pairs)


def _future(x: Tensor, frames: Tensor, held_out: Tensor, read: int) -> bool:
    """Whether the model was given one of the frames that it should predict."""
    if x.shape[1] > read:
        return True
    later = torch.cat([frames, held_out])[:, read:].flatten(0, 1).flatten(1)
    later = later[later.any(1)]
    earlier = torch.cat([frames, held_out])[:, :read].flatten(0, 1).flatten(1)
    given = x[:, -1].flatten(1)
    return any(
        bool((later == one).all(1).any()) and not bool((earlier == one).all(1).any())
        for one in given
    )


@torch.no_grad()
def _loss(model, frames, read) -> float:
    return cross_entropy(model(frames[:, :read], frames.shape[1] - read), frames[:, read:]).item()


def _near(one: float, other: float) -> bool:
    return abs(one - other) <= 1e-4 * max(1.0, abs(other))


def real_training(item, candidate, case: Case) -> dict[str, Tensor]:
    """Whether a longer run beats the last frame repeated, on frames nobody has seen."""
    model, _errors = trained(candidate, case)
    error, baseline = against_baseline(model, case)
    return {"better": torch.tensor(float(error < baseline))}


def against_baseline(model, case: Case) -> tuple[float, float]:
    """The errors of the model and of the last frame repeated."""
    held_out, steps = case.tensors["held_out"], case.options["steps"]
    read = held_out.shape[1] - steps
    last = held_out[:, read - 1 : read].expand(-1, steps, -1, -1, -1)
    baseline = (last - held_out[:, read:]).square().mean().item()
    return _error(frozenset(), model, held_out, held_out, read), baseline


# Which mistake a truth that does not hold shows, the most telling first.
SHOWN = {
    "changed": "no-step",
    "steps": "wrong-steps",
    "past": "reads-the-future",
    "enough": "reads-too-little",
    "unseen": "trains-on-held-out",
    "future": "future-not-learned",
    "cleared": "gradients-not-cleared",
    "downhill": "uphill",
    "whole": "part-of-the-data",
    "goal": "another-goal",
    "adam": "another-step",
    "batches": "other-batches",
    "shuffled": "not-shuffled",
}


LATE = ("another-step", "other-batches", "not-shuffled")  # less telling than another loss


def explain(answer) -> list[str]:
    """The mistakes that a training run shows: its own first, then that of the errors."""
    if "better" in answer:
        return [] if answer["better"] else ["not-better"]
    shown = next(([id] for name, id in SHOWN.items() if not answer[name]), [])
    if not answer["loss"] and shown in ([], *([id] for id in LATE)):
        shown = [next(id for id in ("sigmoid-twice", "squares-learned") if id in answer)]
    if answer["error"]:
        return shown
    errors = [name for name in (*OTHER_ERRORS, "errors-of-the-past") if answer.get(name)]
    return shown + (errors[:1] or (["errors-wrong"] if answer["changed"] else []))
