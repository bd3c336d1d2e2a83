"""Finding what a student handed in, and mending a copy of it so that nbgrader can grade it.

The files in ``submitted/`` are only read. What was mended, or why nothing could be read, is said
in a sentence that the report shows to the teacher and the feedback page to the student.
"""

import html
import json
import os
import re
import shutil
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from course_lib.errors import CourseError
from course_lib.files import write_atomically
from course_lib.grading import astray, handed_in
from course_lib.grading.config import WORK, assignments
from course_lib.grading.handed_in import (
    digest_of,
    disguised,
    is_plain_file,
    left_out,
    notebooks_of,
    other_files,
)
from course_lib.grading.mend import Note, mend
from course_lib.grading.notebook_file import NO_NOTEBOOK, NOT_JSON, NotANotebook, read_content
from course_lib.grading.phrases import few
from course_lib.grading.release import made_release, release_to_read, to_text
from course_lib.grading.stripped import recognised
from course_lib.i18n import LANGUAGES, N_, _, speaking

TOO_LARGE = N_("{file} has {size} MB, more than the {limit} MB that are read.")
OTHER = N_("{file} is not a notebook of this assignment.")
RENAMED = N_("The notebook was handed in as {file}; its cells are the assignment's.")
MISPLACED = N_("The notebook was found in {file}, not in the assignment's own folder.")
SEVERAL = N_("Several notebooks were handed in; {file} was graded.")
LEFT_OUT = N_(
    "Left out: {files}. Of what lies beside the notebook, {count} files and {limit} MB are taken."
)
UNREADABLE = N_("Nothing in this submission could be graded: please hand in again.")
_ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be")


@dataclass
class Submission:
    """One student's submission as it will be graded.

    ``readable`` is False when an unanswered notebook stands in for it; ``notes`` say what was
    mended or why; ``digest`` changes when the files that were handed in do. ``damaged`` is True
    where a file breaks off and only what comes before that was graded, or another file.
    """

    student: str
    language: str
    notebook: NotebookNode
    digest: str
    readable: bool = True
    notes: list[Note] = field(default_factory=list)
    damaged: bool = False


def students_of(root: Path, assignment: str) -> list[str]:
    """The ids of all who handed in something for ``assignment``, sorted.

    A folder of the student that holds only other assignments is no submission of this one, and
    neither is a link in the place of the folder, of which ``not_taken`` tells.
    """
    found = []
    for folder in sorted(Path(root, "submitted").glob("*")):
        if not folder.is_dir() or folder.is_symlink() or folder.name.startswith("."):
            continue
        if _belongs(folder, assignment):
            found.append(folder.name)
    return found


def _belongs(folder: Path, assignment: str) -> bool:
    """Whether a student's folder holds something for this assignment.

    Also where nobody may look into it: that is to be seen, and not to be taken for nothing.
    """
    try:
        with suppress(FileNotFoundError):
            os.lstat(folder / assignment)  # a link that leads nowhere is there as well
            return True
        names = os.listdir(folder)
    except OSError:
        return True
    return any(_mentions(folder / name, assignment) for name in names if name.endswith(".ipynb"))


def not_taken(root: Path, graded: list[str]) -> list[str]:
    """Sentences about what lies in ``submitted/`` where nobody is graded for it.

    Of notebooks, about those that name one of the assignments ``graded``, or none at all; of
    folders, about those in which nothing belongs to any assignment of the course.
    """
    every = assignments(root)
    return astray.not_taken(
        Path(root),
        graded,
        lambda path: {name for name in every if _mentions(path, name)},
        lambda folder: any(_belongs(folder, name) for name in every),
    )


def _mentions(path: Path, assignment: str) -> bool:
    """Whether a notebook outside its folder names this assignment, as every release does."""
    if not is_plain_file(path):
        return False
    try:
        with path.open("rb") as file:
            data = file.read(handed_in.MAX_BYTES)
            return any(assignment.encode(encoding) in data for encoding in _ENCODINGS)
    except OSError:  # nobody knows; to be listed as one that could not be read
        return True


