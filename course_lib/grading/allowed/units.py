"""A notebook as a sequence of statements, and which of them stand behind a name at a time.

A later definition replaces an earlier one, so that a try with a finished layer that was thrown
away does no harm; what changes a thing (``box["a"] = ...``) stands behind it as well.
"""

import ast
import sys
from bisect import bisect_right
from collections import defaultdict
from dataclasses import dataclass, field

from course_lib.grading.allowed.bound import imported
from course_lib.grading.allowed.cells import Cell, TooLong
from course_lib.grading.allowed.chains import Chain, Facts
from course_lib.grading.allowed.paths import exists
from course_lib.grading.allowed.statements import DEFINITIONS, statements
from course_lib.grading.allowed.texts import only_texts

MOST_STATEMENTS = 5000
MOST_STEPS = 300_000


@dataclass(eq=False)
class Unit:
    """One statement outside of functions, in its place; ``time`` counts them.

    ``aliases``: what its names only stand for; ``paths``: what its names are imported from.
    """

    cell: Cell
    time: int
    node: ast.stmt
    facts: Facts
    binds: frozenset[str]
    aliases: dict[str, list[Chain]]
    paths: dict[str, str] = field(default_factory=dict)

    @property
    def defines(self) -> bool:
        return isinstance(self.node, DEFINITIONS)


@dataclass(frozen=True)
class Asked:
    """A test cell's ``check("assignment.item", name)``, and the time when it is run."""

    item: str
    name: str
    time: int
    place: int


class History:
    """Which statements stand behind every name of the notebook, at every time."""

    def __init__(self) -> None:
        self.events: dict[str, list[tuple[int, bool, Unit]]] = defaultdict(list)
        self._known: dict[tuple[str, int], tuple[Unit, ...]] = {}
        self.steps = 0

    def bind(self, name: str, unit: Unit, replaces: bool) -> None:
        self.events[name].append((unit.time, replaces, unit))

    def at(self, name: str, time: int) -> tuple[Unit, ...]:
        """The statements behind a name just before ``time``."""
        events = self.events.get(name)
        if not events:
            return ()
        place = bisect_right(events, time - 1, key=lambda event: event[0])
        if (name, place) not in self._known:
            found = []
            for _time, replaces, unit in reversed(events[:place]):
                self.step()
                found.append(unit)
                if replaces:
                    break
            self._known[name, place] = tuple(found)
        return self._known[name, place]

    def last(self, name: str, time: int) -> Unit | None:
        """The statement that comes last, if all of them were run."""
        return next(iter(self.at(name, time)), None)

    def later(self, name: str, time: int) -> set[Unit]:
        """The statements behind a name just before ``time`` or at any time after it."""
        return {*self.at(name, time), *(u for t, _r, u in self.events.get(name, ()) if t >= time)}

    def step(self) -> None:
        self.steps += 1
        if self.steps > MOST_STEPS:
            raise TooLong("", 0)


@dataclass
class Notebook:
    units: list[Unit]
    history: History
    asked: list[Asked]
    end: int


def notebook_of(cells: list[Cell]) -> Notebook:
    """Statement by statement, in the order in which the cells are run."""
    units: list[Unit] = []
    history = History()
    asked: list[Asked] = []
    own = [cell for cell in cells if not cell.test]
    texts = only_texts([cell.parsed.bindings for cell in own])
    used = frozenset().union(*(cell.parsed.names for cell in cells))
    for cell in cells:
        if cell.test:
            asked += _asked(cell, len(units))
            continue
        first = len(units)
        for statement in statements(cell, texts):
            if len(units) >= MOST_STATEMENTS:
                raise TooLong(cell.id, cell.number)
            unit = Unit(cell, len(units), **vars(statement))
            units.append(unit)
        sure = all(_cannot_fail(unit, history) for unit in units[first:])
        for unit in units[first:]:
            _bind(unit, sure, used, history)
            _effects(unit, history)
    return Notebook(units, history, asked, len(units))


