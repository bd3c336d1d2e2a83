"""Points and automatic comments of an executed cell: nbgrader's own, with four differences.

The differences are on purpose, and all are here:

* **Text on stderr is no wrong answer.** nbgrader gives 0 to a test cell with any text there, and
  torch warns there about its own affairs. The text stays in the notebook for the student to see;
  it is left out of scoring only. A test that fails raises, and an error still scores 0.
* **More points than there are goes to a person.** nbgrader drops the whole submission when a test
  cell shows a number above its points. Here that cell alone has no automatic points and waits to
  be marked by hand. So does one whose result has no text at all.
* **Less than nothing is nothing.** nbgrader gives all points to a test cell that shows a negative
  number or nan, which a wrong answer can bring about; here those score 0.
* **A check that fails itself is no wrong answer.** It says so, and shows 0 points, as it must show
  some; that mistake is ours. The cell waits to be marked by hand. Where only the search for the
  cause of a wrong answer fails, the answer is still wrong.
"""

from logging import Logger

from nbformat import NotebookNode
from nbgrader import utils

from course_lib.grading.reasons import check_failed


def points_of(cell: NotebookNode, log: Logger | None = None) -> float | None:
    """The automatic points of a grade cell; None when a person has to give them."""
    try:
        scored = without_stderr(cell)
        points, _most = utils.determine_grade(scored, log)
    except (ValueError, KeyError) as error:
        if log:
            log.warning("%s: %s; left to a person", cell.metadata.nbgrader["grade_id"], error)
        return None
    if check_failed(cell):
        return None
    return 0.0 if points and _is_less_than_nothing(scored) else points


def _is_less_than_nothing(cell: NotebookNode) -> bool:
    """Whether the result that decides is a number below 0, or none."""
    results = [output for output in cell.get("outputs", []) if _is_result(output)]
    try:
        return bool(results) and not float(results[0].data["text/plain"]) >= 0
    except (ValueError, TypeError, KeyError):
        return False


def _is_result(output: NotebookNode) -> bool:
    return output.output_type == "execute_result"


def comment_of(cell: NotebookNode) -> str | None:
    """nbgrader's automatic comment on an answer or task cell."""
    unchanged = cell.metadata.nbgrader.get("checksum") == utils.compute_checksum(cell)
    return "No response." if unchanged and not utils.is_task(cell) else None


def without_stderr(cell: NotebookNode) -> NotebookNode:
    """The cell as it is scored; the very same cell when it wrote nothing to stderr."""
    if cell.cell_type != "code" or not any(_is_stderr(output) for output in cell.outputs):
        return cell
    scored = NotebookNode(cell)
    scored["outputs"] = [output for output in cell.outputs if not _is_stderr(output)]
    return scored


def _is_stderr(output: NotebookNode) -> bool:
    return output.output_type == "stream" and output.name == "stderr"
