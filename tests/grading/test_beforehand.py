"""What a run loads at once is what it will need: torch only where something is to be graded."""

import json
import os

import pytest

from course_lib.grading.beforehand import record_path, something_to_grade


@pytest.fixture
def root(tmp_path):
    """A class of two that is graded, in a course with another assignment."""
    for name in ("one", "two"):
        (tmp_path / "solutions" / name).mkdir(parents=True)
        (tmp_path / "solutions" / name / f"{name}.md").write_text("")
    for student in ("ana", "budi"):
        (tmp_path / "submitted" / student / "one").mkdir(parents=True)
        (tmp_path / "submitted" / student / "one" / "one.ipynb").write_text("{}")
        record(tmp_path, student, "graded")
    for path in (tmp_path / "submitted").rglob("*"):
        os.utime(path, (1e9, 1e9))
    for path in (tmp_path / "solutions").rglob("*"):
        os.utime(path, (1e9, 1e9))
    return tmp_path


def record(root, student, status):
    path = record_path(root, "one", student)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"student": student, "status": status}, indent=1))


def test_a_class_that_is_graded_needs_nothing(root):
    assert not something_to_grade(root, ["one", "two"])
    assert not something_to_grade(root, ["one"], ["ana"])
    assert not something_to_grade(root, ["two"], ["nobody"])


@pytest.mark.parametrize("change", ["handed in again", "a file beside", "release", "failed", "new"])
def test_whatever_is_to_be_graded_is_seen(root, change):
    if change == "handed in again":
        os.utime(root / "submitted/budi/one/one.ipynb")
    elif change == "a file beside":
        (root / "submitted/budi/one/mine.py").write_text("")
    elif change == "release":
        os.utime(root / "solutions/one/one.md")
    elif change == "failed":
        record(root, "budi", "failed")
    else:
        record_path(root, "one", "budi").unlink()
    os.utime(record_path(root, "one", "ana"))
    assert something_to_grade(root, ["two", "one"])
    assert something_to_grade(root, ["one"], ["ana"]) is (change == "release")
