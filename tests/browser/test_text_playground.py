"""The text playground in a static page: it reads what is typed, and draws as ps2_rnn defines it."""

import pytest
import torch
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from course_lib.figures import TextPlayground
from course_lib.models import declaration_model, sample
from tests.browser.figure_page import FIGURE, text
from tests.browser.patient import becomes, click, press

pytestmark = pytest.mark.browser


def settings(browser):
    return browser.execute_script(f"return {FIGURE}.settings", 0)


def write(browser, count):
    one, many = browser.find_elements(By.CSS_SELECTOR, ".fig-controls .fig-button")[:2]
    browser.execute_script("arguments[0].click()", {1: one, 20: many}[count])


@pytest.mark.parametrize("corpus", ["en", "id", "zh_CN"])
def test_cold_the_page_writes_what_course_lib_writes(show, corpus):
    figure = TextPlayground(corpus=corpus, temperature=0)
    browser = show(figure)
    write(browser, 20)
    model, _vocabulary = declaration_model(corpus)
    start = figure.settings["text"]
    wanted = sample(model, torch.tensor(start), 20, temperature=0).tolist()
    assert settings(browser)["text"] == start + wanted


def test_a_draw_lays_the_chances_on_a_line_from_0_to_1(show):
    """As ps2_rnn's draw_words: the first token whose sum of chances is larger than u."""
    figure = TextPlayground(corpus="en")
    browser = show(figure)
    generator = torch.Generator().manual_seed(5)
    start = figure.settings["text"]
    for temperature in (0.4, 1.0, 2.0):
        for u in torch.rand(4, generator=generator, dtype=torch.float64).tolist():
            chosen = figure.clean(figure.settings | {"temperature": temperature})
            sums = torch.tensor(figure.compute(chosen)["p"], dtype=torch.float64).cumsum(0)
            browser.execute_script(
                f"Math.random = () => {u!r}; {FIGURE}.change(arguments[1])", 0, chosen
            )
            write(browser, 1)
            assert settings(browser)["text"] == [*start, int((sums <= u).sum())]


def test_what_is_typed_is_the_new_beginning_and_unknown_words_are_named(show):
    browser = show(TextPlayground(corpus="en"))
    field = browser.find_element(By.CSS_SELECTOR, ".fig-field")
    field.clear()
    field.send_keys("No one  loves bandung", Keys.ENTER)
    _, vocabulary = declaration_model("en")
    wanted = vocabulary.encode(["no", "one", "loves", "bandung"]).tolist()
    becomes(lambda: settings(browser)["text"], wanted)
    assert text(browser, ".fig-says") == "The network does not know: loves, bandung."


def test_chinese_is_cut_into_characters(show):
    browser = show(TextPlayground(corpus="zh_CN"))
    field = browser.find_element(By.CSS_SELECTOR, ".fig-field")
    field.clear()
    field.send_keys("人人", Keys.ENTER)
    _, vocabulary = declaration_model("zh_CN")
    becomes(lambda: settings(browser)["text"], [vocabulary.numbers["人"]] * 2)


@pytest.mark.parametrize(("lang", "corpus"), [("en", "en"), ("id", "id"), ("zh-CN", "zh_CN")])
def test_the_page_starts_with_the_text_in_its_own_language(show, lang, corpus):
    browser = show(TextPlayground(), lang=lang)
    assert settings(browser)["corpus"] == corpus
    figure = TextPlayground(corpus=corpus)
    shown = browser.execute_script(f"return {FIGURE}.values.p", 0)
    assert shown == pytest.approx(figure.values["p"], abs=1e-9)


def test_a_figure_told_its_text_keeps_it(show):
    assert settings(show(TextPlayground(corpus="id"), lang="en"))["corpus"] == "id"


def test_keys_alone_choose_a_text_take_a_word_and_start_again(show):
    browser = show(TextPlayground(corpus="en"))
    focus = "return document.activeElement.textContent"
    press(browser, Keys.TAB, Keys.TAB)
    assert browser.execute_script(focus) == "Bahasa Indonesia"
    press(browser, Keys.ENTER)
    becomes(lambda: settings(browser)["corpus"], "id")
    before = settings(browser)["text"]
    best = browser.execute_script(
        f"const p = {FIGURE}.values.p; return p.indexOf(Math.max(...p))", 0
    )
    # 中文, the field, the text, write 1, write 20, temperature, start again, the first bar
    for _ in range(8):
        press(browser, Keys.TAB)
    assert browser.switch_to.active_element.get_attribute("class").endswith("fig-bar")
    press(browser, Keys.SPACE)
    becomes(lambda: settings(browser)["text"], [*before, best])
    click(browser, "[aria-label='Start again']")
    becomes(lambda: settings(browser)["text"], before)


def test_a_full_page_is_written_no_further(show):
    browser = show(TextPlayground(corpus="en"))
    for _ in range(7):
        write(browser, 20)
    assert len(settings(browser)["text"]) == 120
    assert text(browser, ".fig-says") == "The page is full. Start again."


@pytest.mark.parametrize(("lang", "chance"), [("en", "92\u202f%"), ("id", "92%")])
def test_a_chance_stays_on_one_line_and_is_written_as_in_the_book(show, lang, chance):
    figure = TextPlayground(corpus="id")
    browser = show(figure, lang=lang)
    assert f"{round(100 * max(figure.values['p']))}" == chance[:2]
    assert chance in text(browser, ".fig-says")


def test_a_list_in_chinese_has_the_signs_of_chinese(show):
    browser = show(TextPlayground(corpus="zh_CN"), lang="zh-CN")
    field = browser.find_element(By.CSS_SELECTOR, ".fig-field")
    field.clear()
    field.send_keys("ab", Keys.ENTER)
    becomes(lambda: "a、b" in text(browser, ".fig-says"), True)
