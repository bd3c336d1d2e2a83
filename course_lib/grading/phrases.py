"""Joining names and sentences as each language does."""

from course_lib.i18n import _


def listed(names) -> str:
    """Names in a row, with the comma of the language: "x, h", in Chinese "x、h"."""
    return _(", ").join(names)


def sentences(*parts: str) -> str:
    """Sentences one after another; no space follows a Chinese full stop."""
    said = ""
    for part in filter(None, parts):
        said += part if not said or said[-1] in "。！？：；" else f" {part}"
    return said
