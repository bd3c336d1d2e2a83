"""Every figure by keyboard alone: each control is reached, seen to have the focus, and does
something that is said; and the way out of the figure is open."""

import pytest
from selenium.webdriver.common.keys import Keys

from tests.browser.figure_page import FIGURE, FIGURES, figure_page
from tests.browser.patient import press, wait

pytestmark = pytest.mark.browser

MOST = 60  # Tab stops that no figure has
STATE = f"JSON.stringify({FIGURE}.settings)"
# Nothing to undo, and the one of a choice that is chosen already: these may do nothing.
# A region is there to be scrolled.
IDLE = """((e) => e.getAttribute('aria-disabled') === 'true' || e.getAttribute('role') === 'region'
    || e.getAttribute('aria-label') === 'Start again')(document.activeElement)"""
CHOSEN = "document.activeElement.getAttribute('aria-pressed') === 'true'"
# What a screen reader is told: the live sentence, and what the control says of itself.
SAID = "[...document.querySelectorAll('.course-fig [aria-live]')].map((e) => e.textContent).join()"
OWN = """((e) => [e.value, e.checked, e.getAttribute('aria-valuetext'), e.textContent,
    ...['pressed', 'checked', 'expanded', 'selected', 'label', 'disabled']
      .map((name) => e.getAttribute('aria-' + name))].join('|'))(document.activeElement)"""
CONTROLS = """[...document.querySelectorAll(['button', 'input', 'select', 'textarea', 'a[href]',
    '[role=switch]', '[role=button]', '[role=slider]', '[role=radio]', '[role=gridcell]',
    '[tabindex]'].map((kind) => '.course-fig ' + kind).join())]
  .filter((e) => e.checkVisibility({visibilityProperty: true}) && !e.disabled)"""
# Marks each control that gets the focus, and says what it is.
ARRIVED = """const e = document.activeElement;
    if (!e.closest('.course-fig')) return null;
    e.dataset.reached = 'yes';
    const kind = e.getAttribute('role') || (e.tagName === 'INPUT' ? e.type : e.tagName);
    return [kind.toLowerCase(), e.outerHTML.slice(0, 120)]"""
# The ring: an outline of its own, or a picture that differs from the one without the focus.
OUTLINE = """const style = getComputedStyle(document.activeElement);
    return style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2"""


@pytest.fixture
def show(browser, tmp_path):
    with figure_page(browser, tmp_path) as open_page:
        feature = {"name": "prefers-reduced-motion", "value": "reduce"}
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [feature]})
        yield open_page


def run(browser, expression):
    return browser.execute_script(f"return {expression}", 0)


def stops(browser):
    """Press Tab through the figure; at each control in it, yield (kind, HTML)."""
    browser.execute_script("document.activeElement.blur(); window.scrollTo(0, 0)")
    inside = False
    for _ in range(MOST):
        press(browser, Keys.TAB)
        found = browser.execute_script(ARRIVED)
        if found:
            inside = True
            yield found
        elif inside:
            return
    raise AssertionError("Tab never leaves the figure" if inside else "Tab never reaches it")


def step(browser, key):
    """Type an arrow key; has the focus moved?"""
    browser.execute_script("window.last = document.activeElement")
    press(browser, key)
    browser.execute_script(ARRIVED)
    return run(browser, "document.activeElement !== window.last")


def go_round(browser):
    """Visit with arrow keys whatever shares one Tab stop: to the first, along the row, down, back
    along the next one, and so on."""
    forward, back = Keys.ARROW_RIGHT, Keys.ARROW_LEFT
    for key in (Keys.ARROW_UP, back):
        run_along(browser, key)
    for _ in range(40):
        run_along(browser, forward)
        if not step(browser, Keys.ARROW_DOWN):
            return
        forward, back = back, forward
    raise AssertionError("the arrow keys find no end downwards")


def run_along(browser, key):
    """Type the arrow key until the focus stays where it is."""
    for _ in range(80):
        if not step(browser, key):
            return
    raise AssertionError("the arrow keys find no end along a row")


def use(browser, kind):
    """Work the control that has the focus with the keys of its kind until something changes."""
    keys = {
        "range": (Keys.ARROW_RIGHT, Keys.ARROW_LEFT, Keys.ARROW_LEFT),
        "slider": (Keys.ARROW_RIGHT, Keys.ARROW_LEFT, Keys.ARROW_LEFT),
        "number": (Keys.ARROW_UP, Keys.ARROW_DOWN),
        "select": (Keys.ARROW_DOWN, Keys.ARROW_UP),
        "radio": (Keys.ARROW_DOWN, Keys.ARROW_UP),
        "text": ("a", "b"),
        "checkbox": (Keys.SPACE,),
    }.get(kind, (Keys.ENTER, Keys.SPACE, Keys.ARROW_RIGHT, Keys.ARROW_LEFT))
    before = run(browser, f"[{STATE}, {SAID}]")
    for key in keys:
        press(browser, key)
        after = run(browser, f"[{STATE}, {SAID}]")
        if after != before:
            return before, after
    return before, before


@pytest.mark.parametrize("figure", FIGURES)
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


def test_a_figure_without_keys_would_be_found(show):
    """A control that no key reaches, and a focus that nobody sees."""
    browser = show(FIGURES[0]())
    browser.execute_script(
        """const control = document.querySelector('.course-fig button');
        control.tabIndex = -1;
        const seen = document.querySelector('.course-fig input');
        seen.style.outline = 'none';"""
    )
    rings = [browser.execute_script(OUTLINE) for _ in stops(browser)]
    assert not all(rings)
    assert run(browser, f"{CONTROLS}.filter((e) => !e.dataset.reached).length") == 1
