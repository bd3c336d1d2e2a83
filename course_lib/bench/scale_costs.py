"""Measuring what one submission of each kind costs: ``course grade`` itself, on one worker.

Processor time is that of whole families of processes, the students' among them, so it depends
less on what else the machine is doing than the clock does. A submission that hangs is the
exception: it holds its worker until its time is over, so for that the clock counts.
"""

import os
import platform
import shutil
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic, process_time

import psutil

from course_lib.bench.scale_model import Cost, Costs
from course_lib.grading.config import WORK
from course_lib.grading.engine.job import Job
from course_lib.grading.engine.writer import Writer
from course_lib.grading.grade import Run, run_jobs
from course_lib.grading.pool import Pool
from course_lib.grading.release import made_release, register
from course_lib.grading.sample import SampleStudent, sample_class, submitted_files
from course_lib.grading.submissions import staged_folder

HARM = {"dies": "import os\n\nos._exit(1)", "hangs": "while True:\n    pass"}
OF_EACH = {"right": 12, "wrong": 12, "dies": 3, "hangs": 1}


def measure(root: Path, assignment: str) -> tuple[Costs, dict]:
    """The costs, and where and with what they were measured."""
    with TemporaryDirectory(prefix="course-scale-") as folder:
        course = _course(root, Path(folder), assignment)
        kinds = {"first": _right(1), **_class(root, assignment)}
        for kind, students in kinds.items():
            for student in students:
                _hand_in(course, assignment, kind, student)
        return _grade(course, assignment, {k: len(s) for k, s in kinds.items()})


def _course(root: Path, place: Path, assignment: str) -> Path:
    shutil.copy(root / "nbgrader_config.py", place)
    shutil.copytree(root / "solutions" / assignment, place / "solutions" / assignment)
    register(place, assignment)
    return place


def _right(count: int) -> list[SampleStudent]:
    return [SampleStudent(f"s{number:02}", rest="solved") for number in range(count)]


def _class(root: Path, assignment: str) -> dict[str, list[SampleStudent]]:
    """Right ones, the bundled class's wrong ones over and over, and two kinds of hostile ones."""
    wrong = [s for s in sample_class(root, assignment) if s.answers and not s.hand_in]
    cells = made_release(root, assignment, "en").cells
    marked = [cell.metadata.get("nbgrader", {}) for cell in cells if cell.cell_type == "code"]
    first = next(about["grade_id"] for about in marked if about.get("solution"))
    kinds = {"right": _right(OF_EACH["right"])}
    kinds["wrong"] = [wrong[number % len(wrong)] for number in range(OF_EACH["wrong"])]
    for kind, code in HARM.items():
        harmful = SampleStudent("s", rest="solved", answers={first: code})
        kinds[kind] = [harmful] * OF_EACH[kind]
    return kinds


def _hand_in(course: Path, assignment: str, kind: str, student: SampleStudent) -> None:
    known = course / "submitted"
    number = len(list(known.glob(f"{kind}-*"))) if known.exists() else 0
    folder = known / f"{kind}-{number:03}" / assignment
    folder.mkdir(parents=True)
    for name, text in submitted_files(course, assignment, student).items():
        (folder / name).write_text(text, "utf-8")


def _grade(course: Path, assignment: str, kinds: dict[str, int]) -> tuple[Costs, dict]:
    log = course / WORK / assignment / "logs" / "workers.txt"
    found, memory, start = {}, 0.0, monotonic()
    submitted = staged_folder(assignment).as_posix()
    with Pool(1, 600.0, log) as pool, Writer(course, assignment, submitted=submitted) as writer:
        kept = _Kept(pool)
        run = Run(course, assignment, 1, "best", 1, lambda *_: kept)
        for kind, count in kinds.items():
            if not count:
                continue
            jobs = [Job(str(course), assignment, f"{kind}-{n:03}", 1) for n in range(count)]
            before = _spent(), process_time(), monotonic() - kept.waited, _bytes(course)
            begun = monotonic()
            for record in run_jobs(run, [(job, "") for job in jobs], writer):
                if record.status == "failed":
                    raise RuntimeError(f"{record.student}: {record.notes}")
                record.save(course, assignment)
            held = monotonic() - begun
            after = _spent(), process_time(), monotonic() - kept.waited, _bytes(course)
            if kind == "first":
                start = monotonic() - start
                continue
            spent = [(now - then) / count for now, then in zip(after, before, strict=True)]
            if kind == "hangs":
                spent[0] = held / count
            found[kind] = Cost(*spent)
            memory = max(memory, _memory())
        mine = psutil.Process().memory_info().rss
    about = {
        "assignment": assignment,
        "submissions": {kind: count for kind, count in kinds.items() if kind != "first"},
        "python": platform.python_version(),
        "machine": platform.machine(),
        "cores": os.cpu_count(),
    }
    return Costs(found, start, memory, mine), about


class _Kept:
    """A pool that outlives a run: the next kind finds its processes warm. Times the waiting."""

    def __init__(self, pool: Pool) -> None:
        self.pool, self.ahead, self.waited = pool, pool.ahead, 0.0

    def __enter__(self) -> "_Kept":
        return self

    def __exit__(self, *_raised) -> None:
        pass

    def submit(self, *order, soon: bool = False) -> None:
        self.pool.submit(*order, soon=soon)

    def results(self) -> Iterator[tuple]:
        found = self.pool.results()
        while True:
            begun = monotonic()
            item = next(found, None)
            self.waited += monotonic() - begun
            if item is None:
                return
            yield item


def _family() -> list[psutil.Process]:
    return psutil.Process().children(recursive=True)


def _spent() -> float:
    """Processor seconds of all that this process has started, and of what those have."""
    total = 0.0
    for process in _family():
        try:
            total += sum(process.cpu_times()[:4])
        except psutil.NoSuchProcess:  # a student's, which its parent has counted
            continue
    return total


def _memory() -> float:
    """What the worker and its processes hold; shared pages count once."""
    total = 0.0
    for process in _family():
        try:
            full = process.memory_full_info()
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
        total += getattr(full, "pss", full.rss)
    return total


def _bytes(folder: Path) -> float:
    """On the disk, in whole blocks where the system tells them; what was handed in not counted."""
    total = 0.0
    for path in folder.rglob("*"):
        if path.is_file() and path.relative_to(folder).parts[0] != "submitted":
            about = path.stat()
            total += getattr(about, "st_blocks", about.st_size / 512) * 512
    return total
