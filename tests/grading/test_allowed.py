"""The trusted reading of a notebook: every way around an exercise is refused, no honest code is."""

import ast
import importlib
import linecache
import sys
from functools import cache
from pathlib import Path
from time import process_time

import nbformat
import pytest

from course_lib.exercises import ASSIGNMENTS, get_assignment, get_item
from course_lib.grading.allowed import Refusal, read, refusal_finding
from course_lib.grading.allowed.reading import Reach
from course_lib.grading.allowed.verdicts import of_use
from course_lib.grading.check import check
from course_lib.grading.reasons import said_where
from course_lib.grading.sample import read_student, submitted_files
from course_lib.i18n import set_language
from tests.grading.evasions import EVASIONS, HARMLESS
from tests.grading.solution import answer_cells, notebook

ROOT = Path(__file__).parents[2]
START = "import torch\nfrom torch import nn\nfrom course_lib.grading import check, start\n"


def cell(source: str, **about) -> dict:
    return {"cell_type": "code", "source": source, "metadata": {"nbgrader": about}}


def submission(*sources: str, item: str, name: str) -> list[dict]:
    """A notebook of these cells; the last of them is the answer, and its check comes after."""
    above = [cell(source) for source in (START, *sources[:-1])]
    answer = cell(sources[-1], grade_id="mine", solution=True)
    return [*above, answer, cell(f'check("{item}", {name})', grade_id="test", grade=True)]


def refusal(*sources: str, item: str = "ps4_lstm.lstm_forward", name: str = "lstm_forward"):
    assignment, described = get_item(item)
    return read(submission(*sources, item=item, name=name), assignment).refused(described)


def item_of(assignment: str, source: str) -> tuple[str, str]:
    if assignment == "ps3_bptt":
        return "ps3_bptt.cell_backward", "rnn_cell_backward"
    name = "lstm_cell" if "def lstm_cell" in source else "lstm_forward"
    return f"ps4_lstm.{name}", name


@pytest.fixture
def spoken():
    yield set_language
    set_language("en")


# ------------------------------------------------------------------------------------- refused


@pytest.mark.parametrize(("kind", "source"), [pytest.param(a, s, id=n) for n, a, s in EVASIONS])
def test_a_way_around_the_exercise_is_refused_with_its_line(kind, source):
    item, name = item_of(kind, source)
    marked = [n for n, line in enumerate(source.splitlines(), 1) if line.endswith("#!")]
    found = refusal(source.replace("  #!", ""), item=item, name=name)
    assert found, source
    assert (found.cell, [found.line]) == ("mine", marked), found
    assert found.text == source.splitlines()[found.line - 1].replace("  #!", "").strip()
    told = refusal_finding(found, get_item(item)[1])
    assert found.used and found.text in told.where
    kept = told.to_dict()  # as a teacher of another language than the student's reads it
    assert said_where({**kept, "where": ""}) == told.where


def test_there_are_enough_ways_around_to_be_a_test():
    assert len({name for name, _assignment, _source in EVASIONS}) == len(EVASIONS) >= 120


HIDES = "exec('x = 1')\n"
RIGHT = "def lstm_forward(input, states, w_ih, w_hh, b_ih, b_hh):\n    return input\n"


def test_what_hides_refuses_everything_below_it_and_nothing_above():
    assignment = get_assignment("ps4_lstm")
    cells = [
        *submission("def lstm_cell(x):\n    return x", item="ps4_lstm.lstm_cell", name="lstm_cell"),
        cell(HIDES),
        cell(RIGHT),
        cell('check("ps4_lstm.lstm_forward", lstm_forward)', grade=True),
    ]
    reading = read(cells, assignment)
    told = {item.id: reading.refused(item) for item in assignment.items}
    assert told.pop("lstm_cell") is None
    assert all(refused and refused.kind == "hides" for refused in told.values())
    assert told["lstm_forward"].number == 4 and told["lstm_forward"].used == "exec"


def test_an_answer_is_what_stands_behind_its_name_when_it_is_checked():
    bad = RIGHT.replace("return input", "return nn.LSTM(3, 4)(input)")
    assert refusal(RIGHT, bad)
    assert refusal(bad, RIGHT) is None, "what was thrown away does no harm"
    stopped = f"1 / 0\n{RIGHT}"
    assert refusal(bad, stopped), "a cell that stops before it defines anything replaces nothing"
    assert refusal(bad, f"if w is None:\n{RIGHT.replace('def', ' def').replace('    r', '  r')}")
    assert refusal(bad, f"try:\n  raise ValueError\n  x = 1\nexcept ValueError:\n  pass\n{RIGHT}")


