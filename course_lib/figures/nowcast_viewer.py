"""Nowcast viewer: what was read, what came, what was predicted, and the gates while it happened."""

from base64 import b64encode
from functools import cache
from typing import ClassVar

import torch
from torch.nn.functional import pixel_unshuffle

from course_lib.errors import CourseError
from course_lib.figures.base import Figure, Room, script, styles, whole, whole_number
from course_lib.figures.still import Picture, grey_png
from course_lib.i18n import N_, _
from course_lib.models import repeat_last
from course_lib.models.gate_maps import gate_maps
from course_lib.models.nowcasting import SCALES, films, trained_nowcaster

MODELS = ("still", "fc", "kernel-1", "layers-2")  # "still": nothing moves
GATES = "ifo"
FILMS, CHANNELS = 6, 3
SCALE = SCALES["small"]
STEPS = SCALE.read + SCALE.predict


class NowcastViewer(Figure):
    """The first held-out films of the chapter on nowcasting, and what its trained models predict.

    Settings: ``model`` ("still" for "nothing moves", "fc", "kernel-1", "layers-2"), ``film`` (1 to
    6), ``t`` (1 to 10), ``gate`` ("i", "f", "o"), ``channel`` (1 to 3, those of layer 1 that
    change most; the FC-LSTM has no channels, its gates are shown all together).
    Values: ``errors`` {model: mean squared error of each predicted frame}, ``difference`` (F, S·S),
    prediction minus truth in 1/255, ``gate`` (T + F), the mean of the gate map shown at each step.
    All pictures are whole numbers from 0 to 255, as in an image file.
    Raises CourseError for settings that the figure does not have.
    """

    _esm = script("nowcast_viewer.js")
    _css = styles()
    ROOM = Room(latin=(877, 877, 868, 815, 734, 792), chinese=(748, 748, 748, 699, 673, 775))

    WORDS: ClassVar = {
        "question": N_("Which model follows the digit, and which one only draws a cloud?"),
        "title": N_("Five frames read, five predicted"),
        "still": N_("nothing moves"),
        "fc": N_("FC-LSTM"),
        "kernel1": N_("ConvLSTM 1×1"),
        "layers2": N_("ConvLSTM 3×3"),
        "model": N_("model"),
        "gates": N_("gate"),
        "film": N_("film"),
        "step": N_("time step"),
        "play": N_("play the film"),
        "channel": N_("channel"),
        "i": N_("input gate"),
        "f": N_("forget gate"),
        "o": N_("output gate"),
        "read": N_("read"),
        "truth": N_("what came"),
        "prediction": N_("predicted"),
        "difference": N_("difference"),
        "chart": N_("mean squared error"),
        "numbers": N_("mean squared error of each predicted frame"),
        "legend": N_(
            "Difference: orange where the prediction is too light, blue where it is too dark. "
            "Gate: the fuller the colour, the more open."
        ),
        "no_map": N_("The gates of an FC-LSTM belong to no place: 128 numbers side by side."),
        "no_gate": N_("A forecast without a network has no gates."),
        "reading": N_("{model}, film {film}, step {t}: this frame is read. {gate}"),
        "predicting": N_(
            "{model}, film {film}, step {t}: error {error}; nothing moves: {still}. {gate}"
        ),
        "open": N_("On average, the {gate} is open to {value}."),
    }

    def __init__(
        self, model: str = "layers-2", film: int = 1, t: int = STEPS, *, language: str = ""
    ):
        super().__init__(
            language=language,
            constants=packed(),
            settings={"model": model, "film": film, "t": t, "gate": "f", "channel": 1},
        )

    def clean(self, settings):
        start = {"model": "layers-2", "film": 1, "t": STEPS, "gate": "f", "channel": 1}
        settings = whole(settings, start)
        if settings["model"] not in MODELS or settings["gate"] not in list(GATES):
            raise CourseError(
                _("Choose a model among {models} and a gate among i, f, o.").format(
                    models=", ".join(MODELS)
                )
            )
        return {
            "model": settings["model"],
            "film": whole_number("film", settings["film"], 1, FILMS),
            "t": whole_number("t", settings["t"], 1, STEPS),
            "gate": settings["gate"],
            "channel": whole_number("channel", settings["channel"], 1, CHANNELS),
        }

    def compute(self, settings):
        film = settings["film"] - 1
        shown = pictures()
        truth = shown["films"][film, SCALE.read :].int()  # (F, S, S)
        difference = {m: shown["predictions"][m][film].int() - truth for m in MODELS}
        maps = shown["gates"].get(settings["model"])
        means = []
        if maps is not None:
            of_gate = maps[film, :, GATES.index(settings["gate"])]  # (T + F, channels, h, w)
            channel = min(settings["channel"], of_gate.shape[1]) - 1
            means = (of_gate[:, channel].double() / 255).mean(dim=(1, 2)).tolist()
        return {
            "errors": {
                m: (d.double() / 255).square().mean(dim=(1, 2)).tolist()
                for m, d in difference.items()
            },
            "difference": difference[settings["model"]].flatten(1).tolist(),
            "gate": means,
        }

    def picture(self):
        side, gap, left, top = 54, 6, 96, 34
        shown, film, model = pictures(), self.settings["film"] - 1, self.settings["model"]
        rows = [
            ("truth", shown["films"][film]),
            ("prediction", shown["predictions"][model][film]),
        ]
        picture = Picture(left + STEPS * (side + gap) + 20, 244, self.words, self.language)
        for t in range(STEPS):
            x = left + t * (side + gap) + (14 if t >= SCALE.read else 0)
            picture.text(str(t + 1), x + side / 2, top - 12, kind="faint", size=12)
            for row, (_name, frames) in enumerate(rows):
                if row and t < SCALE.read:
                    continue
                frame = frames[t - (SCALE.read if row else 0)]
                y = top + row * (side + gap)
                picture.rect(x, y, side, side, kind="paper")
                picture.image(grey_png(frame.tolist()), x, y, side, side)
        for row, (name, _frames) in enumerate(rows):
            y = top + row * (side + gap) + side / 2 + 4
            picture.words(name, left - 10, y, size=12, anchor="end")
        errors = self.values["errors"][model]
        for k, error in enumerate(errors):
            x = left + (SCALE.read + k) * (side + gap) + 14 + side / 2
            picture.text(f"{error:.3f}", x, top + 2 * (side + gap) + 16, size=12)
        picture.words("numbers", left, top + 2 * (side + gap) + 44, size=12)
        return picture.svg()


