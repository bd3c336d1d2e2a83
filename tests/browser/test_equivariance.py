"""The digit in the reader's hand."""

import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from course_lib.figures import Equivariance
from tests.browser.patient import becomes, click, press
from tests.browser.test_figures import of_figure, says, tab_to

pytestmark = pytest.mark.browser


def shift(browser):
    return of_figure(browser, "[f.settings.dx, f.settings.dy]")


def test_arrow_keys_move_the_digit_and_stop_at_the_end_of_the_way(show):
    browser = show(Equivariance())
    says(browser, "differ by 0.00")
    tab_to(browser, "e.getAttribute('role') === 'application'")
    press(browser, Keys.ARROW_RIGHT, Keys.ARROW_RIGHT, Keys.ARROW_UP)
    becomes(shift(browser), [2, -1])
    says(browser, "2 to the right, 1 up", "convolution differs by 0.00")
    press(browser, *[Keys.ARROW_LEFT] * 10)
    becomes(shift(browser), [-6, -1])
    press(browser, Keys.HOME)
    becomes(shift(browser), [0, 0])


@pytest.mark.parametrize("width", [1000, 390])
def test_the_digit_is_dragged_by_whole_pixels(show, width):
    browser = show(Equivariance(), width=width)
    hand = browser.find_element(By.CSS_SELECTOR, ".hand")
    browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", hand)
    cell = hand.rect["width"] / 16
    move = ActionChains(browser).move_to_element(hand).click_and_hold()
    move.move_by_offset(round(3.3 * cell), round(-1.8 * cell)).release().perform()
    becomes(shift(browser), [3, -2])
    ActionChains(browser).move_to_element_with_offset(hand, 20, 20).perform()
    becomes(shift(browser), [3, -2])  # let go is let go


def test_all_pixels_of_a_frame_are_where_the_digit_is(show):
    browser = show(Equivariance(dx=4, dy=4, kernel="blur"))
    reach = """const frames = [...document.querySelectorAll('.course-live .digit-frame')];
      return frames.map((f) => [f.x.baseVal.value, f.y.baseVal.value, f.width.baseVal.value])"""
    ground = "return [...document.querySelectorAll('.ground')].map((g) => g.x.baseVal.value)"
    becomes(lambda: len(browser.execute_script(ground)), 3)
    grounds = browser.execute_script(ground)
    for (x, _, size), left in zip(browser.execute_script(reach), grounds, strict=True):
        assert x - left == pytest.approx(size)  # eight pixels of sixteen


def test_another_digit_and_another_kernel_are_chosen_by_finger(show):
    browser = show(Equivariance(), width=390)
    click(browser, "[aria-label='digit 4']")
    click(browser, "[aria-label='kernel for outlines']")
    becomes(of_figure(browser, "[f.settings.digit, f.settings.kernel]"), [4, "outline"])
