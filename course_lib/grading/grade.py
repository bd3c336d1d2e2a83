"""``course grade``: every submission of an assignment ends with a mark or a reason.

Read and mend a copy, execute and score it in worker processes, write its feedback page, keep a
record. A submission that is already graded and has not changed is skipped, so a run that was
stopped goes on where it stopped.
"""

import hashlib
import os
import signal
import threading
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import chain
from pathlib import Path

from filelock import FileLock, Timeout
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from course_lib.errors import CourseError
from course_lib.files import write_atomically
from course_lib.grading.beforehand import record_path
from course_lib.grading.by_hand import given_by_hand, write_anew
from course_lib.grading.config import WORK, safe_student, source_path
from course_lib.grading.directories import course_directory
from course_lib.grading.engine.isolation import shut_in
from course_lib.grading.engine.job import Graded, InfrastructureError, Job
from course_lib.grading.engine.tasks import execute_one, feedback_of
from course_lib.grading.engine.writer import NotWritten, Writer
from course_lib.grading.gradebook import held
from course_lib.grading.mend import Note
from course_lib.grading.pool import WARM, Pool
from course_lib.grading.records import Record, read_record
from course_lib.grading.release import register
from course_lib.grading.report import GradeReport, report, write_reports
from course_lib.grading.seeds import class_seed
from course_lib.grading.submissions import check_students, staged_folder, submission_digest
from course_lib.grading.versions import versions
from course_lib.grading.worker_process import WorkerLost
from course_lib.i18n import N_, _

BAD_NAME = N_("The folder name {name} cannot be a student's id: rename it.")
BROKEN_OFF = N_(
    "{name} was not graded to the end ({reason}). What has been graded is kept: "
    "once that is mended, the same command does the rest."
)
NOT_GRADED = N_("Not graded, through no fault of the submission ({reason}): run the command again.")


@dataclass(frozen=True)
class Run:
    """One call of ``grade``: what is the same for all its submissions.

    ``by_hand`` is what people had given when it began: see ``given_by_hand``.
    """

    root: Path
    assignment: str
    seed: int
    isolation: str
    workers: int
    pool: Callable[..., Pool]
    by_hand: Mapping[str, str] = field(default_factory=dict)

    def job(self, student: str) -> Job:
        return Job(str(self.root), self.assignment, student, self.seed, self.isolation)

    def fail(self, student: str, notes: list[Note]) -> None:
        """Keep a record of a submission that could not be graded: no row, never a zero."""
        told = [note.to_dict() for note in notes]
        Record("", student, "en", "failed", self.seed, told).save(self.root, self.assignment)

    def writer(self) -> Writer:
        folder = staged_folder(self.assignment).as_posix()
        return Writer(self.root, self.assignment, submitted=folder)


def grade(
    root: Path,
    assignment: str,
    *,
    students: list[str] | None = None,
    force: bool = False,
    workers: int | None = None,
    seed: int | None = None,
    isolation: str = "best",
    scheduler: str | None = None,
    console: Console | None = None,
) -> GradeReport:
    """Grade the submissions in ``submitted/`` and report on all of them.

    ``students`` limits the run and the report, ``force`` grades again what is graded, ``seed``
    draws the hidden cases (drawn once per class and kept when not given), ``isolation`` says what
    to do where students' code cannot be shut in whole ("required": refuse), ``scheduler`` is the
    address of a Dask cluster to grade on instead of ``workers`` here. The report lists every
    submission; ``report.failed`` are those that could not be graded and are to be run again.
    Raises CourseError for an unknown assignment or student, and when there is nothing to grade.
    """
    root = Path(root).resolve()
    console = console or Console(quiet=True)
    source_path(root, assignment)
    pool = _pool(scheduler, root, isolation)
    if scheduler is None:
        shut_in(isolation, console)
    wanted = check_students(root, assignment, students)
    with _on_a_disk(assignment), _alone(root, assignment):
        register(root, assignment)
        again, alone = force and students is None, students is not None
        seed = class_seed(root, assignment, seed, draw_again=again, alone=alone)
        given = given_by_hand(root, assignment)
        workers = min(workers or default_workers(), len(wanted))
        run = Run(root, assignment, seed, isolation, workers, pool, given)
        renewed = _grade(run, wanted, force, console)
        result = report(root, assignment)
        result.renewed = renewed
        write_reports(root, result)
    return result.only(students)


def _pool(scheduler: str | None, root: Path, isolation: str) -> Callable[..., Pool]:
    """What makes the pool of a run from its workers, time limit and log."""
    if scheduler is None:
        return partial(Pool, preload=WARM)
    from course_lib.grading.dask_pool import DaskPool, checked_address

    return partial(DaskPool, address=checked_address(scheduler), root=root, isolation=isolation)


