"""The command `course`: its exit statuses, what it says to bad input, and the tools behind it."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner

from course_lib import doctor, i18n
from course_lib.cli import COULD_NOT_START, DONE, SOME_FAILED, STOPPED, main
from course_lib.errors import CourseError
from course_lib.grading.results import GradeReport, Row
from course_lib.lab import copy_exercises

ROOT = Path(__file__).resolve().parents[1]


def course(*words, root=ROOT):
    return CliRunner().invoke(main, ["--root", str(root), *words])


@pytest.mark.parametrize("verb", [*main.commands, "translate status", "translate update"])
def test_every_verb_says_what_it_does(verb):
    said = CliRunner().invoke(main, [*verb.split(), "--help"])
    assert said.exit_code == DONE
    assert len(said.stdout.splitlines()[2].split()) >= 4


@pytest.mark.parametrize("verb", ["build", "serve", "release", "grade", "sample", "lab", "all"])
def test_outside_of_a_course_every_verb_stops_with_one_sentence(verb, tmp_path):
    said = course(verb, root=tmp_path)
    assert said.exit_code == COULD_NOT_START
    assert "not the course's folder" in said.stderr and "--root" in said.stderr
    assert said.stdout == "" and len(said.stderr.splitlines()) == 1


@pytest.mark.parametrize("verb", ["release", "grade", "sample"])
def test_an_unknown_assignment_is_answered_with_those_that_exist(verb):
    said = course(verb, "ps9_nothing")
    assert said.exit_code == COULD_NOT_START
    assert "ps9_nothing" in said.stderr and "ps4_lstm" in said.stderr


def test_a_course_without_assignments_says_so(tmp_path):
    (tmp_path / "_config.yml").touch()
    (tmp_path / "solutions").mkdir()
    said = course("release", root=tmp_path)
    assert said.exit_code == COULD_NOT_START and "no assignment" in said.stderr


def test_the_course_is_found_from_a_folder_inside_it(monkeypatch):
    monkeypatch.chdir(ROOT / "course_lib" / "layers")
    said = CliRunner().invoke(main, ["grade", "ps9_nothing"])
    assert "ps4_lstm" in said.stderr


def test_a_package_that_is_not_installed_is_named_with_the_way_to_get_it(monkeypatch):
    def examine(root):
        raise ModuleNotFoundError("No module named 'nbgrader'", name="nbgrader")

    monkeypatch.setattr(doctor, "examine", examine)
    said = course("doctor")
    assert said.exit_code == COULD_NOT_START
    assert "nbgrader" in said.stderr and "pip install" in said.stderr


@pytest.mark.parametrize(
    ("status", "expected"), [("graded", DONE), ("unreadable", DONE), ("failed", SOME_FAILED)]
)
def test_grading_ends_with_1_only_if_something_is_to_be_run_again(monkeypatch, status, expected):
    asked = []

    def grade(root, name, **options):
        asked.append((name, options["seed"], options["students"]))
        return GradeReport(name, {"check_a": 4.0}, [Row("ana", "", "en", status, total=4.0)], [])

    monkeypatch.setattr("course_lib.grading.grade.grade", grade)
    said = course("grade", "ps4_lstm", "ps4_lstm", "--seed", "7", "-s", "ana", "--json")
    assert said.exit_code == expected
    assert json.loads(said.stdout)["rows"][0]["student"] == "ana"
    assert asked == [("ps4_lstm", 7, ["ana"])]


def test_the_doctor_names_what_is_missing_and_only_the_students_packages_are_needed(monkeypatch):
    needed = ["no-such-package>=1", "click>=999"]
    optional = ['also-missing; extra == "book"']
    monkeypatch.setattr(doctor.importlib.metadata, "requires", lambda name: needed + optional)
    said = course("doctor", "--json")
    found = {line["what"]: line for line in json.loads(said.stdout)}
    assert said.exit_code == SOME_FAILED
    told = found["Packages for students"]["found"]
    assert "no-such-package is missing" in told and "click" in told and ">=999" in told
    assert "also-missing" in found["Packages that build the book"]["found"]
    monkeypatch.setattr(doctor.importlib.metadata, "requires", lambda name: optional)
    said = course("doctor")
    assert said.exit_code == DONE
    assert "also-missing is missing" in said.stdout and "pip install" in said.stdout


def test_a_students_notebook_is_copied_once_and_never_again(tmp_path):
    release = tmp_path / "exercises" / "id" / "ps1" / "ps1.ipynb"
    release.parent.mkdir(parents=True)
    release.write_text("release", "utf-8")
    folder, kept = copy_exercises(tmp_path, "id")
    mine = folder / "ps1" / "ps1.ipynb"
    assert kept == [] and mine.read_text("utf-8") == "release"
    mine.write_text("my work", "utf-8")
    release.write_text("a new release", "utf-8")
    assert copy_exercises(tmp_path, "id") == (folder, [mine])
    assert mine.read_text("utf-8") == "my work"
    assert [path.name for path in mine.parent.iterdir()] == ["ps1.ipynb"]
    with pytest.raises(CourseError, match="course release"):
        copy_exercises(tmp_path, "en")


@pytest.mark.parametrize(
    ("said", "key"),
    [("zh", "zh_CN"), ("zh-Hans-CN", "zh_CN"), ("ID", "id"), ("en_US", "en"), ("zh_CN", "zh_CN")],
)
def test_a_language_is_known_by_any_of_its_names(said, key):
    assert i18n.normalise(said) == key


def test_a_language_that_the_course_does_not_speak_is_answered_with_those_it_does():
    with pytest.raises(CourseError, match=r'"fr".*"en" .*"id" .*"zh_CN"'):
        i18n.set_language("fr")


def test_a_language_is_spoken_inside_its_block_only_also_when_that_fails():
    before = i18n.get_language()
    with pytest.raises(ZeroDivisionError), i18n.speaking("id"):
        assert i18n.get_language() == "id"
        assert i18n._("Language") == i18n.translator("id")("Language") != "Language"
        raise ZeroDivisionError
    assert i18n.get_language() == before
    assert i18n.translator("id")("A sentence in no catalog.") == "A sentence in no catalog."


def test_the_doctor_finds_the_course_from_a_folder_inside_it(monkeypatch):
    monkeypatch.chdir(ROOT / "course_lib" / "layers")
    said = CliRunner().invoke(main, ["doctor", "--json"])
    found = {line["what"]: line for line in json.loads(said.stdout)}
    assert found["The course's folder"]["ok"] and found["The course's folder"]["found"] == str(ROOT)


@pytest.mark.parametrize("workers", ["0", "-2"])
def test_fewer_than_one_worker_is_refused_and_not_waited_for(workers):
    said = course("grade", "ps4_lstm", "--workers", workers)
    assert said.exit_code == COULD_NOT_START and "--workers" in said.stderr


@pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")
@pytest.mark.parametrize(
    ("words", "environment", "language"),
    [
        ([], {}, "en"),
        ([], {"LANGUAGE": "en_US:en"}, "en"),  # what desktops set
        ([], {"LANGUAGE": "id"}, "id"),
        (["LANGUAGE=zh_CN"], {"LANGUAGE": "en_US:en"}, "zh_CN"),
        (["LANGUAGE=id", "PORT=8899"], {}, "id --port 8899"),
    ],
)
def test_make_takes_a_language_of_the_course_and_no_other(words, environment, language):
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    said = subprocess.run(
        ["make", "--dry-run", "lab", *words],
        cwd=ROOT, env=kept | environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert said.stdout.splitlines()[-1].rstrip().endswith(f" lab --language {language}")


def test_the_lab_runs_in_the_students_folder_until_it_has_ended(monkeypatch, tmp_path):
    release = tmp_path / "exercises" / "id" / "ps1" / "ps1.ipynb"
    release.parent.mkdir(parents=True)
    release.write_text("release", "utf-8")
    started, waits = [], iter([KeyboardInterrupt, 3])

    class Lab:
        def __init__(self, command, cwd):
            started.append((command, cwd))

        def wait(self):
            if (answer := next(waits)) is KeyboardInterrupt:
                raise KeyboardInterrupt
            return answer

    monkeypatch.setattr("course_lib.lab.subprocess.Popen", Lab)
    monkeypatch.setattr("course_lib.lab.os.geteuid", lambda: 0, raising=False)
    (tmp_path / "_config.yml").touch()
    (tmp_path / "solutions").mkdir()
    assert course("lab", "-l", "id", root=tmp_path).exit_code == 3
    [(command, folder)] = started
    assert folder == tmp_path / "my_exercises" / "id" and "--allow-root" in command


def test_ctrl_c_ends_a_command_with_one_sentence_that_says_how_to_go_on(monkeypatch):
    def grade(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("course_lib.grading.grade.grade", grade)
    said = course("grade", "ps4_lstm")
    assert said.exit_code == STOPPED and "the same command does the rest" in said.stderr
