"""The same site from a static host, from below another address, and from a folder."""

import shutil
import threading

import pytest
from selenium.webdriver.common.by import By

from course_lib.i18n import LANGUAGES
from course_lib.publish.serve import open_server
from tests.browser.patient import becomes, wait
from tests.slow import slow_but

pytestmark = pytest.mark.browser
LONG = "book/gates/lstm"


@pytest.fixture(scope="module")
def below(site, tmp_path_factory):
    """The site at /some/path/ of a host that has nothing else."""
    root = tmp_path_factory.mktemp("host")
    (root / "some").mkdir()
    shutil.copytree(site.folder, root / "some" / "path")
    server = open_server(root, 0)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/some/path"
    server.shutdown()
    server.server_close()


def figures(browser):
    return len(browser.find_elements(By.CSS_SELECTOR, ".course-live .course-fig .fig-says"))


def formulas(browser):
    return browser.execute_script(
        """const all = [...document.querySelectorAll('article math')];
        return document.fonts.check('16px "Course Math"') && all.length > 20 &&
          all.every((m) => m.getBoundingClientRect().width > 1)"""
    )


@pytest.mark.parametrize("place", slow_but(["below"], ["root", "below", "file"]))
def test_figures_live_formulas_show_and_search_finds(browser, site, below, requests_of, place):
    start = {"root": site.url, "below": below, "file": site.folder.as_uri()}[place]
    browser.get_log("browser")
    requests_of_nothing = browser.get(f"{start}/index.html")
    assert requests_of_nothing is None
    wait(lambda: "/book/welcome.html" in browser.current_url)
    assert browser.current_url.startswith(start)
    for language in ("en", "zh_CN"):
        browser.get(f"{start}/{language}/{LONG}.html")
        becomes(lambda: figures(browser), 1)
        wait(lambda: formulas(browser))
        words = {"en": "forget", "zh_CN": "遗忘门"}[language]
        browser.get(f"{start}/{language}/search.html?q={words}")
        found = f'#search-results li a[href*="{LONG}"]'
        wait(lambda found=found: browser.find_elements(By.CSS_SELECTOR, found))
    outside, failed = requests_of()
    # A browser asks for this by itself where a document is no page of ours.
    failed = [address for address in failed if not address.endswith("/favicon.ico")]
    assert (outside, failed) == ([], [])
    errors = [e["message"] for e in browser.get_log("browser") if e["level"] == "SEVERE"]
    assert errors == []


@pytest.mark.slow
@pytest.mark.whole
@pytest.mark.parametrize("place", ["below", "file"])
def test_no_page_needs_another_host_or_an_address_of_its_own(
    browser, site, below, requests_of, place
):
    """Every page of every language: nothing outside, nothing missing, nothing in the console."""
    start = {"below": below, "file": site.folder.as_uri()}[place]
    for earlier in ("browser", "performance"):
        browser.get_log(earlier)
    wrong = {}
    for language in LANGUAGES:
        for page in [*site.pages, "search", "genindex"]:
            browser.get(f"{start}/{language}/{page}.html")
            wait(lambda: browser.execute_script("return document.readyState === 'complete'"))
            outside, failed = requests_of()
            errors = [e["message"] for e in browser.get_log("browser") if e["level"] == "SEVERE"]
            if outside or failed or errors:
                wrong[language, page] = (outside, failed, errors)
    assert wrong == {}


def test_paper_from_the_browser_has_no_menus_open_answers_and_still_pictures(browser, site):
    browser.get(site.address("en", LONG))
    becomes(lambda: figures(browser), 1)
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    try:
        browser.execute_script("window.dispatchEvent(new Event('beforeprint'))")
        shown = browser.execute_script(
            """const seen = (s) => [...document.querySelectorAll(s)]
                 .filter((e) => e.checkVisibility() && e.getBoundingClientRect().height > 1).length;
            return {
              menus: seen('.bd-sidebar-primary, .bd-sidebar-secondary, .bd-header, ' +
                '.bd-header-article button, .course-languages, .prev-next-area, .copybtn'),
              live: seen('.course-live'), still: seen('.course-still svg'),
              closed: document.querySelectorAll('details:not([open]):not(.hide)').length -
                document.querySelectorAll('.course-languages:not([open])').length,
              ground: getComputedStyle(document.body).backgroundColor,
              wide: [...document.querySelectorAll('article pre, article div.math')]
                .filter((e) => e.scrollWidth > e.clientWidth + 1).length,
            }"""
        )
    finally:
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
    assert shown["menus"] == 0
    assert (shown["live"], shown["still"]) == (0, 1)
    assert shown["closed"] == 0
    assert shown["wide"] == 0
    assert shown["ground"] in ("rgb(255, 255, 255)", "rgba(0, 0, 0, 0)")


def test_dark_mode_is_never_printed(browser, site):
    browser.get(site.url + "/favicon.svg")
    browser.execute_script("for (const k of ['mode', 'theme']) localStorage.setItem(k, 'dark')")
    browser.get(site.address("en", LONG))
    ink = "return getComputedStyle(document.querySelector('article section p')).color"
    wait(lambda: min(_rgb(browser.execute_script(ink))) > 150)
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    try:
        browser.execute_script("window.dispatchEvent(new Event('beforeprint'))")
        for selector in ("article section p", "article h1", "article math", "article pre"):
            colour = ink.replace("article section p", selector)
            assert max(_rgb(browser.execute_script(colour))) < 140, selector
        pre = "return getComputedStyle(document.querySelector('div.highlight')).backgroundColor"
        assert "rgba(0, 0, 0, 0)" in (seen := browser.execute_script(pre)) or min(_rgb(seen)) > 200
        browser.execute_script("window.dispatchEvent(new Event('afterprint'))")
    finally:
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
        browser.execute_script("localStorage.clear()")
    wait(lambda: min(_rgb(browser.execute_script(ink))) > 150)


def _rgb(colour: str) -> list[float]:
    return [float(part) for part in colour[colour.index("(") + 1 : -1].split(",")[:3]]
