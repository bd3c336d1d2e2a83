"""One list here, the same list there: what both processes hold is kept equal, and stays one object.

Every list, dict, set, array and tensor that crosses is remembered by both sides under one number.
Before a message is sent, what has changed since the last one is put into it; so a function that
changes its argument, a test that fills a parameter, and an optimiser on the parameters of a model
that lives elsewhere all do what they would do in one process.

The trusted side counts its numbers evenly, the untrusted side oddly.
"""

import collections
import sys
from collections.abc import Iterable

import numpy as np
import torch

from course_lib.grading.engine.wire import Decoder, Encoder, WireError

LARGE = 1 << 22  # bytes from which a tensor is only asked for its version, not compared
_LISTS = (list, collections.deque)
_DICTS = (dict, collections.OrderedDict, collections.defaultdict, collections.Counter)
_EXACT = {*_LISTS, *_DICTS, set, bytearray, np.ndarray}


class Table:
    """What both sides hold: by number, and the number by identity."""

    def __init__(self, first: int) -> None:
        self.next = first
        self.received = 0  # the lowest number that the other side may still give
        self.classes: set[type] = set()  # whose objects are shared, not only sent
        self.held: dict[int, _Held] = {}
        self.numbers: dict[int, int] = {}

    def add(self, number: int, value) -> None:
        self.held[number] = _Held(value)
        self.numbers[id(value)] = number

    def add_all(self, first: int, values: Iterable) -> None:
        """Remember what one message brought, in its order."""
        for place, value in enumerate(values):
            if self.shares(value) and id(value) not in self.numbers:
                self.add(first + 2 * place, value)

    def shares(self, value) -> bool:
        kind = type(value)
        return kind in _EXACT or issubclass(kind, torch.Tensor) or kind in self.classes

    def forget(self, numbers: Iterable[int]) -> None:
        for number in numbers:
            held = self.held.pop(number, None)
            if held is not None:
                self.numbers.pop(id(held.value), None)

    def unused(self) -> list[int]:
        """What nobody but this table holds any more."""
        return [n for n, held in self.held.items() if sys.getrefcount(held.value) <= 2]

    def changes(self) -> list[tuple]:
        """(number, content) of everything changed since it was last sent or received."""
        return [(n, held.content()) for n, held in self.held.items() if held.has_changed()]

    def settle(self, numbers: Iterable[int]) -> None:
        """Both sides agree about these now."""
        for number in numbers:
            if number in self.held:
                self.held[number].remember()

    def apply(self, changes) -> None:
        """Do what the other side's ``changes`` say. Raises WireError for what they cannot be."""
        if type(changes) is not tuple:
            raise WireError("no changes")
        for change in changes:
            if type(change) is not tuple or len(change) != 2 or type(change[0]) is not int:
                raise WireError("a malformed change")
            held = self.held.get(change[0])
            if held is None:  # forgotten meanwhile
                continue
            try:
                held.become(change[1])
            except (TypeError, ValueError, RuntimeError, KeyError, AttributeError) as error:
                raise WireError(f"a change that cannot be: {error}"[:300]) from None
            held.remember()


class _Held:
    """One object and what it was when both sides last agreed."""

    __slots__ = ("before", "kind", "value")

    def __init__(self, value) -> None:
        self.value = value
        self.kind = _kind(value)
        self.remember()

    def remember(self) -> None:
        self.before = self.kind.snapshot(self.value)

    def has_changed(self) -> bool:
        return self.kind.differs(self.value, self.before)

    def content(self):
        return self.kind.content(self.value)

    def become(self, content) -> None:
        self.kind.become(self.value, content)


def _kind(value):
    if issubclass(type(value), torch.Tensor):
        return _Tensors
    return _KINDS.get(type(value), _Objects)


class _Sequences:
    """Lists and deques; elements are compared by identity, they may be shared themselves."""

    snapshot = content = staticmethod(tuple)

    @staticmethod
    def differs(value, before) -> bool:
        return len(value) != len(before) or any(
            a is not b for a, b in zip(value, before, strict=False)
        )

    @staticmethod
    def become(value, content) -> None:
        if type(content) is not tuple:
            raise TypeError("no elements")
        value.clear()
        value.extend(content)


class _Mappings:
    @staticmethod
    def snapshot(value):
        return tuple(part for item in dict.items(value) for part in item)

    content = snapshot

    @staticmethod
    def differs(value, before) -> bool:
        return _Sequences.differs(_Mappings.snapshot(value), before)

    @staticmethod
    def become(value, content) -> None:
        if type(content) is not tuple or len(content) % 2:
            raise TypeError("no items")
        dict.clear(value)
        for key, item in zip(content[::2], content[1::2], strict=True):
            value[key] = item


class _Sets:
    snapshot = staticmethod(lambda value: frozenset(map(id, value)))
    content = staticmethod(tuple)

    @staticmethod
    def differs(value, before) -> bool:
        return _Sets.snapshot(value) != before

    @staticmethod
    def become(value, content) -> None:
        if type(content) is not tuple:
            raise TypeError("no elements")
        value.clear()
        value.update(content)


