"""Lines that can hide code, in cells of the student's own, cost nothing and win nothing."""

import pytest
from nbformat.v4 import new_code_cell

from course_lib.exercises import get_assignment
from course_lib.grading.allowed import hold, read
from course_lib.grading.engine.children import NoChildren
from course_lib.grading.engine.executor import Execution
from course_lib.i18n import LANGUAGES, speaking
from tests.grading.engine.attacks import ours_course
from tests.grading.engine.attacks.course import Course, stop_benches

PS4 = get_assignment("ps4_lstm")
ANSWER = new_code_cell(
    "def lstm_cell(x):\n    return x", metadata={"nbgrader": {"grade_id": "a", "solution": True}}
)


def split(source: str) -> tuple[str, str]:
    """Of a cell of the student's own: what is run at once, and what last."""
    reading, held = hold([new_code_cell(source), ANSWER], PS4)
    assert not reading.hidden
    return (held[0].before, held[0].last) if held else (source, "")


@pytest.mark.parametrize(
    ("source", "before", "last"),
    [
        ("import importlib\nimport math", "\nimport math", "import importlib\n"),
        ("import math\nprint(globals())", "import math\n", "\nprint(globals())"),
        ("x = 1; exec('y = 2')\nz = 3", "\nz = 3", "x = 1; exec('y = 2')\n"),
        ("exec('y'); x = [\n1]\nz = 3", "\n\nz = 3", "exec('y'); x = [\n1]\n"),
        ("@eval\ndef f():\n    return 1\nx = 2", "\n\n\nx = 2", "@eval\ndef f():\n    return 1\n"),
        ("if 1:\n    exec('y')\nz = 3", "\n\nz = 3", "if 1:\n    exec('y')\n"),
        ("\n\n%time 1\nexec('y')\nz = 3", "\n\n%time 1\n\nz = 3", "\n\n\nexec('y')\n"),
        ("%%time\nexec('y')\nz = 3", "\n\n", "%%time\nexec('y')\nz = 3"),
        ("!ls \\\n  -l\nexec('y')\nz = 3", "\n\n\n", "!ls \\\n  -l\nexec('y')\nz = 3"),
        ("def f():\n    return 1\n!ls \\\n  -l\nexec('y')\n\n", "\n\n\n\n\n\n",
         "def f():\n    return 1\n!ls \\\n  -l\nexec('y')\n\n"),
        ("import torch\ntorch.tanh = abs\nz = 3", "import torch\n\nz = 3", "\ntorch.tanh = abs\n"),
        ("x = 1\ny = 2", "x = 1\ny = 2", ""),
    ],
)  # fmt: skip
def test_the_statement_that_hides_and_no_other(source, before, last):
    assert split(source) == (before, last)


def test_what_is_left_is_read_again():
    """A name bound by what was taken out, and used by a line that hides only now."""
    source = "import sys\nif exec:\n    sys = None\nprint(sys.modules)"
    reading, held = hold([new_code_cell(source), ANSWER], PS4)
    assert not reading.hidden and held[0].before == "import sys\n\n\n"
    assert held[0].last.splitlines()[1:] == source.splitlines()[1:]
    assert [one.line for one in held[0].refusals] == sorted(one.line for one in held[0].refusals)


# Texts that IPython and Python run as code, and cells that IPython reads in a way of its own.
RUN_AS_CODE = [
    '%env A={exec("q")}',
    '!ls {exec("q")}',
    'x = !ls {exec("q")}',
    '%pwd {exec("q")}',
    '%%bash {exec("q")}\nls',
    '%%capture a{exec("q")}\nx = 1',
    'ls {exec("q")}',
    '%config InlineBackend.close_figures = exec("q")',
    'config InlineBackend.close_figures=exec("q")',
    "%config InlineBackend.rc = torch.tanh = 1",
    "%config InteractiveShell.autocall = 2",
    "autocall 2",
    "load_ext helper",
    "autoawait helper.f",
    ">>> run helper.py",
    "In [1]: run -mhelper",
    "\nrun -mhelper",
    '%time -exec("q")',
    '%timeit -- -exec("q")',
    '%prun -s cumulative exec("q")',
    '%%timeit -v name exec("q")\n1',
    "%debug f(1)",
    "import timeit\ntimeit.main(args=[f])",
    "import cProfile\ncProfile.Profile().run(f)",
    "import inspect\ninspect.signature(f, eval_str=True)",
    "from test.support import run_code\nrun_code(f)",
]


