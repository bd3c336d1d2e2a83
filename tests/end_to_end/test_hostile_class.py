"""``course grade ps4_lstm`` over a class that does its worst: marks, reasons, pages, peace after.

Once from beginning to end; and once more killed, with a locked gradebook and with a full disk on
the way, after which the marks are the same and nothing has been graded twice.
"""

import contextlib
import ctypes
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import psutil
import pytest

from course_lib.grading.engine.sandbox import available
from tests.end_to_end.hostile_class import CLASS, NAME, OUTSIDE, SECONDS, hand_in
from tests.grading.engine.attacks import ours_course
from tests.processes import lives

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not available().complete, reason="this machine does not shut students' code in whole"
    ),
]
ROOT = Path(__file__).resolve().parents[2]
MADE = {"autograded", "feedback", "marks", "_build", "gradebook.db", "tmp"}  # by grading
PR_SET_CHILD_SUBREAPER = 36


@pytest.fixture(scope="module", autouse=True)
def orphans():
    """Whatever a run leaves behind becomes a child of this process, wherever it hides."""
    libc = ctypes.CDLL(None, use_errno=True)
    assert libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0
    yield
    libc.prctl(PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0)


def make_course(root: Path) -> Path:
    """The course with the hostile class handed in; temporary files go into its folder ``tmp``."""
    root.mkdir()
    ours_course.make(root, SECONDS)
    (root / "_config.yml").write_text("title: A course\n", "utf-8")
    (root / "tmp").mkdir()
    for hostile in CLASS:
        hand_in(root, hostile)
    return root


