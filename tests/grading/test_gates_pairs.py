"""Two mistakes at once: every pair of every item costs points, unless the two undo each other."""

import random
from itertools import combinations

import pytest

from course_lib.grading.capture import contained
from course_lib.grading.exam import Exam
from tests.grading.gates import truth

MOST = 4000  # pairs of one item; of more, so many are drawn
VISIBLE = 0  # the seed of the cases that a student sees
OTHERS = (truth.SEED, 32, 33, 34)  # cases that no check has drawn


def cheapest_first(item):
    """Values of ordinary cases show most pairs and cost least."""
    return sorted(item.aspects, key=lambda a: (a.observe != "values", a.role != "ordinary"))


def caught(assignment, item, candidate, seeds=(VISIBLE,)) -> bool:
    """Whether the candidate is wrong in anything that the check looks at; nothing is explained."""
    exam = Exam(assignment, item, candidate, seeds)
    return not all(exam.outcome(aspect).passed for aspect in cheapest_first(item))


@pytest.mark.slow
def test_every_pair_of_faults_is_caught_or_is_right(assignment, item, record_property):
    every = list(combinations([fault for fault in item.faults if fault.paired], 2))
    chosen = random.Random(9).sample(every, min(MOST, len(every)))
    undone, missed = [], []
    with contained():
        assert not caught(assignment, item, item.candidate(frozenset()))
        for one, other in chosen:
            candidate = item.candidate(one.switches | other.switches)
            if caught(assignment, item, candidate):
                continue
            # Two mistakes may undo each other: then nothing is wrong, wherever one looks.
            wrong = any(caught(assignment, item, candidate, (seed,)) for seed in OTHERS)
            (missed if wrong else undone).append(f"{one.id} + {other.id}")
    record_property("pairs", (assignment.id, len(every), len(chosen), len(undone)))
    print(f"{assignment.id}.{item.id}: {len(chosen)} of {len(every)} pairs, right: {undone}")
    assert missed == []


def test_a_pair_that_shows_in_one_case_only_is_caught(assignment, item):
    """What the slow test stands on: a mistake is not lost by the order of looking."""
    for fault in random.Random(10).sample(item.faults, min(2, len(item.faults))):
        with contained():
            assert caught(assignment, item, item.candidate(fault.switches)), fault.id
