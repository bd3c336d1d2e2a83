"""From one source in ``solutions/`` to a student notebook in each language.

nbgrader's own steps clear the answers and the hidden tests; this module adds the languages,
makes the files the same byte for byte every time, and refuses to write a file that gives an
answer away.
"""

from copy import deepcopy
from pathlib import Path
from typing import TYPE_CHECKING

import nbformat
from nbformat import NotebookNode

from course_lib.errors import CourseError
from course_lib.files import write_atomically
from course_lib.grading.config import assignments, source_path
from course_lib.grading.notebook_text import notebook_bytes
from course_lib.grading.source import (
    in_language,
    is_start,
    is_translated,
    read_source,
    source_blocks,
    translated,
)
from course_lib.i18n import LANGUAGES, LOCALES, _, normalise

if TYPE_CHECKING:  # workers load this module, and not what it may be shown with
    from rich.console import Console

__all__ = [
    "made_release",
    "read_source",
    "register",
    "release",
    "release_to_read",
    "source_blocks",
    "stale",
    "student_notebook",
]
_BEGIN = ("BEGIN SOLUTION", "BEGIN HIDDEN TESTS", "BEGIN MARK SCHEME")
_END = ("END SOLUTION", "END HIDDEN TESTS", "END MARK SCHEME")
_SECRETS = (*_BEGIN, *_END, "HIDDEN TESTS", "MARK SCHEME", "hidden=True")


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
    for cell in cleared.cells:
        if is_start(cell):
            cell.source = in_language(cell.source, language)
        elif is_translated(cell):
            cell.source = translated(cell.source, assignment, language, locales)
    return _with_checksums(cleared)


_made: dict[tuple, NotebookNode] = {}


def made_release(root: Path, assignment: str, language: str) -> NotebookNode:
    """``student_notebook`` of the course's own catalogs, made once per source and process."""
    return deepcopy(release_to_read(root, assignment, language))


def release_to_read(root: Path, assignment: str, language: str) -> NotebookNode:
    """``made_release`` for who changes nothing in it: everybody has the same."""
    files = [source_path(root, assignment), LOCALES / language / f"{assignment}.po"]
    changed = tuple(path.stat().st_mtime_ns if path.exists() else 0 for path in files)
    key = (Path(root).resolve(), assignment, language, changed)
    if key not in _made:
        _made[key] = student_notebook(root, assignment, language)
    return _made[key]


def register(root: Path, assignment: str) -> None:
    """Record the assignment, its cells and points in the gradebook, as generate_assignment does.

    Raises CourseError when the source is malformed, or when cells were added or removed although
    there are submissions graded against the former ones.
    """
    from course_lib.grading import registered
    from course_lib.grading.gradebook import open_gradebook

    with open_gradebook(root) as gradebook:
        if registered.is_registered(root, assignment, gradebook):
            return
    origin = registered.origin(root, assignment)
    _run_nbgrader(root, assignment, read_source(root, assignment), register=True)
    with open_gradebook(root) as gradebook:
        registered.keep(root, assignment, gradebook, origin)


def _run_nbgrader(
    root: Path, assignment: str, source: NotebookNode, *, register: bool
) -> NotebookNode:
    # nbgrader takes a second to import: only when a notebook is really made.
    from nbgrader.converters import GenerateAssignment
    from nbgrader.preprocessors import SaveCells

    from course_lib.grading.directories import course_directory
    from course_lib.grading.gradebook import open_gradebook

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


def _with_checksums(notebook: NotebookNode) -> NotebookNode:
    """The notebook, whose checksums are those of the words that the student reads.

    nbgrader has computed them from its own text: *Validate* would call each translated question
    a cell that the student has changed, and then not say which of the checks fail.
    """
    from nbgrader.preprocessors import ComputeChecksums

    return ComputeChecksums()(notebook, {})[0]


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
    """The lines of answers, hidden tests and rubrics, stripped; too short ones are left out."""
    lines: set[str] = set()
    for cell in source.cells:
        inside = False
        for line in cell.source.splitlines():
            if any(mark in line for mark in _BEGIN):
                inside = True
            elif any(mark in line for mark in _END):
                inside = False
            elif inside and len(line.strip()) >= 12:
                lines.add(line.strip())
    return lines - _given_lines(source)


def _given_lines(source: NotebookNode) -> set[str]:
    """The lines of cells tagged "given": code that students get in order to mend it."""
    given = [cell for cell in source.cells if "given" in cell.metadata.get("tags", [])]
    return {line.strip() for cell in given for line in cell.source.splitlines()}


def to_text(notebook: NotebookNode) -> str:
    """The file's text: keys sorted, one final newline, nothing that changes between runs."""
    nbformat.validate(notebook)
    return notebook_bytes(notebook).decode()


def release_path(root: Path, assignment: str, language: str) -> Path:
    """Where the student's notebook of ``assignment`` lies in ``language``."""
    return Path(root) / "exercises" / language / assignment / f"{assignment}.ipynb"


def release(
    root: Path,
    assignment: str | None = None,
    languages: list[str] | None = None,
    console: "Console | None" = None,
) -> list[Path]:
    """Write the student notebooks of one assignment (all without a name); returns their paths.

    Also writes the ``.ipynb`` that nbgrader's own commands want beside the source, and records the
    assignment in the gradebook. Nothing is written when any of the languages cannot be.
    Raises CourseError for an unknown assignment or language, and for a source that cannot be
    released.
    """
    root = Path(root)
    chosen = [normalise(language) for language in languages] if languages else list(LANGUAGES)
    written = []
    for name in [assignment] if assignment else assignments(root):
        if console:
            console.print(_("Making the student notebooks of {name}").format(name=name))
        made = {language: student_notebook(root, name, language) for language in chosen}
        source = read_source(root, name)
        write_atomically(source_path(root, name).with_suffix(".ipynb"), to_text(source))
        for language, notebook in made.items():
            path = release_path(root, name, language)
            write_atomically(path, to_text(notebook))
            written.append(path)
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
