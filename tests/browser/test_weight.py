"""What a page sends to a reader who has never been here, and that nothing moves while it comes."""

import re
import threading

import pytest

from course_lib.bench.book import KIB, LIMITS, kind_of
from course_lib.bench.reader import SLOW, read, reader
from course_lib.i18n import LANGUAGES
from course_lib.publish.serve import open_server
from tests.slow import slow_but

pytestmark = pytest.mark.browser
LONG = "book/gates/lstm"


@pytest.fixture(scope="module")
def phone(browser, tmp_path_factory):
    """Another browser, with an empty cache; `browser` sees to it that there is a Chromium."""
    with reader(str(tmp_path_factory.mktemp("reader"))) as opened:
        yield opened


def all_weighed(phone, site, language, pages):
    for page in pages:
        kind = kind_of(site.folder / language / f"{page}.html")
        yield page, LIMITS[kind], read(phone, site.address(language, page))


@pytest.mark.parametrize("language", slow_but([], LANGUAGES))
def test_a_chapter_the_first_page_and_the_search_weigh_what_they_may(phone, site, language):
    for page, limit, seen in all_weighed(
        phone, site, language, ["book/welcome", "book/notation", LONG, "search"]
    ):
        assert len(seen.files) > 5, "the browser reported hardly a file, so this proves nothing"
        assert seen.bytes / KIB <= limit, (page, seen.files[:6])
        assert seen.cls <= LIMITS["cls"], (page, seen.moved)


@pytest.mark.slow
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_weighs_what_it_may_and_none_moves_on_a_slow_network(phone, site, language):
    for page in [*site.pages, "search", "genindex"]:
        seen = read(phone, site.address(language, page), SLOW)
        limit = LIMITS[kind_of(site.folder / language / f"{page}.html")]
        assert seen.bytes / KIB <= limit, (page, seen.files[:6])
        assert seen.cls <= LIMITS["cls"], (page, seen.moved)


def test_the_weight_of_a_file_and_a_movement_would_be_seen(phone, tmp_path):
    (tmp_path / "noise.bin").write_bytes(bytes(n * n % 251 for n in range(700 * KIB)))
    (tmp_path / "page.html").write_text(
        "<!doctype html><link rel='icon' href='data:,'><title>"
        "x</title><p>Text.</p><p>More.</p><p>And more.</p><script>"
        "fetch('noise.bin').then((answer) => answer.arrayBuffer());"
        "const later = () => { const b = document.createElement('div');"
        "b.style.height = '300px'; document.body.prepend(b); };"
        "new PerformanceObserver(() => setTimeout(later, 200))"
        ".observe({ type: 'paint', buffered: true })</script>"
    )
    server = open_server(tmp_path, 0)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        seen = read(phone, f"http://127.0.0.1:{server.server_address[1]}/page.html")
    finally:
        server.shutdown()
        server.server_close()
    assert seen.bytes > 700 * KIB
    assert seen.files[0][0].endswith("noise.bin")
    assert seen.cls > LIMITS["cls"]
    assert any("Text." in moved for moved in seen.moved)


def test_every_file_of_a_page_has_a_name_that_changes_with_it(phone, site):
    """So a host may let browsers keep it for ever. Pages themselves and their text for bilingual
    reading are asked for again."""
    seen = read(phone, site.address("en", LONG))
    plain = [
        url
        for url, _ in seen.files
        if "?v=" not in url and "?digest=" not in url and not _named_by_content(url)
    ]
    assert [url for url in plain if not url.endswith((".html", "favicon.ico"))] == []


def _named_by_content(url: str) -> bool:
    return bool(re.search(r"[./][0-9a-f]{12,64}\.(css|webp|png|svg|js)$", url))
