"""What the student's side answers when a test asks for an object of the student's namespace.

Nobody trusts this side: a student's code can change all of it, and a lie is a wrong answer. What
has a plain form is sent; anything else stays here, and a number stands for it.
"""

import builtins
import importlib
import inspect
import linecache
import random
import secrets
import sys
import types
from contextlib import contextmanager, nullcontext

import numpy as np
import torch

from course_lib.grading.engine import sharing, wire
from course_lib.grading.engine.specials import SPECIALS

_OUTER = ("first", "value", "graph", "drew", "session")
LONGEST = 4000  # characters of an exception's text


class Handles:
    """Answers requests about ``names``; over ``channel`` it asks back for what a test passed in.

    ``running`` is entered while the student's code runs, to hand over what it prints.
    """

    def __init__(self, names: dict, channel=None, running=nullcontext) -> None:
        self.names, self.channel, self.running = names, channel, running
        self._begin_again()

    def _begin_again(self) -> None:
        """Nothing has crossed yet: a new process asks, to which old numbers mean nothing."""
        self.table = sharing.Table(first=1)
        self.objects: dict[int, object] = {}
        self.numbers: dict[int, int] = {}
        self.graphs: dict[int, tuple[list, list]] = {}
        self.shared: dict[str, type] = {}
        self.stand_ins: dict[int, torch.Tensor] = {}
        self.kinds: dict[type, dict] = {}
        self.session = secrets.token_hex(8)
        self.count = 0
        self.modes = _Modes()

    def answer(self, header: dict, blobs: list, reply: list) -> dict:
        """The header that answers a request; its blobs are appended to ``reply``."""
        if header.get("session") is None:
            self._begin_again()
        elif header["session"] != self.session:
            return {"stale": True}
        for number in header.get("drop", ()):
            held = self.objects.pop(number, None)
            self.numbers.pop(id(held), None)
        for number in header.get("drop_graphs", ()):
            self.graphs.pop(number, None)
        try:
            parts = sharing.read(self.table, _Decoder(self, blobs), header)
            self._forget(header.get("forget", ()))
            with self.modes.of(header.get("mode", {})), self.running():
                found = self._do(header["do"], parts)
            return self._told(found, reply)
        except BaseException as error:
            reply.clear()
            return self._failed(error, reply)

    def _forget(self, numbers) -> None:
        for number in numbers:
            stand_in = self.stand_ins.pop(number, None)
            self.table.numbers.pop(id(stand_in), None)
        self.table.forget(numbers)

    def _do(self, what: str, parts):
        return getattr(self, f"do_{what}")(*parts)

    def _told(self, found, reply: list) -> dict:
        encoder = _Encoder(self, reply)
        told = sharing.write(self.table, encoder, found)
        graph = encoder.graph()
        return (
            told
            | ({"graph": graph} if graph else {})
            | {"drew": self.modes.drew, "session": self.session}
        )

    def _failed(self, error: BaseException, reply: list) -> dict:
        told = _describe(error)
        try:
            arguments = [a if _is_plain(a) else str(a) for a in error.args]
            about = {"args": arguments, "kind": type(error), "error": error}
            told |= self._told(about, reply)
        except BaseException:
            reply.clear()
            told |= self._told(None, reply)
        return {"error": told} | {k: told.pop(k) for k in _OUTER if k in told}

    # What can be asked

    def do_name(self, name):
        if name not in self.names:
            raise _Missing(name)
        return self.names[name]

    def do_set_name(self, name, value):
        self.names[name] = value

    def do_share_class(self, name):
        kind = self.names.get(name)
        if isinstance(kind, type):
            self.shared[name] = kind
            self.table.classes.add(kind)

    def do_special(self, name, target, arguments, named):
        return _SPECIAL_CALLS.get(name, _by_type)(name, target, arguments, named)

    def do_attribute(self, target, name):
        return getattr(target, name)

    def do_set_attribute(self, target, name, value):
        setattr(target, name, value)

    def do_delete_attribute(self, target, name):
        delattr(target, name)

    def do_text(self, how, target, spec=""):
        return {"str": str, "repr": repr}[how](target) if how != "format" else format(target, spec)

    def do_dir(self, target):
        return [str(name) for name in dir(target)]

    def do_is_instance(self, target, kind):
        return isinstance(target, kind)

    def do_is_subclass(self, target, kind):
        return issubclass(target, kind)

    def do_signature(self, target):
        return [
            (
                p.name,
                int(p.kind),
                p.default is not p.empty,
                None if p.default is p.empty else p.default,
            )
            for p in inspect.signature(target).parameters.values()
        ]

    def do_source(self, target):
        return inspect.getsource(target)

    def do_vjp(self, number, grads, create):
        """Gradients of a graph's outputs times ``grads``, for the leaves the other side knows.

        The others, parameters it has never seen, collect theirs here, as ``backward`` would.
        """
        outputs, leaves, others = self.graphs[number]
        pairs = [(o, g) for o, g in zip(outputs, grads, strict=True) if g is not None]
        if not pairs:
            return [None] * len(leaves)
        found = torch.autograd.grad(
            [output for output, _ in pairs],
            [*leaves, *others],
            [grad for _, grad in pairs],
            retain_graph=True,
            create_graph=create,
            allow_unused=True,
        )
        for leaf, grad in zip(others, found[len(leaves) :], strict=True):
            if grad is not None:
                leaf.grad = grad if leaf.grad is None else leaf.grad + grad
        return list(found[: len(leaves)])

    # Objects that stay here

    def number_of(self, value) -> int:
        number = self.numbers.get(id(value))
        if number is None:
            self.count += 1
            number = self.count
            self.objects[number], self.numbers[id(value)] = value, number
        return number

    def stand_in(self, number: int, value: torch.Tensor) -> torch.Tensor:
        leaf = self.stand_ins.get(number)
        if leaf is None or leaf.requires_grad != value.requires_grad:
            leaf = self.stand_ins[number] = value.detach().requires_grad_(value.requires_grad)
            self.table.numbers[id(leaf)] = number
        return leaf

    def about(self, value) -> dict:
        """A handle: the number, and once for each type what its objects can do."""
        told = {"h": self.number_of(value), "type": self.kind_of(type(value))}
        if isinstance(value, type):
            told["class"] = self.kind_of(value)
        return told

    def kind_of(self, kind: type) -> dict:
        found = self.kinds.get(kind)
        if found is None:
            mro = kind.__mro__
            found = self.kinds[kind] = {
                "name": str(kind.__name__),
                "mro": [f"{k.__module__}.{k.__qualname__}" for k in mro[:30]],
                "can": [name for name in SPECIALS if _defines(mro, name)],
            }
        return found

    def call_back(self, number: int, arguments: tuple, named: dict):
        """Call a function that a test passed in."""
        reply: list = []
        told = self._told((number, arguments, named), reply)
        wire.send(self.channel, {"callback": True} | told, reply)
        while True:
            header, blobs = wire.receive(self.channel)
            if header.get("do") != "called":
                reply = []
                wire.send(self.channel, self.answer(header, blobs, reply), reply)
                continue
            decoder = _Decoder(self, blobs)
            found = sharing.read(self.table, decoder, header)
            if header.get("error"):
                raise _exception(header["error"], found)
            return found


