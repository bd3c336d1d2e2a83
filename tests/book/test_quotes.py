"""What a page shows of other pages is what they say now."""

import re

import pytest
import yaml
from sphinx.search import js_index


def chapters(book, *names, part="The part"):
    parts = [{"caption": part, "chapters": [{"file": f"book/{name}"} for name in names]}]
    toc = {"format": "jb-book", "root": "book/welcome", "parts": parts}
    (book.root / "_toc.yml").write_text(yaml.safe_dump(toc), encoding="utf-8")


def listed(book, page: str) -> list[str]:
    """The chapters as the sidebar of a page lists them; the page itself is "#" to it."""
    found = re.findall(r'toctree-l1.*?href="(?:[^"]*?(\w+)\.html|#)"', book.html(page), re.S)
    return [name or page for name in found]


def glossary(cell: str) -> str:
    terms = f"gate\n  As in {{ref}}`part`.\n\ncell\n  {cell}\n"
    return f"# Glossary\n\n```{{glossary}}\n{terms}```\n"


@pytest.fixture
def quoting(book):
    """Chapters that quote the part of the first, a term whose meaning quotes it, and a term."""
    chapters(book, "page", "gate", "cell", "link", "glossary")
    book.write("page", "# Page\n\n(part)=\n## Old part\n\nText.\n")
    book.write("gate", "# Gate\n\n{term}`gate`\n")
    book.write("cell", "# Cell\n\n{term}`cell`\n")
    book.write("link", "# Link\n\n{ref}`part`\n")
    book.write("glossary", glossary("Old meaning."))
    book.build()
    return book


@pytest.mark.slow
def test_order_parts_and_titles_are_the_same_on_every_page(quoting):
    book = quoting
    chapters(book, "glossary", "page", "gate", "link", "cell", part="Another part")
    book.build()
    for page in ("page", "gate"):
        assert listed(book, page) == ["welcome", "glossary", "page", "gate", "link", "cell"], page
        assert "Another part" in book.html(page) and "The part" not in book.html(page), page
    book.write("link", "# Other title\n\n{ref}`part`\n")
    book.build()
    assert "Other title" in book.html("page")


def test_what_is_quoted_is_quoted_anew_and_a_page_that_quotes_nothing_new_is_not_written(quoting):
    book = quoting

    def written():
        """Which pages the build writes; the first is always among them."""
        folder = book.root / "_build/book/en/_build/html/book"
        before = {path: path.stat().st_mtime_ns for path in folder.glob("*.html")}
        book.build()
        return {p.stem for p, then in before.items() if p.stat().st_mtime_ns != then} - {"welcome"}

    book.write("page", "# Page\n\n(new)=\n## New\n\nMore.\n\n(part)=\n## Old part\n\nText.\n")
    assert written() == {"page"}
    book.write("page", "# Page\n\n(part)=\n## Renamed part\n\nText.\n")
    book.write("glossary", glossary("New meaning."))
    assert written() == {"page", "glossary", "gate", "cell", "link"}
    for page in ("gate", "link"):
        assert "Renamed part" in book.html(page) and "Old part" not in book.html(page), page
    assert "New meaning" in book.html("cell") and "Old meaning" not in book.html("cell")


@pytest.mark.slow
def test_the_search_finds_the_same_however_the_book_was_built(quoting):
    book = quoting

    def index():
        path = book.root / "_build/book/en/_build/html/searchindex.js"
        found = js_index.loads(path.read_text("utf-8"))
        found["terms"] = {word: on for word, on in found["terms"].items() if on != []}
        return found

    cold = index()
    for text in ("More of it.", ""):
        book.write("link", f"# Link\n\n{{ref}}`part`\n\n{text}\n")
        book.build()
    assert index() == cold
    assert "gate" in cold["titleterms"] and cold["indexentries"] == {}
