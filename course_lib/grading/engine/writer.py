"""The serial part of grading: one process that puts executed notebooks where nbgrader keeps them.

Workers do everything that can be done beside others (``steps.Steps``). The ``Writer`` does the
rest for one submission after the other, with one connection to the gradebook.

**Killed at any point, the next run repairs it.** A submission is written in this order:

1. the new folder, whole, beside the old one: ``autograded/<student>/.<assignment>.new``;
2. its rows in the gradebook, in one transaction;
3. the old folder is moved aside and the new one into its place: two renames.

Whoever calls ``write`` keeps a record of the submission after it has returned, and forgets the
record before the submission is graded again. Killed before 2, nothing has happened; after 2, the
rows are new and the record is missing: the submission is graded again, which writes the same rows
once more, never a second one. Between the two renames there is no folder; ``Writer`` puts the
former one back when it is opened. A full disk or a locked gradebook is met in 1 or 2: nothing is
left of the attempt, and ``NotWritten`` says what happened.

An instructor's own steps after execution, and a late-penalty plugin other than nbgrader's, may
open the gradebook themselves. For those the rows are committed before they are called, as nbgrader
does; a run that is killed in between is repaired in the same way.
"""

import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from nbconvert.writers import FilesWriter
from nbgrader import utils
from nbgrader.api import Gradebook
from nbgrader.converters import Autograde
from nbgrader.converters.base import BaseConverter
from nbgrader.preprocessors import AssignLatePenalties
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError, IntegrityError, SQLAlchemyError

from course_lib.grading.directories import course_directory
from course_lib.grading.engine.folder import beside, exchange, restore, restore_all
from course_lib.grading.engine.late import Lateness
from course_lib.grading.engine.log import QuietLog
from course_lib.grading.engine.masters import master_files, put_beside
from course_lib.grading.engine.own_steps import OwnStepFailed, own_code, run_steps
from course_lib.grading.engine.planning import plan_of
from course_lib.grading.engine.rows import MissingRow, Rows, Saved, score_of, set_penalties
from course_lib.grading.engine.steps import Executed, around_execution, resources_of
from course_lib.grading.feedback_marks import Marks
from course_lib.grading.gradebook import in_use, prepare
from course_lib.grading.marks_reading import read_marks
from course_lib.i18n import N_, _

NO_PLACE = N_("The gradebook has no place for {name}: the assignment or its class has changed.")
DISK = N_("The graded notebook could not be written ({reason}).")
OWN = N_("A step of the course's own configuration failed ({reason}).")

DEADLOCK, NOT_SERIAL = "40P01", "40001"  # what PostgreSQL calls them

Results = Mapping[str, Executed]


class NotWritten(Exception):
    """This submission has to be graded again; its former result is where it was. Says why."""


