"""Torch's own layers, or its autograd, may not answer in the student's place.

Two nets: calls into torch are watched while the student's code runs, and the names its code uses
are read, which also finds the course's reference code.
"""

import ast
import inspect
import linecache
import textwrap
import types
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from weakref import WeakKeyDictionary

from torch.overrides import TorchFunctionMode

from course_lib.exercises.finished_work import AUTOGRAD, CLIPPING
from course_lib.i18n import _

# The course's own answers.
REFERENCE = ("course_lib.layers", "course_lib.bptt", "course_lib.models")


class ForbiddenCall(BaseException):
    """Raised inside the student's code by a call that the exercise does not allow."""

    def __init__(self, name: str):
        super().__init__(name)
        self.name = name


class _Watch(TorchFunctionMode):
    def __init__(self, names: frozenset[str]):
        super().__init__()
        self.names = names
        self.seen: str | None = None

    def __torch_function__(self, function, types, args=(), kwargs=None):
        called = _called(function, self.names)
        if called:
            self.seen = called
            raise ForbiddenCall(called)
        return function(*args, **(kwargs or {}))


@lru_cache(maxsize=4096)
def _called(function, names: frozenset[str]) -> str:
    """The name under which a torch function is forbidden; "" when it is not."""
    name = getattr(function, "__name__", "").split(".")[-1]
    full = str(getattr(function, "_name", name)).split("::")[-1].split(".")[0]
    place = f"{getattr(function, '__module__', '') or ''}.{name}".split(".")[-2]
    return next((n for n in (name, full, f"{place}.{name}") if n in names), "")


@contextmanager
def watching(names: frozenset[str]):
    """Raise ForbiddenCall when a torch function of one of these names is called inside.

    Also at the end of the block, when the code inside swallowed it. "functional.unfold" is the
    function of ``torch.nn.functional`` and not the method of the same name.
    """
    if not names:
        yield
        return
    watch = _Watch(names)
    try:
        with watch:
            yield
    finally:
        if watch.seen:
            raise ForbiddenCall(watch.seen)


def forbidden_name(candidate, names: frozenset[str]) -> str | None:
    """A name that the code uses and may not: ``nn.LSTM``, ``torch.lstm``, the course's layers."""
    for function in _functions(candidate, set()):
        if _is_reference(function):
            return function.__name__
        found = _attribute(function, names) or _imported(function, names)
        if found:
            return found
    for base in getattr(candidate, "__mro__", ())[1:]:
        if base.__name__ in names and base.__module__.startswith(("torch.", *REFERENCE)):
            return f"nn.{base.__name__}"
    return None


def _functions(thing, seen: set[int]):
    """The functions of a candidate, and the student's own functions that they call by name."""
    if id(thing) in seen:
        return
    seen.add(id(thing))
    if isinstance(thing, type):
        for member in vars(thing).values():
            if isinstance(member, (types.FunctionType, staticmethod, classmethod)):
                yield from _functions(getattr(member, "__func__", member), seen)
    elif isinstance(thing, types.MethodType):
        yield from _functions(thing.__func__, seen)
    elif isinstance(thing, types.FunctionType):
        yield thing
        for name in _names(thing.__code__):
            used = thing.__globals__.get(name)
            own = isinstance(used, (types.FunctionType, type))
            module = (getattr(used, "__module__", "") or "").split(".")[0]
            if own and (module in ("__main__", thing.__module__) or _is_reference(used)):
                yield from _functions(used, seen)


def _is_reference(used) -> bool:
    return (getattr(used, "__module__", "") or "").startswith(REFERENCE)


def _names(code: types.CodeType) -> set[str]:
    inner = (c for c in code.co_consts if isinstance(c, types.CodeType))
    return set(code.co_names).union(*(_names(c) for c in inner))


def _attribute(function, names: frozenset[str]) -> str | None:
    """``nn.LSTM`` or ``course_lib.layers...`` in the function's source, if it can be had."""
    for written, last, module in _written(function):
        if module is not None:
            if module.startswith("torch") and last in names:
                return written
            if written.startswith(REFERENCE):
                return module or last
            continue
        root = written.split(".")[0]
        if last in names and (root in ("nn", "torch", "F", "_VF") or "._VF." in written):
            return written
        if _is_reference(_resolved(written, function.__globals__)):
            return written
    return None


