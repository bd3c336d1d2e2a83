"""Objects of a student's process, used by a test as if they were here.

Values with a plain form arrive as themselves, never as a class of the student's. Everything else
is a ``Proxy``: its attributes, items, calls and arithmetic happen over there.

What decides a mark happens here. A proxy is never equal to a plain value, and comparing it with
one is an error, because the student's own ``__eq__`` or ``__lt__`` would be the judge: an object
that equals everything must not pass ``assert f(3) == 9``. ``Trust`` names the operators that the
exercise asks the student to write; those are asked, of objects of the classes it names.
"""

import builtins
import sys
import types
import weakref
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from inspect import Parameter, Signature

import numpy as np
import torch

from course_lib.grading.engine import sharing, wire
from course_lib.grading.engine.modes import Modes
from course_lib.grading.engine.specials import ARITHMETIC, JUDGES, ORDER, PLAIN, UNARY

LONGEST = 4000  # characters of text that an exception may bring


class ChildEnded(BaseException):
    """The student's process is no more; not an Exception, so that no test cell goes on."""


class RemoteError(Exception):
    """What a student's own exception class derives from when it derives from nothing known."""


@dataclass(frozen=True)
class Trust:
    """Which comparisons an exercise asks for: special methods by the student's class."""

    methods: dict[str, frozenset[str]] = field(default_factory=dict)

    def allows(self, kind: str, method: str) -> bool:
        return method in self.methods.get(kind, ())


