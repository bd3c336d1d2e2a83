"""Formulas become MathML when the book is built, or the build says which one cannot."""

from xml.etree import ElementTree

import pytest
from bs4 import BeautifulSoup

from course_lib.errors import CourseError
from course_lib.publish.sphinx.maths import FormulaError, mathml

FORMULAS = [
    r"\mathbf{h}_t=\tanh(\mathbf{x}_t\mathbf{W}^{xh}+\mathbf{h}_{t-1}\mathbf{W}^{hh}+\mathbf{b}^{h})",
    r"\mathbf{W}^{xh}\in\mathbb{R}^{I\times H}",
    r"\mathbf{W}_{ii}^\top",
    r"\underbrace{4H(I+H)}_{\text{weights}}+8H",
    r"\begin{bmatrix}1&2\\3&4\end{bmatrix}",
    r"\left\|\frac{\partial \mathbf{h}_T}{\partial \mathbf{h}_1}\right\|\le\prod_{t=2}^T a_t",
    r"\begin{aligned}a&=b\odot c\\d&=e\end{aligned}",
    r"\begin{cases}x & x>0\\0 & \text{otherwise}\end{cases}",
    r"\hat{y},\ \sigma'(a),\ \sqrt{n},\ 10^{-7}\quad\operatorname{diag}(\mathbf{a})",
]


@pytest.mark.parametrize("display", [False, True])
@pytest.mark.parametrize("tex", FORMULAS)
def test_the_formulas_of_the_course_become_well_formed_mathml_that_carries_its_tex(tex, display):
    markup = mathml(tex, display).replace("&ApplyFunction;", "\u2061")
    tree = ElementTree.fromstring(markup)
    assert tree.tag == "math"
    assert tree.get("alttext") == " ".join(tex.split())
    assert (tree.get("display") == "block") == display
    assert "\\" not in "".join(tree.itertext())


def test_an_aligned_formula_is_a_table_with_a_row_for_each_line():
    tree = ElementTree.fromstring(mathml(r"\begin{aligned}a&=b\\c&=d\\e&=f\end{aligned}", True))
    assert len(list(tree.iter("mtr"))) == 3


@pytest.mark.parametrize("tex", [r"\nosuchmacro x", r"\frac{1}{", "x_{", "a & b"])
def test_what_cannot_be_shown_is_an_error_and_never_half_a_formula(tex):
    with pytest.raises(FormulaError):
        mathml(tex)


def test_a_formula_that_cannot_be_shown_fails_the_build_by_page_and_formula(book):
    book.write("page", "# Page\n\nText with $\\nosuchmacro x$ in it.\n")
    with pytest.raises(CourseError) as failure:
        book.build()
    assert "book/page.md, line 3: The formula $\\nosuchmacro x$ cannot be shown" in str(
        failure.value
    )


@pytest.mark.slow
def test_a_display_formula_survives_translation_of_the_page_around_it(book):
    book.write("page", "# Page\n\nText.\n\n$$\nE = mc^2\n$$ (energy)\n\nSee {eq}`energy`.\n")
    folder = book.root / "book/locales/id/LC_MESSAGES/book"
    folder.mkdir(parents=True)
    # As a catalog of before the mend would have it: the formula among the sentences.
    (folder / "page.po").write_text(
        'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\n'
        'msgid "Text."\nmsgstr "Teks."\n\nmsgid "E = mc^2"\nmsgstr "E = mc^3"\n'
    )
    book.build("id")
    page = BeautifulSoup(book.html("page", "id"), "html.parser")
    assert "Teks." in page.text
    assert page.select_one("div.math math")["alttext"] == "E = mc^2"
    assert page.select_one("div.math .eqno").text.startswith("(1)")
    assert not page.select("script[src*=mathjax]")
