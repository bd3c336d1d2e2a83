"""Reading: words explained where they stand, and a search that finds them in each language."""

import re

import nbformat
import pytest
from bs4 import BeautifulSoup
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from course_lib.i18n import LANGUAGES
from course_lib.publish.way import CHAPTERS
from tests.browser.patient import becomes, focus, press, wait

pytestmark = pytest.mark.browser

CHAPTER = "book/gates/lstmp"
TERM = 'article a[href$="glossary.html#term-cell-state"]'
NOTE = ".course-term-note"
#: What only MyST understands.
MYST = re.compile(r"^:::|^```\{|\{(?:ref|term|doc|eq)\}`|^\([\w-]+\)=$", re.M)
LOADED = """return performance.getEntriesByType('resource')
    .filter((entry) => /fetch|xmlhttprequest|script|iframe/.test(entry.initiatorType)).length"""
#: What the note says of the cell state, in each language.
MEANS = {"en": "cell state", "id": "keadaan sel", "zh_CN": "单元状态"}
#: What a reader searches for, and the languages in whose book it stands.
QUICK = [("en", "gate"), ("id", "turunan"), ("zh_CN", "反向传播"), ("zh_CN", "门控")]
OTHER = [
    pytest.param(language, word, marks=pytest.mark.slow)
    for language, word in [
        ("zh_CN", "gate"),
        ("id", "gate"),
        *[(language, "BPTT") for language in LANGUAGES],
        *[(language, "LSTM") for language in LANGUAGES],
        ("id", "gerbang lupa"),
        ("zh_CN", "遗忘门"),
    ]
]


@pytest.fixture(autouse=True)
def clean(browser, site):
    """Every test begins as a reader who has never been here, at a desk."""
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    browser.get(site.url + "/favicon.svg")
    browser.execute_script("localStorage.clear(); sessionStorage.clear()")
    yield
    browser.execute_cdp_cmd("Emulation.setTouchEmulationEnabled", {"enabled": False})
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def note(browser):
    """What the note says, "" while there is none to see."""
    return browser.execute_script(
        f"const note = document.querySelector('{NOTE}');"
        "return note?.checkVisibility() ? note.textContent : ''"
    )


def opens(browser):
    wait(lambda: note(browser))


def closes(browser):
    becomes(lambda: note(browser), "")


def point_at(browser, selector):
    """Move the pointer onto the first match, in the middle of the view."""
    element = browser.find_element(By.CSS_SELECTOR, selector)
    script = "arguments[0].scrollIntoView({block: 'center', behavior: 'instant'})"
    browser.execute_script(script, element)
    ActionChains(browser).move_to_element(element).perform()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("how", ["http", "file"])
def test_a_term_says_what_it_means_when_one_points_at_it(browser, site, requests_of, language, how):
    browser.get((site.address if how == "http" else site.file)(language, CHAPTER))
    browser.execute_script("return document.fonts.ready")
    before = browser.execute_script(LOADED)
    point_at(browser, TERM)
    opens(browser)
    said = note(browser)
    assert MEANS[language] in said and len(said) > len(MEANS[language]) + 20
    assert browser.execute_script(LOADED) == before  # nothing is fetched for it
    assert before > 0 or how == "file"  # where a browser does not count

    # It stays while the pointer is on it, and goes when the pointer leaves.
    ActionChains(browser).move_to_element(browser.find_element(By.CSS_SELECTOR, NOTE)).perform()
    browser.execute_async_script("setTimeout(arguments[0], 500)")
    assert note(browser) == said
    point_at(browser, "article h1")
    closes(browser)


def test_a_term_says_what_it_means_to_who_comes_with_tab_and_escape_sends_it_away(browser, site):
    browser.get(site.address("en", CHAPTER))
    here = f"document.activeElement === document.querySelector('{TERM}')"
    focus(browser, ".bd-header-article summary")
    for _ in range(30):
        press(browser, Keys.TAB)
        if browser.execute_script(f"return {here}"):
            break
    opens(browser)
    link = browser.switch_to.active_element
    described = link.get_attribute("aria-describedby")
    assert browser.find_element(By.ID, described).get_attribute("role") == "tooltip"
    press(browser, Keys.ESCAPE)
    closes(browser)
    assert browser.switch_to.active_element == link  # the place is kept
    assert link.get_attribute("aria-describedby") is None
    press(browser, Keys.ENTER)
    wait(lambda: browser.current_url.endswith("glossary.html#" + link_id(TERM)))


def link_id(selector):
    return selector.partition("#")[2].partition('"')[0]