class Link:
    """The way to one student's process.

    ``ask(header, blobs)`` gives (header, blobs) of the answer. ``classes`` are those that both
    sides have from the instructor, by name.
    """

    def __init__(
        self,
        ask: Callable[[dict, list], tuple[dict, list]],
        trust: Trust | None = None,
        classes: dict[str, type] | None = None,
    ) -> None:
        self.ask, self.trust = ask, trust or Trust()
        self.classes = classes if classes is not None else {}
        self.table = sharing.Table(first=0)
        self.modes = Modes()
        self.proxies: weakref.WeakValueDictionary[tuple, Proxy] = weakref.WeakValueDictionary()
        self.alive: Counter[int] = Counter()  # proxies of each object
        self.push: Callable[[], list[tuple[str, object]]] = list  # globals to set there first
        self.session = None  # which process the numbers mean something to
        self.errors: dict[int, type] = {}
        self.given: list = []  # functions passed to the student's side, by number
        self.dropped: list[int] = []
        self.dropped_graphs: list[int] = []

    def do(self, what: str, *parts):
        """One request and its answer. Raises what the student's code raised."""
        for name, value in self.push():
            with suppress(wire.Unsendable):
                self._exchange({"op": "proxy", "do": "set_name"}, (name, value))
        return self._exchange({"op": "proxy", "do": what}, parts)

    def share_class(self, name: str, kind: type) -> None:
        """Objects of a class of the instructor's cross by value: it is the same on both sides."""
        if _by_attributes(kind):
            self.classes[name] = kind
            self.table.classes.add(kind)
            self.do("share_class", name)

    def _exchange(self, header: dict, parts):
        answer, found = self._once(header, parts)
        if answer is None:  # a new process has taken the place of one that ended
            self._begin_again()
            answer, found = self._once(header, parts)
        if answer is None:
            raise ChildEnded("no process stays")
        self.modes.drawn(answer.get("drew"))
        if "error" in answer:
            raise self._error(answer["error"], found)
        return found

    def _begin_again(self) -> None:
        self.session = None
        self.table = sharing.Table(first=0)
        self.modes = Modes()
        self.proxies.clear()
        self.alive.clear()
        self.errors.clear()
        self.dropped, self.dropped_graphs = [], []
        classes, self.classes = self.classes, {}
        for name, kind in classes.items():
            self.share_class(name, kind)

    def _once(self, header: dict, parts):
        unused = self.table.unused()
        blobs: list = []
        header |= sharing.write(self.table, _Encoder(self, blobs), parts)
        self.table.forget(unused)  # what was done to them last has been told
        header |= {"forget": unused, "mode": self.modes.changed(), "session": self.session}
        # the same object may have come again since its last proxy here was dropped
        header["drop"] = [number for number in set(self.dropped) if not self.alive[number]]
        self.dropped = []
        header["drop_graphs"], self.dropped_graphs = self.dropped_graphs, []
        answer, parts = self._ask(header, blobs)
        while answer.get("callback") is True:
            self._learn_session(answer)
            answer, parts = self._called(answer, parts)
        if answer.get("stale") is True:
            return None, None
        self._learn_session(answer)
        return answer, self._read(answer, parts)

    def _learn_session(self, answer: dict) -> None:
        session = answer.get("session")
        if self.session is None and type(session) is str:
            self.session = session

    def _ask(self, header: dict, blobs: list):
        try:
            return self.ask(header, blobs)
        except Exception as error:
            raise ChildEnded(f"{type(error).__name__}: {error}") from error

    def _read(self, answer: dict, blobs: list):
        try:
            decoder = _Decoder(self, blobs, answer.get("graph"))
            return sharing.read(self.table, decoder, answer)
        except wire.WireError as error:
            raise ChildEnded(f"not an answer: {error}") from error

    def _called(self, answer: dict, blobs: list):
        """Run a function that the test passed to the student's code."""
        call = self._read(answer, blobs)
        header = {"op": "proxy", "do": "called", "session": self.session}
        reply: list = []
        try:
            number, arguments, named = call
            found = self.given[number](*arguments, **named)
        except Exception as error:
            header["error"] = {"type": type(error).__name__}
            found = tuple(a if type(a) in (str, int, float) else str(a) for a in error.args)
        header |= sharing.write(self.table, _Encoder(self, reply), found)
        return self._ask(header, reply)

    def _error(self, told: dict, found) -> BaseException:
        """The exception that the student's code raised, as one of this process."""
        if not isinstance(told, dict):
            raise ChildEnded("not an error")
        text = _text(told.get("text"))
        if told.get("missing") is True:
            return _Missing(text)
        found = found if isinstance(found, dict) else {}
        kind = found.get("kind")
        if not (isinstance(kind, type) and issubclass(kind, BaseException)):
            kind = _error_class(_text(told.get("type")), tuple(_texts(told.get("mro"))))
        arguments = found.get("args")
        arguments = tuple(arguments) if type(arguments) is list else (text,)
        error = _made(kind, arguments, text)
        about = {
            "student_frames": _frames(told.get("frames")),
            "student_error": found.get("error"),
        }
        vars(error).update(about)
        return error

    def number_given(self, value) -> int:
        for number, given in enumerate(self.given):
            if given is value:
                return number
        self.given.append(value)
        return len(self.given) - 1


class _Missing(NameError):
    """The student's side has no such name."""


class _Encoder(wire.Encoder):
    def __init__(self, link: Link, blobs: list) -> None:
        super().__init__(blobs, known=link.table.numbers)
        self.link = link

    def encode(self, value):
        if is_proxy(value):
            if _session(value) != self.link.session or _link(value) is not self.link:
                raise RuntimeError("this object was lost when the process it lived in ended")
            return {"t": "ref", "v": {"h": _number(value)}}
        return super().encode(value)

    def writer(self, value):
        return _instance if type(value) in self.link.table.classes else None

    def other(self, value):
        if isinstance(value, types.ModuleType):
            return {"t": "ref", "v": {"import": value.__name__}}
        path = _importable(value)
        if path:
            return {"t": "ref", "v": {"import": path}}
        if isinstance(value, type) and self.link.classes.get(value.__name__) is value:
            return {"t": "ref", "v": {"name": value.__name__}}
        if isinstance(value, types.TracebackType):
            return None
        if isinstance(value, type):
            for number, kind in self.link.errors.items():
                if kind is value:
                    return {"t": "ref", "v": {"h": number}}
        if isinstance(value, BaseException):
            theirs = vars(value).get("student_error")
            if is_proxy(theirs):
                return {"t": "ref", "v": {"h": _number(theirs)}}
            told = [self.encode(type(value)), self.encode(str(value))]
            return {"t": "ref", "v": {"raised": told}}
        if callable(value):
            name = str(getattr(value, "__name__", "function"))
            return {"t": "ref", "v": {"yours": self.link.number_given(value), "called": name}}
        raise wire.Unsendable(
            f"{type(value).__name__!r} objects of a test cannot be passed to a student's code"
        )


