"""A course graded by real, stock nbgrader and by the engine, held against each other.

Nothing is left out of the comparison but what no two runs have in common (``told``) and what the
engine does otherwise on purpose (``ON_PURPOSE``).
"""

import json
import os
import re
import shutil
import subprocess
import sys
from copy import deepcopy
from pathlib import Path

from course_lib.grading.grade import grade
from course_lib.grading.release import register
from course_lib.grading.sample import write_sample_class
from tests.grading.engine.stock import CONFIG, derived, tables

ROOT = CONFIG.parent
SEED = 11
ON_PURPOSE = """
Text on stderr in a test cell: nbgrader gives 0 points for it (``scoring``).
The seed of the hidden cases is kept in the notebook's metadata, under ``course``; what a student's
file says of itself there is not taken over.
Tags of cells are taken away: one of them keeps a cell from being run.
A test that raises: the traceback says which lines are the student's, not the process's. Where a
check is given a name that the notebook does not have, it does not show the hidden test below it.
A call that an item does not allow: the finding says in which line it stands.
A student's function that prints is called less often, so it prints less.
A line behind which code can hide, in a cell of the student's own, is run last of all and named.
"""
# What differs between two runs of stock nbgrader: addresses, the files that IPython names cells
# by, when a cell was run, where a slow function was stopped, random numbers without a seed.
_ADDRESS = re.compile(r"0x[0-9a-f]{6,}")
_CELL_FILE = re.compile(r"(?:/[\w.-]+)+/ipykernel_\d+/\d+\.py|<ipython-input-\d+-[0-9a-f]+>")
_CELL_NAME = re.compile(r"\(\d+\.py, line")
_MORE = re.compile(r"(opacity:\.85\">)[^<]*\d{4,}[^<]*(?=</p></details>)")
_NUMBER = re.compile(r" *-?\d+\.\d*(?:e[-+]?\d+)?")
_SMALL = re.compile(r'<p style="margin:\.15em 0[^>]*>.*?</p>', re.DOTALL)
_UNSEEDED = re.compile(r"torch\.(?:rand|randn|randint|randperm)\(|np\.random\.")
_NO_LINE = {"time-is-up", "forbidden", "forbidden-call"}
CHECK = "application/vnd.course.check+json"


def make_both(folder: Path, name: str, students: list[str]) -> tuple[Path, Path]:
    """Two courses with the same assignment and the same submissions; the first has stock steps."""
    courses = folder / "stock", folder / "engine"
    courses[0].mkdir(parents=True)
    shutil.copy(ROOT / "nbgrader_config.py", courses[0])
    for part in (f"solutions/{name}", f"tests/sample_class/{name}"):
        ignore = shutil.ignore_patterns("*.ipynb")
        shutil.copytree(ROOT / part, courses[0] / part, ignore=ignore)
    register(courses[0], name)
    write_sample_class(courses[0], name, students=students)
    shutil.copytree(courses[0], courses[1])
    make_stock(courses[0])
    return courses


def make_stock(root: Path) -> None:
    """nbgrader's own steps in the place of the course's."""
    with (root / "nbgrader_config.py").open("a", encoding="utf-8") as file:
        file.write('del c.Autograde["autograde_preprocessors"]\n')


