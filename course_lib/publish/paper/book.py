"""All pages of an edition as one document for paper: cover, contents, chapters."""

import json
import posixpath
import re
from dataclasses import dataclass, field
from html import escape
from pathlib import Path

from bs4 import BeautifulSoup, Tag

from course_lib.errors import CourseError
from course_lib.i18n import _

from ..words import title, words
from .beside import set_beside

HERE = Path(__file__).parent
FIRST = "book/welcome.html"
# What a reader of paper cannot press or does not need.
NOT_ON_PAPER = (
    "script, noscript, template, a.headerlink, button, .exercise-lab, .exercise-download, "
    ".course-next, .sd-summary-state-marker"
)

LONG = 24  # lines of code that may be cut by the end of a page; print.js says the same


@dataclass
class Chapter:
    """One page of the site: its anchor, its title, and the headings below the title."""

    anchor: str
    title: str
    html: str
    part: str = ""
    sections: list[tuple[str, str]] = field(default_factory=list)


class Book:
    """One language of the built site, read once and written with page numbers as they are known."""

    def __init__(self, site: Path, language: str, second: str = "", author: str = ""):
        self.site, self.language, self.second, self.author = site, language, second, author
        self.folder = site / language
        welcome = self._page(FIRST)
        self._styles = self._style_links(welcome)
        self._places = self._contents_of(welcome)
        known = [page for _, page in self._places]
        self.chapters = [self._chapter(part, page, known) for part, page in self._places]

    @property
    def anchors(self) -> list[str]:
        """Everything that the contents name, in order."""
        return [
            anchor
            for chapter in self.chapters
            for anchor in [chapter.anchor, *(anchor for anchor, _ in chapter.sections)]
        ]

    def html(self, numbers: dict[str, int]) -> str:
        """The document; ``numbers`` are the pages of the anchors, empty while nobody knows."""
        say = words(self.language)
        running = "".join(
            f"#{c.anchor} {{ page: {c.anchor} }} @page {c.anchor} {{ @top-right {{ content: "
            f"{json.dumps(c.title, ensure_ascii=False)} }} }}\n"
            for c in self.chapters
        )
        name = title(self.language)
        running = running.replace(json.dumps(name, ensure_ascii=False), "none")  # it stands left
        left = f"@page {{ @top-left {{ content: {json.dumps(name, ensure_ascii=False)} }} }}"
        second = f"<p>{escape(title(self.second))}</p>" if self.second else ""
        return (
            f'<!doctype html>\n<html lang="{_html_code(self.language)}" data-theme="light" '
            f'data-mode="light">\n<head><meta charset="utf-8"><title>{escape(name)}</title>\n'
            f"{self._styles}\n<style>{left}\n{_read('paper.css')}\n{running}</style></head>\n"
            f'<body class="paper"><header class="paper-cover"><p class="paper-title">'
            f"{escape(name)}</p>{second}<p>{escape(self.author)}</p></header>\n"
            f'<nav class="paper-contents"><p class="paper-heading">{escape(say["contents"])}</p>\n'
            f"{self._contents(numbers)}</nav>\n"
            + "\n".join(chapter.html for chapter in self.chapters)
            + f"<script>{_read('fit.js')}</script></body></html>\n"
        )

    def _contents(self, numbers: dict[str, int]) -> str:
        lines, part = [], ""
        for chapter in self.chapters:
            if chapter.part != part:
                part = chapter.part
                lines.append(f'<p class="paper-part">{escape(part)}</p>')
            lines.append(_line("paper-chapter", chapter.anchor, chapter.title, numbers))
            lines += [_line("paper-section", *section, numbers) for section in chapter.sections]
        return "\n".join(lines)

    # ---- reading the pages
    def _page(self, page: str, language: str = "") -> BeautifulSoup:
        path = self.site / (language or self.language) / page
        return BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")

    def _style_links(self, page: BeautifulSoup) -> str:
        """The style sheets of the site by their full address, with that of the formulas."""
        sheets = [(self.folder / FIRST).parent / link["href"] for link in _sheets(page)]
        sheets += sorted((self.folder / "_static").glob("maths.*.css"))
        found = {Path(posixpath.normpath(sheet.as_posix())).as_uri() for sheet in sheets}
        return "\n".join(f'<link rel="stylesheet" href="{sheet}">' for sheet in sorted(found))

    def _contents_of(self, page: BeautifulSoup) -> list[tuple[str, str]]:
        """(part, page) for every chapter, as the list of chapters beside the pages has them."""
        part, found = "", [("", FIRST)]
        for element in page.select("nav.bd-docs-nav p.caption, nav.bd-docs-nav li.toctree-l1 > a"):
            if element.name == "p":
                part = element.get_text(" ", strip=True)
            elif "#" not in element["href"]:
                place = posixpath.normpath(posixpath.join("book", element["href"]))
                if place not in [page for _, page in found]:
                    found.append((part, place))
        return found

    def _chapter(self, part: str, page: str, known: list[str]) -> Chapter:
        article = _article(self._page(page), page)
        if self.second:
            set_beside(article, _article(self._page(page, self.second), page), self.second)
        self._prepare(article, page, known)
        heading = article.select_one("h1")
        if heading is None:
            text = _("{page} has no title, so it cannot be a chapter of a book.")
            raise CourseError(text.format(page=page))
        anchor = _anchor(page)
        sections = []
        for at, below in enumerate(article.select("h2")):
            below["id"] = f"{anchor}-part-{at}"
            sections.append((below["id"], _text(below)))
        inner = article.decode_contents()
        html = f'<section class="paper-text bd-article" id="{anchor}">{inner}</section>'
        return Chapter(anchor, _text(heading), html, part, sections)

    def _prepare(self, article: Tag, page: str, known: list[str]) -> None:
        """Names that stay apart in one document, files by their address, everything open."""
        for element in article.select(NOT_ON_PAPER):
            element.decompose()
        for details in article.select("details:not(.hide)"):
            details["open"] = ""
        for element in article.select(".toggle-hidden"):
            element["class"] = [c for c in element["class"] if c != "toggle-hidden"]
        for words_before in article.select("p"):
            if words_before.get_text().rstrip().endswith((":", "：")):
                words_before["class"] = [*words_before.get("class", []), "paper-lead"]
        for cell in article.select("div.cell_input"):
            if len(cell.get_text().strip().splitlines()) > LONG:
                cell["class"] = [*cell["class"], "is-long"]
        own = _anchor(page)
        for element in article.select("[id]"):
            element["id"] = f"{own}--{element['id']}"
        for name in ("clip-path", "fill", "marker-end", "marker-start", "mask"):
            for element in article.select(f'[{name}^="url(#"]'):
                element[name] = element[name].replace("url(#", f"url(#{own}--")
        here = (self.folder / page).parent
        for element in article.select("[src]"):
            if not re.match(r"[a-z]+:", element["src"]):
                file = posixpath.normpath((here / element["src"].partition("?")[0]).as_posix())
                element["src"] = Path(file).as_uri()
        for link in article.select("a[href]"):
            self._link(link, page, own, known)

    def _link(self, link: Tag, page: str, own: str, known: list[str]) -> None:
        """A link within the book leads to its page on paper; one to a file of the site, nowhere."""
        href, _, name = link["href"].partition("#")
        if re.match(r"[a-z]+:", href):
            return
        where = posixpath.normpath(posixpath.join(posixpath.dirname(page), href)) if href else page
        if where not in known:
            del link["href"]
        else:
            target = own if where == page else _anchor(where)
            link["href"] = f"#{target}--{name}" if name else f"#{target}"


