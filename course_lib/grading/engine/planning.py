"""Reading the plan of an assignment from nbgrader's gradebook."""

from pathlib import Path

from nbgrader.api import Gradebook, MissingEntry

from course_lib.errors import CourseError
from course_lib.grading.engine.plan import MarkedCell, NotebookPlan, Plan, SourceCell
from course_lib.grading.gradebook import open_gradebook
from course_lib.i18n import _


def load_plan(root: Path, assignment: str) -> Plan:
    """Read the assignment from the gradebook. Raises CourseError when it is not in it."""
    with open_gradebook(Path(root)) as gradebook:
        return plan_of(gradebook, Path(root), assignment)


def plan_of(gradebook: Gradebook, root: Path, assignment: str) -> Plan:
    """The plan of an assignment in a gradebook that is open already."""
    try:
        found = gradebook.find_assignment(assignment)
    except MissingEntry:
        raise CourseError(
            _("The gradebook does not know {name}: run `course release {name}`.").format(
                name=assignment
            )
        ) from None
    # In the order of the gradebook: nbgrader puts missing cells back in that order.
    notebooks = tuple(
        NotebookPlan(
            notebook.name,
            notebook.kernelspec,
            tuple(
                SourceCell(cell.name, cell.cell_type, cell.locked, cell.source, cell.checksum)
                for cell in notebook.source_cells
            ),
            tuple(MarkedCell(cell.name, cell.max_score) for cell in notebook.grade_cells),
            tuple(MarkedCell(cell.name) for cell in notebook.solution_cells),
            tuple(MarkedCell(cell.name, cell.max_score) for cell in notebook.task_cells),
        )
        for notebook in found.notebooks
    )
    return Plan(str(Path(root).resolve()), assignment, notebooks)
