"""Functions of the course that a student's function is given as an argument, such as an unknown
cell to find out about: called here, where the answers are; the student's side has only a way to
ask. It could read a function that it had whole, and find the answer written there.
"""

import math
import signal
import socket
from collections.abc import Callable
from contextlib import contextmanager, nullcontext
from time import monotonic

import torch
from torch import Tensor

from course_lib.exercises.spec import Case
from course_lib.grading.engine import wire
from course_lib.grading.engine.children import GRACE, Child, Late
from course_lib.grading.engine.failures import describe, rebuild

MOST = 4096  # numbers in one tensor: what is computed here must not fill this process's memory


class TooMuch(ValueError):
    """Said where the student's code runs."""


def functions_of(case: Case | None) -> dict[str, Callable]:
    """The options of a case that can be called."""
    return {name: value for name, value in case.options.items() if callable(value)} if case else {}


def ask(
    child: Child, header: dict, blobs: list, seconds: float, case: Case | None
) -> tuple[dict, list]:
    """``Child.ask`` that also answers what is asked of the functions of ``case``."""
    deadline = monotonic() + seconds + GRACE
    answer, parts = child.ask(header, blobs, seconds)
    while "call" in answer:
        reply: list = []
        told = _called(functions_of(case), answer["call"], parts, reply)
        if monotonic() > deadline:
            child.kill()
            raise Late
        answer, parts = child.ask(told, reply, seconds)
    return answer, parts


def _called(functions: dict[str, Callable], call: dict, parts: list, reply: list) -> dict:
    """What a function gives, or the exception that it raises, as plain data."""
    function = functions[call["name"]]
    arguments, named = wire.decode(call["arguments"], parts)
    try:
        for tensor in (a for a in [*arguments, *named.values()] if isinstance(a, Tensor)):
            if math.prod(tensor.shape) > MOST:
                raise TooMuch(f"a tensor of more than {MOST} numbers")
        with torch.no_grad():
            return {"found": wire.encode(function(*arguments, **named), reply)}
    except Exception as error:
        reply.clear()
        return {"error": describe(error)}


def stand_in(channel: socket.socket, name: str) -> Callable:
    """What the student's function is given in the place of the course's."""

    def cell(*arguments, **named):
        blobs: list = []
        plain = [_plain(a) for a in arguments], {n: _plain(a) for n, a in named.items()}
        call = {"name": name, "arguments": wire.encode(plain, blobs)}
        with _undisturbed():
            wire.send(channel, {"call": call}, blobs)
            answer, parts = wire.receive(channel)
        if "error" in answer:
            error = rebuild(answer["error"])
            del error.course_origin  # it comes from the line that called
            raise error
        return wire.decode(answer["found"], parts)

    cell.__name__ = cell.__qualname__ = name
    return cell


def _plain(value):
    return value.detach() if isinstance(value, Tensor) else value


@contextmanager
def _signals_later():
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGALRM})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _undisturbed():
    """An alarm in the middle of a message would leave half of it to the next question."""
    return _signals_later() if hasattr(signal, "pthread_sigmask") else nullcontext()
