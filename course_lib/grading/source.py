"""An assignment's source in ``solutions/``: a notebook with answers, in English."""

import hashlib
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import jupytext
import nbformat
import polib
from nbformat import NotebookNode

from course_lib.errors import CourseError
from course_lib.grading.blocks import split_blocks, translate_markdown
from course_lib.grading.config import source_path
from course_lib.i18n import LOCALES, _

KERNEL = {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}
_START = re.compile(r"""(start\(\s*["'][\w-]+["']\s*,\s*language\s*=\s*)["'][\w-]+["']""")


@dataclass(frozen=True)
class SourceBlock:
    """One translatable block of an assignment: its English text and where it stands."""

    text: str
    cell: str
    line: int


def read_source(root: Path, assignment: str) -> NotebookNode:
    """The assignment's source as a notebook with answers, in English, with stable cell ids."""
    path = source_path(root, assignment)
    try:
        read = jupytext.read(path)
    except Exception as error:
        raise CourseError(
            _("{file} cannot be read as a notebook: {reason}").format(file=path, reason=error)
        ) from error
    notebook = nbformat.v4.new_notebook(metadata={"kernelspec": dict(KERNEL)})
    notebook.metadata.language_info = {"name": "python"}
    notebook.metadata.course = {"assignment": assignment, "language": "en"}
    taken: set[str] = set()
    for cell in read.cells:
        cell.id = _cell_id(cell, taken)
        if is_start(cell):
            # Not nbgrader's to restore: its copy is English, the student's may not be.
            if "nbgrader" in cell.metadata:
                raise CourseError(
                    _("The start(...) cell in {file} must not have nbgrader metadata.").format(
                        file=path
                    )
                )
            cell.metadata.update(deletable=False)  # but editable: the student may change language
        notebook.cells.append(cell)
    if not any(is_start(cell) for cell in notebook.cells):
        raise CourseError(
            _('{file} has no cell start("{name}", language="en").').format(
                file=path, name=assignment
            )
        )
    return notebook


def is_start(cell: NotebookNode) -> bool:
    """Whether this is the cell that names the assignment and the language."""
    return cell.cell_type == "code" and bool(_START.search(cell.source))


def _cell_id(cell: NotebookNode, taken: set[str]) -> str:
    """nbgrader's id, or one made from the text: inserting a cell moves no other's id."""
    name = cell.metadata.get("nbgrader", {}).get("grade_id")
    if name is None:
        name = "text-" if cell.cell_type == "markdown" else "code-"
        name += hashlib.sha256(cell.source.encode()).hexdigest()[:8]
    name = re.sub(r"[^\w-]", "-", name, flags=re.ASCII)[:60]
    candidate, number = name, 1
    while candidate in taken:
        number += 1
        candidate = f"{name}-{number}"
    taken.add(candidate)
    return candidate


def in_language(code: str, language: str) -> str:
    """The start cell's code with ``language`` in the place of English."""
    return _START.sub(rf'\g<1>"{language}"', code)


def is_translated(cell: NotebookNode) -> bool:
    """Whether the cell is text for readers.

    Cells to write in are not: nbgrader compares their text with the English one to see whether
    the student has answered.
    """
    return cell.cell_type == "markdown" and not cell.metadata.get("nbgrader", {}).get("solution")


def is_question(cell: NotebookNode) -> bool:
    """Whether this is a question that a person marks: what nbgrader calls a task."""
    return bool(cell.metadata.get("nbgrader", {}).get("task"))


def without_rubric(text: str) -> str:
    """A question without the lines between its mark-scheme marks, and without the marks."""
    kept, inside = [], False
    for line in text.split("\n"):
        if "BEGIN MARK SCHEME" in line:
            inside = True
        elif "END MARK SCHEME" in line:
            inside = False
        elif not inside:
            kept.append(line)
    return "\n".join(kept).rstrip()


def rubric_of(text: str) -> str:
    """What stands between a question's mark-scheme marks; "" if there is nothing."""
    kept, inside = [], False
    for line in text.split("\n"):
        if "BEGIN MARK SCHEME" in line or "END MARK SCHEME" in line:
            inside = "BEGIN" in line
        elif inside:
            kept.append(line)
    return "\n".join(kept).strip()


def translated(text: str, assignment: str, language: str, locales: Path = LOCALES) -> str:
    """The text of a cell in ``language``; a block that has no translation stays English."""
    catalog = locales / language / f"{assignment}.po"
    words = {}
    if language != "en" and catalog.exists():
        words = _catalog(catalog, catalog.stat().st_mtime_ns)
    return translate_markdown(text, lambda block: words.get(block, block))


@cache
def _catalog(path: Path, _changed: int) -> dict[str, str]:
    entries = polib.pofile(str(path)).translated_entries()
    return {entry.msgid: entry.msgstr for entry in entries if not entry.obsolete}


def source_blocks(root: Path, assignment: str) -> list[SourceBlock]:
    """Every block of the assignment that is to be translated, in reading order."""
    blocks = []
    for cell in read_source(root, assignment).cells:
        if is_translated(cell):
            blocks += [
                SourceBlock(block.text, cell.id, block.line)
                for block in split_blocks(without_rubric(cell.source))
                if block.translatable
            ]
    return blocks
