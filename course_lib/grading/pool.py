"""A few worker processes that run functions; a worker that is lost takes nobody with it.

``concurrent.futures`` gives up on every waiting task when one process dies, and cannot stop a
task that hangs: both are everyday events when other people's code is executed.
"""

import queue
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from course_lib.grading.worker_process import WorkerProcess, begin

SOON, NEXT, LAST = range(3)
WARM = "course_lib.grading.preload"  # with torch, and what a worker grades with


def begin_to_warm_up() -> None:
    """Load what a pool's workers begin with, while the caller goes on with imports of its own."""
    begin(WARM)


class Pool:
    """Worker processes that stay; tasks may be added while others run. Use it in a ``with``.

    A task that takes longer than ``seconds`` ends its process. What the processes print is added
    to ``log``. They begin with the module ``preload`` loaded, if it is given.
    """

    def __init__(self, workers: int, seconds: float, log: Path, preload: str = "") -> None:
        self.ahead = 8 * workers  # tasks that keep it busy where each that ends is followed by one
        self.waiting: queue.PriorityQueue = queue.PriorityQueue()
        self.done: queue.Queue = queue.Queue(2 * workers)  # results wait here, not in memory
        self.lanes = [
            _Lane(WorkerProcess(seconds, log, preload), self.waiting, self.done)
            for _ in range(workers)
        ]
        self.unfinished = self.submitted = 0

    def __enter__(self) -> "Pool":
        for lane in self.lanes:
            lane.thread.start()
        return self

    def __exit__(self, *_raised) -> None:
        for lane in self.lanes:
            lane.stop()
        for _lane in self.lanes:
            self.waiting.put((LAST, 0, None))
        for lane in self.lanes:
            while lane.thread.is_alive():
                with suppress(queue.Empty):  # a lane may be waiting for room
                    self.done.get(timeout=0.05)
            lane.thread.join()

    def submit(self, function: Callable[[Any], Any], task: Any, *, soon: bool = False) -> None:
        """Run ``function(task)`` in a worker, when one is free; ``soon``: before those waiting."""
        self.unfinished += 1
        self.submitted += 1
        self.waiting.put((SOON if soon else NEXT, self.submitted, (function, task)))

    def results(self) -> Iterator[tuple[Callable, Any, Any, Exception | None]]:
        """(function, task, result, error) as they end, until none is left; more may be added.

        Every task is yielded exactly once. ``error`` is what ``function`` raised, or WorkerLost
        when its process died or took too long.
        """
        while self.unfinished:
            self.unfinished -= 1
            yield self.done.get()


def run_all(
    function: Callable[[Any], Any], tasks: list[Any], workers: int, seconds: float, log: Path
) -> Iterator[tuple[Any, Any, Exception | None]]:
    """Run ``function(task)`` for every task; yields (task, result, error) as they end.

    Closing the iterator stops the workers.
    """
    if not tasks:
        return
    with Pool(min(workers, len(tasks)), seconds, log) as pool:
        for task in tasks:
            pool.submit(function, task)
        for _function, task, result, error in pool.results():
            yield task, result, error


class _Lane:
    """A thread that feeds one worker process."""

    def __init__(self, worker: WorkerProcess, waiting, done) -> None:
        self.worker = worker
        self.waiting, self.done = waiting, done
        self.thread = threading.Thread(target=self._feed, daemon=True)

    def _feed(self) -> None:
        try:
            while not self.worker.stopped:
                _priority, _number, order = self.waiting.get()
                if order is None:
                    break
                result = error = None
                try:
                    result = self.worker.run(order)
                except Exception as raised:
                    error = raised
                self.done.put((*order, result, error))
        finally:
            self.worker.kill()

    def stop(self) -> None:
        self.worker.stop()
