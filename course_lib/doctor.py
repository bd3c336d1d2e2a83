"""Looks at this machine and says what is missing and how to get it."""

import importlib.metadata
import os
import shutil
import sys
from pathlib import Path
from typing import NamedTuple

from course_lib.errors import CourseError
from course_lib.i18n import N_, _

INSTALL = N_("Run: pip install -r requirements.txt")
PURPOSES = {
    None: N_("Packages for students"),
    "book": N_("Packages that build the book"),
    "instructor": N_("Packages that grade"),
    "dev": N_("Packages that run the tests"),
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
    inside = sys.prefix != sys.base_prefix
    where = _("in a virtual environment") if inside else _("not in a .venv")
    return Finding(
        _("Python 3.11 or newer"),
        sys.version_info >= (3, 11),
        f"{found}, {where}",
        _("Install Python 3.11 or newer, then run make course again."),
    )


def _isolation():
    """How well ``course grade`` can shut students' code in."""
    try:
        from course_lib.grading.engine.sandbox import available

        found = available()
        said = _("complete") if found.complete else " ".join(found.weaker())
        complete = found.complete
    except ImportError as error:  # not an instructor's installation
        complete, said = False, _("cannot be tried ({error})").format(error=error)
    return Finding(
        _("Students' code shut in while it is graded"),
        complete,
        said,
        _("Grade on Linux 5.13 or newer; course grade --isolation required refuses anything less."),
        needed=False,
    )


def _packages():
    from packaging.requirements import Requirement

    try:
        requirements = importlib.metadata.requires("course-lib") or []
    except importlib.metadata.PackageNotFoundError:
        yield Finding(_("The course's own package"), False, _("not installed"), _(INSTALL))
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
                wrong.append(_("{name} is missing").format(name=requirement.name))
                continue
            if not requirement.specifier.contains(version, prereleases=True):
                text = _("{name} {version} is not {wanted}")
                wanted = requirement.specifier
                wrong.append(text.format(name=requirement.name, version=version, wanted=wanted))
        found = "; ".join(wrong) if wrong else _("all {count} there").format(count=count)
        yield Finding(_(purpose), not wrong, found, _(INSTALL), needed=extra is None)


def _browser():
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    driver = shutil.which("chromedriver")
    found = path or _("no Chromium")
    if path and not driver:
        found = _("{path}, but no chromedriver").format(path=path)
    return Finding(
        _("Chromium for `course pdf`, with chromedriver for the browser tests"),
        bool(path and driver),
        found,
        _(
            "On Debian or Ubuntu: apt-get install chromium chromium-driver. "
            "Only printing and the browser tests need them."
        ),
        needed=False,
    )


def _chinese_font():
    """A PDF holds its fonts, so this machine must have one with Chinese signs."""
    from course_lib.publish.chromium import need_fonts

    what = _("A font for the PDF in 简体中文")
    try:
        need_fonts(["zh_CN"])
    except CourseError as error:
        return Finding(what, False, _("none"), str(error), needed=False)
    return Finding(what, True, _("found"), "", needed=False)


def _disk(root):
    free = shutil.disk_usage(root if root.exists() else Path.cwd()).free / 2**30
    found = _("{size} GB free").format(size=f"{free:.0f}")
    return Finding(_("Disk"), free >= 1, found, _("Free at least 1 GB."))


def _course_folder(root):
    ok = (root / "_config.yml").exists() and os.access(root, os.W_OK)
    found = _("{folder} has no _config.yml or cannot be written").format(folder=root)
    return Finding(
        _("The course's folder"),
        ok,
        str(root) if ok else found,
        _("Change into the course's folder, or name it: course --root FOLDER doctor"),
    )


def _site(root):
    built = [p.parent.name for p in sorted((root / "_build" / "html").glob("*/index.html"))]
    return Finding(
        _("The built book"),
        bool(built),
        ", ".join(built) or _("not built yet"),
        _("Build it with: course build"),
        needed=False,
    )
