"""Questions that a person marks, and bonus points: from the source to the student's page."""

import csv
import io
import re

import nbformat
import pytest
from nbformat.v4 import new_markdown_cell
from rich.console import Console

from course_lib.errors import CourseError
from course_lib.exercises.outline import outlined
from course_lib.exercises.spec import Assignment, Item, Written
from course_lib.grading import points
from course_lib.grading.engine.planning import load_plan
from course_lib.grading.engine.steps import Steps
from course_lib.grading.feedback import feedback_one
from course_lib.grading.grade import grade
from course_lib.grading.gradebook import open_gradebook
from course_lib.grading.html import Progress, Welcome
from course_lib.grading.release import release, source_blocks, student_notebook
from course_lib.grading.report import print_report, report
from course_lib.grading.result import AspectResult, CheckResult
from course_lib.grading.sample import read_student, submitted_files
from course_lib.grading.submissions import read_submission

QUESTION = """
+++ {"nbgrader": {"grade": false, "grade_id": "why_plus", "locked": true, "points": 6, \
"schema_version": 3, "solution": false, "task": true}}

Why is $a + b = b + a$?

=== BEGIN MARK SCHEME ===

3 points: each of the two counts is the same things. 3 points: an example.

=== END MARK SCHEME ===

+++

*Write your answer into this cell.*
"""
BONUS = """
```{code-cell} ipython3
---
nbgrader:
  grade: true
  grade_id: check_more
  locked: true
  points: 5
  schema_version: 3
  solution: false
  task: false
---
Result(add)
```
"""
RIGHT = "def add(a, b):\n    return a + b"


def described(bonus=True) -> Assignment:
    common = {"kind": "function", "name": "add", "signature": "add(a, b)", "result": "sum"}
    common |= {"arguments": (), "returns": (), "axes": None, "cases": None, "oracle": None}
    common |= {"candidate": None, "aspects": (), "faults": ()}
    items = (
        Item("add", "Add", 4, **common),
        Item("more", "More", 5, bonus=bonus, part="bonus", **common),
    )
    return Assignment("tiny", "Tiny", 60, (), items, (Written("why_plus", "Why plus", 6),))


