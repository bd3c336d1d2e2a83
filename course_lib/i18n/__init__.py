"""Languages of the course and the words it speaks in each of them.

English is the source. Every sentence for a person is marked with ``_`` (translated when it is
called) or ``N_`` (marked now, translated later), and looked up in
``locales/<language>/messages.po``; a sentence that is not in the catalog stays English.
"""

import gettext
import io
import json
from collections.abc import Callable
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import polib

from course_lib.errors import CourseError
from course_lib.i18n.told import Told

# Each by the name it has for itself; `course translate add` writes another one into the file.
LANGUAGES: dict[str, str] = json.loads(
    (Path(__file__).parent / "languages.json").read_text(encoding="utf-8")
)
LOCALES = Path(__file__).parent / "locales"

# One language per process. A ContextVar would be lost between the cells of a notebook, each of
# which may run in a task of its own.
_language = "en"


def get_language() -> str:
    """The language that ``_`` speaks now, a key of ``LANGUAGES``."""
    return _language


def set_language(language: str) -> str:
    """Make ``_`` speak ``language``; ``zh-CN`` and ``zh`` mean ``zh_CN``. Returns the key used.

    Raises CourseError for a language the course does not have.
    """
    global _language
    _language = normalise(language)
    return _language


@contextmanager
def speaking(language: str):
    """``with speaking("id"):`` makes ``_`` speak that language inside the block only."""
    before = get_language()
    set_language(language)
    try:
        yield
    finally:
        set_language(before)


def normalise(language: str) -> str:
    """The key of ``LANGUAGES`` that ``language`` names: "zh-Hans-CN", "ID" and "en_US" are known.

    Raises CourseError when there is none.
    """
    first = str(language).replace("-", "_").split("_")[0].lower()
    for key in LANGUAGES:
        if key.split("_")[0] == first:
            return key
    known = ", ".join(f'"{key}" ({name})' for key, name in LANGUAGES.items())
    text = _('The course does not speak "{language}". Choose one of {known}.')
    raise CourseError(text.format(language=language, known=known))


@cache
def translator(language: str) -> Callable[[str], str]:
    """A function that turns an English sentence of the course into ``language``."""
    catalog = LOCALES / normalise(language) / "messages.po"
    if not catalog.exists():
        return gettext.NullTranslations().gettext
    return gettext.GNUTranslations(io.BytesIO(polib.pofile(str(catalog)).to_binary())).gettext


def _(text: str) -> str:
    """``text`` in the language spoken now, able to be said again in another."""
    return Told(translator(_language)(text), {"say": str(text)}) if text else text


def known_sentence(text: str) -> bool:
    """Whether ``text`` is one of the course's own sentences, as far as it has translations."""
    return any(translator(language)(text) != text for language in LANGUAGES)


def N_(text: str) -> str:
    """Mark ``text`` for translation and return it as it is."""
    return text
