"""Looks at this machine and says what is missing and how to get it."""

import importlib.metadata
import os
import shutil
import sys
from pathlib import Path
from typing import NamedTuple

from course_lib.errors import CourseError

INSTALL = "Run: pip install -r requirements.txt"
PURPOSES = {
    None: "Packages for students",
    "book": "Packages that build the book",
    "instructor": "Packages that grade",
    "dev": "Packages that run the tests",
}
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


class Finding(NamedTuple):
    """One thing looked at. ``needed``: nothing works without it."""

    what: str
    ok: bool
    found: str
    remedy: str
    needed: bool = True


def examine(root: Path) -> list[Finding]:
    """Everything the course stands on, from Python to the last package."""
    return [
        _python(),
        *_packages(),
        _browser(),
        _chinese_font(),
        _disk(root),
        _course_folder(root),
        _site(root),
        _isolation(),
    ]


def _python():
    found = ".".join(map(str, sys.version_info[:3]))
    where = "in a virtual environment" if sys.prefix != sys.base_prefix else "not in a .venv"
    return Finding(
        "Python 3.11 or newer",
        sys.version_info >= (3, 11),
        f"{found}, {where}",
        "Install Python 3.11 or newer, then run make course again.",
    )


def _isolation():
    """How well ``course grade`` can shut students' code in."""
    try:
        from course_lib.grading.engine.sandbox import available

        found = available()
        said = "complete" if found.complete else " ".join(found.weaker())
        complete = found.complete
    except ImportError as error:  # not an instructor's installation
        complete, said = False, f"cannot be tried ({error})"
    return Finding(
        "Students' code shut in while it is graded",
        complete,
        said,
        "Grade on Linux 5.13 or newer; course grade --isolation required refuses anything less.",
        needed=False,
    )


def _packages():
    from packaging.requirements import Requirement

    try:
        requirements = importlib.metadata.requires("course-lib") or []
    except importlib.metadata.PackageNotFoundError:
        yield Finding("The course's own package", False, "not installed", INSTALL)
        return
    for extra, purpose in PURPOSES.items():
        wrong = []
        count = 0
        for line in requirements:
            requirement = Requirement(line)
            marker = requirement.marker
            if (marker is not None and "extra" in str(marker)) != (extra is not None):
                continue
            if marker is not None and not marker.evaluate({"extra": extra or ""}):
                continue
            count += 1
            try:
                version = importlib.metadata.version(requirement.name)
            except importlib.metadata.PackageNotFoundError:
                wrong.append(f"{requirement.name} is missing")
                continue
            if not requirement.specifier.contains(version, prereleases=True):
                wrong.append(f"{requirement.name} {version} is not {requirement.specifier}")
        found = "; ".join(wrong) if wrong else f"all {count} there"
        yield Finding(purpose, not wrong, found, INSTALL, needed=extra is None)


def _browser():
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    driver = shutil.which("chromedriver")
    found = path or "no Chromium"
    return Finding(
        "Chromium for `course pdf`, with chromedriver for the browser tests",
        bool(path and driver),
        found if path is None or driver else f"{found}, but no chromedriver",
        "On Debian or Ubuntu: apt-get install chromium chromium-driver. "
        "Only printing and the browser tests need them.",
        needed=False,
    )


def _chinese_font():
    """A PDF holds its fonts, so this machine must have one with Chinese signs."""
    from course_lib.publish.chromium import need_fonts

    try:
        need_fonts(["zh_CN"])
    except CourseError as error:
        return Finding("A font for the PDF in 简体中文", False, "none", str(error), needed=False)
    return Finding("A font for the PDF in 简体中文", True, "found", "", needed=False)


def _disk(root):
    free = shutil.disk_usage(root if root.exists() else Path.cwd()).free / 2**30
    return Finding("Disk", free >= 1, f"{free:.0f} GB free", "Free at least 1 GB.")


def _course_folder(root):
    ok = (root / "_config.yml").exists() and os.access(root, os.W_OK)
    return Finding(
        "The course's folder",
        ok,
        str(root) if ok else f"{root} has no _config.yml or cannot be written",
        "Change into the course's folder, or name it: course --root FOLDER doctor",
    )


def _site(root):
    built = [p.parent.name for p in sorted((root / "_build" / "html").glob("*/index.html"))]
    return Finding(
        "The built book",
        bool(built),
        ", ".join(built) or "not built yet",
        "Build it with: course build",
        needed=False,
    )
