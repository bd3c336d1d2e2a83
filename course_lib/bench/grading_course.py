"""The class that ``course bench-grading`` grades: the bundled one, made up to the number wanted."""

import re
import shutil
from dataclasses import dataclass, replace
from pathlib import Path

from course_lib.grading.release import register
from course_lib.grading.sample import SampleStudent, sample_class, submitted_files

SEED = 11
# nbgrader drops a submission whose code ends or blocks its kernel: there would be nothing to time.
# An endless loop costs the time limit of each check, the same on both sides.
_ENDS_OR_WAITS = re.compile(r"_exit|sys\.exit|\bquit\(|\bexit\(|\bwhile\b|os\.kill|sleep\(")
# nbgrader as it comes: folders, a gradebook, its default time limit.
STOCK = """from pathlib import Path

c = get_config()
root = Path(__file__).resolve().parent
c.CourseDirectory.root = str(root)
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.db_url = f"sqlite:///{root / 'gradebook.db'}"
c.CourseDirectory.ignore = ["*.md", "*.ipynb"]
c.OverwriteCells.add_missing_cells = True
c.Execute.startup_timeout = 120
"""


def known_before(root: Path, assignment: str) -> int:
    """How many answers of torch and of known mistakes earlier gradings have left in the course.

    None of them belongs to a grading's own cases.
    """
    from course_lib.grading.engine.kept import Kept  # with torch, which the run does without

    return len(Kept(root, assignment).packed)


def _copy_known(root: Path, folder: Path, assignment: str) -> None:
    """Let the course in ``folder`` know what earlier gradings have left in the one at ``root``."""
    from course_lib.grading.engine.kept import Kept

    known = Kept(root, assignment)
    if known.packed:
        copy = Kept(folder, assignment).path
        copy.parent.mkdir(parents=True)
        shutil.copy(known.path, copy)


@dataclass(frozen=True)
class Course:
    root: Path
    assignment: str
    students: list[str]


def gradable_class(root: Path, assignment: str) -> list[SampleStudent]:
    """Bundled students whose file came in whole, and whose code neither ends its process nor
    waits in it."""
    return [
        student
        for student in sample_class(root, assignment)
        if not student.hand_in
        and not any(_ENDS_OR_WAITS.search(code) for code in student.answers.values())
    ]


def make_course(root: Path, folder: Path, assignment: str, numbers: range, stock: bool) -> Course:
    """A course in ``folder`` with the submissions of these numbers: the class, and then its files
    once more.

    A number is always the same submission, with nbgrader as it comes (``stock``) and with us.
    """
    ignore = shutil.ignore_patterns("*.ipynb")
    shutil.copytree(
        root / "solutions" / assignment, folder / "solutions" / assignment, ignore=ignore
    )
    if stock:
        (folder / "nbgrader_config.py").write_text(STOCK, "utf-8")
    else:
        shutil.copy(root / "nbgrader_config.py", folder)
        _copy_known(root, folder, assignment)
    students = gradable_class(root, assignment)
    chosen = [
        replace(students[k % len(students)], id=f"{k:03}-{students[k % len(students)].id}")
        for k in numbers
    ]
    for student in chosen:
        target = folder / "submitted" / student.id / assignment
        target.mkdir(parents=True)
        for name, text in submitted_files(root, assignment, student).items():
            (target / name).write_text(text, "utf-8")
    register(folder, assignment)
    return Course(folder, assignment, [student.id for student in chosen])
