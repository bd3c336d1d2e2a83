"""A real browser and the real site; without a browser, the summary says what was not run."""

import json
import os
import shutil
import subprocess
import threading
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from rich.console import Console
from selenium import webdriver

from course_lib.errors import CourseError
from course_lib.i18n import LANGUAGES
from course_lib.publish import chromium
from course_lib.publish.build import build_book
from course_lib.publish.serve import open_server

ROOT = Path(__file__).parents[2]
NO_BROWSER = pytest.StashKey[str]()

FLAGS = [*chromium.FLAGS, "--hide-scrollbars", "--window-size=1280,900"]


@dataclass(frozen=True)
class Site:
    """The built site: its folder, its address, and its pages such as ``book/welcome``."""

    folder: Path
    url: str
    pages: tuple[str, ...]

    def address(self, language: str, page: str) -> str:
        return f"{self.url}/{language}/{page}.html"

    def file(self, language: str, page: str) -> str:
        return (self.folder / language / f"{page}.html").as_uri()


@pytest.fixture(scope="session")
def site():
    """The site of this checkout, built when it is not up to date, on loopback."""
    folder = build_book(ROOT, list(LANGUAGES), Console(stderr=True))
    pages = [
        path.relative_to(folder / "en") for path in sorted((folder / "en/book").rglob("*.html"))
    ]
    server = open_server(folder, 0)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    names = tuple(page.with_suffix("").as_posix() for page in pages)
    yield Site(folder, f"http://127.0.0.1:{server.server_address[1]}", names)
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="session")
def browser(request, tmp_path_factory):
    """Chromium, driven by selenium, that records its console and its network requests."""
    programs = _programs()
    if programs is None:
        reason = "there is no chromium with chromedriver, and they could not be installed"
        request.config.stash[NO_BROWSER] = reason
        pytest.skip(reason)
    options = webdriver.ChromeOptions()
    options.binary_location = programs[0]
    for flag in [*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('chromium')}"]:
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(programs[1]))
    driver.set_page_load_timeout(300)
    driver.set_script_timeout(60)
    yield driver
    driver.quit()


@pytest.fixture
def show(browser, tmp_path):
    """A function that opens a page with figures and waits until they live."""
    from tests.browser.figure_page import figure_page

    with figure_page(browser, tmp_path) as open_page:
        yield open_page


@pytest.fixture
def requests_of(browser):
    """A function: (requests to other hosts, answers >= 400) since it was last called."""

    def collect():
        outside, failed, seen = [], [], 0
        for entry in browser.get_log("performance"):
            message = json.loads(entry["message"])["message"]
            if message["method"] == "Network.requestWillBeSent":
                url = urlsplit(message["params"]["request"]["url"])
                seen += 1
                own = url.hostname == "127.0.0.1" or url.scheme in ("data", "blob", "file", "about")
                if not own and not url.scheme.startswith("chrome"):
                    outside.append(url.geturl())
            elif message["method"] == "Network.responseReceived":
                response = message["params"]["response"]
                if response["status"] >= 400:
                    failed.append(response["url"])
        assert seen, "the browser reported no request at all, so the test proves nothing"
        return outside, failed

    return collect


def pytest_terminal_summary(terminalreporter, config):
    """Say aloud that the browser tests did not run."""
    reason = config.stash.get(NO_BROWSER, None)
    if reason:
        terminalreporter.section("NOT RUN: the tests in a real browser", red=True, bold=True)
        terminalreporter.line(
            f"Because {reason}. Install Chromium and its driver (Debian and Ubuntu: "
            "apt-get install chromium chromium-driver) and run the tests again."
        )


def _programs() -> tuple[str, str] | None:
    """Paths of the browser and of its driver, installed now if that is possible."""
    found = _find()
    wanted = [] if found else ["chromium", "chromium-driver"]
    wanted += ["fontconfig", "fonts-noto-cjk"] if _without_chinese() else []
    if wanted and shutil.which("apt-get") and hasattr(os, "geteuid") and os.geteuid() == 0:
        for command in (["update", "-q"], ["install", "-qy", "--no-install-recommends", *wanted]):
            subprocess.run(["apt-get", *command], check=False, capture_output=True)
        found = _find()
    return found


def _without_chinese() -> str:
    """Why Chinese cannot be printed; "" where it can. A system with no fc-list is not known."""
    try:
        chromium.need_fonts(["zh_CN"])
    except CourseError as error:
        return str(error)
    return ""


@pytest.fixture(scope="session")
def chinese(browser):
    """Skip, and say so, where a PDF would have boxes in the place of Chinese."""
    reason = _without_chinese()
    if reason:
        pytest.skip(reason)


def _find() -> tuple[str, str] | None:
    browsers = map(shutil.which, chromium.PROGRAMS)
    browser, driver = next(filter(None, browsers), None), shutil.which("chromedriver")
    return (browser, driver) if browser and driver else None
