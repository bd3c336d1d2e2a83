"""Workers that die or hang cost their own task and nobody else's."""

import importlib
import os
import subprocess
import sys
import time

import psutil
import pytest

from course_lib.grading.pool import Pool, run_all
from course_lib.grading.worker_process import WorkerLost
from tests.processes import command, lives


def task(order):
    kind, value = order
    if kind == "die":
        os._exit(3)
    if kind == "sleep":
        time.sleep(value)
    if kind == "raise":
        raise KeyError(value)
    return value, os.getpid()


def run(tasks, tmp_path, workers=2, seconds=60.0):
    log = tmp_path / "log.txt"
    return {t: (result, error) for t, result, error in run_all(task, tasks, workers, seconds, log)}


def test_every_task_is_answered_although_some_workers_die(tmp_path):
    tasks = [("give", 1), ("die", 0), ("give", 2), ("raise", "k"), ("give", 3)]
    answers = run(tasks, tmp_path)
    assert set(answers) == set(tasks)
    assert [answers["give", n][0][0] for n in (1, 2, 3)] == [1, 2, 3]
    assert isinstance(answers["die", 0][1], WorkerLost)
    assert isinstance(answers["raise", "k"][1], KeyError)


@pytest.mark.slow
def test_a_task_that_hangs_is_stopped_and_the_rest_is_done(tmp_path):
    begun = time.monotonic()
    answers = run([("sleep", 600), ("give", 1)], tmp_path, workers=1, seconds=20.0)
    assert isinstance(answers["sleep", 600][1], WorkerLost)
    assert answers["give", 1][0][0] == 1
    assert time.monotonic() - begun < 120


def test_closing_early_leaves_no_process_behind(tmp_path):
    before = set(psutil.Process().children(recursive=True))
    running = run_all(task, [("give", 1), ("sleep", 600)], 2, 600.0, tmp_path / "log.txt")
    assert next(running)[1][0] == 1
    running.close()
    left = [p for p in set(psutil.Process().children(recursive=True)) - before if lives(p)]
    # The standard library keeps one resource tracker for all spawned processes.
    assert [p for p in left if "resource_tracker" not in command(p)] == []


@pytest.mark.parametrize("workers", [1, 3])
def test_there_are_as_many_processes_as_asked_for(tmp_path, workers):
    answers = run([("give", n) for n in range(6)], tmp_path, workers)
    assert len({result[1] for result, _error in answers.values()}) <= workers


@pytest.mark.skipif(os.name == "nt", reason="signals are POSIX's")
def test_ctrl_c_while_a_worker_imports_does_not_reach_it(tmp_path, monkeypatch):
    (tmp_path / "interrupted_import.py").write_text(
        "import os, signal\n"
        f"if os.getpid() != {os.getpid()}:\n"
        "    signal.signal(signal.SIGINT, signal.default_int_handler)  # also where it is ignored\n"
        "    os.kill(os.getpid(), signal.SIGINT)\n"
        "def double(number):\n"
        "    return 2 * number\n",
        "utf-8",
    )
    monkeypatch.syspath_prepend(tmp_path)
    double = importlib.import_module("interrupted_import").double
    assert list(run_all(double, [21], 1, 60, tmp_path / "log")) == [(21, 42, None)]


A_WORKER = """
from course_lib.grading.worker_process import WorkerProcess
from pathlib import Path
if __name__ == "__main__":
    worker = WorkerProcess(60.0, Path("log"))
    try:
        print(worker.run(({function}, {task})))
    except Exception as error:
        print(type(error).__name__)
"""


def said_with_a_worker(function: str, task: str, folder, end: str = "") -> str:
    code = A_WORKER.format(function=function, task=task) + end
    run = [sys.executable, "-c", code]
    return subprocess.run(run, cwd=folder, timeout=60, check=True, capture_output=True).stdout


def test_an_order_that_cannot_be_sent_leaves_no_process_that_is_waited_for(tmp_path):
    assert b"Error" in said_with_a_worker("print", "lambda: 0", tmp_path)


def test_texts_have_the_same_hash_in_every_worker(tmp_path):
    """Tests of an instructor's, too, may go through a set."""
    stop = "    worker.stop()"
    first, second = (said_with_a_worker("hash", "'a name'", tmp_path, stop) for _ in range(2))
    assert first == second and first.strip().lstrip(b"-").isdigit()


FROM_HERE = """
from course_lib.grading.pool import Pool
from pathlib import Path
import os, sys
if __name__ == "__main__":
    for preload in ("left_here", ""):
        with Pool(1, 60.0, Path("log"), preload) as pool:
            pool.submit(os.path.exists, "left_here.py")
            assert [told[2:] for told in pool.results()] == [(True, None)]
"""


def test_nothing_is_imported_from_the_working_directory(tmp_path):
    """It may be the folder of a student, and what is imported may do all that a worker may."""
    program, here = tmp_path / "run.py", tmp_path / "ana"
    program.write_text(FROM_HERE)
    here.mkdir()
    for name in ("left_here", "runpy", "selectors"):  # asked for, and what each process loads
        (here / f"{name}.py").write_text("import os\nos.mkdir('it_ran')")
    subprocess.run([sys.executable, str(program)], cwd=here, check=True, timeout=120)
    assert not (here / "it_ran").exists()


def environment(name):
    return os.environ.get(name)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="nothing is forked there")
def test_a_worker_has_the_environment_of_its_run(tmp_path, monkeypatch):
    """And not the one of the process that it is forked from, which an earlier run has started."""
    for said in ("first", "second"):
        monkeypatch.setenv("COURSE_TOLD_TO_A_WORKER", said)
        with Pool(1, 60.0, tmp_path / "log", preload="json") as pool:
            pool.submit(environment, "COURSE_TOLD_TO_A_WORKER")
            assert [result for *_, result, _error in pool.results()] == [said]
