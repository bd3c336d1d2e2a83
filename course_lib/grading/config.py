"""Where a course keeps its assignments, and how nbgrader is set up there."""

import os
import re
from functools import cache
from pathlib import Path

from traitlets.config import Config
from traitlets.config.loader import PyFileConfigLoader

from course_lib.errors import CourseError
from course_lib.i18n import _

CONFIG_NAME = "nbgrader_config.py"
# Everything grading needs on the way and can make again.
WORK = Path("_build", "grading")


def assignments(root: Path) -> list[str]:
    """The ids of the assignments that have a source in ``solutions/``, sorted."""
    return sorted(path.parent.name for path in Path(root).glob("solutions/*/*.md")
                  if path.stem == path.parent.name)  # fmt: skip


def source_path(root: Path, assignment: str) -> Path:
    """The source of ``assignment``. Raises CourseError naming those that exist."""
    known = assignments(root)
    if assignment not in known:
        raise CourseError(
            _('There is no assignment "{name}". Those that exist: {known}.').format(
                name=assignment, known=", ".join(known) or _("none, solutions/ is empty")
            )
        )
    return Path(root) / "solutions" / assignment / f"{assignment}.md"


def load_config(root: Path) -> Config:
    """nbgrader's settings of the course in ``root``, as nbgrader's own commands read them."""
    root = Path(root).resolve()
    path = root / CONFIG_NAME
    if not path.exists():
        raise CourseError(
            _("{folder} is not a course: there is no {file} in it.").format(
                folder=root, file=CONFIG_NAME
            )
        )
    return _read_config(root, path.stat().st_mtime_ns, os.environ.get("COURSE_DB_URL")).copy()


@cache
def _read_config(root: Path, _changed: int, _db_url: str | None) -> Config:
    return PyFileConfigLoader(CONFIG_NAME, path=str(root)).load_config()


def safe_student(name: str) -> bool:
    """Whether a folder's name can be a student's id: it becomes a path and a database key."""
    return bool(re.fullmatch(r"[^\W_][\w.@+ -]{0,99}", name)) and name.strip() == name
