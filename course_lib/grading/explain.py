"""One mark, explained: each cell's points and findings, and the command that gets them again."""

import shlex
from pathlib import Path

from nbformat import NotebookNode
from rich.console import Console

from course_lib.errors import CourseError
from course_lib.exercises.outline import item_outline
from course_lib.grading.config import WORK
from course_lib.grading.facts import StudentFacts
from course_lib.grading.phrases import labelled
from course_lib.grading.points import shown
from course_lib.grading.reasons import (
    check_results,
    findings_in,
    plain,
    reasons_of_cells,
    short_name,
)
from course_lib.grading.results import STATUS, GradeReport, Row
from course_lib.i18n import _

_LINES = 20  # of the log of a grading that failed


def explanation(result: GradeReport, student: str) -> dict:
    """Everything that led to the mark of ``student``, for machines.

    Raises CourseError when nothing was handed in.
    """
    row = next((row for row in result.rows if row.student == student), None)
    facts = next((f for f in result.facts.students if f.student == student), None)
    if row is None or facts is None:
        raise CourseError(
            _("Nothing was handed in for {name} by: {students}.").format(
                name=result.assignment, students=student
            )
        )
    return {
        "assignment": result.assignment,
        "student": student,
        "name": row.name,
        "language": row.language,
        "status": row.status,
        "reason": row.reason,
        "notes": row.notes,
        "total": row.total,
        "max": row.max_total,
        "percent": row.percent,
        "to_mark": row.to_mark,
        "cells": _cells(result, row, facts),
        "seed": row.seed,
        "versions": dict(facts.record.get("versions") or {}),
        "command": command(result.assignment, row),
        "log": str(log_path(result.facts.root, result.assignment, student)),
    }


def _cells(result: GradeReport, row: Row, facts: StudentFacts) -> list[dict]:
    """Every part of the assignment; "reason" says why a part has not all of its points."""
    reasons = reasons_of_cells(row, facts.notebook)
    nothing = row.total is None or row.status == "unreadable" or facts.notebook is None
    graded = {
        cell.metadata.nbgrader.get("grade_id"): cell
        for cell in ([] if nothing else facts.notebook.cells)
        if cell.metadata.nbgrader.get("grade")
    }
    found = {name: findings_in(cell) for name, cell in graded.items()}
    return [
        {
            "cell": cell,
            "points": row.points.get(cell),
            "max": most,
            "bonus": cell in result.bonus,
            "marked": row.total is not None and row.points.get(cell) is not None,
            "by_hand": cell in facts.by_hand,
            "ended": row.endings.get(cell, ""),
            "reason": reasons.get(cell, ""),
            "aspects": _aspects(graded[cell]) if cell in graded else [],
            "findings": [{"kind": f.kind, "id": f.id, "text": f.text} for f in found.get(cell, [])],
        }
        for cell, most in result.items.items()
    ]


def _aspects(cell: NotebookNode) -> list[dict]:
    """What the last check of a cell looked at: points of each, and whether they were earned."""
    aspects = []
    for result in check_results(cell)[-1:]:
        try:
            titles = item_outline(str(result.get("item"))).aspects
        except (CourseError, KeyError):
            titles = {}
        for aspect in result.get("aspects", []):
            id = str(aspect.get("id"))
            text = plain(_(titles[id]) if id in titles else id)
            kept = {name: aspect.get(name) for name in ("points", "earned")}
            aspects.append({"id": id, "text": text, **kept})
    return aspects


def command(assignment: str, row: Row) -> str:
    """The command that grades this submission alone, with the same hidden cases."""
    seed = [] if row.seed is None else ["--seed", str(row.seed)]
    # "--student=" because an id is a folder's name, and may look like an option.
    student = f"--student={row.student}"
    return shlex.join(["course", "grade", assignment, student, *seed, "--force", "--explain"])


def log_path(root: Path, assignment: str, student: str) -> Path:
    """Where the log of one grading is kept."""
    return Path(root) / WORK / assignment / "logs" / f"{student}.log"


def print_explanation(made: dict, console: Console) -> None:
    """``explanation`` for people."""

    def say(text: str, style: str | None = None) -> None:
        console.print(text, markup=False, highlight=False, soft_wrap=True, style=style)

    who = made["student"] if not made["name"] else f"{made['name']} ({made['student']})"
    say(labelled(plain(who), plain(f"{made['assignment']}, {_(STATUS[made['status']])}")), "bold")
    for note in made["notes"]:
        say(plain(note))
    for cell in made["cells"]:
        _say_cell(cell, made, say)
    if made["total"] is None:
        say(_("No mark: {reason}").format(reason=plain(made["reason"])), "red")
        _say_log(Path(made["log"]), say)
    else:
        text = _("Total: {points} of {max} points.")
        say(text.format(points=shown(made["total"]), max=shown(made["max"])), "bold")
    if made["to_mark"]:
        say(_("{points} points are still to be marked by hand.").format(
            points=shown(made["to_mark"])
        ))  # fmt: skip
    say("")
    if made["seed"] is not None:
        say(_("Seed of the hidden cases: {seed}").format(seed=made["seed"]))
    if made["versions"]:
        versions = ", ".join(f"{name} {value}" for name, value in made["versions"].items())
        say(_("Graded with: {versions}").format(versions=plain(versions)))
    say(_("Log: {file}").format(file=made["log"]))
    say(_("The same mark again: {command}").format(command=made["command"]))


def _say_cell(cell: dict, made: dict, say) -> None:
    most = ("+" if cell["bonus"] else "") + shown(cell["max"])
    if made["total"] is None:
        points = "–"
    elif not cell["marked"]:
        points = _("not marked yet")
    else:
        points = shown(cell["points"])
    by_hand = " (" + _("given by hand") + ")" if cell["by_hand"] else ""
    say(f"  {short_name(cell['cell'])}: {points} / {most}{by_hand}")
    for finding in cell["findings"]:
        say(f"      {finding['text']}  [{plain(finding['kind'])}: {plain(finding['id'])}]")
    for aspect in cell["aspects"]:
        if aspect["points"] and not aspect["earned"]:
            say("      " + labelled(aspect["text"], f"0 / {shown(aspect['points'])}"))
    if cell["reason"] and not cell["findings"]:
        say(f"      {cell['reason']}")


def _say_log(path: Path, say) -> None:
    try:
        lines = path.read_text("utf-8", errors="replace").strip().splitlines()[-_LINES:]
    except OSError:
        return
    for line in lines:
        say("    " + plain(line), "dim")