def _instance(self: _Encoder, value):
    return {
        "t": "instance",
        "c": type(value).__name__,
        "v": self.encode(tuple(vars(value).items())),
    }


def _by_attributes(kind: type) -> bool:
    """Whether all there is to an object of a class are the attributes in its ``__dict__``."""
    return (
        all(base.__flags__ & _HEAP and "__slots__" not in vars(base) for base in kind.__mro__[:-1])
        and type(kind) is type
    )


_HEAP = 1 << 9  # of classes made by a class statement


class _Decoder(wire.Decoder):
    def __init__(self, link: Link, blobs: list, graph) -> None:
        super().__init__(blobs)
        self.link = link
        self.outputs = self._outputs(graph) if graph is not None else []

    def _outputs(self, graph) -> list[torch.Tensor]:
        """The tensors of this message that have a history, joined to the one they have here."""
        try:
            plain = [self.decode(node) for node in graph["outputs"]]
            self.made.clear()
            self.sizes.clear()
            leaves = [self.already(number) for number in graph["leaves"]]
            if not all(isinstance(t, torch.Tensor) for t in [*plain, *leaves]) or not plain:
                raise TypeError("no tensors")
            if not all(t.is_floating_point() or t.is_complex() for t in plain):
                raise TypeError("no gradients")
            leaves = [leaf if leaf.requires_grad else leaf.detach() for leaf in leaves]
            history = _Graph(self.link, wire_count(graph["n"]))
        except (KeyError, TypeError, AttributeError) as error:
            raise wire.WireError(f"no history: {error}") from None
        with torch.enable_grad():
            anchor = torch.zeros((), requires_grad=True)
            return list(_Remote.apply(history, plain, anchor, *leaves))

    def graphed(self, node):
        return self.outputs[wire_count(node["n"])]

    def already(self, number: int):
        return self.link.table.held[number].value

    def instance(self, node):
        made = object.__new__(self.link.classes[node["c"]])
        attributes = dict(self._decode(node["v"]))
        if not sharing.may_have(type(made), attributes):
            raise wire.WireError("no attributes")
        vars(made).update(attributes)
        return made

    def resolve(self, what):
        if "yours" in what:
            return self.link.given[wire_count(what["yours"])]
        if "import" in what:
            return _imported(_text(what["import"]))
        number, kind = wire_count(what["h"]), what["type"]
        if "class" in what and number not in self.link.errors:
            names = tuple(_texts(what["class"]["mro"]))
            if "builtins.BaseException" in names:
                self.link.errors[number] = _error_class(_text(what["class"]["name"]), names)
        if number in self.link.errors:
            return self.link.errors[number]
        found = self.link.proxies.get((number, None))
        if found is None:
            about = _About(_text(kind["name"]), tuple(_texts(kind["mro"])),
                           frozenset(_texts(kind["can"])))  # fmt: skip
            found = _proxy_class(about)._new(self.link, number)
        return found


def wire_count(value) -> int:
    if type(value) is not int or value < 0:
        raise wire.WireError("a count was expected")
    return value


class _Graph:
    """A history kept by the other side until nothing here needs it."""

    def __init__(self, link: Link, number: int) -> None:
        self.link, self.number = link, number

    def __del__(self) -> None:
        self.link.dropped_graphs.append(self.number)


