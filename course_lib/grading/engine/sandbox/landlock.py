"""Which files a process may open, bound to it until it ends: Linux's landlock.

A right is given for a folder and everything below it, and nothing can be taken out again further
down; a folder that holds something hidden is therefore given entry by entry.
"""

import ctypes
import errno
import os
import stat
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path

from . import readable
from .kernel import syscall

CREATE, ADD_RULE, RESTRICT = 444, 445, 446
VERSION = 1

WRITE_FILE, READ_FILE, READ_DIR = 1 << 1, 1 << 2, 1 << 3
REMOVE_DIR, REMOVE_FILE, MAKE_DIR, MAKE_FILE = 1 << 4, 1 << 5, 1 << 7, 1 << 8
MOVE, TRUNCATE = 1 << 13, 1 << 14
READ = READ_FILE | READ_DIR
# Left out: to execute, and to make devices, sockets, pipes and symbolic links. A link could lead
# whoever looks into the scratch folder afterwards to a file that the student cannot open.
WRITE = READ | WRITE_FILE | REMOVE_DIR | REMOVE_FILE | MAKE_DIR | MAKE_FILE | MOVE | TRUNCATE
OF_FILES = WRITE_FILE | READ_FILE | TRUNCATE

# The rights that each version of landlock knows of: all of them are taken away first.
HANDLED = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 5: (1 << 16) - 1}
TCP = 3  # bind and connect, since version 4
SIGNALS_AND_ABSTRACT_SOCKETS = 3  # since version 6


@cache
def version() -> int:
    """The version of landlock on this machine; 0 where there is none."""
    try:
        return syscall(CREATE, 0, 0, VERSION)
    except OSError:
        return 0


def why_not() -> str:
    """The kernel's reason for having no landlock."""
    try:
        syscall(CREATE, 0, 0, VERSION)
    except OSError as error:
        if error.errno == errno.ENOSYS:
            return "the kernel was built without landlock (5.13 or newer has it)"
        if error.errno == errno.EOPNOTSUPP:
            return "the kernel was started without landlock"
        return str(error)
    return ""


class _Ruleset(ctypes.Structure):
    _fields_ = (("files", ctypes.c_uint64), ("net", ctypes.c_uint64), ("scoped", ctypes.c_uint64))


class _Below(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("rights", ctypes.c_uint64), ("folder", ctypes.c_int32))


@cache
def prepare() -> tuple[tuple[int, int], ...]:
    """What every child may read, as open folders and rights: opened once, in their parent."""
    if not version():
        return ()
    rules = [(path, READ) for path in readable.installation()]
    rules += [(path, READ_DIR) for path in readable.split_folders()]
    rules += [(path, READ_FILE | WRITE_FILE) for path in readable.DEVICES]
    return tuple(_opened(rules))


def shut_in(scratch: Path, extra: Sequence[Path]) -> int:
    """The ruleset of one child, to be enforced once nothing else needs to be opened."""
    abi = version()
    handled = HANDLED[max(known for known in HANDLED if known <= abi)]
    attributes = _Ruleset(handled)
    if abi >= 4:
        attributes.net = TCP
    if abi >= 6:
        attributes.scoped = SIGNALS_AND_ABSTRACT_SOCKETS
    size = 8 if abi < 4 else 16 if abi < 6 else 24
    ruleset = syscall(CREATE, ctypes.byref(attributes), size, 0)
    own = [(path, READ) for path in (*extra, Path("/proc/self"))]
    for descriptor, rights in (*prepare(), *_opened([*own, (scratch, WRITE)])):
        below = _Below(rights & handled, descriptor)
        syscall(ADD_RULE, ruleset, 1, ctypes.byref(below), 0)
    return ruleset


def enforce(ruleset: int) -> None:
    """From here on; needs ``no_new_privs``. A file that is open already stays open."""
    syscall(RESTRICT, ruleset, 0)


def _opened(rules: Iterable[tuple[Path, int]]) -> list[tuple[int, int]]:
    found = []
    for path, rights in rules:
        try:
            descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
        except OSError:  # not on this machine, or not for this user
            continue
        folder = stat.S_ISDIR(os.fstat(descriptor).st_mode)
        found.append((descriptor, rights if folder else rights & OF_FILES))
    return found
