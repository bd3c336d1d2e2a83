"""From one source in ``solutions/`` to a student notebook in each language.

nbgrader's own steps clear the answers and the hidden tests; this module adds the languages,
makes the files the same byte for byte every time, and refuses to write a file that gives an
answer away.
"""

import hashlib
import re
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path

import jupytext
import nbformat
import polib
from nbformat import NotebookNode
from rich.console import Console

from course_lib.errors import CourseError
from course_lib.grading.blocks import split_blocks, translate_markdown
from course_lib.grading.config import assignments, source_path
from course_lib.grading.files import write_atomically
from course_lib.i18n import LANGUAGES, LOCALES, _, normalise

KERNEL = {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}
_START = re.compile(r"""(start\(\s*["'][\w-]+["']\s*,\s*language\s*=\s*)["'][\w-]+["']""")
_SECRETS = ("BEGIN SOLUTION", "END SOLUTION", "HIDDEN TESTS", "hidden=True", "BEGIN MARK SCHEME")


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
            cell.metadata.update(deletable=False, editable=False)
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


def source_blocks(root: Path, assignment: str) -> list[SourceBlock]:
    """Every block of the assignment that is to be translated, in reading order.

    Written-answer cells are left out: nbgrader compares their text with the English one to see
    whether the student has answered.
    """
    blocks = []
    for cell in read_source(root, assignment).cells:
        if _is_translated(cell):
            blocks += [
                SourceBlock(block.text, cell.id, block.line)
                for block in split_blocks(cell.source)
                if block.translatable
            ]
    return blocks


def _is_translated(cell: NotebookNode) -> bool:
    return cell.cell_type == "markdown" and not cell.metadata.get("nbgrader", {}).get("solution")


def update_catalog(root: Path, assignment: str, language: str, locales: Path = LOCALES) -> Path:
    """Bring ``<locales>/<language>/<assignment>.po`` up to date with the source; returns its path.

    New blocks come in untranslated, blocks that are gone become obsolete, translations stay.
    """
    path = locales / normalise(language) / f"{assignment}.po"
    old = polib.pofile(str(path)) if path.exists() else polib.POFile(wrapwidth=0)
    known = {entry.msgid: entry for entry in old}
    fresh = polib.POFile(wrapwidth=0)
    fresh.metadata = {
        "Language": language,
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
    }
    for block in source_blocks(root, assignment):
        where = (f"solutions/{assignment}/{assignment}.md#{block.cell}", str(block.line))
        entry = fresh.find(block.text)
        if entry is None:
            before = known.get(block.text)
            entry = polib.POEntry(msgid=block.text, msgstr=before.msgstr if before else "")
            entry.flags = [flag for flag in (before.flags if before else []) if flag == "fuzzy"]
            entry.obsolete = False
            fresh.append(entry)
        entry.occurrences.append(where)
    kept = {entry.msgid for entry in fresh}
    for entry in old:
        if entry.msgid not in kept and entry.msgstr:
            entry.obsolete, entry.occurrences = True, []
            fresh.append(entry)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, str(fresh).rstrip() + "\n")
    return path


def student_notebook(
    root: Path, assignment: str, language: str = "en", locales: Path = LOCALES
) -> NotebookNode:
    """The notebook a student gets: no answers, no hidden tests, in ``language``.

    Raises CourseError when the source is malformed or an answer would be left in it.
    """
    source = read_source(root, assignment)
    cleared = _run_nbgrader(root, assignment, source, register=False)
    _refuse_secrets(source, cleared, assignment)
    cleared.metadata.course = {"assignment": assignment, "language": language}
    catalog = locales / language / f"{assignment}.po"
    words: dict[str, str] = {}
    if language != "en" and catalog.exists():
        words = {
            entry.msgid: entry.msgstr
            for entry in polib.pofile(str(catalog)).translated_entries()
            if not entry.obsolete
        }
    for cell in cleared.cells:
        if is_start(cell):
            cell.source = _START.sub(rf'\g<1>"{language}"', cell.source)
        elif _is_translated(cell):
            cell.source = translate_markdown(cell.source, lambda text: words.get(text, text))
    return cleared


def register(root: Path, assignment: str) -> None:
    """Record the assignment, its cells and points in the gradebook, as generate_assignment does.

    Raises CourseError when the source is malformed, or when cells were added or removed although
    there are submissions graded against the former ones.
    """
    _run_nbgrader(root, assignment, read_source(root, assignment), register=True)


