"""All that the submissions of one assignment share in a worker: made once, kept warm."""

import ast
import os
from dataclasses import dataclass
from pathlib import Path

import torch

import course_lib.data
from course_lib.exercises import ASSIGNMENTS, get_assignment
from course_lib.grading.engine.asked import HARMLESS, WITH_MODELS, needs_models
from course_lib.grading.engine.children import Zygote, ZygoteSettings
from course_lib.grading.engine.executor import Place
from course_lib.grading.engine.given import Given, given_by
from course_lib.grading.engine.plan import load_plan
from course_lib.grading.engine.steps import Steps
from course_lib.grading.gradebook import course_directory
from course_lib.grading.release import made_release
from course_lib.grading.source import read_source


@dataclass
class Bench:
    """``given`` is what the instructor's cells give to their own tests, ``is_ours`` whether the
    assignment is one of the course's, whose checks need no cells of an instructor."""

    steps: Steps
    place: Place
    given: Given
    is_ours: bool


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
        given = given_by(read_source(root, assignment))
        steps = Steps(load_plan(root, assignment))
        _benches[key] = Bench(steps, place, given, assignment in ASSIGNMENTS)
    return _benches[key]


def can_fork() -> bool:
    """Whether students' code can run in forked children here; else it runs in kernels."""
    return hasattr(os, "fork") and hasattr(os, "pidfd_open")


def _place(root: Path, assignment: str, isolated: bool) -> Place:
    torch.set_num_threads(1)
    config = course_directory(root).config
    imports = _imports(root, assignment)
    data = str(Path(course_lib.data.__file__).parent)

    def zygote(modules: tuple[str, ...]) -> Zygote:
        return Zygote(ZygoteSettings(imports, modules, (data,), isolated))

    place = Place(zygote(HARMLESS), seconds=float(config.Execute.get("timeout", 30)))
    if assignment in ASSIGNMENTS and needs_models(get_assignment(assignment)):
        place.models = zygote(WITH_MODELS)
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
