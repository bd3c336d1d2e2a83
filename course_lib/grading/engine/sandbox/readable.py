"""Which files of the machine a child may read: Python and its packages, and no part of the course.

Modules are imported late by students and by libraries themselves, so all of an installation's
packages can be read, except for this one: it knows the answers.
"""

import os
import site
import sys
import sysconfig
from collections.abc import Iterator
from functools import cache
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[3]  # course_lib itself
SYSTEM = (
    "/lib",
    "/lib32",
    "/lib64",
    "/usr/lib",
    "/usr/lib32",
    "/usr/lib64",
    "/usr/local/lib",
    "/usr/local/lib64",
    "/usr/share/fontconfig",
    "/usr/share/fonts",
    "/usr/share/locale",
    "/usr/share/zoneinfo",
    "/etc/fonts",
    "/etc/ld.so.cache",
    "/etc/localtime",
    "/proc/cpuinfo",
    "/proc/meminfo",
    "/proc/sys/vm/overcommit_memory",
    "/sys/devices/system/cpu",
    "/sys/devices/system/node",
    "/dev/random",
    "/dev/urandom",
)
DEVICES = (Path("/dev/null"), Path("/dev/zero"))


def hidden() -> list[Path]:
    """What no child may read, even where it lies among the packages."""
    course = PACKAGE.parent
    return [PACKAGE, course] if (course / "pyproject.toml").is_file() else [PACKAGE]


def installation() -> list[Path]:
    """Folders and files that may be read whole."""
    found = {path for root in _roots() for path in _without_hidden(root)}
    return sorted(path for path in found if found.isdisjoint(path.parents))


def split_folders() -> list[Path]:
    """Folders of which only the names can be read, as something hidden lies below them."""
    found = set()
    for root in _roots():
        for secret in hidden():
            found.update(folder for folder in secret.parents if folder.is_relative_to(root))
    return sorted(found)


@cache
def _roots() -> tuple[Path, ...]:
    paths = sysconfig.get_paths()
    found = [paths[name] for name in ("stdlib", "platstdlib", "purelib", "platlib")]
    found += [f"{sys.base_prefix}/lib", f"{sys.base_prefix}/lib64"]
    found += [entry for entry in sys.path if _is_packages(entry)]
    found += SYSTEM
    return tuple(dict.fromkeys(Path(os.path.realpath(path)) for path in found))


def _is_packages(entry: str) -> bool:
    name = Path(entry).name
    return name in ("site-packages", "dist-packages") or entry == site.getusersitepackages()


def _without_hidden(path: Path) -> Iterator[Path]:
    secrets = hidden()
    if path in secrets and path != PACKAGE.parent:
        return
    if not any(path in secret.parents for secret in secrets):
        yield path
        return
    try:
        entries = sorted(path.iterdir())
    except OSError:
        return
    for entry in entries:
        if entry not in secrets:
            yield from _without_hidden(entry)
