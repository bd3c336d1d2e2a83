"""Reading a submitted notebook: what an item's answer reaches, and what hides in the notebook."""

import ast
from dataclasses import dataclass, field

from course_lib.exercises.spec import Assignment, Item
from course_lib.grading.allowed import lists, verdicts
from course_lib.grading.allowed.calls import says_it_runs_a_text
from course_lib.grading.allowed.cells import Cell, TooLong, code_cells
from course_lib.grading.allowed.chains import Chain, Mention, Timed, as_written
from course_lib.grading.allowed.told import Refusal
from course_lib.grading.allowed.units import Notebook, Unit, notebook_of


@dataclass
class Reading:
    """What was found in one notebook. ``hidden``: from these cells on nothing can be trusted."""

    assignment: Assignment
    notebook: Notebook | None = None
    hidden: list[Refusal] = field(default_factory=list)
    _known: dict[str, Refusal | None] = field(default_factory=dict)

    def refused(self, item: Item) -> Refusal | None:
        """Why the item gets no points; None when its answer is allowed as far as can be read."""
        if item.id not in self._known:
            self._known[item.id] = self._refused(item)
        return self._known[item.id]

    def _refused(self, item: Item) -> Refusal | None:
        if self.notebook is None:
            return self.hidden[0]
        path = f"{self.assignment.id}.{item.id}"
        asked = [(a.name, a.time, a.place) for a in self.notebook.asked if a.item == path]
        for name, time, place in asked or [(item.name, self.notebook.end, 10**9)]:
            try:
                used = Reach(self.notebook, item.forbidden).refused(name, time)
            except (TooLong, RecursionError):
                return Refusal("long", "", "", 0, 0, "")
            above = next((refusal for refusal in self.hidden if refusal.number < place), None)
            if used or above:
                return used or above
        return None


def read(notebook_cells, assignment: Assignment) -> Reading:
    """Read the cells of a submission (nbformat's, in their order). Nothing is executed."""
    reading = Reading(assignment)
    try:
        notebook = notebook_of(code_cells(notebook_cells))
        reading.hidden = _hidden(notebook)
        reading.notebook = notebook
    except TooLong as error:
        cell, number = error.args
        reading.hidden = [Refusal("long", "", cell, number, 0, "")]
    except RecursionError:
        reading.hidden = [Refusal("long", "", "", 0, 0, "")]
    return reading


def paths(chain: Chain, times: tuple[int, ...], notebook: Notebook, depth: int = 0) -> set[str]:
    """The dotted paths that a chain stands for at these times."""
    if chain.imported:
        return {".".join((chain.root, *chain.attrs))}
    found: set[str] = set()
    for time in times:
        for unit in notebook.history.at(chain.root, time):
            found |= _through(unit, chain, notebook, depth)
    return found


def _through(unit: Unit, chain: Chain, notebook: Notebook, depth: int) -> set[str]:
    if chain.root in unit.paths:
        return {".".join((unit.paths[chain.root], *chain.attrs))}
    found: set[str] = set()
    for alias in unit.aliases.get(chain.root, ())[:8] if depth < 30 else ():
        inner = Chain(alias.root, (*alias.attrs, *chain.attrs), alias.imported)
        found |= paths(inner, (unit.time,), notebook, depth + 1)
    return found


class Reach:
    """The statements behind an answer, each with the times at which its functions can run."""

    def __init__(self, notebook: Notebook, names: frozenset[str]) -> None:
        self.notebook, self.names = notebook, names
        self.seen: set[tuple[Unit, int]] = set()
        self.own_backward = any("backward" in unit.facts.methods for unit in notebook.units)

    def refused(self, name: str, time: int) -> Refusal | None:
        behind = self.notebook.history.at(name, time)
        for unit in behind:
            for path in {unit.paths[name]} if name in unit.paths else ():
                kind = verdicts.of_use(path, self.names)
                if kind:
                    return _refusal(kind, path, unit.cell, unit.node.lineno)
        waiting = [(unit, time) for unit in reversed(behind)]
        while waiting:
            unit, when = waiting.pop(0)
            if (unit, when) in self.seen:
                continue
            self.seen.add((unit, when))
            self.notebook.history.step()
            found = self._in(unit, when)
            if found:
                return found
            waiting += self._behind(unit, when)
        return None

    def _behind(self, unit: Unit, when: int):
        for mention in unit.facts.mentions:
            if mention.chain.imported:
                continue
            for time in {when} if mention.late else {unit.time, when}:
                start = unit.time if not mention.late else when
                for other in self.notebook.history.at(mention.chain.root, start):
                    if not other.paths:
                        yield other, time

    def _in(self, unit: Unit, when: int) -> Refusal | None:
        """What the statement itself uses and may not; the first line of it."""
        found: list[tuple[int, str, str]] = []
        for mention in unit.facts.mentions:
            time = when if mention.late else unit.time
            told = {*paths(mention.chain, (time,), self.notebook)}
            for path in told:
                kind = verdicts.of_use(path, self.names)
                if kind:
                    found.append((mention.line, kind, _shown(mention, path)))
            if not told and self._is_history(mention, time):
                found.append((mention.line, "unread", mention.chain.root))
        for path, line in unit.facts.imports if not unit.paths else ():
            kind = verdicts.of_use(path, self.names)
            if kind:
                found.append((line, kind, path))
        for attr, node in unit.facts.on_anything:
            if verdicts.on_anything(attr, self.names) and not self.own_backward:
                found.append((node.lineno, "finished", as_written(node)))
        if not found:
            return None
        line, kind, used = min(found)
        return _refusal(kind, used, unit.cell, line)

    def _is_history(self, mention: Mention, time: int) -> bool:
        name = mention.chain.root
        if not self.names or mention.chain.imported or not lists.HISTORY.fullmatch(name):
            return False
        return not self.notebook.history.at(name, time)


