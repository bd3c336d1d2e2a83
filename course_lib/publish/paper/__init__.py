"""``course pdf``: the book on paper, one PDF for each language, out of the built pages."""

import tempfile
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from course_lib.errors import CourseError
from course_lib.i18n import LANGUAGES, _

from ..build import SITE, build_book
from ..chromium import need_fonts, print_page
from ..config import read_config
from ..words import author
from .book import Book
from .finish import finish
from .numbers import pages_of

FOLDER = Path("_build/pdf")
NAME = "from-convolution-to-convlstm"
PRINTINGS = 4  # two are enough, unless the numbers themselves move a line


def make_pdfs(
    root: Path,
    languages: Sequence[str] = tuple(LANGUAGES),
    second: str = "",
    console: Console | None = None,
) -> list[Path]:
    """Print the book in ``languages``, each paragraph also in ``second`` if that is a language.

    Returns the files. Raises CourseError when the book cannot be built or printed.
    """
    root, console = Path(root).resolve(), console or Console()
    languages = [language for language in languages if language != second]
    if not languages:
        raise CourseError(_("A bilingual book needs two languages: name another with --with."))
    need_fonts([*languages, second])
    build_book(root, sorted({*languages, *([second] if second else [])}), console)
    made = []
    for language in languages:
        with console.status(_("{language}: printing …").format(language=LANGUAGES[language])):
            made.append(_make_pdf(root, language, second))
        shown = made[-1].relative_to(root)
        console.print(f"  {shown}", highlight=False, soft_wrap=True)
    return made


def _make_pdf(root: Path, language: str, second: str) -> Path:
    """Print until the contents are right: the first time tells on which page each heading is."""
    folder = root / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / f"{NAME}.{language}{f'+{second}' if second else ''}.pdf"
    who = author(str(read_config(root).get("author", "")), language)
    book = Book(root / SITE, language, second, who)
    numbers: dict[str, int] = {}
    with tempfile.TemporaryDirectory(dir=folder) as place:  # two may print at once
        page, new = Path(place, "book.html"), Path(place, "book.pdf")
        for _again in range(PRINTINGS):
            page.write_text(book.html(numbers), encoding="utf-8")
            print_page(page, new)
            before, numbers = numbers, pages_of(new, book.anchors)
            if before == numbers:
                break
        else:
            text = _(
                "The pages of {file} moved each time its contents were written. "
                "Was the book built again meanwhile? Then print it again."
            )
            raise CourseError(text.format(file=target.name))
        finish(new, who, book.chapters)
        new.replace(target)
    return target
