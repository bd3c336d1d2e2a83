"""The glossary and the index in the order of each language: Indonesian by its alphabet, Chinese by
pinyin, under the letter with which a term is spoken.

The glossary keeps the numbers of the English order beside its entries, because bilingual reading
and the language switch pair an entry with the same one of another language.
"""

import unicodedata
from bisect import bisect_right

from bs4 import BeautifulSoup

# GB 2312 lists its 3755 common signs by pinyin: where the signs of each first letter begin.
LETTERS = "ABCDEFGHJKLMNOPQRSTWXYZ"
BEGIN = [
    0xB0A1, 0xB0C5, 0xB2C1, 0xB4EE, 0xB6EA, 0xB7A2, 0xB8C1, 0xB9FE, 0xBBF7, 0xBFA6, 0xC0AC, 0xC2E8,
    0xC4C3, 0xC5B6, 0xC5BE, 0xC6DA, 0xC8BB, 0xC8F6, 0xCBFA, 0xCDDA, 0xCEF4, 0xD1B9, 0xD4D1,
]  # fmt: skip
END = 0xD7F9
# A sign that is read otherwise in our terms, or is none of the common ones: one of its sound.
SOUNDS = {"重": "虫", "熵": "伤"}


def place(text: str) -> tuple:
    """What a heading is sorted by: the letter, Latin before Chinese, then sign by sign."""
    signs = text.strip().casefold()
    return letter(text), tuple(_sound(sign) for sign in signs)


def letter(text: str) -> str:
    """The letter under which a heading stands in the index."""
    first = unicodedata.normalize("NFD", text.strip()[:1] or "?")[0]
    if _is_chinese(first):
        code = _code(first)
        return LETTERS[bisect_right(BEGIN, code) - 1] if BEGIN[0] <= code <= END else "#"
    return first.upper() if first.isalpha() else "#"


def sort_glossary(body: str) -> str:
    """The page with its list of terms sorted, each entry with its number in the English order."""
    soup = BeautifulSoup(body, "html.parser")
    for terms in soup.select("dl.glossary"):
        entries: list[list] = []
        for element in terms.find_all(["dt", "dd"], recursive=False):
            new = element.name == "dt" and (not entries or entries[-1][-1].name == "dd")
            if new:
                entries.append([])
            entries[-1].append(element)
        for at, entry in enumerate(entries):
            for element in entry:
                element["data-at"] = str(at)
        for entry in sorted(entries, key=lambda entry: place(entry[0].get_text().rstrip("#"))):
            for element in entry:
                terms.append(element.extract())
    return str(soup)


def sort_index(entries: list) -> list:
    """The groups of Sphinx's index anew: by letter, and sorted in each."""
    groups: dict[str, list] = {}
    for _, group in entries:
        for entry in group:
            groups.setdefault(letter(entry[0]), []).append(entry)
    return [
        (name, sorted(groups[name], key=lambda entry: place(entry[0])))
        for name in sorted(groups, key=lambda name: (name != "#", name))
    ]


def in_order(app, pagename, templatename, context, doctree):
    """Sort the index and the glossary of an edition that is not in English."""
    if app.config.language == "en":
        return
    if pagename == "genindex":
        context["genindexentries"] = sort_index(context["genindexentries"])
        context["genindexcounts"] = [
            sum(1 + len(subitems) for _, (_, subitems, _) in group)
            for _, group in context["genindexentries"]
        ]
    elif doctree is not None and '<dl class="simple glossary">' in context.get("body", ""):
        context["body"] = sort_glossary(context["body"])


def setup(app):
    """After the blocks for bilingual reading are written, in the English order (priority 400)."""
    app.connect("html-page-context", in_order, priority=430)


def _is_chinese(sign: str) -> bool:
    return "\u3400" <= sign <= "\u9fff"


def _code(sign: str) -> int:
    try:
        return int.from_bytes(SOUNDS.get(sign, sign).encode("gb2312"), "big")
    except UnicodeEncodeError:
        return END + 1


def _sound(sign: str) -> tuple:
    return (1, _code(sign), sign) if _is_chinese(sign) else (0, 0, sign)
