"""How an assignment's grading stands, in no language: read once, told in each language.

Points come from nbgrader's gradebook in two questions to it, whatever the size of the class; what
the checks found from the graded notebooks, of which only that is kept.
"""

import json
from array import array
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbgrader import api
from nbgrader.api import MissingEntry

from course_lib.grading.config import WORK, source_path
from course_lib.grading.directories import course_directory
from course_lib.grading.gradebook import open_gradebook
from course_lib.grading.likeness import SMALLEST, THE_COURSE, Likeness, likeness
from course_lib.grading.normal_code import NormalCode, normal_code
from course_lib.grading.points import bonus_cells, left
from course_lib.grading.release import made_release
from course_lib.grading.result import CHECK
from course_lib.grading.source import read_source
from course_lib.grading.submissions import students_of

_LONGEST = 2000  # characters of an exception's text
_LONGEST_CELL = 20_000


@dataclass
class StudentFacts:
    """One submission. ``points`` maps cells to points, None where nobody has given any.

    ``by_hand`` are the cells whose points a person gave; ``late`` are the points that lateness
    costs, and ``total`` is without them. ``graded_at`` is the time of its record, in seconds;
    ``notebook`` the graded one, its outputs alone, and the source of cells that ended with an
    error; ``code`` what was written into each answer cell, in its normal form.
    """

    student: str
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    lms_id: str = ""
    record: dict = field(default_factory=dict)
    graded_at: float | None = None
    in_gradebook: bool = False
    points: dict[str, float | None] = field(default_factory=dict)
    by_hand: set[str] = field(default_factory=set)
    total: float = 0.0
    late: float = 0.0
    notebook: NotebookNode | None = None
    code: dict[str, NormalCode] = field(default_factory=dict)


@dataclass
class ClassFacts:
    """All submissions of one assignment. ``items`` maps each graded cell to its points.

    ``written`` are the cells that a person marks; ``reference`` is the course's own code.
    """

    root: Path
    assignment: str
    items: dict[str, float]
    bonus: frozenset[str]
    written: frozenset[str]
    students: list[StudentFacts]
    reference: dict[str, NormalCode] = field(default_factory=dict)

    @cached_property
    def likeness(self) -> Likeness:
        """Answers that are alike, the course's own among them."""
        codes: dict[str, dict[str, NormalCode]] = defaultdict(dict)
        for cell, code in self.reference.items():
            codes[cell][THE_COURSE] = code
        for student in self.students:
            for cell, code in student.code.items():
                codes[cell][student.student] = code
        return likeness(codes)


def read_facts(root: Path, assignment: str) -> ClassFacts:
    """How ``assignment`` stands now. Raises CourseError for an unknown one."""
    root = Path(root).resolve()
    source_path(root, assignment)
    released = made_release(root, assignment, "en")
    given = frozenset(
        gram
        for cell in released.cells
        if cell.cell_type == "code" and (code := normal_code(cell.source))
        for gram in code.grams
    )
    handed_in = {name: StudentFacts(name) for name in students_of(root, assignment)}
    with open_gradebook(root) as gradebook:
        items, written = _items(gradebook, assignment, released)
        _read_gradebook(gradebook, assignment, handed_in)
    for facts in handed_in.values():
        _read_record(root, assignment, facts)
        _read_notebook(root, assignment, facts, given)
    reference = {
        name: code
        for name, source in answer_sources(read_source(root, assignment).cells)
        if (code := _own(source, given))
    }
    return ClassFacts(
        root, assignment, items, bonus_cells(assignment), written, list(handed_in.values()),
        reference,
    )  # fmt: skip


def _items(gradebook, assignment, released) -> tuple[dict[str, float], frozenset[str]]:
    """The graded cells in the order of the notebook, and those among them that are questions."""
    try:
        notebooks = gradebook.find_assignment(assignment).notebooks
    except MissingEntry:
        notebooks = []
    checked = {c.name: c.max_score for notebook in notebooks for c in notebook.grade_cells}
    written = {c.name: c.max_score for notebook in notebooks for c in notebook.task_cells}
    items = checked | written
    names = [cell.metadata.get("nbgrader", {}).get("grade_id") for cell in released.cells]
    order = {name: place for place, name in enumerate(names) if name}
    by_hand = {c.name for n in notebooks for c in n.grade_cells if c.cell_type == "markdown"}
    return (
        {name: items[name] for name in sorted(items, key=lambda name: order.get(name, 1e9))},
        frozenset(written) | by_hand,
    )


