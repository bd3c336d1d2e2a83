"""A font with the signs that the pages use and no other."""

import io
import unicodedata
from base64 import b64encode
from functools import cache
from hashlib import sha256
from pathlib import Path

# What MathML needs besides the letters: the taller brackets and the smaller indices.
FEATURES = ["ssty", "dtls", "mark", "mkmk", "ccmp", "kern"]


def subset(font: Path, signs: set[str], kept: Path) -> bytes:
    """The WOFF2 of ``font`` with ``signs`` alone; made once, and kept in the folder ``kept``."""
    content = font.read_bytes()
    name = sha256(content + "".join(sorted(signs)).encode()).hexdigest()[:20]
    made = kept / f"{name}.woff2"
    if not made.is_file():
        from fontTools import subset as tools

        options = tools.Options(flavor="woff2", hinting=False, notdef_outline=True)
        options.layout_features = FEATURES
        loaded = tools.load_font(io.BytesIO(content), options)
        cutter = tools.Subsetter(options)
        cutter.populate(unicodes=[ord(sign) for sign in signs])
        cutter.subset(loaded)
        loaded.flavor = "woff2"
        loaded.save(made)
    return made.read_bytes()


def data_url(content: bytes) -> str:
    """The font as part of a style sheet, so that it is there before anything is drawn with it."""
    return f"data:font/woff2;base64,{b64encode(content).decode()}"


def signs_of_maths(text: str) -> set[str]:
    """What formulas with the signs of ``text`` are drawn with: a letter alone is shown italic,
    which is a sign of its own, and any letter or digit may come with the next formula."""
    ascii_signs = {chr(code) for code in range(0x20, 0x7F)}
    return set(text) | ascii_signs | {italic(sign) for sign in set(text) | ascii_signs}


# The italics whose names do not follow from the name of the sign.
ITALICS = dict(zip("h∂∇ϵϑϰϕϱϖςϴıȷ", "ℎ𝜕𝛻𝜖𝜗𝜘𝜙𝜚𝜛𝜍𝛳𝚤𝚥", strict=True))


@cache
def italic(letter: str) -> str:
    """The mathematical italic of a Latin or Greek letter; the sign itself if it has none."""
    if letter in ITALICS:
        return ITALICS[letter]
    try:
        kind = unicodedata.name(letter)
    except ValueError:
        return letter
    name = kind.replace("LATIN CAPITAL LETTER ", "MATHEMATICAL ITALIC CAPITAL ")
    name = name.replace("LATIN SMALL LETTER ", "MATHEMATICAL ITALIC SMALL ")
    name = name.replace("GREEK CAPITAL LETTER ", "MATHEMATICAL ITALIC CAPITAL ")
    name = name.replace("GREEK SMALL LETTER ", "MATHEMATICAL ITALIC SMALL ")
    try:
        return unicodedata.lookup(name)
    except KeyError:
        return letter
