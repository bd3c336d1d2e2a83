"""The EPUB of the whole book: every formula and picture of it is there, and Chromium draws them."""

from datetime import UTC, datetime
from zipfile import ZipFile

import pytest

from course_lib.i18n import LANGUAGES
from course_lib.publish.epub.pack import packed
from course_lib.publish.epub.svg_names import ATTRIBUTES, ELEMENTS
from course_lib.publish.paper.book import Book
from tests.book.epub_files import MATHML, SVG, XHTML, check


@pytest.mark.browser
def test_drawings_get_the_capitals_that_a_browser_gives_them(browser):
    parsed = """const hold = document.createElement('div');
        return arguments[0].map((html) => { hold.innerHTML = `<svg>${html}</svg>`;
          const element = hold.firstChild.firstChild;
          return element.attributes[0]?.name ?? element.localName; })"""
    browser.get("about:blank")
    elements = [f"<{name}></{name}>" for name in ELEMENTS]
    assert browser.execute_script(parsed, elements) == list(ELEMENTS.values())
    attributes = [f'<path {name}="1"></path>' for name in ATTRIBUTES]
    assert browser.execute_script(parsed, attributes) == list(ATTRIBUTES.values())


@pytest.mark.slow
@pytest.mark.whole
@pytest.mark.browser
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_formula_and_picture_of_the_book_is_in_the_epub(browser, site, language, tmp_path):
    book = Book(site.folder, language)
    (tmp_path / "book.epub").write_bytes(packed(book, datetime.now(UTC)))
    trees = check(tmp_path / "book.epub")
    for tag, space in (("math", MATHML), ("img", XHTML), ("svg", SVG)):
        wanted = sum(chapter.html.count(f"<{tag} ") for chapter in book.chapters)
        wanted += sum(chapter.html.count(f"<{tag}>") for chapter in book.chapters)
        found = sum(len(list(tree.iter(f"{space}{tag}"))) for tree in trees.values())
        assert wanted == found > 20, tag
    with ZipFile(tmp_path / "book.epub") as archive:
        archive.extractall(tmp_path)
    for page in ("book-gates-lstm", "book-recurrence-bptt"):
        browser.get((tmp_path / f"book/{page}.xhtml").as_uri())
        kind, broken, drawn = browser.execute_script(
            "return [document.contentType, document.querySelectorAll('parsererror').length,"
            "[...document.querySelectorAll('math')].filter(m => m instanceof MathMLElement"
            " && m.getBoundingClientRect().width * m.getBoundingClientRect().height).length]"
        )
        found = len(list(trees[f"{page}.xhtml"].iter(f"{MATHML}math")))
        assert (kind, broken, drawn) == ("application/xhtml+xml", 0, found)
