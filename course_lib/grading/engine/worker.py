"""What one worker process does with one submission, from the files handed in to its marks.

Everything that costs time happens here, beside the other workers. Only the gradebook is written
elsewhere, by the one ``Writer``.
"""

import ast
import os
import warnings
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

import nbformat
import torch

import course_lib.data
from course_lib.errors import CourseError
from course_lib.exercises import ASSIGNMENTS, get_assignment
from course_lib.grading import session
from course_lib.grading.engine.asked import HARMLESS, WITH_MODELS, needs_models
from course_lib.grading.engine.children import NoChildren, Zygote, ZygoteSettings
from course_lib.grading.engine.executor import Execution, Place
from course_lib.grading.engine.job import Graded, InfrastructureError, Job
from course_lib.grading.engine.plan import load_plan
from course_lib.grading.engine.steps import Steps
from course_lib.grading.gradebook import course_directory
from course_lib.grading.release import made_release
from course_lib.grading.submissions import read_submission, stage


@dataclass
class Bench:
    """All that the submissions of one assignment share in this process."""

    steps: Steps
    place: Place


_benches: dict[tuple, Bench] = {}


def bench(root: Path, assignment: str, isolated: bool) -> Bench:
    """The bench of an assignment: made once, the one before it is cleared away."""
    key = str(root), assignment, isolated
    if key not in _benches:
        for old in _benches.values():
            old.place.stop()
        _benches.clear()
        _benches[key] = Bench(
            Steps(load_plan(root, assignment)), _place(root, assignment, isolated)
        )
    return _benches[key]


def _place(root: Path, assignment: str, isolated: bool) -> Place:
    torch.set_num_threads(1)
    config = course_directory(root).config
    imports = _imports(root, assignment)
    data = str(Path(course_lib.data.__file__).parent)
    plain = ZygoteSettings(imports, HARMLESS, (data,), isolated)
    place = Place(Zygote(plain), seconds=float(config.Execute.get("timeout", 30)))
    place.plain.start()
    if assignment in ASSIGNMENTS and needs_models(get_assignment(assignment)):
        place.models = Zygote(ZygoteSettings(imports, WITH_MODELS, (data,), isolated))
    return place


def _imports(root: Path, assignment: str) -> str:
    """The import statements of the released notebook."""
    found = []
    for cell in made_release(root, assignment, "en").cells:
        if cell.cell_type != "code":
            continue
        try:
            body = ast.parse(cell.source).body
        except SyntaxError:  # magics
            continue
        found += [ast.unparse(s) for s in body if isinstance(s, ast.Import | ast.ImportFrom)]
    return "\n".join(found)


def execute_one(job: Job) -> Graded:
    """Read, mend, execute and score one submission; nothing but its staged copy is written.

    Raises InfrastructureError, never a zero, when it could not be graded.
    """
    started, root = monotonic(), Path(job.root)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return _execute(job, root, started)
    except (CourseError, NoChildren) as error:
        raise InfrastructureError(str(error)) from error


def _execute(job: Job, root: Path, started: float) -> Graded:
    submission = read_submission(root, job.assignment, job.student)
    folder = Path(root, stage(root, job.assignment, submission), job.student, job.assignment)
    at = bench(root, job.assignment, job.isolation != "none")
    staged = nbformat.read(folder / f"{job.assignment}.ipynb", as_version=4)
    notebook = at.steps.sanitise(staged, job.student, folder=folder)
    about = notebook.metadata.setdefault("course", nbformat.NotebookNode())
    about["seed"] = str(job.seed)  # to do this grading again alone
    os.environ["COURSE_SEED"] = str(job.seed)
    session.forget()
    execution = Execution(notebook, at.place, submission.language, files=folder)
    execution.run()
    executed = at.steps.finish(notebook, job.student, folder=folder)
    status = "graded" if not submission.notes else "mended"
    return Graded(
        executed,
        submission.language,
        status if submission.readable else "unreadable",
        [note.to_dict() for note in submission.notes],
        execution.lost,
        monotonic() - started,
    )
