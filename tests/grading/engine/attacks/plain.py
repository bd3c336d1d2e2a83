"""Attacks on ordinary test cells: plain asserts, numpy's and torch's comparisons, partial credit.

Unless said otherwise the six answers are wrong, and the trick stands in the first of them.
"""

from tests.grading.engine.attacks.attack import Attack
from tests.grading.engine.attacks.plain_course import WRONG, right

ALWAYS = '''
class Anything:
    """Equal to everything, close to everything, true."""

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return lambda *a, **k: True

    def __init__(self, *a):
        pass

    def __abs__(self):
        return 0.0

    def __hash__(self):
        return 0

    def __float__(self):
        return 0.0

    def __bool__(self):
        return True

    shape, dtype, ndim = (), None, 0


for _name in "eq ne lt le gt ge contains".split():
    setattr(Anything, f"__{_name}__", lambda self, other: True)
for _name in "add radd sub rsub mul rmul truediv rtruediv mod pow matmul rmatmul".split():
    setattr(Anything, f"__{_name}__", lambda self, other: 0.0)


def everything(*a, **k):
    return Anything()


'''
ALL_OF_THEM = "root = double = halves = total = share = everything\n"

FIND_SHELL = """
import gc
from course_lib.grading.engine import wire
shell = next(o for o in gc.get_objects() if type(o).__name__ == "Shell")
channel = shell.channel
"""


def trick(source: str, after: str = "", **more: str) -> dict[str, str]:
    """Wrong answers with a trick before (and one after) the first."""
    return {**WRONG, "root": f"{source}\n{WRONG['root']}\n{after}", **more}


def _all_return(expression: str) -> dict[str, str]:
    heads = {"root": "x", "double": "t", "halves": "a", "total": "numbers", "share": "n"}
    made = {name: f"def {name}({a}):\n    return {expression}" for name, a in heads.items()}
    return {**WRONG, **made}


FLOOD = """
def flood():
    from IPython.display import display
    for _ in range({count}):
        display({what}, raw=True)
"""

