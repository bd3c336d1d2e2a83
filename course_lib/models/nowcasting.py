"""The comparison of the chapter on nowcasting: films, models, how they train and are judged.

``record_nowcasting`` runs it. A ``Scale`` holds every size: "small" is what two processor cores do
in about an hour and what the chapter shows, "paper" is the experiment of Shi et al. 2015.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy, binary_cross_entropy_with_logits

from course_lib.data import moving_digits
from course_lib.models.nowcaster import (
    ConvNowcaster,
    FullyConnectedNowcaster,
    errors_by_lead_time,
    repeat_last,
    sequence_loss,
)
from course_lib.models.recorded import recorded
from course_lib.models.rounded import rounded, unrounded
from course_lib.models.training import fit, shuffled

WEIGHTS = "nowcasting_weights"
#: The models whose weights are kept, from the first seed: those of the figure.
KEPT = ("fc", "kernel-1", "layers-2")


@dataclass(frozen=True)
class Scale:
    """The films, the sizes of the models and the length of the training."""

    size: int  # height and width of a frame
    digits: int
    source: str
    speed: tuple[float, float]  # pixels a step
    read: int  # frames that the encoder reads
    predict: int  # frames that the forecaster predicts
    patch: int
    #: hidden channels with one, two and three layers: fewer weights the deeper, as in the paper
    channels: tuple[tuple[int, ...], ...]
    hidden: tuple[int, ...]  # of the FC-LSTM
    kernel: int
    kernels: tuple[int, ...]  # the others that are tried
    films: int
    held_out: int
    epochs: int
    batch: int
    rate: float


SCALES = {
    "tiny": Scale(
        size=12, digits=1, source="small", speed=(1, 2), read=3, predict=2, patch=2,
        channels=((4,), (3, 3), (3, 2, 2)), hidden=(8, 8), kernel=3, kernels=(1, 5),
        films=16, held_out=8, epochs=2, batch=8, rate=0.005,
    ),
    "small": Scale(
        size=16, digits=1, source="small", speed=(1, 2), read=5, predict=5, patch=2,
        channels=((32,), (16, 16), (16, 8, 8)), hidden=(128, 128), kernel=3, kernels=(1, 5),
        films=4000, held_out=1000, epochs=5, batch=16, rate=0.005,
    ),
    "paper": Scale(
        size=64, digits=2, source="mnist", speed=(3, 5), read=10, predict=10, patch=4,
        channels=((256,), (128, 128), (128, 64, 64)), hidden=(2048, 2048), kernel=5,
        kernels=(1, 3), films=10_000, held_out=3000, epochs=100, batch=16, rate=0.001,
    ),
}  # fmt: skip


def build(name: str, scale: Scale) -> nn.Module:
    """A new model: "fc", "layers-1" to "-3", "kernel-K", "state-1", "peephole-none" or "-maps".

    Everything but the number of layers is varied on the ConvLSTM with two layers.
    """
    if name == "fc":
        return FullyConnectedNowcaster(scale.size, list(scale.hidden), len(scale.hidden))
    kind, _, value = name.partition("-")
    layers = int(value) if kind == "layers" else 2
    kernel = int(value) if kind == "kernel" else scale.kernel
    peephole = {"none": None, "maps": "map"}.get(value, "channel")
    channels = list(scale.channels[layers - 1])
    model = ConvNowcaster(channels, kernel, layers, peephole, scale.patch, scale.size)
    return only_centres(model) if kind == "state" else model


def names(scale: Scale) -> list[str]:
    """Every model of the comparison. "layers-2" is also the one with the scale's own kernel."""
    layers = [f"layers-{k}" for k in (1, 2, 3)]
    kernels = [f"kernel-{k}" for k in scale.kernels]
    return ["fc", *layers, *kernels, "state-1", "peephole-none", "peephole-maps"]


