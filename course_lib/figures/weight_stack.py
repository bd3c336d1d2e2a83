"""Weight stack: the parameters of an LSTM as stacked row blocks i, f, g, o, drawn to one scale."""

from math import prod
from typing import ClassVar

from course_lib.errors import CourseError
from course_lib.figures.base import Figure, Room, script, styles, whole, whole_number
from course_lib.figures.still import Picture
from course_lib.i18n import N_, _
from course_lib.layers import LSTM

LARGEST = 16
GATES = "ifgo"


class WeightStack(Figure):
    """The parameter tensors of ``nn.LSTM(I, H, proj_size=P)``, one square for each parameter.

    Settings: ``I``, ``H`` (2 to 16), ``P`` (1 to H-1, used when ``projection`` is True),
    ``projection``, ``tensor`` (a parameter name without ``_l0``) and ``gate`` ("i", "f", "g", "o").
    Values: ``shapes`` {parameter name: shape}, ``counts`` {parameter name: numbers}, ``total``,
    ``without`` (the total without projection), read off the modules' parameters.
    Raises CourseError for sizes that torch or the figure does not take.
    """

    _esm = script("weight_stack.js")
    _css = styles()
    ROOM = Room(latin=(872, 830, 830, 781, 707, 690), chinese=(806, 806, 784, 757, 690, 680))

    WORDS: ClassVar = {
        "question": N_("Turn the projection on. What shrinks, and what stays?"),
        "title": N_("Four gates, stacked in every parameter"),
        "stack": N_("Parameters of the LSTM. Arrow keys move from block to block."),
        "i": N_("input gate"),
        "f": N_("forget gate"),
        "g": N_("candidate"),
        "o": N_("output gate"),
        "r": N_("projection"),
        "I": N_("input size I"),
        "H": N_("hidden size H"),
        "P": N_("projection size P"),
        "projection": N_("Projection"),
        "square": N_("one square is one parameter"),
        "ghost": N_("dashed: without projection"),
        "block": N_("{gate}, {tensor}"),
        "total": N_("{total} parameters"),
        "without": N_("{total} parameters; without projection {without}"),
        "says": N_("{tensor}, {gate}: {rows} × {columns} of its {count} numbers. In all {total}."),
    }

    def __init__(
        self, I: int = 4, H: int = 5, P: int = 3, projection: bool = False, *, language: str = ""
    ):
        super().__init__(
            language=language,
            constants={"largest": LARGEST},
            settings={"I": I, "H": H, "P": P, "projection": projection},
        )

    def clean(self, settings):
        start = {"I": 4, "H": 5, "P": 3, "projection": False, "tensor": "weight_ih", "gate": "i"}
        settings = whole(settings, start)
        H = whole_number("H", settings["H"], 2, LARGEST)
        sizes = {
            "I": whole_number("I", settings["I"], 1, LARGEST),
            "H": H,
            "P": whole_number("P", settings["P"], 1, H - 1),
            "projection": bool(settings["projection"]),
        }
        tensors = ["weight_ih", "weight_hh", "bias_ih", "bias_hh", "weight_hr"]
        if settings["tensor"] not in tensors or settings["gate"] not in list(GATES):
            raise CourseError(
                _("Choose a tensor among {tensors} and a gate among i, f, g, o.").format(
                    tensors=", ".join(tensors)
                )
            )
        tensor = settings["tensor"]
        if tensor == "weight_hr" and not sizes["projection"]:
            tensor = "weight_hh"
        return sizes | {"tensor": tensor, "gate": settings["gate"]}

    def compute(self, settings):
        proj_size = settings["P"] if settings["projection"] else 0
        shapes = _shapes(settings["I"], settings["H"], proj_size)
        counts = {name: prod(shape) for name, shape in shapes.items()}
        return {
            "shapes": shapes,
            "counts": counts,
            "total": sum(counts.values()),
            "without": _count(_shapes(settings["I"], settings["H"], 0)),
        }

    def picture(self):
        unit, gap, top, left = 13, 34, 40, 40
        shapes = self.values["shapes"]
        width = left + sum([*shape, 1][1] * unit + gap + 44 for shape in shapes.values())
        tall = max(shape[0] for shape in shapes.values()) * unit
        picture = Picture(max(width, 620), top + tall + 70, self.words, self.language)
        x, H = left, self.settings["H"]
        for name, shape in shapes.items():
            rows, columns = [*shape, 1][:2]
            blocks = GATES if rows == 4 * H and name != "weight_hr_l0" else "r"
            for number, gate in enumerate(blocks):
                height = rows / len(blocks) * unit
                picture.rect(
                    x, top + number * height, columns * unit, height, kind=f"gate-{gate} edge"
                )
                if blocks == GATES and name == "weight_ih_l0":
                    picture.text(
                        gate, x - 16, top + (number + 0.5) * height + 5, kind="name", size=16
                    )
            picture.text(name, x, top - 24, size=12, anchor="start", kind="code")
            shown = "×".join(map(str, shape))
            picture.text(shown, x, top - 8, size=12, anchor="start", kind="faint")
            x += max(columns * unit + gap, 100)
        picture.text(
            f"Σ = {self.values['total']}",
            left,
            top + tall + 34,
            size=16,
            anchor="start",
            kind="name",
        )
        picture.words("square", left, top + tall + 58, size=12)
        return picture.svg()


def _shapes(I, H, proj_size):
    """{parameter name: shape} of an LSTM with these sizes."""
    lstm = LSTM(I, H, proj_size=proj_size)
    return {name: list(parameter.shape) for name, parameter in lstm.named_parameters()}


def _count(shapes):
    return sum(prod(shape) for shape in shapes.values())
