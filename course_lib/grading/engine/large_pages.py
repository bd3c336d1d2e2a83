"""The memory of a process that forks, in large pages: each child begins and ends sooner.

A fork copies an entry for every page that the process has written to, and the end of the child
takes each of them back: with torch and an IPython shell loaded, for fifty thousand pages of 4 KiB,
or for a hundred of 2 MiB.
"""

import ctypes
import sys
from pathlib import Path
from time import monotonic

SECONDS = 1.0  # where memory is short, the kernel may have to look for whole pages for long
SIZE = 1 << 21
AT_ONCE = 16 * SIZE  # each call waits for all processors once
COLLAPSE = 25  # MADV_COLLAPSE of Linux 6.1, whatever the machine is set to do by itself


def use_large_pages() -> None:
    """As many as the kernel gives: nothing but time depends on it."""
    if not sys.platform.startswith("linux"):
        return
    advise, until = ctypes.CDLL(None).madvise, monotonic() + SECONDS
    for start, end in _own_memory():
        first, last = -(-start // SIZE) * SIZE, end // SIZE * SIZE
        for place in range(first, last, AT_ONCE):
            if monotonic() > until:
                return
            size = min(AT_ONCE, last - place)
            advise(ctypes.c_void_p(place), ctypes.c_size_t(size), COLLAPSE)


def _own_memory() -> list[tuple[int, int]]:
    """Where the heap and the other memory without a file lies; none where nobody can say."""
    try:
        lines = Path("/proc/self/maps").read_text("utf-8", "replace").splitlines()
    except OSError:
        return []
    found = []
    for line in lines:
        addresses, rights, _offset, _device, _inode, *name = line.split(maxsplit=5)
        if rights == "rw-p" and name in ([], ["[heap]"]):
            start, end = (int(address, 16) for address in addresses.split("-"))
            found.append((start, end))
    return found
