"""A page with figures, in the form a book page has, made without building a book."""

import json
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

from ipywidgets.embed import dependency_state
from selenium.webdriver.common.by import By

from course_lib.figures import base as frame
from tests.browser.patient import becomes
from tests.figures import FIGURES

__all__ = [
    "FIGURE",
    "FIGURES",
    "LOADER",
    "STATE",
    "figure_page",
    "largest_difference",
    "live",
    "text",
]
STATE = "application/vnd.jupyter.widget-state+json"
LOADER = Path(__file__).parents[2] / "book/web/static/figures.js"
#: The figure numbered ``arguments[0]``, in a script for the browser; in JupyterLab too.
FIGURE = "document.querySelectorAll('.course-fig')[arguments[0]].parentElement.figure"


@contextmanager
def figure_page(browser, folder):
    """Gives a function that opens a page with figures over file:// and waits until they live.

    Meanwhile every language has words of its own, also while the catalogs are empty.
    """

    def translator(language):
        return lambda text: text if language == "en" else f"[{language}] {text}"

    def open_page(*figures, lang="en", theme="", loader=True, width=1000, spoil=None):
        size = {"width": width, "height": 1000, "deviceScaleFactor": 1, "mobile": width < 500}
        browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        page = folder / "page.html"
        page.write_text(html(figures, lang, theme, loader, spoil), encoding="utf-8")
        browser.get_log("browser")
        browser.get(page.as_uri())
        if loader and spoil is None:
            becomes(lambda: live(browser), len(figures))
        return browser

    with patch.object(frame, "translator", translator):
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
    script = LOADER.read_text(encoding="utf-8") if loader else ""
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


def text(browser, selector):
    return browser.find_element(By.CSS_SELECTOR, selector).text


def largest_difference(here, there):
    """Of two structures of numbers of one form."""
    if isinstance(here, dict):
        assert here.keys() == there.keys()
        return max(largest_difference(here[key], there[key]) for key in here)
    if isinstance(here, list):
        assert len(here) == len(there)
        return max(map(largest_difference, here, there), default=0)
    return abs(here - there)
