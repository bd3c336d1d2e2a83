# ruff: noqa: E501 - cells are quoted as they are
"""What docs/grading.md says does not work in an ordinary test, and what it says does."""

import pytest

from tests.grading.engine.test_trusted import one_process, two_processes

POINT = "class P:\n    def __init__(self, x):\n        self.x = x\n"
EQUAL = (
    POINT
    + "    def __eq__(self, other):\n        return True\n    def __lt__(self, other):\n        return True\n"
)
# Name: what the student wrote, the test, the last line's value here (or the error's name).
LIMITS = {
    "equal to a value": (EQUAL, "P(1) == 1", "False"),
    "less than a value": (EQUAL, "P(1) < 1", "TypeError"),
    "equal to another": (EQUAL, "P(1) == P(2)", "True"),
    "derived from": (POINT, "class Q(P):\n    pass", "TypeError"),
    "copied": (POINT, "import copy\ncopy.deepcopy(P(1))", "TypeError"),
    "pickled": (POINT, "import pickle\npickle.dumps(P(1))", "PicklingError"),
    "its type": (POINT, "isinstance(P(1), P), type(P(1)) is P", "(True, False)"),
    "an error's attribute": (
        "class E(Exception):\n    def __init__(self, code):\n        self.code = code\n\ndef f():\n    raise E(4)",
        "try:\n    f()\nexcept E as e:\n    found = e\nfound.code",
        "AttributeError",
    ),
    "patched input": (
        "def ask():\n    return input()",
        "import builtins\nbuiltins.input = lambda *a: 'Ann'\nask()",
        "StdinNotImplementedError",
    ),
    "patched function": (
        "import random\ndef roll():\n    return random.choice([1, 2])",
        "from unittest.mock import patch\nwith patch('random.choice', return_value=9):\n    n = roll()\nn == 9",
        "False",
    ),
    "a helper anew": (
        "def helper():\n    return 1\ndef f():\n    return helper()",
        "helper = lambda: 9\nf()",
        "1",
    ),
    "a view": (
        "def top(a):\n    return a[:1]",
        "import numpy as np\na = np.zeros(3)\ntop(a)[0] = 5\nfloat(a[0]), np.shares_memory(a, top(a))",
        "(0.0, False)",
    ),
    "globals": ("def f():\n    return 1", "'f' in globals()", "False"),
    "await": ("async def f():\n    return 3", "await f()", "TypeError"),
    "the current figure": (
        "import matplotlib.pyplot as plt\ndef draw():\n    ax = plt.gca()\n    ax.plot([1, 2])\n    return ax",
        "import matplotlib.pyplot as plt\nax = draw()\nlen(ax.lines), len(plt.gca().lines)",
        "(1, 0)",
    ),
}
WORKS = {
    "seeds": (
        "import random\nimport torch\ndef roll():\n    return random.random(), torch.rand(1).item()",
        "import random, torch\nrandom.seed(3)\ntorch.manual_seed(3)\na = roll()\n"
        "random.seed(3)\ntorch.manual_seed(3)\na == (random.random(), torch.rand(1).item())",
        "True",
    ),
    "an argument changed": (
        "def put(xs):\n    xs.append(1)",
        "xs = []\nput(xs)\nxs",
        "[1]",
    ),
    "a caught error": (
        "class E(ValueError):\n    pass\ndef f():\n    raise E('x')",
        "try:\n    f()\nexcept E as e:\n    found = str(e)\nfound",
        "'x'",
    ),
}


@pytest.fixture(autouse=True)
def somewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def last(outputs: list[dict]) -> str:
    """The error's name or the value of a cell."""
    for output in reversed(outputs):
        if output["output_type"] == "error":
            return output["ename"]
        if output["output_type"] == "execute_result":
            return output["data"]["text/plain"]
    return ""


@pytest.mark.parametrize("name", LIMITS)
def test_what_the_guide_says_does_not_work(name):
    student, test, found = LIMITS[name]
    assert [last(o) for o in two_processes(student, [test], by=POINT)] == [found]


@pytest.mark.parametrize("name", WORKS)
def test_what_the_guide_says_works(name):
    student, test, found = WORKS[name]
    assert [last(o) for o in two_processes(student, [test])] == [found]
    assert [last(o) for o in one_process(student, [test])] == [found]
