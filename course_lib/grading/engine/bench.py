"""All that the submissions of one assignment share in a worker: made once, kept warm."""

from dataclasses import dataclass, field
from pathlib import Path

import torch

import course_lib.data
from course_lib.exercises import ASSIGNMENTS, get_assignment
from course_lib.grading import known_answers
from course_lib.grading.directories import course_directory
from course_lib.grading.engine.asked import HARMLESS, WITH_MODELS, needs_models
from course_lib.grading.engine.children import Zygote, ZygoteSettings
from course_lib.grading.engine.executor import Place
from course_lib.grading.engine.given import Given, given_by
from course_lib.grading.engine.kept import Kept
from course_lib.grading.engine.plan import Plan
from course_lib.grading.engine.sources import instructors_notebooks, released_imports
from course_lib.grading.engine.steps import Steps


@dataclass
class Bench:
    """``given`` is what the instructor's cells give to their own tests, for each notebook.

    ``is_ours``: the assignment is one of the course's, whose checks need no instructor's cells.
    """

    root: Path
    assignment: str
    place: Place
    given: dict[str, Given]
    is_ours: bool
    kept: Kept | None = None  # what is known from earlier gradings; only for the course's own

    _steps: Steps | None = field(default=None, init=False, repr=False)

    def steps(self, plan: Plan | None) -> Steps:
        """nbgrader's steps around execution; without a plan the gradebook is asked for it."""
        if self._steps is None or plan not in (None, self._steps.plan):
            self._steps = Steps(plan or _read_plan(self.root, self.assignment))
        return self._steps


_benches: dict[tuple, Bench] = {}


def bench(root: Path, assignment: str, isolated: bool) -> Bench:
    """The bench of an assignment: made when it is first asked for; the one before is cleared."""
    key = str(root), assignment, isolated
    if key not in _benches:
        for old in _benches.values():
            old.place.stop()
        _benches.clear()
        place = _place(root, assignment, isolated)
        place.plain.start()  # its imports go on beside ours
        written = instructors_notebooks(root, assignment)
        given = {name: given_by(notebook) for name, notebook in written.items()}
        is_ours = assignment in ASSIGNMENTS
        kept = Kept(root, assignment) if is_ours else None
        known_answers.recall(kept.answer if kept else known_answers.nobody)
        _benches[key] = Bench(Path(root), assignment, place, given, is_ours, kept)
    return _benches[key]


def _read_plan(root: Path, assignment: str) -> Plan:
    from course_lib.grading.engine.planning import load_plan  # who is told it can do without

    return load_plan(root, assignment)


def _place(root: Path, assignment: str, isolated: bool) -> Place:
    torch.set_num_threads(1)
    config = course_directory(root).config
    imports = released_imports(root, assignment)
    data = str(Path(course_lib.data.__file__).parent)

    # A module beside the notebook is code that nobody has read: not where the source is read.
    helpers = assignment not in ASSIGNMENTS

    def zygote(modules: tuple[str, ...]) -> Zygote:
        return Zygote(ZygoteSettings(imports, modules, (data,), isolated, helpers))

    place = Place(zygote(HARMLESS), seconds=float(config.Execute.get("timeout", 30)))
    if assignment in ASSIGNMENTS and needs_models(get_assignment(assignment)):
        place.models = zygote(WITH_MODELS)
    return place
