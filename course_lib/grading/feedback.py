"""The page a student gets back: marks, what each check found, their own code. No hidden tests.

It plugs into nbgrader as the exporter and steps of ``generate_feedback``, so nbgrader's own
command and the formgrader make the same page as ``course grade``. The page is one file, asks no
other host for anything, and runs no script: whatever a student's output contains stays inert.
"""

import glob
import os
import shutil
from functools import cached_property, lru_cache
from pathlib import Path

import nbformat
from nbconvert.exporters import Exporter
from nbformat import NotebookNode
from nbgrader import utils
from nbgrader.converters import GenerateFeedback
from nbgrader.converters.base import BaseConverter
from nbgrader.preprocessors import GetGrades, NbGraderPreprocessor
from traitlets import default

from course_lib.grading.config import CONFIG_NAME
from course_lib.grading.directories import course_directory
from course_lib.grading.engine.folder import beside, exchange, restore
from course_lib.grading.engine.log import quiet_log
from course_lib.grading.feedback_marks import Marks
from course_lib.grading.feedback_page import page
from course_lib.grading.source import is_question, translated, without_rubric
from course_lib.i18n import LANGUAGES, speaking

_BEGIN, _END = "BEGIN HIDDEN TESTS", "END HIDDEN TESTS"


class MarkUnread(NbGraderPreprocessor):
    """Take nbgrader's score of 0 from answers that nobody has marked yet."""

    def preprocess(self, nb, resources):
        from nbgrader.api import Gradebook  # pages that are told the marks do without

        about = resources["nbgrader"]
        with Gradebook(about["db_url"]) as gradebook:
            found = gradebook.find_submission_notebook(
                about["notebook"], about["assignment"], about["student"]
            )
            unread = {grade.name for grade in found.grades if _is_unread(grade)}
        for cell in nb.cells:
            if cell.metadata.get("nbgrader", {}).get("grade_id") in unread:
                cell.metadata.nbgrader["score"] = None
        return nb, resources


def _is_unread(grade) -> bool:
    return grade.manual_score is None and grade.auto_score is None


class HideHiddenTests(NbGraderPreprocessor):
    """Take the hidden part out of test cells, and out of the tracebacks that quote it.

    Questions lose their rubric and are in the student's language again.
    """

    def preprocess(self, nb, resources):
        self.language = nb.metadata.get("course", {}).get("language", "en")
        self.assignment = nb.metadata.get("course", {}).get("assignment", "")
        return super().preprocess(nb, resources)

    def preprocess_cell(self, cell, resources, cell_index):
        if is_question(cell):
            text = without_rubric(cell.source)
            cell.source = translated(text, self.assignment, self.language)
            return cell, resources
        if cell.cell_type != "code" or not utils.is_grade(cell):
            return cell, resources
        cell.source = without_hidden_tests(cell.source)
        for output in cell.outputs:
            if output.output_type == "error":
                output.traceback = [f"{output.ename}: {output.evalue}"]
        return cell, resources


FEEDBACK_STEPS = [GetGrades, MarkUnread, HideHiddenTests]


def without_hidden_tests(source: str) -> str:
    """``source`` without the lines between the hidden-test marks, and without the marks."""
    kept, hidden = [], False
    for line in source.split("\n"):
        if _BEGIN in line:
            hidden = True
        elif _END in line:
            hidden = False
        elif not hidden:
            kept.append(line)
    return "\n".join(kept).rstrip()


class FeedbackExporter(Exporter):
    """Turns a graded notebook into the student's page."""

    @default("file_extension")
    def _file_extension_default(self):
        return ".html"

    output_mimetype = "text/html"

    def from_notebook_node(self, nb, resources=None, **kw):
        nb, resources = super().from_notebook_node(nb, resources, **kw)
        return _spoken_page(nb, resources["nbgrader"]), resources


def _spoken_page(notebook: NotebookNode, about: dict) -> str:
    """The page in the language of the notebook."""
    language = notebook.metadata.get("course", {}).get("language", "en")
    with speaking(language if language in LANGUAGES else "en"):
        return page(notebook, about, language)