class _Remote(torch.autograd.Function):
    """What the student's code did to the leaves, for autograd: gradients are asked for there."""

    @staticmethod
    def forward(ctx, graph, outputs, _anchor, *leaves):
        ctx.graph = graph
        ctx.shapes = [(leaf.shape, leaf.dtype) for leaf in leaves]
        ctx.set_materialize_grads(False)
        return tuple(outputs)

    @staticmethod
    def backward(ctx, *grads):
        found = ctx.graph.link.do("vjp", ctx.graph.number, list(grads), torch.is_grad_enabled())
        if type(found) is not list or len(found) != len(ctx.shapes):
            raise ChildEnded("not the gradients")
        for grad, (shape, dtype) in zip(found, ctx.shapes, strict=True):
            if grad is None:
                continue
            if not isinstance(grad, torch.Tensor) or (grad.shape, grad.dtype) != (shape, dtype):
                raise ChildEnded("not the gradients")
        return None, None, None, *found


# Proxies


@dataclass(frozen=True)
class _About:
    """What the other side says of a type: its name, its bases, its special methods."""

    name: str
    bases: tuple[str, ...]
    can: frozenset[str]


class _ProxyType(type):
    """The type of the classes of proxies; a student's class is a proxy too, not one of these."""


class Proxy(metaclass=_ProxyType):
    """An object of the student's process."""

    __slots__ = ("__asked", "__link", "__number", "__session", "__weakref__")
    _about = _About("object", (), frozenset())

    @classmethod
    def _new(cls, link: Link, number: int, asked: str | None = None) -> "Proxy":
        made = object.__new__(cls)
        for name, value in (
            ("link", link),
            ("number", number),
            ("asked", asked),
            ("session", link.session),
        ):
            object.__setattr__(made, f"_Proxy__{name}", value)
        link.proxies[number, asked] = made
        link.alive[number] += 1
        weakref.finalize(made, _drop, weakref.ref(link), number, link.session).atexit = False
        return made

    def __new__(cls, *_arguments, **_named):
        raise TypeError("a class of the student's process cannot be derived from here")

    @property
    def __class__(self):
        return _claimed(type(self)._about.bases) or type(self)

    def __getattr__(self, name: str):
        if name in _NEVER:
            raise AttributeError(name)
        if name in JUDGES and not _may(name, self):
            raise AttributeError(_would_decide(name, self))
        return _also_asked(self, _link(self).do("attribute", self, name))

    def __setattr__(self, name: str, value) -> None:
        _link(self).do("set_attribute", self, name, value)

    def __delattr__(self, name: str) -> None:
        _link(self).do("delete_attribute", self, name)

    def __dir__(self) -> list[str]:
        return _texts(_link(self).do("dir", self))

    def __repr__(self) -> str:
        return _text(_link(self).do("text", "repr", self), len)

    def __str__(self) -> str:
        return _text(_link(self).do("text", "str", self), len)

    def __format__(self, spec: str) -> str:
        return _text(_link(self).do("text", "format", self, spec), len)

    def __eq__(self, other):
        return _compare("__eq__", self, other)

    def __ne__(self, other):
        return _compare("__ne__", self, other)

    def __hash__(self) -> int:
        if "__hash__" in type(self)._about.can:
            return _plain("__hash__", self)
        return hash(("proxy", _number(self)))

    @property
    def __signature__(self) -> Signature:
        told = _link(self).do("signature", self)
        try:
            return Signature(
                [
                    Parameter(name, Parameter(name, Parameter.VAR_POSITIONAL).kind.__class__(kind),
                              **({"default": value} if has else {}))
                    for name, kind, has, value in told
                ]
            )  # fmt: skip
        except (TypeError, ValueError) as error:
            raise ChildEnded(f"not a signature: {error}") from None

    def __instancecheck__(self, value) -> bool:
        if isinstance(type(value), _ProxyType):
            return _link(self).do("is_instance", value, self) is True
        return False

    def __subclasscheck__(self, value) -> bool:
        if isinstance(type(value), _ProxyType):
            return _link(self).do("is_subclass", value, self) is True
        return False

    def __mro_entries__(self, _bases):
        raise TypeError("a class of the student's process cannot be derived from here")


