"""``course build``: the book in several languages, all or nothing, into ``_build/html``."""

import json
import os
import shutil
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from html import escape
from pathlib import Path

from filelock import FileLock, Timeout
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from course_lib.errors import CourseError
from course_lib.i18n import LANGUAGES, _

from .config import (
    BUILDERS,
    COUNTED,
    LIBRARY,
    derive,
    execution_cache,
    fingerprint,
    read_config,
    site_words,
)
from .execution import execute_pages, pages, wanted
from .light import lighten
from .links import broken_links
from .sphinx_run import Problem, run_book
from .words import title

SITE = Path("_build/html")
STAMPS = "built.json"
# Processes for one language: a container may see all processors of a large machine and be allowed
# the time of a few, which this process is not told.
MOST_JOBS = 4
# What no reader needs: maps of the theme's scripts are megabytes, its macros are no pages.
UNPUBLISHED = shutil.ignore_patterns("*.map", ".buildinfo", ".nojekyll", "*webpack-macros.html")


def build_book(
    root: Path, languages: Sequence[str] = tuple(LANGUAGES), console: Console | None = None
) -> Path:
    """Build the book in ``languages`` and return the folder of the site.

    A build that fails leaves the last good site as it is. Raises CourseError that names every
    page, cell or formula at fault.
    """
    root, console = Path(root).resolve(), console or Console()
    read_config(root)
    unknown = [language for language in languages if language not in LANGUAGES]
    if unknown:
        text = _("The book has no language {language!r}; it has {known}.")
        raise CourseError(text.format(language=unknown[0], known=", ".join(LANGUAGES)))
    with only_one_build(root, console):
        published, outputs = _stamps(root / SITE), wanted(root)
        now = {language: book_fingerprint(root, language, outputs) for language in languages}
        inputs = {key: stamp for key, stamp in now.items() if published.get(key) != stamp}
        if not inputs:
            console.print(_("The book is up to date."), highlight=False)
            return root / SITE
        for language in editions_with_other_pages(root):
            inputs.setdefault(language, book_fingerprint(root, language, outputs))
        stale = list(inputs)
        _build_all(root, stale, console)
        _publish(root, stale, inputs)
    names = ", ".join(LANGUAGES[language] for language in stale)
    console.print(_("The book is built: {names}.").format(names=names), highlight=False)
    return root / SITE


def is_fresh(root: Path, language: str) -> bool:
    """True when the published site of ``language`` was built from exactly the present sources."""
    return _stamps(root / SITE).get(language) == book_fingerprint(root, language)


def editions_with_other_pages(root: Path) -> list[str]:
    """The published languages that lack a page of the book, or have one that has left it.

    Every page leads to the same page of the other languages. When one comes or goes, they are
    built as well, whichever was asked for; otherwise such a link would lead nowhere.
    """
    book = {page.relative_to(root).with_suffix("").as_posix() for page in pages(root)}
    found = []
    for language in LANGUAGES:
        blocks = root / SITE / language / "_blocks"
        files = blocks.rglob("*.js") if blocks.is_dir() else ()
        published = {path.relative_to(blocks).with_suffix("").as_posix() for path in files}
        if published and published != book:
            found.append(language)
    return found


def book_fingerprint(root: Path, language: str, outputs: dict[str, str] | None = None) -> str:
    """Changes when anything does that the site of ``language`` is built from.

    ``outputs`` is what ``wanted`` says of the pages now, for who asks about several languages.
    """
    outputs = wanted(root) if outputs is None else outputs
    exercises = root / "exercises" / language
    paths = [root / "_config.yml", root / "_toc.yml", root / "book", exercises]
    paths.append(LIBRARY / "publish")
    text = json.dumps([sorted(outputs.items()), site_words(language)])
    return fingerprint([path for path in paths if path.exists()], COUNTED + BUILDERS, text)


def only_one_build(root: Path, console: Console) -> FileLock:
    """Two builds in one folder would tread on each other: the second waits for the first."""
    folder = root / "_build" / "book"
    folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder / "lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        text = _("Another build of this book is running; waiting for it.")
        console.print(text, highlight=False)
        lock.acquire()
    return lock


