"""What a student is told whose notebook uses what is not allowed."""

from dataclasses import dataclass

from course_lib.exercises.spec import Item
from course_lib.grading.forbidden import REFERENCE, refused_text
from course_lib.grading.result import Finding
from course_lib.grading.words import section
from course_lib.i18n import _


@dataclass(frozen=True)
class Refusal:
    """What an answer uses and may not, and where it stands.

    ``kind``: "finished" (a layer, or what does the work), "course" (the course's own code),
    "unread" (code that cannot be read here), "hides" (anything can hide behind it), "changes" (a
    part of a library has been replaced, as by ``torch.manual_seed = 0``), "long".
    """

    kind: str
    used: str
    cell: str
    number: int
    line: int
    text: str

    @property
    def what(self) -> str:
        if self.kind == "finished" or self.used.startswith(REFERENCE):
            return refused_text(self.used)
        said = {
            "course": _(
                "Your code uses {used}, which belongs to the course. Write it yourself: that is "
                "the exercise."
            ),
            "unread": _(
                "Your code uses {used}, and what that brings cannot be read here. Write it "
                "yourself: that is the exercise."
            ),
            "hides": _(
                "The notebook uses {used}, behind which any code can hide. Nothing below that "
                "line can be marked: take it out, no exercise needs it."
            ),
            "changes": _(
                "The notebook puts something else in the place of {used}, which all code after it "
                "would use. Nothing below that line can be marked: take it out, or if {used} is "
                "to be called, write it with parentheses."
            ),
            "long": _(
                "The notebook is too long to be read. Take out what the exercises do not need."
            ),
        }[self.kind]
        return said.format(used=self.used)

    @property
    def where(self) -> str:
        said = {"number": self.line, "line": self.text[:120], "cell": self.cell or self.number}
        if not self.text:
            return ""
        if self.cell:
            return _('In the cell "{cell}", line {number}: {line}').format(**said)
        return _("In cell {cell} of the notebook, line {number}: {line}").format(**said)


def refusal_finding(refusal: Refusal, item: Item) -> Finding:
    """The finding of a refused item: its score is 0."""
    look = section(f"{item.chapter}-scratch") if refusal.kind == "finished" else ""
    return Finding("error", "forbidden-call", refusal.what, look=look, where=refusal.where)
