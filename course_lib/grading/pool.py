"""A few worker processes that each run one function; a worker that is lost takes nobody with it.

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
from contextlib import contextmanager
from multiprocessing import resource_tracker
from pathlib import Path
from typing import Any

import psutil

# One thread per process: the processes are the parallelism.
_ONE_THREAD = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")


class WorkerLost(Exception):
    """The worker process died or was stopped after its time; the text says which."""


def run_all(
    function: Callable[[Any], Any], tasks: list[Any], workers: int, seconds: float, log: Path
) -> Iterator[tuple[Any, Any, Exception | None]]:
    """Run ``function(task)`` for every task; yields (task, result, error) as they end.

    Every task is yielded exactly once. ``error`` is what ``function`` raised, or WorkerLost when
    its process died or took longer than ``seconds``. What the processes print is added to ``log``.
    Closing the iterator stops the workers.
    """
    waiting: queue.SimpleQueue = queue.SimpleQueue()
    done: queue.SimpleQueue = queue.SimpleQueue()
    for task in tasks:
        waiting.put(task)
    lanes = [_Lane(function, seconds, log, waiting, done) for _ in range(min(workers, len(tasks)))]
    for lane in lanes:
        lane.thread.start()
    try:
        for _ in tasks:
            yield done.get()
    finally:
        for lane in lanes:
            lane.stop()
        for lane in lanes:
            lane.thread.join()


class _Lane:
    """A thread that feeds one worker process and replaces it when it is lost."""

    def __init__(self, function, seconds, log, waiting, done) -> None:
        self.function, self.seconds, self.log = function, seconds, log
        self.waiting, self.done = waiting, done
        self.stopped = False
        self.lock = threading.Lock()  # a process is either seen by ``stop`` or never started
        self.process = self.pipe = None
        self.thread = threading.Thread(target=self._feed, daemon=True)

    def _feed(self) -> None:
        try:
            while not self.stopped:
                try:
                    task = self.waiting.get_nowait()
                except queue.Empty:
                    break
                result = error = None
                try:
                    result = self._run(task)
                except Exception as raised:
                    error = raised
                self.done.put((task, result, error))
        finally:
            self._kill()

    def _run(self, task):
        if self.process is None:
            self._start()
        try:
            self.pipe.send(task)
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
            process = context.Process(target=_work, args=(far_end, self.function, self.log))
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


def _work(pipe, function, log: Path) -> None:
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("a") as file:
        for stream in (1, 2):  # kernels inherit them: nothing is printed over the progress bar
            os.dup2(file.fileno(), stream)
    os.environ.update(dict.fromkeys(_ONE_THREAD, "1"))
    threading.Thread(target=_end_with_parent, daemon=True).start()
    # Ctrl-C reaches the whole group; the parent decides. Not SIG_IGN: kernels would inherit it
    # and could not be interrupted any more.
    signal.signal(signal.SIGINT, lambda *_: None)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    while True:
        try:
            task = pipe.recv()
        except EOFError:
            return
        try:
            answer = ("result", function(task))
        except Exception as error:
            answer = ("error", _portable(error))
        pipe.send(answer)


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
