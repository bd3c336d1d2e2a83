"""What an assignment is called, its parts and the words of their mistakes: without loading torch.

The descriptions of assignments hold code that calculates, which the pages about a class do not
need. Read out of them once, the words are kept beside what Python keeps of the same files, and
read again when one of these has changed.
"""

import hashlib
import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

from course_lib.exercises import ASSIGNMENTS, get_assignment, get_item
from course_lib.exercises.spec import Assignment, Message, Written
from course_lib.files import write_atomically

HERE = Path(__file__).parent
KEPT = HERE / "__pycache__"


@dataclass(frozen=True)
class ItemOutline:
    """``name`` is that of the function or class; ``messages`` are those of mistakes, by id.

    ``aspects`` are the titles of what is looked at, by id.
    """

    id: str
    title: str
    name: str
    bonus: bool
    messages: Mapping[str, Message]
    aspects: Mapping[str, str]


@dataclass(frozen=True)
class Outline:
    """The words of an ``Assignment``."""

    id: str
    title: str
    items: tuple[ItemOutline, ...]
    written: tuple[Written, ...]


def outline(id: str) -> Outline:
    """Raises CourseError, naming the assignments that exist, when there is none of that id."""
    return _outline(id) if id in ASSIGNMENTS else outlined(get_assignment(id))


def item_outline(path: str) -> ItemOutline:
    """What ``"ps4_lstm.lstm_cell"`` names. Raises CourseError as ``get_item`` does."""
    assignment, _dot, id = str(path).partition(".")
    for item in outline(assignment).items:
        if item.id == id:
            return item
    get_item(path)  # says which there are
    raise KeyError(path)


@cache
def _outline(id: str) -> Outline:
    kept, now = KEPT / f"{id}.outline.json", _digest()
    with suppress(OSError, ValueError, KeyError, TypeError):
        told = json.loads(kept.read_text("utf-8"))
        if told.pop("made of") == now:
            return _read(told)
    made = outlined(get_assignment(id))
    with suppress(OSError):  # where nothing may be written, it is read out each time
        told = json.dumps({**asdict(made), "made of": now}, ensure_ascii=False, default=dict)
        write_atomically(kept, told + "\n")
    return made


def outlined(assignment: Assignment) -> Outline:
    items = (
        ItemOutline(
            item.id,
            item.title,
            item.name,
            item.bonus,
            {made.id: made.message for made in (*item.faults, *item.conventions)},
            {aspect.id: aspect.title for aspect in item.aspects},
        )
        for item in assignment.items
    )
    return Outline(assignment.id, assignment.title, tuple(items), assignment.written)


def _read(told: dict) -> Outline:
    items = []
    for item in told["items"]:
        messages = {id: Message(**message) for id, message in item.pop("messages").items()}
        items.append(ItemOutline(**item, messages=messages))
    written = tuple(Written(**question) for question in told["written"])
    return Outline(told["id"], told["title"], tuple(items), written)


def _digest() -> str:
    """Of everything that descriptions are written in."""
    digest = hashlib.sha256()
    for path in sorted(HERE.glob("*.py")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()
