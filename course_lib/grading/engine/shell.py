"""Where a student's code runs: cells in a shell, and questions about what they have defined.

This is the side that nobody trusts. A student's code can change everything in this process, so
nothing here decides anything: it runs, observes and reports.
"""

import os
import signal
import socket
import sys
import threading
from contextlib import ExitStack, contextmanager, suppress
from time import monotonic

from torch import Tensor, strided

from course_lib.exercises.spec import Case
from course_lib.grading.candidate import Local, NotThere
from course_lib.grading.capture import contained
from course_lib.grading.engine import named_tensors, wire
from course_lib.grading.engine.asked import decoded, described
from course_lib.grading.engine.capturing import CapturingShell
from course_lib.grading.engine.course_calls import stand_in
from course_lib.grading.engine.failures import describe, tell
from course_lib.grading.engine.finished import make_unusable
from course_lib.grading.engine.handles import Handles
from course_lib.grading.forbidden import ForbiddenCall
from course_lib.grading.time_limit import TimeIsUp
from course_lib.i18n import set_language

# Answers that nobody is woken up for, bytes of each of them, and seconds that they may wait.
QUIETLY, LITTLE, LATEST = 16, 4096, 0.5
SMALL = 1 << 20  # numbers of a tensor that are copied
# After one of these an exam asks nothing more.
_NO_USE = (NotImplementedError, TimeIsUp, ForbiddenCall, KeyboardInterrupt)


class Shell:
    """Answers requests over ``channel`` until it closes."""

    def __init__(
        self, channel: socket.socket, language: str, shell: CapturingShell, bell: int
    ) -> None:
        self.channel, self.bell = channel, bell
        self.shell = shell
        self.shell.on_output = self._send_output
        self.shell.belongs_here()
        self.handles = Handles(shell.user_ns, channel, shell.capturing)
        self.item = None
        self.cases: dict[int, Case] = {}  # of this item, by the number they came with
        self.printed = None
        self.containing = ExitStack()
        self.answers = {
            "run": self.run,
            "ask-about": self.ask_about,
            "refused": self.refused,
            "observe": self.observe,
            "observe-each": self.observe_each,
            "birth-of-nan": self.birth_of_nan,
            "names-used": self.names_used,
            "call": self.call,
            "has": self.has,
        }
        set_language(language)

    def say_ready(self) -> None:
        """Shut in, and nothing of the student's has run yet."""
        wire.send(self.channel, {"ready": True})

    def serve(self) -> None:
        while True:
            try:
                header, blobs = wire.receive(self.channel)
            except wire.Gone:
                return
            answer = self.answers.get(header["op"])
            reply: list[bytes] = []
            if answer is None:
                told = self._handled(header, blobs, reply)
            else:
                told = answer(header, blobs, reply)
            wire.send(self.channel, told, reply)

    def _handled(self, header, blobs, reply) -> dict:
        """What an ordinary test asks: a name, a call, an attribute."""
        self.containing.close()
        self.shell.on_output = self._send_output
        return self.handles.answer(header, blobs, reply)

    def _send_output(self, output: dict) -> None:
        wire.send(self.channel, {"output": output})

    def run(self, header, _blobs, _reply) -> dict:
        """Run one cell; its outputs have been sent when this answers."""
        self.containing.close()
        self.shell.on_output = self._send_output
        make_unusable(frozenset())
        self.shell.execution_count = header["count"]
        with _interrupted_after(header["seconds"]) as alarm:
            self.shell.run_cell(header["source"])
        return {"late": alarm.rang}

    def ask_about(self, header, _blobs, _reply) -> dict:
        """The questions that follow are about this item; what is shown meanwhile, nobody sees."""
        self.shell.on_output = _dropped
        self.item = described(wire.decode(header["item"], []))
        self.cases.clear()
        self.containing.close()
        self.printed = self.containing.enter_context(contained())
        make_unusable(self.item.forbidden)
        return {}

    def _case(self, header, blobs) -> Case:
        """A case of the item; one that has come before is named by its number only."""
        number = header["number"]
        if blobs:
            told, functions = decoded(blobs)
            for name in functions:
                told["options"][name] = stand_in(self.channel, name)
            self.cases[number] = Case(**told)
        return self.cases[number]

    def _answered(self, told: dict) -> dict:
        """An answer with what the student's code has printed on the way."""
        printed, self.printed.kept = self.printed.kept, ""
        return told | {"printed": printed}

    def _candidate(self, header) -> Local:
        if header["name"] not in self.shell.user_ns:
            raise NotThere(header["name"])
        # Not watched: the source has been read, and the kernels are out of order.
        return Local(self.shell.user_ns[header["name"]], watched=False)

    def has(self, header, _blobs, _reply) -> dict:
        return {"has": header["name"] in self.shell.user_ns}

    def refused(self, header, _blobs, _reply) -> dict:
        """Whether the object can be asked at all."""
        finding = self._candidate(header).refused(self.item)
        return {"finding": finding and tell(finding)}

    def observe(self, header, blobs, reply) -> dict:
        """One observation of one case, or the exception that came instead."""
        case = self._case(header, blobs)

        def found():
            candidate = self._candidate(header)
            how = header["observe"], case, header["seed"], header["seconds"]
            return _plain(candidate.observe(self.item, *how))

        return self._answered(_told(found, reply))

    def observe_each(self, header, blobs, _reply) -> dict:
        """Several observations, each told once it is made, until one makes the rest idle.

        The cases of all of them are kept first: they may be asked for by their numbers later.
        The other side sleeps until it hears the bell, which rings for a few of them at once, and
        before there is more than a socket holds.
        """
        unheard, rung = 0, monotonic()
        left, at = header["in_all"], 0
        for question in header["questions"]:
            parts, at = blobs[at : at + question["blobs"]], at + question["blobs"]
            self._case(question, parts)
        for question in header["questions"]:
            known = {"observe": question["observe"], "number": question["number"]}
            started, reply = monotonic(), []
            seconds = max(0.1, min(header["seconds"], left))
            told = self.observe({**header, **known, "seconds": seconds}, [], reply)
            idle = told.pop("idle", False)
            unheard += 1
            if unheard == QUIETLY or sum(map(len, reply)) > LITTLE or monotonic() > rung + LATEST:
                self._ring(unheard)
                unheard, rung = 0, monotonic()
            wire.send(self.channel, told, reply)
            left -= monotonic() - started
            if idle or left <= 0:
                break
        self._ring(unheard + 1)
        return {"end": True}

    def _ring(self, count: int) -> None:
        """So many messages have been sent since it rang last; the last of them is about to be."""
        with suppress(OSError):  # the student's code may have closed it: then nobody is woken up
            os.write(self.bell, bytes([count]))

    def birth_of_nan(self, header, blobs, _reply) -> dict:
        """The line that makes the first NaN."""
        case = self._case(header, blobs)
        birth = self._candidate(header).birth_of_nan(self.item, case, header["seconds"])
        return {"birth": birth and list(birth)}

    def names_used(self, header, _blobs, _reply) -> dict:
        return {"names": sorted(self._candidate(header).names_used())}

    def call(self, header, _blobs, reply) -> dict:
        """Call a function without arguments, for a check that looks at what it returns."""
        return self._answered(_told(lambda: self._candidate(header).fn(), reply))


