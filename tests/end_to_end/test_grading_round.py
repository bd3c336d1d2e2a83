"""Submit, grade, feedback, marks on a tiny course: every submission is accounted for."""

import csv
import io
import json
import math
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import suppress

import psutil
import pytest
from rich.console import Console

from course_lib.errors import CourseError
from course_lib.grading import grade as grading
from course_lib.grading.engine.planning import load_plan
from course_lib.grading.engine.writer import NotWritten, Writer
from course_lib.grading.feedback import without_hidden_tests
from course_lib.grading.grade import grade
from course_lib.grading.gradebook import open_gradebook
from course_lib.grading.reasons import Finding
from course_lib.grading.release import release
from course_lib.grading.report import print_report, report
from course_lib.grading.results import Row, misconceptions

RIGHT = "def add(a, b):\n    return a + b"
MINUS = "def add(a, b):\n    return a - b"
KILLS = "import os\n\n\ndef add(a, b):\n    os._exit(3)"


@pytest.fixture(scope="module")
def graded(make_course, find_cell, tmp_path_factory):
    """A class of thirteen, graded once; yields the course and the report."""
    course = make_course(tmp_path_factory.mktemp("course"))
    settings = course.root / "nbgrader_config.py"
    settings.write_text(settings.read_text("utf-8") + "\nc.Execute.timeout = 8\n", "utf-8")
    release(course.root, "tiny")
    course.submit("right", RIGHT, language="zh_CN")
    course.submit("minus", MINUS, language="id")
    course.submit("untouched")
    course.submit("no-syntax", "def add(a, b)\n    return a + b")
    course.submit("kills", KILLS)
    course.submit("hangs", RIGHT + "\n\n\nwhile True:\n    pass")
    course.submit("seed", RIGHT + "\n\n\nimport os\nprint('seed', os.environ.get('COURSE_SEED'))")
    course.submit("markup", RIGHT + "\n\n\nprint('<script>alert(1)</script>')")
    course.submit("terminal", "raise ValueError('[/bold] \\x1b[31mred\\x1b[0m \\a')")
    course.submit("without-check", lambda nb: nb.cells.remove(find_cell(nb, "test_add")))
    course.submit("cut-off", RIGHT).write_text('{"cells": [', "utf-8")
    course.submit("nothing").unlink()
    course.submit("-x", RIGHT)
    return course, grade(course.root, "tiny", seed=7)


def row_of(result, student):
    return next(row for row in result.rows if row.student == student)


def test_the_table_shows_every_student_and_obeys_no_students_text(graded):
    out = io.StringIO()
    print_report(graded[1], Console(file=out, width=160, force_terminal=False))
    for row in graded[1].rows:
        assert row.student in out.getvalue()
    assert "[/bold] red" in row_of(graded[1], "terminal").reason
    assert "[/bold] red" in out.getvalue()
    assert "\x1b" not in out.getvalue() and "\a" not in out.getvalue()


def test_every_submission_has_a_row_with_a_mark_or_a_reason(graded):
    course, result = graded
    folders = {path.name for path in (course.root / "submitted").iterdir()}
    assert {row.student for row in result.rows} == folders
    assert all(row.reason for row in result.rows)


@pytest.mark.parametrize(
    ("student", "total", "status", "words"),
    [
        ("right", 4, "graded", "Everything is right."),
        ("minus", 1, "graded", "add: It subtracts."),
        ("no-syntax", 0, "graded", "SyntaxError"),
        ("kills", 0, "graded", "ends the process"),
        ("hangs", 4, "graded", "ran too long"),
        ("without-check", 0, "mended", "test_add was missing"),
        ("cut-off", 0, "unreadable", "damaged"),
        ("nothing", 0, "unreadable", "no notebook"),
        ("-x", None, "failed", "student's id"),
    ],
)
def test_the_mark_and_its_reason(graded, student, total, status, words):
    found = row_of(graded[1], student)
    assert (found.total, found.status) == (total, status)
    assert words in found.reason


