"""Starting the processes that students' code runs in, and talking to them from the safe side.

Nothing that comes back from a child is trusted: it is plain data, bounded in size and time.
"""

import json
import os
import select
import signal
import socket
import subprocess
from collections.abc import Callable, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from time import monotonic

from course_lib.errors import CourseError
from course_lib.grading.engine import nursery, wire
from course_lib.i18n import _

START = 120.0  # seconds in which a zygote must have imported torch, on a busy machine
FORK = 30.0  # seconds in which a child must exist
GRACE = 3.0  # seconds beyond its own limit after which a child is killed
MOMENT = 0.5  # seconds in which what has been sent arrives


class Lost(Exception):
    """The child died."""


class Late(Exception):
    """The child did not answer in time; it is dead now."""


class NoChildren(Exception):
    """No child can be had, through no fault of any submission."""


@dataclass(frozen=True)
class ZygoteSettings:
    """What a zygote is started with: imports of the released notebook, modules, isolation.

    ``helpers``: modules that were handed in beside a notebook can be imported.
    """

    imports: str = ""
    modules: tuple[str, ...] = ()
    readable: tuple[str, ...] = ()
    isolated: bool = True
    helpers: bool = True


@dataclass
class Zygote:
    """A process that forks children; started on first use and again when it is lost."""

    settings: ZygoteSettings
    process: subprocess.Popen | None = None  # none: forked from the nursery, and ends with us
    channel: socket.socket | None = None
    waiting: bool = False

    def start(self) -> None:
        """Begin to start; the imports go on while the caller does something else."""
        settings = asdict(self.settings)
        self.channel = nursery.zygote(settings)
        if self.channel is None:
            self.channel, self.process = nursery.boot(settings)
        self.waiting = True

    def _ready(self) -> None:
        if self.channel is None:
            self.start()
        while self.waiting:
            self.channel.settimeout(START)
            with suppress(TimeoutError):
                self.waiting = not self.channel.recv(1 << 16)
            if self.waiting:
                forked = self.process is None
                self.stop()
                if not forked:
                    text = _("The process that runs students' code could not be started.")
                    raise NoChildren(text)
                nursery.forget()
                self.start()

    def child(
        self, scratch: Path, language: str, limits: dict, modules: Sequence[str] = ()
    ) -> "Child":
        """A new child that works in the folder ``scratch``. Raises NoChildren.

        ``modules`` of torch are loaded before, and stay: see ``first_use``.
        """
        for last in (False, True):
            try:
                return self._child(scratch, language, limits, modules)
            except OSError as error:
                self.stop()
                if last:
                    raise NoChildren(str(error)) from error

    def _child(self, scratch, language: str, limits: dict, modules) -> "Child":
        self._ready()
        told = {"scratch": str(scratch), "language": language, "limits": limits,
                "modules": list(modules),
                "environment": {"HOME": str(scratch), "TMPDIR": str(scratch), "LANG": "C.UTF-8",
                                "MPLCONFIGDIR": str(scratch), "MPLBACKEND": "agg",
                                "OMP_NUM_THREADS": "1"}}  # fmt: skip
        mine, theirs = socket.socketpair()
        bell, rope = os.pipe()
        try:
            self.channel.settimeout(FORK)
            sent = [theirs.fileno(), rope]
            socket.send_fds(self.channel, [json.dumps(told).encode()], sent)
            answer, handles, _flags, _from = socket.recv_fds(self.channel, 1 << 16, 1)
            if not answer or not handles:
                raise OSError("the zygote has ended")
        except OSError:
            mine.close()
            os.close(bell)
            raise
        finally:
            theirs.close()
            os.close(rope)
        child = Child(mine, handles[0], bell)
        try:
            answer, _ = wire.receive(mine, monotonic() + FORK)
        except (wire.WireError, wire.Gone, wire.TooLate) as error:
            child.kill()
            raise OSError(f"a process ended as it began: {error}") from error
        if answer.get("ready") is not True:
            child.kill()
            raise NoChildren(str(answer.get("broken")))
        return child

    def stop(self) -> None:
        if self.channel is not None:
            self.channel.close()
        if self.process is not None:
            self.process.kill()
            self.process.wait()
        self.process = self.channel = None


