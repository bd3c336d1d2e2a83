"""A cell's outputs are those of a real kernel, cell by cell."""

import json
import re
import subprocess
import sys
import threading

import nbclient
import nbformat
import pytest

from course_lib.grading.engine.capturing import CapturingShell, Outputs

CELLS = {
    "nothing": "x = 3",
    "the last expression": "x",
    "a silent one": "x;",
    "a comment after a semicolon": "x;  # silent",
    "a string": "'a\\nb'",
    "None": "None",
    "prints": "print('a')\nprint('b', end='')",
    "a print and a value": "print('a')\n2 * x",
    "every expression of a loop": "for n in range(3):\n    n",
    "both streams": "import sys\nprint('a')\nprint('b', file=sys.stderr)\nprint('c')",
    "a flushed stream": (
        "print('a', flush=True)\nprint('b', file=sys.stderr, flush=True)\nprint('c')"
    ),
    "writelines": "sys.stdout.writelines(['a\\n', 'b\\n'])",
    "a warning": "import warnings\nwarnings.warn('careful')",
    "a long list": "list(range(1200))",
    "a dict": "{'a': [1, 2], 'b': {'c': None}}",
    "a set of names": "sorted({'b', 'a'})",
    "a division by zero": "1 / 0",
    "an error below functions": (
        "def f(n):\n    if n == 0:\n        raise ValueError('deep')\n    return f(n - 1)\n\nf(2)"
    ),
    "an error in a function of an earlier cell": "f(1)",
    "prints before an error": "print('a')\nassert x == 4, 'x is four'",
    "a chained error": (
        "try:\n    {}['k']\nexcept KeyError as error:\n    raise TypeError('t') from error"
    ),
    "an error while another is handled": "try:\n    1 / 0\nexcept ValueError:\n    pass",
    "an own exception": "class Own(Exception):\n    pass\n\nraise Own(1, 'two')",
    "a name that is not there": "not_there",
    "deep recursion": "def g():\n    return g()\n\ng()",
    "an error in a library": "import json\njson.loads('{')",
    "a syntax error": "def f(:\n    pass",
    "an unclosed bracket": "(1, 2",
    "an indentation error": "if x:\nprint(1)",
    "an old print": "print 'a'",
    "the end of the interpreter": "raise SystemExit(3)",
    "sys.exit": "sys.exit()",
    "an interruption": "raise KeyboardInterrupt",
    "html": "from IPython.display import HTML, Markdown, display, clear_output\nHTML('<b>a</b>')",
    "display": "display(1, HTML('<i>b</i>'))\nprint('after')\nMarkdown('*c*')",
    "display with metadata": (
        "display({'text/plain': 'p', 'application/json': {'a': 1}}, "
        "raw=True, metadata={'application/json': {'expanded': True}})"
    ),
    "a display that changes": "h = display('one', display_id='d')\nprint('x')\nh.update('two')",
    "cleared output": "print('a')\nclear_output()\nprint('b')",
    "cleared later": "print('a')\nclear_output(wait=True)\nprint('b')",
    "bytes of an image": (
        "from IPython.display import Image\n"
        "Image(b'\\x89PNG\\r\\n\\x1a\\n\\x00\\x00\\x00\\rIHDR', format='png')"
    ),
    "an own repr": (
        "class R:\n    def _repr_html_(self):\n        return '<p>r</p>'\n"
        "    def __repr__(self):\n        return 'r'\nR()"
    ),
    "a broken repr": "class B:\n    def __repr__(self):\n        return 1 / 0\nB()",
    "a broken html repr": (
        "class C:\n    def _repr_html_(self):\n        return 1 / 0\n"
        "    def __repr__(self):\n        return 'c'\nC()"
    ),
    "a mimebundle": (
        "class M:\n    def _repr_mimebundle_(self, include=None, exclude=None):\n"
        "        return {'text/plain': 'm', 'text/latex': '$m$'}\nM()"
    ),
    "where a class lives": "R",
    "names of earlier values": "_",
    "Out": "sorted(Out)[:3]",
    "In": "In[1], len(In), _i1, _ih[2]",
    "the name of the module": "__name__",
    "a captured stream": "%%capture found\nprint('a')\n2",
    "what was captured": "found.stdout",
    "a timed cell": "%%time\nprint('a')\n7",
    "a timed line": "%time 1 + 1",
    "a repeated cell": "%timeit -n1 -r1 None",
    "an unknown magic": "%nothing_like_this",
    "an unknown cell magic": "%%nothing_like_this\nx",
    "help": "len?",
    "a command": "!echo hello",
    "what a command says": "y = !echo hello\ny",
    "a file written": "%%writefile {folder}/a.txt\nhello",
    "a file run": "open('{folder}/b.py', 'w').write('z = 5\\nprint(z)')\n%run {folder}/b.py",
    "await": "import asyncio\nawait asyncio.sleep(0, 'slept')",
    "an async loop": (
        "async def numbers():\n    yield 1\n    yield 2\n\nasync for n in numbers():\n    print(n)"
    ),
    "an error after await": "await asyncio.sleep(0)\nraise ValueError('late')",
    "input": "input('name? ')",
    "a hidden question": "import getpass\ngetpass.getpass()",
    "a figure": "import matplotlib.pyplot as plt\nplt.plot([1, 2, 4])",
    "a figure shown": "plt.plot([1, 2, 4])\nplt.show()\nprint('below')",
    "matplotlib inline": "%matplotlib inline\nfig, ax = plt.subplots(figsize=(1, 1))\nax.plot([1])",
    "a figure as value": "fig",
    "arrays": "import numpy as np\nnp.arange(6.0).reshape(2, 3)",
    "tensors": "import torch\ntorch.arange(3.0, requires_grad=True) * 2",
    "an error in torch": "torch.ones(2, 3) @ torch.ones(2, 3)",
    "a logger": "import logging\nlogging.warning('logged')",
    "an unraised error": (
        "import traceback\ntry:\n    1 / 0\nexcept Exception:\n    traceback.print_exc()"
    ),
    "a custom display hook": "sys.displayhook(5.0)",
    "assigned underscore": "_ = 3\n4",
    "underscore now": "_",
    "a pasted prompt": "In [1]: x",
    "a pasted Python prompt": ">>> x",
    "a transformer of one's own": (
        "def forty(lines):\n    return [line.replace('forty', '40') for line in lines]\n"
        "get_ipython().input_transformers_post.append(forty)"
    ),
    "what it makes of Python": "forty = 2\nforty",
    "what it makes of a name": "forty + 2",
    "an error below empty lines": "\n\n\n1 / 0",
    "an escape that is none": "len('a\\d')",
    "exit at the end": "exit",
}
# Frames of the kernel itself stand in the traceback, or the stack it starts with is another.
OTHER_FRAMES = {"deep recursion", "input", "a hidden question"}


