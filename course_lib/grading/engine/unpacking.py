"""Reading what ``packing`` writes, from a sender who may send anything at all."""

import collections
import datetime
import decimal
import fractions
import math
import re
import struct
from collections.abc import Callable
from operator import itemgetter

import numpy as np
import torch

from course_lib.grading.engine.packing import (
    BITS,
    DEPTH,
    DTYPES,
    EXPONENT,
    FACTORIES,
    LIMIT,
    LONG,
    NODES,
    NUMPY_DTYPE,
    RANGE,
    WireError,
    is_field,
)

_DEVICE = re.compile(r"(cpu|cuda|mps|meta|xpu)(:\d{1,3})?")
_ALL_DTYPES = {name: kind for name, kind in vars(torch).items() if isinstance(kind, torch.dtype)}
_MANY = 1000  # keys from which their hashes are looked at


def decode(node, blobs: list, resolve: Callable | None = None):
    """The value that ``encode`` was given, always of plain types.

    ``resolve(what)`` turns what ``refer`` answered into a value. Raises WireError for anything
    that ``encode`` does not write, at bounded cost.
    """
    return Decoder(blobs, resolve).decode(node)


class Decoder:
    """One message's budget, and its objects by number. Subclasses override ``tensor``."""

    resolve: Callable | None = None

    def __init__(self, blobs: list, resolve: Callable | None = None):
        self.blobs = blobs
        if resolve is not None:
            self.resolve = resolve
        self.made: list = []  # by number
        self.sizes: list[int] = []  # nodes below each, so that sharing cannot multiply
        self.nodes = 0
        self.bytes = 0
        self.depth = 0

    def decode(self, node):
        try:
            return self._decode(node)
        except WireError:
            raise
        except (
            ArithmeticError,
            AttributeError,
            LookupError,
            MemoryError,
            OverflowError,
            RecursionError,
            RuntimeError,
            TypeError,
            ValueError,
            struct.error,
        ) as error:
            raise WireError(f"{type(error).__name__}: {error}"[:500]) from None

    def _decode(self, node):
        self.spend(nodes=1)
        kind = type(node)
        if node is None or kind is bool or kind is int or kind is str:
            return node
        if kind is float:
            if not math.isfinite(node):
                raise WireError("a number too large")
            return node
        if kind is not list and kind is not dict:
            raise WireError(f"a {kind.__name__} where a value should be")
        tag = "list" if kind is list else node.get("t")
        if tag == "same":
            return self.same(node["n"])
        if tag in _SIMPLE:
            return _SIMPLE[tag](self, node)
        reader = _NUMBERED.get(tag)
        if reader is None:
            raise WireError(f"no value is tagged {str(tag)[:40]!r}")
        if self.depth >= DEPTH:
            raise WireError(f"values nested more than {DEPTH} deep")
        number, before = len(self.made), self.nodes
        self.made.append(_OPEN)
        self.sizes.append(0)
        self.depth += 1
        value = self.made[number] = reader(self, node)
        self.depth -= 1
        self.sizes[number] = self.nodes - before
        return value

    def spend(self, nodes: int = 0, size: int = 0) -> None:
        """Count what is about to be made. Raises WireError beyond the limits."""
        self.nodes += nodes
        self.bytes += size
        if self.nodes > NODES or self.bytes > LIMIT:
            raise WireError("a message that unfolds to too much")

    def already(self, number: int):
        """What both sides have had since an earlier message."""
        raise WireError("nothing has crossed before")

    def same(self, number):
        value = self.made[_count(number)]
        if value is _OPEN:
            raise WireError("a value that contains itself")
        self.spend(nodes=self.sizes[number])
        return value

    def all(self, nodes) -> list:
        if type(nodes) is not list:
            raise WireError("a list of values was expected")
        return [self._decode(node) for node in nodes]

    def pairs(self, nodes) -> list[tuple]:
        if type(nodes) is not list:
            raise WireError("a list of pairs was expected")
        found = []
        for key, value in nodes:
            found.append((self._decode(key), self._decode(value)))
        _hashes([key for key, _ in found])
        return found

    def blob(self, node):
        data = self.blobs[_count(node["b"])]
        self.spend(size=len(data))
        return data

    def raw(self, node) -> bytes:
        if "b" in node:
            return bytes(self.blob(node))
        return bytes.fromhex(_str(node["v"]))

    def tensor(self, node) -> torch.Tensor:
        shape = _shape(node["shape"])
        dtype = DTYPES[_str(node["dtype"])]
        data = self.blob(node)
        if len(data) % dtype.itemsize:
            raise WireError("a tensor with a part of a number")
        held = len(data) // dtype.itemsize
        numel = math.prod(shape)
        self.spend(size=numel * dtype.itemsize)
        if not held:
            memory = torch.empty(0, dtype=dtype)
        elif dtype is torch.bool:  # any byte but 0 and 1 would be neither True nor False
            memory = torch.frombuffer(bytearray(data), dtype=torch.uint8) != 0
        else:
            memory = torch.frombuffer(bytearray(data), dtype=dtype)
        if "strides" in node:
            strides = _shape(node["strides"])
            reach = 1 + sum((size - 1) * step for size, step in zip(shape, strides, strict=True))
            if not numel or reach > held:
                raise WireError("a tensor whose strides reach beyond its numbers")
            value = memory.as_strided(shape, strides)
        else:
            if numel != held:
                raise WireError(f"{held} numbers for a tensor of shape {shape}")
            value = memory.reshape(shape)
        grad = node.get("grad") is True
        if grad and not (dtype.is_floating_point or dtype.is_complex):
            raise WireError(f"{dtype} has no gradients")
        if node.get("param") is True:
            value = torch.nn.Parameter(value, requires_grad=grad)
        else:
            value.requires_grad_(grad)
        if "g" in node:
            value.grad = self._decode(node["g"])  # torch refuses what is no gradient of it
        return value

    def graphed(self, node) -> torch.Tensor:
        """A tensor with a history in the other process; only who keeps that can read it."""
        raise WireError("a tensor with a history")

    def instance(self, node):
        """An object of a class that both processes know."""
        raise WireError("an object of a class")

    def array(self, node) -> np.ndarray:
        shape = _shape(node["shape"])
        order = node.get("order", "C")
        if order not in ("C", "F"):
            raise WireError("an array in an unknown order")
        return self.numbers(node["dtype"], self.blob(node), shape).reshape(shape, order=order)

    def numbers(self, name, data, shape) -> np.ndarray:
        """A flat, writable array of exactly the numbers a shape needs."""
        if not NUMPY_DTYPE.fullmatch(_str(name)):
            raise WireError("an array of an unknown type")
        dtype = np.dtype(name)
        count = math.prod(shape)
        if count * dtype.itemsize != len(data):
            raise WireError(f"{len(data)} bytes for an array of shape {shape}")
        self.spend(size=len(data))
        if not len(data):
            return np.zeros(count, dtype)
        if dtype.kind == "b":
            return np.frombuffer(bytearray(data), np.uint8) != 0
        array = np.frombuffer(bytearray(data), dtype)
        if dtype.kind == "U":
            codes = array.view(dtype.byteorder.replace("|", "=") + "u4")
            if codes.size and int(codes.max()) > 0x10FFFF:
                raise WireError("text with characters that do not exist")
        return array


