"""Of which English a catalog is the translation: two header lines, a hash and a day each.

``X-Source`` is the English that its sentences were taken from; ``X-Translated-From`` the last one
that it translated whole. A page that is behind tells its reader the day.
"""

import hashlib
from collections.abc import Iterable
from datetime import date
from pathlib import Path

import polib

SOURCE, FROM = "X-Source", "X-Translated-From"


def source_hash(messages: Iterable[str]) -> str:
    """Eight hexadecimal digits that change with any English sentence of a catalog."""
    return hashlib.sha256("\0".join(messages).encode()).hexdigest()[:8]


def is_whole(catalog: polib.POFile) -> bool:
    """Whether every sentence of the catalog has its translation."""
    return all(entry.translated() for entry in catalog if not entry.obsolete)


def headers(before: polib.POFile | None, messages: Iterable[str]) -> dict[str, str]:
    """What the header has to say once the catalog ``before`` is brought up to ``messages``."""
    known = before.metadata if before is not None else {}
    kept = {name: known[name] for name in (SOURCE, FROM) if name in known}
    now = source_hash(messages)
    if kept.get(SOURCE, "").startswith(now):
        return kept
    if SOURCE in kept and is_whole(before):
        kept[FROM] = kept[SOURCE]
    return {SOURCE: f"{now} {date.today().isoformat()}"} | {
        k: v for k, v in kept.items() if k == FROM
    }


def translated_from(path: Path) -> date | None:
    """The day of the English that this catalog translates whole; None if none is known."""
    if not path.is_file():
        return None
    catalog = polib.pofile(str(path))
    said = catalog.metadata.get(SOURCE if is_whole(catalog) else FROM, "")
    try:
        return date.fromisoformat(said.partition(" ")[2])
    except ValueError:
        return None
