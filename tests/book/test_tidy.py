"""The mends of a page's HTML, and what the theme says around it in the language of the page."""

import pytest
from bs4 import BeautifulSoup

from course_lib.publish.words import words
from tests.slow import slow_but

PAGE = """# Page

Two numbers ($H = 2$), each $x_t$, alone $y$ here.

:::{list-table}
:header-rows: 1

* -
  - $i$
* - a
  - 1
:::
"""


def test_a_formula_stays_on_the_line_of_its_bracket_and_its_comma(book):
    book.write("page", PAGE)
    book.build()
    paragraph = BeautifulSoup(book.html("page"), "html.parser").select_one("article p")
    assert [glued.select_one("math")["alttext"] for glued in paragraph.select(".course-glue")] == [
        "H = 2",
        "x_t",
    ]
    first, second = (glued.text for glued in paragraph.select(".course-glue"))
    assert (first[0], first[-2:], second[-1]) == ("(", "),", ",")
    assert paragraph.text.startswith("Two numbers (")


def test_a_path_that_is_wider_than_a_phone_may_break_after_a_slash_only(book):
    path = "submitted/<student>/ps4_lstm/ps4_lstm.ipynb"
    book.write("page", f"# Page\n\nPut it at `{path}`, not at `a/b`.\n")
    book.build()
    long, short = BeautifulSoup(book.html("page"), "html.parser").select("article p code .pre")
    assert (long.text, short.text) == (path, "a/b")
    assert long.decode_contents().split("<wbr/>") == [
        "submitted/",
        "&lt;student&gt;/",
        "ps4_lstm/",
        "ps4_lstm.ipynb",
    ]
    assert not short.select("wbr")


def test_a_header_cell_without_a_word_heads_nothing(book):
    book.write("page", PAGE)
    book.build()
    row = BeautifulSoup(book.html("page"), "html.parser").select_one("article thead tr")
    assert [cell.name for cell in row.find_all(["td", "th"])] == ["td", "th"]
    assert row.select_one("th .course-spoken").text == "i"


@pytest.mark.parametrize("language", slow_but([], ["en", "id", "zh_CN"]))
def test_lists_of_links_and_folded_cells_are_named_in_the_language_of_the_page(book, language):
    book.cells("page", "1 + 1")
    text = (book.root / "book/page.md").read_text()
    book.write("page", text.replace("ipython3\n1 + 1", "ipython3\n:tags: [hide-input]\n1 + 1"))
    book.build(language)
    page = BeautifulSoup(book.html("page", language), "html.parser")
    say = words(language)
    names = [nav.get("aria-label") for nav in page.select("nav[aria-label]")]
    assert {say["home"], say["chapters"], say["contents"]} >= set(names) >= {say["chapters"]}
    assert "Toggle hidden content" not in str(page)
    assert page.select_one("details.hide summary").get("aria-label") is None


@pytest.mark.slow
def test_no_word_of_the_search_is_empty_in_a_language_that_sphinx_does_not_know_whole(book):
    site = book.build("id")
    script = (site / "id/_static/translations.js").read_text(encoding="utf-8")
    assert script.startswith("Documentation.addTranslations({") and script.rstrip().endswith(");")
    assert '""' not in script
    found = "Search finished, found ${resultCount} page(s) matching the search query."
    assert f'"{found}": "Pencarian selesai' in script


def test_a_long_number_stays_in_one_line_and_code_keeps_its_own_spaces(book):
    book.write("page", "# Page\n\n67 108 864 and in 2014 20 runs; `1 000`.\n\n```\n1 000\n```\n")
    book.build()
    article = BeautifulSoup(book.html("page"), "html.parser").article
    assert "67\u00a0108\u00a0864 and in 2014 20 runs" in article.p.get_text()
    assert "1\u00a0000" not in article.get_text()
    assert "1 000" in article.code.get_text() and "1 000" in article.pre.get_text()
