"""The result as nbgrader, a notebook, a report and a person read it."""

import json
import os
import re
from html.parser import HTMLParser

import pytest
import torch
from nbformat.v4 import new_code_cell, new_output
from nbgrader.utils import determine_grade

from course_lib.errors import CourseError
from course_lib.exercises import get_item
from course_lib.grading import check, progress, start
from course_lib.grading.candidate import Local
from course_lib.grading.reasons import brief
from course_lib.i18n import set_language

CELL = get_item("ps4_lstm.lstm_cell")[1]
FORWARD = get_item("ps4_lstm.lstm_forward")[1]
CANNOT = CELL.candidate(frozenset({"no-output-gate"}))


def of(item, *switches):
    return check(f"ps4_lstm.{item.id}", item.candidate(frozenset(switches)))


@pytest.mark.parametrize("switches", [(), ("no-output-gate",), ("sigmoid-overflow",)])
def test_nbgrader_reads_the_points_out_of_the_plain_text(switches):
    result = of(CELL, *switches)
    cell = new_code_cell(metadata={"nbgrader": {"grade": True, "points": 25, "solution": False}})
    bundle = result._repr_mimebundle_()
    data = {"text/plain": bundle["text/plain"]}
    cell.outputs = [new_output("execute_result", data, execution_count=1)]
    assert determine_grade(cell) == (result.points, 25)


def test_partial_credit_is_given_for_each_aspect():
    right, part = of(CELL), of(CELL, "no-output-gate")
    assert right.points == 25 > part.points > 0
    assert next(a.id for a in part.aspects if a.passed) == "c"
    assert of(CELL, "sigmoid-overflow").points == 23


def test_one_named_mistake_costs_the_values_and_what_is_right_but_for_it_still_counts():
    one = of(CELL, "without:h")
    assert [a.id for a in one.aspects if not a.earned] == ["c", "h"]
    assert one.points == 25 * 0.52 and not one.passed
    assert not any(a.passed for a in one.aspects if a.id in ("gradients", "ones", "double"))
    # A second mistake in one aspect costs that aspect.
    assert "double" in [a.id for a in of(CELL, "without:h", "float32").aspects if not a.earned]


def test_code_that_no_single_mistake_explains_gets_nothing_for_wrong_values():
    def random_cell(x, state, w_ih, w_hh, b_ih, b_hh, w_hr=None):
        h, c = state
        return (x @ w_ih[: h.shape[1]].T).sin(), c.cos()

    sigmoid = next(fault for fault in CELL.faults if fault.id == "candidate-sigmoid")
    two = of(CELL, "without:h", *sigmoid.switches)
    assert len(two.findings) == 2 and two.points == 0
    assert check("ps4_lstm.lstm_cell", random_cell).points == 0


def test_another_layout_than_the_statements_keeps_what_can_be_judged_in_it():
    def output_before_candidate(x, state, w_ih, w_hh, b_ih, b_hh, w_hr=None):
        order = [0, 1, 3, 2]
        w_ih, w_hh, b_ih, b_hh = (
            torch.cat([w.chunk(4)[k] for k in order]) for w in (w_ih, w_hh, b_ih, b_hh)
        )
        return CELL.candidate(frozenset())(x, state, w_ih, w_hh, b_ih, b_hh)

    result = check("ps4_lstm.lstm_cell", output_before_candidate)
    assert result.findings[0].kind == "convention"
    assert {a.id for a in result.aspects if a.earned} == {"ones", "double", "large"}


def test_the_result_as_data_is_plain_json_with_the_findings():
    data = of(CELL, "no-output-gate")._repr_mimebundle_()["application/vnd.course.check+json"]
    assert json.loads(json.dumps(data)) == data
    assert data["item"] == "ps4_lstm.lstm_cell" and data["max_points"] == 25
    assert data["findings"][0]["kind"] == "fault"
    assert data["findings"][0]["id"] == "no-output-gate"
    assert set(data["findings"][0]) == {"kind", "id", "text", "where", "told"}


def stop(error):
    raise error


MISTAKES = {
    "other numbers": lambda h, c: (h.sin(), c),
    "an error": lambda h, c: stop(ValueError("no h: ")),
    "an error of torch": lambda h, c: (h @ h, c),
    "an error without words": lambda h, c: stop(ValueError()),
    "nothing": lambda h, c: None,
    "one value": lambda h, c: h,
    "other shapes": lambda h, c: (h.T, c[:1]),
    "no tensors": lambda h, c: (h.tolist(), c.tolist()),
    "nan": lambda h, c: (h / 0 * 0, c),
    "other numbers' type": lambda h, c: (h.half(), c),
    "an end of the program": lambda h, c: stop(SystemExit()),
}


@pytest.mark.parametrize("language", ["id", "zh_CN"])
@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_report_says_a_composed_finding_in_the_language_of_the_teacher(language, mistake):
    def lstm_cell(x, state, w_ih, w_hh, b_ih, b_hh, w_hr=None):
        return MISTAKES[mistake](*CELL.candidate(frozenset())(x, state, w_ih, w_hh, b_ih, b_hh))

    def told(student, teacher):
        start("ps4_lstm", language=student)
        try:
            entry = json.loads(json.dumps(check("ps4_lstm.lstm_cell", lstm_cell).to_dict()))
            set_language(teacher)
            return brief("ps4_lstm.lstm_cell", entry["findings"][0])
        finally:
            set_language("en")

    assert told(language, "en") == told("en", "en")
    assert told("en", language) == told(language, language) != told("en", "en")


