"""What a person marks after grading: it reaches the student's page, and nobody is executed."""

import csv
import io
import json
import math
from datetime import datetime

import pytest
from rich.console import Console

from course_lib.grading import by_hand
from course_lib.grading import grade as grading
from course_lib.grading.grade import grade
from course_lib.grading.gradebook import open_gradebook
from course_lib.grading.marks import moodle_csv
from course_lib.grading.release import release
from course_lib.grading.report import print_report, report
from course_lib.i18n import speaking
from tests.end_to_end.test_class_page import section
from tests.end_to_end.test_written_answers import QUESTION

RIGHT = "def add(a, b):\n    return a + b"
LATE = "2030-01-02 00:00:00 UTC"


@pytest.fixture(scope="module")
def graded(make_course, tmp_path_factory):
    """Ana, Bo who is late, which costs everything, and Cy, whose file is cut off."""
    course = make_course(tmp_path_factory.mktemp("course"))
    course.source.write_text(course.source.read_text("utf-8") + QUESTION, "utf-8")
    settings = course.root / "nbgrader_config.py"
    late = '\nc.LateSubmissionPlugin.penalty_method = "zero"\n'
    settings.write_text(settings.read_text("utf-8") + late, "utf-8")
    release(course.root, "tiny")
    with open_gradebook(course.root) as gradebook:
        gradebook.find_assignment("tiny").duedate = datetime(2030, 1, 1)
        gradebook.db.commit()
    course.submit("ana", RIGHT)
    (course.submit("bo", RIGHT).parent / "timestamp.txt").write_text(LATE)
    course.submit("cy", RIGHT).write_text('{"cells": [', "utf-8")
    grade(course.root, "tiny", seed=3)
    return course


@pytest.fixture
def course(graded, monkeypatch):
    """The graded class, in which nothing can be executed; it begins as it was graded."""
    mark(graded, "ana", None, comment=None, extra=None)
    mark(graded, "bo", None)
    grade(graded.root, "tiny")
    monkeypatch.setattr(grading, "run_jobs", lambda *_: pytest.fail("somebody is executed"))
    return graded


def mark(course, student, score, **more):
    """What the formgrader does when a teacher writes a score, a comment or extra credit."""
    with open_gradebook(course.root) as gradebook:
        where = ("why_plus", "tiny", "tiny", student)
        gradebook.find_grade(*where).manual_score = score
        if "comment" in more:
            gradebook.find_comment(*where).manual_comment = more["comment"]
        if "extra" in more:
            gradebook.find_grade("test_add", *where[1:]).extra_credit = more["extra"]
        gradebook.db.commit()


def page(course, student):
    return course.root / "feedback" / student / "tiny" / "tiny.html"


def row_of(result, student):
    return next(row for row in result.rows if row.student == student)


def test_a_mark_given_by_hand_reaches_its_own_page_and_nobody_elses(course):
    others = {student: page(course, student).stat().st_mtime_ns for student in ("bo", "cy")}
    graded_at = row_of(report(course.root, "tiny"), "ana").graded_at
    mark(course, "ana", 4.5)
    out = io.StringIO()
    result = grade(course.root, "tiny", console=Console(file=out, width=160))
    assert result.renewed == ["ana"]
    assert "Pages written anew after marking by hand: 1." in out.getvalue()
    assert "2 already graded and unchanged." in out.getvalue()
    text = page(course, "ana").read_text("utf-8")
    assert "4.5 / 6" in text and "8.5 <small>of 10 points" in text and "still to read" not in text
    assert {student: page(course, student).stat().st_mtime_ns for student in others} == others
    kept = json.loads((course.root / "marks" / "tiny.json").read_text("utf-8"))
    assert kept["renewed"] == ["ana"]
    assert row_of(result, "ana").graded_at == graded_at  # it was not graded again
    assert grade(course.root, "tiny").renewed == []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("what", "shown"), [({"comment": "Well **put**."}, "<strong>put"), ({"extra": 0.5}, "4.5 / 4")]
)
def test_so_do_a_comment_and_extra_credit(course, what, shown):
    mark(course, "ana", None, **what)
    assert grade(course.root, "tiny", students=["ana"]).renewed == ["ana"]
    assert shown in page(course, "ana").read_text("utf-8")


