"""Honest submissions: real, stock nbgrader and the engine give the same, cell by cell."""

import shutil

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from nbgrader.api import Gradebook

from course_lib.bench.grading_course import gradable_class
from course_lib.exercises import ASSIGNMENTS
from course_lib.grading.directories import course_directory
from course_lib.grading.gradebook import prepare
from tests.grading.engine.stock import derived
from tests.grading.engine.truth import (
    ROOT,
    differences,
    grade_both,
    make_both,
    make_stock,
    nbgrader,
)


@pytest.mark.slow
def test_one_submission_in_indonesian(tmp_path):
    courses = make_both(tmp_path, "ps2_rnn", ["siti-rahmawati"])
    grade_both(courses, "ps2_rnn")
    found, counts = differences(courses, "ps2_rnn")
    assert found == []
    assert counts["notebooks"] == 1 and counts["outputs"] > 10
    assert derived(courses[1])[0][2] > 90


@pytest.mark.slow
@pytest.mark.parametrize("name", ASSIGNMENTS)
def test_two_submissions_of_each_assignment(tmp_path, name):
    students = [student.id for student in gradable_class(ROOT, name)]
    courses = make_both(tmp_path, name, [students[0], students[-1]])
    grade_both(courses, name)
    found, counts = differences(courses, name)
    assert found == []
    assert counts["notebooks"] == 2 and counts["outputs"] > 10
    assert len({row[2] for row in derived(courses[1])}) == 2


# An instructor's own assignment, as nbgrader's documentation makes one: nothing of ours is in it.

SETTINGS = """
c.CourseDirectory.source_directory = "source"
c.CourseDirectory.release_directory = "release"
"""
GIVEN = "import math\n\nTOLERANCE = 1e-9\n\ndef close(a, b):\n    return abs(a - b) < TOLERANCE"
SOLUTION = "def area(r):\n    ### BEGIN SOLUTION\n    return math.pi * r ** 2\n    ### END SOLUTION"
TEST = """assert close(area(1), math.pi)
### BEGIN HIDDEN TESTS
assert area(0) == 0
### END HIDDEN TESTS"""
PART = "points = 0\nif close(area(2), 4 * math.pi):\n    points += 1.5\npoints"
ANSWERS = {
    "right": "def area(r):\n    print('called')\n    return math.pi * r * r",
    "wrong": "def area(r):\n    return 2 * math.pi * r",
    "part": "def area(r):\n    return 4 * math.pi if r == 2 else 0.0",
    "raises": "def area(r):\n    return math.pi * r ** '2'",
    "broken": "def area(r:\n    return 3",
    "empty": "def area(r):\n    # YOUR CODE HERE\n    raise NotImplementedError()",
}


def about(name, grade=False, solution=False, points=None):
    told = {"grade": grade, "solution": solution, "locked": grade and not solution}
    told |= {"schema_version": 3, "task": False, "grade_id": name}
    return {"nbgrader": told | ({"points": points} if points is not None else {})}


def source():
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    cells = [
        new_markdown_cell("The area of a circle."),
        new_code_cell(GIVEN),
        new_code_cell(SOLUTION, metadata=about("area", solution=True)),
        new_code_cell(TEST, metadata=about("test_area", grade=True, points=2)),
        new_code_cell(PART, metadata=about("test_part", grade=True, points=2)),
        new_markdown_cell("Why?", metadata=about("why", grade=True, solution=True, points=3)),
    ]
    for number, cell in enumerate(cells):
        cell.id = f"cell-{number}"
    return new_notebook(cells=cells, metadata={"kernelspec": kernel})


@pytest.fixture(scope="module")
def circle(tmp_path_factory):
    """Two courses with a foreign assignment of two notebooks, graded by nbgrader's command: with
    its own steps, and with those of this course."""
    root = tmp_path_factory.mktemp("circle") / "stock"
    for name in ("one", "two"):
        path = root / "source" / "circle" / f"{name}.ipynb"
        path.parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(source(), path)
    config = (ROOT / "nbgrader_config.py").read_text("utf-8") + SETTINGS
    (root / "nbgrader_config.py").write_text(config, "utf-8")
    prepare(course_directory(root).db_url)  # nbgrader would call a program of alembic's for it
    nbgrader(root, "generate_assignment", "circle", "--create")
    for student, code in ANSWERS.items():
        folder = root / "submitted" / student / "circle"
        shutil.copytree(root / "release" / "circle", folder)
        for name in ("one", "two"):
            if (student, name) == ("part", "two"):
                (folder / "two.ipynb").unlink()  # was not handed in
                continue
            notebook = nbformat.read(folder / f"{name}.ipynb", as_version=4)
            notebook.cells[2].source = code
            notebook.cells[5].source = f"Because it is {student}."
            nbformat.write(notebook, folder / f"{name}.ipynb")
    (root / "submitted" / "wrong" / "circle" / "timestamp.txt").write_text("2026-01-02 03:04:05")
    courses = root, root.parent / "engine"
    shutil.copytree(*courses)
    make_stock(root)
    logs = [nbgrader(course, "autograde", "circle") for course in courses]
    return courses, logs


@pytest.mark.slow
def test_another_instructors_assignment_through_nbgraders_own_command(circle):
    courses, logs = circle
    found, counts = differences(courses, "circle")
    assert found == []
    assert counts["notebooks"] == 2 * len(ANSWERS) - 1
    scores = {(row[0], row[1]): row[2] for row in derived(courses[1])}
    assert scores["right", "one"] == 3.5 and scores["wrong", "two"] == 1.5
    assert scores["part", "one"] == 1.5 and scores["part", "two"] == 0
    assert not any("not shut in" in log for log in logs)


@pytest.mark.slow
def test_what_follows_works_on_it(circle, tmp_path):
    """A mark by hand, feedback, export, and grading once more, on what the engine has left."""
    root = tmp_path / "course"
    shutil.copytree(circle[0][1], root)
    with Gradebook(course_directory(root).db_url) as gradebook:
        grade = gradebook.find_grade("why", "one", "circle", "right")
        assert grade.needs_manual_grade
        grade.manual_score, grade.needs_manual_grade = 2.5, False
        gradebook.db.commit()
    nbgrader(root, "generate_feedback", "circle", "--student", "right")
    page = (root / "feedback" / "right" / "circle" / "one.html").read_text("utf-8")
    assert "HIDDEN TESTS" not in page and "area" in page
    nbgrader(root, "export", "--to", "marks.csv")
    rows = (root / "marks.csv").read_text("utf-8").splitlines()
    assert any("right" in row and ",9.5," in row for row in rows), rows
    nbgrader(root, "autograde", "circle", "--student", "right", "--force")
    with Gradebook(course_directory(root).db_url) as gradebook:
        grade = gradebook.find_grade("why", "one", "circle", "right")
        assert grade.manual_score == 2.5 and grade.needs_manual_grade
        assert gradebook.find_submission("circle", "right").score == 9.5
