"""The writer's gradebook and folders are those of nbgrader's own Autograde, table by table."""

import random
import shutil
import sqlite3
import sys
from copy import deepcopy
from datetime import datetime

import nbformat
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output
from nbgrader.api import Gradebook, Student
from sqlalchemy import insert

from course_lib.errors import CourseError
from course_lib.exercises import get_item
from course_lib.exercises.spec import Unexpected
from course_lib.grading.candidate import Local
from course_lib.grading.check import check
from course_lib.grading.directories import course_directory
from course_lib.grading.engine.failures import finding_of
from course_lib.grading.engine.planning import load_plan
from course_lib.grading.engine.scoring import points_of
from course_lib.grading.engine.steps import Steps
from course_lib.grading.engine.writer import NotWritten, Writer
from course_lib.grading.mend import mend
from course_lib.grading.notebook_text import notebook_bytes
from course_lib.grading.release import made_release, register
from course_lib.grading.result import CHECK, CHECK_FAILED
from tests.grading.engine.mixed import SOURCE
from tests.grading.engine.stock import (
    derived,
    engine,
    graded_files,
    hand_in,
    make_course,
    shows,
    stock,
    tables,
)
from tests.slow import slow_but

# nbgrader's own, about its sessions, and nbformat's about the copied cells of students.
pytestmark = [
    pytest.mark.filterwarnings("ignore:Object of type"),
    pytest.mark.filterwarnings("ignore:Non-unique cell id"),
]


def value(text, **more):
    return new_output("execute_result", data={"text/plain": text, **more}, execution_count=1)


def stream(name, text):
    return new_output("stream", name=name, text=text)


def error(name="AssertionError"):
    return new_output("error", ename=name, evalue="no", traceback=[f"line {i}" for i in range(90)])


RICH = {"text/html": "<b>1</b>\n<i>2</i>", CHECK: {"item": "mix.add", "findings": [{"a": [1.5]}]}}
DRAWN = {"image/png": "iVBO", "image/svg+xml": "<svg>\n</svg>"}
SHOWN = {
    "right": {"test_part": [value("3.0")]},
    "wrong": {"test_add": [error()], "test_part": [value("0.0")]},
    "part": {"test_part": [stream("stdout", "hello\n" * 300), value("1.5", **RICH)]},
    "odd": {"test_part": [value("-1")], "test_add": [value("'full marks'")]},
    "loud": {"add": [stream("stderr", "careful\n"), stream("stdout", "a\nb")]},
    "draws": {"given": [new_output("display_data", data=DRAWN)]},
}


def shown_by(kind):
    return lambda cell: SHOWN[kind].get(name_of(cell), [])


def name_of(cell):
    return cell.metadata.get("nbgrader", {}).get("grade_id")


def cell_of(notebook, name):
    return next(cell for cell in notebook.cells if name_of(cell) == name)


def answered(released, *names):
    notebook = deepcopy(released)
    for name in names:
        cell_of(notebook, name).source += "\n# an answer"
    return notebook


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    return make_course(tmp_path_factory.mktemp("template") / "course")


@pytest.fixture
def two_courses(template, tmp_path):
    """A function: the same course twice, for nbgrader and for the engine."""

    def make(config=""):
        courses = [tmp_path / "stock", tmp_path / "engine"]
        for root in courses:
            shutil.copytree(template, root)
            with (root / "nbgrader_config.py").open("a", encoding="utf-8") as file:
                file.write(config + "\n")
        return courses

    return make


@pytest.fixture
def courses(two_courses):
    return two_courses()


def grade_both(courses, student, notebook, shown, files=None, kindly=False):
    """Grade on both sides; the sanitised notebooks are the same, too."""
    for root in courses:
        hand_in(root, student, notebook, files)
    one = stock(courses[0], student, shown, kindly=kindly)
    other = engine(courses[1], student, shown)
    assert one == other


def assert_same(courses):
    one, other = (tables(root) for root in courses)
    assert one.keys() == other.keys()
    for table in one:
        assert one[table] == other[table], table
    assert derived(courses[0]) == derived(courses[1])
    assert graded_files(courses[0]) == graded_files(courses[1])
    return one


