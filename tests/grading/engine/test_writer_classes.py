"""The bundled classes, mended and staged as ``course grade`` does, through both pipelines."""

import random
import shutil

import pytest
from nbformat.v4 import new_output

from course_lib.exercises import ASSIGNMENTS
from course_lib.grading.config import WORK
from course_lib.grading.engine.planning import load_plan
from course_lib.grading.engine.steps import Steps
from course_lib.grading.release import register
from course_lib.grading.sample import sample_class, write_sample_class
from course_lib.grading.submissions import read_submission, stage
from tests.grading.engine.stock import CONFIG, engine, stock
from tests.grading.engine.test_writer import CHECK, assert_same, error, stream, value

ROOT = CONFIG.parent
# All right in Indonesian, a mistake in Chinese, half a file, code that ends its process.
SOME = ["siti-rahmawati", "zhang-min", "ahmed-hassan", "guo-feng"]

pytestmark = pytest.mark.filterwarnings("ignore:Object of type")


def shown_to(student):
    """Some outputs of each kind, the same for both pipelines."""

    def shown(cell):
        about = cell.metadata.get("nbgrader", {})
        chance = random.Random(f"{student} {about.get('grade_id')} {cell.source}")
        if not about.get("grade"):
            return chance.choice([[], [stream("stdout", "a\n" * 500)], [error("NameError")]])
        points = round(chance.uniform(0, about["points"]), 2)
        data = {"text/html": "<p>…</p>\n<b>", CHECK: {"item": "x", "findings": [], "seed": 1.5}}
        drawn = new_output("display_data", data={"image/svg+xml": "<svg>\n</svg>"})
        return chance.choice(
            [[], [error()], [value(str(points), **data)], [drawn, value(str(points))]]
        )

    return shown


def both_ways(tmp_path, name: str, students: list[str]):
    courses = [tmp_path / "stock", tmp_path / "engine"]
    courses[0].mkdir()
    shutil.copy(ROOT / "nbgrader_config.py", courses[0])
    for part in (f"solutions/{name}", f"tests/sample_class/{name}"):
        ignore = shutil.ignore_patterns("*.ipynb")
        shutil.copytree(ROOT / part, courses[0] / part, ignore=ignore)
    register(courses[0], name)
    write_sample_class(courses[0], name, students=students)
    for student in students:
        stage(courses[0], name, read_submission(courses[0], name, student))
    shutil.copytree(courses[0], courses[1])
    steps, where = Steps(load_plan(courses[1], name)), (WORK / name / "submitted").as_posix()
    for student in students:
        about = {"assignment": name, "submitted": where}
        one = stock(courses[0], student, shown_to(student), **about)
        other = engine(courses[1], student, shown_to(student), steps=steps, **about)
        assert one == other, student
    found = assert_same(courses)
    assert len(found["submitted_assignment"]) == len(students)
    assert len({dict(row)["auto_score"] for row in found["grade"]}) > len(students)


def test_some_students(tmp_path):
    both_ways(tmp_path, "ps4_lstm", SOME)


@pytest.mark.slow
@pytest.mark.parametrize("name", ASSIGNMENTS)
def test_whole_classes(tmp_path, name):
    both_ways(tmp_path, name, [student.id for student in sample_class(ROOT, name)])
