"""The instructor's own notebooks of an assignment, with their answers, wherever it was written.

Ours are Markdown in ``solutions/``; another instructor's are the ``.ipynb`` files that nbgrader's
own ``generate_assignment`` reads, several for one assignment if need be.
"""

import ast
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from course_lib.grading.config import assignments
from course_lib.grading.directories import course_directory
from course_lib.grading.release import made_release
from course_lib.grading.source import read_source


def instructors_notebooks(root: Path, assignment: str) -> dict[str, NotebookNode]:
    """By name; the released ones where the sources are not on this machine. Empty: neither is."""
    if assignment in assignments(root):
        return {assignment: read_source(root, assignment)}
    return _in_folder(root, "source", assignment) or _in_folder(root, "release", assignment)


def released_imports(root: Path, assignment: str) -> str:
    """The import statements that students find in their notebooks."""
    if assignment in assignments(root):
        notebooks = [made_release(root, assignment, "en")]
    else:
        notebooks = instructors_notebooks(root, assignment).values()
    found = []
    for cell in (cell for notebook in notebooks for cell in notebook.cells):
        if cell.cell_type != "code" or cell.metadata.get("nbgrader", {}).get("solution"):
            continue
        try:
            body = ast.parse(cell.source).body
        except SyntaxError:  # magics
            continue
        found += [ast.unparse(s) for s in body if isinstance(s, ast.Import | ast.ImportFrom)]
    return "\n".join(dict.fromkeys(found))


def _in_folder(root: Path, kind: str, assignment: str) -> dict[str, NotebookNode]:
    course = course_directory(root)
    folder = Path(course.format_path(getattr(course, f"{kind}_directory"), ".", assignment))
    return {path.stem: nbformat.read(path, as_version=4) for path in sorted(folder.glob("*.ipynb"))}
