"""The report for people and machines: a table in the terminal, a page, marks as CSV and JSON."""

import json
from collections import Counter
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from course_lib.files import write_atomically
from course_lib.grading.class_page import class_page, page_path
from course_lib.grading.facts import ClassFacts
from course_lib.grading.marks import marks_csv, write_marks
from course_lib.grading.phrases import labelled
from course_lib.grading.points import shown
from course_lib.grading.reasons import plain, short_name
from course_lib.grading.results import STATUS, GradeReport, Row, report, told
from course_lib.i18n import LANGUAGES, _, get_language, speaking

__all__ = [
    "GradeReport",
    "marks_csv",
    "print_files",
    "print_report",
    "print_short",
    "report",
    "write_reports",
]
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
            f"{place} {short_name(name)} ({'+' if name in result.bonus else ''}{shown(points)})"
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
    if result.unreadable:
        text = _("Could not be read, 0 points; ask for another file: {students}.")
        names = ", ".join(plain(row.student) for row in result.unreadable)
        console.print(text.format(students=names), style="yellow", markup=False)
    if result.damaged:
        text = _("Damaged or cut off, graded as far as it goes; ask for another file: {students}.")
        names = ", ".join(plain(row.student) for row in result.damaged)
        console.print(text.format(students=names), style="yellow", markup=False)
    if result.to_mark:
        text = _("To be marked by a person (…), in the formgrader: {students}.")
        names = ", ".join(plain(row.student) for row in result.to_mark)
        console.print(text.format(students=names), highlight=False, markup=False)
    print_files(result, console)


def print_short(result: GradeReport, console: Console) -> None:
    """One line about the class, and where to read more."""
    text = labelled(result.assignment, _summary(result))
    console.print(text, highlight=False, markup=False, soft_wrap=True)
    for path in result.pages.values():
        console.print(f"  {path}", highlight=False, markup=False, soft_wrap=True)
    if result.marks:
        _print_marks(result, console)


def print_files(result: GradeReport, console: Console) -> None:
    """Where the page and the marks are."""
    plainly = {"highlight": False, "markup": False, "soft_wrap": True}
    if result.pages:
        page = result.pages.get(get_language()) or next(iter(result.pages.values()))
        console.print(_("The class on a page: {file}").format(file=page), **plainly)
    if result.marks:
        _print_marks(result, console)


def _print_marks(result: GradeReport, console: Console) -> None:
    text = _("Marks: {file}, and beside it for Moodle and Canvas").format(file=result.marks)
    console.print(text, highlight=False, markup=False, soft_wrap=True)


def _marks(result: GradeReport, with_parts: bool) -> Table:
    table = Table(title=_("Marks of {name}").format(name=result.assignment), title_justify="left")
    table.add_column(_("Student"), no_wrap=True)
    table.add_column("", no_wrap=True)  # the language, as in the folders' names
    parts = list(result.items) if with_parts else []
    for place in range(1, len(parts) + 1):
        table.add_column(str(place), justify="right", no_wrap=True)
    table.add_column(_("Total"), justify="right", no_wrap=True)
    table.add_column(_("Reason"), overflow="fold", ratio=1)
    for row in result.rows:
        points = [
            TO_MARK if row.points.get(item, 0) is None else shown(row.points.get(item))
            for item in parts
        ]
        table.add_row(
            escape(plain(row.name or row.student)),
            row.language,
            *(points if row.total is not None else ["–"] * len(points)),
            shown(row.total),
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
    if not result.rows:
        return _("Nothing was handed in yet.")
    counts = Counter(row.status for row in result.rows)
    told = [f"{counts[status]} {_(word)}" for status, word in STATUS.items() if counts[status]]
    text = _("{count} submissions: {counts}.").format(
        count=len(result.rows), counts=", ".join(told)
    )
    totals = _totals(result.rows)
    if totals:
        mean = shown(sum(totals) / len(totals))
        text += " " + _("Mean {mean} of {points}.").format(
            mean=mean, points=shown(result.max_total)
        )
    return text


def _totals(rows: list[Row]) -> list[float]:
    return [row.total for row in rows if row.total is not None]


def write_reports(
    root: Path, result: GradeReport, languages: Collection[str] = tuple(LANGUAGES)
) -> Path:
    """Write marks as CSV, the report as JSON and a page in each of ``languages`` into ``marks/``.

    Returns the CSV's path. ``course grade`` ends with it and ``course report`` is nothing else.
    """
    folder = Path(root) / "marks"
    with speaking("en"):  # what machines read is the same whoever asks for it
        for_machines = result
        if result.facts is not None:
            for_machines = replace(told(result.facts), renewed=result.renewed)
        write_atomically(
            folder / f"{result.assignment}.json",
            json.dumps(for_machines.to_dict(), ensure_ascii=False, indent=1) + "\n",
        )
        result.marks = write_marks(folder, for_machines)[""]
    if result.facts is not None:
        result.pages = write_pages(root, result.facts, languages)
    return result.marks


def write_pages(root: Path, facts: ClassFacts, languages: Collection[str]) -> dict[str, Path]:
    """Write the page of the class in each language; returns their paths."""
    paths = {language: page_path(root, facts.assignment, language) for language in languages}
    there = {key for key in LANGUAGES if page_path(root, facts.assignment, key).exists()}
    for language, path in paths.items():
        with speaking(language):
            write_atomically(path, class_page(told(facts), there | paths.keys()))
    return paths
