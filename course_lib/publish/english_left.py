"""English that was left standing in a translation.

Titles, quoted corpora and menu entries stay English: they stand in emphasis or in quotation marks,
or are written with capitals. A run of plain words that the English sentence has as well does not.
"""

import re

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
    said = " ".join(_WORD.findall(source)).lower()
    found = []
    for run in _RUN.findall(_QUOTED.sub(" | ", translation)):
        words = _WORD.findall(run)
        plain = [word for word in words[1:] if word.islower()]
        small = _SMALL & set(plain)
        if len(words) < LENGTH or len(plain) < len(words) - 1 or not small or small == set(plain):
            continue
        if " ".join(words).lower() in said:
            found.append(" ".join(words))
    return found
