"""One process with torch loaded, from which the zygotes of all workers are forked.

It is forked itself, from what the workers are forked from, as soon as that has torch: torch is
loaded once. Whoever is forked from there later has ``_mine`` too, and may ask for a zygote. The
nursery ends when nobody is left who might.
"""

import json
import os
import socket
import subprocess
import sys
import traceback
from contextlib import suppress

from course_lib.quick_start import bare

_BOOT = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); "
    "from course_lib.grading.engine.zygote import main; "
    "main(int(sys.argv[2]), json.loads(sys.argv[3]))"
)
GONE = (
    "The nursery has failed, which the processes of students' code are forked from: this worker "
    "starts them by itself from now on. That takes longer and changes no mark."
)
_mine: socket.socket | None = None


def fork() -> None:
    """Have one, unless this process may know a secret: what it knows, students' code may find.

    Not where students' code runs in kernels (``can_fork``), nor where a fork might hang on what
    another thread holds. Never raises: whoever loads this would end with it, and zygotes can be
    had without.
    """
    global _mine
    secret = os.environ.keys() - bare()
    if _mine is not None or secret or not hasattr(os, "pidfd_open"):
        return
    with suppress(OSError):
        if len(os.listdir("/proc/self/task")) > 1:
            return
        near, far = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with far:
            if os.fork() == 0:
                _be_the_nursery(far)
            _mine = near


def _be_the_nursery(channel: socket.socket) -> None:
    """Never returns: this process must not go on as a second one of what it was forked from."""
    try:
        os.setsid()
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        for descriptor in map(int, os.listdir("/proc/self/fd")):
            if descriptor > 2 and descriptor != channel.fileno():
                with suppress(OSError):  # that of the list itself is closed by now
                    os.close(descriptor)
        from course_lib.grading.engine.zygote import nursery

        nursery(channel.detach())
    except BaseException:
        traceback.print_exc()
        sys.stderr.flush()
    finally:
        os._exit(0)


def zygote(settings: dict) -> socket.socket | None:
    """The near end of a new zygote's channel; None where there is no nursery (any more)."""
    global _mine
    if _mine is None:
        return None
    near, far = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with far:
        try:
            # With it our own standard error: what a zygote says belongs into this worker's log.
            socket.send_fds(_mine, [json.dumps(settings).encode()], [far.fileno(), 2])
        except OSError:
            near.close()
            forget()
            return None
    return near


def forget() -> None:
    """It has failed: from now on zygotes are processes of their own. Says so in the log."""
    global _mine
    if _mine is not None:
        print(GONE, file=sys.stderr, flush=True)
        _mine.close()
        _mine = None


def boot(settings: dict) -> tuple[socket.socket, subprocess.Popen]:
    """A zygote that is a process of its own: (channel to it, process)."""
    near, far = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with far:
        process = subprocess.Popen(
            [sys.executable, "-P", "-c", _BOOT, json.dumps(sys.path), str(far.fileno()),
             json.dumps(settings)],
            pass_fds=[far.fileno()],
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            env=bare(),
        )  # fmt: skip
    return near, process