def _asked(cell: Cell, time: int) -> list[Asked]:
    found = []
    for node in ast.walk(cell.tree):
        if (
            isinstance(node, ast.Call)
            and getattr(node.func, "id", "") == "check"
            and len(node.args) > 1
        ):
            item, name = node.args[:2]
            if isinstance(item, ast.Constant) and isinstance(name, ast.Name):
                found.append(Asked(str(item.value), name.id, time, cell.number))
    return found


def _bind(unit: Unit, sure: bool, used: frozenset[str], history: History) -> None:
    """``sure``: nothing in the cell can stop it, so what is defined replaces what was there."""
    node = unit.node
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        for name, path, _whole in imported(node):
            names = {name} if name != "*" else _exported(path.removesuffix(".*"), used, history)
            for each in names:
                unit.paths[each] = path if name != "*" else f"{path.removesuffix('*')}{each}"
                history.bind(each, unit, sure)
        return
    for name in unit.binds:
        history.bind(name, unit, sure)
    for name in unit.facts.binds_global:
        history.bind(name, unit, False)


def _cannot_fail(unit: Unit, history: History) -> bool:
    """Definitions that are only noted down, and imports of what is there."""
    node = unit.node
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return _only_noted(node)
    if isinstance(node, ast.ClassDef):
        modules = {ast.unparse(base) for base in node.bases} <= {"nn.Module", "torch.nn.Module"}
        roots = {m.chain.root for m in unit.facts.mentions if not m.late and not m.chain.imported}
        known = all(r in u.paths for r in roots for u in history.at(r, unit.time))
        plain = not node.decorator_list and not node.keywords
        return modules and known and plain and all(_only_noted(inner) for inner in node.body)
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        return all(exists(path) for _name, path, _whole in imported(node))
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _only_noted(node: ast.stmt) -> bool:
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        given = [*node.args.defaults, *(d for d in node.args.kw_defaults if d is not None)]
        types = [a.annotation for a in ast.walk(node.args) if isinstance(a, ast.arg)]
        plain = all(isinstance(value, ast.Constant) for value in given)
        return plain and not node.decorator_list and not any([*types, node.returns])
    return isinstance(node, (ast.Expr, ast.Pass)) and (
        isinstance(node, ast.Pass) or isinstance(node.value, ast.Constant)
    )


def _exported(module: str, used: frozenset[str], history: History) -> set[str]:
    """The names of the notebook that ``from module import *`` gives."""
    if module.split(".")[0] not in ("torch", "course_lib", "timeit", "cProfile", "profile"):
        return set()
    loaded = sys.modules.get(module)
    if loaded is None:
        return {name for name in used if name not in history.events}
    given = getattr(loaded, "__all__", None) or [n for n in vars(loaded) if n[:1] != "_"]
    return used & set(given)


def _effects(unit: Unit, history: History) -> None:
    """Names that this statement changes, itself or through the functions it calls."""
    changed = {name for name in unit.facts.changes if not unit.defines}
    if not unit.defines:
        for name, given in unit.facts.handed.items():
            for facts in _called(name, unit.time, history):
                changed |= facts.changes | facts.binds_global
                changed |= given if facts.changes_arguments else set()
            for one in history.at(name, unit.time):
                kept = isinstance(one.node, (ast.Assign, ast.AnnAssign)) and given
                changed |= {name} if kept else set()
    else:
        for mention in unit.facts.mentions:  # decorators
            if not mention.late and not mention.chain.imported:
                for facts in _called(mention.chain.root, unit.time, history):
                    changed |= facts.changes | facts.binds_global
    for name in changed:
        history.bind(name, unit, False)


def _called(name: str, time: int, history: History) -> list[Facts]:
    """The facts of a function of the notebook, and of those that it uses."""
    found: dict[Unit, Facts] = {}
    waiting = [name]
    while waiting:
        for unit in history.at(waiting.pop(), time):
            history.step()
            if unit not in found and (unit.defines or _has_lambda(unit.node)):
                found[unit] = unit.facts
                waiting += {m.chain.root for m in unit.facts.mentions if not m.chain.imported}
    return list(found.values())


def _has_lambda(node: ast.stmt) -> bool:
    return any(isinstance(inner, ast.Lambda) for inner in ast.walk(node))