def test_escape_sends_away_the_note_of_the_pointer_too(browser, site):
    browser.get(site.address("en", CHAPTER))
    point_at(browser, TERM)
    opens(browser)
    press(browser, Keys.ESCAPE)
    closes(browser)


def test_the_first_touch_explains_a_term_and_the_second_follows_it(browser, site):
    size = {"width": 390, "height": 844, "deviceScaleFactor": 2, "mobile": True}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    browser.execute_cdp_cmd("Emulation.setTouchEmulationEnabled", {"enabled": True})
    browser.get(site.address("id", CHAPTER))

    def tap(selector):
        element = browser.find_element(By.CSS_SELECTOR, selector)
        script = """arguments[0].scrollIntoView({block: 'center', behavior: 'instant'});
            const box = arguments[0].getClientRects()[0];
            return [box.x + box.width / 2, box.y + box.height / 2]"""
        x, y = browser.execute_script(script, element)
        for kind, points in (("touchStart", [{"x": x, "y": y}]), ("touchEnd", [])):
            event = {"type": kind, "touchPoints": points}
            browser.execute_cdp_cmd("Input.dispatchTouchEvent", event)

    tap(TERM)
    opens(browser)
    assert MEANS["id"] in note(browser) and browser.current_url == site.address("id", CHAPTER)
    box = browser.find_element(By.CSS_SELECTOR, NOTE).rect
    assert box["x"] >= 0 and box["x"] + box["width"] <= 390
    tap("article h2")
    closes(browser)
    tap(TERM)
    opens(browser)
    tap(TERM)
    wait(lambda: "glossary.html#term-cell-state" in browser.current_url)


def test_the_note_is_whole_on_the_screen_at_the_edge_of_a_page(browser, site):
    browser.get(site.address("en", CHAPTER))
    links = browser.find_elements(By.CSS_SELECTOR, 'article a[href*="glossary.html#term-"]')
    for link in links[:6]:
        for block in ("start", "end"):
            browser.execute_script(
                f"arguments[0].scrollIntoView({{block: '{block}', behavior: 'instant'}});"
                "arguments[0].dispatchEvent(new PointerEvent('pointerover',"
                "{bubbles: true, pointerType: 'mouse'}))",
                link,
            )
            opens(browser)
            top, bottom, left, right, height, width = browser.execute_script(
                f"const box = document.querySelector('{NOTE}').getBoundingClientRect();"
                "return [box.top, box.bottom, box.left, box.right, innerHeight, innerWidth]"
            )
            assert top >= 0 and bottom <= height and left >= 0 and right <= width


def article(site, language, page):
    """What the page itself says, in small letters."""
    html = (site.folder / language / f"{page}.html").read_text(encoding="utf-8")
    found = BeautifulSoup(html, "html.parser").select_one("article")
    for around in found.select(".course-map, .course-needs, .course-next"):
        around.decompose()
    return found.get_text().lower()


@pytest.mark.parametrize(("language", "word"), QUICK + OTHER)
def test_search_finds_the_words_a_reader_asks_for(browser, site, language, word):
    own = re.compile(re.escape(word.lower()) + "(?!制)")  # 门控制 is a gate that controls
    assert any(own.search(article(site, language, page)) for page in site.pages)
    browser.get(site.url + f"/{language}/search.html?q={word}")
    found = wait(
        lambda: browser.execute_script(
            """const links = [...document.querySelectorAll('#search-results li a')];
            return links.length && links.map((link) => link.pathname)"""
        )
    )
    # The first that it finds holds the word.
    page = found[0].partition(f"/{language}/")[2].removesuffix(".html")
    assert all(part in article(site, language, page) for part in word.lower().split())


def test_the_summary_of_a_result_is_text_of_the_page(browser, site):
    browser.get(site.url + "/en/search.html?q=gates")
    summary = "#search-results li p.context"
    said = wait(lambda: [e.text for e in browser.find_elements(By.CSS_SELECTOR, summary) if e.text])
    assert not [text for text in said if ".pdf" in text or ".ipynb" in text]


def test_a_formula_in_a_summary_reads_as_it_is_said(browser, site):
    browser.get(site.address("en", "search"))
    page = """<main role="main"><dl><dt>gate</dt><dd>σ = <math><mfrac><mn>1</mn><mrow><mn>1</mn>
        <mo>+</mo><msup><mi>e</mi><mrow><mo>−</mo><mi>z</mi></mrow></msup></mrow></mfrac></math>
        opens.</dd></dl></main>"""
    said = wait(lambda: browser.execute_script("return Search.htmlToText(arguments[0])", page))
    assert re.sub(r"\s+", " ", said).replace("1 +", "1+").strip() == "gate σ = 1/(1+e^(−z)) opens."


