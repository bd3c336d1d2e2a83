"""The trusted end: what a student's process answers cannot do more than be a wrong answer."""

import contextlib
import json

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from course_lib.grading.engine import wire
from course_lib.grading.engine.given import Given
from course_lib.grading.engine.proxies import ChildEnded, Link, is_proxy
from course_lib.grading.engine.trusted import GivenFailed, TrustedShell
from tests.grading.engine.child import ForkedChild
from tests.grading.engine.test_trusted import two_processes
from tests.grading.engine.test_wire import json_values

STUDENT = """
import torch
class Thing:
    def __init__(self, x): self.x = x
def thing(x): return Thing(x)
def double(x): return 2 * x
def fails(x): raise ValueError(x)
"""


@pytest.fixture
def child():
    child = ForkedChild([STUDENT])
    yield child
    child.close()


@pytest.fixture
def link(child):
    return Link(child.ask)


def test_no_value_that_arrives_is_of_a_class_of_the_students(link):
    for value in (1, [1], {"a": (1,)}, torch.ones(2), "x", None):
        arrived = (
            link.do("name", "double")(value)
            if value is not None and value != {"a": (1,)}
            else value
        )
        assert type(arrived).__module__ in ("builtins", "torch")
    assert is_proxy(link.do("name", "thing")(3))


def test_an_object_is_the_same_proxy_as_long_as_it_is_used(link):
    thing = link.do("name", "thing")(3)
    thing.me = thing
    assert thing.me is thing and thing.x == 3


def test_what_a_test_has_dropped_is_dropped_there_too(child, link):
    thing = link.do("name", "thing")
    before = count(child)
    for n in range(50):
        thing([n])
    assert count(child) <= before + 3


def count(child) -> int:
    (output,) = child.run("import gc\nsum(type(o) is Thing for o in gc.get_objects())")
    return int(output["data"]["text/plain"])


def test_tables_do_not_grow(link):
    double = link.do("name", "double")
    for _ in range(5):
        double([1, [2]])
    size = len(link.table.held)
    for n in range(50):
        double([n, [2]])
        double(torch.ones(3, requires_grad=True)).sum().backward()
    assert len(link.table.held) <= size + 10


def test_objects_of_an_ended_process_are_lost_and_others_come():
    first, second = ForkedChild([STUDENT]), ForkedChild([STUDENT])
    try:
        now = [first]
        link = Link(lambda header, blobs: now[0].ask(header, blobs))
        thing = link.do("name", "thing")(1)
        now[0] = second
        assert link.do("name", "double")(4) == 8
        with pytest.raises(RuntimeError, match="was lost"):
            print(thing.x)
        assert link.do("name", "thing")(5).x == 5
    finally:
        first.close()
        second.close()


def test_a_new_test_process_can_ask_where_another_has_asked(child):
    first = Link(child.ask)
    thing = first.do("name", "thing")([1])
    second = Link(child.ask)
    assert second.do("name", "double")([1]) == [1, 1]
    with pytest.raises(RuntimeError, match="was lost"):
        thing.x.append(first.do("special", "__call__", thing, (), {}))


def test_a_dead_process_ends_the_cell_whatever_the_cell_catches():
    (first, second) = two_processes(
        "import os\ndef leave(): os._exit(0)",
        ["try:\n    leave()\nexcept Exception:\n    pass\nprint('passed')", "leave()"],
    )
    assert [output["ename"] for output in first] == ["ChildEnded"]
    assert [output["ename"] for output in second] == ["ChildEnded"]


