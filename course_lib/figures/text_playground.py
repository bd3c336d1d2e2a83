"""Text playground: the trained language models of chapter 4 write in the page, token by token."""

from functools import cache
from typing import ClassVar

import torch

from course_lib.data import tokens
from course_lib.errors import CourseError
from course_lib.figures.base import Figure, Room, script, styles, whole
from course_lib.figures.still import Picture
from course_lib.i18n import N_, _, normalise
from course_lib.models.declaration import BETWEEN, CUT_BY, NAME, declaration_model
from course_lib.models.recorded import recorded

NAMES = {"en": "English", "id": "Bahasa Indonesia", "zh_CN": "中文"}
BEGINNINGS = {"en": "everyone has the right", "id": "setiap orang", "zh_CN": "人人有权"}
LONGEST, HOTTEST = 120, 2.0
_model = cache(declaration_model)


class TextPlayground(Figure):
    """The language model of a text: what it expects next, and what it writes.

    ``beginning``: some words to go on from; ``corpus``: "en", "id" or "zh_CN" (default: the
    figure's language, or the page's). Settings: ``corpus``, ``text`` the numbers of up to 120
    tokens, ``typed`` how many of them the reader gave, ``temperature`` from 0 to 2.
    Values: ``p`` (V) the chances of the next token at that temperature, ``h`` (H) the state after
    the text, ``surprise`` (T - 1), −log P of each token given those before it (temperature 1).
    Raises CourseError for what does not fit into the figure.
    """

    _esm = script("text_playground.js")
    _css = styles()
    ROOM = Room(latin=(873, 749, 749, 697, 653, 643), chinese=(776, 705, 705, 653, 643, 643))

    WORDS: ClassVar = {
        "question": N_("At which temperature does the network stop reciting?"),
        "title": N_("Three small networks have read the Declaration: what do they expect next?"),
        "corpus": N_("text that was read"),
        "beginning": N_("Beginning"),
        "temperature": N_("temperature"),
        "one": N_("write 1"),
        "many": N_("write 20"),
        "text": N_("the text so far"),
        "memory": N_("memory, {count} numbers"),
        "next": N_("next token"),
        "take": N_("{token} {chance}, write it"),
        "legend": N_(
            "Bold: yours. The stronger the colour of a token, the more it surprised the network."
        ),
        "says": N_(
            "Next comes “{token}” with {chance}. Perplexity of the text so far: {perplexity}."
        ),
        "says_first": N_("Next comes “{token}” with {chance}."),
        "unknown": N_("The network does not know: {tokens}."),
        "full": N_("The page is full. Start again."),
    }

    def __init__(
        self, beginning: str | None = None, *, corpus: str = "", temperature: float = 1.0,
        language: str = "",
    ):  # fmt: skip
        chosen = corpus or (normalise(language) if language else "en")
        self._first = {name: _numbers(name, text) for name, text in BEGINNINGS.items()}
        if beginning is not None and chosen in self._first:
            self._first[chosen] = _numbers(chosen, beginning)
        weights = {name: told["weights"] for name, told in recorded(NAME)["results"].items()}
        super().__init__(
            language=language,
            constants={
                "names": NAMES,
                "between": BETWEEN,
                "cut_by": CUT_BY,
                "first": self._first,
                "vocabulary": {name: _model(name)[1].tokens for name in NAMES},
                "weights": weights,
                "longest": LONGEST,
                # Nobody said which text: the page takes the one in its own language.
                "follow": not (corpus or language or beginning is not None),
            },
            settings=self._settings(chosen) | {"temperature": temperature},
        )

    def _settings(self, corpus):
        text = self._first.get(corpus, [])
        return {"corpus": corpus, "text": text, "typed": len(text), "temperature": 1.0}

    def clean(self, settings):
        corpus = settings.get("corpus", "en") if isinstance(settings, dict) else "en"
        if corpus not in tuple(NAMES):
            raise CourseError(
                _("The text must be one of {names}, not {name}.").format(
                    names=", ".join(NAMES), name=corpus
                )
            )
        settings = whole(settings, self._settings(corpus))
        text, temperature = settings["text"], settings["temperature"]
        size = len(_model(corpus)[1])
        if not _are_tokens(text, size):
            raise CourseError(
                _("The text must be a list of 1 to {most} whole numbers from 0 to {last}.").format(
                    most=LONGEST, last=size - 1
                )
            )
        if not _is_number(temperature) or not 0 <= temperature <= HOTTEST:
            raise CourseError(
                _("The temperature must be a number from 0 to {most:g}, not {value}.").format(
                    most=HOTTEST, value=temperature
                )
            )
        typed = settings["typed"]
        if not _is_whole(typed) or not 0 <= typed <= len(text):
            typed = len(text)
        return settings | {"typed": typed, "temperature": float(temperature)}

    @torch.no_grad()
    def compute(self, settings):
        model, _vocabulary = _model(settings["corpus"])
        text = torch.tensor([settings["text"]])  # (1, T)
        logits, h_n = model(text)  # (1, T, V), (1, 1, H)
        chances = logits[0, :-1].log_softmax(dim=-1)  # (T - 1, V)
        surprise = -chances.gather(-1, text[0, 1:, None])[:, 0]
        return {
            "p": _chances(logits[0, -1], settings["temperature"]).tolist(),
            "h": h_n[0, 0].tolist(),
            "surprise": surprise.tolist(),
        }

    def picture(self):
        column, tall, top, most = 236, 30, 66, 6
        picture = Picture(3 * column, top + most * tall + 6, self.words, self.language)
        for place, corpus in enumerate(NAMES):
            x, vocabulary = place * column, _model(corpus)[1].tokens
            settings = self._settings(corpus)
            if corpus == self.settings["corpus"]:
                settings = self.settings
            p = torch.tensor(self.compute(settings)["p"])
            text = BETWEEN[corpus].join(vocabulary[k] for k in settings["text"][-4:])
            picture.text(NAMES[corpus], x, 16, kind="faint", anchor="start")
            picture.text(f"{text} …", x, 42, kind="strong", size=15, anchor="start")
            for row, k in enumerate(p.topk(most).indices.tolist()):
                y, width = top + row * tall, 120 * p[k].item()
                picture.rect(x, y, max(width, 1), tall - 6, kind="pos edge")
                picture.text(vocabulary[k], x + 6, y + 17, anchor="start")
                picture.text(percent(p[k].item()), x + column - 24, y + 17, anchor="end")
        return picture.svg()


def percent(chance: float) -> str:
    """63 %, and 0.4 % where a whole number would say nothing."""
    return f"{100 * chance:.{0 if chance >= 0.0995 or chance == 0 else 1}f}\u202f%"


def _chances(logits, temperature):
    if temperature == 0:
        return torch.nn.functional.one_hot(logits.argmax(), len(logits)).double()
    return (logits / temperature).softmax(dim=-1)


def _numbers(corpus, text):
    """The numbers of a text's tokens, 0 for those the model does not know."""
    return _model(corpus)[1].encode(tokens(text, CUT_BY[corpus])).tolist()


def _is_whole(value):
    return isinstance(value, int) and not isinstance(value, bool)


def _is_number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _are_tokens(text, size):
    if not isinstance(text, list | tuple) or not 1 <= len(text) <= LONGEST:
        return False
    return all(_is_whole(k) and 0 <= k < size for k in text)
