"""Gate board: open and close the gates of one LSTM cell and see who still feels the first input.

After the figure "preservation of gradient information" in Graves 2012, *Supervised Sequence
Labelling with Recurrent Neural Networks*, section 4.2.
"""

from typing import ClassVar

import torch

from course_lib.errors import CourseError
from course_lib.figures.base import Figure, Room, script, styles, whole
from course_lib.figures.still import Picture
from course_lib.i18n import N_, _
from course_lib.layers import lstm_cell

STEPS = 7
GATES = "ifo"
# A gate the reader opens gets this pre-activation, a closed one its negative: σ(±20) is 1 and 0
# to eight decimals, so the board is a genuine LSTM and not a drawing of one.
PUSH = 20.0
INPUTS = [0.5, -0.6, 0.8, -0.9, 0.5, 0.7, -0.4]
FEEDBACK = 0.5
# Rows i, f, g, o; columns x, and the reader's i, f, o.
W_IH = torch.tensor(
    [[0, 1, 0, 0], [0, 0, 1, 0], [1, 0, 0, 0], [0, 0, 0, 1]],
    dtype=torch.float64,
)

# O is open, - is closed; one letter per time step.
PRESETS = {
    "last": {"i": "O------", "f": "OOOOOOO", "o": "------O"},
    "answers": {"i": "O------", "f": "OOOOOOO", "o": "---O-O-"},
    "reset": {"i": "O---O--", "f": "OOOO-OO", "o": "OOOOOOO"},
    "open": {"i": "OOOOOOO", "f": "OOOOOOO", "o": "OOOOOOO"},
    "closed": {"i": "-------", "f": "-------", "o": "-------"},
}


class GateBoard(Figure):
    """One LSTM cell over seven time steps whose gates the reader opens and closes.

    Settings: ``i``, ``f``, ``o`` (strings of seven ``O`` open / ``-`` closed), ``feedback`` (bool:
    the candidate also sees h_{t-1}). Values: ``c``, ``h`` (7 each) and the sensitivities ``dc``,
    ``dh`` = |∂c_t/∂x_1|, |∂h_t/∂x_1|, by autograd through ``course_lib.layers.lstm_cell``.
    Raises CourseError for settings of another form.
    """

    _esm = script("gate_board.js")
    _css = styles()
    ROOM = Room(latin=(812, 747, 747, 648, 606, 606), chinese=(670, 624, 605, 605, 518, 518))

    WORDS: ClassVar = {
        "question": N_("Which gates let the last output feel the first input?"),
        "title": N_("An open forget gate keeps the first input; an open output gate shows it."),
        "board": N_("Gates of the memory cell. Arrow keys move, space opens or closes."),
        "i": N_("input gate"),
        "f": N_("forget gate"),
        "o": N_("output gate"),
        "gate_name": N_("{gate}, step {t}"),
        "preset_last": N_("Remember to the end"),
        "preset_answers": N_("Answer at 4 and 6"),
        "preset_reset": N_("Reset half-way"),
        "preset_open": N_("All open"),
        "preset_closed": N_("All closed"),
        "presets": N_("Examples"),
        "feedback": N_("Feed h back: the candidate also sees hₜ₋₁"),
        "legend": N_("Upper number: value. Lower number and shade: how strongly it feels x₁."),
        "none": N_("none"),
        "says": N_("Outputs that feel the first input: {outputs}. Memory that feels it: {memory}."),
    }

    def __init__(self, preset: str = "answers", *, language: str = "", **settings):
        if preset not in PRESETS:
            raise CourseError(
                _('The gate board has no preset "{name}". It has {names}.').format(
                    name=preset, names=", ".join(PRESETS)
                )
            )
        super().__init__(
            language=language,
            constants={
                "x": INPUTS,
                "push": PUSH,
                "feedback": FEEDBACK,
                "presets": PRESETS,
            },
            settings=PRESETS[preset] | settings,
        )

    def clean(self, settings):
        settings = whole(settings, PRESETS["answers"] | {"feedback": False})
        for gate in GATES:
            states = settings[gate]
            if not isinstance(states, str) or len(states) != STEPS or set(states) - set("O-"):
                raise CourseError(
                    _(
                        'Gate {gate} is a string of {steps} letters "O" or "-", not {value!r}.'
                    ).format(gate=gate, steps=STEPS, value=states)
                )
        return settings | {"feedback": bool(settings["feedback"])}

    def compute(self, settings):
        x = torch.tensor(INPUTS, dtype=torch.float64, requires_grad=True)  # (T,)
        pushes = [[PUSH if s == "O" else -PUSH for s in settings[gate]] for gate in GATES]
        # The reader's gates are three more input features, each seen by its own gate only.
        features = torch.stack([x, *torch.tensor(pushes, dtype=torch.float64)], dim=1)  # (T, 4)
        feedback = FEEDBACK if settings["feedback"] else 0.0
        w_hh = torch.tensor([[0.0], [0.0], [feedback], [0.0]], dtype=torch.float64)  # (4H, H)
        h = c = torch.zeros(1, 1, dtype=torch.float64)  # (B, H)
        values = {"h": [], "c": [], "dh": [], "dc": []}
        for features_t in features:
            h, c = lstm_cell(features_t[None], (h, c), W_IH, w_hh)
            values["h"].append(h.item())
            values["c"].append(c.item())
            values["dh"].append(_feels(h, x))
            values["dc"].append(_feels(c, x))
        return values

    def picture(self):
        column, left = 84, 66
        picture = Picture(left + STEPS * column + 8, 336, self.words, self.language)
        y_h, y_o, y_c, y_i, y_x = 30, 86, 148, 210, 276
        for name, y in (("h", y_h), ("o", y_o), ("c", y_c), ("i", y_i), ("x", y_x)):
            picture.maths(name, "t", 14, y + 5)
        picture.maths("f", "t", left + 4, y_c - 22)
        for t in range(STEPS):
            x = left + column * t + 54
            opened = {gate: "" if self.settings[gate][t] == "O" else " off" for gate in GATES}
            before = x - column + 22 if t else x - 62
            picture.line(x, y_x - 14, x, y_c + 22, kind="wire" + opened["i"])
            picture.line(x, y_c - 22, x, y_h + 22, kind="wire" + opened["o"])
            picture.line(before, y_c, x - 22, y_c, kind="wire belt" + opened["f"])
            for gate, gx, gy in (("o", x, y_o), ("f", x - column / 2, y_c), ("i", x, y_i)):
                picture.gate(gx, gy, gate, not opened[gate])
            for part, y in (("h", y_h), ("c", y_c)):
                feel = self.values["d" + part][t]
                picture.cell(x, y, 44, 44, self.values[part][t], feel=feel)
            picture.text(f"{INPUTS[t]:.1f}".replace("-", "−"), x, y_x + 4)
            picture.text(str(t + 1), x, y_x + 30, kind="faint")
        picture.words("legend", 8, 330, size=11)
        return picture.svg()


def _feels(y, x):
    """|∂y/∂x_1|"""
    return torch.autograd.grad(y, x, retain_graph=True)[0][0].abs().item()
