"""Zygotes that are forked from one process with torch loaded, and what is done without it."""

import json
import os
import subprocess
import sys
import threading

import psutil
import pytest

from course_lib.grading.engine import nursery
from course_lib.quick_start import bare
from tests.grading.engine.test_large_pages import can

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="it forks, and it reads /proc")

PROGRAM = """
import json, os, signal, sys, tempfile
from pathlib import Path
import psutil
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background ignores it
signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})  # as a run begins
import course_lib.grading.preload
signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
os.environ["COURSE_DB_URL"] = "postgresql://me:secret@127.0.0.1/marks"
from course_lib.grading.engine import nursery, wire
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
    return "".join(o.get("text", o.get("ename", "")) for o in said)

def zygote(isolated=True):
    return Zygote(ZygoteSettings(imports="import torch", isolated=isolated))
"""


def ran(program: str, **options) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-P", "-c", program],
        capture_output=True,
        text=True,
        timeout=120,
        **options,
    )


def told(program: str, **options) -> dict:
    """What a program says that begins as a run does; it prints nothing but JSON."""
    ended = ran(PROGRAM + program, env=bare(), **options)
    assert ended.returncode == 0, ended.stderr
    return {**json.loads(ended.stdout), "log": ended.stderr}


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


@pytest.mark.slow
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
    del found["log"]
    assert found == {"before": "1\n", "left": [], "after": "2\n"}


@pytest.mark.slow
@pytest.mark.parametrize("isolated", [True, False])
def test_a_zygote_that_hangs_while_it_imports_is_ended_with_the_others_left_alone(isolated):
    """It does not look at its channel, and the worker has no handle of it."""
    found = told(
        "kept = zygote()\n"
        "before = asked(kept, 'print(1)')\n"
        "[first] = own()\n"
        "there = set(first.children())\n"
        "settings = ZygoteSettings(imports='while True: pass', isolated="
        f"{isolated})\n"
        "hanging = Zygote(settings)\n"
        "hanging.start()\n"
        "import time\n"
        "until = time.monotonic() + 20\n"
        "busy = lambda p: p.is_running() and p.cpu_times().user > 0.3\n"
        "new = lambda: [p for p in set(first.children()) - there]\n"
        "all_new = lambda: [q for p in new() for q in [p, *p.children(recursive=True)]]\n"
        "while not any(map(busy, all_new())) and time.monotonic() < until: time.sleep(0.05)\n"
        "gone = all_new()\n"
        "hanging.stop()\n"
        "_, alive = psutil.wait_procs(gone, timeout=10)\n"
        "[p.kill() for p in alive]\n"
        "print(json.dumps({'before': before, 'gone': len(gone), 'left': len(alive),\n"
        "    'after': asked(kept, 'print(2)')}))\n"
    )
    assert found["gone"] >= 1 and found["left"] == 0
    assert (found["before"], found["after"]) == ("1\n", "2\n")


@pytest.mark.slow
@pytest.mark.parametrize("isolated", [True, False])
def test_a_worker_that_is_killed_takes_what_it_asked_for_along(isolated):
    """Nobody else could end it: it is no child of the worker's, and may never end by itself."""
    found = told(
        "ready, begun = os.pipe()\n"
        "worker = os.fork()\n"
        "if worker == 0:\n"
        f"    asked = zygote({isolated})\n"
        "    child = asked.child(Path(tempfile.mkdtemp()), 'en', {})\n"
        "    forever = 'display(1)\\nwhile True: pass'\n"
        "    wire.send(child.channel, dict(op='run', source=forever, count=1, seconds=99.0))\n"
        "    wire.receive(child.channel)\n"
        "    os.write(begun, b'.')\n"
        "    signal.pause()\n"
        "os.read(ready, 1)\n"
        "[first] = [child for child in own() if child.pid != worker]\n"
        "asked_for = first.children(recursive=True)\n"
        "os.kill(worker, signal.SIGKILL)\n"
        "os.waitpid(worker, 0)\n"
        "_, alive = psutil.wait_procs(asked_for, timeout=10)\n"
        "left = [p.pid for p in alive if p.status() != psutil.STATUS_ZOMBIE]\n"
        "[os.kill(pid, signal.SIGKILL) for pid in left]\n"
        "print(json.dumps({'asked for': len(asked_for), 'left': len(left)}))\n"
    )
    assert found["asked for"] >= 2 and found["left"] == 0


