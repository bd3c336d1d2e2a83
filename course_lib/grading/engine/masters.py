"""The course's own files beside an assignment's source: data and helpers that cells read.

As with nbgrader they take the place of what was handed in under the same names; a student could
hand in the expected values of a test otherwise.
"""

import os
import shutil
from pathlib import Path

from nbgrader import utils
from nbgrader.coursedir import CourseDirectory


def master_files(
    course: CourseDirectory, assignment: str, keep: dict[str, list[str]]
) -> list[tuple[str, str]]:
    """Each file and its name beside the notebook, less those that a student may replace."""
    folder = course.format_path(course.source_directory, ".", assignment)
    found = set(utils.find_all_files(folder, [*course.ignore, "*.ipynb"]))
    found -= {os.path.join(folder, name) for name in keep.get(assignment, [])}
    return [(path, os.path.relpath(path, folder)) for path in sorted(found)]


def put_beside(folder: Path, files: list[tuple[str, str]]) -> None:
    """Copy the course's files into ``folder``, whatever lies there under their names."""
    for source, name in files:
        copy = folder / name
        _clear_the_way(folder, copy)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, copy)


def _clear_the_way(folder: Path, copy: Path) -> None:
    """A folder in the place of a file, or a file in the place of a folder."""
    for path in [*reversed(copy.relative_to(folder).parents[:-1]), copy.relative_to(folder)]:
        path = folder / path
        if path.is_symlink() or path.is_file():
            path.unlink()
        elif path == copy and path.is_dir():
            shutil.rmtree(path)
