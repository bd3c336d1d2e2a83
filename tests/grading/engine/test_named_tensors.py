"""Plain tensors travel as one blob; what a hostile process makes of the format is refused."""

import collections
import random

import pytest
import torch
from torch import nn

from course_lib.exercises.spec import Case
from course_lib.grading.compare import Together, together
from course_lib.grading.engine.asked import decoded, encoded
from course_lib.grading.engine.named_tensors import observation, pack, unpack
from course_lib.grading.engine.packing import WireError
from course_lib.grading.engine.shell import _plain

PLAIN = {
    "x": torch.randn(2, 3),
    "state": None,
    "double": torch.randn(3, dtype=torch.float64),
    "whole": torch.tensor(7),
    "odd": torch.randn(5),
    "yes": torch.tensor([True, False, True]),
    "empty": torch.empty(0, 4),
}


def test_names_types_shapes_and_numbers_come_back():
    back = unpack(*pack(PLAIN))
    assert list(back) == list(PLAIN)
    for name, tensor in PLAIN.items():
        if tensor is None:
            assert back[name] is None
        else:
            assert back[name].dtype is tensor.dtype and torch.equal(back[name], tensor)
            assert back[name].shape == tensor.shape


@pytest.mark.parametrize("letter", ["float32", "float64"])
def test_numbers_of_one_type_come_back_behind_one_another_too(letter):
    dtype = getattr(torch, letter)
    alike = {"x": torch.randn(3, dtype=dtype), "y": torch.randn(1, 2, dtype=dtype)}
    back = observation(*pack(alike))
    assert torch.equal(back.flat, torch.cat([alike["x"], alike["y"].reshape(-1)]))
    assert back.rows == together(alike).rows and torch.equal(together(alike).flat, back.flat)
    for other in (PLAIN, {}, {"none": None}, alike | {"n": None}, {"w": torch.tensor([1])}):
        assert observation(*pack(other)).flat is None
        assert type(together(other)) is not Together


def test_what_comes_back_can_be_changed_without_changing_its_neighbours():
    back = unpack(*pack(PLAIN))
    back["x"].fill_(9)
    assert torch.equal(back["double"], PLAIN["double"]) and (back["x"] == 9).all()


@pytest.mark.parametrize(
    "tensor",
    [
        torch.randn(2, 3).T,
        torch.randn(2, requires_grad=True),
        nn.Parameter(torch.randn(2)),
        torch.randn(2, dtype=torch.complex64),
        torch.randn(2).to_sparse(),
        torch.randn(2, device="meta"),
        3.0,
    ],
)
def test_what_is_not_plain_is_left_to_the_general_way(tensor):
    assert pack({"x": tensor}) is None


@pytest.mark.parametrize("tensors", [PLAIN, {"view": torch.randn(3, 2).T, "none": None}])
def test_a_case_arrives_as_it_was_also_where_a_tensor_is_a_view(tensors):
    case = Case("c", {"B": 2}, tensors, {"batch_first": True})
    _number, blobs = encoded(case)
    told, functions = decoded(blobs)
    back = Case(**told)
    assert (back.id, back.sizes, back.options, functions) == (case.id, case.sizes, case.options, [])
    for name, tensor in tensors.items():
        assert (back.tensors[name] is None) == (tensor is None)
        if tensor is not None:
            assert torch.equal(back.tensors[name], tensor)
            assert back.tensors[name].stride() == tensor.stride()


@pytest.mark.parametrize(
    "options",
    [
        {"steps": 3, "rate": 0.1, "low": -0.0, "names": ["a", {"b": None}], "deep": True},
        {"pair": (1, 2)},
        {"inside": [{"pair": (1, 2)}]},
        {"by": {1: "one"}},
        {"lasting": float("inf")},
        {"state": collections.OrderedDict(a=1)},
        {"dtype": torch.float64, "weights": torch.randn(2)},
    ],
)
def test_options_of_a_case_keep_value_and_type(options):
    told, _functions = decoded(encoded(Case("c", {"B": 2}, PLAIN, options))[1])
    assert repr(told["options"]) == repr(options)


@pytest.mark.parametrize(
    ("rows", "data"),
    [
        (None, b""),
        ({"x": 1}, b""),
        ([["x", "f", [2]]], bytes(4)),
        ([["x", "f", [1]]], bytes(16)),
        ([["x", "f", [-1]]], b""),
        ([["x", "f", [True]]], bytes(8)),
        ([["x", "f", [2**40, 2**40]]], bytes(8)),
        ([["x", "f", [0, *[2**30] * 31]], ["y", "f", [1]]], bytes(4)),
        ([["x", "f", [2**30, 2**30, 2**30, 0]]], b""),
        ([["x", "q", [1]]], bytes(8)),
        ([["x", ["f"], [1]]], bytes(8)),
        ([["x", "f", [1] * 40]], bytes(8)),
        ([["x"], ["x"]], b""),
        ([[3, "f", [1]]], bytes(8)),
        ([["x", "f"]], b""),
        ([[]], b""),
        ([["x"]] * 2000, b""),
    ],
)
def test_anything_else_is_refused_before_memory_is_taken(rows, data):
    with pytest.raises(WireError):
        unpack(rows, data)


def test_any_bytes_and_any_rows_give_tensors_or_a_refusal():
    chance = random.Random(3)
    good, data = pack(PLAIN)
    outcomes = set()
    for _ in range(400):
        rows = [list(row) for row in good]
        row = chance.choice(rows)
        row[chance.randrange(len(row))] = chance.choice(
            ["f", "d", "?", None, 3, [], [2], [0, 2**31], "x", {}, [[1]]]
        )
        cut = chance.choice([data, data[:-1], data + bytes(8), bytes(chance.randbytes(len(data)))])
        try:
            unpack(rows, cut)
            outcomes.add("tensors")
        except WireError:
            outcomes.add("refused")
    assert outcomes == {"tensors", "refused"}


@pytest.mark.parametrize("named", [{3: torch.ones(1)}, dict.fromkeys(map(str, range(2000)))])
def test_names_that_the_other_side_would_refuse_are_left_to_the_general_way(named):
    assert pack(named) is None


def test_an_answer_is_plain_however_it_lies_in_memory_but_is_never_made_larger():
    wide = torch.randn(2, 12)
    found = {"view": wide[:, 3:6], "turned": wide.T.requires_grad_(), "none": None}
    rows, data = pack(_plain(found))
    back = unpack(rows, data)
    assert torch.equal(back["view"], found["view"]) and torch.equal(back["turned"], wide.T)
    vast = torch.zeros(1).expand(1 << 40)  # four bytes that say they were a lot
    assert _plain({"vast": vast, "few": wide.to_sparse()})["vast"].stride() == (0,)