class Balanced(HTMLParser):
    def __init__(self):
        super().__init__()
        self.open, self.seen = [], []

    def handle_starttag(self, tag, attrs):
        self.open.append(tag)
        self.seen.append((tag, dict(attrs)))

    def handle_startendtag(self, tag, attrs):
        self.seen.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


@pytest.mark.parametrize("item, switch", [(FORWARD, "c-not-carried"), (CELL, "without:b_ih")])
def test_the_page_is_whole_html_without_script_or_outside_address(item, switch):
    html = of(item, switch)._repr_mimebundle_()["text/html"]
    parser = Balanced()
    parser.feed(html)
    assert parser.open == []
    tags = {tag for tag, _attributes in parser.seen}
    assert "svg" in tags and not tags & {"script", "link", "img", "iframe"}
    assert not re.search(r"https?://(?!www\.w3\.org/2000/svg)", html)


def test_the_picture_shows_time_by_units_and_says_it_in_words():
    result = of(FORWARD, "c-not-carried")
    assert ">time ↓<" in result.picture and "hidden →" in result.picture
    case = FORWARD.cases("ordinary", 0)[0]
    assert result.picture.count("<rect") == case.sizes["T"] * case.sizes["H"]
    assert result.picture.count("✓") == case.sizes["H"]  # the first time step is right
    assert "the largest difference is" in result.caption


def test_a_students_text_is_escaped():
    def lstm_cell(*arguments):
        print("<script>alert(1)</script>")
        raise ValueError("<b>")

    html = check("ps4_lstm.lstm_cell", lstm_cell)._repr_mimebundle_()["text/html"]
    assert "<script>" not in html and "<b>" not in html and "&lt;script&gt;" in html


def test_the_same_answer_gets_the_same_words_twice_and_another_seed_changes_no_name():
    one, two = (of(FORWARD, "final-swapped") for _k in range(2))
    assert str(one) == str(two) and one.picture == two.picture
    os.environ["COURSE_SEED"] = "77"
    try:
        hidden = check(
            "ps4_lstm.lstm_forward", FORWARD.candidate(frozenset({"final-swapped"})), hidden=True
        )
    finally:
        del os.environ["COURSE_SEED"]
    assert [f.id for f in hidden.findings] == [f.id for f in one.findings]


def test_hidden_cases_depend_on_the_recorded_seed(monkeypatch):
    seen = set()

    def lstm_cell(x, *rest):
        seen.add(tuple(x.flatten().tolist()))
        return CELL.candidate(frozenset())(x, *rest)

    counts = []
    for seed in ("1", "1", "2"):
        monkeypatch.setenv("COURSE_SEED", seed)
        check("ps4_lstm.lstm_cell", lstm_cell, hidden=True)
        counts.append(len(seen))
    assert counts[0] == counts[1] < counts[2]


def test_a_table_of_visible_answers_fails_the_hidden_cases():
    table = {}
    for role in ("ordinary", "ones", "double", "large"):
        for case in CELL.cases(role, 0):
            table[tuple(case.tensors["x"].flatten().tolist())] = case

    def lstm_cell(x, state, *weights):
        if tuple(x.flatten().tolist()) not in table:
            return state
        return CELL.candidate(frozenset())(x, state, *weights)

    assert check("ps4_lstm.lstm_cell", lstm_cell).points > 20
    assert check("ps4_lstm.lstm_cell", lstm_cell, hidden=True).points <= 1


def test_show_false_leaves_only_the_number():
    bundle = check("ps4_lstm.lstm_cell", CANNOT, show=False)._repr_mimebundle_()
    assert list(bundle) == ["text/plain"] and float(bundle["text/plain"]) > 0


def test_start_welcomes_sets_the_language_and_begins_anew():
    of(CELL)
    try:
        assert "100" in str(start("ps4_lstm", language="id"))
        assert progress("ps4_lstm").points == 0
        assert 'lang="id"' in of(CELL)._repr_mimebundle_()["text/html"]
    finally:
        set_language("en")
    with pytest.raises(CourseError):
        start("ps4_lstm", language="fr")


def test_progress_adds_the_newest_result_of_every_item():
    start("ps4_lstm")
    of(CELL, "no-output-gate")
    of(CELL)
    of(FORWARD, "output-is-c")
    shown = progress("ps4_lstm")
    assert 25 <= shown.points < 50
    assert "One time step: 25 of 25" in str(shown)
    assert "The module: not checked yet, 22 points" in str(shown)
    assert "The gradients by hand (bonus): not checked yet, 20 points" in str(shown)
    assert "A forget gate that stays open: read by your teacher, 6 points" in str(shown)


def test_a_check_asks_few_questions_and_a_diagnosis_not_many_more(monkeypatch):
    """Each costs a call of the student's code, a millisecond or so."""
    asked = []
    observe = Local.observe

    def counted(self, *question):
        asked.append(question)
        return observe(self, *question)

    monkeypatch.setattr(Local, "observe", counted)
    of(FORWARD)
    right = len(asked)
    asked.clear()
    result = of(FORWARD, "forget-inverted", "final-swapped")
    assert {f.id for f in result.findings} == {"forget-inverted", "final-swapped"}
    print(f"right: {right}, pair of faults found: {len(asked)}")
    assert 0 < right < 40
    assert right < len(asked) < 120