class _Missing(NameError):
    """Not an error of the student's code: the name is in no cell."""


class _Encoder(wire.Encoder):
    def __init__(self, handles: Handles, blobs: list) -> None:
        super().__init__(blobs, known=handles.table.numbers)
        self.handles = handles
        self.outputs: list[torch.Tensor] = []

    def other(self, value):
        if isinstance(value, _Theirs):
            return {"t": "ref", "v": {"yours": value._number}}
        if isinstance(value, types.ModuleType):
            return {"t": "ref", "v": {"import": value.__name__}}
        path = _importable(value)
        if path:
            return {"t": "ref", "v": {"import": path}}
        return {"t": "ref", "v": self.handles.about(value)}

    def writer(self, value):
        kind = type(value)
        return _instance if self.handles.shared.get(kind.__name__) is kind else None

    def encode(self, value):
        try:
            return super().encode(value)
        except wire.Unsendable:
            if self.depth:
                raise
            return self.other(value)

    def tensor(self, value):
        if value.requires_grad and value.grad_fn is not None:
            self.outputs.append(value)
            return {"t": "graphed", "n": len(self.outputs) - 1}
        return super().tensor(value)

    def graph(self) -> dict | None:
        """What the other side needs to ask for gradients of this message's tensors."""
        if not self.outputs:
            return None
        handles = self.handles
        leaves, others = [], []
        for leaf in _leaves(self.outputs):
            number = handles.table.numbers.get(id(leaf))
            (others if number is None else leaves).append((number, leaf))
        handles.count += 1
        handles.graphs[handles.count] = (
            list(self.outputs),
            [leaf for _, leaf in leaves],
            [leaf for _, leaf in others],
        )
        with torch.no_grad():
            plain = wire.Encoder(self.blobs)
            nodes = [plain.encode(output.detach()) for output in self.outputs]
        return {"n": handles.count, "leaves": [n for n, _ in leaves], "outputs": nodes}