def test_what_was_made_earlier_is_read_as_it_was_then():
    helpers = "def hidden():\n    return nn.LSTM\ndef make():\n    return hidden()\n"
    changed = "def hidden():\n    return None\n"
    answer = RIGHT.replace("return input", "return made(3, 4)(input)")
    assert refusal(helpers, "made = make()", changed, answer).line == 2
    assert refusal(helpers, changed, "made = make()", answer) is None


def test_a_module_that_is_not_loaded_here_leads_to_sys_all_the_same():
    unloaded = next(name for name in ("zipapp", "tabnanny", "this") if name not in sys.modules)
    answer = RIGHT.replace("return input", f"return {unloaded}.sys.modules['torch.nn'].LSTM(3)")
    found = refusal(f"import {unloaded}", answer)
    assert (found.kind, found.line) == ("hides", 2)
    assert refusal(f"import {unloaded}\nprint({unloaded}.sys.version)", RIGHT) is None


def test_a_finished_layer_beside_the_answer_is_allowed():
    beside = "theirs = nn.LSTM(3, 4)\nprint(theirs(torch.randn(2, 5, 3))[0].shape)\n"
    assert refusal(beside, RIGHT) is None
    assert refusal(RIGHT + beside) is None
    assert refusal(beside, RIGHT.replace("input\n", "theirs(input)\n"))


def test_the_same_finding_as_in_the_students_own_check():
    source = RIGHT.replace("return input", "return nn.LSTM(3, 4)(input)")
    found = refusal_finding(refusal(source), get_item("ps4_lstm.lstm_forward")[1])
    names = {"nn": importlib.import_module("torch.nn"), "__name__": "__main__"}
    linecache.cache["<mine>"] = (len(source), None, source.splitlines(True), "<mine>")
    exec(compile(source, "<mine>", "exec"), names)
    live = check("ps4_lstm.lstm_forward", names["lstm_forward"]).findings[0]
    assert (found.kind, found.id, found.what, found.look) == (
        live.kind, live.id, live.what, live.look,
    )  # fmt: skip


@pytest.mark.parametrize("language", ["en", "id", "zh_CN"])
@pytest.mark.parametrize("kind", ["finished", "course", "unread", "hides", "long"])
def test_every_refusal_is_told_in_three_languages(language, kind, spoken):
    spoken("en")
    english = Refusal(kind, "a.b", "mine", 3, 2, "x = a.b")
    before = english.what, english.where
    spoken(language)
    assert (language == "en") == (english.what == before[0])
    assert (language == "en") == (english.where == before[1])
    assert "{" not in english.what + english.where


@pytest.mark.parametrize(
    "source",
    [
        "x = 1\n" * 6000,
        "x = " + "(" * 150 + "1" + ")" * 150,
        "x = " + "1 + " * 20_000 + "1",
        "x" + ".a" * 30_000,
        "x = '" + "a" * 500_000 + "'",
        "a = b" + "\nb = a" * 3000,
        "def f():\n    return f()\n" * 1500 + "f()\n" * 1500,
        "x = [" * 90 + "nn" + "]" * 90,
        "\x00",
        "%",
        "%%",
        "%%time",
        "def f(:",
        "x = 'ü\ud800'",
        "from . import x",
        "from  import *",
        "getattr()",
        "getattr(torch)",
        "setattr()",
        "get_ipython().run_line_magic()",
        "get_ipython().run_cell_magic('time')",
        "check('x')",
        "timeit.timeit()",
    ],
    ids=lambda source: source[:20].encode("ascii", "replace").decode(),
)
def test_no_notebook_stops_the_reading_or_takes_long(source):
    started = process_time()
    found = refusal(source, RIGHT)
    assert process_time() - started < 10
    assert found is None or found.kind in ("long", "hides")


def test_cells_as_files_have_them_are_read_the_same():
    cells = submission(HIDES, RIGHT, item="ps4_lstm.lstm_forward", name="lstm_forward")
    item = get_item("ps4_lstm.lstm_forward")[1]
    lines = [{**one, "source": one["source"].splitlines(True)} for one in cells]
    assert read(lines, get_assignment("ps4_lstm")).refused(item)
    text = {"cell_type": "markdown", "source": "exec('x')", "metadata": {}}
    quiet = [text, *cells[:1], *cells[2:]]
    assert read(quiet, get_assignment("ps4_lstm")).refused(item) is None
    assert read([], get_assignment("ps4_lstm")).refused(item) is None
    assert read([{"cell_type": "code"}], get_assignment("ps4_lstm")).refused(item) is None


# --------------------------------------------------------------------------------- not refused


@pytest.mark.parametrize("source", HARMLESS)
def test_ordinary_code_is_allowed(source):
    assert refusal(source, RIGHT) is None
    assert refusal(f"{source}\n{RIGHT}") is None


