"""What nbgrader does to a notebook before and after its execution, without its database.

``Steps`` reads the course's ``nbgrader_config.py`` once per process and runs the very classes
listed there. Only the few that ask the gradebook for each cell are replaced: they ask the plan
instead (``OverwriteCells``, ``OverwriteKernelspec``), or leave what they would write to the
gradebook as plain data for the one writer (``SaveAutoGrades``, ``AssignLatePenalties``).

A class that an instructor wrote runs where it is listed: before execution in the worker, and
after execution, where it may expect the marks in the gradebook, in the writer together with all
the others of that list (``own_steps``).
"""

import json
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
from nbconvert.exporters import NotebookExporter
from nbconvert.exporters.exporter import ResourcesDict
from nbconvert.preprocessors import ClearMetadataPreprocessor
from nbformat import NotebookNode
from nbformat.v4.rwbase import strip_transient
from nbformat.validator import normalize
from nbgrader import utils
from nbgrader.converters import Autograde
from nbgrader.nbgraderformat import MetadataValidator, ValidationError
from nbgrader.preprocessors import (
    AssignLatePenalties,
    CheckCellMetadata,
    ClearOutput,
    DeduplicateIds,
    Execute,
    IgnorePattern,
    LimitOutput,
    NbGraderPreprocessor,
    OverwriteCells,
    OverwriteKernelspec,
    SaveAutoGrades,
)
from traitlets.utils.importstring import import_item

from course_lib.grading.directories import course_directory
from course_lib.grading.engine.log import QuietLog
from course_lib.grading.engine.masters import master_files
from course_lib.grading.engine.own_steps import SaveKindly
from course_lib.grading.engine.plan import NotebookPlan, Plan
from course_lib.grading.engine.scoring import comment_of, points_of
from course_lib.grading.notebook_text import notebook_bytes


@dataclass(frozen=True)
class Executed:
    """A graded notebook on its way from a worker to the writer; plain data, may be pickled.

    ``points`` and ``comments`` map cells to what goes into the gradebook; ``saves`` is False when
    the course's list has no SaveAutoGrades. ``finished`` is False when the steps after execution
    have still to be run, in the writer.
    """

    notebook: str
    content: bytes
    points: dict[str, float | None] = field(default_factory=dict)
    comments: dict[str, str | None] = field(default_factory=dict)
    saves: bool = True
    finished: bool = True
    log: tuple[str, ...] = ()


