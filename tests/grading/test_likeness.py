"""Code that is alike is found whatever was renamed; what people wrote by themselves is not."""

import ast
import importlib
import inspect
import random
import re
import textwrap
from collections import defaultdict
from itertools import combinations
from pathlib import Path

import pytest

from course_lib.grading.likeness import (
    ALIKE,
    SMALLEST,
    THE_COURSE,
    UNUSUAL,
    Alike,
    Common,
    few,
    likeness,
)
from course_lib.grading.normal_code import NormalCode, array, normal_code
from course_lib.grading.sample import sample_class
from tests.grading.solution import answer_cells

ROOT = Path(__file__).parents[2]
ASSIGNMENTS = sorted(path.name for path in (ROOT / "solutions").iterdir() if path.is_dir())


def _source(thing) -> str:
    text = textwrap.dedent(inspect.getsource(thing))
    return re.sub(r"^@answer\((?:.|\n)*?\)\n(?=def |class )", "", text, flags=re.MULTILINE)


@pytest.fixture(scope="module")
def independent() -> dict[str, list[tuple[str, str, NormalCode]]]:
    """Answers by item, each with who wrote it: four people who did not see each other's.

    Those of one person are not independent: wrong answers are often the right one, edited.
    """
    found = defaultdict(list)

    def add(assignment: str, item: str, who: str, name: str, source: str) -> None:
        code = normal_code(source)
        if code is not None:
            found[f"{assignment}.{item}"].append((who, name, code))

    for path in sorted(Path(__file__).parent.glob("blind_ps*.py")):
        for name, item, answer, *_rest in importlib.import_module(
            f"tests.grading.{path.stem}"
        ).ANSWERS:
            add(*item.split("."), "blind", name, _source(answer))
    for path in sorted(Path(__file__).parent.glob("careless*.py")):
        number = path.stem.partition("_")[2] or "ps4"
        assignment = next(name for name in ASSIGNMENTS if name.startswith(number))
        for name, item, answer, *_rest in importlib.import_module(
            f"tests.grading.{path.stem}"
        ).ANSWERS:
            add(assignment, item.rpartition(".")[2], "careless", name, _source(answer))
    for assignment in ASSIGNMENTS:
        for student in sample_class(ROOT, assignment):
            for cell, source in student.answers.items():
                add(assignment, cell, "sample", student.id, source)
        for cell, source in answer_cells(assignment).items():
            add(assignment, cell, "solution", "solution", source)
    return found


def _share(one: NormalCode, other: NormalCode) -> float:
    a, b = set(one.grams), set(other.grams)
    return len(a & b) / max(1, len(a | b))


@pytest.mark.slow
def test_no_two_longer_answers_of_people_who_wrote_alone_are_alike(independent):
    shares = [
        (_share(x, y), item, a, b)
        for item, written in independent.items()
        if not item.startswith("ps7")  # mending given code: the same edit of the same lines
        for (who, a, x), (other, b, y) in combinations(written, 2)
        if who != other and min(x.statements, y.statements) >= SMALLEST
    ]
    assert len(shares) >= 100
    worst = max(shares)
    assert worst[0] < ALIKE - 0.05, worst


@pytest.mark.slow
def test_shorter_answers_come_out_the_same_by_themselves(independent):
    """Why SMALLEST is not less: one step of an LSTM can hardly be written otherwise."""
    same = [
        (item, a, b, x.statements)
        for item, written in independent.items()
        for (who, a, x), (other, b, y) in combinations(written, 2)
        if who != other and x.statements and _share(x, y) == 1
    ]
    assert max(statements for *_who, statements in same) == SMALLEST - 1


ANSWER = answer_cells("ps4_lstm")["lstm_backward"]
HELPERS = '''
def first(values, size):
    """The first of them."""
    total = 0
    for value in values[:size]:
        total = total + value * size
        if total > 100:
            break
    return total - size


def second(values, size):
    kept = [value for value in values if value > size]
    kept.sort(reverse=True)
    while len(kept) > size:
        kept.pop()
    return {"kept": kept, "size": size ** 2}


def third(values):
    a = first(values, 3)
    b = second(values, 2)
    return a, b["kept"], len(values) // 2
'''


class _Renamed(ast.NodeTransformer):
    """Other names for everything that the code names by itself."""

    def __init__(self, tree):
        self.own = {n.arg for n in ast.walk(tree) if isinstance(n, ast.arg)}
        self.own |= {
            n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
        }

    def visit_arg(self, node):
        node.arg = f"my_{node.arg}"
        return self.generic_visit(node)

    def visit_Name(self, node):
        if node.id in self.own:
            node.id = f"my_{node.id}"
        return node


def _renamed(source: str) -> str:
    tree = ast.parse(source)
    return ast.unparse(_Renamed(tree).visit(tree))


def _reordered(source: str) -> str:
    tree = ast.parse(source)
    tree.body.reverse()
    return ast.unparse(tree)


