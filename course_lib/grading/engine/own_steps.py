"""Steps after execution that an instructor added: the list is run as nbgrader runs it."""

import os
from contextlib import contextmanager
from pathlib import Path

import nbformat
from nbconvert.exporters.exporter import ResourcesDict
from nbgrader import utils
from nbgrader.converters import Autograde
from nbgrader.preprocessors import SaveAutoGrades

from course_lib.grading.engine.scoring import points_of


class OwnStepFailed(Exception):
    """What an instructor's code raised; the text says what."""


def run_steps(
    converter: Autograde, steps: list, content: bytes, resources: ResourcesDict, root: Path
) -> tuple[str, ResourcesDict]:
    """The graded notebook as the course's exporter writes it, after all steps; with resources."""
    exporter = converter.exporter_class(parent=converter, config=converter.config)
    for step in steps:
        exporter.register_preprocessor(SaveKindly if step is SaveAutoGrades else step)
    notebook = nbformat.reads(content.decode("utf-8"), as_version=4)
    with own_code(root):
        return exporter.from_notebook_node(notebook, resources)


@contextmanager
def own_code(root: Path):
    """An instructor's code runs where nbgrader would run it, and says so when it fails."""
    before = os.environ.get("NBGRADER_EXECUTION")
    os.environ["NBGRADER_EXECUTION"] = "autograde"
    try:
        with utils.chdir(str(root)):
            yield
    except Exception as error:
        raise OwnStepFailed(f"{type(error).__name__}: {error}") from error
    finally:
        if before is None:
            del os.environ["NBGRADER_EXECUTION"]
        else:
            os.environ["NBGRADER_EXECUTION"] = before


class SaveKindly(SaveAutoGrades):
    """SaveAutoGrades with the course's scoring: see ``scoring``."""

    def _add_score(self, cell, resources):
        name = cell.metadata["nbgrader"]["grade_id"]
        where = (self.notebook_id, self.assignment_id, self.student_id)
        grade = self.gradebook.find_grade(name, *where)
        grade.auto_score = points_of(cell, self.log)
        grade.needs_manual_grade = grade.manual_score is not None or grade.auto_score is None
        self.gradebook.db.commit()
