"""One process with torch loaded, from which the zygotes of all workers are forked.

It is started before anything else is imported: its imports go on beside those of the run. Whoever
is forked from this process has ``_mine`` too, and may ask for a zygote. It ends when nobody is
left who might.
"""

import json
import os
import socket
import subprocess
import sys
from contextlib import suppress

from course_lib.quick_start import ONE_THREAD, SAME_ORDER

_BOOT = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); "
    "from course_lib.grading.engine.zygote import {main}; "
    "{main}(int(sys.argv[2]), *map(json.loads, sys.argv[3:]))"
)
GONE = (
    "The nursery has failed, which the processes of students' code are forked from: this worker "
    "starts them by itself from now on. That takes longer and changes no mark."
)
_mine: socket.socket | None = None


def start() -> None:
    """Have one. It needs no torch here, and nobody waits.

    Not where students' code runs in kernels (``can_fork``). Never raises: whoever loads this would
    end with it, and zygotes can be had without.
    """
    global _mine
    if _mine is None and hasattr(os, "fork") and hasattr(os, "pidfd_open"):
        with suppress(OSError):
            _mine, _process = boot("nursery")


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


def boot(main: str, *settings: dict) -> tuple[socket.socket, subprocess.Popen]:
    """Start ``main`` of ``zygote.py`` as a process of its own: (channel to it, process)."""
    near, far = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with far:
        process = subprocess.Popen(
            [sys.executable, "-P", "-c", _BOOT.format(main=main), json.dumps(sys.path),
             str(far.fileno()), *map(json.dumps, settings)],
            pass_fds=[far.fileno()],
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            env=_environment(),
        )  # fmt: skip
    return near, process


def _environment() -> dict[str, str]:
    """No secret of the instructor's environment reaches it."""
    kept = ("PATH", "LD_LIBRARY_PATH", "HOME", "TMPDIR", "SYSTEMROOT")
    return {
        **{name: os.environ[name] for name in kept if name in os.environ},
        **ONE_THREAD,
        **SAME_ORDER,
        "LANG": "C.UTF-8",
        "MPLBACKEND": "agg",
    }
