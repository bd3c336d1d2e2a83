"""Mending a copy of a submitted notebook: its cells back in their place, its answers untouched.

Each repair leaves a sentence. Nothing that a student wrote as an answer is changed or dropped,
except a second, unanswered copy of a cell.
"""

import re
from copy import deepcopy
from dataclasses import dataclass

import nbformat
from nbformat import NotebookNode

from course_lib.grading import pasted
from course_lib.grading.reasons import plain
from course_lib.grading.source import is_question, is_start
from course_lib.i18n import N_, _

MISSING = N_("The cell {name} was missing and was put back.")
MISSING_ANSWER = N_("The answer cell {name} was missing.")
TWICE = N_("The cell {name} was there more than once; the last answer counts.")
CHANGED = N_("The test cell {name} had been changed; the original was run.")
MOVED = N_("Cells had been moved; they were put back in order.")
SKIPPED = N_("The cell {name} was marked not to be run; it was run.")
INTO_QUESTION = N_("What was written into the question {name} now stands below it.")
LEFT_OUT = N_(
    "{file}, which was put into an answer, cannot be shown: pictures are, as PNG, JPEG, GIF or "
    "WebP and up to {limit} MB."
)
NO_START = N_("The first cell, which loads the checks, was missing or changed and was put back.")

_SKIP = "skip-execution"  # the one tag that means something when a submission is run
_EMPTY_ANSWER = "# This answer cell was missing from the submission."


class Note:
    """A sentence with its values, told in the language that is spoken when it is read."""

    def __init__(self, template: str, **values) -> None:
        self.template = template
        # Names of files and reasons of failures are somebody else's text.
        self.values = {n: plain(v) if isinstance(v, str) else v for n, v in values.items()}

    def text(self) -> str:
        """The sentence in the language spoken now."""
        return _(self.template).format(**self.values)

    def to_dict(self) -> dict:
        return {"template": self.template, "values": self.values}

    @classmethod
    def from_dict(cls, kept: dict) -> "Note":
        return cls(kept["template"], **kept["values"])

    def __repr__(self) -> str:
        return f"Note({self.text()!r})"


@dataclass
class _Slot:
    """A cell of the assignment, followed by the student's own cells that came after it."""

    name: str | None
    cells: list[NotebookNode]


def mend(submitted: NotebookNode, released: NotebookNode) -> tuple[NotebookNode, list[Note]]:
    """A gradable copy of ``submitted``, and what had to be done; both notebooks stay as they are.

    ``released`` is the student's release in the language of the submission.
    """
    notes: list[Note] = []
    wanted = {_name(cell): cell for cell in released.cells if _name(cell)}
    cells = [_plain(cell, notes) for cell in submitted.cells]
    cells = _restore_start(cells, released, notes)
    cells = _single(cells, wanted, notes)
    cells = _out_of_questions(cells, wanted, notes)
    for cell in cells:
        if _name(cell) in wanted:
            _restore(cell, wanted[_name(cell)], notes)
        else:
            cell.metadata.pop("nbgrader", None)
    slots = _add_missing(_ordered(cells, wanted, notes), wanted, notes)
    mended = nbformat.v4.new_notebook(metadata=deepcopy(released.metadata))
    mended.cells = [cell for slot in slots for cell in slot.cells]
    _unique_ids(mended)
    return mended, notes


def _name(cell: NotebookNode) -> str | None:
    about = cell.metadata.get("nbgrader")
    name = about.get("grade_id") if isinstance(about, dict) else None
    return name if isinstance(name, str) else None


def text_of(cell: NotebookNode) -> str:
    """Without the blanks that programs add or take away at the ends of lines."""
    return "\n".join(line.rstrip() for line in cell.source.strip().splitlines())


def _is_answer(cell: NotebookNode) -> bool:
    return bool(cell.metadata.nbgrader.get("solution"))


def _plain(cell: NotebookNode, notes: list[Note]) -> NotebookNode:
    """A valid new cell with the same text and pictures: no outputs or metadata of its own."""
    # Not by nbformat's own functions: their look at the schema takes longer than all the rest.
    fresh = NotebookNode(cell_type=cell.cell_type, metadata=NotebookNode(), source=cell.source)
    if cell.cell_type == "code":
        fresh |= {"execution_count": None, "outputs": []}
    if cell.cell_type == "markdown":
        pictures, others = pasted.kept(cell.get("attachments"))
        notes += [Note(LEFT_OUT, file=name, limit=pasted.LARGEST) for name in others]
        if pictures:
            fresh.attachments = nbformat.from_dict(pictures)
    if isinstance(cell.metadata.get("nbgrader"), dict):
        fresh.metadata.nbgrader = cell.metadata.nbgrader  # read, and then put aside
    tags = cell.metadata.get("tags")
    if isinstance(tags, list) and _SKIP in tags:
        fresh.metadata.tags = [_SKIP]
    fresh.id = str(cell.get("id", ""))
    return fresh


