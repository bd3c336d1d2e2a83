"""What grading refuses is refused in JupyterLab already, and nothing that grading allows.

The shells are real ones. What ran before in them is what a student has done.
"""

import ast
import gc
from dataclasses import replace
from time import thread_time
from types import SimpleNamespace

import pytest
import torch
from IPython.core.interactiveshell import InteractiveShell
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

from course_lib.exercises import get_item
from course_lib.grading.allowed import hold, read, refusal_finding
from course_lib.grading.candidate import Local
from course_lib.grading.check import check
from course_lib.grading.lab_history import Ran, names_given
from course_lib.grading.read_in_lab import refused
from course_lib.i18n import set_language
from tests.grading.evasions import EVASIONS, HARMLESS
from tests.grading.solution import answer_cells, notebook
from tests.grading.test_allowed import ANSWER_FILES, ON_THE_COURSE, answers_of, item_of, sample

START = "import torch\nfrom torch import nn\nfrom course_lib.grading import check, start\n"
RIGHT = answer_cells("ps4_lstm")["lstm_cell"]
NAME = "def lstm_cell(x, state, w_ih, w_hh, b_ih, b_hh, w_hr=None):\n"
WEIGHTS = "w_ih, w_hh, b_ih, b_hh"


KEPT = {"In", "Out", "get_ipython", "exit", "quit", "open"}


@pytest.fixture(scope="module")
def ipython():
    InteractiveShell.clear_instance()
    running = InteractiveShell.instance()
    running.history_manager.enabled = False  # of the home folder's file
    running.showtraceback = lambda *_args, **_about: None
    yield running
    InteractiveShell.clear_instance()


@pytest.fixture
def shell(ipython, monkeypatch):
    """A running IPython, as a kernel has it when it has just been started."""
    monkeypatch.delenv("COURSE_SEED", raising=False)
    forget(ipython)
    return ipython


def forget(shell) -> None:
    """What ``shell.reset`` does, which also collects all of torch's garbage."""
    history = shell.history_manager
    history.input_hist_parsed, history.input_hist_raw, shell.execution_count = [""], [""], 1
    for name in [n for n in shell.user_ns if not n.startswith("_") and n not in KEPT]:
        del shell.user_ns[name]


def run(shell, *cells: str) -> None:
    for cell in cells:
        shell.run_cell(cell, store_history=True)


def told(shell, path: str = "ps4_lstm.lstm_cell"):
    """What the check of an item says of what the shell has by its name."""
    assignment, item = get_item(path)
    return refused(assignment, item, shell.user_ns.get(item.name))


def finding(shell, *cells: str):
    run(shell, START, *cells)
    return told(shell)


# ------------------------------------------------------------------------------------- refused

HIDDEN = {
    "getattr": f'    return getattr(torch, "lstm_" + "cell")(x, state, {WEIGHTS})',
    "importlib": '    import importlib\n    return importlib.import_module("torch").lstm_cell(x)',
    "the course": "    from course_lib.layers import lstm\n    return lstm.lstm_cell(x, state)",
    "globals": '    return globals()["torch"].lstm_cell(x)',
    "exec": '    exec("y = 1")\n    return x',
}  # fmt: skip


def graded(*sources: str):
    """What grading says of a notebook with these cells, of which the last is the answer."""
    assignment, item = get_item("ps4_lstm.lstm_cell")
    cells = [{"cell_type": "code", "source": s, "metadata": {}} for s in (START, *sources)]
    cells[-1]["metadata"] = {"nbgrader": {"solution": True, "grade_id": "mine"}}
    asks = {"source": 'check("ps4_lstm.lstm_cell", lstm_cell)', "cell_type": "code"}
    refusal = read([*cells, asks | {"metadata": {"nbgrader": {"grade": True}}}], assignment)
    refusal = refusal.refused(item)
    where = f"In the cell [{refusal.number}], line {refusal.line}: {refusal.text}"
    return replace(refusal_finding(refusal, item), where=where)


@pytest.mark.parametrize("how", HIDDEN)
def test_the_lab_says_what_grading_will_say(shell, how):
    answer = NAME + HIDDEN[how]
    found = finding(shell, answer)
    assert found == graded(answer) and "In the cell [2], line " in found.where