@pytest.fixture
def released(courses):
    return made_release(courses[0], "mix", "en")


def test_fresh_submissions(courses, released):
    for kind in SHOWN:
        names = ["add", "by_hand", "in_words"][: len(kind) - 3]
        handed_in, kindly = answered(released, *names), kind == "odd"  # a negative number: scoring
        grade_both(courses, f"student-{kind}", handed_in, shown_by(kind), kindly=kindly)
    found = assert_same(courses)
    # Not one of these tables is empty, and the scores are not all the same.
    assert len(found["submitted_notebook"]) == len(SHOWN)
    assert len(found["grade"]) == 5 * len(SHOWN) and len(found["comment"]) == 4 * len(SHOWN)
    scores = {dict(row)["auto_score"] for row in found["grade"]}
    assert scores == {None, 0.0, 1.5, 3.0, 4.0}
    assert {dict(row)["auto_comment"] for row in found["comment"]} == {None, "No response."}
    assert {dict(row)["needs_manual_grade"] for row in found["grade"]} == {0, 1}


def test_grading_again_keeps_what_a_person_gave(courses, released):
    notebook = answered(released, "add", "in_words")
    grade_both(courses, "ada", notebook, shown_by("wrong"))
    grade_both(courses, "bob", notebook, shown_by("right"))
    for root in courses:
        with Gradebook(course_directory(root).db_url) as gradebook:
            grade = gradebook.find_grade("test_add", "mix", "mix", "ada")
            grade.manual_score, grade.extra_credit = 2.5, 0.5
            grade = gradebook.find_grade("in_words", "mix", "mix", "ada")
            grade.manual_score, grade.needs_manual_grade = 4.0, False
            grade = gradebook.find_grade("a_task", "mix", "mix", "ada")
            grade.manual_score, grade.needs_manual_grade = 1.0, False
            comment = gradebook.find_comment("in_words", "mix", "mix", "ada")
            comment.manual_comment = "Well put."
            gradebook.find_submission_notebook("mix", "mix", "ada").flagged = True
            gradebook.update_or_create_student("bob", first_name="Bob", email="b@example.org")
            gradebook.db.commit()
    again = answered(released, "add", "by_hand")
    grade_both(courses, "ada", again, shown_by("part"))
    grade_both(courses, "bob", released, shown_by("wrong"))
    found = assert_same(courses)
    rows = [dict(row) for row in found["grade"]]
    by_hand = [row for row in rows if row["manual_score"] is not None]
    assert len(by_hand) == 3 and sum(row["needs_manual_grade"] for row in by_hand) == 2
    assert any(dict(row)["manual_comment"] == "Well put." for row in found["comment"])


def test_a_changed_assignment(courses, released):
    grade_both(courses, "ada", answered(released, "add"), shown_by("right"))
    for root in courses:
        source = root / "solutions" / "mix" / "mix.md"
        text = SOURCE.replace("points: 4", "points: 6").replace("add(0, 0) == 0", "add(1, 0) == 1")
        source.write_text(text, "utf-8")
        register(root, "mix")
    # The student has still the former tests: nbgrader puts the new ones into the notebook.
    grade_both(courses, "ada", answered(released, "add"), shown_by("wrong"))
    grade_both(courses, "bob", answered(released, "add"), shown_by("right"))
    found = assert_same(courses)
    assert {dict(row)["auto_score"] for row in found["grade"]} >= {6.0, 0.0}


LATE = {"timestamp.txt": "2026-03-02 12:00:00 UTC"}


def set_due(root, due=datetime(2026, 3, 2, 10), extension=None):
    with Gradebook(course_directory(root).db_url) as gradebook:
        gradebook.find_assignment("mix").duedate = due
        gradebook.db.commit()
        for student, hours in (extension or {}).items():
            gradebook.grant_extension("mix", student, hours=hours)


