"""The figures in a static page without a kernel: their numbers, and the reader's hand."""

import pytest
import torch
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from course_lib.figures import (
    CostCalculator,
    Equivariance,
    GateBoard,
    GradientFlow,
    NowcastViewer,
    SlidingKernel,
    TextPlayground,
    UnrolledRNN,
    WeightStack,
)
from tests.browser.figure_page import FIGURE, FIGURES, largest_difference, text
from tests.browser.patient import becomes, click, press, wait

pytestmark = pytest.mark.browser


def of_figure(browser, expression):
    """A function that reads ``expression`` about the first figure ``f``."""
    return lambda: browser.execute_script(f"const f = {FIGURE}; return {expression}", 0)


def reads(browser, selector, wanted):
    becomes(lambda: text(browser, selector), wanted)


def says(browser, *words):
    """Wait until the figure's sentence has all the ``words``."""
    becomes(lambda: {w: said for w in words if w not in (said := text(browser, ".fig-says"))}, {})


def tab_to(browser, script, most=30):
    """Press Tab until the focused element satisfies ``script`` (about ``e``)."""
    for _ in range(most):
        press(browser, Keys.TAB)
        if browser.execute_script(f"const e = document.activeElement; return !!({script})"):
            return
    raise AssertionError(f"Tab never came to an element with {script}")


def settings_for(figure, generator):
    def draw(least, most):
        return int(torch.randint(least, most + 1, (1,), generator=generator))

    if isinstance(figure, UnrolledRNN):
        x = torch.rand(6, 2, generator=generator, dtype=torch.float64) * 4 - 2
        return {"x": x.tolist(), "t": draw(1, 6)}
    if isinstance(figure, GateBoard):
        gates = {gate: "".join("-O"[draw(0, 1)] for _ in range(7)) for gate in "ifo"}
        return gates | {"feedback": bool(draw(0, 1))}
    if isinstance(figure, SlidingKernel):
        dims = draw(1, 2)
        settings = {
            "dims": dims,
            "kernel": [draw(-3, 3) for _ in range(4)],
            "image_kernel": [[draw(-3, 3) for _ in range(3)] for _ in range(3)],
            "K": draw(2, 4 if dims == 1 else 3),
            "padding": draw(0, 2),
            "stride": draw(1, 3),
            "dilation": draw(1, 2),
            "flip": bool(draw(0, 1)),
        }
        return settings | {"at": draw(0, len(figure.compute(settings)["out"]) - 1)}
    if isinstance(figure, GradientFlow):
        choices = {"size": figure.constants["sizes"], "limit": figure.constants["limits"]}
        chosen = {name: values[draw(0, len(values) - 1)] for name, values in choices.items()}
        return chosen | {"rho": draw(8, 40) / 20, "T": draw(2, 30), "t": 1}
    if isinstance(figure, TextPlayground):
        corpus = ("en", "id", "zh_CN")[draw(0, 2)]
        last = len(figure.constants["vocabulary"][corpus]) - 1
        text = [draw(0, last) for _ in range(draw(1, 12))]
        return {"corpus": corpus, "text": text, "typed": 1, "temperature": draw(0, 20) / 10}
    if isinstance(figure, Equivariance):
        kernel = list(figure.constants["kernels"])[draw(0, 3)]
        return {"digit": draw(0, 9), "dx": draw(-6, 6), "dy": draw(-6, 6), "kernel": kernel}
    if isinstance(figure, NowcastViewer):
        places = {"film": draw(1, 6), "t": draw(1, 10), "channel": draw(1, 3)}
        model = figure.constants["models"][draw(0, 3)]
        return places | {"model": model, "gate": "ifo"[draw(0, 2)]}
    if isinstance(figure, CostCalculator):
        sizes = {"n": draw(1, 256), "c": draw(1, 256), "c_out": draw(1, 256), "P": draw(1, 4096)}
        return sizes | {"s": 2 * draw(0, 7) + 1}
    H = draw(2, 16)
    return {"I": draw(1, 16), "H": H, "P": draw(1, H - 1), "projection": bool(draw(0, 1))}