def test_the_check_itself_gives_no_points_and_shows_the_line(shell):
    run(shell, START, NAME + HIDDEN["getattr"])
    shell.run_cell('result = check("ps4_lstm.lstm_cell", lstm_cell)', store_history=True)
    result = shell.user_ns["result"]
    assert result.void and result.points == 0
    assert [one.id for one in result.findings] == ["forbidden-call"]
    assert 'In the cell [2], line 2: return getattr(torch, "lstm_" + "cell")' in str(result)
    assert "In the cell [2], line 2" in result._repr_mimebundle_()["text/html"]


def test_a_helper_in_another_cell_is_read_too(shell):
    helper = "# mine\nfrom math import *\n\ndef go(*all):\n    return pick('lstm_cell')(*all)\n"
    picks = "def pick(name):\n    return getattr(torch, name)"
    found = finding(shell, helper, picks, f"{NAME}    return go(x, state, {WEIGHTS})")
    assert found.where == "In the cell [3], line 2: return getattr(torch, name)"


@pytest.mark.parametrize(
    "above",
    [
        "from torch import lstm_cell as go",
        "from torch.nn import *\ngo = LSTMCell(3, 4)",
        "x = 1\ngo = torch.lstm_cell",
        "%%time\ngo = torch.lstm_cell",
        "%precision 3\ngo = getattr(torch, 'lstm_' + 'cell')",
        "\n\nbox = [1]\nbox.append(torch.lstm_cell)\ndef go(*a): return box[1](*a)",
        "def keep():\n    global go\n    go = torch.lstm_cell\nkeep()",
        "if True:\n    go = torch.lstm_cell",
        "boxes = torch\nboxes = boxes._VF\ngo = boxes.lstm_cell",
        "import torch._VF as box\n\n@torch.no_grad()\ndef go(*a):\n    return box.lstm_cell(*a)",
        "class Go:\n    def __call__(self, *a):\n        return torch.lstm_cell(*a)\ngo = Go()",
    ],
)
def test_by_whatever_name_it_comes_from_another_cell(shell, above):
    answer = f"{NAME}    return go(x, state, {WEIGHTS})"
    found = finding(shell, above, answer)
    assert found and found == graded(above, answer)


def test_a_name_that_is_given_to_itself_is_followed_to_the_cell_before(shell):
    answer = f"{NAME}    return layers.lstm_cell(x, state, {WEIGHTS})"
    found = finding(shell, "layers = torch", "layers = layers._VF", answer)
    assert found.id == "forbidden-call" and "[4], line 2" in found.where


def test_an_answer_that_is_wrapped_afterwards_is_still_read(shell):
    wrap = "def wrap(f):\n    return lambda *all: f(*all)"
    found = finding(shell, NAME + HIDDEN["getattr"], wrap, "lstm_cell = wrap(lstm_cell)")
    assert found and "[2], line 2" in found.where
    run(shell, RIGHT, "lstm_cell = wrap(lstm_cell)")
    assert told(shell) is None