def only_centres(model: ConvNowcaster) -> ConvNowcaster:
    """State-to-state kernels of 1x1: every weight but the central one is zero and stays zero."""
    for network in (model.network.encoder, model.network.forecaster):
        for cell in network.cells:
            mask = torch.zeros_like(cell.weight_h)
            mask[:, :, mask.shape[2] // 2, mask.shape[3] // 2] = 1
            with torch.no_grad():
                cell.weight_h.mul_(mask)
            cell.weight_h.register_hook(lambda gradient, mask=mask: gradient * mask.to(gradient))
    return model


def films(scale: Scale, split: str) -> tuple[Tensor, Tensor]:
    """Frames to read (N, T, 1, S, S) and frames to predict (N, F, 1, S, S); "train" or "test"."""
    count, seed = (scale.films, 0) if split == "train" else (scale.held_out, 1)
    steps = scale.read + scale.predict
    frames = moving_digits(
        count, steps, scale.size, scale.digits, scale.source, split, scale.speed, seed
    )
    return frames[:, : scale.read], frames[:, scale.read :]


def train(
    name: str, scale: Scale, seed: int, past: Tensor, future: Tensor, device: str = "cpu"
) -> tuple[nn.Module, list[float]]:
    """A trained model and each epoch's mean loss; the last fifth learns at a fifth of the rate."""
    torch.manual_seed(seed)
    model = build(name, scale).to(device)
    batches = shuffled(past, future, batch_size=scale.batch)

    def loss(model, past, future):
        return sequence_loss(model, past.to(device), future.to(device))

    history = []
    last = max(1, scale.epochs // 5)
    phases = [(scale.epochs - last, scale.rate), (last, scale.rate / 5)]
    for phase, (epochs, rate) in enumerate(phases):
        optimiser = torch.optim.Adam(model.parameters(), rate)
        run = {"clip": 500.0, "seed": 2 * seed + phase, "progress": False}
        history += fit(model, batches, loss, epochs, optimiser, **run).loss
    return model, history


@torch.no_grad()
def measure(model: nn.Module, past: Tensor, future: Tensor, batch: int = 100) -> dict:
    """Cross-entropy of a film, and the squared error of each lead time, on films never seen."""
    device = next(model.parameters()).device
    total, errors = 0.0, torch.zeros(future.shape[1])
    for start in range(0, len(past), batch):
        read, goal = (part[start : start + batch].to(device) for part in (past, future))
        logits = model(read, goal.shape[1])
        total += binary_cross_entropy_with_logits(logits, goal, reduction="sum").item()
        errors += errors_by_lead_time(logits.sigmoid(), goal).cpu() * len(read)
    return {"cross_entropy": total / len(past), "errors": (errors / len(past)).tolist()}


def yardsticks(train_future: Tensor, past: Tensor, future: Tensor) -> dict:
    """What needs no network: the last frame again, the mean frame, and the least possible."""
    mean = train_future.mean(0, keepdim=True).clamp(1e-4, 1 - 1e-4).expand_as(future)
    still = repeat_last(past, future.shape[1])
    return {
        "repeat_last": {"errors": errors_by_lead_time(still, future).tolist()},
        "mean_frame": {
            "cross_entropy": binary_cross_entropy(mean, future, reduction="sum").item()
            / len(future),
            "errors": errors_by_lead_time(mean, future).tolist(),
        },
        "least_cross_entropy": binary_cross_entropy(future, future, reduction="sum").item()
        / len(future),
    }


def kept_weights(model: nn.Module) -> dict:
    """The weights of a model, one byte each, as ``trained_nowcaster`` reads them."""
    state = model.state_dict()
    return {name: rounded(weight.flatten(1) if weight.dim() > 1 else weight)
            for name, weight in state.items()}  # fmt: skip


def trained_nowcaster(name: str) -> nn.Module:
    """The recorded model ``name`` ("fc", "kernel-1" or "layers-2") of the small scale."""
    model = build(name, SCALES["small"])
    kept = recorded(WEIGHTS)["results"][name]
    state = {
        key: unrounded(kept[key]).float().reshape(weight.shape)
        for key, weight in model.state_dict().items()
    }
    model.load_state_dict(state)
    return model.eval()