@pytest.mark.slow
def test_a_zygote_has_large_pages_once_it_has_forked():
    found = told(
        "def large(pid):\n"
        "    try:\n"
        "        lines = Path(f'/proc/{pid}/smaps_rollup').read_text().splitlines()\n"
        "    except OSError:\n"
        "        return 0  # the last child of all, which ends just now\n"
        "    return sum(int(line.split()[1]) for line in lines if 'AnonHuge' in line)\n"
        "one = zygote()\n"
        "asked(one, 'print(1)')\n"
        "said = asked(one, 'print(2)')\n"
        "below = psutil.Process().children(recursive=True)\n"
        "most = max(large(process.pid) for process in below)\n"
        "print(json.dumps({'kB': most, 'said': said}))\n"
    )
    assert found["said"] == "2\n"
    if not can():
        pytest.skip("this kernel gives no large pages when asked for them")
    assert found["kB"] >= 8 << 10


@pytest.mark.slow
def test_a_zygote_is_like_a_process_of_its_own():
    """Its output is in its worker's log, not in JSON; Ctrl-C is heard; no session is shared."""
    found = told(
        "some = [zygote(False), zygote(False)]\n"
        "asked(some[0], 'import os; os.write(1, b\"said aloud\")')\n"
        "sessions = [asked(z, 'import os; print(os.getsid(0))') for z in some]\n"
        "asks = 'import os, signal; os.kill(os.getpid(), signal.SIGINT); print()'\n"
        "print(json.dumps({'sessions': sessions, 'interrupted': asked(some[1], asks)}))\n"
    )
    assert "said aloud" in found["log"]
    assert len(set(found["sessions"])) == 2
    assert found["interrupted"] == "KeyboardInterrupt"


@pytest.mark.slow
def test_what_sets_no_seed_draws_the_same_at_each_grading():
    draws = (
        "import random, numpy, torch\nprint(random.random(), numpy.random.rand(), torch.rand(1))"
    )
    found = told(
        f"draws = {draws!r}\n"
        "forked = zygote()\n"
        "said = [asked(forked, draws), asked(forked, draws)]\n"
        "nursery.forget()\n"
        "print(json.dumps({'said': [*said, asked(zygote(), draws)]}))\n"
    )
    assert len(set(found["said"])) == 1 and "tensor" in found["said"][0]


@pytest.mark.slow
def test_sets_have_the_same_order_at_each_grading():
    shows = "print(list({f'name {n}' for n in range(30)}))"
    ask = f"print(json.dumps({{'said': asked(zygote(), {shows!r})}}))"
    forked, of_its_own = told(ask), told(f"nursery.forget()\n{ask}")
    assert "name 7" in forked["said"]
    assert forked["said"] == of_its_own["said"]


def test_it_imports_nothing_from_the_working_directory(tmp_path):
    for name in ("ast", "json", "torch"):
        (tmp_path / f"{name}.py").write_text("open('it_ran', 'w')")
    found = told("print(json.dumps({'said': asked(zygote(), 'print(4)')}))", cwd=tmp_path)
    assert found["said"] == "4\n" and not (tmp_path / "it_ran").exists()


def test_where_it_cannot_be_had_nothing_is_raised(monkeypatch):
    """On macOS, where a run does without, the process that workers are forked from would end."""

    def refuse(*_arguments):
        raise OSError("Protocol not supported")

    monkeypatch.setattr(nursery, "_mine", None)
    monkeypatch.setattr(os, "environ", bare())
    monkeypatch.setattr(nursery.socket, "socketpair", refuse)
    nursery.fork()
    assert nursery.zygote({}) is None
    monkeypatch.undo()
    monkeypatch.setattr(nursery, "_mine", None)
    monkeypatch.setattr(os, "environ", bare())
    monkeypatch.delattr(os, "pidfd_open")
    monkeypatch.setattr(os, "fork", lambda: pytest.fail("nobody would use it"))
    nursery.fork()


def test_it_is_not_forked_from_what_may_know_a_secret(monkeypatch):
    monkeypatch.setattr(nursery, "_mine", None)
    monkeypatch.setattr(os, "environ", {**bare(), "COURSE_DB_URL": "postgresql://me:1@h"})
    monkeypatch.setattr(os, "fork", lambda: pytest.fail("it would be known there"))
    nursery.fork()
    assert nursery.zygote({}) is None


def test_it_is_not_forked_beside_a_thread_that_may_hold_a_lock(monkeypatch):
    monkeypatch.setattr(nursery, "_mine", None)
    monkeypatch.setattr(os, "environ", bare())
    monkeypatch.setattr(os, "fork", lambda: pytest.fail("it would hang on it"))
    until = threading.Event()
    thread = threading.Thread(target=until.wait)
    thread.start()
    nursery.fork()
    until.set()
    thread.join()
    assert nursery.zygote({}) is None


