"""nbgrader's own Autograde beside the engine's steps and writer, on the same submissions.

No kernel runs: what the cells showed is given, and both sides get the same.
"""

import glob
import hashlib
import shutil
import sqlite3
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbgrader.api import Gradebook
from nbgrader.converters import Autograde
from nbgrader.preprocessors import NbGraderPreprocessor, SaveAutoGrades

from course_lib.grading.directories import course_directory
from course_lib.grading.engine.log import QuietLog
from course_lib.grading.engine.own_steps import SaveKindly
from course_lib.grading.engine.planning import load_plan
from course_lib.grading.engine.steps import Steps, around_execution
from course_lib.grading.engine.writer import Writer
from tests.grading.engine.mixed import SOURCE

CONFIG = Path(__file__).resolve().parents[3] / "nbgrader_config.py"
Shown = Callable[[NotebookNode], list]  # what a cell shows


def make_course(root: Path, config: str = "", source: str = SOURCE) -> Path:
    """A course with the assignment ``mix`` in its gradebook; ``config`` adds to its settings."""
    from course_lib.grading.release import register

    root.mkdir(parents=True, exist_ok=True)
    (root / "nbgrader_config.py").write_text(f"{CONFIG.read_text('utf-8')}\n{config}\n", "utf-8")
    file = root / "solutions" / "mix" / "mix.md"
    file.parent.mkdir(parents=True)
    file.write_text(source, "utf-8")
    register(root, "mix")
    return root


def hand_in(root: Path, student: str, notebook: NotebookNode, files: dict | None = None) -> None:
    folder = root / "submitted" / student / "mix"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    nbformat.write(notebook, folder / "mix.ipynb")
    for name, text in (files or {}).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")


def shows(notebook: NotebookNode, shown: Shown) -> None:
    """Stands for execution."""
    for number, cell in enumerate(notebook.cells, 1):
        if cell.cell_type == "code":
            cell.execution_count = number
            cell.outputs = [nbformat.from_dict(deepcopy(output)) for output in shown(cell)]


def stock(
    root: Path,
    student: str,
    shown: Shown,
    *,
    assignment: str = "mix",
    submitted: str = "submitted",
    kindly: bool = False,
) -> dict[str, NotebookNode]:
    """Grade with nbgrader's Autograde; returns each notebook as it came to execution.

    ``kindly``: with the course's scoring (stderr is no wrong answer).
    """
    sanitised = {}

    class Shows(NbGraderPreprocessor):
        def preprocess(self, nb, resources):
            sanitised[resources["nbgrader"]["notebook"]] = deepcopy(nb)
            shows(nb, shown)
            return nb, resources

    course = course_directory(root)
    course.submitted_directory = submitted
    course.assignment_id, course.student_id = assignment, glob.escape(student)
    converter = Autograde(coursedir=course, config=course.config)
    converter.log = course.log = QuietLog()
    before, after = around_execution(converter.autograde_preprocessors)
    saves = SaveKindly if kindly else SaveAutoGrades
    after = [saves if step in (SaveKindly, SaveAutoGrades) else step for step in after]
    converter.autograde_preprocessors = [*before, Shows, *after]
    converter.force = True
    try:
        converter.start()
    except Exception as error:
        error.add_note(converter.log.text())
        raise
    return sanitised


def engine(
    root: Path,
    student: str,
    shown: Shown,
    *,
    assignment: str = "mix",
    submitted: str = "submitted",
    steps: Steps | None = None,
) -> dict[str, NotebookNode]:
    """The same with the engine's steps and writer."""
    steps = steps or Steps(load_plan(root, assignment))
    folder = root / submitted / student / assignment
    sanitised, executed = {}, []
    with Writer(root, assignment, submitted=submitted) as writer:
        writer.before(student)
        for about in steps.plan.notebooks:
            if not (folder / f"{about.name}.ipynb").exists():
                continue
            notebook = nbformat.read(folder / f"{about.name}.ipynb", as_version=4)
            made = steps.sanitise(notebook, student, name=about.name, folder=folder)
            sanitised[about.name] = deepcopy(made)
            shows(made, shown)
            executed.append(steps.finish(made, student, name=about.name, folder=folder))
        writer.write(student, executed)
    return sanitised


def tables(root: Path) -> dict[str, list[tuple]]:
    """Every table of the gradebook, row by row; ids that nbgrader draws become names."""
    names: dict[str, str] = {}
    with sqlite3.connect(root / "gradebook.db") as db:
        db.row_factory = sqlite3.Row
        kinds = [row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type='table'")]
        rows = {kind: [dict(row) for row in db.execute(f"SELECT * FROM {kind}")] for kind in kinds}
    db.close()

    def name(value):
        return names.get(value, value) if isinstance(value, str) else value

    # From the outside in: the name of each row is made of those of the rows it belongs to.
    for kind, parts in (
        ("assignment", ("name",)),
        ("notebook", ("assignment_id", "name")),
        ("base_cell", ("notebook_id", "name", "type")),
        ("source_cell", ("notebook_id", "name")),
        ("submitted_assignment", ("assignment_id", "student_id")),
        ("submitted_notebook", ("assignment_id", "notebook_id")),
        ("grade", ("notebook_id", "cell_id")),
        ("comment", ("notebook_id", "cell_id")),
    ):
        for row in rows[kind]:
            names[row["id"]] = f"{kind}({', '.join(str(name(row[part])) for part in parts)})"
    assert len(set(names.values())) == len(names), "two rows for the same thing"
    return {
        kind: sorted((tuple((k, name(v)) for k, v in row.items()) for row in found), key=str)
        for kind, found in rows.items()
    }


def derived(root: Path) -> list[tuple]:
    """What formgrader and export show of each submitted notebook."""
    with Gradebook(course_directory(root).db_url) as gradebook:
        return sorted(
            (
                submission.student.id,
                notebook.name,
                notebook.score,
                notebook.max_score,
                notebook.code_score,
                notebook.written_score,
                notebook.task_score,
                notebook.needs_manual_grade,
                notebook.failed_tests,
                notebook.late_submission_penalty,
                submission.total_seconds_late,
            )
            for assignment in gradebook.assignments
            for submission in assignment.submissions
            for notebook in submission.notebooks
        )


def graded_files(root: Path) -> dict[str, tuple]:
    """Every file below autograded/ with its content and mode."""
    home = root / "autograded"
    return {
        path.relative_to(home).as_posix(): (
            path.stat().st_mode,
            hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "",
            path.read_bytes()[-3:] if path.is_file() else b"",
        )
        for path in sorted(home.rglob("*"))
    }
