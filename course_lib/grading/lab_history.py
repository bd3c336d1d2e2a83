"""The cells that a notebook's kernel has run, and which statements of them a name comes from.

A history grows with every cell that is run again, and not all of it was ever true at once.
"""

import ast
import linecache
import sys
import types
from dataclasses import dataclass
from functools import lru_cache
from time import thread_time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nbformat import NotebookNode

    from course_lib.grading.allowed import Held, Refusal

LONGEST = 0.1  # seconds of reading in one check; what has been read is kept for the next
DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


@dataclass(frozen=True)
class Part:
    """A statement at the margin of a cell: its lines, and names it gives, changes and uses.

    ``uses``: each name, and whether it is only looked up when a function is called.
    """

    lines: range
    gives: frozenset[str]
    changes: frozenset[str]
    uses: frozenset[tuple[str, bool]]
    imports: bool


class Ran:
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

    def behind(self, name: str) -> dict[int, set[Part]]:
        """The statements that stand behind a name, by the number of their cell.

        Of a cell with an answer all are: what hides there is read before the answer is.
        """
        end = len(self.written)
        found: dict[int, set[Part]] = {}
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

    def hold_back(self, number: int, held: "Held") -> list[tuple["Refusal", Part]]:
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
            given, stars = names_given(source)
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


@lru_cache(maxsize=2000)
def names_given(source: str) -> tuple[dict[str, bool], tuple[str, ...]]:
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
def _parts(source: str) -> tuple[Part, ...]:
    """The statements of a cell."""
    from course_lib.grading.allowed.cells import code_cells
    from course_lib.grading.allowed.statements import statements

    (cell,) = code_cells([code_cell(source)])
    if source.lstrip().startswith("%%"):  # a magic and its text, which are one call
        return (_part(range(1, source.count("\n") + 2), statements(cell, {}), False),)
    found = []
    for node in cell.tree.body:
        first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", ()))])
        inside = [s for s in statements(cell, {}) if first <= s.node.lineno <= node.end_lineno]
        lines = range(first + cell.offset, node.end_lineno + cell.offset + 1)
        found.append(_part(lines, inside, isinstance(node, (ast.Import, ast.ImportFrom))))
    return tuple(found)


def _part(lines: range, inside: list, imports: bool) -> Part:
    gives = {name for one in inside for name in one.binds | one.facts.binds_global}
    changes = {name for one in inside for name in one.facts.changes}
    uses = {(m.chain.root, m.late) for one in inside for m in one.facts.mentions
            if not m.chain.imported}  # fmt: skip
    return Part(lines, frozenset(gives), frozenset(changes), frozenset(uses), imports)


def code_cell(source: str, **about) -> "NotebookNode":
    from nbformat import NotebookNode

    metadata = NotebookNode(nbgrader=about) if about else NotebookNode()
    return NotebookNode(cell_type="code", source=source, metadata=metadata)
