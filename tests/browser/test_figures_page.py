"""The figures as part of a page: language, colours, paper, motion, and their loader."""

import json
from pathlib import Path

import pydata_sphinx_theme
import pytest
from selenium.webdriver.common.by import By

from course_lib.figures import GateBoard, UnrolledRNN, WeightStack
from tests.browser.figure_page import FIGURES, LOADER, STATE, live, text
from tests.browser.patient import becomes, click, wait
from tests.slow import slow_but

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("figure", FIGURES)
@pytest.mark.parametrize("lang", slow_but(["zh-CN"], ["en", "id", "zh-CN", "zh_CN", "zh"]))
def test_a_figure_speaks_the_language_of_the_page(show, figure, lang):
    key = "zh_CN" if lang.startswith("zh") else lang
    shown = figure()
    browser = show(shown, lang=lang)
    assert text(browser, ".fig-question") == shown.words[key]["question"]
    assert browser.find_element(By.CSS_SELECTOR, ".course-fig").get_attribute("lang") == (
        key.replace("_", "-")
    )


def test_words_follow_when_the_language_of_the_page_changes(show):
    shown = GateBoard()
    browser = show(shown, lang="fr")
    assert text(browser, ".fig-question") == shown.words["en"]["question"]
    browser.execute_script("document.documentElement.lang = 'id'")
    becomes(lambda: text(browser, ".fig-question"), shown.words["id"]["question"])
    switch = browser.find_element(By.CSS_SELECTOR, "[role=switch]")
    assert switch.get_attribute("aria-label").startswith("[id]")


def test_a_figure_told_its_language_keeps_it(show):
    shown = WeightStack(language="zh_CN")
    browser = show(shown, lang="id")
    assert text(browser, ".fig-question") == shown.words["zh_CN"]["question"]


def test_no_error_in_the_console_and_no_request(show, browser, requests_of):
    browser.get_log("performance")
    show(*[figure() for figure in FIGURES])
    outside, failed = requests_of()
    assert (outside, failed) == ([], [])
    assert browser.get_log("browser") == []


@pytest.mark.parametrize("figure", FIGURES)
@pytest.mark.parametrize("width", slow_but([360], [1000, 768, 700, 641, 390, 360]))
def test_nothing_moves_when_the_figure_arrives_and_nothing_sticks_out(show, figure, width):
    def place(browser):
        return browser.execute_script(
            "return document.querySelector('main > p').getBoundingClientRect().top"
        )

    before = place(show(figure(), loader=False, width=width))
    browser = show(figure(), width=width)
    assert place(browser) == pytest.approx(before, abs=1)
    assert browser.execute_script("return document.documentElement.scrollWidth") <= width
    outside = browser.execute_script(
        """const frame = document.querySelector('.course-fig').getBoundingClientRect();
        return [...document.querySelectorAll('.course-fig svg *, .course-fig button')]
          .filter((e) => e.getBoundingClientRect().width)
          .filter((e) => e.getBoundingClientRect().left < frame.left - 1
            || e.getBoundingClientRect().right > frame.right + 1)
          .map((e) => e.outerHTML)"""
    )
    assert outside == []


@pytest.mark.parametrize("figure", FIGURES)
def test_a_finger_finds_every_control(show, figure):
    browser = show(figure(), width=390)
    small = browser.execute_script(
        """const controls = ':is(button, input[type=range], label.fig-check, .reach)';
        return [...document.querySelectorAll('.course-fig ' + controls)]
          .map((e) => [e.outerHTML.slice(0, 80), e.getBoundingClientRect()])
          .filter(([, box]) => box.height < 43.5 || box.width < 43.5).map(([html]) => html)"""
    )
    assert small == []


def test_motion_is_reduced_for_who_asks_for_it(show):
    browser = show(GateBoard())

    def duration(wish):
        feature = {"name": "prefers-reduced-motion", "value": wish}
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [feature]})
        return browser.execute_script(
            "return getComputedStyle(document.querySelector('.course-fig .box')).transitionDuration"
        )

    becomes(lambda: set(duration("reduce").split(", ")), {"0s"})
    wait(lambda: "0.25s" in duration("no-preference"))


def test_without_javascript_the_picture_stands_in_the_language_of_the_page(show, browser):
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    shown = GateBoard()
    show(shown, lang="zh-CN", loader=False)
    assert browser.find_element(By.CSS_SELECTOR, ".course-still svg").is_displayed()
    assert text(browser, ".course-still p") == shown.words["zh_CN"]["title"]


def test_paper_shows_the_picture_and_the_screen_the_figure(show):
    browser = show(UnrolledRNN())
    still = browser.find_element(By.CSS_SELECTOR, ".course-still")
    figure = browser.find_element(By.CSS_SELECTOR, ".course-live")
    becomes(lambda: (still.is_displayed(), figure.is_displayed()), (False, True))
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    becomes(lambda: (still.is_displayed(), figure.is_displayed()), (True, False))


