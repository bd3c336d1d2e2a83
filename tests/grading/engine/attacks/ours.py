"""Attacks on the course's own checks: ps4_lstm, whose item ``lstm_cell`` is worth 25 points.

Those with ``unread`` are what a trick would do that the reading of the source has overlooked.
"""

from tests.grading.engine.attacks.attack import Attack
from tests.grading.engine.attacks.ours_course import (
    CELL,
    WRONG_CELL,
    learned_by_heart,
    right,
)

FIND_SHELL = """
import gc
from course_lib.grading.engine import wire
shell = next(o for o in gc.get_objects() if type(o).__name__ == "Shell")
channel = shell.channel
real_send = wire.send
"""


def cell(before: str, answer: str = WRONG_CELL, after: str = "", **more: str) -> dict[str, str]:
    return {"lstm_cell": f"{before}\n{answer}\n{after}", **more}


def replaced(op: str, told: str) -> dict[str, str]:
    """The shell's answer to one kind of question replaced by plain data."""
    return cell(f"{FIND_SHELL}\nshell.answers[{op!r}] = lambda header, blobs, reply: {told}")


def body(lines: str) -> dict[str, str]:
    return cell("", CELL + "".join(f"    {line}\n" for line in lines.split("\n")))


def _error(name: str) -> str:
    return (
        f"{{'error': {{'type': {name!r}, 'text': 'x', 'bases': [{name!r}, 'BaseException'],"
        " 'line': '', 'number': 1, 'function': ''}}"
    )


