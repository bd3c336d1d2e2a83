"""Cells that hold nothing but a call of the course's own: they are evaluated where answers are."""

import ast
from dataclasses import dataclass

from nbformat import NotebookNode

from course_lib.exercises import ASSIGNMENTS


@dataclass(frozen=True)
class OwnCall:
    """``check("ps4_lstm.lstm_cell", lstm_cell, hidden=True)``, ``progress("ps4_lstm")`` or
    ``start("ps4_lstm", language="id")``."""

    function: str
    item: str
    candidate: str | None = None  # the student's name
    hidden: bool = False
    show: bool = True
    language: str = "en"


def own_call(cell: NotebookNode) -> OwnCall | None:
    """The call that decides what a cell shows, if the cell consists of such calls alone.

    Of several checks, a notebook shows the last; the ones before it do nothing but compute.
    """
    if not cell.source.lstrip().startswith(("check(", "progress(", "#")):
        return None
    try:
        body = ast.parse(cell.source).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    calls = [_call(statement) for statement in body]
    return calls[-1] if calls and all(calls) and not _is_silenced(cell.source) else None


def start_call(cell: NotebookNode) -> OwnCall | None:
    """``start(...)`` at the end of a cell, which may import things before it."""
    if "start(" not in cell.source:
        return None
    try:
        call = ast.parse(cell.source).body[-1].value
        name, item, options = call.func.id, call.args[0].value, call.keywords
        said = {word.arg: word.value.value for word in options}
    except (SyntaxError, ValueError, AttributeError, IndexError, RecursionError, MemoryError):
        return None
    if name != "start" or len(call.args) != 1 or not said.keys() <= {"language"}:
        return None
    texts = all(isinstance(value, str) for value in said.values())
    return OwnCall("start", item, **said) if texts and _is_ours(item) else None


def _call(statement: ast.stmt) -> OwnCall | None:
    call = statement.value if isinstance(statement, ast.Expr) else None
    if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name):
        return None
    arguments = call.args
    first = arguments[0] if arguments else None
    if not isinstance(first, ast.Constant) or not _is_ours(first.value):
        return None
    options = {word.arg: word.value for word in call.keywords}
    if call.func.id == "progress" and len(arguments) == 1 and not options:
        return OwnCall("progress", arguments[0].value)
    if call.func.id != "check" or len(arguments) != 2 or not isinstance(arguments[1], ast.Name):
        return None
    if not options.keys() <= {"hidden", "show"} or not all(map(_is_truth, options.values())):
        return None
    said = {name: node.value for name, node in options.items()}
    return OwnCall("check", arguments[0].value, arguments[1].id, **said)


def _is_ours(item) -> bool:
    """Whether an item or assignment is the course's; other courses have a ``check`` too."""
    return isinstance(item, str) and item.partition(".")[0] in ASSIGNMENTS


def _is_truth(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, bool)


def _is_silenced(source: str) -> bool:
    """A notebook shows nothing of a last line that ends with a semicolon."""
    return source.rstrip().endswith(";")
