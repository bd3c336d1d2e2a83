"""Autograding one submission: the seam between the course and whatever executes notebooks.

Everything else (staging, queue, report, feedback) only knows ``Job`` and ``autograde_one``. Today
nbgrader's ``Autograde`` does the work with one kernel per submission; a faster or safer engine
replaces this function and nothing else.
"""

import glob
import os
from dataclasses import dataclass
from pathlib import Path

from course_lib.errors import CourseError
from course_lib.grading.engine.log import quiet_log


@dataclass(frozen=True)
class Job:
    """One staged submission.

    ``root`` is the course, ``submitted`` the folder (relative to it) that holds
    ``<student>/<assignment>/<assignment>.ipynb``, ``seed`` draws the hidden cases.
    """

    root: str
    assignment: str
    student: str
    submitted: str
    seed: int


class InfrastructureError(Exception):
    """The submission could not be graded through no fault of its own; its log is the text."""


def autograde_one(job: Job) -> str:
    """Execute and score one staged submission into ``autograded/`` and the gradebook.

    Returns nbgrader's log. Raises InfrastructureError, never a zero, when it could not be graded.
    """
    # Imported here: a worker pays for nbgrader once, the command line never does.
    from nbgrader.converters import Autograde

    from course_lib.grading.gradebook import course_directory, prepare

    os.environ["COURSE_SEED"] = str(job.seed)
    log = quiet_log()
    try:
        course = course_directory(Path(job.root))
        prepare(course.db_url)
        course.submitted_directory = job.submitted
        course.assignment_id = job.assignment
        course.student_id = glob.escape(job.student)
        converter = Autograde(coursedir=course, config=course.config)
        converter.log = course.log = log
        converter.force = True
        converter.start()
    except CourseError as error:
        raise InfrastructureError(str(error)) from error
    except Exception as error:
        raise InfrastructureError(f"{log.text()}\n{type(error).__name__}: {error}") from error
    notebook = Path(
        course.format_path(course.autograded_directory, job.student, job.assignment),
        f"{job.assignment}.ipynb",
    )
    if not notebook.exists():
        raise InfrastructureError(f"{log.text()}\n{notebook} was not written")
    return log.text()