def _article(page: BeautifulSoup, name: str) -> Tag:
    found = page.select_one("article.bd-article")
    if found is None:
        text = _("{page} of the built book has no text; build it again.")
        raise CourseError(text.format(page=name))
    return found


def _sheets(page: BeautifulSoup) -> list[Tag]:
    return page.select('link[rel="stylesheet"]')


def _text(heading: Tag) -> str:
    """The words of a heading in its own language."""
    own = BeautifulSoup(str(heading), "html.parser")
    for extra in own.select(".second-language"):
        extra.decompose()
    return " ".join(own.get_text().split())


def _line(kind: str, anchor: str, text: str, numbers: dict[str, int]) -> str:
    number = numbers.get(anchor, 888)
    return (
        f'<p class="{kind}"><a href="#{anchor}"><span>{escape(text)}</span>'
        f'<span class="paper-number">{number}</span></a></p>'
    )


def _anchor(page: str) -> str:
    """A page as a name that CSS and PDF take: "book/gates/lstm.html" -> "book-gates-lstm"."""
    return re.sub(r"[^\w-]", "-", page.removesuffix(".html"))


def _html_code(language: str) -> str:
    return language.replace("_", "-")


def _read(name: str) -> str:
    return (HERE / name).read_text(encoding="utf-8")
