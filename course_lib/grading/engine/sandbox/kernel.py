"""Calls into the Linux kernel for which Python has no function."""

import contextlib
import ctypes
import os
import platform
import sys
from functools import cache

LINUX = sys.platform.startswith("linux")
MACHINE = platform.machine() if sys.maxsize > 2**32 else "32 bits"
CLOSE_RANGE = 436  # the same on every architecture, as every call since 424
CAPSET = {"x86_64": 126, "aarch64": 91}

PR_SET_PDEATHSIG = 1
PR_GET_SECCOMP = 21
PR_SET_NO_NEW_PRIVS = 38

MS_NOSUID, MS_NODEV, MS_NOEXEC = 2, 4, 8
MS_REC, MS_PRIVATE = 0x4000, 0x40000

_CAPABILITIES_OF_THIS_PROCESS = (ctypes.c_uint32 * 2)(0x20080522, 0)
_NONE = (ctypes.c_uint32 * 6)()


@cache
def libc() -> ctypes.CDLL:
    """The C library of this process; loaded on first use, as Windows has none."""
    library = ctypes.CDLL(None, use_errno=True)
    library.syscall.restype = ctypes.c_long
    return library


def checked(result: int) -> int:
    """The result of a call of the C library. Raises OSError where it failed."""
    if result == -1:
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error))
    return result


def syscall(number: int, *arguments) -> int:
    """A system call by its number; integers are passed as longs, as the kernel reads them."""
    longs = [ctypes.c_long(item) if isinstance(item, int) else item for item in arguments]
    return checked(libc().syscall(ctypes.c_long(number), *longs))


def prctl(option: int, *arguments: int) -> int:
    """Ask or change something about this process."""
    longs = [ctypes.c_ulong(item) for item in (*arguments, 0, 0, 0, 0)[:4]]
    return checked(libc().prctl(ctypes.c_int(option), *longs))


def unshare(flags: int) -> None:
    """Leave namespaces for new ones of one's own."""
    checked(libc().unshare(flags))


def setns(descriptor: int, flags: int) -> None:
    """Join the namespace behind an open file."""
    checked(libc().setns(descriptor, flags))


def mount(kind: str | None, target: str, flags: int, options: str = "") -> None:
    """Mount a file system without a device."""
    name = kind.encode() if kind else None
    checked(libc().mount(name, os.fsencode(target), name, ctypes.c_ulong(flags), options.encode()))


def unmount(target: str) -> None:
    """The opposite of ``mount``."""
    checked(libc().umount2(os.fsencode(target), 0))


def drop_capabilities() -> None:
    """Be an ordinary user in one's own user namespace, whatever the user id says."""
    number = CAPSET.get(MACHINE)
    if number is None:
        return
    syscall(number, _CAPABILITIES_OF_THIS_PROCESS, _NONE)


def close_all_but(keep: set[int]) -> None:
    """Close every open file except for standard input, output, error and those to keep."""
    first = 3
    for last in (*sorted(keep), 2**32):
        if last > first:
            _close(first, last - 1)
        first = last + 1


def _close(first: int, last: int) -> None:
    if not LINUX:
        os.closerange(first, min(last + 1, os.sysconf("SC_OPEN_MAX")))
        return
    try:
        syscall(CLOSE_RANGE, first, last, 0)
    except OSError:  # Linux before 5.9
        for name in os.listdir("/proc/self/fd"):
            if first <= int(name) <= last:
                with contextlib.suppress(OSError):
                    os.close(int(name))


@cache
def where_the_environment_lies() -> tuple[int, int]:
    """The first address of what this process, or the one it is a fork of, was started with; bytes.

    Forgetting every variable does not change it: it stays in memory, and in /proc/self/environ.
    """
    with open("/proc/self/stat") as file:
        fields = file.read().rpartition(")")[2].split()
    start, end = int(fields[47]), int(fields[48])
    return start, max(0, end - start)


@cache
def release() -> tuple[int, int]:
    """The kernel's version, such as (6, 12)."""
    numbers = [int("0" + "".join(filter(str.isdigit, part))) for part in _parts()]
    return numbers[0], numbers[1]


def _parts() -> list[str]:
    return (os.uname().release.split("-")[0] + ".0.0").split(".")[:2]