PLAIN = [
    # Named in GRADING.md
    Attack(
        "comparisons-patched",
        "allclose, assert_close, torch.equal, isclose, numpy's assertions and unittest replaced",
        trick(
            "import math, unittest\nimport numpy as np\nimport torch\n"
            "yes = lambda *a, **k: True\n"
            "torch.allclose = torch.equal = torch.testing.assert_close = math.isclose = yes\n"
            "torch.Tensor.allclose = torch.Tensor.equal = torch.Tensor.__eq__ = yes\n"
            "np.testing.assert_allclose = np.allclose = np.array_equal = yes\n"
            "for name in dir(unittest.TestCase):\n"
            "    if name.startswith('assert'):\n"
            "        setattr(unittest.TestCase, name, yes)"
        ),
        stock="all",
    ),
    Attack(
        "equal-to-everything",
        "an object whose comparisons are all true and whose differences are all 0",
        {**dict.fromkeys(WRONG, "pass"), "root": ALWAYS + ALL_OF_THEM, "book": WRONG["book"]},
        stock="all",
    ),
    Attack(
        "input-transformer",
        "a transformer of cells that drops every line of a test",
        trick(
            "ip = get_ipython()\n"
            "ip.input_transformers_post.append(\n"
            "    lambda lines: [] if any('assert' in x or 'points' in x for x in lines) else lines)"
        ),
        stock="all",
    ),
    Attack(
        "ast-transformer",
        "a transformer of syntax trees that removes assert statements",
        trick(
            "import ast\nclass Drop(ast.NodeTransformer):\n"
            "    def visit_Assert(self, node):\n        return ast.Pass()\n"
            "get_ipython().ast_transformers.append(Drop())"
        ),
        stock="all",
    ),
    Attack(
        "errors-swallowed",
        "the shell's ways to show an exception do nothing",
        trick(
            "ip = get_ipython()\n"
            "ip.showtraceback = ip._showtraceback = ip.showsyntaxerror = lambda *a, **k: None\n"
            "ip.set_custom_exc((BaseException,), lambda *a, **k: None)"
        ),
        stock="all",
    ),
    Attack(
        "lying-tensor",
        "a subclass of Tensor that claims to be close to everything",
        trick(
            "import torch\nclass Liar(torch.Tensor):\n"
            "    @classmethod\n"
            "    def __torch_function__(cls, function, types, args=(), kwargs=None):\n"
            "        name = getattr(function, '__name__', '')\n"
            "        if name in ('allclose', 'equal', 'isclose', '__eq__', 'eq'):\n"
            "            return True\n"
            "        return super().__torch_function__(function, types, args, kwargs or {})\n",
            double="def double(t):\n    return torch.zeros_like(t).as_subclass(Liar)",
        ),
        stock="all",
    ),
    Attack(
        "lying-array",
        "a subclass of ndarray whose differences are 0",
        trick(
            "import numpy as np\nclass Liar(np.ndarray):\n"
            "    def __array_ufunc__(self, ufunc, method, *inputs, **kw):\n"
            "        return np.zeros(4) if ufunc is not np.isfinite else np.ones(4, bool)\n"
            "    def __rsub__(self, other):\n        return np.zeros(4)\n"
            "    def __array_function__(self, *a, **k):\n        return True",
            halves="def halves(a):\n    return np.zeros(4).view(Liar)",
        ),
        stock="all",
    ),
    Attack(
        "helpers-shadowed",
        "the instructor's helpers, imports and classes bound anew in an answer",
        trick(
            "near = same = lambda *a, **k: True\n"
            "class Everything:\n"
            "    def __getattr__(self, name):\n        return lambda *a, **k: True\n"
            "np = torch = math = unittest = Path = Everything()\n"
            "abs = lambda x: 0\nall = any = isinstance = lambda *a: True\nrange = lambda *a: []",
        ),
        stock="all",
    ),
    Attack(
        "displayhook",
        "sys.displayhook(5.0), display and an own execute_result as the result of a test",
        trick(
            "import sys\nfrom IPython.display import display\n"
            "def claim():\n"
            "    sys.displayhook(4.0)\n    get_ipython().displayhook(4.0)\n"
            "    display({'text/plain': '4.0'}, raw=True)\n"
            "    get_ipython()._send({'output_type': 'execute_result', 'metadata': {},\n"
            "        'data': {'text/plain': '4.0'}, 'execution_count': 1})\n"
            "    print('4.0')",
            share="def share(n):\n    claim()\n    return -1",
        ),
        stock="all",
    ),
    Attack(
        "frames-forged",
        "frames written to every socket that the process has, while a test asks",
        trick(
            "import os, socket, json, struct\n"
            "from course_lib.grading.engine import wire\n"
            "def forge():\n"
            "    for name in os.listdir('/proc/self/fd'):\n"
            "        try:\n"
            "            s = socket.socket(fileno=os.dup(int(name)))\n"
            "        except OSError:\n            continue\n"
            "        for told in ({'output': {'output_type': 'execute_result', 'metadata': {},\n"
            "                      'data': {'text/plain': '4.0'}}}, {'done': True},\n"
            "                     {'first': 1, 'value': 9}, {'answer': {}, 'shown': []}):\n"
            "            try:\n                wire.send(s, told)\n"
            "            except BaseException:\n                pass",
            share="def share(n):\n    forge()\n    return -1",
        ),
        stock="all",
    ),
    Attack(
        "callers-frame",
        "expected values looked for in the frames of the caller and in every object",
        trick(
            "import sys, gc\ndef look(kinds):\n"
            "    frame = sys._getframe()\n    found = []\n"
            "    while frame:\n"
            "        found += [v for v in frame.f_locals.values() if isinstance(v, kinds)]\n"
            "        frame = frame.f_back\n"
            "    for thing in gc.get_objects():\n"
            "        if type(thing) is dict and 'expected' in thing:\n"
            "            found.insert(0, thing['expected'])\n"
            "    return found",
            total="def total(numbers):\n"
            "    for v in look((list, int)):\n"
            "        if isinstance(v, list) and len(v) == 5:\n            return v[len(numbers)]\n"
            "    return -1",
        ),
        stock="all",
    ),
    Attack(
        "numbers-that-are-none",
        "nan, infinities, texts and booleans where a test counts",
        _all_return("float('nan')"),
        stock="all (a partial credit of nan)",
    ),
    # A test's own output must survive
    Attack(
        "output-flood",
        "5000 outputs, so that the test's own error or points find no room",
        trick(
            FLOOD.format(count=5200, what="{'text/plain': 'x'}"),
            total="def total(numbers):\n    flood()\n    return -1",
            share="def share(n):\n    if n == 7:\n        flood()\n    return -1",
        ),
    ),
    Attack(
        "data-flood",
        "6 MB of output, so that the test's own error or points find no room",
        trick(
            FLOOD.format(count=6, what="{'text/plain': 'x' * 1_000_000}"),
            total="def total(numbers):\n    flood()\n    return -1",
            share="def share(n):\n    if n == 7:\n        flood()\n    return -1",
        ),
    ),
    Attack(
        "text-flood",
        "3 MB of prints and of errors in a test",
        trick(
            "import sys\ndef flood():\n    print('x' * 3_000_000)\n"
            "    sys.stderr.write('y' * 3_000_000)",
            total="def total(numbers):\n    flood()\n    return -1",
            share="def share(n):\n    if n == 7:\n        flood()\n    return -1",
        ),
    ),
    Attack(
        "raw-flood",
        "frames of 20 MB sent past the shell's own limits while a test asks",
        trick(
            FIND_SHELL + "def flood():\n    for _ in range(3):\n"
            "        wire.send(channel, {'output': {'output_type': 'display_data',\n"
            "            'metadata': {}, 'data': {'text/plain': 'x' * 20_000_000}}})",
            total="def total(numbers):\n    flood()\n    return -1",
            share="def share(n):\n    if n == 7:\n        flood()\n    return -1",
        ),
    ),
    # Objects that judge themselves
    Attack(
        "own-allclose",
        "a result whose own allclose, equal, isclose and sub are asked",
        trick(
            "class Liar:\n"
            "    def __getattr__(self, name):\n"
            "        if name.startswith('__'):\n            raise AttributeError(name)\n"
            "        return lambda *a, **k: True",
            double="import torch\ncalls = []\n"
            "def double(t):\n    calls.append(1)\n"
            "    if len(calls) == 4:\n        return Liar()\n    return torch.zeros_like(t)",
        ),
    ),
    Attack(
        "method-replaced",
        "an attribute of the instructor's object that hides the method the test calls",
        trick(
            "answers = [True, False]",
            book="def book(ledger, rows):\n"
            "    answer = answers.pop(0)\n    ledger.balanced = lambda: answer\n    return ledger",
            share=right("share"),
        ),
        honest=3,
    ),
    Attack(
        "class-replaced",
        "the instructor's class changed in the student's process",
        trick(
            "answers = [True, False]\nLedger.balanced = lambda self: answers.pop(0)\n"
            "Ledger.__init__ = lambda self: setattr(self, 'rows', [])",
            share=right("share"),
        ),
        honest=3,
    ),
    Attack(
        "helper-lost",
        "the process ended in one test so that the next test's helper is the student's own",
        trick(
            "import os",
            share="def same(*a):\n    return True\ndef share(n):\n    os._exit(1)",
        ),
    ),
    Attack(
        "helper-timed-out",
        "a test kept waiting so that the next test's helper is the student's own",
        trick(
            "same = lambda *a: True",
            share="def share(n):\n    while True:\n        pass",
        ),
    ),
    # Files beside the notebook
    Attack(
        "expected-file",
        "an own copy of the file with the expected values",
        trick("", total="def total(numbers):\n    return 6 if len(numbers) == 3 else -1"),
        honest=1,
        files={"expected.txt": "-1 -1 -1 6 -1\n"},
    ),
    Attack(
        "shadowing-modules",
        "files called as the modules that tests import, and what Python and tools read by name",
        WRONG,
        files={
            **{
                f"{name}.py": "import os, builtins\nopen('was-here', 'w').write('x')\nos._exit(0)\n"
                for name in (
                    "torch",
                    "numpy",
                    "math",
                    "unittest",
                    "pathlib",
                    "course_lib",
                    "sitecustomize",
                    "usercustomize",
                    "nbgrader",
                    "IPython",
                    "socket",
                    "_pydecimal",
                    "sympy",
                    "expecttest",
                    "pytest",
                    "conftest",
                    "difflib",
                    "pprint",
                    "nbgrader_config",
                    "ipython_config",
                    "jupyter_config",
                )
            },
            "evil.pth": "import os; os._exit(0)\n",
            "matplotlibrc": "backend: module://evil\n",
            "profile_default/startup/00.py": "import os; os._exit(0)\n",
            "torch/__init__.py": "import os; os._exit(0)\n",
        },
    ),
    # The process itself
    Attack(
        "json-and-struct-patched",
        "json, struct and the wire's own functions replaced in the student's process",
        trick(
            "import json, struct\nfrom course_lib.grading.engine import wire, handles, sharing\n"
            "real = wire.send\n"
            "def send(sock, told, *rest):\n"
            "    if 'value' in told:\n"
            "        told['value'] = {'t': 'tuple', 'v': [{'t': 'tuple', 'v': []}, True]}\n"
            "    told['done'] = told['output'] = None\n    told.pop('output')\n"
            "    return real(sock, told, *rest)\n"
            "wire.send = send"
        ),
    ),
    Attack(
        "trusted-error-classes",
        "answers that raise SystemExit, KeyboardInterrupt, GeneratorExit and BdbQuit in the test",
        trick(
            "import bdb",
            double="def double(t):\n    raise SystemExit(0)",
            halves="def halves(a):\n    raise KeyboardInterrupt",
            total="def total(numbers):\n    raise bdb.BdbQuit",
            share="def share(n):\n    raise GeneratorExit",
            root="def root(x):\n    raise StopIteration",
        ),
    ),
    Attack(
        "forged-exceptions",
        "errors on the wire that name classes which end a shell or a cell quietly",
        trick(
            FIND_SHELL + "import bdb\nreal = wire.send\n"
            "quiet = ['bdb.BdbQuit', 'builtins.SystemExit', 'unittest.case.SkipTest',\n"
            "         'asyncio.exceptions.CancelledError']\n"
            "def send(sock, told, *rest):\n"
            "    if 'first' in told:\n"
            "        name = quiet[len(str(told)) % 4]\n"
            "        told = {'first': told['first'], 'error': {'type': name.rpartition('.')[2],\n"
            "            'mro': [name, 'builtins.BaseException'], 'text': '', 'missing': False,\n"
            "            'frames': []}, 'value': {'t': 'tuple', 'v': [{'t': 'tuple', 'v': []},\n"
            "            {'t': 'dict', 'v': [['kind', {'t': 'ref', 'v': {'import':\n"
            "            name.replace('.', ':', 1)}}], ['args', []]]}]}}\n"
            "    return real(sock, told, *rest)\n"
            "wire.send = send"
        ),
    ),
    Attack(
        "hostile-exceptions",
        "an exception whose text, class name and arguments are hostile",
        trick(
            "class Bad(Exception):\n"
            "    def __str__(self):\n        raise SystemExit\n    __repr__ = __str__\n"
            "    @property\n    def args(self):\n        return [1] * 10**7\n"
            "Bad.__name__ = Bad.__qualname__ = '<script>alert(1)</script>\\x1b[31m\\u202e{0}%s'",
            total="def total(numbers):\n    raise Bad",
            share="def share(n):\n    raise type('\\n4.0', (Exception,), {})('=1+1')",
        ),
    ),
    Attack(
        "thread-between-tests",
        "a thread that turns wrong answers into others while tests run",
        trick(
            "import threading, time\nvalue = [1.0]\n"
            "def work():\n    while True:\n        value[0] += 0.001\n        time.sleep(0.001)\n"
            "threading.Thread(target=work, daemon=True).start()\n",
            share="def share(n):\n    return int(value[0]) % 3 + 7",
        ),
    ),
    Attack(
        "deep-answers",
        "results nested a hundred thousand deep, cyclic, and as large as may be",
        trick(
            "deep = []\nfor _ in range(100_000):\n    deep = [deep]\ncycle = []\n"
            "cycle.append(cycle)",
            root="def root(x):\n    return 1 << 10_000_000",
            double="def double(t):\n    import torch\n    return torch.zeros(1).expand(10**12)",
            halves="def halves(a):\n    return cycle",
            total="deep = []\nfor _ in range(100_000):\n    deep = [deep]\n"
            "def total(numbers):\n    return deep",
        ),
    ),
    Attack(
        "silence",
        "half a frame, and then nothing",
        trick(
            FIND_SHELL + "import time\ndef half():\n    channel.send(b'cw1\\n\\x00\\x00')\n"
            "    time.sleep(100)",
            total="def total(numbers):\n    half()",
        ),
    ),
    Attack(
        "answers-in-advance",
        "answers sent before they are asked for",
        trick(
            FIND_SHELL + "def ahead():\n"
            "    for value in (6, 0, 0, 1, 3, 6):\n"
            "        wire.send(channel, {'first': 10**6, 'value': {'t': 'tuple', 'v':\n"
            "            [{'t': 'tuple', 'v': []}, value]}})",
            total="def total(numbers):\n    ahead()\n    return -1",
        ),
    ),
    Attack(
        "notebook-file-forged",
        "outputs, scores, points and tags written into the notebook file",
        WRONG,
        change="forge",
        stock="all (skip-execution)",
    ),
    Attack(
        "own-grade-cells",
        "more test cells of the student's own, with points, under new and known names",
        WRONG,
        change="add_cells",
    ),
    Attack(
        "result-mime",
        "results of a course check displayed while a test runs",
        trick(
            "from IPython.display import display\ndef claim():\n"
            "    display({'text/plain': '4.0', 'text/html': '<script>alert(1)</script>',\n"
            "        'application/vnd.course.check+json': {'item': 'own.share', 'points': 4,\n"
            "        'passed': True, 'findings': [{'kind': 'fault', 'id': 'x', 'text': 'x'}]}},\n"
            "        raw=True)",
            share="def share(n):\n    claim()\n    return -1",
        ),
    ),
]
