"""The book on paper, read back from its PDF."""

import re
import unicodedata

import pytest
import yaml
from bs4 import BeautifulSoup

from course_lib.errors import CourseError
from course_lib.i18n import LANGUAGES
from course_lib.publish import chromium, paper
from course_lib.publish.paper.book import Chapter
from course_lib.publish.paper.finish import finish
from course_lib.publish.paper.numbers import pages_of
from course_lib.publish.words import title, words
from tests.browser.conftest import ROOT

pytestmark = pytest.mark.browser
TEX = re.compile(r"\\(?:\[|frac|mathbf|begin\{|odot|tanh|partial|sigma)|\$\$")


class Printed:
    """A PDF: its reader, and the text of each page without the spaces a PDF scatters."""

    def __init__(self, path):
        from pypdf import PdfReader

        self.reader = PdfReader(path)
        texts = [page.extract_text() for page in self.reader.pages]
        self.written = "".join(texts)
        self.lines = [{line.strip() for line in text.splitlines()} for text in texts]
        self.pages = [bare(text) for text in texts]
        self.text = "".join(self.pages)


def bare(text):
    """Without spaces, and with the ligatures of a font as the letters that they are."""
    return re.sub(r"[\s\u200b\u00ad]+", "", unicodedata.normalize("NFKC", text))


@pytest.fixture(scope="module", params=LANGUAGES)  # a minute each, and one to read it
def printed(request, browser, site):
    """The whole book in one language, printed from the site of this checkout."""
    language = request.param
    if language == "zh_CN":
        request.getfixturevalue("chinese")
    return language, Printed(paper._make_pdf(ROOT, language, "")), site


def chapters(site, language):
    return paper.Book(site.folder, language).chapters


@pytest.mark.slow
def test_the_contents_name_every_chapter_with_the_page_it_is_on(printed):
    language, pdf, site = printed
    named = chapters(site, language)
    first = _first_page(pdf, named[0])
    assert bare(words(language)["contents"]) in "".join(pdf.pages[1:first])
    entries = {bare(line) for lines in pdf.lines[1:first] for line in lines}
    assert len(named) >= len(site.pages)
    for chapter in named:
        entry = re.compile(re.escape(bare(chapter.title)) + r"(\d+)")
        [number] = [int(found[1]) for found in map(entry.fullmatch, entries) if found]
        lines = pdf.pages[number - 1]
        assert bare(chapter.title) in lines, (chapter.title, number)
        assert str(number) in pdf.lines[number - 1], (chapter.title, number)
    wanted = [title for chapter in named for title in [chapter.title, *_titles(chapter)]]
    assert [mark.title for mark in _flat(pdf.reader.outline, deep=2)] == wanted


def _first_page(pdf, chapter):
    return next(
        n
        for n, page in enumerate(pdf.pages)
        if n > 1 and bare(chapter.sections[0][1]) in page[:900]
    )


def _titles(chapter):
    return [text for _, text in chapter.sections]


def _flat(outline, deep):
    for entry in outline:
        if isinstance(entry, list):
            yield from _flat(entry, deep - 1) if deep > 1 else ()
        else:
            yield entry


@pytest.mark.slow
def test_the_words_of_the_language_are_there_and_no_tex_and_every_font_is_inside(printed):
    language, pdf, site = printed
    entries = yaml.safe_load((ROOT / "course_lib/i18n/glossary.yml").read_text(encoding="utf-8"))
    for english in ("forget gate", "backward pass", "long short-term memory"):
        entry = next(entry for entry in entries if entry["en"] == english)
        said = english if language == "en" else entry[language]["use"]
        # As a reader's search would find it: the very signs, not those that look like them.
        assert re.sub(r"\s", "", said) in re.sub(r"\s", "", pdf.written), said
    assert not re.search("[\u2e80-\u2fdf]", pdf.written), "radicals in place of ideographs"
    assert bare(title(language)) in pdf.pages[0]
    prose = "".join(
        bare(block.get_text())
        for page in site.pages
        for block in _soup(site, language, page).select("article pre")
    )
    found = {tex for tex in TEX.findall(pdf.text)} - set(TEX.findall(prose))
    assert found == set()
    fonts = {}
    for page in pdf.reader.pages:
        for name, font in (page["/Resources"].get("/Font") or {}).items():
            fonts[name] = font.get_object()
    assert fonts
    for font in fonts.values():
        inside = font if font["/Subtype"] == "/Type3" else _descriptor(font)
        assert "/CharProcs" in inside or {"/FontFile", "/FontFile2", "/FontFile3"} & set(inside)


