"""What a check says is true, in the right words: found by writing wrong answers as a student."""

import builtins
import re

import pytest
import torch
from torch import nn

from course_lib.exercises import get_item
from course_lib.grading import check, start
from course_lib.grading.diagnosis_numbers import apart
from course_lib.i18n import set_language

RIGHT = {
    item: get_item(f"ps4_lstm.{item}")[1].candidate(frozenset())
    for item in ("lstm_cell", "lstm_forward", "lstm_module")
}


@pytest.fixture(autouse=True)
def english():
    start("ps4_lstm", language="en")
    yield
    set_language("en")


def cell(x, state, w_ih, w_hh, b_ih, b_hh, e=None, scale=1.0, kind=None, keep=None):
    h, c = state
    i, f, g, o = (x @ w_ih.T + b_ih + h @ w_hh.T + b_hh).chunk(4, 1)
    o = o.sigmoid() if e is None else 1 / (1 + e**-o)
    f = keep(f) if keep else f.sigmoid()
    c = f * c + i.sigmoid() * g.tanh() * scale
    h = o * c.tanh()
    return (h, c) if kind is None else (h.to(kind), c.to(kind))


def with_options(**options):
    def lstm_cell(x, state, w_ih, w_hh, b_ih, b_hh, w_hr=None):
        return cell(x, state, w_ih, w_hh, b_ih, b_hh, **options)

    return lstm_cell


def module(**first):
    """A module whose parameters start as the statement says, but for those in ``first``."""

    class LSTM(nn.Module):
        def __init__(self, input_size, hidden_size, batch_first=False, proj_size=0):
            super().__init__()
            bound = hidden_size**-0.5
            rows = 4 * hidden_size
            shapes = {"weight_ih_l0": (rows, input_size), "weight_hh_l0": (rows, hidden_size)}
            for name, shape in (shapes | {"bias_ih_l0": (rows,), "bias_hh_l0": (rows,)}).items():
                value = torch.empty(shape).uniform_(-bound, bound)
                for part, change in first.items():
                    value = change(value) if part in name else value
                setattr(self, name, nn.Parameter(value))

    return LSTM


def first_weights(answer):
    result = check("ps4_lstm.lstm_module", answer)
    aspect = next(a for a in result.aspects if a.id == "first_weights" or "first" in a.title)
    return aspect.passed, [f for f in result.findings if f.id.startswith("starts-")]


def test_biases_start_at_random_like_the_weights():
    assert first_weights(module())[0]
    passed, found = first_weights(module(bias=torch.zeros_like))
    assert not passed and [f.id for f in found] == ["starts-bias"]
    passed, found = first_weights(module(weight=lambda w: w * 3, bias=torch.zeros_like))
    assert not passed and "starts-bias" not in [f.id for f in found]


def test_first_values_are_never_told_with_a_place_that_is_none_of_the_students():
    for change in (torch.randn_like, torch.zeros_like, torch.rand_like, lambda w: w * 3):
        _passed, found = first_weights(module(weight=change))
        assert found and not any(finding.where for finding in found)


@pytest.mark.parametrize("one, other", [(-0.010651, -0.010652), (0.1, 0.1 + 1e-12), (3.0, 3.1)])
def test_two_different_numbers_are_written_differently(one, other):
    mine, right = apart(one, other)
    assert mine != right and float(mine) == pytest.approx(one, rel=1e-3)


def test_a_difference_in_the_tenth_digit_can_be_seen():
    where = check("ps4_lstm.lstm_cell", with_options(scale=1 + 1e-4)).findings[0].where
    mine, right = re.findall(r"-?\d+\.\d+", where)
    assert mine != right


@pytest.mark.parametrize("item", ["lstm_cell", "lstmp_cell"])
def test_a_rounded_constant_is_not_called_a_cut_gradient_or_a_fixed_type(item):
    result = check(f"ps4_lstm.{item}", with_options(e=2.718))
    ids = {finding.id for finding in result.findings}
    assert not ids & {"gradient-wrong", "not-float64"}
    assert item == "lstmp_cell" or "almost" in ids


def test_half_precision_is_named_as_a_type():
    finding = check("ps4_lstm.lstm_cell", with_options(kind=torch.half)).findings[0]
    assert finding.id == "dtype" and "float16" in finding.text


def test_of_two_facts_only_the_more_particular_is_told():
    result = check("ps4_lstm.lstm_cell", with_options(keep=lambda f: f.softmax(1)))
    assert "the given cell state is zero" in result.findings[0].text
    assert "the given state is zero" not in result.findings[0].text


