"""Formgrader's page of a submission, as its server makes it, is whole without a network."""

import re
from types import SimpleNamespace

import pytest
from nbformat.v4 import new_markdown_cell

from course_lib.grading.feedback import feedback_one
from course_lib.grading.grade import grade
from course_lib.grading.release import release

PICTURE = "iVBORw0KGgo="
DRAWING = "PHN2ZyBvbmxvYWQ9ImFsZXJ0KDEpIi8+"  # <svg onload="alert(1)"/>
WRITTEN = (
    "Because $h_t$ does, and\n\n$$\n\\mathbf{c}_t = \\sigma(x)\n$$\n\n![mine](attachment:a.png)\n\n"
    "![two](attachment:my%20own.jpg) ![three](attachment:b.svg) ![four](attachment:lost.png)\n\n"
    "`attachment:a.png`\n\n"
    "<img src=x onerror=alert(1)> and $\\nothing{$"
)


@pytest.fixture(scope="module")
def graded(make_course, tmp_path_factory):
    """The tiny course with one submission, as ``course grade`` leaves it."""
    course = make_course(tmp_path_factory.mktemp("course"))
    release(course.root, "tiny")
    attachments = {
        "a.png": {"image/png": PICTURE},
        "my own.jpg": {"image/jpeg": "/9j/4AAQ\n"},
        "b.svg": {"image/svg+xml": DRAWING, "text/html": "<script>alert(1)</script>"},
    }
    course.submit(
        "ana",
        lambda notebook: notebook.cells.append(new_markdown_cell(WRITTEN, attachments=attachments)),
    )
    grade(course.root, "tiny", seed=3)
    return course


@pytest.fixture
def page(graded, monkeypatch):
    """The HTML that formgrader sends for the one submission of the tiny course."""
    from nbgrader.server_extensions.formgrader.formgrader import FormgradeExtension

    course, path = graded, graded.root / "autograded" / "ana" / "tiny" / "tiny.ipynb"
    monkeypatch.chdir(course.root)
    formgrader = FormgradeExtension()
    formgrader.root_dir = str(course.root)
    formgrader.initialize([])
    server = SimpleNamespace(settings={})
    formgrader.init_tornado_settings(server)
    about = {"index": 0, "total": 1, "base_url": "", "notebook_id": "tiny", "submission_id": "1"}
    about |= {"assignment_id": "tiny", "student": "ana", "last_name": "", "first_name": ""}
    exporter = server.settings["nbgrader_exporter"]
    return exporter.from_filename(str(path), resources=about | {"notebook_path": "tiny"})[0]


def test_formgraders_page_asks_no_other_host_and_shows_formulas(page):
    assert not re.findall(r"""(?:src|href)\s*=\s*["']?(?:https?:)?//[^"' >]+""", page)
    assert set(re.findall(r"https?://([\w.-]+)", page)) <= {"www.w3.org"}
    assert "MathJax" not in page and "import mermaid" not in page
    said = re.sub(r"<annotation.*?</annotation>", "", page, flags=re.S)
    assert "$a + b$" not in said and "$h_t$" not in said and "\\mathbf" not in said
    assert page.count("<math") == 3
    assert "<code>\\nothing{</code>" in page, "what is no TeX can still be read"


def test_formgraders_page_has_what_marking_needs(page):
    assert 'id="test_add"' in page and "mark-graded" in page and 'class="comment' in page
    assert "<img src=x" not in page


def test_pasted_pictures_reach_the_marker_and_the_student(graded, page):
    feedback = feedback_one(graded.root, "tiny", "ana").read_text("utf-8")
    for shown in (page, feedback):
        tags = re.findall(r"<img [^>]*>", shown)
        sources = [re.search(r' src="([^"]*)"', tag)[1] for tag in tags]
        pictures = dict(zip(sources, re.findall(r' alt="(\w+)"', "".join(tags)), strict=True))
        assert pictures == {
            f"data:image/png;base64,{PICTURE}": "mine",
            "data:image/jpeg;base64,/9j/4AAQ": "two",
            "attachment:b.svg": "three",
            "attachment:lost.png": "four",
        }
        assert "<code>attachment:a.png</code>" in shown
        assert DRAWING not in shown and "<script>alert" not in shown
        assert "b.svg, which was put into an answer, cannot be shown" in shown
    assert "<script" not in feedback
