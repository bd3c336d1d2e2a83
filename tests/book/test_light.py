"""What the published edition leaves out, and what it must not."""

import re
from io import BytesIO

import pytest
from bs4 import BeautifulSoup
from fontTools.ttLib import TTFont
from PIL import Image, ImageChops

from course_lib.publish.light import css, fonts, pictures

SHEET = """
.known { color: red } .unknown { color: blue }
.known > .unknown, #here .known:not(.unknown), a:is(.known, .unknown) { margin: 0 }
@media print { .unknown { display: none } .known { width: 1px } }
@media screen { .unknown { display: none } }
@font-face { font-family: "Asked"; src: url("a.woff2") }
@font-face { font-family: Unasked; src: url("b.woff2") }
p { font-family: Asked, serif; background: url("p.png") }
"""


def test_only_rules_that_no_page_can_use_are_left_out():
    used = css.used_part(SHEET, frozenset({"known", "here"}))
    assert "blue" not in used and "screen" not in used and "Unasked" not in used
    for kept in ("color: red", "#here .known:not(.unknown),a:is(.known, .unknown)", "width: 1px"):
        assert kept in used
    assert ".known > .unknown" not in used
    assert re.findall(r'url\("([^"]+)"\)', used) == ["a.woff2", "p.png"]


def test_what_was_left_of_a_style_sheet_is_kept_for_the_names_that_it_asks_for(tmp_path):
    names = frozenset({"known", "here"})
    first = css.kept_part(SHEET, names, tmp_path)
    assert first == css.used_part(SHEET, names)
    (kept,) = tmp_path.iterdir()
    kept.write_text("kept")
    assert css.kept_part(SHEET, names | {"of-another-sheet"}, tmp_path) == "kept"
    assert css.kept_part(SHEET, names - {"here"}, tmp_path) == css.used_part(
        SHEET, names - {"here"}
    )
    assert css.kept_part(f"{SHEET}\n", names, tmp_path) == css.used_part(f"{SHEET}\n", names)


@pytest.mark.slow
def test_a_class_that_only_a_script_names_keeps_its_rules(book):
    book.build()
    sheet = next((book.root / "_build/html/en/_static").glob("book.*.css")).read_text("utf-8")
    assert ".second-language" in sheet  # course.js makes these
    assert ".fa-magnifying-glass" in sheet and ".fa-accessible-icon" not in sheet


@pytest.mark.slow
def test_a_page_asks_for_few_files_by_names_that_change_with_them(book):
    book.write("page", "# Page\n\nThe state $h_t$.\n")
    book.build()
    folder = book.root / "_build/html/en/book"
    for name, sheets in (("page", ["book", "maths"]), ("welcome", ["book"])):
        page = BeautifulSoup(book.html(name), "html.parser")
        links = [link["href"] for link in page.select('link[rel="stylesheet"]')]
        assert [
            re.fullmatch(r"\.\./_static/(\w+)\.[0-9a-f]{12}\.css", x)[1] for x in links
        ] == sheets
        scripts = [script["src"] for script in page.select("script[src]")]
        assert scripts and all(re.search(r"\?(v|digest)=\w{8,}$", src) for src in scripts)
        assert all(script.has_attr("defer") for script in page.select("script[src]"))
        assert not [src for src in scripts if "search" in src]
        for url in links + scripts:
            assert (folder / url.partition("?")[0]).is_file(), url
    search = BeautifulSoup((folder.parent / "search.html").read_text("utf-8"), "html.parser")
    assert [x for x in search.select("script[src]") if "searchindex.js?v=" in x["src"]]


@pytest.mark.slow
def test_a_name_stays_while_its_file_does_and_changes_with_it(book):
    def sheet():
        return next((book.root / "_build/html/en/_static").glob("book.*.css")).name

    book.build()
    first = sheet()
    book.write("page", "# Page\n\nOther words.\n")
    book.build()
    assert sheet() == first
    book.write("page", '# Page\n\n<p class="sd-text-success">Green.</p>\n')
    book.build()
    assert sheet() != first


def test_the_font_of_the_page_has_every_sign_of_its_formulas(book):
    book.write("page", "# Page\n\n$$\\mathbf{W} \\odot \\theta \\approx h \\in \\mathbb{R}$$\n")
    book.build()
    sheet = next((book.root / "_build/html/en/_static").glob("maths.*.css")).read_text("utf-8")
    font = TTFont(BytesIO(_first_font(sheet)))
    signs = {chr(code) for code in font.getBestCmap()}
    maths = BeautifulSoup(book.html("page"), "html.parser").select_one("article math")
    shown = {fonts.italic(sign) for sign in "".join(maths.text.split())} | {"𝐖", "⊙", "≈", "ℝ", "ℎ"}
    assert shown <= signs
    assert "MATH" in font
    assert len(signs) < 400


def test_the_icons_of_the_theme_are_in_its_font_and_no_others(book):
    book.write("page", "# Page\n\n:::{note}\nA note.\n:::\n")
    book.build()
    sheet = next((book.root / "_build/html/en/_static").glob("book.*.css")).read_text("utf-8")
    signs = {chr(code) for code in TTFont(BytesIO(_first_font(sheet))).getBestCmap()}
    for rule in (r"fa-magnifying-glass[^{]*\{[^}]*", r"--pst-icon-info-circle:\s*"):
        named = re.search(rule + r'"\\?(\w+|.)"', sheet)[1]
        assert (named if len(named) == 1 else chr(int(named, 16))) in signs
    assert len(signs) < 120


def test_a_letter_alone_is_shown_italic():
    assert "".join(map(fonts.italic, "xXθΔh∂ϕ∇ς1+⊙")) == "𝑥𝑋𝜃𝛥ℎ𝜕𝜙𝛻𝜍1+⊙"


@pytest.mark.slow
def test_a_picture_is_the_same_to_the_last_pixel_smaller_and_knows_its_size(book, tmp_path):
    drawing = (
        "import matplotlib.pyplot as plt\nplt.plot([1, 4, 2])\nplt.gcf().set_size_inches(3, 2)"
    )
    book.cells("page", drawing)
    book.build()
    shown = BeautifulSoup(book.html("page"), "html.parser").select_one("article .cell_output img")
    published = book.root / "_build/html/en/book" / shown["src"]
    made = next((book.root / "_build/book/en/_build/html/_images").glob("*.png"))
    with Image.open(made) as before, Image.open(published) as after:
        assert (
            ImageChops.difference(before.convert("RGBA"), after.convert("RGBA")).getbbox() is None
        )
        assert (int(shown["width"]), int(shown["height"])) == before.size
    assert published.stat().st_size < made.stat().st_size


def test_a_picture_that_webp_would_make_larger_stays_as_it_is(tmp_path):
    png = tmp_path / "dot.png"
    Image.new("RGB", (1, 1)).save(png)
    png.write_bytes(png.read_bytes())
    (tmp_path / "kept").mkdir()
    before = png.read_bytes()
    kept = tmp_path / "kept" / f"{pictures.sha256(before).hexdigest()[:20]}.webp"
    kept.write_bytes(b"x" * 1000)
    found = pictures.publish(png, tmp_path / "kept")
    assert found.name.endswith(".png") and (tmp_path / found.name).read_bytes() == before


def _first_font(sheet: str) -> bytes:
    from base64 import b64decode

    return b64decode(re.search(r"data:font/woff2;base64,([^\"]+)", sheet)[1])
