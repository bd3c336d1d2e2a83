"""Sentences that were untrue or confusing when a teacher read what blind answers are told."""

import pytest

from course_lib.grading import check
from tests.grading import blind_ps1, blind_ps2


def told(module, name: str) -> str:
    item, answer = next((item, fn) for n, item, fn, *_ in module.ANSWERS if n == name)
    return check(item, answer).findings[0].text


LETTERS = "in the letters of the statement"


@pytest.mark.parametrize("name", ["true_quarter", "true_wrong_argument", "true_two_mistakes"])
def test_a_size_that_equals_another_by_chance_gets_no_letter(name):
    text = told(blind_ps1, name)
    assert "it should be (B, C_out, H', W')" in text
    assert LETTERS not in text


def test_an_axis_that_holds_another_one_gets_its_letter():
    assert f"{LETTERS}: (1, T, H)" in told(blind_ps2, "RNNLastRow")
    assert f"{LETTERS}: (12, O)" in told(blind_ps1, "LinearFlattens")


def test_a_type_is_that_of_the_arguments_only_where_they_have_it():
    text = told(blind_ps2, "encode_two_mistakes")
    assert "it should be int64" in text
    assert "arguments" not in text


def test_a_list_of_words_has_entries_and_a_count_is_no_word():
    assert "20 entries; it should have 22" in told(blind_ps2, "vocabulary_glued")
    result = str(check("ps2_rnn.build_vocabulary", blind_ps2.vocabulary_stripped))
    assert "len(words): yours is 16, it should be 17" in result