@pytest.mark.parametrize("source", RUN_AS_CODE)
def test_a_text_that_is_run_hides(source):
    reading, held = hold([new_code_cell(source), ANSWER], PS4)
    assert not reading.hidden and held[0].refusals
    cell = new_code_cell(source, metadata={"nbgrader": {"grade_id": "b"}})
    assert hold([cell, ANSWER], PS4)[0].hidden


@pytest.mark.parametrize(
    "source",
    [
        "\n\nx = 1",
        "hello world",
        "ls",
        "!pip install {package}",
        "%config InlineBackend.figure_format = 'svg'",
        "%prun -s cumulative f(1)",
        "%timeit -n 10 -r 3 f(1)",
        "%%timeit -n 10\nf(1)",
        "%%capture out --no-stderr\nx = 1",
        "import inspect\ninspect.signature(f)",
    ],
)
def test_what_only_looks_like_it_does_not(source):
    reading, held = hold([new_code_cell(source), ANSWER], PS4)
    assert not reading.hidden and not held


@pytest.mark.parametrize(("above", "below"), [("", "  # In [1]: a try"), ("\n", "")])
def test_a_text_is_read_as_ipython_leaves_it(above, below):
    """It takes ``...: `` away at the beginnings of lines, within texts as well."""
    tricky = 'f = getattr(torch, "ls\\\n   ...: tm_cell")'
    tricky = f"{above}{tricky}{below}"
    answer = new_code_cell("def lstm_cell(x):\n    return f(x)", metadata=ANSWER.metadata)
    reading, _held = hold([new_code_cell("import torch"), new_code_cell(tricky), answer], PS4)
    assert reading.refused(PS4.items[0]).kind == "finished"


@pytest.mark.parametrize("about", [{"grade_id": "a", "solution": True}, {"grade_id": "b"}])
def test_in_a_cell_of_the_assignment_it_is_refused_as_ever(about):
    cells = [new_code_cell("exec('x')", metadata={"nbgrader": about}), ANSWER]
    reading, held = hold(cells, PS4)
    assert not held and [one.line for one in reading.hidden] == [1]


def test_a_forbidden_layer_in_a_helper_of_ones_own_is_refused_as_ever():
    helper = new_code_cell("import importlib\nfrom torch import nn\nmine = nn.LSTMCell")
    answer = new_code_cell("def lstm_cell(x):\n    return mine(3, 4)(x)", metadata=ANSWER.metadata)
    reading, held = hold([helper, answer], PS4)
    assert held and reading.refused(PS4.items[0]).kind == "finished"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_student_is_told_the_line(language):
    _reading, held = hold([new_code_cell("import math\nimport importlib")], PS4)
    with speaking(language):
        text = held[0].text()
    assert "import importlib" in text and "2" in text
    assert language == "en" or "everything had been marked" not in text


@pytest.fixture(scope="module")
def ours(tmp_path_factory):
    yield Course(ours_course.make(tmp_path_factory.mktemp("held"), seconds=4), ours_course.NAME)
    stop_benches()


def graded(course: Course, student: str, answers: dict, *own: str):
    """The points of a submission with these cells of its own above the first answer."""
    course.submit(student, answers, own=own)
    points, notebook = course.graded(student)
    shown = {
        cell.id: cell.outputs for cell in notebook.cells if cell.get("id", "").startswith("mine")
    }
    return points, [shown[f"mine-{n}"] for n in range(len(own))]


ALL = {name: ours_course.right(name) for name in ("lstm_cell", "lstm_forward")}
FULL = 25


@pytest.mark.slow
@pytest.mark.parametrize(
    ("own", "ends"),
    [
        ("import importlib\nprint('looked at', len(globals()) > 3)", "looked at True"),
        ("exec('torch.sigmoid = torch.tanh = None'); print(torch.sigmoid)", "None"),
        ("exec('import os; os._exit(3)')", "KernelDied"),
        ("exec('while True: pass')", "Timeout"),
    ],
)
def test_right_answers_keep_their_points(ours, own, ends):
    student = f"right-{len(own)}"
    points, (shown,) = graded(ours, student, ALL, own)
    assert points["check_lstm_cell"] == FULL
    assert "marked" in shown[0]["text"] and own.splitlines()[0] in shown[0]["text"]
    last = shown[-1]
    assert ends in (last.get("text") or last.get("ename")), shown


@pytest.mark.slow
@pytest.mark.parametrize("error", [NoChildren("none"), OSError(28, "No space left on device")])
def test_what_cannot_be_run_at_last_leaves_the_marks_as_they_are(ours, monkeypatch, error):
    at_last = Execution._at_last

    def without_a_process(self):
        def none():
            raise error

        self.child = none
        at_last(self)

    monkeypatch.setattr(Execution, "_at_last", without_a_process)
    points, (shown,) = graded(ours, f"late-{type(error).__name__}", ALL, "exec('x = 1')")
    assert points["check_lstm_cell"] == FULL and shown == []