_OPEN = object()


def _count(value) -> int:
    if type(value) is not int or value < 0:
        raise WireError("a count was expected")
    return value


def _str(value) -> str:
    if type(value) is not str:
        raise WireError("text was expected")
    return value


def _shape(value) -> tuple[int, ...]:
    if type(value) is not list or len(value) > 32:
        raise WireError("a shape was expected")
    if any(_count(size) > LIMIT for size in value):
        raise WireError("a shape too large")
    return tuple(value)


def _hashes(keys: list) -> list:
    """The keys, unless they were chosen to collide, which makes a dict take hours."""
    if len(keys) > _MANY and 2 * len(set(map(hash, keys))) < len(keys):
        raise WireError("keys that collide")
    return keys


def _float(value) -> float:
    return struct.unpack(">d", bytes.fromhex(_str(value)))[0]


def _int(self: Decoder, node) -> int:
    text = _str(node["v"])
    if len(text) > BITS // 4 + 3:
        raise WireError("a whole number too long")
    return int(text, 16)


def _text(self: Decoder, node) -> str:
    return self.raw(node).decode("utf-8", "surrogatepass")


def _three(self: Decoder, node, optional: bool) -> list:
    values = self.all(node["v"])
    if len(values) != 3 or not all(type(v) is int or (optional and v is None) for v in values):
        raise WireError("three whole numbers were expected")
    return values


def _range(self: Decoder, node) -> range:
    value = range(*_three(self, node, optional=False))
    if len(value[: RANGE + 1]) > RANGE:
        raise WireError("a range too long")
    return value


def _slice(self: Decoder, node) -> slice:
    values = self.all(node["v"])
    return slice(*values) if len(values) == 3 else _wrong("slice")


def _wrong(what: str):
    raise WireError(f"a malformed {what}")


def _named(self: Decoder, node) -> tuple:
    """A tuple whose items have names. The class is made here: only its names come from outside."""
    name, fields = node["name"], node["fields"]
    values = self.all(node["v"])
    if not is_field(str(name).lstrip("_")) or type(fields) is not list or len(fields) > 200:
        raise WireError("a malformed named tuple")
    if (
        len(values) != len(fields)
        or len(set(fields)) != len(fields)
        or not all(map(is_field, fields))
    ):
        raise WireError("a malformed named tuple")
    if {"count", "index"} & set(fields):
        return tuple(values)
    return named_tuple(name, tuple(fields))(values)


