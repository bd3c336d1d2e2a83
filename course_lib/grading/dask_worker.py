"""What runs inside a Dask worker: it hands each task to a process of our own.

A Dask worker is many threads, with signals and memory limits of its own. The engine forks, and
what it grades may be hostile. So a worker keeps one of our processes for each task it has at a
time: a submission that takes its process down costs itself, and Dask does not notice.
"""

import multiprocessing
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import uuid4

from rich.console import Console

from course_lib.errors import CourseError
from course_lib.files import write_atomically
from course_lib.grading.directories import course_directory
from course_lib.grading.engine.isolation import shut_in
from course_lib.grading.engine.job import InfrastructureError
from course_lib.grading.versions import versions
from course_lib.grading.worker_process import WorkerProcess, portable
from course_lib.i18n import N_, _

IDLE = 120.0  # seconds without a task after which a process ends: its run may have been killed

NO_FOLDER = N_(
    "the course's folder {folder} is not the same there: every machine needs the same folder "
    "under the same name (a network file system)"
)
READ_ONLY = N_("it may not write into {folder} ({reason})")
OTHER_GRADEBOOK = N_(
    "it knows another gradebook: set COURSE_DB_URL where the Dask worker is started as it is here"
)
OTHER_VERSIONS = N_("its versions are others: {differences}")


@dataclass(frozen=True)
class Terms:
    """What a Dask worker must find before it grades for a run, and how its processes are kept."""

    run: str
    root: str
    log: str  # a file in the course's folder, for what the processes print
    gradebook: str
    versions: dict[str, str]
    isolation: str
    seconds: float

    @property
    def token(self) -> Path:
        """A file that holds the run's name: who can read it sees the same folder."""
        return Path(self.log).with_name(f"dask-{self.run}")


def gradebook_mark(root: Path, run: str) -> str:
    """Says whether two machines mean the same gradebook, without its password."""
    return sha256(f"{run}\n{course_directory(root).db_url}".encode()).hexdigest()


def trouble(terms: Terms) -> str | None:
    """Why this machine cannot grade for the run, in a sentence; None when it can."""
    try:
        same = terms.token.read_text("utf-8") == terms.run
    except OSError:
        same = False
    if not same:
        return _(NO_FOLDER).format(folder=terms.root)
    try:
        probe = terms.token.with_name(f"{terms.token.name}-{uuid4().hex}")
        write_atomically(probe, "")
        probe.unlink()
    except OSError as error:
        return _(READ_ONLY).format(folder=terms.root, reason=error)
    found = versions()
    differences = [
        f"{name} {found.get(name)} ≠ {wanted}"
        for name, wanted in terms.versions.items()
        if found.get(name) != wanted
    ]
    if differences:
        return _(OTHER_VERSIONS).format(differences=", ".join(differences))
    if gradebook_mark(Path(terms.root), terms.run) != terms.gradebook:
        return _(OTHER_GRADEBOOK)
    return _not_shut_in(terms.isolation)


def _not_shut_in(isolation: str) -> str | None:
    try:
        shut_in(isolation, Console(quiet=True))
    except CourseError as error:
        return " ".join(str(error).split())
    return None


def run_order(terms: Terms, function: Callable[[Any], Any], task: Any) -> tuple[str, Any]:
    """("result", value) or ("error", exception): Dask would retry and log what is raised."""
    try:
        with _process(terms) as worker:
            return "result", worker.run((function, task))
    except Exception as error:
        return "error", portable(error)


@dataclass
class _Kept:
    """An idle process, which ends by itself when no task comes."""

    worker: WorkerProcess
    timer: threading.Timer


_lock = threading.Lock()
_idle: dict[str, list[_Kept]] = {}
_ready: set[str] = set()


@contextmanager
def _process(terms: Terms) -> Iterator[WorkerProcess]:
    worker = _take(terms)
    try:
        yield worker
    finally:
        _keep(terms.run, worker)


def _take(terms: Terms) -> WorkerProcess:
    with _lock:
        known = terms.run in _ready
        kept = _idle.get(terms.run)
        if kept:
            found = kept.pop()
            found.timer.cancel()
            return found.worker
    if not known:  # a worker that came after the run had begun
        reason = trouble(terms)
        if reason is not None:
            raise InfrastructureError(reason)
        with _lock:
            _ready.add(terms.run)
    _allow_children()
    return WorkerProcess(terms.seconds, Path(terms.log))


def _keep(run: str, worker: WorkerProcess) -> None:
    kept = _Kept(worker, threading.Timer(IDLE, lambda: _end(run, kept)))
    kept.timer.daemon = True
    with _lock:
        if run in _ready:
            _idle.setdefault(run, []).append(kept)
            kept.timer.start()
            return
    worker.stop()  # the run has ended


def _end(run: str, kept: _Kept) -> None:
    with _lock:
        if kept not in _idle.get(run, []):
            return
        _idle[run].remove(kept)
    kept.worker.stop()


def end_run(run: str) -> None:
    """Stop what was kept for a run."""
    with _lock:
        _ready.discard(run)
        found = _idle.pop(run, [])
    for kept in found:
        kept.timer.cancel()
        kept.worker.stop()


def _allow_children() -> None:
    """Dask's nanny marks its workers as daemons, which multiprocessing allows no children.

    The mark is there so that children do not outlive their parent; ours watch it and end with it.
    """
    multiprocessing.current_process()._config["daemon"] = False
