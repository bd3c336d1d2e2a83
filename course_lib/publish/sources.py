"""The English that is to be translated, fresh from where it is written, by catalog."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import polib
from babel.messages.extract import extract_from_dir

from course_lib.errors import CourseError
from course_lib.i18n import _

from .build import only_one_build
from .config import derive, execution_cache
from .execution import execute_pages
from .sphinx_run import run_book


@dataclass(frozen=True)
class Source:
    """One catalog: its name, the sentences in reading order, and where its translation lies."""

    name: str
    messages: tuple[str, ...]
    folder: str  # with {language} in it, below the root
    markdown: bool = True  # MyST text, or a message of the program
    places: tuple[tuple[str, ...], ...] = ()  # the files of each message, if that helps a reader

    def catalog(self, root: Path, language: str) -> Path:
        """The .po file of this source in ``language``."""
        return root / self.folder.format(language=language) / f"{self.name}.po"


BOOK = "book/locales/{language}/LC_MESSAGES"
LIBRARY = "course_lib/i18n/locales/{language}"


def all_sources(root: Path, console, progress: Callable = lambda *told: None) -> list[Source]:
    """The book's pages, the messages of course_lib, and the text of each assignment.

    Raises CourseError when the book cannot be read.
    """
    return [*book_sources(root, console, progress), message_source(root), *assignments(root)]


def book_sources(root: Path, console, progress: Callable = lambda *told: None) -> list[Source]:
    """One source per page, from Sphinx's gettext builder."""
    work = root / "_build" / "book" / "gettext"
    with only_one_build(root, console):
        config = derive(root, "en", execution_cache(root))
        problems = execute_pages(root)
        problems = problems or run_book(root, config, work, builder="gettext", progress=progress)
    if problems:
        reasons = "\n".join(f"  {problem}" for problem in problems)
        text = _("The text of the book cannot be extracted before this is mended:")
        raise CourseError(f"{text}\n{reasons}")
    built = work / "_build" / "gettext"
    found = []
    for template in sorted((built / "book").rglob("*.pot")):
        name = template.relative_to(built).with_suffix("").as_posix()
        if (root / f"{name}.md").is_file():  # and not a page that is gone since
            messages = [entry.msgid for entry in polib.pofile(str(template))]
            found.append(Source(name, tuple(messages), BOOK))
    return found


def message_source(root: Path) -> Source:
    """What the program says: every string marked with ``_`` or ``N_`` below course_lib."""
    places: dict[str, list[str]] = {}
    found = extract_from_dir(
        root / "course_lib",
        method_map=[("**.py", "python")],
        keywords={"_": None, "N_": None},
    )
    for file, _line, message, _comments, _context in found:
        where = f"course_lib/{Path(file).as_posix()}"
        for text in message if isinstance(message, tuple) else (message,):
            files = places.setdefault(text, [])
            if where not in files:
                files.append(where)
    files = tuple(tuple(where) for where in places.values())
    return Source("messages", tuple(places), LIBRARY, markdown=False, places=files)


def assignments(root: Path) -> list[Source]:
    """One source per assignment in ``solutions/``: the paragraphs of its text cells."""
    names = sorted(path.parent.name for path in (root / "solutions").glob("*/*.md"))
    if not names:
        return []
    from course_lib.grading.release import source_blocks  # needs the instructor's packages

    return [
        Source(
            name, tuple(dict.fromkeys(block.text for block in source_blocks(root, name))), LIBRARY
        )
        for name in dict.fromkeys(names)
    ]
