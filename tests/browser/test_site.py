"""The built site in a real browser: nothing from outside, three languages, phone, file://."""

import json
import re
from pathlib import Path
from urllib.request import urlopen

import pytest
import yaml
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from course_lib.i18n import LANGUAGES
from course_lib.publish.words import words
from tests.browser.patient import becomes, click, press, wait
from tests.slow import slow_but

pytestmark = pytest.mark.browser

ROOT = Path(__file__).parents[2]
OTHERS = [language for language in LANGUAGES if language != "en"]
LONG = "book/gates/lstm"
# What the script pairs: the blocks of the page that hold text and no other block.
SECONDS = "document.querySelectorAll('.second-language').length"


@pytest.fixture(autouse=True)
def clean(browser, site):
    """Every test begins as a reader who has never been here, at a desk."""
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    browser.get(site.url + "/favicon.svg")
    browser.execute_script("localStorage.clear(); sessionStorage.clear()")


def phone(browser, width=390):
    size = {"width": width, "height": 844, "deviceScaleFactor": 2, "mobile": True}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)


def holds(browser, condition):
    """Wait until the script says so."""
    return wait(lambda: browser.execute_script(condition))


def toggle_menu(browser, is_open):
    """Click on the languages' summary unless they are shown, or hidden, already."""
    menu = "return document.querySelector('.course-languages').open"

    def toggled():
        if browser.execute_script(menu) != is_open:
            click(browser, ".course-languages > summary")
        return browser.execute_script(menu) == is_open

    wait(toggled)


def read_beneath(browser, language):
    """Choose a second language, or none with "", as a reader does."""
    toggle_menu(browser, True)
    choice = f'input[name="course-second"][value="{language}"]'
    click(browser, choice)
    holds(browser, f"return document.querySelector('{choice}').checked")
    toggle_menu(browser, False)


def switch_to(browser, language):
    """Follow the link to the same place of the book in ``language``."""
    toggle_menu(browser, True)
    click(browser, f'a.course-language[data-language="{language}"]')
    holds(browser, f"return location.pathname.includes('/{language}/')")
    holds(browser, "return document.readyState === 'complete'")


def touch(find):
    """Click in a page without JavaScript, where nothing moves either."""
    wait(lambda: find().click() is None)


def term(english, language):
    entries = yaml.safe_load((ROOT / "course_lib/i18n/glossary.yml").read_text(encoding="utf-8"))
    entry = next(entry for entry in entries if entry["en"] == english)
    return english if language == "en" else entry[language]["use"]


@pytest.mark.parametrize("language", slow_but(["zh_CN"], LANGUAGES))
def test_no_page_asks_another_host_or_misses_a_file_or_logs_an_error(
    browser, site, requests_of, language
):
    browser.get_log("browser")
    requests_of()
    for page in [*site.pages, "search", "genindex"]:
        browser.get(site.address(language, page))
        holds(browser, "return document.readyState === 'complete'")
        outside, failed = requests_of()
        assert outside == [], page
        assert failed == [], page
        errors = [e["message"] for e in browser.get_log("browser") if e["level"] == "SEVERE"]
        assert errors == [], page
        assert browser.execute_script("return document.documentElement.lang") == language.replace(
            "_", "-"
        )


