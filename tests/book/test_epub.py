"""The book for e-readers: well-formed XHTML, maths as MathML, nothing that leads nowhere."""

import os
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from threading import Barrier
from xml.etree import ElementTree
from zipfile import ZipFile

import pytest
from rich.console import Console

from course_lib.errors import CourseError
from course_lib.figures import GateBoard
from course_lib.i18n import LANGUAGES
from course_lib.publish import epub
from course_lib.publish.epub.pack import packed
from course_lib.publish.paper.book import Book

from .epub_files import MATHML, OPF, SVG, XHTML, check, write_site

ROOT = Path(__file__).parents[2]
WHEN = datetime(2026, 5, 4, 3, 2, 1, tzinfo=UTC)


@pytest.fixture
def built(tmp_path, monkeypatch):
    """A course whose small book is built."""
    monkeypatch.setattr(epub, "build_book", lambda *_: None)
    for name in ("_config.yml", "_toc.yml"):
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    site = write_site(tmp_path / "_build/html")
    (site / "built.json").write_text("{}")
    return tmp_path


def make(root) -> list[Path]:
    return epub.make_epubs(root, ["en"], Console(quiet=True))


def test_a_small_book_is_packed_with_its_maths_pictures_and_links(tmp_path):
    trees = check(BytesIO(packed(Book(write_site(tmp_path), "en", author="Sepp & Co"), WHEN)))
    assert list(trees) == ["cover.xhtml", "nav.xhtml", "book-welcome.xhtml", "book-lstm.xhtml"]
    links = [link.get("href") for link in trees["nav.xhtml"].iter(f"{XHTML}a")]
    assert links == ["book-welcome.xhtml", "book-welcome.xhtml#book-welcome-part-0", links[2]]
    [drawing] = trees["book-lstm.xhtml"].iter(f"{SVG}svg")
    assert drawing.get("viewBox") == "0 0 1 1"
    cell = trees["book-lstm.xhtml"]
    [style] = cell.iter(f"{MATHML}mstyle")
    assert style.attrib == {"displaystyle": "false"} and style[0].tag == f"{MATHML}mfrac"
    assert [table.attrib for table in cell.iter(f"{MATHML}mtable")] == [{"displaystyle": "true"}]
    [fold] = cell.iter(f"{XHTML}summary")
    assert ["".join(part.itertext()) for part in fold] == ["Show"] and fold[0].tag == f"{XHTML}span"


def test_a_drawing_keeps_the_names_that_xml_asks_for(tmp_path):
    drawing = """<article class="bd-article"><h1>Drawn</h1><!-- a -- b -->
    <p id="formula">x&nbsp;y</p>
    <svg viewBox="0 0 1 1"><linearGradient gradientUnits="userSpaceOnUse" id="g"/>
    <marker viewBox="0 0 1 1" markerWidth="3"/><clipPath/><a xlink:href="http://a.org"/></svg>
    <p><img src="data:image/png;base64,AAAA" alt=""></p></article>"""
    trees = check(BytesIO(packed(Book(write_site(tmp_path, drawing), "en"), WHEN)))
    [svg] = trees["book-lstm.xhtml"].iter(f"{SVG}svg")
    assert [(part.tag.removeprefix(SVG), sorted(part.attrib)) for part in svg.iter()] == [
        ("svg", ["viewBox"]),
        ("linearGradient", ["gradientUnits", "id"]),
        ("marker", ["markerWidth", "viewBox"]),
        ("clipPath", []),
        ("a", ["{http://www.w3.org/1999/xlink}href"]),
    ]
    [image] = trees["book-lstm.xhtml"].iter(f"{XHTML}img")
    assert image.get("src") == "data:image/png;base64,AAAA"


@pytest.mark.parametrize(
    ("spoiled", "said"),
    [
        ("<p>one \x0b two</p>", r'"The cell".* no XML.*one \\x0b two'),
        ("<p our:own='1'>one</p>", r'"The cell".*unbound prefix.*our:own'),
        ("<img src='https://a.org/b.png' alt=''>", r'"The cell" shows https://a\.org/b\.png'),
    ],
)
def test_a_page_that_no_e_reader_could_show_is_named(tmp_path, spoiled, said):
    page = f'<article class="bd-article"><h1>The cell</h1>{spoiled}</article>'
    with pytest.raises(CourseError, match=said):
        packed(Book(write_site(tmp_path, page), "en"), WHEN)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_figure_speaks_the_language_of_the_book_alone_without_any_style(tmp_path, language):
    figure = GateBoard()
    page = f'<article class="bd-article"><h1 id="formula">Gates</h1>{figure.html()}</article>'
    made = packed(Book(write_site(tmp_path, page, language), language), WHEN)
    tree = check(BytesIO(made))["book-lstm.xhtml"]
    [still] = [e for e in tree.iter(f"{XHTML}div") if e.get("class") == "course-still"]
    spoken = ["".join(part.itertext()) for part in still.iter() if part.text]
    for name in ("title", "legend"):
        words = {key: figure.words[key][name] for key in LANGUAGES}
        assert {key: spoken.count(said) for key, said in words.items()} == {
            key: int(key == language) for key in LANGUAGES
        }
    assert not [part for part in still.iter() if part.get("lang")]  # that of the page


def test_two_may_pack_the_same_book_at_once(built, monkeypatch):
    both_written, replace = Barrier(2), os.replace

    def replace_together(*files):
        both_written.wait(60)
        replace(*files)

    monkeypatch.setattr(os, "replace", replace_together)
    with ThreadPoolExecutor(2) as two:
        [made], same = two.map(make, [built, built])
    assert same == [made] and list(made.parent.iterdir()) == [made]
    check(made)


@pytest.mark.parametrize(
    "lost", ["book/lstm.html", "_images/one.webp", "_static/maths.1.css", "../built.json"]
)
def test_a_site_that_goes_away_meanwhile_is_said_and_leaves_the_last_epub(built, lost):
    [good] = make(built)
    before = good.read_bytes()
    (built / "_build/html/en" / lost).unlink()
    with pytest.raises(CourseError, match="built again meanwhile"):
        make(built)
    assert good.read_bytes() == before and list(good.parent.iterdir()) == [good]


def test_an_epub_is_not_put_together_out_of_two_sites(built, monkeypatch):
    def exchanged_meanwhile(book, modified):
        os.utime(built / "_build/html/built.json", (1, 1))
        return packed(book, modified)

    monkeypatch.setattr(epub, "packed", exchanged_meanwhile)
    with pytest.raises(CourseError, match=r"built\.json changed"):
        make(built)
    assert not list((built / "_build").glob("epub/*"))


def test_the_same_site_gives_the_same_bytes_whenever_it_is_packed(built, monkeypatch):
    os.utime(built / "_build/html/built.json", (WHEN.timestamp(), WHEN.timestamp()))
    [made] = make(built)
    first = made.read_bytes()
    later = time.localtime(time.time() + 100_000)
    monkeypatch.setattr(time, "localtime", lambda *_: later)  # what ZIP asks
    make(built)
    assert made.read_bytes() == first
    with ZipFile(made) as archive:
        package = ElementTree.fromstring(archive.read("book/package.opf"))
    said = [meta.text for meta in package.iter(f"{OPF}meta") if "modified" in meta.get("property")]
    assert said == ["2026-05-04T03:02:01Z"]
