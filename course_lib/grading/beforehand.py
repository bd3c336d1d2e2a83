"""Whether a run will have something to grade, guessed at a glance: it says what to load at once.

A wrong guess costs a second or two and never a mark: the run itself compares what was handed in
with what was graded.
"""

import os
from collections.abc import Collection
from pathlib import Path

from course_lib.grading.config import WORK, source_path

FAILED = b'"status": "failed"'  # as a record is written


def record_path(root: Path, assignment: str, student: str) -> Path:
    """What is kept of the grading of one submission."""
    return Path(root) / WORK / assignment / "records" / f"{student}.json"


def something_to_grade(
    root: Path, assignments: Collection[str], students: Collection[str] = ()
) -> bool:
    """Whether anything of these students, or of all, is newer than its grading, or has none."""
    students = students or _folders(Path(root, "submitted"))
    for assignment in assignments:
        released = source_path(root, assignment).stat().st_mtime
        if any(_to_grade(root, assignment, student, released) for student in students):
            return True
    return False


def _folders(parent: Path) -> list[str]:
    try:
        return [entry.name for entry in os.scandir(parent) if entry.is_dir()]
    except OSError:
        return []


def _to_grade(root: Path, assignment: str, student: str, released: float) -> bool:
    folder = Path(root, "submitted", student, assignment)
    try:
        times = [entry.stat().st_mtime for entry in os.scandir(folder)]
    except OSError:  # this student has handed in nothing for it, or nothing that can be read
        return False
    record = record_path(root, assignment, student)
    try:
        return record.stat().st_mtime <= max([released, *times]) or FAILED in record.read_bytes()
    except OSError:
        return True
