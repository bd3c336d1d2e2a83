# ruff: noqa: E501 - cells are quoted as they are
"""Ordinary test cells say the same with the student's code in another process as in one process."""

import re

import nbformat
import pytest
import torch

from course_lib.grading.engine.capturing import CapturingShell
from course_lib.grading.engine.given import given_by
from course_lib.grading.engine.trusted import TrustedShell
from tests.grading.engine.assignments import EXAMPLES
from tests.grading.engine.child import ForkedChild


@pytest.fixture(autouse=True)
def somewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def notebook(student: str, tests: list[str], given: str = ""):
    cells = [nbformat.v4.new_code_cell(given)]
    cells.append(nbformat.v4.new_code_cell(student, metadata={"nbgrader": {"solution": True}}))
    for test in tests:
        cells.append(nbformat.v4.new_code_cell(test, metadata={"nbgrader": {"grade": True}}))
    return nbformat.v4.new_notebook(cells=cells)


def one_process(student: str, tests: list[str], given: str = "") -> list[list[dict]]:
    """What one IPython says of the test cells."""
    keep = torch.get_rng_state(), torch.is_grad_enabled()
    shell = CapturingShell()
    shell.run(given or "pass")
    shell.run(student)
    found = [shell.run(test) for test in tests]
    torch.set_rng_state(keep[0])
    return found


def two_processes(student, tests, given="", by=None, **options) -> list[list[dict]]:
    """What the trusted shell says; ``by`` is the instructor's own solution."""
    released = given_by(notebook(by or student, tests, given))
    child = ForkedChild([given, student])
    try:
        shell = TrustedShell(child.ask, released, **options)
        shell.execution_count = 3
        return [shell.run(test) for test in tests]
    finally:
        child.close()


def said(outputs: list[dict]) -> list:
    """Outputs without what must differ: tracebacks, addresses, numbers of temporary files."""
    found = []
    for output in outputs:
        if output["output_type"] == "error":
            found.append(("error", output["ename"], _plain(output["evalue"])))
        else:
            found.append(_plain(repr(sorted(output.items()))))
    return found


def _plain(text: str) -> str:
    text = re.sub(r"0x[0-9a-f]+", "0x", text)
    return re.sub(r"\S*?ipykernel_\d+/\d+\.py|\d+\.py", "<cell>", text)


@pytest.mark.parametrize("what", EXAMPLES)
def test_two_processes_say_what_one_says(what):
    student, tests = EXAMPLES[what]
    expected = one_process(student, tests)
    found = two_processes(student, tests)
    assert [said(outputs) for outputs in found] == [said(outputs) for outputs in expected]


