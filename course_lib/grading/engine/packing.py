"""Values as JSON and raw bytes, and back: what may cross between trusted and untrusted processes.

Never pickle, never eval. Only plain values cross, so whatever arrives has the behaviour of Python,
torch and numpy themselves and none of the sender's. Reading assumes a hostile sender: every shape,
length, depth and size is checked before memory is spent.

An object that occurs twice is sent once (node "same"), so aliasing survives and a small message
cannot unfold into a huge one.
"""

import collections
import datetime
import decimal
import fractions
import keyword
import math
import re
import struct
from collections.abc import Callable

import numpy as np
import torch

LIMIT = 512 << 20  # bytes of one message, and of everything one message unfolds to
DEPTH = 150  # levels of nesting
NODES = 4_000_000  # values in one message, shared ones counted at each use
LONG = 4096  # characters or bytes from which text leaves the JSON for a blob
RANGE = 10_000_000  # longest range that is sent by value
BITS = 1 << 22  # of the largest int
EXPONENT = 10_000  # of the largest Decimal


class WireError(Exception):
    """What arrived is not a message."""


class Unsendable(TypeError):
    """The value has no plain form; the text says what it is."""


DTYPES = {
    str(dtype).removeprefix("torch."): dtype
    for dtype in (
        torch.float32,
        torch.float64,
        torch.float16,
        torch.bfloat16,
        torch.complex64,
        torch.complex128,
        torch.bool,
        torch.uint8,
        torch.int8,
        torch.int16,
        torch.int32,
        torch.int64,
    )
}
_DTYPE_NAMES = {dtype: name for name, dtype in DTYPES.items()}
NUMPY_DTYPE = re.compile(
    r"[<>|=]?(b1|[iu][1248]|f(2|4|8|16)|c(8|16|32)|[SU][1-9]\d{0,5}|[mM]8(\[\d{0,4}[a-zA-Zμ]{1,3}\])?)"
)
FACTORIES = {kind.__name__: kind for kind in (int, float, str, list, dict, set, tuple, bool)}
_VIEWS = {type({}.keys()): "keys", type({}.values()): "values", type({}.items()): "items"}


def encode(value, blobs: list[bytes], refer: Callable | None = None):
    """The value as something ``json`` can write; long parts are appended to ``blobs``.

    ``refer(value)`` answers for values without a plain form (a handle, say) or raises Unsendable.
    """
    return Encoder(blobs, refer).encode(value)