def test_the_page_computes_what_torch_computes_for_any_setting(show):
    figures = [figure() for figure in FIGURES]
    browser = show(*figures)
    generator = torch.Generator().manual_seed(11)
    for place, figure in enumerate(figures):
        for _ in range(40):
            wanted = figure.clean(figure.settings | settings_for(figure, generator))
            change = f"const f = {FIGURE}; f.change(arguments[1]); return f.values"
            values = browser.execute_script(change, place, wanted)
            assert largest_difference(values, figure.compute(wanted)) <= 1e-5


def test_numbers_on_the_page_are_the_computed_ones(show):
    figure = UnrolledRNN()
    browser = show(figure)
    shown = [e.text for e in browser.find_elements(By.CSS_SELECTOR, ".fig-strip text.value")]
    for row in figure.values["h"] + figure.settings["x"]:
        for value in row:
            assert f"{value:.2f}".replace("-", "−") in shown


def test_one_input_moved_by_arrow_keys_changes_the_states_from_there_on_only(show):
    browser = show(UnrolledRNN())
    before = browser.execute_script(f"return {FIGURE}.values.h", 0)
    tab_to(browser, "e.type === 'range'")
    press(browser, Keys.ARROW_RIGHT, Keys.ARROW_RIGHT)
    becomes(of_figure(browser, "f.settings.t"), 3)
    tab_to(browser, "e.type === 'range'")
    press(browser, Keys.ARROW_UP)
    becomes(of_figure(browser, "f.settings.x[2][0]"), pytest.approx(-0.6))
    says(browser, "h₃, h₄, h₅, h₆")
    h = of_figure(browser, "f.values.h")()
    assert largest_difference(h[:2], before[:2]) < 1e-12
    assert all(largest_difference(h[t], before[t]) > 1e-3 for t in range(2, 6))
    tab_to(browser, "e.getAttribute('aria-label') === 'Start again'")
    press(browser, Keys.ENTER)
    wait(lambda: largest_difference(of_figure(browser, "f.values.h")(), before) < 1e-12)


def test_the_gate_board_is_operated_with_keys_alone(show):
    browser = show(GateBoard("closed"))
    says(browser, "none")
    tab_to(browser, "e.getAttribute('role') === 'switch'")
    label = browser.switch_to.active_element.get_attribute("aria-label")
    assert label == "output gate, step 1"
    press(browser, Keys.END, Keys.SPACE)  # o_7 opens
    press(browser, Keys.ARROW_DOWN)
    for _ in range(6):  # f_7 to f_2 open
        press(browser, Keys.SPACE, Keys.ARROW_LEFT)
    press(browser, Keys.ARROW_DOWN, Keys.ENTER)  # i_1 opens
    gates = ["O------", "-OOOOOO", "------O"]
    becomes(of_figure(browser, "[...'ifo'].map((gate) => f.settings[gate])"), gates)
    checked = "return document.activeElement.getAttribute('aria-checked')"
    becomes(lambda: browser.execute_script(checked), "true")
    says(browser, "h₇ (0.64)", "c₁–c₇")


def test_a_gate_answers_a_finger(show):
    browser = show(GateBoard("answers"), width=390)
    click(browser, "[aria-label='output gate, step 4']")
    becomes(of_figure(browser, "f.settings.o"), "-----O-")


def test_the_weight_stack_is_operated_with_keys_alone(show):
    browser = show(WeightStack())
    tab_to(browser, "e.type === 'checkbox'")
    press(browser, Keys.SPACE)
    becomes(of_figure(browser, "f.settings.projection"), True)
    tab_to(browser, "e.getAttribute('role') === 'button'")
    press(browser, Keys.ARROW_RIGHT, Keys.ARROW_DOWN)
    reads(browser, ".fig-panel code", "weight_hh_l0[1*H:2*H]")
    assert text(browser, ".fig-shape").endswith("(5, 3)")
    assert text(browser, ".fig-panel strong") == "forget gate"
    total = sum(p.numel() for p in torch.nn.LSTM(4, 5, proj_size=3).parameters())
    assert text(browser, ".fig-total").endswith(f"= {total}")
    press(browser, Keys.END)
    reads(browser, ".fig-panel code", "weight_hr_l0")


