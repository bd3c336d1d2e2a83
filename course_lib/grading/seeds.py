"""The seed that draws the hidden cases of a class: drawn once, kept, the same for everybody."""

import secrets
from pathlib import Path

from course_lib.errors import CourseError
from course_lib.files import write_atomically
from course_lib.grading.config import WORK
from course_lib.i18n import _


def class_seed(
    root: Path,
    assignment: str,
    given: int | None = None,
    *,
    draw_again: bool = False,
    alone: bool = False,
) -> int:
    """The seed of this class: the one given, the one kept, or a new one.

    A seed given to grade some students ``alone`` is theirs: the class keeps the one it has.
    """
    path = Path(root) / WORK / assignment / "seed"
    if given is None and path.exists() and not draw_again:
        try:
            return int(path.read_text("utf-8"))
        except ValueError:
            raise CourseError(_("{file} holds no seed: remove it.").format(file=path)) from None
    seed = secrets.randbelow(2**31) if given is None else int(given)
    if alone and path.exists():
        return seed
    write_atomically(path, f"{seed}\n")
    return seed
