"""Grading on a Dask cluster of several processes: the same marks, whoever is lost or slow."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
from click.testing import CliRunner

from course_lib.cli import main
from course_lib.errors import CourseError
from course_lib.grading import dask_pool, grade
from course_lib.grading.dask_pool import DaskPool, checked_address
from course_lib.grading.dask_worker import Terms, gradebook_mark, trouble
from course_lib.grading.engine.writer import Writer
from course_lib.grading.release import release
from course_lib.grading.report import report
from course_lib.grading.versions import versions
from tests.processes import command, lives

distributed = pytest.importorskip("distributed")

RIGHT = "def add(a, b):\n    return a + b"
ANSWERS = [
    RIGHT,
    "def add(a, b):\n    return a - b",
    "def add(a, b):\n    import os\n    os._exit(3)",
    RIGHT + "\n\n\nraise SystemExit",
]


@pytest.fixture(scope="module")
def cluster():
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
    ) as found:
        yield found


@pytest.fixture
def workers(cluster):
    """The Dask workers' processes."""
    with distributed.Client(cluster.scheduler_address, set_as_default=False) as client:
        client.wait_for_workers(2, timeout=120)
        return [psutil.Process(pid) for pid in client.run(os.getpid).values()]


@pytest.fixture
def slow_class(course):
    """Twelve submissions that take a second each."""
    for number in range(12):
        answer = ANSWERS[number % len(ANSWERS)]
        course.submit(f"s{number:02}", f"import time\ntime.sleep(1)\n\n\n{answer}")
    return course


@pytest.fixture
def written(monkeypatch):
    """How often each submission was written into the gradebook."""
    count = Counter()
    write = Writer.write

    def counted(self, student, executed):
        log = write(self, student, executed)
        count[student] += 1
        return log

    monkeypatch.setattr(Writer, "write", counted)
    return count


def marks(report) -> dict[str, tuple]:
    return {row.student: (row.points, row.status, row.reason) for row in report.rows}


def records(course) -> int:
    return len(list(Path(course.root, "_build/grading/tiny/records").glob("*.json")))


def when(condition, act) -> threading.Thread:
    """Do something, once, as soon as the condition holds; the test joins the thread."""

    def wait():
        until = time.monotonic() + 120
        while not condition() and time.monotonic() < until:
            time.sleep(0.05)
        act()

    thread = threading.Thread(target=wait)
    thread.start()
    return thread


def one_of_ours(worker: psutil.Process) -> psutil.Process | None:
    """The grading process of a Dask worker."""
    found = [p for p in worker.children() if "spawn_main" in command(p)]
    return found[0] if found else None


def expected(course) -> dict[str, tuple]:
    found = marks(grade.grade(course.root, "tiny", workers=2, seed=5))
    assert len({points["test_add"] for points, _status, _reason in found.values()}) > 1
    return found


@pytest.mark.slow
def test_a_killed_worker_costs_no_mark_and_gives_none_twice(slow_class, cluster, workers, written):
    ours = {}

    def kill():
        ours["before"] = one_of_ours(workers[0])
        workers[0].kill()

    killer = when(lambda: records(slow_class) >= 2 and one_of_ours(workers[0]), kill)
    report = grade.grade(slow_class.root, "tiny", seed=5, scheduler=cluster.scheduler_address)
    killer.join()
    assert not workers[0].is_running()
    ours["before"].wait(timeout=30)  # it does not grade on behind the back of the next
    assert report.failed == []
    assert written == dict.fromkeys((f"s{n:02}" for n in range(12)), 1)
    on_dask = marks(report)
    for path in Path(slow_class.root, "_build/grading/tiny/records").glob("*.json"):
        path.unlink()
    assert on_dask == expected(slow_class)


@pytest.mark.slow
def test_a_lost_process_of_ours_does_not_cost_the_dask_worker(
    slow_class, cluster, workers, written
):
    begun = lambda: records(slow_class) >= 1 and one_of_ours(workers[1])  # noqa: E731
    killer = when(begun, lambda: one_of_ours(workers[1]).kill())
    report = grade.grade(slow_class.root, "tiny", seed=5, scheduler=cluster.scheduler_address)
    killer.join()
    assert report.failed == [] and set(written.values()) == {1} and len(written) == 12
    assert workers[1].is_running()
    left = [one_of_ours(worker) for worker in workers]
    assert left == [None, None]  # the run has taken its processes with it


