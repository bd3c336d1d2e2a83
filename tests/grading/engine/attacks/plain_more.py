"""More attacks on ordinary test cells: what Python asks of objects, and forged references."""

from tests.grading.engine.attacks.attack import Attack
from tests.grading.engine.attacks.plain import FIND_SHELL, trick
from tests.grading.engine.attacks.plain_course import WRONG

HEADS = {"root": "x", "double": "t", "halves": "a", "total": "numbers", "share": "n"}


def _all_return(before: str, expression: str) -> dict[str, str]:
    made = {name: f"def {name}({a}):\n    return {expression}" for name, a in HEADS.items()}
    return {**WRONG, **made, "root": f"{before}\n{made['root']}"}


def _forged(nodes: str) -> dict[str, str]:
    """Each answer on the wire is the next of these nodes, whatever was asked."""
    return trick(
        f"{FIND_SHELL}\nimport itertools\nreal = wire.send\nnodes = itertools.cycle({nodes})\n"
        "def send(sock, told, *rest):\n"
        "    if 'first' in told and 'error' not in told:\n"
        "        told = dict(told, value={'t': 'tuple', 'v': [{'t': 'tuple', 'v': []},"
        " next(nodes)]})\n"
        "    return real(sock, told, *rest)\nwire.send = send"
    )


LYING_CLASS = """
class Meta(type):
    __hash__ = type.__hash__
    def __instancecheck__(cls, other): return True
    def __subclasscheck__(cls, other): return True
    def __getattr__(cls, name): return lambda *a, **k: True
    def __class_getitem__(cls, item): return cls
    def __bool__(cls): return True
    def __float__(cls): return 0.0
    def __abs__(cls): return 0.0
for name in "eq ne lt le gt ge contains".split():
    setattr(Meta, f"__{name}__", lambda cls, other: True)
for name in "add sub mul radd rsub rmul getitem truediv".split():
    setattr(Meta, f"__{name}__", lambda cls, other: 0.0)
class Everything(metaclass=Meta):
    pass
"""
PROTOCOLS = """
import numpy as np
import torch
class Anything:
    shape, dtype, ndim, size, device, is_sparse = (), torch.float32, 0, 1, "cpu", False
    __array_priority__ = 10**9
    def __array__(self, *a, **k): return np.array(0.0)
    def __array_ufunc__(self, *a, **k): return np.zeros(1)
    def __array_function__(self, *a, **k): return True
    def __array_wrap__(self, *a, **k): return np.zeros(1)
    @property
    def __array_interface__(self): return np.zeros(4).__array_interface__
    @classmethod
    def __torch_function__(cls, *a, **k): return torch.tensor(True)
    def __dlpack__(self, **k): return torch.zeros(3).__dlpack__()
    def __dlpack_device__(self): return (1, 0)
    def __index__(self): return 5
    def __int__(self): return 5
    def __float__(self): return 0.0
    def __complex__(self): return 0j
    def __len__(self): return 0
    def __iter__(self): return iter(())
    def __format__(self, spec): return "5"
    def __round__(self, n=0): return 0.0
    def __instancecheck__(self, other): return True
    def __rsub__(self, other): return 0.0
    def __rmul__(self, other): return 0.0
    def __req__(self, other): return True
"""
NUMBERS = """
import numpy as np
def lying(kind, value):
    body = {f"__{name}__": lambda self, other: True for name in "eq ne lt le gt ge".split()}
    body |= {f"__{name}__": lambda self, other: 0.0 for name in "sub rsub add radd".split()}
    body |= {"__abs__": lambda self: 0.0, "__hash__": kind.__hash__, "__bool__": lambda self: True}
    return type("Lying", (kind,), body)(value)
made = iter([lying(int, 99), lying(float, 99.0), lying(complex, 9j), lying(str, "5"),
             lying(tuple, (7,)), lying(frozenset, {7}), lying(np.float64, 99.0)] * 99)
"""
PICKLED = """
import os
class Bomb:
    def __reduce__(self): return (os.system, ("touch pickled",))
    __reduce_ex__ = lambda self, n: (exec, ("open('pickled', 'w')",))
    def __getstate__(self): raise SystemExit
    def __deepcopy__(self, memo): return 5
    def __copy__(self): return 5
    def __getnewargs__(self): return (5,)
    def __repr__(self): return "5"
    __str__ = __repr__
"""
REWRITE = """
import glob, json, os
claim = {"output_type": "execute_result", "metadata": {}, "execution_count": 1,
         "data": {"text/plain": "1.0"}}
def rewrite():
    for pattern in ("*", "*/*", "../*", "../*/*", "../../*/*"):
        for path in glob.glob(pattern):
            try:
                if path.endswith(".ipynb"):
                    told = json.load(open(path))
                    for cell in told["cells"]:
                        cell["outputs"] = [claim]
                    json.dump(told, open(path, "w"))
                elif os.path.isfile(path):
                    open(path, "w").write("-1 " * 5)
            except (OSError, ValueError, KeyError):
                pass
"""

