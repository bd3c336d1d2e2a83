"""Why a submission got its mark, in one sentence: the first thing that cost points."""

import re
from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass

from nbconvert.filters import strip_ansi
from nbformat import NotebookNode
from nbgrader import utils

from course_lib.errors import CourseError
from course_lib.exercises.outline import item_outline
from course_lib.grading.phrases import labelled, listed, say_again, sentences
from course_lib.grading.result import CHECK, number
from course_lib.grading.words import spoken
from course_lib.i18n import N_, _

ALL_RIGHT = N_("Everything is right.")
STOPS = N_("The answer cell {cell} stops with {error}.")
DIES = N_("The answer cell {cell} ends the process that runs it.")
HANGS = N_("The answer cell {cell} ran too long and was stopped.")
CHECK_STOPS = N_("The check {cell} stops with {error}.")
CHECK_DIES = N_("The check {cell}: the code it calls ends the process that runs it.")
CHECK_HANGS = N_("The check {cell} ran too long and was stopped.")
OWN_STOPS = N_("The cell {cell} stops with {error}.")
OWN_DIES = N_("The cell {cell} ends the process that runs it.")
OWN_HANGS = N_("The cell {cell} ran too long and was stopped.")
LESS = N_("{cell} is not complete.")
NO_LOSS_YET = N_("Everything that was checked is right; {points} points are still to be marked.")
RIGHT_BUT_BONUS = N_("Everything is right. Of the bonus, this is not complete: {cells}.")
YET_BUT_BONUS = N_(
    "Everything that was checked is right; {points} points are still to be marked. "
    "Of the bonus, this is not complete: {cells}."
)


@dataclass(frozen=True)
class Finding:
    """One finding of a check, as the graded notebook keeps it."""

    item: str
    kind: str
    id: str
    text: str


def findings_of(notebook: NotebookNode) -> list[Finding]:
    """What the checks of a graded notebook found, in the order of its cells."""
    return [finding for cell in notebook.cells for finding in findings_in(cell)]


def findings_in(cell: NotebookNode) -> list[Finding]:
    """What the checks of one cell found."""
    found = []
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


def check_failed(cell: NotebookNode) -> bool:
    """Whether a check has failed itself, so that a person has to give its points."""
    return any(result.get("failed") is True for result in check_results(cell))


def plain(text: str) -> str:
    """``text`` on one line, without characters that steer a terminal: students write some of it.

    Half characters, as in names of files from another system, cannot be printed: � stands there.
    Marks that turn the direction of what follows are left out.
    """
    text = re.sub(r"[\ud800-\udfff]", "�", strip_ansi(text))
    text = re.sub(r"[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]", "", text)
    return re.sub(r"[\s\x00-\x1f\x7f-\x9f]+", " ", text).strip()


def brief(item: str, entry: dict) -> str:
    """A finding in one sentence, in the language spoken now where its message is known.

    The notebook keeps the text in the student's language, with reasons and where to read on.
    """
    try:
        return spoken(item_outline(item).messages[entry["id"]]).what
    except (CourseError, KeyError):
        text = str(entry.get("text", ""))
        first = re.split(r"(?<=[.!?])\s|(?<=[。！？])", text, maxsplit=1)[0]
        return _said(entry, "what") or first


def said_where(entry: dict) -> str:
    """Where a finding was seen, in the language spoken now; "" where that is not known."""
    return _said(entry, "where") or str(entry.get("where", ""))


def _said(entry: dict, part: str) -> str:
    told = entry.get("told")
    if isinstance(told, dict) and isinstance(told.get(part), dict):
        with suppress(Exception):  # a student may have written into the notebook
            return say_again(told[part])
    return ""


def cell_name(cell: NotebookNode) -> str:
    """The name people see: nbgrader's id without the prefix of test cells."""
    return short_name(str(cell.metadata.nbgrader.get("grade_id", "")))


def short_name(grade_id: str) -> str:
    """ "check_lstm_cell" -> "lstm_cell"."""
    return re.sub(r"^(check|test)_", "", grade_id)


def seen_name(cell: NotebookNode) -> str:
    """The number of a cell without a name, as JupyterLab shows it beside the executed notebook."""
    return f"[{cell.get('execution_count') or ' '}]"


def reason_of(row, notebook: NotebookNode | None, bonus: Collection[str] = ()) -> str:
    """The sentence of the table's last column. What is lost of a ``bonus`` is no reason.

    The first part that lost points: what its check found, or the cell that has to do with it and
    does not run. Where nothing is lost, the first cell that does not run is told all the same.
    """
    if row.total is None or row.status == "unreadable" or notebook is None:
        return plain(sentences(*row.notes))
    errors = _errors(notebook)
    loss = _first_loss(row, notebook, bonus)
    failed = _failed_checks(row, notebook)
    if loss:
        told = [_why(loss, errors), *failed]
    else:
        told = [*(error.text for error in errors[:1]), *failed, _all_right(row, notebook, bonus)]
    return plain(sentences(*row.notes, *told))


def reasons_of_cells(row, notebook: NotebookNode | None) -> dict[str, str]:
    """Why each graded cell that has not all of its points has not; none of an unreadable one."""
    if row.total is None or row.status == "unreadable" or notebook is None:
        return {}
    errors = _errors(notebook)
    return {loss.name: plain(_why(loss, errors)) for loss in _losses(row, notebook)}


