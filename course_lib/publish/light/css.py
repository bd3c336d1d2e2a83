"""Style sheets: only the rules that some page can use, and their fonts inside."""

import re
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

import tinycss2

from course_lib.files import write_atomically

_CLASS = re.compile(r"\.(-?[A-Za-z_][\w-]*)")
_ID = re.compile(r"#(-?[A-Za-z_][\w-]*)")
_FAMILY = re.compile(r"font-family:\s*([^;}]+)")
_IMPORT = re.compile(r"@import\s+(?:url\()?\s*[\"']?([^\"')\s;]+)[\"']?\s*\)?\s*;")
_FACE = re.compile(r"@font-face\s*\{[^}]*\}\n?")
_NAME = re.compile(r"[\w-]+")
_URL = re.compile(r"url\(\s*[\"']?(?!data:)([^\"')]+)[\"']?\s*\)")
_ICON = re.compile(r"(?:--[\w-]+|content):\s*[\"'](?:\\([0-9a-f]{2,6})\s?|(.))[\"']")
# At-rules that hold rules, as the pages do or do not use them.
_BLOCKS = {"media", "supports", "layer", "container"}


def used_part(sheet: str, names: frozenset[str]) -> str:
    """``sheet`` without the rules whose selectors name a class or an id that is not in ``names``,
    and without the fonts that no rule left over names."""
    text = _rules(_parsed(sheet), names)
    bare = _FACE.sub("", text)
    families = set(re.findall(r"\"([^\"]+)\"", bare))
    families |= {_plain(name) for found in _FAMILY.findall(bare) for name in found.split(",")}

    def named(found: re.Match) -> str:
        family = _FAMILY.search(found[0])
        return found[0] if family and _plain(family[1]) in families else ""

    return _FACE.sub(named, text)


def kept_part(sheet: str, names: frozenset[str], kept: Path) -> str:
    """``used_part``, kept in the folder ``kept``: to read a theme's style sheet takes a second, and
    its answer is the same for most pages that change and for most languages."""
    asked = sorted(names.intersection(_NAME.findall(_without_colons(sheet))))
    reader = Path(__file__).read_text(encoding="utf-8")
    digest = sha256("\n".join([reader, sheet, *asked]).encode()).hexdigest()[:20]
    made = kept / f"{digest}.css"
    if not made.is_file():
        write_atomically(made, used_part(sheet, names))
    return made.read_text(encoding="utf-8")


def _plain(family: str) -> str:
    return family.strip().strip("\"'").replace("\\", "")


def whole(sheet: Path) -> str:
    """The text of a style sheet with the sheets that it imports in their place."""
    text = sheet.read_text(encoding="utf-8")
    return _IMPORT.sub(lambda found: whole(sheet.parent / found[1].partition("?")[0]), text)


def without_font(sheet: str, file: str) -> str:
    """``sheet`` without the font that is loaded from ``file``."""
    return _FACE.sub(lambda found: "" if file in found[0] else found[0], sheet)


def replace_urls(sheet: str, new) -> str:
    """``sheet`` with ``new(url)`` for each file that it loads."""
    return _URL.sub(lambda found: f'url("{new(found[1])}")', sheet)


def icons(sheet: str) -> set[str]:
    """The signs that the rules themselves write, such as those of an icon font."""
    return {chr(int(code, 16)) if code else sign for code, sign in _ICON.findall(sheet)}


def _rules(rules, names: frozenset[str]) -> str:
    kept = []
    for rule in rules:
        if rule.type == "qualified-rule":
            prelude = tinycss2.serialize(rule.prelude)
            wanted = [part.strip() for part in _parts(prelude) if _usable(part, names)]
            if wanted:
                kept.append(f"{','.join(wanted)}{{{tinycss2.serialize(rule.content).strip()}}}")
        elif rule.type == "at-rule" and rule.lower_at_keyword in _BLOCKS and rule.content:
            inner = _rules(_inner(rule), names)
            if inner:
                prelude = tinycss2.serialize(rule.prelude).strip()
                kept.append(f"@{rule.at_keyword} {prelude}{{{inner}}}")
        elif rule.type == "at-rule":
            kept.append(rule.serialize())
        elif rule.type == "error":
            raise ValueError(f"This style sheet cannot be read: {rule.message}")
    return "\n".join(kept)


def _inner(rule):
    return tinycss2.parse_rule_list(rule.content, skip_comments=True, skip_whitespace=True)


@lru_cache(maxsize=64)
def _parsed(sheet: str):
    return tinycss2.parse_stylesheet(sheet, skip_comments=True, skip_whitespace=True)


def _parts(prelude: str) -> list[str]:
    """The selectors of a list, cut at the commas that stand in no bracket."""
    parts, depth = [""], 0
    for sign in prelude:
        depth += (sign in "([") - (sign in ")]")
        if sign == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += sign
    return parts


def _without_colons(text: str) -> str:
    """``text`` where a colon that is part of a name, as in ``.md\\:flex``, is a line below."""
    return text.replace("\\:", "_")


def _usable(selector: str, names: frozenset[str]) -> bool:
    """False when a page would need a class or an id that no page has. What stands in brackets,
    such as ``:not(.x)`` or ``:is(.x, .y)``, is not asked for."""
    plain = _without_colons(selector)
    while True:
        bare = re.sub(r"\([^()]*\)|\[[^\[\]]*\]", "", plain)
        if bare == plain:
            break
        plain = bare
    return all(name in names for name in _CLASS.findall(plain) + _ID.findall(plain))
