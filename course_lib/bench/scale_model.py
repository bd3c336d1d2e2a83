"""What grading a great many submissions takes, computed from what a few have cost.

A submission costs its worker processor time (executing it, and writing its feedback page), and
the run itself a little more for the gradebook: that part is one process's, whatever the number of
workers, so it is what bounds a run in the end. Both are measured (``scale_costs``); nothing here
is a guess but the mix of a class.
"""

from dataclasses import dataclass
from math import ceil

# Of a hundred submissions; what a class is like is not known before it has handed in.
MIX = {"right": 0.60, "wrong": 0.37, "dies": 0.02, "hangs": 0.01}
HOUR = 3600.0


@dataclass(frozen=True)
class Cost:
    """One submission of a kind, in seconds and bytes.

    ``worker`` and ``serial`` are processor time, of the worker's family and of the run's own
    process; ``written`` is how long the run is busy with it by the clock, the disk included.
    """

    worker: float
    serial: float
    written: float
    disk: float


@dataclass(frozen=True)
class Costs:
    """What was measured. ``start`` is seconds until the first mark, memory in bytes."""

    kinds: dict[str, Cost]
    start: float
    worker_memory: float
    run_memory: float

    def mean(self, mix: dict[str, float]) -> Cost:
        """Of a class with these shares of each kind."""
        total = sum(mix.values())
        shares = [(share / total, self.kinds[kind]) for kind, share in mix.items()]
        return Cost(
            sum(share * cost.worker for share, cost in shares),
            sum(share * cost.serial for share, cost in shares),
            sum(share * cost.written for share, cost in shares),
            sum(share * cost.disk for share, cost in shares),
        )


@dataclass(frozen=True)
class Forecast:
    """``submissions`` of the mean cost ``each``."""

    submissions: int
    each: Cost
    costs: Costs

    @property
    def processor_hours(self) -> float:
        return self.submissions * (self.each.worker + self.each.serial) / HOUR

    @property
    def most_an_hour(self) -> float:
        """Submissions an hour that one run can write, with any number of workers."""
        return HOUR / self.each.written

    def hours(self, cores: int) -> float:
        """On one machine: a worker on each core, the writer among them."""
        parallel = (self.each.worker + self.each.serial) / cores
        return (self.costs.start + self.submissions * max(parallel, self.each.written)) / HOUR

    def workers(self, hours: float = 1.0) -> int:
        """Workers with a core each, the writer having one of its own, to be done in time."""
        left = hours * HOUR - self.costs.start
        return ceil(self.submissions * self.each.worker / left)

    def runs(self, hours: float = 1.0) -> int:
        """Runs side by side (of different assignments, or gradebooks): each has its writer."""
        return ceil(self.submissions * self.each.written / (hours * HOUR - self.costs.start))

    @property
    def disk(self) -> float:
        return self.submissions * self.each.disk

    def memory(self, workers: int) -> float:
        return self.costs.run_memory + workers * self.costs.worker_memory