@pytest.fixture(scope="module")
def with_question(make_course, tmp_path_factory):
    course = make_course(tmp_path_factory.mktemp("course"))
    course.source.write_text(course.source.read_text("utf-8") + QUESTION + BONUS, "utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(points, "outline", lambda _id: outlined(described()))
        release(course.root, "tiny")
        yield course


def answer(text, code=RIGHT):
    def change(notebook):
        place = next(k for k, c in enumerate(notebook.cells) if "Write your" in c.source)
        notebook.cells[place].source = text
        next(c for c in notebook.cells if c.id == "add").source = code

    return change


@pytest.fixture(scope="module")
def graded_once(with_question):
    with_question.submit("ana", answer("Because *counting* does not know an order."))
    return with_question, grade(with_question.root, "tiny", seed=3)


@pytest.fixture
def graded(graded_once):
    """The course and its report; marks that a test gives are taken back."""
    yield graded_once
    for name in ("why_plus", "check_more", "test_add"):
        mark(graded_once[0], name, None)


def mark(course, name, score):
    """What the formgrader does when a teacher writes a score."""
    with open_gradebook(course.root) as gradebook:
        gradebook.find_grade(name, "tiny", "tiny", "ana").manual_score = score
        gradebook.db.commit()


def page(course, student):
    return feedback_one(course.root, "tiny", student).read_text("utf-8")


def test_the_release_has_the_question_without_its_rubric_and_the_source_keeps_it(with_question):
    cell = next(c for c in student_notebook(with_question.root, "tiny").cells if c.id == "why_plus")
    assert cell.source == "Why is $a + b = b + a$?"
    assert cell.metadata.nbgrader.points == 6
    assert "MARK SCHEME" in with_question.source.read_text("utf-8")
    blocks = [block.text for block in source_blocks(with_question.root, "tiny")]
    assert "Why is $a + b = b + a$?" in blocks
    assert not any("3 points" in block or "MARK SCHEME" in block for block in blocks)


def test_a_line_of_the_rubric_elsewhere_in_the_notebook_is_refused(new_course):
    line = "3 points: each of the two counts is the same things. 3 points: an example."
    text = new_course.source.read_text("utf-8")
    new_course.source.write_text(text + QUESTION + f"\n+++\n\n{line}\n", "utf-8")
    with pytest.raises(CourseError, match="give away"):
        release(new_course.root, "tiny")


def test_an_unread_answer_is_waiting_and_no_zero(graded):
    row = graded[1].rows[0]
    assert row.points == {"test_add": 4, "check_more": 4, "why_plus": None}
    assert (row.total, row.max_total, row.to_mark) == (8, 10, 6)
    assert row.percent == pytest.approx(100 + 100 * 4 / 10)
    assert "still to be marked" in row.reason and "6" in row.reason
    assert graded[1].max_total == 10 and graded[1].bonus == {"check_more"}


def test_the_table_and_the_csv_say_what_is_to_be_marked(graded):
    out = io.StringIO()
    print_report(graded[1], Console(file=out, width=160, force_terminal=False))
    assert "formgrader: ana" in out.getvalue() and "…" in out.getvalue()
    text = (graded[0].root / "marks" / "tiny.csv").read_text("utf-8-sig")
    line = next(csv.DictReader(io.StringIO(text)))
    assert (line["why_plus"], line["to mark"], line["total"], line["max"]) == ("", "6", "8", "10")


def test_the_students_page_has_the_answer_and_no_rubric_and_no_lost_points(graded):
    text = page(graded[0], "ana")
    assert "counting" in text and "Why is" in text
    assert "MARK SCHEME" not in text and "an example" not in text
    assert "6 more points are for answers that your teacher has still to read" in text
    assert "you have 140 per cent" in text
    assert re.search(r"– / 6", text) and "of 10 points" in text and "4 of them are a bonus" in text
    assert text.index("4 of them are a bonus") < text.index("6 more points")  # of the points above


def test_a_mark_given_by_a_person_counts_and_survives_grading_again(graded):
    course = graded[0]
    mark(course, "why_plus", 4.5)
    row = report(course.root, "tiny").rows[0]
    assert (row.points["why_plus"], row.total, row.to_mark) == (4.5, 12.5, 0)
    assert row.percent == pytest.approx(100 * 8.5 / 10 + 100 * 4 / 10)
    assert "why_plus" in row.reason
    again = grade(course.root, "tiny", force=True).rows[0]
    assert (again.points, again.total) == (row.points, row.total)
    text = page(course, "ana")
    assert "4.5 / 6" in text and "still to read" not in text


def test_what_is_lost_of_a_bonus_is_no_reason_for_a_mark(graded):
    course = graded[0]
    mark(course, "why_plus", 6)
    mark(course, "check_more", 0)
    row = report(course.root, "tiny").rows[0]
    assert (row.total, row.percent) == (10, 100)
    assert row.reason == "Everything is right. Of the bonus, this is not complete: more."


def test_points_above_by_a_bonus_do_not_hide_what_is_wrong_in_the_core(graded):
    course = graded[0]
    mark(course, "why_plus", 6)
    mark(course, "test_add", 1)
    row = report(course.root, "tiny").rows[0]
    assert row.total > row.max_total and "add is not complete" in row.reason


def test_an_answer_written_into_the_question_is_kept_below_it(with_question):
    def into_the_question(notebook):
        next(c for c in notebook.cells if c.id == "why_plus").source += "\n\nBecause!"

    with_question.submit("bo", into_the_question)
    submission = read_submission(with_question.root, "tiny", "bo")
    cells = submission.notebook.cells
    place = next(k for k, c in enumerate(cells) if c.id == "why_plus")
    assert cells[place].source == "Why is $a + b = b + a$?"
    assert "Because!" in cells[place + 1].source
    assert any("why_plus" in note.text() for note in submission.notes)


def test_cells_that_a_student_adds_as_an_answer_stay_where_they_are(with_question):
    def more(notebook):
        place = next(k for k, c in enumerate(notebook.cells) if "Write your" in c.source)
        notebook.cells.insert(place + 1, new_markdown_cell("And *more*."))

    with_question.submit("cy", more)
    submission = read_submission(with_question.root, "tiny", "cy")
    sources = [c.source for c in submission.notebook.cells]
    assert sources.index("And *more*.") == sources.index("Why is $a + b = b + a$?") + 2
    assert not submission.notes


def test_a_student_of_the_bundled_class_answers_below_the_question(with_question, tmp_path):
    path = tmp_path / "ana.py"
    path.write_text("# name: Ana\n# %% why_plus\n# Since *both* count.\n#\n# So there.\n", "utf-8")
    files = submitted_files(with_question.root, "tiny", read_student(path))
    cells = nbformat.reads(files["tiny.ipynb"], 4).cells
    place = next(k for k, c in enumerate(cells) if c.id == "why_plus")
    assert cells[place + 1].source == "Since *both* count.\n\nSo there."


def result(item, points, most):
    aspects = (AspectResult("a", "a", points, True), AspectResult("b", "b", most - points, False))
    return CheckResult(f"tiny.{item}", item, most, aspects)


def test_progress_tells_core_bonus_and_written_parts_apart():
    shown = Progress(
        described(), {"tiny.add": result("add", 3, 4), "tiny.more": result("more", 2, 5)}
    )
    assert shown.points == 3
    assert str(shown).split("\n") == [
        "Tiny: 3 of 10 points so far. Bonus: 2 of 5.",
        "Add: 3 of 4",
        "More (bonus): 2 of 5",
        "Why plus: read by your teacher, 6 points",
    ]
    assert "read by your teacher" in shown._repr_html_()
    assert "10 points" in str(Welcome(described())) and "5 more points" in str(Welcome(described()))


def logged(course, language, change=None) -> list[str]:
    """What nbgrader's steps say of a notebook that is handed in."""
    path = course.root / "exercises" / language / "tiny" / "tiny.ipynb"
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        if change and cell.id in change:
            cell.source = change[cell.id]
    steps = Steps(load_plan(course.root, "tiny"))
    steps.sanitise(notebook, "ana")
    return list(steps.log.take())


@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_the_log_is_silent_on_what_changes_in_every_notebook(with_question, language):
    """Hidden tests and mark schemes come back into each of them."""
    assert logged(with_question, language) == []
    assert logged(with_question, language, {"add": RIGHT}) == []


@pytest.mark.parametrize("cell", ["test_add", "why_plus"])
def test_the_log_names_a_locked_cell_that_was_changed(with_question, cell):
    (line,) = logged(with_question, "en", {cell: "4.0"})
    assert cell in line and "checksum" in line