class Writer:
    """Writes graded submissions of one assignment; used in a ``with`` block.

    ``submitted`` is the folder, relative to the course, that holds the staged submissions: the
    files beside a notebook are copied from there. Without it, the course's own.
    """

    def __init__(self, root: Path, assignment: str, *, submitted: str | None = None) -> None:
        self.root, self.assignment = Path(root).resolve(), assignment
        self.log = QuietLog()
        self._course = course_directory(self.root)
        self._course.log, self._course.assignment_id = self.log, assignment
        if submitted:
            self._course.submitted_directory = submitted
        self._files = _Files(coursedir=self._course, config=self._course.config)
        self._files.log = self.log
        _before, self._after = around_execution(self._files.autograde_preprocessors)
        self._gradebook: Gradebook | None = None

    def __enter__(self) -> "Writer":
        prepare(self._course.db_url, self._course.course_id)
        try:
            self._gradebook = Gradebook(self._course.db_url, self._course.course_id)
            # nbgrader's steps open the gradebook without naming a course, which makes this one.
            self._gradebook.check_course("default_course")
            self.plan = plan_of(self._gradebook, self.root, self.assignment)
            self._rows = Rows(self._gradebook, self.assignment)
            self._gradebook.db.remove()  # no lock is held between two submissions
        except DBAPIError as error:
            self.close()
            raise in_use(self._course.db_url, error) from error
        except BaseException:
            self.close()
            raise
        keep = self._files.exclude_overwriting
        self._masters = master_files(self._course, self.assignment, keep)
        self._lateness = self._late_step()
        restore_all(self._graded("*"))
        return self

    def __exit__(self, *_raised) -> None:
        self.close()

    def close(self) -> None:
        if self._gradebook is not None:
            self._gradebook.close()
            self._gradebook = None

    def before(self, student: str) -> None:
        """Run the course's ``pre_convert_hook``, if it has one: before execution."""
        if self._files.pre_convert_hook:
            self._hook(student, self._files.run_pre_convert_hook, self._staged(student))

    def write(self, student: str, executed: Executed | Sequence[Executed]) -> tuple[str, ...]:
        """Write one submission; returns nbgrader's messages about it.

        ``executed`` are its notebooks. A notebook of the assignment that was not handed in has no
        points, as with nbgrader. Raises NotWritten.
        """
        given = [executed] if isinstance(executed, Executed) else executed
        results = {result.notebook: result for result in given}
        target = self._graded(student)
        fresh = beside(target, "new")
        self.log.take()  # what is left there is about a submission that could not be written
        try:
            restore(target)
            self._write_files(student, fresh, results)
            self._write_rows(student, lambda open_: self._save(open_, student, results))
            self._run_own_steps(student, results)
            exchange(target)
        except OSError as error:
            raise NotWritten(_(DISK).format(reason=error)) from error
        except OwnStepFailed as error:
            raise NotWritten(_(OWN).format(reason=error)) from error
        finally:
            shutil.rmtree(fresh, ignore_errors=True)
            with suppress(OSError):  # the student's own folder, when nothing is in it
                target.parent.rmdir()
        if self._files.post_convert_hook:
            self._hook(student, self._files.run_post_convert_hook, target)
        return tuple(line for result in given for line in result.log) + self.log.take()

    def penalise(self, student: str) -> None:
        """Compute anew what lateness costs, from the points and the due date as they are now.

        A person may have changed points, or given more time. Raises NotWritten.
        """
        try:
            self._write_rows(student, lambda connection: self._rows.find(connection, student))
        except OwnStepFailed as error:
            raise NotWritten(_(OWN).format(reason=error)) from error

    def marks(self, student: str) -> dict[str, Marks] | None:
        """What the submission's feedback page is to tell; None if the gradebook cannot be read."""
        try:
            with self._gradebook.engine.connect() as connection:
                return read_marks(connection, self.assignment, student)
        except SQLAlchemyError:
            return None

    # Files

    def _graded(self, student: str) -> Path:
        course = self._course
        return Path(course.format_path(course.autograded_directory, student, self.assignment))

    def _staged(self, student: str) -> Path:
        course = self._course
        return Path(course.format_path(course.submitted_directory, student, self.assignment))

    def _write_files(self, student: str, fresh: Path, results: Results) -> None:
        """The whole new folder: what was handed in, the course's own files, the notebooks."""
        os.makedirs(fresh, mode=0o755)
        self._files.destination = str(fresh)
        if _has_other_files(self._staged(student)):
            BaseConverter.init_assignment(self._files, self.assignment, student)
        put_beside(fresh, self._masters)
        for result in results.values():
            if result.finished:
                (fresh / f"{result.notebook}.ipynb").write_bytes(result.content)
        self._files.set_permissions(self.assignment, student)

    # Rows

    def _write_rows(self, student: str, change: Callable[[Connection], Saved]) -> None:
        """Make a change to the rows of a submission; what lateness costs follows from it."""

        def changed(connection: Connection) -> Saved:
            saved = change(connection)
            if self._lateness is not None and not self._is_left_to_plugin(saved):
                set_penalties(connection, saved, self._penalties(connection, student, saved))
            return saved

        try:
            saved = self._commit(changed)
            if self._is_left_to_plugin(saved):
                penalties = self._ask_plugin(student, saved)
                self._commit(lambda connection: set_penalties(connection, saved, penalties))
        except MissingRow as error:
            raise NotWritten(_(NO_PLACE).format(name=error)) from error
        except DBAPIError as error:
            raise NotWritten(str(in_use(self._course.db_url, error))) from error

    def _commit(self, change: Callable):
        """Run ``change(connection)`` in a transaction; once more if another grader was quicker."""
        try:
            with self._gradebook.engine.begin() as connection:
                return change(connection)
        except DBAPIError as error:
            if not _may_succeed(error):
                raise
        with self._gradebook.engine.begin() as connection:
            return change(connection)

    def _save(self, connection, student: str, results: Results) -> Saved:
        staged = self._staged(student)
        absent = [
            name
            for name in self._rows.notebooks
            if name not in results and not (staged / f"{name}.ipynb").exists()
        ]
        return self._rows.save(
            connection,
            student,
            self._timestamp(staged),
            results,
            absent,
            create_student=self._files.create_student,
        )

    def _timestamp(self, folder: Path) -> datetime | None:
        try:
            return self._course.get_existing_timestamp(str(folder))
        except Exception as error:  # whatever a student may have written there
            self.log.warning("timestamp.txt cannot be read: %s", error)
            return None

    # Penalties

    def _late_step(self) -> Lateness | None:
        if AssignLatePenalties not in self._after:
            return None
        exporter = self._files.exporter_class(parent=self._files, config=self._files.config)
        step = AssignLatePenalties(parent=exporter)
        step.log = self.log
        return Lateness(step) if step.enabled else None

    def _is_left_to_plugin(self, saved: Saved) -> bool:
        """Whether an instructor's plugin is to be asked, with nothing open."""
        late = self._lateness
        return late is not None and late.asks_own_plugin and saved.seconds_late > 0

    def _penalties(self, connection, student: str, saved: Saved) -> dict[str, float | None]:
        late, seconds = self._lateness, saved.seconds_late
        return {
            name: late.penalty(student, score_of(connection, row), seconds) if seconds else None
            for name, row in saved.finished.items()
        }

    def _ask_plugin(self, student: str, saved: Saved) -> dict[str, float | None]:
        with self._gradebook.engine.connect() as connection:
            scores = {name: score_of(connection, row) for name, row in saved.finished.items()}
        with own_code(self.root):
            return {
                name: self._lateness.penalty(student, score, saved.seconds_late)
                for name, score in scores.items()
            }

    # What an instructor added

    def _run_own_steps(self, student: str, results: Results) -> None:
        for result in results.values():
            if result.finished:
                continue
            about = self.plan.notebook(result.notebook)
            folder, db_url = self._graded(student), self._course.db_url
            resources = resources_of(self.plan, about, student, db_url, folder)
            output, resources = run_steps(
                self._files, self._after, result.content, resources, self.root
            )
            self._files.writer = FilesWriter(parent=self._files, config=self._files.config)
            self._files.write_single_notebook(output, resources)
            self._files.set_permissions(self.assignment, student)

    def _hook(self, student: str, hook: Callable, folder: Path) -> None:
        self._course.student_id = student
        self._files.notebooks = sorted(str(path) for path in folder.glob("*.ipynb"))
        with utils.chdir(str(self.root)):
            hook()


class _Files(Autograde):
    """nbgrader's Autograde, for its copying of files and its permissions, into ``destination``."""

    destination = ""

    def _format_dest(self, assignment_id, student_id, escape=False):
        return self.destination


def _may_succeed(error: DBAPIError) -> bool:
    """Whether the same change may succeed now: another grader was quicker, or a line was lost."""
    if isinstance(error, IntegrityError) or error.connection_invalidated:
        return True
    return getattr(error.orig, "sqlstate", None) in (DEADLOCK, NOT_SERIAL)


def _has_other_files(folder: Path) -> bool:
    """Whether nbgrader would find anything to copy; usually there is only the notebook."""
    try:
        with os.scandir(folder) as entries:
            return any(not entry.name.endswith(".ipynb") for entry in entries)
    except FileNotFoundError:
        return False
