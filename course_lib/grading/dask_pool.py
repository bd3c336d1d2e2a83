"""The pool of ``pool.py`` on a Dask cluster: the same tasks, on as many machines as it has.

All machines share the course's folder: a worker reads submissions from it and writes staged copies
and feedback pages into it, as a process on this machine does. The gradebook's marks are written
here, by the run itself, once each: a task that Dask runs a second time, because the worker that had
it is gone, changes nothing but its own staged copy.
"""

import heapq
import logging
import queue
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from time import monotonic
from typing import Any
from uuid import uuid4

import dask
from distributed import Client, Future, LocalCluster
from distributed.client import FutureCancelledError
from distributed.scheduler import KilledWorker

from course_lib.errors import CourseError
from course_lib.files import write_atomically
from course_lib.grading.dask_worker import Terms, end_run, gradebook_mark, run_order, trouble
from course_lib.grading.versions import versions
from course_lib.grading.worker_process import WorkerLost, begun_alike, deaf_to_ctrl_c
from course_lib.i18n import N_, _

CONNECT = "30s"
FIRST_WORKER = 60.0  # seconds in which a worker must have come
ASK_AGAIN = 2.0  # seconds for which the number of workers is taken to be what it was
NO_WORKER = 300.0  # seconds without any worker after which a run stops
FETCH = 2.0  # seconds for a result to come from the worker that made it
SPAWNED_WITH = "distributed.nanny.pre-spawn-environ.PYTHONSAFEPATH"
PER_THREAD = 2  # tasks handed out for each thread of the cluster: one runs, one waits

NO_CLUSTER = N_("There is no Dask scheduler at {address} ({reason}).")
NOBODY = N_(
    "The Dask scheduler at {address} has no worker. Start some: dask worker {address} --nthreads 1"
)
UNFIT = N_("The Dask worker {worker} cannot grade: {reason}.")
LOST = N_(
    "The Dask cluster at {address} is gone. What was graded is kept, and the same command does "
    "the rest."
)