# What stands in a function's source, with its code: helpers are looked at for every item again.
# By the function itself. Code is equal where a default, a decorator or a file's name is not.
_read: WeakKeyDictionary = WeakKeyDictionary()


def _written(function) -> tuple[tuple[str, str, str | None], ...]:
    """Attributes and imports in the source: each whole, its last name, and an import's module."""
    try:
        source_of = inspect.unwrap(function)
        code = getattr(source_of, "__code__", None)
        known, written = _read.get(source_of, (None, ()))
        if code is None or known is not code:
            tree = _definition(code) if code else None
            if tree is None:  # such as a lambda, which shares its line with other code
                tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
            written = tuple(_names_in(tree))
            _read[source_of] = code, written
        return written
    except (OSError, TypeError, SyntaxError, ValueError):
        return ()


def _definition(code: types.CodeType) -> ast.AST | None:
    """The ``def`` that code was made from; None if there is not exactly one where it begins.

    ``inspect.getsource`` reads the file's lines once more for each of its functions.
    """
    linecache.checkcache(code.co_filename)  # a file may have been written again
    text = "".join(linecache.getlines(code.co_filename))
    found = _definitions(text).get((code.co_firstlineno, code.co_name), ())
    return found[0] if len(found) == 1 else None


@lru_cache(maxsize=64)
def _definitions(text: str) -> dict[tuple[int, str], list[ast.AST]]:
    found: dict[tuple[int, str], list[ast.AST]] = {}
    for node in _statements(ast.parse(text)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
            found.setdefault((first, node.name), []).append(node)
    return found


_BLOCKS = ("body", "orelse", "finalbody", "handlers", "cases")


def _statements(tree: ast.AST) -> Iterator[ast.AST]:
    """All statements below ``tree``; the many nodes of their expressions are not gone through."""
    waiting = [tree]  # no recursion: a chain of elif has each branch inside the one before
    while waiting:
        node = waiting.pop()
        below = [one for name in _BLOCKS for one in getattr(node, name, ())]
        yield from below
        waiting += below


def _nodes(tree: ast.AST) -> Iterator[ast.AST]:
    """As ``ast.walk``, in the same order and half the time: all but ``Load`` and its like."""
    waiting = deque([tree])
    while waiting:
        node = waiting.popleft()
        yield node
        for name in node._fields:  # others may be added to a node, and lead back to it
            value = getattr(node, name, None)
            if type(value) is list:
                waiting.extend(part for part in value if isinstance(part, ast.AST))
            elif isinstance(value, ast.AST) and name != "ctx":
                waiting.append(value)


def _names_in(tree: ast.AST) -> Iterator[tuple[str, str, str | None]]:
    for node in _nodes(tree):
        if isinstance(node, ast.Attribute):
            yield _dotted(node) or ast.unparse(node), node.attr, None
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            module = getattr(node, "module", None) or ""
            for alias in node.names:
                yield f"{module}.{alias.name}".strip("."), alias.name, module


def _dotted(node: ast.AST) -> str:
    """ "torch.nn.LSTM" for what is written so; "" for an attribute of anything else."""
    parts = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join([node.id, *reversed(parts)]) if isinstance(node, ast.Name) else ""


def _imported(function, names: frozenset[str]) -> str | None:
    """A name of the notebook that stands for a function of torch that may not be used."""
    for name in sorted(_names(function.__code__)):
        used = function.__globals__.get(name)
        module = getattr(used, "__module__", "") or ""
        if module.split(".")[0] == "torch" and getattr(used, "__name__", "") in names:
            return name
    return None


def refused_text(used: str) -> str:
    """What a student is told whose code uses this name."""
    if used.split(".")[-1] in AUTOGRAD | CLIPPING:
        text = _(
            "Your code uses {used}, which does the work for you. Write it yourself: that is the "
            "exercise."
        )
    else:
        text = _(
            "Your code uses {used}, the finished layer. Write it yourself: that is the exercise."
        )
    return text.format(used=used)


def _resolved(written: str, names: dict):
    """What "course_lib.layers.lstm_cell" stands for among these names; None if nothing."""
    root, *rest = written.split(".")
    thing = names.get(root)
    for part in rest:
        if not isinstance(thing, types.ModuleType):
            return None
        thing = getattr(thing, part, None)
    return thing
