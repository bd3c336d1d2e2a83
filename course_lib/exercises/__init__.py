"""What each assignment asks: its items, cases, oracle, aspects, and the mistakes it knows.

One file per assignment describes it; ``spec`` holds the words the descriptions are written in.
"""

from pathlib import Path

from course_lib.errors import CourseError
from course_lib.exercises.spec import Assignment, Item
from course_lib.i18n import _

# One file per assignment, in the order of the course.
ASSIGNMENTS = tuple(sorted(file.stem for file in Path(__file__).parent.glob("ps[0-9]_*.py")))

__all__ = ["ASSIGNMENTS", "get_assignment", "get_item"]


def get_assignment(id: str) -> Assignment:
    """The description of an assignment.

    Raises CourseError, naming the assignments that exist, when there is none of that id.
    """
    if id not in ASSIGNMENTS:
        message = _('There is no assignment "{id}". These exist: {known}.')
        raise CourseError(message.format(id=id, known=", ".join(ASSIGNMENTS)))
    from importlib import import_module

    return import_module(f"course_lib.exercises.{id}").ASSIGNMENT


def get_item(path: str) -> tuple[Assignment, Item]:
    """The assignment and item that ``"ps4_lstm.lstm_cell"`` names; raises CourseError."""
    assignment_id, _dot, item_id = str(path).partition(".")
    assignment = get_assignment(assignment_id)
    for item in assignment.items:
        if item.id == item_id:
            return assignment, item
    message = _('"{assignment}" has no part "{item}". Its parts: {known}.')
    known = ", ".join(item.id for item in assignment.items)
    raise CourseError(message.format(assignment=assignment_id, item=item_id, known=known))