OWN_PLUGIN = """
from nbgrader.plugins import BasePlugin

class HalfAPointPerHour(BasePlugin):
    def late_submission_penalty(self, student_id, score, total_seconds_late):
        if student_id == "negative":
            return -1.0
        return 0.5 * total_seconds_late / 3600

c.AssignLatePenalties.plugin_class = HalfAPointPerHour
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    "config",
    ["", 'c.LateSubmissionPlugin.penalty_method = "zero"', OWN_PLUGIN],
    ids=["none", "zero", "own"],
)
def test_late_submissions(two_courses, config):
    courses = two_courses(config)
    released = made_release(courses[0], "mix", "en")
    students = ["in-time", "late", "very-late", "negative", "extended", "no-stamp", "empty-stamp"]
    stamps = {
        "in-time": "2026-03-02 09:59:59 UTC",
        "late": "2026-03-02 12:30:00 UTC",
        "very-late": "2026-04-02 12:30:00.123456 Asia/Jakarta",
        "negative": "2026-03-03 12:30:00 UTC",
        "extended": "2026-03-02 11:00:00 UTC",
        "empty-stamp": "",
    }
    for root in courses:
        set_due(root)
    for turn, kind in enumerate(("part", "right")):
        for student in students:
            stamp = {"timestamp.txt": stamps[student]} if student in stamps else {}
            if turn:  # handed in again: later, or without a stamp, and the one there stays
                later = {"timestamp.txt": "2026-03-02 13:00:00 UTC"}
                stamp = later if student == "late" else {}
            notebook = answered(released, "add")
            grade_both(courses, student, notebook, shown_by(kind), stamp)
        assert_same(courses)
        for root in courses:
            set_due(root, extension={"extended": 5})
    found = assert_same(courses)
    rows = {dict(row)["assignment_id"]: dict(row) for row in found["submitted_notebook"]}
    late = next(row for name, row in rows.items() if name.endswith(" late)"))
    expected = {"none": None, "zero": 7.0, "own": 1.5}
    kind = "own" if "HalfAPoint" in config else "zero" if "zero" in config else "none"
    assert late["late_submission_penalty"] == expected[kind]
    extended = next(row for name, row in rows.items() if name.endswith(" extended)"))
    assert extended["late_submission_penalty"] is None


@pytest.mark.parametrize(
    "config", ['c.LateSubmissionPlugin.penalty_method = "zero"', OWN_PLUGIN], ids=["zero", "own"]
)
def test_a_mark_by_hand_changes_what_lateness_costs_as_grading_again_does(two_courses, config):
    courses = two_courses(config)
    notebook = answered(made_release(courses[0], "mix", "en"), "add")
    for root in courses:
        set_due(root)
    late = {"timestamp.txt": "2026-03-02 12:30:00 UTC"}
    grade_both(courses, "late", notebook, shown_by("part"), late)
    for root, score in ((root, score) for score in (0.5, 2.5) for root in courses):
        with Gradebook(course_directory(root).db_url) as gradebook:
            for name in ("in_words", "test_part", "test_add"):
                gradebook.find_grade(name, "mix", "mix", "late").manual_score = score / 3
            gradebook.db.commit()
        if root == courses[0]:
            stock(root, "late", shown_by("part"))
            continue
        with Writer(root, "mix") as writer:
            writer.penalise("late")
        found = [tables(root)["submitted_notebook"] for root in courses]
        assert found[0] == found[1]
        penalty = next(dict(row) for row in found[0])["late_submission_penalty"]
        assert penalty == pytest.approx(score if "zero" in config else min(score, 1.25))


def test_a_time_stamp_that_is_none_costs_nothing(courses, released):
    # nbgrader's own command fails here and drops the submission: nothing to compare with.
    hand_in(courses[1], "ada", released, {"timestamp.txt": "yesterday"})
    engine(courses[1], "ada", shown_by("right"))
    assert [row[4] for row in derived(courses[1])] == [7.0]


def test_the_other_files_are_copied(courses, released):
    for root in courses:
        home = root / "solutions" / "mix"
        (home / "data.csv").write_text("1,2\n")
        (home / "kept.py").write_text("master = 1\n")
        (home / "deep").mkdir()
        (home / "deep" / "more.txt").write_text("deep\n")
    files = {
        "helper.py": "x = 1\n",
        "data.csv": "the student's own\n",
        "sub/notes.txt": "n\n",
        "__pycache__/helper.pyc": "no",
        "old~": "no",
        **LATE,
    }
    for _ in range(2):
        grade_both(courses, "ada", answered(released, "add"), shown_by("right"), files)
        assert_same(courses)
    data = courses[1] / "autograded" / "ada" / "mix" / "data.csv"
    assert data.read_text() == "1,2\n"


def test_what_was_there_before_goes(courses, released):
    for root in courses:
        hand_in(root, "ada", released, {"first.txt": "1"})
    stock(courses[0], "ada", shown_by("right"))
    engine(courses[1], "ada", shown_by("right"))
    grade_both(courses, "ada", released, shown_by("right"), {"second.txt": "2"})
    names = [path.name for path in (courses[1] / "autograded" / "ada" / "mix").iterdir()]
    assert sorted(names) == ["mix.ipynb", "second.txt"]
    assert_same(courses)


def test_groups_share_what_is_written(two_courses):
    courses = two_courses("c.CourseDirectory.groupshared = True")
    released = made_release(courses[0], "mix", "en")
    grade_both(courses, "ada", answered(released, "add"), shown_by("right"), {"a/b.txt": "b"})
    assert_same(courses)


def test_a_course_without_new_students(two_courses):
    courses = two_courses("c.Autograde.create_student = False")
    released = made_release(courses[0], "mix", "en")
    for root in courses:
        with Gradebook(course_directory(root).db_url) as gradebook:
            gradebook.add_student("ada", first_name="Ada")
    grade_both(courses, "ada", released, shown_by("right"))
    hand_in(courses[1], "eve", released)
    with pytest.raises(NotWritten, match="eve"):
        engine(courses[1], "eve", shown_by("right"))
    assert_same(courses)


def test_an_assignment_of_two_notebooks_one_of_them_not_handed_in(courses, released):
    for root in courses:
        with Gradebook(course_directory(root).db_url) as gradebook:
            gradebook.add_notebook("second", "mix")
            about = {"notebook": "second", "assignment": "mix"}
            gradebook.add_grade_cell("test_more", **about, max_score=2, cell_type="code")
            source = {"cell_type": "code", "source": "1", "checksum": "0" * 32, "locked": False}
            gradebook.add_source_cell("test_more", **about, **source)
            gradebook.add_task_cell("think", **about, max_score=1, cell_type="markdown")
    grade_both(courses, "ada", answered(released, "add"), shown_by("right"))
    found = assert_same(courses)
    absent = [dict(row) for row in found["grade"] if "second" in str(dict(row)["cell_id"])]
    assert [row["auto_score"] for row in absent] == [0.0, 0.0]
    assert not any(row["needs_manual_grade"] for row in absent)


OWN_STEPS = """
from nbformat.v4 import new_code_cell
from nbgrader.api import Gradebook, Student
from sqlalchemy import insert
from nbgrader.preprocessors import NbGraderPreprocessor