@dataclass
class Child:
    """One forked process: requests go out, answers come back, or it is killed."""

    channel: socket.socket
    handle: int  # a pidfd: process ids may be used again, and mean nothing across namespaces
    bell: int  # where it says how many answers there are, once there are several
    heard: int = 0  # answers that it has said there are, and that have not been taken
    silent: bool = False  # it should have rung and did not: it may still have answered
    alive: bool = True
    cases: set[int] = field(default_factory=set)  # the cases it has been sent

    def ask(
        self,
        header: dict,
        blobs: list[bytes] = (),
        seconds: float = 30.0,
        on_output: Callable[[dict], None] | None = None,
    ) -> tuple[dict, list[bytes]]:
        """The answer to one request. Raises Lost or Late, after which the child is dead."""
        deadline = monotonic() + seconds + GRACE
        with self._dead_if_it_fails():
            wire.send(self.channel, header, list(blobs), deadline)
        return self._answer(deadline, on_output)

    def send(self, header: dict, blobs: list[bytes], seconds: float = 30.0) -> None:
        """Ask what has several answers, which ``next_answer`` gives. Raises as ``ask`` does."""
        with self._dead_if_it_fails():
            wire.send(self.channel, header, blobs, monotonic() + seconds + GRACE)

    def next_answer(self, seconds: float = 30.0) -> tuple[dict, list[bytes]]:
        """One of several answers to the last request. Raises as ``ask`` does.

        Nobody wakes up for each of them: the child rings when there are some to take. What it
        had sent before it ended, or was stuck, is taken all the same.
        """
        deadline = monotonic() + seconds + GRACE
        if self.alive and not self.heard and not self.silent:
            self._wait_for_the_bell(seconds + GRACE)
            deadline = max(deadline, monotonic() + MOMENT)
        self.heard = max(0, self.heard - 1)
        return self._answer(deadline, None)

    def _wait_for_the_bell(self, seconds: float) -> None:
        """Until it rings, or the child ends, or the time is over."""
        poll = select.poll()
        for descriptor in (self.bell, self.handle):
            poll.register(descriptor, select.POLLIN)
        rung = poll.poll(1000 * seconds)
        if any(descriptor == self.bell and event & select.POLLIN for descriptor, event in rung):
            self.heard = sum(os.read(self.bell, 1 << 10))
        self.silent = not self.heard

    def _answer(self, deadline, on_output) -> tuple[dict, list[bytes]]:
        with self._dead_if_it_fails():
            while True:
                answer, parts = wire.receive(self.channel, deadline)
                if not isinstance(answer, dict):
                    raise wire.WireError("no object")
                if "output" not in answer:
                    return answer, parts
                if on_output is not None:
                    on_output(answer["output"])

    @contextmanager
    def _dead_if_it_fails(self):
        if not self.alive:
            raise Lost
        try:
            yield
        except wire.TooLate:
            self.kill()
            raise Late from None
        except (wire.WireError, wire.Gone, OSError):
            self.kill()
            raise Lost from None

    def kill(self) -> None:
        """End the child and, where it has a namespace of its own, everything it started."""
        if not self.alive:
            return
        self.alive = False
        try:
            signal.pidfd_send_signal(self.handle, signal.SIGKILL)
            select.select([self.handle], [], [], 5.0)  # readable once it has ended
        except ProcessLookupError:
            pass
        os.close(self.handle)
        os.close(self.bell)
        self.channel.close()


def start_failed(error: Exception) -> CourseError:
    """What to tell the instructor."""
    return CourseError(str(error))