def _instance(self: _Encoder, value):
    return {
        "t": "instance",
        "c": type(value).__name__,
        "v": self.encode(tuple(vars(value).items())),
    }


class _Decoder(wire.Decoder):
    def __init__(self, handles: Handles, blobs: list) -> None:
        super().__init__(blobs)
        self.handles = handles

    def instance(self, node):
        made = object.__new__(self.handles.shared[node["c"]])
        vars(made).update(self._decode(node["v"]))
        return made

    def resolve(self, what):
        if "h" in what:
            return self.handles.objects[what["h"]]
        if "import" in what:
            return _imported(what["import"])
        if "name" in what:
            return self.handles.names[what["name"]]
        if "raised" in what:
            kind, text = (self._decode(node) for node in what["raised"])
            return kind(text)
        return _Theirs(self.handles, what["yours"], what["called"])

    def already(self, number):
        """What crossed before. A tensor with a history begins a new one: the test has the old."""
        value = self.handles.table.held[number].value
        if isinstance(value, torch.Tensor) and value.grad_fn is not None:
            return self.handles.stand_in(number, value)
        return value


class _Theirs:
    """A function of the other side."""

    def __init__(self, handles: Handles, number: int, name: str) -> None:
        self._handles, self._number, self.__name__ = handles, number, name

    def __call__(self, *arguments, **named):
        return self._handles.call_back(self._number, arguments, named)

    def __repr__(self) -> str:
        return f"<function {self.__name__}>"


def _by_type(name, target, arguments, named):
    """A special method as Python itself would look it up."""
    return getattr(type(target), name)(target, *arguments, **named)


_SPECIAL_CALLS = {
    "__call__": lambda name, target, arguments, named: target(*arguments, **named),
    "__iter__": lambda name, target, arguments, named: iter(target),
    "__bool__": lambda name, target, arguments, named: bool(target),
    "__contains__": lambda name, target, arguments, named: arguments[0] in target,
    "__getitem__": lambda name, target, arguments, named: target[arguments[0]],
}


def _defines(mro: tuple, name: str) -> bool:
    """Whether objects of a class have a special method of their own, not ``object``'s."""
    for kind in mro[:-1]:
        if name in vars(kind):
            return vars(kind)[name] is not None
    return False


