"""What crosses between the processes arrives as it was; garbage ends as WireError, cheaply."""

import collections
import contextlib
import datetime
import decimal
import fractions
import json
import math
import socket
import struct
import threading
import time

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib.grading.engine import packing
from course_lib.grading.engine.wire import (
    Gone,
    TooLate,
    Unsendable,
    WireError,
    decode,
    encode,
    receive,
    send,
)


def crossed(value, refer=None, resolve=None):
    blobs = []
    node = json.loads(json.dumps(encode(value, blobs, refer), allow_nan=False))
    return decode(node, [bytearray(blob) for blob in blobs], resolve)


def same(a, b) -> bool:
    """Equal in type and value, nan equal to itself, -0.0 not to 0.0."""
    if type(a) is not type(b):
        return False
    if isinstance(a, float):
        return struct.pack(">d", a) == struct.pack(">d", b) or (math.isnan(a) and math.isnan(b))
    if isinstance(a, complex):
        return same(a.real, b.real) and same(a.imag, b.imag)
    if isinstance(a, (list, tuple, collections.deque)):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict):
        return len(a) == len(b) and all(
            same(p, q) and same(a[p], b[q]) for p, q in zip(a, b, strict=True)
        )
    return a == b


leaves = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(min_value=-(2**400), max_value=2**400)
    | st.floats()
    | st.complex_numbers()
    | st.text(st.characters())
    | st.binary()
    | st.fractions()
    | st.dates()
    | st.datetimes()
    | st.timedeltas()
    | st.just(...)
)
keys = st.booleans() | st.integers() | st.text() | st.binary() | st.tuples(st.integers(), st.text())
values = st.recursive(
    leaves,
    lambda inner: (
        st.lists(inner)
        | st.lists(inner).map(tuple)
        | st.dictionaries(keys, inner)
        | st.dictionaries(keys, inner).map(collections.OrderedDict)
        | st.lists(inner).map(collections.deque)
        | st.sets(keys)
        | st.frozensets(keys)
    ),
    max_leaves=30,
)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=20,
)


@given(values)
def test_plain_values_arrive_as_they_were(value):
    assert same(crossed(value), value)


@given(st.floats())
def test_numbers_keep_every_bit(value):
    arrived = crossed(value)
    assert struct.pack(">d", arrived) == struct.pack(">d", value)


@pytest.mark.parametrize("dtype", packing.DTYPES.values(), ids=str)
@pytest.mark.parametrize("shape", [(), (0,), (3,), (2, 0, 3), (2, 3, 4)], ids=str)
def test_tensors_of_every_type_arrive_bit_by_bit(dtype, shape):
    bits = torch.randint(0, 256, (max(1, math.prod(shape)) * dtype.itemsize,), dtype=torch.uint8)
    tensor = (bits % 2).bool() if dtype is torch.bool else bits.view(dtype)
    tensor = tensor[: math.prod(shape)].reshape(shape)
    arrived = crossed(tensor)
    assert arrived.dtype is dtype and arrived.shape == shape and type(arrived) is torch.Tensor
    assert arrived.reshape(-1).view(torch.uint8).equal(tensor.reshape(-1).view(torch.uint8))


views = {
    "transposed": lambda x: x.transpose(0, 2),
    "permuted": lambda x: x.permute(1, 2, 0),
    "stepped": lambda x: x[:, ::2],
    "offset": lambda x: x[1:, 1:],
    "expanded": lambda x: x[:1].expand(5, -1, -1),
    "channels last": lambda x: x[None].to(memory_format=torch.channels_last),
    "a column": lambda x: x[..., 1],
}


@pytest.mark.parametrize("view", views)
def test_a_view_keeps_its_layout_and_sends_no_other_numbers(view):
    tensor = views[view](torch.arange(2 * 3 * 4.0).reshape(2, 3, 4) + 1)
    arrived = crossed(tensor)
    assert arrived.equal(tensor)
    assert arrived.is_contiguous() == tensor.is_contiguous()
    whole = torch.empty(0).set_(arrived.untyped_storage())
    assert set(whole.tolist()) <= {0.0, *tensor.reshape(-1).tolist()}