def _hidden(notebook: Notebook) -> list[Refusal]:
    """Everything in the notebook behind which code can hide, from the top."""
    found = []
    for unit in notebook.units:
        places = [(line, used, "hides") for used, line in unit.facts.hiding]
        for path, line in unit.facts.imports:
            if verdicts.hides(path.removesuffix(".*")):
                places.append((line, path, "hides"))
        for mention in unit.facts.mentions:
            for path in _ever(mention, unit, notebook):
                if verdicts.hides(path, mention, _kept(mention, unit, notebook)):
                    kind = "changes" if mention.role == "changed" else "hides"
                    places.append((mention.line, _shown(mention, path), kind))
                elif _runs_a_text_unread(path, mention, _kept(mention, unit, notebook)):
                    places.append((mention.line, _shown(mention, path), "hides"))
            if "*" in mention.chain.attrs[:1] and _is_function(mention, unit, notebook):
                places.append((mention.line, mention.written, "hides"))
        places += [(t.line, t.written, "hides") for t in unit.facts.timed
                   if _may_run_a_text(t, unit, notebook)]  # fmt: skip
        if places:
            line, used, kind = min(places)
            found.append(_refusal(kind, used, unit.cell, line))
    return found


def _runs_a_text_unread(path: str, mention: Mention, kept: bool) -> bool:
    """``go = timeit.timeit`` and ``map(timeit.timeit, texts)``: what they run, nobody reads."""
    if verdicts.canonical(path) not in lists.READ_AS_CODE:
        return False
    called = mention.role in ("called", "options")
    return not says_it_runs_a_text(mention.chain) if called else kept


def _may_run_a_text(timed: Timed, unit: Unit, notebook: Notebook) -> bool:
    """Whether ``timeit`` is called, and with something else than a function of the notebook."""
    start = (unit.time,)
    if timed.late and not timed.chain.imported:
        behind = notebook.history.later(timed.chain.root, unit.time)
        called = set().union(*(_through(one, timed.chain, notebook, 0) for one in behind))
    else:
        called = paths(timed.chain, start, notebook)
    if not lists.READ_AS_CODE & {verdicts.canonical(path) for path in called}:
        return False
    behind = notebook.history.later(timed.name, unit.time) if timed.name else ()
    return not behind or not all(map(_gives_a_function, behind))


def _gives_a_function(unit: Unit) -> bool:
    node = unit.node
    return unit.defines or (isinstance(node, ast.Assign) and isinstance(node.value, ast.Lambda))


def _kept(mention: Mention, unit: Unit, notebook: Notebook) -> bool:
    """Whether what is mentioned is passed on or kept, and not by something that only looks."""
    if not mention.held or (mention.asks and mention.asks not in notebook.history.events):
        return False
    chain = mention.chain
    last = None if chain.imported else notebook.history.last(chain.root, unit.time)
    # A name that has had a value of its own since, such as F for the forget gate, is no module.
    return last is None or mention.late or chain.root in {*last.paths, *last.aliases}


def _ever(mention: Mention, unit: Unit, notebook: Notebook) -> set[str]:
    """What a mention can stand for when its statement is run, or later in a function."""
    if mention.chain.imported or not mention.late:
        return paths(mention.chain, (unit.time,), notebook)
    behind = notebook.history.later(mention.chain.root, unit.time)
    return set().union(*(_through(one, mention.chain, notebook, 0) for one in behind))


def _is_function(mention: Mention, unit: Unit, notebook: Notebook) -> bool:
    if mention.chain.imported:
        return False
    behind = notebook.history.later(mention.chain.root, unit.time)
    return any(isinstance(one.node, (ast.FunctionDef, ast.AsyncFunctionDef)) for one in behind)


def _shown(mention: Mention, path: str) -> str:
    """As it is written, unless that does not say what it is."""
    written = mention.written
    said = len(written) <= 60 and written.split(".")[-1] == path.split(".")[-1]
    return written if said else path


def _refusal(kind: str, used: str, cell: Cell, line: int) -> Refusal:
    line += cell.offset
    return Refusal(kind, used, cell.id, cell.number, line, cell.line(line))
