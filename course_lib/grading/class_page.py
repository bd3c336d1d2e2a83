"""The page about a class for its teacher: one file, no script, nothing from another host.

It names students, so it is the teacher's alone. Whatever a student wrote, down to the name of a
file, is shown as text.
"""

import os
from collections.abc import Collection, Iterator
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from course_lib.errors import CourseError
from course_lib.exercises.outline import item_outline, outline
from course_lib.grading.class_words import words
from course_lib.grading.directories import course_directory
from course_lib.grading.endings import refused
from course_lib.grading.excerpts import answers, excerpt, shortened
from course_lib.grading.histogram import histogram
from course_lib.grading.likeness import SMALLEST, THE_COURSE, Alike
from course_lib.grading.markdown import render_markdown
from course_lib.grading.overview import bars, parts, read_rows
from course_lib.grading.phrases import few, listed, sentences
from course_lib.grading.points import shown
from course_lib.grading.reasons import plain, short_name
from course_lib.grading.results import STATUS, UNKNOWN, GradeReport, Misconception, Row
from course_lib.grading.source import read_source, rubric_of, translated, without_rubric
from course_lib.grading.words import spoken
from course_lib.i18n import LANGUAGES, _, get_language

NAMES = 40  # students named in one place; the CSV has all of them
EXAMPLES = 40  # mistakes with an example
GROUPS = 40  # groups of answers that are alike
LISTED = 600  # submissions in one table


def page_path(root: Path, assignment: str, language: str) -> Path:
    """Where the page of ``assignment`` lies in ``language``."""
    return Path(root) / "marks" / f"{assignment}.{language}.html"


def class_page(result: GradeReport, languages: Collection[str] = ()) -> str:
    """The page's HTML, in the language spoken now. ``result`` was told in that language.

    It links to the page in the other ``languages``.
    """
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=StrictUndefined
    )
    environment.filters |= {"number": shown, "percent": _percent, "plain": plain}
    root, assignment, language = result.facts.root, result.assignment, get_language()
    titles = _titles(result)
    return environment.get_template("class_page.html").render(
        words=words(),
        lang=language.replace("_", "-"),
        title=_assignment_title(assignment),
        assignment=assignment,
        languages=[
            (other, other.replace("_", "-"), name, page_path(root, assignment, other).name)
            for other, name in LANGUAGES.items()
            if other == language or other in languages
        ],
        language=language,
        progress=_progress(result),
        marks=_marks(result),
        parts=[(part, titles[part.cell]) for part in parts(result)],
        read=len(read_rows(result)),
        mistakes=list(_mistakes(result, titles)),
        more_mistakes=max(0, len(result.misconceptions) - EXAMPLES),
        questions=list(_questions(result, titles)),
        halted=[
            (_student(result, row), _cells(row.too_long), _cells(row.died))
            for row in result.rows
            if row.too_long or row.died
        ],
        failed=[(_student(result, row), row.reason) for row in result.failed],
        unreadable=[(_student(result, row), row.reason) for row in result.unreadable],
        damaged=[(_student(result, row), sentences(*row.notes)) for row in result.damaged],
        refused=[refusal for row in result.rows for refusal in _refused(result, row, titles)],
        alike=[_alike(result, found) for found in result.likeness.alike[:GROUPS]],
        more_alike=max(0, len(result.likeness.alike) - GROUPS),
        common=result.likeness.common,
        smallest=SMALLEST,
        listed=LISTED,
        rows=[(_student(result, row), row, _(STATUS[row.status])) for row in result.rows[:LISTED]],
        more_rows=max(0, len(result.rows) - LISTED),
        csv=f"{assignment}.csv",
    )


def _cells(names: list[str]) -> str:
    return listed(short_name(name) for name in names)


def _percent(share: float) -> str:
    """Never 100 per cent of less than all, nor 0 of more than nothing."""
    rounded = round(100 * share)
    if rounded == 100 and share < 1:
        rounded = 99
    if rounded == 0 and share > 0:
        rounded = 1
    return f"{rounded}%"


def _assignment_title(assignment: str) -> str:
    try:
        return _(outline(assignment).title)
    except CourseError:
        return assignment


def _titles(result: GradeReport) -> dict[str, str]:
    """What each graded cell is called; its id where nothing here describes it."""
    titles = {cell: short_name(cell) for cell in result.items}
    try:
        described = outline(result.assignment)
    except CourseError:
        return titles
    known = {f"check_{item.id}": item.title for item in described.items}
    known |= {question.id: question.title for question in described.written}
    return titles | {cell: _(known[cell]) for cell in titles if cell in known}


def _progress(result: GradeReport) -> dict:
    graded = [row for row in result.rows if row.total is not None]
    times = [row.graded_at for row in graded if row.graded_at]
    last = datetime.fromtimestamp(max(times), UTC) if times else None
    seeds = sorted({row.seed for row in graded if row.seed is not None})
    said = words()
    return {
        "all": len(result.rows),
        "graded": len(graded),
        "failed": len(result.failed),
        "waiting": len(result.waiting),
        "said": sentences(
            said["last"].format(time=last.strftime("%Y-%m-%d %H:%M UTC")) if last else "",
            said["seed"].format(seed=listed(few(map(str, seeds), 3))) if seeds else "",
        ),
    }


