"""Two observations are compared name by name, and each way to differ has its own word."""

import pytest
import torch

from course_lib.grading.compare import Together, all_close, close, compare, same, together

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


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.int64])
def test_the_quick_look_says_what_the_whole_comparison_says(dtype):
    random = torch.Generator().manual_seed(3)
    seen = set()
    for power in [*range(-12, 3), None]:
        for scale in (1e-3, 1.0, 1e4):
            right = (scale * torch.randn(4, 3, generator=random, dtype=torch.float64)).to(dtype)
            off = 0.0 if power is None else 10.0**power
            mine = (right + off * torch.randn(4, 3, generator=random).double()).to(dtype)
            for spoilt in (None, float("nan"), float("inf"), -float("inf")):
                one, other = mine.clone(), right.clone()
                if spoilt is not None and dtype.is_floating_point:
                    one[0, 0] = spoilt
                    if power is None or power % 2:
                        other[0, 0] = spoilt
                said = all_close(one, other)
                assert said == bool(close(one, other).all()), (dtype, power, scale, spoilt)
                seen.add(said)
    assert seen == {True, False}


def changed(observation, change):
    """Copies, in which one number, type, shape or name is another."""
    copy = {name: tensor.clone() for name, tensor in observation.items()}
    change(copy)
    return copy


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize(
    "change",
    [
        lambda o: None,
        lambda o: o["h"][0, 0].add_(1e-6),
        lambda o: o["h"][0, 0].mul_(1 + 1e-9),
        lambda o: o["c"][-1].add_(1e-3),
        lambda o: o["c"][-1].fill_(float("nan")),
        lambda o: o["c"][-1].fill_(float("inf")),
        lambda o: o.update(h=o["h"].reshape(3, 2)),
        lambda o: o.update(h=o["h"].to(torch.float16)),
        lambda o: o.update(c=None),
        lambda o: o.pop("c"),
        lambda o: o.update(c=o.pop("h"), h=o.pop("c")),
        lambda o: o.update(more=o["h"]),
    ],
)
def test_all_numbers_at_once_give_what_each_name_gives(change, dtype):
    """Both ways round, and with names, tolerances of one's own and NaN in what is right."""
    torch.manual_seed(1)
    first = {"h": torch.randn(2, 3, dtype=dtype), "c": 1e3 * torch.randn(4, dtype=dtype)}
    for right in (first, changed(first, lambda o: o["c"][0].fill_(float("nan")))):
        other = changed(right, change)
        assert type(together(right)) is Together
        for one, two in ((other, right), (right, other)):
            for given in ({}, {"only": ("h",)}, {"rtol": 1e-2, "atol": 1e-2}, {"atol": 0.0}):
                slowly = [(m.name, m.kind) for m in compare(one, two, **given)]
                told = compare(together(one), together(two), **given)
                assert [(m.name, m.kind) for m in told] == slowly


def test_what_is_near_enough_needs_one_look(monkeypatch):
    right = {"h": RIGHT, "c": RIGHT + 1}
    looks = []
    monkeypatch.setattr("course_lib.grading.compare.all_close", lambda *_all: looks.append(1))
    assert compare(together(changed(right, lambda o: None)), together(right)) == []
    assert looks == []