def test_an_argument_changed_in_place_is_told_as_before_and_after():
    def lstm_cell(x, state, w_ih, w_hh, b_ih, b_hh, w_hr=None):
        h, c = state
        i, f, g, o = (x @ w_ih.T + b_ih + h @ w_hh.T + b_hh).chunk(4, 1)
        c *= f.sigmoid()
        c += i.sigmoid() * g.tanh()
        return o.sigmoid() * c.tanh(), c

    where = check("ps4_lstm.lstm_cell", lstm_cell).findings[0].where
    assert "given c" in where and "after the call" in where and "should be" not in where


def test_an_interruption_is_not_blamed_on_the_code():
    def lstm_cell(*_arguments):
        raise KeyboardInterrupt

    finding = check("ps4_lstm.lstm_cell", lstm_cell).findings[0]
    assert finding.id == "interrupted" and "ended the program" not in finding.text


def test_a_question_to_the_keyboard_is_not_waited_for():
    def lstm_cell(*_arguments):
        return input("?")

    before, builtins.input = builtins.input, lambda *_prompt: "an answer, after a long time"
    try:
        told = builtins.input
        finding = check("ps4_lstm.lstm_cell", lstm_cell).findings[0]
        assert builtins.input is told  # as it was before
    finally:
        builtins.input = before
    assert finding.id == "raises-EOFError" and "nobody to ask" in finding.text


def test_an_exceptions_words_end_before_ours_begin():
    def lstm_cell(x, state, w_ih, *_rest):
        return x @ w_ih, None

    text = check("ps4_lstm.lstm_cell", lstm_cell).findings[0].text
    assert re.search(r"\d+x\d+\)\. A matrix of shape", text)


def test_the_line_of_an_error_is_told_with_its_function():
    def helper():
        raise ValueError("no")

    where = check("ps4_lstm.lstm_cell", lambda *_arguments: helper()).findings[0].where
    assert "in helper" in where and 'raise ValueError("no")' in where


def test_chinese_lists_have_chinese_commas_and_no_space_follows_a_full_stop():
    welcome = str(start("ps4_lstm", language="zh_CN"))
    said = [welcome]
    swapped = check("ps4_lstm.lstm_cell", order_ifog)
    said += [str(swapped)]

    def detached(x, state, *weights):
        h, c = cell(x, state, *weights[:4])
        return h.detach(), c.detach()

    said += [str(check("ps4_lstm.lstm_cell", detached))]
    assert "批量 0、隐藏单元 0" in said[1] and "i、f、o、g" in said[1]
    assert not any(re.search("。 |[一-鿿], ", text) for text in said)


def order_ifog(x, state, w_ih, w_hh, b_ih, b_hh, w_hr=None):
    h, c = state
    i, f, o, g = (x @ w_ih.T + b_ih + h @ w_hh.T + b_hh).chunk(4, 1)
    c = f.sigmoid() * c + i.sigmoid() * g.tanh()
    return o.sigmoid() * c.tanh(), c


lstm_cell = order_ifog


def lstm_forward(input, initial_states, w_ih, w_hh, b_ih, b_hh, w_hr=None):
    """Right, but for the cell it calls."""
    if initial_states is None:
        zeros = input.new_zeros(len(input), w_hh.shape[1])
        initial_states = (zeros, zeros)
    state, outputs = initial_states, []
    for x in input.unbind(1):
        state = lstm_cell(x, state, w_ih, w_hh, b_ih, b_hh, w_hr)
        outputs.append(state[0])
    return torch.stack(outputs, 1), state


def test_a_mistake_that_comes_from_an_earlier_answer_sends_the_student_there():
    assert "Begin there" not in str(check("ps4_lstm.lstm_forward", lstm_forward))  # never checked
    check("ps4_lstm.lstm_cell", order_ifog)
    result = check("ps4_lstm.lstm_forward", lstm_forward)
    assert "lstm_forward calls lstm_cell" in result.begin
    assert result.begin in str(result)
    assert "Begin there" in result._repr_mimebundle_()["text/html"]
    check("ps4_lstm.lstm_cell", RIGHT["lstm_cell"])
    assert not check("ps4_lstm.lstm_forward", lstm_forward).begin


def test_an_answer_that_is_right_or_calls_nothing_is_sent_nowhere():
    check("ps4_lstm.lstm_cell", order_ifog)
    assert not check("ps4_lstm.lstm_forward", RIGHT["lstm_forward"]).begin
    own = get_item("ps4_lstm.lstm_forward")[1].candidate(frozenset({"restarts-from-zero"}))
    assert not check("ps4_lstm.lstm_forward", own).begin
