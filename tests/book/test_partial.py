"""An edition that is behind: English block by block, each with a mark, and a page that says so."""

from datetime import date

import polib
import pytest
from bs4 import BeautifulSoup

from course_lib.publish.po import merge
from course_lib.publish.sources import BOOK, Source
from course_lib.publish.version import FROM, SOURCE, source_hash, translated_from
from course_lib.publish.words import words

FIRST = ("Page", "One gate stays.", "The cell state is a sum.", "The last one.")
SAID = ("Halaman", "Satu gerbang tetap.", "Keadaan sel adalah jumlah.", "Yang terakhir.")


def translate(path, said):
    catalog = polib.pofile(str(path))
    for entry in catalog:
        entry.msgstr = said.get(entry.msgid, entry.msgstr)
        if entry.msgid in said and "fuzzy" in entry.flags:
            entry.flags.remove("fuzzy")
    catalog.save(str(path))


def page(*texts):
    return "# " + "\n\n".join(texts) + "\n"


def test_the_header_remembers_of_which_english_a_catalog_is_the_translation(tmp_path, monkeypatch):
    class Day(date):
        today = classmethod(lambda cls: cls.now)

    monkeypatch.setattr("course_lib.publish.version.date", Day)
    path = tmp_path / "page.po"

    def update(day, *messages):
        Day.now = Day(2026, 11, day)
        merge(Source("page", messages, ""), path, "id")
        return polib.pofile(str(path)).metadata

    assert update(1, "One.", "Two.")[SOURCE] == f"{source_hash(['One.', 'Two.'])} 2026-11-01"
    assert translated_from(path) is None  # nothing is translated
    translate(path, {"One.": "Satu.", "Two.": "Dua."})
    assert translated_from(path) == date(2026, 11, 1)
    assert update(2, "One.", "Two.")[SOURCE].endswith("11-01")  # the same English: no change
    said = update(3, "One.", "Two.", "Three is new here.")
    assert said[SOURCE].endswith("11-03") and said[FROM].endswith("11-01")
    assert translated_from(path) == date(2026, 11, 1)
    assert update(4, "One.", "Two.", "Four is new here.")[FROM].endswith("11-01")
    translate(path, {"Four is new here.": "Empat."})
    assert translated_from(path) == date(2026, 11, 4)
    assert update(5, "One.", "Two.", "Four is new here.")[SOURCE].endswith("11-04")
    before = path.read_bytes()
    update(6, "One.", "Two.", "Four is new here.")
    assert path.read_bytes() == before


@pytest.fixture
def half(book):
    """A page whose English went on after it was translated, and one of which half is translated."""
    book.write("page", page(*FIRST))
    catalog = book.root / BOOK.format(language="id") / "book/page.po"
    merge(Source("book/page", FIRST, BOOK), catalog, "id")
    translate(catalog, dict(zip(FIRST, SAID, strict=True)))
    text = catalog.read_text("utf-8")
    assert SOURCE in text
    catalog.write_text(text.replace(date.today().isoformat(), "2026-03-09"), "utf-8")
    now = (*FIRST[:2], "The cell state is a long sum.", FIRST[3], "A new paragraph of $x$.")
    book.write("page", page(*now))
    merge(Source("book/page", now, BOOK), catalog, "id")
    text = "# Welcome\n\nHello there.\n\n- An item.\n\n| head |\n|--|\n| a cell |\n"
    book.write("welcome", text)
    welcome = catalog.with_name("welcome.po")
    merge(Source("book/welcome", ("Welcome", "An item."), BOOK), welcome, "id")
    translate(welcome, {"An item.": "Satu butir."})
    book.build("en", "id")
    return book


def english_blocks(soup):
    return [tag.get_text(strip=True) for tag in soup.select("article .untranslated")]


@pytest.mark.slow
def test_english_stands_for_what_is_behind_with_a_mark_and_the_page_says_since_when(half):
    soup = BeautifulSoup(half.html("page", "id"), "html.parser")
    marked = soup.select("article .untranslated")
    assert [tag["lang"] for tag in marked] == ["en", "en"]
    assert [tag.get_text()[:20] for tag in marked] == [
        "The cell state is a ",
        "A new paragraph of x",
    ]
    assert "Satu gerbang tetap." in soup.article.get_text()
    note = soup.select_one(".course-behind")
    assert note["role"] == "note"
    told = words("id")["translated_from"].format(date="9 Maret 2026", count=2)
    assert told in note.get_text()
    link = note.select_one("a")
    assert (link["href"], link["hreflang"]) == ("../../en/book/page.html", "en")

    soup = BeautifulSoup(half.html("welcome", "id"), "html.parser")
    assert english_blocks(soup) == ["Welcome#", "Hello there.", "head", "a cell"]
    assert (
        words("id")["untranslated"].format(count=4) in soup.select_one(".course-behind").get_text()
    )

    for name in ("page", "welcome"):  # the English itself is never behind
        english = BeautifulSoup(half.html(name, "en"), "html.parser")
        assert not english.select(".untranslated, .course-behind")

    # what a search engine reads: the language, the other editions, the title, the description
    page = BeautifulSoup(half.html("page", "id"), "html.parser")
    assert page.html["lang"] == "id" and page.title.get_text().startswith("Halaman")
    links = {tag["hreflang"]: tag["href"] for tag in page.select('head link[rel="alternate"]')}
    assert links == {
        "en": "../../en/book/page.html",
        "id": "../../id/book/page.html",
        "zh-CN": "../../zh_CN/book/page.html",
        "x-default": "../../en/book/page.html",
    }
    (about,) = page.select('head meta[name="description"]')
    assert about["content"] == "The cell state is a long sum."
