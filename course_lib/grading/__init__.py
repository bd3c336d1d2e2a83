"""Checks that name the mistake, and the grading of whole classes.

A notebook needs three names: ``start``, ``check`` and ``progress``. They bring torch with them, so
they are loaded when they are first asked for: a run that grades a class only hands out work.
"""

import sys
from importlib import import_module
from types import ModuleType

_HOMES = {
    "check": "course_lib.grading.check",
    "CheckResult": "course_lib.grading.result",
    "Finding": "course_lib.grading.result",
    "progress": "course_lib.grading.session",
    "start": "course_lib.grading.session",
}
__all__ = ["CheckResult", "Finding", "check", "progress", "start"]


def __getattr__(name: str):
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = getattr(import_module(_HOMES[name]), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


class _Package(ModuleType):
    """``check`` is the function, also when something has loaded the module of that name before."""

    def __setattr__(self, name: str, value) -> None:
        if name not in _HOMES or not isinstance(value, ModuleType):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package
