"""``course serve``: show the built site on this machine only."""

import gzip
import io
import os
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from rich.console import Console

from course_lib.errors import CourseError
from course_lib.i18n import _

from .build import SITE, first_page

HOST = "127.0.0.1"
TRIED = 20  # ports, from the one asked for


# What a static host sends in fewer bytes; fonts and pictures are small already.
ZIPPED = {".html", ".css", ".js", ".svg", ".json", ".ipynb", ".txt"}


class _Quiet(SimpleHTTPRequestHandler):
    """Static files, compressed as a static host does it, and never cached, so that a rebuilt page
    is seen at once; no line per request."""

    protocol_version = "HTTP/1.1"  # one connection for many files

    def send_head(self):
        path = Path(self.translate_path(self.path))
        accepted = "gzip" in self.headers.get("Accept-Encoding", "")
        if not accepted or path.suffix not in ZIPPED or not path.is_file():
            return super().send_head()
        content = gzip.compress(path.read_bytes(), 6)
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(str(path)))
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Vary", "Accept-Encoding")
        self.end_headers()
        return io.BytesIO(content)

    def end_headers(self):
        self.send_header("Cache-Control", "no-cache")
        super().end_headers()

    def log_message(self, *args):
        pass


class _Server(ThreadingHTTPServer):
    # Elsewhere than on Windows this only allows to start again at once after a stop; on Windows
    # it would let two servers share one port.
    allow_reuse_address = os.name != "nt"
    daemon_threads = True


def open_server(site: Path, port: int) -> ThreadingHTTPServer:
    """A server of ``site`` at ``port`` or the next free one; call ``serve_forever`` on it.

    Raises CourseError when no port can be had.
    """
    if not 0 <= port <= 65535:
        text = _("{port} is not a port: choose a number from 1 to 65535.")
        raise CourseError(text.format(port=port))
    handler = partial(_Quiet, directory=str(site))
    for candidate in range(port, min(port + TRIED, 65536)):
        try:
            return _Server((HOST, candidate), handler)
        except PermissionError:
            text = _("Port {port} is reserved by the system; choose another with --port 8000.")
            raise CourseError(text.format(port=port)) from None
        except OSError:
            continue
    text = _("The ports {first} to {last} are all in use; choose another with --port.")
    raise CourseError(text.format(first=port, last=candidate))


def serve(root: Path, port: int = 8000, language: str = "en", console: Console | None = None):
    """Serve the built site until Ctrl-C; says which port it took when the one asked for is in use.

    Raises CourseError when the book in ``language`` has not been built.
    """
    root, console = Path(root), console or Console()
    page = Path(language) / first_page(root)
    if not (root / SITE / page).is_file():
        text = _("There is no built book in {folder}; run `course build` first.")
        raise CourseError(text.format(folder=root / SITE / language))
    server = open_server(root / SITE, port)
    taken = server.server_address[1]
    if port and taken != port:
        text = _("Port {port} is in use, so the book is at port {taken}.")
        console.print(text.format(port=port, taken=taken), highlight=False)
    address = f"http://{HOST}:{taken}/{page.as_posix()}"
    text = _("The book: {address}  (Ctrl-C stops it)").format(address=address)
    console.print(text, highlight=False, soft_wrap=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        console.print(_("Stopped."))
    finally:
        server.server_close()
