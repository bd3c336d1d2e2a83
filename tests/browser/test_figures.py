"""The figures in a static page without a kernel: a real browser, opened over file://.

The page is made here, in the form a book page has, so that no book need be built.
"""

import json
from pathlib import Path

import pydata_sphinx_theme
import pytest
import torch
from ipywidgets.embed import dependency_state
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

from course_lib.figures import GateBoard, UnrolledRNN, WeightStack
from course_lib.figures import base as frame

pytestmark = pytest.mark.browser

ROOT = Path(__file__).parents[2]
FIGURES = [UnrolledRNN, GateBoard, WeightStack]
STATE = "application/vnd.jupyter.widget-state+json"
FIGURE = "document.querySelectorAll('.course-live')[arguments[0]].figure"


@pytest.fixture(autouse=True)
def words_of_three_languages(monkeypatch):
    """Every language has words of its own, also while the catalogs are empty."""

    def translator(language):
        return lambda text: text if language == "en" else f"[{language}] {text}"

    monkeypatch.setattr(frame, "translator", translator)


@pytest.fixture
def show(browser, tmp_path):
    """Open a page with these figures and wait until they are live."""

    def open_page(*figures, lang="en", theme="", loader=True, width=1000, spoil=None):
        size = {"width": width, "height": 1000, "deviceScaleFactor": 1, "mobile": width < 500}
        browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        page = tmp_path / "page.html"
        page.write_text(html(figures, lang, theme, loader, spoil), encoding="utf-8")
        browser.get_log("browser")
        browser.get(page.as_uri())
        if loader and spoil is None:
            wait(browser, lambda: live(browser) == len(figures))
        return browser

    yield open_page
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "", "features": []})
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})


def html(figures, lang, theme, loader, spoil):
    state = dependency_state(figures, drop_defaults=False)
    if spoil is not None:
        state[figures[0].model_id]["state"]["_esm"] = spoil
    embedded = json.dumps({"version_major": 2, "version_minor": 0, "state": state})
    embedded = embedded.replace("</script", "<\\/script")
    script = (ROOT / "book/web/static/figures.js").read_text(encoding="utf-8") if loader else ""
    colours = f'data-theme="{theme}"' if theme else ""
    body = "".join(f"{figure.html()}<p>text after it</p>" for figure in figures)
    return (
        f'<!doctype html><html lang="{lang}" {colours}><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<link rel="icon" href="data:,">'
        "<style>body { margin: 0 } main { max-width: 44rem; margin: auto; padding: 16px }</style>"
        f'</head><body><main>{body}</main><script type="{STATE}">{embedded}</script>'
        f"<script>{script}</script></body></html>"
    )


def live(browser):
    return len(browser.find_elements(By.CSS_SELECTOR, ".course-live .course-fig .fig-says"))


def wait(browser, condition, seconds=10):
    WebDriverWait(browser, seconds, 0.05).until(lambda _: condition())


def text(browser, selector):
    return browser.find_element(By.CSS_SELECTOR, selector).text


def press(browser, *keys):
    for key in keys:
        browser.switch_to.active_element.send_keys(key)


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
    H = draw(2, 16)
    return {"I": draw(1, 16), "H": H, "P": draw(1, H - 1), "projection": bool(draw(0, 1))}


def largest_difference(here, there):
    if isinstance(here, dict):
        assert here.keys() == there.keys()
        return max(largest_difference(here[key], there[key]) for key in here)
    if isinstance(here, list):
        assert len(here) == len(there)
        return max(map(largest_difference, here, there), default=0)
    return abs(here - there)


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
    press(browser, Keys.ARROW_RIGHT, Keys.ARROW_RIGHT)  # time step 3
    tab_to(browser, "e.type === 'range'")
    press(browser, Keys.ARROW_UP)
    settings, h = browser.execute_script(f"const f = {FIGURE}; return [f.settings, f.values.h]", 0)
    assert settings["t"] == 3
    assert settings["x"][2][0] == pytest.approx(-0.6)
    assert largest_difference(h[:2], before[:2]) < 1e-12
    assert all(largest_difference(h[t], before[t]) > 1e-3 for t in range(2, 6))
    assert "h₃, h₄, h₅, h₆" in text(browser, ".fig-says")
    tab_to(browser, "e.getAttribute('aria-label') === 'Start again'")
    press(browser, Keys.ENTER)
    h = browser.execute_script(f"return {FIGURE}.values.h", 0)
    assert largest_difference(h, before) < 1e-12


