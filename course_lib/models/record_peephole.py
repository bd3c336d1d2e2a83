"""Records how often small LSTMs learn to fire at every N-th step, with and without peepholes.

The task is that of Gers and Schmidhuber 2000 at a small scale: a signal at the first step, silence
afterwards, and an answer that is 1 at the steps N, 2N, 3N and 0 in between. Fifty networks of each
kind learn at once, each from its own random weights; the peepholes start at zero.

Run with ``python -m course_lib.models.record_peephole``; about ten minutes on one core.
"""

import time

import torch
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits

from course_lib.models.recorded import record

NAME = "peephole"
KINDS = ("plain", "peephole", "lecture")
SIZES = [(5, 1), (5, 2), (10, 1), (10, 2)]  # (N, H)
NETWORKS, UPDATES, LEARNING_RATE, SEED = 50, 1500, 0.03, 0
PERIODS, LONG = 3, 10  # trained on, tested on


def target(N: int, steps: int) -> Tensor:
    """1 at every N-th step: (steps)."""
    return ((torch.arange(steps) + 1) % N == 0).float()


class Clocks:
    """Fifty LSTMs of H units and their answers; all tensors have a leading axis of fifty."""

    def __init__(self, kind: str, H: int):
        generator = torch.Generator().manual_seed(SEED)
        self.kind, self.H = kind, H

        def weight(*shape):
            start = (torch.rand(NETWORKS, *shape, generator=generator) * 2 - 1) / H**0.5
            return start.requires_grad_()

        self.w_h, self.signal = weight(H, 4 * H), weight(1, 4 * H)
        self.b, self.w_y, self.b_y = weight(1, 4 * H), weight(H, 1), weight(1, 1)
        self.peepholes = torch.zeros(NETWORKS, 4, H, requires_grad=kind != "plain")

    def parameters(self) -> list[Tensor]:
        tensors = [self.w_h, self.signal, self.b, self.w_y, self.b_y, self.peepholes]
        return [tensor for tensor in tensors if tensor.requires_grad]

    def __call__(self, steps: int) -> Tensor:
        """Logits (networks, steps); above 0 the network fires."""
        h = c = torch.zeros(NETWORKS, 1, self.H)
        w_ci, w_cf, w_cg, w_co = self.peepholes.unsqueeze(2).unbind(1)  # (networks, 1, H)
        answers = []
        for t in range(steps):
            sums = self.b + h @ self.w_h + (self.signal if t == 0 else 0)
            i, f, g, o = sums.chunk(4, dim=-1)
            i, f = torch.sigmoid(i + w_ci * c), torch.sigmoid(f + w_cf * c)
            old = c
            c = f * c + i * torch.tanh(g + w_cg * c if self.kind == "lecture" else g)
            o = torch.sigmoid(o + w_co * (old if self.kind == "lecture" else c))
            h = o * torch.tanh(c)
            answers.append(h @ self.w_y + self.b_y)
        return torch.cat(answers, dim=1).squeeze(-1)


def right(clocks: Clocks, N: int, periods: int) -> int:
    """How many networks fire at every N-th of N · periods steps, and never else."""
    wanted = target(N, N * periods) > 0
    with torch.no_grad():
        return int(((clocks(N * periods) > 0) == wanted).all(dim=1).sum())


def learn(kind: str, N: int, H: int) -> dict[str, int]:
    """Train fifty networks; how many are right for as long as they trained, and for longer."""
    clocks = Clocks(kind, H)
    wanted = target(N, N * PERIODS).expand(NETWORKS, -1)
    optimiser = torch.optim.Adam(clocks.parameters(), lr=LEARNING_RATE)
    for _ in range(UPDATES):
        answers = clocks(N * PERIODS)
        losses = binary_cross_entropy_with_logits(answers, wanted, reduction="none").mean(dim=1)
        optimiser.zero_grad()
        losses.sum().backward()
        for weights in clocks.parameters():  # each network's gradient is clipped on its own
            norm = weights.grad.flatten(1).norm(dim=1).clamp(min=1)
            weights.grad /= norm.view(-1, *[1] * (weights.dim() - 1))
        optimiser.step()
    return {"trained": right(clocks, N, PERIODS), "longer": right(clocks, N, LONG)}


def main():
    torch.set_num_threads(1)
    started = time.perf_counter()
    rows = []
    for N, H in SIZES:
        for kind in KINDS:
            rows.append({"N": N, "H": H, "kind": kind} | learn(kind, N, H))
            print(rows[-1], flush=True)
    results = {"networks": NETWORKS, "updates": UPDATES, "rows": rows}
    seconds = time.perf_counter() - started
    print(record(NAME, "course_lib.models.record_peephole", results, seeds=[SEED], seconds=seconds))


if __name__ == "__main__":
    main()
