"""What the gradebook has is not put there again; what it does not have as it should is."""

import sqlite3

import pytest

from course_lib.grading import release as releasing
from course_lib.grading.config import load_config, source_path
from course_lib.grading.gradebook import open_gradebook
from course_lib.grading.registered import is_registered
from course_lib.grading.release import register

TABLES = (
    "assignment",
    "notebook",
    "base_cell",
    "source_cell",
    "grade_cells",
    "solution_cells",
    "task_cells",
)


@pytest.fixture
def made(course, monkeypatch):
    """How often something is put into the gradebook of the course from now on."""
    real, made = releasing._run_nbgrader, []

    def run(*about, register):
        made.append(register)
        return real(*about, register=register)

    monkeypatch.setattr(releasing, "_run_nbgrader", run)
    return made


def rows(course) -> dict[str, set]:
    with sqlite3.connect(course.root / "gradebook.db") as gradebook:
        return {table: {*gradebook.execute(f"SELECT * FROM {table}")} for table in TABLES}


def test_what_is_there_is_left_alone(course, made):
    before = rows(course)
    assert before["source_cell"] and before["grade_cells"]
    register(course.root, "tiny")
    assert made == [] and rows(course) == before


def change_the_source(course):
    path = source_path(course.root, "tiny")
    text = path.read_text("utf-8")
    path.write_text(text.replace("points: 4", "points: 5").replace('"points": 4', '"points": 5'))
    assert path.read_text("utf-8") != text


def change_the_settings(course):
    path = course.root / "nbgrader_config.py"
    path.write_text(path.read_text("utf-8") + "\nc.ClearSolutions.code_stub = {'python': 'pass'}\n")
    load_config(course.root)


def forget_the_stamp(course):
    (course.root / "_build/grading/tiny/registered.json").unlink()


def break_the_stamp(course):
    (course.root / "_build/grading/tiny/registered.json").write_text("{", "utf-8")


def begin_a_new_gradebook(course):
    (course.root / "gradebook.db").unlink()


def in_the_gradebook(change: str):
    def made(course):
        with sqlite3.connect(course.root / "gradebook.db") as gradebook:
            assert gradebook.execute(change).rowcount

    return made


CHANGES = {
    "the source": change_the_source,
    "the settings": change_the_settings,
    "no stamp": forget_the_stamp,
    "a broken stamp": break_the_stamp,
    "a new gradebook": begin_a_new_gradebook,
    "points": in_the_gradebook("UPDATE grade_cells SET max_score = 77"),
    "a cell's text": in_the_gradebook("UPDATE source_cell SET source = 'other'"),
    "the kernel": in_the_gradebook("UPDATE notebook SET kernelspec = '{}'"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_whatever_has_changed_it_is_put_there_again(course, made, change):
    before = rows(course)
    CHANGES[change](course)
    register(course.root, "tiny")
    assert made == [True]
    after = rows(course)
    same = change not in ("the source", "the settings", "a new gradebook")
    assert (after == before) == same
    with open_gradebook(course.root) as gradebook:
        assert is_registered(course.root, "tiny", gradebook)
    register(course.root, "tiny")
    assert made == [True] and rows(course) == after


def test_a_source_that_is_saved_while_it_is_registered_is_registered_next_time(
    course, made, monkeypatch
):
    forget_the_stamp(course)
    real, saved = releasing._run_nbgrader, []

    def slowly(*about, register):
        notebook = real(*about, register=register)
        if not saved:
            saved.append(change_the_source(course))
        return notebook

    monkeypatch.setattr(releasing, "_run_nbgrader", slowly)
    register(course.root, "tiny")
    register(course.root, "tiny")
    assert made == [True, True]
    with sqlite3.connect(course.root / "gradebook.db") as gradebook:
        assert (5.0,) in {*gradebook.execute("SELECT max_score FROM grade_cells")}