@contextmanager
def _alone(root: Path, assignment: str):
    """Two runs would grade the same submissions into the same files."""
    path = Path(root) / WORK / assignment / "lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    taken = CourseError(
        _("{name} is being graded already. Wait until that has ended.").format(name=assignment)
    )
    try:
        with FileLock(path, timeout=0), held(root, assignment) as alone:
            if not alone:
                raise taken
            yield
    except Timeout:
        raise taken from None


@contextmanager
def _on_a_disk(assignment: str):
    """Where not even a record can be written, the disk is full or gone: the run ends here."""
    try:
        yield
    except OSError as error:
        reason = ": ".join(str(part) for part in (error.strerror, error.filename) if part)
        text = _(BROKEN_OFF).format(name=assignment, reason=reason or type(error).__name__)
        raise CourseError(text) from error


def _grade(run: Run, wanted: list[str], force: bool, console: Console) -> list[str]:
    """Grade what is to be graded; returns the students who only got a new page."""
    left = _Left()
    if force:  # whoever stops it is graded anew all the same, without --force
        for student in wanted:
            record_path(run.root, run.assignment, student).unlink(missing_ok=True)
    waiting = _to_grade(run, wanted, force, left)
    first = next(waiting, None)
    if first is not None:
        _grade_all(run, chain([first], waiting), lambda: len(wanted) - left.count, console)
    if left.unchanged:
        console.print(_("{count} already graded and unchanged.").format(count=left.unchanged))
    return _renew(run, left.stale, console) if left.stale else []


@dataclass
class _Left:
    """What of a class is left out of a grading; it grows while that goes on."""

    stale: dict[str, Record] = field(default_factory=dict)
    unchanged: int = 0
    failed: int = 0

    @property
    def count(self) -> int:
        return len(self.stale) + self.unchanged + self.failed


def _to_grade(run: Run, wanted: list[str], force: bool, left: _Left) -> Iterator[tuple[Job, str]]:
    """Who is to be graded, one after the other: the workers begin with the first."""
    version = hashlib.sha256(source_path(run.root, run.assignment).read_bytes()).hexdigest()
    for student in wanted:
        if not safe_student(student):
            run.fail(student, [Note(BAD_NAME, name=student)])
            left.failed += 1
            continue
        try:
            digest = submission_digest(run.root, run.assignment, student)
        except Exception as error:  # a file that may not be read costs its own submission only
            run.fail(student, [Note(NOT_GRADED, reason=_last_line(error))])
            left.failed += 1
            continue
        key = f"{version[:16]}-{digest[:16]}-{run.seed}"
        record = read_record(run.root, run.assignment, student)
        given = run.by_hand.get(student, "")
        if force or not _is_done(run, record, student, key):
            yield run.job(student), key
        elif record.by_hand != given:
            left.stale[student] = replace(record, by_hand=given)
        else:
            left.unchanged += 1


def _renew(run: Run, stale: dict[str, Record], console: Console) -> list[str]:
    with run.writer() as writer:
        jobs = [run.job(student) for student in stale]
        return write_anew(jobs, stale, writer, console)