def test_an_outside_request_a_missing_file_and_an_error_would_be_seen(browser, site, requests_of):
    browser.get_log("browser")
    requests_of()
    browser.execute_script(
        """fetch('http://elsewhere.invalid/font.woff2').catch(() => {});
        fetch('/nothing-here.js');
        setTimeout(() => { throw new Error('planted') })"""
    )
    wait(lambda: any("planted" in entry["message"] for entry in browser.get_log("browser")))
    outside, failed = [], []

    def both_have_been_reported():
        browser.execute_script("fetch('/favicon.svg')")  # so that there is always a request
        for seen, new in zip((outside, failed), requests_of(), strict=True):
            seen.extend(new)
        return outside and failed

    wait(both_have_been_reported)
    assert outside == ["http://elsewhere.invalid/font.woff2"]
    assert failed == [f"{site.url}/nothing-here.js"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_words_of_the_page_around_the_text_are_in_its_language(browser, site, language):
    browser.get(f"{site.url}/{language}/{LONG}.html")
    panel = browser.find_element(By.CSS_SELECTOR, ".course-languages-panel")
    say = words(language)
    for name in ("copy", "not_found", "not_paired"):
        assert panel.get_attribute(f"data-{name.replace('_', '-')}") == say[name]
    assert language == "en" or say["copy"] != words("en")["copy"]
    buttons = wait(lambda: browser.find_elements(By.CSS_SELECTOR, ".copybtn"))
    assert {button.get_attribute("data-tooltip") for button in buttons} == {say["copy"]}
    assert {button.get_attribute("aria-label") for button in buttons} == {say["copy"]}
    said = browser.execute_script("return messages[locale]")
    assert (said["copy_success"], said["copy_failure"]) == (say["copied"], say["copy_failed"])


@pytest.mark.parametrize("language", slow_but([], LANGUAGES))
def test_no_page_is_wider_than_the_narrowest_phone(browser, site, language):
    """WCAG 2.2, 1.4.10: at 320 px nobody has to scroll in two directions."""
    phone(browser, 320)
    for page in [*site.pages, "search"]:
        browser.get(site.address(language, page))
        wide = browser.execute_script(
            """const width = document.documentElement.clientWidth;
            if (document.documentElement.scrollWidth <= width) return [];
            return [...document.querySelectorAll('article *')]
              .filter((e) => e.getBoundingClientRect().right > width + 1)
              .slice(0, 3).map((e) => e.outerHTML.slice(0, 120))"""
        )
        assert browser.execute_script("return innerWidth") == 320
        scroll = browser.execute_script("return document.documentElement.scrollWidth")
        assert scroll <= 320, f"{page}: {wide}"


def test_formulas_are_drawn_with_the_maths_font_and_none_failed(browser, site):
    browser.get(site.address("en", LONG))
    assert holds(browser, "return document.fonts.check('16px \"Course Math\"')")
    count, failed, empty = browser.execute_script(
        """const all = [...document.querySelectorAll('article math')];
        return [all.length, document.querySelectorAll('.formula-error').length,
                all.filter((m) => m.getBoundingClientRect().width < 2).length]"""
    )
    assert count > 20
    assert (failed, empty) == (0, 0)


@pytest.mark.parametrize("language", OTHERS)
def test_switching_keeps_the_page_the_hash_and_the_place(browser, site, language):
    browser.get(site.address("en", LONG) + "#lstm-maths")
    holds(browser, "return scrollY > 200")
    browser.execute_script("window.scrollBy({top: 700, behavior: 'instant'})")
    top = """const blocks = [...document.querySelectorAll('article p')];
        const at = blocks.findIndex((b) => b.getBoundingClientRect().bottom > 80);
        return [at, blocks[at].getBoundingClientRect().top]"""
    before = browser.execute_script(top)
    switch_to(browser, language)
    becomes(lambda: browser.current_url, site.address(language, LONG) + "#lstm-maths")

    def arrived():
        at, offset = browser.execute_script(top)
        return abs(at - before[0]) <= 1 and abs(offset - before[1]) < 120

    wait(arrived)


@pytest.mark.slow
@pytest.mark.parametrize("language", OTHERS)
def test_every_block_can_be_read_in_a_second_language_on_page_after_page(browser, site, language):
    browser.get(site.address("en", LONG))
    assert browser.execute_script(f"return {SECONDS}") == 0
    read_beneath(browser, language)
    holds(browser, f"return {SECONDS} > 0")
    paragraphs, paired = browser.execute_script(
        """const own = [...document.querySelectorAll('article section > p')]
             .filter((p) => p.textContent.trim());
        return [own.length, own.filter((p) => p.querySelector('.second-language')).length]"""
    )
    assert paired >= 0.9 * paragraphs
    lang = browser.execute_script("return document.querySelector('.second-language').lang")
    assert lang == language.replace("_", "-")

    browser.get(site.address("en", "book/welcome"))
    holds(browser, f"return {SECONDS} > 0")
    read_beneath(browser, "")
    holds(browser, f"return {SECONDS} === 0")
    browser.get(site.address("en", LONG))
    assert browser.execute_script(f"return {SECONDS}") == 0


def test_escape_closes_the_languages_and_the_page_stays(browser, site):
    browser.get(site.address("zh_CN", LONG))
    browser.execute_script("window.scrollTo({top: 2000, behavior: 'instant'})")
    toggle_menu(browser, True)
    click(browser, 'input[name="course-second"][value="en"]')
    holds(browser, f"return {SECONDS} > 0")
    place = """const here = [...document.querySelectorAll('article p')]
        .map((p) => p.getBoundingClientRect().top).find((top) => top > 80);
        return [scrollY, Math.round(here)]"""
    before = browser.execute_script(place)
    press(browser, Keys.ESCAPE)
    holds(browser, "return !document.querySelector('.course-languages').open")
    holds(browser, "return document.activeElement.matches('.course-languages > summary')")
    assert browser.execute_script(place) == before


def test_the_list_of_chapters_shows_this_one_on_page_after_page(browser, site):
    shown = """const list = document.querySelector('.bd-sidebar-primary');
        const box = [...document.querySelectorAll('.bd-docs-nav .active > a')].at(-1)
            .getBoundingClientRect();
        return box.height > 0 && box.top >= list.getBoundingClientRect().top
            && box.bottom <= innerHeight"""
    browser.get(site.address("id", "book/welcome"))
    for chapter in ("gates/gru", "craft/museum", "notation"):  # down, to the end, and up again
        browser.get(site.address("id", f"book/{chapter}"))
        assert holds(browser, shown), chapter


@pytest.mark.parametrize("language", slow_but([], LANGUAGES))
def test_every_page_pairs_block_by_block_with_every_other_language(browser, site, language):
    for page in site.pages:
        for other in LANGUAGES:
            if other == language:
                continue
            browser.get(site.address(language, page))
            read_beneath(browser, other)
            lang, message = holds(
                browser,
                """const lang = document.querySelector('.second-language')?.lang ?? '';
                const message = document.querySelector('.course-message').textContent;
                return (message || lang === document.querySelector(
                  'input[name="course-second"]:checked').value.replace('_', '-'))
                  && [lang, message]""",
            )
            assert (lang, message) == (other.replace("_", "-"), ""), f"{page} in {language}"


@pytest.mark.parametrize("language", OTHERS)
def test_the_glossary_is_sorted_and_still_pairs_term_by_term(browser, site, language):
    browser.get(site.address(language, "book/glossary"))
    read_beneath(browser, "en")
    holds(browser, f"return {SECONDS} > 80")
    pairs = browser.execute_script(
        """return [...document.querySelectorAll('article dt')].map((term) =>
             [term.id, term.querySelector('.second-language')?.textContent ?? ''])"""
    )
    english = {id: text for id, text in pairs if text}
    assert len(english) > 60  # the others are called alike
    named = {
        id: re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-") for id, text in english.items()
    }
    assert {id: name for id, name in named.items() if id.lower() != f"term-{name}"} == {}
    assert list(english) != sorted(english)  # no longer in the English order


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("english", ["forget gate", "cell state"])
def test_search_finds_a_term_of_the_course(browser, site, language, english):
    browser.get(site.address(language, "search") + "?q=" + term(english, language))
    holds(browser, f"return !!document.querySelector('#search-results li a[href*=\"{LONG}\"]')")


def test_one_chinese_character_finds_the_words_it_is_part_of(browser, site):
    browser.get(site.address("zh_CN", "search") + "?q=门")
    holds(browser, f"return !!document.querySelector('#search-results li a[href*=\"{LONG}\"]')")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_exercise_notebook_comes_with_the_site_in_the_language_of_the_page(
    browser, site, language
):
    browser.get(site.address(language, LONG))
    link = browser.find_element(By.CSS_SELECTOR, "a.exercise-download")
    assert link.get_attribute("download") == "ps4_lstm.ipynb"
    with urlopen(link.get_attribute("href")) as answer:
        notebook = json.load(answer)
    assert notebook["metadata"]["course"]["language"] == language


def test_a_quiz_answers_without_javascript(browser, site):
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        browser.get(site.address("en", LONG))
        answer = browser.find_element(By.CSS_SELECTOR, ".quiz-right")
        why = answer.find_element(By.CSS_SELECTOR, ".quiz-why")
        assert not why.is_displayed()
        touch(lambda: answer.find_element(By.CSS_SELECTOR, "summary"))
        wait(why.is_displayed)
        assert "✓" in answer.find_element(By.CSS_SELECTOR, ".quiz-verdict").text
    finally:
        browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})


