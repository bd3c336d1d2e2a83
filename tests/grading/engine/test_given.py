"""What an instructor's notebook gives to its test cells, and what stays the student's."""

import nbformat
import pytest

from course_lib.grading.engine.given import given_by

KINDS = {"own": {}, "solution": {"solution": True}, "test": {"grade": True},
         "answer": {"solution": True, "grade": True}}  # fmt: skip


def given(*cells: tuple[str, str]):
    made = [
        nbformat.v4.new_code_cell(source, metadata={"nbgrader": KINDS[kind]})
        for kind, source in cells
    ]
    return given_by(nbformat.v4.new_notebook(cells=made))


def test_imports_and_helpers_that_a_test_needs_are_given_and_no_others():
    found = given(
        ("own", "import numpy as np\nimport pandas as pd\nN = 3\nUNUSED = 4"),
        ("own", "def data():\n    return np.ones(N)\ndef plot():\n    pd.show()"),
        ("solution", "def f(x):\n    return x"),
        ("test", "assert f(data()).sum() == 3"),
    )
    lines = [line for line in found.source.splitlines() if line]
    assert lines == ["import numpy as np", "N = 3", "def data():", "    return np.ones(N)"]
    assert "pandas" not in found.source and "UNUSED" not in found.source


@pytest.mark.parametrize(
    "own",
    [
        "made = f(3)",
        "class Sub(Net):\n    pass\nmade = Sub()",
        "made = [f(x) for x in range(3)]",
        "made = 1\nmade = f(made)",
        "if f(1):\n    made = 1",
        "made = 1\nmade += f(1)",
        "@f\ndef made():\n    pass",
        "def made(x=f(1)):\n    pass",
    ],
)
def test_what_depends_on_a_solution_stays_with_the_student(own):
    found = given(
        ("solution", "def f(x):\n    return x\nclass Net:\n    pass"),
        ("own", own),
        ("test", "assert made"),
    )
    assert "made" not in found.source


def test_a_helper_that_calls_the_solution_later_is_given():
    found = given(
        ("own", "def compare(x):\n    return f(x) == x"),
        ("solution", "def f(x):\n    return x"),
        ("test", "assert compare(3)"),
    )
    assert "def compare" in found.source and "def f" not in found.source


@pytest.mark.parametrize(
    "solution",
    [
        "memo = {}",
        "def f(n):\n    memo[n] = 1",
        "def f(n):\n    memo.update({n: 1})",
        "def f(n):\n    global memo\n    memo = n",
        "def f(n):\n    del memo[n]",
        "def f(n):\n    memo[n].x += 1",
    ],
)
def test_data_that_a_solution_changes_is_the_students(solution):
    found = given(("own", "memo = {}"), ("solution", solution), ("test", "assert memo"))
    assert found.source == ""


def test_data_that_a_solution_reads_is_given():
    found = given(
        ("own", "table = {'a': 1}"),
        ("solution", "def f(k):\n    return table[k]"),
        ("test", "assert f('a') == table['a']"),
    )
    assert found.source == "table = {'a': 1}"


def test_settings_of_what_is_given_come_along():
    found = given(
        ("own", "%matplotlib inline\nimport numpy as np\nnp.random.seed(0)\nprint(f(3))"),
        ("solution", "def f(x):\n    return x"),
        ("test", "assert np.ones(1) == f(1)"),
    )
    assert found.source == "import numpy as np\nnp.random.seed(0)"


def test_comparisons_that_the_exercise_asks_for_are_named():
    found = given(
        (
            "solution",
            "class A:\n    def __eq__(self, o): ...\nclass B:\n    pass\n"
            "@dataclass(order=True)\nclass C:\n    x: int\n"
            "@functools.total_ordering\nclass D:\n    def __lt__(self, o): ...",
        ),
        ("test", "A() == B()"),
    )
    assert found.comparisons["A"] == {"__eq__"} and found.comparisons["B"] == frozenset()
    assert found.comparisons["C"] >= {"__eq__", "__lt__"}
    assert found.comparisons["D"] == {"__lt__", "__le__", "__gt__", "__ge__"}


def test_helper_classes_are_named():
    found = given(
        ("own", "class Node:\n    def __init__(self, v):\n        self.v = v"),
        ("solution", "def f(node):\n    return node.v"),
        ("test", "assert f(Node(3)) == 3"),
    )
    assert found.classes == ("Node",)


def test_globals_that_only_tests_bind_are_named():
    found = given(
        ("own", "import math"),
        ("solution", "def f():\n    expected = math.sqrt(rate)\n    return open(expected)"),
        ("test", "rate = 4\nexpected = 2\nassert f() == expected"),
    )
    assert found.read == {"rate"}
