"""The numbers of a sentence, however its language writes them: 67 108 864, 1.42 亿, 第十六步."""

import re

_GROUPS = re.compile("(?<=\\d)[ ,\u00a0\u202f](?=\\d{3}(?!\\d))")
_NUMBER = re.compile(r"(?<![A-Za-z_\d.])(\d+(?:[.,]\d+)?)\s*(million|billion|juta|miliar|万|亿)?")
_HAN = re.compile("百分之[零一二两三四五六七八九十百千万亿]+|[零一二两三四五六七八九十百千万亿]+")
_SCALE = {
    "million": 10**6,
    "juta": 10**6,
    "billion": 10**9,
    "miliar": 10**9,
    "万": 10**4,
    "亿": 10**8,
}
_DIGITS = {sign: value for value, sign in enumerate("零一二三四五六七八九")} | {"两": 2}
_UNITS = {"十": 10, "百": 100, "千": 1000}
_SMALL = 10  # below it a language may well say "one" where another writes 1


def written(text: str) -> set[float]:
    """The numbers that stand in the text in figures."""
    text = _GROUPS.sub("", text)
    return {
        round(float(figure.replace(",", ".")) * _SCALE.get(scale, 1), 9)
        for figure, scale in _NUMBER.findall(text)
    }


def spelled(text: str) -> set[float]:
    """The numbers that stand in Chinese signs."""
    found = set()
    for said in _HAN.findall(text):
        found.add(float(_han(said.removeprefix("百分之"))))
    return found | ({50.0} if "一半" in text else set()) | ({50.0} if "setengah" in text else set())


def changed(source: str, translation: str, whole: str = "") -> tuple[list[str], list[str]]:
    """The numbers that the translation lost, and those of two figures and more that it gained.

    A number of a formula may stand beside it in another language: ``whole`` is the source with
    its formulas.
    """
    wanted, found = written(source), written(translation)
    lost = wanted - found - spelled(translation)
    known = wanted | written(whole)
    gained = {number for number in found - known if number >= _SMALL or number % 1}
    return _shown(lost), _shown(gained)


def _han(said: str) -> int:
    """十六 -> 16, 一千万 -> 10 000 000."""
    for sign, scale in (("亿", 10**8), ("万", 10**4)):
        if sign in said:
            before, _, after = said.partition(sign)
            return (_han(before) or 1) * scale + _han(after)
    total, digit = 0, 0
    for sign in said:
        if sign in _UNITS:
            total += (digit or 1) * _UNITS[sign]
            digit = 0
        else:
            digit = _DIGITS[sign]
    return total + digit


def _shown(numbers: set[float]) -> list[str]:
    return [f"{number:g}" if number < 10**6 else f"{number:.0f}" for number in sorted(numbers)]
