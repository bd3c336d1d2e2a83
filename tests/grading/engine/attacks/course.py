"""A course in a temporary folder, and one warm bench that grades attacks on it.

Each submission goes through the engine as in a class: read, mended, staged, executed, scored.
"""

import json
from pathlib import Path
from unittest.mock import patch

import nbformat
from nbformat.v4 import new_code_cell

from course_lib.grading.engine import bench, worker
from course_lib.grading.engine.job import Job
from tests.grading.engine.attacks.attack import Attack
from tests.grading.engine.attacks.notebooks import CHANGES

GOT = Path(__file__).with_name("got.json")  # what each attack got when it was last measured
SEED = 7


class Course:
    """One assignment, released into ``root``."""

    def __init__(self, root, assignment: str) -> None:
        self.root, self.assignment = root, assignment

    def submit(self, student, answers, files=(), change=None, own=()):
        """Hand in the released notebook with these answers; ``own``: see ``Attack``."""
        path = self.root / "exercises" / "en" / self.assignment / f"{self.assignment}.ipynb"
        notebook = nbformat.read(path, as_version=4)
        for cell in notebook.cells:
            name = cell.metadata.get("nbgrader", {}).get("grade_id")
            if name in answers:
                cell.source = answers[name]
        cells = notebook.cells
        first = next(
            n for n, c in enumerate(cells) if c.metadata.get("nbgrader", {}).get("solution")
        )
        cells[first:first] = [
            nbformat.from_dict({**new_code_cell(source), "id": f"mine-{n}"})
            for n, source in enumerate(own)
        ]
        if change:
            CHANGES[change](notebook)
        folder = self.root / "submitted" / student / self.assignment
        for name, text in dict(files).items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text, "utf-8")
        folder.mkdir(parents=True, exist_ok=True)
        nbformat.write(notebook, folder / f"{self.assignment}.ipynb")

    def graded(self, student):
        """The points by cell and the executed notebook."""
        done = worker.execute_one(Job(str(self.root), self.assignment, student, SEED)).executed
        return done.points, nbformat.reads(done.content.decode("utf-8"), as_version=4)

    def score(self, attack: Attack) -> float:
        self.submit(attack.name, attack.answers, attack.files, attack.change, attack.own)
        if attack.unread:
            with patch.object(worker, "hold", lambda *_asked: (None, {})):
                points, _notebook = self.graded(attack.name)
        else:
            points, _notebook = self.graded(attack.name)
        return round(sum(value or 0.0 for value in points.values()), 2)


def stop_benches() -> None:
    for made in bench._benches.values():
        made.place.stop()
    bench._benches.clear()


def measured() -> dict[str, float]:
    """The points that each attack got, by its name."""
    return json.loads(GOT.read_text("utf-8")) if GOT.exists() else {}
