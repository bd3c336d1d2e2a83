"""A sentence that knows how it was made, so that it can be said again in another language."""


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
        return Told(super().format(*places, **values), {**self.made, "values": kept})

    def __reduce__(self):
        return Told, (str(self), self.made)


def recipe(text):
    """How a text was made; the text or the number itself where nothing is known."""
    if isinstance(text, Told):
        return text.made
    return text if isinstance(text, (int, float)) else str(text)
