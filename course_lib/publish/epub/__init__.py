"""``course epub``: the book for e-readers, EPUB 3 with MathML, one for each language."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console

from course_lib.errors import CourseError
from course_lib.files import write_bytes_atomically
from course_lib.i18n import LANGUAGES, _

from ..build import SITE, STAMPS, build_book
from ..config import read_config
from ..paper import NAME
from ..paper.book import Book
from ..words import author
from .pack import packed

FOLDER = Path("_build/epub")


def make_epubs(
    root: Path, languages: Sequence[str] = tuple(LANGUAGES), console: Console | None = None
) -> list[Path]:
    """Build the book where it is not up to date, and pack it in ``languages``; returns the files.

    Raises CourseError when the book cannot be built, or when it changes while it is packed.
    """
    root, console = Path(root).resolve(), console or Console()
    build_book(root, languages, console)
    made = []
    for language in languages:
        made.append(root / FOLDER / f"{NAME}.{language}.epub")
        # Made in memory and then written at once: two may pack the same book, or be stopped.
        write_bytes_atomically(made[-1], _pack(root, language))
        console.print(f"  {made[-1].relative_to(root)}", highlight=False, soft_wrap=True)
    return made


def _pack(root: Path, language: str) -> bytes:
    """The EPUB out of one site: another build may put a new one in its place at any moment."""
    who = author(str(read_config(root).get("author", "")), language)
    stamp = root / SITE / STAMPS
    try:
        built = stamp.stat().st_mtime
        when = datetime.fromtimestamp(built, UTC)
        content = packed(Book(root / SITE, language, author=who), when)
        changed = stamp if stamp.stat().st_mtime != built else None
    except FileNotFoundError as missing:
        changed = Path(missing.filename)
    if changed is None:
        return content
    text = _(
        "{file} changed or went away while the book was packed. "
        "Was the book built again meanwhile? Then pack it again."
    )
    raise CourseError(text.format(file=changed))