@cache
@torch.no_grad()
def pictures() -> dict:
    """Everything that is shown, as bytes: films, predictions and gates of each model.

    "films" (N, T + F, S, S); "predictions" {model: (N, F, S, S)}; "gates" {model: (N, T + F, 3,
    channels, h, w)}.
    """
    past, future = (part[:FILMS] for part in films(SCALE, "test"))
    predictions = {"still": _bytes(repeat_last(past, SCALE.predict)[:, :, 0])}
    gates = {}
    for name in MODELS[1:]:
        model = trained_nowcaster(name)
        predictions[name] = _bytes(model(past, SCALE.predict).sigmoid()[:, :, 0])
        if name == "fc":
            vectors = past.flatten(2)[..., None, None]
            maps = gate_maps(model.network, vectors, SCALE.predict)
            # 128 units have no place: 8 rows of 16 are only a way to show them.
            stacked = torch.stack([maps[g].reshape(FILMS, STEPS, 1, 8, 16) for g in GATES], dim=2)
        else:
            maps = gate_maps(model.network, pixel_unshuffle(past, SCALE.patch), SCALE.predict)
            stacked = torch.stack([maps[g] for g in GATES], dim=2)
            change = stacked.std(dim=(0, 1, 4, 5)).sum(dim=0)  # (channels)
            stacked = stacked[:, :, :, change.argsort(descending=True)[:CHANNELS]]
        gates[name] = _bytes(stacked)
    return {
        "films": _bytes(torch.cat([past, future], dim=1)[:, :, 0]),
        "predictions": predictions,
        "gates": gates,
    }


@cache
def packed() -> dict:
    """The same for the page: base64, with the sizes that cut it up again."""
    shown = pictures()
    return {
        "size": SCALE.size,
        "read": SCALE.read,
        "predict": SCALE.predict,
        "count": FILMS,
        "channels": CHANNELS,
        "models": list(MODELS),
        "films": _text(shown["films"]),
        "predictions": {m: _text(shown["predictions"][m]) for m in MODELS if m != "still"},
        "gates": {
            m: {"map": list(g.shape[-2:]), "channels": g.shape[3], "bytes": _text(g)}
            for m, g in shown["gates"].items()
        },
    }


def _bytes(numbers):
    return (numbers * 255).round().to(torch.uint8)


def _text(numbers):
    return b64encode(numbers.contiguous().numpy().tobytes()).decode("ascii")
