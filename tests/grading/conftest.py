"""Every test with one of these arguments runs for all assignments that have a source.

``--assignment ps4_lstm`` keeps to one. The seconds that each assignment takes are printed.
"""

import sys
import time
from collections import defaultdict

import pytest

from course_lib.exercises import ASSIGNMENTS, get_assignment
from tests.grading.solution import ROOT, answer_cells, defined

_seconds: dict[str, float] = defaultdict(float)


def chosen(config) -> list[str]:
    """The assignments that take part."""
    only = config.getoption("--assignment")
    there = [id for id in ASSIGNMENTS if (ROOT / "solutions" / id / f"{id}.md").exists()]
    return [id for id in there if not only or id in only]


def pytest_generate_tests(metafunc):
    wanted = [name for name in CASES if set(name) <= set(metafunc.fixturenames)]
    if wanted:
        names = max(wanted, key=len)
        each = [list(CASES[names](id)) for id in chosen(metafunc.config)]
        if metafunc.definition.get_closest_marker("first_is_quick"):
            each = [[*cases[:1], *map(_slow, cases[1:])] for cases in each]
        metafunc.parametrize(names, [case for cases in each for case in cases])


def _slow(case):
    return pytest.param(*case.values, id=case.id, marks=[*case.marks, pytest.mark.slow])


@pytest.fixture
def nothing_unraisable(monkeypatch):
    """What is thrown away at the bottom of a recursion may fail there; pytest would show that.

    To show ten thousand errors, each after the other, once took it forty minutes.
    """
    monkeypatch.setattr(sys, "unraisablehook", lambda _error: None)


def each_assignment(id: str):
    yield pytest.param(get_assignment(id), id=id)


def each_item(id: str):
    assignment = get_assignment(id)
    for item in assignment.items:
        yield pytest.param(assignment, item, id=f"{id}-{item.id}")


identity = id  # the same mistake in two assignments is the same object


def each_fault(id: str):
    """Those that an earlier item has shown, here or in an earlier assignment, are slow.

    So are those of the last assignments, which take longest.
    """
    assignment, shown = get_assignment(id), set()
    earlier = [get_assignment(one) for one in ASSIGNMENTS[: ASSIGNMENTS.index(id)]]
    known = {identity(fault) for one in earlier for item in one.items for fault in item.faults}
    for item in assignment.items:
        for fault in item.faults:
            seen = fault.id in shown or identity(fault) in known or id > "ps5"
            marks = [pytest.mark.slow] if seen else []
            name = f"{id}-{item.id}-{fault.id}"
            yield pytest.param(assignment, item, fault, id=name, marks=marks)
        shown |= {fault.id for fault in item.faults}


def each_convention(id: str):
    """Those that an earlier item has shown are slow.

    An average instead of a sum is no other layout; the assignments' own tests show that one.
    """
    assignment, shown = get_assignment(id), set()
    for item in assignment.items:
        for convention in item.conventions:
            if convention.id.startswith("averaged-"):
                continue
            marks = [pytest.mark.slow] if convention.id in shown else []
            name = f"{id}-{item.id}-{convention.id}"
            yield pytest.param(assignment, item, convention, id=name, marks=marks)
        shown |= {convention.id for convention in item.conventions}


def each_cell(id: str):
    """The cells of answers with one right behaviour: a choice or a witness may be any that is."""
    free = {item.name for item in get_assignment(id).items if item.explain}
    for cell, source in answer_cells(id).items():
        if defined(source) <= free:
            continue
        yield pytest.param(get_assignment(id), cell, id=f"{id}-{cell}")


CASES = {
    ("assignment",): each_assignment,
    ("assignment", "item"): each_item,
    ("assignment", "item", "fault"): each_fault,
    ("assignment", "item", "convention"): each_convention,
    ("assignment", "cell"): each_cell,
}


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item):
    started = time.process_time()
    try:
        return (yield)
    finally:
        assignment = getattr(item, "callspec", None) and item.callspec.params.get("assignment")
        if assignment:
            _seconds[assignment.id] += time.process_time() - started


def pytest_terminal_summary(terminalreporter):
    for id, seconds in sorted(_seconds.items()):
        terminalreporter.write_line(f"gates of {id}: {seconds:.0f} s of CPU")
    pairs = defaultdict(list)
    for report in terminalreporter.getreports("passed") + terminalreporter.getreports("failed"):
        for name, told in report.user_properties:
            if name == "pairs" and report.when == "call":
                pairs[told[0]].append(told[1:])
    for id, counted in pairs.items():
        every, looked_at, right = map(sum, zip(*counted, strict=True))
        terminalreporter.write_line(
            f"pairs of {id}: {looked_at} of {every}, {looked_at - right} caught, "
            f"{right} undo each other and are right"
        )