class _Bytes:
    snapshot = content = staticmethod(bytes)

    @staticmethod
    def differs(value, before) -> bool:
        return value != before

    @staticmethod
    def become(value, content) -> None:
        value[:] = content


class _Arrays:
    snapshot = content = staticmethod(lambda value: value.copy())

    @staticmethod
    def differs(value, before) -> bool:
        return value.shape != before.shape or value.tobytes() != before.tobytes()

    @staticmethod
    def become(value, content) -> None:
        if type(content) is not np.ndarray:
            raise TypeError("no array")
        if value.shape != content.shape:
            value.resize(content.shape, refcheck=False)
        value[...] = content


class _Tensors:
    """Numbers, gradient, and whether a gradient is wanted."""

    @staticmethod
    def snapshot(value):
        plain = value.detach()
        if _is_large(value):
            return value._version, None, None, None
        grad = value.grad if value.is_leaf else None
        return (
            value._version,
            plain.clone(),
            None if grad is None else grad.detach().clone(),
            value.requires_grad,
        )

    @staticmethod
    def differs(value, before) -> bool:
        version, data, grad, wanted = before
        if data is None:
            return value._version != version
        now = value.grad if value.is_leaf else None
        return (
            value.requires_grad != wanted
            or not _same(value.detach(), data)
            or (now is None) != (grad is None)
            or (now is not None and not _same(now.detach(), grad))
        )

    @staticmethod
    def content(value):
        grad = value.grad if value.is_leaf else None
        return (
            value.detach().clone(),
            None if grad is None else grad.detach().clone(),
            value.requires_grad,
        )

    @staticmethod
    def become(value, content) -> None:
        data, grad, wanted = content
        if not isinstance(data, torch.Tensor) or not isinstance(grad, torch.Tensor | None):
            raise TypeError("no tensor")
        with torch.no_grad():
            if value.shape == data.shape and value.dtype == data.dtype and not _overlaps(value):
                value.data.copy_(data)
            else:
                value.data = data
        if value.is_leaf:
            if wanted is not value.requires_grad:
                value.requires_grad_(wanted is True)
            value.grad = grad


class _Objects:
    """Objects of a class that both sides know: their attributes."""

    snapshot = content = staticmethod(lambda value: _Mappings.snapshot(vars(value)))

    @staticmethod
    def differs(value, before) -> bool:
        return _Sequences.differs(_Mappings.snapshot(vars(value)), before)

    @staticmethod
    def become(value, content) -> None:
        if not may_have(type(value), content[::2]):
            raise TypeError("no attributes")
        _Mappings.become(vars(value), content)


def may_have(kind: type, names: Iterable) -> bool:
    """Whether an object of an instructor's class may have attributes of these names.

    One with the name of a method would be called in its place.
    """
    return all(
        type(name) is str
        and not callable(found := getattr(kind, name, None))
        and not hasattr(type(found), "__get__")
        for name in names
    )


_KINDS = {
    **dict.fromkeys(_LISTS, _Sequences),
    **dict.fromkeys(_DICTS, _Mappings),
    set: _Sets,
    bytearray: _Bytes,
    np.ndarray: _Arrays,
}


def _is_large(tensor: torch.Tensor) -> bool:
    return tensor.numel() * tensor.element_size() > LARGE


def _overlaps(tensor: torch.Tensor) -> bool:
    return any(s == 0 and n > 1 for s, n in zip(tensor.stride(), tensor.shape, strict=True))


def _same(a: torch.Tensor, b: torch.Tensor) -> bool:
    """Equal to the bit, nan too."""
    if a.shape != b.shape or a.dtype != b.dtype:
        return False
    if torch.equal(a, b):
        return True
    return (
        a.is_floating_point()
        and torch.equal(a.nan_to_num(), b.nan_to_num())
        and torch.equal(a.isnan(), b.isnan())
    )


def write(table: Table, encoder: Encoder, value) -> dict:
    """The header's part of a message: changes first, then the value, all in one count."""
    changes = table.changes()
    node = encoder.encode((tuple(changes), value))
    first = table.next
    table.next += 2 * len(encoder.kept)
    table.add_all(first, encoder.kept)
    table.settle(number for number, _content in changes)
    return {"first": first, "value": node}


def read(table: Table, decoder: Decoder, header: dict):
    """The value of a message, after its changes have been made here."""
    first = header.get("first")
    if type(first) is not int or first < table.received or first % 2 == table.next % 2:
        raise WireError("numbers that are not the sender's")
    both = decoder.decode(header.get("value"))
    if type(both) is not tuple or len(both) != 2:
        raise WireError("no message")
    table.received = first + 2 * len(decoder.made)
    table.add_all(first, decoder.made)
    table.apply(both[0])
    return both[1]
