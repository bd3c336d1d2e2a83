"""axe finds nothing: every kind of page and every state a reader brings it to, in each language and
colour mode. One of each is quick; the whole table is slow."""

import re
import shutil
import unicodedata
from itertools import cycle

import pytest

from course_lib.i18n import LANGUAGES
from tests.browser.axe import findings
from tests.browser.patient import wait
from tests.slow import slow_but

pytestmark = pytest.mark.browser

MODES = ("light", "dark")
CHAPTER = "book/gates/lstmp.html"  # it has a figure, quizzes, pictures, tables and terms
STAYS = "return document.readyState === 'complete'"
LIVE = "return !!document.querySelector('.course-live .fig-says')?.textContent"

#: Kind of page or state -> (page, width, what a reader does there, when it is done).
KINDS = {
    "welcome": ("book/welcome.html", 1280, "", STAYS),
    "notation": ("book/notation.html", 1280, "", STAYS),
    "glossary": ("book/glossary.html", 1280, "", STAYS),
    "chapter with a figure": (CHAPTER, 1280, "", LIVE),
    "chapter on a phone": (CHAPTER, 390, "", LIVE),
    "quizzes answered": (
        CHAPTER,
        1280,
        "document.querySelectorAll('details').forEach((answer) => { answer.open = true })",
        "return document.querySelector('.quiz-why').checkVisibility()",
    ),
    "bilingual reading": (
        "book/welcome.html",
        1280,
        "document.querySelector('.course-languages').open = true;"
        "document.querySelectorAll('input[name=course-second]')[1].click()",
        "return document.querySelectorAll('.second-language').length > 5",
    ),
    "a term explained": (
        CHAPTER,
        1280,
        "document.querySelector('article a[href*=\"glossary.html#term-\"]').dispatchEvent("
        "new PointerEvent('pointerover', {bubbles: true, pointerType: 'mouse'}))",
        "return document.querySelector('.course-term-note').checkVisibility()",
    ),
    "words found in a page": (
        f"{CHAPTER}?highlight=lstm",
        1280,
        "",
        "return document.querySelectorAll('.highlighted').length > 3",
    ),
    "search": (
        "search.html?q=LSTM",
        1280,
        "",
        "return document.querySelectorAll('#search-results li').length > 2",
    ),
    "index": ("genindex.html", 1280, "", STAYS),
}
TABLE = [(kind, language, mode) for kind in KINDS for language in LANGUAGES for mode in MODES]
# Each kind once, and the languages and modes in turn.
QUICK = list(zip(KINDS, cycle(LANGUAGES), cycle(MODES), strict=False))


@pytest.fixture
def look(browser, site):
    """A function that opens a page in a colour mode at a width."""

    def open_page(address, mode, width=1280):
        size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 500}
        browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        browser.get(site.url + "/favicon.svg")
        browser.execute_script(
            "localStorage.clear(); sessionStorage.clear();"
            "for (const key of ['mode', 'theme']) localStorage.setItem(key, arguments[0])",
            mode,
        )
        browser.get(address)
        wait(lambda: browser.execute_script(STAYS))

    yield open_page
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "", "features": []})
    browser.get(site.url + "/favicon.svg")
    browser.execute_script("localStorage.clear(); sessionStorage.clear()")


@pytest.mark.parametrize(
    ("kind", "language", "mode"),
    [
        pytest.param(*row, marks=[] if row in QUICK else [pytest.mark.slow], id="-".join(row))
        for row in TABLE
    ],
)
def test_axe_finds_nothing(browser, site, look, kind, language, mode):
    page, width, act, done = KINDS[kind]
    look(f"{site.url}/{language}/{page}", mode, width)
    browser.execute_script(act)
    wait(lambda: browser.execute_script(done))
    assert browser.execute_script("return document.documentElement.dataset.theme") == mode
    assert findings(browser) == []


@pytest.mark.slow
@pytest.mark.whole
@pytest.mark.parametrize("language", LANGUAGES)
def test_axe_finds_nothing_on_any_page(browser, site, look, language):
    """In each language, and in both modes in turn: every kind of page is looked at in all of
    them above."""
    first = list(LANGUAGES).index(language)
    found = {}
    for number, page in enumerate(site.pages, first):
        mode = MODES[number % 2]
        look(site.address(language, page), mode)
        assert browser.execute_script("return document.documentElement.dataset.theme") == mode
        if lines := findings(browser):
            found[page] = lines
    assert len(site.pages) > 20 and found == {}


@pytest.mark.parametrize("mode", MODES)
def test_axe_finds_nothing_on_the_front_door(browser, site, look, mode, tmp_path):
    """It leaves at once for the reader's language: what is looked at is the page that stays when
    nothing may run."""
    page = (site.folder / "index.html").read_text(encoding="utf-8")
    without = re.sub(r"<script>.*?</script>", "", page, flags=re.S)
    assert without != page
    (tmp_path / "index.html").write_text(without, encoding="utf-8")
    shutil.copy(site.folder / "favicon.svg", tmp_path)
    feature = {"name": "prefers-color-scheme", "value": mode}
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [feature]})
    look((tmp_path / "index.html").as_uri(), mode)
    assert browser.title and findings(browser) == []


@pytest.mark.parametrize("language", slow_but(["id"], LANGUAGES))
def test_a_screen_reader_is_told_every_formula(browser, site, language):
    """In the tree that the browser gives to a screen reader each formula is one of maths, with the
    signs that one reads; none is hidden from it, and none is a picture."""
    browser.get(site.address(language, CHAPTER.removesuffix(".html")))
    seen = "[...document.querySelectorAll('article math')].filter((m) => m.checkVisibility())"
    wanted = browser.execute_script(
        f"return {seen}.filter((m) => m.ariaHidden !== 'true').map((m) => m.textContent)"
    )
    # What names a button or a column is said in words, since a name has no formulas in it.
    named = browser.execute_script(
        f"return {seen}.filter((m) => m.ariaHidden === 'true')"
        ".map((m) => m.parentElement.nextElementSibling?.matches('.course-spoken'))"
    )
    assert all(named)
    tree = browser.execute_cdp_cmd("Accessibility.getFullAXTree", {})["nodes"]
    nodes = {node["nodeId"]: node for node in tree}

    def said(node):
        if node["role"]["value"] == "StaticText":
            return node["name"]["value"]
        return "".join(said(nodes[child]) for child in node.get("childIds", []) if child in nodes)

    formulas = [
        n for n in tree if not n["ignored"] and n["role"]["value"] in ("MathMLMath", "math")
    ]

    def bare(text):
        return re.sub(r"\s", "", unicodedata.normalize("NFKC", text))

    heard = [bare(said(node)) for node in formulas]
    assert len(wanted) > 20
    assert [text for text in wanted if bare(text) not in heard] == []


def test_axe_would_find_what_is_planted(browser, site, look):
    look(site.address("en", "book/welcome"), "light")
    browser.execute_script(
        """document.querySelector('article').insertAdjacentHTML('beforeend',
        '<img src="../_static/favicon.svg"><p style="color: #ccc; background: #fff">grey</p>'
        + '<h6>too deep</h6><a href="#x"></a>')"""
    )
    found = {line.partition(":")[0] for line in findings(browser)}
    assert {"image-alt", "color-contrast", "heading-order", "link-name"} <= found