def test_overlapping_windows_arrive_with_their_numbers():
    tensor = torch.arange(10.0).unfold(0, 4, 1)
    assert crossed(tensor).equal(tensor)


def test_leaves_and_parameters_stay_what_they_are():
    leaf = crossed(torch.ones(2, requires_grad=True))
    assert leaf.requires_grad and leaf.is_leaf
    parameter = crossed(torch.nn.Parameter(torch.ones(2)))
    assert type(parameter) is torch.nn.Parameter and parameter.requires_grad
    frozen = crossed(torch.nn.Parameter(torch.ones(2), requires_grad=False))
    assert type(frozen) is torch.nn.Parameter and not frozen.requires_grad


def test_a_tensor_subclass_arrives_as_a_tensor():
    class Lying(torch.Tensor):
        def __eq__(self, other):
            return torch.ones(2, dtype=torch.bool)

    arrived = crossed(torch.zeros(2).as_subclass(Lying))
    assert type(arrived) is torch.Tensor and not (arrived == torch.ones(2)).any()


@pytest.mark.parametrize(
    "tensor",
    [torch.zeros(2).to_sparse(), torch.empty(2, device="meta")],
    ids=["sparse", "meta"],
)
def test_tensors_elsewhere_are_refused_in_words(tensor):
    with pytest.raises(Unsendable, match="a tensor with layout"):
        crossed(tensor)


@pytest.mark.parametrize(
    "array",
    [
        np.arange(6).reshape(2, 3),
        np.arange(6.0).reshape(2, 3).T,
        np.arange(6.0)[::-2],
        np.array(3.5),
        np.zeros((0, 3), np.int8),
        np.array([True, False]),
        np.array(["a", "汉字"]),
        np.array([b"xy", b""]),
        np.array(["2020-01-01", "NaT"], "datetime64[D]"),
        np.array([1, 2], "timedelta64[ms]"),
        np.array([1 + 2j, np.nan]),
        np.array([1, 2], ">i4"),
        np.array([1.5], np.longdouble),
    ],
    ids=lambda array: f"{array.dtype}{array.shape}",
)
def test_arrays_arrive_as_they_were(array):
    arrived = crossed(array)
    assert type(arrived) is np.ndarray and arrived.dtype == array.dtype
    np.testing.assert_array_equal(arrived, array)
    assert arrived.shape == array.shape and arrived.flags.writeable


@pytest.mark.parametrize(
    "value",
    [np.float32(0.1), np.int64(-3), np.bool_(True), np.str_("a"), np.complex64(1j), np.float64(2)],
    ids=lambda value: type(value).__name__,
)
def test_numpy_scalars_keep_their_type(value):
    arrived = crossed(value)
    assert type(arrived) is type(value) and arrived == value


@pytest.mark.parametrize(
    "value",
    [
        torch.float64,
        torch.bfloat16,
        torch.device("cpu"),
        torch.Size([2, 3]),
        range(2, 20, 3),
        slice(None, 4),
        NotImplemented,
        collections.Counter("abca"),
        collections.defaultdict(list, a=[1]),
        collections.deque([1, 2], maxlen=2),
        decimal.Decimal("1.10"),
        fractions.Fraction(1, 3),
        datetime.time(3, 4),
        bytearray(b"ab"),
        "x" * 10_000,
        b"x" * 10_000,
        "\ud800\udc00",
    ],
    ids=lambda value: type(value).__name__,
)
def test_other_plain_values_keep_type_and_value(value):
    arrived = crossed(value)
    assert type(arrived) is type(value) and arrived == value


def test_views_of_a_dict_arrive_as_views():
    table = {"a": 1, "b": 2}
    assert crossed(table.keys()) == table.keys()
    assert crossed(table.items()) == table.items()
    assert list(crossed(table.values())) == [1, 2]