LIAR = """
class Liar(float):
    def __new__(cls, *a): return float.__new__(cls, 1.0)
    def yes(self, *a): return True
    def me(self, *a): return self
    __eq__ = __lt__ = __gt__ = __le__ = __ge__ = __contains__ = __bool__ = yes
    __ne__ = lambda self, o: False
    __sub__ = __rsub__ = __abs__ = __add__ = __radd__ = __mul__ = __getitem__ = __round__ = me
    __hash__ = lambda self: 1
    __len__ = lambda self: 3
    __iter__ = lambda self: iter([self])
    def __getattr__(self, name): return self
    def __call__(self, *a, **k): return self
    def __float__(self): return Liar()
"""
HONEST = "def cube(x):\n    return x ** 3"
CLASSES = (
    "class Ratio:\n    def __init__(s, a, b): s.a, s.b = a, b\n    def __eq__(s, o): return s.a"
)
TRICKS = {
    "an object that equals everything": LIAR + "def cube(x): return Liar()",
    "the class in the function's place": LIAR + "cube = Liar",
    "an instance in the function's place": LIAR + "cube = Liar()",
    "a metaclass": (
        "class Meta(type):\n    __eq__ = lambda s, o: True\n    __hash__ = lambda s: 1\n"
        "    __call__ = lambda s, *a: s\n    __sub__ = lambda s, o: s\n    __lt__ = lambda s, o: True\n"
        "class cube(metaclass=Meta): pass"
    ),
    "a tensor that lies": (
        "import torch\nclass Lie(torch.Tensor):\n"
        "    __torch_function__ = classmethod(lambda c, f, t, a=(), k=None: True)\n"
        "    __eq__ = lambda s, o: True\n"
        "def cube(x): return torch.zeros(1).as_subclass(Lie)"
    ),
    "an array that lies": (
        "import numpy as np\nclass Lie(np.ndarray):\n    __eq__ = lambda s, o: True\n"
        "    __array_ufunc__ = lambda s, *a, **k: True\n"
        "def cube(x): return np.zeros(1).view(Lie)"
    ),
    "a list that lies": "class L(list):\n    __eq__ = lambda s, o: True\ndef cube(x): return L([1])",
    "an int that lies": "class I(int):\n    __eq__ = lambda s, o: True\ndef cube(x): return I()",
    "a str that lies": "class S(str):\n    __eq__ = lambda s, o: True\ndef cube(x): return S(1)",
    "changed comparisons": (
        "import math, torch, numpy as np, builtins\nmath.isclose = lambda *a, **k: True\n"
        "torch.allclose = torch.equal = np.allclose = lambda *a, **k: True\n"
        "torch.testing.assert_close = np.testing.assert_allclose = lambda *a, **k: None\n"
        "builtins.abs = lambda x: 0\nbuiltins.all = lambda x: True\ndef cube(x): return 0.0"
    ),
    "asserts that are dropped": (
        "import ast\nclass Drop(ast.NodeTransformer):\n"
        "    visit_Assert = lambda s, n: ast.Pass()\n"
        "get_ipython().ast_transformers.append(Drop())\n"
        "get_ipython().input_transformers_post.append(lambda lines: ['pass'])\n"
        "def cube(x): return 0"
    ),
    "a display hook": "import sys\ndef cube(x):\n    sys.displayhook(5.0)\n    return 0",
    "frames of the caller": (
        "import sys\ndef cube(x):\n    f = sys._getframe()\n    while f:\n"
        "        for name in ('expected', 'answer'):\n"
        "            if name in f.f_locals: return f.f_locals[name]\n        f = f.f_back\n    return 0"
    ),
    "all objects of the process": (
        "import gc\ndef cube(x):\n    for o in gc.get_objects():\n"
        "        if isinstance(o, dict) and 'expected' in o: return o['expected']\n    return 0"
    ),
    "globals": "def cube(x): return globals().get('expected', 0)",
    "the history of cells": (
        "import re\ndef cube(x):\n    found = re.findall(r'expected = (\\d+)', str(In) + str(Out))\n"
        "    return int(found[0]) if found else 0"
    ),
    "an exit that looks like success": "import sys\ndef cube(x): sys.exit(0)",
    "an error that is no error": (
        "class Fine(BaseException):\n    pass\ndef cube(x): raise Fine()"
    ),
    "a callback kept": (
        "keep = []\ndef apply(f): keep.append(f); return f(1)\n"
        "def cube(x): return keep[0](x) if keep else 0"
    ),
    "the answer of the other side": (
        "import gc\nfrom course_lib.grading.engine import wire\nsend = wire.send\n"
        "def lying(sock, header, blobs=None, deadline=None):\n"
        "    return send(sock, {'first': 1, 'value': None, 'callback': True}, [])\n"
        "def cube(x):\n    wire.send = lying\n    return 0"
    ),
}
TESTS = [
    "expected = 27\nassert cube(3) == expected",
    "expected = 27\nassert expected == cube(3)",
    "assert not cube(3) != 27",
    "assert abs(cube(2) - 8) < 1e-9",
    "assert -1e-9 < cube(2) - 8 < 1e-9",
    "assert round(cube(2), 3) == 8",
    "assert cube(2) in (8, 8.0)",
    "assert cube(2) in {8}",
    "assert {cube(2): 1}[8]",
    "import math\nassert math.isclose(cube(2), 8)",
    "import numpy as np\nassert np.allclose(cube(2), 8)",
    "np.testing.assert_allclose(cube(2), 8)",
    "np.testing.assert_array_equal(cube(2), 8)",
    "assert np.isclose(cube(2), 8).all()",
    "assert (np.asarray(cube(2)) == 8).all()",
    "assert (np.asarray(cube(2)) - 8 < 1e-3).all() and (8 - np.asarray(cube(2)) < 1e-3).all()",
    "import torch\nassert torch.allclose(torch.as_tensor(cube(2.0)), torch.tensor(8.0))",
    "torch.testing.assert_close(cube(torch.tensor(2.0)), torch.tensor(8.0))",
    "assert torch.equal(cube(torch.tensor(2.0)), torch.tensor(8.0))",
    "assert (cube(torch.tensor(2.0)) - 8).abs().max() < 1e-5",
    "import unittest\nunittest.TestCase().assertEqual(cube(2), 8)",
    "unittest.TestCase().assertAlmostEqual(cube(2), 8)",
    "unittest.TestCase().assertIn(cube(2), [8])",
    "unittest.TestCase().assertTrue(cube(2) == 8)",
    "assert [cube(2)] == [8]",
    "assert {'a': cube(2)} == {'a': 8}",
    "assert sorted([cube(2), 1]) == [1, 8]",
    "assert max(cube(2), 7) == 8",
    "assert str(cube(2)) == '8'",
    "assert f'{cube(2):d}' == '8'",
    "assert int(cube(2)) == 8 and float(cube(2)) == 8",
    "assert sum([cube(1), cube(2)]) == 9",
    "assert all(cube(n) == n ** 3 for n in range(5))",
    "assert list(map(cube, [1, 2])) == [1, 8]",
    "assert type(cube(2)) is int and cube(2) == 8",
    "assert isinstance(cube(2), int) and not cube(2) - 8",
    "answer = cube(2)\nassert answer.__eq__(8) is True",
    "import statistics\nassert statistics.mean([cube(1), cube(2)]) == 4.5",
    "from fractions import Fraction\nassert Fraction(cube(2)) == 8",
    "from decimal import Decimal\nassert Decimal(cube(2)) == 8",
]


def scores(student: str) -> list[bool]:
    """For each test cell whether it passes: no error."""
    outputs = two_processes(student, TESTS, by=HONEST + "\n" + CLASSES)
    return [not any(o["output_type"] == "error" for o in found) for found in outputs]


def test_the_honest_answer_passes_every_test_cell():
    passed = scores(HONEST)
    # f'{tensor}' and Decimal of an int pass too; what fails here fails in one process as well
    assert [test for test, ok in zip(TESTS, passed, strict=True) if not ok] == []


@pytest.mark.parametrize(
    "trick",
    [pytest.param(t, marks=[pytest.mark.slow] if n % 12 else []) for n, t in enumerate(TRICKS)],
)
def test_no_trick_passes_any_test_cell(trick):
    passed = scores(TRICKS[trick])
    assert [test for test, ok in zip(TESTS, passed, strict=True) if ok] == []
