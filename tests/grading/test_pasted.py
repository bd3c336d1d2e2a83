"""Pictures that were pasted into answers come through mending; nothing else does."""

import nbformat
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from course_lib.grading import pasted
from course_lib.grading.markdown import render_markdown
from course_lib.grading.mend import mend

PNG = {"a.png": {"image/png": "iVBORw0KGgo="}}


def about(name: str, **more) -> dict:
    return {"nbgrader": {"grade_id": name, "schema_version": 3, **more}}


def released() -> NotebookNode:
    start = "from course_lib.grading import check, start\n\nstart('tiny', language='en')"
    task = about("why", task=True, points=3, grade=False, solution=False, locked=True)
    written = about("said", task=False, points=3, grade=True, solution=True, locked=False)
    cells = [
        new_code_cell(start, id="start"),
        new_markdown_cell("Why?", id="why", metadata=task),
        new_markdown_cell("Say it.", id="said", metadata=written),
    ]
    return new_notebook(cells=cells)


def mended(change):
    notebook = released()
    change({cell.id: cell for cell in notebook.cells})
    made, notes = mend(notebook, released())
    nbformat.validate(made)
    found = {cell.source: cell.attachments for cell in made.cells if "attachments" in cell}
    return found, [note.text() for note in notes]


def test_a_picture_in_an_answer_stays():
    def answer(cells):
        cells["said"].source = "So: ![](attachment:a.png)"
        cells["said"].attachments = nbformat.from_dict(PNG)
        cells["start"].attachments = nbformat.from_dict(PNG)

    assert mended(answer) == ({"So: ![](attachment:a.png)": PNG}, [])


def test_a_picture_in_the_question_goes_below_it_with_its_text():
    def answer(cells):
        cells["why"].source += " ![](attachment:a.png)"
        cells["why"].attachments = nbformat.from_dict(PNG)

    found, notes = mended(answer)
    assert found == {"Why? ![](attachment:a.png)": PNG}
    assert len(notes) == 1 and "why" in notes[0]


def test_a_question_that_is_as_released_has_no_picture():
    def answer(cells):
        cells["why"].attachments = nbformat.from_dict(PNG)

    assert mended(answer) == ({}, [])


MOST = pasted.LARGEST * 2**20 * 4 // 3


@pytest.mark.parametrize(
    "kinds",
    [
        {"image/svg+xml": "PHN2Zy8+"},
        {"text/html": "<script>alert(1)</script>"},
        {"image/png": '"onload=alert(1) x="'},
        {"image/png": "A" * (MOST + 8)},
        {"image/png": ""},
        {"image/png": ["iVBO"]},
        {"image/png": {"a": 1}},
        {},
        "iVBO",
        None,
    ],
)
def test_what_is_no_picture_is_left_out_and_told(kinds):
    def answer(cells):
        cells["said"].attachments = nbformat.from_dict(PNG | {"b\n <i>.svg": kinds})

    found, (note,) = mended(answer)
    assert found == {"Say it.": PNG}
    assert note.startswith("b <i>.svg, which") or "&lt;i" in note
    text = "![](attachment:b.svg)"
    assert "data:" not in render_markdown(text, {"b.svg": kinds})


@pytest.mark.parametrize("attachments", [None, [], "a", {"a": None}, {1: {2: 3}}])
def test_attachments_of_any_shape_do_no_harm(attachments):
    assert pasted.kept(attachments)[0] == {}
    assert "attachment:a" in render_markdown("![](attachment:a)", attachments)


def test_the_largest_that_fits_is_kept():
    picture = {"a.webp": {"image/webp": "A" * MOST}}
    assert pasted.kept(picture) == (picture, [])