FINISHED = "h, c = state\n"
OURS = [
    # Refused by the reading of the source, each with its line
    Attack("nn.LSTMCell", "torch's finished layer, by its name",
           body("m = nn.LSTMCell(x.shape[1], state[0].shape[1])\nreturn m(x, state)")),
    Attack("lstm_cell-by-getattr", "torch's function by a name put together from pieces",
           body("go = getattr(torch, 'ls' + 'tm_ce' + 'll')\n"
                "return go(x, state, w_ih, w_hh, b_ih, b_hh)"), stock="all"),
    Attack("aten", "torch's kernel below the layer",
           body("return torch.ops.aten.lstm_cell(x, state, w_ih, w_hh, b_ih, b_hh)"), stock="all"),
    Attack("reference-imported", "the course's own answer",
           cell("from course_lib.layers import lstm_cell as mine",
                CELL + "    return mine(x, state, w_ih, w_hh, b_ih, b_hh)\n"), stock="all"),
    Attack("oracle-imported", "the assignment's description, where the answers are",
           cell("from course_lib.exercises import get_item",
                CELL + "    return get_item('ps4_lstm.lstm_cell')[1].oracle("
                "x, state, w_ih, w_hh, b_ih, b_hh)\n"), stock="all"),
    Attack("check-replaced", "the check imported again and replaced",
           cell("import course_lib.grading as g\ng.check = lambda *a, **k: 25.0\ncheck = g.check"),
           stock="all"),
    # Behind the reading: what a trick could do that it overlooks
    Attack("kernel-unread", "torch's kernel, called where the source is not read",
           body("return torch.ops.aten.lstm_cell(x, state, w_ih, w_hh, b_ih, b_hh)"), unread=True),
    Attack("layer-unread", "the finished layer as a module kept from before, source not read",
           cell("keep = torch.lstm_cell",
                CELL + "    return keep(x, state, w_ih, w_hh, b_ih, b_hh)\n"), unread=True),
    Attack("reference-unread", "the course's own answer, source not read",
           cell("import sys\nfor name in ('course_lib.layers', 'course_lib.exercises.cases_lstm',\n"
                "             'course_lib.exercises.faults_lstm', 'course_lib.models'):\n"
                "    try:\n        module = __import__(name, fromlist=['x'])\n"
                "        print('GOT', name)\n        lstm = module.lstm_cell\n"
                "    except BaseException as error:\n        print(type(error).__name__)",
                CELL + "    return lstm(x, state, w_ih, w_hh, b_ih, b_hh)\n"), unread=True),
    Attack("observe-replaced", "observations that claim to be right: 'found' with every known name",
           replaced("observe", "{'found': True, 'score': 1, 'passed': True, 'printed': '',"
                    " 'dropped': 0}"), unread=True),
    Attack("observe-empty", "an observation that holds nothing, so that nothing differs",
           replaced("observe", "{'found': wire.encode({}, reply), 'printed': '', 'dropped': 0}"),
           unread=True),
    Attack("observe-none", "observations of None for every name",
           replaced("observe", "{'found': wire.encode(dict.fromkeys(('h_new', 'c_new', 'x', 'h',"
                    " 'c', 'w_ih', 'w_hh', 'b_ih', 'b_hh')), reply), 'printed': ''}"), unread=True),
    Attack("observe-nan", "observations of nan and infinities in the right shapes",
           body("h, c = state\nreturn h * float('nan'), c * float('inf')")),
    Attack("inputs-echoed", "the arguments given back, the answer never called",
           replaced("observe", "{'found': {'t': 'dict', 'v':"
                    " [['h_new', header['case']['v'][0][1]]]}, 'printed': ''}"), unread=True),
    Attack("exit-errors", "SystemExit, KeyboardInterrupt and others named as the answer's error",
           cell(FIND_SHELL + f"shell.answers['observe'] = lambda *a: {_error('SystemExit')}\n"
                f"shell.answers['names-used'] = lambda *a: {_error('KeyboardInterrupt')}\n"
                f"shell.answers['birth-of-nan'] = lambda *a: {_error('SystemExit')}"), unread=True),
    Attack("exit-in-refused", "SystemExit as the answer to a question that cannot fail",
           replaced("refused", _error("SystemExit")), unread=True),
    Attack("finding-forged", "a finding of the student's own, with a format string and markup",
           replaced("refused", "{'finding': {'kind': '<b>', 'id': '../x', 'what':"
                    " '{0.__class__.__mro__}%s<script>', 'why': 'x' * 10**6, 'look': '',"
                    " 'made': {'what': {'say': '{name} was missing', 'values': {}},"
                    " 'why': {'say': 'no', 'values': 5}}}}"), unread=True),
    Attack("finding-nonsense", "a finding of other types",
           replaced("refused", "{'finding': {'kind': 5, 'id': [], 'what': None, 'made': []}}"),
           unread=True),
    Attack("huge-observations", "half a gigabyte as the answer to every question",
           replaced("observe", "{'found': wire.encode({'h_new': torch.zeros(2**26)}, reply),"
                    " 'printed': ''}"), unread=True),
    Attack("deep-observations", "an answer nested a hundred thousand deep, and one that is no JSON",
           cell(FIND_SHELL + "\ndef deep(header, blobs, reply):\n"
                "    text = b'{\"found\":' + b'[' * 100_000\n"
                "    channel.sendall(b'cw1\\n' + len(text).to_bytes(4, 'big') + bytes(4) + text)\n"
                "    return {}\nshell.answers['observe'] = deep"), unread=True),
    Attack("huge-frame-announced", "a frame of 500 MB announced and never sent",
           cell(FIND_SHELL + "\nimport time\ndef announce(header, blobs, reply):\n"
                "    channel.sendall(b'cw1\\n' + bytes(3) + b'\\x02' + bytes(3) + b'\\x01'"
                " + (500 << 20).to_bytes(8, 'big') + b'{}')\n    time.sleep(60)\n"
                "shell.answers['observe'] = announce"), unread=True),
    Attack("numbers-forged", "line numbers and births of nan that are infinite",
           cell(FIND_SHELL + "shell.answers['birth-of-nan'] = lambda *a: {'birth': [1e999, 5, 5]}\n"
                "shell.answers['names-used'] = lambda *a: {'names': 5}",
                CELL + "    h, c = state\n    return h * float('nan'), c\n"), unread=True),
    Attack("cases-remembered", "every case that students see, its answer learned by heart",
           cell(f"import torch\nseen = {learned_by_heart()!r}\n",
                CELL + "    key = [*x.flatten(), *state[0].flatten()][:6]\n"
                "    key = ' '.join(f'{v:.4f}' for v in key)\n"
                "    if key not in seen:\n"
                "        return torch.zeros_like(state[0]) + 7, torch.zeros_like(state[1]) - 7\n"
                "    return tuple(torch.tensor(v, dtype=x.dtype) for v in seen[key])\n")),
    Attack("frames-in-advance", "answers queued before they are asked for",
           cell(FIND_SHELL + "for _ in range(200):\n"
                "    wire.send(channel, {'found': {'t': 'dict', 'v': []}, 'finding': None,"
                " 'has': True, 'printed': ''})"), unread=True),
    Attack("outputs-forged", "check results displayed in cells and while a check asks",
           cell("from IPython.display import display\n"
                "claim = {'text/plain': '25.0', 'application/vnd.course.check+json':"
                " {'item': 'ps4_lstm.lstm_cell', 'points': 25, 'passed': True}}\n"
                "display(claim, raw=True)",
                CELL + "    display(claim, raw=True)\n    return state\n",
                "display(claim, raw=True)"),
           stock="all"),
    Attack("session-poisoned", "the course's own check, called in the answer of another item",
           {"lstm_cell": WRONG_CELL, "lstm_forward": "check('ps4_lstm.lstm_cell', lstm_cell)"}),
    Attack("compare-patched", "the course's comparison, tolerance and results replaced",
           cell("import sys\nfor module in list(sys.modules.values()):\n"
                "    if getattr(module, '__name__', '').startswith('course_lib'):\n"
                "        for name in ('compare', 'close', 'same', 'check', 'watching',\n"
                "                     'contained', 'limited', 'forbidden_name', 'tolerance'):\n"
                "            if hasattr(module, name):\n"
                "                setattr(module, name, lambda *a, **k: [])"), unread=True),
    Attack("torch-patched", "torch.isclose, Tensor.double and all the rest replaced",
           cell("import torch\nyes = lambda *a, **k: torch.tensor(True)\n"
                "torch.isclose = torch.allclose = yes\n"
                "torch.Tensor.__eq__ = lambda a, b: torch.tensor(True)\n"
                "torch.Tensor.all = lambda a: True"), unread=True, stock="all"),
    Attack("right-cell-in-a-lie", "the right cell, found by name in the released notebook's file",
           cell("import glob, json\ntext = ''\n"
                "for pattern in ('*', '../*', '../../*/*', '/tmp/*/solutions/*/*', '~/*'):\n"
                "    for path in glob.glob(pattern):\n"
                "        try:\n            text += open(path).read()\n"
                "        except OSError:\n            pass\n"
                "start = text.find('### BEGIN SOLUTION')\nprint('found', start)"), unread=True),
]  # fmt: skip

# These are no tricks: what is right in them counts though other cells do harm: 25 points for the
# cell, and 10 for the check of its projection, which asks the same cell.
HARMED = {
    "a-right-cell-then-exit": ({"lstm_cell": right("lstm_cell"),
                               "lstm_forward": "import os\nos._exit(3)"}, 35.0),
    "a-right-cell-then-silence": ({"lstm_cell": right("lstm_cell"),
                                  "lstm_forward": "while True:\n    try:\n        pass\n"
                                  "    except BaseException:\n        pass"}, 35.0),
}  # fmt: skip