class Before(NbGraderPreprocessor):
    def preprocess(self, nb, resources):
        nb.cells.insert(0, new_code_cell("import os", id="put-there"))
        return nb, resources

class Bonus(NbGraderPreprocessor):
    '''Looks at the marks in the gradebook and changes one, as instructors do.'''
    def preprocess(self, nb, resources):
        about = resources["nbgrader"]
        with Gradebook(about["db_url"]) as gradebook:
            where = (about["notebook"], about["assignment"], about["student"])
            gradebook.find_grade("test_add", *where).extra_credit = 1
            score = gradebook.find_submission_notebook(*where).score
            gradebook.db.commit()
        nb.metadata["seen"] = score
        return nb, resources

class Clean(NbGraderPreprocessor):
    def preprocess_cell(self, cell, resources, index):
        cell.source = cell.source.replace("an answer", "AN ANSWER")
        return cell, resources

c.Autograde.sanitize_preprocessors = [
    "nbgrader.preprocessors.ClearOutput",
    Clean,
    "nbgrader.preprocessors.DeduplicateIds",
    "nbgrader.preprocessors.OverwriteKernelspec",
    "nbgrader.preprocessors.OverwriteCells",
]
c.Autograde.autograde_preprocessors.insert(0, Before)
"""
BONUS = OWN_STEPS + "c.Autograde.autograde_preprocessors.insert(-2, Bonus)\n"


@pytest.mark.parametrize("config", [OWN_STEPS, BONUS], ids=["before", "after"])
def test_steps_that_an_instructor_wrote(two_courses, config):
    courses = two_courses(config)
    released = made_release(courses[0], "mix", "en")
    for root in courses:
        set_due(root)
    for kind in ("right", "wrong", "right"):
        grade_both(courses, "ada", answered(released, "add"), shown_by(kind), LATE)
        found = assert_same(courses)
    graded = nbformat.read(courses[1] / "autograded/ada/mix/mix.ipynb", as_version=4)
    assert graded.cells[0].id == "put-there"
    assert "AN ANSWER" in cell_of(graded, "add").source
    assert graded.metadata.get("seen") == (8.0 if config == BONUS else None)
    assert any(dict(row)["extra_credit"] for row in found["grade"]) == (config == BONUS)


def test_an_instructors_step_that_fails_is_told_and_leaves_the_former_result(two_courses):
    courses = two_courses(BONUS.replace('nb.metadata["seen"] = score', "nb.metadata[score]"))
    root = courses[1]
    released = made_release(root, "mix", "en")
    hand_in(root, "ada", released)
    former = root / "autograded" / "ada" / "mix"
    former.mkdir(parents=True)
    (former / "mix.ipynb").write_text("former")
    with pytest.raises(NotWritten, match="KeyError"):
        engine(root, "ada", shown_by("right"))
    assert (former / "mix.ipynb").read_text() == "former"
    assert [path.name for path in former.parent.iterdir()] == ["mix"]


SETTINGS = [
    "c.SaveAutoGrades.enabled = False",
    "c.AssignLatePenalties.enabled = False",
    "c.LimitOutput.max_lines = 3\nc.LimitOutput.max_traceback = 5",
    "c.IgnorePattern.enabled = True\nc.IgnorePattern.pattern = 'careful'",
    "c.OverwriteCells.add_missing_cells = False",
    "c.ClearMetadataPreprocessor.enabled = True\n"
    "c.ClearMetadataPreprocessor.preserve_cell_metadata_mask = {'nbgrader'}",
    "from nbgrader.preprocessors import *\n"
    "c.Autograde.autograde_preprocessors = [Execute, LimitOutput, SaveAutoGrades]",
    "from nbgrader.preprocessors import *\n"
    "c.Autograde.autograde_preprocessors = [Execute, ClearOutput, CheckCellMetadata]",
    "c.CourseDirectory.course_id = 'another'",
    "c.BaseConverter.permissions = 640",
    "c.CourseDirectory.directory_structure = '{nbgrader_step}/{assignment_id}/{student_id}'",
]


@pytest.mark.parametrize("config", slow_but(SETTINGS[::4], SETTINGS))
def test_other_settings(two_courses, config):
    courses = two_courses(config + '\nc.LateSubmissionPlugin.penalty_method = "zero"')
    released = made_release(courses[0], "mix", "en")
    for root in courses:
        set_due(root)
    for kind in ("loud", "wrong", "part"):
        for root in courses:
            hand_in(root, "ada", answered(released, "add"), LATE)
            if "directory_structure" in config:
                shutil.rmtree(root / "submitted" / "mix", ignore_errors=True)
                (root / "submitted" / "mix").mkdir()
                (root / "submitted" / "ada" / "mix").rename(root / "submitted" / "mix" / "ada")
        one = stock(courses[0], "ada", shown_by(kind))
        if "directory_structure" in config:
            steps = Steps(load_plan(courses[1], "mix"))
            notebook = nbformat.read(courses[1] / "submitted/mix/ada/mix.ipynb", as_version=4)
            made = steps.sanitise(notebook, "ada")
            assert one == {"mix": made}
            shows(made, shown_by(kind))
            with Writer(courses[1], "mix") as writer:
                writer.write("ada", steps.finish(made, "ada"))
        else:
            assert one == engine(courses[1], "ada", shown_by(kind))
        assert_same(courses)


HOOKS = """
def note(name):
    def hook(assignment, student, notebooks):
        with open("hooks.txt", "a") as file:
            file.write(f"{name} {assignment} {student} {len(notebooks)}\\n")
    return hook

