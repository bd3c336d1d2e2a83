"""The room that a page keeps for a figure: enough in every language, not much too much, and given
back where nobody sees it."""

import pytest

from course_lib.figures import GateBoard
from tests.browser.figure_page import FIGURES, figure_page
from tests.browser.patient import wait
from tests.slow import slow_but

pytestmark = pytest.mark.browser

KEPT = "parseFloat(getComputedStyle(document.querySelector('.course-figure')).minHeight)"
LIVE = "document.querySelector('.course-live').getBoundingClientRect().height"


@pytest.mark.parametrize("figure", slow_but(FIGURES[:2], FIGURES))
def test_the_room_is_enough_in_every_language(browser, tmp_path, figure):
    shown = figure()  # with the real words, which are made before the page of the tests begins
    short, empty = {}, {}
    with figure_page(browser, tmp_path) as open_page:
        for lang in ("en", "id", "zh-CN"):
            for width in (1000, 390, 360):
                open_page(shown, lang=lang, width=width)
                room, height = browser.execute_script(f"return [{KEPT}, {LIVE}]")
                if height > room + 1:
                    short[lang, width] = (height, room)
                if height < room - 180:
                    empty[lang, width] = (height, room)
    assert (short, empty) == ({}, {})


def test_what_is_too_much_is_given_back_below_the_screen_and_not_before_the_readers_eyes(
    browser, tmp_path
):
    with figure_page(browser, tmp_path) as open_page:
        open_page(GateBoard(), width=480)
        browser.execute_async_script("setTimeout(arguments[0], 300)")
        room, height = browser.execute_script(f"return [{KEPT}, {LIVE}]")
        assert room > height + 50  # it is on the screen, and nothing moves
        browser.execute_script(
            "const page = document.createElement('div'); page.style.height = '3000px';"
            "document.querySelector('main').prepend(page)"
        )
        wait(lambda: browser.execute_script(f"return {KEPT} === 0"))
        place = "document.querySelector('.course-figure').getBoundingClientRect().height"
        place, live = browser.execute_script(f"return [{place}, {LIVE}]")
        assert place == pytest.approx(live, abs=2)
