"""What one worker process does with one submission, from the files handed in to its marks.

Everything that costs time happens here, beside the other workers. Only the gradebook is written
elsewhere, by the one ``Writer``.
"""

import os
import warnings
from dataclasses import replace
from pathlib import Path
from time import monotonic

import nbformat
from nbformat import NotebookNode

from course_lib.errors import CourseError
from course_lib.exercises import get_assignment
from course_lib.exercises.spec import Item
from course_lib.grading import session
from course_lib.grading.allowed import Reading, hold, refusal_finding
from course_lib.grading.directories import course_directory
from course_lib.grading.engine.aside import Aside
from course_lib.grading.engine.bench import Bench, bench
from course_lib.grading.engine.children import NoChildren
from course_lib.grading.engine.executor import Execution
from course_lib.grading.engine.first_use import modules_for
from course_lib.grading.engine.given import Given
from course_lib.grading.engine.isolation import can_fork
from course_lib.grading.engine.job import Graded, InfrastructureError, Job, Sheet
from course_lib.grading.engine.masters import put_beside
from course_lib.grading.engine.plan import NotebookPlan
from course_lib.grading.engine.steps import Executed
from course_lib.grading.execute import ExecuteToTheEnd
from course_lib.grading.result import Finding
from course_lib.grading.submissions import read_submission, stage
from course_lib.i18n import _


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
    steps = at.steps(job.plan)
    put_beside(folder, steps.masters)
    # As ``stage`` has just written it: there is nothing to convert and nothing to doubt.
    staged = nbformat.v4.reads((folder / f"{job.assignment}.ipynb").read_text("utf-8"))
    notebook = steps.sanitise(staged, job.student, folder=folder)
    os.environ["COURSE_SEED"] = str(job.seed)
    lost = execute(notebook, at, submission.language, folder, root)
    if at.kept is not None:
        at.kept.keep_new()
    status = "graded" if not submission.notes else "mended"
    executed = steps.finish(notebook, job.student, folder=folder)
    return Graded(
        executed if submission.readable else nothing_to_mark(executed, steps.plan.notebook()),
        submission.language,
        status if submission.readable else "unreadable",
        [note.to_dict() for note in submission.notes],
        lost,
        monotonic() - started,
        submission.damaged,
    )


def nothing_to_mark(executed: Executed, plan: NotebookPlan) -> Executed:
    """Of a stand-in, in which nobody wrote an answer: no question waits for a person."""
    if not executed.saves or not executed.finished:
        return executed
    points = {cell.name: 0.0 for cell in plan.task_cells}
    points |= {name: given or 0.0 for name, given in executed.points.items()}
    return replace(executed, points=points)


def execute_sheet(sheet: Sheet) -> dict:
    """Execute one notebook of nbgrader's own command; the notebook with its outputs.

    Raises InfrastructureError when it could not be executed.
    """
    root = Path(sheet.root)
    os.environ["COURSE_SEED"] = str(sheet.seed)
    notebook = nbformat.from_dict(sheet.notebook)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            at = bench(root, sheet.assignment, sheet.isolation != "none")
            at.place.seconds = sheet.seconds
            execute(notebook, at, sheet.language, Path(sheet.folder), root, name=sheet.name)
    except (CourseError, NoChildren) as error:
        raise InfrastructureError(str(error)) from error
    return notebook


def execute(
    notebook: NotebookNode,
    at: Bench,
    language: str,
    folder: Path | None,
    root: Path,
    name: str | None = None,
) -> int:
    """Fill the outputs of a sanitised notebook; returns how many processes it has cost.

    ``name`` is the notebook's name where it is not the assignment's.
    """
    about = notebook.metadata.setdefault("course", NotebookNode())
    about["seed"] = os.environ.get("COURSE_SEED", "0")  # to do this grading again alone
    session.forget()
    if not can_fork():
        return _in_a_kernel(notebook, folder, root)
    code = (cell.source for cell in notebook.cells if cell.cell_type == "code")
    modules = modules_for("\n".join(code))
    aside = Aside(_given(at, name), folder, at.place.seconds, modules)
    reading, held = None, {}
    if at.is_ours:
        reading, held = hold(notebook.cells, get_assignment(at.assignment))
    execution = Execution(
        notebook,
        at.place,
        language,
        files=folder,
        refusal=lambda item: _refusal(reading, item),
        trusted=aside,
        held=held,
        modules=modules,
    )
    execution.run()
    return execution.lost


def _given(at: Bench, name: str | None) -> Given:
    """What an instructor's tests rely on. Raises CourseError when nobody can know."""
    found = at.given.get(name or at.assignment)
    if found is None and not at.is_ours:
        text = _("The instructor's notebook {name} was not found, on which its tests rely.")
        raise CourseError(text.format(name=name or at.assignment))
    return found or Given()


def _refusal(reading: Reading | None, item: Item) -> Finding | None:
    """What the source of the notebook uses and an item does not allow."""
    found = reading.refused(item) if reading else None
    return refusal_finding(found, item) if found else None


def _in_a_kernel(notebook: NotebookNode, folder: Path | None, root: Path) -> int:
    """Slower, and with the rights of whoever grades: all that a system without fork can do."""
    step = ExecuteToTheEnd(config=course_directory(root).config)
    step.preprocess(notebook, {"metadata": {"path": str(folder or root)}})
    return step.restarts
