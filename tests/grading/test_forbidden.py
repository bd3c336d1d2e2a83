"""What the source of a function uses, where several functions look alike to Python."""

import linecache

import pytest
from torch import nn

from course_lib.grading.forbidden import forbidden_name

NAMES = frozenset({"LSTM", "lstm"})
BODY = "    return layer(x)\n"


@pytest.fixture
def cell():
    """Runs cells as a kernel does, each a file that does not exist; returns what they call f."""
    files = []

    def run(source: str):
        files.append(f"<cell {len(files)} of {__name__}>")
        linecache.cache[files[-1]] = len(source), None, source.splitlines(True), files[-1]
        names = {"nn": nn, "__name__": "__main__"}
        exec(compile(source, files[-1], "exec"), names)
        return names["f"]

    yield run
    for name in files:
        del linecache.cache[name]


def test_a_layer_in_a_default_is_found_beside_the_same_code_without(cell):
    without = cell(f"def f(x, layer=None):\n{BODY}")
    with_it = cell(f"def f(x, layer=nn.LSTM(2, 3)):\n{BODY}")
    assert without.__code__ == with_it.__code__
    assert forbidden_name(without, NAMES) is None
    assert forbidden_name(with_it, NAMES) == "nn.LSTM"


def test_whoever_has_taken_the_layer_out_is_not_refused_any_more(cell):
    before = cell(f"def f(x, layer=nn.LSTM(2, 3)):\n{BODY}")
    assert forbidden_name(before, NAMES) == "nn.LSTM"
    assert forbidden_name(cell(f"def f(x, layer=None):\n{BODY}"), NAMES) is None


def test_code_that_was_exchanged_is_read_again(cell):
    function = cell("def f(x):\n    return x\n")
    assert forbidden_name(function, NAMES) is None
    function.__code__ = cell("def f(x):\n    return nn.LSTM(2, 3)(x)\n").__code__
    assert forbidden_name(function, NAMES) == "nn.LSTM"


def test_a_function_is_read_once(cell, monkeypatch):
    function = cell("def f(x):\n    return nn.LSTM(2, 3)(x)\n")
    found = forbidden_name(function, NAMES)
    monkeypatch.setattr("course_lib.grading.forbidden.ast.parse", None)
    assert forbidden_name(function, NAMES) == found == "nn.LSTM"
