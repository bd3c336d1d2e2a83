"""What stays of a student's text and of a test cell's outputs."""

import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from course_lib.grading.execute import _drop_noise
from course_lib.grading.feedback_page import page
from course_lib.grading.markdown import render_markdown
from course_lib.grading.result import CHECK


@pytest.mark.parametrize(
    "text",
    ["<script>alert(1)</script>", "a <img src=x onerror=alert(1)>", "[x](javascript:alert(1))"],
)
def test_markup_of_a_student_is_shown_and_not_obeyed(text):
    page = render_markdown(text)
    assert "<script" not in page and "<img" not in page and "href=" not in page


def test_hints_still_open_and_formulas_need_no_script():
    page = render_markdown("<details><summary>Hint</summary>\n\n$c_t$\n\n</details>")
    assert "<details><summary>Hint</summary>" in page and "</details>" in page
    assert "<math" in page


def test_a_formula_that_is_no_tex_is_shown_as_it_was_written():
    assert "\\nonsense{" in render_markdown("$\\nonsense{$")


@pytest.mark.parametrize(("data", "left"), [({CHECK: {}}, 1), ({}, 2)])
def test_warnings_are_dropped_only_beside_the_result_of_a_check(data, left):
    """Without a check's result, stderr may be the exception of a result that cannot be shown."""
    cell = new_code_cell()
    cell.outputs = [
        new_output("stream", name="stderr", text="UserWarning"),
        new_output("execute_result", data={"text/plain": "4.0", **data}),
    ]
    _drop_noise(cell)
    assert len(cell.outputs) == left


def test_the_table_of_points_says_first_what_went_wrong_and_the_page_can_be_dark():
    findings = [{"text": "The state is <b>lost</b>. It starts again."}, {"text": "And more."}]
    entry = {CHECK: {"item": "tiny.add", "findings": findings}, "text/html": "", "text/plain": "0"}
    about = {"grade_id": "check_add", "grade": True, "points": 4, "score": 0}
    cell = new_code_cell("check()", metadata={"nbgrader": about})
    cell.outputs = [new_output("execute_result", data=entry)]
    grading = {"student": "ana", "assignment": "tiny", "score": 0, "max_score": 4}
    made = page(new_notebook(cells=[cell]), {**grading, "late_penalty": 0}, "en")
    table = made[made.index("<tbody>") : made.index("</tbody>")]
    assert "The state is &lt;b&gt;lost&lt;/b&gt;.<" in table and "more" not in table
    assert "prefers-color-scheme: dark" in made
    cell.outputs[0].data[CHECK]["findings"] = []
    made = page(new_notebook(cells=[cell]), {**grading, "late_penalty": 0}, "en")
    assert 'class="why"' not in made
