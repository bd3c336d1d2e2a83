"""A student's code is stopped after a time, and nothing else ever is."""

import signal
import threading
from _signal import signal as set_handler
from collections.abc import Callable
from sys import getrecursionlimit, setrecursionlimit  # not what somebody puts there
from types import FrameType

from course_lib.grading.own_code import own_file

# Seconds until it rings again: for code that caught the first alarms, in a bad moment, and at last.
AGAIN, SOON, AT_ONCE = 0.1, 0.001, 0.00005
PATIENCE = 10  # alarms that are caught before the next ones come at once
# Calls that an alarm has room for where code has used up its own; up to so many of them in all.
ROOM, MOST = 50, 3_500


class TimeIsUp(BaseException):
    """Raised inside the student's code. Not an Exception: ``except Exception`` must let it by."""


def limited(seconds: float, call: Callable[[], object]):
    """What ``call`` returns; TimeIsUp is raised inside it after ``seconds``, where signals can.

    Only the main thread of a Unix process gets signals; elsewhere there is no limit.
    """
    here = threading.current_thread() is threading.main_thread() and hasattr(signal, "SIGALRM")
    if not here:
        return call()

    rung, usual = 0, getrecursionlimit()

    def ring(_number, frame):
        """Code that calls itself spends most of its time where not even this has room for a call.

        An alarm would end in a RecursionError there, which that code takes for its own.
        """
        limit = getrecursionlimit()
        setrecursionlimit(limit + ROOM if limit < MOST else limit)
        try:
            ring_out(frame)
        finally:
            try:  # noqa: SIM105 - what hides an error so nicely is a call, too
                setrecursionlimit(limit)
            except RecursionError:  # just here
                pass

    def ring_out(frame):
        nonlocal rung
        running, leaving = _state(frame)
        rung += running and not leaving
        if running:
            again = AGAIN if rung < PATIENCE else AT_ONCE
            signal.setitimer(signal.ITIMER_REAL, SOON if leaving else again, AGAIN)
        if running and not leaving:
            raise TimeIsUp

    # ``signal.signal`` looks for a constant with the handler's value, longer than this takes.
    handler = set_handler(signal.SIGALRM, ring)
    # A bare ``except:`` inside a loop catches an alarm that rings inside its ``try:``. One that
    # follows at once rings when the exception has just been caught, outside of it.
    left, _interval = signal.setitimer(signal.ITIMER_REAL, seconds, AGAIN)
    try:
        return _run(call)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        set_handler(signal.SIGALRM, handler)
        setrecursionlimit(usual)
        if left:  # somebody outside had set an alarm; set it again
            signal.setitimer(signal.ITIMER_REAL, left)


def _run(call):
    return call()


def _state(frame: FrameType | None) -> tuple[bool, bool]:
    """Whether ``_run`` is among the callers; whether a ``with`` of ours begins or ends just now.

    An exception there would leave what the block had set (gradients off, a watch for forbidden
    calls) as it is for good: once the oracle itself was then told that it may not call torch.
    """
    ours, leaving = True, False
    while frame is not None and frame.f_code is not _run.__code__:
        ours = ours and not own_file(frame.f_code.co_filename)
        leaving = leaving or (ours and frame.f_code.co_name in ("__enter__", "__exit__"))
        frame = frame.f_back
    return frame is not None, leaving