def nbgrader(root: Path, *arguments: str) -> str:
    """Run one of nbgrader's commands in a course; what it has logged."""
    ended = subprocess.run(
        [sys.executable, "-m", "nbgrader", *arguments],
        cwd=root,
        env={**os.environ, "COURSE_SEED": str(SEED), "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
    )
    assert ended.returncode == 0, ended.stderr[-3000:]
    return ended.stderr


def grade_both(courses: tuple[Path, Path], name: str) -> None:
    """With nbgrader's own command, and with ``course grade``."""
    nbgrader(courses[0], "autograde", name)
    report = grade(courses[1], name, seed=SEED, workers=1)
    assert report.failed == []


def differences(courses: tuple[Path, Path], name: str) -> tuple[list[str], dict[str, int]]:
    """What is not the same, and how much was compared."""
    found, counts = [], {"rows": 0, "notebooks": 0, "cells": 0, "outputs": 0}
    one, other = (tables(root) for root in courses)
    for table in sorted(one.keys() | other.keys()):
        counts["rows"] += len(one.get(table, ()))
        found += _listed(table, one.get(table, []), other.get(table, []))
    found += _listed("derived", *(derived(root) for root in courses))
    files = [_files(root) for root in courses]
    found += _listed("files", *files)
    for file in sorted(set(files[0]) & set(files[1])):
        if file.endswith(".ipynb"):
            counts["notebooks"] += 1
            found += [f"{file}: {text}" for text in _notebooks(courses, file, counts)]
    return found, counts


def _listed(what: str, one: list, other: list) -> list[str]:
    left = [f"{what}: only stock: {row}" for row in one if row not in other]
    return left + [f"{what}: only engine: {row}" for row in other if row not in one]


def _files(root: Path) -> list[str]:
    home = root / "autograded"
    return sorted(path.relative_to(home).as_posix() for path in home.rglob("*") if path.is_file())


def _notebooks(courses: tuple[Path, Path], file: str, counts: dict[str, int]) -> list[str]:
    one, other = (json.loads((root / "autograded" / file).read_text("utf-8")) for root in courses)
    for read in (one, other):
        about = read["metadata"].pop("course", {})
        read["metadata"] |= {key: about.get(key) for key in ("assignment", "language")}
    found = []
    for part in (one.keys() | other.keys()) - {"cells"}:
        if one.get(part) != other.get(part):
            found.append(f"{part}: {one.get(part)} -- {other.get(part)}")
    if len(one["cells"]) != len(other["cells"]):
        return [*found, f"{len(one['cells'])} cells -- {len(other['cells'])}"]
    for number, (left, right) in enumerate(zip(one["cells"], other["cells"], strict=True)):
        counts["cells"] += 1
        counts["outputs"] += len(left.get("outputs", ()))
        left, right = told(left), told(right)
        if left != right:
            id = left.get("metadata", {}).get("nbgrader", {}).get("grade_id", "")
            found.append(f"cell {number} {id}: {_first_difference(left, right)}")
    return found


def told(cell: dict) -> dict:
    """The cell without what differs between two runs of one and the same program."""
    cell = deepcopy(cell)
    cell["metadata"].pop("execution", None)
    cell["metadata"].pop("tags", None)
    about = cell["metadata"].get("nbgrader", {})
    for output in cell.get("outputs", []):
        if about.get("grade") and "traceback" in output:
            del output["traceback"][:-1]
        found = output.get("data", {}).get(CHECK, {}).get("findings", [])
        if any(finding["id"] in _NO_LINE for finding in found):
            for finding in found:
                finding.pop("where")
                (finding.get("told") or {}).pop("where", None)
            output["data"]["text/html"] = _SMALL.sub("", "".join(output["data"]["text/html"]))
    cell = _without_chance(cell)
    if not about.get("grade") and _UNSEEDED.search("".join(cell["source"])):
        cell["outputs"] = json.loads(_NUMBER.sub("0.", json.dumps(cell.get("outputs", []))))
    return cell


def _without_chance(value):
    if isinstance(value, dict):
        return {key: _without_chance(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_without_chance(part) for part in value]
    if isinstance(value, str):
        value = _CELL_FILE.sub("<cell>", _ADDRESS.sub("0x", value))
        return _MORE.sub(r"\1", _CELL_NAME.sub("(cell, line", value))
    return value


def _first_difference(one, other, where: str = "") -> str:
    if type(one) is type(other) and isinstance(one, dict):
        for key in sorted(one.keys() | other.keys()):
            if one.get(key) != other.get(key):
                return _first_difference(one.get(key), other.get(key), f"{where}.{key}")
    if type(one) is type(other) and isinstance(one, list) and len(one) == len(other):
        for number, (left, right) in enumerate(zip(one, other, strict=True)):
            if left != right:
                return _first_difference(left, right, f"{where}[{number}]")
    return f"{where}: {str(one)[:700]!r} -- {str(other)[:700]!r}"
