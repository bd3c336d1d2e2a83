"""The marks of a submission as its feedback page tells them."""

from dataclasses import dataclass, field

from nbformat import NotebookNode
from nbgrader import utils


@dataclass
class Marks:
    """What the gradebook knows about one graded notebook; a cell's score is None while unread."""

    score: float
    max_score: float
    late_penalty: float | None
    grades: dict[str, tuple[float | None, float]] = field(default_factory=dict)
    comments: dict[str, str | None] = field(default_factory=dict)

    def put_into(self, notebook: NotebookNode) -> None:
        """Write scores and comments into the cells, as GetGrades and MarkUnread do."""
        for cell in notebook.cells:
            is_task = utils.is_task(cell)
            if utils.is_solution(cell) or is_task:
                about = cell.metadata.nbgrader
                about["comment"] = _found(self.comments, about["grade_id"])
            if utils.is_grade(cell) or is_task:
                about = cell.metadata.nbgrader
                about["score"], about["points"] = _found(self.grades, about["grade_id"])


def _found(kept: dict, name: str):
    if name not in kept:
        from nbgrader.api import MissingEntry  # so rarely that workers begin without

        raise MissingEntry(f"the gradebook has nothing about {name}")
    return kept[name]
