"""Whether the gradebook has an assignment as its source puts it there: then it is left alone.

To make a release takes half of the time that a run needs before it grades; nearly every run finds
it made, by ``course release`` or the run before.
"""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

from nbgrader import api
from nbgrader.api import Gradebook
from sqlalchemy import Row, select

from course_lib.files import write_atomically
from course_lib.grading.config import WORK, load_config
from course_lib.grading.versions import versions


def is_registered(root: Path, assignment: str, gradebook: Gradebook) -> bool:
    """Whether neither source, settings and code nor the rows have changed since ``keep``."""
    try:
        kept = json.loads(_path(root, assignment).read_text("utf-8"))
    except (OSError, ValueError):
        return False
    made_from = origin(root, assignment)
    return kept == {**made_from, "rows": _digest_of_rows(assignment, gradebook)}


def keep(root: Path, assignment: str, gradebook: Gradebook, origin: dict[str, str]) -> None:
    """The assignment has just been put into the gradebook, from what ``origin`` tells."""
    text = json.dumps({**origin, "rows": _digest_of_rows(assignment, gradebook)}, indent=1)
    write_atomically(_path(root, assignment), text + "\n")


def origin(root: Path, assignment: str) -> dict[str, str]:
    """What the rows are made from: to be asked before they are, since somebody may be writing."""
    settings = repr(load_config(root))  # with an object in it that has no name, never the same
    return {
        **versions(Path(root), assignment),
        "settings": hashlib.sha256(settings.encode()).hexdigest(),
    }


def _path(root: Path, assignment: str) -> Path:
    return Path(root) / WORK / assignment / "registered.json"


def _digest_of_rows(assignment: str, gradebook: Gradebook) -> str:
    rows = sorted(map(repr, _rows(assignment, gradebook)))
    return hashlib.sha256("\n".join(rows).encode()).hexdigest()


def _rows(assignment: str, gradebook: Gradebook) -> Iterator[Row]:
    """The assignment in the gradebook, with all its notebooks and cells."""
    known = api.Assignment.__table__.c
    wanted = (known.name == assignment) & (known.course_id == gradebook.course_id)
    notebook, cell, source = (
        kind.__table__.c for kind in (api.Notebook, api.BaseCell, api.SourceCell)
    )
    of_the_assignment = notebook.assignment_id.in_(select(known.id).where(wanted))
    notebooks = select(notebook.id).where(of_the_assignment)
    cells = cell.notebook_id.in_(notebooks)
    asked = {
        api.Assignment: wanted,
        api.Notebook: of_the_assignment,
        api.SourceCell: source.notebook_id.in_(notebooks),
        api.BaseCell: cells,
    }
    for kind in (api.GradeCell, api.SolutionCell, api.TaskCell):
        asked[kind] = kind.__table__.c.id.in_(select(cell.id).where(cells))
    for kind, which in asked.items():
        yield from gradebook.db.execute(select(kind.__table__).where(which))
