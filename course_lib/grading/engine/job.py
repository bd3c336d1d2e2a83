"""What travels between the run and its workers: a submission to grade, and what came of it."""

from dataclasses import dataclass, field

from course_lib.grading.engine.plan import Plan
from course_lib.grading.engine.steps import Executed
from course_lib.grading.feedback_marks import Marks


@dataclass(frozen=True)
class Job:
    """One submission to grade. ``root`` is the course; ``seed`` draws the hidden cases.

    ``isolation`` is "required", "best" (whatever this machine has) or "none". ``plan``
    and, for its page, ``marks`` are what the gradebook knows; a worker that is not told asks it.
    """

    root: str
    assignment: str
    student: str
    seed: int
    isolation: str = "best"
    plan: Plan | None = None
    marks: dict[str, Marks] | None = None


@dataclass(frozen=True)
class Graded:
    """A submission that a worker has executed: what the writer needs, and the record.

    ``status`` is "graded", "mended" or "unreadable"; ``notes`` are those of the repair, and
    ``damaged`` says that a file of the submission breaks off.
    """

    executed: Executed
    language: str
    status: str
    notes: list[dict] = field(default_factory=list)
    lost: int = 0  # processes that the student's code has cost
    seconds: float = 0.0
    damaged: bool = False


@dataclass(frozen=True)
class Sheet:
    """One notebook that nbgrader's own command wants executed: plain data, ready for it.

    ``folder`` is where the submission lies, ``seconds`` what one cell may take.
    """

    root: str
    assignment: str
    name: str
    notebook: dict
    language: str
    folder: str
    seed: int
    seconds: float
    isolation: str = "best"


class InfrastructureError(Exception):
    """The submission could not be graded through no fault of its own; its log is the text."""
