"""One mark explained: every cell, with what it was graded, and how to get it again."""

import io
import shlex
import subprocess
import sys

import pytest
from rich.console import Console

from course_lib.errors import CourseError
from course_lib.grading.explain import explanation, log_path, print_explanation
from course_lib.grading.report import report
from course_lib.grading.versions import versions
from tests.end_to_end.made_class import MadeClass

MINUS = {"kind": "fault", "id": "minus", "text": "It subtracts."}


@pytest.fixture
def made(new_course) -> MadeClass:
    return MadeClass(new_course)


def printed(made_explanation) -> str:
    out = io.StringIO()
    print_explanation(made_explanation, Console(width=200, file=out, force_terminal=False))
    return out.getvalue()


def test_each_cell_has_its_points_and_its_findings(made):
    made.put("ana", name=("Ana", "Lima"), points=1.0, findings=[MINUS], versions={"torch": "9.9"})
    found = explanation(report(made.root, "tiny"), "ana")
    assert [(cell["cell"], cell["points"], cell["max"]) for cell in found["cells"]] == [
        ("test_add", 1.0, 4.0),
        ("why_plus", None, 6.0),
    ]
    assert found["cells"][0]["findings"][0]["id"] == "minus" and found["seed"] == 7
    text = printed(found)
    assert "Ana Lima (ana)" in text and "add: 1 / 4" in text and "It subtracts." in text
    assert "why_plus: not marked yet / 6" in text and "torch 9.9" in text


@pytest.mark.parametrize(
    ("lost", "told"),
    [
        ({"points": 0.0, "error": ("AssertionError", "no sum")},
         "The check add stops with AssertionError: no sum."),
        ({"points": 3.0}, "add is not complete."),
    ],
)  # fmt: skip
def test_each_part_that_lost_points_says_why_as_the_table_does(made, lost, told):
    made.put("ana", written=2.0, **lost)
    result = report(made.root, "tiny")
    found = explanation(result, "ana")
    assert [cell["reason"] for cell in found["cells"]] == [told, "why_plus is not complete."]
    assert [cell["by_hand"] for cell in found["cells"]] == [False, True]
    text = printed(found)
    assert told in text and told in result.rows[0].reason
    assert "why_plus: 2 / 6 (given by hand)" in text and "why_plus is not complete." in text


def test_what_a_check_says_about_another_part_stands_with_the_cell_it_is_in(made):
    """A cell may be called anything, and check any item."""
    made.put("ana", points=1.0, findings=[MINUS], item="tiny.sum")
    found = explanation(report(made.root, "tiny"), "ana")
    assert [one["id"] for one in found["cells"][0]["findings"]] == ["minus"]
    assert "It subtracts." in printed(found)


@pytest.mark.parametrize(
    ("item", "title"), [("ps4_lstm.lstm_cell", "every gradient"), ("tiny.add", "gradients")]
)
def test_every_point_that_a_check_takes_is_accounted_for(made, item, title):
    aspects = [{"id": "c", "points": 1.0, "passed": True, "earned": True},
               {"id": "gradients", "points": 2.5, "passed": False, "earned": False},
               {"id": "double", "points": 0.5, "passed": False, "earned": True}]  # fmt: skip
    made.put("ana", points=1.5, findings=[MINUS], aspects=aspects, item=item)
    found = explanation(report(made.root, "tiny"), "ana")
    told = found["cells"][0]["aspects"]
    assert sum(aspect["points"] for aspect in told if not aspect["earned"]) == 4 - 1.5
    text = printed(found)
    assert f"{title}: 0 / 2.5" in text and text.count(": 0 / ") == 1


def test_of_what_could_not_be_read_no_part_is_called_unwritten(made):
    made.put("ana", points=0.0, findings=[MINUS], status="unreadable",
             notes=[{"template": "Cut off.", "values": {}}])  # fmt: skip
    found = explanation(report(made.root, "tiny"), "ana")
    assert not any(cell["reason"] or cell["findings"] for cell in found["cells"])
    assert found["reason"] == "Cut off." and "to mark" not in printed(found)


def test_the_command_is_one_that_the_shell_takes_as_it_was_meant(made):
    made.put("a b+c")
    command = explanation(report(made.root, "tiny"), "a b+c")["command"]
    words = shlex.split(command)
    assert words[:4] == ["course", "grade", "tiny", "--student=a b+c"]
    assert words[words.index("--seed") + 1] == "7" and "--force" in words


def test_a_submission_that_failed_shows_the_end_of_its_log(made):
    made.put("ana", status="failed", notes=[{"template": "No room.", "values": {}}])
    path = log_path(made.root, "tiny", "ana")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("a\nb\nThe disk is full.\x1b[31m\n", "utf-8")
    text = printed(explanation(report(made.root, "tiny"), "ana"))
    assert "No mark: No room." in text and "The disk is full." in text and "\x1b" not in text


GRADES = """
import sys
from course_lib.cli import main
if __name__ == "__main__":
    main(sys.argv[1:])
"""
BY_A_SET = "def add(a, b):\n    raise ValueError({f'name {n}' for n in range(9)})"


@pytest.mark.slow
def test_an_answer_that_goes_through_a_set_is_marked_the_same_again(course):
    """Each grading is a run of its own, as each is for whoever calls the command."""
    course.submit("ana", BY_A_SET)
    (course.root / "_config.yml").touch()
    options = ["--root", str(course.root), "grade", "tiny", "--student", "ana", "--force"]
    run = [sys.executable, "-c", GRADES, *options, "--explain", "--json"]
    first, second = (
        subprocess.run(run, check=True, capture_output=True, timeout=120).stdout for _ in range(2)
    )
    assert b"name 7" in first
    assert first == second


def test_somebody_who_handed_in_nothing_is_named(made):
    made.put("ana")
    with pytest.raises(CourseError, match="budi"):
        explanation(report(made.root, "tiny"), "budi")


def test_versions_name_python_packages_code_and_the_release(made):
    found = versions(made.root, "tiny")
    assert {"python", "torch", "nbgrader", "course_lib", "code", "release"} <= set(found)
    assert all(found.values()) and "?" not in found.values()
    made.course.source.write_text(made.course.source.read_text("utf-8") + "\n\nMore.\n", "utf-8")
    assert versions(made.root, "tiny")["release"] != found["release"]
