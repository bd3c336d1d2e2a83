"""The reference answers and the stubs of an assignment's source, as a student would have them."""

import ast
import linecache
import re
from functools import cache
from pathlib import Path

import jupytext

ROOT = Path(__file__).parents[2]
_ANSWER = re.compile(r"^( *)### BEGIN SOLUTION\n.*?^ *### END SOLUTION$", re.M | re.S)
KEPT = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef, ast.Assign, ast.AnnAssign)


@cache
def notebook(assignment: str):
    return jupytext.read(ROOT / "solutions" / assignment / f"{assignment}.md")


@cache
def answer_cells(assignment: str) -> dict[str, str]:
    """The source of every cell that a student writes in, by its id."""
    return {
        cell.metadata.nbgrader.grade_id: cell.source
        for cell in notebook(assignment).cells
        if cell.cell_type == "code" and cell.metadata.get("nbgrader", {}).get("solution")
    }


def defined(source: str) -> set[str]:
    """The functions and classes that a cell defines."""
    return {n.name for n in ast.parse(source).body if isinstance(n, ast.FunctionDef | ast.ClassDef)}


def answers(assignment: str, change=lambda source: source) -> dict:
    """What the student's cells define, after ``change`` of each cell's source.

    Of the cells that are given, what they import, define and name; nothing is trained or printed.
    """
    names = dict(_given(assignment))
    for id, source in answer_cells(assignment).items():
        _run(change(source), f"<{assignment} {id}>", names)
    return names


@cache
def _given(assignment: str) -> dict:
    answered = set().union(*map(defined, answer_cells(assignment).values()))
    names = {"__name__": "__main__"}
    for number, cell in enumerate(notebook(assignment).cells):
        graded = cell.metadata.get("nbgrader", {})
        if cell.cell_type != "code" or graded.get("grade"):
            continue
        file = f"<{assignment} cell {number}>"
        if graded.get("solution"):
            _run(cell.source, file, names)
            continue
        for node in ast.parse(cell.source).body:
            used = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
            plain = isinstance(node, ast.Assign | ast.AnnAssign)
            if isinstance(node, KEPT) and not (plain and used & answered):
                _run(ast.unparse(node), file, names)
    return {name: value for name, value in names.items() if name not in answered}


def _run(source: str, file: str, names: dict) -> None:
    linecache.cache[file] = (len(source), None, source.splitlines(True), file)
    exec(compile(source, file, "exec"), names)


def stubs(assignment: str) -> dict:
    """What a student has before writing anything."""
    return answers(assignment, lambda s: _ANSWER.sub(r"\1raise NotImplementedError()", s))
