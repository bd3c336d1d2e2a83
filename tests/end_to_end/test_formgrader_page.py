"""Formgrader's page of a submission, as its server makes it, is whole without a network."""

import re
from types import SimpleNamespace

import nbformat
import pytest
from nbformat.v4 import new_markdown_cell

PICTURE = "iVBORw0KGgo="
WRITTEN = (
    "Because $h_t$ does, and\n\n$$\n\\mathbf{c}_t = \\sigma(x)\n$$\n\n![mine](attachment:a.png)\n\n"
    "<img src=x onerror=alert(1)> and $\\nothing{$"
)


@pytest.fixture
def page(course, monkeypatch):
    """The HTML that formgrader sends for the one submission of the tiny course."""
    from nbgrader.server_extensions.formgrader.formgrader import FormgradeExtension

    def answer(notebook):
        written = new_markdown_cell(WRITTEN, attachments={"a.png": {"image/png": PICTURE}})
        notebook.cells.append(written)

    graded = course.root / "autograded" / "ana" / "tiny" / "tiny.ipynb"
    graded.parent.mkdir(parents=True)
    nbformat.write(nbformat.read(course.submit("ana", answer), 4), graded)
    monkeypatch.chdir(course.root)
    formgrader = FormgradeExtension()
    formgrader.root_dir = str(course.root)
    formgrader.initialize([])
    server = SimpleNamespace(settings={})
    formgrader.init_tornado_settings(server)
    about = {"index": 0, "total": 1, "base_url": "", "notebook_id": "tiny", "submission_id": "1"}
    about |= {"assignment_id": "tiny", "student": "ana", "last_name": "", "first_name": ""}
    exporter = server.settings["nbgrader_exporter"]
    return exporter.from_filename(str(graded), resources=about | {"notebook_path": "tiny"})[0]


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
    assert f'src="data:image/png;base64,{PICTURE}"' in page
    assert "<img src=x" not in page
