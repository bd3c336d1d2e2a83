"""``course bench-book``: what the pages of the book weigh, when they show, and what builds take."""

import json
import shutil
import tempfile
import threading
import time
from pathlib import Path

from rich.console import Console
from rich.table import Table

from course_lib.bench.reader import SLOW, read, reader
from course_lib.bench.run import machine
from course_lib.i18n import LANGUAGES
from course_lib.publish.build import build_book
from course_lib.publish.execution import pages
from course_lib.publish.serve import open_server

KIB = 1024
#: KiB over the line: a page, and one with a figure. Seconds to the largest part. Movement.
LIMITS = {"page": 450, "figure": 900, "lcp": 2.5, "cls": 0.01}
SPARED = shutil.ignore_patterns("_build", ".git", ".venv", "__pycache__")


def bench_book(root: Path, console: Console, only: str | None = None) -> dict:
    """Measure, print the tables, and keep ``benchmarks/book.json`` when all was measured."""
    found: dict = {"machine": machine()}
    if only != "build":
        found["pages"] = measure_pages(root, console)
        console.print(_page_table(found["pages"]))
    if only != "pages":
        found["builds"] = measure_builds(root, console)
        console.print(_build_table(found["builds"]))
    if only is None:
        folder = root / "benchmarks"
        folder.mkdir(exist_ok=True)
        text = json.dumps(found, indent=1, ensure_ascii=False) + "\n"
        (folder / "book.json").write_text(text, encoding="utf-8")
    return found


# ---- pages
def measure_pages(root: Path, console: Console) -> list[dict]:
    """Every page in every language over a slow network, with an empty cache."""
    site = build_book(root, list(LANGUAGES), console)
    server = open_server(site, 0)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_address[1]}"
    rows = []
    try:
        with (
            tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile,
            reader(profile) as browser,
            console.status("Reading ...") as shown,
        ):
            for language in LANGUAGES:
                for page in page_names(root):
                    shown.update(f"{language}: {page}")
                    seen = read(browser, f"{address}/{language}/{page}.html", SLOW)
                    kind = kind_of(site / language / f"{page}.html")
                    rows.append(
                        {
                            "page": page,
                            "language": language,
                            "kind": kind,
                            "kib": round(seen.bytes / KIB, 1),
                            "files": len(seen.files),
                            "lcp": round(seen.lcp, 2),
                            "cls": round(seen.cls, 4),
                        }
                    )
    finally:
        server.shutdown()
        server.server_close()
    return rows


def page_names(root: Path) -> list[str]:
    """The pages of the book and the search, as the site names them."""
    chapters = [page.relative_to(root).with_suffix("").as_posix() for page in pages(root)]
    return [*chapters, "search"]


def kind_of(page: Path) -> str:
    """Whether a built page has a figure that answers, which may weigh more."""
    text = page.read_text(encoding="utf-8")
    return "figure" if "application/vnd.jupyter.widget-view+json" in text else "page"


def _page_table(rows: list[dict]) -> Table:
    table = Table(
        title="Cold pages at 1.6 Mbps, 150 ms: KiB, seconds to the largest part, movement"
    )
    table.title_justify = "left"
    table.add_column("page")
    for language in LANGUAGES:
        table.add_column(language, justify="right")
    for page in dict.fromkeys(row["page"] for row in rows):
        cells = [_cell(row) for row in rows if row["page"] == page]
        table.add_row(page, *cells)
    return table


def _cell(row: dict) -> str:
    told = [
        _coloured(f"{row['kib']:.0f}", row["kib"] <= LIMITS[row["kind"]]),
        _coloured(f"{row['lcp']:.2f}", row["lcp"] <= LIMITS["lcp"]),
        _coloured(f"{row['cls']:.3f}", row["cls"] <= LIMITS["cls"]),
    ]
    return "  ".join(told)


def _coloured(text: str, good: bool) -> str:
    return f"[{'green' if good else 'red'}]{text}[/]"


# ---- builds
def measure_builds(root: Path, console: Console) -> list[dict]:
    """Seconds of builds in copies of the book that were never built."""
    rows = []
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as place:
        copy = _copied(root, Path(place, "course"))
        count = len(pages(copy))

        def timed(what: str, *languages: str, course: Path = copy) -> float:
            started = time.perf_counter()
            build_book(course, languages, console)
            seconds = round(time.perf_counter() - started, 1)
            rows.append({"what": what, "languages": len(languages), "seconds": seconds})
            return seconds

        first, *others = LANGUAGES
        one = timed(f"cold: {count} pages executed, {first}", first)
        together = _copied(root, Path(place, "together"))
        everything = timed("cold: the same, all languages at once", *LANGUAGES, course=together)
        each = round((everything - one) / len(others), 1)
        rows.append({"what": "which is for each further one", "languages": 1, "seconds": each})
        for language in others:
            timed(f"another language later, {language}", language)
        timed("nothing changed", *LANGUAGES)
        with pages(copy)[-1].open("a", encoding="utf-8") as chapter:
            chapter.write("\nOne more sentence.\n")
        timed(f"a sentence more in one page, {first}", first)
        timed("the same, the other languages", *others)
    cold = rows[0]["seconds"]
    for row in rows:
        row["of cold"] = round(row["seconds"] / cold, 3)
    return rows


def _copied(root: Path, copy: Path) -> Path:
    """The book and its exercises in a folder of their own, without anything that was built."""
    copy.mkdir()
    for name in ("_config.yml", "_toc.yml"):
        shutil.copyfile(root / name, copy / name)
    for name in ("book", "exercises"):
        if (root / name).is_dir():
            shutil.copytree(root / name, copy / name, ignore=SPARED)
    return copy


def _build_table(rows: list[dict]) -> Table:
    table = Table(title="Builds", title_justify="left")
    for column in ("what", "seconds", "of the cold one"):
        table.add_column(column, justify="left" if column == "what" else "right")
    for row in rows:
        table.add_row(row["what"], f"{row['seconds']:.1f}", f"{100 * row['of cold']:.0f} %")
    return table
