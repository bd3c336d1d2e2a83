"""Where the time of a grading goes: by part within a process, and CPU and memory of all of them."""

import os
import time
from collections import defaultdict
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from time import perf_counter

import psutil

BORN = "COURSE_BENCH_BORN"


def age() -> float:
    """Seconds since this side was started, by the clock of who started it.

    What the system says of a process may be wrong by a second: the time of its boot is rounded.
    """
    return time.time() - float(os.environ[BORN])


class Clock:
    """Seconds by part; a part that calls another one does not count the other's seconds."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)
        self.parts = ["rest"]
        self.since = perf_counter()

    def _switch(self) -> None:
        now = perf_counter()
        self.seconds[self.parts[-1]] += now - self.since
        self.since = now

    def timed(self, part: str | Callable[[str], str], function: Callable) -> Callable:
        """``function`` with its time in ``part``, which may depend on the part it is called in."""

        @wraps(function)
        def run(*arguments, **named):
            self._switch()
            self.parts.append(part if isinstance(part, str) else part(self.parts[-1]))
            try:
                return function(*arguments, **named)
            finally:
                self._switch()
                self.parts.pop()

        return run

    def watch(self, owner, name: str, part: str | Callable[[str], str]) -> None:
        """Time ``owner.name`` from now on."""
        setattr(owner, name, self.timed(part, getattr(owner, name)))

    def take(self) -> dict[str, float]:
        """The seconds since the last call."""
        self._switch()
        taken, self.seconds = dict(self.seconds), defaultdict(float)
        return taken


def cpu_of_all() -> float:
    """CPU seconds of this process and all that it has started, also of those that have ended.

    What has ended counts for the process that waited for it.
    """
    here = psutil.Process()
    total = 0.0
    for process in [here, *here.children(recursive=True)]:
        try:
            spent = process.cpu_times()
        except psutil.NoSuchProcess:
            continue
        total += spent.user + spent.system + spent.children_user + spent.children_system
    return total


def memory_of_all(kind: Callable[[psutil.Process], str]) -> dict[str, float]:
    """The most megabytes that a process of each kind has held so far; none for kind ""."""
    here = psutil.Process()
    most: dict[str, float] = defaultdict(float)
    for process in [here, *here.children(recursive=True)]:
        try:
            name = "run" if process == here else kind(process)
            peak = _peak(process)
        except psutil.Error:
            continue
        if name and peak:
            most[name] = max(most[name], peak)
    return dict(most)


def _peak(process: psutil.Process) -> float:
    try:
        lines = Path(f"/proc/{process.pid}/status").read_text().splitlines()
    except OSError:  # not Linux: what it holds now
        return process.memory_info().rss / 2**20
    found = (line.split()[1] for line in lines if line.startswith("VmHWM"))
    return int(next(found, 0)) / 2**10
