"""The other side of ``course bench-grading``: the course's engine, in a process of its own.

``main`` grades what is in ``submitted/`` and prints JSON.
"""

import json
import time
import warnings
from collections import deque
from pathlib import Path

import psutil

from course_lib.bench.grading_clock import age, cpu_of_all, memory_of_all
from course_lib.bench.grading_course import SEED
from course_lib.bench.grading_watch import PAGE, watched
from course_lib.grading import grade as run
from course_lib.grading.engine.tasks import execute_one, feedback_of
from course_lib.grading.engine.writer import Writer
from course_lib.grading.pool import Pool


class WatchedPool(Pool):
    """A pool that notes when each result came, and what all had cost once it was warm."""

    feedback = True
    made: "WatchedPool"

    def __init__(self, workers: int, seconds: float, log: Path, preload: str = "") -> None:
        super().__init__(workers, seconds, log, preload)
        WatchedPool.made = self
        self.workers = workers
        self.skipped: deque = deque()
        self.parts: list[dict[str, float]] = []
        self.came: list[float] = []
        self.begun = float("inf")
        self.warm: dict[str, float] = {}
        self.serial = _serial()

    def submit(self, function, task, *, soon: bool = False) -> None:
        if function is feedback_of and not self.feedback:
            self.skipped.append((feedback_of, task, None, None))
        else:
            super().submit(watched, (function, task), soon=soon)

    def results(self):
        counted = feedback_of if self.feedback else execute_one
        while True:
            while self.skipped:
                yield self.skipped.popleft()
            if not self.unfinished:
                break
            self.unfinished -= 1
            _watched, (function, task), result, error = self.done.get()
            result, parts, began = result or (None, {}, self.begun)
            self.begun = min(self.begun, began)
            if self.warm:
                self.parts.append(parts)
            yield function, task, result, error
            if function is counted:
                self.came.append(time.perf_counter())
                if len(self.came) == self.workers:
                    self.warm = _cost()
        self.end, self.memory = _cost(), memory_of_all(_kind)


def _cost() -> dict[str, float]:
    own = psutil.Process().cpu_times()
    return {
        "at": time.perf_counter(),
        "cpu": cpu_of_all(),
        "run": own.user + own.system,
        "writer": WatchedPool.made.serial["cpu"],
    }


def _serial() -> dict[str, float]:
    """CPU seconds of the writer's thread inside ``Writer.write``, from now on."""
    spent, write = {"cpu": 0.0}, Writer.write

    def timed(*arguments, **named):
        began = time.thread_time()
        try:
            return write(*arguments, **named)
        finally:
            spent["cpu"] += time.thread_time() - began

    Writer.write = timed
    return spent


def _means(parts: list[dict[str, float]]) -> dict[str, float]:
    """Seconds of each part for one submission; a page is a task of its own."""
    found: dict[str, float] = {}
    for pages in (False, True):
        tasks = [each for each in parts if (PAGE in each) == pages]
        for name in dict.fromkeys(name for each in tasks for name in each):
            found[name] = sum(each.get(name, 0.0) for each in tasks) / len(tasks)
    return found


def _kind(process: psutil.Process) -> str:
    if (name := process.name()) in ("nursery", "zygote", "student"):
        return name
    return "worker" if "forkserver" in " ".join(process.cmdline()) else ""


def main(folder: str, assignment: str, workers: str, feedback: str) -> None:
    """``feedback`` is "1" or "0": with pages or without.

    Called with ``python -c``: the workers would import a module that is run as a program again.
    """
    warnings.simplefilter("ignore")
    WatchedPool.feedback = feedback == "1"
    run.Pool = WatchedPool
    created = time.time() - age()
    born = time.perf_counter() - age()
    report = run.grade(Path(folder), assignment, workers=int(workers), seed=SEED)
    ended, pool = time.perf_counter(), WatchedPool.made
    count = len(pool.came) - pool.workers
    print(
        json.dumps(
            {
                "begun": pool.begun - created,
                "start": pool.came[0] - born,
                "all": ended - born,
                "count": len(pool.came),
                "failed": report.failed,
                "warm": {
                    "count": count,
                    "seconds": pool.end["at"] - pool.warm["at"],
                    "cpu": pool.end["cpu"] - pool.warm["cpu"],
                    "run": pool.end["run"] - pool.warm["run"],
                    "writer": pool.end["writer"] - pool.warm["writer"],
                },
                "parts": _means(pool.parts),
                "memory": pool.memory,
            }
        )
    )
