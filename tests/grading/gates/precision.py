"""How often the diagnosis names a mistake, how often it says something untrue.

    python -m tests.grading.gates.precision [ASSIGNMENT ...] [--edits 40]

Three kinds of code that was not written to fit the known mistakes: careless answers, written from
the statement alone; reference answers with one small edit; and with two. "named": every name is
true of the numbers on inputs that no check has drawn. "fact": a true sentence without a name, such
as a dependence or a shape. "error": the exception in words. "unknown": an honest "I don't know".
"""

import argparse
import random
from collections import Counter
from collections.abc import Iterator
from importlib import import_module

import torch

from course_lib.exercises import ASSIGNMENTS, get_assignment
from course_lib.grading import check
from course_lib.grading import exam as exams
from tests.grading.gates import truth
from tests.grading.gates.equivalent import EQUIVALENT
from tests.grading.gates.mutate import edited, mutants
from tests.grading.solution import answer_cells, answers, defined

TOLD = ("named", "fact", "error", "unknown", "wrong")


def told(assignment, item, answer, expected=frozenset()) -> tuple[str, str]:
    """What an answer is told, as one of TOLD ("right" for full marks), and why it is wrong."""
    result = check(f"{assignment.id}.{item.id}", answer)
    if result.score == 1:
        return "right", ""
    first = result.findings[0]
    ids = [finding.id for finding in result.findings]
    untrue = truth.untrue(assignment, item, answer, result)
    if untrue:
        return "wrong", f"{ids}: {untrue}"
    if first.id == "check-failed":
        return "wrong", first.text
    if truth.named(item, result):
        return "named", ""
    if first.kind in ("error", "unknown"):
        return first.kind, ""
    return "fact", ""


def careless(assignment) -> Iterator[tuple[str, object, object]]:
    """(name, item, answer) of the careless answers of an assignment."""
    number = assignment.id.partition("_")[0]
    module = "careless" if number == "ps4" else f"careless_{number}"
    items = {item.id: item for item in assignment.items}
    for name, item, answer, _expected in import_module(f"tests.grading.{module}").ANSWERS:
        yield name, items[item], answer


def one_edit(assignment, count: int) -> Iterator[tuple[str, object, object]]:
    for cell, source in answer_cells(assignment.id).items():
        same = EQUIVALENT.get(assignment.id, {}).get(cell, {})
        made = [(what, text) for what, text in mutants(source) if what not in same]
        for what, text in random.Random(7).sample(made, min(count, len(made))):
            yield from _answers_with(assignment, cell, what, text)


def two_edits(assignment, count: int) -> Iterator[tuple[str, object, object]]:
    for cell, source in answer_cells(assignment.id).items():
        number, drawn = sum(1 for _m in mutants(source)), random.Random(11)
        for k in range(count if number > 1 else 0):
            text = edited(source, drawn.sample(range(number), 2))
            yield from _answers_with(assignment, cell, f"two edits, {k}", text)


def _answers_with(assignment, cell: str, what: str, text: str):
    original = answer_cells(assignment.id)[cell]
    try:
        names = answers(assignment.id, lambda s: text if s == original else s)
    except Exception:
        return
    for item in assignment.items:
        if item.name in defined(original):
            yield f"{cell}: {what}", item, names[item.name]
            return


def measure(assignment, edits: int) -> tuple[dict[str, Counter], list[str]]:
    """What was told for each kind of code, and every sentence that was not true."""
    groups = {
        "careless": careless(assignment),
        "one edit": one_edit(assignment, edits),
        "two edits": two_edits(assignment, edits),
    }
    counted, wrong = {}, []
    for group, found in groups.items():
        counted[group] = Counter()
        for name, item, answer in found:
            kind, why = told(assignment, item, answer)
            counted[group][kind] += 1
            wrong += [f"{assignment.id} {name}: {why}"] if kind == "wrong" else []
    return counted, wrong


def show(assignment, counted: dict[str, Counter]) -> None:
    for group, kinds in counted.items():
        most = sum(kinds[kind] for kind in TOLD)
        names = kinds["named"] + kinds["wrong"]
        precision = f"{100 * kinds['named'] / names:.0f} %" if names else "-"
        said = "  ".join(f"{kind} {kinds[kind]}" for kind in TOLD)
        print(f"{assignment.id:16} {group:10} {most:4}  {said}  precision {precision}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("assignments", nargs="*", default=list(ASSIGNMENTS))
    parser.add_argument("--edits", type=int, default=40, help="edits of each cell")
    options = parser.parse_args()
    torch.set_num_threads(1)
    exams.ONE_CALL = 1.0
    wrong = []
    for id in options.assignments:
        counted, untrue = measure(get_assignment(id), options.edits)
        show(get_assignment(id), counted)
        wrong += untrue
    print("\n".join(["", *wrong] if wrong else ["", "Nothing untrue was said."]))
    raise SystemExit(bool(wrong))


if __name__ == "__main__":
    main()
