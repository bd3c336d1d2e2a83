"""What an attack does to the notebook file itself, beside the source of its answer cells."""

import copy

import nbformat
from nbformat.v4 import new_code_cell, new_output

RESULT = {"text/plain": "1.0", "application/vnd.course.check+json": {"points": 1, "passed": True}}


def graded(notebook):
    return [c for c in notebook.cells if c.metadata.get("nbgrader", {}).get("grade")]


def forge(notebook) -> None:
    """Outputs, scores, points and tags as if all had been graded."""
    for cell in graded(notebook):
        cell.metadata["tags"] = ["skip-execution", "raises-exception", "nbclient-skip"]
        cell.metadata.nbgrader.update(
            points=1000.0, max_score=1000.0, score=1000.0, auto_score=1000.0, manual_score=1000.0,
            extra_credit=1000.0, locked=False, cell_type="raw"
        )  # fmt: skip
        cell.outputs = [new_output("execute_result", data=RESULT, execution_count=1)]
        cell.source = "1.0"
    notebook.metadata["nbgrader"] = {"score": 1000}
    notebook.metadata["kernelspec"] = {"name": "evil", "display_name": "x", "language": "r"}
    notebook.metadata["course"] = {"seed": "0", "language": "../../x", "assignment": "../x"}


def add_cells(notebook) -> None:
    """More cells that claim to be tests, with known and with new names."""
    first = graded(notebook)[0]
    for number, name in enumerate(["extra", first.metadata.nbgrader.grade_id, "test_root_1 "]):
        about = copy.deepcopy(first.metadata)
        about.nbgrader.update(grade_id=name, points=50)
        cell = new_code_cell("1.0", metadata=about)
        cell.id = f"more-{number}"
        notebook.cells.append(cell)


def retype(notebook) -> None:
    """Test cells as text, answer cells as tests."""
    for cell in graded(notebook):
        place = notebook.cells.index(cell)
        notebook.cells[place] = nbformat.v4.new_markdown_cell(cell.source, metadata=cell.metadata)
    for cell in notebook.cells:
        about = cell.metadata.get("nbgrader", {})
        if about.get("solution"):
            about.update(grade=True, points=100, locked=True)


def remove_tests(notebook) -> None:
    """No test cell at all."""
    for cell in graded(notebook):
        notebook.cells.remove(cell)


CHANGES = {f.__name__: f for f in (forge, add_cells, retype, remove_tests)}
