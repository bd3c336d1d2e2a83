"""``course grade``: every submission of an assignment ends with a mark or a reason.

Read and mend a copy, execute and score it in worker processes, write its feedback page, keep a
record. A submission that is already graded and has not changed is skipped, so a run that was
stopped goes on where it stopped.
"""

import hashlib
import json
import os
import secrets
import shutil
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from course_lib.errors import CourseError
from course_lib.grading.config import WORK, safe_student, source_path
from course_lib.grading.engine import InfrastructureError, Job, autograde_one
from course_lib.grading.feedback import feedback_one
from course_lib.grading.files import write_atomically
from course_lib.grading.gradebook import course_directory
from course_lib.grading.mend import Note
from course_lib.grading.pool import WorkerLost, run_all
from course_lib.grading.release import register
from course_lib.grading.report import GradeReport, report, write_reports
from course_lib.grading.submissions import Submission, check_students, read_submission, stage
from course_lib.i18n import N_, _

BAD_NAME = N_("The folder name {name} cannot be a student's id: rename it.")
NOT_GRADED = N_("Not graded, through no fault of the submission ({reason}): run the command again.")


@dataclass(frozen=True)
class Record:
    """What is kept of one grading: enough to skip it, to explain it and to do it again alone."""

    key: str
    student: str
    language: str
    status: str  # "graded", "mended", "unreadable" or "failed"
    seed: int
    notes: list[dict]

    def save(self, root: Path, assignment: str) -> None:
        text = json.dumps(self.__dict__, ensure_ascii=False, indent=1, sort_keys=True)
        write_atomically(record_path(root, assignment, self.student), text + "\n")


def record_path(root: Path, assignment: str, student: str) -> Path:
    return Path(root) / WORK / assignment / "records" / f"{student}.json"


def grade(
    root: Path,
    assignment: str,
    *,
    students: list[str] | None = None,
    force: bool = False,
    workers: int | None = None,
    seed: int | None = None,
    console: Console | None = None,
) -> GradeReport:
    """Grade the submissions in ``submitted/`` and report on all of them.

    ``students`` limits the run and the report, ``force`` grades again what is graded, ``seed``
    draws the hidden cases (drawn once per class and kept when not given). The report lists every
    submission; ``report.failed`` are those that could not be graded and are to be run again.
    Raises CourseError for an unknown assignment or student, and when there is nothing to grade.
    """
    root = Path(root).resolve()
    console = console or Console(quiet=True)
    source = source_path(root, assignment)
    wanted = check_students(root, assignment, students)
    with _alone(root, assignment):
        _grade(root, assignment, source, wanted, students, force, workers, seed, console)
        result = report(root, assignment)
        write_reports(root, result)
    return result.only(students)


@contextmanager
def _alone(root: Path, assignment: str):
    """Two runs would grade the same submissions into the same files."""
    path = Path(root) / WORK / assignment / "lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(path, timeout=0):
            yield
    except Timeout:
        raise CourseError(
            _("{name} is being graded already. Wait until that has ended.").format(name=assignment)
        ) from None


def _grade(root, assignment, source, wanted, students, force, workers, seed, console) -> None:
    register(root, assignment)
    seed = _seed(root, assignment, seed, force and students is None)
    version = hashlib.sha256(source.read_bytes()).hexdigest()
    waiting = []
    for student in wanted:
        if not safe_student(student):
            _fail(root, assignment, student, seed, [Note(BAD_NAME, name=student)])
            continue
        try:
            submission = read_submission(root, assignment, student)
        except Exception as error:  # a file that may not be read costs its own submission only
            _fail(root, assignment, student, seed, [Note(NOT_GRADED, reason=_last_line(error))])
            continue
        key = f"{version[:16]}-{submission.digest[:16]}-{seed}"
        if force or not _is_done(root, assignment, student, key):
            waiting.append((submission, key))
    skipped = len(wanted) - len(waiting)
    if skipped:
        console.print(_("{count} already graded and unchanged.").format(count=skipped))
    _grade_all(root, assignment, waiting, seed, workers, console)