@pytest.mark.parametrize(
    "spoiled",
    ["export default {", "throw new Error()", "export default { render() { throw new Error() } }"],
)
def test_a_figure_that_fails_leaves_its_picture_and_says_so_and_the_others_live(show, spoiled):
    shown = [GateBoard(), WeightStack()]
    browser = show(*shown, lang="id", spoil=spoiled)
    becomes(lambda: live(browser), 1)

    def all_of(selector):
        return browser.find_elements(By.CSS_SELECTOR, selector)

    becomes(lambda: [still.is_displayed() for still in all_of(".course-still")], [True, False])
    becomes(lambda: len(all_of(".course-live")), 1)
    becomes(lambda: text(browser, ".course-figure-note"), shown[0].words["id"]["failed"])
    empty = browser.execute_script(
        "const ends = (what) => document.querySelector(what).getBoundingClientRect();"
        "return ends('.course-figure-note').top - ends('.course-still svg').bottom"
    )
    assert 0 <= empty < 40  # the room that the live figure would have needed is given back


def relative_luminance(rgb):
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in rgb]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_words_and_numbers_stand_out_from_every_ground(show, theme):
    """WCAG 2.2, 1.4.3: at least 4.5 to 1."""
    browser = show(GateBoard(), theme=theme)

    def colour(name):
        script = "return getComputedStyle(document.querySelector('.course-fig'))"
        code = browser.execute_script(f"{script}.getPropertyValue('--fig-{name}')").strip(" #")
        return [int(code[n : n + 2], 16) / 255 for n in (0, 2, 4)]

    def contrast(one, other):
        pair = sorted([relative_luminance(colour(one)), relative_luminance(colour(other))])
        return (pair[1] + 0.05) / (pair[0] + 0.05)

    for ground in ("paper", "wash", "pos", "neg", "i", "f", "g", "o", "r"):
        assert contrast("ink", ground) >= 4.5, ground
    assert contrast("faint", "paper") >= 4.5 and contrast("faint", "wash") >= 4.5
    dark = relative_luminance(colour("paper")) < 0.5
    assert dark == (theme == "dark")


def test_the_figure_follows_the_system_when_the_page_has_no_theme(show):
    browser = show(GateBoard())

    def paper(wish):
        feature = {"name": "prefers-color-scheme", "value": wish}
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [feature]})
        return browser.execute_script(
            "return getComputedStyle(document.querySelector('.box + text, .paper')).fill"
        )

    light = paper("light")
    wait(lambda: paper("dark") != light)


def test_the_theme_of_the_book_puts_no_light_ground_under_a_dark_figure(browser, tmp_path):
    static = Path(pydata_sphinx_theme.__file__).parent / "theme/pydata_sphinx_theme/static"
    page = tmp_path / "dark.html"
    page.write_text(
        '<!doctype html><html lang="en" data-theme="dark"><meta charset="utf-8">'
        f'<link rel="stylesheet" href="{(static / "styles/pydata-sphinx-theme.css").as_uri()}">'
        '<div class="bd-content"><div class="cell_output"><div class="output text_html">'
        f"{GateBoard().html()}</div>"
        '<div class="output text_html other">text</div></div></div>',
        encoding="utf-8",
    )
    browser.get(page.as_uri())
    grounds = [
        element.value_of_css_property("background-color")
        for element in browser.find_elements(By.CSS_SELECTOR, ".text_html")
    ]
    assert grounds[0] == "rgba(0, 0, 0, 0)" != grounds[1]


def test_two_views_of_one_figure_are_both_alive_and_binary_state_arrives(show, browser, tmp_path):
    """The loader is a widget manager in small: it also serves other anywidgets."""
    esm = (
        "export default { render({ model, el }) { el.className += ' fig-says';"
        "const bytes = model.get('data').getUint8(1); const say = () =>"
        "{ el.textContent = `${bytes} ${model.get('n')}`; }; say();"
        "model.on('change:n', say); el.onclick = () => model.set('n', model.get('n') + 1); } }"
    )
    entry = {
        "model_name": "AnyModel",
        "model_module": "anywidget",
        "state": {"_esm": esm, "n": 1},
        "buffers": [{"path": ["data"], "data": "AAf/", "encoding": "base64"}],
    }
    view = '<script type="application/vnd.jupyter.widget-view+json">{"model_id": "a"}</script>'
    page = tmp_path / "two.html"
    page.write_text(
        f"<!doctype html><div>{view}</div><div>{view}</div>"
        f'<script type="{STATE}">{json.dumps({"state": {"a": entry}})}</script>'
        f"<script>{LOADER.read_text(encoding='utf-8')}</script>",
        encoding="utf-8",
    )
    browser.get(page.as_uri())

    def both():
        return [view.text for view in browser.find_elements(By.CSS_SELECTOR, ".fig-says")]

    becomes(both, ["7 1", "7 1"])
    click(browser, ".fig-says")
    becomes(both, ["7 2", "7 2"])