def _run_nbgrader(
    root: Path, assignment: str, source: NotebookNode, *, register: bool
) -> NotebookNode:
    # nbgrader takes a second to import: only when a notebook is really made.
    from nbgrader.converters import GenerateAssignment
    from nbgrader.preprocessors import SaveCells

    from course_lib.grading.gradebook import course_directory, open_gradebook

    course = course_directory(root)
    config = course.config
    resources = {
        "nbgrader": {
            "assignment": assignment,
            "notebook": assignment,
            "student": ".",
            "db_url": course.db_url,
        }
    }
    notebook = deepcopy(source)
    try:
        if register:
            with open_gradebook(root) as gradebook:
                gradebook.update_or_create_assignment(assignment)
        for step in GenerateAssignment(coursedir=course, config=config).preprocessors:
            if step is SaveCells and not register:
                continue
            notebook, resources = step(config=config)(notebook, resources)
    except (RuntimeError, ValueError, KeyError) as error:
        raise CourseError(
            _("The source of {name} cannot be released: {reason}").format(
                name=assignment, reason=error
            )
        ) from error
    return notebook


def _refuse_secrets(source: NotebookNode, cleared: NotebookNode, assignment: str) -> None:
    """Raise CourseError when a line of an answer or of a hidden test is still in the release."""
    released = {line.strip() for cell in cleared.cells for line in cell.source.splitlines()}
    for line in released:
        for secret in _SECRETS:
            if secret in line:
                raise CourseError(
                    _('The release of {name} would contain "{line}": nothing was written.').format(
                        name=assignment, line=line
                    )
                )
    for answer in answer_lines(source):
        if answer in released:
            raise CourseError(
                _(
                    "The release of {name} would give away a line of the answer, {line!r}: "
                    "nothing was written."
                ).format(name=assignment, line=answer)
            )
    if any(cell.get("outputs") for cell in cleared.cells):
        raise CourseError(
            _("The release of {name} would contain outputs: nothing was written.").format(
                name=assignment
            )
        )


def answer_lines(source: NotebookNode) -> set[str]:
    """The lines of code that only the answers contain, stripped; too short ones are left out."""
    lines: set[str] = set()
    for cell in source.cells:
        inside = False
        for line in cell.source.splitlines():
            if "BEGIN SOLUTION" in line or "BEGIN HIDDEN TESTS" in line:
                inside = True
            elif "END SOLUTION" in line or "END HIDDEN TESTS" in line:
                inside = False
            elif inside and len(line.strip()) >= 12:
                lines.add(line.strip())
    return lines


def to_text(notebook: NotebookNode) -> str:
    """The file's text: keys sorted, one final newline, nothing that changes between runs."""
    nbformat.validate(notebook)
    return nbformat.writes(notebook, version=4) + "\n"


def release_path(root: Path, assignment: str, language: str) -> Path:
    """Where the student's notebook of ``assignment`` lies in ``language``."""
    return Path(root) / "exercises" / language / assignment / f"{assignment}.ipynb"


def release(
    root: Path,
    assignment: str | None = None,
    languages: list[str] | None = None,
    console: Console | None = None,
) -> list[Path]:
    """Write the student notebooks of one assignment (all without a name); returns their paths.

    Also writes the ``.ipynb`` that nbgrader's own commands want beside the source, and records the
    assignment in the gradebook. Nothing is written when any of the languages cannot be.
    Raises CourseError for an unknown assignment or language, and for a source that cannot be
    released.
    """
    root = Path(root)
    console = console or Console(quiet=True)
    chosen = [normalise(language) for language in languages] if languages else list(LANGUAGES)
    written = []
    for name in [assignment] if assignment else assignments(root):
        made = {language: student_notebook(root, name, language) for language in chosen}
        source = read_source(root, name)
        write_atomically(source_path(root, name).with_suffix(".ipynb"), to_text(source))
        for language, notebook in made.items():
            path = release_path(root, name, language)
            write_atomically(path, to_text(notebook))
            written.append(path)
            console.print(f"{LANGUAGES[language]}: {path.relative_to(root)}")
        register(root, name)
    return written


def stale(root: Path, assignment: str | None = None) -> list[Path]:
    """The student notebooks that are not what the source gives today; empty when all are fresh."""
    root = Path(root)
    old = []
    for name in [assignment] if assignment else assignments(root):
        for language in LANGUAGES:
            path = release_path(root, name, language)
            text = path.read_text("utf-8") if path.exists() else None
            if text != to_text(student_notebook(root, name, language)):
                old.append(path)
    return old