def _build_all(root: Path, languages: Sequence[str], console: Console) -> None:
    """Execute the pages, two at a time, and then run Sphinx for each language, all at once.

    Where there are more processors than languages, each language gets some of them.
    """
    cache = execution_cache(root)
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(24))
    columns += (TextColumn("{task.fields[page]}"), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as bars:
        executing = bars.add_task("Python", total=None, page="")

        def executed(done: int, of: int, page: str) -> None:
            bars.update(executing, completed=done, total=of, page=page)

        problems = execute_pages(root, executed)
        bars.update(executing, completed=1, total=1, page="")
        _refuse({"en": problems})
        tasks = {
            language: bars.add_task(LANGUAGES[language], total=200, page="", start=False)
            for language in languages
        }

        def build_one(language: str) -> list[Problem]:
            bar = tasks[language]
            bars.start_task(bar)

            def advance(task: str, percent: int, page: str) -> None:
                done = percent + (0 if task.startswith("reading") else 100)
                bars.update(bar, completed=done, page=page)

            work = root / "_build" / "book" / language
            config = derive(root, language, cache)
            problems = run_book(root, config, work, jobs=jobs, progress=advance)
            bars.update(bar, completed=200, page="")
            return problems

        processors = usable_processors()
        jobs = max(1, min(MOST_JOBS, processors // len(languages)))
        with ThreadPoolExecutor(processors + 1) as pool:  # the third of three on two waits for none
            _refuse(dict(zip(languages, pool.map(build_one, languages), strict=True)))


def usable_processors() -> int:
    """How many processors this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on macOS and Windows
        return os.cpu_count() or 1


def _refuse(found: dict[str, list[Problem]]) -> None:
    """Raise CourseError when a language has problems, each named once with its first language."""
    first: dict[Problem, str] = {}
    for language, problems in found.items():
        for problem in problems:
            first.setdefault(problem, LANGUAGES[language])
    lines = [f"  {language}: {problem}" for problem, language in first.items()]
    if not lines:
        return
    if len(lines) == 1:
        text = _(
            "The book was not built, because of 1 problem; the last good site stays as it was."
        )
    else:
        text = _(
            "The book was not built, because of {count} problems; "
            "the last good site stays as it was."
        )
    raise CourseError("\n".join([text.format(count=len(lines)), *lines]))


def _publish(root: Path, languages: Sequence[str], inputs: dict[str, str]) -> None:
    """Put the new site together beside the old one and exchange the two."""
    site, new, old = root / SITE, root / "_build/html.new", root / "_build/html.old"
    if old.exists() and not site.exists():  # a build was stopped between the two renames below
        old.rename(site)
    for leftover in (new, old):
        shutil.rmtree(leftover, ignore_errors=True)
    new.mkdir(parents=True)
    stamps = {key: stamp for key, stamp in _stamps(site).items() if key in LANGUAGES}
    for language in LANGUAGES:
        if language in languages:
            built = root / "_build" / "book" / language / "_build" / "html"
            shutil.copytree(built, new / language, ignore=UNPUBLISHED)
            lighten(new / language, root / "_build" / "light")
        elif (site / language).is_dir():
            shutil.copytree(site / language, new / language)
    _write_landing(root, new)
    _refuse({language: broken_links(new, language) for language in languages})
    (new / STAMPS).write_text(json.dumps(stamps | inputs, indent=1), encoding="utf-8")
    if site.exists():
        site.rename(old)
    new.rename(site)
    shutil.rmtree(old, ignore_errors=True)


def _stamps(site: Path) -> dict[str, str]:
    """Language -> fingerprint of the sources, as the published site remembers them."""
    try:
        return json.loads((site / STAMPS).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def first_page(root: Path) -> str:
    """Where the book begins, such as ``book/welcome.html``."""
    toc = (root / "_toc.yml").read_text(encoding="utf-8")
    name = next(line for line in toc.splitlines() if line.startswith("root:"))
    return name.removeprefix("root:").strip().removesuffix(".md") + ".html"


def _write_landing(root: Path, site: Path) -> None:
    """The page that takes a reader to their language."""
    page = first_page(root)
    found = {key: name for key, name in LANGUAGES.items() if (site / key).is_dir()}
    links = "\n".join(
        f'    <a href="{key}/{page}" lang="{key.replace("_", "-")}">{name}</a>'
        for key, name in found.items()
    )
    text = (root / "book/web/landing.html").read_text(encoding="utf-8")
    text = text.replace("{title}", escape(title("en"))).replace("{links}", links)
    text = text.replace("{pages}", json.dumps({key: f"{key}/{page}" for key in found}))
    (site / "index.html").write_text(text, encoding="utf-8")
    shutil.copyfile(root / "book/web/static/favicon.svg", site / "favicon.svg")
