"""A worker is told what the gradebook knows: it asks nothing of it, and need not even load it."""

import os
import pickle
import subprocess
import sys
from pathlib import Path

import pytest

from course_lib.grading.engine.planning import load_plan
from course_lib.grading.engine.writer import Writer
from course_lib.grading.release import made_release
from tests.grading.engine.stock import engine, hand_in, make_course
from tests.grading.engine.test_writer import answered, shown_by

# In a process that begins as those do which workers are forked from.
BEGIN = """
import course_lib.grading.preload, pickle, sys
from pathlib import Path
from course_lib.grading.engine.steps import Steps
from course_lib.grading.feedback import feedback_one
root, (plan, marks, notebook) = Path(sys.argv[1]), pickle.load(sys.stdin.buffer)
steps = Steps(plan)
made = steps.sanitise(notebook, "ada")
assert steps.finish(made, "ada").points.keys() >= {"test_part", "test_add"}
"""
ASKS_NOTHING = """
(root / "gradebook.db").rename(root / "away.db")
assert b"test_add" in feedback_one(root, "mix", "ada", marks).read_bytes()
assert not {"nbgrader.api", "sqlalchemy"} & sys.modules.keys()
"""
ASKS_LATER = """
told = feedback_one(root, "mix", "ada", marks).read_bytes()
assert told == feedback_one(root, "mix", "ada").read_bytes()
"""
UNKNOWN_CELL = """
names = [cell.metadata.get("nbgrader", {}).get("grade_id") for cell in notebook.cells]
notebook.cells[names.index("given")].metadata.nbgrader.grade_id = "nobody"
steps.log.take()
try:  # nbgrader takes the name from the cell, and then misses it
    steps.sanitise(notebook, "ada")
except Exception as error:
    assert "metadata may be corrupted" in str(error), error
assert "Cell 'nobody' does not exist in the database" in "".join(steps.log.take())
"""
NBGRADERS_OWN = """
from nbgrader.converters import GenerateFeedback
from nbgrader.preprocessors import GetGrades
class Own(GetGrades):
    pass
from course_lib.grading.directories import course_directory
course = course_directory(root)
course.assignment_id, course.student_id = "mix", "ada"
own = GenerateFeedback(coursedir=course, config=course.config)
own.preprocessors, own.force = [Own, *own.preprocessors[1:]], True
own.start()
from nbgrader.converters import base
from nbgrader.preprocessors import overwritecells
from nbgrader import api
import sqlalchemy
assert overwritecells.MissingEntry is api.MissingEntry and base.sqlalchemy is sqlalchemy
"""
PROGRAMS = [ASKS_NOTHING, ASKS_LATER, UNKNOWN_CELL, NBGRADERS_OWN]


@pytest.mark.parametrize("program", PROGRAMS, ids=["told", "asks", "unknown cell", "nbgrader's"])
def test_a_worker_does_without_the_gradebook(tmp_path, program):
    root = make_course(tmp_path / "course", "c.OverwriteCells.add_missing_cells = False")
    notebook = answered(made_release(root, "mix", "en"), "add", "in_words")
    hand_in(root, "ada", notebook)
    engine(root, "ada", shown_by("right"))
    with Writer(root, "mix") as writer:
        told = load_plan(root, "mix"), writer.marks("ada"), notebook
        assert told[0] == writer.plan
    ended = subprocess.run(
        [sys.executable, "-P", "-c", BEGIN + program, str(root)],
        input=pickle.dumps(told),
        capture_output=True,
        timeout=120,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[3])},
    )
    assert ended.returncode == 0, ended.stderr.decode()


def test_marks_that_cannot_be_read_are_left_to_the_worker(tmp_path):
    root = make_course(tmp_path / "course")
    with Writer(root, "mix") as writer:
        assert writer.marks("nobody") == {}
        (root / "gradebook.db").write_text("no gradebook")
        writer._gradebook.engine.dispose()
        assert writer.marks("nobody") is None