@pytest.mark.slow
def test_a_worker_that_stands_still_holds_up_only_what_it_has(slow_class, cluster, workers):
    seen = {}

    def hold():
        workers[0].suspend()
        until = time.monotonic() + 60
        while records(slow_class) < 9 and time.monotonic() < until:
            time.sleep(0.1)
        seen["done meanwhile"] = records(slow_class)
        workers[0].resume()

    holder = when(lambda: records(slow_class) >= 2, hold)
    report = grade.grade(slow_class.root, "tiny", seed=5, scheduler=cluster.scheduler_address)
    holder.join()
    assert seen["done meanwhile"] >= 9
    assert report.failed == [] and len(report.rows) == 12


@pytest.mark.slow
def test_what_is_handed_out_is_bounded_and_feedback_goes_first(slow_class, cluster, workers):
    """Results of thousands of submissions must not pile up in the cluster."""
    log = Path(slow_class.root, "_build/grading/tiny/logs/workers.txt")
    place = {"address": cluster.scheduler_address, "root": slow_class.root}
    with DaskPool(1, 60.0, log, **place) as pool:
        for number in range(40):
            pool.submit(str, number)
        order, held = [], []
        for _function, task, result, error in pool.results():
            assert (error, result) == (None, str(task))
            order.append(task)
            held.append(len(pool.running))
            if task == 3:
                pool.submit(str, 1000, soon=True)
    assert sorted(order) == [*range(40), 1000]
    assert max(held) <= 4
    assert order.index(1000) - order.index(3) < 12  # and not behind all that waited


@pytest.mark.slow
def test_a_worker_with_another_gradebook_is_refused(slow_class, cluster, workers, monkeypatch):
    monkeypatch.setattr(dask_pool, "gradebook_mark", lambda *_: "another")
    with pytest.raises(CourseError, match="cannot grade: it knows another gradebook"):
        grade.grade(slow_class.root, "tiny", scheduler=cluster.scheduler_address)
    assert records(slow_class) == 0


@pytest.mark.slow
def test_a_cluster_without_workers_is_named(slow_class, monkeypatch):
    monkeypatch.setattr(dask_pool, "FIRST_WORKER", 1.0)
    with (
        distributed.LocalCluster(n_workers=0, dashboard_address=None) as empty,
        pytest.raises(CourseError, match=r"has no worker\. Start some: dask worker tcp://"),
    ):
        grade.grade(slow_class.root, "tiny", scheduler=empty.scheduler_address)


