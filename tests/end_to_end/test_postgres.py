"""The gradebook on a PostgreSQL server, with several graders at once."""

import os
import shutil
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from course_lib.errors import CourseError
from course_lib.grading.grade import grade
from course_lib.grading.gradebook import held, prepare
from course_lib.grading.release import register, release

pytest.importorskip("psycopg")
from tests.end_to_end.postgres import running_server

pytestmark = pytest.mark.slow

RIGHT = "def add(a, b):\n    return a + b"
MINUS = "def add(a, b):\n    return a - b"
POINTS = {RIGHT: 4.0, MINUS: 1.0}


@pytest.fixture(scope="module")
def server():
    with running_server() as found:
        yield found


@pytest.fixture
def db_url(server, monkeypatch):
    url = server.new_database()
    monkeypatch.setenv("COURSE_DB_URL", url)
    return url


def second_assignment(course) -> None:
    """Another one, called ``other``: the same cells under another name."""
    source = course.root / "solutions" / "other" / "other.md"
    source.parent.mkdir()
    text = course.source.read_text("utf-8").replace('start("tiny"', 'start("other"')
    source.write_text(text, "utf-8")


def hand_in(course, students: int, answer) -> None:
    """The same submissions for both assignments."""
    for number in range(students):
        path = course.submit(f"s{number:02}", answer(number))
        other = course.root / "submitted" / f"s{number:02}" / "other" / "other.ipynb"
        other.parent.mkdir(parents=True)
        text = path.read_text("utf-8").replace('start(\\"tiny\\"', 'start(\\"other\\"')
        other.write_text(text.replace('"assignment": "tiny"', '"assignment": "other"'), "utf-8")


def start_grading(root, *arguments) -> subprocess.Popen:
    command = [sys.executable, "-m", "course_lib.cli", "--root", str(root), "grade", *arguments]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        cwd=Path(__file__).parents[2],
    )  # fmt: skip


def ended(process: subprocess.Popen) -> str:
    said, _none = process.communicate(timeout=300)
    assert process.returncode == 0, said
    return said


def rows(db_url: str, assignment: str) -> dict[tuple, tuple]:
    """Every grade and comment of an assignment, by student and cell; each must be there once."""
    found, seen = {}, Counter()
    with Gradebook(db_url) as gradebook:
        for submission in gradebook.assignment_submissions(assignment):
            for notebook in submission.notebooks:
                for grade_ in notebook.grades:
                    key = submission.student_id, "grade", grade_.name
                    seen[key] += 1
                    found[key] = (
                        grade_.auto_score,
                        grade_.manual_score,
                        bool(grade_.needs_manual_grade),
                        grade_.max_score,
                        notebook.late_submission_penalty,
                    )
                for comment in notebook.comments:
                    key = submission.student_id, "comment", comment.name
                    seen[key] += 1
                    found[key] = comment.auto_comment, comment.manual_comment
    assert set(seen.values()) <= {1}
    return found


class Marker(threading.Thread):
    """Someone at the formgrader: sets marks by hand while others grade."""

    def __init__(self, db_url: str) -> None:
        super().__init__()
        self.db_url, self.stop, self.marked, self.failures = db_url, threading.Event(), {}, []

    def run(self) -> None:
        prepare(self.db_url)
        while not self.stop.is_set():
            try:
                with Gradebook(self.db_url) as gradebook:
                    self._mark_one(gradebook)
            except Exception as error:
                self.failures.append(error)
                return
            time.sleep(0.02)

    def _mark_one(self, gradebook) -> None:
        for assignment in ("tiny", "other"):
            if assignment not in [found.name for found in gradebook.assignments]:
                continue
            for submission in gradebook.assignment_submissions(assignment):
                key = assignment, submission.student_id
                if key in self.marked or int(submission.student_id[1:]) % 3:
                    continue
                grade_ = submission.notebooks[0].grades[0]
                grade_.manual_score = self.marked[key] = 2.5
                gradebook.db.commit()
                return


def test_two_graders_and_a_marker_on_an_empty_server(new_course, db_url):
    """Both make the gradebook at the same moment, and the same students' rows."""
    course = new_course
    second_assignment(course)
    for name in ("_config.yml",):
        (course.root / name).write_text("")
    release_without_gradebook(course)
    hand_in(course, 16, lambda number: MINUS if number % 2 else RIGHT)
    marker = Marker(db_url)
    graders = [start_grading(course.root, name, "--workers", "1") for name in ("tiny", "other")]
    marker.start()
    try:
        said = [ended(grader) for grader in graders]
    finally:
        marker.stop.set()
        marker.join()
    assert marker.failures == []
    assert len(marker.marked) >= 4
    for assignment, text in zip(("tiny", "other"), said, strict=True):
        assert "s15" in text
        found = rows(db_url, assignment)
        assert len(found) == 32  # a grade and a comment each
        for number in range(16):
            student = f"s{number:02}"
            auto, manual, _needs, most, _late = found[student, "grade", "test_add"]
            assert (auto, most) == (1.0 if number % 2 else 4.0, 4.0)
            assert manual == marker.marked.get((assignment, student))
            page = course.root / "feedback" / student / assignment / f"{assignment}.html"
            assert page.stat().st_size > 1000
    assert not (course.root / "gradebook.db").exists()


