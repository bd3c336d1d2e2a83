"""nbgrader's exchange, as JupyterHub uses it, around ``course grade``: out, in, marked, back."""

import os
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbgrader.utils import get_username

from course_lib.grading.grade import grade
from course_lib.grading.gradebook import open_gradebook

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(os.name == "nt", reason="nbgrader's exchange needs POSIX"),
]

RIGHT = "def add(a, b):\n    return a + b"


@pytest.fixture
def nbgrader(tmp_path):
    """A function: run one of nbgrader's commands in a folder, with an exchange of its own."""
    exchange = tmp_path / "exchange"
    exchange.mkdir()
    exchange.chmod(0o777)

    def run(folder: Path, *arguments: str) -> None:
        places = f"--Exchange.root={exchange}", f"--Exchange.cache={tmp_path / 'cache'}"
        done = subprocess.run(
            [sys.executable, "-m", "nbgrader", *arguments, "--course", "conv", *places],
            cwd=folder,
            env={**os.environ, "JUPYTER_CONFIG_DIR": str(tmp_path / "no-config")},
            capture_output=True,
            text=True,
            timeout=240,
        )
        assert done.returncode == 0, done.stderr

    return run


@pytest.mark.parametrize(
    ("language", "answer", "points"),
    [("en", RIGHT, 4.0), ("id", "def add(a, b):\n    return a - b", 1.0)],
)
def test_out_in_marked_and_back(course, nbgrader, tmp_path, find_cell, language, answer, points):
    """The student is who runs the tests: nbgrader asks the system who hands in."""
    student = get_username()
    release = f"--CourseDirectory.release_directory=exercises/{language}"
    nbgrader(course.root, "release_assignment", "tiny", release)
    home = tmp_path / "home"
    home.mkdir()
    nbgrader(home, "fetch_assignment", "tiny")
    path = home / "tiny" / "tiny.ipynb"
    notebook = nbformat.read(path, as_version=4)
    find_cell(notebook, "add").source = answer
    nbformat.write(notebook, path)
    nbgrader(home, "submit", "tiny")
    nbgrader(course.root, "collect", "tiny")

    graded = grade(course.root, "tiny", workers=1)
    assert graded.failed == []
    found = [(row.student, row.language, row.points["test_add"]) for row in graded.rows]
    assert found == [(student, language, points)]
    with open_gradebook(course.root) as gradebook:  # when it was handed in counts for lateness
        assert gradebook.find_submission("tiny", student).timestamp is not None

    nbgrader(course.root, "release_feedback", "tiny")
    nbgrader(home, "fetch_feedback", "tiny")
    pages = list((home / "tiny" / "feedback").rglob("*.html"))
    assert len(pages) == 1
    assert re.search(f'<html[^>]*lang="{language}"', pages[0].read_text("utf-8"))