c.Autograde.pre_convert_hook = note("pre")
c.Autograde.post_convert_hook = note("post")
"""


def test_the_hooks_of_a_course_are_called(two_courses):
    courses = two_courses(HOOKS)
    grade_both(courses, "ada", made_release(courses[0], "mix", "en"), shown_by("right"))
    texts = [(root / "hooks.txt").read_text() for root in courses]
    assert texts[0] == texts[1] == "pre mix ada 1\npost mix ada 1\n"


# Scoring


def test_text_on_stderr_is_no_wrong_answer_and_stays_in_the_notebook(courses, released):
    def shown(cell):
        warns = [stream("stderr", "UserWarning: slow\n")]
        return {"test_add": warns, "test_part": [*warns, value("1.0")]}.get(name_of(cell), [])

    grade_both(courses, "ada", answered(released, "add"), shown, kindly=True)
    found = assert_same(courses)
    scores = {dict(row)["cell_id"]: dict(row)["auto_score"] for row in found["grade"]}
    assert sorted(v for v in scores.values() if v) == [1.0, 4.0]
    graded = nbformat.read(courses[1] / "autograded/ada/mix/mix.ipynb", as_version=4)
    assert "slow" in cell_of(graded, "test_add").outputs[0].text
    # What it would be without the difference:
    stock(courses[0], "ada", shown)
    assert sum(row[2] for row in derived(courses[0])) == 0


def test_an_error_beside_stderr_still_scores_nothing():
    cell = new_code_cell("assert False")
    cell.metadata.nbgrader = {"grade": True, "solution": False, "points": 4, "grade_id": "x"}
    cell.outputs = [stream("stderr", "warning"), error()]
    assert points_of(cell) == 0
    assert len(cell.outputs) == 2


def test_more_points_than_there_are_wait_for_a_person(courses, released):
    hand_in(courses[1], "ada", answered(released, "add"))
    shown = {"test_part": [value("300")]}
    engine(courses[1], "ada", lambda cell: shown.get(name_of(cell), []))
    rows = {dict(row)["cell_id"]: dict(row) for row in tables(courses[1])["grade"]}
    part = next(row for name, row in rows.items() if "test_part" in name)
    assert (part["auto_score"], part["needs_manual_grade"]) == (None, 1)
    assert [row[2] for row in derived(courses[1])] == [4.0]


def test_a_check_that_fails_itself_gives_no_zero_and_waits_for_a_person(monkeypatch):
    assert points_of(checked(lambda *_: None)) == 0
    monkeypatch.setattr(sys.modules["course_lib.grading.check"], "_outcomes", lambda _exam: 1 / 0)
    assert points_of(checked(lambda *_: None)) is None
    assert points_of(checked(lambda *_: None, show=False)) is None


def checked(answer, **how) -> NotebookNode:
    result = check("ps2_rnn.rnn_cell", answer, **how)
    cell = new_code_cell('check("ps2_rnn.rnn_cell", rnn_cell)')
    cell.metadata.nbgrader = {"grade": True, "solution": False, "points": 4, "grade_id": "x"}
    cell.outputs = [new_output("execute_result", result._repr_mimebundle_())]
    return cell


@pytest.mark.parametrize("step", ["diagnose", "right_but_for"])
def test_a_wrong_answer_that_cannot_be_explained_is_wrong(monkeypatch, step):
    """Else whoever brings the explanation down would wait for a person instead of having 0."""

    def fails(*_asked):
        raise RuntimeError("of a kind that nobody has thought of")

    monkeypatch.setattr(sys.modules["course_lib.grading.check"], step, fails)
    cell = checked(lambda *given: given[1])
    assert points_of(cell) == 0
    assert "nobody has thought of" in cell.outputs[0].data["text/html"]


def test_nobody_can_say_that_the_check_has_failed():
    def says(*_given):
        raise Unexpected("error", CHECK_FAILED, "The check itself failed.")

    assert points_of(checked(says)) == 0
    cell = checked(Claims(get_item("ps2_rnn.rnn_cell")[1].oracle, watched=False))
    assert CHECK_FAILED in str(cell.outputs[0].data[CHECK]) and points_of(cell) == 0


class Claims(Local):
    """A process of a student's that has learnt to speak for itself."""

    def refused(self, item):
        return finding_of({"kind": "unknown", "id": CHECK_FAILED, "made": {},
                           "what": "failed", "why": "", "look": "", "failed": True})  # fmt: skip