def _grade_all(
    run: Run, waiting: Iterable[tuple[Job, str]], count: Callable[[], int], console: Console
) -> None:
    """``count`` says how many they are: the fewer, the more of ``waiting`` is known."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), Rate())
    with (
        run.writer() as writer,
        Progress(*columns, TimeRemainingColumn(), console=console) as progress,
    ):
        bar = progress.add_task(_("Grading {name}").format(name=run.assignment), total=count())
        with _ctrl_c_again() as ctrl_c_again:
            for record in run_jobs(run, waiting, writer):
                record.save(run.root, run.assignment)
                progress.update(bar, advance=1, total=count())
                ctrl_c_again()
        progress.update(bar, total=count())


@contextmanager
def _ctrl_c_again() -> Iterator[Callable[[], None]]:
    """What raises KeyboardInterrupt once more, if there was one that some library has swallowed."""
    usual, pressed = signal.getsignal(signal.SIGINT), []
    if threading.current_thread() is not threading.main_thread() or not callable(usual):
        yield lambda: None
        return

    def press(number, frame):
        pressed.append(number)
        usual(number, frame)

    def again() -> None:
        if pressed:
            raise KeyboardInterrupt

    signal.signal(signal.SIGINT, press)
    try:
        yield again
    finally:
        signal.signal(signal.SIGINT, usual)


def run_jobs(run: Run, waiting: Iterable[tuple[Job, str]], writer: Writer) -> Iterator[Record]:
    """Grade every job; a record of each as it is done. Each is written before it is yielded.

    A submission that fails through a fault of ours is tried once more at the end, and a page, for
    which a connection may break at any time, twice.
    """
    keys, graded = {}, {}
    tried: set[str] = set()  # students
    again: deque[Job] = deque()
    failed_pages: Counter[str] = Counter()  # by student
    logs = Path(run.root) / WORK / run.assignment / "logs"
    waiting = iter(waiting)
    with run.pool(run.workers, _time_limit(run.root), logs / "workers.txt") as pool:

        def hand_out() -> None:
            job, key = next(waiting, (None, ""))
            if job is not None:
                keys[job.student] = key
                record_path(run.root, run.assignment, job.student).unlink(missing_ok=True)
                writer.before(job.student)
                pool.submit(execute_one, replace(job, plan=writer.plan))
            elif again:
                pool.submit(execute_one, again.popleft())

        def page(job: Job, *, soon: bool = False) -> None:
            pool.submit(feedback_of, replace(job, marks=writer.marks(job.student)), soon=soon)

        for _one in range(pool.ahead):
            hand_out()
        for function, job, result, error in pool.results():
            if function is execute_one and error is None:
                try:
                    log = writer.write(job.student, result.executed)
                except NotWritten as problem:
                    error = InfrastructureError(str(problem))
                else:
                    graded[job.student] = replace(result, executed=None), log
                    page(job, soon=True)
                    hand_out()
                    continue
            if function is execute_one:
                is_ours = isinstance(error, InfrastructureError | WorkerLost)
                if is_ours and job.student not in tried:
                    tried.add(job.student)
                    again.append(job)
                    hand_out()
                    continue
                hand_out()
                write_atomically(logs / f"{job.student}.log", f"{error}\n")
                notes = [Note(NOT_GRADED, reason=_last_line(error)).to_dict()]
                yield Record("", job.student, "en", "failed", job.seed, notes)
                continue
            if error is not None and failed_pages[job.student] < 2:
                failed_pages[job.student] += 1
                page(job)
                continue
            found, log = graded.pop(job.student)
            key = keys[job.student]
            if error is not None:  # the mark stands; the next run makes the page
                key = ""
                log += (f"No feedback page: {type(error).__name__}: {error}",)
            write_atomically(logs / f"{job.student}.log", _log(job, found, log))
            known_by = (key, job.student, found.language, found.status, job.seed)
            made_with = versions(Path(job.root), job.assignment)
            given = run.by_hand.get(job.student, "")
            yield Record(*known_by, found.notes, made_with, given, found.damaged)


def _log(job: Job, graded: Graded, lines: tuple[str, ...]) -> str:
    """What is kept of one grading for whoever wants to know how a mark came about."""
    about = {
        "assignment": job.assignment,
        "student": job.student,
        "seed": job.seed,
        "seconds": round(graded.seconds, 3),
        "processes lost": graded.lost,
        **versions(Path(job.root), job.assignment),
    }
    return "\n".join([*(f"{name}: {value}" for name, value in about.items()), *lines]) + "\n"


def _last_line(error: Exception) -> str:
    """The exception in one line; ours say in their last line what happened."""
    if isinstance(error, InfrastructureError | WorkerLost) and str(error).strip():
        return str(error).strip().splitlines()[-1]
    return " ".join(f"{type(error).__name__}: {error}".split())[:300]


def default_workers() -> int:
    """One worker per processor this process may use; each needs about 1 GB for a torch kernel."""
    try:
        return max(1, len(os.sched_getaffinity(0)))
    except AttributeError:  # not on macOS and Windows
        return max(1, os.cpu_count() or 1)


def _is_done(run: Run, record: Record | None, student: str, key: str) -> bool:
    course = course_directory(run.root)
    graded = Path(course.format_path(course.autograded_directory, student, run.assignment))
    return (
        record is not None
        and record.key == key
        and record.status != "failed"
        and (graded / f"{run.assignment}.ipynb").exists()
    )


def _time_limit(root: Path) -> float:
    """Seconds after which a worker is given up: what a hostile submission may take, and more."""
    per_cell = float(course_directory(root).config.Execute.get("timeout", 30))
    return 300.0 + 20 * per_cell


class Rate(ProgressColumn):
    """Submissions per minute."""

    def render(self, task) -> Text:
        speed = task.finished_speed or task.speed
        return Text(_("{rate}/min").format(rate=round(60 * speed)) if speed else "", "cyan")