class DaskPool:
    """``Pool`` on the cluster of the scheduler at ``address`` ("tcp://host:port", "local:4").

    ``root`` and ``isolation`` are the run's. A cluster does as many tasks at a time as its workers
    have threads; how many this machine would do is nothing to it.
    """

    ahead = 1_000  # more than a cluster has at a time

    def __init__(
        self,
        _workers: int,
        seconds: float,
        log: Path,
        *,
        address: str,
        root: Path,
        isolation: str = "best",
    ) -> None:
        self.address = address
        run = uuid4().hex
        mark = gradebook_mark(root, run)
        self.terms = Terms(run, str(root), str(log), mark, versions(), isolation, seconds)
        self.waiting: list[tuple] = []
        self.running: dict[Future, tuple] = {}
        self.ended: queue.SimpleQueue[Future] = queue.SimpleQueue()
        self.submitted = self.threads = 0
        self.asked = -ASK_AGAIN
        self.cluster = self.client = None

    def __enter__(self) -> "DaskPool":
        write_atomically(self.terms.token, self.terms.run)
        try:
            self._connect()
            self._ask_workers()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_raised) -> None:
        if self.client is not None:
            with suppress(Exception):  # the cluster may be gone
                self.client.cancel(list(self.running), force=True)
                self.client.run(end_run, self.terms.run, on_error="ignore")
            self.client.close()
        if self.cluster is not None:
            self.cluster.close()
        self.terms.token.unlink(missing_ok=True)

    def _connect(self) -> None:
        address = self.address
        try:
            if address.startswith("local:"):
                # This process hears Ctrl-C, and closes the cluster.
                once_more = dask.config.set({SPAWNED_WITH: "1"})  # for those that Dask starts again
                with begun_alike(), deaf_to_ctrl_c(), once_more:
                    self.cluster = LocalCluster(
                        n_workers=int(address.removeprefix("local:")),
                        threads_per_worker=1,
                        dashboard_address=None,
                        silence_logs=logging.ERROR,
                    )
                address = self.cluster.scheduler_address
            self.client = Client(address, timeout=CONNECT, set_as_default=False)
            self.client.wait_for_workers(1, timeout=FIRST_WORKER)
        except (OSError, ValueError, TimeoutError) as error:
            if self.client is not None:
                raise CourseError(_(NOBODY).format(address=self.address)) from error
            raise CourseError(_(NO_CLUSTER).format(address=self.address, reason=error)) from error

    def _ask_workers(self) -> None:
        """Raise CourseError when one of the workers that are there cannot grade for this run."""
        try:
            answers = self.client.run(trouble, self.terms)
        except Exception as error:  # it lacks the course, or another version of it has no such task
            reason = f"{type(error).__name__}: {error}"
            raise CourseError(_(UNFIT).format(worker=self.address, reason=reason)) from error
        for worker, reason in sorted(answers.items()):
            if reason is not None:
                raise CourseError(_(UNFIT).format(worker=worker, reason=reason.rstrip(".")))

    def submit(self, function: Callable[[Any], Any], task: Any, *, soon: bool = False) -> None:
        """Run ``function(task)`` on the cluster, when it has room; ``soon``: before the others."""
        self.submitted += 1
        heapq.heappush(self.waiting, (not soon, self.submitted, (function, task)))

    def results(self) -> Iterator[tuple[Callable, Any, Any, Exception | None]]:
        """As ``Pool.results``. What is handed out at a time is bounded, and so are the results."""
        self._hand_out()
        while self.running:
            future = self._next()
            try:
                result, error = self._answer(future)
            except TimeoutError:  # it lies with a worker that stands still: the others go on
                self.ended.put(future)
                continue
            order = self.running.pop(future)
            future.release()
            self._hand_out()
            yield (*order, result, error)
            self._hand_out()  # what was added meanwhile

    def _hand_out(self) -> None:
        room = PER_THREAD * max(1, self._threads()) - len(self.running)
        for _place in range(min(room, len(self.waiting))):
            late, number, order = heapq.heappop(self.waiting)
            future = self.client.submit(
                run_order,
                self.terms,
                *order,
                key=f"grade-{self.terms.run}-{number}",
                priority=0 if late else 10,
                pure=False,
            )
            self.running[future] = order
            future.add_done_callback(self.ended.put)

    def _threads(self) -> int:
        """The threads of all workers: asked for now and then, workers come and go."""
        if monotonic() > self.asked + ASK_AGAIN:
            with suppress(OSError, TimeoutError):  # what was known last
                self.threads = sum(self.client.nthreads().values())
            self.asked = monotonic()
        return self.threads

    def _next(self) -> Future:
        """The next task that has ended. Raises CourseError when no worker is left to do any."""
        since = monotonic()
        while True:
            with suppress(queue.Empty):
                return self.ended.get(timeout=1.0)
            if self.client.status == "running" and self._threads():
                since = monotonic()
            elif self.client.status == "closed" or monotonic() > since + NO_WORKER:
                raise CourseError(_(LOST).format(address=self.address))

    def _answer(self, future: Future) -> tuple[Any, Exception | None]:
        try:
            kind, value = future.result(timeout=FETCH)
        except KilledWorker:
            return None, WorkerLost("the Dask workers that had it died, one after the other")
        except TimeoutError:
            raise
        except (FutureCancelledError, OSError) as error:
            raise CourseError(_(LOST).format(address=self.address)) from error
        except Exception as error:
            return None, error
        return (value, None) if kind == "result" else (None, value)


def checked_address(text: str) -> str:
    """An address of a scheduler, or "local:" and a number. Raises CourseError."""
    kind, _colon, rest = text.partition(":")
    local = kind == "local" and rest.isdigit() and int(rest) > 0
    if local or (kind in ("tcp", "tls", "ws", "wss") and rest.startswith("//")):
        return text
    raise CourseError(
        _('"{text}" is no Dask scheduler: write tcp://HOST:PORT or local:NUMBER.').format(text=text)
    )
