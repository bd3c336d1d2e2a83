"""What a browser and a search engine are told about a page in its language."""

import re
from pathlib import Path

import pytest

from course_lib.i18n import LANGUAGES, translator
from course_lib.publish.config import derive
from course_lib.publish.sphinx.site import LONG, description, html_code
from course_lib.publish.words import TITLE, title

ROOT = Path(__file__).parents[2]
CSS = (ROOT / "book/web/static/course.css").read_text("utf-8")


def rule(selector: str, sheet: str = CSS) -> str:
    """Everything that the rules with this selector say."""
    return " ".join(re.findall(rf"{re.escape(selector)}\s*\{{([^}}]*)\}}", sheet))


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("<h1>T</h1><p>A</p><p>The first sentence of a page.</p>", "The first sentence of a page."),
        ("<p>The sum <span class='math'>x</span> of all numbers.</p>", "The sum … of all numbers."),
        ("<p>这是一章的第一段，讲的是网络怎样把很久以前的输入记住。</p>",
         "这是一章的第一段，讲的是网络怎样把很久以前的输入记住。"),
        ("<h1>T</h1><p class='course-needs'>You need: another chapter.</p><h2>1</h2>"
         "<p>The first sentence of the page.</p>", "The first sentence of the page."),
        ("<p>short</p>", ""),
        ("", ""),
    ],
)  # fmt: skip
def test_a_page_describes_itself_in_its_first_words(body, told):
    assert description(body) == told


def test_a_long_description_is_cut_between_words_or_chinese_signs():
    english = description(f"<p>{'seven wonders ' * 40}</p>")
    assert english.endswith(("seven…", "wonders…")) and LONG - 10 < len(english) <= LONG + 1
    chinese = description(f"<p>{'长短期记忆网络' * 40}</p>")
    assert chinese == ("长短期记忆网络" * 40)[:LONG] + "…"


def test_titles_and_codes_are_of_the_language():
    titles = {language: title(language) for language in LANGUAGES}
    assert titles["en"] == TITLE and len(set(titles.values())) == len(LANGUAGES)
    assert [html_code(language) for language in LANGUAGES] == ["en", "id", "zh-CN"]
    assert translator("zh_CN")(TITLE) == titles["zh_CN"]


def test_a_figure_has_its_number_as_the_language_writes_it(tmp_path):
    formats = {
        language: derive(ROOT, language, tmp_path)["sphinx"]["config"]["numfig_format"]["figure"]
        for language in LANGUAGES
    }
    numbered = {language: text % 1 for language, text in formats.items()}
    assert numbered == {"en": "Fig. 1", "id": "Gambar 1", "zh_CN": "图 1"}


def test_lines_are_broken_as_the_language_breaks_them():
    assert "line-break: strict" in rule(":lang(zh-CN)")
    assert "hyphens: auto" in rule(".bd-article :is(p, li, dd)")  # the browser goes by `lang`
    assert "hyphens: manual" in rule(".bd-article :is(code, pre, math, .notranslate)")
    assert "text-emphasis" in rule(
        ".bd-article em:lang(zh-CN):not(.latin)"
    )  # Chinese has no italics
    assert "Noto Sans CJK SC" in rule(":lang(zh-CN)")


def test_what_stands_in_english_is_marked_by_more_than_colour():
    assert "border-inline-start" in rule(".bd-article .untranslated")
    assert "border-inline-start" in rule(".course-behind")
