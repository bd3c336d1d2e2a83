"""Whether arguments are changed is asked with every case: some hide it, by a factor of 1."""

import pytest

from course_lib.exercises import get_item
from course_lib.grading import check

RIGHT = get_item("ps2_rnn.draw_words")[1].oracle


@pytest.mark.parametrize("hidden", [False, True])
def test_a_division_in_place_is_seen_though_the_first_temperature_is_1(hidden):
    def draw_words(logits, temperature, u):
        numbers = RIGHT(logits, temperature, u)
        if temperature:
            logits /= temperature
        return numbers

    result = check("ps2_rnn.draw_words", draw_words, hidden=hidden)
    assert [aspect.id for aspect in result.aspects if not aspect.passed] == ["untouched"]
