"""``course grade`` killed with everything it started, again and again: nobody is lost or twice."""

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time

import psutil
import pytest

from course_lib.grading import grade as grading
from course_lib.grading.grade import grade

PLUS, MINUS = "def add(a, b):\n    return a + b", "def add(a, b):\n    return a - b"
ENDS = "import os\n\n\ndef add(a, b):\n    os._exit(3)"
RUN = """
from course_lib.grading.grade import grade
if __name__ == "__main__":
    grade(".", "tiny", workers=1)
"""
KILLS = 20


def rows(root) -> dict[str, list]:
    """Every row of the gradebook's marks, by student."""
    found: dict[str, list] = {}
    with sqlite3.connect(root / "gradebook.db") as database:
        for student, points in database.execute(
            "SELECT a.student_id, g.auto_score FROM grade g"
            " JOIN submitted_notebook n ON g.notebook_id = n.id"
            " JOIN submitted_assignment a ON n.assignment_id = a.id"
        ):
            found.setdefault(student, []).append(points)
    return found


@pytest.mark.slow
def test_a_run_killed_at_any_moment_ends_as_if_it_had_not_been(course, monkeypatch):
    expected = {}
    for number in range(24):
        student = f"s{number:02}"
        answer, points = ((PLUS, 4.0), (MINUS, 1.0), (ENDS, 0.0))[number % 3]
        course.submit(student, answer)
        expected[student] = [points]
    (course.root / "run.py").write_text(RUN)
    records = course.root / "_build" / "grading" / "tiny" / "records"
    left, killed, seen = [], 0, set()
    draw = random.Random(4)
    for _attempt in range(KILLS):
        process = subprocess.Popen(
            [sys.executable, "run.py"], cwd=course.root, start_new_session=True
        )
        begun, before = time.monotonic(), len(list(records.glob("*.json")))
        # A third of the runs ends while it starts; the others somewhere in their first marks.
        until = draw.uniform(0.2, 3.0)
        if draw.random() > 0.33:
            while process.poll() is None and time.monotonic() - begun < 120:
                if len(list(records.glob("*.json"))) > before:
                    break
                time.sleep(0.02)
            until = draw.uniform(0.0, 0.4)
        time.sleep(until)
        if process.poll() is not None:
            break
        left += psutil.Process(process.pid).children(recursive=True)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        killed += 1
        seen |= {path.stem for path in records.glob("*.json")}
    psutil.wait_procs(left, timeout=30)
    assert not [process.pid for process in left if process.is_running()]
    asked = []
    real = grading.run_jobs

    def spy(run, waiting, writer):
        waiting = list(waiting)
        asked.extend(job.student for job, _key in waiting)
        return real(run, waiting, writer)

    monkeypatch.setattr(grading, "run_jobs", spy)
    result = grade(course.root, "tiny")
    assert killed >= KILLS // 2
    assert not seen.intersection(asked)  # what had a record is not graded again
    assert rows(course.root) == expected
    assert {row.student: [row.total] for row in result.rows} == expected
    for student in expected:
        assert (course.root / "feedback" / student / "tiny" / "tiny.html").is_file()
        assert [p.name for p in (course.root / "autograded" / student).iterdir()] == ["tiny"]
    assert grade(course.root, "tiny").failed == [] and sorted(set(asked)) == sorted(asked)


SLEEPS = "import time\n\n\ndef add(a, b):\n    time.sleep(60)"


@pytest.mark.slow
def test_the_temporary_files_of_a_killed_run_go_with_the_next_one(course, tmp_path_factory):
    place = tmp_path_factory.mktemp("t")
    course.submit("ana", SLEEPS)
    (course.root / "run.py").write_text(RUN)
    environment = {**os.environ, "TMPDIR": str(place)}

    def start() -> subprocess.Popen:
        run = [sys.executable, "run.py"]
        return subprocess.Popen(run, cwd=course.root, start_new_session=True, env=environment)

    process, begun = start(), time.monotonic()
    while not list(place.glob("*/submission-*/*")):
        assert process.poll() is None and time.monotonic() - begun < 120
        time.sleep(0.05)
    family = psutil.Process(process.pid).children(recursive=True)
    process.send_signal(signal.SIGKILL)
    process.wait()
    psutil.wait_procs(family, timeout=30)
    (left,) = place.iterdir()
    assert list(left.glob("submission-*")) and list(left.glob("pymp-*"))
    course.submit("ana", PLUS)
    assert start().wait(300) == 0
    assert list(place.iterdir()) == []
    assert rows(course.root) == {"ana": [4.0]}
