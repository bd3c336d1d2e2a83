"""English that was left standing in a translation.

Titles, quoted corpora and menu entries stay English: they stand in emphasis or in quotation marks,
or are written with capitals. A run of plain words that the English sentence has as well does not.
"""

import re
from collections.abc import Iterator

# Words that no Indonesian sentence has, and that hardly three English words in a row are without.
_WORDS_OF_ENGLISH = (
    "the of and with which that is are was were to for from this these it its an as by at not in "
    "on or than but when where what who how why each every you your we our they their"
)
_SMALL = frozenset(_WORDS_OF_ENGLISH.split())
_QUOTED = re.compile(
    r"\*{1,3}[^*]+\*{1,3}|_[^_\n]+_|“[^”]*”|‘[^’]*’|\"[^\"\n]*\"|「[^」]*」|《[^》]*》|（[^（）]*）|\([^()]*\)",
    re.S,
)
_RUN = re.compile(r"[A-Za-z][A-Za-z'’-]*(?:,?[ \n]+[A-Za-z][A-Za-z'’-]*)+")
_WORD = re.compile(r"[A-Za-z][A-Za-z'’-]*")
LENGTH = 3


def english_left(source: str, translation: str) -> list[str]:
    """The runs of English words in ``translation``, from texts without code, maths and links."""
    said = f" {' '.join(_WORD.findall(source))} ".lower()
    return [
        " ".join(part)
        for run in _RUN.findall(_QUOTED.sub(" | ", translation))
        for part in _common(_WORD.findall(run), said)
        if _is_sentence(part)
    ]


def _common(words: list[str], said: str) -> Iterator[list[str]]:
    """The longest parts of ``words`` that stand in ``said`` in one piece."""
    start = 0
    while start < len(words):
        end = start
        while end < len(words) and f" {' '.join(words[start : end + 1])} ".lower() in said:
            end += 1
        yield words[start:end]
        start = max(end, start + 1)


def _is_sentence(words: list[str]) -> bool:
    """Plain words, with one among them that only English has, and not such ones alone."""
    plain = [word for word in words if word.islower()]
    small = _SMALL.intersection(plain) | _SMALL.intersection(word.lower() for word in words[:1])
    enough = len(words) >= LENGTH and len(plain) >= len(words) - 1
    return enough and bool(small) and not _SMALL.issuperset(plain)
