"""The kept results, as the page about speed reads them."""

import json

import pytest

from course_lib.bench import results
from course_lib.errors import CourseError
from course_lib.publish import execution


@pytest.fixture
def kept(tmp_path, monkeypatch):
    """A results.json of two rows that a test may change."""
    row = {"case": "LSTM mid fwd", "device": "cpu", "against": "torch"}
    ratios = [
        row | {"threads": 2, "ratios": {"ours": {"median": 9.0}}},
        row | {"threads": 1, "ratios": {"ours": {"median": 1.5}, "torch": {"median": 1.0}}},
    ]
    file = tmp_path / "results.json"
    file.write_text(json.dumps({"ratios": ratios}), "utf-8")
    monkeypatch.setattr(results, "FILE", file)
    return file


def test_a_case_is_its_medians_on_one_thread(kept):
    assert results.case("LSTM mid fwd") == {"ours": 1.5, "torch": 1.0}


def test_an_unknown_case_and_a_missing_file_are_told(kept):
    with pytest.raises(CourseError, match=r"CNN.*LSTM mid fwd"):
        results.case("CNN")
    kept.unlink()
    with pytest.raises(CourseError, match="make bench"):
        results.results()


def test_the_kept_file_of_the_course_is_found():
    assert results.results()["machine"]["torch"]
    assert results.case("LSTM mid fwd+bwd")["torch"] == 1.0


def test_a_page_that_shows_the_results_is_executed_again_when_they_change(kept, tmp_path):
    cell = "```{code-cell} ipython3\nfrom course_lib.bench.results import case\n```\n"
    other = "```{code-cell} ipython3\nfrom course_lib.layers import rnn_cell\n```\n"
    (tmp_path / "_toc.yml").write_text("root: speed\nchapters:\n- file: other\n", "utf-8")
    (tmp_path / "speed.md").write_text(cell, "utf-8")
    (tmp_path / "other.md").write_text(other, "utf-8")
    before = execution.wanted(tmp_path)
    kept.write_text(kept.read_text("utf-8") + "\n", "utf-8")
    after = execution.wanted(tmp_path)
    assert before["speed"] != after["speed"] and before["other"] == after["other"]
