"""The figure of gradients on their way back, in the reader's hands."""

import pytest
from selenium.webdriver.common.keys import Keys

from course_lib.figures import GradientFlow
from tests.browser.figure_page import FIGURE, text
from tests.browser.patient import becomes, click, press
from tests.browser.test_figures import of_figure, says, tab_to

pytestmark = pytest.mark.browser


def test_an_explosion_is_made_and_clipped_with_keys_alone(show):
    browser = show(GradientFlow(size=0))
    says(browser, "vanishes")
    tab_to(browser, "e.type === 'range'")
    press(browser, Keys.END)  # the spectral radius
    becomes(of_figure(browser, "f.settings.rho"), 2)
    grads = GradientFlow(size=0, rho=2.0).values["grads"]
    digits, power = f"{10 ** (grads[0] - grads[-1]):.1e}".split("e+0")
    says(browser, "explodes", f"× {digits}·10{'⁰¹²³⁴⁵⁶⁷⁸⁹'[int(power)]}")
    press(browser, Keys.TAB, Keys.TAB, Keys.TAB, Keys.ARROW_RIGHT)
    becomes(of_figure(browser, "f.settings.limit"), 100)
    says(browser, "clipping multiplies everything by")


def test_clipping_moves_all_points_down_by_the_same_way(show):
    browser = show(GradientFlow(rho=1.4, size=0, limit=1))
    heights = """return [...document.querySelectorAll('circle.dot')].map((dot, n) =>
        dot.cy.baseVal.value - document.querySelectorAll('circle.hollow')[n].cy.baseVal.value)"""
    moved = browser.execute_script(heights)
    assert len(moved) == 30 and min(moved) > 10
    assert max(moved) - min(moved) < 1e-3


def test_a_finger_on_the_picture_looks_at_that_step(show):
    browser = show(GradientFlow(), width=390)
    click(browser, "[data-t='12']")
    says(browser, "Step 12 of 30")
    browser.execute_script(f"{FIGURE}.change({{T: 5}})", 0)
    browser.execute_script(f"{FIGURE}.look({{t: 5}})", 0)
    says(browser, "Step 5 of 5")


@pytest.mark.parametrize("settings", [{"rho": 0.4}, {"rho": 2.0, "size": 0}])
def test_what_is_off_the_scale_lies_on_nothing_else_and_is_explained(show, settings):
    browser = show(GradientFlow(limit=0.01, **settings))
    marks = browser.execute_script(
        """return [...document.querySelectorAll('.fig-flow :is(.dot, .hollow)')].map((e) => {
          const { x, y, width, height } = e.getBBox();
          return [e.tagName, x + width / 2, y, y + height] })"""
    )
    columns = {}
    for kind, middle, top, bottom in marks:
        columns.setdefault(round(middle), []).append((kind, top, bottom))
    assert len(columns) == 30 and any(kind == "polygon" for kind, *_ in marks)
    both = [sorted(points, key=lambda p: p[1]) for points in columns.values() if len(points) == 2]
    assert both and all(upper[2] < lower[1] for upper, lower in both)
    assert "Hollow: before clipping. ▲▼: off the scale." in text(browser, ".fig-legend")
