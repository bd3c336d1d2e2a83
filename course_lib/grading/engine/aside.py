"""The process that an instructor's own test cells run in: a fork of the worker, per submission.

Nothing of the student's runs in it. What a test asks of the student's objects goes through the
worker to the child, so that the worker alone decides when either has to end.
"""

import json
import os
import signal
import socket
import sys
import traceback
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from stat import S_ISSOCK
from time import monotonic

from nbformat import NotebookNode

from course_lib.errors import CourseError
from course_lib.grading.engine import first_use, wire
from course_lib.grading.engine.children import GRACE, Child, Late, Lost
from course_lib.grading.engine.given import Given
from course_lib.grading.engine.outputs import MOST, Outputs
from course_lib.grading.engine.sandbox.kernel import PR_SET_PDEATHSIG, prctl
from course_lib.grading.engine.trusted import GivenFailed, TrustedShell
from course_lib.grading.execute import DIED, TOO_LONG
from course_lib.i18n import _


class Aside:
    """Runs the test cells of one submission; started with the first of them."""

    def __init__(
        self, given: Given, folder: Path | None, seconds: float, modules: Sequence[str] = ()
    ) -> None:
        self.given, self.folder, self.seconds, self.modules = given, folder, seconds, modules
        self.channel: socket.socket | None = None
        self.process = 0
        self.asked: Child | None = None

    def run(self, cell: NotebookNode, outputs: Outputs, child: Callable[[], Child]) -> None:
        """Run one test cell; ``child`` gives the process that holds the student's objects."""
        deadline = monotonic() + self.seconds + GRACE
        try:
            if self.channel is None:
                self._start()
                self._until_done(outputs, child, deadline)
            wire.send(self.channel, {"run": cell.source, "count": outputs.count}, [], deadline)
            self._until_done(outputs, child, deadline)
        except (Lost, wire.Gone, wire.WireError):
            self.close()
            outputs.replace_errors("KernelDied", _(DIED))
        except (Late, wire.TooLate):
            self.close()
            if self.asked is not None:
                self.asked.kill()  # it may still be at what it was asked
            outputs.replace_errors("Timeout", _(TOO_LONG).format(seconds=round(self.seconds)))
        except Exception:
            self.close()  # it still waits for an answer
            raise

    def _until_done(self, outputs: Outputs, child: Callable[[], Child], deadline: float) -> None:
        """Pass on what the process asks of the child and what it shows, until it is done."""
        while True:
            told, blobs = wire.receive(self.channel, deadline)
            if "ask" in told:
                self._relay(told["ask"], blobs, child(), deadline)
            elif "output" in told:
                outputs.add(told["output"])
            elif "failed" in told:
                text = _("The cells before the tests do not run by themselves: {error}")
                raise CourseError(text.format(error=told["failed"]))
            else:
                return

    def _relay(self, header: dict, blobs: list, child: Child, deadline: float) -> None:
        shown = _Shown()
        left = max(0.1, deadline - monotonic() - GRACE)
        self.asked = child
        answer, parts = child.ask(header, blobs, left, shown.add)
        shown = shown.kept
        wire.send(self.channel, {"answer": answer, "shown": shown}, parts, deadline)

    def _start(self) -> None:
        given = self.given.once_more() if self.process else self.given
        first_use.load(self.modules)
        self.channel, theirs = socket.socketpair()
        self.process = os.fork()
        if self.process == 0:
            try:
                _hold_nothing_but(theirs.fileno())
                _serve(theirs, given, self.folder)
            except BaseException:
                traceback.print_exc()  # into the log of the workers
                sys.stderr.flush()
            finally:
                os._exit(0)
        theirs.close()

    def close(self) -> None:
        """End the process, if there is one."""
        if self.channel is not None:
            self.channel.close()
            self.channel = None
            os.kill(self.process, signal.SIGKILL)
            os.waitpid(self.process, 0)


def _hold_nothing_but(kept: int) -> None:
    """Of the worker's sockets, only its own.

    With a copy of them here, who is at their other end would not see that the worker has closed
    one, or has died. Their numbers stay taken: what is closed late closes no file of a test's.
    """
    nothing = os.open(os.devnull, os.O_RDWR)
    for name in os.listdir("/proc/self/fd" if os.path.isdir("/proc/self/fd") else "/dev/fd"):
        with suppress(OSError):  # the folder itself, which is closed again
            if int(name) not in (kept, 0, 1, 2) and S_ISSOCK(os.fstat(int(name)).st_mode):
                os.dup2(nothing, int(name), inheritable=False)
    os.close(nothing)


class _Shown:
    """What a student's function displays while a test calls it; of a flood, the beginning."""

    def __init__(self) -> None:
        self.kept: list[dict] = []
        self.room = MOST

    def add(self, output) -> None:
        if self.room > 0:
            try:
                self.room -= len(json.dumps(output))
            except RecursionError:
                return
            if self.room > 0:
                self.kept.append(output)


def _serve(channel: socket.socket, given: Given, folder: Path | None) -> None:
    prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if folder is not None:
        os.chdir(folder)

    def ask(header, blobs, on_output):
        wire.send(channel, {"ask": header}, blobs)
        told, parts = wire.receive(channel)
        for output in told["shown"]:
            on_output(output)
        return told["answer"], parts

    def send(output: dict) -> None:
        wire.send(channel, {"output": output})

    try:
        shell = TrustedShell(ask, given, send)
    except GivenFailed as error:
        wire.send(channel, {"failed": str(error)})
        return
    wire.send(channel, {"done": True})
    while True:
        try:
            told, _blobs = wire.receive(channel)
        except wire.Gone:
            return
        shell.execution_count = told["count"]
        shell.run_cell(told["run"])
        wire.send(channel, {"done": True})