def _dropped(_output: dict) -> None:
    """A picture for each call would fill the socket, which is not read before the bell rings."""


def _told(call, reply: list) -> dict:
    """What ``call`` gives, or the exception that it raises, as plain data."""
    try:
        found = call()
        packed = named_tensors.pack(found) if type(found) is dict else None
        if packed is None:
            return {"found": wire.encode(found, reply)}
        reply.append(packed[1])
        return {"rows": packed[0]}
    except BaseException as error:
        reply.clear()
        return {"error": describe(error), "idle": isinstance(error, _NO_USE)}


def _plain(found) -> dict:
    """Numbers without their history, in their order: nobody asks how they lie in memory."""
    return {name: None if t is None else _in_order(t.detach()) for name, t in found.items()}


def _in_order(tensor):
    if type(tensor) is not Tensor or tensor.layout is not strided or tensor.is_contiguous():
        return tensor
    if tensor.numel() > SMALL:  # of one that is expanded there may be any number
        return tensor
    return tensor.contiguous()


class _Alarm:
    rang = False


@contextmanager
def _interrupted_after(seconds: float):
    """KeyboardInterrupt after ``seconds`` and every second from then on, as a kernel is sent it."""
    alarm = _Alarm()
    if threading.current_thread() is not threading.main_thread():
        yield alarm
        return

    def ring(_number, _frame):
        alarm.rang = True
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, ring)
    try:
        signal.setitimer(signal.ITIMER_REAL, seconds, 1.0)
        yield alarm
    except KeyboardInterrupt:  # it rang between the student's code and ours
        pass
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
        sys.stdout.flush()
