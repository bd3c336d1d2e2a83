"""A process that forks has its memory in large pages, where the kernel has any; nothing is lost."""

import ctypes
import json
import mmap
import subprocess
import sys

import pytest

from course_lib.grading.engine import large_pages

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="large pages are Linux's")

PROGRAM = """
import hashlib, json, os
from pathlib import Path
from course_lib.grading.engine.large_pages import use_large_pages
held = [os.urandom(1 << 20) for _ in range(32)]
def digest():
    return hashlib.sha256(b"".join(held)).hexdigest()
def large():
    lines = Path("/proc/self/smaps_rollup").read_text().splitlines()
    return int(next(line.split()[1] for line in lines if line.startswith("AnonHugePages")))
before, were = digest(), large()
use_large_pages()
told = {"kB": large() - were, "same": digest() == before}
child = os.fork()
if child == 0:
    held[0] = b"another"
    os._exit(0 if digest() != before else 1)
told["child"] = os.waitpid(child, 0)[1]
told["after"] = digest() == before
print(json.dumps(told))
"""


def test_the_memory_is_the_same_and_lies_in_large_pages():
    ended = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True)
    found = json.loads(ended.stdout)
    assert found["same"] and found["after"] and found["child"] == 0
    if not can():
        pytest.skip("this kernel gives no large pages when asked for them")
    assert found["kB"] >= 8 << 10


def can() -> bool:
    """Whether this kernel knows what it is asked for."""
    size = 2 * large_pages.SIZE
    with mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS) as memory:
        memory.write(b"1" * size)
        address = ctypes.addressof(ctypes.c_char.from_buffer(memory))
        place = -(-address // large_pages.SIZE) * large_pages.SIZE
        library = ctypes.CDLL(None)
        return not library.madvise(ctypes.c_void_p(place), large_pages.SIZE, large_pages.COLLAPSE)


@pytest.fixture
def asked(monkeypatch):
    """What the kernel would have been asked for."""
    calls = []

    class Library:
        @staticmethod
        def madvise(place, size, _what):
            calls.append((place.value, size.value))
            return -1

    monkeypatch.setattr(large_pages.ctypes, "CDLL", lambda _name: Library)
    return calls


def test_whole_large_pages_are_asked_for_and_a_kernel_that_refuses_is_no_harm(asked, monkeypatch):
    size, much = large_pages.SIZE, large_pages.AT_ONCE
    memory = [(size - 1, 3 * size + 1), (5 * size + 1, 7 * size - 1), (much, 2 * much + 2 * size)]
    monkeypatch.setattr(large_pages, "_own_memory", lambda: memory)
    large_pages.use_large_pages()
    assert asked == [(size, 2 * size), (much, much), (2 * much, 2 * size)]


def test_it_looks_for_no_longer_than_it_may(asked, monkeypatch):
    monkeypatch.setattr(large_pages, "SECONDS", -1.0)
    monkeypatch.setattr(large_pages, "_own_memory", lambda: [(0, 1 << 40)])
    large_pages.use_large_pages()
    assert asked == []
