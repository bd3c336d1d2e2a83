"""What nbgrader's gradebook knows about an assignment, as plain data.

nbgrader asks its database for each cell of each submission. A class of thousands has one
assignment: it is read once, handed to every worker, and quacks like the gradebook there.
"""

from dataclasses import dataclass
from functools import cached_property

from course_lib.errors import CourseError
from course_lib.i18n import _


@dataclass(frozen=True)
class SourceCell:
    """A cell as it was released, which a changed one becomes again."""

    name: str
    cell_type: str
    locked: bool
    source: str
    checksum: str


@dataclass(frozen=True)
class MarkedCell:
    """A cell with points, or an answer cell (no points of its own)."""

    name: str
    max_score: float = 0.0


@dataclass(frozen=True)
class NotebookPlan:
    """One notebook of the assignment. It answers what nbgrader's OverwriteCells asks."""

    name: str
    kernelspec: str | None
    source_cells: tuple[SourceCell, ...]
    grade_cells: tuple[MarkedCell, ...]
    solution_cells: tuple[MarkedCell, ...]
    task_cells: tuple[MarkedCell, ...]

    @cached_property
    def _sources(self) -> dict[str, SourceCell]:
        return {cell.name: cell for cell in self.source_cells}

    @cached_property
    def _graded(self) -> dict[str, MarkedCell]:
        return {cell.name: cell for cell in (*self.task_cells, *self.grade_cells)}

    def find_notebook(self, _notebook: str, _assignment: str) -> "NotebookPlan":
        return self

    def find_source_cell(self, name: str, _notebook: str, _assignment: str) -> SourceCell:
        return _found(self._sources, name)

    def find_graded_cell(self, name: str, _notebook: str, _assignment: str) -> MarkedCell:
        return _found(self._graded, name)


def _found(cells: dict, name: str):
    try:
        return cells[name]
    except KeyError:
        from nbgrader.api import MissingEntry  # so rarely that workers begin without

        raise MissingEntry(f"No such cell: {name}") from None


@dataclass(frozen=True)
class Plan:
    """An assignment of the course in ``root``; may be pickled and sent to any worker."""

    root: str
    assignment: str
    notebooks: tuple[NotebookPlan, ...]

    def notebook(self, name: str | None = None) -> NotebookPlan:
        """The notebook of that name; without one the only one, or the assignment's namesake."""
        wanted = name or (self.notebooks[0].name if len(self.notebooks) == 1 else self.assignment)
        for notebook in self.notebooks:
            if notebook.name == wanted:
                return notebook
        raise CourseError(
            _("{name} has no notebook called {notebook}.").format(
                name=self.assignment, notebook=wanted
            )
        )
