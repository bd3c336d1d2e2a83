"""The reference answers, changed by one small edit at a time: no change of behaviour survives.

What a mutant is told is held against its numbers: a fault is named only where the numbers are
that fault's, on inputs that no check has drawn.
"""

import ast
import random

import pytest

from course_lib.exercises import get_assignment
from course_lib.grading import check
from course_lib.grading.compare import same
from course_lib.grading.exam import Exam, Failure
from tests.grading.solution import answers

ASSIGNMENT = get_assignment("ps4_lstm")
ITEMS = {item.id: item for item in ASSIGNMENT.items}
SWAPS = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Add, ast.Pow: ast.Mult}
CALLS = {"sigmoid": "tanh", "tanh": "sigmoid", "stack": "cat", "new_zeros": "new_ones"}


class Mutate(ast.NodeTransformer):
    """Makes the n-th possible edit; ``made`` says what it was."""

    def __init__(self, target: int):
        self.target, self.count, self.made = target, 0, ""

    def now(self, what: str) -> bool:
        self.count += 1
        if self.count - 1 == self.target:
            self.made = what
            return True
        return False

    def visit_BinOp(self, node):
        self.generic_visit(node)
        if type(node.op) in SWAPS and self.now(f"{ast.unparse(node)}: other operator"):
            node.op = SWAPS[type(node.op)]()
        if self.now(f"{ast.unparse(node)}: only the left"):
            return node.left
        if self.now(f"{ast.unparse(node)}: only the right"):
            return node.right
        return node

    def visit_Attribute(self, node):
        self.generic_visit(node)
        if node.attr in CALLS and self.now(f"{node.attr} -> {CALLS[node.attr]}"):
            node.attr = CALLS[node.attr]
        if node.attr == "T" and self.now(f"{ast.unparse(node)}: not transposed"):
            return node.value
        return node

    def visit_Constant(self, node):
        if type(node.value) is int and self.now(f"{node.value} -> {node.value + 1}"):
            return ast.Constant(node.value + 1)
        return node

    def visit_Tuple(self, node):
        self.generic_visit(node)
        if len(node.elts) > 1 and self.now(f"({ast.unparse(node)}): first two exchanged"):
            node.elts[0], node.elts[1] = node.elts[1], node.elts[0]
        return node

    def visit_Compare(self, node):
        if self.now(f"not ({ast.unparse(node)})"):
            return ast.UnaryOp(ast.Not(), node)
        return node

    def visit_Assign(self, node):
        self.generic_visit(node)
        if self.now(f"left out: {ast.unparse(node)}"):
            return ast.Pass()
        return node


def mutants(name: str):
    """(what was changed, source) of every mutant of one cell's answer."""
    original = {}

    def keep(source):
        if f"def {name}(" in source or f"class {name}(" in source:
            original["source"] = source
        return source

    answers("ps4_lstm", keep)
    for target in range(1000):
        mutate = Mutate(target)
        tree = mutate.visit(ast.parse(original["source"]))
        if not mutate.made:
            return
        yield mutate.made, ast.unparse(ast.fix_missing_locations(tree)), original["source"]


# Edits that change nothing anybody can see.
EQUIVALENT = {
    "lstm_cell": set(),
    "lstm_forward": set(),
    "LSTM": {"left out: self.weight_hr_l0 = None"},
}


@pytest.mark.parametrize(
    "name, paths",
    [
        ("lstm_cell", ("lstm_cell", "lstmp_cell")),
        ("lstm_forward", ("lstm_forward", "lstmp_forward")),
        ("LSTM", ("lstm_module", "lstmp_module")),
    ],
)
def test_every_mutant_loses_points_and_none_is_given_a_wrong_name(name, paths):
    told = {"mutants": 0, "named": 0, "fact": 0, "error": 0, "unknown": 0}
    for made, source, original in mutants(name):
        changed = answers("ps4_lstm", lambda s, a=source, o=original: a if s == o else s)
        results = [(path, check(f"ps4_lstm.{path}", changed[name])) for path in paths]
        if made in EQUIVALENT[name]:
            continue
        assert min(result.score for _path, result in results) < 1, f"{name}: {made} survives"
        told["mutants"] += 1
        path, result = next((p, r) for p, r in results if r.score < 1)
        kind = result.findings[0].kind
        faults = {f.id: f for f in ITEMS[path].faults}
        named = [faults[f.id] for f in result.findings if f.id in faults]
        if named and "One of them" not in result.findings[0].text:
            assert true_of(path, changed[name], named, result), f"{made}: {named[0].id}"
        told["named" if named or kind == "convention" else
             kind if kind in ("error", "unknown") else "fact"] += 1  # fmt: skip
    print(name, told)
    assert told["unknown"] <= 0.1 * told["mutants"]


def true_of(path, answer, named, result) -> bool:
    """Whether the numbers of the faults are those of the answer on inputs nobody has drawn."""
    exam = Exam(ASSIGNMENT, ITEMS[path], answer, (31,))
    switches = frozenset().union(*(fault.switches for fault in named))
    compared = 0
    for aspect in ITEMS[path].aspects:
        if aspect.id in {a.id for a in result.aspects if a.passed}:
            continue
        for case in ITEMS[path].cases(aspect.role, 31):
            mine = exam.ask(aspect.observe, case)
            theirs = exam.faulty(switches, aspect.observe, case)
            if isinstance(mine, Failure) and isinstance(theirs, Failure):
                continue
            right = exam.expected(aspect.observe, case)
            if not isinstance(theirs, Failure) and same(theirs, right):
                continue  # the fault does not show here; what is wrong is told on its own
            if isinstance(mine, Failure) or isinstance(theirs, Failure):
                return False
            compared += 1
            if not same(mine, theirs):
                return False
    return bool(compared) or any(f.id.startswith("default") for f in named)


@pytest.mark.slow
def test_two_edits_at_once_are_never_given_a_wrong_name():
    sources = list(mutants("lstm_cell"))
    original = sources[0][2]
    drawn, named_ones = random.Random(5), 0
    for _k in range(100):
        source = original
        for target in drawn.sample(range(len(sources)), 2):
            tree = Mutate(target).visit(ast.parse(source))
            source = ast.unparse(ast.fix_missing_locations(tree))
        cell = answers("ps4_lstm", lambda s, a=source: a if s == original else s)["lstm_cell"]
        result = check("ps4_lstm.lstm_cell", cell)
        faults = {f.id: f for f in ITEMS["lstm_cell"].faults}
        conventions = {c.id for c in ITEMS["lstm_cell"].conventions}
        ids = [finding.id for finding in result.findings]
        named = [faults[id] for id in ids if id in faults]
        if named and not conventions & set(ids) and "One of them" not in result.findings[0].text:
            named_ones += 1
            assert true_of("lstm_cell", cell, named, result), f"{source}: {ids}"
    assert named_ones >= 15
