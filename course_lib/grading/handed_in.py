"""Which files a student has handed in: plain ones of their own, and not more than anybody needs."""

import errno
import hashlib
import os
import stat
from contextlib import nullcontext, suppress
from pathlib import Path

MAX_BYTES = 50 * 2**20  # nbgrader would read the whole file, several times over
MOST_FILES, DEEPEST = 2000, 20  # of what lies beside a notebook, that much is looked at
TIME_STAMP = "timestamp.txt"  # when it was handed in, as what collects submissions writes it
MOST_DISGUISED = 5  # files of other kinds that are looked into for a notebook


def notebooks_of(root: Path, assignment: str, student: str) -> list[Path]:
    """All notebooks handed in, without checkpoints; the student's folder counts if need be.

    Raises OSError where a folder may not be looked into, as the other functions do: what nobody
    can read is no empty submission.
    """
    home = root / "submitted" / student
    folder = _own_folder(home, assignment)
    if folder is not None:
        return [path for path in _walk(folder) if path.suffix == ".ipynb"][:MOST_FILES]
    if home.is_symlink() or not is_folder(home) or is_folder(home / assignment):
        return []
    found = (home / name for name in sorted(os.listdir(home)) if name.endswith(".ipynb"))
    return [path for path in found if is_plain_file(path)]


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


def is_folder(path: Path) -> bool:
    """Whether there is a folder, or a link to one. Raises OSError where nobody may know."""
    try:
        return stat.S_ISDIR(path.stat().st_mode)
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError as error:
        if error.errno == errno.ELOOP:  # a link to itself
            return False
        raise


def _own_folder(home: Path, assignment: str) -> Path | None:
    """The folder of the assignment, unless it is a link to somebody else's."""
    if home.is_symlink():
        return None
    folder = home / assignment
    inside = is_folder(folder) and folder.resolve().is_relative_to(home.resolve())
    return folder if inside else None


def _walk(folder: Path) -> list[Path]:
    """The plain files below ``folder``, sorted: none that is hidden, linked to, or very deep."""
    found, waiting = [], [(folder, 0)]
    while waiting and len(found) < 100 * MOST_FILES:
        here, depth = waiting.pop()
        with suppress(OSError) if depth else nullcontext(), os.scandir(here) as entries:
            for entry in entries:
                if entry.name.startswith(".") or entry.is_symlink():
                    continue
                if entry.is_file():
                    found.append(Path(entry.path))
                elif entry.is_dir() and depth < DEEPEST:
                    waiting.append((Path(entry.path), depth + 1))
    return sorted(found)


def other_files(root: Path, assignment: str, student: str) -> list[Path]:
    """What else was handed in: helper modules, data, the time stamp that penalties need."""
    return _beside(root, assignment, student)[0]


def left_out(root: Path, assignment: str, student: str) -> list[str]:
    """What else was handed in and is more than anybody needs, relative to its folder."""
    folder = root / "submitted" / student / assignment
    left = _beside(root, assignment, student)[1]
    return [path.relative_to(folder).as_posix() for path in left]


def _beside(root: Path, assignment: str, student: str) -> tuple[list[Path], list[Path]]:
    """What lies beside the notebooks: what is taken along, and what is too much to be."""
    folder = _own_folder(root / "submitted" / student, assignment)
    if folder is None:
        return [], []
    kept, left, size = [], [], 0
    notebook = f"{assignment}.ipynb"  # its place is taken, also where a folder has its name
    # First the time stamp: no other file may push it out, and with it the penalty.
    for path in sorted(_walk(folder), key=lambda path: path != folder / TIME_STAMP):
        if path.suffix == ".ipynb" or path.relative_to(folder).parts[0] == notebook:
            continue
        more = path.stat().st_size if len(kept) < MOST_FILES else 0
        if len(kept) < MOST_FILES and size + more <= MAX_BYTES:
            kept.append(path)
            size += more
        else:
            left.append(path)
    return sorted(kept), left


def digest_of(files: list[Path], home: Path) -> str:
    """Changes when the contents do, or the places of the files in the student's folder ``home``."""
    digest = hashlib.sha256()
    for path in files:
        digest.update(os.fsencode(path.relative_to(home)) + b"\0")
        with path.open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()