def test_an_untouched_release_scores_nothing(graded):
    assert row_of(graded[1], "untouched").total == 0


def test_what_cannot_be_graded_is_listed_and_has_no_mark(graded):
    course, result = graded
    assert [row.student for row in result.failed] == ["-x"]
    with (course.root / "marks" / "tiny.csv").open(encoding="utf-8-sig") as file:
        marks = {line["student"]: line for line in csv.DictReader(file)}
    assert marks["'-x"]["total"] == "" and marks["'-x"]["test_add"] == ""
    assert marks["kills"]["total"] == "0"


def test_the_csv_has_every_student_and_the_json_agrees(graded):
    course = graded[0]
    with (course.root / "marks" / "tiny.csv").open(encoding="utf-8-sig") as file:
        lines = list(csv.DictReader(file))
    told = json.loads((course.root / "marks" / "tiny.json").read_text("utf-8"))
    assert len(lines) == len(told["rows"]) == 13
    last = ["total", "max", "percent", "to mark", "status", "reason"]
    assert list(lines[0]) == ["student", "name", "test_add", *last]
    assert told["failed"] == ["-x"]
    assert {line["student"]: line["total"] for line in lines}["minus"] == "1"


def test_the_class_misconceptions_are_counted_once_per_student(graded):
    found = [(m.id, m.text, m.items, m.students) for m in graded[1].misconceptions]
    assert found == [("minus", "It subtracts.", ["add"], ["minus"])]


def test_what_nobody_could_name_stands_in_one_line_below_the_mistakes():
    def row(student, *found):
        return Row(student, student, "en", "graded", findings=[Finding(*one) for one in found])

    unknown, differ = ("f", "unknown", "unknown", "?"), ("g", "unknown", "numbers-differ", "?")
    told = misconceptions(
        [row("a", unknown, differ), row("b", differ), row("c", ("f", "fault", "minus", "It."))]
    )
    assert [(m.id, m.items, m.students) for m in told] == [
        ("minus", ["f"], ["c"]),
        ("unknown", ["f", "g"], ["a", "b"]),
    ]


def test_the_seed_is_kept_with_each_submission_and_no_students_code_sees_it(graded):
    course, result = graded
    outputs = [
        output.text
        for cell in course.graded("seed").cells
        for output in cell.get("outputs", [])
        if output.output_type == "stream"
    ]
    assert outputs == ["seed None\n"]
    assert {row.seed for row in result.rows} == {7}


def page(course, student) -> str:
    return (course.root / "feedback" / student / "tiny" / "tiny.html").read_text("utf-8")


def test_feedback_pages_hold_the_checks_words_but_no_hidden_test(graded):
    course = graded[0]
    for student in ("right", "minus", "kills", "no-syntax", "untouched"):
        text = page(course, student)
        assert "HIDDEN" not in text
        assert "20, 22" not in text and "== 42" not in text
    assert "<b>feedback of the check</b>" in page(course, "minus")


def test_feedback_pages_are_in_the_students_language_and_alone(graded):
    text = page(graded[0], "right")
    assert '<html lang="zh-CN">' in text
    assert not re.search(r"(?:src|href)\s*=\s*[\"']?(?:https?:)?//", text)
    assert "<math" in text  # mathematics without a script


def test_feedback_pages_keep_a_students_markup_inert(graded):
    text = page(graded[0], "markup")
    assert "&lt;script&gt;alert(1)" in text and "<script" not in text
    assert "default-src &#39;none&#39;" in text or "default-src 'none'" in text


def test_feedback_says_what_was_wrong_with_the_file(graded):
    assert "no notebook" in page(graded[0], "nothing")
    assert "damaged" in page(graded[0], "cut-off")