class Run:
    """``course grade`` of the class as a process; what it leaves is counted when it has ended."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.before = {process.pid for process in psutil.Process().children(recursive=True)}
        command = [sys.executable, "-m", "course_lib.cli", "grade", NAME, "--json"]
        more = ["--workers", "2", "--seed", "5", "--isolation", "required"]
        paths = {"TMPDIR": str(root / "tmp"), "PYTHONPATH": str(ROOT)}
        self.out, self.err = (Path(f"{root}-{kind}.txt") for kind in ("out", "err"))
        with self.out.open("w") as out, self.err.open("w") as err:
            self.process = subprocess.Popen(
                [*command, *more], cwd=root, stdout=out, stderr=err, env={**os.environ, **paths}
            )

    def until(self, records: int) -> None:
        """Wait until so many submissions have been graded."""
        deadline = time.monotonic() + 600
        while len(done(self.root)) < records:
            assert self.process.poll() is None and time.monotonic() < deadline, self.errors
            time.sleep(0.05)

    def status(self) -> int:
        return self.process.wait(600)

    @property
    def errors(self) -> str:
        return self.err.read_text("utf-8")[-3000:]

    def rows(self) -> dict[str, dict]:
        return {row["student"]: row for row in json.loads(self.out.read_text("utf-8"))["rows"]}

    def left(self) -> list[str]:
        """Processes that are still there a while after the run."""
        deadline = time.monotonic() + 30
        while True:
            there = [
                process
                for process in psutil.Process().children(recursive=True)
                if process.pid not in self.before and lives(process)
            ]
            if not there or time.monotonic() > deadline:
                return [str(process) for process in there]
            time.sleep(0.1)


def done(root: Path) -> dict[str, tuple]:
    """The records of graded submissions: their place on the disk changes when one is written."""
    found = {}
    for path in (root / "_build" / "grading" / NAME / "records").glob("*.json"):
        try:
            record = json.loads(path.read_text("utf-8"))
            if record["status"] != "failed" and record["key"]:  # none where the page is missing
                found[path.stem] = (path.stat().st_ino, path.stat().st_mtime_ns)
        except (OSError, ValueError):  # being replaced
            continue
    return found


def files_of(root: Path) -> dict[str, tuple]:
    """Everything in the course that grading has no business with, and its size and date."""
    paths = [path for name in os.listdir(root) if name not in MADE for path in [root / name]]
    paths += [path for folder in paths if folder.is_dir() for path in folder.rglob("*")]
    found = {}
    for path in paths:
        about = path.lstat()
        when = about.st_mtime_ns if not path.is_dir() else 0
        found[str(path.relative_to(root))] = (about.st_mode, about.st_size, when)
    return found


def gradebook_rows(root: Path) -> dict[str, int]:
    """How many rows of marks each student has."""
    with sqlite3.connect(root / "gradebook.db") as database:
        return dict(
            database.execute(
                "SELECT a.student_id, count(*) FROM grade g"
                " JOIN submitted_notebook n ON g.notebook_id = n.id"
                " JOIN submitted_assignment a ON n.assignment_id = a.id GROUP BY a.student_id"
            ).fetchall()
        )


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """The course, the run, what its folder held before and the processes that were left."""
    root = make_course(tmp_path_factory.mktemp("hostile") / "course")
    before = files_of(root)
    run = Run(root)
    status = run.status()
    return root, run, before, status


def test_the_run_ends_well_and_leaves_no_process(graded):
    _root, run, _before, status = graded
    assert (status, run.left()) == (0, []), run.errors


def test_nothing_is_written_but_what_grading_writes(graded):
    root, _run, before, _status = graded
    assert files_of(root) == before
    assert list((root / "tmp").iterdir()) == []  # every scratch folder is gone
    places = [root.parent, Path.home(), *map(Path, ("/", "/tmp", "/var/tmp", "/dev/shm", "/etc"))]
    assert not [place for place in places if (place / OUTSIDE).exists()]
    found = [path for path in root.rglob(f"{OUTSIDE}*")]
    assert not found


@pytest.mark.parametrize("hostile", [pytest.param(h, id=h.name) for h in CLASS])
def test_each_has_the_mark_of_what_is_right_a_reason_and_a_page(graded, hostile):
    root, run, _before, _status = graded
    row = run.rows()[hostile.name]
    assert (row["total"], row["status"]) == (hostile.points, hostile.status), row["reason"]
    assert hostile.reason in row["reason"]
    page = (root / "feedback" / hostile.name / NAME / f"{NAME}.html").read_text("utf-8")
    assert len(page) > 5000 and "hidden=True" not in page


def test_nobody_has_read_the_gradebook_or_the_answers(graded):
    path = graded[0] / "autograded" / "leaves-files" / NAME / f"{NAME}.ipynb"
    outputs = [out for cell in nbformat.read(path, 4).cells for out in cell.get("outputs", [])]
    assert outputs and not any("READ" in out.get("text", "") for out in outputs)


def test_the_gradebook_has_each_student_once(graded):
    root = graded[0]
    found = gradebook_rows(root)
    assert set(found) == {hostile.name for hostile in CLASS}
    assert len(set(found.values())) == 1


# Disturbed


@pytest.fixture
def small_disk(tmp_path):
    """A folder on a disk of its own that can be filled, and what fills it and makes room again.

    Where nothing can be mounted, no process of the run may make a file larger than a few bytes.
    """
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=300m", "hostile-class", str(place)]
    mounted = shutil.which("mount") and not subprocess.run(mount, capture_output=True).returncode

    def fill(run: Run) -> None:
        if mounted:
            with (place / "ballast").open("wb") as file:
                try:
                    while True:
                        file.write(bytes(1 << 20))
                        file.flush()
                except OSError:
                    return
        process = psutil.Process(run.process.pid)
        for each in (process, *process.children(recursive=True)):
            with contextlib.suppress(psutil.NoSuchProcess):
                each.rlimit(psutil.RLIMIT_FSIZE, (100, 100))

    yield place / "course", fill, lambda: (place / "ballast").unlink(missing_ok=True)
    if mounted:
        subprocess.run(["umount", "--lazy", str(place)], check=True)


def test_killed_locked_and_with_a_full_disk_it_resumes(graded, small_disk):
    root, fill, make_room = small_disk
    make_course(root)
    settings = root / "nbgrader_config.py"
    settings.write_text(settings.read_text("utf-8").replace("timeout=60", "timeout=0.2"), "utf-8")
    steps, kept = [], {}

    def note(run: Run) -> None:
        """What was graded before the step is untouched by it, and no process is left."""
        now = done(root)
        steps.append(len(now))
        assert {name: now.get(name) for name in kept} == kept
        assert run.left() == [], run.errors
        kept.update(now)

    run = Run(root)
    run.until(6)
    run.process.send_signal(signal.SIGKILL)
    run.status()
    note(run)

    run = Run(root)
    run.until(12)
    other = sqlite3.connect(root / "gradebook.db", timeout=60, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")  # somebody else writes, and takes their time
    status = run.status()
    other.close()
    note(run)
    assert status == 1, run.errors
    failed = [row for row in run.rows().values() if row["status"] == "failed"]
    assert failed and all("locked" in row["reason"] for row in failed)
    assert all(row["total"] is None for row in failed)

    run = Run(root)
    run.until(steps[-1] + 6)
    fill(run)
    status = run.status()
    make_room()
    note(run)
    assert status in (1, 2), run.errors
    assert "Traceback" not in run.errors
    assert steps[-1] < len(CLASS)

    run = Run(root)
    assert run.status() == 0, run.errors
    note(run)
    told = ("total", "status", "reason")
    marks = {name: [row[key] for key in told] for name, row in run.rows().items()}
    assert marks == {n: [row[key] for key in told] for n, row in graded[1].rows().items()}
    assert gradebook_rows(root) == gradebook_rows(graded[0])
    assert not list((root / "autograded").glob("*/.*"))  # no half of an exchange
    for hostile in CLASS:
        assert (root / "feedback" / hostile.name / NAME / f"{NAME}.html").is_file()
    print(f"graded after each of the steps: {steps}")