def test_the_gate_board_is_operated_with_keys_alone(show):
    browser = show(GateBoard("closed"))
    assert "none" in text(browser, ".fig-says")
    tab_to(browser, "e.getAttribute('role') === 'switch'")
    label = browser.switch_to.active_element.get_attribute("aria-label")
    assert label == "output gate, step 1"
    press(browser, Keys.END, Keys.SPACE)  # o_7 opens
    press(browser, Keys.ARROW_DOWN)
    for _ in range(6):  # f_7 to f_2 open
        press(browser, Keys.SPACE, Keys.ARROW_LEFT)
    press(browser, Keys.ARROW_DOWN, Keys.ENTER)  # i_1 opens
    assert browser.switch_to.active_element.get_attribute("aria-checked") == "true"
    settings = browser.execute_script(f"return {FIGURE}.settings", 0)
    assert [settings[gate] for gate in "ifo"] == ["O------", "-OOOOOO", "------O"]
    assert "h₇ (0.64)" in text(browser, ".fig-says")
    assert "c₁–c₇" in text(browser, ".fig-says")


def test_a_gate_answers_a_finger(show):
    browser = show(GateBoard("answers"), width=390)
    browser.find_element(By.CSS_SELECTOR, "[aria-label='output gate, step 4']").click()
    assert browser.execute_script(f"return {FIGURE}.settings.o", 0) == "-----O-"


def test_the_weight_stack_is_operated_with_keys_alone(show):
    browser = show(WeightStack())
    tab_to(browser, "e.type === 'checkbox'")
    press(browser, Keys.SPACE)
    tab_to(browser, "e.getAttribute('role') === 'button'")
    press(browser, Keys.ARROW_RIGHT, Keys.ARROW_DOWN)
    assert text(browser, ".fig-panel code") == "weight_hh_l0[1*H:2*H]"
    assert text(browser, ".fig-shape").endswith("(5, 3)")
    assert text(browser, ".fig-panel strong") == "forget gate"
    total = sum(p.numel() for p in torch.nn.LSTM(4, 5, proj_size=3).parameters())
    assert text(browser, ".fig-total").endswith(f"= {total}")
    press(browser, Keys.END)
    assert text(browser, ".fig-panel code") == "weight_hr_l0"


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
    assert text(browser, ".fig-panel code") == "bias_ih_l0[3*H:4*H]"


@pytest.mark.parametrize("figure", FIGURES)
@pytest.mark.parametrize(
    ("lang", "key"),
    [("en", "en"), ("id", "id"), ("zh-CN", "zh_CN"), ("zh_CN", "zh_CN"), ("zh", "zh_CN")],
)
def test_a_figure_speaks_the_language_of_the_page(show, figure, lang, key):
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
    wait(browser, lambda: text(browser, ".fig-question") == shown.words["id"]["question"])
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
@pytest.mark.parametrize("width", [1000, 390, 360])
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

    assert set(duration("reduce").split(", ")) == {"0s"}
    assert "0.25s" in duration("no-preference")


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
    assert (still.is_displayed(), figure.is_displayed()) == (False, True)
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    assert (still.is_displayed(), figure.is_displayed()) == (True, False)


@pytest.mark.parametrize(
    "spoiled",
    ["export default {", "throw new Error()", "export default { render() { throw new Error() } }"],
)
def test_a_figure_that_fails_leaves_its_picture_and_says_so_and_the_others_live(show, spoiled):
    shown = [GateBoard(), WeightStack()]
    browser = show(*shown, lang="id", spoil=spoiled)
    wait(browser, lambda: live(browser) == 1)
    stills = browser.find_elements(By.CSS_SELECTOR, ".course-still")
    assert [still.is_displayed() for still in stills] == [True, False]
    assert len(browser.find_elements(By.CSS_SELECTOR, ".course-live")) == 1
    assert text(browser, ".course-figure-note") == shown[0].words["id"]["failed"]


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
    paper = []
    for wish in ("light", "dark"):
        feature = {"name": "prefers-color-scheme", "value": wish}
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [feature]})
        paper.append(
            browser.execute_script(
                "return getComputedStyle(document.querySelector('.box + text, .paper')).fill"
            )
        )
    assert paper[0] != paper[1]


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
    loader = (ROOT / "book/web/static/figures.js").read_text(encoding="utf-8")
    page = tmp_path / "two.html"
    page.write_text(
        f"<!doctype html><div>{view}</div><div>{view}</div>"
        f'<script type="{STATE}">{json.dumps({"state": {"a": entry}})}</script>'
        f"<script>{loader}</script>",
        encoding="utf-8",
    )
    browser.get(page.as_uri())
    wait(browser, lambda: len(browser.find_elements(By.CSS_SELECTOR, ".fig-says")) == 2)
    one, other = browser.find_elements(By.CSS_SELECTOR, ".fig-says")
    assert one.text == other.text == "7 1"
    one.click()
    assert one.text == other.text == "7 2"
