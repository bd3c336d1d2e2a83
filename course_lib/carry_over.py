"""A student goes on in another language: the texts change, the work comes along.

A notebook has the same cells under the same ids in every language. What the student wrote into
them, and the cells of their own, are put into the release of the other language; nothing is taken
out of the notebook that they come from.
"""

import hashlib
import json
import re
from copy import deepcopy
from pathlib import Path

from course_lib.files import write_atomically

_LANGUAGE = re.compile(r'(\bstart\([^)\n]*language=)"\w+"')


def carry_over(root: Path, work: str, language: str) -> list[Path]:
    """Bring work done in another language into ``work``/``language``; the notebooks it was put in.

    Only where there is no work in this language yet, or none but what the other one came from.
    """
    brought = []
    for release in sorted((root / "exercises" / language).glob("*/*.ipynb")):
        mine = root / work / language / release.parent.name / release.name
        found = _newest(root, work, mine, release)
        if found is None:
            continue
        other, old = found
        try:
            made = carried(_read(other), _read(old), _read(release), language)
        except (ValueError, KeyError, TypeError):  # not a notebook: it stays where it is
            continue
        made["metadata"].setdefault("course", {})["carried"] = _stamp(other)
        write_atomically(mine, json.dumps(made, ensure_ascii=False, indent=1) + "\n")
        brought.append(mine)
    return brought


def carried(mine: dict, old: dict, new: dict, language: str) -> dict:
    """The release ``new`` with what the student did in ``mine``, which was made from ``old``."""
    given = {cell["id"]: cell for cell in old["cells"]}
    known = {cell["id"] for cell in new["cells"]}
    theirs, own, after = {}, {}, None
    for cell in mine["cells"]:
        if cell.get("id") in known and cell["id"] not in theirs:
            after = cell["id"]
            theirs[after] = cell
        else:
            own.setdefault(after, []).append(deepcopy(cell))
    made = deepcopy(new)
    made["cells"] = own.pop(None, [])
    for cell in deepcopy(new["cells"]):
        made["cells"].append(cell)
        said, was = theirs.get(cell["id"]), given.get(cell["id"])
        locked = cell["metadata"].get("nbgrader", {}).get("locked") and cell["cell_type"] == "code"
        if said and not locked and (was is None or _source(said) != _source(was)):
            made["cells"] += _put(cell, _source(said), _source(was) if was else "", language)
        made["cells"] += own.get(cell["id"], [])
    return made


def _put(cell: dict, said: str, was: str, language: str) -> list[dict]:
    """Put the student's words into a cell; returns a cell to stand below it, if it needs one."""
    if cell["cell_type"] == "code":
        cell["source"] = _LANGUAGE.sub(rf'\1"{language}"', said)
        return []
    if was and said.startswith(was):
        cell["source"] = _source(cell) + said.removeprefix(was)
        return []
    note = {"cell_type": "markdown", "metadata": {}, "source": said}
    return [note | {"id": f"carried-{hashlib.sha256(said.encode()).hexdigest()[:8]}"}]


def _newest(root: Path, work: str, mine: Path, release: Path) -> tuple[Path, Path] | None:
    """The notebook to go on from, with its own release; None if there is nothing to bring."""
    others = []
    for path in (root / work).glob(f"*/{release.parent.name}/{release.name}"):
        old = root / "exercises" / path.parents[1].name / release.parent.name / release.name
        if path != mine and old.is_file() and path.read_bytes() != old.read_bytes():
            others.append((path.stat().st_mtime_ns, path, old))
    if not others:
        return None
    _, other, old = max(others)
    if not mine.exists() or mine.read_bytes() == release.read_bytes() or _came_from(other, mine):
        return other, old
    return None


def _came_from(other: Path, mine: Path) -> bool:
    """Whether ``other`` was made from exactly this ``mine``, and was worked on since."""
    try:
        return _read(other)["metadata"]["course"]["carried"] == _stamp(mine)
    except (ValueError, KeyError, TypeError):
        return False


def _stamp(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:16]


def _read(path: Path) -> dict:
    return json.loads(path.read_text(encoding="utf-8"))


def _source(cell: dict) -> str:
    return "".join(cell["source"])