def source(what: str, folder) -> str:
    return CELLS[what].replace("{folder}", str(folder))


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    """The outputs of every cell: {what: (kernel's, ours)}."""
    folder = tmp_path_factory.mktemp("kernel")
    cells = [nbformat.v4.new_code_cell(source(what, folder)) for what in CELLS]
    for cell in cells:
        cell.metadata["tags"] = ["raises-exception"]
    notebook = nbformat.v4.new_notebook(cells=cells)
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3"}
    nbclient.NotebookClient(notebook, timeout=120, allow_errors=True).execute()
    for left in folder.iterdir():
        left.unlink()
    ours = in_a_process_of_its_own([cell.source for cell in cells])
    return {
        what: (cell.outputs, found) for what, cell, found in zip(CELLS, cells, ours, strict=True)
    }


_RUN = """
import json, sys
from course_lib.grading.engine.capturing import CapturingShell
shell = CapturingShell()
json.dump([shell.run(source) for source in json.load(sys.stdin)], sys.stdout)
"""


def in_a_process_of_its_own(sources: list[str]) -> list[list[dict]]:
    """The outputs of cells run where pytest has not replaced streams, logging and warnings."""
    done = subprocess.run(
        [sys.executable, "-c", _RUN], input=json.dumps(sources), capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def comparable(outputs) -> list[dict]:
    """Neighbouring text of one stream joined; addresses, times and temporary paths made equal."""
    kept = Outputs()
    for output in outputs:
        kept.add(dict(output))
    return [_plain(output) for output in kept.kept]


def _plain(part):
    if isinstance(part, dict):
        return {key: _plain(value) for key, value in part.items()}
    if isinstance(part, list):
        return [_plain(value) for value in part]
    if not isinstance(part, str):
        return part
    part = re.sub(r" at 0x[0-9a-f]+", " at 0x", part)
    part = re.sub(r'[^\s"]*ipykernel_\d+/\d+\.py|\d+\.py', "<cell>", part)
    return re.sub(r"[\d.]+(?:e[+-]\d+)? (ns|[uµμ]s|ms|s)\b( ± [\d.]+ \w+ per loop)?", "TIME", part)


@pytest.mark.slow
@pytest.mark.parametrize("what", CELLS)
def test_outputs_are_those_of_a_kernel(what, both):
    kernel, ours = both[what]
    if what in OTHER_FRAMES:
        assert [only_names(output) for output in ours] == [only_names(output) for output in kernel]
        return
    assert comparable(ours) == comparable(kernel)


def only_names(error) -> tuple:
    return error["output_type"], error["ename"], error["evalue"]


def test_a_cell_cannot_fill_memory():
    shell = CapturingShell()
    (output,) = shell.run("for _ in range(100):\n    print('x' * 100_000)")
    assert len(output["text"]) < 3 << 20 and output["text"].endswith("[… 7902948]\n")


def test_outputs_are_handed_over_while_the_cell_runs():
    seen = []
    shell = CapturingShell(on_output=seen.append)
    shell.user_ns["seen"] = seen
    shell.run_cell("print('x' * 10_000)\nearly = len(seen)")
    assert shell.user_ns["early"] == 1


def test_a_shell_starts_no_thread():
    before = set(threading.enumerate())
    shell = CapturingShell()
    shell.run("1 / 0")
    assert set(threading.enumerate()) == before