def _marks(result: GradeReport) -> dict:
    """The marks of those whose submission could be read, with the numbers people ask for."""
    totals = [row.total for row in read_rows(result)]
    drawn = bars(totals, result.max_total)
    middle = median(totals) if totals else None
    mean = sum(totals) / len(totals) if totals else None
    said = _("Marks of {count} submissions: mean {mean}, median {median}, from {low} to {high}.")
    text = said.format(
        count=len(totals),
        mean=shown(mean),
        median=shown(middle),
        low=shown(min(totals, default=None)),
        high=shown(max(totals, default=None)),
    )
    picture = histogram(drawn, text, _("Points"), _("Submissions")) if drawn else ""
    bonus = sum(result.items[cell] for cell in result.bonus if cell in result.items)
    unmarked = sum(1 for row in read_rows(result) if row.to_mark)
    notes, most = words(), shown(result.max_total)
    return {
        "text": text,
        "picture": Markup(picture),
        "bars": drawn,
        "most": result.max_total,
        "note": sentences(
            notes["marks_unread"],
            notes["marks_bonus"].format(most=most, bonus=shown(bonus)) if bonus else "",
            notes["marks_unmarked"].format(count=unmarked) if unmarked else "",
        ),
    }


def _mistakes(result: GradeReport, titles: dict[str, str]) -> Iterator[dict]:
    """Each mistake with who made it and one example, of somebody who made few others."""
    by_student = {row.student: row for row in result.rows}
    for mistake in result.misconceptions[:EXAMPLES]:
        made_it = [by_student[student] for student in mistake.students]
        clearest = min(made_it, key=lambda row: (len({f.id for f in row.findings}), row.student))
        found = next(f for f in clearest.findings if _is(mistake, f))
        code = excerpt(result.facts.root, result.assignment, clearest.student, found.item)
        yield {
            "text": _("No mistake was recognised.") if mistake.id == UNKNOWN else mistake.text,
            "why": _why(result.assignment, found.item, mistake.id),
            "items": [titles.get(f"check_{item}", item) for item in mistake.items],
            "count": len(mistake.students),
            "students": _named(result, made_it),
            "example": _student(result, clearest),
            "said": found.text if mistake.id == UNKNOWN else "",
            "code": code,
        }


def _is(mistake: Misconception, finding) -> bool:
    return finding.id == mistake.id or (mistake.id == UNKNOWN and finding.kind == UNKNOWN)


def _why(assignment: str, item: str, id: str) -> str:
    """What is wrong with that, where the exercise has a sentence for it."""
    try:
        return spoken(item_outline(f"{assignment}.{item}").messages[id]).why
    except (CourseError, KeyError):
        return ""


def _questions(result: GradeReport, titles: dict[str, str]) -> Iterator[dict]:
    """The answers that a person has still to mark, with the question and its rubric."""
    try:
        cells = read_source(result.facts.root, result.assignment).cells
    except CourseError:
        cells = []
    asked = [cell for cell in cells if cell.cell_type == "markdown"]  # a check's code asks nothing
    texts = {cell.metadata.get("nbgrader", {}).get("grade_id"): cell.source for cell in asked}
    for cell, points in result.items.items():
        rows = [row for row in result.to_mark if row.points.get(cell, 0) is None]
        if rows:
            text = texts.get(cell, "")
            asked = translated(without_rubric(text), result.assignment, get_language())
            yield {
                "cell": cell,
                "title": titles[cell],
                "points": points,
                "count": len(rows),
                "students": _named(result, rows, anchor=cell),
                "question": render_markdown(asked),
                "rubric": render_markdown(rubric_of(text)),
            }


def _refused(result: GradeReport, row: Row, titles: dict[str, str]) -> Iterator[dict]:
    """The parts that a student has no points for because of what the answer uses."""
    if not row.refused:
        return
    facts = next(facts for facts in result.facts.students if facts.student == row.student)
    told = refused(facts.notebook)
    for cell in row.refused:
        what, where = told[cell]
        yield {
            "student": _student(result, row, anchor=cell),
            "part": titles.get(cell, short_name(cell)),
            "what": what,
            "where": where,
        }


def _student(result: GradeReport, row: Row, anchor: str = "") -> dict:
    """A student as the page shows one: name, id, and the page with the notebook if there is one."""
    course = course_directory(result.facts.root)
    folder = course.format_path(course.feedback_directory, row.student, result.assignment)
    page = Path(folder, f"{result.assignment}.html")
    link = ""
    if page.exists():
        here = page_path(result.facts.root, result.assignment, "en").parent.resolve()
        link = quote(os.path.relpath(page, here).replace(os.sep, "/"))
        link += f"#{quote(anchor)}" if anchor else ""
    return {"id": plain(row.student), "name": plain(row.name or row.student), "link": link}


def _named(result: GradeReport, rows: list[Row], anchor: str = "") -> dict:
    shown = [_student(result, row, anchor) for row in rows[:NAMES]]
    return {"shown": shown, "more": max(0, len(rows) - NAMES)}


def _alike(result: GradeReport, found: Alike) -> dict:
    """Students to look at together, and the first cell of the first two of them."""
    by_student = {row.student: row for row in result.rows}
    people = [by_student[student] for student in found.students if student in by_student]
    codes = []
    for student in found.students[:2]:
        who = _student(result, by_student[student]) if student in by_student else None
        codes.append((who, shortened(_code(result, student, found.cells[0]), 40)))
    return {
        "students": _named(result, people),
        "course": THE_COURSE in found.students,
        "cells": listed(found.cells),
        "cell": found.cells[0],
        "same": found.share >= 1,
        "share": _percent(found.share),
        "codes": codes,
    }


def _code(result: GradeReport, student: str, cell: str) -> str:
    if student != THE_COURSE:
        return answers(result.facts.root, result.assignment, student).get(cell, "")
    for made in read_source(result.facts.root, result.assignment).cells:
        if made.metadata.get("nbgrader", {}).get("grade_id") == cell:
            return "\n".join(line for line in made.source.split("\n") if "### " not in line)
    return ""