def _descriptor(font):
    below = font.get("/DescendantFonts")
    font = below[0].get_object() if below else font
    return font["/FontDescriptor"].get_object()


def _soup(site, language, page):
    path = site.folder / language / f"{page}.html"
    return BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")


@pytest.mark.slow
def test_every_figure_is_there_as_a_picture_and_every_answer_of_a_quiz_can_be_read(printed):
    language, pdf, site = printed
    code = language.replace("_", "-")
    titles, answers = [], 0
    for page in site.pages:
        soup = _soup(site, language, page)
        titles += [
            bare(shown.get_text()) for shown in soup.select(f'.course-still span[lang="{code}"]')
        ]
        answers += len(soup.select(".quiz-option"))
    assert titles and answers > 20
    for shown in set(titles):
        assert pdf.text.count(shown) >= titles.count(shown), shown
    say = words(language)
    verdicts = pdf.text.count(bare("✓" + say["right"])) + pdf.text.count(bare("✗" + say["wrong"]))
    assert verdicts == answers


@pytest.mark.slow
def test_each_paragraph_can_be_printed_in_a_second_language(chinese, site):
    pdf = Printed(paper._make_pdf(ROOT, "id", "zh_CN"))
    one, other = (paper.Book(site.folder, language).chapters for language in ("id", "zh_CN"))
    for mine, theirs in zip(one, other, strict=True):
        assert bare(mine.title) in pdf.text and bare(theirs.title) in pdf.text
    marks = [mark.title for mark in pdf.reader.outline if not isinstance(mark, list)]
    assert marks == [chapter.title for chapter in one]  # in the first language alone
    assert bare(title("id")) in pdf.pages[0] and bare(title("zh_CN")) in pdf.pages[0]


def test_a_heading_that_was_not_printed_is_named(browser, tmp_path):
    page = tmp_path / "page.html"
    page.write_text('<!doctype html><a href="#here">x</a><h1 id="here">Here</h1>')
    chromium.print_page(page, tmp_path / "page.pdf")
    assert pages_of(tmp_path / "page.pdf", ["here"]) == {"here": 1}
    with pytest.raises(CourseError, match="not printed: gone"):
        pages_of(tmp_path / "page.pdf", ["here", "gone"])


def test_bookmarks_are_the_headings_wherever_their_lines_break(browser, tmp_path):
    page, pdf = tmp_path / "page.html", tmp_path / "page.pdf"
    title, section = "A heading, <em>of many words</em>, that breaks into lines", "Its section"
    page.write_text(
        '<!doctype html><title>x</title><a href="#one">x</a><a href="#two">x</a>'
        f'<h1 id="one" style="width: 9em">{title}</h1><h2 id="two">{section}</h2>'
    )
    chromium.print_page(page, pdf)
    title = BeautifulSoup(title, "html.parser").get_text()
    chapter = Chapter("one", title, "", sections=[("two", section)])
    finish(pdf, "Somebody", [chapter])
    reader = Printed(pdf).reader
    marks = list(_flat(reader.outline, deep=2))
    assert [mark.title for mark in marks] == [title, section]
    assert [reader.get_destination_page_number(mark) for mark in marks] == [0, 0]


def test_without_a_browser_or_a_font_one_sentence_says_what_to_install(monkeypatch):
    monkeypatch.setattr(chromium.shutil, "which", lambda name: None)
    with pytest.raises(CourseError, match="apt-get install chromium"):
        chromium.find()
    chromium.need_fonts(["zh_CN"])  # nothing tells the fonts: the system's are relied on
    monkeypatch.setattr(chromium.shutil, "which", lambda name: "/bin/true")
    with pytest.raises(CourseError, match="apt-get install fonts-noto-cjk"):
        chromium.need_fonts(["en", "zh_CN"])
    chromium.need_fonts(["en", "id"])