def check_students(root: Path, assignment: str, wanted: list[str] | None) -> list[str]:
    """The students to grade. Raises CourseError for a name without a submission."""
    all_of_them = students_of(root, assignment)
    if not all_of_them:
        raise CourseError(
            _("There is nothing to grade: no folder submitted/<student>/{name} exists.").format(
                name=assignment
            )
        )
    unknown = sorted(set(wanted or []) - set(all_of_them))
    if unknown:
        raise CourseError(
            _("Nothing was handed in for {name} by: {students}.").format(
                name=assignment, students=", ".join(unknown)
            )
        )
    return sorted(set(wanted)) if wanted else all_of_them


def submission_digest(root: Path, assignment: str, student: str) -> str:
    """Changes when the files that were handed in do."""
    root = Path(root)
    files = notebooks_of(root, assignment, student)
    files += other_files(root, assignment, student)
    return digest_of(files, root / "submitted" / student)


def staged_folder(assignment: str) -> Path:
    """Where submissions lie as they are graded, relative to the course."""
    return WORK / assignment / "submitted"


def read_submission(root: Path, assignment: str, student: str) -> Submission:
    """Read, choose and mend one student's notebook; never raises for what a student can do."""
    root = Path(root)
    files = notebooks_of(root, assignment, student)
    digest = submission_digest(root, assignment, student)
    readings = [_read(root, assignment, file) for file in files]
    usable = [reading for reading in readings if reading.notebook is not None]
    if all(reading.damaged for reading in usable):
        others = [_read(root, assignment, file) for file in disguised(root, assignment, student)]
        usable += [reading for reading in others if reading.notebook is not None]
    if not usable:
        notes = [reading.problem for reading in readings]
        notes = notes or astray.without_notebook(root / "submitted" / student, assignment)
        language = next((r.language for r in readings if r.language), "en")
        return _stand_in(root, assignment, student, language, digest, notes)
    home = root / "submitted" / student
    place = home / assignment / f"{assignment}.ipynb"
    best = max(
        usable,
        key=lambda r: (
            r.path == place and not r.damaged,  # an older copy may have more cells
            r.share,
            r.path.stem == assignment,
            -len(r.path.parts),
            r.path.name,
        ),
    )
    broken = [reading for reading in readings if reading.damaged and reading.path == place]
    notes = []
    shown = best.path.relative_to(home).as_posix()
    if len(usable) > 1:
        notes.append(Note(SEVERAL, file=shown))
    elif best.path.parent != place.parent:
        notes.append(Note(MISPLACED, file=shown))
    elif best.path.name != place.name:
        notes.append(Note(RENAMED, file=best.path.name))
    notes += best.notes
    notes += [reading.problem for reading in broken if reading.notebook is None]
    if left := left_out(root, assignment, student):
        limits = {"count": handed_in.MOST_FILES, "limit": handed_in.MAX_BYTES // 2**20}
        notes.append(Note(LEFT_OUT, files=", ".join(few(left, 4)), **limits))
    language = best.language or "en"
    released = release_to_read(root, assignment, language)
    mended, more = mend(best.notebook, released)
    damaged = best.damaged or bool(broken)
    return Submission(student, language, mended, digest, True, notes + more, damaged)


def stage(root: Path, assignment: str, submission: Submission) -> str:
    """Write the notebook to be graded below ``_build/``; returns the folder, relative to root."""
    folder = staged_folder(assignment)
    target = Path(root) / folder / submission.student / assignment
    shutil.rmtree(target, ignore_errors=True)
    notebook = submission.notebook
    if submission.notes:
        notebook = NotebookNode({**notebook, "cells": [_notice(submission), *notebook.cells]})
    write_atomically(target / f"{assignment}.ipynb", to_text(notebook))
    folder_of_student = Path(root) / "submitted" / submission.student / assignment
    for path in other_files(Path(root), assignment, submission.student):
        beside = target / path.relative_to(folder_of_student)
        beside.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, beside)
    return folder.as_posix()