def test_the_site_works_from_a_folder_without_a_server(browser, site):
    browser.get(site.file("en", LONG))
    browser.execute_script("localStorage.clear()")
    browser.get_log("browser")
    browser.get(site.file("en", LONG))
    read_beneath(browser, "id")
    holds(browser, f"return {SECONDS} > 0")
    switch_to(browser, "zh_CN")
    becomes(lambda: browser.current_url, site.file("zh_CN", LONG))
    browser.get(site.file("en", "search") + "?q=forget")
    holds(browser, "return document.querySelectorAll('#search-results li a').length > 0")
    errors = [e["message"] for e in browser.get_log("browser") if e["level"] == "SEVERE"]
    assert errors == []
    browser.execute_script("localStorage.clear()")


@pytest.mark.parametrize(
    ("speaks", "chosen", "arrives"),
    [
        ("id-ID,id", None, "id"),
        ("zh-Hans-CN,zh", None, "zh_CN"),
        ("fr-FR", None, "en"),
        ("id-ID", "zh_CN", "zh_CN"),
    ],
)
def test_the_front_door_leads_to_the_language_of_the_reader(browser, site, speaks, chosen, arrives):
    agent = browser.execute_script("return navigator.userAgent")
    override = {"userAgent": agent, "acceptLanguage": speaks}
    browser.execute_cdp_cmd("Emulation.setUserAgentOverride", override)
    try:
        if chosen:
            browser.execute_script("localStorage.setItem('course-language', arguments[0])", chosen)
        browser.get(site.url + "/index.html")
        holds(browser, "return location.pathname.includes('/book/')")
        becomes(lambda: browser.current_url, site.address(arrives, "book/welcome"))
    finally:
        override["acceptLanguage"] = "en-US,en"
        browser.execute_cdp_cmd("Emulation.setUserAgentOverride", override)


