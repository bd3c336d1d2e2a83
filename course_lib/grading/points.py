"""Which points are the core's 100, which are a bonus above them, and which wait for a person.

A written answer has no points until somebody has read it. Until then its points are neither
earned nor lost: they are left out of the percentage.
"""

from collections.abc import Collection, Mapping

from course_lib.errors import CourseError
from course_lib.exercises.outline import outline
from course_lib.grading.result import number


def bonus_cells(assignment: str) -> frozenset[str]:
    """The ids of the graded cells that count above the core's points."""
    try:
        described = outline(assignment)
    except CourseError:  # a course may have assignments that nothing here describes
        return frozenset()
    checked = {f"check_{item.id}" for item in described.items if item.bonus}
    return frozenset(checked | {question.id for question in described.written if question.bonus})


def core(maxima: Mapping[str, float], bonus: Collection[str]) -> float:
    """The most points without a bonus; ``maxima`` maps each graded cell to its points."""
    return sum(points for name, points in maxima.items() if name not in bonus)


def percent(
    points: Mapping[str, float | None],
    maxima: Mapping[str, float],
    bonus: Collection[str],
    late: float = 0.0,
) -> float | None:
    """Per cent of the core that has been marked, and the bonus on top; None if nothing has been.

    ``points`` are None where a person has still to give them; ``late`` are the points that
    lateness costs: who loses half of them has half the percentage.
    """
    marked = {name: value for name, value in points.items() if value is not None}
    most = sum(maxima[name] for name in marked if name not in bonus)
    if not most:
        return None
    earned = sum(value for name, value in marked.items() if name not in bonus)
    above = sum(value for name, value in marked.items() if name in bonus)
    kept = max(0.0, 1 - late / (earned + above)) if late and earned + above > 0 else 1.0
    return 100 * (earned / most + above / core(maxima, bonus)) * kept


def left(points: float, late: float = 0.0) -> float:
    """What lateness leaves: never less than 0, and 0 where all is lost, not -0 nor 1e-15."""
    return max(0.0, round(points - late, 9))


def shown(value: float | None) -> str:
    """Points as people write them: 7, 7.5, at most two decimals; "–" when there are none yet."""
    return "–" if value is None else number(value)
