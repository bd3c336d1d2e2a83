"""What a teacher asks about a class: how its marks lie, and how hard each part was.

Everything is counted from a report; nothing is said here, so that the page and a machine agree.
"""

from dataclasses import dataclass
from math import ceil

from course_lib.grading.endings import STOPPED, UNWRITTEN
from course_lib.grading.results import GradeReport, Row

_BINS = 10


@dataclass(frozen=True)
class Bar:
    """Marks from ``low`` to ``high``: the lower end belongs to it, the last bar's upper end too.

    ``above``: a bar of marks above the maximum, to which the upper end belongs.
    """

    low: float
    high: float
    count: int
    above: bool = False


def bars(totals: list[float], most: float) -> list[Bar]:
    """The marks counted in tenths of ``most``, and further tenths for marks with a bonus."""
    if not totals or most <= 0:
        return []
    width = most / _BINS
    top = max(max(totals), most)
    number = _BINS + max(0, ceil((top - most) / width - 1e-9))
    counts = [0] * number
    for total in totals:
        if total > most + 1e-9:
            place = _BINS + ceil((total - most) / width - 1e-9) - 1
        else:
            place = min(_BINS - 1, max(0, int(total / width + 1e-9)))
        counts[place] += 1
    return [
        Bar(place * width, (place + 1) * width, count, place >= _BINS)
        for place, count in enumerate(counts)
    ]


@dataclass(frozen=True)
class Part:
    """One graded cell over the class. ``share`` is of the points that have been given.

    ``stopped`` are those whose code did not run to its end, ``unwritten`` those who left it out,
    ``to_mark`` those whose answer a person has still to mark.
    """

    cell: str
    points: float
    bonus: bool
    marked: int
    share: float | None
    right: int
    stopped: int
    unwritten: int
    to_mark: int


def parts(result: GradeReport) -> list[Part]:
    """The parts, the hardest first; those that nobody has marked last."""
    found = [_part(result, cell, points) for cell, points in result.items.items()]
    return sorted(found, key=lambda part: (part.share is None, part.share))


def read_rows(result: GradeReport) -> list[Row]:
    """The graded submissions in which there was something to grade."""
    return [row for row in result.rows if row.total is not None and row.status != "unreadable"]


def _part(result: GradeReport, cell: str, points: float) -> Part:
    given, right, stopped, unwritten, to_mark = [], 0, 0, 0, 0
    for row in read_rows(result):
        if cell not in row.points:
            continue
        score = row.points[cell]
        if score is None:
            to_mark += 1
            continue
        given.append(score)
        right += score >= points
        end = row.endings.get(cell, "")
        stopped += end == STOPPED
        unwritten += end == UNWRITTEN
    share = sum(given) / (len(given) * points) if given and points else None
    return Part(
        cell, points, cell in result.bonus, len(given), share, right, stopped, unwritten, to_mark
    )
