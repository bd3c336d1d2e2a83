"""How well students' code is shut in on this machine, and what the instructor is told of it."""

import os

from rich.console import Console

from course_lib.errors import CourseError
from course_lib.grading.engine.sandbox import available
from course_lib.i18n import _


def shut_in(isolation: str, console: Console) -> None:
    """Say aloud what is weaker here. Raises CourseError where "required" cannot be had."""
    if isolation == "none":
        console.print(_("Students' code is not shut in: it can do whatever you can do."))
        return
    found = available()
    if found.complete:
        return
    weaker = found.weaker()
    if isolation == "required":
        text = _("Students' code cannot be shut in fully on this machine:")
        raise CourseError("\n".join([text, *(f"- {sentence}" for sentence in weaker)]))
    for sentence in weaker:
        console.print(sentence)


def can_fork() -> bool:
    """Whether students' code can run in forked children here; else it runs in kernels."""
    return hasattr(os, "fork") and hasattr(os, "pidfd_open")