def test_a_named_tuple_keeps_names_and_equals_a_tuple():
    Point = collections.namedtuple("Point", "x y")
    arrived = crossed(Point(1, [2]))
    assert arrived == (1, [2]) and arrived.x == 1 and arrived.y == [2]
    assert repr(arrived) == "Point(x=1, y=[2])" and isinstance(arrived, tuple)
    top = crossed(torch.tensor([1.0, 3.0]).max(0))
    assert top.values == 3 and top.indices == 1


def test_what_was_one_object_is_one_object_again():
    row = [0, 0]
    grid = crossed([row, row, list(row)])
    assert grid[0] is grid[1] and grid[0] is not grid[2]
    tensor = torch.zeros(2)
    pair = crossed({"a": tensor, "b": tensor})
    assert pair["a"] is pair["b"]


def test_a_value_that_contains_itself_is_refused():
    loop = []
    loop.append(loop)
    with pytest.raises(Unsendable, match="contains itself"):
        crossed(loop)


def test_deep_values_are_refused():
    deep = []
    for _ in range(packing.DEPTH + 1):
        deep = [deep]
    with pytest.raises(Unsendable, match="nested more than"):
        crossed(deep)


def test_everything_else_goes_through_refer_and_resolve():
    what = object()
    assert crossed([what], lambda value: {"handle": 7}, lambda node: node["handle"]) == [7]
    with pytest.raises(Unsendable, match=r"builtins\.object"):
        crossed(what)
    with pytest.raises(WireError, match="reference"):
        crossed(what, lambda value: 7)
    with pytest.raises(Unsendable):
        crossed(np.array([object()]))


bad_nodes = {
    "no tag": {},
    "a tag of another type": {"t": ["list"]},
    "unknown tag": {"t": "pickle", "v": "gASVAA=="},
    "fewer numbers than the shape": {"t": "tensor", "dtype": "float32", "shape": [3], "b": 0},
    "a shape that overflows": {"t": "tensor", "dtype": "float32", "shape": [2**40] * 3, "b": 0},
    "negative shape": {"t": "tensor", "dtype": "float32", "shape": [-2, -1], "b": 0},
    "shape of floats": {"t": "tensor", "dtype": "float32", "shape": [2.0], "b": 0},
    "shape of booleans": {"t": "tensor", "dtype": "float32", "shape": [True, 2], "b": 0},
    "part of a number": {"t": "tensor", "dtype": "complex128", "shape": [], "b": 0},
    "unknown dtype": {"t": "tensor", "dtype": "load", "shape": [2], "b": 0},
    "an attribute as dtype": {"t": "dtype", "v": "load"},
    "strides beyond the end": {
        "t": "tensor",
        "dtype": "float32",
        "shape": [2, 2],
        "strides": [1, 2],
        "b": 0,
    },
    "strides of another rank": {
        "t": "tensor",
        "dtype": "float32",
        "shape": [2],
        "strides": [1, 1],
        "b": 0,
    },
    "expanded to a terabyte": {
        "t": "tensor",
        "dtype": "float32",
        "shape": [2**20, 2**20],
        "strides": [0, 0],
        "b": 0,
    },
    "no such blob": {"t": "tensor", "dtype": "float32", "shape": [2], "b": 9},
    "a blob counted from the end": {"t": "tensor", "dtype": "float32", "shape": [2], "b": -1},
    "gradients of whole numbers": {
        "t": "tensor",
        "dtype": "int64",
        "shape": [1],
        "b": 0,
        "grad": True,
    },
    "objects in an array": {"t": "array", "dtype": "|O", "shape": [1], "b": 0},
    "a record array": {"t": "array", "dtype": "[('a','<i4')]", "shape": [2], "b": 0},
    "characters that do not exist": {"t": "array", "dtype": "<U1", "shape": [2], "b": 1},
    "array of another length": {"t": "array", "dtype": "<f8", "shape": [2], "b": 0},
    "unhashable key": {"t": "dict", "v": [[[], 1]]},
    "a pair of three": {"t": "dict", "v": [[1, 2, 3]]},
    "unhashable element": {"t": "set", "v": [[1]]},
    "itself": [{"t": "same", "n": 0}],
    "not yet": {"t": "same", "n": 3},
    "before the first": [[], {"t": "same", "n": -1}],
    "not hex": {"t": "int", "v": "zz"},
    "a huge int": {"t": "int", "v": "0x" + "f" * 3_000_000},
    "endless range": {"t": "range", "v": [0, 10**15, 1]},
    "range of no step": {"t": "range", "v": [0, 1, 0]},
    "not UTF-8": {"t": "str", "b": 2},
    "a dunder field": {"t": "named", "name": "P", "fields": ["__class__"], "v": [1]},
    "a field twice": {"t": "named", "name": "P", "fields": ["x", "x"], "v": [1, 2]},
    "a field of code": {"t": "named", "name": "P", "fields": ["x=print(1)"], "v": [1]},
    "a name of code": {"t": "named", "name": "P\nimport os", "fields": ["x"], "v": [1]},
    "a default made by eval": {"t": "defaultdict", "f": "eval", "v": []},
    "halves of zero": {"t": "fraction", "v": [1, 0]},
    "a huge decimal": {"t": "decimal", "v": "1e999999"},
    "a device elsewhere": {"t": "device", "v": "cpu:0; import os"},
    "a day that is none": {"t": "date", "v": "2020-02-31"},
    "infinite": 1e999,
}


