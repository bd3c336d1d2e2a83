"""The students' notebooks as they are committed in exercises/."""

import json
from contextlib import chdir
from pathlib import Path

import nbformat
import pytest

from course_lib.exercises import get_assignment
from course_lib.grading.config import assignments
from course_lib.grading.release import answer_lines, read_source, release_path, stale
from course_lib.grading.result import CHECK
from course_lib.i18n import LANGUAGES
from tests.slow import slow_but

ROOT = Path(__file__).resolve().parents[2]
ALL = [(name, language) for name in assignments(ROOT) for language in LANGUAGES]


def released(assignment: str, language: str):
    return nbformat.read(release_path(ROOT, assignment, language), as_version=4)


def graded_points(notebook) -> dict[str, float]:
    return {
        cell.metadata.nbgrader.grade_id: cell.metadata.nbgrader.points
        for cell in notebook.cells
        if cell.metadata.get("nbgrader", {}).get("grade")
        or cell.metadata.get("nbgrader", {}).get("task")
    }


@pytest.fixture(scope="module")
def run():
    """A function: the notebook as nbgrader's own command executes it, with the course's step."""
    from course_lib.grading.engine.nbgrader_step import ExecuteShutIn

    step = ExecuteShutIn(timeout=120, isolation="best")

    def execute(notebook, folder):
        name = notebook.metadata.course.assignment
        with chdir(ROOT):  # where nbgrader's commands work
            about = {"assignment": name, "notebook": name}
            resources = {"metadata": {"path": str(folder)}, "nbgrader": about}
            return step.preprocess(notebook, resources)[0]

    return execute


def points_of(notebook) -> dict[str, float]:
    from nbgrader.utils import determine_grade, is_grade

    return {
        cell.metadata.nbgrader.grade_id: determine_grade(cell)[0]
        for cell in notebook.cells
        if is_grade(cell)
    }


def test_there_is_an_assignment():
    assert "ps4_lstm" in assignments(ROOT)


def test_the_committed_notebooks_are_what_the_sources_give():
    old = [str(path.relative_to(ROOT)) for path in stale(ROOT)]
    assert old == [], "run `course release`"


def _about(cell) -> dict:
    """A cell's metadata; the checksum of a text is that of its words, in its language."""
    about = dict(cell.metadata)
    if cell.cell_type == "markdown" and "nbgrader" in about:
        about["nbgrader"] = {k: v for k, v in about["nbgrader"].items() if k != "checksum"}
    return about


@pytest.mark.parametrize(("assignment", "language"), ALL)
def test_the_languages_have_the_same_cells_code_and_points(assignment, language):
    english, other = released(assignment, "en"), released(assignment, language)
    assert [cell.id for cell in other.cells] == [cell.id for cell in english.cells]
    assert [cell.cell_type for cell in other.cells] == [cell.cell_type for cell in english.cells]
    assert [_about(cell) for cell in other.cells] == [_about(cell) for cell in english.cells]
    code = [
        (a.source, b.source)
        for a, b in zip(english.cells, other.cells, strict=True)
        if a.cell_type == "code" and a.source != b.source
    ]
    told = [(a.replace('language="en"', f'language="{language}"'), b) for a, b in code]
    assert len(told) == (0 if language == "en" else 1)
    assert all(a == b for a, b in told)
    assert other.metadata.course == {"assignment": assignment, "language": language}


@pytest.mark.parametrize(("assignment", "language"), ALL)
def test_no_answer_and_no_hidden_test_is_in_a_release(assignment, language):
    text = release_path(ROOT, assignment, language).read_text("utf-8")
    for mark in ("BEGIN SOLUTION", "END SOLUTION", "HIDDEN TESTS", "hidden=True", "MARK SCHEME"):
        assert mark not in text
    answers = answer_lines(read_source(ROOT, assignment))
    assert len(answers) > 10
    lines = {
        line.strip()
        for cell in json.loads(text)["cells"]
        for line in "".join(cell["source"]).splitlines()
    }
    assert lines & answers == set()


@pytest.mark.parametrize("assignment", assignments(ROOT))
def test_the_cells_points_are_the_points_of_the_items_and_questions_and_the_core_is_100(assignment):
    described = get_assignment(assignment)
    points = graded_points(released(assignment, "en"))
    assert points == {f"check_{item.id}": item.points for item in described.items} | {
        question.id: question.points for question in described.written
    }
    assert described.points == 100


@pytest.mark.parametrize("assignment", slow_but(["ps4_lstm"], assignments(ROOT)))
def test_an_untouched_release_scores_0_when_it_is_run(assignment, run, tmp_path):
    points = points_of(run(released(assignment, "id"), tmp_path))
    assert points and set(points.values()) == {0}


@pytest.mark.parametrize("assignment", slow_but(["ps4_lstm"], assignments(ROOT)))
def test_the_solution_scores_everything_when_it_is_run(assignment, run, tmp_path):
    source = read_source(ROOT, assignment)
    notebook = run(source, tmp_path)
    questions = {question.id for question in get_assignment(assignment).written}
    checked = {id: most for id, most in graded_points(source).items() if id not in questions}
    assert points_of(notebook) == checked
    checks = [
        output.data[CHECK]
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        if CHECK in output.get("data", {})
    ]
    assert all(found["passed"] and found["hidden"] for found in checks)
    assert len(checks) == len(checked)