def _notice(submission: Submission) -> NotebookNode:
    with speaking(submission.language):
        # A file's name is the student's choice: as text, not as markup.
        sentences = [html.escape(note.text(), quote=False) for note in submission.notes]
        if not submission.readable:
            sentences.append(_(UNREADABLE))
    cell = nbformat.v4.new_markdown_cell("\n".join(f"> {text}\n>" for text in sentences))
    cell.id = "course-notice"
    return cell


@dataclass
class _Reading:
    path: Path
    notebook: NotebookNode | None = None
    problem: Note | None = None
    language: str | None = None
    share: float = 0.0  # of the assignment's cells that are in it
    notes: list[Note] = field(default_factory=list)  # of what was done to read it
    damaged: bool = False  # it breaks off


def _read(root: Path, assignment: str, path: Path) -> _Reading:
    size = path.stat().st_size
    if size > handed_in.MAX_BYTES:
        sizes = {"size": size // 2**20, "limit": handed_in.MAX_BYTES // 2**20}
        return _Reading(path, problem=Note(TOO_LARGE, file=path.name, **sizes))
    data = path.read_bytes()
    try:
        content = read_content(data, path.name)
        notebook = _notebook(content.value)
    except NotANotebook as problem:
        return _Reading(path, problem=problem.note, damaged=problem.note.template == NOT_JSON)
    except Exception:
        # nbformat raises a different exception for each way in which a file can be broken.
        return _Reading(path, problem=Note(NO_NOTEBOOK, file=path.name))
    language, notes = _language(notebook), content.notes
    wanted = _grade_ids(release_to_read(root, assignment, "en"))
    if not _grade_ids(notebook) & wanted:
        released = release_to_read(root, assignment, language or "en")
        if (known := recognised(notebook, released, assignment)) is not None:
            notebook, notes = known[0], [*notes, known[1]]
    share = len(_grade_ids(notebook) & wanted) / max(len(wanted), 1)
    if share == 0:
        problem = content.damage or Note(OTHER, file=path.name)
        damaged = content.damage is not None
        return _Reading(path, problem=problem, language=language, damaged=damaged)
    return _Reading(path, notebook, None, language, share, notes, content.damage is not None)


def _notebook(content: object) -> NotebookNode:
    """The notebook with these contents; raises whatever nbformat raises where they are none."""
    # Half of a character, as a cut emoji leaves it, cannot be written to any file again.
    text = json.dumps(content, ensure_ascii=False).encode("utf-8", "replace")
    # Without a look at the schema, which says what is wrong to the log alone, and gives new ids to
    # cells that have none or another's: mending does both for those that it keeps.
    notebook = nbformat.convert(nbformat.reader.reads(text.decode("utf-8")), 4)
    cells = [cell for cell in notebook.cells if cell.cell_type in ("code", "markdown", "raw")]
    for cell in cells:
        cell.source = cell.source if isinstance(cell.source, str) else "".join(cell.source)
        cell.metadata = nbformat.from_dict(dict(cell.get("metadata") or {}))
    notebook.cells = cells
    return notebook


def _grade_ids(notebook: NotebookNode) -> set[str]:
    found = set()
    for cell in notebook.cells:
        about = cell.metadata.get("nbgrader")
        if isinstance(about, dict) and isinstance(about.get("grade_id"), str):
            found.add(about["grade_id"])
    return found


def _language(notebook: NotebookNode) -> str | None:
    """The notebook's language: from its metadata, else from its start cell."""
    said = notebook.metadata.get("course")
    said = said.get("language") if isinstance(said, dict) else None
    if not isinstance(said, str) or said not in LANGUAGES:
        code = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "code")
        match = re.search(r"""start\([^)]{0,200}?language\s*=\s*["'](\w+)["']""", code)
        said = match.group(1) if match else None
    return said if said in LANGUAGES else None


def _stand_in(root, assignment, student, language, digest, notes) -> Submission:
    notebook = made_release(root, assignment, language)
    return Submission(student, language, notebook, digest, False, notes)