def named_tuple(name: str, fields: tuple[str, ...]) -> type:
    """What ``collections.namedtuple`` would make, less its generated source."""
    members = {field: property(itemgetter(n)) for n, field in enumerate(fields)}

    def __repr__(self):
        return f"{name}({', '.join(f'{f}={v!r}' for f, v in zip(fields, self, strict=True))})"

    return type(
        name,
        (tuple,),
        {
            **members,
            "__slots__": (),
            "__repr__": __repr__,
            "_fields": fields,
            "__match_args__": fields,
            "_asdict": lambda self: dict(zip(fields, self, strict=True)),
            "_replace": lambda self, **new: type(self)(
                new.get(f, v) for f, v in zip(fields, self, strict=True)
            ),
        },
    )


def _scalar(self: Decoder, node):
    value = self.numbers(node["dtype"], bytes.fromhex(_str(node["v"])), (1,))
    return value[0]


def _deque(self: Decoder, node):
    longest = node["m"]
    values = self.all(node["v"])
    if longest is not None and len(values) > _count(longest):
        raise WireError("a deque longer than it may be")
    return collections.deque(values, longest)


def _counts(self: Decoder, node):
    counter = collections.Counter()
    dict.update(counter, self.pairs(node["v"]))
    return counter


def _defaultdict(self: Decoder, node):
    factory = node["f"]
    kind = FACTORIES[factory] if factory is not None else None
    return collections.defaultdict(kind, self.pairs(node["v"]))


def _fraction(self: Decoder, node):
    top, bottom = self.all(node["v"])
    if type(top) is not int or type(bottom) is not int:
        raise WireError("a malformed fraction")
    return fractions.Fraction(top, bottom)


def _timedelta(self: Decoder, node):
    days, seconds, microseconds = node["v"]
    if not all(type(part) is int for part in (days, seconds, microseconds)):
        raise WireError("a malformed duration")
    return datetime.timedelta(days, seconds, microseconds)


def _decimal(self: Decoder, node):
    text = _str(node["v"])
    value = decimal.Decimal(text)
    if len(text) > LONG or (value.is_finite() and abs(value.adjusted()) > EXPONENT):
        raise WireError("a decimal number too large")
    return value


def _device(self: Decoder, node):
    if not _DEVICE.fullmatch(_str(node["v"])):
        raise WireError("an unknown device")
    return torch.device(node["v"])


def _dtype(self: Decoder, node):
    return _ALL_DTYPES[_str(node["v"])]


def _refer(self: Decoder, node):
    if self.resolve is None:
        raise WireError("a reference where a plain value was expected")
    return self.resolve(node["v"])


def _set(kind: type):
    return lambda self, node: kind(_hashes(self.all(node["v"])))


_SIMPLE = {
    "int": _int,
    "float": lambda self, node: _float(node["v"]),
    "str": _text,
    "bytes": Decoder.raw,
    "complex": lambda self, node: complex(*map(_float, node["v"])),
    "range": _range,
    "ellipsis": lambda self, node: ...,
    "notimplemented": lambda self, node: NotImplemented,
    "dtype": _dtype,
    "device": _device,
    "Size": lambda self, node: torch.Size(_shape(node["v"])),
    "known": lambda self, node: self.already(_count(node["n"])),
    "ref": _refer,
}
_NUMBERED = {
    "list": lambda self, node: self.all(node),
    "tuple": lambda self, node: tuple(self.all(node["v"])),
    "set": _set(set),
    "frozenset": _set(frozenset),
    "dict": lambda self, node: dict(self.pairs(node["v"])),
    "OrderedDict": lambda self, node: collections.OrderedDict(self.pairs(node["v"])),
    "Counter": _counts,
    "defaultdict": _defaultdict,
    "deque": _deque,
    "named": _named,
    "keys": lambda self, node: dict.fromkeys(_hashes(self.all(node["v"]))).keys(),
    "values": lambda self, node: dict(enumerate(self.all(node["v"]))).values(),
    "items": lambda self, node: dict(_hashes(self.all(node["v"]))).items(),
    "bytearray": lambda self, node: bytearray(self.raw(node)),
    "slice": _slice,
    "fraction": _fraction,
    "decimal": _decimal,
    "date": lambda self, node: datetime.date.fromisoformat(_str(node["v"])),
    "datetime": lambda self, node: datetime.datetime.fromisoformat(_str(node["v"])),
    "time": lambda self, node: datetime.time.fromisoformat(_str(node["v"])),
    "timedelta": _timedelta,
    "tensor": lambda self, node: self.tensor(node),
    "graphed": lambda self, node: self.graphed(node),
    "instance": lambda self, node: self.instance(node),
    "array": lambda self, node: self.array(node),
    "scalar": _scalar,
}
