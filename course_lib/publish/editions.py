"""Are the editions one book? What the reader gets is compared, not its catalogs: built pages and
released notebooks, block by block and cell by cell."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from itertools import zip_longest
from pathlib import Path

from bs4 import BeautifulSoup, Tag

from course_lib.i18n import _

BLOCKS = ["h1", "h2", "h3", "h4", "h5", "h6", "p", "ul", "ol", "li", "table", "tr", "td", "th"]
BLOCKS += ["pre", "figure", "figcaption", "img", "dl", "dt", "dd", "details", "aside"]
BLOCKS += ["blockquote", "form", "fieldset"]
_NO_TEXT = re.compile(r"<(script|style|svg)\b.*?</\1>", re.S)  # most of a page with figures
_SAID = re.compile(r"\\text\{[^{}]*\}")


def page_differences(english: str, other: str) -> Iterator[tuple[str, str]]:
    """What a built page has differently from the English one: pairs of a kind and a sentence.

    Kinds: structure, label, maths, code, link, output.
    """
    one, two = _read(english), _read(other)
    if not one["structure"] or not two["structure"]:
        yield "structure", _("the built page has no text")
        return
    wanted, found = one["structure"], two["structure"]
    if wanted != found:
        pairs = enumerate(zip_longest(wanted, found, fillvalue="-"), start=1)
        number, (one_name, other_name) = next(pair for pair in pairs if len(set(pair[1])) > 1)
        text = _("block {number} is {found}, in the English {wanted}")
        yield "structure", text.format(number=number, found=other_name, wanted=one_name)
    for kind in READERS:
        if kind != "structure":
            yield from _told(kind, one[kind], two[kind])


def notebook_differences(english: dict, other: dict) -> Iterator[tuple[str, str]]:
    """What a released notebook has differently: kinds cell, points, code and output."""
    one, two = _cells(english), _cells(other)
    if list(one) != list(two):
        yield from _told("cell", list(one), list(two))
        if Counter(one) == Counter(two):
            yield "cell", _("its cells are in another order")
    for name in one.keys() & two.keys():
        for kind, wanted, found in zip(
            ("points", "code", "output"), one[name], two[name], strict=True
        ):
            if wanted != found:
                yield kind, _("cell {name} has others than in the English").format(name=name)


@lru_cache(maxsize=64)  # the English page is compared with each of the others
def _read(page: str) -> dict[str, list[str]]:
    """Kind -> what the text of a built page has of it."""
    soup = BeautifulSoup(_NO_TEXT.sub("", page), "html.parser")
    article = soup.select_one("article.bd-article")
    if article is None:
        return {kind: [] for kind in READERS}
    for element in article.select("template, .headerlink"):
        element.decompose()
    return {kind: read(article) for kind, read in READERS.items()}


def _blocks(article: Tag) -> list[str]:
    return [tag.name for tag in article.find_all(BLOCKS)]


def _labels(article: Tag) -> list[str]:
    return [tag["id"] for tag in article.select("section[id], span[id], div[id], table[id]")]


def _formulas(article: Tag) -> list[str]:
    return ["".join(_SAID.sub("", _tex(tag)).split()) for tag in article.find_all("math")]


def _tex(tag: Tag) -> str:
    note = tag.find("annotation")
    return note.get_text() if note else tag.get_text()


def _code(article: Tag) -> list[str]:
    return [tag.get_text() for tag in article.select(".cell_input pre")]


def _links(article: Tag) -> list[str]:
    return [tag["href"] for tag in article.select("a[href]")]


def _outputs(article: Tag) -> list[str]:
    return [tag.get_text() for tag in article.select(".cell_output pre")]


READERS = {
    "structure": _blocks,
    "label": _labels,
    "maths": _formulas,
    "code": _code,
    "link": _links,
    "output": _outputs,
}


def _told(kind: str, wanted: list[str], found: list[str]) -> Iterator[tuple[str, str]]:
    lost, gained = Counter(wanted) - Counter(found), Counter(found) - Counter(wanted)
    if lost:
        yield kind, _("it lost {things}").format(things=_listed(lost))
    if gained:
        text = _("it has, and the English has not, {things}")
        yield kind, text.format(things=_listed(gained))


def _listed(things: Counter, most: int = 5) -> str:
    named = [" ".join(thing.split())[:60] for thing in things.elements()]
    return ", ".join(named[:most]) + (", …" if len(named) > most else "")


def _cells(notebook: dict) -> dict[str, tuple]:
    """Cell id -> what must be the same in every language: points, code, outputs."""
    cells = {}
    for cell in notebook["cells"]:
        about = {k: v for k, v in cell["metadata"].get("nbgrader", {}).items() if k != "checksum"}
        source = "".join(cell["source"]) if cell["cell_type"] == "code" else ""
        source = re.sub(r'language="\w+"', "", source)
        cells[str(cell.get("id"))] = (
            json.dumps(about, sort_keys=True),
            source,
            cell.get("outputs"),
        )
    return cells


def compare_pages(site: Path, language: str) -> Iterator[tuple[str, str, str]]:
    """Page, kind and sentence for everything that a built edition has differently."""
    for english in sorted((site / "en" / "book").rglob("*.html")):
        other = site / language / english.relative_to(site / "en")
        name = english.relative_to(site / "en").with_suffix("").as_posix()
        if not other.is_file():
            yield name, "structure", _("this page does not exist in that language")
            continue
        pages = (path.read_text(encoding="utf-8") for path in (english, other))
        for kind, text in page_differences(*pages):
            yield name, kind, text


def compare_releases(exercises: Path, language: str) -> Iterator[tuple[str, str, str]]:
    """Assignment, kind and sentence for everything that a release has differently."""
    for english in sorted((exercises / "en").glob("*/*.ipynb")):
        other = exercises / language / english.relative_to(exercises / "en")
        if not other.is_file():
            yield english.stem, "structure", _("this notebook does not exist in that language")
            continue
        notebooks = (json.loads(path.read_text(encoding="utf-8")) for path in (english, other))
        for kind, text in notebook_differences(*notebooks):
            yield english.stem, kind, text
