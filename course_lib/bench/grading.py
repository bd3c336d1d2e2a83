"""``course bench-grading``: nbgrader as it comes and the course's engine, on the same submissions.

Each side grades in a process of its own, one after the other on the same machine. nbgrader takes
seconds for one submission, so it may get the first of them only; both are told per submission. A
machine that others use, too, is quicker at one time than at another: so nbgrader grades half of its
submissions before the engine, and half after it.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from rich.console import Console

from course_lib.bench import STOCK, SUBMISSIONS
from course_lib.bench.grading_clock import BORN
from course_lib.bench.grading_course import SEED, gradable_class, known_before, make_course
from course_lib.bench.run import machine
from course_lib.errors import CourseError

_MAIN = """
import sys
from course_lib.bench.{side} import main
main(*sys.argv[1:])
"""
# It begins as ``course grade`` does.
_MAIN_OF_ENGINE = """
import sys
from course_lib.grading.pool import begin_to_warm_up
from course_lib.quick_start import nbgrader_without_server, nothing_is_garbage
begin_to_warm_up()
with nothing_is_garbage():
    nbgrader_without_server()
    from course_lib.bench.grading_engine import main
main(*sys.argv[1:])
"""


def bench_grading(
    root: Path,
    console: Console,
    *,
    assignment: str = "ps4_lstm",
    submissions: int = SUBMISSIONS,
    stock: int = STOCK,
    workers: int | None = None,
    only_engine: bool = False,
) -> dict:
    """Measure, print the tables, and keep ``benchmarks/grading.json`` when all was measured.

    ``stock``: how many of the submissions nbgrader as it comes grades as well. Returns what was
    measured. Raises CourseError when a side could not grade.
    """
    from course_lib.bench.grading_tell import draw, print_grading
    from course_lib.grading.grade import default_workers

    stock = 0 if only_engine else min(stock, submissions)
    workers = workers or default_workers()
    found = {
        "machine": machine(),
        "assignment": assignment,
        "submissions": submissions,
        "different": min(submissions, len(gradable_class(root, assignment))),
        "stock submissions": stock,
        "workers": workers,
        "known": known_before(root, assignment),
    }
    with tempfile.TemporaryDirectory(prefix="bench-grading-") as place:
        halves = [range(stock // 2), range(stock // 2, stock)]
        theirs = {Path(place, f"stock {half.start}"): half for half in halves if half}

        def nbgrader(folder: Path) -> dict:
            console.print(f"nbgrader grades {len(theirs[folder])} submissions of {assignment} ...")
            make_course(root, folder, assignment, theirs[folder], stock=True)
            return _run("grading_stock", folder, assignment)

        ran = [nbgrader(folder) for folder in [*theirs][:1]]
        for name, pages in (("engine", "0"), ("engine with feedback", "1")):
            console.print(f"the engine grades {submissions} ({name}) ...")
            numbers = range(submissions)
            course = make_course(root, Path(place, name), assignment, numbers, stock=False)
            found[name] = _run("grading_engine", course.root, assignment, str(workers), pages)
            if found[name]["failed"]:
                raise CourseError(f"Not graded: {', '.join(found[name]['failed'])}.")
        ran += [nbgrader(folder) for folder in [*theirs][1:]]
        if stock:
            found["stock"] = _together(ran)
            found["scores"] = _compared([*theirs], course.root, assignment)
    found["figures"] = _figures(found)
    print_grading(found, console)
    if stock and submissions >= 40:
        folder = root / "benchmarks"
        folder.mkdir(exist_ok=True)
        (folder / "grading.json").write_text(json.dumps(found, indent=1) + "\n", "utf-8")
        draw(found, folder / "grading.svg")
    return found


def _run(side: str, *arguments) -> dict:
    code = _MAIN_OF_ENGINE if side == "grading_engine" else _MAIN.format(side=side)
    ended = subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        capture_output=True,
        text=True,
        env={**os.environ, "COURSE_SEED": str(SEED), BORN: repr(time.time())},
    )
    if ended.returncode != 0:
        reason = ended.stderr.strip().splitlines()[-1:] or ["it gave no reason"]
        raise CourseError(f"A measurement stopped ({side}): {reason[0]}")
    return json.loads(ended.stdout.splitlines()[-1])


def _together(halves: list[dict]) -> dict:
    """What nbgrader took in all; ``start`` is the longest it took to begin."""
    sums = {
        part: {
            "seconds": sum(half[part]["seconds"] for half in halves),
            "cpu": sum(half[part]["cpu"] for half in halves),
            "errors": [error for half in halves for error in half[part]["errors"]],
        }
        for part in ("grading", "feedback")
    }
    memory = {kind: max(half["memory"][kind] for half in halves) for kind in halves[0]["memory"]}
    untimed = sum(half["untimed"] for half in halves)
    start = max(half["start"] for half in halves)
    return {"start": start, "untimed": untimed, **sums, "memory": memory}


def _compared(stock: list[Path], engine: Path, assignment: str) -> dict:
    """How many submissions nbgrader graded, and how many have the same points in every cell."""
    theirs = {
        student: points for one in stock for student, points in _points(one, assignment).items()
    }
    ours = _points(engine, assignment)
    both = theirs.keys() & ours.keys()
    other = sorted(student for student in both if theirs[student] != ours[student])
    return {"graded": len(both), "same": len(both) - len(other), "other": other}


def _points(root: Path, assignment: str) -> dict[str, dict[str, float]]:
    from course_lib.grading.gradebook import open_gradebook

    with open_gradebook(root) as gradebook:
        return {
            submission.student.id: {
                grade.name: grade.auto_score
                for notebook in submission.notebooks
                for grade in notebook.grades
            }
            for submission in gradebook.assignment_submissions(assignment)
        }


def _figures(found: dict) -> dict:
    """Submissions per minute and CPU per submission of each side, with and without feedback.

    The engine's are those once every worker has its first submission behind it; what nbgrader
    needs before and for its first one is left out as well.
    """
    figures = {}
    for name, key in (("grading", "engine"), ("grading and feedback", "engine with feedback")):
        warm = found[key]["warm"]
        row = {
            "engine per minute": 60 * warm["count"] / warm["seconds"],
            "engine cpu": warm["cpu"] / warm["count"],
            "engine per minute in all": 60 * found[key]["count"] / found[key]["all"],
        }
        if "stock" in found and found["scores"]["graded"]:
            parts = ["grading"] if key == "engine" else ["grading", "feedback"]
            graded = found["scores"]["graded"] - found["stock"]["untimed"]
            seconds = sum(found["stock"][part]["seconds"] for part in parts)
            row["stock per minute"] = 60 * graded / seconds
            row["stock cpu"] = sum(found["stock"][part]["cpu"] for part in parts) / graded
            row["ratio"] = row["engine per minute"] / row["stock per minute"]
            row["cpu ratio"] = row["stock cpu"] / row["engine cpu"]
        figures[name] = row
    return figures