def _restore_start(cells, released, notes) -> list[NotebookNode]:
    original = next(cell for cell in released.cells if is_start(cell))
    place = next((i for i, cell in enumerate(cells) if is_start(cell)), None)
    if place is not None and text_of(cells[place]) == text_of(original):
        cells[place] = deepcopy(original)
        return cells
    notes.append(Note(NO_START))
    if place is None:
        # Before the first cell of the assignment, so that the checks are there when needed.
        first = next((i for i, cell in enumerate(cells) if _name(cell)), 0)
        return [*cells[:first], deepcopy(original), *cells[first:]]
    # What the student added to the cell runs after it.
    return [*cells[:place], deepcopy(original), *cells[place:]]


def _single(cells, wanted, notes) -> list[NotebookNode]:
    """One cell per name: the last that is answered; the others run as ordinary cells."""
    places: dict[str, list[int]] = {}
    for index, cell in enumerate(cells):
        if _name(cell) in wanted:
            places.setdefault(_name(cell), []).append(index)
    dropped = set()
    for name, found in places.items():
        if len(found) == 1:
            continue
        notes.append(Note(TWICE, name=name))
        stub = wanted[name].source.strip()
        answered = [i for i in found if cells[i].source.strip() != stub]
        keep = (answered or found)[-1]
        for index in found:
            if index == keep:
                continue
            if index in answered and _is_answer(wanted[name]):
                cells[index].metadata.pop("nbgrader", None)
            else:
                dropped.add(index)
    return [cell for index, cell in enumerate(cells) if index not in dropped]


def _out_of_questions(cells, wanted, notes) -> list[NotebookNode]:
    """An answer that was written into the question itself, in a cell of its own below it."""
    apart = []
    for cell in cells:
        apart.append(cell)
        question = wanted.get(_name(cell))
        if question and is_question(question) and cell.source.strip() != question.source.strip():
            notes.append(Note(INTO_QUESTION, name=_name(cell)))
            below = nbformat.v4.new_markdown_cell(cell.source)
            if "attachments" in cell:
                below.attachments = cell.pop("attachments")
            apart.append(below)
            cell.source = question.source
    return apart


def _restore(cell, original, notes) -> None:
    """nbgrader's metadata, the kind of cell and the text of a locked cell as released."""
    name = _name(original)
    if _SKIP in cell.metadata.get("tags", []):
        notes.append(Note(SKIPPED, name=name))
    retyped = cell.cell_type != original.cell_type
    if retyped:
        source, identity = cell.source, cell.id
        cell.clear()
        cell.update(deepcopy(original))
        cell.source, cell.id = source, identity
    rewritten = text_of(cell) != text_of(original)
    if not _is_answer(original) and (retyped or rewritten):
        notes.append(Note(CHANGED, name=name))
    if not _is_answer(original):
        cell.source = original.source
        cell.pop("attachments", None)
        if "attachments" in original:
            cell.attachments = deepcopy(original.attachments)
    cell.metadata = nbformat.from_dict(original.metadata)  # a copy, in a third of the time


def _ordered(cells, wanted, notes) -> list[_Slot]:
    slots = [_Slot(None, [])]
    for cell in cells:
        if _name(cell) in wanted:
            slots.append(_Slot(_name(cell), []))
        slots[-1].cells.append(cell)
    order = {name: place for place, name in enumerate(wanted)}
    head, rest = slots[:1], slots[1:]
    inside = sorted(rest, key=lambda slot: order[slot.name])
    if [slot.name for slot in inside] != [slot.name for slot in rest]:
        notes.append(Note(MOVED))
    return head + inside


def _add_missing(slots, wanted, notes) -> list[_Slot]:
    there = {slot.name for slot in slots}
    place = 0
    names = [slot.name for slot in slots]
    for name, original in wanted.items():
        if name in there:
            place = names.index(name)
            continue
        cell = deepcopy(original)
        if _is_answer(original) and cell.cell_type == "code":
            # Not the released stub: it would undo an answer that was moved to another cell.
            cell.source = _EMPTY_ANSWER
            notes.append(Note(MISSING_ANSWER, name=name))
        else:
            notes.append(Note(MISSING, name=name))
        place += 1
        slots.insert(place, _Slot(name, [cell]))
        names.insert(place, name)
    return slots


def _unique_ids(notebook: NotebookNode) -> None:
    taken: set[str] = set()
    for index, cell in enumerate(notebook.cells):
        if not re.fullmatch(r"[a-zA-Z0-9_-]{1,64}", cell.id) or cell.id in taken:
            cell.id = f"cell-{index}"
            while cell.id in taken:
                cell.id += "-x"
        taken.add(cell.id)
