"""How long a check and a diagnosis take, as a ratio to plainly comparing the same cases.

    python -m course_lib.bench.checks [ASSIGNMENT ...]

"right" is a check of a right answer in a warm kernel. "named" and "unknown" are checks of wrong
answers, one with a known mistake and one with numbers that nobody foresaw, when nothing of the
diagnosis has been computed before. "plain" runs the answer and torch on the same cases and
compares what they return.
"""

import sys
import time

import torch
from rich.console import Console
from rich.table import Table

from course_lib.exercises import ASSIGNMENTS, get_assignment
from course_lib.exercises.spec import Assignment, Item
from course_lib.grading import check, known_answers
from course_lib.grading.capture import contained
from course_lib.grading.compare import compare
from course_lib.grading.observe import OBSERVATIONS

RIGHT, WRONG = 0.5, 2.0  # seconds of work that a student may wait for


def measure(assignments=ASSIGNMENTS) -> list[dict]:
    """Seconds of CPU time and ratios for every item."""
    torch.set_num_threads(1)
    rows = []
    for id in assignments:
        assignment = get_assignment(id)
        rows += [_measured(assignment, item) for item in assignment.items]
    return rows


def _measured(assignment: Assignment, item: Item) -> dict:
    path, right = f"{assignment.id}.{item.id}", item.candidate(frozenset())
    check(path, right)  # torch's answers are kept from here on
    plain = max(_seconds(lambda: _plain(item, right)), 1e-4)
    found = {"item": path, "plain": plain, "right": _seconds(lambda: check(path, right))}
    answers = {"unknown": _odd(item)}
    if item.faults:
        answers["named"] = item.candidate(item.faults[len(item.faults) // 2].switches)
    for name, answer in answers.items():
        known_answers.forget()
        found[name] = _seconds(lambda answer=answer: check(path, answer))
    return found


def _seconds(run) -> float:
    started = time.process_time()
    run()
    return time.process_time() - started


def _plain(item: Item, answer) -> None:
    with contained():
        for aspect in item.aspects:
            ask = item.observations.get(aspect.observe) or OBSERVATIONS[aspect.observe]
            for case in item.cases(aspect.role, 0):
                compare(ask(item, answer, case), ask(item, item.oracle, case))


def _odd(item: Item):
    """An answer whose numbers are bent: no mistake, no relation, nothing missing."""
    right = item.candidate(frozenset())

    def bent(value):
        if isinstance(value, (tuple, list)):
            return type(value)(bent(part) for part in value)
        number = isinstance(value, torch.Tensor) and value.is_floating_point()
        return value + 0.1 * torch.sin(3 * value) if number else value

    if item.kind == "function":
        return lambda *arguments: bent(right(*arguments))

    class Odd(right):
        def forward(self, *arguments):
            return bent(super().forward(*arguments))

    return Odd


def print_checks(rows: list[dict], console: Console) -> None:
    """A table of the ratios; seconds that are more than a student may wait for are red."""
    if not rows:
        return
    table = Table(title="A check, as a ratio to plainly comparing the same cases (seconds)")
    for column in ("item", "right answer", "known mistake", "unknown mistake"):
        table.add_column(column)
    for row in rows:
        shown = []
        for name, most in (("right", RIGHT), ("named", WRONG), ("unknown", WRONG)):
            seconds = row.get(name)
            if seconds is None:
                shown.append("")
                continue
            colour = "green" if seconds < most else "red"
            shown.append(f"{seconds / row['plain']:.1f} ([{colour}]{seconds:.2f}[/])")
        table.add_row(row["item"], *shown)
    console.print(table)


if __name__ == "__main__":
    print_checks(measure(sys.argv[1:] or ASSIGNMENTS), Console())
