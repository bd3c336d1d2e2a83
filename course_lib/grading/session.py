"""The checks of one notebook so far: the welcome line and the progress over all items."""

from course_lib.exercises import get_assignment
from course_lib.grading.result import CheckResult
from course_lib.i18n import set_language

_results: dict[str, CheckResult] = {}


def record(result: CheckResult) -> None:
    """Keep the newest result of each item."""
    _results[result.item] = result


def forget() -> None:
    """As in a fresh kernel."""
    _results.clear()


def results() -> dict[str, CheckResult]:
    """The newest result of each item, by "assignment.item"."""
    return dict(_results)


def start(assignment: str, language: str = "en"):
    """Set the language of the feedback and welcome the student.

    Raises CourseError for an assignment or a language that does not exist.
    """
    from course_lib.grading.html import Welcome

    set_language(language)
    described = get_assignment(assignment)
    for key in [key for key in _results if key.startswith(f"{described.id}.")]:
        del _results[key]
    return Welcome(described)


def progress(assignment: str):
    """The points of every item checked so far in this notebook.

    Raises CourseError for an assignment that does not exist.
    """
    from course_lib.grading.html import Progress

    described = get_assignment(assignment)
    return Progress(described, results())