def _why(loss: "_Loss", errors: list["_Error"]) -> str:
    """The cell above that has to do with a loss and does not run; else what the check found."""
    above = [error for error in errors if error.place < loss.place]
    cause = _cause(loss.undefined, above, short_name(loss.name))
    return cause.text if cause else loss.text


def _failed_checks(row, notebook: NotebookNode) -> list[str]:
    """What is said by the checks that failed themselves, as long as nobody has given points."""
    return [
        _loss(place, cell.metadata.nbgrader.grade_id, cell).text
        for place, cell in enumerate(notebook.cells)
        if check_failed(cell) and row.points.get(cell.metadata.nbgrader.grade_id) is None
    ]


def _all_right(row, notebook: NotebookNode, bonus: Collection[str]) -> str:
    """That nothing is lost; and of a bonus that was begun, that it is not complete."""
    tried = [
        loss.name
        for loss in _losses(row, notebook)
        if loss.name in bonus and (row.points.get(loss.name) or not loss.unwritten)
    ]
    values = {"cells": listed(map(short_name, tried)), "points": number(row.to_mark)}
    if row.to_mark:
        return _(YET_BUT_BONUS if tried else NO_LOSS_YET).format(**values)
    return _(RIGHT_BUT_BONUS if tried else ALL_RIGHT).format(**values)


@dataclass(frozen=True)
class _Error:
    """A cell, no check, that does not run. ``undefined``: the name that it misses, if that is it.

    ``place`` counts the notebook's cells; ``answer`` is the name of an answer cell.
    """

    place: int
    answer: str
    source: str
    undefined: str
    text: str


@dataclass(frozen=True)
class _Loss:
    """A graded cell without full marks, and why. ``unwritten``: nothing was begun."""

    place: int
    name: str
    text: str
    undefined: str = ""
    unwritten: bool = False


def _errors(notebook: NotebookNode) -> list[_Error]:
    found = []
    for place, cell in enumerate(notebook.cells):
        if cell.cell_type == "code" and not utils.is_grade(cell):
            for output in cell.outputs:
                if output.output_type == "error":
                    text = _told(output, *_named(cell))
                    answer = cell_name(cell) if utils.is_solution(cell) else ""
                    missing = _undefined(output.evalue)
                    found.append(_Error(place, answer, cell.source, missing, text))
                    break
    return found


def _named(cell: NotebookNode) -> tuple[str, str, str, str]:
    """What a cell that is no check is called, and the sentences about how it ended."""
    if utils.is_solution(cell):
        return cell_name(cell), STOPS, DIES, HANGS
    given = cell.metadata.get("nbgrader", {}).get("grade_id")
    return cell_name(cell) if given else seen_name(cell), OWN_STOPS, OWN_DIES, OWN_HANGS


def _cause(name: str, errors: list[_Error], part: str = "") -> _Error | None:
    """The cell that was to bring ``name`` and does not run; or what that one waits for in turn.

    That is a cell with the name in it, or the answer to the ``part`` itself, whatever is in it.
    """
    cause = None
    while name:
        for k, error in enumerate(errors):
            mentioned = re.search(rf"\b{re.escape(name)}\b", error.source)
            if error.undefined != name and (mentioned or (error.answer and error.answer == part)):
                cause, name, part, errors = error, error.undefined, "", errors[:k]
                break
        else:
            break
    return cause


def _undefined(text: str) -> str:
    """The name in Python's sentence about a name that has no value."""
    found = re.search(r"name '(\w+)' is not defined", str(text))
    return found.group(1) if found else ""


def _first_loss(row, notebook: NotebookNode, bonus: Collection[str]) -> _Loss | None:
    return next((loss for loss in _losses(row, notebook) if loss.name not in bonus), None)


def _losses(row, notebook: NotebookNode) -> Iterator[_Loss]:
    """The graded cells without full marks: the first finding of each, or its first error."""
    for place, cell in enumerate(notebook.cells):
        if not (utils.is_grade(cell) or utils.is_task(cell)):
            continue
        name = cell.metadata.nbgrader.grade_id
        score = row.points.get(name)
        if score is None and name in row.points:
            continue
        if score is not None and score >= cell.metadata.nbgrader.points:
            continue
        yield _loss(place, name, cell)


def _loss(place: int, name: str, cell: NotebookNode) -> _Loss:
    for result in check_results(cell):
        for entry in result.get("findings", []):
            text = labelled(cell_name(cell), brief(str(result.get("item", "")), entry))
            missing = _undefined(entry.get("text", "")) if entry.get("kind") == "error" else ""
            return _Loss(place, name, text, missing, entry.get("id") == "not-written")
    for output in cell.get("outputs", []):
        if output.output_type == "error":
            text = _told(output, cell_name(cell), CHECK_STOPS, CHECK_DIES, CHECK_HANGS)
            unwritten = output.ename == "NotImplementedError"
            return _Loss(place, name, text, _undefined(output.evalue), unwritten)
    return _Loss(place, name, _(LESS).format(cell=cell_name(cell)), "", cell.cell_type != "code")


def _told(output: NotebookNode, cell: str, stops: str, dies: str, hangs: str) -> str:
    if output.ename == "KernelDied":
        return _(dies).format(cell=cell)
    if output.ename in ("Timeout", "CellTimeoutError"):
        return _(hangs).format(cell=cell)
    error = re.sub(r"\s+", " ", f"{output.ename}: {output.evalue}").strip(" :.")
    return _(stops).format(cell=cell, error=error if len(error) <= 160 else error[:157] + "...")
