"""What is particular to ps1_convolution: its sizes, its oracles, its rule against loops."""

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from course_lib.exercises import get_assignment, get_item
from course_lib.exercises.cases_conv import slack
from course_lib.grading import check
from tests.grading.careless_ps1 import ANSWERS
from tests.grading.solution import answers

ITEMS = {item.id: item for item in get_assignment("ps1_convolution").items}
FAMILIES = {
    "conv1d": "conv1d",
    "conv1d_vectorised": "conv1d",
    "conv1d_same": "same",
    "conv2d": "conv2d",
    "true_conv2d": "true",
    "conv2d_grouped": "grouped",
}
SEEDS = (0, 1, 10_000, 10_007, 770_001)


@pytest.mark.parametrize("id", FAMILIES)
def test_sizes_are_all_different_so_that_no_transpose_hides(id):
    for seed in SEEDS:
        for case in ITEMS[id].cases("ordinary", seed):
            assert len(set(case.sizes.values())) == len(case.sizes), (case.id, case.sizes)
            assert all((t != 0).all() for t in case.tensors.values())


@pytest.mark.parametrize("id", FAMILIES)
def test_each_size_is_one_once(id):
    derived = {"L'", "H'", "W'", "C_in/groups"}
    for seed in SEEDS:
        cases = ITEMS[id].cases("ones", seed)
        ones = [letter for case in cases for letter, size in case.sizes.items() if size == 1]
        assert set(ones) - derived == set(cases[0].sizes) - derived


@pytest.mark.parametrize("id", FAMILIES)
def test_kernels_are_odd_and_even_and_the_last_windows_reach_into_the_padding(id):
    for seed in SEEDS:
        cases = ITEMS[id].cases("ordinary", seed)
        kernels = {case.sizes.get("K", case.sizes.get("K_h")) % 2 for case in cases}
        assert kernels == {0, 1}
        for case in cases:
            if "padding" in case.options:
                ends = slack(FAMILIES[id], case.sizes, case.options)
                assert max(ends) < case.options["padding"], case.id


def test_the_counts_of_the_oracle_are_those_of_the_chapter():
    oracle = ITEMS["parameter_counts"].oracle
    dense, _local, _convolution = oracle(1024, 1024, 3, 3, 5)
    assert dense == (1024 * 1024 * 3) ** 2 == 9_895_604_649_984
    dense, local, convolution = oracle(4, 6, 2, 7, 3)
    assert dense == sum(p.numel() for p in nn.Linear(48, 168, bias=False).parameters())
    assert (local, convolution) == (24 * 9 * 2 * 7, 9 * 2 * 7 + 7)


def test_the_count_of_positions_is_the_length_of_what_torch_gives():
    for case in ITEMS["output_size"].cases("fresh", 9):
        size, *how = case.options.values()
        kernel, stride, padding, dilation = how
        out = F.conv1d(torch.ones(1, 1, size), torch.ones(1, 1, kernel), None, stride, padding,
                       dilation)  # fmt: skip
        assert ITEMS["output_size"].oracle(size, *how) == out.shape[2]


def test_the_oracle_of_true_convolution_multiplies_polynomials():
    """(1 + 2z)(3 + 4z + 5z²) = 3 + 10z + 13z² + 10z³: what convolution means."""
    x = torch.tensor([[[[3.0, 4.0, 5.0]]]])
    weight = torch.tensor([[[[1.0, 2.0]]]])
    out = ITEMS["true_conv2d"].oracle(x, weight, None, 1)
    assert out[0, 0, 1].tolist() == [3.0, 10.0, 13.0, 10.0]


def patches_of(x, weight, padding):
    return F.pad(x, (padding, padding)).unfold(2, weight.shape[2], 1).unbind(2)


def in_a_comprehension(x, weight, bias=None, padding=0):
    rows = [
        F.linear(patch.flatten(1), weight.flatten(1), bias)
        for patch in patches_of(x, weight, padding)
    ]
    return torch.stack(rows, 2)


def with_map(x, weight, bias=None, padding=0):
    def row(patch):
        return F.linear(patch.flatten(1), weight.flatten(1), bias)

    return torch.stack(tuple(map(row, patches_of(x, weight, padding))), 2)


@pytest.mark.parametrize("loop", [in_a_comprehension, with_map])
def test_a_loop_over_positions_is_found_however_it_is_written(loop):
    result = check("ps1_convolution.conv1d_vectorised", loop)
    assert [finding.id for finding in result.findings] == ["loops-over-positions"]


