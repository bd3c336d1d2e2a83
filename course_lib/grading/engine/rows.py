"""The gradebook's rows of one submission, read in one go and written in one transaction.

nbgrader asks for each cell by the names of student, assignment and notebook, and commits after
each. Here the ids of the assignment are read once; a submission costs a handful of statements.
The rows are nbgrader's own, column by column.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import uuid4

from nbgrader.api import (
    Assignment,
    Comment,
    Grade,
    Gradebook,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
)
from sqlalchemy import Connection, bindparam, func, insert, select, update

from course_lib.grading.engine.steps import Executed

_ASSIGNMENT, _STUDENT = Assignment.__table__, Student.__table__
_SUBMISSION, _NOTEBOOK = SubmittedAssignment.__table__, SubmittedNotebook.__table__
_GRADE, _COMMENT = Grade.__table__, Comment.__table__

# Made once: building a statement costs more than running it.
_FIND_STUDENT = select(_STUDENT.c.id).where(_STUDENT.c.id == bindparam("student"))
_FIND_SUBMISSION = select(_SUBMISSION.c.id, _SUBMISSION.c.timestamp, _SUBMISSION.c.extension).where(
    _SUBMISSION.c.assignment_id == bindparam("assignment"),
    _SUBMISSION.c.student_id == bindparam("student"),
)
_FIND_NOTEBOOKS = select(
    _NOTEBOOK.c.id, _NOTEBOOK.c.notebook_id, _NOTEBOOK.c.late_submission_penalty
).where(_NOTEBOOK.c.assignment_id == bindparam("submission"))
_FIND_GRADES = select(
    _GRADE.c.id,
    _GRADE.c.cell_id,
    _GRADE.c.auto_score,
    _GRADE.c.manual_score,
    _GRADE.c.needs_manual_grade,
).where(_GRADE.c.notebook_id == bindparam("notebook"))
_FIND_COMMENTS = select(_COMMENT.c.id, _COMMENT.c.cell_id, _COMMENT.c.auto_comment).where(
    _COMMENT.c.notebook_id == bindparam("notebook")
)
_SUM = select(func.coalesce(func.sum(Grade.score), 0.0)).where(
    Grade.notebook_id == bindparam("notebook")
)
_SET_TIMESTAMP = (
    update(_SUBMISSION)
    .where(_SUBMISSION.c.id == bindparam("row"))
    .values(timestamp=bindparam("to"))
)
_SET_GRADE = (
    update(_GRADE)
    .where(_GRADE.c.id == bindparam("row"))
    .values(auto_score=bindparam("points"), needs_manual_grade=bindparam("by_hand"))
)
_SET_COMMENT = (
    update(_COMMENT).where(_COMMENT.c.id == bindparam("row")).values(auto_comment=bindparam("to"))
)
_SET_PENALTY = (
    update(_NOTEBOOK)
    .where(_NOTEBOOK.c.id == bindparam("row"))
    .values(late_submission_penalty=bindparam("to"))
)


@dataclass
class _Cells:
    """The ids of a notebook's cells, by what nbgrader keeps of a submission for each of them."""

    id: str
    graded: dict[str, str] = field(default_factory=dict)  # name -> id: what gets a grade
    commented: dict[str, str] = field(default_factory=dict)  # what gets a comment
    grades: list[str] = field(default_factory=list)  # ids, one row each in a new submission
    comments: list[str] = field(default_factory=list)
    tasks: list[str] = field(default_factory=list)  # ids, of questions that a person marks


@dataclass
class Saved:
    """What was written: the rows of its finished notebooks, and how late it was handed in."""

    finished: dict[str, str]  # name -> id of the row
    penalties: dict[str, float | None]
    seconds_late: float


class MissingRow(Exception):
    """The gradebook has no place for a result; the text says for which."""


