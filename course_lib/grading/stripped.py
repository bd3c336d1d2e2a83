"""Notebooks that came back from another program without nbgrader's metadata.

Their cells are recognised, and get nothing but their names: whatever else a cell of the assignment
has, and the text of its tests, is put back from the release as in any other notebook.
"""

import re
from copy import deepcopy

from nbformat import NotebookNode

from course_lib.grading.mend import Note, text_of
from course_lib.grading.source import is_question, is_start
from course_lib.i18n import N_

STRIPPED = N_(
    "The notebook had lost what nbgrader knows its cells by, as happens in other programs. "
    "They were recognised by their ids and texts."
)
_DEFINED = re.compile(r"^(?:async +)?(?:def|class) +(\w+)", re.M)
_STARTED = re.compile(r"""start\(\s*["']([\w-]+)["']""")


def recognised(
    notebook: NotebookNode, released: NotebookNode, assignment: str
) -> tuple[NotebookNode, Note] | None:
    """A copy of ``notebook`` with its cells' names, and the note that says so.

    None where it has names already, or is not the assignment's: that is, where its first cell
    begins another assignment, or begins none and less than half of the cells are there.
    """
    if any(isinstance(cell.metadata.get("nbgrader"), dict) for cell in notebook.cells):
        return None
    wanted = {c.metadata.nbgrader.grade_id: c for c in released.cells if "nbgrader" in c.metadata}
    names = _names(notebook.cells, wanted)
    names |= _written(notebook.cells, released.cells, names)
    started = {
        name for cell in notebook.cells if is_start(cell) for name in _STARTED.findall(cell.source)
    }
    there = len(set(names.values()))
    if not there or (assignment not in started if started else 2 * there < len(wanted)):
        return None
    made = deepcopy(notebook)
    for place, name in names.items():
        made.cells[place].metadata["nbgrader"] = NotebookNode(grade_id=name)
    return made, Note(STRIPPED)


def _names(cells: list[NotebookNode], wanted: dict[str, NotebookNode]) -> dict[int, str]:
    """The name of each cell, by its place, that is one of the ``wanted``: each cell has one."""
    ids = {cell.id: name for name, cell in wanted.items()}
    found = ((place, ids.get(str(cell.get("id")))) for place, cell in enumerate(cells))
    names = {place: name for place, name in found if name is not None}
    left = [(name, cell) for name, cell in wanted.items() if name not in names.values()]
    answers = [(name, _defined(cell)) for name, cell in left if _is_answer(cell)]
    locked = [(name, text_of(cell)) for name, cell in left if not _is_answer(cell)]
    for place, cell in enumerate(cells):
        if place in names:
            continue
        text = text_of(cell)
        fits = [name for name, released in locked if released == text]
        if not fits and cell.cell_type == "code":
            fits = [name for name, defined in answers if defined & _defined(cell)]
        if fits:
            # Two cells may have the same text, and one cell two answers.
            taken = set(names.values())
            names[place] = next((name for name in fits if name not in taken), fits[0])
    return names


def _written(
    cells: list[NotebookNode], released: list[NotebookNode], names: dict[int, str]
) -> dict[int, str]:
    """The written answers, by their places: nothing but where they stand tells of them.

    Each is the first text of the student's own between its neighbours that were recognised. So
    is an answer that was written into its question.
    """
    found = {name: place for place, name in names.items()}
    order = [cell.metadata.get("nbgrader", {}).get("grade_id") for cell in released]
    texts = {text_of(cell) for cell in released if cell.cell_type == "markdown"}
    for at, cell in enumerate(released):
        if cell.cell_type != "markdown" or order[at] is None or order[at] in found:
            continue
        if not _is_answer(cell) and not is_question(cell):
            continue
        before = next((found[name] for name in reversed(order[:at]) if name in found), -1)
        after = next((found[name] for name in order[at:] if name in found), len(cells))
        for place in range(before + 1, after):
            text = text_of(cells[place])
            own = text == text_of(cell) or text not in texts
            if cells[place].cell_type == "markdown" and place not in names and own:
                found[order[at]] = place
                break
    return {place: name for name, place in found.items()}


def _is_answer(cell: NotebookNode) -> bool:
    return bool(cell.metadata.nbgrader.get("solution"))


def _defined(cell: NotebookNode) -> set[str]:
    """Functions and classes of the cell's own. Not by a parser: an answer need not be Python."""
    return set(_DEFINED.findall(cell.source))
