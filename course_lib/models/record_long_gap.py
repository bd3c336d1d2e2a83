"""An RNN and an LSTM are to remember one bit over a long gap: ``python -m ...record_long_gap``.

At the first of gap + 1 steps the network sees a bit, ±1, and a flag; then come ``gap`` random bits
without the flag; after the last step it must say what the first bit was. Every network sees new
sequences in every update. What is recorded, for each kind, gap and seed: the share of right
answers on 500 new sequences and the update at which training was stopped because it was solved;
and for the gap REACH, how strongly the answer feels each input before and after the training.
"""

import time

import torch
from torch import Tensor, nn

from course_lib.models.recorded import record

GAPS = [10, 30, 100, 200]
SEEDS = list(range(8))
UPDATES, BATCH, HIDDEN, LEARNING_RATE = 600, 32, 16, 0.01
REACH = 100
# Kind of layer, and what is added to the biases of its input gate and forget gate.
KINDS = {
    "RNN": (nn.RNN, 0.0, 0.0),
    "LSTM": (nn.LSTM, 0.0, 0.0),
    "LSTM, b_f + 5": (nn.LSTM, 0.0, 5.0),
    "LSTM, b_f + 5, b_i - 5": (nn.LSTM, -5.0, 5.0),
}


class Recall(nn.Module):
    """A recurrent layer and one number read from its last output: positive for the bit +1."""

    def __init__(self, layer: type[nn.Module], input_bias: float, forget_bias: float):
        super().__init__()
        self.layer = layer(2, HIDDEN, batch_first=True)
        self.read = nn.Linear(HIDDEN, 1)
        with torch.no_grad():  # the first H rows belong to the input gate, then the forget gate
            self.layer.bias_ih_l0[:HIDDEN] += input_bias
            self.layer.bias_ih_l0[HIDDEN : 2 * HIDDEN] += forget_bias

    def forward(self, x: Tensor) -> Tensor:
        """x (B, T, 2) -> (B)"""
        output, _ = self.layer(x)
        return self.read(output[:, -1]).squeeze(-1)


def bits(generator: torch.Generator, gap: int, batch: int) -> tuple[Tensor, Tensor]:
    """Bits with their flag (B, gap + 1, 2), and the first bits (B)."""
    bit = torch.randint(0, 2, (batch, gap + 1), generator=generator) * 2.0 - 1
    flag = torch.zeros_like(bit)
    flag[:, 0] = 1
    return torch.stack([bit, flag], dim=-1), bit[:, 0]


def reach(model: Recall, generator: torch.Generator) -> list[float]:
    """The norm of ∂y/∂x_t for every step t, mean over 20 sequences."""
    x, _ = bits(generator, REACH, 20)
    x.requires_grad_()
    (gradient,) = torch.autograd.grad(model(x).sum(), x)
    return gradient.norm(dim=2).mean(dim=0).tolist()


def train(kind: str, gap: int, seed: int) -> dict:
    """One network, trained until 20 batches in a row have a loss below 0.05, or to the end."""
    torch.manual_seed(seed)
    generator = torch.Generator().manual_seed(seed)
    model = Recall(*KINDS[kind])
    told = {"before": reach(model, generator)} if gap == REACH else {}
    optimiser = torch.optim.Adam(model.parameters(), lr=LEARNING_RATE)
    easy, update = 0, 0
    while update < UPDATES and easy < 20:
        x, y = bits(generator, gap, BATCH)
        loss = nn.functional.softplus(-y * model(x)).mean()
        optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        easy = easy + 1 if loss.item() < 0.05 else 0
        update += 1
    with torch.no_grad():
        x, y = bits(generator, gap, 500)
        share = (y * model(x) > 0).double().mean().item()
    told |= {"after": reach(model, generator)} if gap == REACH else {}
    return told | {"share": share, "updates": update if easy == 20 else None}


def median(curves: list[list[float]]) -> list[float]:
    """Step by step over the seeds, with three digits."""
    middle = torch.tensor(curves, dtype=torch.float64).median(dim=0).values
    return [float(f"{value:.2e}") for value in middle]


def main() -> None:
    """Train all of them and write ``recorded/long_gap.json``."""
    torch.set_num_threads(1)
    start = time.monotonic()
    results = {"updates": UPDATES, "batch": BATCH, "hidden_size": HIDDEN, "gaps": GAPS}
    results |= {"learning_rate": LEARNING_RATE, "reach_gap": REACH, "kinds": {}}
    for kind, (_, input_bias, forget_bias) in KINDS.items():
        told = {"biases": [input_bias, forget_bias], "shares": {}, "solved_after": {}}
        for gap in GAPS:
            runs = [train(kind, gap, seed) for seed in SEEDS]
            told["shares"][str(gap)] = [run["share"] for run in runs]
            told["solved_after"][str(gap)] = [run["updates"] for run in runs]
            if gap == REACH:
                for when in ("before", "after"):
                    told[when] = median([run[when] for run in runs])
            print(f"{kind:22} gap {gap:3}", told["shares"][str(gap)], flush=True)
        results["kinds"][kind] = told
    seconds = time.monotonic() - start
    record("long_gap", __spec__.name, results, seeds=SEEDS, seconds=seconds)


if __name__ == "__main__":
    main()