def _read_gradebook(gradebook, assignment: str, handed_in: dict[str, StudentFacts]) -> None:
    for entry in gradebook.db.query(api.Student).all():
        facts = handed_in.get(entry.id)
        if facts is not None:
            facts.first_name, facts.last_name = entry.first_name or "", entry.last_name or ""
            facts.email, facts.lms_id = entry.email or "", entry.lms_user_id or ""
    submitted = (
        gradebook.db.query(
            api.SubmittedAssignment.student_id, api.SubmittedNotebook.late_submission_penalty
        )
        .join(api.SubmittedNotebook.assignment)
        .join(api.Assignment, api.SubmittedAssignment.assignment_id == api.Assignment.id)
        .filter(api.Assignment.name == assignment)
    )
    for student, late in submitted.all():
        facts = handed_in.get(student)
        if facts is not None:
            facts.in_gradebook = True
            facts.late += late or 0.0
    grades = (
        gradebook.db.query(
            api.SubmittedAssignment.student_id,
            api.BaseCell.name,
            api.Grade.manual_score,
            api.Grade.auto_score,
            api.Grade.extra_credit,
        )
        .join(api.BaseCell, api.Grade.cell_id == api.BaseCell.id)
        .join(api.SubmittedNotebook, api.Grade.notebook_id == api.SubmittedNotebook.id)
        .join(
            api.SubmittedAssignment,
            api.SubmittedNotebook.assignment_id == api.SubmittedAssignment.id,
        )
        .join(api.Assignment, api.SubmittedAssignment.assignment_id == api.Assignment.id)
        .filter(api.Assignment.name == assignment)
    )
    for student, cell, manual, auto, extra in grades.all():
        facts = handed_in.get(student)
        if facts is not None:
            points = manual if manual is not None else auto
            if manual is not None:
                facts.by_hand.add(cell)
            facts.points[cell] = None if points is None else points + (extra or 0.0)
            facts.total += facts.points[cell] or 0.0
    for facts in handed_in.values():
        if facts.late:
            facts.total = left(facts.total, facts.late)


def _read_record(root: Path, assignment: str, facts: StudentFacts) -> None:
    path = root / WORK / assignment / "records" / f"{facts.student}.json"
    try:
        record = json.loads(path.read_text("utf-8"))
        facts.record, facts.graded_at = dict(record), path.stat().st_mtime
    except (OSError, ValueError, TypeError):
        facts.record = {}


def graded_path(root: Path, assignment: str, student: str) -> Path:
    """Where the graded notebook of a student lies."""
    course = course_directory(root)
    folder = course.format_path(course.autograded_directory, student, assignment)
    return Path(folder, f"{assignment}.ipynb")


def _read_notebook(root: Path, assignment: str, facts: StudentFacts, given: frozenset[int]) -> None:
    try:
        read = json.loads(graded_path(root, assignment, facts.student).read_text("utf-8"))
        cells = [cell for cell in read["cells"] if isinstance(cell, dict)]
        facts.notebook = nbformat.from_dict({"cells": [_outcome(cell) for cell in cells]})
        for name, source in answer_sources(cells):
            code = _own(source, given)
            if code is not None:
                facts.code[name] = code
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return


def answer_sources(cells: list[dict]) -> Iterator[tuple[str, str]]:
    """The answer cells of code: their names and what is written in them."""
    for cell in cells:
        about = (cell.get("metadata") or {}).get("nbgrader") or {}
        if cell.get("cell_type") == "code" and about.get("solution") and about.get("grade_id"):
            source = cell.get("source", "")
            yield about["grade_id"], source if isinstance(source, str) else "".join(source)


def _own(source: str, given: frozenset[int]) -> NormalCode | None:
    if source.count("\n") + source.count(";") + 1 < SMALLEST:  # too short to be compared
        return NormalCode(0, array("Q"))
    code = normal_code(source)
    return code and code.without(given)


def _outcome(cell: dict) -> dict:
    """A cell as the report needs it: what it is, and what errors and findings it ended with."""
    outputs = []
    for output in cell.get("outputs") or []:
        if output.get("output_type") == "error":
            text = str(output.get("evalue", ""))[:_LONGEST]
            outputs.append(
                {"output_type": "error", "ename": str(output.get("ename")), "evalue": text}
            )
        elif CHECK in (output.get("data") or {}):
            data = {CHECK: output["data"][CHECK]}
            outputs.append({"output_type": "execute_result", "data": data})
    stopped = any(output["output_type"] == "error" for output in outputs)
    source = cell.get("source", "") if stopped else ""
    return {
        "cell_type": cell.get("cell_type", "raw"),
        "id": cell.get("id", "?"),
        "execution_count": cell.get("execution_count"),
        "metadata": {"nbgrader": (cell.get("metadata") or {}).get("nbgrader") or {}},
        "source": (source if isinstance(source, str) else "".join(source))[:_LONGEST_CELL],
        "outputs": outputs,
    }
