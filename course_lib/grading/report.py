"""What came out of grading: one row per submission, the class's misconceptions, marks as files.

Scores come from nbgrader's gradebook, so manual marks and late penalties count; what the checks
found comes from the graded notebooks; what was mended or failed from the records of grading.
"""

import csv
import io
import json
from collections import Counter
from dataclasses import asdict, dataclass, field
from pathlib import Path

import nbformat
from nbgrader.api import MissingEntry
from rich.console import Console
from rich.table import Table

from course_lib.grading.config import WORK, source_path
from course_lib.grading.feedback import number
from course_lib.grading.files import write_atomically
from course_lib.grading.gradebook import course_directory, open_gradebook
from course_lib.grading.mend import Note
from course_lib.grading.reasons import Finding, findings_of, reason_of, short_name
from course_lib.grading.submissions import students_of
from course_lib.i18n import LANGUAGES, N_, _

STATUS = {
    "graded": N_("graded"),
    "mended": N_("graded, mended"),
    "unreadable": N_("unreadable"),
    "failed": N_("to be run again"),
    "waiting": N_("not graded yet"),
}


@dataclass
class Row:
    """One submission. ``total`` is None, never 0, when it could not be graded."""

    student: str
    name: str
    language: str
    status: str
    points: dict[str, float | None] = field(default_factory=dict)
    total: float | None = None
    max_total: float = 0.0
    reason: str = ""
    notes: list[str] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    seed: int | None = None


@dataclass
class Misconception:
    """A mistake and who made it."""

    item: str
    id: str
    text: str
    students: list[str]


@dataclass
class GradeReport:
    """All submissions of one assignment; ``items`` maps each graded cell to its points."""

    assignment: str
    items: dict[str, float]
    rows: list[Row]
    misconceptions: list[Misconception]
    marks: Path | None = None

    @property
    def failed(self) -> list[Row]:
        """The submissions that could not be graded and are to be run again; none is a zero."""
        return [row for row in self.rows if row.status in ("failed", "waiting")]

    @property
    def max_total(self) -> float:
        return sum(self.items.values())

    def to_dict(self) -> dict:
        """Everything, for machines."""
        return {
            "assignment": self.assignment,
            "items": self.items,
            "max": self.max_total,
            "rows": [asdict(row) for row in self.rows],
            "failed": [row.student for row in self.failed],
            "misconceptions": [asdict(found) for found in self.misconceptions],
        }


def report(root: Path, assignment: str) -> GradeReport:
    """The state of grading now, without grading anything. Raises CourseError for an unknown id."""
    root = Path(root).resolve()
    source_path(root, assignment)
    rows, items = [], {}
    with open_gradebook(root) as gradebook:
        try:
            notebooks = gradebook.find_assignment(assignment).notebooks
        except MissingEntry:
            notebooks = []
        for notebook in notebooks:
            items |= {cell.name: cell.max_score for cell in notebook.grade_cells}
            items |= {cell.name: cell.max_score for cell in notebook.task_cells}
        order = _cell_order(root, assignment)
        items = {name: items[name] for name in sorted(items, key=lambda n: order.get(n, 1e9))}
        names = {student.id: student for student in gradebook.students}
        for student in students_of(root, assignment):
            entry = names.get(student)
            said = " ".join(filter(None, (entry.first_name, entry.last_name))) if entry else ""
            rows.append(_row(root, assignment, student, said, items, gradebook))
    return GradeReport(assignment, items, rows, _misconceptions(rows))


def _cell_order(root: Path, assignment: str) -> dict[str, int]:
    from course_lib.grading.submissions import student_notebook_cached

    released = student_notebook_cached(root, assignment, "en")
    names = [cell.metadata.get("nbgrader", {}).get("grade_id") for cell in released.cells]
    return {name: place for place, name in enumerate(names) if name}


def _row(root, assignment, student, name, items, gradebook) -> Row:
    record = _record(root, assignment, student)
    row = Row(student, name, record.get("language", "en"), record.get("status", "waiting"))
    row.max_total, row.seed = sum(items.values()), record.get("seed")
    row.notes = [Note.from_dict(kept).text() for kept in record.get("notes", [])]
    if row.status not in ("failed", "waiting"):
        try:
            submission = gradebook.find_submission(assignment, student)
        except MissingEntry:
            row.status = "waiting"
        else:
            for notebook in submission.notebooks:
                row.points |= {grade.name: grade.score for grade in notebook.grades}
            row.total = submission.score - _late(submission)
    notebook = _graded_notebook(root, assignment, student)
    if notebook is not None and row.total is not None:
        row.findings = findings_of(notebook)
    row.reason = reason_of(row, notebook)
    return row


