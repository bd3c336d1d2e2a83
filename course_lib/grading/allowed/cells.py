"""The code cells of a notebook as syntax trees, with IPython's magics as what they stand for.

Nothing is executed. A cell that Python cannot parse never runs, so there is nothing to read in it.
"""

import ast
import re
import warnings
from dataclasses import dataclass
from functools import cache, lru_cache

from course_lib.grading.allowed.lists import MAGIC_THAT_RUNS
from course_lib.grading.allowed.texts import Bindings, bindings_of

MOST_CHARACTERS = 400_000
SHORT = 10_000
_WORD = re.compile(r"\s*(?P<name>\w+)(?![\w.])\s*(?P<rest>.*)", re.S)


@dataclass(frozen=True)
class Parsed:
    """A cell's tree. ``offset``: lines that IPython drops before it reads the cell.

    ``names`` are those it loads or binds, ``bindings`` say what it binds to nothing but texts.
    """

    tree: ast.Module
    offset: int
    names: frozenset[str]
    bindings: Bindings


@dataclass(frozen=True)
class Cell:
    """One code cell, and its place in the notebook."""

    id: str
    number: int
    source: str
    parsed: Parsed
    test: bool

    @property
    def tree(self) -> ast.Module:
        return self.parsed.tree

    @property
    def offset(self) -> int:
        return self.parsed.offset

    def line(self, number: int) -> str:
        lines = self.source.splitlines()
        return lines[number - 1].strip() if 0 < number <= len(lines) else ""


class TooLong(Exception):
    """More than anybody writes as an answer: it is not read."""


def code_cells(cells) -> list[Cell]:
    """Of nbformat's cells those with code. Raises TooLong, with the cell's place."""
    found, characters = [], 0
    for number, cell in enumerate(cells, 1):
        if cell.get("cell_type") != "code":
            continue
        about = (cell.get("metadata") or {}).get("nbgrader") or {}
        source = cell.get("source") or ""
        source = source if isinstance(source, str) else "".join(source)
        test = bool(about.get("grade")) and not about.get("solution")
        name = str(about.get("grade_id") or "")
        characters += 0 if test else len(source)
        if characters > MOST_CHARACTERS:
            raise TooLong(name, number)
        try:
            # Most cells of most students are as released: they are read once.
            seen = _kept(source) if len(source) < SHORT else _parsed(source)
        except RecursionError as error:
            raise TooLong(name, number) from error
        found.append(Cell(name, number, source, seen, test))
    return found


def _parsed(source: str) -> Parsed:
    tree, offset = parsed(source)
    names = frozenset(node.id for node in ast.walk(tree) if isinstance(node, ast.Name))
    return Parsed(tree, offset, names, bindings_of(tree))


_kept = lru_cache(maxsize=500)(_parsed)


def parsed(source: str) -> tuple[ast.Module, int]:
    """The tree of a cell and the number of lines dropped before its first."""
    stripped = source.lstrip("\n\r")
    offset = len(source[: len(source) - len(stripped)].splitlines())
    try:
        tree = _tree(source)
        if not (source[:1].isspace() or "In [" in source):  # the shell leaves it as it is
            return tree, 0
    except (SyntaxError, ValueError, MemoryError):
        tree = None
    try:
        made = _plain(source)
    except ValueError:
        return ast.Module([], []), offset
    line = made.rstrip("\n")
    if len(line.splitlines()) == 1 and _is_automagic(line, tree is not None):
        made = f"%{line.strip()}"
        try:
            return _tree(_plain(made)), offset
        except (SyntaxError, ValueError, MemoryError):
            return ast.Module([], []), offset
    if tree is not None and made.strip() == source.strip():
        return tree, 0
    try:
        blank = len(source) - len(source.lstrip())
        return _tree(made), source[:blank].count("\n")
    except (SyntaxError, ValueError, MemoryError):
        return ast.Module([], []), offset


def spans(source: str) -> list[tuple[int, int]]:
    """The first and the last line, from 1, of each statement; of those that share a line together.

    A cell whose lines are not Python's own, as below ``%%time``, is one span.
    """
    whole = [(1, source.count("\n") + 1)]
    tree, offset = parsed(source)
    lines = source.split("\n")
    if source.lstrip().startswith("%%") or any(map(_breaks, lines)):
        return whole
    if not parses(source) or source[:1].isspace() or "In [" in source:
        try:
            if _plain(source).strip("\n").count("\n") != source.strip("\n").count("\n"):
                return whole
        except ValueError:
            return whole
    found: list[tuple[int, int]] = []
    for node in tree.body:
        first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", ()))])
        first, last = first + offset, node.end_lineno + offset
        if found and first <= found[-1][1]:
            begin, end = found.pop()
            first, last = begin, max(last, end)
        found.append((first, last))
    return found


def _breaks(line: str) -> bool:
    """Whether something in it ends a line for some readers and not for others."""
    return len(line.splitlines()) > 1 or "\f" in line


def _tree(source: str) -> ast.Module:
    flags = ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return compile(source, "<cell>", "exec", flags, dont_inherit=True)


def _plain(source: str) -> str:
    """``%timeit f()`` as the call that IPython makes of it."""
    from IPython.core.inputtransformer2 import TransformerManager

    try:
        return TransformerManager().transform_cell(source)
    except RecursionError:
        raise
    except Exception as error:  # whatever it stumbles over, IPython does not run it either
        raise ValueError("not a cell") from error


def _is_automagic(line: str, is_python: bool) -> bool:
    """``run file.py``, alone in its cell, is a magic without its sign; so is ``run -mfile``."""
    word = _WORD.match(line)
    if word is None or word["rest"].startswith("="):
        return False
    if word["name"] in MAGIC_THAT_RUNS or word["name"] in _line_magics():
        return True
    # A name that nobody knows here may be another magic's: its text is run where it has braces.
    return not is_python and not parses(line) and "{" in word["rest"]


def parses(source: str) -> bool:
    try:
        _tree(source)
    except (SyntaxError, ValueError, MemoryError):
        return False
    return True


@cache
def _line_magics() -> frozenset[str]:
    from IPython.core import magics
    from IPython.core.magic import Magics

    kinds = [getattr(magics, name) for name in dir(magics)]
    kinds = [kind for kind in kinds if isinstance(kind, type) and issubclass(kind, Magics)]
    return frozenset(n for k in kinds for n in (getattr(k, "magics", None) or {}).get("line", ()))