class Steps:
    """nbgrader's steps around execution for one assignment. Make one per process and keep it."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.log = QuietLog()
        self._course = course_directory(Path(plan.root))
        self._course.log = self.log
        self._autograde = Autograde(coursedir=self._course, config=self._course.config)
        self._autograde.log = self.log
        maker = self._autograde.exporter_class
        self._exporter = maker(parent=self._autograde, config=self._autograde.config)
        self._exporter.log = self.log
        sanitising = [resolved(step) for step in self._autograde.sanitize_preprocessors]
        before, self.after = around_execution(self._autograde.autograde_preprocessors)
        self._before = [self._made(step) for step in [*sanitising, *before]]
        self._runs_own_before = any(not _is_known(step) for step in [*sanitising, *before])
        plain = maker is NotebookExporter and self._exporter.nbformat_version == 4
        self.own_steps = not plain or any(not _is_known(step) for step in self.after)
        self._after = [] if self.own_steps else [self._made(step) for step in self.after]
        keep = self._autograde.exclude_overwriting
        self.masters = master_files(self._course, plan.assignment, keep)

    def sanitise(
        self,
        notebook: NotebookNode,
        student: str,
        *,
        name: str | None = None,
        folder: Path | None = None,
    ) -> NotebookNode:
        """The notebook as it is to be executed: as nbgrader would make it; the given one stays.

        ``name`` is the notebook's name where the assignment has several; ``folder`` is where the
        submission is staged. Raises what nbgrader's steps raise for a notebook that they refuse:
        one that was mended passes.
        """
        about = self.plan.notebook(name)
        self.log.take()  # what is left there is about a notebook that was given up
        _changes, made = normalize(notebook)
        resources = self._resources(about, student, folder)
        # An instructor's step may use relative paths, as it may under nbgrader's own command.
        with utils.chdir(self.plan.root) if self._runs_own_before else nullcontext():
            made, _resources = _run(self._before, made, resources)
        nbformat.validate(made, relax_add_props=True)
        return strip_transient(made)

    def finish(
        self,
        notebook: NotebookNode,
        student: str,
        *,
        name: str | None = None,
        folder: Path | None = None,
    ) -> Executed:
        """What is left of an executed notebook for the writer. Changes ``notebook``."""
        about = self.plan.notebook(name)
        if self.own_steps:
            content = notebook_bytes(notebook)
            return Executed(about.name, content, finished=False, log=self.log.take())
        resources = self._resources(about, student, folder)
        notebook, resources = _run(self._after, notebook, resources)
        nbformat.validate(notebook, relax_add_props=True)
        saved = resources.get("course", {})
        return Executed(
            about.name,
            notebook_bytes(notebook),
            saved.get("points", {}),
            saved.get("comments", {}),
            saves="points" in saved,
            log=self.log.take(),
        )

    def _made(self, step):
        """The step as nbconvert would make it, or the one that stands in for it."""
        step = _INSTEAD.get(step, step) if isinstance(step, type) else step
        if not isinstance(step, type):
            return step
        made = step(parent=self._exporter) if hasattr(step, "class_traits") else step()
        if isinstance(made, NbGraderPreprocessor | ClearMetadataPreprocessor):
            made.log = self.log
        return made

    def _resources(self, about: NotebookPlan, student: str, folder: Path | None) -> ResourcesDict:
        return resources_of(self.plan, about, student, self._course.db_url, folder)


def resources_of(
    plan: Plan, about: NotebookPlan, student: str, db_url: str, folder: Path | None
) -> ResourcesDict:
    """What nbgrader tells each step about the notebook, and the plan of it."""
    resources = ResourcesDict()
    resources["unique_key"] = about.name
    resources["output_files_dir"] = f"{about.name}_files"
    resources["output_extension"] = ".ipynb"
    resources["metadata"] = ResourcesDict(name=about.name, path=str(folder or ""))
    resources["nbgrader"] = {
        "student": student,
        "assignment": plan.assignment,
        "notebook": about.name,
        "db_url": db_url,
    }
    resources["plan"] = about
    return resources


def resolved(step):
    """A step of a configured list: a class or a function; a dotted name is imported."""
    return import_item(step) if isinstance(step, str) else step


def around_execution(steps: list) -> tuple[list, list]:
    """The steps before and those after the one that executes; it itself is replaced."""
    steps = [resolved(step) for step in steps]
    for place, step in enumerate(steps):
        if isinstance(step, type) and issubclass(step, Execute):
            return steps[:place], steps[place + 1 :]
    return [], steps


def _run(steps: list, notebook: NotebookNode, resources) -> tuple[NotebookNode, ResourcesDict]:
    for step in steps:
        notebook, resources = step(notebook, resources)
    return notebook, resources


class KernelspecOfPlan(OverwriteKernelspec):
    """OverwriteKernelspec without a database."""

    def preprocess(self, nb, resources):
        wanted = json.loads(resources["plan"].kernelspec or "null")
        if wanted:
            nb.metadata["kernelspec"] = wanted
        return nb, resources


class CellsOfPlan(OverwriteCells):
    """OverwriteCells without a database: the plan answers what it asks."""

    def preprocess(self, nb, resources):
        about = resources["nbgrader"]
        self.notebook_id, self.assignment_id = about["notebook"], about["assignment"]
        self.gradebook = resources["plan"]
        nb, resources = NbGraderPreprocessor.preprocess(self, nb, resources)
        if self.add_missing_cells:
            nb, resources = self.add_missing_grade_cells(nb, resources)
            nb, resources = self.add_missing_task_cells(nb, resources)
        return nb, resources

    def preprocess_cell(self, cell, resources, cell_index):
        self._as_released = _is_as_released(cell)
        return super().preprocess_cell(cell, resources, cell_index)

    def report_change(self, name, attr, old, new):
        """Not what changes in every notebook: hidden tests and mark schemes come back, in English.

        A release has checksums of its own, of what students read.
        """
        if attr != "checksum" or not self._as_released:
            super().report_change(name, attr, old, new)


def _is_as_released(cell: NotebookNode) -> bool:
    try:
        return cell.metadata.nbgrader["checksum"] == utils.compute_checksum(cell)
    except (AttributeError, KeyError, TypeError, ValueError):  # the student's own metadata
        return False


class PointsAsData(SaveAutoGrades):
    """SaveAutoGrades that leaves points and comments for the writer."""

    def preprocess(self, nb, resources):
        points, comments = {}, {}
        for cell in nb.cells:
            if utils.is_grade(cell):
                points[cell.metadata.nbgrader["grade_id"]] = points_of(cell, self.log)
            if utils.is_solution(cell) or utils.is_task(cell):
                comments[cell.metadata.nbgrader["grade_id"]] = comment_of(cell)
        resources["course"] = {"points": points, "comments": comments}
        return nb, resources


class PenaltyInTheWriter(AssignLatePenalties):
    """AssignLatePenalties: nothing in the worker, the writer has the submission's row."""

    def preprocess(self, nb, resources):
        return nb, resources


class _Remembering(MetadataValidator):
    """nbgrader's check of cells' metadata, made once for each metadata that passes it.

    It costs a millisecond per cell, and the cells of one assignment are alike.
    """

    def __init__(self) -> None:
        super().__init__()
        self._passed: set[str] = set()

    def validate_cell(self, cell) -> None:
        if "nbgrader" not in cell.metadata:
            return
        key = cell.cell_type + json.dumps(cell.metadata["nbgrader"], sort_keys=True)
        if key not in self._passed:
            super().validate_cell(cell)
            if len(self._passed) < _REMEMBERED:  # students write metadata, too
                self._passed.add(key)


class QuickCheckCellMetadata(CheckCellMetadata):
    """CheckCellMetadata with one validator for all notebooks."""

    def __init__(self, **kw) -> None:
        super().__init__(**kw)
        self._validator = _Remembering()

    def preprocess(self, nb, resources):
        try:
            self._validator.validate_nb(nb)
        except ValidationError:
            return super().preprocess(nb, resources)  # it fails, and says why
        return nb, resources


_REMEMBERED = 10_000
_INSTEAD = {
    OverwriteKernelspec: KernelspecOfPlan,
    OverwriteCells: CellsOfPlan,
    SaveAutoGrades: PointsAsData,
    SaveKindly: PointsAsData,
    AssignLatePenalties: PenaltyInTheWriter,
    CheckCellMetadata: QuickCheckCellMetadata,
}
_KNOWN = {
    *_INSTEAD,
    ClearMetadataPreprocessor,
    ClearOutput,
    DeduplicateIds,
    IgnorePattern,
    LimitOutput,
}


def _is_known(step) -> bool:
    return isinstance(step, type) and step in _KNOWN
