"""Nothing untrue is said of code that was not written to fit the known mistakes."""

import pytest

from tests.grading.gates import precision, truth


@pytest.mark.slow
@pytest.mark.precision
def test_no_explanation_is_wrong(assignment, monkeypatch):
    truth.quick_to_stop(monkeypatch)
    counted, wrong = precision.measure(assignment, edits=25)
    precision.show(assignment, counted)
    assert wrong == []
    assert sum(counted["careless"].values()) >= 8
