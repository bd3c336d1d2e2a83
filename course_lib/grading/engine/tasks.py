"""What a worker is asked to do, by names that cost nothing to import.

The run itself needs no torch: it hands out submissions and writes the gradebook.
"""

from pathlib import Path

from course_lib.grading.engine.job import Graded, Job, Sheet


def execute_one(job: Job) -> Graded:
    """Read, mend, execute and score one submission. Raises InfrastructureError."""
    from course_lib.grading.engine.worker import execute_one

    return execute_one(job)


def feedback_of(job: Job) -> None:
    """Write the page of a submission that is in the gradebook."""
    from course_lib.grading.feedback import feedback_one

    feedback_one(Path(job.root), job.assignment, job.student, job.marks)


def execute_sheet(sheet: Sheet) -> dict:
    """Execute one notebook for nbgrader's own command. Raises InfrastructureError."""
    from course_lib.grading.engine.worker import execute_sheet

    return execute_sheet(sheet)
