"""What grading would refuse is refused already where a student checks an answer.

Grading reads the cells that are handed in (``allowed``). A kernel knows the cells that it has run,
with versions that have been edited since. So only the statements are read that the answer still
comes from: those that gave its name last, and the names that they use in turn. Lines of the
student's own behind which code can hide are left out, as grading holds them back (``held``).
"""

import ast
import linecache
import os
import re
import sys
import types
from dataclasses import dataclass, replace
from functools import lru_cache
from time import thread_time
from typing import TYPE_CHECKING

from course_lib.exercises.spec import Assignment, Item
from course_lib.grading.result import Finding
from course_lib.i18n import _

if TYPE_CHECKING:
    from nbformat import NotebookNode

    from course_lib.grading.allowed import Held, Refusal

ROUNDS = 4  # of reading, each without the lines that the one before held back
LONGEST = 0.04  # seconds of reading in one check; what has been read is kept for the next
DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
OWN_BACKWARD = "class Own:\n    def backward(self):\n        pass\n"


def refused(assignment: Assignment, item: Item, fn) -> Finding | None:
    """The finding with which grading would refuse ``fn``; None outside of a student's notebook.

    Never raises: a history that cannot be read is no fault of the answer.
    """
    try:
        shell = _shell()
        return _refused(assignment, item, fn, shell) if shell else None
    except Exception:
        return None


def _shell():
    """The running IPython, unless it is grading: the notebook itself is read then."""
    ipython = sys.modules.get("IPython")
    grading = "COURSE_SEED" in os.environ or os.environ.get("NBGRADER_EXECUTION") == "autograde"
    return None if grading or ipython is None else ipython.get_ipython()


def _refused(assignment: Assignment, item: Item, fn, shell) -> Finding | None:
    from course_lib.grading.allowed import refusal_finding

    name = _name_of(fn, item.name, shell.user_ns) if callable(fn) else ""
    if not name:
        return None
    ran = _Ran(shell, {item.name for item in assignment.items})
    number, found = _marked(assignment, item, name, ran)
    if found is None:
        return None
    where = ""
    if found.text:
        where = _("In the cell [{number}], line {line}: {text}").format(
            number=number, line=found.line, text=found.text[:120]
        )
    return replace(refusal_finding(found, item), where=where)


def _marked(assignment: Assignment, item: Item, name: str, ran: "_Ran"):
    """What refuses the answer of this name when it is marked, and the number of its cell, or None.

    What is held back leaves an older cell as the one that gives a name: that is read then.
    """
    from course_lib.grading.allowed import hold

    asks = _code(f'check("{assignment.id}.{item.id}", {name})', grade=True)
    taken: list[tuple[int, Refusal, _Part]] = []
    for _round in range(ROUNDS):
        behind = ran.behind(name)
        places, cells = _cells(ran, behind)
        reading, held = hold([*cells, asks], assignment)
        found = reading.refused(item)
        if found is not None:
            return (places[found.number - 1] if found.number else 0), found
        if not held:
            return _missed(taken, name, behind, ran)
        for index, one in held.items():
            taken += [(places[index], *each) for each in ran.hold_back(places[index], one)]
    return taken[0][:2]


def _missed(taken, name: str, behind: dict[int, set["_Part"]], ran: "_Ran"):
    """The first line held back without which the answer would not be what it is here.

    A module is the same from another import. Of any other value an older cell of that name may be
    one that has been edited since, and then there is nothing of that name when it is marked.
    """
    parts = [part for some in behind.values() for part in some]
    used = {name} | {used for part in parts for used, _late in part.uses}
    written = "\n".join(ran.written[number] for number in behind)
    for number, refusal, part in taken:
        lost = (part.gives | part.changes) & used
        if any(not ran.is_imported(one) for one in lost):
            return number, refusal
        if refusal.kind == "changes" and re.search(rf"{re.escape(refusal.used)}\b", written):
            return number, refusal
    return 0, None


def _name_of(fn, usual: str, names: dict) -> str:
    likely = (usual, getattr(fn, "__name__", ""), *names)
    return next((n for n in likely if isinstance(n, str) and names.get(n, names) is fn), "")


