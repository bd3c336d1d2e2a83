"""A few lines of a student's code, to show what a mistake or a likeness looks like."""

import ast
import json
import re
import textwrap
from pathlib import Path

from course_lib.errors import CourseError
from course_lib.exercises.outline import item_outline
from course_lib.grading.facts import answer_sources, graded_path

MOST = 18  # lines
WIDEST = 110  # characters of a line


def answers(root: Path, assignment: str, student: str) -> dict[str, str]:
    """The source of each answer cell of a graded notebook; none when it cannot be read."""
    try:
        read = json.loads(graded_path(root, assignment, student).read_text("utf-8"))
        return dict(answer_sources([cell for cell in read["cells"] if isinstance(cell, dict)]))
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return {}


def excerpt(root: Path, assignment: str, student: str, item: str) -> str:
    """The function or class that ``item`` checks, as the student wrote it; "" if there is none."""
    sources = answers(root, assignment, student)
    for name in _names(assignment, item):
        for source in sources.values():
            found = _definition(source, name)
            if found:
                return shortened(found)
    return shortened(sources.get(item, ""))


def shortened(code: str, most: int = MOST) -> str:
    """At most ``most`` lines of ``code``, none wider than WIDEST."""
    lines = [
        line if len(line) <= WIDEST else line[: WIDEST - 1] + "…" for line in code.splitlines()
    ]
    return "\n".join(lines if len(lines) <= most else [*lines[: most - 1], "…"])


def _names(assignment: str, item: str) -> list[str]:
    try:
        return [item_outline(f"{assignment}.{item}").name]
    except CourseError:
        return [item]


def _definition(source: str, name: str) -> str:
    """The text of the function or class ``name`` without its docstring."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        found = re.search(rf"^(?:def|class) {re.escape(name)}\b[\s\S]*", source, re.MULTILINE)
        return found.group() if found else ""
    lines = source.splitlines()
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and node.name == name:
            kept = lines[node.lineno - 1 : node.end_lineno]
            first = node.body[0]
            if ast.get_docstring(node) is not None and len(node.body) > 1:
                start = first.lineno - node.lineno
                del kept[start : start + first.end_lineno - first.lineno + 1]
            return textwrap.dedent("\n".join(line for line in kept if line.strip()))
    return ""