class Encoder:
    """One message's memory of what it has sent. Subclasses override ``other`` and ``tensor``."""

    def __init__(
        self, blobs: list[bytes], refer: Callable | None = None, known: dict | None = None
    ):
        self.blobs = blobs
        self.refer = refer
        self.known = known or {}  # id -> number, of what the other side has already
        self.numbers: dict[int, int | None] = {}  # id -> number; None: still open, so a cycle
        self.kept: list = []  # by number; keeps the ids valid
        self.depth = 0

    def encode(self, value):
        kind = type(value)
        if value is None or kind is bool:
            return value
        if kind is int:
            return value if -(2**53) <= value <= 2**53 else _int(value)
        if kind is float:
            return value if math.isfinite(value) else {"t": "float", "v": _bits(value)}
        if kind is str:
            return self.text(value)
        if id(value) in self.known:
            return {"t": "known", "n": self.known[id(value)]}
        known = self.numbers.get(id(value), -1)
        if known is None:
            raise Unsendable(f"a {kind.__name__} that contains itself")
        if known >= 0:
            return {"t": "same", "n": known}
        writer = _WRITERS.get(kind) or _writer_of(value) or self.writer(value)
        if writer is None:
            return self.other(value)
        if kind in _UNNUMBERED:
            return writer(self, value)
        if self.depth >= DEPTH:
            raise Unsendable(f"values nested more than {DEPTH} deep")
        number = len(self.kept)
        self.kept.append(value)
        self.numbers[id(value)] = None
        self.depth += 1
        try:
            node = writer(self, value)
        finally:
            self.depth -= 1
        self.numbers[id(value)] = number
        return node

    def writer(self, value) -> Callable | None:
        """What writes an object of a class that both processes know, if this is one."""
        return None

    def other(self, value):
        """A value without a plain form."""
        if self.refer is None:
            raise Unsendable(f"a {type(value).__module__}.{type(value).__qualname__}")
        return {"t": "ref", "v": self.refer(value)}

    def all(self, values) -> list:
        return [self.encode(value) for value in values]

    def blob(self, data) -> int:
        self.blobs.append(data)
        return len(self.blobs) - 1

    def text(self, value: str):
        try:
            if len(value) < LONG:
                value.encode()
                return value
        except UnicodeEncodeError:
            pass
        return {"t": "str", "b": self.blob(value.encode("utf-8", "surrogatepass"))}

    def bytes_(self, value):
        if len(value) < LONG:
            return {"t": type(value).__name__, "v": value.hex()}
        return {"t": type(value).__name__, "b": self.blob(bytes(value))}

    def tensor(self, value: torch.Tensor):
        """Its numbers in its own memory layout, so that a view stays non-contiguous."""
        if value.layout is not torch.strided or value.device.type != "cpu" or value.is_quantized:
            raise Unsendable(f"a tensor with layout {value.layout} on {value.device}")
        if value.dtype not in _DTYPE_NAMES:
            raise Unsendable(f"a tensor of {value.dtype}")
        node = {"t": "tensor", "dtype": _DTYPE_NAMES[value.dtype], "shape": list(value.shape)}
        if isinstance(value, torch.nn.Parameter):
            node["param"] = True
        if value.requires_grad:
            node["grad"] = True
        with torch.no_grad():
            plain = value.detach().as_subclass(torch.Tensor).resolve_conj().resolve_neg()
            memory, strides = _memory(plain)
            if strides is not None:
                node["strides"] = strides
            node["b"] = self.blob(memory.reshape(-1).view(torch.uint8).numpy().tobytes())
        if value.is_leaf and value.grad is not None:
            node["g"] = self.encode(value.grad)
        return node

    def array(self, value: np.ndarray):
        node = {"t": "array", "dtype": _numpy_name(value.dtype), "shape": list(value.shape)}
        if value.flags.f_contiguous and not value.flags.c_contiguous:
            node["order"] = "F"
        node["b"] = self.blob(value.tobytes(order=node.get("order", "C")))
        return node


def _int(value: int):
    if value.bit_length() > BITS:
        raise Unsendable(f"a whole number of {value.bit_length()} bits")
    return {"t": "int", "v": hex(value)}


def _decimal(value: decimal.Decimal):
    if value.is_finite() and abs(value.adjusted()) > EXPONENT:
        raise Unsendable("a decimal number too large")
    return {"t": "decimal", "v": str(value)}


def _bits(value: float) -> str:
    return struct.pack(">d", value).hex()


def _numpy_name(dtype: np.dtype) -> str:
    if not NUMPY_DTYPE.fullmatch(dtype.str):
        raise Unsendable(f"a numpy array of {dtype}")
    return dtype.str


def _memory(tensor: torch.Tensor) -> tuple[torch.Tensor, list[int] | None]:
    """What to send of a tensor: (a 1-D buffer, its strides); strides None if contiguous.

    Gaps between the elements are zeros: whatever else lies in the storage is not sent.
    """
    if tensor.numel() == 1:  # contiguous whatever its strides are, and torch views no strides of 0
        return tensor.clone(memory_format=torch.contiguous_format), None
    if tensor.is_contiguous() or tensor.numel() == 0:
        return tensor.contiguous(), None
    strides = [
        0 if size == 1 else step for size, step in zip(tensor.shape, tensor.stride(), strict=True)
    ]
    once = tensor[tuple(slice(0, 1) if step == 0 else slice(None) for step in strides)]
    steps = sorted((step, size) for size, step in zip(once.shape, strides, strict=True) if step)
    reach = 1
    for step, size in steps:
        if step < reach:  # elements overlap, as after unfold
            return tensor.contiguous(), None
        reach += (size - 1) * step
    if reach > 4 * max(once.numel(), 16):
        return tensor.contiguous(), None
    memory = torch.zeros(reach, dtype=tensor.dtype)
    memory.as_strided(once.shape, strides).copy_(once)
    return memory, strides


