"""Reading the marks of a submission for its feedback page, in three questions to the gradebook.

nbgrader's GetGrades asks for each cell by the names of student, assignment and notebook.
"""

from nbgrader.api import (
    Assignment,
    BaseCell,
    Comment,
    Grade,
    Notebook,
    SubmittedAssignment,
    SubmittedNotebook,
)
from sqlalchemy import Connection, bindparam, select

from course_lib.grading.feedback_marks import Marks

_SUBMISSION = SubmittedAssignment.__table__
# Made once: building a statement costs more than running it.
_NOTEBOOKS = (
    select(
        SubmittedNotebook.id,
        Notebook.name,
        SubmittedNotebook.late_submission_penalty.label("late_penalty"),
        SubmittedNotebook.score.label("score"),
        SubmittedNotebook.max_score.label("max_score"),
    )
    .join(Notebook, Notebook.id == SubmittedNotebook.notebook_id)
    .join(_SUBMISSION, _SUBMISSION.c.id == SubmittedNotebook.assignment_id)
    .join(Assignment, Assignment.id == _SUBMISSION.c.assignment_id)
    .where(
        Assignment.name == bindparam("assignment"), _SUBMISSION.c.student_id == bindparam("student")
    )
)
_CELL = BaseCell.__table__
_GRADES = (
    select(
        _CELL.c.name,
        _CELL.c.type,
        Grade.score.label("score"),
        Grade.max_score.label("max_score"),
        Grade.auto_score,
        Grade.manual_score,
    )
    .join(_CELL, _CELL.c.id == Grade.cell_id)
    .where(Grade.notebook_id == bindparam("notebook"))
)
_COMMENTS = (
    select(_CELL.c.name, _CELL.c.type, Comment.comment.label("comment"))
    .join(_CELL, _CELL.c.id == Comment.cell_id)
    .where(Comment.notebook_id == bindparam("notebook"))
)


def read_marks(connection: Connection, assignment: str, student: str) -> dict[str, Marks]:
    """The marks of each notebook of a submission, by its name."""
    wanted = {"assignment": assignment, "student": student}
    made = {}
    for row in connection.execute(_NOTEBOOKS, wanted).all():
        marks = made[row.name] = Marks(row.score, row.max_score, row.late_penalty)
        # Of two cells of one name, nbgrader finds the task last.
        for grade in _tasks_first(connection.execute(_GRADES, {"notebook": row.id})):
            unread = grade.manual_score is None and grade.auto_score is None
            marks.grades[grade.name] = (None if unread else grade.score, grade.max_score)
        for comment in _tasks_first(connection.execute(_COMMENTS, {"notebook": row.id})):
            marks.comments[comment.name] = comment.comment
    return made


def _tasks_first(rows) -> list:
    return sorted(rows, key=lambda row: row.type != "TaskCell")