def feedback_one(
    root: Path, assignment: str, student: str, marks: dict[str, Marks] | None = None
) -> Path:
    """Write one student's feedback page as generate_feedback does; returns its path.

    ``marks`` are those of each notebook, by its name; without them the gradebook is asked. What is
    the same for all pages is made once per process.
    """
    root = Path(root).resolve()
    settings = (root / CONFIG_NAME).stat().st_mtime_ns if (root / CONFIG_NAME).exists() else 0
    return _pages(root, settings, os.getpid()).write(assignment, student, marks)


@lru_cache(maxsize=4)
def _pages(root: Path, _settings: int, _process: int) -> "_Pages":
    return _Pages(root)  # one of its own for each process: a connection must not cross a fork


class _Pages:
    """The feedback pages of a course: its settings, and its gradebook, which is only read."""

    def __init__(self, root: Path) -> None:
        self.course = course_directory(root)
        self.log = self.course.log = quiet_log()
        self.files = _Files(coursedir=self.course, config=self.course.config)
        self.files.log = self.log
        self.files.force = True
        self.hides = HideHiddenTests()

    @cached_property
    def gradebook(self):
        from sqlalchemy import create_engine  # who is told the marks can do without

        return create_engine(self.course.db_url, pool_pre_ping=True)

    def write(self, assignment: str, student: str, marks: dict[str, Marks] | None) -> Path:
        course, files = self.course, self.files
        self.log.take()  # nobody reads it
        target = Path(course.format_path(course.feedback_directory, student, assignment))
        if not self._is_plain():
            course.assignment_id, course.student_id = assignment, glob.escape(student)
            files.destination = None
            files.start()
        else:
            restore(target)
            try:
                marks = self._marks(assignment, student) if marks is None else marks
                self._write(assignment, student, marks, beside(target, "new"))
                exchange(target)
            finally:
                shutil.rmtree(beside(target, "new"), ignore_errors=True)
        return target / f"{assignment}.html"

    def _is_plain(self) -> bool:
        """Whether the course makes its pages as this file describes, with nothing added."""
        files, named = self.files, {step.__name__ for step in FEEDBACK_STEPS}
        return (
            files.preprocessors == FEEDBACK_STEPS
            and files.exporter_class is FeedbackExporter
            and not (files.pre_convert_hook or files.post_convert_hook)
            and not self.course.student_id_exclude
            and not named & files.config.keys()
        )

    def _marks(self, assignment: str, student: str) -> dict[str, Marks]:
        from course_lib.grading.marks_reading import read_marks

        with self.gradebook.connect() as connection:
            return read_marks(connection, assignment, student)

    def _write(self, assignment: str, student: str, marks: dict[str, Marks], fresh: Path) -> None:
        """The whole folder that a student gets: the pages, and the files beside the notebooks."""
        course, files = self.course, self.files
        graded = Path(course.format_path(course.autograded_directory, student, assignment))
        notebooks = sorted(graded.glob("*.ipynb"))
        if not notebooks:
            raise FileNotFoundError(f"there is no graded notebook in {graded}")
        os.makedirs(fresh, mode=0o755)
        files.destination = str(fresh)
        if any(path.suffix != ".ipynb" for path in graded.iterdir()):
            BaseConverter.init_assignment(files, assignment, student)
        for path in notebooks:
            notebook = nbformat.v4.reads(path.read_text("utf-8"))
            found = marks[path.stem]
            found.put_into(notebook)
            about = {
                "student": student,
                "assignment": assignment,
                "notebook": path.stem,
                "db_url": course.db_url,
                "score": found.score - (found.late_penalty or 0),
                "max_score": found.max_score,
                "late_penalty": found.late_penalty or 0,
            }
            notebook, _resources = self.hides.preprocess(notebook, {"nbgrader": about})
            text = _spoken_page(notebook, about)
            (fresh / f"{path.stem}.html").write_bytes(text.encode("utf-8", "replace"))
        files.set_permissions(assignment, student)


class _Files(GenerateFeedback):
    """nbgrader's GenerateFeedback, which copies files and sets permissions in ``destination``."""

    destination: str | None = None

    def _format_dest(self, assignment_id, student_id, escape=False):
        return self.destination or super()._format_dest(assignment_id, student_id, escape)
