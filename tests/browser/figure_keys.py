"""The keys of a reader without a pointer: through a figure with Tab, about in it with the arrows,
and at work on each of its controls."""

from selenium.webdriver.common.keys import Keys

from tests.browser.figure_page import FIGURE
from tests.browser.patient import press

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
# The ring: an outline of its own, for a slider one round its track alone, or a picture that differs
# from the one without the focus.
OUTLINE = """const e = document.activeElement, row = e.closest('.fig-slider, .fig-size');
    const style = e.type === 'range' && row
      ? getComputedStyle(row, '::after') : getComputedStyle(e);
    return style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2"""


def run(browser, expression):
    return browser.execute_script(f"return {expression}", 0)


def stops(browser):
    """Press Tab through the figure; at each control in it, yield (kind, HTML)."""
    browser.execute_script("document.activeElement.blur(); window.scrollTo(0, 0)")
    yield from walk(browser)


def walk(browser):
    """Press Tab from where the focus is, through the figure and out of it."""
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
