"""Putting a new folder in the place of an old one so that a killed run loses neither."""

import os
import shutil
from pathlib import Path


def beside(target: Path, name: str) -> Path:
    """A folder that no pattern of nbgrader's finds, and that a rename can bring to its place."""
    return target.with_name(f".{target.name}.{name}")


def exchange(target: Path) -> None:
    """Put the finished ``.new`` in the place of ``target``: two renames.

    A rename alone cannot replace a folder that has files in it.
    """
    fresh, former = beside(target, "new"), beside(target, "old")
    if target.exists():
        os.replace(target, former)
    try:
        os.replace(fresh, target)
    except OSError:
        if former.exists():
            os.replace(former, target)
        raise
    shutil.rmtree(former, ignore_errors=True)


def restore(target: Path) -> None:
    """The state before a run that was killed while it wrote ``target``."""
    former = beside(target, "old")
    if former.exists() and not target.exists():
        os.replace(former, target)
    for left in (former, beside(target, "new")):
        if left.exists():
            shutil.rmtree(left)


def restore_all(pattern: Path) -> None:
    """``restore`` every folder that ``pattern``, a path with a ``*`` in it, stands for."""
    for name in ("old", "new"):
        left = beside(pattern, name)
        for path in list(left.parents[1].glob(f"{left.parent.name}/{left.name}")):
            restore(path.with_name(path.name[1 : -len(name) - 1]))
