"""A sentence that knows how it was made, so that it can be said again in another language."""

import re
from string import Formatter

CHINESE = "[\u3400-\u9fff]"
OPEN, CLOSE = "\ue000", "\ue001"


class _Marked(Formatter):
    """Formats with a mark before and after each value."""

    def format_field(self, value, spec):
        return f"{OPEN}{super().format_field(value, spec)}{CLOSE}"


def spaced(sentence: str, places, values) -> str:
    """A sentence with its values. In Chinese, a space stands where a value of Latin letters or
    digits meets Chinese, and none between Chinese and Chinese."""
    if not re.search(CHINESE, sentence):
        return str.format(sentence, *places, **values)
    text = _Marked().vformat(sentence, places, values)
    text = re.sub(f"({CHINESE}) {OPEN}(?={CHINESE})", rf"\1{OPEN}", text)
    text = re.sub(f"({CHINESE}){CLOSE} (?={CHINESE})", rf"\1{CLOSE}", text)
    text = re.sub(f"({CHINESE}){OPEN}(?=[A-Za-z0-9])", r"\1 ", text)
    text = re.sub(f"([A-Za-z0-9]){CLOSE}(?={CHINESE})", r"\1 ", text)
    return text.replace(OPEN, "").replace(CLOSE, "")


class Told(str):
    """Text in one language, with what it was made of: plain data that fits into JSON.

    ``made`` is {"say": the English sentence, "values": {...}} or {"join": how, "parts": [...]}.
    """

    made: dict

    def __new__(cls, text: str, made: dict) -> "Told":
        told = super().__new__(cls, text)
        told.made = made
        return told

    def format(self, *places, **values) -> "Told":
        """The sentence with its values, which may be sentences of their own."""
        kept = {name: recipe(value) for name, value in values.items()}
        return Told(spaced(self, places, values), {**self.made, "values": kept})

    def __reduce__(self):
        return Told, (str(self), self.made)


def recipe(text):
    """How a text was made; the text or the number itself where nothing is known."""
    if isinstance(text, Told):
        return text.made
    return text if isinstance(text, (int, float)) else str(text)
