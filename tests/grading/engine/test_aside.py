"""The process of an instructor's tests: what it holds, and what it must not."""

import os
import socket
import sys

import pytest
from nbformat.v4 import new_code_cell

from course_lib.grading.engine.aside import Aside
from course_lib.grading.engine.given import Given
from course_lib.grading.engine.outputs import Outputs

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="it forks")
SAYS_ITS_SOCKETS = """
import os, stat
for name in os.listdir("/proc/self/fd"):
    if os.path.exists(f"/proc/self/fd/{name}") and stat.S_ISSOCK(os.stat(int(name)).st_mode):
        print(name)
"""


def test_a_channel_that_the_worker_closes_is_closed():
    """A zygote or a child ends when its channel does: nobody else may hold the worker's end."""
    near, far = socket.socketpair()
    aside = Aside(Given(), None, 20.0)
    cell = new_code_cell(SAYS_ITS_SOCKETS)
    try:
        for _again in range(2):
            aside.run(cell, Outputs(cell, 1, trusted=True), lambda: pytest.fail("nothing is asked"))
            [shown] = cell.outputs
            assert len(shown["text"].split()) == 1, shown  # the one it talks through
            if near.fileno() >= 0:
                near.close()
                far.settimeout(5)
                assert far.recv(1) == b""
        os.kill(aside.process, 0)  # it is alive
    finally:
        aside.close()
        far.close()