# Sanitising


def damaged(released, seed):
    """A notebook as students hand them in: some cells copied, moved, retyped, edited or gone."""
    chance = random.Random(seed)
    notebook = deepcopy(released)
    for _ in range(chance.randint(1, 4)):
        place = chance.randrange(len(notebook.cells))
        cell = notebook.cells[place]
        about = cell.metadata.get("nbgrader")
        match chance.randrange(13):
            case 0:
                notebook.cells.insert(chance.randrange(len(notebook.cells)), deepcopy(cell))
            case 1:
                del notebook.cells[place]
            case 2:
                chance.shuffle(notebook.cells)
            case 3:
                cell.source += "\n# edited"
            case 4:
                make = new_markdown_cell if cell.cell_type == "code" else new_code_cell
                notebook.cells[place] = make(cell.source, metadata=cell.metadata, id=cell.id)
            case 5 if about:
                about["points"] = 100
            case 6 if about:
                about["locked"] = not about["locked"]
            case 7 if about:
                about["grade_id"] = "another_name"
            case 8:
                cell.metadata["tags"] = ["skip-execution"]
                cell.metadata.update(collapsed=True, trusted=True)
            case 9:
                notebook.metadata["kernelspec"] = {"name": "julia", "display_name": "Julia"}
                notebook.metadata["orig_nbformat"] = 2
            case 10 if about:
                about["checksum"] = "f" * 32
            case 11 if about:
                about["schema_version"] = chance.choice([0, 1, 2, 3, 4])
            case 12:
                notebook.cells.insert(place, new_code_cell("print(1)", outputs=[error("Old")]))
        if not notebook.cells:
            break
    return notebook


