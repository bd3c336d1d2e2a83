"""One configuration per language, derived from ``_config.yml``; and what a build depends on."""

import hashlib
import sys
from collections.abc import Callable, Iterable
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import polib
import yaml

import course_lib
from course_lib.errors import CourseError
from course_lib.i18n import _

from .words import title, words

LIBRARY = Path(course_lib.__file__).parent

# Packages whose version may change what a cell prints or draws.
COUNTED = ("torch", "numpy", "matplotlib", "anywidget", "ipywidgets", "myst-nb")
BUILDERS = ("jupyter-book", "sphinx", "sphinx-book-theme", "pydata-sphinx-theme", "math-core")


def read_config(root: Path) -> dict:
    """``_config.yml`` of the course as a dictionary. Raises CourseError when it cannot be read."""
    for name in ("_config.yml", "_toc.yml"):
        if not (root / name).is_file():
            text = _("There is no {name} in {folder}; run this in the folder of the course.")
            raise CourseError(text.format(name=name, folder=root))
    try:
        return yaml.safe_load((root / "_config.yml").read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        reason = " ".join(str(error).split())
        text = _("_config.yml cannot be read as YAML: {reason}")
        raise CourseError(text.format(reason=reason)) from None


def derive(root: Path, language: str, cache: Path) -> dict:
    """The configuration of one language: its words, its title and the shared execution cache."""
    config = read_config(root)
    say = words(language)
    config["title"] = title(language) if config.get("title") == title("en") else config["title"]
    config.setdefault("execute", {})["cache"] = str(cache)
    sphinx = config.setdefault("sphinx", {}).setdefault("config", {})
    sphinx["language"] = language
    # Sphinx copies style sheets and scripts only when it writes a page.
    behind = [LIBRARY / "publish", root / "book" / "web"]
    sphinx["course_fingerprint"] = fingerprint(behind, BUILDERS)
    sphinx["course_words"] = site_words(language)
    sphinx["numfig_format"] = {"figure": say["figure"]}  # Sphinx' own Indonesian is "Gambar. 1"
    sphinx["togglebutton_hint"] = say["click_show"]
    sphinx["togglebutton_hint_hide"] = say["click_hide"]
    options = sphinx.setdefault("html_theme_options", {})
    options["search_bar_text"] = say["search"]
    options["toc_title"] = say["contents"]
    return config


def execution_cache(root: Path) -> Path:
    """The folder of executed pages, which all languages share."""
    return root / "_build" / "execution" / "pages"


def words_of(places: Iterable[str]) -> str:
    """The translated words of the files in ``places``: a page's output may carry them, as a
    figure's does. A new hint in an exercise is none of them, and executes no page again."""
    return _said("*", set(places).__contains__)


def site_words(language: str) -> str:
    """Changes with a word of the site in ``language``, with the languages there are, and with how
    Chinese is cut into words for the search. A new hint in an exercise changes no page."""
    paths = [LIBRARY / "i18n/languages.json"]
    if language.startswith("zh"):
        paths.append(LIBRARY / "i18n/glossary.yml")
    said = _said(language, lambda place: place.startswith("course_lib/publish/"))
    return fingerprint([path for path in paths if path.exists()], text=said)


def _said(language: str, counts: Callable[[str], bool]) -> str:
    """The sentences of a catalog, or of all with "*", from the files whose place ``counts``."""
    catalogs = sorted((LIBRARY / "i18n" / "locales").glob(f"{language}/messages.po"))
    return "\n".join(
        f"{entry.msgid} {entry.msgstr}"
        for catalog in catalogs
        for entry in _entries(catalog, catalog.stat().st_mtime_ns)
        if any(counts(place) for place, _ in entry.occurrences)
    )


@lru_cache
def _entries(catalog: Path, _written: int) -> list[polib.POEntry]:
    return list(polib.pofile(str(catalog)))


def fingerprint(paths: Iterable[Path], packages: Iterable[str] = (), text: str = "") -> str:
    """Sixteen hexadecimal digits that change with a file, its name, a package's version or text."""
    digest = hashlib.sha256((sys.version + text).encode())
    for package in packages:
        digest.update(f"{package} {_version(package)}\n".encode())
    for path in paths:
        for file in _files(path):
            digest.update(f"{path.name}/{file.relative_to(path.parent).as_posix()}\n".encode())
            digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()[:16]


def _files(path: Path) -> list[Path]:
    if path.is_file():
        return [path]
    return [
        file
        for file in sorted(path.rglob("*"))
        if file.is_file() and "__pycache__" not in file.parts and file.suffix != ".mo"
    ]


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "absent"