def _leaves(outputs: list) -> list[torch.Tensor]:
    """The tensors that the outputs' gradients end in."""
    found, seen, todo = {}, set(), [output.grad_fn for output in outputs]
    while todo:
        node = todo.pop()
        if node is None or node in seen:
            continue
        seen.add(node)
        leaf = getattr(node, "variable", None)
        if leaf is not None:
            found[id(leaf)] = leaf
        todo.extend(parent for parent, _ in node.next_functions)
    return list(found.values())


def _importable(value) -> str | None:
    """Where anybody finds this class or function: not if the student has made it."""
    if not isinstance(value, type | types.FunctionType | types.BuiltinFunctionType | np.ufunc):
        return None
    module = getattr(value, "__module__", None) or ("numpy" if isinstance(value, np.ufunc) else "")
    name = getattr(value, "__qualname__", None) or getattr(value, "__name__", "")
    if module == "__main__" or module not in sys.modules:
        return None
    found = sys.modules[module]
    for part in name.split("."):
        found = getattr(found, part, None)
    return f"{module}:{name}" if found is value else None


def _imported(path: str):
    module, _, name = path.partition(":")
    found = importlib.import_module(module)
    for part in name.split(".") if name else ():
        found = getattr(found, part)
    return found


class _Modes:
    """What a test has set for torch and the random numbers holds for the student's code too."""

    def __init__(self) -> None:
        self.drew: list[str] = []  # whose random numbers the last request has used

    @contextmanager
    def of(self, told: dict):
        self.drew = []
        before = torch.is_grad_enabled()
        torch.set_grad_enabled(told.get("grad", True))
        dtype = told.get("dtype")
        if dtype and dtype != str(torch.get_default_dtype()).removeprefix("torch."):
            torch.set_default_dtype(getattr(torch, dtype))
        for name, state in told.get("random", {}).items():
            _SET_RANDOM[name](state)
        states = {name: get() for name, get in _RANDOM.items()}
        try:
            yield
        finally:
            torch.set_grad_enabled(before)
            self.drew = [name for name, get in _RANDOM.items() if get() != states[name]]


_RANDOM = {
    "torch": lambda: torch.get_rng_state().numpy().tobytes(),
    "numpy": lambda: [part.tobytes() if n == 1 else part
                      for n, part in enumerate(np.random.get_state())],
    "python": random.getstate,
}  # fmt: skip
_SET_RANDOM = {
    "torch": lambda state: torch.set_rng_state(
        torch.frombuffer(bytearray.fromhex(state), dtype=torch.uint8)
    ),
    "numpy": lambda state: np.random.set_state(
        ("MT19937", np.frombuffer(bytes.fromhex(state[0]), np.uint32), *state[1:])
    ),
    "python": lambda state: random.setstate((state[0], tuple(state[1]), state[2])),
}


def _is_plain(value) -> bool:
    return type(value) in (str, int, float, bool, type(None), tuple, list)


def _describe(error: BaseException) -> dict:
    """Plain data about an exception: its names, text and where the student's code raised it."""
    try:
        text = str(error)[:LONGEST]
    except BaseException:
        text = ""
    frames = []
    step = error.__traceback__
    while step is not None:
        code = step.tb_frame.f_code
        if step.tb_frame.f_globals.get("__name__") == "__main__":
            line = linecache.getline(code.co_filename, step.tb_lineno).strip()
            frames.append([str(code.co_name)[:100], int(step.tb_lineno), line[:300]])
        step = step.tb_next
    return {
        "type": type(error).__name__,
        "mro": [f"{k.__module__}.{k.__qualname__}" for k in type(error).__mro__[:30]],
        "text": text,
        "missing": isinstance(error, _Missing),
        "frames": frames[:5] + frames[5:][-10:],
    }


def _exception(told: dict, arguments) -> BaseException:
    """An exception of the test's side, raised in a function that it passed in."""
    kind = getattr(builtins, told["type"], Exception)
    return kind(*arguments) if isinstance(kind, type) else Exception(*arguments)
