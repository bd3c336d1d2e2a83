"""The report for people and machines: a table in the terminal, marks as CSV and JSON."""

import csv
import io
import json
from collections import Counter
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from course_lib.grading.feedback import number
from course_lib.grading.files import write_atomically
from course_lib.grading.reasons import plain, short_name
from course_lib.grading.results import STATUS, GradeReport, Row, report
from course_lib.i18n import _

__all__ = ["GradeReport", "marks_csv", "print_report", "report", "write_reports"]
# On a terminal of fewer columns the reasons need the room.
NARROW = 110
TO_MARK = "…"
_STYLES = {"failed": "red", "unreadable": "yellow", "waiting": "dim"}


def print_report(result: GradeReport, console: Console) -> None:
    """The table of all submissions with a reason each, and what follows from it."""
    with_parts = console.width >= NARROW  # the marks of the parts are in the CSV as well
    console.print(_marks(result, with_parts))
    if with_parts:
        parts = [
            f"{place} {short_name(name)} ({'+' if name in result.bonus else ''}{number(points)})"
            for place, (name, points) in enumerate(result.items.items(), 1)
        ]
        console.print(_("Parts: {parts}.").format(parts=", ".join(parts)), highlight=False)
    if result.misconceptions:
        console.print()
        console.print(_mistakes(result))
    console.print()
    console.print(_summary(result), highlight=False)
    if result.failed:
        names = ", ".join(plain(row.student) for row in result.failed)
        console.print(
            _("To be run again: {students}.").format(students=names), style="red", markup=False
        )
    if result.to_mark:
        text = _("To be marked by a person (…), in the formgrader: {students}.")
        names = ", ".join(plain(row.student) for row in result.to_mark)
        console.print(text.format(students=names), highlight=False, markup=False)
    if result.marks:
        console.print(_("Marks: {file}").format(file=result.marks), highlight=False, markup=False)


def _marks(result: GradeReport, with_parts: bool) -> Table:
    table = Table(title=_("Marks of {name}").format(name=result.assignment), title_justify="left")
    table.add_column(_("Student"), no_wrap=True)
    table.add_column("", no_wrap=True)  # the language, as in the folders' names
    shown = list(result.items) if with_parts else []
    for place in range(1, len(shown) + 1):
        table.add_column(str(place), justify="right", no_wrap=True)
    table.add_column(_("Total"), justify="right", no_wrap=True)
    table.add_column(_("Reason"), overflow="fold", ratio=1)
    for row in result.rows:
        points = [
            TO_MARK if row.points.get(item, 0) is None else number(row.points.get(item))
            for item in shown
        ]
        table.add_row(
            escape(plain(row.name or row.student)),
            row.language,
            *(points if row.total is not None else ["–"] * len(points)),
            number(row.total),
            escape(row.reason or _(STATUS[row.status])),
            style=_STYLES.get(row.status),
        )
    return table


def _mistakes(result: GradeReport) -> Table:
    table = Table(title=_("What this class gets wrong"), title_justify="left")
    table.add_column(_("Students"), justify="right", no_wrap=True)
    table.add_column(_("Mistake"), overflow="fold", ratio=2)
    table.add_column(_("Shows in"), overflow="fold", ratio=1)
    for mistake in result.misconceptions:
        count = str(len(mistake.students))
        table.add_row(count, escape(mistake.text), escape(", ".join(mistake.items)))
    return table


def _summary(result: GradeReport) -> str:
    counts = Counter(row.status for row in result.rows)
    told = [f"{counts[status]} {_(word)}" for status, word in STATUS.items() if counts[status]]
    text = _("{count} submissions: {counts}.").format(
        count=len(result.rows), counts=", ".join(told)
    )
    totals = _totals(result.rows)
    if totals:
        mean = number(sum(totals) / len(totals))
        text += " " + _("Mean {mean} of {points}.").format(
            mean=mean, points=number(result.max_total)
        )
    return text


def _totals(rows: list[Row]) -> list[float]:
    return [row.total for row in rows if row.total is not None]


def write_reports(root: Path, result: GradeReport) -> Path:
    """Write ``marks/<assignment>.csv`` and ``.json``; returns the CSV's path."""
    folder = Path(root) / "marks"
    write_atomically(
        folder / f"{result.assignment}.json",
        json.dumps(result.to_dict(), ensure_ascii=False, indent=1) + "\n",
    )
    result.marks = folder / f"{result.assignment}.csv"
    # The mark at the start tells spreadsheets that names are UTF-8.
    write_atomically(result.marks, "\ufeff" + marks_csv(result))
    return result.marks


def marks_csv(result: GradeReport) -> str:
    """The marks as CSV: student, name, each item, total, maximum, ..., status, reason.

    "to mark" are points that a person has still to give: they are no part of "percent".
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    last = ["total", "max", "percent", "to mark", "status", "reason"]
    writer.writerow(["student", "name", *result.items, *last])
    for row in result.rows:
        points = [_plain(row.points.get(item)) for item in result.items]
        total = "" if row.total is None else _plain(row.total)
        writer.writerow(
            [
                _inert(row.student),
                _inert(row.name),
                *(points if row.total is not None else [""] * len(points)),
                total,
                _plain(result.max_total),
                _plain(row.percent),
                _plain(row.to_mark) if row.to_mark else "",
                row.status,
                _inert(row.reason),
            ]
        )
    return text.getvalue()


def _plain(value: float | None) -> str:
    return "" if value is None else number(value)


def _inert(text: str) -> str:
    """A spreadsheet runs a cell that begins like a formula."""
    return "'" + text if text[:1] in ("=", "+", "-", "@", "\t") else text
