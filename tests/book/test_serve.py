"""The server shows the site on this machine only, and steps aside when its port is taken."""

import gzip
import threading
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from course_lib.errors import CourseError
from course_lib.publish.serve import open_server, serve


@pytest.fixture
def site(tmp_path):
    (tmp_path / "index.html").write_text("the book")
    return tmp_path


def test_a_port_in_use_gives_the_next_one_and_both_serve_the_site_on_loopback(site):
    first = open_server(site, 0)
    second = open_server(site, first.server_address[1])
    try:
        assert second.server_address[0] == "127.0.0.1"
        assert second.server_address[1] > first.server_address[1]
        for server in (first, second):
            threading.Thread(target=server.serve_forever, daemon=True).start()
            with urlopen(f"http://127.0.0.1:{server.server_address[1]}/index.html") as answer:
                assert answer.read() == b"the book"
                assert answer.headers["Cache-Control"] == "no-cache"  # a rebuilt page is seen
            server.shutdown()
    finally:
        first.server_close()
        second.server_close()


def test_text_is_compressed_for_who_asks_and_comes_whole_to_who_does_not(site):
    page = "<p>" + "the same words " * 500
    (site / "index.html").write_text(page)
    server = open_server(site, 0)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        with urlopen(Request(f"{address}/index.html", headers={"Accept-Encoding": "gzip"})) as sent:
            assert sent.headers["Content-Encoding"] == "gzip"
            assert sent.headers["Content-Type"].startswith("text/html")
            content = sent.read()
            assert len(content) < len(page) / 10 and gzip.decompress(content).decode() == page
        with urlopen(f"{address}/index.html") as sent:
            assert sent.headers["Content-Encoding"] is None and sent.read().decode() == page
        with pytest.raises(HTTPError, match="404"):
            urlopen(Request(f"{address}/no.html", headers={"Accept-Encoding": "gzip"}))
    finally:
        server.shutdown()
        server.server_close()


def test_a_number_that_is_no_port_and_a_book_that_is_not_built_are_one_sentence(site):
    with pytest.raises(CourseError, match="70000 is not a port"):
        open_server(site, 70000)
    (site / "_toc.yml").write_text("format: jb-book\nroot: book/welcome\n")
    with pytest.raises(CourseError, match="run `course build` first"):
        serve(site, 8000, "en")
