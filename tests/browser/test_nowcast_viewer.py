"""The nowcast viewer under the reader's hand."""

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from course_lib.figures import NowcastViewer
from course_lib.figures.nowcast_viewer import pictures
from tests.browser.figure_page import text
from tests.browser.patient import becomes, click, press, wait
from tests.browser.test_figures import of_figure, says, tab_to

pytestmark = pytest.mark.browser


def test_the_nowcast_viewer_is_operated_with_keys_alone(show):
    figure = NowcastViewer("still", t=1)
    browser = show(figure)
    tab_to(browser, "e.textContent === 'FC-LSTM'")
    press(browser, Keys.ENTER)
    becomes(of_figure(browser, "f.settings.model"), "fc")
    tab_to(browser, "e.type === 'range'")
    press(browser, Keys.END)
    error = figure.compute(figure.clean({"model": "fc", "t": 10}))["errors"]["fc"][4]
    says(browser, "FC-LSTM", "step 10", f"{error:.3f}")
    tab_to(browser, "e.textContent === 'output gate'")
    press(browser, Keys.SPACE)
    becomes(of_figure(browser, "f.settings.gate"), "o")
    open_gate = figure.compute(figure.clean({"model": "fc", "gate": "o"}))["gate"][9]
    says(browser, "output gate", f"{open_gate:.2f}")


def test_a_frame_answers_a_finger_and_the_film_runs_and_stops(show):
    browser = show(NowcastViewer(), width=390)
    click(browser, "[data-t='3']")
    becomes(of_figure(browser, "f.settings.t"), 3)
    click(browser, "[aria-label='play the film']")
    wait(lambda: of_figure(browser, "f.settings.t")() > 4)
    click(browser, "[aria-label='play the film']")
    pressed = "return document.querySelector('[aria-label=\"play the film\"]').ariaPressed"
    becomes(lambda: browser.execute_script(pressed), "false")


def test_the_frames_on_the_page_have_the_pixels_of_the_film(show):
    browser = show(NowcastViewer(film=2))
    drawn = browser.execute_async_script(
        """const done = arguments[0], picture = new Image();
        picture.onload = () => {
          const sheet = document.createElement('canvas');
          Object.assign(sheet, { width: 16, height: 16 });
          const pen = sheet.getContext('2d');
          pen.drawImage(picture, 0, 0);
          done([...pen.getImageData(0, 0, 16, 16).data].filter((_, n) => n % 4 === 0));
        };
        picture.src = document.querySelectorAll('image.pixels')[0].getAttribute('href');"""
    )
    assert drawn == pictures()["films"][1, 0].flatten().tolist()


def test_a_model_without_gates_says_so(show):
    browser = show(NowcastViewer("still"))
    assert "no gates" in text(browser, ".fig-legend")
    assert len(browser.find_elements(By.CSS_SELECTOR, "image.pixels")) == 10 + 5 + 5
