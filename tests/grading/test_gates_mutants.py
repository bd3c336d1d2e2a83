"""The reference answers, changed by one small edit at a time: no change of behaviour survives.

What a mutant is told is held against its numbers: a fault is named only where the numbers are
that fault's, on inputs that no check has drawn.
"""

import random

import pytest

from course_lib.grading import check
from tests.grading.gates import truth
from tests.grading.gates.equivalent import EQUIVALENT
from tests.grading.gates.mutate import edited, mutants
from tests.grading.solution import answer_cells, answers, defined

EXPLAINED = 5  # mutants of a cell whose explanation is read without the slow tests


def items_of(assignment, cell: str) -> list:
    """The items whose answer the cell defines; all of them for a cell that helps others."""
    names = defined(answer_cells(assignment.id)[cell])
    return [item for item in assignment.items if item.name in names] or list(assignment.items)


def changed(assignment, cell: str, source: str) -> dict | None:
    """What the student's cells define with this cell changed; None where that cannot even run."""
    original = answer_cells(assignment.id)[cell]
    try:
        return answers(assignment.id, lambda s: source if s == original else s)
    except Exception:
        return None


def survives(assignment, cell: str, source: str) -> bool:
    names = changed(assignment, cell, source)
    return names is not None and all(
        truth.right(assignment, item, names[item.name]) for item in items_of(assignment, cell)
    )


@pytest.mark.first_is_quick
def test_no_mutant_that_changes_behaviour_survives(assignment, cell, monkeypatch):
    truth.quick_to_stop(monkeypatch)
    same = EQUIVALENT.get(assignment.id, {}).get(cell, {})
    made = list(mutants(answer_cells(assignment.id)[cell]))
    survivors = [what for what, source in made if survives(assignment, cell, source)]
    print(f"{assignment.id} {cell}: {len(made)} mutants, {len(same)} of them equivalent")
    assert len(made) >= 5
    assert set(survivors) == set(same), "survivors that are not listed, or listed and found"


def explain(assignment, cell: str, chosen) -> dict[str, int]:
    """Every chosen mutant is explained and nothing untrue is said; counts what is told."""
    told = {"named": 0, "fact": 0, "error": 0, "unknown": 0}
    for what, source in chosen:
        names = changed(assignment, cell, source)
        if names is None or what in EQUIVALENT.get(assignment.id, {}).get(cell, {}):
            continue
        for item in items_of(assignment, cell):
            result = check(f"{assignment.id}.{item.id}", names[item.name])
            if result.passed or result.score == 1:
                continue
            untrue = truth.untrue(assignment, item, names[item.name], result)
            ids = [finding.id for finding in result.findings]
            assert not untrue, f"{what} is told {ids}: {untrue}"
            kind = result.findings[0].kind
            told["named" if truth.named(item, result) else
                 kind if kind in ("error", "unknown") else "fact"] += 1  # fmt: skip
            break
    return told


@pytest.mark.slow
def test_no_mutant_is_given_a_wrong_name(assignment, cell, monkeypatch):
    truth.quick_to_stop(monkeypatch)
    made = list(mutants(answer_cells(assignment.id)[cell]))
    chosen = random.Random(3).sample(made, min(EXPLAINED, len(made)))
    print(assignment.id, cell, explain(assignment, cell, chosen))


@pytest.mark.slow
@pytest.mark.precision
def test_none_of_all_the_mutants_is_given_a_wrong_name(assignment, cell, monkeypatch):
    truth.quick_to_stop(monkeypatch)
    print(
        assignment.id, cell, explain(assignment, cell, mutants(answer_cells(assignment.id)[cell]))
    )


@pytest.mark.slow
@pytest.mark.precision
def test_two_edits_at_once_are_never_given_a_wrong_name(assignment, cell, monkeypatch):
    truth.quick_to_stop(monkeypatch)
    source = answer_cells(assignment.id)[cell]
    count, drawn = sum(1 for _m in mutants(source)), random.Random(5)
    two = [(str(k), edited(source, drawn.sample(range(count), 2))) for k in range(60)]
    print(assignment.id, cell, explain(assignment, cell, two))