def test_what_lateness_costs_is_computed_anew_from_the_mark(course):
    mark(course, "bo", 3.0)
    result = grade(course.root, "tiny")
    row = row_of(result, "bo")
    assert (row.total, row.percent, row.to_mark) == (0, 0, 0)
    assert row.notes == ["Handed in late: 7 points less."]
    text = page(course, "bo").read_text("utf-8")
    assert "0 <small>of 10 points" in text and "7 points less" in text
    for line in csv.DictReader(io.StringIO(moodle_csv(result))):
        assert line["ID number"] != "bo" or line["tiny"] == "0"


def test_more_time_given_by_a_person_gives_the_points_back(course):
    with open_gradebook(course.root) as gradebook:
        gradebook.grant_extension("tiny", "bo", days=3)
    row = row_of(grade(course.root, "tiny"), "bo")
    with open_gradebook(course.root) as gradebook:
        gradebook.grant_extension("tiny", "bo")
    assert (row.total, row.notes) == (4, [])
    assert row_of(grade(course.root, "tiny"), "bo").total == 0


def test_who_has_lost_all_to_lateness_has_no_per_cent_while_a_mark_is_still_to_come(course):
    row = row_of(report(course.root, "tiny"), "bo")
    assert (row.total, row.to_mark, row.percent) == (0, 6, 0)
    text = page(course, "bo").read_text("utf-8")
    assert "you have 0 per cent" in text and "100 per cent" not in text


def test_a_page_that_could_not_be_written_is_told_and_written_next_time(course, monkeypatch):
    mark(course, "ana", 2.0)
    monkeypatch.setattr(by_hand, "feedback_of", math.sqrt)  # of a submission, which has no root
    out = io.StringIO()
    assert grade(course.root, "tiny", console=Console(file=out, width=200)).renewed == []
    assert "page of ana could not be written anew" in out.getvalue()
    monkeypatch.setattr(by_hand, "feedback_of", by_hand.feedback_of)
    monkeypatch.undo()
    assert grade(course.root, "tiny").renewed == ["ana"]
    assert "2 / 6" in page(course, "ana").read_text("utf-8")


def test_what_could_not_be_read_waits_for_no_mark_anywhere_and_is_still_a_persons(course):
    result = report(course.root, "tiny")
    row = row_of(result, "cy")
    assert (row.status, row.total, row.to_mark) == ("unreadable", 0, 0)
    assert row.points == {"test_add": 0, "why_plus": 0} and "cut off" in row.reason
    assert [row.student for row in result.to_mark] == ["ana", "bo"]
    out = io.StringIO()
    print_report(result, Console(file=out, width=200))
    assert "formgrader: ana, bo." in out.getvalue()
    assert "ask for another file: cy." in out.getvalue()
    marks = {line["ID number"]: line["tiny"] for line in csv.DictReader(io.StringIO(
        moodle_csv(result)))}  # fmt: skip
    assert marks == {"ana": "-", "bo": "-", "cy": "0"}
    assert "still to read" not in page(course, "cy").read_text("utf-8")
    told = result.to_dict()
    assert (told["to_mark"], told["unreadable"]) == (["ana", "bo"], ["cy"])
    with speaking("en"):
        text = section(grading_page(course), "human")
    assert "why_plus 6 2" in text and text.count("cy") == 1 and "cut off" in text
    with open_gradebook(course.root) as gradebook:  # nor in the formgrader
        assert not gradebook.find_submission("tiny", "cy").needs_manual_grade
        assert gradebook.find_submission("tiny", "ana").needs_manual_grade


def grading_page(course) -> str:
    return (course.root / "marks" / "tiny.en.html").read_text("utf-8")


@pytest.mark.slow
def test_what_is_handed_in_again_and_can_be_read_is_to_be_marked(graded):
    cut_off = (graded.root / "submitted/cy/tiny/tiny.ipynb").read_text("utf-8")
    graded.submit("cy", RIGHT)
    row = row_of(grade(graded.root, "tiny"), "cy")
    assert (row.total, row.to_mark, row.points["why_plus"]) == (4, 6, None)
    with open_gradebook(graded.root) as gradebook:
        assert gradebook.find_submission("tiny", "cy").needs_manual_grade
    (graded.root / "submitted/cy/tiny/tiny.ipynb").write_text(cut_off, "utf-8")
    assert row_of(grade(graded.root, "tiny"), "cy").points["why_plus"] == 0
