"""Which files a student has handed in: plain ones of their own, and not more than anybody needs."""

import hashlib
import os
from contextlib import suppress
from pathlib import Path

MAX_BYTES = 50 * 2**20  # nbgrader would read the whole file, several times over
MOST_FILES, DEEPEST = 2000, 20  # of what lies beside a notebook, that much is looked at
MOST_DISGUISED = 5  # files of other kinds that are looked into for a notebook


def notebooks_of(root: Path, assignment: str, student: str) -> list[Path]:
    """All notebooks handed in, without checkpoints; the student's folder counts if need be."""
    home = root / "submitted" / student
    folder = _own_folder(home, assignment)
    if folder is not None:
        return [path for path in _walk(folder) if path.suffix == ".ipynb"]
    if home.is_symlink() or (home / assignment).is_dir():
        return []
    return [path for path in sorted(home.glob("*.ipynb")) if is_plain_file(path)]


def disguised(root: Path, assignment: str, student: str) -> list[Path]:
    """Files that may be a notebook under another ending, as browsers and mail programs save it."""
    found = [
        path
        for path in other_files(root, assignment, student)
        if ".ipynb" in path.name.lower() or path.suffix.lower() == ".json"
    ]
    found.sort(key=lambda path: (".ipynb" not in path.name.lower(), path))
    return found[:MOST_DISGUISED]


def is_plain_file(path: Path) -> bool:
    """Whether there is a file itself, and not a link to one."""
    return path.is_file() and not path.is_symlink()


def _own_folder(home: Path, assignment: str) -> Path | None:
    """The folder of the assignment, unless it is a link to somebody else's."""
    if home.is_symlink():
        return None
    folder = home / assignment
    inside = folder.is_dir() and folder.resolve().is_relative_to(home.resolve())
    return folder if inside else None


def _walk(folder: Path) -> list[Path]:
    """The plain files below ``folder``, sorted: none that is hidden, linked to, or very deep.

    Notebooks first where there are more files than anybody hands in.
    """
    found, waiting = [], [(folder, 0)]
    while waiting and len(found) < 100 * MOST_FILES:
        here, depth = waiting.pop()
        with suppress(OSError), os.scandir(here) as entries:
            for entry in entries:
                if entry.name.startswith(".") or entry.is_symlink():
                    continue
                if entry.is_file():
                    found.append(Path(entry.path))
                elif entry.is_dir() and depth < DEEPEST:
                    waiting.append((Path(entry.path), depth + 1))
    found.sort(key=lambda path: (path.suffix != ".ipynb", path))
    return sorted(found[:MOST_FILES])


def other_files(root: Path, assignment: str, student: str) -> list[Path]:
    """What else was handed in: helper modules, data, the time stamp that penalties need."""
    folder = _own_folder(root / "submitted" / student, assignment)
    if folder is None:
        return []
    found, size = [], 0
    notebook = f"{assignment}.ipynb"  # its place is taken, also where a folder has its name
    for path in _walk(folder):
        if path.suffix == ".ipynb" or path.relative_to(folder).parts[0] == notebook:
            continue
        size += path.stat().st_size
        if size <= MAX_BYTES:
            found.append(path)
    return found


def digest_of(files: list[Path]) -> str:
    """Changes when the names or the contents do."""
    digest = hashlib.sha256()
    for path in files:
        digest.update(os.fsencode(path.name) + b"\0")
        with path.open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()