def _code(source: str, **about) -> "NotebookNode":
    from nbformat import NotebookNode

    metadata = NotebookNode(nbgrader=about) if about else NotebookNode()
    return NotebookNode(cell_type="code", source=source, metadata=metadata)


@dataclass(frozen=True)
class _Part:
    """A statement at the margin of a cell: its lines, and names it gives, changes and uses.

    ``uses``: each name, and whether it is only looked up when a function is called.
    """

    lines: range
    gives: frozenset[str]
    changes: frozenset[str]
    uses: frozenset[tuple[str, bool]]
    imports: bool


class _Ran:
    """The cells that a kernel has run, and which of them its names come from."""

    def __init__(self, shell, items: set[str]) -> None:
        history = shell.history_manager
        self.names = shell.user_ns
        self.items = items  # the names of the assignment's answers
        self.compiled = [str(source) for source in history.input_hist_parsed]
        written = [str(source) for source in history.input_hist_raw]
        self.written = written if len(written) == len(self.compiled) else list(self.compiled)
        self.answers: set[int] = set()  # numbers of the cells that give the names of answers
        self.started = thread_time()

    def behind(self, name: str) -> dict[int, set[_Part]]:
        """The statements that stand behind a name, by the number of their cell.

        Of a cell with an answer all are: what hides there is read before the answer is.
        """
        end = len(self.written)
        found: dict[int, set[_Part]] = {}
        waiting = [(name, end, False)]
        asked = set()
        while waiting:
            one = used, before, only_imports = waiting.pop()
            number = None if one in asked else self._newest(used, before)
            asked.add(one)
            if number is None:
                continue
            parts = _parts(self.written[number])
            giving = [p for p in parts if used in p.gives | p.changes]
            giving = giving or [p for p in parts if "*" in p.gives]
            for part in (p for p in giving if p.imports or not only_imports):
                if part not in found.setdefault(number, set()):
                    found[number].add(part)
                    for inner, late in part.uses:
                        waiting.append((inner, end, False))
                        if inner in part.gives and not late:  # box = box + [...]
                            waiting.append((inner, number, False))
            if (used == name or used in self.items) and not only_imports:
                self.answers.add(number)
                found[number] = set(parts)
                waiting += [(inner, end, True) for part in parts for inner, _late in part.uses]
        return found

    def hold_back(self, number: int, held: "Held") -> list[tuple["Refusal", _Part]]:
        """Take a cell's lines that are held back out of it; what they give, and why they are held.

        The lines after them keep their numbers. The same cell may have been run more than once.
        """
        source = self.written[number]
        out = {line for line, text in enumerate(held.last.split("\n"), 1) if text}
        found = []
        for part in _parts(source):
            if out & set(part.lines):
                inside = [one for one in held.refusals if one.line in part.lines]
                found.append(((inside or held.refusals)[0], part))
        lines = enumerate(source.split("\n"), 1)
        rest = "\n".join("" if line in out else text for line, text in lines)
        self.written = [rest if one == source else one for one in self.written]
        return found

    def is_imported(self, name: str) -> bool:
        """Whether the name stands for a module, and what gave it last is an import of it."""
        number = self._newest(name, len(self.written))
        if number is None or not isinstance(self.names[name], types.ModuleType):
            return False
        giving = [part for part in _parts(self.written[number]) if name in part.gives]
        return bool(giving) and all(part.imports for part in giving)

    def _newest(self, name: str, before: int) -> int | None:
        """The last cell that gave this name, and whose object the name still stands for.

        Before a cell that makes the name's object of what the name stood for: the cell before it.
        """
        if name not in self.names:
            return None
        again = self.written[before] if before < len(self.written) else None
        for number in range(before - 1, 0, -1):
            if thread_time() - self.started > LONGEST:
                raise TimeoutError
            source = self.written[number]
            if source == again or not (name in source or "import *" in source):
                continue
            given, stars = _given(source)
            living = again is not None or not (
                given.get(name) and self._made_elsewhere(name, number)
            )
            if name in given and living:
                return number
            if any(hasattr(sys.modules.get(module), name) for module in stars):
                return number
        return None

    def _made_elsewhere(self, name: str, number: int) -> bool:
        """Whether this cell stopped before it defined what the name stands for."""
        value = self.names[name]
        if isinstance(value, type):
            functions = [f for f in vars(value).values() if isinstance(f, types.FunctionType)]
            value = next((f for f in functions if f.__qualname__ == f"{name}.{f.__name__}"), None)
        if not isinstance(value, types.FunctionType):
            return False
        made = "".join(linecache.getlines(value.__code__.co_filename)).rstrip()
        return bool(made) and made != "\n".join(self.compiled[number].splitlines()).rstrip()


