"""A reader with an empty cache: how much a page sends, when it shows, and whether it moves."""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from time import sleep

from course_lib.errors import CourseError
from course_lib.publish.chromium import FLAGS, find

# A slow phone network, as web performance tools take it: 1.6 Mbps down, 150 ms there and back.
SLOW = {
    "offline": False,
    "latency": 150,
    "downloadThroughput": 1.6e6 / 8,
    "uploadThroughput": 750e3 / 8,
}
FAST = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
# Nobody touches the page, so every movement counts: Chromium takes the emulated screen for an input
# and would forgive the first half second.
_WATCH = """
window.courseSeen = { lcp: 0, cls: 0, what: "", moved: [] };
new PerformanceObserver((list) => { for (const e of list.getEntries()) {
  courseSeen.lcp = e.startTime; courseSeen.what = e.element?.tagName ?? ""; } })
  .observe({ type: "largest-contentful-paint", buffered: true });
new PerformanceObserver((list) => { for (const e of list.getEntries()) {
  courseSeen.cls += e.value;
  for (const s of e.sources ?? [])
    courseSeen.moved.push(s.node?.outerHTML?.slice(0, 120) ?? ""); } })
  .observe({ type: "layout-shift", buffered: true });
"""
_SCROLL = """
const done = arguments[0], step = 0.9 * innerHeight;
const go = () => {
  scrollBy({ top: step, behavior: "instant" });
  if (scrollY + innerHeight >= document.documentElement.scrollHeight - 2) setTimeout(done, 300);
  else setTimeout(go, 25);
};
go();
"""


@dataclass(frozen=True)
class Reading:
    """One page, opened by somebody who has never been here, and read to its end."""

    bytes: int  # of all files, as they came over the line
    files: tuple[tuple[str, int], ...]  # address and bytes, the largest first
    lcp: float  # seconds until the largest part of the first screen is shown
    cls: float  # how much the page moved while it came, and while it was read
    shown: str  # the element that was the largest
    moved: tuple[str, ...]


@contextmanager
def reader(profile: str, width: int = 412, height: int = 860) -> Iterator:
    """A Chromium for ``read``, with the window of a phone; ``profile`` is an empty folder."""
    from selenium import webdriver

    driver = shutil.which("chromedriver")
    if driver is None:
        raise CourseError(
            "Measuring the book needs chromedriver. Debian and Ubuntu: "
            "apt-get install chromium-driver."
        )
    options = webdriver.ChromeOptions()
    options.binary_location = find()
    for flag in [*FLAGS, "--hide-scrollbars", f"--user-data-dir={profile}"]:
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"performance": "ALL"})
    browser = webdriver.Chrome(options=options, service=webdriver.ChromeService(driver))
    try:
        browser.set_page_load_timeout(120)
        browser.set_script_timeout(120)
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
        browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        browser.execute_cdp_cmd("Network.enable", {})
        browser.execute_cdp_cmd("Network.setCacheDisabled", {"cacheDisabled": True})
        browser.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": _WATCH})
        yield browser
    finally:
        browser.quit()


def read(browser, url: str, network: dict = FAST) -> Reading:
    """Open ``url`` over ``network`` with an empty cache, wait, and scroll to the end."""
    browser.execute_cdp_cmd("Network.emulateNetworkConditions", FAST)
    browser.get("about:blank")
    browser.get_log("performance")
    browser.execute_cdp_cmd("Network.emulateNetworkConditions", network)
    browser.get(url)
    sleep(0.7)  # what the scripts of the page do when it is there
    first = browser.execute_script("return courseSeen")
    browser.execute_async_script(_SCROLL)
    seen = browser.execute_script("return courseSeen")
    files = _files(browser)
    total = sum(size for _, size in files)
    return Reading(
        total, files, first["lcp"] / 1000, seen["cls"], first["what"], tuple(seen["moved"])
    )


def _files(browser) -> tuple[tuple[str, int], ...]:
    """What came over the line, heads of the answers included."""
    addresses, sizes = {}, {}
    for entry in browser.get_log("performance"):
        message = json.loads(entry["message"])["message"]
        told = message["params"]
        if message["method"] == "Network.requestWillBeSent":
            addresses[told["requestId"]] = told["request"]["url"]
        elif message["method"] == "Network.loadingFinished":
            sizes[told["requestId"]] = int(told["encodedDataLength"])
    found = [(addresses[key], size) for key, size in sizes.items() if key in addresses]
    real = [(url, size) for url, size in found if url.startswith("http")]
    return tuple(sorted(real, key=lambda pair: -pair[1]))