@pytest.mark.parametrize("what", bad_nodes)
def test_malformed_values_are_refused(what):
    with pytest.raises(WireError):
        decode(bad_nodes[what], [bytearray(8), bytearray(b"\xff" * 8), bytearray(b"\xff\xfe")])


def test_nesting_cannot_exhaust_the_stack():
    node = []
    for _ in range(900):
        node = [node]
    with pytest.raises(WireError):
        decode(node, [])


def test_sharing_cannot_multiply():
    node = [[0] * 10]
    for n in range(60):
        node.append([{"t": "same", "n": n + 1}, {"t": "same", "n": n + 1}])
    with pytest.raises(WireError, match="unfolds to too much"):
        decode(node, [])


def test_one_blob_cannot_be_copied_without_end():
    tensor = {"t": "tensor", "dtype": "uint8", "shape": [1 << 20], "b": 0}
    with pytest.raises(WireError, match="unfolds to too much"):
        decode([dict(tensor) for _ in range(1000)], [bytearray(1 << 20)])


def test_keys_that_collide_are_refused():
    start = time.perf_counter()
    with pytest.raises(WireError, match="collide"):
        decode(
            {"t": "set", "v": [{"t": "int", "v": hex(n * (2**61 - 1))} for n in range(1, 4000)]}, []
        )
    assert time.perf_counter() - start < 10


def test_a_truth_value_is_one_of_two():
    node = {"t": "tensor", "dtype": "bool", "shape": [2], "b": 0}
    assert decode(node, [bytearray(b"\x02\x00")]).equal(torch.tensor([True, False]))
    node = {"t": "array", "dtype": "|b1", "shape": [2], "b": 0}
    assert (decode(node, [bytearray(b"\x02\x00")]) == np.array([True, False])).all()


@given(json_values, st.lists(st.binary(max_size=16), max_size=3))
def test_any_json_is_a_value_or_refused(node, blobs):
    with contextlib.suppress(WireError):
        decode(node, [bytearray(blob) for blob in blobs])


@settings(max_examples=300)
@given(values, st.data())
def test_a_message_with_one_part_changed_is_a_value_or_refused(value, data):
    blobs = []
    tensor = torch.arange(6.0).reshape(2, 3).t()
    node = encode([value, tensor, np.arange(3), 10**30, ("a", 1)], blobs)
    place = node
    while isinstance(place, (list, dict)) and place:
        spots = list(place) if isinstance(place, dict) else range(len(place))
        spot = data.draw(st.sampled_from(list(spots)))
        if not isinstance(place[spot], (list, dict)) or data.draw(st.booleans()):
            place[spot] = data.draw(json_values)
            break
        place = place[spot]
    with contextlib.suppress(WireError):
        decode(node, blobs)


