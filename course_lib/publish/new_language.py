"""``course translate add``: one more edition, all of it English until it is translated.

Nothing else in the course lists its languages: pages, figures, releases, feedback and the menus of
all editions follow ``languages.json``.
"""

import json
import re
from pathlib import Path

from rich.console import Console

from course_lib.errors import CourseError
from course_lib.i18n import LANGUAGES, _

from .po import merge
from .sources import Source, all_sources

FILE = Path("course_lib/i18n/languages.json")
_KEY = re.compile(r"[a-z]{2,3}(_[A-Z][A-Za-z]{1,3})?")


def add_language(root: Path, key: str, name: str, console: Console | None = None) -> list[Path]:
    """Add the language ``key`` ("fr", "pt_BR"), called ``name`` by those who speak it.

    Returns the catalogs that were made. Raises CourseError for a key that gettext does not know
    or that the course has, and when the English text cannot be extracted: then nothing is added.
    """
    root, console = Path(root).resolve(), console or Console()
    check(root, key, name)
    with console.status(_("Extracting the English text of the book …")):
        sources = all_sources(root, console)
    return write(root, key, name, sources, console)


def check(root: Path, key: str, name: str) -> None:
    """Raise CourseError unless the language can be added."""
    from babel import Locale, UnknownLocaleError

    try:
        known = bool(_KEY.fullmatch(key)) and Locale.parse(key)
    except (UnknownLocaleError, ValueError):
        known = None
    if not known:
        text = _('"{key}" is not the code of a language, such as fr or pt_BR.')
        raise CourseError(text.format(key=key))
    taken = [other for other in _languages(root) if other.split("_")[0] == key.split("_")[0]]
    if taken:
        text = _('The course speaks "{key}" already: {name}.')
        raise CourseError(text.format(key=taken[0], name=_languages(root)[taken[0]]))
    if not name.strip():
        raise CourseError(_("The language needs a name, such as Français."))


def write(root: Path, key: str, name: str, sources: list[Source], console: Console) -> list[Path]:
    """Write the empty catalogs and the line in ``languages.json``, and say what comes next."""
    LANGUAGES[key] = name  # the catalogs' headers say it
    made = []
    for source in sources:
        path = source.catalog(root, key)
        if merge(source, path, key):
            made.append(path)
    listed = json.dumps(_languages(root) | {key: name}, ensure_ascii=False, indent=2)
    (root / FILE).write_text(listed + "\n", encoding="utf-8")
    count = sum(len(source.messages) for source in sources)
    text = _("{name}: {files} catalogs with {count} sentences, all English for now.")
    console.print(text.format(name=name, files=len(made), count=count), highlight=False)
    steps = [
        _("Write its words into the glossary: {file}").format(file="course_lib/i18n/glossary.yml"),
        _("Translate the catalogs in {folder}").format(folder=f"book/locales/{key}"),
        _("Translate the catalogs in {folder}").format(folder=f"course_lib/i18n/locales/{key}"),
        _("Make the notebooks: {command}").format(command=f"course release --language {key}"),
        _("Build the book: {command}").format(command=f"course build --language {key}"),
        _("See what is missing: {command}").format(command="course translate status"),
    ]
    for number, step in enumerate(steps, start=1):
        console.print(f"  {number}. {step}", highlight=False, markup=False, soft_wrap=True)
    return made


def _languages(root: Path) -> dict[str, str]:
    return json.loads((root / FILE).read_text(encoding="utf-8"))
