"""Marks for Moodle, Canvas and nbgrader's own export; no mark is never a zero."""

import csv
import io
import subprocess
import sys

import pytest

from course_lib.grading.marks import canvas_csv, marks_csv, moodle_csv
from course_lib.grading.report import report
from course_lib.grading.results import GradeReport, Row
from tests.end_to_end.made_class import MadeClass


def table(text: str) -> list[dict]:
    return list(csv.DictReader(io.StringIO(text)))


@pytest.fixture
def made(new_course) -> MadeClass:
    made = MadeClass(new_course)
    made.put("10203", name=("Siti", "Nur, Aini"), email="siti@kampus.id", lms="77", written=6.0)
    made.put("budi", name=("布迪", "=1+1"), points=1.0, written=2.0, late=10.0)
    made.put("cy", points=4.0)  # the question is still to be marked
    made.put("dina", status="failed")
    made.course.submit("eko", "x = 1")
    return made


def test_moodle_has_its_own_columns_and_no_grade_is_a_dash(made):
    rows = table(moodle_csv(report(made.root, "tiny")))
    assert list(rows[0])[:5] == ["First name", "Last name", "ID number", "Email address", "tiny"]
    assert rows[0]["tiny"] == "10" and rows[0]["ID number"] == "10203"
    assert rows[0]["Last name"] == "Nur, Aini" and rows[0]["Email address"] == "siti@kampus.id"
    assert rows[1]["tiny"] == "0"  # late: never below zero
    assert [row["tiny"] for row in rows[2:]] == ["-", "-", "-"]


def test_canvas_has_its_header_its_points_row_and_empty_cells(made):
    text = canvas_csv(report(made.root, "tiny"))
    lines = list(csv.reader(io.StringIO(text)))
    assert lines[0] == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "tiny"]
    assert lines[1][0].strip() == "Points Possible" and lines[1][5] == "10"
    assert lines[2] == ["Siti Nur, Aini", "77", "10203", "10203", "", "10"]
    assert [line[5] for line in lines[3:]] == ["0", "", "", ""]


def test_what_lateness_costs_is_said_and_all_of_it_leaves_nothing(new_course):
    made = MadeClass(new_course)
    made.put("ana", points=0.7, written=0.1, late=0.8)  # as binary numbers a little below 0
    made.put("budi", points=4.0, written=2.0, late=1.5)
    made.put("cy", points=4.0, written=2.0)
    rows = table(marks_csv(report(made.root, "tiny")).removeprefix("\ufeff"))
    assert [row["total"] for row in rows] == ["0", "4.5", "6"]
    assert [row["reason"].startswith("Handed in late: ") for row in rows] == [True, True, False]
    assert rows[1]["reason"].startswith("Handed in late: 1.5 points less. ")


def test_a_bonus_is_in_the_points_and_told_apart_for_moodle():
    items = {"check_a": 60.0, "check_b": 40.0, "check_more": 20.0}
    row = Row("ana", "Ana", "en", "graded", points=dict(items), total=118.0, max_total=100.0)
    result = GradeReport("tiny", items, [row], [], bonus=frozenset({"check_more"}))
    (moodle,) = table(moodle_csv(result))
    assert (moodle["tiny"], moodle["tiny (core)"], moodle["tiny (bonus)"]) == ("118", "98", "20")
    assert canvas_csv(result).splitlines()[1:] == [
        "    Points Possible,,,,,100",
        "Ana,,ana,ana,,118",
    ]


@pytest.mark.parametrize("begin", ["=", "+", "-", "@", "\t=", " =", "＝", "\r"])
def test_a_cell_that_begins_like_a_formula_is_text_in_every_file(begin):
    bad = begin + 'cmd|"/c calc"!A1'
    row = Row("ana", bad, "en", "graded", points={"a": 1.0}, total=1.0, max_total=1.0)
    row.first_name = row.last_name = row.email = row.reason = bad
    result = GradeReport("tiny", {"a": 1.0}, [row], [])
    for text in (marks_csv(result), moodle_csv(result), canvas_csv(result)):
        cells = [cell for line in csv.reader(io.StringIO(text)) for cell in line]
        assert "'" + bad in [cell.replace("\n", "\r") for cell in cells]
        assert not [c for c in cells if c[:1] in ("=", "+", "@", "\t", "\r", "＝")]


def test_the_files_are_utf8_and_only_the_one_for_spreadsheets_says_so(made):
    from course_lib.grading.report import write_reports

    write_reports(made.root, report(made.root, "tiny"))
    folder = made.root / "marks"
    assert (folder / "tiny.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    for use in ("moodle", "canvas"):
        content = (folder / f"tiny.{use}.csv").read_bytes()
        assert not content.startswith(b"\xef\xbb\xbf") and "布迪".encode() in content


def test_nbgraders_own_export_works_on_the_result(made):
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", "export", "--to", "grades.csv"],
        cwd=made.root, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    # It puts no quotes around a comma, so lines are looked at, not cells.
    lines = (made.root / "grades.csv").read_text("utf-8").splitlines()
    assert lines[0].startswith("assignment,duedate,timestamp,student_id")
    (siti,) = [line for line in lines if ",10203," in line]
    assert siti.endswith(",10.0,0.0,10.0,10.0")