@pytest.mark.slow
@pytest.mark.parametrize("isolated", [True, False])
def test_code_may_call_itself_as_often_however_its_process_was_begun(isolated):
    deep = (
        "def deeper(n):\n    try:\n        return deeper(n + 1)\n"
        "    except RecursionError:\n        return n\nprint(deeper(0))"
    )
    found = told(
        f"one = zygote({isolated})\n"
        f"forked = asked(one, {deep!r})\n"
        "nursery.forget()\n"
        f"print(json.dumps({{'said': [forked, asked(zygote({isolated}), {deep!r})]}}))\n"
    )
    forked, of_its_own = map(int, found["said"])
    assert forked > 900 and abs(forked - of_its_own) <= 2  # calls within Python itself count, too


@pytest.mark.slow
def test_without_the_nursery_zygotes_are_processes_of_their_own():
    found = told(
        "one, other = zygote(), zygote()\n"
        "[first] = own()\n"
        "first.suspend()\n"  # so that the request for the first zygote is lost with it
        "one.start()\n"
        "first.kill()\n"
        "first.wait()\n"
        "said = [asked(z, 'print(3)') for z in (one, other)]\n"
        "print(json.dumps({'said': said, 'own': [z.process is not None for z in (one, other)]}))\n"
    )
    assert (found["said"], found["own"]) == (["3\n", "3\n"], [True, True])
    assert found["log"].count(nursery.GONE) == 1


SECRET = """
import json, os, re, sys
from pathlib import Path
import psutil
os.environ["COURSE_DB_URL"] = "postgresql://me:" + "se" + "cret@127.0.0.1/marks"
from course_lib.grading.pool import WARM, Pool

def knows(pid):
    with open(f"/proc/{pid}/mem", "rb", buffering=0) as memory:
        for line in Path(f"/proc/{pid}/maps").read_text().splitlines():
            first, last, mode = re.match("(\\w+)-(\\w+) (\\S+)", line).groups()
            if mode.startswith("rw"):
                memory.seek(int(first, 16))
                if ("se" + "cret@127").encode() in memory.read(int(last, 16) - int(first, 16)):
                    return True
    return False

def seen():
    with Pool(1, 60.0, Path("log"), WARM) as pool:
        pool.submit(os.getenv, "COURSE_DB_URL")
        [(_function, _task, told, _error)] = pool.results()
        below = psutil.Process().children(recursive=True)
        [nursery] = [p for p in below if p.name() == "nursery"]
        worker = max(below, key=lambda p: p.create_time())
        worker.parent().kill()  # the server of workers: there will be another
        path = nursery.environ()["PYTHONPATH"].split(os.pathsep)[0]
        open_there = len(os.listdir(f"/proc/{nursery.pid}/fd"))
        return [told, knows(worker.pid), knows(nursery.pid), path, open_there]

if __name__ == "__main__":
    sys.path.insert(0, "/nowhere/of-this-run")
    print(json.dumps([seen(), seen()]))
"""


def test_a_secret_of_the_run_is_nowhere_in_its_memory_though_a_worker_has_it(tmp_path):
    """Students' code is forked from it, and may read all of its own memory."""
    ended = ran(SECRET, cwd=tmp_path)
    assert ended.returncode == 0, ended.stderr
    for told, worker, nursery_, path, open_there in json.loads(ended.stdout):
        assert told.endswith("secret@127.0.0.1/marks") and worker
        assert not nursery_ and open_there <= 6
        assert path == "/nowhere/of-this-run"  # modules are found where the run finds them


DIES_IN_A_RUN = """
import os, time
from pathlib import Path
import psutil
from course_lib.grading.pool import WARM, Pool
if __name__ == "__main__":
    with Pool(1, 60.0, Path("log"), WARM) as pool:
        pool.submit(os.path.exists, "/")
        assert [told[2:] for told in pool.results()] == [(True, None)]
        below = psutil.Process().children(recursive=True)
        [first] = [p for p in below if p.name() == "nursery"]
        first.kill()
        while first.is_running():  # until the server has looked after it
            time.sleep(0.05)
        print("killed")
        pool.submit(os.path.exists, "/")
        assert [told[2:] for told in pool.results()] == [(True, None)]
"""


@pytest.mark.slow
def test_its_death_says_nothing_over_the_progress_of_a_run(tmp_path):
    """It is a child of the server of workers, which would tell of it as of a fault in Python."""
    ended = ran(DIES_IN_A_RUN, cwd=tmp_path)
    assert ended.stdout == "killed\n" and ended.stderr == ""


def _process(pid: int) -> list[psutil.Process]:
    try:
        return [psutil.Process(pid)]
    except psutil.NoSuchProcess:
        return []


def test_the_name_by_which_a_run_has_it_loaded_is_right_and_it_costs_no_torch():
    from course_lib.grading.pool import WARM

    assert os.path.exists(f"{WARM.replace('.', '/')}.py")
    code = "import sys; from course_lib.grading.engine import nursery; nursery.fork(); "
    assert ran(f"{code}sys.exit('torch' in sys.modules)").returncode == 0
