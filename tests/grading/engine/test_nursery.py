"""Zygotes that are forked from one process with torch loaded, and what is done without it."""

import json
import os
import subprocess
import sys

import psutil
import pytest

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="it forks, and it reads /proc")

PROGRAM = """
import json, os, sys, tempfile
from pathlib import Path
import psutil
os.environ["COURSE_DB_URL"] = "postgresql://me:secret@127.0.0.1/marks"
import course_lib.grading.preload
from course_lib.grading.engine import nursery
from course_lib.grading.engine.children import Zygote, ZygoteSettings

def own():
    return psutil.Process().children()

def asked(zygote, source):
    folder = Path(tempfile.mkdtemp())
    child = zygote.child(folder, "en", {})
    said = []
    header = {"op": "run", "source": source, "count": 1, "seconds": 20.0}
    child.ask(header, [], 30.0, said.append)
    child.kill()
    return "".join(o.get("text", "") for o in said)

def zygote(isolated=True):
    return Zygote(ZygoteSettings(imports="import torch", isolated=isolated))
"""


def told(program: str) -> dict:
    """What a program says that begins as a run does; its last line is JSON."""
    ended = subprocess.run(
        [sys.executable, "-c", PROGRAM + program], capture_output=True, text=True, timeout=120
    )
    assert ended.returncode == 0, ended.stderr
    return json.loads(ended.stdout.splitlines()[-1])


def test_all_zygotes_come_from_one_process_that_ends_when_nobody_is_left():
    found = told(
        "[first] = own()\n"
        "some = [zygote(), zygote()]\n"
        "said = [asked(z, 'import torch; print(torch.ones(2).sum().item())') for z in some]\n"
        "below = len(first.children())\n"
        "secret = asked(some[0], 'import os; print(sorted(os.environ))')\n"
        "memory = b'secret' in Path(f'/proc/{first.pid}/environ').read_bytes()\n"
        "print(json.dumps({'said': said, 'own': [z.process for z in some], 'below': below,\n"
        "    'one': len(own()), 'pid': first.pid, 'secret': secret, 'memory': memory}))\n"
    )
    assert found["said"] == ["2.0\n", "2.0\n"]
    assert found["own"] == [None, None]
    assert (found["one"], found["below"]) == (1, 2)
    assert "COURSE_DB_URL" not in found["secret"] and not found["memory"]
    _gone, alive = psutil.wait_procs(_process(found["pid"]), timeout=20)
    assert alive == []


@pytest.mark.parametrize("isolated", [True, False])
def test_a_zygote_that_is_stopped_leaves_nothing_and_starts_again(isolated):
    found = told(
        f"one = zygote({isolated})\n"
        "before = asked(one, 'print(1)')\n"
        "[first] = own()\n"
        "gone = first.children()\n"
        "one.stop()\n"
        "_, alive = psutil.wait_procs(gone, timeout=20)\n"
        "left = [p.pid for p in alive if p.status() != psutil.STATUS_ZOMBIE]\n"
        "print(json.dumps({'before': before, 'left': left, 'after': asked(one, 'print(2)')}))\n"
    )
    assert found == {"before": "1\n", "left": [], "after": "2\n"}


def test_without_the_nursery_zygotes_are_processes_of_their_own():
    found = told(
        "one, other = zygote(), zygote()\n"
        "one.start()\n"
        "[first] = own()\n"
        "first.kill()\n"
        "first.wait()\n"
        "said = [asked(z, 'print(3)') for z in (one, other)]\n"
        "print(json.dumps({'said': said, 'own': [z.process is not None for z in (one, other)]}))\n"
    )
    assert found == {"said": ["3\n", "3\n"], "own": [True, True]}


def _process(pid: int) -> list[psutil.Process]:
    try:
        return [psutil.Process(pid)]
    except psutil.NoSuchProcess:
        return []


def test_a_run_begins_with_it_before_it_loads_torch():
    """The name by which the command has it loaded is right, and it costs no import of its own."""
    from course_lib.grading.pool import WARM

    assert os.path.exists(f"{WARM.replace('.', '/')}.py")
    code = (
        "import sys; from course_lib.grading.engine import nursery; nursery.start(); "
        "sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], timeout=60).returncode == 0
