"""ps4_lstm from release to marks, with students of the bundled class, and stock nbgrader."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from course_lib.grading.grade import grade
from course_lib.grading.gradebook import open_gradebook
from course_lib.grading.release import register, release
from course_lib.grading.sample import remove_sample_class, sample_class, write_sample_class

ROOT = Path(__file__).resolve().parents[2]
CHOSEN = ["siti-rahmawati", "zhang-min", "guo-feng", "ahmed-hassan"]


def temporary_course(folder: Path) -> Path:
    shutil.copy(ROOT / "nbgrader_config.py", folder)
    for name in ("solutions", "tests/sample_class"):
        ignore = shutil.ignore_patterns("*.ipynb")
        shutil.copytree(ROOT / name, folder / name, ignore=ignore)
    return folder


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    root = temporary_course(tmp_path_factory.mktemp("course"))
    release(root, "ps4_lstm")
    write_sample_class(root, "ps4_lstm", students=CHOSEN)
    return root, grade(root, "ps4_lstm", seed=11)


def scores(root: Path, student: str) -> dict[str, float]:
    with open_gradebook(root) as gradebook:
        submission = gradebook.find_submission("ps4_lstm", student)
        return {g.name: g.score for notebook in submission.notebooks for g in notebook.grades}


def test_the_marks_and_the_reasons_of_four_students(course):
    rows = {row.student: row for row in course[1].rows}
    assert sorted(rows) == sorted(CHOSEN)
    siti = rows["siti-rahmawati"]
    assert (siti.total, siti.max_total, siti.to_mark, siti.percent) == (94, 100, 6, 100)
    assert siti.points["forget_gate_of_one"] is None and "6" in siti.reason
    assert rows["siti-rahmawati"].name == "Siti Rahmawati"
    assert "b_hh" in rows["zhang-min"].reason and rows["zhang-min"].total < 100
    ahmed = rows["ahmed-hassan"]  # half a file: the answers in it count, and a person is asked
    assert (ahmed.status, ahmed.total, ahmed.damaged) == ("mended", 68, True)
    assert "cut off at line" in ahmed.reason
    assert course[1].failed == []


def test_a_kernel_that_dies_costs_only_the_checks_it_died_in(course):
    guo = next(row for row in course[1].rows if row.student == "guo-feng")
    assert {name: score for name, score in guo.points.items() if score} == {
        "check_lstm_cell": 25,
        "check_lstm_forward": 25,
        "check_lstm_module": 22,
        "check_lstm_backward": 20,
        "check_lstmp_module": 0.8,  # the aspect that was right before the process ended
    }
    assert "ended the process" in guo.reason


def test_the_mistake_is_counted_for_the_class(course):
    counted = {mistake.id: mistake.students for mistake in course[1].misconceptions}
    assert counted.get("b_hh-missing") == ["zhang-min"]


def test_the_feedback_page_shows_the_checks_picture_and_no_hidden_test(course):
    page = course[0] / "feedback" / "zhang-min" / "ps4_lstm" / "ps4_lstm.html"
    text = page.read_text("utf-8")
    assert '<html lang="zh-CN">' in text
    assert "<svg" in text and "b_hh" in text
    assert "hidden=True" not in text and "HIDDEN TESTS" not in text
    assert not re.search(r"(?:src|href)\s*=\s*[\"']?(?:https?:)?//", text)


@pytest.mark.slow
def test_stock_nbgrader_gives_the_same_scores(course):
    """nbgrader's own command, with its own way of executing, on the raw submission."""
    root = course[0]
    before = scores(root, "zhang-min")
    assert before
    settings = root / "nbgrader_config.py"
    with settings.open("a", encoding="utf-8") as file:
        file.write('del c.Autograde["autograde_preprocessors"]\n')
    with open_gradebook(root) as gradebook:
        gradebook.remove_submission("ps4_lstm", "zhang-min")
    command = [sys.executable, "-m", "nbgrader", "autograde", "ps4_lstm"]
    done = subprocess.run(
        [*command, "--student", "zhang-min", "--force"],
        cwd=root,
        env={**os.environ, "COURSE_SEED": "11"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert scores(root, "zhang-min") == before


def test_the_bundled_class_has_24_students_in_three_languages_and_is_never_in_the_way(tmp_path):
    root = temporary_course(tmp_path)
    register(root, "ps4_lstm")
    students = sample_class(root, "ps4_lstm")
    assert len(students) >= 24
    assert {student.language for student in students} == {"en", "id", "zh_CN"}
    mine = root / "submitted" / students[0].id / "ps4_lstm" / "ps4_lstm.ipynb"
    mine.parent.mkdir(parents=True)
    mine.write_text("somebody's own work")
    written = write_sample_class(root, "ps4_lstm")
    assert len(written) == len(students) - 1
    source = root / "solutions" / "ps4_lstm" / "ps4_lstm.md"
    source.write_text(source.read_text("utf-8").replace("You write an LSTM", "Write an LSTM"))
    again = write_sample_class(root, "ps4_lstm")  # ours are renewed, but for a file cut in half
    assert len(again) == len(students) - 2
    assert mine.read_text() == "somebody's own work"
    write_sample_class(root, "ps4_lstm", force=True)
    assert mine.read_text("utf-8") != "somebody's own work"


def test_the_bundled_class_can_be_taken_out_again_and_somebodys_work_stays(tmp_path):
    root = temporary_course(tmp_path)
    register(root, "ps4_lstm")
    write_sample_class(root, "ps4_lstm", students=CHOSEN)
    mine = root / "submitted" / CHOSEN[0] / "ps4_lstm" / "ps4_lstm.ipynb"
    mine.write_text("somebody's own work")
    feedback = root / "feedback" / CHOSEN[1] / "ps4_lstm" / "ps4_lstm.html"
    feedback.parent.mkdir(parents=True)
    feedback.write_text("...")
    with open_gradebook(root) as gradebook:
        gradebook.add_submission("ps4_lstm", CHOSEN[1])
        gradebook.update_or_create_student("real-student")
    assert sorted(remove_sample_class(root, "ps4_lstm")) == sorted(CHOSEN[1:])
    assert mine.read_text() == "somebody's own work"
    assert [path.name for path in (root / "submitted").iterdir()] == [CHOSEN[0]]
    assert not feedback.exists()
    with open_gradebook(root) as gradebook:
        assert {s.id for s in gradebook.students} == {CHOSEN[0], "real-student"}
        assert gradebook.assignment_submissions("ps4_lstm") == []
    assert remove_sample_class(root, "ps4_lstm") == []
