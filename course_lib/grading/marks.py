"""Marks as CSV: for people and spreadsheets, for Moodle and for Canvas.

An answer that a person has still to mark is no zero: in the files for Moodle and Canvas such a
student has no mark yet, and importing the file again later brings it.
"""

import csv
import io
import re
from pathlib import Path

from course_lib.files import write_atomically
from course_lib.grading.points import shown
from course_lib.grading.results import GradeReport, Row

# The mark at the start tells spreadsheets that names are UTF-8. Canvas and Moodle take UTF-8 as
# it is, and would take the mark for a part of the first column's name.
_BOM = "\ufeff"
_NUMBER = re.compile(r"-?\d+(\.\d+)?")


def write_marks(folder: Path, result: GradeReport) -> dict[str, Path]:
    """Write the three files into ``folder``; returns them by what they are for."""
    made = {
        "": _BOM + marks_csv(result),
        "moodle": moodle_csv(result),
        "canvas": canvas_csv(result),
    }
    paths = {}
    for use, text in made.items():
        paths[use] = folder / f"{result.assignment}{'.' if use else ''}{use}.csv"
        write_atomically(paths[use], text)
    return paths


def marks_csv(result: GradeReport) -> str:
    """The marks as CSV: student, name, each item, total, maximum, ..., status, reason.

    "to mark" are points that a person has still to give: they are no part of "percent".
    """
    last = ["total", "max", "percent", "to mark", "status", "reason"]
    lines = [["student", "name", *result.items, *last]]
    for row in result.rows:
        points = [_plain(row.points.get(item)) for item in result.items]
        lines.append(
            [
                row.student,
                row.name,
                *(points if row.total is not None else [""] * len(points)),
                _plain(row.total),
                _plain(result.max_total),
                _plain(row.percent),
                _plain(row.to_mark) if row.to_mark else "",
                row.status,
                row.reason,
            ]
        )
    return _text(lines)


def moodle_csv(result: GradeReport) -> str:
    """For Moodle's *Grades > Import > CSV file*: the columns of its own grade export.

    Identify users by "ID number" (mapped to useridnumber, or to username) or by "Email address"
    (useremail). The points come with the bonus in them; beside them stand core and bonus, for
    sites that allow no grade above the maximum. "-" is no grade, as in Moodle's export.
    """
    title = result.assignment  # the same in every language: each import meets one column
    fields = ["First name", "Last name", "ID number", "Email address"]
    lines = [[*fields, title, f"{title} (core)", f"{title} (bonus)"]]
    for row in result.rows:
        person = [row.first_name, row.last_name, row.student, row.email]
        points = [final(row), *_parts(result, row)]
        lines.append([*person, *("-" if value is None else shown(value) for value in points)])
    return _text(lines)


def canvas_csv(result: GradeReport) -> str:
    """For Canvas's *Gradebook > Import*: its own export's columns, and one for the assignment.

    Canvas finds a student by ID (its own number: the gradebook's lms_user_id), else by the SIS
    ids, else by name. An empty cell leaves the grade in Canvas as it is.
    """
    people = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section"]
    lines = [
        [*people, result.assignment],
        ["    Points Possible", "", "", "", "", shown(result.max_total)],
    ]
    for row in result.rows:
        value = final(row)
        mark = "" if value is None else shown(value)
        id = row.lms_id if row.lms_id.isdigit() else ""
        lines.append([row.name or row.student, id, row.student, row.student, "", mark])
    return _text(lines)


def final(row: Row) -> float | None:
    """The points with the bonus, never below 0; None while a part of them is still to be given."""
    return None if row.total is None or row.to_mark else max(0.0, row.total)


def _parts(result: GradeReport, row: Row) -> tuple[float | None, float | None]:
    """Core and bonus of the final points: what was handed in late costs points of the core."""
    points = final(row)
    if points is None:
        return None, None
    bonus = sum(row.points.get(item) or 0.0 for item in result.bonus)
    return max(0.0, points - bonus), min(bonus, points)


def _plain(value: float | None) -> str:
    return "" if value is None else shown(value)


def _text(lines: list[list[str]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([_inert(v) for v in line] for line in lines)
    return text.getvalue()


def _inert(text: str) -> str:
    """A spreadsheet runs a cell that begins like a formula; an apostrophe makes it text.

    A lone "-" is Moodle's word for no grade, and a number is no formula.
    """
    if text == "-" or _NUMBER.fullmatch(text):
        return text
    return (
        f"'{text}"
        if text.lstrip()[:1] in tuple("=+-@＝＋－＠") or text[:1] in tuple("\t\r\n")
        else text
    )