def test_a_second_run_grades_nothing_and_a_changed_submission_alone(graded, monkeypatch):
    course = graded[0]
    shutil.rmtree(course.root / "submitted" / "-x")
    asked = []
    real = grading.run_jobs

    def spy(run, waiting, writer):
        waiting = list(waiting)
        asked.append([job.student for job, _key in waiting])
        return real(run, waiting, writer)

    monkeypatch.setattr(grading, "run_jobs", spy)
    grade(course.root, "tiny")
    course.submit("minus", RIGHT, language="id")
    result = grade(course.root, "tiny")
    assert asked == [["minus"]]  # where there is nothing to do, nothing is started
    assert row_of(result, "minus").total == 4
    assert row_of(result, "minus").seed == 7


def test_workers_are_told_what_the_gradebook_knows(course, monkeypatch):
    course.submit("ana", RIGHT)
    told, submit = [], grading.Pool.submit

    def spy(pool, function, job, **how):
        told.append((function, job))
        submit(pool, function, job, **how)

    monkeypatch.setattr(grading.Pool, "submit", spy)
    grade(course.root, "tiny")
    assert [function for function, _job in told] == [grading.execute_one, grading.feedback_of]
    plan = load_plan(course.root, "tiny")
    assert [job.plan for _function, job in told] == [plan, plan]
    assert told[0][1].marks is None and told[1][1].marks["tiny"].grades["test_add"] == (4, 4)


def test_the_first_is_graded_before_the_last_is_looked_at(course, monkeypatch):
    students = [f"s{number:02}" for number in range(12)]
    for student in students:
        course.submit(student, RIGHT)
    grade(course.root, "tiny", students=students[3:5])
    looked, at_first = [], []
    digest, write = grading.submission_digest, Writer.write

    def look(root, assignment, student):
        looked.append(student)
        return digest(root, assignment, student)

    def written(self, student, executed):
        at_first.append(len(looked))
        return write(self, student, executed)

    monkeypatch.setattr(grading, "submission_digest", look)
    monkeypatch.setattr(Writer, "write", written)
    told = io.StringIO()
    result = grade(course.root, "tiny", workers=1, console=Console(file=told, width=100))
    assert looked == students and at_first[0] < len(students)
    assert [(row.student, row.total) for row in result.rows] == [(s, 4) for s in students]
    assert "10/10" in told.getvalue() and "2 already graded and unchanged." in told.getvalue()


