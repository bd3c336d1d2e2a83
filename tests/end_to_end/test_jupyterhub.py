"""The round of docs/grading.md on a real JupyterHub: two students, a teacher, three accounts."""

import os
import re
import sys

import nbformat
import pytest

if os.name == "nt":
    pytest.skip("JupyterHub needs POSIX", allow_module_level=True)

from tests.end_to_end.running_hub import running_hub, why_not

pytestmark = pytest.mark.slow

RIGHT = "def add(a, b):\n    return a + b"
WRONG = "def add(a, b):\n    return a - b"
TINY = {"course_id": "conv", "assignment_id": "tiny"}
NBGRADER = sys.executable, "-m", "nbgrader"
COURSE = sys.executable, "-c", "import sys; from course_lib.cli import main; sys.exit(main())"


@pytest.fixture(scope="module")
def hub(make_course):
    """The Hub with the tiny course released into the exchange, and everybody's server running."""
    if reason := why_not():
        pytest.skip(reason)
    with running_hub() as hub:
        folder = hub.home("teacher") / "course"
        folder.mkdir()
        make_course(folder)
        (folder / "_config.yml").touch()  # by which `course` knows the folder
        settings = hub.home("teacher") / ".jupyter"
        settings.mkdir()
        (settings / "nbgrader_config.py").symlink_to(folder / "nbgrader_config.py")
        hub.give("teacher", settings)
        hub.give("teacher", folder)
        _teacher(hub, *COURSE, "release", "tiny")
        _teacher(hub, *NBGRADER, "release_assignment", "tiny")
        for user in ("teacher", "ana", "budi"):
            hub.open_server(user)
        yield hub


def _teacher(hub, *command: str) -> str:
    done = hub.run("teacher", *command, folder=hub.home("teacher") / "course")
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def _act(hub, user: str, action: str) -> list[dict]:
    """What the buttons of the Assignment List do; gives the user's submissions."""
    answer = hub.ask(user, f"assignments/{action}", method="POST", **TINY).json()
    assert answer["success"], answer
    return [one for listed in answer["value"] for one in listed.get("submissions", [])]


def _answer(hub, user: str, source: str, find_cell, *, file="tiny.ipynb") -> None:
    """Write an answer in JupyterLab, and give the notebook another name there."""
    if file != "tiny.ipynb":
        named = hub.ask(user, "api/contents/tiny/tiny.ipynb", method="PATCH", path=f"tiny/{file}")
        assert named.status_code == 200, named.text
    model = hub.ask(user, f"api/contents/tiny/{file}").json()
    notebook = nbformat.from_dict(model["content"])
    find_cell(notebook, "add").source = source
    saved = {"type": "notebook", "format": "json", "content": notebook}
    written = hub.ask(user, f"api/contents/tiny/{file}", method="PUT", **saved)
    assert written.status_code == 200, written.text


def test_out_in_marked_and_back(hub, find_cell):
    """Two submissions of one student, a renamed notebook, and one in another's name."""
    released = hub.ask("ana", "assignments?course_id=conv").json()["value"]
    assert [(one["assignment_id"], one["status"]) for one in released] == [("tiny", "released")]
    for user in ("ana", "budi"):
        _act(hub, user, "fetch")
    _answer(hub, "ana", WRONG, find_cell)
    _act(hub, "ana", "submit")
    _answer(hub, "ana", RIGHT, find_cell)
    assert len(_act(hub, "ana", "submit")) == 2
    _answer(hub, "budi", WRONG, find_cell, file="my homework (1).ipynb")
    _act(hub, "budi", "submit")
    forged = hub.run("budi", *NBGRADER, "submit", "tiny", "--student=ana")
    assert forged.returncode == 0, forged.stderr

    said = _teacher(hub, *NBGRADER, "collect", "tiny")
    assert "by ana, and belongs to budi" in said
    _teacher(hub, *COURSE, "grade", "tiny", "--workers", "1")
    answer = hub.ask("teacher", "formgrader/api/submissions/tiny")
    assert answer.status_code == 200, answer.text
    listed = answer.json()
    marks = {one["student"]: one["score"] for one in listed if one["autograded"]}
    assert marks == {"ana": 4.0, "budi": 1.0}

    _teacher(hub, *NBGRADER, "release_feedback", "tiny")
    for user in ("ana", "budi"):
        (back,) = [one for one in _act(hub, user, "fetch_feedback") if one["has_local_feedback"]]
        folder = hub.home(user) / back["local_feedback_path"]
        (page,) = folder.glob("*.html")
        assert re.search('<html[^>]*lang="en"', page.read_text("utf-8"))


def test_a_student_reaches_no_other(hub):
    course = hub.home("teacher") / "course"
    for whose in ("budi", "teacher"):
        for path in ("api/contents", "formgrader/api/assignments", "assignments?course_id=conv"):
            there = whose == "teacher" or not path.startswith("formgrader")
            refused = hub.ask("ana", path, whose=whose).status_code
            assert refused == (403 if there else 404), (whose, path)
    assert hub.ask("ana", "formgrader/api/assignments").status_code == 404
    assert hub.ask("teacher", "formgrader/api/assignments").status_code == 200
    closed = (
        course / "gradebook.db",
        course / "solutions" / "tiny" / "tiny.md",
        hub.home("budi"),
        hub.exchange / "conv" / "inbound",
    )
    for path in closed:
        assert path.exists()
        assert "Permission denied" in hub.run("ana", "ls", "-l", f"{path}/").stderr, path
        assert "Permission denied" in hub.run("ana", "cat", str(path)).stderr or path.is_dir(), path
    taken = hub.run("ana", "mv", str(hub.exchange / "conv"), str(hub.exchange / "mine"))
    assert taken.returncode != 0 and (hub.exchange / "conv").is_dir()
