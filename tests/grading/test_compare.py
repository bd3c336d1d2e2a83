"""Two observations are compared name by name, and each way to differ has its own word."""

import pytest
import torch

from course_lib.grading.compare import compare, same

RIGHT = torch.tensor([1.0, 2.0], dtype=torch.float64)


@pytest.mark.parametrize(
    ("mine", "kind"),
    [
        (None, "missing"),
        (torch.ones(3, dtype=torch.float64), "shape"),
        (RIGHT.float(), "dtype"),
        (RIGHT + 1e-6, "value"),
        (RIGHT * float("nan"), "nan"),
    ],
)
def test_each_way_to_differ_has_its_word(mine, kind):
    assert [(m.name, m.kind) for m in compare({"h": mine}, {"h": RIGHT})] == [("h", kind)]


def test_a_name_too_many_is_extra_and_one_that_is_not_looked_at_is_nothing():
    assert [m.kind for m in compare({"h": RIGHT, "c": RIGHT}, {"h": RIGHT})] == ["extra"]
    assert compare({"h": RIGHT, "c": RIGHT}, {"h": RIGHT, "c": RIGHT + 1}, only=("h",)) == []


def test_rounding_is_no_difference_and_is_measured_by_the_largest_value():
    assert compare({"h": RIGHT * (1 + 1e-9)}, {"h": RIGHT}) == []
    large = torch.tensor([1e6, 0.0], dtype=torch.float64)
    assert compare({"h": large + 1e-4}, {"h": large}) == []
    assert compare({"h": RIGHT * 0 + 1e-4}, {"h": RIGHT * 0}) != []


def test_sameness_needs_names_shapes_types_and_numbers():
    assert same({"h": RIGHT, "b": None}, {"h": RIGHT.clone(), "b": None})
    for other in ({"h": RIGHT}, {"h": RIGHT.float(), "b": None}, {"h": RIGHT, "b": RIGHT}):
        assert not same({"h": RIGHT, "b": None}, other)
    middle = torch.tensor([1.0, 5.0, 2.0])  # the first and the last number agree
    assert not same({"h": middle}, {"h": torch.tensor([1.0, 6.0, 2.0])})
