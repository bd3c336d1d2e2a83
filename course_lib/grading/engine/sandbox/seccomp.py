"""Which calls into the kernel a process may make, bound to it until it ends: Linux's seccomp.

A list of what is allowed, so that a call nobody thought of is refused. The answer to the rest is
EPERM, which Python turns into ``PermissionError``.
"""

import ctypes
import errno
import os
import struct
from collections.abc import Iterator
from functools import cache

from . import syscalls
from .kernel import MACHINE, PR_GET_SECCOMP, prctl, syscall

NUMBER = {"x86_64": 317, "aarch64": 277}  # of seccomp itself
AUDIT = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
SET_FILTER, ALL_THREADS, ALLOW_SPECULATION = 1, 1, 4

# Classic BPF: a load of one word, jumps forward, a mask, a return.
LOAD, IF_EQUAL, IF_GREATER, IF_AT_LEAST, IF_ANY, MASK, RETURN = (
    0x20,
    0x15,
    0x25,
    0x35,
    0x45,
    0x54,
    6,
)
ALLOW = 0x7FFF0000
KILL = 0x80000000
REFUSE = 0x00050000 | errno.EPERM
MISSING = 0x00050000 | errno.ENOSYS
NO_TERMINAL = 0x00050000 | errno.ENOTTY

Instruction = tuple[int, int, int, int]  # operation, jump if true, jump if false, constant

CLONE_THREAD = 0x00010000
NEW_NAMESPACES = 0x7E020000
ACCESS, TRUNCATE = 0o3, 0o1000
SOCKET_KIND, STREAM, UNIX = 0xF, 1, 1
# Duplicate, flags, locks; not owners, leases, notifications, sizes of pipes.
FCNTL = (0, 1, 2, 3, 4, 5, 6, 7, 36, 37, 38, 1030, 1032)
# Is it a terminal, bytes to read, blocking or not, closed on exec or not.
IOCTL = (0x5401, 0x802C542A, 0x541B, 0x5421, 0x5450, 0x5451)
# Names of threads and of memory, and three questions about oneself.
PRCTL = (15, 16, 0x53564D41, 3, PR_GET_SECCOMP, 39)


def why_not() -> str:
    """The reason for having no filter on this machine; empty where it works."""
    if MACHINE not in syscalls.ARCHITECTURES:
        return f"no list of system calls for {MACHINE}"
    try:
        prctl(PR_GET_SECCOMP)
    except OSError:
        return "the kernel was built without seccomp"
    return ""


def program(machine: str, pid: int) -> list[Instruction]:
    """The filter for the process ``pid``, as it knows itself."""
    code: list[Instruction] = [
        (LOAD, 0, 0, 4),
        (IF_EQUAL, 1, 0, AUDIT[machine]),
        (RETURN, 0, 0, KILL),
        (LOAD, 0, 0, 0),
    ]
    column = syscalls.ARCHITECTURES.index(machine)
    allowed = [row[column] for row in syscalls.ALLOWED.values() if row[column] is not None]
    for first, last in _runs(sorted(allowed)):
        code += [(IF_AT_LEAST, 0, 2, first), (IF_GREATER, 1, 0, last), (RETURN, 0, 0, ALLOW)]
    for name, row in syscalls.JUDGED.items():
        if row[column] is not None:
            verdict = _judge(name, pid)
            code += [(IF_EQUAL, 0, len(verdict), row[column]), *verdict]
    for row in syscalls.UNKNOWN.values():
        code += [(IF_EQUAL, 0, 1, row[column]), (RETURN, 0, 0, MISSING)]
    return [
        *code,
        (IF_GREATER, 0, 1, syscalls.LAST),
        (RETURN, 0, 0, MISSING),
        (RETURN, 0, 0, REFUSE),
    ]


def _judge(name: str, pid: int) -> list[Instruction]:
    match name:
        case "open":
            return _open(1)
        case "openat":
            return _open(2)
        case "clone":  # threads are allowed, processes and namespaces are not
            return [
                _argument(0),
                (IF_ANY, 0, 1, CLONE_THREAD),
                (IF_ANY, 0, 1, NEW_NAMESPACES),
                (RETURN, 0, 0, REFUSE),
                (RETURN, 0, 0, ALLOW),
            ]
        case "kill" | "tgkill":
            return _one_of(0, (pid,))
        case "prlimit64":  # of oneself
            return _one_of(0, (0,))
        case "prctl":
            return _one_of(0, PRCTL)
        case "fcntl":
            return _one_of(1, FCNTL)
        case "ioctl":
            return _one_of(1, IOCTL, NO_TERMINAL)
        case "socketpair":  # a datagram socket could still send to anyone's address
            return [
                _argument(0),
                (IF_EQUAL, 0, 3, UNIX),
                _argument(1),
                (MASK, 0, 0, SOCKET_KIND),
                (IF_EQUAL, 1, 0, STREAM),
                (RETURN, 0, 0, REFUSE),
                (RETURN, 0, 0, ALLOW),
            ]
        case "sendto":  # without an address
            return [
                _argument(4),
                (IF_EQUAL, 0, 2, 0),
                _argument(4, upper=True),
                (IF_EQUAL, 1, 0, 0),
                (RETURN, 0, 0, REFUSE),
                (RETURN, 0, 0, ALLOW),
            ]
    raise KeyError(name)


def _open(flags: int) -> list[Instruction]:
    """Old versions of landlock let a file be emptied by whoever may read it, or opens it for 3."""
    return [
        _argument(flags),
        (MASK, 0, 0, ACCESS | TRUNCATE),
        (IF_EQUAL, 3, 0, TRUNCATE),
        (IF_EQUAL, 2, 0, ACCESS),
        (IF_EQUAL, 1, 0, ACCESS | TRUNCATE),
        (RETURN, 0, 0, ALLOW),
        (RETURN, 0, 0, REFUSE),
    ]


def _one_of(index: int, values: tuple[int, ...], otherwise: int = REFUSE) -> list[Instruction]:
    tests = [(IF_EQUAL, len(values) - at, 0, value) for at, value in enumerate(values)]
    return [_argument(index), *tests, (RETURN, 0, 0, otherwise), (RETURN, 0, 0, ALLOW)]


def _argument(index: int, upper: bool = False) -> Instruction:
    """Load the lower half of an argument: all that the kernel reads of a number."""
    return (LOAD, 0, 0, 16 + 8 * index + 4 * upper)


def _runs(numbers: list[int]) -> Iterator[tuple[int, int]]:
    """Neighbours together: fewer comparisons for every call."""
    first = last = numbers[0]
    for number in numbers[1:]:
        if number != last + 1:
            yield first, last
            first = number
        last = number
    yield first, last


class _Filter(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("code", ctypes.c_char_p))


@cache
def _assembled(pid: int) -> bytes:
    return b"".join(struct.pack("HBBI", *step) for step in program(MACHINE, pid))


def prepare() -> None:
    """Assemble, once and in the parent, the filter for the first process of a namespace."""
    if not why_not():
        _assembled(1)


def enforce() -> None:
    """From here on; needs ``no_new_privs``."""
    if why_not():
        return
    code = _assembled(os.getpid())
    filtered = _Filter(len(code) // 8, code)
    for flags in (ALL_THREADS | ALLOW_SPECULATION, ALL_THREADS):
        try:
            syscall(NUMBER[MACHINE], SET_FILTER, flags, ctypes.byref(filtered))
            return
        except OSError as error:
            if error.errno != errno.EINVAL:  # the kernel does not know the first flag before 4.17
                raise
    raise OSError(errno.EINVAL, "the kernel refused the filter")
