"""The last thing a child does before it runs a student's code."""

import ctypes
import os
import signal
import tempfile
from collections.abc import Sequence
from pathlib import Path

from . import landlock, namespaces, seccomp
from .kernel import (
    LINUX,
    PR_SET_NO_NEW_PRIVS,
    PR_SET_PDEATHSIG,
    close_all_but,
    drop_capabilities,
    prctl,
    where_the_environment_lies,
)
from .limits import Limits, apply_limits, be_the_first_to_go, bound_process_ids


def enter_child(
    scratch: Path, readable: Sequence[Path], limits: Limits, keep_fds: set[int]
) -> None:
    """Give up everything except for computing, reading ``readable`` and writing to ``scratch``.

    In a forked child, which has one thread. ``keep_fds`` are the open files that stay: connected
    sockets and pipes, none of them among the first three, which become /dev/null. Nothing in the
    environment stays. Raises where a layer that this machine has does not take hold: then the
    student's code must not run.
    """
    if any(descriptor < 3 for descriptor in keep_fds):
        raise ValueError("standard input, output and error cannot be kept")
    scratch = Path(os.path.realpath(scratch))
    if not LINUX:
        _give_up_what_any_system_lets_one(scratch, limits, keep_fds)
        return
    if len(os.listdir("/proc/self/task")) != 1:
        raise RuntimeError("only a process with one thread can be shut in")
    namespaces.bound_scratch(scratch, limits)
    os.chdir(scratch)
    if namespaces.own_process_ids():
        bound_process_ids(limits)
    be_the_first_to_go()
    ruleset = landlock.shut_in(scratch, readable) if landlock.version() else None
    _forget_environment()
    _nothing_standard()
    close_all_but(keep_fds | ({ruleset} if ruleset is not None else set()))
    apply_limits(limits, namespaces.own_process_count())
    drop_capabilities()
    prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    prctl(PR_SET_NO_NEW_PRIVS, 1)
    if ruleset is not None:
        landlock.enforce(ruleset)
        os.close(ruleset)
    seccomp.enforce()


def _give_up_what_any_system_lets_one(scratch: Path, limits: Limits, keep_fds: set[int]) -> None:
    os.chdir(scratch)
    os.environ.clear()
    tempfile.tempdir = None
    _nothing_standard()
    close_all_but(keep_fds)
    apply_limits(limits, count_processes=False)


def _nothing_standard() -> None:
    null = os.open("/dev/null", os.O_RDWR)
    for descriptor in range(3):
        os.dup2(null, descriptor)
    os.close(null)


def _forget_environment() -> None:
    os.environ.clear()
    tempfile.tempdir = None  # look again, there is only the scratch folder now
    start, size = where_the_environment_lies()
    if start and size:
        ctypes.memset(start, 0, size)
