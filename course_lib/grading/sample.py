"""The bundled class: small files with what each student wrote, made into real submissions.

``tests/sample_class/<assignment>/<student>.py`` begins with what is to be known about the student
and goes on with cells in percent format, each named by the cell's id or by the function in it::

    # name: Siti Rahmawati
    # language: id
    # rest: solved
    # %% lstm_cell
    def lstm_cell(...):

``rest`` says what stands in the other answer cells: the solution ("solved") or nothing ("open").
A cell with the id of a question holds its answer as comments.
``hand-in`` tells what else happened to the file: see ``ACCIDENTS``.
"""

import re
import shutil
from collections.abc import Callable
from contextlib import suppress
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbgrader.api import Gradebook, MissingEntry
from rich.console import Console

from course_lib.errors import CourseError
from course_lib.files import write_atomically
from course_lib.grading.gradebook import open_gradebook
from course_lib.grading.release import made_release, read_source, to_text
from course_lib.grading.source import is_question
from course_lib.i18n import _

_CELL = re.compile(r"^# %% (\S+)\s*$", re.MULTILINE)
_ABOUT = re.compile(r"^# ([\w-]+): (.+)$", re.MULTILINE)


@dataclass
class SampleStudent:
    """One file of the sample class; ``answers`` maps a cell's name to the student's code."""

    id: str
    name: str = ""
    language: str = "en"
    rest: str = "open"
    hand_in: str = ""
    answers: dict[str, str] = field(default_factory=dict)


def read_student(path: Path) -> SampleStudent:
    """Read one file of the class. Raises CourseError when it says something unknown."""
    head, *parts = _CELL.split(path.read_text("utf-8"))
    about = {key.replace("-", "_"): value.strip() for key, value in _ABOUT.findall(head)}
    about.pop("about", None)
    answers = {name: code.strip() for name, code in zip(parts[::2], parts[1::2], strict=True)}
    try:
        student = SampleStudent(path.stem, **about, answers=answers)
    except TypeError as error:
        raise CourseError(f"{path}: {error}") from error
    accident = student.hand_in.partition(" ")[0]
    if accident and accident not in ACCIDENTS:
        raise CourseError(f'{path}: unknown hand-in "{accident}"')
    return student


def submitted_files(root: Path, assignment: str, student: SampleStudent) -> dict[str, str]:
    """What this student hands in: file names and their text (an empty folder: nothing)."""
    notebook = made_release(root, assignment, student.language)
    notebook.metadata.course["sample"] = True  # nobody's work: may be written again
    answers = dict(student.answers)
    solved = _solved(root, assignment) if student.rest == "solved" else {}
    notebook.cells = [each for cell in notebook.cells for each in _answered(cell, answers)]
    for cell in notebook.cells:
        about = cell.metadata.get("nbgrader", {})
        if cell.cell_type == "code" and about.get("solution"):
            for name in _names(cell):
                if name in answers:
                    cell.source = answers.pop(name)
                    break
            else:
                cell.source = solved.get(about["grade_id"], cell.source)
    if answers:
        raise CourseError(f"{student.id}: {assignment} has no answer cell {', '.join(answers)}")
    files = {f"{assignment}.ipynb": to_text(notebook)}
    accident, _space, detail = student.hand_in.partition(" ")
    return ACCIDENTS[accident](files, notebook, detail) if accident else files


def _answered(cell: NotebookNode, answers: dict[str, str]) -> list[NotebookNode]:
    """A question with the student's answer below it, which the file has as comments."""
    if not is_question(cell) or _id(cell) not in answers:
        return [cell]
    text = re.sub(r"^# ?", "", answers.pop(_id(cell)), flags=re.MULTILINE)
    answer = nbformat.v4.new_markdown_cell(text)
    answer.id = f"{cell.id}-answer"
    return [cell, answer]


def _names(cell: NotebookNode) -> list[str]:
    """What an answer cell may be called: its id, or a function or class that it asks for."""
    defined = re.findall(r"^(?:def|class) (\w+)", cell.source, re.MULTILINE)
    return [cell.metadata.nbgrader.grade_id, *defined]


def _solved(root: Path, assignment: str) -> dict[str, str]:
    return {
        cell.metadata.nbgrader.grade_id: "\n".join(
            line for line in cell.source.split("\n") if not re.search("(BEGIN|END) SOLUTION", line)
        )
        for cell in read_source(root, assignment).cells
        if cell.metadata.get("nbgrader", {}).get("solution")
    }


def _renamed(files: dict, notebook: NotebookNode, detail: str) -> dict:
    return dict.fromkeys([detail], next(iter(files.values())))


