"""Trainings too long for a page: recorded once, with what is needed to run them again.

A record is ``recorded/<name>.json``: ``made_by`` (the module that makes it again), ``seed`` or
``seeds``, the versions and the machine, and ``results``, whatever the page shows.
"""

import json
import os
import platform
from importlib.metadata import version
from pathlib import Path

from course_lib.errors import CourseError
from course_lib.i18n import _

FOLDER = Path(__file__).parent / "recorded"


def record(name: str, made_by: str, results: dict, *, seeds: list[int], seconds: float) -> Path:
    """Write ``results`` of ``python -m made_by`` with seeds, versions, machine and its seconds."""
    told = {
        "made_by": made_by,
        "seeds": seeds,
        "seconds": round(seconds),
        "versions": {"python": platform.python_version(), "torch": version("torch")},
        "machine": f"{platform.machine()}, {os.cpu_count()} cores",
        "results": results,
    }
    FOLDER.mkdir(exist_ok=True)
    path = FOLDER / f"{name}.json"
    path.write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return path


def recorded(name: str) -> dict:
    """The record called ``name``. Raises CourseError, naming those there are, if it is none."""
    path = FOLDER / f"{name}.json"
    if not path.is_file():
        there = ", ".join(sorted(path.stem for path in FOLDER.glob("*.json")))
        raise CourseError(
            _("There is no recorded training called {name}; there are {there}.").format(
                name=name, there=there
            )
        )
    return json.loads(path.read_text(encoding="utf-8"))
