"""A world without network and without other processes, shared out by the parent of all children."""

import contextlib
import json
import os
import select
import signal
from dataclasses import dataclass, field
from pathlib import Path

from . import landlock, seccomp
from .kernel import (
    LINUX,
    MS_NODEV,
    MS_NOEXEC,
    MS_NOSUID,
    MS_PRIVATE,
    MS_REC,
    PR_SET_PDEATHSIG,
    close_all_but,
    mount,
    prctl,
    release,
    setns,
    unmount,
    unshare,
    where_the_environment_lies,
)
from .limits import Limits

NEW_USER = 0x10000000
NEW_PID = 0x20000000
NEW_MOUNT = 0x00020000
NEW = {
    "user": NEW_USER,
    "network": 0x40000000,
    "ipc": 0x08000000,
    "host": 0x04000000,
    "mount": NEW_MOUNT,
    "pid": NEW_PID,
}
OWN_USER_COUNTS = (5, 14)  # since then, processes are counted for each user namespace
OWN_PID_MAX = (6, 14)  # since then, every process namespace has its own highest id
PLAIN = MS_NOSUID | MS_NODEV | MS_NOEXEC


@dataclass
class World:
    """What this process has of its own, and why it has not the rest.

    ``pid`` is an open file: its process namespace. ``first``: it is a child that is the first
    process of such a namespace.
    """

    own: set[str] = field(default_factory=set)
    refused: dict[str, str] = field(default_factory=dict)
    pid: int | None = None
    first: bool = False


WORLD = World()


def enter_parent() -> None:
    """Go into namespaces of one's own: no network, no processes, no mounts of the machine.

    Once, in the process that will fork the children, while it has one thread. Never raises: what
    does not work here is left out. Costs least before torch is imported, as it forks: process ids
    are new only for children, so the caller goes on as a child of itself, and what is left behind
    waits, passes on the exit status, and takes everything with it when it is killed.
    """
    if not LINUX:
        return
    landlock.prepare()
    seccomp.prepare()
    where_the_environment_lies()
    release()
    WORLD.refused = _tried()
    WORLD.refused |= _leave(set(NEW) - set(WORLD.refused))
    entered = set(NEW) - set(WORLD.refused)
    WORLD.own = entered - {"pid"}
    if "pid" in entered:
        _become_first_process()


def fork_into_new_pid_namespace() -> int:
    """``os.fork``, but the child sees no process except for itself and its threads.

    When it ends, everything it started ends, detached or not. Where this is not possible it leads
    a session of its own instead.
    """
    if WORLD.pid is None:
        child = os.fork()
        if child == 0:
            os.setsid()
        return child
    unshare(NEW_PID)
    child = -1
    try:
        child = os.fork()
    finally:
        if child != 0:  # without this, the next unshare fails
            setns(WORLD.pid, NEW_PID)
    if child == 0:
        os.setsid()
        WORLD.first = True
    return child


def bound_scratch(scratch: Path, limits: Limits) -> None:
    """Put a file system of bounded size over the scratch folder, with what lay in it.

    Only this process sees it, and it is gone with it. Without this, a limit on the size of one
    file would be no limit on their number.
    """
    if "mount" not in WORLD.own:
        return
    unshare(NEW_MOUNT)
    before = os.open(scratch, os.O_RDONLY | os.O_DIRECTORY)
    try:
        room = f"size={limits.disk_bytes},nr_inodes={limits.files},mode=700"
        mount("tmpfs", str(scratch), PLAIN, room)
        if os.listdir(before):
            import shutil

            shutil.copytree(f"/proc/self/fd/{before}", scratch, symlinks=True, dirs_exist_ok=True)
    finally:
        os.close(before)


def own_process_count() -> bool:
    """Whether a limit on processes would count only those of this parent and its children."""
    return "user" in WORLD.own and release() >= OWN_USER_COUNTS


def own_process_ids() -> bool:
    """Whether the highest process id is this child's own, and not the machine's."""
    return WORLD.first and release() >= OWN_PID_MAX


def _tried() -> dict[str, str]:
    """The namespaces that do not work here and why, found out by a process that ends at once."""
    reads, writes = os.pipe()
    trial = os.fork()
    if trial == 0:
        try:
            os.write(writes, json.dumps(_leave(set(NEW))).encode())
        finally:
            os._exit(0)
    os.close(writes)
    with open(reads, "rb") as answer:
        refused = json.loads(answer.read() or b"null")
    os.waitpid(trial, 0)
    return dict.fromkeys(NEW, "the trial ended early") if refused is None else refused


def _leave(wanted: set[str]) -> dict[str, str]:
    """Enter a new namespace of each kind; those that could not be entered, and why."""
    refused = {}
    for name, flag in NEW.items():
        if name in wanted:
            try:
                _enter(name, flag)
            except OSError as error:
                refused[name] = str(error)
    return refused


def _enter(name: str, flag: int) -> None:
    user, group = os.geteuid(), os.getegid()
    unshare(flag)
    if name == "user":
        with contextlib.suppress(FileNotFoundError):
            Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
        Path("/proc/self/gid_map").write_text(f"{group} {group} 1")
    elif name == "mount":
        mount(None, "/", MS_REC | MS_PRIVATE)
        mount("tmpfs", "/proc", PLAIN, "size=4k")
        unmount("/proc")


def _become_first_process() -> None:
    outside = os.pidfd_open(os.getpid())
    child = os.fork()
    if child != 0:
        _wait_for(child)
    prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if select.select([outside], [], [], 0)[0]:
        os._exit(1)  # it was gone before it could take this process with it
    os.close(outside)
    WORLD.pid = os.open("/proc/self/ns/pid", os.O_RDONLY | os.O_CLOEXEC)


def _wait_for(child: int) -> None:
    """Stand in for the process that went on elsewhere. Never returns."""
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        close_all_but(set())
        _pid, status = os.waitpid(child, 0)
        os._exit(status >> 8 if os.WIFEXITED(status) else 128 + os.WTERMSIG(status))
    finally:
        os._exit(1)