def test_frames_of_the_engine_are_not_shown_and_those_of_the_student_are(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    ((error,),) = two_processes("def f(x):\n    y = x - 1\n    return 1 / y", ["f(1)"])
    text = "\n".join(error["traceback"])
    assert "return 1 / y" in text and "proxies.py" not in text
    assert error["traceback"][-1].endswith("division by zero")


def test_a_redefined_helper_does_not_reach_the_tests(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    given = "import numpy as np\ndef close(a, b):\n    return abs(a - b) < 1e-6"
    student = (
        "def f(x):\n    return 0\ndef close(a, b):\n    return True\n"
        "class np:\n    allclose = staticmethod(lambda *a: True)\n"
    )
    tests = ["assert close(f(2), 4)", "assert np.allclose(f(2), 4)"]
    outputs = two_processes(student, tests, given, by="def f(x):\n    return x * x")
    assert [found[-1]["ename"] for found in outputs] == ["AssertionError"] * 2


def test_a_global_that_only_the_test_binds_is_read_by_the_students_code(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    solution = "def f():\n    return 2 * rate"
    found = two_processes(solution, ["rate = 4\nassert f() == 8", "rate = 5\nassert f() == 10"])
    assert found == [[], []]


def test_objects_of_a_helper_class_cross_by_value(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    given = (
        "class Node:\n    def __init__(self, v, next=None):\n        self.v, self.next = v, next"
    )
    solution = (
        "def length(n):\n    return 0 if n is None else 1 + length(n.next)\n"
        "def push(n, v):\n    return Node(v, n)\ndef rename(n):\n    n.v = 'new'\n"
    )
    tests = [
        "n = Node(1, Node(2))\nassert length(n) == 2",
        "m = push(n, 0)\nassert type(m) is Node and m.next is n and m.v == 0",
        "rename(n)\nassert n.v == 'new'",
    ]
    assert two_processes(solution, tests, given) == [[], [], []]


def test_given_cells_that_fail_are_no_fault_of_the_student(child):
    with pytest.raises(GivenFailed, match="ZeroDivisionError"):
        TrustedShell(child.ask, Given("x = 1 / 0"))


def test_a_students_numbers_are_not_drawn_by_the_test(link):
    """All zeros would make every random input of a test zero."""
    torch.manual_seed(1)
    expected = torch.rand(3)
    torch.manual_seed(1)
    link.do("name", "double")(1)
    assert torch.rand(3).equal(expected)


answers = st.fixed_dictionaries(
    {},
    optional={
        "first": st.integers(-3, 99) | st.just("1"),
        "value": json_values,
        "error": json_values
        | st.fixed_dictionaries({"type": st.text(), "mro": st.lists(st.text()), "text": st.text()}),
        "callback": st.booleans(),
        "graph": json_values,
        "drew": json_values,
        "session": json_values,
        "stale": st.just(True),
    },
)


@settings(max_examples=300, suppress_health_check=list(HealthCheck), deadline=None)
@given(answers)
def test_any_answer_is_a_value_an_error_or_the_end(answer):
    link = Link(lambda header, blobs: (json.loads(json.dumps(answer)), []))
    limit = [0]

    def ask(header, blobs):
        limit[0] += 1
        if limit[0] > 5:
            raise wire.Gone("enough")
        return answer, []

    link.ask = ask
    with contextlib.suppress(ChildEnded, Exception):
        link.do("name", "f")
    assert limit[0] <= 6


@settings(max_examples=200, suppress_health_check=list(HealthCheck), deadline=None)
@given(st.data())
def test_an_answer_with_one_part_changed_ends_or_is_a_value(data):
    """The honest answers of a real process, each with one part replaced."""
    node = data.draw(json_values)
    link = Link(_changed(_ANSWERS[data.draw(st.integers(0, len(_ANSWERS) - 1))], node, data))
    with contextlib.suppress(ChildEnded, Exception):
        found = link.do("name", "f")
        repr(type(found))


def _changed(honest, node, data):
    answer, blobs = json.loads(json.dumps(honest[0])), honest[1]
    place = answer
    while isinstance(place, (list, dict)) and place:
        spots = list(place) if isinstance(place, dict) else list(range(len(place)))
        spot = data.draw(st.sampled_from(spots))
        if not isinstance(place[spot], (list, dict)) or data.draw(st.booleans()):
            place[spot] = node
            break
        place = place[spot]
    calls = [0]

    def ask(_header, _blobs):
        calls[0] += 1
        if calls[0] > 5:
            raise wire.Gone("enough")
        return answer, blobs

    return ask


def _recorded() -> list:
    child = ForkedChild([STUDENT])
    kept = []

    def ask(header, blobs):
        kept.append(child.ask(header, blobs))
        return kept[-1]

    try:
        link = Link(ask)
        for value in (1, [1, [2]], torch.ones(2, requires_grad=True), {"a": 1.5}):
            link.do("name", "thing")(value)
            with contextlib.suppress(Exception):
                link.do("name", "double")(value)
        with contextlib.suppress(ValueError):
            link.do("name", "fails")("x")
        link.do("name", "Thing")
    finally:
        child.close()
    return kept


_ANSWERS = _recorded()