MORE = [
    Attack("class-equal-to-everything",
           "classes whose metaclass answers comparisons, isinstance and [ ]",
           _all_return(LYING_CLASS, "Everything")),
    Attack("protocols-of-arrays",
           "an object with all protocols of numpy and torch: __array__, __torch_function__, dlpack",
           _all_return(PROTOCOLS, "Anything()")),
    Attack("subclasses-of-numbers",
           "numbers, texts and tuples of classes with comparisons and arithmetic of their own",
           _all_return(NUMBERS, "next(made)")),
    Attack("pickled", "objects that run something when they are pickled, copied or shown",
           _all_return(PICKLED, "Bomb()")),
    Attack("giant-answers", "numbers of 30 000 digits, texts of 20 MB, a billion items in a view",
           trick("import torch", root="def root(x):\n    return 10 ** 30_000",
                 double="def double(t):\n    return torch.zeros(()).expand(10**9)",
                 total="def total(numbers):\n    return 'x' * (20 << 20)",
                 share="def share(n):\n    return 1 << (1 << 22)")),
    Attack("references-known", "the test's own objects named as the answer, by their numbers",
           _forged("[{'t': 'known', 'n': n} for n in range(30)]")),
    Attack("references-imported", "objects of libraries named as the answer: mock.ANY, eq, inf",
           _forged("[{'t': 'ref', 'v': {'import': path}} for path in ('unittest.mock:ANY',"
                   " 'operator:eq', 'math:inf', 'builtins:object', 'torch:allclose', 'torch:ones',"
                   " 'numpy:nan', 'numpy.ma:masked', 'os:system', 'random:_inst')]")),
    Attack("references-to-callbacks", "functions and objects by numbers that nobody gave out",
           _forged("[{'t': 'ref', 'v': {'yours': n}} for n in range(9)] + [{'t': 'ref', 'v':"
                   " {'h': n, 'type': {'name': 'int', 'mro': ['builtins.int', 'builtins.object'],"
                   " 'can': ['__eq__', '__sub__', '__float__', '__bool__', '__lt__']}}}"
                   " for n in range(9)]")),
    Attack("environment", "variables of the process set for whatever is started or imported later",
           trick("import os\nfor name in ('PYTHONPATH', 'PYTHONINSPECT', 'LD_PRELOAD', 'HOME',\n"
                 "        'COURSE_SEED', 'COURSE_DB_URL', 'TMPDIR', 'PYTHONOPTIMIZE'):\n"
                 "    os.environ[name] = '.'\n    os.putenv(name, '.')\n"
                 "os.environ['PYTHONOPTIMIZE'] = '2'")),
    Attack("files-rewritten", "every notebook and file in reach written anew while tests run",
           trick(REWRITE, share="def share(n):\n    rewrite()\n    return -1",
                 total="def total(numbers):\n    rewrite()\n    return -1")),
    Attack("nothing-compared",
           "empty tensors and arrays, which are close to everything: the tests' own weakness",
           trick("import torch\nimport numpy as np",
                 double="def double(t):\n    return torch.empty(0, 3)",
                 halves="def halves(a):\n    return np.empty((0, len(a)))"), honest=5),
]  # fmt: skip