# Asked of every object by Python, numpy, torch or IPython; a remote answer would change what they
# do with a proxy: numpy and torch would compute with the student's object as if it were an array.
_NEVER = {
    "__array__", "__array_interface__", "__array_struct__", "__array_ufunc__",
    "__array_function__", "__array_priority__", "__array_wrap__", "__torch_function__",
    "__dlpack__", "__dlpack_device__", "__getstate__", "__reduce__", "__reduce_ex__",
    "__getinitargs__", "__copy__", "__deepcopy__", "__index__", "__float__", "__int__",
    "__complex__", "__bytes__", "__fspath__", "__buffer__", "__cuda_array_interface__",
    "__jax_array__", "_ipython_canary_method_should_not_exist_", "_ipython_display_",
    "_repr_mimebundle_", "__tracebackhide__", "__wrapped__", "__isabstractmethod__",
    "__set_name__",
}  # fmt: skip


def _link(proxy: Proxy) -> Link:
    return object.__getattribute__(proxy, "_Proxy__link")


def _number(proxy: Proxy) -> int:
    return object.__getattribute__(proxy, "_Proxy__number")


def _session(proxy: Proxy):
    return object.__getattribute__(proxy, "_Proxy__session")


def _asked(proxy: Proxy) -> str | None:
    return object.__getattribute__(proxy, "_Proxy__asked")


def asked_as(proxy: Proxy, name: str) -> Proxy:
    """The same object, reached by a class that the exercise asks for.

    Its comparisons may decide. An object that another function returns is a different proxy,
    whatever it says of itself and even if it is the same object.
    """
    link, number = _link(proxy), _number(proxy)
    return link.proxies.get((number, name)) or type(proxy)._new(link, number, name)


def _also_asked(proxy: Proxy, found):
    """What comes of an object of a class that the exercise asks for."""
    name = _asked(proxy)
    return asked_as(found, name) if name is not None and is_proxy(found) else found


def _drop(link, number: int, session) -> None:
    link = link()
    if link is not None and link.session == session:
        link.alive[number] -= 1
        if link.alive[number] <= 0:
            del link.alive[number]
            link.dropped.append(number)


def is_missing(error: NameError) -> bool:
    """Whether a name is in no cell of the student's, not only in none of its functions."""
    return isinstance(error, _Missing)


def remote_source(proxy: Proxy) -> str:
    """The source of a student's function or class, as the student's side tells it."""
    return _text(_link(proxy).do("source", proxy), len)


def is_proxy(value) -> bool:
    return isinstance(type(value), _ProxyType)


def _may(name: str, proxy: Proxy) -> bool:
    """Whether the exercise asks for this comparison, and of an object of that class."""
    return _asked(proxy) is not None and _link(proxy).trust.allows(_asked(proxy), name)


def _compare(name: str, proxy: Proxy, other):
    """The student's ``__eq__`` where it may decide; identity elsewhere."""
    same = is_proxy(other) and _number(other) == _number(proxy)
    if not is_proxy(other) and not _may("__eq__", proxy):
        return NotImplemented
    if name not in type(proxy)._about.can and "__eq__" not in type(proxy)._about.can:
        return same if name == "__eq__" else not same
    return _link(proxy).do("special", name, proxy, (other,), {}) is True


def _ordered(name: str, proxy: Proxy, other):
    if not is_proxy(other) and not _may(name, proxy):
        raise TypeError(_would_decide(f"{name[2:-2]!r} with {type(other).__name__!r}", proxy))
    return _special(name, proxy, other)