ANSWER_FILES = sorted(
    path.stem
    for pattern in ("blind_ps*.py", "careless*.py")
    for path in Path(__file__).parent.glob(pattern)
)
# The careless answers to ps6 are built on the course's own modules on purpose.
ON_THE_COURSE = {
    "PlainPeepholes", "PeepholesAsBuffers", "TakesEveryKernel", "OneMapUnderThreeNames",
    "ABiasForTheStateToo", "CellsInAList", "AlwaysFromZeros", "ForgotToStack",
    "StackedWithoutDim", "Probabilities", "TopLayerFirst", "brings_its_own_model",
}  # fmt: skip


def answers_of(stem: str):
    """The file as one cell without its decorators, and (name, item, whether it is forbidden)."""
    tree = ast.parse((Path(__file__).parent / f"{stem}.py").read_text("utf-8"))
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            node.decorator_list = [
                d for d in node.decorator_list if not ast.unparse(d).startswith("answer(")
            ]
    number = stem.partition("ps")[2] or "4"
    assignment = next(a for a in ASSIGNMENTS if a.startswith(f"ps{number}"))
    answers = []
    for name, item, _fn, *_rest, tells in importlib.import_module(f"tests.grading.{stem}").ANSWERS:
        told = {tells} if isinstance(tells, str) else tells or set()
        path = item if "." in item else f"{assignment}.{item}"
        answers.append((name, path, "forbidden-call" in told))
    return ast.unparse(tree), answers


@pytest.mark.parametrize("stem", ANSWER_FILES)
def test_written_answers_get_the_verdict_of_the_students_own_check(stem):
    source, answers = answers_of(stem)
    assert answers
    seen = read([cell(START), cell(source)], get_assignment("ps4_lstm")).notebook
    for name, item, forbidden in answers:
        seen.history.steps = 0
        found = Reach(seen, get_item(item)[1].forbidden).refused(name, seen.end)
        if name in ON_THE_COURSE:
            assert found.kind == "course", found
        else:
            assert bool(found) == forbidden, (name, found)
            assert not found or found.kind == "finished"


def test_there_are_enough_honest_answers_to_be_a_test():
    told = [forbidden for stem in ANSWER_FILES for *_about, forbidden in answers_of(stem)[1]]
    assert told.count(False) > 700 and told.count(True) > 12


def test_solutions_are_allowed(assignment):
    reading = read(notebook(assignment.id).cells, assignment)
    assert [reading.refused(item) for item in assignment.items] == [None] * len(assignment.items)
    assert len(answer_cells(assignment.id)) >= 4


@pytest.mark.parametrize("language", ["en", "id", "zh_CN"])
def test_releases_are_allowed(assignment, language):
    path = ROOT / "exercises" / language / assignment.id / f"{assignment.id}.ipynb"
    cells = nbformat.read(path, 4).cells
    reading = read(cells, assignment)
    assert not reading.hidden
    assert [reading.refused(item) for item in assignment.items] == [None] * len(assignment.items)
    asked = {one.item for one in reading.notebook.asked}
    assert asked == {f"{assignment.id}.{item.id}" for item in assignment.items}
    for unit in reading.notebook.units:  # the course's own names that the release imports
        assert all(of_use(path, frozenset()) == "" for path in unit.paths.values()), unit.paths


@cache
def sample(assignment: str):
    """Of every student of the sample class, the cells that are handed in."""
    found = {}
    for path in sorted((ROOT / "tests/sample_class" / assignment).glob("*.py")):
        student = read_student(path)
        student.hand_in = ""
        text = next(iter(submitted_files(ROOT, assignment, student).values()))
        found[path.stem] = nbformat.reads(text, 4).cells
    return found


FORBIDDEN_IN_THE_SAMPLE = {
    ("zhang-min", "conv2d"): "F.conv2d",
    ("zhang-min", "true_conv2d"): "F.conv2d",
    ("zhang-min", "conv2d_grouped"): "F.conv2d",
    ("putri-anggraini", "jacobian"): "torch.autograd.grad",
}


def test_of_the_sample_class_only_what_is_forbidden_is_refused(assignment):
    assert len(sample(assignment.id)) > 6
    for student, cells in sample(assignment.id).items():
        reading = read(cells, assignment)
        for item in assignment.items:
            found = reading.refused(item)
            used = FORBIDDEN_IN_THE_SAMPLE.get((student, item.id))
            assert (found.used if found else None) == used, (student, item.id, found)


def test_a_part_of_torch_that_is_overwritten_is_named_with_what_was_meant():
    found = refusal("torch.manual_seed = 0\n", answer_cells("ps4_lstm")["lstm_forward"])
    assert found.kind == "changes" and found.text == "torch.manual_seed = 0"
    assert "in the place of torch.manual_seed," in found.what
    assert "write it with parentheses" in found.what
    assert refusal("torch.manual_seed(0)\n", answer_cells("ps4_lstm")["lstm_forward"]) is None
