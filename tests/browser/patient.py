"""Hands and eyes for a page that is still at work: nothing is clicked or read before its time.

A page re-lays itself out while it opens, and a slow machine is a few times slower than ours. So
whatever can be done twice is tried until it succeeds; a key, which cannot, is typed once, to an
element that has the focus, and its effect is waited for.
"""

import time

from selenium.common.exceptions import (
    ElementClickInterceptedException,
    ElementNotInteractableException,
    JavascriptException,
    NoSuchElementException,
    StaleElementReferenceException,
)
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By

#: Seconds until patience ends: only a test that fails waits as long.
LIMIT = 60
#: What a page may answer that is not what it will be in a moment.
NOT_YET = (
    ElementClickInterceptedException,
    ElementNotInteractableException,
    JavascriptException,
    NoSuchElementException,
    StaleElementReferenceException,
)


def wait(condition, seconds=LIMIT):
    """The first true value of ``condition()``; raises its last error, or says what it last was."""
    end, pause = time.monotonic() + seconds, 0.05
    while True:
        late = time.monotonic() > end
        try:
            value = condition()
            if value:
                return value
        except NOT_YET:
            if late:
                raise
        else:
            assert not late, f"not within {seconds} s, the last value being {value!r}"
        time.sleep(pause)
        pause = min(2 * pause, 0.25)


def becomes(read, wanted, seconds=LIMIT):
    """Wait until ``read()`` equals ``wanted``; the failure shows both."""
    last = None

    def is_there():
        nonlocal last
        last = read()
        return last == wanted

    try:
        wait(is_there, seconds)
    except AssertionError:
        assert last == wanted, f"{last!r} instead of {wanted!r} after {seconds} s"
        raise


def click(browser, find, seconds=LIMIT):
    """Click on what ``find()`` gives (or on what that CSS selector matches) once it lies still."""

    def clicked():
        element = browser.find_element(By.CSS_SELECTOR, find) if isinstance(find, str) else find()
        if not element or not element.is_displayed() or not _lies_still(browser, element):
            return False
        element.click()
        return True

    wait(clicked, seconds)


def _lies_still(browser, element) -> bool:
    """Bring the element into view; does it stay where it is for two frames?"""
    return browser.execute_async_script(
        """const [element, done] = arguments;
        const box = element.getBoundingClientRect();
        if (box.top < 0 || box.bottom > innerHeight || box.left < 0 || box.right > innerWidth)
          element.scrollIntoView({block: 'center', behavior: 'instant'});
        const place = () => { const {x, y, width, height} = element.getBoundingClientRect();
          return [x, y, width, height].join() };
        const before = place();
        const later = () => done(element.isConnected && place() === before);
        setTimeout(later, 300);  // a page that is not drawn has no frames
        requestAnimationFrame(() => requestAnimationFrame(later))""",
        element,
    )


def focus(browser, selector):
    """Put the focus on the first element that matches ``selector``, into the middle of the view."""
    script = """const element = document.querySelector(arguments[0]);
        if (!element) return false;
        element.scrollIntoView({block: 'center', behavior: 'instant'});
        element.focus();
        return document.activeElement === element"""
    wait(lambda: browser.execute_script(script, selector))


def press(browser, *keys):
    """Type each key once, to the element that has the focus."""
    for key in keys:
        ActionChains(browser).send_keys(key).perform()


def chord(browser, held, key):
    """Type ``key`` once while ``held`` is held down."""
    ActionChains(browser).key_down(held).send_keys(key).key_up(held).perform()
