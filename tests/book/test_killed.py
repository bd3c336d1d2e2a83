"""A build that is killed leaves no process that writes into the folder of the next one."""

import errno
import os
import subprocess
import sys
import time
from contextlib import suppress

import psutil
import pytest
import yaml

from course_lib.publish.build import usable_processors

CODE = """
import sys
from pathlib import Path
from course_lib.publish.build import build_book
build_book(Path(sys.argv[1]), ["en"])
"""
INCLUDED = "# Page\n\n```{include} ../pipe.txt\n```\n"


def open_when_read(pipe):
    """Wait until somebody reads the pipe, which then waits for what is never written."""
    for _ in range(600):
        try:
            return os.open(pipe, os.O_WRONLY | os.O_NONBLOCK)
        except OSError as error:
            assert error.errno == errno.ENXIO
            time.sleep(0.05)
    raise AssertionError("nobody reads the pipe")


def all_below(build, at_least):
    """Wait for them: the first that reads the pipe may be quicker than the last is started."""
    for _ in range(600):
        found = psutil.Process(build.pid).children(recursive=True)
        if len(found) >= at_least:
            return found
        time.sleep(0.05)
    raise AssertionError(f"only {len(found)} processes of at least {at_least}")


@pytest.mark.slow
@pytest.mark.skipif(
    not hasattr(os, "mkfifo"), reason="a build is held up by a pipe in the file system"
)
@pytest.mark.parametrize("held_up", ["Sphinx", "a cell"])
def test_whatever_a_build_has_started_ends_with_it_even_when_it_is_killed(book, held_up):
    pipe = book.root / "pipe.txt"
    os.mkfifo(pipe)
    names = ["page", *(f"page{number}" for number in range(6))]  # read by several processes
    toc = {"format": "jb-book", "root": "book/welcome"}
    toc["chapters"] = [{"file": f"book/{name}"} for name in names]
    (book.root / "_toc.yml").write_text(yaml.safe_dump(toc), encoding="utf-8")
    for name in names:  # each reader of pages is held up, and none ends before it is seen
        book.write(name, INCLUDED if held_up == "Sphinx" else "# Page\n\nText.\n")
    if held_up == "a cell":
        book.cells("page", "open('../pipe.txt').read()")
    build = subprocess.Popen([sys.executable, "-c", CODE, str(book.root)])
    started = []
    try:
        held = open_when_read(pipe)
        started = all_below(build, 3 if usable_processors() > 1 else 1)
        build.kill()
        build.wait()
        assert psutil.wait_procs(started, timeout=15)[1] == []
        os.close(held)
    finally:
        for process in [build, *started]:
            with suppress(psutil.NoSuchProcess):
                process.kill()