def _writer_of(value):
    """How values are written whose exact type is in no table: named tuples, tensors, scalars."""
    if isinstance(value, torch.Tensor):
        return lambda self, value: self.tensor(value)
    if isinstance(value, np.generic) and NUMPY_DTYPE.fullmatch(value.dtype.str):
        return _scalar
    if isinstance(value, tuple):
        return _named if _fields(type(value)) else None
    return None


def _fields(kind: type) -> tuple[str, ...]:
    """The names of a named tuple, of torch.return_types too; empty for anything else."""
    names = getattr(kind, "_fields", None) or (
        kind.__match_args__ if kind.__module__ == "torch.return_types" else ()
    )
    return names if isinstance(names, tuple) and all(map(is_field, names)) else ()


def is_field(name) -> bool:
    return (
        type(name) is str
        and name.isidentifier()
        and not keyword.iskeyword(name)
        and not name.startswith("_")
        and len(name) < 100
    )


def _named(self: Encoder, value: tuple):
    return {
        "t": "named",
        "name": type(value).__name__,
        "fields": list(_fields(type(value))),
        "v": self.all(tuple(value)),
    }


def _scalar(self: Encoder, value: np.generic):
    array = np.asarray(value)
    return {"t": "scalar", "dtype": _numpy_name(array.dtype), "v": array.tobytes().hex()}


def _pairs(self: Encoder, value: dict) -> list:
    return [[self.encode(key), self.encode(item)] for key, item in value.items()]


def _defaultdict(self: Encoder, value):
    factory = getattr(value.default_factory, "__name__", None)
    known = value.default_factory is None or FACTORIES.get(factory) is value.default_factory
    return {"t": "defaultdict", "f": factory if known else None, "v": _pairs(self, value)}


def _range(self: Encoder, value: range):
    if len(value) > RANGE:
        return self.other(value)
    return {"t": "range", "v": self.all((value.start, value.stop, value.step))}


def _moment(self: Encoder, value):
    if getattr(value, "tzinfo", None) is not None:
        raise Unsendable("a time with a time zone")
    return {"t": type(value).__name__, "v": value.isoformat()}


def _items(name: str):
    return lambda self, value: {"t": name, "v": self.all(value)}


def _mapping(name: str):
    return lambda self, value: {"t": name, "v": _pairs(self, value)}


def _view(self: Encoder, value):
    return {"t": _VIEWS[type(value)], "v": self.all(value)}


_WRITERS = {
    list: Encoder.all,
    tuple: _items("tuple"),
    set: _items("set"),
    frozenset: _items("frozenset"),
    dict: _mapping("dict"),
    collections.OrderedDict: _mapping("OrderedDict"),
    collections.Counter: _mapping("Counter"),
    collections.defaultdict: _defaultdict,
    collections.deque: lambda self, value: {"t": "deque", "m": value.maxlen, "v": self.all(value)},
    **dict.fromkeys(_VIEWS, _view),
    bytes: Encoder.bytes_,
    bytearray: Encoder.bytes_,
    complex: lambda self, value: {"t": "complex", "v": [_bits(value.real), _bits(value.imag)]},
    slice: lambda self, value: {
        "t": "slice",
        "v": self.all((value.start, value.stop, value.step)),
    },
    range: _range,
    type(Ellipsis): lambda self, value: {"t": "ellipsis"},
    type(NotImplemented): lambda self, value: {"t": "notimplemented"},
    fractions.Fraction: lambda self, value: {
        "t": "fraction",
        "v": self.all((value.numerator, value.denominator)),
    },
    decimal.Decimal: lambda self, value: _decimal(value),
    datetime.date: _moment,
    datetime.datetime: _moment,
    datetime.time: _moment,
    datetime.timedelta: lambda self, value: {
        "t": "timedelta",
        "v": [value.days, value.seconds, value.microseconds],
    },
    torch.dtype: lambda self, value: {"t": "dtype", "v": str(value).removeprefix("torch.")},
    torch.device: lambda self, value: {"t": "device", "v": str(value)},
    torch.Size: lambda self, value: {"t": "Size", "v": list(value)},
    np.ndarray: Encoder.array,
}
_UNNUMBERED = {
    bytes,
    complex,
    range,
    torch.dtype,
    torch.device,
    torch.Size,
    type(Ellipsis),
    type(NotImplemented),
}
