"""A process of its own that runs functions for whoever holds it; it can be lost and replaced.

It has one task at a time, and its main thread does it: what it runs may use signals and fork.
"""

import gc
import multiprocessing
import os
import pickle
import signal
import tempfile
import threading
from contextlib import contextmanager, nullcontext
from itertools import count
from multiprocessing import resource_tracker
from pathlib import Path

import psutil

from course_lib.grading import scratch
from course_lib.quick_start import (
    ONE_THREAD,
    SAME_ORDER,
    bared,
    end_with_parent,
    without_slow_formats,
)

# After so many tasks, what is loaded and known by then is hardly ever garbage later: to go through
# it again and again would take longer than all other collecting.
SETTLING = (1, 8, 64)


class WorkerLost(Exception):
    """The worker process died or was stopped after its time; the text says which."""


class WorkerProcess:
    """Started with its first task, and again with the next one after it was lost.

    A task that takes longer than ``seconds`` ends it. What it prints is added to ``log``. With the
    name of a module in ``preload``, where a system has fork, all workers of this process are forked
    from one that has loaded it.
    """

    def __init__(self, seconds: float, log: Path, preload: str = "") -> None:
        self.seconds, self.log, self.preload = seconds, log, preload
        self.stopped = False
        self.lock = threading.Lock()  # a process is either seen by ``stop`` or never started
        self.process = self.pipe = None

    def run(self, order):
        """``order`` is a function and its task. Raises what it raises, and WorkerLost."""
        if self.process is None:
            self._start()
        try:
            self.pipe.send(order)
            if not self.pipe.poll(self.seconds):
                raise WorkerLost(f"stopped after {self.seconds:.0f} seconds")
            kind, value = self.pipe.recv()
        except (EOFError, OSError) as error:
            self.kill()
            raise WorkerLost("the process that graded it died") from error
        except BaseException:
            self.kill()  # Python would wait for it at the end, and it for an order
            raise
        if kind == "error":
            raise value
        return value

    def _start(self) -> None:
        context = _context(self.preload)
        with self.lock, _starting:
            if self.stopped:
                raise WorkerLost("the run was stopped")
            self.pipe, far_end = context.Pipe()
            told = {**os.environ, **scratch.environment()}
            process = context.Process(target=_work, args=(far_end, self.log, told))
            with _launching(context):
                process.start()
            far_end.close()
            self.process = process

    def stop(self) -> None:
        """End it for good; a task that it has is lost."""
        with self.lock:
            self.stopped = True
        self.kill()

    def kill(self) -> None:
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


def begin(preload: str) -> None:
    """Have ``preload`` loaded from now on, for workers that are soon to be forked from there."""
    context = _context(preload)
    if context.get_start_method() == "forkserver":
        from multiprocessing.forkserver import ensure_running

        with _starting, _launching(context):
            ensure_running()


@contextmanager
def _launching(context):
    """Where the nursery is to be forked from, it is without secrets: a worker is told its own."""
    forks = context.get_start_method() == "forkserver" and hasattr(os, "pidfd_open")
    with (
        begun_alike(),
        deaf_to_ctrl_c(),
        scratch.used_by_multiprocessing(),
        bared() if forks else nullcontext(),
    ):
        yield


def _context(preload: str):
    # Its socket is a file in the folder for temporary files, and a socket's path has 107 bytes.
    short = len(os.fsencode(tempfile.gettempdir())) + scratch.LENGTH <= 107
    if preload and short and "forkserver" in multiprocessing.get_all_start_methods():
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload([preload])
        return context
    return multiprocessing.get_context("spawn")


_starting = threading.Lock()  # one at a time: the environment is everybody's


@contextmanager
def begun_alike():
    """A process started here is as at each grading, whoever starts it and wherever.

    Sets have the same order, and no modules are looked for in the working directory: that may be
    the folder of a student, with a ``json.py`` in it that would run with all that the instructor
    may do. What a worker itself finds modules by is the path of its run.
    """
    wanted = {"PYTHONSAFEPATH": "1", **SAME_ORDER, **scratch.environment()}
    before = {name: os.environ.get(name) for name in wanted}
    os.environ.update(wanted)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


@contextmanager
def deaf_to_ctrl_c():
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


def _work(pipe, log: Path, environment: dict[str, str]) -> None:
    os.environ.clear()  # the one of the process that it was forked from may be of another run
    os.environ.update(environment)
    tempfile.tempdir = None  # looked up anew, in this environment
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("a") as file:
        for stream in (1, 2):  # kernels inherit them: nothing is printed over the progress bar
            os.dup2(file.fileno(), stream)
    os.environ.update({**ONE_THREAD, **SAME_ORDER})  # kernels inherit it
    without_slow_formats()
    end_with_parent()
    for done in count(1):
        try:
            function, task = pipe.recv()  # which imports the function's module
        except EOFError:
            return
        with _deaf_on_purpose():
            try:
                answer = ("result", function(task))
            except Exception as error:
                answer = ("error", portable(error))
        pipe.send(answer)
        if done in SETTLING:
            gc.collect()
            gc.freeze()


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


def portable(error: Exception) -> Exception:
    """Some exceptions cannot travel between processes; their text can."""
    try:
        return pickle.loads(pickle.dumps(error))
    except Exception:
        return RuntimeError(f"{type(error).__name__}: {error}")
