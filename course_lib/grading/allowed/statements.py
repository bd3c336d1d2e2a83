"""The statements of a cell one by one, each with its facts; those of released cells are kept."""

import ast
from dataclasses import dataclass
from functools import lru_cache

from course_lib.grading.allowed.bound import alias_values, bound_names
from course_lib.grading.allowed.cells import SHORT, Cell
from course_lib.grading.allowed.chains import Chain, Facts
from course_lib.grading.allowed.mentions import chains_of, facts_of

DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


@dataclass(frozen=True)
class Statement:
    """A statement, the names it binds, and those that only stand for something else."""

    node: ast.stmt
    facts: Facts
    binds: frozenset[str]
    aliases: dict[str, list[Chain]]


class _Key:
    """A cell's tree with the texts that its names can be: the same facts for the same key."""

    def __init__(self, cell: Cell, texts: dict[str, set[str]]):
        self.tree, self.texts = cell.tree, texts
        self.key = cell.source, frozenset((name, frozenset(said)) for name, said in texts.items())

    def __hash__(self):
        return hash(self.key)

    def __eq__(self, other):
        return self.key == other.key


def statements(cell: Cell, texts: dict[str, set[str]]) -> list[Statement]:
    """Every statement outside of functions, in its order."""
    known = {name: said for name, said in texts.items() if name in cell.parsed.names}
    key = _Key(cell, known)
    return _kept(key) if len(cell.source) < SHORT else _read(key)


def _read(key: _Key) -> list[Statement]:
    return [_statement(node, key.texts) for node in _flat(key.tree.body)]


_kept = lru_cache(maxsize=500)(_read)


def _statement(node: ast.stmt, texts) -> Statement:
    values = alias_values(node)
    aliases: dict[str, list[Chain]] = {}
    for name, value in values:
        aliases.setdefault(name, []).extend(chains_of(value, texts))
    binds = {node.name} if isinstance(node, DEFINITIONS) else bound_names(ast.Module([node], []))
    facts = facts_of(node, [value for _name, value in values], texts)
    return Statement(node, facts, frozenset(binds), aliases)


def _flat(body):
    """Every statement, also those inside ``if`` and loops, which may not be run."""
    for node in body:
        blocks = [
            getattr(node, part, [])
            for part in ("body", "orelse", "finalbody")
            if not isinstance(node, DEFINITIONS)
        ]
        blocks += [handler.body for handler in getattr(node, "handlers", [])]
        blocks += [case.body for case in getattr(node, "cases", [])]
        if not any(blocks):
            yield node
            continue
        yield _head(node)
        for block in blocks:
            yield from _flat(block)


def _head(node: ast.stmt) -> ast.stmt:
    """The statement without its blocks."""
    fields = {name: value for name, value in ast.iter_fields(node)}
    for part in ("body", "orelse", "finalbody"):
        if part in fields:
            fields[part] = []
    if "handlers" in fields:
        fields["handlers"] = [
            ast.copy_location(ast.ExceptHandler(h.type, h.name, []), h) for h in node.handlers
        ]
    if "cases" in fields:
        fields["cases"] = [ast.match_case(c.pattern, c.guard, []) for c in node.cases]
    return ast.copy_location(type(node)(**fields), node)
