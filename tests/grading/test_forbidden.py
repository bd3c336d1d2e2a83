"""What the source of a function uses, where several functions look alike to Python."""

import ast
import linecache
from itertools import islice
from pathlib import Path

import pytest
from torch import nn

from course_lib.grading import forbidden
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


@pytest.mark.parametrize(
    "source",
    [
        "import functools\n@functools.cache\n\ndef f(x):\n    return nn.LSTM(2, 3)(x)\n",
        "class C:\n    def f(self, x):\n        return nn.LSTM(2, 3)(x)\nf = C().f\n",
        "def g():\n    def f(x):\n        return nn.LSTM(2, 3)(x)\n    return f\nf = g()\n",
        "f = lambda x: nn.LSTM(2, 3)(x)\n",
        "class f:\n    def step(self, x): return nn.LSTM(2, 3)(x)\n",
        "def f(x):\n    return x\nh = 1\ndef f(x):\n    return nn.LSTM(2, 3)(x)\n",
        "if True:\n    async def f(x):\n        return nn . LSTM(2, 3)(x)\n",
        "def f(x): return x\ndef f(x): return (nn).LSTM(2, 3)(x)\n",
    ],
)
def test_wherever_a_function_is_written_it_is_read(cell, source):
    assert forbidden_name(getattr(cell(source), "__wrapped__", cell(source)), NAMES) == "nn.LSTM"
    assert forbidden_name(cell(source.replace("LSTM", "Linear")), NAMES) is None


def test_of_two_functions_of_one_name_the_one_that_is_asked_is_read(cell):
    source = "def f(x):\n    return nn.LSTM(2, 3)\ndef f(x):\n    return x\n"
    assert forbidden_name(cell(source), NAMES) is None


def test_a_file_that_was_written_again_is_read_again(tmp_path):
    path = tmp_path / "helper.py"
    for layer, found in (("LSTM", "nn.LSTM"), ("Linear", None)):
        path.write_text(f"def f(x):\n    return nn.{layer}(2, 3)(x)  # {layer}\n", "utf-8")
        names = {"nn": nn, "__name__": "helper"}
        exec(compile(path.read_text("utf-8"), str(path), "exec"), names)
        assert forbidden_name(names["f"], NAMES) == found


@pytest.mark.parametrize(
    "path", sorted(Path(forbidden.__file__).parent.glob("*.py")), ids=lambda p: p.stem
)
def test_nothing_written_is_passed_over_and_all_of_it_in_its_order(path):
    tree = ast.parse(path.read_text("utf-8"))
    walked = [node for node in ast.walk(tree) if not isinstance(node, ast.expr_context)]
    assert list(forbidden._nodes(tree)) == walked
    statements = [node for node in walked if isinstance(node, (ast.stmt, ast.excepthandler))]
    found = [one for one in forbidden._statements(tree) if not isinstance(one, ast.match_case)]
    assert set(found) == set(statements) and len(found) == len(statements)


def test_a_chain_of_thousands_of_branches_is_read(cell):
    chain = "".join(f"    elif x == {k}:\n        pass\n" for k in range(2000))
    f = cell(f"def f(x):\n    if x:\n        return nn.LSTM(1, 2)\n{chain}")
    assert forbidden_name(f, NAMES) == "nn.LSTM"
    nested = "def f(x):\n    try:\n        pass\n    except* OSError:\n        async def g():\n"
    nested += "            match x:\n                case 1:\n                    def h(): pass\n"
    assert {name for _line, name in forbidden._definitions(nested)} == {"f", "g", "h"}


def test_what_others_hang_on_a_node_is_not_followed():
    """As IPython's tracebacks do, and Python shares the nodes of operators between all trees."""
    tree = ast.parse("a + b")
    plus = tree.body[0].value.op
    plus.parent = tree
    try:
        assert len(list(islice(forbidden._nodes(ast.parse("c + d")), 100))) == 6
    finally:
        del plus.parent