class Rows:
    """The rows of one assignment's submissions. Nothing here commits."""

    def __init__(self, gradebook: Gradebook, assignment: str) -> None:
        found = gradebook.find_assignment(assignment)
        self.assignment = found.id
        self._cells = {}
        for notebook in found.notebooks:
            cells = self._cells[notebook.name] = _Cells(notebook.id)
            # A task cell of that name first: a grade cell is what nbgrader finds before it.
            for task in notebook.task_cells:
                cells.graded[task.name] = cells.commented[task.name] = task.id
            for cell in notebook.grade_cells:
                cells.graded[cell.name] = cell.id
            for cell in notebook.solution_cells:
                cells.commented[cell.name] = cell.id
            tasks = cells.tasks = [task.id for task in notebook.task_cells]
            cells.grades = [cell.id for cell in notebook.grade_cells] + tasks
            cells.comments = [cell.id for cell in notebook.solution_cells] + tasks

    @property
    def notebooks(self) -> list[str]:
        return list(self._cells)

    def save(
        self,
        connection: Connection,
        student: str,
        timestamp: datetime | None,
        results: Mapping[str, Executed],
        absent: list[str],
        *,
        create_student: bool = True,
    ) -> Saved:
        """Write a submission: its student, itself, and what was found in each notebook.

        ``absent`` notebooks were not handed in and have no points. Scores and comments that a
        person gave stay; a cell with a person's score is to be looked at again.
        """
        self._ensure_student(connection, student, create_student)
        submission, fresh = self._ensure_submission(connection, student, timestamp)
        rows = {row.notebook_id: row for row in self._rows(connection, submission.id, fresh)}
        saved = Saved({}, {}, self._late(connection, submission))
        for name, cells in self._cells.items():
            row = rows.get(cells.id)
            if row is None:
                if name in results:
                    raise MissingRow(name)
                continue
            if name in absent:
                graded = _Grades(connection, row.id)
                for cell in cells.grades:
                    graded.set(cell, 0, by_hand=False)
                graded.write()
            elif name in results and results[name].finished:
                saved.finished[name] = row.id
                saved.penalties[name] = row.late_submission_penalty
                self._save_notebook(connection, row.id, cells, results[name])
        return saved

    def find(self, connection: Connection, student: str) -> Saved:
        """A submission as it was written: all its notebooks. Raises MissingRow."""
        wanted = {"assignment": self.assignment, "student": student}
        submission = connection.execute(_FIND_SUBMISSION, wanted).first()
        if submission is None:
            raise MissingRow(student)
        found = Saved({}, {}, self._late(connection, submission))
        rows = {row.notebook_id: row for row in self._rows(connection, submission.id, fresh=False)}
        for name, cells in self._cells.items():
            if cells.id in rows:
                found.finished[name] = rows[cells.id].id
                found.penalties[name] = rows[cells.id].late_submission_penalty
        return found

    def _ensure_student(self, connection, student: str, create: bool) -> None:
        if connection.execute(_FIND_STUDENT, {"student": student}).first() is not None:
            return
        if not create:
            raise MissingRow(student)
        connection.execute(insert(_STUDENT), {"id": student})

    def _ensure_submission(self, connection, student: str, timestamp: datetime | None):
        wanted = {"assignment": self.assignment, "student": student}
        found = connection.execute(_FIND_SUBMISSION, wanted).first()
        if found is not None:
            if timestamp:
                connection.execute(_SET_TIMESTAMP, {"row": found.id, "to": timestamp})
                found = connection.execute(_FIND_SUBMISSION, wanted).first()
            return found, False
        row = {"id": uuid4().hex, "assignment_id": self.assignment, "student_id": student}
        connection.execute(insert(_SUBMISSION), {**row, "timestamp": timestamp or None})
        return connection.execute(_FIND_SUBMISSION, wanted).first(), True

    def _rows(self, connection, submission: str, fresh: bool):
        """The submission's notebooks; in a new one with an empty grade or comment for each cell."""
        if fresh:
            notebooks, grades, comments = [], [], []
            for cells in self._cells.values():
                id = uuid4().hex
                notebooks.append({"id": id, "assignment_id": submission, "notebook_id": cells.id})
                grades += [{"notebook_id": id, "cell_id": cell} for cell in cells.grades]
                comments += [{"notebook_id": id, "cell_id": cell} for cell in cells.comments]
            for table, rows in ((_NOTEBOOK, notebooks), (_GRADE, grades), (_COMMENT, comments)):
                if rows:
                    connection.execute(insert(table), rows)
        return connection.execute(_FIND_NOTEBOOKS, {"submission": submission}).all()

    def _save_notebook(self, connection, row: str, cells: _Cells, result: Executed) -> None:
        if not result.saves:
            return
        graded = _Grades(connection, row)
        for name, points in result.points.items():
            id = _known(cells.graded, name)
            by_hand = points is None or graded.has_manual(id)
            graded.set(id, points, by_hand)
        # Where nothing could be read, a question has its 0 points without a person; now it can be.
        for task in set(cells.tasks) - {cells.graded[name] for name in result.points}:
            if graded.has_points(task):
                graded.set(task, None, by_hand=True)
        graded.write()
        wanted = {_known(cells.commented, name): text for name, text in result.comments.items()}
        found = {r.cell_id: r for r in connection.execute(_FIND_COMMENTS, {"notebook": row})}
        changed = [
            {"row": _known(found, cell).id, "to": text}
            for cell, text in wanted.items()
            if _known(found, cell).auto_comment != text
        ]
        if changed:
            connection.execute(_SET_COMMENT, changed)

    def _late(self, connection, submission) -> float:
        """Seconds after the due date, extension included, as nbgrader counts them."""
        if submission.timestamp is None:
            return 0
        due = select(_ASSIGNMENT.c.duedate).where(_ASSIGNMENT.c.id == self.assignment)
        duedate = connection.execute(due).scalar()
        if duedate is None:
            return 0
        if submission.extension is not None:
            duedate += submission.extension
        return max(0, (submission.timestamp - duedate).total_seconds())


class _Grades:
    """The grades of one submitted notebook; only those that change are written."""

    def __init__(self, connection: Connection, notebook: str) -> None:
        self.connection = connection
        found = connection.execute(_FIND_GRADES, {"notebook": notebook})
        self.rows = {row.cell_id: row for row in found}
        self.changed: list[dict] = []

    def has_manual(self, cell: str) -> bool:
        return _known(self.rows, cell).manual_score is not None

    def has_points(self, cell: str) -> bool:
        return _known(self.rows, cell).auto_score is not None

    def set(self, cell: str, points: float | None, by_hand: bool) -> None:
        row = _known(self.rows, cell)
        if (row.auto_score, row.needs_manual_grade) != (points, by_hand):
            self.changed.append({"row": row.id, "points": points, "by_hand": by_hand})

    def write(self) -> None:
        if self.changed:
            self.connection.execute(_SET_GRADE, self.changed)


def _known(found: Mapping, name: str):
    if name not in found:
        raise MissingRow(name)
    return found[name]


def score_of(connection: Connection, notebook: str) -> float:
    """The sum of a submitted notebook's points, as nbgrader's ``notebook.score``."""
    return connection.execute(_SUM, {"notebook": notebook}).scalar()


def set_penalties(connection: Connection, saved: Saved, penalties: Mapping) -> None:
    """Write the penalty of each notebook that is another than it was; None for none."""
    for name, penalty in penalties.items():
        if penalty != saved.penalties[name]:
            connection.execute(_SET_PENALTY, {"row": saved.finished[name], "to": penalty})
