"""What lies in ``submitted/`` where a notebook should: said, so that a person can put it right."""

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from course_lib.grading.config import safe_student
from course_lib.grading.mend import Note
from course_lib.grading.phrases import few
from course_lib.grading.reasons import plain
from course_lib.i18n import N_, _

MOST_NAMES = 4  # in a sentence
MOST_FOLDERS = 100  # in a sentence: each may be somebody's whole work
MOST_ENTRIES, DEEPEST = 500, 5  # that are looked at for it

EMPTY = N_("The folder of this submission holds no notebook.")
NOTHING = N_("There is nothing in it.")
ARCHIVE = N_(
    "An archive is not unpacked: {files}. Hand in the notebook itself, the file that ends in "
    ".ipynb."
)
LINKS = N_("Links are not followed: {files}.")
OTHERS = N_("What is in it: {files}.")
LINKED = N_(
    "Not graded: {files}. A link in submitted/ is not followed, since it may lead to somebody "
    "else's work. In its place belongs a folder with the files themselves."
)
LOOSE = N_("Not graded: {files}. A notebook in submitted/ itself is nobody's. Its place is {place}")
STRANGE = N_(
    "Not graded: {folders}. Nothing there has the name and the place of a notebook of this "
    "course, which is {place}"
)
_ARCHIVES = {".zip", ".rar", ".7z", ".tar", ".tgz", ".gz", ".bz2", ".xz", ".zst"}


def without_notebook(home: Path, assignment: str) -> list[Note]:
    """That a student's folder ``home`` has no notebook for ``assignment``, and what it has."""
    folder = home / assignment
    links = [path.name for path in (home, folder) if path.is_symlink()]
    archives, others = [], []
    for name in [] if links else _names(folder, links):
        archive = Path(name).suffix.lower() in _ARCHIVES
        (archives if archive else others).append(name)
    told = [(ARCHIVE, archives), (LINKS, links), (OTHERS, others)]
    notes = [Note(text, files=_shown(names)) for text, names in told if names]
    if not notes and os.access(folder, os.R_OK | os.X_OK):
        notes = [Note(NOTHING)]
    return [Note(EMPTY), *notes]


def not_taken(
    root: Path,
    graded: list[str],
    named_by: Callable[[Path], set[str]],
    belongs: Callable[[Path], bool],
) -> list[str]:
    """Sentences about what in ``submitted/`` nobody is graded for.

    Those are links and notebooks in it, and folders with something in them that does not
    ``belong`` to any assignment. ``named_by`` gives the assignments that a notebook names. It is
    left out when none of them is ``graded`` now.
    """
    linked, loose, strange = [], {}, []
    for path in sorted(Path(root, "submitted").glob("*")):
        if path.name.startswith("."):
            continue
        if path.is_symlink():
            linked.append(path)
        elif path.suffix == ".ipynb" and path.is_file():
            named = named_by(path)
            about = sorted(named.intersection(graded))
            if about or not named:
                loose.setdefault(about[0] if len(about) == 1 else "<assignment>", []).append(path)
        elif path.is_dir() and not belongs(path) and (names := _inside(path)):
            strange.append(f"submitted/{path.name} ({', '.join(names)})")
    told = [_(LINKED).format(files=_shown(f"submitted/{p.name}" for p in linked))] if linked else []
    for assignment, paths in loose.items():
        stem = paths[0].stem
        known = len(paths) == 1 and safe_student(stem) and stem != assignment
        place = f"submitted/{stem if known else '<student>'}/{assignment}/{assignment}.ipynb"
        files = _shown(f"submitted/{path.name}" for path in paths)
        told.append(_(LOOSE).format(files=files, place=place))
    if strange:
        name = graded[0] if len(graded) == 1 else "<assignment>"
        place = f"submitted/<student>/{name}/{name}.ipynb"
        folders = ", ".join(few(strange, MOST_FOLDERS))
        told.append(_(STRANGE).format(folders=folders, place=place))
    return told


def _inside(folder: Path) -> list[str]:
    """A few names of what lies in a student's folder, links included."""
    links: list[str] = []
    names = sorted([*_names(folder, links), *links])
    return few([plain(name) for name in names if not name.startswith(".")], MOST_NAMES)


def _names(folder: Path, links: list[str]) -> list[str]:
    """What lies in ``folder``, relative to it; links go to ``links``.

    Of folders, only those that are empty, hidden or very deep. A file in its place is named.
    """
    if folder.is_file():
        return [folder.name]
    found, waiting = [], [(folder, 0)]
    while waiting and len(found) + len(links) < MOST_ENTRIES:
        here, depth = waiting.pop()
        inside: list[os.DirEntry] = []
        with suppress(OSError), os.scandir(here) as entries:
            # What collects submissions writes the time beside them.
            inside = [entry for entry in entries if entry.name != "timestamp.txt"]
        if not inside and here != folder:
            found.append(f"{here.relative_to(folder).as_posix()}/")
        for entry in inside[:MOST_ENTRIES]:
            path = Path(entry.path)
            if entry.is_symlink():
                links.append(path.relative_to(folder).as_posix())
            elif entry.is_dir() and depth < DEEPEST and not entry.name.startswith("."):
                waiting.append((path, depth + 1))
            else:
                found.append(path.relative_to(folder).as_posix() + "/" * entry.is_dir())
    return sorted(found)


def _shown(names) -> str:
    return ", ".join(few([plain(name) for name in names], MOST_NAMES))
