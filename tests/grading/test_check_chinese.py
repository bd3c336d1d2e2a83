"""Chinese feedback is set as Chinese: full-width colons, spaces only beside Latin letters."""

import re
from types import SimpleNamespace

import pytest

from course_lib.grading import check, progress, start
from course_lib.grading.diagnosis_numbers import asked_with
from course_lib.grading.html import _code
from course_lib.grading.phrases import labelled, listed, say_again
from course_lib.i18n import _, get_language, speaking
from course_lib.i18n.told import recipe

WHICH = "What the other time steps say is overwritten in {which}."
GATE = "The slope of the activation is missing in the {gate}."
KIND = "{name} returned {kind} where {wanted} belongs."


@pytest.fixture(autouse=True)
def chinese():
    before = get_language()
    with speaking("zh_CN"):
        yield
    assert get_language() == before


@pytest.mark.parametrize(
    ("said", "values", "expected"),
    [
        (WHICH, {"which": "w_ih 的梯度"}, "在 w_ih 的梯度里，"),
        (WHICH, {"which": "偏置的梯度"}, "在偏置的梯度里，"),
        (GATE, {"gate": "候选值 g"}, "候选值 g 漏了"),
        (
            KIND,
            {"name": "f", "kind": "None", "wanted": "一个列表"},
            "返回了 None，而这里应该是一个列表。",
        ),
    ],
)
def test_values_are_set_into_a_chinese_sentence(said, values, expected):
    assert expected in _(said).format(**values)


def test_nothing_inside_a_value_is_touched():
    line = "x = '中 文 ' + a中b"
    assert _("In your line {number}: {line}").format(number=3, line=line).endswith(line)


def test_a_sentence_said_again_is_set_again():
    made = recipe(_(GATE).format(gate=_("candidate g")))
    assert "候选值 g 漏了" in say_again(made)
    with speaking("en"):
        assert say_again(made) == GATE.format(gate="candidate g")


def test_names_and_lists_have_the_marks_of_the_language():
    assert labelled("分数", "3") == "分数：3"
    assert listed(["a", "b"]) == "a、b"
    with speaking("en"):
        assert labelled("Marks", "3") == "Marks: 3"


def test_numbers_of_a_call_are_listed_with_the_comma_of_the_language():
    exam = SimpleNamespace(item=SimpleNamespace(kind="function"))
    case = SimpleNamespace(options={"stride": 2, "max_norm": 2.7909990310668946, "given": "list"})
    said = asked_with(exam, case)
    assert "stride=2、max_norm=2.791" in said
    assert ">max_norm=2.791</span>" in _code(said)


def test_a_result_and_the_progress_have_no_half_width_colon():
    start("ps7_debug", language="zh_CN")
    result = check("ps7_debug.name_d", lambda: "A")
    first = str(result).split("\n")[0]
    assert "：得" in first and ":" not in first
    assert not re.search("[\u4e00-\u9fff]:", str(progress("ps7_debug")))
