"""Every figure by keyboard alone: each control is reached, seen to have the focus, and does
something that is said; and the way out of the figure is open."""

from base64 import b64decode
from io import BytesIO

import pytest
from PIL import Image

from course_lib.figures import CostCalculator, NowcastViewer, UnrolledRNN
from tests.browser.figure_keys import (
    CHOSEN,
    CONTROLS,
    IDLE,
    OUTLINE,
    OWN,
    go_round,
    run,
    stops,
    use,
)
from tests.browser.figure_page import FIGURES, figure_page
from tests.browser.patient import wait
from tests.slow import slow_but

pytestmark = pytest.mark.browser


@pytest.fixture
def show(browser, tmp_path):
    with figure_page(browser, tmp_path) as open_page:
        feature = {"name": "prefers-reduced-motion", "value": "reduce"}
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [feature]})
        yield open_page


def texts_seen(browser):
    """The pixels of every name and value of a control."""
    size = run(browser, "[innerWidth, document.documentElement.scrollHeight]")
    clip = {"x": 0, "y": 0, "width": size[0], "height": size[1], "scale": 1}
    shot = {"clip": clip, "captureBeyondViewport": True}
    png = browser.execute_cdp_cmd("Page.captureScreenshot", shot)["data"]
    page = Image.open(BytesIO(b64decode(png)))
    boxes = run(
        browser,
        """[...document.querySelectorAll(':is(.fig-slider, .fig-size) :is(label, output)')]
        .map((e) => e.getBoundingClientRect())
        .map((r) => [r.left, r.top + scrollY, r.right, r.bottom + scrollY].map(Math.round))""",
    )
    return [page.crop(box).tobytes() for box in boxes]


@pytest.mark.parametrize("figure", slow_but([*FIGURES][::3], FIGURES))
def test_every_control_is_reached_seen_and_left_with_keys(show, figure):
    browser = show(figure())
    unseen = []
    for _, html in stops(browser):
        if browser.execute_script(OUTLINE):
            continue
        with_focus = browser.get_screenshot_as_base64()
        browser.execute_script("window.last = document.activeElement; window.last.blur()")
        if browser.get_screenshot_as_base64() == with_focus:
            unseen.append(html)
        browser.execute_script("window.last.focus({focusVisible: true})")
    assert unseen == []
    shared = run(browser, f"{CONTROLS}.some((e) => e.tabIndex < 0)")
    if shared:
        for _ in stops(browser):
            if run(browser, "!!document.activeElement.closest('svg, [role=grid], [role=group] *')"):
                go_round(browser)
    missed = run(browser, f"{CONTROLS}.filter((e) => !e.dataset.reached).map((e) => e.outerHTML)")
    assert [html[:140] for html in missed] == []


@pytest.mark.parametrize(
    "figure", [pytest.param(f, marks=[pytest.mark.slow] * (at > 1)) for at, f in enumerate(FIGURES)]
)
def test_every_control_does_what_is_said(show, figure):
    """Each one, from the figure's first state: what it changes is heard, in the live sentence or
    from the control itself."""
    browser = show(figure())
    kinds = [kind for kind, _ in stops(browser)]
    assert kinds
    heard, silent, dead = 0, [], []
    for place, kind in enumerate(kinds):
        browser.refresh()
        wait(lambda: browser.execute_script("return !!document.querySelector('.fig-says')"))
        for at, (_, here) in enumerate(stops(browser)):
            html = here
            if at == place:
                break
        if run(browser, IDLE):
            continue
        own, chosen = run(browser, OWN), run(browser, CHOSEN)
        before, after = use(browser, kind)
        heard += after[1] != before[1]
        if after[0] == before[0] and after[1] == before[1]:
            if run(browser, OWN) == own and not chosen:
                dead.append(html)
        elif after[1] == before[1] and run(browser, OWN) == own:
            silent.append(html)
    assert (dead, silent) == ([], [])
    assert heard


@pytest.mark.parametrize("figure", [NowcastViewer, CostCalculator])
def test_the_ring_of_a_slider_leaves_its_name_and_every_other_one_alone(show, figure):
    browser = show(figure(), lang="id", width=375)
    plain, sliders = texts_seen(browser), 0
    for kind, html in stops(browser):
        if kind == "range":
            sliders += 1
            assert browser.execute_script(OUTLINE), html
            assert texts_seen(browser) == plain, html
    assert sliders > 2


def test_the_page_of_the_book_does_not_clip_the_ring(show):
    """The book lets a wide output scroll, and what scrolls is cut at its edge."""
    browser = show(UnrolledRNN())
    clips = browser.execute_script(
        """const css = document.createElement('style');
        css.textContent = '.bd-article div.cell_output, div.cell_output .output {overflow-x: auto}';
        document.head.append(css);
        const boxes = ['bd-content bd-article', 'cell_output', 'output text_html'].map((name) =>
          Object.assign(document.createElement('div'), {className: name}));
        const figure = document.querySelector('.course-figure');
        figure.replaceWith(boxes[0]);
        boxes[0].append(boxes[1]), boxes[1].append(boxes[2]), boxes[2].append(figure);
        return boxes.map((box) => getComputedStyle(box).overflowX)"""
    )
    assert clips == ["visible"] * 3


def test_a_figure_without_keys_would_be_found(show):
    """A control that no key reaches, and a focus that nobody sees."""
    browser = show(FIGURES[0]())
    browser.execute_script(
        """const control = document.querySelector('.course-fig button');
        control.tabIndex = -1;
        const seen = document.querySelector('.course-fig button:not([tabindex])');
        seen.style.outline = 'none';"""
    )
    rings = [browser.execute_script(OUTLINE) for _ in stops(browser)]
    assert not all(rings)
    assert run(browser, f"{CONTROLS}.filter((e) => !e.dataset.reached).length") == 1
