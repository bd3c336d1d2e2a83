"""What grading would refuse is refused already where a student checks an answer.

Grading reads the cells that are handed in (``allowed``). A kernel knows the cells that it has run,
with versions that have been edited since. So only the statements are read that the answer still
comes from: those that gave its name last, and the names that they use in turn. Lines of the
student's own behind which code can hide are left out, as grading holds them back (``held``).
"""

import gc
import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from course_lib.exercises.spec import Assignment, Item
from course_lib.grading.lab_history import Part, Ran, code_cell, names_given
from course_lib.grading.result import Finding
from course_lib.i18n import _

if TYPE_CHECKING:
    from nbformat import NotebookNode

    from course_lib.grading.allowed import Refusal

ROUNDS = 4  # of reading, each without the lines that the one before held back
OWN_BACKWARD = "class Own:\n    def backward(self):\n        pass\n"


def refused(assignment: Assignment, item: Item, fn) -> Finding | None:
    """The finding with which grading would refuse ``fn``; None outside of a student's notebook.

    Never raises: a history that cannot be read is no fault of the answer.
    """
    try:
        shell = _shell()
        with _uncollected():
            return _refused(assignment, item, fn, shell) if shell else None
    except Exception:
        return None


@contextmanager
def _uncollected() -> Iterator[None]:
    """Reading has a tenth of a second, and to go through all that a kernel holds takes longer."""
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()


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
    ran = Ran(shell, {item.name for item in assignment.items})
    number, found = _marked(assignment, item, name, ran)
    if found is None:
        return None
    where = ""
    if found.text:
        where = _("In the cell [{number}], line {line}: {text}").format(
            number=number, line=found.line, text=found.text[:120]
        )
    return replace(refusal_finding(found, item), where=where)


def _marked(assignment: Assignment, item: Item, name: str, ran: Ran):
    """What refuses the answer of this name when it is marked, and the number of its cell, or None.

    What is held back leaves an older cell as the one that gives a name: that is read then.
    """
    from course_lib.grading.allowed import hold

    asks = code_cell(f'check("{assignment.id}.{item.id}", {name})', grade=True)
    taken: list[tuple[int, Refusal, Part]] = []
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


def _missed(taken, name: str, behind: dict[int, set[Part]], ran: Ran):
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


def _cells(ran: Ran, behind: dict[int, set[Part]]) -> tuple[list[int], list["NotebookNode"]]:
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
        # Then x.backward() may be a method of this kind.
        places, cells = [0], [code_cell(OWN_BACKWARD)]
    for _kind, _first, number, some in sorted(parts, key=lambda part: part[:3]):
        kept = {line for part in some for line in part.lines}
        lines = enumerate(ran.written[number].split("\n"), 1)
        source = "\n".join(text if line in kept else "" for line, text in lines)
        given, _stars = names_given(ran.written[number])
        own = number not in ran.answers and not ran.items & given.keys()
        about = {} if own else {"solution": True, "grade_id": str(number)}
        if some:
            places.append(number)
            cells.append(code_cell(source, **about))
    return places, cells
