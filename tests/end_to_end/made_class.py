"""A class that was graded without grading: rows, records and notebooks as a run leaves them."""

import json
from pathlib import Path

import nbformat
from nbformat.v4 import new_output

from course_lib.grading.grade import record_path
from course_lib.grading.gradebook import open_gradebook
from course_lib.grading.release import release
from course_lib.grading.result import CHECK
from tests.end_to_end.test_written_answers import QUESTION

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"
PLUS = "def add(a, b):\n    return a + b"


class MadeClass:
    """The tiny course with a question to mark by hand; ``put`` adds one graded submission."""

    def __init__(self, course):
        self.root: Path = course.root
        course.source.write_text(course.source.read_text("utf-8") + QUESTION, "utf-8")
        release(self.root, "tiny")
        self.course = course

    def put(
        self,
        student: str,
        *,
        points: float | None = 4.0,
        written: float | None = None,
        name: tuple[str, str] = ("", ""),
        email: str = "",
        lms: str = "",
        code: str = PLUS,
        findings: list[dict] = (),
        aspects: list[dict] = (),
        item: str = "tiny.add",
        error: tuple[str, str] | None = None,
        status: str = "graded",
        notes: list[dict] = (),
        late: float = 0.0,
        versions: dict | None = None,
    ) -> None:
        handed_in = self.course.submit(student, code)
        record = {
            "key": "k",
            "student": student,
            "language": "en",
            "status": status,
            "seed": 7,
            "notes": list(notes),
        }
        if versions is not None:
            record["versions"] = versions
        path = record_path(self.root, "tiny", student)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(record), "utf-8")
        with open_gradebook(self.root) as gradebook:
            gradebook.update_or_create_student(
                student, first_name=name[0], last_name=name[1], email=email, lms_user_id=lms
            )
            if status == "failed":
                return
            gradebook.update_or_create_submission("tiny", student)
            grade = gradebook.find_grade("test_add", "tiny", "tiny", student)
            grade.auto_score, grade.needs_manual_grade = points, False
            grade.notebook.late_submission_penalty = late
            marked = gradebook.find_grade("why_plus", "tiny", "tiny", student)
            marked.manual_score = written
            gradebook.db.commit()
        notebook = nbformat.read(handed_in, as_version=4)
        for cell in notebook.cells:
            if cell.metadata.get("nbgrader", {}).get("grade_id") == "test_add":
                found = {"item": item, "findings": list(findings), "aspects": list(aspects)}
                cell.outputs = [new_output("execute_result", data={CHECK: found})]
                if error:
                    ename, evalue = error
                    cell.outputs = [new_output("error", ename=ename, evalue=evalue, traceback=[])]
        graded = self.root / "autograded" / student / "tiny" / "tiny.ipynb"
        graded.parent.mkdir(parents=True)
        nbformat.write(notebook, graded)
