"""Names of things in the student's language: sections of the book, axes, places."""

from course_lib.exercises.spec import Fault, Item, Message
from course_lib.grading.phrases import listed, sentences
from course_lib.grading.result import Finding
from course_lib.i18n import N_, _

CHAPTERS = {
    "convolution": N_("From dense to local to convolution"),
    "convcode": N_("Convolution in code"),
    "rnn": N_("The RNN"),
    "language": N_("A language model"),
    "bptt": N_("Back-propagation through time"),
    "bidirectional": N_("Both directions"),
    "lstm": N_("LSTM"),
    "remembers": N_("Why it remembers"),
    "lstmp": N_("LSTMP"),
    "gru": N_("GRU"),
    "peephole": N_("Peepholes"),
    "convlstm": N_("The ConvLSTM cell"),
    "network": N_("The ConvLSTM network"),
    "nowcasting": N_("Nowcasting"),
    "matmul": N_("From loops to one matmul"),
    "museum": N_("The bug museum"),
}
SECTIONS = {
    "maths": N_("the maths with shapes"),
    "scratch": N_("from scratch"),
    "prove": N_("prove it"),
    "break": N_("break it"),
}
AXES = {
    "B": N_("batch"),
    "T": N_("time"),
    "I": N_("input"),
    "H": N_("hidden"),
    "P": N_("projected"),
    "4H": N_("the four gates"),
    "1": N_("layer"),
}


def axis_word(item: Item, letter: str) -> str:
    """A letter of the axes in words: "T" is time; a letter without words stays a letter."""
    return _(item.axis_names.get(letter) or AXES.get(letter, letter))


def section(label: str) -> str:
    """Where to read, for the label of a section of the book such as "lstm-maths"."""
    chapter, _dash, part = label.partition("-")
    if not part:
        return _("Read the chapter {chapter}.").format(chapter=_(CHAPTERS[chapter]))
    text = _("Look again at the chapter {chapter}, section “{section}”.")
    return text.format(chapter=_(CHAPTERS[chapter]), section=_(SECTIONS[part]))


def sentence(number: int | None) -> str:
    """The convention of the statement that a message points to."""
    if number is None:
        return ""
    return _("See Convention {number} in this notebook.").format(number=number)


def spoken(message: Message, where: str = "", lead: str = "") -> Finding:
    """A message as a finding, in the student's language."""
    params = {name: _listed(value) for name, value in message.params.items()}
    what = _(message.beside if lead and message.beside else message.what).format(**params)
    look = sentences(sentence(message.sentence), section(message.look))
    return Finding(
        message.kind, message.id, sentences(lead, what), _(message.why).format(**params), look,
        where,
    )  # fmt: skip


def _listed(names: str) -> str:
    """A word in the student's language, or names with its commas."""
    return _(names) if ", " not in names else listed(_(names).split(", "))


def spoken_fault(fault: Fault, where: str = "", lead: str = "") -> Finding:
    return spoken(fault.message, where, lead)


def lettered(shape, case) -> str:
    """(3, 20) -> "(B, 4H)" by the sizes of the case, numbers where no letter fits."""
    letters = {}
    for letter, size in case.sizes.items():
        letters.setdefault(size, letter)
    return "(" + ", ".join(letters.get(size, str(size)) for size in shape) + ")"


def plain(shape) -> str:
    return "(" + ", ".join(str(size) for size in shape) + ")"


GATES = {3: "rzn", 4: "ifgo"}


def gates_of(letter: str) -> str:
    """The gates that are stacked along an axis: "4H" -> "ifgo"; "" for an ordinary axis."""
    return GATES.get(int(letter[0]), "") if letter[:1].isdigit() and letter[1:] else ""


def index_words(item: Item, axes: list[str], index, shape=()) -> str:
    """("B", "T", "H") and (0, 2, 3) -> "batch 0, time 2, hidden 3".

    With the ``shape`` a place among stacked gates is told as a gate and a unit of it.
    """
    places = []
    for k, (axis, position) in enumerate(zip(axes, index, strict=False)):
        gates = gates_of(axis) if k < len(shape) else ""
        if gates and shape[k] % len(gates) == 0:
            gate, position = divmod(position, shape[k] // len(gates))
            places.append(_("gate {name}").format(name=gates[gate]))
            axis = axis[1:]
        if axis != "1":
            text = _("{axis} {position}")
            places.append(text.format(axis=axis_word(item, axis), position=position))
    return listed(places)
