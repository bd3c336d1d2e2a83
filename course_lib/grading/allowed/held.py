"""Lines behind which any code can hide, in cells of the student's own: they are run last of all.

Such a line refuses every answer below it, because nobody can read what it does to them. In a cell
that the student added, to try something out, that would cost marks for nothing: its statement is
taken out of the cell and run when everything has been marked. What is run before that is just what
was read.
"""

from dataclasses import dataclass

from nbformat import NotebookNode

from course_lib.exercises.spec import Assignment
from course_lib.grading.allowed.cells import spans
from course_lib.grading.allowed.reading import Reading, read
from course_lib.grading.allowed.told import Refusal
from course_lib.i18n import _

ROUNDS = 4  # what is left of a cell may hide something, too
_SHOWN = 3


@dataclass(frozen=True)
class Held:
    """One cell in two parts, both with its lines where they were: the others are empty.

    ``refusals`` are the lines on whose account statements are held back, in their order.
    """

    before: str
    last: str
    refusals: tuple[Refusal, ...]

    def text(self) -> str:
        """What the student is told, in the language spoken now."""
        said = _(
            "Line {line} was run last, when everything had been marked: {text}\nAny code can hide "
            "behind {used}. Your answers were marked without it."
        )
        return "\n".join(
            said.format(line=one.line, text=one.text[:120], used=one.used)
            for one in self.refusals[:_SHOWN]
        )


def hold(cells: list[NotebookNode], assignment: Assignment) -> tuple[Reading, dict[int, Held]]:
    """The reading of what is run before the marks, and by cell index what is run after them.

    ``cells`` are nbformat's, in their order; they are not changed, and nothing is executed.
    """
    reading = read(cells, assignment)
    held: dict[int, Held] = {}
    for _round in range(ROUNDS):
        found: dict[int, list[Refusal]] = {}
        for refusal in reading.hidden:
            index = refusal.number - 1
            if refusal.kind in ("hides", "changes") and _is_own(cells[index]):
                found.setdefault(index, []).append(refusal)
        if not found:
            break
        cells = list(cells)
        for index, refusals in found.items():
            before, last = _split(cells[index].source, {one.line for one in refusals})
            if index in held:
                last = _together(held[index].last, last)
                refusals = sorted([*held[index].refusals, *refusals], key=lambda one: one.line)
            held[index] = Held(before, last, tuple(refusals))
            cells[index] = NotebookNode({**cells[index], "source": before})
        reading = read(cells, assignment)
    return reading, held


def _is_own(cell: NotebookNode) -> bool:
    """Whether the student added the cell: nbgrader knows nothing of it."""
    return not cell.metadata.get("nbgrader")


def _split(source: str, lines: set[int]) -> tuple[str, str]:
    """The cell without the statements that stand on ``lines``, and those alone."""
    last: set[int] = set()
    for first, end in spans(source):
        place = range(first, end + 1)
        if lines & set(place):
            last |= set(place)
    written = source.split("\n")
    before = [line if n not in last else "" for n, line in enumerate(written, 1)]
    after = [line if n in last else "" for n, line in enumerate(written, 1)]
    return "\n".join(before), "\n".join(after)


def _together(one: str, other: str) -> str:
    """Two parts of a cell as one: of each line at most one part has any of it."""
    return "\n".join(a or b for a, b in zip(one.split("\n"), other.split("\n"), strict=True))
