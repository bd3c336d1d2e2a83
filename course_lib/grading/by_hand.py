"""What a person gave a submission: marks, extra credit, comments, more time.

The student's page shows them, and lateness costs a part of the marks. So a submission to which
somebody gave something since its page was written gets both anew, and is not executed again.
"""

import hashlib
import os
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from nbgrader import api
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from course_lib.grading.beforehand import record_path
from course_lib.grading.engine.job import Job
from course_lib.grading.engine.tasks import feedback_of
from course_lib.grading.engine.writer import Writer
from course_lib.grading.gradebook import open_gradebook
from course_lib.grading.reasons import plain
from course_lib.grading.records import Record
from course_lib.i18n import N_, _

DONE = N_("Pages written anew after marking by hand: {count}.")
NOT_ANEW = N_(
    "The page of {student} could not be written anew ({reason}). The marks are kept; "
    "run the command again."
)


def given_by_hand(root: Path, assignment: str) -> dict[str, str]:
    """A digest of what a person gave, for each student to whom somebody gave something."""
    given = defaultdict(list)
    with open_gradebook(root) as gradebook:
        for student, *what in _given(gradebook, assignment):
            given[student].append(repr(what))
    return {
        student: hashlib.sha256("\n".join(sorted(found)).encode()).hexdigest()[:16]
        for student, found in given.items()
    }


def _given(gradebook, assignment: str) -> Iterator[tuple]:
    """(student, kind, ...) for everything that a person wrote into the gradebook."""
    submission, cell = api.SubmittedAssignment, api.BaseCell

    def found(*columns):
        return gradebook.db.query(submission.student_id, *columns)

    def of_the_assignment(query):
        return query.join(api.Assignment, submission.assignment_id == api.Assignment.id).filter(
            api.Assignment.name == assignment
        )

    def of_cells(table, *columns):
        query = found(api.SubmittedNotebook.notebook_id, cell.name, cell.type, *columns)
        query = query.join(
            api.SubmittedNotebook, api.SubmittedNotebook.assignment_id == submission.id
        )
        query = query.join(table, table.notebook_id == api.SubmittedNotebook.id)
        return of_the_assignment(query.join(cell, table.cell_id == cell.id))

    grade, comment = api.Grade, api.Comment
    marks = of_cells(grade, grade.manual_score, grade.extra_credit)
    for student, *what in marks.filter(
        grade.manual_score.is_not(None) | grade.extra_credit.is_not(None)
    ):
        yield student, "mark", *what
    comments = of_cells(comment, comment.manual_comment)
    for student, *what in comments.filter(comment.manual_comment.is_not(None)):
        yield student, "comment", *what
    more_time = of_the_assignment(found(submission.extension))
    for student, extension in more_time.filter(submission.extension.is_not(None)):
        yield student, "extension", extension.total_seconds()


def write_anew(
    jobs: list[Job], records: dict[str, Record], writer: Writer, console: Console
) -> list[str]:
    """Lateness and pages of ``jobs`` anew; returns the students whose pages were written.

    ``records`` are what is to be kept of each student from then on. A page that could not be
    written is told and stays for the next run. All of it happens in this process: a worker takes
    longer to start than dozens of pages.
    """
    done = []
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=console) as progress:
        for job in progress.track(jobs, description=_("Writing pages anew")):
            try:
                writer.penalise(job.student)
                feedback_of(job)
            except Exception as error:  # whatever it is: the marks are kept, the others go on
                _tell(job, error, progress.console)
                continue
            _keep(records[job.student], job)
            done.append(job.student)
    if done:
        console.print(_(DONE).format(count=len(done)), highlight=False)
    return sorted(done)


def _keep(record: Record, job: Job) -> None:
    """Save the record with the time of the grading, which this was not."""
    path = record_path(Path(job.root), job.assignment, job.student)
    graded = path.stat()
    record.save(Path(job.root), job.assignment)
    os.utime(path, ns=(graded.st_atime_ns, graded.st_mtime_ns))


def _tell(job: Job, error: Exception, console: Console) -> None:
    said = {"student": plain(job.student), "reason": plain(f"{error}") or type(error).__name__}
    console.print(_(NOT_ANEW).format(**said), markup=False, highlight=False, style="red")