def _late(submission) -> float:
    return sum(notebook.late_submission_penalty or 0.0 for notebook in submission.notebooks)


def _record(root: Path, assignment: str, student: str) -> dict:
    path = Path(root) / WORK / assignment / "records" / f"{student}.json"
    try:
        return json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}


def _graded_notebook(root: Path, assignment: str, student: str):
    course = course_directory(root)
    folder = course.format_path(course.autograded_directory, student, assignment)
    try:
        return nbformat.read(Path(folder, f"{assignment}.ipynb"), as_version=4)
    except (OSError, ValueError):
        return None


def _misconceptions(rows: list[Row]) -> list[Misconception]:
    """Every mistake with the students who made it, the most frequent first; once per student."""
    who: dict[tuple[str, str], list[str]] = {}
    texts: dict[tuple[str, str], Counter] = {}
    for row in rows:
        for found in row.findings:
            key = (found.item, found.id)
            if row.student not in who.setdefault(key, []):
                who[key].append(row.student)
            texts.setdefault(key, Counter())[found.text] += 1
    ordered = sorted(who, key=lambda key: (-len(who[key]), key))
    return [
        Misconception(item, id, texts[item, id].most_common(1)[0][0], who[item, id])
        for item, id in ordered
    ]


def write_reports(root: Path, result: GradeReport) -> Path:
    """Write ``marks/<assignment>.csv`` and ``.json``; returns the CSV's path."""
    folder = Path(root) / "marks"
    write_atomically(
        folder / f"{result.assignment}.json",
        json.dumps(result.to_dict(), ensure_ascii=False, indent=1) + "\n",
    )
    result.marks = folder / f"{result.assignment}.csv"
    # The mark at the start tells spreadsheets that names are UTF-8.
    write_atomically(result.marks, "\ufeff" + marks_csv(result))
    return result.marks


def marks_csv(result: GradeReport) -> str:
    """The marks as CSV: student, name, each item, total, maximum, status, reason."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["student", "name", *result.items, "total", "max", "status", "reason"])
    for row in result.rows:
        points = [_plain(row.points.get(item)) for item in result.items]
        total = "" if row.total is None else _plain(row.total)
        writer.writerow(
            [
                _inert(row.student),
                _inert(row.name),
                *(points if row.total is not None else [""] * len(points)),
                total,
                _plain(result.max_total),
                row.status,
                _inert(row.reason),
            ]
        )
    return text.getvalue()


def _plain(value: float | None) -> str:
    return "" if value is None else number(value)


def _inert(text: str) -> str:
    """A spreadsheet runs a cell that begins like a formula."""
    return "'" + text if text[:1] in ("=", "+", "-", "@", "\t") else text


def print_report(result: GradeReport, console: Console) -> None:
    """The table of all submissions, the class's misconceptions, and what is to be run again."""
    table = Table(
        title=_("{name}: {count} submissions").format(
            name=result.assignment, count=len(result.rows)
        ),
        title_justify="left",
    )
    table.add_column(_("Student"), no_wrap=True)
    table.add_column(_("Language"), no_wrap=True)
    for item in result.items:
        table.add_column(short_name(item).replace("_", "_\u200b"), justify="right")
    table.add_column(_("Total"), justify="right", no_wrap=True)
    table.add_column(_("Reason"), overflow="fold", ratio=1)
    for row in result.rows:
        points = [_plain(row.points.get(item)) or "–" for item in result.items]
        total = "–" if row.total is None else f"{number(row.total)} / {number(row.max_total)}"
        style = {"failed": "red", "unreadable": "yellow", "waiting": "red"}.get(row.status)
        table.add_row(
            row.name or row.student, LANGUAGES.get(row.language, row.language), *points, total,
            row.reason, style=style,
        )  # fmt: skip
    console.print(table)
    if result.misconceptions:
        found = Table(title=_("What this class gets wrong"), title_justify="left")
        found.add_column(_("Students"), justify="right")
        found.add_column(_("Part"), no_wrap=True)
        found.add_column(_("Mistake"), overflow="fold", ratio=1)
        for mistake in result.misconceptions:
            found.add_row(str(len(mistake.students)), mistake.item, mistake.text)
        console.print(found)
    if result.failed:
        names = ", ".join(row.student for row in result.failed)
        console.print(_("To be run again: {students}.").format(students=names), style="red")
    if result.marks:
        console.print(_("Marks: {file}").format(file=result.marks))
