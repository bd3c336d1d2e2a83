"""The description of assignment ps4_lstm keeps its promises."""

import re
from itertools import combinations
from pathlib import Path

import pytest
import torch
from torch import nn

from course_lib.errors import CourseError
from course_lib.exercises import ASSIGNMENTS, get_assignment, get_item
from tests.grading.solution import notebook

ROOT = Path(__file__).parents[2]
ITEMS = get_assignment("ps4_lstm").items
SEEDS = (0, 1, 10_000, 10_007, 770_001)
by_id = {"argvalues": ITEMS, "ids": [item.id for item in ITEMS]}


def test_an_unknown_assignment_or_item_is_answered_with_those_that_exist():
    with pytest.raises(CourseError, match="ps4_lstm"):
        get_assignment("ps9")
    with pytest.raises(CourseError, match="lstm_cell"):
        get_item("ps4_lstm.gru")
    assert "ps4_lstm" in ASSIGNMENTS


@pytest.mark.parametrize("item", **by_id)
def test_sizes_are_all_different_so_that_no_transpose_hides(item):
    for seed in SEEDS:
        for role in ("ordinary", "fresh", "double", "large"):
            for case in item.cases(role, seed):
                sizes = {k: v for k, v in case.sizes.items() if not (k == "T" and v == 1)}
                assert len(set(sizes.values())) == len(sizes), (case.id, case.sizes)


@pytest.mark.parametrize("item", **by_id)
def test_the_diagnosis_has_cases_in_which_no_two_axes_differ_by_the_same_number(item):
    """Else a loop over the wrong axis is taken for a loop that leaves out a step."""
    sizes = [case.sizes for case in item.cases("fresh", 770_001)]
    assert len(sizes) == 3
    for one, other in combinations([k for k in sizes[0] if k != "4H"], 2):
        differences = {abs(case[one] - case[other]) for case in sizes}
        assert 0 not in differences and len(differences) > 1, (one, other)


@pytest.mark.parametrize("item", **by_id)
def test_each_size_is_one_once(item):
    ones = [k for case in item.cases("ones", 0) for k, v in case.sizes.items() if v == 1]
    free = {letter for letter in item.cases("ordinary", 0)[0].sizes if letter != "4H"}
    with_projection = "P" in free
    assert set(ones) == free - ({"H"} if with_projection else set())


@pytest.mark.parametrize("item", **by_id)
def test_weights_biases_and_given_states_are_never_zero(item):
    for seed in SEEDS:
        for case in item.cases("ordinary", seed):
            assert all(t is not None and (t != 0).all() for t in case.tensors.values())


@pytest.mark.parametrize("item", **by_id)
def test_the_same_seed_draws_the_same_cases_and_another_seed_draws_others(item):
    one, again, other = (item.cases("ordinary", seed) for seed in (3, 3, 4))
    for a, b in zip(one, again, strict=True):
        assert all(torch.equal(a.tensors[n], b.tensors[n]) for n in a.tensors)
    assert one[0].sizes != other[0].sizes or any(
        not torch.equal(one[0].tensors[n], other[0].tensors[n]) for n in one[0].tensors
    )


def test_the_oracle_of_the_cell_is_lstm_cell_of_torch():
    item = get_item("ps4_lstm.lstm_cell")[1]
    for case in item.cases("fresh", 5):
        t = case.tensors
        cell = nn.LSTMCell(t["x"].shape[1], t["h"].shape[1], dtype=torch.float64)
        weights = {"weight_ih": "w_ih", "weight_hh": "w_hh", "bias_ih": "b_ih", "bias_hh": "b_hh"}
        cell.load_state_dict({name: t[short] for name, short in weights.items()})
        expected = cell(t["x"], (t["h"], t["c"]))
        mine = item.oracle(t["x"], (t["h"], t["c"]), t["w_ih"], t["w_hh"], t["b_ih"], t["b_hh"])
        for a, b in zip(mine, expected, strict=True):
            assert torch.allclose(a, b, rtol=0, atol=1e-12)