@pytest.mark.slow
@pytest.mark.parametrize(
    "own",
    [
        "exec('def lstm_cell(*given): return torch.lstm_cell(*given)')",
        "import builtins\nbuiltins.isinstance = lambda *_: True\nimport threading",
        "import sys\nsys.modules['course_lib.grading'].check = lambda *a, **k: 25.0",
        "exec('torch.allclose = lambda *a, **k: True; torch.equal = torch.allclose')",
        "import importlib\nlstm_cell = importlib.import_module('course_lib.layers').lstm_cell",
        "for go in [exec]:\n    go('mine = torch.lstm_cell')",
    ],
)
def test_wrong_answers_win_nothing(ours, own):
    wrong = {**ALL, "lstm_cell": ours_course.WRONG_CELL}
    student = f"wrong-{len(own)}"
    points, _shown = graded(ours, student, wrong, own)
    assert points["check_lstm_cell"] == 0
    helped = {
        **ALL,
        "lstm_cell": f"{ours_course.CELL}    return mine(x, state, w_ih, w_hh, b_ih, b_hh)\n",
    }
    points, _shown = graded(ours, student, helped, own)
    assert points["check_lstm_cell"] == 0


# ``timeit`` and its like run a text: one that can be read here is, and no other may be given.
TEXTS_UNREAD = [
    "import timeit as t\nt.timeit(str(1))",
    "from timeit import timeit as go\ngo(x)",
    "import timeit\ngo=timeit.timeit\ngo(x)",
    "import timeit\nlist(map(timeit.timeit,[x]))",
    "import timeit\ntimeit.timeit(*a)",
    "import timeit\ntimeit.timeit(**a)",
    "import timeit\nd={'a':'b'}\ntimeit.timeit(d['a'])",
    "from torch.utils.benchmark import Timer\nTimer(s.x)",
    "from torch.utils import benchmark\nbenchmark.Timer(stmt=x)",
    "import cProfile\ncProfile.run(x)",
    "import cProfile\ncProfile.runctx(x, {}, {})",
    "import timeit\ndef b(s):\n    timeit.timeit(s)",
    "def b(s):\n    import timeit\n    timeit.timeit(s)",
    "import timeit\ndef f(): pass\nf = 'exec'+'x'\ntimeit.timeit(f)",
    "import timeit\ntimeit.timeit(f)\n",
    "import timeit\ntimeit.Timer(setup=x)",
    "import timeit\ntimeit.repeat(input())",
    "import timeit\nclass A:\n    go = timeit.timeit\nA.go(x)",
    "import functools, timeit\nfunctools.partial(timeit.timeit, x)()",
    "import timeit\ntimeit.timeit(f'{x}')",
    "s='exec(1)'\nimport timeit\ntimeit.timeit(s)",
    "import timeit\nt=timeit.Timer\nclass B(t): pass\nB(x)",
    "from timeit import *\nrepeat(x)",
    "import torch.utils.benchmark.utils.timer as q\nq.Timer(x)",
    "import profile\nprofile.runctx(x, {}, {})",
    "import timeit\nclass f:\n    def __new__(c): return 'x'\ntimeit.timeit(f())",
]
TEXTS_READ = [
    "import timeit\ndef f(): pass\ntimeit.timeit(f, number=3)",
    "import timeit\ntimeit.timeit(lambda: 3)",
    "import timeit\nf = lambda: 3\ntimeit.timeit(f)",
    "import asyncio\nasyncio.run(main())",
    "import subprocess\nsubprocess.run(['ls'])",
    "m.run(x)",
    "import timeit\ns='1+1'\ntimeit.timeit(s)",
    "import timeit\ntimeit.timeit('x', 'y=1')",
    "import timeit\nt0=timeit.default_timer()",
    "import timeit\ndef b():\n    return timeit.timeit(lambda: 3, number=2)",
    "from threading import Timer\nTimer(3, f)",
]


@pytest.mark.parametrize("source", TEXTS_UNREAD)
def test_a_text_to_be_run_that_nobody_can_read_hides(source):
    assert read([new_code_cell(source)], PS4).hidden


@pytest.mark.parametrize("source", TEXTS_READ)
def test_measuring_the_time_of_a_function_or_of_a_text_hides_nothing(source):
    assert not read([new_code_cell(source)], PS4).hidden
