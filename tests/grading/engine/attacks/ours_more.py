"""More attacks on the course's checks: names that are not there, modules beside the notebook."""

from tests.grading.engine.attacks.attack import Attack
from tests.grading.engine.attacks.ours import body, cell
from tests.grading.engine.attacks.ours_course import CELL, WRONG_CELL, learned_by_heart

CELLS = ("lstm_cell", "lstm_forward", "lstm_module", "lstm_backward")


def absent(source: str) -> dict[str, str]:
    """A notebook in which no name is defined that a check asks for."""
    return {**dict.fromkeys(CELLS, "pass"), "lstm_cell": source}


# In the student's own process all of this works: it is not there that points are given.
HELPER = """
from course_lib.grading.engine import finished
import IPython, torch
def mine(x, state, w_ih, w_hh, b_ih, b_hh, w_hr=None):
    finished.make_unusable(frozenset())
    return torch.lstm_cell(x, state, w_ih, w_hh, b_ih, b_hh)
shell = IPython.get_ipython()
def put(*_):
    shell.user_ns["lstm_cell"] = mine
shell.events.register("post_run_cell", put)
"""
SEARCH = """
import gc, sys
def found(shape, not_these):
    frame, more = sys._getframe(), []
    while frame is not None:
        more += list(frame.f_locals.values())
        frame = frame.f_back
    for one in [*more, *gc.get_objects()]:
        try:
            if isinstance(one, torch.Tensor) and one.shape == shape:
                if not any(one is other for other in not_these):
                    yield one
        except BaseException:
            pass
"""
LIAR = """
class Liar(torch.Tensor):
    @classmethod
    def __torch_function__(cls, function, types, args=(), kwargs=None):
        name = getattr(function, "__name__", "")
        if name in ("isclose", "allclose", "equal", "eq", "all", "__eq__", "le", "__le__"):
            return torch.tensor(True)
        if name in ("double", "abs", "sub", "max", "detach", "clone"):
            return args[0]
        if name == "item":
            return 0.0
        return super().__torch_function__(function, types, args, kwargs or {})
"""
MORE = [
    Attack("name-in-builtins", "the name asked for is no function but 25.0, and not the notebook's",
           absent("import builtins\nbuiltins.lstm_cell = builtins.lstm_forward = 25.0\n"
                  "builtins.LSTM = 22.0\nbuiltins.lstm_backward = 20.0")),
    Attack("name-absent-in-silence", "no name is defined, and the error that says so swallowed",
           absent("ip = get_ipython()\n"
                  "ip.showtraceback = ip._showtraceback = lambda *a, **k: None\n"
                  "ip.set_custom_exc((BaseException,), lambda *a, **k: None)")),
    Attack("name-absent-and-dead", "no name is defined, and asking for one ends the process",
           absent("import os\nget_ipython().set_custom_exc((NameError,), lambda *a: os._exit(0))")),
    Attack("name-absent-and-claimed", "no name is defined, and its error comes with a result",
           absent("ip = get_ipython()\ndef claim(*a, **k):\n    ip.displayhook(25.0)\n"
                  "ip.set_custom_exc((NameError,), claim)")),
    Attack("helper-beside", "a module handed in beside the notebook puts torch's cell in its place",
           cell("import helper"), files={"helper.py": HELPER}),
    Attack("helper-as-a-library", "the same under the name of a library that is not installed",
           cell("import seaborn"), files={"seaborn.py": HELPER, "seaborn/__init__.py": HELPER}),
    Attack("helper-written", "the same, written by a cell and imported by the next",
           {**cell(f"open('helper.py', 'w').write({HELPER!r})"), "lstm_forward": "import helper"}),
    Attack("extension", "the same, as an extension of IPython in the home folder",
           cell("import os, pathlib\nplace = pathlib.Path.home() / '.ipython' / 'extensions'\n"
                f"place.mkdir(parents=True)\n(place / 'mine.py').write_text({HELPER!r})\n"
                "%load_ext mine")),
    Attack("object-of-an-error", "torch itself, from the error that a missing name of it raises",
           body("try:\n    torch.nothing\nexcept AttributeError as error:\n    box = error.obj\n"
                "return getattr(box, 'lstm' + '_cell')(x, state, w_ih, w_hh, b_ih, b_hh)")),
    Attack("text-run-by-numpy", "numpy's own ways to run a text and to load code from a file",
           cell("import numpy as np\nnames = {}\n"
                f"np.testing.runstring({HELPER!r}, names)\nlstm_cell = names['mine']", "")),
    Attack("lock-opened", "the lock on torch's kernels opened by the answer itself",
           cell("from course_lib.grading.engine import finished",
                CELL + "    finished.make_unusable(frozenset())\n"
                "    return torch.lstm_cell(x, state, w_ih, w_hh, b_ih, b_hh)\n")),
    Attack("searched-in-memory", "the expected numbers looked for in every frame and object",
           cell(SEARCH, CELL + "    h, c = state\n"
                "    for one in found(h.shape, [x, h, c]):\n"
                "        return one.clone(), one.clone()\n"
                "    return h, c\n"), unread=True),
    Attack("lying-tensor-in-a-check", "a subclass of Tensor that claims to be close to everything",
           cell(LIAR, CELL + "    lies = [torch.zeros_like(s).as_subclass(Liar) for s in state]\n"
                "    return tuple(lies)\n"), unread=True),
    Attack("other-kinds-of-numbers", "complex numbers, one number for all, integers, signed nan",
           cell("kinds = iter([torch.complex128, torch.int8, torch.float16, torch.bool] * 999)",
                CELL + "    kind = next(kinds)\n    odd = torch.full((1, 1), float('-nan'))\n"
                "    return odd.to(kind).expand_as(state[0]), odd.to(kind)\n")),
    Attack("calls-counted", "the answers that students see, given in the order of the calls",
           cell("import itertools\n"
                f"seen = itertools.cycle({list(learned_by_heart().values())!r})\n",
                CELL + "    return tuple(torch.tensor(v, dtype=x.dtype) for v in next(seen))\n")),
    Attack("module-of-lies", "a class whose metaclass answers for its parameters and its results",
           {"lstm_cell": WRONG_CELL, "lstm_module":
            "class Meta(type):\n"
            "    def __call__(cls, *a, **k):\n        return super().__call__()\n"
            "    def __eq__(cls, other):\n        return True\n    __hash__ = type.__hash__\n"
            "    def __subclasscheck__(cls, other):\n        return True\n\n\n"
            "class LSTM(nn.Module, metaclass=Meta):\n"
            "    def __getattr__(self, name):\n        return torch.zeros(4)\n"
            "    def __eq__(self, other):\n        return True\n    __hash__ = None\n"
            "    def named_parameters(self, *a, **k):\n        return iter(())\n"
            "    def __call__(self, *a, **k):\n        return a[0], (a[0], a[0])\n"}, unread=True),
    Attack("seed-in-the-environment", "the seed of the hidden cases set to that of the visible",
           cell("import os, random\n"
                "os.environ['COURSE_SEED'] = '0'\nos.putenv('COURSE_SEED', '0')\n"
                "torch.manual_seed(0)\nrandom.seed(0)")),
]  # fmt: skip
