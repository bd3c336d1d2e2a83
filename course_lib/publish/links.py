"""Every link of a built edition leads to a file that is there, and to a place in it that is."""

import posixpath
import re
from html import unescape
from pathlib import Path
from urllib.parse import unquote

from course_lib.i18n import LANGUAGES

from .sphinx_run import Problem

_LINK = re.compile(r"<(?:a|link|img|script|source)\b[^>]*?\s(?:href|src)=\"([^\"]*)\"")
_PLACE = re.compile(r"\s(?:id|name)=\"([^\"]+)\"")
_HOST = re.compile(r"[a-z][a-z0-9+.-]*:|//", re.I)
_SCRIPT = re.compile(r"(<script\b[^>]*>).*?(</script>)", re.S)


def broken_links(site: Path, language: str) -> list[Problem]:
    """The links of ``language`` that lead nowhere. Those to another language are looked at only
    if that one has been built."""
    texts: dict[str, str] = {}
    places: dict[str, set[str]] = {}
    problems = []

    def text_of(page: str) -> str:
        if page not in texts:
            text = (site / page).read_text(encoding="utf-8")
            texts[page] = _SCRIPT.sub(r"\1\2", text)  # a figure's words are no links
        return texts[page]

    def places_of(page: str) -> set[str]:
        if page not in places:
            places[page] = {unescape(name) for name in _PLACE.findall(text_of(page))}
        return places[page]

    for path in sorted((site / language).rglob("*.html")):
        page = path.relative_to(site).as_posix()
        for link in dict.fromkeys(_LINK.findall(text_of(page))):
            address, _, place = unescape(link).partition("#")
            if _HOST.match(address):
                continue
            address = unquote(address.partition("?")[0])
            target = posixpath.normpath(posixpath.join(posixpath.dirname(page), address))
            target = target if address else page
            other = target.partition("/")[0]
            if other in LANGUAGES and not (site / other).is_dir():
                continue
            name = page.removeprefix(f"{language}/")
            if (site / target).is_dir() or not (site / target).exists():
                problems.append(Problem(name, None, f"the link to {link} leads to no file"))
            elif place and target.endswith(".html") and unquote(place) not in places_of(target):
                problems.append(Problem(name, None, f"the link to {link} leads to no place there"))
    return problems
