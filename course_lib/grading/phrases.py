"""Joining names and sentences as each language does, and saying again what was said."""

import re

from course_lib.i18n import _
from course_lib.i18n.told import Told, recipe

_say = _  # under a name that extraction does not look for


def listed(names) -> str:
    """Names in a row, with the comma of the language: "x, h", in Chinese "x、h"."""
    names = list(names)
    return _joined("listed", _(", ").join(names), names)


def few(names, most: int = 6) -> list[str]:
    """The first of many names and an ellipsis: they show what the others are like."""
    names = list(names)
    return names if len(names) <= most else [*names[: most - 1], "…"]


def labelled(name: str, text: str) -> str:
    """What a text belongs to, and the text: "Marks: 3", in Chinese "分数：3"."""
    return _("{name}: {text}").format(name=name, text=text)


def sentences(*parts: str) -> str:
    """Sentences one after another; no space follows a Chinese full stop."""
    parts = [part for part in parts if part]
    said = ""
    for part in parts:
        said += part if not said or said[-1] in "。！？：；" else f" {part}"
    return _joined("sentences", said, parts)


def _joined(how: str, text: str, parts) -> str:
    return Told(text, {"join": how, "parts": [recipe(part) for part in parts]}) if parts else text


def say_again(made) -> str:
    """What a ``Told`` was made of, in the language spoken now."""
    if not isinstance(made, dict):
        return made if isinstance(made, str) else str(made)
    if "join" in made:
        parts = [say_again(part) for part in made["parts"]]
        return listed(parts) if made["join"] == "listed" else sentences(*parts)
    values = made.get("values")
    said = _say(made["say"])
    if re.search(r"\{[^}]*[.\[!:]", said):  # no sentence of ours; nothing inside it is looked up
        return said
    again = {n: say_again(v) if isinstance(v, dict) else v for n, v in (values or {}).items()}
    return said.format(**again) if values is not None else said