def _computed(name: str, proxy: Proxy, *others):
    """Arithmetic: a difference of 0 would say that the student's object is right."""
    if not all(map(is_proxy, others)) and not _may(name, proxy):
        what = f"{name[2:-2]!r} with {', '.join(type(other).__name__ for other in others)!r}"
        raise TypeError(_would_decide(what, proxy))
    return _special(name, proxy, *others)


def _would_decide(what: str, proxy: Proxy) -> str:
    kind = type(proxy).__name__
    return f"{what} of {kind!r} of the student's code: the student's object would decide the result"


def _special(name: str, proxy: Proxy, *arguments, **named):
    return _also_asked(proxy, _link(proxy).do("special", name, proxy, arguments, named))


def _plain(name: str, proxy: Proxy):
    """A number that Python itself asks for; nothing else may come."""
    found = _special(name, proxy)
    if type(found) is not PLAIN[name]:
        raise TypeError(f"{name} returned {type(found).__name__}")
    return found


def _method(name: str) -> Callable:
    if name in PLAIN:

        def method(self):
            return _plain(name, self)
    elif name in ARITHMETIC:

        def method(self, *others):
            return _computed(name, self, *others)
    elif name in ORDER:

        def method(self, other):
            return _ordered(name, self, other)
    elif name == "__iter__":

        def method(self):
            return _iterator(_special(name, self))
    elif name == "__contains__":

        def method(self, value):
            return _contains(self, value)
    else:

        def method(self, *arguments, **named):
            return _special(name, self, *arguments, **named)

    method.__name__ = name
    return method


def _iterator(found):
    """What ``iter`` may get: a plain iterator has come as a list."""
    return iter(found) if not is_proxy(found) else found


def _contains(proxy: Proxy, value) -> bool:
    """The student's ``__contains__`` where the exercise asks for it, else by looking through."""
    if _may("__contains__", proxy) or is_proxy(value):
        return _special("__contains__", proxy, value) is True
    if "__iter__" not in type(proxy)._about.can:
        raise TypeError(f"argument of type {type(proxy).__name__!r} is not iterable")
    return any(found is value or found == value for found in proxy)


@cache
def _proxy_class(about: _About) -> type:
    """The class of proxies for one remote type: it can what that type can, and has its name."""
    allowed = {*ARITHMETIC, *UNARY, *PLAIN, *ORDER, "__getitem__", "__setitem__", "__delitem__",
               "__iter__", "__next__", "__reversed__", "__contains__", "__call__", "__enter__",
               "__exit__"} - {"__hash__"}  # fmt: skip
    members = {name: _method(name) for name in about.can & allowed}
    members["__doc__"] = property(lambda self: _link(self).do("attribute", self, "__doc__"))
    name = about.name if about.name.isidentifier() else "object"
    module = about.bases[0].rpartition(".")[0] if about.bases else "__main__"
    made = {**members, "__slots__": (), "_about": about, "__module__": module,
            "__array_ufunc__": None, "__qualname__": name}  # fmt: skip
    return _ProxyType(name, (Proxy,), made)


# Names of the other side that mean something here


def _claimed(mro: tuple[str, ...]) -> type | None:
    """The class of this process that ``isinstance`` is told of: one without numbers of its own."""
    for path in mro:
        module, _, name = path.rpartition(".")
        if path in _CLAIMED:
            return _CLAIMED[path]
        if module.startswith("torch.nn.modules."):
            kind = getattr(sys.modules.get(module), name, None)
            if isinstance(kind, type) and issubclass(kind, torch.nn.Module):
                return kind
    return None


_CLAIMED = {
    f"builtins.{kind.__name__}": kind
    for kind in (
        list,
        dict,
        set,
        frozenset,
        type,
        types.FunctionType,
        types.MethodType,
        types.GeneratorType,
    )
}