def test_a_ctrl_c_that_a_library_swallows_stops_the_run_all_the_same(course, monkeypatch):
    for student in ("ana", "bo", "cy"):
        course.submit(student, RIGHT)
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # a background shell has none
    write = Writer.write

    def swallowing(self, student, executed):
        with suppress(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
        return write(self, student, executed)

    try:
        with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
            patched.setattr(Writer, "write", swallowing)
            grade(course.root, "tiny", workers=1)
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    finally:
        signal.signal(signal.SIGINT, before)
    records = course.root / "_build" / "grading" / "tiny" / "records"
    assert [path.stem for path in records.glob("*.json")] == ["ana"]
    assert [row.total for row in grade(course.root, "tiny").rows] == [4, 4, 4]


@pytest.mark.slow
def test_a_failure_of_ours_is_no_zero_loses_nothing_and_is_graded_next_time(graded, monkeypatch):
    course = graded[0]
    before = page(course, "right"), course.graded("right")
    real = Writer.write

    def lose_one(self, student, executed):
        if student == "right":
            raise NotWritten("the disk is full")
        return real(self, student, executed)

    monkeypatch.setattr(Writer, "write", lose_one)
    result = grade(course.root, "tiny", students=["right", "minus"], force=True)
    assert [row.student for row in result.failed] == ["right"]
    assert row_of(result, "right").total is None
    assert row_of(result, "minus").total is not None
    assert (page(course, "right"), course.graded("right")) == before
    monkeypatch.undo()
    assert row_of(grade(course.root, "tiny"), "right").total == 4


def test_of_a_file_that_breaks_off_a_person_is_asked_for_another(course):
    course.submit("bo", RIGHT)
    path = course.submit("ana", RIGHT)
    path.write_bytes(path.read_bytes()[: path.read_bytes().index(b"Result(add)")])
    result = grade(course.root, "tiny")
    assert (row_of(result, "ana").status, row_of(result, "ana").total) == ("mended", 4)
    assert [row.student for row in result.damaged] == ["ana"]
    assert json.loads((course.root / "marks" / "tiny.json").read_text("utf-8"))["damaged"] == [
        "ana"
    ]
    said = io.StringIO()
    print_report(result, Console(file=said, width=200))
    assert "ask for another file: ana." in said.getvalue()
    page = (course.root / "marks" / "tiny.en.html").read_text("utf-8")
    assert "Damaged or cut off" in page and "Nothing waits for a person" not in page


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse such a folder's name")
def test_what_cannot_be_read_or_named_costs_its_own_submission_only(course, monkeypatch):
    for student in ("locked", "full", "caf\udce9"):  # the last as an archive from Windows has it
        course.submit(student, RIGHT, file="\x1b[31m\udce9.ipynb")

    digest, write = grading.submission_digest, Writer.write

    def locked(root, assignment, student):
        if student == "locked":
            raise PermissionError("no access")
        return digest(root, assignment, student)

    def full(self, student, executed):
        if student == "full":
            raise NotWritten("no space left")
        return write(self, student, executed)

    monkeypatch.setattr(grading, "submission_digest", locked)
    monkeypatch.setattr(Writer, "write", full)
    result = grade(course.root, "tiny")
    assert [row.student for row in result.failed] == ["caf\udce9", "full", "locked"]
    assert all(row.total is None for row in result.rows)
    assert "no access" in row_of(result, "locked").reason
    assert "no space left" in row_of(result, "full").reason
    out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")  # strict, as a terminal is
    print_report(result, Console(file=out, width=160))
    out.flush()
    assert "caf\ufffd" in out.buffer.getvalue().decode("utf-8")
    assert "locked" in (course.root / "marks" / "tiny.csv").read_text("utf-8-sig")
    monkeypatch.undo()
    after = grade(course.root, "tiny", students=["locked"])
    assert row_of(after, "locked").total == 4
    monkeypatch.setattr(grading, "submission_digest", locked)
    said = io.StringIO()
    grade(course.root, "tiny", students=["locked"], console=Console(file=said))
    assert "unchanged" not in said.getvalue()  # it could not be graded
    assert "\x1b" not in row_of(after, "locked").reason


def test_a_disk_without_room_ends_the_run_in_a_sentence_and_the_next_does_the_rest(
    course, monkeypatch
):
    course.submit("ana", RIGHT)

    def full(*_record):
        raise OSError(28, "No space left on device", "ana.json")

    monkeypatch.setattr(grading.Record, "save", full)
    with pytest.raises(CourseError, match=r"\(No space left on device: ana.json\).*same command"):
        grade(course.root, "tiny")
    monkeypatch.undo()
    assert row_of(grade(course.root, "tiny"), "ana").total == 4


@pytest.mark.slow
def test_a_page_that_could_not_be_made_costs_no_mark_and_is_made_next_time(course, monkeypatch):
    course.submit("ana", RIGHT)
    monkeypatch.setattr(grading, "feedback_of", math.sqrt)  # of a submission, which has no root
    assert row_of(grade(course.root, "tiny"), "ana").total == 4
    path = course.root / "feedback" / "ana" / "tiny" / "tiny.html"
    assert not path.exists()
    monkeypatch.undo()
    assert row_of(grade(course.root, "tiny"), "ana").total == 4
    assert path.is_file()


def test_manual_marks_from_the_formgrader_count_in_the_report(graded):
    course = graded[0]
    with open_gradebook(course.root) as gradebook:
        gradebook.find_grade("test_add", "tiny", "tiny", "kills").manual_score = 2.5
        gradebook.db.commit()
    assert row_of(report(course.root, "tiny"), "kills").total == 2.5


RUN = """
from course_lib.grading.grade import grade
if __name__ == "__main__":
    grade(".", "tiny", workers=1)
"""


@pytest.mark.slow
def test_a_run_that_is_killed_goes_on_where_it_stopped(course, monkeypatch):
    students = ["a", "b", "c"]
    for student in students:
        course.submit(student, RIGHT)
    (course.root / "run.py").write_text(RUN)
    process = subprocess.Popen([sys.executable, "run.py"], cwd=course.root)
    records = course.root / "_build" / "grading" / "tiny" / "records"
    deadline = time.monotonic() + 300
    while not list(records.glob("*.json")):
        assert process.poll() is None and time.monotonic() < deadline
        time.sleep(0.05)
    with pytest.raises(CourseError, match="already"):
        grade(course.root, "tiny")
    family = psutil.Process(process.pid).children(recursive=True)
    process.kill()
    process.wait()
    psutil.wait_procs(family, timeout=30)
    done = [path.stem for path in records.glob("*.json")]
    asked = []
    real = grading.run_jobs

    def spy(run, waiting, writer):
        waiting = list(waiting)
        asked.extend(job.student for job, _key in waiting)
        return real(run, waiting, writer)

    monkeypatch.setattr(grading, "run_jobs", spy)
    result = grade(course.root, "tiny")
    assert sorted(asked + done) == students
    assert [(row.student, row.total) for row in result.rows] == [(s, 4) for s in students]
    assert not [process for process in family if process.is_running()]


def test_a_forced_run_that_is_stopped_does_the_rest_without_force(course, monkeypatch):
    for student in ("ana", "ben"):
        course.submit(student, RIGHT)
    grade(course.root, "tiny", seed=7)
    records = course.root / "_build" / "grading" / "tiny" / "records"
    assert len(list(records.glob("*.json"))) == 2

    def stopped(*_run):
        raise KeyboardInterrupt

    monkeypatch.setattr(grading, "_grade_all", stopped)
    with pytest.raises(KeyboardInterrupt):
        grade(course.root, "tiny", seed=7, force=True)
    assert not list(records.glob("*.json"))


def test_a_locked_gradebook_is_one_sentence(course):
    course.submit("ana", RIGHT)
    settings = course.root / "nbgrader_config.py"
    settings.write_text(settings.read_text("utf-8").replace("timeout=60", "timeout=1"), "utf-8")
    other = sqlite3.connect(course.root / "gradebook.db")
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises(CourseError, match=r"gradebook\.db cannot be used .*locked.* Close what"):
        grade(course.root, "tiny")
    other.close()


def test_a_file_that_is_no_gradebook_is_one_sentence_and_stays(course):
    course.submit("ana", RIGHT)
    path = course.root / "gradebook.db"
    path.write_bytes(b"not a database at all, but somebody's file" * 100)
    with pytest.raises(CourseError, match="gradebook"):
        grade(course.root, "tiny")
    assert path.read_bytes().startswith(b"not a database")


def test_a_gradebook_of_another_version_is_not_touched(course):
    course.submit("ana", RIGHT)
    with sqlite3.connect(course.root / "gradebook.db") as database:
        database.execute("UPDATE alembic_version SET version_num = 'older'")
    with pytest.raises(CourseError, match="db upgrade"):
        grade(course.root, "tiny")


def test_an_unknown_assignment_names_those_that_exist(course):
    with pytest.raises(CourseError, match="tiny"):
        grade(course.root, "ps9_nothing")


def test_the_hidden_part_of_a_check_is_cut_out_with_its_marks():
    source = "a\n### BEGIN HIDDEN TESTS\nb\n### END HIDDEN TESTS\nc"
    assert without_hidden_tests(source) == "a\nc"
