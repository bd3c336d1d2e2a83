"""What is told of numbers that no known mistake gives: only what holds for all of them."""

from dataclasses import replace

import pytest
import torch

from course_lib.exercises import ASSIGNMENTS, get_assignment, get_item
from course_lib.exercises.spec import Aspect
from course_lib.grading import check
from course_lib.grading.compare import Mismatch
from course_lib.grading.exam import Exam, Outcome
from course_lib.grading.picture import picture_of

CELL = get_item("ps4_lstm.lstm_cell")[1]
FORWARD = get_item("ps4_lstm.lstm_forward")[1]


def with_output(change):
    """A right answer whose output is changed by a last step."""

    def lstm_forward(*arguments):
        output, last = FORWARD.candidate(frozenset())(*arguments)
        return change(output), last

    return lstm_forward


def late(output):
    return torch.cat([output[:, :1] * 7, output[:, :-1]], 1)


def early(output):
    return torch.cat([output[:, 1:], output[:, :1] * 7], 1)


RELATIONS = {
    "sign": (torch.neg, "negated"),
    "double": (lambda o: o + o, "exactly twice"),
    "factor": (lambda o: o * 0.3, "0.3 times"),
    "divided-by-a-size": (lambda o: o / len(o), "the size of: batch"),
    "times-a-size": (lambda o: o * o.shape[2] * o.shape[1], "times the size of: time, hidden"),
    "added": (lambda o: o + 0.25, "0.25"),
    "reversed": (lambda o: o.flip(2), "reverse order along: hidden"),
    "shifted-late": (late, "one place too late"),
    "shifted-early": (early, "one place too early"),
}


@pytest.mark.parametrize("id", RELATIONS)
def test_a_relation_that_holds_for_every_number_is_told(id):
    change, words = RELATIONS[id]
    finding = check("ps4_lstm.lstm_forward", with_output(change)).findings[0]
    assert finding.id == id and words in finding.text, finding.text
    assert finding.kind == "numeric"


def test_no_known_mistake_has_the_id_of_a_relation():
    for assignment in map(get_assignment, ASSIGNMENTS):
        for item in assignment.items:
            known = {one.id for one in (*item.faults, *item.conventions)}
            assert not known & {*RELATIONS, "another-value", "stacked-otherwise"}, item.id


@pytest.mark.parametrize(
    "change",
    [
        lambda o: torch.where(o > 0, -o, o),
        lambda o: torch.cat([o[:, :2], o[:, 2:] * 2], 1),
        lambda o: o.sin() * 2,
        lambda o: o[torch.randperm(len(o))] * 1.5,
    ],
)
def test_no_relation_is_told_that_holds_in_part(change):
    result = check("ps4_lstm.lstm_forward", with_output(change))
    assert result.findings[0].id not in RELATIONS, str(result)


def test_exchanged_axes_are_told_with_whether_the_numbers_are_right():
    right = check("ps4_lstm.lstm_forward", with_output(lambda o: o.transpose(1, 2)))
    wrong = check("ps4_lstm.lstm_forward", with_output(lambda o: o.transpose(1, 2).sin()))
    for result in (right, wrong):
        assert "The axes time and hidden look exchanged" in result.findings[0].text
    assert "The numbers themselves are right" in right.findings[0].text
    assert "The numbers themselves" not in wrong.findings[0].text


def test_the_line_that_makes_the_first_nan_is_told():
    def lstm_cell(x, state, w_ih, w_hh, b_ih, b_hh, w_hr=None):
        h, c = state
        i, f, g, o = (x @ w_ih.T + b_ih + h @ w_hh.T + b_hh).chunk(4, 1)
        grown = torch.exp(g)
        candidate = (grown - 1 / grown) / (grown + 1 / grown) * (g / g)
        candidate = candidate + 0 * torch.log(-grown)
        c = f.sigmoid() * c + i.sigmoid() * candidate
        return o.sigmoid() * c.tanh(), c

    where = check("ps4_lstm.lstm_cell", lstm_cell).findings[0].where
    assert "first NaN" in where and "torch.log(-grown)" in where


def test_a_nan_from_infinite_numbers_says_so():
    def lstm_cell(x, state, w_ih, w_hh, b_ih, b_hh, w_hr=None):
        h, c = state
        i, f, g, o = (x @ w_ih.T + b_ih + h @ w_hh.T + b_hh).chunk(4, 1)
        c = f.sigmoid() * c + torch.exp(i) / (1 + torch.exp(i)) * g.tanh()
        return o.sigmoid() * c.tanh(), c

    finding = check("ps4_lstm.lstm_cell", lstm_cell).findings[0]
    assert finding.id == "overflow"
    assert "torch.exp(i) / (1 + torch.exp(i))" in finding.where and "infinite" in finding.where


def test_the_picture_of_stacked_gates_has_one_panel_for_each_and_places_are_told_by_gate():
    item = replace(CELL, returns=("s",), axes=lambda case: {"s": "B 4H"})
    case = CELL.cases("ordinary", 0)[0]
    right = torch.zeros(case.sizes["B"], case.sizes["4H"])
    mine = right.clone()
    mine[1, case.sizes["H"] + 2] = 3.0
    outcome = Outcome(
        Aspect("s", "s", 1, "ordinary", "values"), case, {"s": mine},
        (Mismatch("s", "value", mine, right),),
    )  # fmt: skip
    picture, caption = picture_of(Exam(get_assignment("ps4_lstm"), item, None, (0,)), outcome)
    assert [name in picture for name in ("gate i", "gate f", "gate g", "gate o")] == [True] * 4
    assert picture.count("<rect") == right.numel()
    assert "batch 1, gate f, hidden 2" in caption


def test_numbers_that_are_drawn_are_told_as_such():
    finding = check(
        "ps4_lstm.lstm_forward", with_output(lambda o: o + torch.randn_like(o))
    ).findings[0]
    assert finding.id == "draws-random-numbers"
