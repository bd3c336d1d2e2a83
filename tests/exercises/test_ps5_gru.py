"""What is particular to assignment ps5_gru: its oracles, its cases, and careless answers."""

import pytest
import torch
from torch import nn

from course_lib.exercises import get_assignment
from course_lib.exercises.ps5_gru import original_cell, torch_backward
from course_lib.exercises.questions_gru import unknown_cells
from course_lib.grading import check
from course_lib.layers.gru import gru_cell
from tests.grading.careless_ps5 import ANSWERS
from tests.grading.gates.truth import named
from tests.grading.solution import answers

ITEMS = {item.id: item for item in get_assignment("ps5_gru").items}
LETTERED = [item for item in ITEMS.values() if item.cases("fresh", 5)[0].tensors]
SEEDS = (0, 1, 10_000, 10_007, 770_001)


@pytest.mark.parametrize("item", LETTERED, ids=lambda item: item.id)
def test_sizes_are_all_different_and_no_number_is_zero(item):
    for seed in SEEDS:
        for role in ("ordinary", "fresh", "double"):
            for case in item.cases(role, seed):
                assert len(set(case.sizes.values())) == len(case.sizes), case.id
        for case in item.cases("ordinary", seed):
            assert all(t is not None and (t != 0).all() for t in case.tensors.values())


@pytest.mark.parametrize("item", LETTERED, ids=lambda item: item.id)
def test_each_size_is_one_once(item):
    ones = [k for case in item.cases("ones", 0) for k, v in case.sizes.items() if v == 1]
    assert sorted(ones) == sorted(set(item.cases("ordinary", 0)[0].sizes) - {"3H"})


def test_the_oracle_of_the_original_form_is_the_paper_s_equation_unit_by_unit():
    for case in ITEMS["gru_cell_original"].cases("fresh", 3):
        x, h, w_ih, w_hh, b_ih, b_hh = case.tensors.values()
        size = h.shape[1]
        rows = (x @ w_ih.T + b_ih).double()
        for b in range(len(x)):
            reset = torch.sigmoid(rows[b, :size] + w_hh[:size] @ h[b] + b_hh[:size]) * h[b]
            for k in range(size):
                z = torch.sigmoid(rows[b, size + k] + w_hh[size + k] @ h[b] + b_hh[size + k])
                n = torch.tanh(rows[b, 2 * size + k] + w_hh[2 * size + k] @ reset
                               + b_hh[2 * size + k])  # fmt: skip
                right = (1 - z) * n + z * h[b, k]
                assert torch.isclose(original_cell(*case.tensors.values())[b, k], right)


def test_the_two_forms_agree_where_the_rubric_says_so():
    x, h, w_ih, w_hh, b_ih, b_hh = ITEMS["gru_cell"].cases("fresh", 3)[0].tensors.values()
    size = h.shape[1]
    assert not torch.allclose(gru_cell(x, h, w_ih, w_hh, b_ih, b_hh),
                              original_cell(x, h, w_ih, w_hh, b_ih, b_hh))  # fmt: skip
    diagonal, bias = w_hh.clone(), b_hh.clone()
    diagonal[2 * size :] = torch.diag(w_hh[2 * size :].diagonal())
    bias[2 * size :] = 0
    open_gate = b_ih.clone()
    open_gate[:size] = 1000
    for weights in ((w_ih, diagonal, b_ih, bias), (w_ih, w_hh, open_gate, b_hh)):
        assert torch.allclose(gru_cell(x, h, *weights), original_cell(x, h, *weights))


def test_the_oracle_of_the_gradients_is_autograd_through_nn_gru():
    case = ITEMS["gru_backward"].cases("fresh", 2)[0]
    grad_output, input, h_0, *weights = case.tensors.values()
    gru = nn.GRU(input.shape[2], h_0.shape[1], batch_first=True, dtype=torch.float64)
    for parameter, weight in zip(gru.parameters(), weights, strict=True):
        parameter.data.copy_(weight)
    output, _h_n = gru(input, h_0.unsqueeze(0))
    output.backward(grad_output)
    found = torch_backward(*case.tensors.values())[2:]
    for parameter, gradient in zip(gru.parameters(), found, strict=True):
        assert torch.allclose(parameter.grad, gradient)


def test_the_four_unknown_cells_are_four_forms_and_each_case_asks_about_one():
    tensors = list(ITEMS["gru_cell"].cases("fresh", 3)[0].tensors.values())
    given = [cell(*tensors) for cell in unknown_cells().values()]
    for a in range(4):
        for b in range(a):
            assert not torch.allclose(given[a], given[b])
    assert torch.allclose(unknown_cells()["after-keeps"](*tensors), gru_cell(*tensors))
    assert len(ITEMS["gru_form"].cases("ordinary", 4)) == 4


@pytest.mark.slow
def test_the_reference_learns_the_adding_task_as_the_statement_promises(capsys):
    answers("ps5_gru")["train"](1500)
    first, *_rest, last = (float(line.split()[1]) for line in capsys.readouterr().out.splitlines())
    assert first > 0.16 and last < 0.01


CERTAIN = [entry for entry in ANSWERS if None not in entry[3]]
OPEN = [entry for entry in ANSWERS if None in entry[3]]


@pytest.mark.parametrize("name, item, answer, expected", CERTAIN, ids=[e[0] for e in CERTAIN])
def test_a_careless_answer_is_told_its_mistake_and_only_that(name, item, answer, expected):
    result = check(f"ps5_gru.{item}", answer)
    assert not result.passed
    assert result.findings[0].id in expected, str(result)
    assert len(result.findings) == 1, str(result)


@pytest.mark.parametrize("name, item, answer, expected", OPEN, ids=[e[0] for e in OPEN])
def test_a_mistake_that_nobody_foresaw_gets_no_name(name, item, answer, expected):
    result = check(f"ps5_gru.{item}", answer)
    assert not result.passed
    assert not named(ITEMS[item], result), str(result)