def release_without_gradebook(course) -> None:
    """The students' notebooks, made with a gradebook that is thrown away."""
    kept = os.environ.pop("COURSE_DB_URL")
    try:
        release(course.root, "tiny", ["en"])
    finally:
        os.environ["COURSE_DB_URL"] = kept
    (course.root / "gradebook.db").unlink()


def test_the_same_rows_as_in_a_file(course, server, monkeypatch):
    """Marks, late penalties, a mark by hand and a second grading: as on SQLite."""
    course.submit("right", RIGHT, language="zh_CN")
    course.submit("minus", MINUS)
    course.submit("untouched")
    course.submit("nothing").unlink()
    course.submit("nul", RIGHT + "\n\n\nprint('\\x00 \\ud83d')\nraise ValueError('\\x00')")
    late = course.submit("late", RIGHT)
    (late.parent / "timestamp.txt").write_text("2030-01-02 00:00:00 UTC")
    found, marks = [], []
    for url in (f"sqlite:///{course.root / 'gradebook.db'}", server.new_database()):
        monkeypatch.setenv("COURSE_DB_URL", url)
        register(course.root, "tiny")
        with Gradebook(url) as gradebook:
            gradebook.update_or_create_assignment("tiny", duedate="2030-01-01 00:00:00 UTC")
        graded = grade(course.root, "tiny", workers=2, seed=3)
        assert graded.failed == []
        with Gradebook(url) as gradebook:
            notebook = gradebook.find_submission("tiny", "minus").notebooks[0]
            notebook.grades[0].manual_score = 3.0
            gradebook.db.commit()
        again = grade(course.root, "tiny", workers=2, seed=3, force=True)
        assert again.failed == []
        found.append(rows(url, "tiny"))
        marks.append((course.root / "marks" / "tiny.csv").read_text("utf-8"))
        for folder in ("autograded", "feedback", "marks", "_build/grading/tiny/records"):
            shutil.rmtree(course.root / folder)
    assert found[0] == found[1]
    assert found[1]["minus", "grade", "test_add"][:3] == (1.0, 3.0, True)
    assert found[1]["late", "grade", "test_add"][0] == 4.0
    assert marks[0] == marks[1]


def test_an_assignment_is_graded_by_one_run_wherever_it_runs(course, db_url):
    """Even from another copy of the course's folder."""
    course.submit("right", RIGHT)
    with held(course.root, "tiny") as alone:
        assert alone
        with pytest.raises(CourseError, match="is being graded already"):
            grade(course.root, "tiny", workers=1)
        with held(course.root, "other") as alone_too:
            assert alone_too
    assert grade(course.root, "tiny", workers=1).failed == []


def test_connections_that_break_in_the_middle_cost_nothing(course, db_url, server):
    for number in range(8):
        course.submit(f"s{number:02}", RIGHT + "\n\n\nimport time\ntime.sleep(1)")
    records = course.root / "_build" / "grading" / "tiny" / "records"

    def break_all():
        for done in (1, 4):
            while len(list(records.glob("*.json"))) < done:
                time.sleep(0.05)
            name = db_url.rpartition("/")[2]
            server.ask(
                f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"
            )

    breaking = threading.Thread(target=break_all, daemon=True)
    breaking.start()
    report = grade(course.root, "tiny", workers=2)
    breaking.join(timeout=60)
    assert report.failed == []
    assert {row.points["test_add"] for row in report.rows} == {4.0}
    assert len(rows(db_url, "tiny")) == 16
    for number in range(8):
        assert (course.root / "feedback" / f"s{number:02}" / "tiny" / "tiny.html").exists()


def test_a_server_that_is_not_there_is_named_without_the_password(course, monkeypatch):
    course.submit("right", RIGHT)
    monkeypatch.setenv("COURSE_DB_URL", "postgresql://me:secret@127.0.0.1:9/marks")
    with pytest.raises(CourseError) as told:
        grade(course.root, "tiny", workers=1)
    assert "me:***@127.0.0.1:9/marks cannot be used" in str(told.value)
    assert "secret" not in str(told.value)
