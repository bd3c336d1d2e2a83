"""Ways around "write the LSTM yourself", each with the line on which it must be refused.

``(name, assignment.item, source, line)``; the line is the one that ends with ``#!``. Each source is
the student's answer cell. ``OTHERS`` spread over two cells: the first stands above the answer.
"""

CELL = "def lstm_cell(x, state, w_ih, w_hh, b_ih, b_hh, w_hr=None):\n"
FORWARD = "def lstm_forward(input, initial_states, w_ih, w_hh, b_ih, b_hh, w_hr=None):\n"
BACKWARD = "def rnn_cell_backward(grad_h_new, x, h, h_new, w_ih, w_hh, b_ih, b_hh):\n"


def _cell(body: str, before: str = "") -> str:
    return before + CELL + "".join(f"    {line}\n" for line in body.split("\n"))


def _forward(body: str, before: str = "") -> str:
    return before + FORWARD + "".join(f"    {line}\n" for line in body.split("\n"))


def _backward(body: str, before: str = "") -> str:
    return before + BACKWARD + "".join(f"    {line}\n" for line in body.split("\n"))


WEIGHTS = "(w_ih, w_hh, b_ih, b_hh)"
LSTM = {
    "module": _forward("net = nn.LSTM(3, 4)  #!\nreturn net(input)"),
    "cell-function": _cell(f"return torch.lstm_cell(x, state, *{WEIGHTS})  #!"),
    "function": _forward(
        f"return torch.lstm(input, initial_states, {WEIGHTS}, True, 1, 0.0, False, False, True)  #!"
    ),
    "_VF": _cell(f"return torch._VF.lstm_cell(x, state, *{WEIGHTS})  #!"),
    "nn._VF": _cell("from torch.nn.modules.rnn import _VF  #!\nreturn _VF.lstm_cell(x, state)"),
    "aten": _cell(f"return torch.ops.aten.lstm_cell(x, state, *{WEIGHTS})  #!"),
    "aten-overload": _forward("return torch.ops.aten.lstm.input(input, initial_states)  #!"),
    "aten-fused": _cell("return torch.ops.aten._thnn_fused_lstm_cell(x, state[0], state[1])  #!"),
    "mkldnn": _forward("return torch.mkldnn_rnn_layer(input, w_ih, w_hh, b_ih, b_hh)  #!"),
    "_C": _cell("return torch._C._VariableFunctions.lstm_cell(x, state)  #!"),
    "_refs": _cell("import torch._refs as r  #!\nreturn r.nn.functional.relu(x)"),
    "_decomp": _forward("from torch._decomp.decompositions import lstm_impl as go  #!\ngo()"),
    "_decomp-attribute": _forward("d = torch._decomp  #!\nreturn d.decompositions.one(input)"),
    "_inductor": _forward("import torch._inductor.lowering as low  #!\nreturn low.x(input)"),
    "script": _forward(
        "return made(input, initial_states)",
        "@torch.jit.script\ndef made(input, states):\n    return torch.lstm_cell(input)  #!\n",
    ),
    "compilation-unit": _forward(
        "return unit.go(input)",
        'unit = torch.jit.CompilationUnit("def go(x):\\n  return torch.tanh(x)")  #!\n',
    ),
    "jit-load": _forward('return torch.jit.load("a.pt")(input)  #!'),
    "getattr-sum": _forward('return getattr(nn, "LS" + "TM")(3, 4)(input)  #!'),
    "getattr-backwards": _forward('return getattr(nn, "MTSL"[::-1])(3, 4)(input)  #!'),
    "getattr-join": _forward('return getattr(torch.nn, "".join(["L", "STM"]))(3, 4)(input)  #!'),
    "getattr-f": _forward("return getattr(nn, f\"{'LS'}TM\")(3, 4)(input)  #!"),
    "getattr-loop": _forward(
        'for name in ("tanh", "lstm"):\n    go = getattr(torch, name)  #!\nreturn go(input)'
    ),
    "getattr-chr": _forward("return getattr(nn, chr(76) + chr(83) + 'TM')(3, 4)(input)  #!"),
    "getattr-argument": _forward(
        "return take('LSTM')(3, 4)(input)", "def take(name):\n    return getattr(nn, name)  #!\n"
    ),
    "getattr-passed": _forward(
        "return take(nn)(3, 4)(input)  #!", "def take(m):\n    return m.LSTM\n"
    ),
    "getattr-alias": _forward("g = getattr\nreturn g(nn, 'LSTM')(3, 4)(input)  #!"),
    "attrgetter": _forward(
        "from operator import attrgetter\nreturn attrgetter('LSTM')(nn)(3, 4)(input)  #!"
    ),
    "__dict__": _forward('return nn.__dict__["LSTM"](3, 4)(input)  #!'),
    "vars": _forward('return vars(nn)["LSTM"](3, 4)(input)  #!'),
    "vars-modules": _forward('return vars(torch.nn.modules.rnn)["LS" + "TM"](3, 4)(input)  #!'),
    "__getattribute__": _forward('return nn.__getattribute__("LSTM")(3, 4)(input)  #!'),
    "importlib": _forward('import importlib  #!\nreturn importlib.import_module("torch.nn")'),
    "__import__": _forward('return __import__("torch").nn.LSTM(3, 4)(input)  #!'),
    "sys.modules": _forward('import sys\nreturn sys.modules["torch.nn"].LSTM(3, 4)(input)  #!'),
    "os.sys": _forward('import os\nreturn os.sys.modules["torch.nn"].LSTM(3, 4)(input)  #!'),
    "eval": _forward('return eval("nn.LS" + "TM")(3, 4)(input)  #!'),
    "exec": _cell("return made(x, state)", 'exec("made = torch.lstm_cell")  #!\n'),
    "compile": _cell("return made(x)", 'made = compile("nn.LSTM", "", "eval")  #!\n'),
    "base64": _cell(
        "return made(x)", "import base64\nexec(base64.b64decode('bWFkZSA9IDE='))  #!\n"
    ),
    "eval-alias": _cell("return e('x')", "e = eval  #!\n"),
    "star": _forward("return LSTM(3, 4)(input)  #!", "from torch.nn import *\n"),
    "star-rnn": _forward("return LSTM(3, 4)(input)  #!", "from torch.nn.modules.rnn import *\n"),
    "import-as": _forward("return Box(3, 4)(input)  #!", "from torch.nn import LSTM as Box\n"),
    "module-as": _forward("return q.LSTM(3, 4)(input)  #!", "import torch.nn.modules.rnn as q\n"),
    "local-import": _forward("import torch.nn as q\nreturn q.LSTM(3, 4)(input)  #!"),
    "alias": _forward("return Box(3, 4)(input)  #!", "Box = nn.LSTM\n"),
    "alias-of-module": _forward("return m.LSTM(3, 4)(input)  #!", "m = nn\n"),
    "alias-local": _forward("m = nn.modules\nr = m.rnn\nreturn r.LSTM(3, 4)(input)  #!"),
    "alias-pair": _forward("a, b = nn, torch\nreturn a.LSTM(3, 4)(input)  #!"),
    "alias-chosen": _forward("return (nn if w_hr is None else torch).LSTM(3, 4)(input)  #!"),
    "walrus": _forward("return (m := nn).LSTM(3, 4)(input)  #!"),
    "in-a-list": _forward("return box[0].LSTM(3, 4)(input)", "box = [nn]  #!\n"),
    "in-a-class": _forward("return Box.m.LSTM(3, 4)(input)", "class Box:\n    m = nn  #!\n"),
    "import-in-class": _forward(
        "return Box.m.LSTM(3, 4)(input)", "class Box:\n    import torch.nn as m  #!\n"
    ),
    "in-a-default": _forward("return go(input)", "def go(x, m=nn):  #!\n    return m.LSTM(3)\n"),
    "global": _forward(
        "keep()\nreturn m.LSTM(3, 4)(input)", "def keep():\n    global m\n    m = nn.modules  #!\n"
    ),
    "in-a-dict": _forward('return box["a"](3, 4)(input)', 'box = {}\nbox["a"] = nn.LSTM  #!\n'),
    "appended": _forward("return box[0](3, 4)(input)", "box = []\nbox.append(nn.LSTM)  #!\n"),
    "registered": _forward(
        "return box[0](3, 4)(input)",
        "box = []\ndef keep(c):\n    box.append(c)\nkeep(nn.LSTM)  #!\n",
    ),
    "put-in": _forward(
        'return box["a"](3, 4)(input)',
        'box = {}\ndef put(d, v):\n    d["a"] = v\nput(box, nn.LSTM)  #!\n',
    ),
    "setattr-own": _forward(
        "return Box.a(3, 4)(input)", "class Box:\n    pass\nsetattr(Box, 'a', nn.LSTM)  #!\n"
    ),
    "helper": _forward("return go(input)", "def go(x):\n    return nn.LSTM(3, 4)(x)  #!\n"),
    "helper-of-helper": _forward(
        "return one(input)",
        "def two(x):\n    return nn.LSTM(3, 4)(x)  #!\ndef one(x):\n    return two(x)\n",
    ),
    "kept-earlier": _forward(
        "return made(3, 4)(input)",
        "def make():\n    return nn.LSTM  #!\nmade = make()\ndef make():\n    return None\n",
    ),
    "instance": _forward("return net(input)", "net = nn.LSTM(3, 4)  #!\n"),
    "lambda": _forward("return go(input)", "go = lambda x: nn.LSTM(3, 4)(x)  #!\n"),
    "decorator": "def own(f):\n    return nn.LSTM(3, 4)  #!\n@own\n" + _forward("return input"),
    "default": "def lstm_forward(input, states, a, b, c, d, e=None, net=nn.LSTM(3, 4)):  #!\n"
    "    return net(input)\n",
    "loop-variable": _forward("return Box(3, 4)(input)", "for Box in [nn.LSTM]:  #!\n    pass\n"),
    "comprehension": _forward("return [c(3, 4) for c in (nn.LSTM,)][0](input)  #!"),
    "__mro__": _forward("return type(input).__mro__[1]  #!"),
    "__subclasses__": _forward("return object.__subclasses__()[9](input)  #!"),
    "__subclasses__-text": _forward('return getattr(object, "__sub" + "classes__")()  #!'),
    "gc": _forward("import gc\nreturn gc.get_objects()[3](input)  #!"),
    "ctypes": _cell("return x", "import ctypes  #!\n"),
    "frame": _forward("import inspect\nreturn inspect.currentframe().f_back  #!"),
    "_getframe": _forward("import sys\nreturn sys._getframe(1)  #!"),
    "generator-frame": _forward("return (k for k in [1]).gi_frame.f_back  #!"),
    "traceback": "try:\n    1 / 0\nexcept Exception as e:\n    f = e.__traceback__.tb_frame  #!\n"
    + _forward("return f"),
    "globals": _forward('return globals()["nn"].LSTM(3, 4)(input)  #!'),
    "locals": _forward("return box", "box = locals()  #!\n"),
    "__globals__": _forward('return check.__globals__["LSTM"]  #!'),
    "__globals__-computed": _forward("return getattr(check_it, name)", "def check_it():\n    pass\n"
    "name = 'a'.join(map(str, [1]))\nfound = getattr(check_it, name)  #!\n"),
    "__builtins__": _forward('return __builtins__["eval"]("1")  #!'),
    "builtins": _forward("import builtins  #!\nreturn builtins.eval('1')"),
    "__self__": _forward("return torch.tanh.__self__.lstm(input)  #!"),
    "magic-run": "%run other.py  #!\n" + _forward("return input"),
    "automagic": "run other.py  #!",
    "writefile": "%%writefile other.py  #!\nimport torch\n",
    "get_ipython": "ip = get_ipython()  #!\n" + _forward("return input"),
    "get_ipython-cell": 'get_ipython().run_cell("x = 1")  #!\n' + _forward("return input"),
    "magic-time": _forward("return net(input)", "%time net = nn.LSTM(3, 4)  #!\n"),
    "own-file": _forward("import helper_of_mine  #!\nreturn helper_of_mine.go(input)"),
    "hub": _forward("return net(input)", 'net = torch.hub.load("a", "b")  #!\n'),
    "load": _forward("return net(input)", 'net = torch.load("a.pt")  #!\n'),
    "pickle": _forward("return net(input)", 'import pickle\nnet = pickle.loads(b"")  #!\n'),
    "onnx": _forward("return torch.onnx.load(input)  #!"),
    "library": 'lib = torch.library.Library("aten", "IMPL")  #!\n' + _forward("return input"),
    "disable-watch": _forward("with torch._C.DisableTorchFunction():  #!\n    return input"),
    "overrides": "from torch.overrides import TorchFunctionMode  #!\n" + _forward("return input"),
    "patched": "torch.allclose = lambda *a, **k: True  #!\n" + _forward("return input"),
    "patched-setattr": "setattr(torch.Tensor, 'sum', None)  #!\n" + _forward("return input"),
    "patched-method": "nn.Module.__call__ = lambda *a: 1  #!\n" + _forward("return input"),
    "patched-json": "import json\njson.loads = lambda s: {}  #!\n" + _forward("return input"),
    "patched-course": "import course_lib.grading\ncourse_lib.grading.check = print  #!\n"
    + _forward("return input"),
    "displayhook": "import sys\nsys.displayhook = print  #!\n" + _forward("return input"),
    "mock": "from unittest.mock import patch  #!\n" + _forward("return input"),
    "timeit-text": "import timeit\ntimeit.timeit('exec(1)')  #!\n" + _forward("return input"),
    "annotation": "def f(x: 'exec(1)'):  #!\n    pass\n" + _forward("return input"),
    "history": _forward("return Out[3](3, 4)(input)  #!"),
    "quantized": _forward("return torch.ao.nn.quantizable.LSTM(3, 4)(input)  #!"),
    "match": _forward("match nn:  #!\n    case object(LSTM=box):\n        return box(3, 4)(input)"),
    "reference": _forward("import course_lib.layers as q  #!\nreturn q.lstm_forward(input)"),
    "reference-from": _forward(
        "return go(input)  #!", "from course_lib.layers import lstm_forward as go\n"
    ),
    "reference-itself": "from course_lib.layers import lstm_forward  #!\n",
    "reference-bound": "import course_lib.layers as q\nlstm_forward = q.lstm_forward  #!\n",
    "reference-oracle": _forward("return torch_forward(input)  #!",
                                 "from course_lib.exercises.ps4_lstm import torch_forward\n"),
    "reference-getattr": _forward("return getattr(course_lib, 'layers').LSTM(3, 4)(input)  #!",
                                  "import course_lib\n"),
    "error-object": _cell(
        "try:\n    torch.nothing\nexcept AttributeError as error:\n    box = error.obj  #!\n"
        "return getattr(box, 'lstm' + '_cell')(x, state)"
    ),
    "error-object-match": _cell(
        "try:\n    torch.nothing\nexcept Exception as error:\n    match error:\n"
        "        case AttributeError(obj=box):  #!\n            return box.x"
    ),
    "error-object-attrgetter": "import operator\nget = operator.attrgetter('obj')  #!\n",
    "numpy-pickle": "import io\nimport numpy as np\nbox = np.load('a', allow_pickle=True)  #!\n",
    "numpy-pickle-place": "import numpy as np\nbox = np.load('a', None, True)  #!\n",
    "numpy-pickle-kept": "import numpy as np\nways = [np.load]  #!\n",
    "torch-pickle": "box = torch.load('a.pt', weights_only=False)  #!\n",
    "torch-pickle-options": "o = {'weights_only': False}\nbox = torch.load('a', **o)  #!\n",
    "torch-pickle-alias": "o = {'weights_only': False}\ngo = torch.load\nbox = go('a', **o)  #!\n",
    "forking-pickler": "from multiprocessing.reduction import ForkingPickler as P  #!\n",
    "connection": "import multiprocessing.connection as c  #!\na, b = c.Pipe()\n",
    "numpy-runstring": "import numpy as np\nnp.testing.runstring('x = 1', {})  #!\n",
    "numpy-measure": "import numpy as np\nnp.testing.measure('x = 1')  #!\n",
    "trace": "import trace  #!\ntrace.Trace(count=0).runctx('x = 1', {}, {})\n",
    "bdb": "import bdb  #!\nbdb.Bdb().run('x = 1')\n",
    "pdb-run": "import pdb\npdb.runeval('1')  #!\n",
    "dataframe-eval": "frame = make()\nframe.eval('@torch.x')  #!\n",
    "singledispatch": "import functools\n\n@functools.singledispatch  #!\ndef f(a):\n    pass\n",
    "test-loader": "import unittest\nunittest.defaultTestLoader.loadTestsFromName('a.b')  #!\n",
    "site": "import site  #!\nsite.addsitedir('.')\n",
    "entry-point": "import importlib.metadata as m\ngo = m.EntryPoint('a', 'b:c', 'g')  #!\n",
    "sys-path": "import sys\nsys.path.append('.')  #!\n",
    "package-path": "import xml\nxml.__path__.append('.')  #!\n",
    "extension": "%load_ext mine  #!\n",
    "locals-inside": _cell("box = torch\nreturn locals()['box'].lstm_cell(x, state)  #!"),
    "commented-lines-above": "\n\n# mine\n\n%matplotlib inline\n"
    + _forward("return nn.LSTM(3, 4)(input)  #!"),
}  # fmt: skip
AUTOGRAD = {
    "grad": _backward("return torch.autograd.grad(h_new, (x, h), grad_h_new)  #!"),
    "grad-alias": _backward("return g(h_new, x)  #!", "from torch.autograd import grad as g\n"),
    "backward": _backward("h_new.backward(grad_h_new)  #!\nreturn x.grad"),
    "Tensor.backward": _backward("torch.Tensor.backward(h_new, grad_h_new)  #!\nreturn x.grad"),
    "autograd.backward": _backward("torch.autograd.backward([h_new])  #!\nreturn x.grad"),
    "getattr": _backward("getattr(h_new, 'back' + 'ward')(grad_h_new)  #!\nreturn x.grad"),
    "vjp": _backward("return torch.func.vjp(torch.tanh, x)  #!"),
    "jacobian": _backward("return torch.autograd.functional.jacobian(torch.tanh, x)  #!"),
    "func-alias": _backward("f = torch.func\nreturn f.jacrev(torch.tanh)(x)  #!"),
    "forward-mode": _backward("import torch.autograd.forward_ad as fw\nreturn fw.x(x)  #!"),
    "grad_fn": _backward("return h_new.grad_fn(grad_h_new)  #!"),
    "engine": _backward("e = torch.autograd.Variable._execution_engine  #!\ne.run_backward()"),
}  # fmt: skip
EVASIONS = [
    *((f"lstm-{name}", "ps4_lstm", source) for name, source in LSTM.items()),
    *((f"autograd-{name}", "ps3_bptt", source) for name, source in AUTOGRAD.items()),
]
# What honest notebooks do, above the answer or in its cell; none of it is refused.
HARMLESS = [
    "%matplotlib inline\nimport matplotlib.pyplot as plt\nplt.rcParams['figure.dpi'] = 80",
    "!pip install tqdm\n%config InlineBackend.figure_format = 'svg'",
    "%timeit torch.randn(3)",
    "%load_ext autoreload\n%autoreload 2",
    "import pdb\ndebug = False\nif debug:\n    pdb.set_trace()",
    "import numpy as np\na = np.load('a.npy') if False else np.zeros(3)",
    "state = torch.load('weights.pt', weights_only=True, map_location='cpu')",
    "import importlib.metadata\nprint(importlib.metadata.version('torch'))",
    "def shown():\n    n = 3\n    return locals()",
    "class Box:\n    def __init__(self, thing):\n        self.thing = thing",
    "%%time\nx = torch.randn(3)",
    "nn.LSTM?",
    "help(nn.LSTM)\ndir(nn)\nprint(torch)",
    "import timeit\ntimeit.timeit('torch.randn(3)', globals=globals(), number=3)",
    "if 'lstm' not in globals():\n    lstm = None",
    "import gc\ngc.collect()",
    "import sys\nprint(sys.version, sys.maxsize)",
    "import inspect\nprint(inspect.signature(torch.nn.LSTM.forward))",
    "import pickle\npickle.dumps([1])",
    "import os\nos.environ['OMP_NUM_THREADS'] = '1'\nprint(os.path.exists('a'))",
    "import warnings\nwarnings.filterwarnings('ignore')",
    "from IPython.display import display, clear_output\nclear_output()",
    "torch.backends.cudnn.deterministic = True\ntorch.manual_seed(0)",
    "for name in ('sigmoid', 'tanh'):\n    print(getattr(torch, name)(torch.zeros(1)))",
    "for name, fn in [('tanh', 1), ('relu', 2)]:\n    print(getattr(torch, name), fn)",
    "act = getattr(torch, 'tanh')\nprint(act(torch.zeros(1)))",
    "class Net(nn.Module):\n"
    "    def __init__(self, layers=2):\n"
    "        super().__init__()\n"
    "        for k in range(layers):\n"
    "            setattr(self, f'w{k}', nn.Parameter(torch.zeros(1)))\n"
    "    def forward(self, x):\n"
    "        for k in range(2):\n"
    "            x = x * getattr(self, f'w{k}')\n"
    "        return self.__class__.__name__, x",
    "for name, parameter in nn.Linear(3, 4).named_parameters():\n    print(name, parameter.grad)",
    "F = torch.nn.functional\nprint(F.pad(torch.zeros(3), (1, 1)))",
    "from torch.nn import functional as F\n"
    "i, F, g, o = torch.randn(4, 3)\nh = F * i + torch.relu(F)",
    "def gate(x, F):\n    return F * x",
    "theirs = nn.LSTM(3, 4)\nloss = theirs(torch.randn(2, 5, 3))[0].sum()\nloss.backward()",
    "def compare(ours, theirs):\n"
    "    ours.load_state_dict(theirs.state_dict())\n"
    "    return ours\n"
    "print(compare(nn.LSTM(3, 4), nn.LSTM(3, 4)))",
    "from torch.nn import *",
    "from math import *\nimport numpy as np\nnp.set_printoptions(precision=3)",
    "state = torch.load('weights.pt')",
    "torch.testing.assert_close(nn.LSTMCell(3, 4)(torch.zeros(1, 3))[0], torch.zeros(1, 4))",
    "from torch.nn.utils.rnn import pad_sequence\npad_sequence([torch.zeros(2)])",
    "double = torch.compile(lambda x: 2 * x)",
    "with open('notes.txt') as file:\n    print(file.read())",
    "import re, math, copy, random, time, itertools, functools, collections\nre.compile('a')",
    "def lstm(x):\n    return x\nprint(lstm(3))",
    "from tqdm.auto import tqdm\nfor k in tqdm(range(3)):\n    pass",
    "model = nn.Linear(2, 2)\nmodel.eval()\nprint(vars(model)['training'], model.__class__)",
    "this is no python",
    "print('exec', \"eval('1')\")  # __import__",
    "weights: list = [torch.zeros(3)]\nweights[0][1] = 2\nweights.append(torch.ones(2))",
    "try:\n    1 / 0\nexcept ZeroDivisionError as error:\n    print(type(error).__name__, error)",
    "_, k = 1, 2\nfor _ in range(3):\n    print(_)",
    "x = torch.zeros(3, requires_grad=True)\nx.sum().backward()\nprint(x.grad, x.grad_fn)",
    "import course_lib.layers as ref\nprint(ref.LSTM)",
    "from torch.utils.benchmark import Timer\nTimer('x + 1', globals={'x': 1}).timeit(3)",
    "F = torch.nn.functional\nassert F is not None",
]