def _cut_off(files: dict, notebook: NotebookNode, detail: str) -> dict:
    return {name: text[: len(text) // 2] for name, text in files.items()}


def _nothing(files: dict, notebook: NotebookNode, detail: str) -> dict:
    return {}


def _without(files: dict, notebook: NotebookNode, detail: str) -> dict:
    changed = deepcopy(notebook)
    changed.cells = [c for c in changed.cells if _id(c) != detail]
    return {name: to_text(changed) for name in files}


def _twice(files: dict, notebook: NotebookNode, detail: str) -> dict:
    """A copy below, as a click on the wrong button makes it: the same nbgrader id again."""
    changed = deepcopy(notebook)
    place = next(i for i, c in enumerate(changed.cells) if _id(c) == detail)
    copy = deepcopy(changed.cells[place])
    copy.id = f"{copy.id}-copy"
    changed.cells.insert(place + 1, copy)
    return {name: to_text(changed) for name in files}


def _id(cell: NotebookNode) -> str | None:
    return cell.metadata.get("nbgrader", {}).get("grade_id")


ACCIDENTS: dict[str, Callable[[dict, NotebookNode, str], dict]] = {
    "renamed": _renamed,  # renamed My homework.ipynb
    "cut-off": _cut_off,  # half of the file: not JSON
    "nothing": _nothing,  # a folder without a file
    "without": _without,  # without test_lstm_cell: the cell was deleted
    "twice": _twice,  # twice lstm_cell: the cell was duplicated
}


def sample_class(root: Path, assignment: str) -> list[SampleStudent]:
    """The students of the bundled class, by id. Raises CourseError when there is none."""
    folder = Path(root) / "tests" / "sample_class" / assignment
    files = sorted(folder.glob("*.py"))
    if not files:
        raise CourseError(
            _("There is no bundled class for {name}: {folder} is empty.").format(
                name=assignment, folder=folder
            )
        )
    return [read_student(path) for path in files]


def write_sample_class(
    root: Path,
    assignment: str,
    *,
    students: list[str] | None = None,
    force: bool = False,
    console: Console | None = None,
) -> list[Path]:
    """Write the bundled class to ``submitted/`` and its names to the gradebook; returns folders.

    A submission that is there and differs is somebody's work: it is kept, and said, unless
    ``force``. ``students`` limits the class to these ids.
    """
    root = Path(root).resolve()
    console = console or Console(quiet=True)
    folders = []
    chosen = [s for s in sample_class(root, assignment) if students is None or s.id in students]
    with open_gradebook(root) as gradebook:
        for student in chosen:
            folder = root / "submitted" / student.id / assignment
            files = submitted_files(root, assignment, student)
            there = _texts(folder)
            if not _is_sample(there, files) and not force:
                _say_kept(folder, root, console)
                continue
            folder.mkdir(parents=True, exist_ok=True)
            for name in there.keys() - files.keys():
                (folder / name).unlink()
            for name, text in files.items():
                if there.get(name) != text:
                    write_atomically(folder / name, text)
            first, _space, last = student.name.partition(" ")
            gradebook.update_or_create_student(student.id, first_name=first, last_name=last)
            folders.append(folder)
    return folders


def remove_sample_class(
    root: Path, assignment: str, *, console: Console | None = None
) -> list[str]:
    """Take the bundled class out of the course again; returns the ids of the students removed.

    Their submissions, graded notebooks, feedback and rows in the gradebook go, and the reports
    that counted them. A submission that somebody else has put in such a folder is kept, and said.
    """
    root = Path(root).resolve()
    console = console or Console(quiet=True)
    removed = []
    with open_gradebook(root) as gradebook:
        for student in sample_class(root, assignment):
            folder = root / "submitted" / student.id / assignment
            if not folder.is_dir():
                continue
            if not _is_sample(_texts(folder), submitted_files(root, assignment, student)):
                _say_kept(folder, root, console)
                continue
            _forget(gradebook, assignment, student.id)
            for stage in ("submitted", "autograded", "feedback"):
                shutil.rmtree(root / stage / student.id / assignment, ignore_errors=True)
                with suppress(OSError):  # holds another assignment
                    (root / stage / student.id).rmdir()
            removed.append(student.id)
    if removed:
        for report in (root / "marks").glob(f"{assignment}.*"):
            report.unlink()
    return removed


def _forget(gradebook: Gradebook, assignment: str, student: str) -> None:
    with suppress(MissingEntry):
        gradebook.remove_submission(assignment, student)
    with suppress(MissingEntry):
        if not gradebook.student_submissions(student):
            gradebook.remove_student(student)


def _texts(folder: Path) -> dict[str, str]:
    return {
        path.name: path.read_text("utf-8", errors="replace")
        for path in (folder.iterdir() if folder.is_dir() else [])
        if path.is_file()
    }


def _is_sample(there: dict[str, str], files: dict[str, str]) -> bool:
    """Whether what is there was written here, in this version of the assignment or another."""
    return there == files or all('"sample": true' in text for text in there.values())


def _say_kept(folder: Path, root: Path, console: Console) -> None:
    text = _("{folder} holds another submission: it was kept.")
    console.print(text.format(folder=folder.relative_to(root)), markup=False)
