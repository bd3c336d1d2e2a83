"""What every figure shares: one widget that is live, static and still.

The state that travels to the page is small and complete: the words in all languages, the settings
the reader starts from, the constants, and the values torch computed for those settings.
"""

import json
from html import escape
from pathlib import Path
from typing import ClassVar, NamedTuple

import anywidget
import traitlets

from course_lib.errors import CourseError
from course_lib.i18n import LANGUAGES, N_, _, get_language, normalise, translator

HERE = Path(__file__).parent
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"

# Words of the frame around every figure.
FRAME_WORDS = {
    "back": N_("one step back"),
    "forward": N_("one step on"),
    "live": N_("live torch"),
    "live_why": N_("These numbers come from torch in your kernel."),
    "restore": N_("Start again"),
    "failed": N_("This figure could not start here, so you see its picture."),
}


#: Widths in px of the column from which the next height of a ``Room`` counts; still.css has them.
ROOM_FROM = (0, 328, 345, 440, 600, 680)


class Room(NamedTuple):
    """The heights of a figure in columns of growing width; Chinese words need fewer lines."""

    latin: tuple[int, ...]
    chinese: tuple[int, ...]

    def style(self) -> str:
        """The heights as the variables that still.css chooses from."""
        return ";".join(
            f"--{script}-{step}:{height}px"
            for script, heights in zip(("latin", "chinese"), self, strict=True)
            for step, height in enumerate(heights)
        )


class Figure(anywidget.AnyWidget):
    """A figure the reader operates. Subclasses give ``WORDS``, ``compute``, ``clean``, ``picture``.

    ``language``: a language of the course, or "" to follow ``set_language`` and else the page.
    ``settings``: what the reader chose; set it from Python to move the figure.
    ``values``: what ``compute(settings)`` gave; None where a figure has no such number.
    """

    language = traitlets.Unicode("").tag(sync=True)
    words = traitlets.Dict().tag(sync=True)
    constants = traitlets.Dict().tag(sync=True)
    settings = traitlets.Dict().tag(sync=True)
    values = traitlets.Dict().tag(sync=True)

    WORDS: ClassVar[dict[str, str]] = {}
    #: Heights in px that the page keeps free until the figure lives: for each of ``ROOM_FROM``,
    #: in languages of Latin letters and in Chinese. tests/browser/test_figures_room.py measures.
    ROOM: ClassVar[Room] = Room((640,) * 6, (640,) * 6)

    def __init__(self, *, language: str = "", constants: dict, settings: dict):
        spoken = get_language()
        language = language or (spoken if spoken != "en" else "")
        super().__init__(
            language=normalise(language) if language else "",
            words=all_words(FRAME_WORDS | self.WORDS),
            constants=constants,
            settings=settings,
        )
        self.on_msg(self._answer)

    def compute(self, settings: dict) -> dict:
        """The numbers of the figure for ``settings``, by torch."""
        raise NotImplementedError

    def clean(self, settings: dict) -> dict:
        """``settings`` made complete; raises CourseError for what the figure cannot show."""
        raise NotImplementedError

    def picture(self) -> str:
        """The still picture, an ``<svg>``, for print and for pages without JavaScript."""
        raise NotImplementedError

    @traitlets.validate("settings")
    def _clean_settings(self, proposal):
        return self.clean(proposal["value"])

    @traitlets.observe("settings")
    def _compute_values(self, change):
        self.values = self.compute(change["new"])

    def _answer(self, _widget, message, _buffers):
        """Answer the page that asks what torch says about its settings."""
        if not isinstance(message, dict) or "ask" not in message:
            return
        try:
            values = self.compute(self.clean(message.get("settings")))
        except CourseError as error:
            self.send({"answer": message["ask"], "error": str(error)})
        else:
            self.send({"answer": message["ask"], "values": values})

    def _repr_mimebundle_(self, **kwargs):
        """The live view for JupyterLab, and HTML (still picture + view) for a static page."""
        bundle = super()._repr_mimebundle_(**kwargs)
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle, {})
        data["text/html"] = self.html()
        data["text/plain"] = f"{type(self).__name__}()"
        return data, metadata

    def html(self) -> str:
        """The figure for a static page: its picture, which the loader replaces by the live one."""
        view = json.dumps({"version_major": 2, "version_minor": 0, "model_id": self.model_id})
        return (
            f'<div class="course-figure" data-figure="{type(self).__name__}" '
            f'style="{self.ROOM.style()}">'
            f"<style>{read('still.css')}</style>"
            f'<script type="{WIDGET_VIEW}">{view}</script>'
            f'<div class="course-still">{self._title()}{self.picture()}</div></div>'
        )

    def _title(self) -> str:
        """What the picture shows; the style sheet shows the language of the page alone."""
        if self.language:
            return f"<p>{escape(self.words[self.language]['title'])}</p>"
        spans = (
            f'<span lang="{language.replace("_", "-")}">{escape(texts["title"])}</span>'
            for language, texts in self.words.items()
        )
        return f"<p>{''.join(spans)}</p>"


def all_words(texts: dict[str, str]) -> dict[str, dict[str, str]]:
    """``{"live": "live torch"}`` -> the same in every language of the course."""
    return {
        language: {key: translator(language)(text) for key, text in texts.items()}
        for language in LANGUAGES
    }


def read(name: str) -> str:
    """The text of a file beside this one."""
    return (HERE / name).read_text(encoding="utf-8")


def script(name: str) -> str:
    """One ES module out of ``base.js`` and the figure's own file.

    A browser imports the figure from a Blob or data: URL, where ``./base.js`` would lead nowhere,
    so the import line is dropped and the shared part put in front.
    """
    base = read("base.js").replace("\nexport ", "\n")
    own = [line for line in read(name).splitlines() if not line.endswith('from "./base.js";')]
    return base + "\n".join(own) + "\n"


def styles() -> str:
    """The style sheet of the live figures."""
    return read("still.css") + read("figures.css")


def whole(settings: object, defaults: dict) -> dict:
    """``settings`` over ``defaults``; raises CourseError for a name the figure does not have."""
    if not isinstance(settings, dict):
        raise CourseError(
            _("The settings of a figure are a dict with {names}, not {kind}.").format(
                names=", ".join(defaults), kind=type(settings).__name__
            )
        )
    unknown = sorted(set(settings) - set(defaults))
    if unknown:
        raise CourseError(
            _("This figure has no setting called {name}. It has {names}.").format(
                name=", ".join(map(str, unknown)), names=", ".join(defaults)
            )
        )
    return defaults | settings


def whole_number(name: str, value: object, least: int, most: int) -> int:
    """``value`` as an int within bounds; raises CourseError otherwise."""
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise CourseError(
            _("{name} must be a whole number from {least} to {most}, not {value}.").format(
                name=name, least=least, most=most, value=value
            )
        )
    return value
