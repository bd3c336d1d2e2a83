"""Code without what can be changed without thinking: names, comments, hints, layout, order.

Each function of a piece of code becomes a row of words, its syntax tree read from left to right,
and the row becomes grams: all runs of ``LENGTH`` words. Names that the code gives by itself are
numbered anew inside each gram, so that a renamed or an added variable changes no gram elsewhere.
"""

import ast
import re
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import blake2b

LENGTH = 12  # words in a gram: about one assignment with one product in it
MOST = 20_000  # words of one cell that are looked at: nobody writes more, a generator may
_MAGIC = re.compile(r"^\s*[%!?].*$", re.MULTILINE)
_OWN = "\0"  # before a name that the code gave by itself


@dataclass(frozen=True)
class NormalCode:
    """``statements`` tells how much there is to be alike; ``grams`` are numbers, sorted."""

    statements: int
    grams: array  # of 8 bytes each: a class of ten thousand has many millions of them

    def without(self, given: frozenset[int]) -> "NormalCode":
        """What of it the student wrote, where the grams ``given`` stand in the release."""
        left = array("Q", [gram for gram in self.grams if gram not in given])
        return NormalCode(round(self.statements * len(left) / max(1, len(self.grams))), left)


def normal_code(source: str) -> NormalCode | None:
    """``source`` in its normal form; None if it is no Python."""
    try:
        tree = ast.parse(_MAGIC.sub("pass", source))
        tree = _WithoutHints().visit(tree)
        own = _own_names(tree)
        grams: set[int] = set()
        for part in _parts(tree):
            words = [word for _n, word in zip(range(MOST), _words(part, own), strict=False)]
            grams |= set(_grams(words))
        return NormalCode(_count(tree), array("Q", sorted(grams)))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


class _WithoutHints(ast.NodeTransformer):
    """Drops docstrings, annotations, ``pass`` and texts that nobody uses."""

    def visit_Expr(self, node):
        return None if isinstance(node.value, ast.Constant) else self.generic_visit(node)

    def visit_Pass(self, node):
        return None

    def visit_arg(self, node):
        node.annotation = None
        return node

    def visit_FunctionDef(self, node):
        node.returns = None
        return self.generic_visit(node)

    visit_AsyncFunctionDef = visit_FunctionDef

    def visit_AnnAssign(self, node):
        if node.value is None:
            return None
        return self.generic_visit(ast.Assign(targets=[node.target], value=node.value))


_DEFINED = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def _own_names(tree: ast.AST) -> set[str]:
    """The names that the code gives: arguments, variables, functions and classes of its own."""
    own = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.arg):
            own.add(node.arg)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            own.add(node.id)
        elif isinstance(node, _DEFINED) or (isinstance(node, ast.ExceptHandler) and node.name):
            own.add(node.name)
    return own


def _parts(tree: ast.Module) -> Iterator[list[ast.stmt]]:
    """Each function by itself, also those in classes; what stands outside of them together."""
    outside = []
    waiting = list(tree.body)
    while waiting:
        node = waiting.pop(0)
        if isinstance(node, ast.ClassDef):
            waiting = node.body + waiting
        elif isinstance(node, _DEFINED):
            yield [node]
        elif not isinstance(node, (ast.Import, ast.ImportFrom)):
            outside.append(node)
    yield outside


def _words(part: list[ast.stmt], own: set[str]) -> Iterator[str]:
    waiting: list = list(reversed(part))
    while waiting:
        node = waiting.pop()
        if not isinstance(node, ast.AST):
            yield repr(node)
        elif isinstance(node, ast.Name):
            yield _OWN + node.id if node.id in own else node.id
        elif isinstance(node, ast.arg):
            yield _OWN + node.arg
        elif not isinstance(node, ast.expr_context):
            yield type(node).__name__
            waiting += reversed(_children(node))


def _children(node: ast.AST) -> list:
    found = []
    for field, value in ast.iter_fields(node):
        named = field == "name" and isinstance(node, (*_DEFINED, ast.ExceptHandler))
        if value is not None and not named and field not in ("type_comment", "kind", "type_params"):
            found += value if isinstance(value, list) else [value]
    return found


def _grams(words: list[str]) -> Iterator[int]:
    for start in range(max(1, len(words) - LENGTH + 1)):
        numbers: dict[str, str] = {}
        window = words[start : start + LENGTH]
        if window:
            yield _number(
                "\1".join(
                    numbers.setdefault(word, f"{_OWN}{len(numbers)}") if word[:1] == _OWN else word
                    for word in window
                )
            )


def _number(text: str) -> int:
    return int.from_bytes(blake2b(text.encode("utf-8", "replace"), digest_size=8).digest(), "big")


def _count(tree: ast.AST) -> int:
    """Statements, without imports and the lines that only open a function or a class."""
    return sum(isinstance(node, ast.stmt) and not _counts_not(node) for node in ast.walk(tree))


def _counts_not(node: ast.stmt) -> bool:
    if isinstance(node, (*_DEFINED, ast.Import, ast.ImportFrom)):
        return True
    return isinstance(node, ast.Raise) and "NotImplementedError" in ast.dump(node)