def both_sanitise(courses, steps, student, notebook):
    """(nbgrader's, ours): each a notebook, or the kind of exception. Ids that are drawn apart."""
    hand_in(courses[0], student, notebook)
    try:
        one = stock(courses[0], student, lambda cell: [])["mix"]
    except Exception as raised:
        one = raised
    path = courses[0] / "submitted" / student / "mix" / "mix.ipynb"
    before = nbformat.read(path, as_version=4)
    given = deepcopy(before)
    try:
        other = steps.sanitise(given, student)
    except Exception as raised:
        other = raised
    assert given == before, "the notebook that was given is changed"
    return one, other


def plain(notebook):
    known = {cell.id for cell in notebook.cells if len(cell.get("id", "")) != 8}
    return {
        **notebook,
        "cells": [
            {**c, "id": c.get("id") if c.get("id") in known else "?"} for c in notebook.cells
        ],
    }


def test_damaged_notebooks_are_sanitised_as_by_nbgrader(courses, released):
    steps = Steps(load_plan(courses[0], "mix"))
    refused = passed = 0
    for seed in range(36):
        one, other = both_sanitise(courses, steps, "ada", damaged(released, seed))
        if isinstance(one, Exception):
            # nbgrader wraps whatever it meets; that there is a refusal is what counts.
            assert isinstance(other, Exception), (seed, one.__notes__)
            assert type(other).__name__ in "\n".join([str(one), *one.__notes__]) or isinstance(
                one.__context__, type(other)
            ), (seed, one.__notes__, other)
            refused += 1
        else:
            assert not isinstance(other, Exception), (seed, other)
            assert plain(one) == plain(other), seed
            passed += 1
    assert passed >= 12 and refused >= 4


@pytest.mark.slow
def test_damaged_notebooks_pass_once_they_are_mended(courses, released):
    steps = Steps(load_plan(courses[0], "mix"))
    for seed in range(20):
        mended, _notes = mend(damaged(released, seed), released)
        one, other = both_sanitise(courses, steps, "ada", mended)
        assert not isinstance(one, Exception), (seed, one.__notes__)
        assert one == other, seed


# The text of the file


