"""An instructor's own assignment, with the ordinary test cells that instructors write."""

from pathlib import Path

from course_lib.grading.release import release

ROOT = Path(__file__).resolve().parents[4]
NAME = "own"

HEAD = """---
kernelspec:
  display_name: Python 3
  language: python
  name: python3
---

# An assignment of one's own

"""
GIVEN = """def start(assignment, language):
    pass


start("own", language="en")
"""
TOOLS = '''import math
from pathlib import Path

import numpy as np
import torch

LIMIT = 1e-6


def near(a, b):
    """A helper of the instructor's."""
    return abs(a - b) < LIMIT


class Ledger:
    """A class of the instructor's that the answer fills."""

    def __init__(self):
        self.rows = []

    def balanced(self):
        return len(self.rows) > 0 and sum(self.rows) == 0

    def sum(self):
        return sum(self.rows)
'''
# Name: (what the student is given, the right answer, its tests with one point each).
PARTS = {
    "root": (
        "def root(x):",
        "    return math.sqrt(x)",
        (
            "assert abs(root(2.0) - 1.4142135623730951) < 1e-9",
            "assert math.isclose(root(9.0), 3.0)",
            "assert near(root(16.0), 4.0)",
            "assert 1.9 < root(4) < 2.1",
            "assert root(25.0) == 5",
            "r = root(36.0)\nassert r in (6, 6.0)",
        ),
    ),
    "double": (
        "def double(t):",
        "    return 2 * t",
        (
            "t = torch.arange(6.0).reshape(2, 3)\n"
            "torch.testing.assert_close(double(t), torch.tensor([[0.0, 2, 4], [6, 8, 10]]))",
            "t = torch.ones(3)\nassert torch.allclose(double(t), t + t)",
            "assert torch.equal(double(torch.ones(2)), torch.full((2,), 2.0))",
            "t = torch.ones(3)\nassert double(t).allclose(t + t)",
            "t = torch.ones(3)\nassert (double(t) == t + t).all()",
            "t = torch.ones(3)\nassert (double(t) - (t + t)).abs().max() < 1e-6",
            "t = torch.ones(3)\nassert float(((t + t) - double(t)).norm()) < 1e-6",
        ),
    ),
    "halves": (
        "def halves(a):",
        "    return a / 2",
        (
            "np.testing.assert_allclose(halves(np.arange(4.0)), [0, 0.5, 1, 1.5])",
            "assert np.abs(np.array([0, 0.5, 1, 1.5]) - halves(np.arange(4.0))).max() < 1e-9",
            "assert np.array_equal(halves(np.arange(2.0)), np.array([0, 0.5]))",
            "assert np.allclose(halves(np.arange(2.0)), np.array([0, 0.5]))",
        ),
    ),
    "total": (
        "def total(numbers):",
        "    return sum(numbers)",
        (
            "import unittest\ncase = unittest.TestCase()\ncase.assertEqual(total([1, 2, 3]), 6)",
            "case.assertAlmostEqual(total([0.5, 0.25]), 0.75)",
            "case.assertTrue(total([2, 2]) == 4, 'two and two')",
            "### BEGIN HIDDEN TESTS\n"
            'expected = [int(line) for line in Path("expected.txt").read_text().split()]\n'
            "assert [total(range(n)) for n in range(5)] == expected\n"
            "### END HIDDEN TESTS",
        ),
    ),
    "share": (
        "def share(n):",
        "    return n % 3",
        (
            "def same(got, wanted):\n"
            "    return type(got) is int and got == wanted\n"
            "points = 0.0\n"
            "for n in range(4):\n"
            "    points += 0.25 * same(share(n), n % 3)\n"
            "points",
            "round(sum(same(share(n), n % 3) for n in range(3)) / 3, 2)",
            "1 - abs(share(4) - 1)",
        ),
    ),
    "book": (
        "def book(ledger, rows):",
        "    ledger.rows.extend(rows)\n    return ledger",
        (
            "assert same(7, 7) and not same(7, 8)\nassert book(Ledger(), [2, -2]).balanced()",
            "assert same(book(Ledger(), [2, 3]).sum(), 5)",
        ),
    ),
}
MOST = float(sum(len(tests) for _head, _body, tests in PARTS.values()))
WRONG = {
    "root": "def root(x):\n    return 1.0",
    "double": "def double(t):\n    return t",
    "halves": "def halves(a):\n    return a",
    "total": "def total(numbers):\n    return -1",
    "share": "def share(n):\n    return -1",
    "book": "def book(ledger, rows):\n    return ledger",
}


def _cell(source: str, **about) -> str:
    said = {"grade": False, "solution": False, "locked": False, "task": False, **about}
    lines = "\n".join(f"  {key}: {str(value).lower()}" for key, value in said.items())
    head = f"---\nnbgrader:\n{lines}\n  schema_version: 3\n---\n"
    return f"```{{code-cell}} ipython3\n{head}{source}\n```\n"


def source() -> str:
    """The instructor's source of the assignment."""
    cells = [HEAD, *(f"```{{code-cell}} ipython3\n{given}```\n" for given in (GIVEN, TOOLS))]
    for name, (head, right, tests) in PARTS.items():
        body = f"{head}\n    ### BEGIN SOLUTION\n{right}\n    ### END SOLUTION"
        cells.append(_cell(body, grade_id=name, solution=True))
        for number, test in enumerate(tests, 1):
            about = {"grade_id": f"test_{name}_{number}", "grade": True, "points": 1}
            cells.append(_cell(test, locked=True, **about))
    return "\n".join(cells)


def right(name: str) -> str:
    """The instructor's answer of one part."""
    head, body, _tests = PARTS[name]
    return f"{head}\n{body}"


def make(root: Path, seconds: int = 8) -> Path:
    """The course, released into ``root``."""
    settings = (ROOT / "nbgrader_config.py").read_text("utf-8")
    text = f"{settings}\nc.Execute.timeout = {seconds}\n"
    (root / "nbgrader_config.py").write_text(text, "utf-8")
    folder = root / "solutions" / NAME
    folder.mkdir(parents=True)
    (folder / f"{NAME}.md").write_text(source(), "utf-8")
    (folder / "expected.txt").write_text("0 0 1 3 6\n", "utf-8")
    release(root, NAME)
    return root