def _cells(ran: _Ran, behind: dict[int, set[_Part]]) -> tuple[list[int], list["NotebookNode"]]:
    """Cells to be read, with nothing in them but these statements, and the number of each.

    What is imported comes first, the rest in the order in which it was first run: cells are run
    again, and the one at the top when its language is changed.
    """
    order = {source: number for number, source in reversed(list(enumerate(ran.written)))}
    parts = []
    for number, found in behind.items():
        first = order[ran.written[number]]
        imports = set() if number in ran.answers else {part for part in found if part.imports}
        parts += [(0, first, number, imports), (1, first, number, found - imports)]
    places, cells = [], []
    if any("def backward" in source for source in ran.written):
        places, cells = [0], [_code(OWN_BACKWARD)]  # then x.backward() may be a method of this kind
    for _kind, _first, number, some in sorted(parts, key=lambda part: part[:3]):
        kept = {line for part in some for line in part.lines}
        lines = enumerate(ran.written[number].split("\n"), 1)
        source = "\n".join(text if line in kept else "" for line, text in lines)
        own = number not in ran.answers and not ran.items & _given(ran.written[number])[0].keys()
        about = {} if own else {"solution": True, "grade_id": str(number)}
        if some:
            places.append(number)
            cells.append(_code(source, **about))
    return places, cells


@lru_cache(maxsize=2000)
def _given(source: str) -> tuple[dict[str, bool], tuple[str, ...]]:
    """The names that a cell gives, and whether by a plain definition; modules it imports all of."""
    from course_lib.grading.allowed.bound import bound_names
    from course_lib.grading.allowed.cells import parsed

    body = source.split("\n", 1)[-1] if source.lstrip().startswith("%%") else source
    given: dict[str, bool] = {}
    stars = []
    for node in parsed(body)[0].body:
        plain = isinstance(node, DEFINITIONS) and not node.decorator_list and body is source
        for name in bound_names(ast.Module([node], [])):
            given[name] = plain and given.get(name, True)
        for inner in ast.walk(node):
            if isinstance(inner, ast.Global):
                given.update(dict.fromkeys(inner.names, False))
            if isinstance(inner, ast.ImportFrom) and inner.names[0].name == "*":
                stars.append(inner.module or "")
    return given, tuple(stars)


@lru_cache(maxsize=500)
def _parts(source: str) -> tuple[_Part, ...]:
    """The statements of a cell."""
    from course_lib.grading.allowed.cells import code_cells
    from course_lib.grading.allowed.statements import statements

    (cell,) = code_cells([_code(source)])
    if source.lstrip().startswith("%%"):  # a magic and its text, which are one call
        return (_part(range(1, source.count("\n") + 2), statements(cell, {}), False),)
    found = []
    for node in cell.tree.body:
        first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", ()))])
        inside = [s for s in statements(cell, {}) if first <= s.node.lineno <= node.end_lineno]
        lines = range(first + cell.offset, node.end_lineno + cell.offset + 1)
        found.append(_part(lines, inside, isinstance(node, (ast.Import, ast.ImportFrom))))
    return tuple(found)


def _part(lines: range, inside: list, imports: bool) -> _Part:
    gives = {name for one in inside for name in one.binds | one.facts.binds_global}
    changes = {name for one in inside for name in one.facts.changes}
    uses = {(m.chain.root, m.late) for one in inside for m in one.facts.mentions
            if not m.chain.imported}  # fmt: skip
    return _Part(lines, frozenset(gives), frozenset(changes), frozenset(uses), imports)
