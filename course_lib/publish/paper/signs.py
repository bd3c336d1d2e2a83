"""What a reader finds who searches a PDF, or copies from it: the signs that the author wrote.

A font for Chinese draws 长 and the radical ⻓ with one glyph. Chromium names each glyph of a PDF by
the lowest sign that it stands for, and radicals stand before all ideographs: what looks like 长
would be ⻓ to whoever searches for it.
"""

import re
import unicodedata

# The radicals that Unicode does not count as other forms of an ideograph, each before the
# ideograph that it looks like (EquivalentUnifiedIdeograph.txt of Unicode 14).
_PAIRS = (
    "⺁厂⺂乛⺃乚⺄乙⺅亻⺆冂⺈刀⺉刂⺊卜⺌小⺍小⺎兀⺏尣⺐尢⺒巳⺓幺⺔彑⺕彐⺖忄⺗心⺘扌⺙攵⺛旡⺜日⺝月⺞歺⺠民⺡氵⺢氺⺣灬⺤爫⺥爫"
    "⺦丬⺧牛⺨犭⺩王⺫目⺬示⺭礻⺯糹⺰纟⺱罓⺲罒⺴冗⺶羊⺹耂⺺肀⺻聿⺼肉⺾艹⺿艹⻀艹⻁虎⻂衤⻃覀⻄西⻅见⻆角⻈讠⻉贝⻋车⻌辶⻍辶⻎辶⻏邑"
    "⻐钅⻑長⻒镸⻓长⻔门⻖阝⻗雨⻘青⻙韦⻚页⻛风⻜飞⻝食⻟飠⻠饣⻢马⻣骨⻤鬼⻥鱼⻦鸟⻧卤⻨麦⻩黄⻪黾⻫斉⻬齐⻭歯⻮齿⻯竜⻰龙⻱龜⻲亀"
)
_TWINS = dict(zip(_PAIRS[::2], _PAIRS[1::2], strict=True))
_SECTION = re.compile(r"begin(bfchar|bfrange)\b(.*?)end\1", re.S)
_CHAR = re.compile(r"^(<\w+> *)<(\w{4})>", re.M)
_RANGE = re.compile(r"^<(\w+)> *<(\w+)> *<(\w{4})>", re.M)


def as_written(text: str) -> str:
    """``text`` with each radical as the ideograph that it looks like."""
    return "".join(
        unicodedata.normalize("NFKC", _TWINS.get(sign, sign)) if "⺀" <= sign <= "⿕" else sign
        for sign in text
    )


def name_signs(paper) -> None:
    """Name the glyphs of every font in ``paper``, a pikepdf.Pdf, by the signs that were written."""
    import pikepdf

    for font in paper.objects:
        if isinstance(font, pikepdf.Dictionary) and "/ToUnicode" in font:
            names = font["/ToUnicode"].read_bytes().decode("latin-1")
            mended = _SECTION.sub(_section, names)
            if mended != names:
                font["/ToUnicode"].write(mended.encode("latin-1"))


def _section(found: re.Match) -> str:
    """One list of a ToUnicode map: ``<glyph> <sign>`` or ``<first> <last> <its sign>``."""
    return _CHAR.sub(_char, found[0]) if found[1] == "bfchar" else _RANGE.sub(_range, found[0])


def _char(found: re.Match) -> str:
    return f"{found[1]}<{_code(int(found[2], 16))}>"


def _range(found: re.Match) -> str:
    first, last, sign = (int(code, 16) for code in found.groups())
    signs = range(sign, sign + last - first + 1)
    if as_written(text := "".join(map(chr, signs))) == text:
        return found[0]
    codes = " ".join(f"<{_code(code)}>" for code in signs)  # these no longer follow each other
    return f"<{found[1]}> <{found[2]}> [{codes}]"


def _code(sign: int) -> str:
    return f"{ord(as_written(chr(sign))):04X}"