@pytest.mark.slow
def test_a_cluster_that_goes_away_ends_the_run_and_the_next_does_the_rest(slow_class):
    with distributed.LocalCluster(
        n_workers=1, threads_per_worker=1, dashboard_address=None
    ) as leaving:
        closer = when(lambda: records(slow_class) >= 2, leaving.close)
        with pytest.raises(CourseError, match=r"is gone\. What was graded is kept"):
            grade.grade(slow_class.root, "tiny", seed=5, scheduler=leaving.scheduler_address)
        closer.join()
    done = records(slow_class)
    assert 2 <= done < 12
    assert grade.grade(slow_class.root, "tiny", workers=2).failed == []
    assert records(slow_class) == 12


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="signals are POSIX's")
def test_ctrl_c_ends_a_local_cluster_without_a_traceback(slow_class):
    (slow_class.root / "_config.yml").write_text("")
    command = [sys.executable, "-m", "course_lib.cli", "--root", str(slow_class.root)]
    run = subprocess.Popen(
        [*command, "grade", "tiny", "--scheduler", "local:2"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=Path(__file__).parents[2],
        start_new_session=True,  # the whole group gets the signal, as from a terminal
    )
    interrupter = when(lambda: records(slow_class) >= 1, lambda: os.killpg(run.pid, signal.SIGINT))
    said, _none = run.communicate(timeout=180)
    interrupter.join()
    assert run.returncode == 130, said
    assert "Stopped. What was done is kept" in said
    assert "Traceback" not in said
    until = time.monotonic() + 5  # Python's own tracker ends when it sees that the run has
    while left := [p for p in psutil.process_iter(["pid"]) if _of_session(p, run.pid)]:
        assert time.monotonic() < until, left
        time.sleep(0.1)


def _of_session(process: psutil.Process, session: int) -> bool:
    try:
        return os.getsid(process.pid) == session and lives(process)
    except OSError:
        return False


def test_workers_are_this_machines_and_a_scheduler_is_a_cluster(course):
    (course.root / "_config.yml").write_text("")
    options = ["--workers", "2", "--scheduler", "local:2"]
    said = CliRunner().invoke(main, ["--root", str(course.root), "grade", "tiny", *options])
    assert said.exit_code == 2
    assert "name one" in said.output


def test_nobody_at_the_address(course, monkeypatch):
    monkeypatch.setattr(dask_pool, "CONNECT", "1s")
    course.submit("right", RIGHT)
    with pytest.raises(CourseError, match=r"There is no Dask scheduler at tcp://127\.0\.0\.1:9 "):
        grade.grade(course.root, "tiny", scheduler="tcp://127.0.0.1:9")


RUN_ON_DASK = """
import sys
from course_lib.cli import main
if __name__ == "__main__":
    main(sys.argv[1:])
"""


@pytest.mark.slow
def test_workers_of_a_run_import_nothing_from_the_working_directory(course, tmp_path_factory):
    """It may be the folder of a student."""
    course.submit("right", RIGHT)
    (course.root / "_config.yml").touch()
    program = tmp_path_factory.mktemp("elsewhere") / "run.py"
    program.write_text(RUN_ON_DASK)
    here = course.root / "submitted" / "right"
    for name in ("pickle", "runpy", "selectors", "queue"):
        (here / f"{name}.py").write_text(f"open({str(course.root / 'it_ran')!r}, 'w')")
    told = ["--root", str(course.root), "grade", "tiny", "--scheduler", "local:1"]
    ended = subprocess.run([sys.executable, str(program), *told], cwd=here, timeout=300)
    assert not (course.root / "it_ran").exists()
    assert ended.returncode == 0 and marks(report(course.root, "tiny"))["right"][1] == "graded"


@pytest.mark.parametrize("text", ["localhost:8786", "local:", "local:0", "local:x", "tcp:host"])
def test_an_address_that_is_none(text):
    with pytest.raises(CourseError, match="is no Dask scheduler"):
        checked_address(text)


@pytest.mark.parametrize("text", ["tcp://host:8786", "tls://[::1]:1", "local:16"])
def test_an_address(text):
    assert checked_address(text) == text


@pytest.fixture
def terms(new_course) -> Terms:
    """What a run in the course asks of its workers; this machine meets it."""
    release(new_course.root, "tiny", ["en"])
    run = "0123"
    log = new_course.root / "workers.txt"
    mark = gradebook_mark(new_course.root, run)
    found = Terms(run, str(new_course.root), str(log), mark, versions(), "best", 60.0)
    found.token.write_text(run)
    assert trouble(found) is None
    return found


def test_a_machine_with_another_folder_says_so(terms):
    terms.token.write_text("of another run")
    assert "is not the same there" in trouble(terms)
    terms.token.unlink()
    assert "is not the same there" in trouble(terms)


def test_a_machine_with_other_versions_says_which(terms):
    older = {**terms.versions, "torch": "1.0"}
    assert "versions are others: torch " in trouble(replace(terms, versions=older))


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write anywhere")
def test_a_machine_that_may_not_write_says_so(terms):
    terms.token.parent.chmod(0o500)
    try:
        assert "may not write" in trouble(terms)
    finally:
        terms.token.parent.chmod(0o700)


def test_a_machine_that_cannot_shut_code_in_says_so(terms, monkeypatch):
    from course_lib.grading import dask_worker

    def refuse(isolation, _console):
        assert isolation == "required"
        raise CourseError("no landlock")

    monkeypatch.setattr(dask_worker, "shut_in", refuse)
    assert trouble(replace(terms, isolation="required")) == "no landlock"
