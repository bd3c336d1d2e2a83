"""The cost calculator in the reader's hands: sizes typed and slid, bars to be compared."""

import pytest
import torch
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from course_lib.figures import CostCalculator
from tests.browser.figure_page import FIGURE, text
from tests.browser.patient import becomes, click, press
from tests.browser.test_figures import of_figure, says, tab_to

pytestmark = pytest.mark.browser


def bars(browser):
    return browser.execute_script(
        "return [...document.querySelectorAll('rect.cost')].map((r) => r.width.baseVal.value)"
    )


def test_the_page_counts_vectors_as_torch_does(show):
    figure = CostCalculator("vectors")
    browser = show(figure)
    generator = torch.Generator().manual_seed(5)
    for _ in range(20):
        I, H, P = (int(torch.randint(1, 4097, (), generator=generator)) for _ in "IHP")
        sizes = figure.clean({"I": I, "H": H, "P": P})
        change = f"const f = {FIGURE}; f.change(arguments[1]); return f.values"
        assert browser.execute_script(change, 0, sizes) == figure.compute(sizes)


def test_bars_start_at_zero_and_are_as_long_as_their_numbers(show):
    figure = CostCalculator("vectors", I=100, H=100, P=50)
    browser = show(figure)
    for part, lengths in zip(
        ("parameters", "multiply_adds"), (bars(browser)[:5], bars(browser)[5:]), strict=True
    ):
        numbers = [cost[part] for cost in figure.values.values()]
        for length, number in zip(lengths, numbers, strict=True):
            assert length / max(lengths) == pytest.approx(number / max(numbers), abs=1e-4)


def test_a_logarithmic_axis_has_points_and_no_bars(show):
    browser = show(CostCalculator())
    click(browser, ".fig-check")
    becomes(lambda: len(bars(browser)), 0)
    becomes(lambda: len(browser.find_elements(By.CSS_SELECTOR, "circle.cost-dot")), 16)


def test_a_size_is_typed_and_what_is_no_size_goes_back(show):
    browser = show(CostCalculator("vectors"))
    tab_to(browser, "e.type === 'number'")
    press(browser, Keys.CONTROL + "a", "100", Keys.TAB)
    becomes(of_figure(browser, "f.settings.I"), 100)
    becomes(of_figure(browser, "f.values.dense.parameters"), 100 * 256)
    press(browser, Keys.SHIFT + Keys.TAB)
    press(browser, Keys.CONTROL + "a", "99999", Keys.TAB)
    typed = "return document.querySelector('input[type=number]').value"
    becomes(lambda: browser.execute_script(typed), of_figure(browser, "String(f.settings.I)")())
    assert of_figure(browser, "f.settings.I")() <= 8192


def test_more_channels_leave_less_room_for_height_and_width(show):
    browser = show(CostCalculator(n=1024, c=3, c_out=3))
    tab_to(browser, "e.type === 'range' && e.getAttribute('aria-label') === 'channels in c'")
    press(browser, Keys.END)
    becomes(of_figure(browser, "[f.settings.c, f.settings.n]"), [256, 256])


def test_rows_are_chosen_with_keys_and_explained_with_their_formula(show):
    browser = show(CostCalculator("vectors"))
    tab_to(browser, "e.getAttribute('role') === 'button' && e.tagName === 'rect'")
    press(browser, *[Keys.ARROW_UP] * 5)
    becomes(lambda: text(browser, ".fig-panel strong"), "dense")
    press(browser, *[Keys.ARROW_DOWN] * 3)
    becomes(lambda: text(browser, ".fig-panel strong"), "LSTM")
    lstm = torch.nn.LSTM(64, 256)
    count = f"{sum(p.numel() for p in lstm.parameters()):,}".replace(",", "\u202f")
    assert text(browser, ".fig-panel .fig-equation").endswith(f"= {count}")
    says(browser, "LSTM, compared with the dense layer: 20.1 × the parameters; 20 × the multiply")


def test_a_layer_with_less_has_a_number_of_times_fewer(show):
    figure = CostCalculator()
    browser = show(figure)
    browser.execute_script(f"{FIGURE}.look({{layer: 'convlstm'}})", 0)
    dense, convlstm = figure.values["dense"], figure.values["convlstm"]
    times = f"{round(dense['parameters'] / convlstm['parameters'], -1):,.0f}".replace(",", "\u202f")
    work = f"{dense['multiply_adds'] / convlstm['multiply_adds']:.2f}"
    says(browser, f"{times} times fewer parameters; {work} times fewer multiply-adds")
