"""The bytes of a notebook's file, read as far as they go: other encodings, and files cut off.

Nothing in them is believed: they may be deep, or no notebook at all.
"""

import json
import re
from dataclasses import dataclass, field

from course_lib.grading.mend import Note
from course_lib.i18n import N_

NOT_JSON = N_("{file} is not a notebook: the file is damaged or cut off at line {line}.")
NO_NOTEBOOK = N_("{file} is not a notebook: what is in it cannot be read as one.")
CUT_OFF = N_(
    "{file} is damaged or cut off at line {line}: its cells before that, {count}, were read."
)
ENCODING = N_("{file} is written in {encoding}, and not in UTF-8 as notebooks are; it was read so.")
LOST = N_("Characters of {file} that cannot be read, {count}, were lost: � stands for each.")

_DECODER = json.JSONDecoder()
_SPACE = re.compile(r"[ \t\n\r]*")
_NAMES = {"gb18030": "GB18030", "cp1252": "Windows-1252"}


class NotANotebook(Exception):
    """What is in a file is no notebook; ``note`` says so."""

    def __init__(self, note: Note) -> None:
        super().__init__(note)
        self.note = note


@dataclass
class Content:
    """What a file holds, as JSON has it, and what had to be done to read it.

    ``damage`` is the note for a file that breaks off, where nothing of use comes before that.
    """

    value: object
    notes: list[Note] = field(default_factory=list)
    damage: Note | None = None


def read_content(data: bytes, name: str) -> Content:
    """The JSON in ``data``, or the whole cells of a notebook that breaks off in the middle.

    ``name`` is the file's. Raises NotANotebook.
    """
    text, notes = _decoded(data, name)
    try:
        return Content(json.loads(text), notes)
    except json.JSONDecodeError as error:
        line = error.lineno
    except (RecursionError, ValueError):  # too deep, or a number too long for Python
        raise NotANotebook(Note(NO_NOTEBOOK, file=name)) from None
    damage = Note(NOT_JSON, file=name, line=line)
    whole = _before_the_break(text)
    cells = whole.get("cells")
    if not cells:
        raise NotANotebook(damage)
    notes.append(Note(CUT_OFF, file=name, line=line, count=len(cells)))
    # Of the few words at the end of a file, nothing else is needed to read its cells.
    return Content({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, **whole}, notes, damage)


def _before_the_break(text: str) -> dict:
    """Of a JSON object that breaks off, the values before that; of its cells, the whole ones."""
    found: dict = {}
    try:
        place = _expect(text, 0, "{")
        while True:
            key, place = _value(text, place)
            place = _expect(text, place, ":")
            if key == "cells":
                place = _elements(text, place, found.setdefault("cells", []))
            else:
                found[str(key)], place = _value(text, place)
            place = _expect(text, place, ",")
    except (ValueError, RecursionError):  # here it breaks
        return found


def _elements(text: str, place: int, into: list) -> int:
    """Add the elements of a list to ``into``, one by one; returns the place behind it."""
    place = _expect(text, place, "[")
    while True:
        element, place = _value(text, place)
        into.append(element)
        place = _SPACE.match(text, place).end()
        if text.startswith("]", place):
            return place + 1
        place = _expect(text, place, ",")


def _value(text: str, place: int) -> tuple[object, int]:
    return _DECODER.raw_decode(text, _SPACE.match(text, place).end())


def _expect(text: str, place: int, character: str) -> int:
    place = _SPACE.match(text, place).end()
    if not text.startswith(character, place):
        raise ValueError(f"{character} expected")
    return place + 1


def _decoded(data: bytes, name: str) -> tuple[str, list[Note]]:
    """The text, never with a character lost that no note tells of."""
    encoding = json.detect_encoding(data)
    if encoding == "utf-8-sig":  # a mark that some editors write, and nothing is lost by it
        data, encoding = data[3:], "utf-8"
    notes = []
    if encoding != "utf-8":
        notes.append(Note(ENCODING, file=name, encoding=encoding[:6].upper()))
    try:
        return data.decode(encoding), notes
    except UnicodeDecodeError as error:
        if error.end >= len(data):  # half of the last character, where the file is cut off
            return data[: error.start].decode(encoding), notes
    if encoding == "utf-8":
        for guess in _likely(data):
            try:
                return data.decode(guess), [Note(ENCODING, file=name, encoding=_NAMES[guess])]
            except UnicodeDecodeError:
                continue
    text = data.decode(encoding, "replace")
    count = _lost(data, text) if encoding == "utf-8" else text.count("\ufffd")
    return text, [*notes, Note(LOST, file=name, count=count)]


def _likely(data: bytes) -> list[str]:
    """What bytes that are not UTF-8 may be; nothing where most of them are, and a few damaged."""
    text, plain = data.decode("utf-8", "replace"), len(data.decode("ascii", "ignore"))
    lost = _lost(data, text)
    if len(text) - plain - lost > lost:
        return []
    # A Chinese character is two such bytes, one after the other; an accented letter is one.
    pairs = len(data) - len(re.sub(rb"[\x81-\xfe][\xa1-\xfe]", b"", data))
    return ["gb18030"] if pairs >= 0.8 * (len(data) - plain) else ["cp1252"]


def _lost(data: bytes, text: str) -> int:
    """How many � of a decoded text were not in the file."""
    return text.count("\ufffd") - data.count("\ufffd".encode())