def _grade_all(
    root: Path,
    assignment: str,
    waiting: list[tuple[Submission, str]],
    seed: int,
    workers: int | None,
    console: Console,
) -> None:
    jobs, known = [], {}
    for submission, key in waiting:
        record_path(root, assignment, submission.student).unlink(missing_ok=True)
        try:
            folder = stage(root, assignment, submission)
        except Exception as error:
            notes = [Note(NOT_GRADED, reason=_last_line(error))]
            _fail(root, assignment, submission.student, seed, notes)
            continue
        jobs.append(Job(str(root), assignment, submission.student, folder, seed))
        known[submission.student] = (submission, key)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    seconds = _time_limit(root, waiting)
    printed = Path(root) / WORK / assignment / "logs" / "workers.txt"
    with Progress(*columns, TimeRemainingColumn(), console=console) as progress:
        bar = progress.add_task(_("Grading {name}").format(name=assignment), total=len(jobs))
        for last in (False, True):
            again = []
            answers = run_all(grade_one, jobs, workers or default_workers(), seconds, printed)
            with closing(answers):  # Ctrl-C ends the workers and their kernels as well
                for job, log, error in answers:
                    _settle(job, succeeded=error is None)
                    if isinstance(error, InfrastructureError) and not last:
                        again.append(job)  # a busy machine, a port that was taken: once more
                        continue
                    submission, key = known[job.student]
                    status, notes = _outcome(submission, error)
                    write_atomically(_log_path(root, job), log if error is None else str(error))
                    told = [note.to_dict() for note in notes]
                    record = Record(key, job.student, submission.language, status, seed, told)
                    record.save(root, assignment)
                    progress.advance(bar)
            if not again:
                return
            jobs = again


def _outcome(submission: Submission, error: Exception | None) -> tuple[str, list[Note]]:
    """The status of a grading and what there is to say about it."""
    if error is None:
        status = "graded" if not submission.notes else "mended"
        return (status if submission.readable else "unreadable"), submission.notes
    return "failed", [Note(NOT_GRADED, reason=_last_line(error))]


def _last_line(error: Exception) -> str:
    """The exception in one line; ours say in their last line what happened."""
    if isinstance(error, InfrastructureError | WorkerLost):
        return str(error).strip().splitlines()[-1]
    return " ".join(f"{type(error).__name__}: {error}".split())[:300]


def grade_one(job: Job) -> str:
    """Score one submission and write its page. Runs in a worker; returns the log."""
    there, kept = _result_and_spare(job)
    if kept.exists():  # a former run was killed here: what it left half done is not kept
        shutil.rmtree(there, ignore_errors=True)
    elif there.exists():
        kept.parent.mkdir(parents=True, exist_ok=True)
        os.replace(there, kept)
    log = autograde_one(job)
    try:
        feedback_one(Path(job.root), job.assignment, job.student)
    except Exception as error:  # the mark stands; the page can be made again
        log += f"\nNo feedback page: {type(error).__name__}: {error}"
    return log


def _settle(job: Job, succeeded: bool) -> None:
    """Forget the former result, or bring it back when grading again did not work."""
    there, kept = _result_and_spare(job)
    if not succeeded:
        shutil.rmtree(there, ignore_errors=True)
        if kept.exists():
            there.parent.mkdir(parents=True, exist_ok=True)
            os.replace(kept, there)
    shutil.rmtree(kept, ignore_errors=True)


def _result_and_spare(job: Job) -> tuple[Path, Path]:
    course = course_directory(Path(job.root))
    there = course.format_path(course.autograded_directory, job.student, job.assignment)
    return Path(there), Path(job.root) / WORK / job.assignment / "previous" / job.student


def default_workers() -> int:
    """One worker per processor this process may use; each needs about 1 GB for a torch kernel."""
    try:
        return max(1, len(os.sched_getaffinity(0)))
    except AttributeError:  # not on macOS and Windows
        return max(1, os.cpu_count() or 1)


def _seed(root: Path, assignment: str, given: int | None, draw_again: bool) -> int:
    """The seed of this class: the one given, the one kept, or a new one."""
    path = Path(root) / WORK / assignment / "seed"
    if given is None and path.exists() and not draw_again:
        try:
            return int(path.read_text("utf-8"))
        except ValueError:
            raise CourseError(_("{file} holds no seed: remove it.").format(file=path)) from None
    seed = secrets.randbelow(2**31) if given is None else int(given)
    write_atomically(path, f"{seed}\n")
    return seed


def _is_done(root: Path, assignment: str, student: str, key: str) -> bool:
    try:
        record = json.loads(record_path(root, assignment, student).read_text("utf-8"))
    except (OSError, ValueError):
        return False
    course = course_directory(root)
    graded = Path(course.format_path(course.autograded_directory, student, assignment))
    return (
        record.get("key") == key
        and record.get("status") != "failed"
        and (graded / f"{assignment}.ipynb").exists()
    )


def _fail(root: Path, assignment: str, student: str, seed: int, notes: list[Note]) -> None:
    told = [note.to_dict() for note in notes]
    Record("", student, "en", "failed", seed, told).save(root, assignment)


def _time_limit(root: Path, waiting) -> float:
    """Seconds after which a worker is given up: more than all cells may take together."""
    cells = max((len(submission.notebook.cells) for submission, _key in waiting), default=0)
    per_cell = course_directory(root).config.Execute.get("timeout", 30)
    return 120.0 + cells * float(per_cell)


def _log_path(root: Path, job: Job) -> Path:
    return Path(root) / WORK / job.assignment / "logs" / f"{job.student}.log"
