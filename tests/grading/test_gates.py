"""The gates of every assignment: nothing earns nothing, right earns all, a mistake has a name."""

import random
from itertools import combinations

import pytest

from course_lib.grading import check
from tests.grading.gates import truth
from tests.grading.gates.layout import in_its_own_layout
from tests.grading.solution import answers, stubs

HIDDEN_SEEDS = ("42", "987654")
MORE_SEEDS = ("0", "1", "7", "31415", "999999")


def path(assignment, item) -> str:
    return f"{assignment.id}.{item.id}"


def test_the_stub_scores_zero_and_is_told_not_written_yet(assignment, item):
    stub = stubs(assignment.id)[item.name]
    for hidden in (False, True):
        result = check(path(assignment, item), stub, hidden=hidden)
        assert result.points == 0
        assert [finding.id for finding in result.findings] == ["not-written"], str(result)


def test_the_reference_answer_scores_everything_also_hidden_and_for_several_seeds(
    assignment, item, monkeypatch
):
    scores_everything(assignment, item, monkeypatch, HIDDEN_SEEDS)


@pytest.mark.slow
def test_the_reference_answer_scores_everything_for_many_seeds(assignment, item, monkeypatch):
    scores_everything(assignment, item, monkeypatch, MORE_SEEDS)


def scores_everything(assignment, item, monkeypatch, seeds):
    answer = answers(assignment.id)[item.name]
    assert check(path(assignment, item), answer).score == 1
    for seed in seeds:
        monkeypatch.setenv("COURSE_SEED", seed)
        result = check(path(assignment, item), answer, hidden=True)
        assert result.passed and result.score == 1 and not result.findings, str(result)


def test_the_parametrised_implementation_without_faults_is_right(assignment, item):
    result = check(path(assignment, item), item.candidate(frozenset()), hidden=True)
    assert result.passed, str(result)


def test_the_fault_costs_points_and_is_named_and_nothing_else_is(assignment, item, fault):
    result = check(path(assignment, item), item.candidate(fault.switches))
    assert result.score < 1
    assert [finding.id for finding in result.findings] == [fault.id], str(result)
    assert result.findings[0].kind == fault.message.kind


@pytest.mark.first_is_quick
def test_a_fault_is_named_for_hidden_cases_too(assignment, item):
    for fault in random.Random(4).sample(item.faults, min(3, len(item.faults))):
        result = check(path(assignment, item), item.candidate(fault.switches), hidden=True)
        assert [finding.id for finding in result.findings] == [fault.id], str(result)


@pytest.mark.first_is_quick
def test_the_convention_is_named_for_code_that_is_right_in_its_own_layout(
    assignment, item, convention
):
    answer = in_its_own_layout(item, convention)
    result = check(path(assignment, item), answer)
    assert result.score < 1
    assert [finding.id for finding in result.findings] == [convention.id], str(result)
    assert result.findings[0].kind == convention.message.kind


@pytest.mark.first_is_quick
def test_pairs_of_faults_are_caught_and_never_misnamed(assignment, item):
    paired = [fault for fault in item.faults if fault.paired]
    every = list(combinations(paired, 2))
    count = min(len(every), 25 if item is assignment.items[0] else 8)
    told = {"both": 0, "one": 0, "other name, same numbers": 0, "no name": 0, "is right": 0}
    for a, b in random.Random(8).sample(every, count):
        candidate = item.candidate(a.switches | b.switches)
        result = check(path(assignment, item), candidate)
        if result.score == 1:  # two mistakes can undo each other
            assert truth.right(assignment, item, candidate, (truth.SEED, 32)), (a.id, b.id)
            told["is right"] += 1
            continue
        names = {one.id for one in truth.named(item, result)}
        if names and not names <= {a.id, b.id}:
            untrue = truth.untrue(assignment, item, candidate, result)
            assert not untrue, f"{a.id} and {b.id} are called {names}: {untrue}"
            told["other name, same numbers"] += 1
        else:
            told[("no name", "one", "both")[len(names)]] += 1
    print(f"{path(assignment, item)}: {count} pairs: {told}")
