"""A feedback page made in a worker is the one that nbgrader's own command makes, byte for byte."""

import glob
import os
import shutil

import nbformat
import pytest
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.converters import GenerateFeedback

from course_lib.grading.directories import course_directory
from course_lib.grading.engine.log import quiet_log
from course_lib.grading.feedback import feedback_one
from course_lib.grading.release import made_release
from tests.grading.engine.stock import engine, graded_files, hand_in, make_course
from tests.grading.engine.test_writer import (
    LATE,
    RICH,
    answered,
    cell_of,
    error,
    name_of,
    set_due,
    shown_by,
    stream,
    value,
)

pytestmark = pytest.mark.filterwarnings("ignore:Object of type")
STUDENTS = ["right", "wrong", "part", "loud", "draws", "zh", "untouched"]


def shown_to(student):
    if student != "zh":
        return shown_by(student if student != "untouched" else "right")
    found = {"item": "mix.add", "findings": [{"kind": "fault", "id": "x", "text": "<它>。"}]}
    rich = {**RICH, "application/vnd.course.check+json": found}
    outputs = {
        "test_part": [value("0.5", **rich)],
        "test_add": [stream("stdout", "x" * 9000), error("ValueError")],
    }
    return lambda cell: outputs.get(name_of(cell), [])


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """A class, graded and partly marked by a person."""
    root = make_course(
        tmp_path_factory.mktemp("class") / "course",
        'c.LateSubmissionPlugin.penalty_method = "zero"',
    )
    set_due(root)
    for student in STUDENTS:
        released = made_release(root, "mix", "zh_CN" if student == "zh" else "en")
        names = [] if student == "untouched" else ["add", "in_words"]
        notebook = answered(released, *names)
        if student == "zh":
            cell_of(notebook, "in_words").source = "$x^2$ **因为** <script>alert(1)</script>"
        files = {"helper.py": "x = 1\n"} if student in ("zh", "part") else {}
        hand_in(root, student, notebook, files | (LATE if student == "draws" else {}))
        engine(root, student, shown_to(student))
    with Gradebook(course_directory(root).db_url) as gradebook:
        for student, score in (("zh", 3.25), ("part", 0.0)):
            where = ("mix", "mix", student)
            grade = gradebook.find_grade("in_words", *where)
            grade.manual_score, grade.needs_manual_grade = score, False
            gradebook.find_grade("test_part", *where).extra_credit = 0.5
            gradebook.find_comment("in_words", *where).manual_comment = "**Well** put."
            gradebook.find_comment("a_task", *where).manual_comment = "<b>no</b>"
        gradebook.find_grade("a_task", "mix", "mix", "zh").manual_score = 1
        gradebook.db.commit()
    return root


def by_nbgrader(root, student) -> None:
    course = course_directory(root)
    course.assignment_id, course.student_id = "mix", glob.escape(student)
    converter = GenerateFeedback(coursedir=course, config=course.config)
    converter.log = course.log = quiet_log()
    converter.force = True
    converter.start()


def pages(root) -> dict:
    home = root / "feedback"
    return {
        path.relative_to(home).as_posix(): (
            path.stat().st_mode,
            path.read_bytes() if path.is_file() else b"",
        )
        for path in sorted(home.rglob("*"))
    }


def test_pages_are_nbgraders(graded):
    shutil.rmtree(graded / "feedback", ignore_errors=True)
    for student in STUDENTS:
        by_nbgrader(graded, student)
    expected = pages(graded)
    shutil.rmtree(graded / "feedback")
    for _again in range(2):
        for student in STUDENTS:
            page = feedback_one(graded, "mix", student)
            assert page == graded / "feedback" / student / "mix" / "mix.html"
        found = pages(graded)
        assert found.keys() == expected.keys()
        for name in expected:
            assert found[name] == expected[name], name
    texts = [content for _mode, content in expected.values() if content]
    assert len(texts) == len(STUDENTS) + 3  # with two helpers and a time stamp
    assert any("因为".encode() in text and b"<math" in text for text in texts)
    assert any(b"<strong>Well</strong>" in text for text in texts)
    assert not any(b"HIDDEN" in text or b"<script" in text for text in texts)


def test_the_gradebook_is_only_read(graded, tmp_path):
    file = graded / "gradebook.db"
    before = file.read_bytes()
    feedback_one(graded, "mix", "right")
    assert file.read_bytes() == before
    assert not list(graded.glob("gradebook.db-*"))


def test_a_mark_given_since_is_on_the_next_page(graded):
    first = feedback_one(graded, "mix", "loud").read_text("utf-8")
    with Gradebook(course_directory(graded).db_url) as gradebook:
        gradebook.find_grade("by_hand", "mix", "mix", "loud").manual_score = 1.75
        gradebook.db.commit()
    second = feedback_one(graded, "mix", "loud").read_text("utf-8")
    assert "1.75" in second and "1.75" not in first


OWN = """
from nbgrader.preprocessors import NbGraderPreprocessor

class Greets(NbGraderPreprocessor):
    def preprocess(self, nb, resources):
        nb.cells[0].source += " for you"
        return nb, resources

c.GenerateFeedback.preprocessors = [*FEEDBACK_STEPS, Greets]
"""


@pytest.mark.parametrize(
    "config",
    [
        OWN,
        "c.HideHiddenTests.enabled = False",
        "c.GenerateFeedback.post_convert_hook = lambda **about: open('hook.txt', 'w').close()",
        "c.GenerateFeedback.permissions = 600",
        "c.CourseDirectory.feedback_directory = 'back'",
    ],
)
def test_what_a_course_changes_is_obeyed(graded, tmp_path, config):
    roots = []
    for name in ("nbgraders", "ours"):
        root = tmp_path / name
        shutil.copytree(graded, root)
        shutil.rmtree(root / "feedback", ignore_errors=True)
        with (root / "nbgrader_config.py").open("a", encoding="utf-8") as file:
            file.write(config + "\n")
        roots.append(root)
    by_nbgrader(roots[0], "zh")
    feedback_one(roots[1], "mix", "zh")
    folders = [course_directory(root).feedback_directory for root in roots]
    found = [
        {
            path.name: (path.stat().st_mode, path.read_bytes())
            for path in (root / folder / "zh" / "mix").iterdir()
        }
        for root, folder in zip(roots, folders, strict=True)
    ]
    assert found[0] == found[1] and found[0]
    assert [(root / "hook.txt").exists() for root in roots] == ["hook" in config] * 2


def test_a_page_that_cannot_be_made_leaves_the_former_one(graded, monkeypatch):
    page = feedback_one(graded, "mix", "right")
    text = page.read_bytes()
    path = graded / "autograded" / "right" / "mix" / "mix.ipynb"
    notebook = nbformat.read(path, as_version=4)
    cell_of(notebook, "test_add").metadata.nbgrader["grade_id"] = "unknown"
    kept = path.read_bytes()
    path.chmod(0o644)
    nbformat.write(notebook, path)
    try:
        with pytest.raises(MissingEntry, match="unknown"):
            feedback_one(graded, "mix", "right")
    finally:
        path.write_bytes(kept)
    assert page.read_bytes() == text
    assert os.listdir(page.parents[1]) == ["mix"]


def test_nothing_graded_is_told(graded):
    with pytest.raises(FileNotFoundError, match="no graded notebook"):
        feedback_one(graded, "mix", "nobody")
    assert "nobody" not in graded_files(graded)