def test_the_text_of_a_notebook_is_nbformats(courses, released):
    for seed in range(40):
        notebook = damaged(released, seed)
        for number, cell in enumerate(notebook.cells):
            if cell.cell_type == "code":
                kinds = list(SHOWN)
                for outputs in SHOWN[kinds[number % len(kinds)]].values():
                    cell.outputs += deepcopy(outputs)
            else:
                cell.attachments = {"a.png": {"image/png": "iVBO", "text/plain": "a\nb"}}
        notebook.metadata["odd"] = {
            "é\u2028\x00\x7f": [1e300, -0.0, 0.1, 10**40, True, None, [], {}, "\\\"\n\t"],
            "Z": {"b": float("inf"), "a": float("nan")} if seed % 2 else (1, 2),
        }  # fmt: skip
        expected = (nbformat.writes(notebook, version=4) + "\n").encode("utf-8")
        before = deepcopy(notebook)
        assert notebook_bytes(notebook) == expected, seed
        assert repr(notebook) == repr(before)


def test_half_of_an_emoji_can_be_written(courses, released):
    hand_in(courses[1], "ada", answered(released, "add"))
    engine(courses[1], "ada", lambda cell: [stream("stdout", "\ud83d half")])
    text = (courses[1] / "autograded/ada/mix/mix.ipynb").read_text("utf-8")
    assert "? half" in text


# What goes wrong


def test_an_assignment_that_the_gradebook_does_not_know(courses):
    with pytest.raises(CourseError, match="course release"), Writer(courses[1], "nothing"):
        pass


def test_a_cell_without_a_row_is_told_and_nothing_is_left(courses, released):
    root = courses[1]
    hand_in(root, "ada", released)
    engine(root, "ada", shown_by("right"))
    before, files = tables(root), graded_files(root)
    steps = Steps(load_plan(root, "mix"))
    made = steps.sanitise(answered(released, "add"), "ada")
    shows(made, shown_by("wrong"))
    cell_of(made, "test_part").metadata.nbgrader["grade_id"] = "unknown"
    executed = steps.finish(made, "ada")
    with Writer(root, "mix") as writer:
        for student in ("ada", "eve"):
            with pytest.raises(NotWritten, match="unknown"):
                writer.write(student, executed)
    assert tables(root) == before and graded_files(root) == files


def test_two_graders_who_come_at_once_make_one_row(courses, released):
    root = courses[1]
    hand_in(root, "ada", answered(released, "add"))
    steps = Steps(load_plan(root, "mix"))
    made = steps.sanitise(answered(released, "add"), "ada")
    executed = steps.finish(made, "ada")
    with Writer(root, "mix") as writer:
        ensure, calls = writer._rows._ensure_student, []

        def with_another_grader(connection, student, create):
            calls.append(student)
            if len(calls) == 1:  # the other one is done between our look and our write
                with Gradebook(course_directory(root).db_url) as gradebook:
                    gradebook.update_or_create_student(student)
                    gradebook.add_submission("mix", student)
                connection.execute(insert(Student.__table__), {"id": student})
            ensure(connection, student, create)

        writer._rows._ensure_student = with_another_grader
        writer.write("ada", executed)
    assert len(calls) == 2
    assert [row[2] for row in derived(root)] == [7.0]


def test_a_locked_gradebook_is_told_and_a_later_run_writes(courses, released):
    root = courses[1]
    text = (root / "nbgrader_config.py").read_text("utf-8").replace("timeout=60", "timeout=0.2")
    (root / "nbgrader_config.py").write_text(text, "utf-8")
    hand_in(root, "ada", answered(released, "add"))
    engine(root, "ada", shown_by("right"))
    before, files = tables(root), graded_files(root)
    steps = Steps(load_plan(root, "mix"))
    made = steps.sanitise(answered(released, "add"), "ada")
    shows(made, shown_by("wrong"))
    executed = steps.finish(made, "ada")
    with Writer(root, "mix") as writer:
        other = sqlite3.connect(root / "gradebook.db")
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(NotWritten, match="locked"):
            writer.write("ada", executed)
        other.rollback()
        other.close()
        assert tables(root) == before and graded_files(root) == files
        writer.write("ada", executed)
    assert tables(root) != before and graded_files(root) != files