def test_the_front_door_opens_without_javascript(browser, site):
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        browser.get(site.url + "/index.html")
        links = browser.find_elements(By.CSS_SELECTOR, "nav a")
        assert [link.text for link in links] == list(LANGUAGES.values())
        touch(lambda: browser.find_elements(By.CSS_SELECTOR, "nav a")[1])
        becomes(lambda: browser.current_url, site.address("id", "book/welcome"))
    finally:
        browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})


def test_chinese_words_are_emphasised_by_dots_and_the_titles_of_papers_by_italics(browser, site):
    looks = """return [...document.querySelectorAll('article em')].map((em) => [em.textContent,
        getComputedStyle(em).fontStyle, getComputedStyle(em).textEmphasisStyle])"""
    seen = []
    for page in ("book/welcome", "book/bibliography"):
        browser.get(site.address("zh_CN", page))
        seen += browser.execute_script(looks)
    for text, style, dots in seen:
        is_chinese = bool(re.search("[\u3400-\u9fff]", text))
        assert (style == "normal", "dot" in dots) == (is_chinese, is_chinese), text
    assert {style for _, style, _ in seen} == {"normal", "italic"}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_link_under_the_pointer_can_still_be_read(browser, site, theme):
    browser.execute_script("localStorage.setItem('mode', arguments[0])", theme)
    browser.execute_script("localStorage.setItem('theme', arguments[0])", theme)
    browser.get(site.address("en", LONG))
    browser.execute_script(
        "document.head.insertAdjacentHTML('beforeend', '<style>a { transition: none }</style>')"
    )
    contrast = """const luminance = (colour) => {
          const rgb = colour.match(/[\\d.]+/g).slice(0, 3).map((v) => v / 255)
            .map((v) => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
          return 0.2126 * rgb[0] + 0.7152 * rgb[1] + 0.0722 * rgb[2];
        };
        const link = arguments[0];
        let ground = link;
        const clear = (element) => getComputedStyle(element).backgroundColor.endsWith(', 0)');
        while (clear(ground)) ground = ground.parentElement;
        const [one, two] = [getComputedStyle(link).color, getComputedStyle(ground).backgroundColor]
          .map(luminance);
        return link.matches(':hover')
          && (Math.max(one, two) + 0.05) / (Math.min(one, two) + 0.05)"""
    for selector in (
        "article p a[href*='glossary']",
        "article table a",
        ".bd-docs-nav li:not(.active) > a",
        ".bd-sidebar-secondary a",
    ):
        link = browser.find_element(By.CSS_SELECTOR, selector)

        def seen(link=link):
            script = "arguments[0].scrollIntoView({block: 'center', behavior: 'instant'})"
            browser.execute_script(script, link)
            ActionChains(browser).move_to_element(link).perform()
            return browser.execute_script(contrast, link)

        assert wait(seen) >= 4.5, selector


