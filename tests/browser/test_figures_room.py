"""The room that a page keeps for a figure: enough in every language and column, not much too much,
and given back where nobody sees it."""

from functools import partial
from itertools import pairwise

import pytest

from course_lib.figures import CostCalculator, GateBoard
from course_lib.figures.base import ROOM_FROM, Room
from tests.browser.figure_page import FIGURES, figure_page
from tests.browser.patient import wait
from tests.slow import slow_but

pytestmark = pytest.mark.browser

ALL = [*FIGURES, partial(CostCalculator, "vectors")]
KEPT = "parseFloat(getComputedStyle(document.querySelector('.course-live')).minHeight)"
LIVE = "document.querySelector('.course-live > .course-fig').getBoundingClientRect().height"
#: Columns that readers have, for each step of ``ROOM_FROM``; the narrowest of a step is among them.
WIDTHS = (
    (288, 327),
    (328, 344),
    (345, 358, 380, 411),
    (440, 520, 568, 599),
    (600, 609, 624, 656, 679),
    (680, 736, 790, 840),
)
# A figure draws itself anew when its column changes, in a frame of the browser.
IN_A_COLUMN = """const [width, done] = arguments;
    const main = document.querySelector('main');
    main.style.cssText = `max-width: none; padding: 0; width: ${width}px`;
    requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => done(
      [KEPT, LIVE]), 30)))""".replace("KEPT", KEPT).replace("LIVE", LIVE)


@pytest.mark.whole
@pytest.mark.parametrize("make", slow_but(ALL[:2], ALL))
def test_the_room_is_enough_in_every_language_and_column(browser, tmp_path, make):
    figure = make()  # with the real words, which are made before the page of the tests begins
    short, empty, needed = {}, {}, {"en": [], "id": [], "zh-CN": []}
    with figure_page(browser, tmp_path) as open_page:
        for lang, heights in needed.items():
            open_page(figure, lang=lang, width=1000)
            for step in WIDTHS:
                heights.append(0)
                for width in step:
                    room, height = browser.execute_async_script(IN_A_COLUMN, width)
                    heights[-1] = max(heights[-1], round(height))
                    if height > room + 1:
                        short[lang, width] = (height, room)
                    if height < room - 200:  # the most: the calculator at 327 px, of no phone
                        empty[lang, width] = (height, room)
    latin = [max(pair) for pair in zip(needed["en"], needed["id"], strict=True)]
    measured = Room(tuple(latin), tuple(needed["zh-CN"]))
    assert (short, empty) == ({}, {}), f"{type(figure).__name__}.ROOM should be {measured}"


def test_the_steps_of_the_room_are_those_of_the_style_sheet(show):
    browser = show(GateBoard())
    widths = [width + by for width in ROOM_FROM[1:] for by in (-1, 0)]
    kept = [browser.execute_async_script(IN_A_COLUMN, width)[0] for width in widths]
    heights = GateBoard.ROOM.latin
    assert kept == [height for pair in pairwise(heights) for height in pair]


def test_what_is_too_much_is_given_back_below_the_screen_and_not_before_the_readers_eyes(
    browser, tmp_path
):
    with figure_page(browser, tmp_path) as open_page:
        open_page(GateBoard(), width=588)
        browser.execute_async_script("setTimeout(arguments[0], 300)")
        room, height = browser.execute_script(f"return [{KEPT}, {LIVE}]")
        assert room > height + 20  # it is on the screen, and nothing moves
        browser.execute_script(
            "const page = document.createElement('div'); page.style.height = '3000px';"
            "document.querySelector('main').prepend(page)"
        )
        wait(lambda: browser.execute_script(f"return {KEPT} === 0"))
        place = "document.querySelector('.course-figure').getBoundingClientRect().height"
        place, live = browser.execute_script(f"return [{place}, {LIVE}]")
        assert place == pytest.approx(live, abs=2)