def _dressed(source: str) -> str:
    """Comments, docstrings, type hints, empty lines and ``pass``."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            node.body = [ast.Expr(ast.Constant("Mine.")), *node.body, ast.Pass()]
            node.returns = ast.Name("object", ast.Load())
            for argument in node.args.args:
                argument.annotation = ast.Name("Tensor", ast.Load())
    text = ast.unparse(ast.fix_missing_locations(tree))
    return text.replace("\n", "  # I wrote this\n\n")


def _relaid(source: str) -> str:
    return ast.unparse(ast.parse(source)).replace("    ", "\t")


@pytest.mark.parametrize("source", [ANSWER, HELPERS])
@pytest.mark.parametrize("change", [_renamed, _reordered, _dressed, _relaid])
def test_what_is_changed_without_thinking_hides_nothing(source, change):
    changed = change(source)
    assert changed != source
    codes = {"ana": normal_code(source), "budi": normal_code(_renamed(changed))}
    assert likeness({"cell": codes}).alike == [Alike(("ana", "budi"), ("cell",), 1.0)]


def test_an_edited_line_is_still_alike_and_another_answer_is_not():
    edited = ANSWER.replace("zeros_like", "empty_like").replace("return ", "return 0, ", 1)
    assert edited != ANSWER
    codes = {"ana": normal_code(ANSWER), "budi": normal_code(edited), "cy": normal_code(HELPERS)}
    (found,) = likeness({"cell": codes}).alike
    assert found.students == ("ana", "budi") and ALIKE <= found.share < 1


def test_constants_and_called_functions_are_not_names():
    for one, other in (("0.5", "0.25"), ("torch.tanh", "torch.relu"), ("dim=1", "dim=0")):
        a, b = (
            normal_code(f"def f(x):\n    y = g(x, {this})\n    return y") for this in (one, other)
        )
        assert a.grams != b.grams
    same = [normal_code(f"def f({n}):\n    return {n} + {n} * z") for n in "xy"]
    assert same[0] == same[1]
    swapped = [normal_code(f"def f(x, y):\n    return {n} - {m} - x") for n, m in ("xy", "yx")]
    assert swapped[0] != swapped[1]


@pytest.mark.parametrize("source", ["def f(:", "\0", "x = " + "(" * 5000, "x = '\ud800'\n\0"])
def test_what_is_no_python_is_left_out(source):
    assert normal_code(source) is None


def test_lines_of_ipython_do_no_harm():
    assert normal_code("%matplotlib inline\n!ls\n" + ANSWER).grams == normal_code(ANSWER).grams


def test_what_many_have_points_at_nobody_and_is_counted():
    class_of = {f"s{n}": normal_code(ANSWER) for n in range(12)}
    found = likeness({"cell": class_of})
    assert found.alike == [] and found.common == [Common("cell", 12)]
    others = {f"t{n}": _random_code(random.Random(n)) for n in range(400)}
    found = likeness({"cell": class_of | others})
    assert found.common == [] and set(found.alike[0].students) == set(class_of)


def test_short_answers_are_of_the_class_although_they_are_not_compared():
    """Three of thirty who wrote much are few, also where nobody else wrote as much."""
    short = normal_code("def f(x):\n    return x")
    codes = {f"s{n:02}": short for n in range(27)}
    codes |= {name: normal_code(ANSWER) for name in ("ana", "budi", "cy")}
    found = likeness({"cell": codes})
    assert found.common == [] and found.alike[0].students == ("ana", "budi", "cy")


def test_the_courses_own_answer_is_one_of_the_class():
    codes = {THE_COURSE: normal_code(ANSWER), "ana": normal_code(_renamed(ANSWER))}
    codes |= {f"t{n}": _random_code(random.Random(n)) for n in range(9)}
    assert likeness({"cell": codes}).alike[0].students == (THE_COURSE, "ana")


def test_one_group_is_named_once_with_all_of_its_cells():
    codes = {"ana": normal_code(ANSWER), "budi": normal_code(_renamed(ANSWER))}
    (found,) = likeness({"one": codes, "two": codes}).alike
    assert found.cells == ("one", "two")


def _random_code(
    dice: random.Random, like: NormalCode | None = None, bits: int = 16, edits: int = 25
) -> NormalCode:
    """Grams of which those of few bits meet by chance, as idioms do; or most of another's."""
    grams = set(like.grams) if like else {dice.getrandbits(bits) for _ in range(150)}
    for gram in dice.sample(sorted(grams), dice.randint(0, edits)) if like else ():
        grams.remove(gram)
        grams.add(dice.getrandbits(bits))
    return NormalCode(SMALLEST, array("Q", sorted(grams)))


@pytest.mark.parametrize("seed", range(8))
def test_the_index_finds_what_comparing_everybody_with_everybody_finds(seed):
    dice = random.Random(seed)
    codes: dict[str, NormalCode] = {}
    for number in range(120):
        like = codes[dice.choice(sorted(codes))] if codes and dice.random() < 0.3 else None
        codes[f"s{number:03}"] = _random_code(dice, like)
    spread = defaultdict(int)
    for code in codes.values():
        for gram in code.grams:
            spread[gram] += 1
    limit, linked = few(len(codes)), set()
    for a, b in combinations(codes, 2):
        both = set(codes[a].grams) & set(codes[b].grams)
        unusual = sum(spread[gram] <= limit for gram in both)
        if _share(codes[a], codes[b]) >= ALIKE and unusual >= UNUSUAL:
            linked.add((a, b))
    found = [set(group.students) for group in likeness({"cell": codes}).alike]
    assert linked and set().union(*linked) == set().union(*found)
    assert all(any({a, b} <= group for group in found) for a, b in linked)


@pytest.mark.slow
def test_ten_thousand_answers_are_compared_in_a_minute():
    import time

    dice = random.Random(0)
    codes = {f"s{n}": _random_code(dice, bits=20) for n in range(10_000)}
    codes |= {f"c{n}": _random_code(dice, codes[f"s{n}"], edits=12) for n in range(20)}
    started = time.process_time()
    found = likeness({"cell": codes}).alike
    assert time.process_time() - started < 60
    assert {group.students for group in found} == {(f"c{n}", f"s{n}") for n in range(20)}
