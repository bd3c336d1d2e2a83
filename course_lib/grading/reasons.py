"""Why a submission got its mark, in one sentence: the first thing that went wrong."""

import re
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass

from nbconvert.filters import strip_ansi
from nbformat import NotebookNode
from nbgrader import utils

from course_lib.errors import CourseError
from course_lib.exercises.outline import item_outline
from course_lib.grading.execute import CHECK
from course_lib.grading.phrases import labelled, say_again, sentences
from course_lib.grading.result import number
from course_lib.grading.words import spoken
from course_lib.i18n import N_, _

ALL_RIGHT = N_("Everything is right.")
NOT_ANSWERED = N_("Nothing has been answered yet.")
STOPS = N_("The answer cell {cell} stops with {error}.")
DIES = N_("The answer cell {cell} ends the process that runs it.")
HANGS = N_("The answer cell {cell} ran too long and was stopped.")
CHECK_STOPS = N_("The check {cell} stops with {error}.")
CHECK_DIES = N_("The check {cell}: the code it calls ends the process that runs it.")
CHECK_HANGS = N_("The check {cell} ran too long and was stopped.")
LESS = N_("{cell} is not complete.")
NO_LOSS_YET = N_("Everything that was checked is right; {points} points are still to be marked.")


@dataclass(frozen=True)
class Finding:
    """One finding of a check, as the graded notebook keeps it."""

    item: str
    kind: str
    id: str
    text: str


def findings_of(notebook: NotebookNode) -> list[Finding]:
    """What the checks of a graded notebook found, in the order of its cells."""
    found = []
    for cell in notebook.cells:
        for result in check_results(cell):
            for entry in result.get("findings", []):
                item = str(result.get("item", ""))
                found.append(
                    Finding(
                        item.partition(".")[2] or cell_name(cell),
                        str(entry.get("kind", "unknown")),
                        str(entry.get("id", "")),
                        plain(brief(item, entry)),
                    )
                )
    return found


def check_results(cell: NotebookNode) -> list[dict]:
    """The results that a test cell's check left in its outputs; only from graded cells."""
    if cell.cell_type != "code" or not utils.is_grade(cell):
        return []
    results = [output.data.get(CHECK) for output in cell.outputs if "data" in output]
    return [result for result in results if isinstance(result, dict)]


def plain(text: str) -> str:
    """``text`` on one line, without characters that steer a terminal: students write some of it.

    Half characters, as in names of files from another system, cannot be printed: � stands there.
    """
    text = re.sub(r"[\ud800-\udfff]", "�", strip_ansi(text))
    return re.sub(r"[\s\x00-\x1f\x7f-\x9f]+", " ", text).strip()


def brief(item: str, entry: dict) -> str:
    """A finding in one sentence, in the language spoken now where its message is known.

    The notebook keeps the text in the student's language, with reasons and where to read on.
    """
    try:
        return spoken(item_outline(item).messages[entry["id"]]).what
    except (CourseError, KeyError):
        told = entry.get("told")
        if isinstance(told, dict) and isinstance(told.get("what"), dict):
            with suppress(Exception):  # a student may have written into the notebook
                return say_again(told["what"])
        text = str(entry.get("text", ""))
        return re.split(r"(?<=[.!?])\s|(?<=[。！？])", text, maxsplit=1)[0]


def cell_name(cell: NotebookNode) -> str:
    """The name people see: nbgrader's id without the prefix of test cells."""
    return short_name(str(cell.metadata.nbgrader.get("grade_id", "")))


def short_name(grade_id: str) -> str:
    """ "check_lstm_cell" -> "lstm_cell"."""
    return re.sub(r"^(check|test)_", "", grade_id)


def reason_of(row, notebook: NotebookNode | None, bonus: Collection[str] = ()) -> str:
    """The sentence of the table's last column. What is lost of a ``bonus`` is no reason."""
    if row.total is None or row.status == "unreadable" or notebook is None:
        return plain(sentences(*row.notes))
    error = _answer_error(notebook)
    loss = _first_loss(row, notebook, bonus)
    if loss:
        told = [error or loss]
    else:
        right = _(NO_LOSS_YET).format(points=number(row.to_mark)) if row.to_mark else _(ALL_RIGHT)
        told = [error, right]
    return plain(sentences(*row.notes, *filter(None, told)))


def _answer_error(notebook: NotebookNode) -> str | None:
    """The first answer cell that does not run: everything after it follows from that."""
    for cell in notebook.cells:
        if cell.cell_type == "code" and not utils.is_grade(cell):
            for output in cell.outputs:
                if output.output_type == "error":
                    name = cell_name(cell) if utils.is_solution(cell) else cell.get("id", "?")
                    return _told(output, name, STOPS, DIES, HANGS)
    return None


def _first_loss(row, notebook: NotebookNode, bonus: Collection[str]) -> str | None:
    """The first finding, or the first error, of the first graded cell without full marks."""
    for cell in notebook.cells:
        if not (utils.is_grade(cell) or utils.is_task(cell)):
            continue
        name = cell.metadata.nbgrader.grade_id
        score = row.points.get(name)
        if name in bonus or (score is None and name in row.points):
            continue
        if score is not None and score >= cell.metadata.nbgrader.points:
            continue
        for result in check_results(cell):
            for entry in result.get("findings", []):
                return labelled(cell_name(cell), brief(str(result.get("item", "")), entry))
        for output in cell.get("outputs", []):
            if output.output_type == "error":
                return _told(output, cell_name(cell), CHECK_STOPS, CHECK_DIES, CHECK_HANGS)
        return _(LESS).format(cell=cell_name(cell))
    return None


def _told(output: NotebookNode, cell: str, stops: str, dies: str, hangs: str) -> str:
    if output.ename == "KernelDied":
        return _(dies).format(cell=cell)
    if output.ename in ("Timeout", "CellTimeoutError"):
        return _(hangs).format(cell=cell)
    error = re.sub(r"\s+", " ", f"{output.ename}: {output.evalue}").strip(" :.")
    return _(stops).format(cell=cell, error=error if len(error) <= 160 else error[:157] + "...")