def test_the_slice_of_code_cuts_the_block_it_names_out_of_the_torch_parameter(show):
    browser = show(WeightStack(I=3, H=4, P=2, projection=True))
    lstm = torch.nn.LSTM(3, 4, proj_size=2)
    for tensor in ("weight_ih", "weight_hh", "bias_ih", "bias_hh"):
        for gate in "ifgo":
            look = f"{FIGURE}.look(arguments[1])"
            browser.execute_script(look, 0, {"tensor": tensor, "gate": gate})
            name, rows = text(browser, ".fig-panel code").rstrip("]").split("[")
            first, last = (int(part.split("*")[0]) for part in rows.split(":"))
            block = getattr(lstm, name)[first * 4 : last * 4]
            assert text(browser, ".fig-shape") == f"→ {tuple(block.shape)}"
            assert "ifgo"[first] == gate


def test_pointing_at_a_block_says_what_it_is(show):
    browser = show(WeightStack())
    block = browser.find_element(By.CSS_SELECTOR, "[aria-label='output gate, bias_ih_l0']")
    browser.execute_script("arguments[0].dispatchEvent(new PointerEvent('pointerenter'))", block)
    reads(browser, ".fig-panel code", "bias_ih_l0[3*H:4*H]")


def test_the_kernel_is_edited_and_stepped_with_keys_alone(show):
    browser = show(SlidingKernel())
    says(browser, "y₂ = 2·3 + 1·0 + (−1)·2 = 4")
    tab_to(browser, "e.type === 'checkbox'")
    press(browser, Keys.SPACE)  # turned round
    says(browser, "True convolution", "y₂ = (−1)·3 + 1·0 + 2·2 = 1")
    tab_to(browser, "e.classList.contains('fig-weight')")
    press(browser, Keys.ARROW_RIGHT, Keys.ARROW_RIGHT, Keys.TAB, Keys.ARROW_UP)
    becomes(of_figure(browser, "f.settings.kernel"), [2, 1, 0, 1])
    tab_to(browser, "e.getAttribute('aria-label') === 'one step on'")
    press(browser, Keys.ENTER)
    says(browser, "y₃ = 0·0 + 1·2 + 2·(−1) = 0")


def test_what_no_longer_fits_is_moved_to_the_last_place_there_is(show):
    """The window at the end of a long output, and then a stride that leaves three positions."""
    browser = show(SlidingKernel(at=6))
    set_to = "e.value = 3; e.dispatchEvent(new Event('input'))"
    stride = (
        "[...document.querySelectorAll('.fig-slider')].find((r) => r.innerText.match('stride'))"
    )
    browser.execute_script(f"const e = {stride}.querySelector('input'); {set_to}")
    becomes(of_figure(browser, "[f.settings.at, f.values.out.length]"), [2, 3])
    click(browser, ".fig-slide [data-at='0']")
    says(browser, "y₀ = 2·0 + 1·1 + (−1)·3 = −2")


def test_an_image_has_a_window_for_every_output_and_a_kernel_of_its_own(show):
    figure = SlidingKernel()
    browser = show(figure, width=390)
    browser.find_elements(By.CSS_SELECTOR, ".course-fig .fig-button")[1].click()
    becomes(of_figure(browser, "f.values.shape"), [5, 5])
    assert len(browser.find_elements(By.CSS_SELECTOR, ".fig-weight")) == 9
    browser.execute_script(
        "document.querySelector(\".fig-slide [data-at='7']\").dispatchEvent("
        "new MouseEvent('click', { bubbles: true }))"
    )
    y = figure.compute(figure.clean({"dims": 2}))["out"][7]
    says(browser, f"y(1, 2) = 0·1 + (−1)·1 + 1·1 + (−1)·0 + 2·0 + 0·1 + 1·0 + 0·1 + (−2)·0 = {y:g}")