def by_places(x, weight, bias=None, padding=0):
    x = F.pad(x, (padding, padding))
    length = x.shape[2] - weight.shape[2] + 1
    out = 0
    for k in range(weight.shape[2]):
        out = out + torch.einsum("bcl,oc->bol", x[:, :, k : k + length], weight[:, :, k])
    return out if bias is None else out + bias[:, None]


def by_table(x, weight, bias=None, padding=0):
    x = F.pad(x, (padding, padding))
    length = x.shape[2] - weight.shape[2] + 1
    table = torch.tensor([[i + k for k in range(weight.shape[2])] for i in range(length)])
    patches = x[:, :, table].transpose(1, 2).flatten(2)  # (B, L', C_in K)
    out = (patches @ weight.flatten(1).T).transpose(1, 2)
    return out if bias is None else out + bias[:, None]


@pytest.mark.parametrize("right", [by_places, by_table])
def test_other_ways_without_a_loop_over_positions_are_right(right):
    result = check("ps1_convolution.conv1d_vectorised", right, hidden=True)
    assert result.passed, str(result)


def by_position(x, weight, bias=None, stride=1, padding=0, dilation=1):
    """The slow way: a loop over rows and columns of the output."""
    x = F.pad(x, (padding,) * 4)
    (K_h, K_w) = weight.shape[2:]
    rows = range(0, x.shape[2] - dilation * (K_h - 1), stride)
    columns = range(0, x.shape[3] - dilation * (K_w - 1), stride)
    places = [(i, j) for i in rows for j in columns]
    out = [
        torch.einsum(
            "bckl,ockl->bo",
            x[:, :, i : i + dilation * K_h : dilation, j : j + dilation * K_w : dilation]
            [:, :, :K_h, :K_w], weight,
        )
        for i, j in places
    ]  # fmt: skip
    out = torch.stack(out, 2).unflatten(2, (len(rows), len(columns)))
    return out if bias is None else out + bias[:, None, None]


def test_a_slow_right_answer_to_the_images_is_right():
    result = check("ps1_convolution.conv2d", by_position, hidden=True)
    assert result.passed, str(result)


def test_the_examples_of_the_statement_are_true():
    names = answers("ps1_convolution")
    image = torch.zeros(1, 1, 6, 6)
    image[:, :, :, 3:] = 1
    edge = names["conv2d"](image, torch.tensor([[[[-1.0, 1.0]]]]))[0, 0]
    assert (edge == torch.tensor([0.0, 0.0, 1.0, 0.0, 0.0])).all()
    row = torch.tensor([[[1.0, 2.0, 3.0, 4.0]]])
    kernel = torch.tensor([[[1.0, 0.0, -1.0]]])
    assert names["conv1d"](row, kernel).shape[2] == 2  # "write the two sums down"
    # Seven boxes, a kernel of 3 with dilation 2: it covers five, begins in three, lands in two.
    assert names["output_size"](7, 3, dilation=2) == 3
    assert names["output_size"](7, 3, stride=2, dilation=2) == 2


@pytest.mark.parametrize("name, item, answer, expected", ANSWERS, ids=[e[0] for e in ANSWERS])
def test_a_careless_answer_is_told_its_mistake_and_nothing_else(name, item, answer, expected):
    result = check(f"ps1_convolution.{item}", answer)
    assert not result.passed
    assert result.findings[0].id in expected, str(result)
    assert len(result.findings) == 1, "one cause is told once"


@pytest.mark.parametrize("id", ["parameter_counts", "output_size"])
def test_where_a_count_is_wrong_the_numbers_it_was_asked_with_are_told(id):
    item = ITEMS[id]
    result = check(f"ps1_convolution.{id}", item.candidate(item.faults[0].switches))
    where = result.findings[0].where
    assert all(name in where for name in item.arguments), where


def test_a_wrong_channel_is_the_one_that_the_picture_shows():
    item = get_item("ps1_convolution.conv2d")[1]

    def conv2d(*arguments):
        out = item.candidate(frozenset())(*arguments)
        return torch.cat([out[:, :2], out[:, 2:3] ** 2, out[:, 3:]], 1)

    result = check("ps1_convolution.conv2d", conv2d)
    assert "output channel 2" in result.caption.split("The picture shows")[1]