@pytest.mark.parametrize(
    ("language", "word", "first"),
    [
        ("en", "gate", ["gates/lstm", "gates/gru", "gates/peephole", "glossary"]),
        ("zh_CN", "反向传播", ["recurrence/bptt", "glossary", "gates/remembers"]),
        ("zh_CN", "门", ["gates/lstm", "gates/gru", "gates/peephole", "glossary"]),
        ("en", "cell state", ["glossary"]),  # and not "many memory cells, a small hidden state"
    ],
)
def test_what_a_page_is_about_comes_before_what_it_mentions(browser, site, language, word, first):
    browser.get(site.url + f"/{language}/search.html?q={word}")
    found = """const pages = [...document.querySelectorAll('#search-results li a')]
        .map((link) => link.pathname.split('/book/')[1]?.replace('.html', ''));
        return pages.slice(0, arguments[0])"""
    becomes(lambda: browser.execute_script(found, len(first)), first)


def test_a_summary_ends_in_no_half_sign(browser, site):
    browser.get(site.address("zh_CN", "search") + "?q=反向传播")
    whole = """const said = [...document.querySelectorAll('#search-results p.context')];
        return said.length > 5 && said.map((one) => one.textContent.isWellFormed())"""
    assert all(wait(lambda: browser.execute_script(whole)))
    page = "<main role='main'>" + "gate " * 30 + "x" + "𝑓" * 200 + "</main>"
    ends = "return Search.makeSearchSummary(arguments[0], ['gate']).textContent.isWellFormed()"
    assert browser.execute_script(ends, page)


@pytest.mark.parametrize(("language", "word"), [("id", "gerbang"), ("zh_CN", "门")])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_words_searched_for_are_marked_in_the_text_alone(browser, site, language, word, theme):
    browser.execute_script("localStorage.setItem('mode', arguments[0])", theme)
    browser.execute_script("localStorage.setItem('theme', arguments[0])", theme)
    browser.execute_script("localStorage.setItem('sphinx_highlight_terms', arguments[0])", word)
    browser.get(site.address(language, "book/gates/gru"))
    marks = """const shown = (where) => [...document.querySelectorAll(`${where} .highlighted`)]
          .filter((mark) => mark.checkVisibility())
          .map((mark) => getComputedStyle(mark).backgroundColor);
        const [text, beside] = [shown('article'), shown('.bd-sidebar')];
        return text.length && beside.length && [[...new Set(text)], [...new Set(beside)]]"""
    seen = wait(lambda: browser.execute_script(marks))
    assert seen == [["rgb(255, 226, 122)"], ["rgba(0, 0, 0, 0)"]]
    button = browser.find_element(By.CSS_SELECTOR, "#searchbox .highlight-link a")
    english = "Hide Search Matches"
    assert button.text == browser.execute_script(
        "return Documentation.gettext(arguments[0])", english
    )
    assert button.text != english


def test_search_finds_nothing_for_a_word_that_is_not_there(browser, site):
    browser.get(site.address("en", "search") + "?q=qzxqzx")
    wait(lambda: "did not match" in browser.find_element(By.TAG_NAME, "main").text)
    assert not browser.find_elements(By.CSS_SELECTOR, "#search-results li")


@pytest.mark.parametrize("how", ["key", "pointer"])
def test_the_map_of_the_course_leads_on(browser, site, how):
    browser.get(site.address("zh_CN", "book/welcome"))
    link = '.course-map .map-title a[href="gates/lstm.html"]'
    if how == "key":
        focus(browser, link)
        press(browser, Keys.ENTER)
    else:
        point_at(browser, link)
        browser.find_element(By.CSS_SELECTOR, link).click()
    becomes(lambda: browser.current_url, site.address("zh_CN", "book/gates/lstm"))


def test_every_chapter_is_a_notebook_in_every_language_with_no_myst_left(site):
    chapters = [chapter for chapter in CHAPTERS if chapter.document in site.pages]
    assert chapters
    for chapter in chapters:
        sources = {}
        for language in LANGUAGES:
            path = site.folder / language / f"notebooks/{chapter.page}.ipynb"
            made = nbformat.read(path, as_version=4)
            nbformat.validate(made)
            texts = [cell.source for cell in made.cells if cell.cell_type == "markdown"]
            left = [text for text in texts if MYST.search(text)]
            assert left == [], f"{chapter.page} in {language}"
            code = [cell.source for cell in made.cells if cell.cell_type == "code"]
            sources[language] = [source for source in code if "set_language" not in source]
        assert sources["en"] == sources["id"] == sources["zh_CN"] != []