def test_a_file_of_ones_own_cannot_be_read_at_grading(shell, tmp_path, monkeypatch):
    (tmp_path / "mine_beside.py").write_text(RIGHT, "utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    found = finding(shell, "import torch\nfrom mine_beside import lstm_cell")
    assert "mine_beside" in found.what and "[2], line 2" in found.where


def test_what_hides_in_the_cell_of_an_answer_refuses_it(shell):
    found = finding(shell, f"exec('y = 1')\n{RIGHT}")
    assert found.where == "In the cell [2], line 1: exec('y = 1')"
    forward = answer_cells("ps4_lstm")["lstm_forward"]
    run(shell, forward)
    assert told(shell, "ps4_lstm.lstm_forward") == found, "it calls the cell"


def test_the_names_that_hide_may_be_imported_in_another_cell(shell):
    found = finding(shell, "import importlib", f"importlib.reload\n{RIGHT}")
    assert found and "importlib" in found.where


# --------------------------------------------------------------------------------- not refused


def test_no_garbage_is_collected_while_it_is_read(shell, monkeypatch):
    """Of torch's objects alone that takes longer than reading may."""
    run(shell, START, NAME + HIDDEN["getattr"])
    behind, collecting = Ran.behind, []
    monkeypatch.setattr(
        Ran, "behind", lambda *asked: collecting.append(gc.isenabled()) or behind(*asked)
    )
    assert told(shell) and gc.isenabled()
    gc.disable()
    try:
        assert told(shell) and not gc.isenabled()
    finally:
        gc.enable()
    assert collecting and not any(collecting)


def test_what_was_edited_since_is_not_held_against_the_student(shell):
    bad = NAME + HIDDEN["getattr"]
    assert finding(shell, bad)
    run(shell, RIGHT)
    assert told(shell) is None
    helper = "def go(x):\n    return nn.LSTM(3, 4)(x)"
    answer = RIGHT.replace("    gates =", "    go(x)\n    gates =", 1)
    assert "go(x)" in answer
    run(shell, helper, answer)
    assert told(shell)
    run(shell, helper.replace("nn.LSTM(3, 4)(x)", "x"))
    assert told(shell) is None
    run(shell, bad, "1 / 0\n" + RIGHT)
    assert told(shell).where.startswith("In the cell [7]"), "the cell after it has stopped"
    run(shell, f"{RIGHT}\nprint(lstm_cell)\nmine = lstm_cell", "def lstm_cell(: broken")
    assert told(shell) is None


def test_the_cells_of_ones_own_may_hold_what_the_answer_does_not_use(shell):
    own = "import importlib, sys\nexec('y = 1')\nlayer = nn.LSTM(3, 4)\nsys.path.append('x')\n"
    helper = "def split(gates):\n    return gates.chunk(4, dim=-1)\nprint(globals()['nn'])"
    answer = RIGHT.replace(".chunk(4, dim=-1)", "")
    assert finding(shell, own, helper, RIGHT, own) is None
    run(shell, f"{helper}\n{own}", NAME + "    split(x)\n    return x")
    assert told(shell) is None, answer
    run(shell, "lstm_forward = nn.LSTM", "lstm_cell([nn.LSTM])")
    assert told(shell) is None


def test_the_top_cell_run_again_in_another_language_changes_nothing(shell):
    found = finding(
        shell, "go = getattr(torch, 'lstm_cell')", f"{NAME}    return go(x)", START + "#"
    )
    assert found and found.where.endswith("return go(x)")
    run(shell, RIGHT, START + "# again")
    assert told(shell) is None


def test_a_gradient_by_a_class_of_ones_own_is_allowed_in_any_cell(shell):
    layer = "class Layer:\n    def backward(self, g):\n        return g\nlayers = [Layer()]"
    answer = "def rnn_cell_backward(grad_h_new, x, h, h_new, w_ih, w_hh, b_ih, b_hh):\n"
    run(shell, START, f"{answer}    return layers[0].backward(x)")
    assert told(shell, "ps3_bptt.cell_backward")
    run(shell, layer)
    assert told(shell, "ps3_bptt.cell_backward") is None


@pytest.mark.slow
def test_the_right_answers_are_untouched(shell, assignment):
    """The instructor's notebook, run from its top, but for what trains."""
    names = {item.name for item in assignment.items}
    for cell in notebook(assignment.id).cells:
        about = cell.metadata.get("nbgrader", {})
        if cell.cell_type == "code" and not about.get("grade"):
            uses = any(f"{name}(" in cell.source for name in names)
            if about.get("solution") or not uses:
                run(shell, cell.source)
    for item in assignment.items:
        assert item.name in shell.user_ns
        found = refused(assignment, item, shell.user_ns[item.name])
        assert found is None, (item.id, found.where)


# -------------------------------------------- lines that grading holds back, in cells of one's own

SEED = "import torch\ntorch.manual_seed = 0"
AGAIN = "import torch\n\ntorch = __import__('torch')"


def marked(*sources: str):
    """What grading says of the answer, the last of these cells, without what it holds back."""
    assignment, item = get_item("ps4_lstm.lstm_cell")
    about = {"nbgrader": {"solution": True, "grade_id": "mine"}}
    cells = [new_code_cell(source) for source in (START, *sources)]
    cells[-1].metadata = NotebookNode(about)
    reading, held = hold(cells, assignment)
    assert held, "nothing is held back here"
    return reading.refused(item)


@pytest.mark.parametrize(
    "above",
    [
        [SEED],
        [AGAIN],
        ["torch = __import__('torch')"],
        [SEED, SEED, AGAIN],
        [f"{SEED}\ntorch.set_default_dtype = 3\nnn.LSTM.forward = None"],
        ["from torch import nn; torch.manual_seed = 0", "import torch"],
        ["%config InlineBackend.rc = {}\nimport torch\ntorch.use_deterministic_algorithms = 1"],
    ],
)
def test_what_grading_holds_back_refuses_no_answer(shell, above):
    assert marked(*above, RIGHT) is None
    as_if_run(shell, START, *above, RIGHT)
    shell.user_ns["torch"] = torch
    assert told(shell) is None


def test_a_right_answer_below_such_a_line_has_all_its_points(shell):
    run(shell, START, AGAIN, RIGHT, "import torch\ntorch.manual_sead = 0")
    try:
        result = check("ps4_lstm.lstm_cell", shell.user_ns["lstm_cell"])
    finally:
        del torch.manual_sead
    assert result.points == result.max_points and not result.findings


SOLE = {
    "a name": ("go = eval('torch.tanh')", "    go(x)\n    gates ="),
    "a helper": ("def go(x):\n    return eval('x')", "    go(x)\n    gates ="),
    "a module": ("th = __import__('torch')", "    th.tanh(x)\n    gates ="),
    "one of two": ("go = 1\ngo = eval('2')", "    x * go\n    gates ="),
    "what is in a name": ("box = []\nbox.append(eval('2'))", "    box[0]\n    gates ="),
    "a part of torch": ("import torch\ntorch.mine = abs", "    torch.mine(1)\n    gates ="),
    "a name of a name": ("go = eval('2')\nmine = go + 1", "    x * mine\n    gates ="),
}


@pytest.mark.parametrize("how", SOLE)
def test_what_the_answer_needs_and_grading_holds_back_is_refused(shell, how):
    above, use = SOLE[how]
    answer = RIGHT.replace("    gates =", use, 1)
    assert marked(above, answer) is None, "grading stops at a name that is not there"
    run(shell, START, above, answer)
    found = told(shell)
    assert found.id == "forbidden-call" and "[2], line " in found.where
    shell.user_ns.get("torch").__dict__.pop("mine", None)


def test_what_is_left_below_a_line_held_back_is_read(shell):
    above = "import torch\ngo = torch.lstm_cell", "import torch\ntorch.manual_sead = 0"
    answer = f"{NAME}    return go(x, state, {WEIGHTS})"
    assert marked(*above, answer).kind == "finished"
    as_if_run(shell, START, *above, answer)
    shell.user_ns["torch"] = torch
    found = told(shell)
    assert "torch.lstm_cell" in found.what and "[4], line 2" in found.where


def test_in_a_cell_with_another_answer_nothing_is_held_back(shell):
    other = answer_cells("ps4_lstm")["lstm_forward"]
    as_if_run(shell, START, f"{SEED}\n{other}", RIGHT)
    shell.user_ns["torch"] = torch
    assert "[2], line 2" in told(shell).where


# -------------------------------------------------- read as run, and not run: whatever it may do


class Anything:
    def __call__(self, *_all):
        pass


def as_if_run(shell, *cells: str) -> None:
    """The names that the cells give stand for something, which nobody looks into."""
    for number, source in enumerate(cells, len(shell.history_manager.input_hist_raw)):
        shell.history_manager.store_inputs(number, source)
        for name in names_given(source)[0]:
            shell.user_ns[name] = Anything()


# Of these a line says all; that a cell of one's own hides something is no matter of the answer.
NO_ANSWER = {"lstm-automagic", "lstm-writefile"}


@pytest.mark.parametrize(
    ("kind", "source"), [pytest.param(a, s, id=n) for n, a, s in EVASIONS if n not in NO_ANSWER]
)
def test_every_way_around_an_exercise_is_refused_in_the_lab(shell, kind, source):
    item, name = item_of(kind, source)
    answer = source if name in names_given(source)[0] else f"{source}\ndef {name}(x):\n    return x"
    as_if_run(shell, START, answer)
    found = told(shell, item)
    marked = [n for n, line in enumerate(source.splitlines(), 1) if line.endswith("#!")]
    assert found.where.startswith(f"In the cell [2], line {marked[0]}: "), found


@pytest.mark.parametrize("source", HARMLESS)
def test_ordinary_code_is_allowed_in_the_lab(shell, source):
    as_if_run(shell, START, source, RIGHT)
    assert told(shell) is None
    as_if_run(shell, f"{source}\n{RIGHT}")
    assert told(shell) is None


@pytest.mark.parametrize("stem", ANSWER_FILES)
def test_written_answers_are_refused_in_the_lab_where_grading_refuses_them(shell, stem):
    source, answers = answers_of(stem)
    cells = [ast.unparse(node) for node in ast.parse(source).body]
    as_if_run(shell, START, *cells)
    for name, path, forbidden in answers:
        assignment, item = get_item(path)
        found = refused(assignment, item, shell.user_ns.get(name))
        assert bool(found) == (forbidden or name in ON_THE_COURSE), (name, found)


@pytest.mark.slow
def test_of_the_sample_class_the_same_is_refused_as_in_grading(shell, assignment):
    for student, cells in sample(assignment.id).items():
        forget(shell)
        reading, _held = hold(cells, assignment)
        as_if_run(shell, *(c.source for c in cells if c.cell_type == "code"))
        for item in assignment.items:
            graded = reading.refused(item)
            fn = shell.user_ns.get(item.name)
            found = refused(assignment, item, fn) if fn is not None else None
            assert bool(found) == bool(graded), (student, item.id, found, graded)
            assert not found or found.what == refusal_finding(graded, item).what


# ------------------------------------------------------------------------------------ no harm


def test_a_history_that_is_broken_does_no_harm(shell, monkeypatch):
    bad = NAME + HIDDEN["getattr"]
    assert finding(shell, bad)
    run(shell, "In = 3\nOut = None\n_ih = []")
    assert told(shell), "these are names of the notebook, not the history"
    for parsed, raw in (([3, None], "no list"), (None, None), ([], []), (["("] * 9, [bad] * 9)):
        history = SimpleNamespace(input_hist_parsed=parsed, input_hist_raw=raw)
        broken = SimpleNamespace(user_ns=shell.user_ns, history_manager=history)
        for one in (broken, object()):
            monkeypatch.setattr("IPython.get_ipython", lambda one=one: one)
            assert told(shell) is None
            result = check("ps4_lstm.lstm_cell", shell.user_ns["lstm_cell"])
            assert [one.id for one in result.findings] != ["check-failed"]


def test_nothing_is_read_where_grading_runs_or_no_ipython(shell, monkeypatch):
    bad = NAME + HIDDEN["getattr"]
    assert finding(shell, bad)
    fn = shell.user_ns["lstm_cell"]
    for name, value in (("COURSE_SEED", "7"), ("NBGRADER_EXECUTION", "autograde")):
        with monkeypatch.context() as patch:
            patch.setenv(name, value)
            assert told(shell) is None
    with monkeypatch.context() as patch:
        patch.setenv("NBGRADER_EXECUTION", "validate")
        assert told(shell), "the student's button Validate"
    assignment, item = get_item("ps4_lstm.lstm_cell")
    assert refused(assignment, item, Local(fn)) is None, "asked in another process"
    assert refused(assignment, item, lambda x: x) is None, "no name of the notebook"
    monkeypatch.setattr("IPython.get_ipython", lambda: None)
    assert told(shell) is None


def test_a_long_session_does_not_hold_up_the_check(shell):
    lines = "\n".join(f"x{{0}}_{k} = torch.zeros({{0}}) + {k}" for k in range(30))
    run(shell, START, *(lines.format(k) for k in range(100)))
    run(shell, NAME + HIDDEN["getattr"])
    names_given.cache_clear()
    for _again in range(100):
        started = thread_time()
        found = told(shell)
        assert thread_time() - started < 0.2
        if found:
            break
    assert found, "what was read is kept"
    started = thread_time()
    assert told(shell) == found
    assert thread_time() - started < 0.1


@pytest.mark.parametrize("language", ["id", "zh_CN"])
def test_the_place_is_told_in_three_languages(shell, language):
    english = finding(shell, NAME + HIDDEN["getattr"])
    set_language(language)
    try:
        other = told(shell)
    finally:
        set_language("en")
    line = 'return getattr(torch, "lstm_" + "cell")(x, state, w_ih, w_hh, b_ih, b_hh)'
    assert english.where.endswith(line) and other.where.endswith(line)
    assert "[2]" in other.where and "line" not in other.where.replace(line, "")
