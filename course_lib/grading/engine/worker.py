"""What one worker process does with one submission, from the files handed in to its marks.

Everything that costs time happens here, beside the other workers. Only the gradebook is written
elsewhere, by the one ``Writer``.
"""

import os
import warnings
from pathlib import Path
from time import monotonic

import nbformat
from nbformat import NotebookNode

from course_lib.errors import CourseError
from course_lib.exercises import get_assignment
from course_lib.exercises.spec import Item
from course_lib.grading import session
from course_lib.grading.allowed import Reading, read, refusal_finding
from course_lib.grading.engine.aside import Aside
from course_lib.grading.engine.bench import Bench, bench, can_fork
from course_lib.grading.engine.children import NoChildren
from course_lib.grading.engine.executor import Execution
from course_lib.grading.engine.job import Graded, InfrastructureError, Job
from course_lib.grading.execute import ExecuteToTheEnd
from course_lib.grading.gradebook import course_directory
from course_lib.grading.result import Finding
from course_lib.grading.submissions import read_submission, stage


def execute_one(job: Job) -> Graded:
    """Read, mend, execute and score one submission; nothing but its staged copy is written.

    Raises InfrastructureError, never a zero, when it could not be graded.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return _execute_one(job, Path(job.root))
    except (CourseError, NoChildren) as error:
        raise InfrastructureError(str(error)) from error


def _execute_one(job: Job, root: Path) -> Graded:
    started = monotonic()
    submission = read_submission(root, job.assignment, job.student)
    folder = Path(root, stage(root, job.assignment, submission), job.student, job.assignment)
    at = bench(root, job.assignment, job.isolation != "none")
    staged = nbformat.read(folder / f"{job.assignment}.ipynb", as_version=4)
    notebook = at.steps.sanitise(staged, job.student, folder=folder)
    os.environ["COURSE_SEED"] = str(job.seed)
    lost = execute(notebook, at, submission.language, folder, root)
    status = "graded" if not submission.notes else "mended"
    return Graded(
        at.steps.finish(notebook, job.student, folder=folder),
        submission.language,
        status if submission.readable else "unreadable",
        [note.to_dict() for note in submission.notes],
        lost,
        monotonic() - started,
    )


def execute(
    notebook: NotebookNode, at: Bench, language: str, folder: Path | None, root: Path
) -> int:
    """Fill the outputs of a sanitised notebook; returns how many processes it has cost."""
    about = notebook.metadata.setdefault("course", NotebookNode())
    about["seed"] = os.environ.get("COURSE_SEED", "0")  # to do this grading again alone
    session.forget()
    if not can_fork():
        return _in_a_kernel(notebook, folder, root)
    aside = Aside(at.given, folder, at.place.seconds)
    reading = None
    if at.is_ours:
        reading = read(notebook.cells, get_assignment(at.steps.plan.assignment))
    execution = Execution(
        notebook,
        at.place,
        language,
        files=folder,
        refusal=lambda item: _refusal(reading, item),
        trusted=aside,
    )
    execution.run()
    return execution.lost


def _refusal(reading: Reading | None, item: Item) -> Finding | None:
    """What the source of the notebook uses and an item does not allow."""
    found = reading.refused(item) if reading else None
    return refusal_finding(found, item) if found else None


def _in_a_kernel(notebook: NotebookNode, folder: Path | None, root: Path) -> int:
    """Slower, and with the rights of whoever grades: all that a system without fork can do."""
    step = ExecuteToTheEnd(config=course_directory(root).config)
    step.preprocess(notebook, {"metadata": {"path": str(folder or root)}})
    return step.restarts
