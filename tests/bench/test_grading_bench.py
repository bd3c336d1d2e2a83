"""The parts of `course bench-grading`: who is timed, and what the clock tells."""

import json
import time
from pathlib import Path

import nbformat
from rich.console import Console

from course_lib.bench.grading import _figures, _together
from course_lib.bench.grading_clock import Clock, cpu_of_all, memory_of_all
from course_lib.bench.grading_course import gradable_class, make_course
from course_lib.bench.grading_tell import draw, print_grading

ROOT = Path(__file__).resolve().parents[2]


def test_a_part_does_not_count_the_part_that_it_calls():
    class Work:
        def outer(self):
            time.sleep(0.05)
            self.inner()

        def inner(self):
            time.sleep(0.1)

    clock = Clock()
    clock.watch(Work, "outer", "outer")
    clock.watch(Work, "inner", lambda caller: f"inner of {caller}")
    Work().outer()
    found = clock.take()
    assert 0.04 < found["outer"] < 0.095 <= found["inner of outer"]
    assert "outer" not in clock.take()


def test_cpu_and_memory_are_those_of_this_process_and_what_it_has_started():
    before, end = cpu_of_all(), time.process_time() + 0.1
    while time.process_time() < end:
        pass
    assert 0.05 < cpu_of_all() - before < 2
    assert memory_of_all(lambda process: "other")["run"] > 50


def test_the_class_is_made_up_to_the_number_and_leaves_out_who_ends_their_process(tmp_path):
    names = {student.id for student in gradable_class(ROOT, "ps4_lstm")}
    assert "siti-rahmawati" in names and not names & {"guo-feng", "ahmed-hassan"}
    course = make_course(ROOT, tmp_path, "ps4_lstm", range(len(names) + 2), stock=True)
    assert len(set(course.students)) == len(names) + 2
    assert sum(student.endswith(course.students[0][4:]) for student in course.students) == 2
    for student in course.students[-2:]:
        nbformat.read(tmp_path / "submitted" / student / "ps4_lstm" / "ps4_lstm.ipynb", 4)
    assert "Execut" not in (tmp_path / "nbgrader_config.py").read_text("utf-8").replace(
        "c.Execute.startup_timeout", ""
    )


def test_nbgraders_two_halves_are_told_as_one():
    def half(start, seconds, errors):
        one = {"seconds": seconds, "cpu": 2 * seconds, "errors": errors}
        return {
            "start": start,
            "untimed": 1,
            "grading": one,
            "feedback": one,
            "memory": {"run": 100 * start},
        }

    both = _together([half(2.0, 30.0, ["a"]), half(3.0, 50.0, [])])
    memory = {"run": 300.0}
    whole = {"seconds": 80.0, "cpu": 160.0, "errors": ["a"]}
    assert both == {
        "start": 3.0,
        "untimed": 2,
        "grading": whole,
        "feedback": whole,
        "memory": memory,
    }


def test_the_class_is_the_same_in_two_halves_as_in_one(tmp_path):
    halves = [make_course(ROOT, tmp_path / f"{at}", "ps4_lstm", range(at, at + 2), stock=True)
              for at in (0, 2)]  # fmt: skip
    whole = make_course(ROOT, tmp_path / "whole", "ps4_lstm", range(4), stock=True)
    assert [student for half in halves for student in half.students] == whole.students


def test_the_ratio_is_of_submissions_that_came_through_and_the_picture_can_be_drawn(tmp_path):
    side = {"seconds": 60.0, "cpu": 30.0}
    warm = {"count": 40, "seconds": 8.0, "cpu": 10.0, "run": 1.0, "writer": 0.4}
    run = {
        "warm": warm,
        "all": 20.0,
        "begun": 1.5,
        "start": 2.0,
        "count": 42,
        "parts": {},
        "memory": {},
    }
    timed = {"grading": side, "feedback": {"seconds": 20.0, "cpu": 10.0}}
    found = {"stock": {"untimed": 2, **timed},
             "engine": run, "engine with feedback": run, "stock submissions": 12,
             "scores": {"graded": 12, "same": 9, "other": ["x"]}, "workers": 2, "different": 24,
             "known": 7,
             "submissions": 42, "assignment": "ps4_lstm", "machine": {"cores": 2}}  # fmt: skip
    found["figures"] = _figures(found)
    assert found["figures"]["grading"]["ratio"] == 300 / 10
    assert found["figures"]["grading and feedback"]["stock cpu"] == 4.0
    with Console(record=True, width=120, quiet=False, file=(tmp_path / "out").open("w")) as console:
        print_grading(found, console)
    told = console.export_text()
    assert "30.0" in told and "other points: x" in told and "10.0" in told
    assert "grades after 1.5 s, first result after 2.0 s" in told
    draw(found, tmp_path / "grading.svg")
    assert (tmp_path / "grading.svg").read_text("utf-8").count("<path") > 5
    json.dumps(found)
