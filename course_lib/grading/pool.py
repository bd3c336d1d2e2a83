"""A few worker processes that run functions; a worker that is lost takes nobody with it.

``concurrent.futures`` gives up on every waiting task when one process dies, and cannot stop a
task that hangs: both are everyday events when other people's code is executed.
"""

import multiprocessing
import os
import pickle
import queue
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from multiprocessing import resource_tracker
from pathlib import Path
from typing import Any

import psutil

# One thread per process: the processes are the parallelism.
_ONE_THREAD = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")

SOON, NEXT, LAST = range(3)


class WorkerLost(Exception):
    """The worker process died or was stopped after its time; the text says which."""


class Pool:
    """Worker processes that stay; tasks may be added while others run. Use it in a ``with``.

    A task that takes longer than ``seconds`` ends its process. What the processes print is added
    to ``log``.
    """

    def __init__(self, workers: int, seconds: float, log: Path) -> None:
        self.waiting: queue.PriorityQueue = queue.PriorityQueue()
        self.done: queue.Queue = queue.Queue(2 * workers)  # results wait here, not in memory
        self.lanes = [_Lane(seconds, log, self.waiting, self.done) for _ in range(workers)]
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
    """A thread that feeds one worker process and replaces it when it is lost."""

    def __init__(self, seconds, log, waiting, done) -> None:
        self.seconds, self.log = seconds, log
        self.waiting, self.done = waiting, done
        self.stopped = False
        self.lock = threading.Lock()  # a process is either seen by ``stop`` or never started
        self.process = self.pipe = None
        self.thread = threading.Thread(target=self._feed, daemon=True)

    def _feed(self) -> None:
        try:
            while not self.stopped:
                _priority, _number, order = self.waiting.get()
                if order is None:
                    break
                result = error = None
                try:
                    result = self._run(order)
                except Exception as raised:
                    error = raised
                self.done.put((*order, result, error))
        finally:
            self._kill()

    def _run(self, order):
        if self.process is None:
            self._start()
        try:
            self.pipe.send(order)
            if not self.pipe.poll(self.seconds):
                self._kill()
                raise WorkerLost(f"stopped after {self.seconds:.0f} seconds")
            kind, value = self.pipe.recv()
        except (EOFError, OSError) as error:
            self._kill()
            raise WorkerLost("the process that graded it died") from error
        if kind == "error":
            raise value
        return value

    def _start(self) -> None:
        context = multiprocessing.get_context("spawn")
        with self.lock:
            if self.stopped:
                raise WorkerLost("the run was stopped")
            self.pipe, far_end = context.Pipe()
            process = context.Process(target=_work, args=(far_end, self.log))
            with _deaf_to_ctrl_c():
                process.start()
            far_end.close()
            self.process = process

    def stop(self) -> None:
        with self.lock:
            self.stopped = True
        self._kill()

    def _kill(self) -> None:
        """End the worker with everything it started: kernels live in sessions of their own."""
        with self.lock:  # asked for by two threads at once, it is done by one
            process, self.process = self.process, None
        if process is None:
            return
        try:
            family = psutil.Process(process.pid).children(recursive=True)
        except psutil.NoSuchProcess:
            family = []
        process.kill()
        for child in family:
            try:
                child.kill()
            except psutil.NoSuchProcess:
                continue
        process.join()
        self.pipe.close()


@contextmanager
def _deaf_to_ctrl_c():
    """A process started here does not hear Ctrl-C until it says so.

    While it imports, it would die with a traceback on the terminal.
    """
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    resource_tracker.ensure_running()  # when it starts, it lets Ctrl-C in again
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _work(pipe, log: Path) -> None:
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("a") as file:
        for stream in (1, 2):  # kernels inherit them: nothing is printed over the progress bar
            os.dup2(file.fileno(), stream)
    os.environ.update(dict.fromkeys(_ONE_THREAD, "1"))
    threading.Thread(target=_end_with_parent, daemon=True).start()
    while True:
        try:
            function, task = pipe.recv()  # which imports the function's module
        except EOFError:
            return
        with _deaf_on_purpose():
            try:
                answer = ("result", function(task))
            except Exception as error:
                answer = ("error", _portable(error))
        pipe.send(answer)


@contextmanager
def _deaf_on_purpose():
    """Ctrl-C reaches the whole group; the parent decides.

    Not SIG_IGN and no mask: kernels would inherit them and could not be interrupted any more.
    """
    signal.signal(signal.SIGINT, lambda *_: None)
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})


def _end_with_parent() -> None:
    """A run that was killed must not go on grading behind the back of the next one."""
    multiprocessing.parent_process().join()
    os._exit(1)  # kernels watch their parent as well and end with it


def _portable(error: Exception) -> Exception:
    """Some exceptions cannot travel between processes; their text can."""
    try:
        return pickle.loads(pickle.dumps(error))
    except Exception:
        return RuntimeError(f"{type(error).__name__}: {error}")
