"""Is a translation still the same sentence? What must survive: maths, roles, code, links, numbers,
blocks; what must not be there: forbidden terms, English."""

import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import yaml
from markdown_it import MarkdownIt

from course_lib.i18n import _

from .english_left import english_left
from .numerals import changed

_ROLE = re.compile(r"\{([\w:-]+)\}`([^`]+)`")
_CODE = re.compile(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)", re.S)
_MATHS = re.compile(r"(?<![\\$])(\${1,2})(?!\$)(.+?)(?<!\\)\1", re.S)
_LINK = re.compile(r"\]\(([^)\s]+)[^)]*\)|<(https?://[^>]+)>")
_FIELD = re.compile(r"(?<!\{)\{([A-Za-z_][\w.]*)[^{}]*\}(?!\})|%\((\w+)\)[sdf]")
_SAID = re.compile(r"\\text\{[^{}]*\}")  # words inside a formula, which may be translated
_markdown = MarkdownIt("commonmark")


def differences(
    source: str, translation: str, never: tuple[str, ...] = (), *, markdown: bool = True
) -> Iterator[tuple[str, str]]:
    """What the translation lost, gained or must not say: pairs of a kind and a sentence.

    Kinds: structure, maths, role, code, link, placeholder, markup, number, english, term.
    ``never`` holds forbidden forms.
    """
    if markdown and _blocks(source) != _blocks(translation):
        yield "structure", _("its paragraphs, lists or headings are others than in the English")
    whole = source
    if markdown:
        source, wanted_roles = _take(_ROLE, source)
        translation, found_roles = _take(_ROLE, translation)
        yield from _roles(wanted_roles, found_roles)
    source, wanted_code = _take(_CODE, source)
    translation, found_code = _take(_CODE, translation)
    yield from _compare("code", [c[1] for c in wanted_code], [c[1] for c in found_code])
    if markdown:
        source, wanted = _take(_MATHS, source)
        translation, found = _take(_MATHS, translation)
        yield from _compare("maths", [_formula(m) for m in wanted], [_formula(m) for m in found])
        wanted, found = _LINK.findall(source), _LINK.findall(translation)
        yield from _compare("link", ["".join(m) for m in wanted], ["".join(m) for m in found])
        if _loose_marks(translation) > _loose_marks(source):
            text = _("a * or ` stays visible on the page; put punctuation outside the marks")
            yield "markup", text
        source, translation = _LINK.sub(" x ", source), _LINK.sub(" x ", translation)
    else:
        wanted, found = _FIELD.findall(source), _FIELD.findall(translation)
        yield from _compare(
            "placeholder", ["".join(m) for m in wanted], ["".join(m) for m in found]
        )
        source, translation = _FIELD.sub(" x ", source), _FIELD.sub(" x ", translation)
    yield from _said("number", *changed(source, translation, whole))
    for run in english_left(source, translation):
        yield "english", _('it says "{words}" in English').format(words=run)
    for form in never:
        if _says(translation, form):
            yield "term", _('it says "{form}", which the glossary forbids').format(form=form)


def _take(pattern: re.Pattern, text: str) -> tuple[str, list[tuple[str, ...]]]:
    """The text without what the pattern finds, and what it found."""
    return pattern.sub(" x ", text), pattern.findall(text)


def _compare(kind: str, wanted: list[str], found: list[str]) -> Iterator[tuple[str, str]]:
    lost, gained = Counter(wanted) - Counter(found), Counter(found) - Counter(wanted)
    yield from _said(kind, list(lost.elements()), list(gained.elements()))


def _said(kind: str, lost: list[str], gained: list[str]) -> Iterator[tuple[str, str]]:
    if lost:
        yield kind, _("it lost {things}").format(things=", ".join(lost))
    if gained:
        text = _("it has, and the English has not, {things}")
        yield kind, text.format(things=", ".join(gained))


def _blocks(text: str) -> list[str]:
    """The blocks of a text: paragraphs, items, headings, fences, in their order."""
    return [
        token.type + token.tag for token in _markdown.parse(text) if token.type != "paragraph_close"
    ]


def _roles(wanted: list[tuple[str, str]], found: list[tuple[str, str]]):
    """Targets must agree. A glossary term may be written in the translation's own words."""

    def target(text: str) -> str:
        explicit = re.search(r"<([^<>]+)>$", text)
        return explicit[1] if explicit else text.lstrip("~")

    def names(roles):
        return [f"{{{role}}}`{target(text)}`" for role, text in roles if role != "term"]

    yield from _compare("role", names(wanted), names(found))
    terms = [target(text) for role, text in wanted if role == "term"]
    said = [text for role, text in found if role == "term"]
    if len(terms) != len(said):
        text = _("it has {found} {{term}} roles, the English has {wanted}")
        yield "role", text.format(found=len(said), wanted=len(terms))
    for text in said:
        if "<" in text and target(text) not in terms:
            told = _("{role} points at a term that the English does not name here")
            yield "role", told.format(role=f"{{term}}`{text}`")


def _formula(found: tuple[str, ...]) -> str:
    """A formula without differences in blanks and in the words of \\text."""
    return "$" + "".join(_SAID.sub(r"\\text{}", found[1]).split()) + "$"


def _loose_marks(text: str) -> int:
    """How many emphasis marks a reader would see as characters."""
    tokens = _markdown.parseInline(text)[0].children or []
    shown = "".join(token.content for token in tokens if token.type == "text")
    return len(re.findall(r"[*`]+", shown))


def _says(text: str, form: str) -> bool:
    """Whole words where the script has words; anywhere where it has none."""
    if re.search(r"[\u3400-\u9fff]", form):
        return form in text
    return re.search(rf"(?<!\w){re.escape(form)}(?!\w)", text, re.I) is not None


@cache
def forbidden(glossary: Path, language: str) -> tuple[str, ...]:
    """The forms that the glossary forbids in ``language``; none when there is no glossary."""
    if not glossary.is_file():
        return ()
    entries = yaml.safe_load(glossary.read_text(encoding="utf-8")) or []
    return tuple(
        form for entry in entries for form in (entry.get(language) or {}).get("never") or ()
    )
