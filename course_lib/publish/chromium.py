"""Chromium: where it is, and how it prints a page to a PDF."""

import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from course_lib.errors import CourseError
from course_lib.i18n import _

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
# A browser that asks nobody anything by itself.
FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-dev-shm-usage",
    "--no-first-run",
)
PRINTING = (
    "--allow-file-access-from-files",
    "--no-pdf-header-footer",
    "--generate-pdf-document-outline",
)
PATIENCE = 600  # seconds for one book
# What `fc-list` must find, and the package of Debian and Ubuntu that has it.
FONTS = {"zh_CN": (":lang=zh-cn", "fonts-noto-cjk")}


def find() -> str:
    """The path of Chromium. Raises CourseError when there is none."""
    found = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if found is None:
        raise CourseError(
            _(
                "This needs Chromium, which is not here. Debian and Ubuntu: apt-get install "
                "chromium. Elsewhere install Chromium or Chrome and put it on the PATH."
            )
        )
    return found


def need_fonts(languages: Sequence[str]) -> None:
    """Raise CourseError when this machine has no font for the signs of one of ``languages``.

    Where nothing tells the fonts, as on Windows and macOS, those of the system are relied on.
    """
    fc_list = shutil.which("fc-list")
    for language in languages:
        if language not in FONTS or fc_list is None:
            continue
        wanted, package = FONTS[language]
        told = subprocess.run([fc_list, wanted, "family"], capture_output=True, text=True)
        if not told.stdout.strip():
            text = _(
                "Printing {language} needs a font with its signs, and this machine has none. "
                "Debian and Ubuntu: apt-get install {package}."
            )
            raise CourseError(text.format(language=language, package=package))


def print_page(page: Path, pdf: Path) -> None:
    """Print the file ``page`` to ``pdf``. Raises CourseError when Chromium cannot."""
    pdf.unlink(missing_ok=True)
    with tempfile.TemporaryDirectory(prefix="print-", ignore_cleanup_errors=True) as profile:
        command = [find(), *FLAGS, *PRINTING, f"--user-data-dir={profile}", f"--print-to-pdf={pdf}"]
        try:
            ended = subprocess.run(
                [*command, page.as_uri()],
                capture_output=True,
                text=True,
                errors="replace",
                timeout=PATIENCE,
            )
        except subprocess.TimeoutExpired:
            text = _("Chromium did not print within {seconds} seconds.")
            raise CourseError(text.format(seconds=PATIENCE)) from None
    if ended.returncode or not pdf.is_file():
        said = ended.stderr.strip().splitlines()[-1:] or [_("it gave no reason")]
        text = _("Chromium could not print the book: {reason}")
        raise CourseError(text.format(reason=said[0]))
