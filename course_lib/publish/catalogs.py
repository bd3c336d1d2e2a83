"""``course translate``: keep the catalogs in step with the English, and say where they are not."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

import polib
from rich.console import Console
from rich.table import Table

from course_lib.i18n import LANGUAGES, _

from .build import SITE, is_fresh
from .compare import differences, forbidden
from .editions import compare_pages, compare_releases
from .po import merge
from .sources import BOOK, LIBRARY, Source, all_sources
from .version import source_hash, translated_from

TRANSLATIONS = [language for language in LANGUAGES if language != "en"]


@dataclass(frozen=True)
class Count:
    """How far one catalog is in one language. ``source`` changes with the English, ``version`` is
    the day of the English that it translates whole."""

    catalog: str
    language: str
    total: int
    translated: int
    fuzzy: int
    untranslated: int
    stale: int
    source: str = ""
    version: str = ""


@dataclass(frozen=True)
class Problem:
    """One thing to mend; ``kind`` is missing, untranslated, fuzzy, stale, unreadable or a kind of
    ``compare.differences``, ``editions.page_differences`` or ``editions.notebook_differences``."""

    catalog: str
    language: str
    kind: str
    text: str
    message: str = ""

    def __str__(self) -> str:
        quoted = f' — "{_short(self.message)}"' if self.message else ""
        return f"{self.catalog} ({self.language}), {self.kind}: {self.text}{quoted}"


@dataclass(frozen=True)
class Status:
    """What ``status`` found: a count for each catalog and language, and the problems."""

    counts: list[Count]
    problems: list[Problem]

    @property
    def ok(self) -> bool:
        """True when every sentence is translated and none lost anything."""
        return not self.problems


def update(root: Path, console: Console | None = None) -> list[Path]:
    """Extract the English and merge it into every catalog; returns the files that changed."""
    root, console = Path(root).resolve(), console or Console()
    changed = []
    with console.status(_("Extracting the English text of the book …")) as shown:
        sources = all_sources(root, console, _teller(shown))
    for source in sources:
        for language in TRANSLATIONS:
            path = source.catalog(root, language)
            if merge(source, path, language):
                changed.append(path)
    for path in changed:
        console.print(f"  {path.relative_to(root)}", highlight=False)
    text = _("{count} of {all} catalogs changed.")
    console.print(text.format(count=len(changed), all=len(sources) * len(TRANSLATIONS)))
    _print_to_do(root, sources, console)
    return changed


def _print_to_do(root: Path, sources: list[Source], console: Console) -> None:
    """What waits for a translator: the new sentences, and those whose English changed."""
    for source in sources:
        for language in TRANSLATIONS:
            path = source.catalog(root, language)
            for entry in polib.pofile(str(path)) if path.is_file() else ():
                if entry.obsolete or entry.translated():
                    continue
                kind = _("its English changed") if entry.fuzzy else _("new")
                line = f'{path.relative_to(root)}:{entry.linenum}: {kind}: "{_short(entry.msgid)}"'
                console.print(line, highlight=False, markup=False, soft_wrap=True)


def status(root: Path, console: Console | None = None) -> Status:
    """Compare every catalog with the English of this moment.

    Raises CourseError when the book itself cannot be read.
    """
    root, console = Path(root).resolve(), console or Console(stderr=True)
    with console.status(_("Extracting the English text of the book …")) as shown:
        sources = all_sources(root, console, _teller(shown))
    counts, problems = [], []
    for language in TRANSLATIONS:
        never = forbidden(root / "course_lib/i18n/glossary.yml", language)
        for source in sources:
            count, found = check_catalog(source, source.catalog(root, language), language, never)
            counts.append(count)
            problems += found
        problems += stray_catalogs(root, sources, language)
        problems += other_editions(root, language)
    return Status(counts, problems)


def other_editions(root: Path, language: str) -> list[Problem]:
    """What the reader and the student get, against the English: the released notebooks, and the
    built pages where both editions are those of this moment."""
    found = list(compare_releases(root / "exercises", language))
    if all((root / SITE / each).is_dir() and is_fresh(root, each) for each in ("en", language)):
        found += compare_pages(root / SITE, language)
    return [Problem(name, language, kind, text) for name, kind, text in found]


def check_catalog(
    source: Source, path: Path, language: str, never: tuple[str, ...] = ()
) -> tuple[Count, list[Problem]]:
    """One catalog against its source: what is missing, out of date, or lost in translation."""
    total = len(source.messages)

    def problem(kind: str, text: str, message: str = "") -> Problem:
        return Problem(source.name, language, kind, text, message)

    if not path.is_file():
        text = _("there is no {file}; run `course translate update`")
        found = [problem("missing", text.format(file=path.name))]
        return Count(source.name, language, total, 0, 0, total, 0), found if total else []
    try:
        catalog = polib.pofile(str(path))
    except (OSError, ValueError, UnicodeDecodeError) as error:
        text = _("{file} is not a catalog: {error}").format(file=path.name, error=error)
        found = [problem("unreadable", text)]
        return Count(source.name, language, total, 0, 0, total, 0), found
    entries = {entry.msgid: entry for entry in catalog if not entry.obsolete}
    problems, translated, fuzzy = [], 0, 0
    for message in source.messages:
        entry = entries.get(message)
        if entry is None:
            problems.append(problem("missing", _("this sentence is not in the catalog"), message))
        elif entry.fuzzy:
            fuzzy += 1
            problems.append(
                problem("fuzzy", _("the English changed after it was translated"), message)
            )
        elif not entry.msgstr.strip():
            problems.append(problem("untranslated", _("it has no translation"), message))
        else:
            translated += 1
            lost = differences(message, entry.msgstr, never, markdown=source.markdown)
            problems += [problem(kind, text, message) for kind, text in lost]
    stale = [entry.msgid for entry in catalog if entry.obsolete] + [
        message for message in entries if message not in set(source.messages)
    ]
    problems += [problem("stale", _("the English no longer says this"), gone) for gone in stale]
    untranslated = total - translated - fuzzy
    about = source_hash(source.messages), str(translated_from(path) or "")
    counts = total, translated, fuzzy, untranslated, len(stale)
    return Count(source.name, language, *counts, *about), problems


def stray_catalogs(root: Path, sources: list[Source], language: str) -> list[Problem]:
    """Catalogs of pages and assignments that are no more."""
    known = {source.catalog(root, language) for source in sources}
    problems = []
    for folder in (BOOK, LIBRARY):
        for path in sorted((root / folder.format(language=language)).rglob("*.po")):
            if path not in known:
                where = path.relative_to(root).as_posix()
                text = _("{file} belongs to nothing in the course; delete it").format(file=where)
                problems.append(Problem(path.stem, language, "stale", text))
    return problems


def print_status(found: Status, console: Console, as_json: bool = False) -> bool:
    """Show the counts and the problems, as a table or as JSON; returns whether all is well."""
    if as_json:
        told = {"ok": found.ok} | asdict(found)
        console.print_json(json.dumps(told, ensure_ascii=False))
        return found.ok
    table = Table(title=_("Translations"), title_justify="left")
    table.add_column(_("catalog"))
    table.add_column("English")
    for language in TRANSLATIONS:
        table.add_column(LANGUAGES[language], justify="right")
    names = dict.fromkeys(count.catalog for count in found.counts)
    for name in names:
        cells = [c for c in found.counts if c.catalog == name]
        table.add_row(name, cells[0].source, *map(_told, cells))
    console.print(table)
    for problem in found.problems:
        console.print(str(problem), highlight=False, markup=False, soft_wrap=True)
    if found.ok:
        console.print(_("Every sentence is translated, and nothing was lost."))
    else:
        console.print(_("{count} to mend.").format(count=len(found.problems)))
    return found.ok


def _told(count: Count) -> str:
    """The share of a catalog, and what in it is behind the English."""
    behind = [(count.fuzzy, _("{count} fuzzy")), (count.stale, _("{count} stale"))]
    told = [text.format(count=number) for number, text in behind if number]
    return ", ".join([f"{count.translated} / {count.total}", *told])


def _teller(shown):
    """Let the spinner say which page is being read."""
    text = _("Extracting the English text: {page}")
    return lambda task, percent, page: shown.update(text.format(page=page))


def _short(text: str, length: int = 70) -> str:
    text = " ".join(text.split())
    return text if len(text) <= length else text[: length - 1] + "…"