def _importable(value) -> str | None:
    """Where the other side finds a class or function that belongs to neither."""
    if not isinstance(value, type | types.FunctionType | types.BuiltinFunctionType | np.ufunc):
        return None
    module = getattr(value, "__module__", None) or ("numpy" if isinstance(value, np.ufunc) else "")
    name = getattr(value, "__qualname__", None) or getattr(value, "__name__", "")
    if module.partition(".")[0] not in _SHARED_MODULES:
        return None
    found = sys.modules.get(module)
    for part in name.split("."):
        found = getattr(found, part, None)
    return f"{module}:{name}" if found is value else None


_SHARED_MODULES = {"builtins", "math", "cmath", "operator", "numpy", "torch", "_operator", "random",
                   "statistics", "itertools", "functools", "collections", "string", "re", "_io",
                   "scipy", "sklearn", "pandas", "matplotlib"}  # fmt: skip


def _imported(path: str):
    """A class or a module that the other side only names. No function: it could be any."""
    module, _, name = path.partition(":")
    if module.partition(".")[0] not in _SHARED_MODULES or module not in sys.modules:
        return _Named(path)
    found = sys.modules[module]
    for part in name.split(".") if name else ():
        found = vars(found).get(part) if isinstance(found, type | types.ModuleType) else None
    if isinstance(found, type) or (not name and isinstance(found, types.ModuleType)):
        return found
    return _Named(path)


class _Named:
    """Something of a library, known here by its name only."""

    def __init__(self, path: str) -> None:
        self.path = path

    def __repr__(self) -> str:
        return f"<{self.path}>"


def _made(kind: type, arguments: tuple, text: str) -> BaseException:
    """An exception with the text that the student's has."""
    try:
        error = kind(*arguments)
        if str(error) == text:
            return error
    except Exception:  # UnicodeDecodeError wants five arguments
        pass
    return _says(kind)(text)


@cache
def _says(kind: type) -> type:
    members = {"__init__": _keep, "__str__": lambda self: self.said, "said": "",
               "__module__": kind.__module__}  # fmt: skip
    return type(kind.__name__, (kind,), members)


def _keep(self, text: str) -> None:
    self.said = text


@cache
def _error_class(name: str, mro: tuple[str, ...]) -> type:
    """The exception class of this process for a student's: its own name, a known base."""
    for place, path in enumerate(mro):
        known = _known_error(path)
        if known is not None:
            if place == 0 or not name.isidentifier():
                return known
            base = RemoteError if known is Exception else known
            return type(name, (base,), {"__module__": "__main__"})
    return RemoteError


def _known_error(path: str) -> type | None:
    module, _, name = path.rpartition(".")
    if module not in _ERROR_MODULES:
        return None
    found = vars(sys.modules.get(module, builtins)).get(name)
    return found if isinstance(found, type) and issubclass(found, BaseException) else None


_ERROR_MODULES = {"builtins", "torch", "torch.linalg", "numpy.linalg", "numpy.exceptions", "json",
                  "json.decoder", "decimal", "statistics", "struct", "zipfile", "torch._C",
                  "dataclasses", "_queue", "queue", "asyncio.exceptions", "subprocess",
                  "concurrent.futures._base", "io", "copy", "re", "csv", "_csv"}  # fmt: skip


def _text(value, _whole=None) -> str:
    """Text that came from the other side; cut, unless all of it was asked for."""
    if type(value) is not str:
        raise ChildEnded("text was expected")
    return value if _whole else value[:LONGEST]


def _texts(value) -> list[str]:
    if type(value) is not list or not all(type(text) is str for text in value):
        raise ChildEnded("texts were expected")
    return value


def _frames(told) -> list[tuple[str, int, str]]:
    """(function, line, its text) of the student's frames, outermost first."""
    if type(told) is not list or len(told) > 50:
        return []
    return [
        (str(name)[:100], int(line), str(text)[:300])
        for name, line, text in told
        if type(line) is int
    ]