@pytest.fixture
def ends():
    a, b = socket.socketpair()
    yield a, b
    a.close()
    b.close()


def test_a_message_arrives_with_its_blobs(ends):
    a, b = ends
    blobs = [b"", b"x" * 3, bytes(1 << 20), memoryview(bytearray(5)), b"last"]
    thread = threading.Thread(target=send, args=(a, {"do": "call", "n": 1}, blobs))
    thread.start()
    header, arrived = receive(b, time.monotonic() + 5)
    thread.join()
    assert header == {"do": "call", "n": 1}
    assert arrived == [bytes(blob) for blob in blobs]


def test_messages_do_not_run_together(ends):
    a, b = ends
    for n in range(3):
        send(a, {"n": n}, [bytes([n])])
    assert [receive(b) for _ in range(3)] == [({"n": n}, [bytes([n])]) for n in range(3)]


def test_a_closed_end_is_gone(ends):
    a, b = ends
    b.sendall(b"cw1\n\0\0")
    b.close()
    with pytest.raises(Gone):
        receive(a)
    with pytest.raises(Gone):
        for _ in range(3):
            send(a, {"n": 1})


def test_waiting_ends_at_the_deadline(ends):
    a, _b = ends
    start = time.monotonic()
    with pytest.raises(TooLate):
        receive(a, start + 0.1)
    with pytest.raises(TooLate):  # nobody reads at the other end
        send(a, {}, [bytes(1 << 24)], deadline=time.monotonic() + 0.1)
    assert time.monotonic() - start < 10


def test_one_byte_at_a_time_does_not_stretch_the_deadline(ends):
    a, b = ends
    done = threading.Event()

    def drip():
        while not done.wait(0.02):
            b.send(b"c")

    b.sendall(struct.pack(">4sII", b"cw1\n", 1 << 20, 0))
    thread = threading.Thread(target=drip)
    thread.start()
    with pytest.raises(TooLate):
        receive(a, time.monotonic() + 0.3)
    done.set()
    thread.join()


@pytest.mark.parametrize(
    "start",
    [
        b"HTTP/1.1 200 OK\r\n",
        struct.pack(">4sII", b"cw1\n", 2**32 - 1, 0),
        struct.pack(">4sII", b"cw1\n", 2, 2**32 - 1),
        struct.pack(">4sIIQ", b"cw1\n", 2, 1, 2**63) + b"{}",
        struct.pack(">4sII", b"cw1\n", 2, 0) + b"[]",
        struct.pack(">4sII", b"cw1\n", 3, 0) + b"NaN",
        struct.pack(">4sII", b"cw1\n", 8, 0) + b'{"a":NaN',
        struct.pack(">4sII", b"cw1\n", 4, 0) + b"\xff\xfe\xff\xfe",
        struct.pack(">4sII", b"cw1\n", 100_000, 0) + b"[" * 100_000,
        struct.pack(">4sII", b"cw1\n", 100_006, 0) + b'{"a":' + b"1" * 100_000 + b"}",
    ],
    ids=range(10),
)
def test_what_is_no_message_is_refused(ends, start):
    a, b = ends
    b.sendall(start)
    with pytest.raises(WireError):
        receive(a, time.monotonic() + 5)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_message_or_refused(data):
    a, b = socket.socketpair()
    with a, b:
        b.sendall(b"cw1\n" + data)
        b.close()
        with contextlib.suppress(WireError, Gone):
            receive(a, time.monotonic() + 5)


def test_a_message_too_large_is_refused_before_anything_is_written(ends):
    a, b = ends
    huge = memoryview(bytearray(1)).cast("B")
    with pytest.raises(WireError):
        send(a, {}, [huge] * (1 << 19))
    with pytest.raises(WireError):
        send(a, {"x": float("nan")})
    with pytest.raises(WireError):
        send(a, {"x": object()})
    send(a, {"n": 1})
    assert receive(b) == ({"n": 1}, [])