def test_an_open_answer_keeps_its_bar_under_the_pointer(browser, site):
    browser.get(site.address("zh_CN", LONG))
    click(browser, ".quiz-right summary")  # and there the pointer stays
    answer = """const summary = document.querySelector('.quiz-right summary');
        return summary.matches(':hover') && summary.parentElement.open
          && [summary, summary.parentElement].map((e) => getComputedStyle(e).boxShadow)"""
    bar, whole = wait(lambda: browser.execute_script(answer))
    assert bar == whole != "none"


def test_on_a_phone_no_line_is_empty_and_no_word_of_code_in_a_table_is_cut(browser, site):
    phone(browser, 375)
    browser.get(site.address("zh_CN", "book/recurrence/rnn"))
    height, line = browser.execute_script(
        """const title = document.querySelector('article h1');
        return [title.clientHeight, parseFloat(getComputedStyle(title).lineHeight)]"""
    )
    assert height < 1.5 * line  # 循环神经网络（RNN） fits, and the hidden # behind it takes no line
    browser.get(site.address("en", "book/notation"))
    cut = browser.execute_script(
        """const codes = [...document.querySelectorAll('article td code .pre')];
        return [codes.length, codes.map((code) => code.textContent.trim())
          .filter((text, i) => !/\\s/.test(text) && codes[i].getClientRects().length > 1)]"""
    )
    assert cut[0] > 20 and cut[1] == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_text_and_formulas_can_be_read_in_both_colour_modes(browser, site, theme):
    browser.execute_script("localStorage.setItem('mode', arguments[0])", theme)
    browser.execute_script("localStorage.setItem('theme', arguments[0])", theme)
    browser.get(site.address("en", LONG))
    luminance = """const rgb = getComputedStyle(arguments[0])[arguments[1]].match(/[\\d.]+/g)
        .slice(0, 3).map((v) => v / 255)
        .map((v) => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
        return 0.2126 * rgb[0] + 0.7152 * rgb[1] + 0.0722 * rgb[2]"""
    back = browser.execute_script(
        luminance, browser.find_element(By.TAG_NAME, "body"), "backgroundColor"
    )
    assert (back < 0.1) == (theme == "dark")
    for selector in ("article section p", "article math", ".course-languages summary"):
        ink = browser.execute_script(
            luminance, browser.find_element(By.CSS_SELECTOR, selector), "color"
        )
        contrast = (max(ink, back) + 0.05) / (min(ink, back) + 0.05)
        assert contrast >= 4.5, selector
