"""What the last whole run of ``course bench`` found, for the page of the book that shows it."""

import json
from pathlib import Path

from course_lib.errors import CourseError
from course_lib.i18n import _

FILE = Path(__file__).parents[2] / "benchmarks" / "results.json"


def results() -> dict:
    """The measurements of ``benchmarks/results.json``: machine, ratios, memory, growth, peaks.

    Raises CourseError, naming the command that makes the file, if it is not there.
    """
    if not FILE.is_file():
        raise CourseError(
            _("There is no {file} yet; {command} measures and writes it.").format(
                file="benchmarks/results.json", command="make bench"
            )
        )
    return json.loads(FILE.read_text(encoding="utf-8"))


def case(name: str) -> dict:
    """One comparison on one thread of the CPU, such as "LSTM mid fwd": its medians by version.

    Raises CourseError, naming the cases there are, if it was not measured.
    """
    rows = [row for row in results()["ratios"] if (row["device"], row["threads"]) == ("cpu", 1)]
    for row in rows:
        if row["case"] == name:
            return {version: ratio["median"] for version, ratio in row["ratios"].items()}
    raise CourseError(
        _("There is no measured case called {name}; there are {cases}.").format(
            name=name, cases=", ".join(row["case"] for row in rows)
        )
    )
