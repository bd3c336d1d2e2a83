"""A writer that is killed, or whose disk is full, loses nothing and writes nothing twice."""

import ctypes
import errno
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest
from nbgrader.api import Gradebook
from sqlalchemy import Engine, event

from course_lib.grading.directories import course_directory
from course_lib.grading.engine.planning import load_plan
from course_lib.grading.engine.steps import Steps
from course_lib.grading.engine.writer import NotWritten, Writer
from course_lib.grading.release import made_release
from tests.grading.engine.stock import graded_files, hand_in, make_course, shows, tables
from tests.grading.engine.test_writer import BONUS, LATE, OWN_PLUGIN, answered, set_due, shown_by

pytestmark = [
    pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork"),
    pytest.mark.filterwarnings("ignore:Object of type"),
]
STUDENTS = [f"student-{number}" for number in range(8)]


def executed(root: Path, kind: str, student: str = "ada"):
    """A graded notebook on its way to the writer."""
    steps = Steps(load_plan(root, "mix"))
    cells = ["add", "by_hand"] if kind == "wrong" else ["add"]
    made = steps.sanitise(answered(made_release(root, "mix", "en"), *cells), student)
    shows(made, shown_by(kind))
    return steps.finish(made, student)


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    root = make_course(tmp_path_factory.mktemp("template") / "course")
    set_due(root)
    return root


@pytest.fixture
def make(template, tmp_path):
    def copy(config: str = "") -> Path:
        root = tmp_path / "course"
        shutil.copytree(template, root)
        with (root / "nbgrader_config.py").open("a", encoding="utf-8") as file:
            file.write(config + "\n")
        return root

    return copy


def write(root: Path, result, student="ada") -> None:
    with Writer(root, "mix") as writer:
        writer.write(student, result)


def in_child(work) -> int:
    """Run ``work`` in a fork; returns its exit status as ``waitpid`` gives it."""
    sys.stdout.flush()
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            status = work() or 0
        finally:
            os._exit(status)
    return os.waitpid(pid, 0)[1]


TOUCHES = {"open", "os.rename", "os.mkdir", "os.rmdir", "os.remove", "os.chmod", "shutil.copyfile"}


def dies_at(step: int, root: Path, work):
    """``work`` that is killed at its ``step``-th touch of a file or of the gradebook."""
    left = [step]

    def count(*_seen) -> None:
        left[0] -= 1
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def audit(name, args) -> None:
        if name in TOUCHES and args and str(root) in str(args[0]):
            count()

    def run() -> int:
        for moment in ("before_cursor_execute", "after_cursor_execute", "commit"):
            event.listen(Engine, moment, count)
        sys.addaudithook(audit)  # only the child's: it cannot be taken away again
        work()
        return 0

    return run


def after_a_kill(root: Path):
    """The rows and files as the next run finds them."""
    with Writer(root, "mix"):
        pass
    return tables(root), graded_files(root)


def killed_everywhere(root: Path, before, after, work, stride: int) -> list[tuple[bool, bool]]:
    """Kill ``work`` at its first touch, ``stride`` later, ... until it comes through.

    ``before`` is a folder with the state to start from. Returns for each kill whether the rows
    and whether the files were new already.
    """
    met = []
    for step in range(1, 400, stride):
        shutil.rmtree(root)
        shutil.copytree(before, root)
        old = tables(root), graded_files(root)
        status = in_child(dies_at(step, root, work))
        if status == 0:
            return met
        assert os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
        rows, files = after_a_kill(root)
        assert rows in (old[0], after[0]), f"half a row, killed at {step}"
        assert files in (old[1], after[1], without_students(old[1])), f"half a folder at {step}"
        met.append((rows == after[0], files == after[1]))
        work()
        assert (tables(root), graded_files(root)) == after, f"not repaired, killed at {step}"
    raise AssertionError("it never came through")


def without_students(files: dict) -> dict:
    """A student's folder may be there already, with nothing in it."""
    return {**files, **{"ada": EMPTY}}


EMPTY = (0o040755, "", b"")


@pytest.mark.parametrize("again", [False, True], ids=["fresh", "again"])
@pytest.mark.parametrize("stride", [3, pytest.param(1, marks=pytest.mark.slow)])
def test_killed_at_each_touch_nothing_is_half_written(make, tmp_path, again, stride):
    root = make()
    hand_in(root, "ada", made_release(root, "mix", "en"), {"helper.py": "x = 1\n", **LATE})
    wrong, right = executed(root, "wrong"), executed(root, "right")
    if again:
        write(root, wrong)
        with Gradebook(course_directory(root).db_url) as gradebook:
            gradebook.find_grade("test_add", "mix", "mix", "ada").manual_score = 1
            gradebook.find_comment("in_words", "mix", "mix", "ada").manual_comment = "Yes."
            gradebook.db.commit()
    before = tmp_path / "before"
    shutil.copytree(root, before)
    write(root, right)
    after = tables(root), graded_files(root)
    met = killed_everywhere(root, before, after, lambda: write(root, right), stride)
    # The kills fell before the commit, after the renames and, a narrow window, in between.
    assert set(met) >= {(False, False), (True, True)}
    assert stride > 1 or (True, False) in met
    assert len(met) * stride > 60


@pytest.mark.slow
@pytest.mark.parametrize("config", [BONUS, OWN_PLUGIN], ids=["own-step", "own-plugin"])
def test_killed_among_an_instructors_steps_the_next_run_repairs(make, tmp_path, config):
    root = make(config)
    hand_in(root, "ada", made_release(root, "mix", "en"), LATE)
    wrong, right = executed(root, "wrong"), executed(root, "right")
    write(root, wrong)
    before = tmp_path / "before"
    shutil.copytree(root, before)
    write(root, right)
    after = tables(root), graded_files(root)
    for step in range(1, 400, 7):
        shutil.rmtree(root)
        shutil.copytree(before, root)
        status = in_child(dies_at(step, root, lambda: write(root, right)))
        write(root, right)
        assert (tables(root), graded_files(root)) == after, step
        if status == 0:
            assert step > 40
            return
    raise AssertionError("it never came through")


@pytest.mark.slow
def test_killed_at_any_time_a_class_is_graded_once(make, tmp_path):
    root = make()
    for student in STUDENTS:
        hand_in(root, student, made_release(root, "mix", "en"), LATE)
    kinds = ("right", "wrong", "part")
    results = {s: executed(root, kinds[i % 3], s) for i, s in enumerate(STUDENTS)}
    before = tmp_path / "before"
    shutil.copytree(root, before)

    def run() -> None:
        """As ``course grade`` does: a record after each submission, none twice."""
        with Writer(root, "mix") as writer:
            for student, result in results.items():
                record = root / f"{student}.record"
                if not record.exists():
                    writer.write(student, result)
                    record.touch()

    start = time.monotonic()
    run()
    whole = time.monotonic() - start
    after = tables(root), graded_files(root)
    chance, stopped = random.Random(5), 0
    for _ in range(12):
        shutil.rmtree(root)
        shutil.copytree(before, root)
        for _kill in range(2):
            pid = os.fork()
            if pid == 0:
                try:
                    run()
                finally:
                    os._exit(0)
            time.sleep(chance.uniform(0, whole))
            os.kill(pid, signal.SIGKILL)
            stopped += os.WIFSIGNALED(os.waitpid(pid, 0)[1])
        run()
        assert (tables(root), graded_files(root)) == after
    assert stopped > 6


def test_a_gradebook_that_cannot_grow_is_told(make, tmp_path):
    root = make()
    hand_in(root, "ada", made_release(root, "mix", "en"))
    right = executed(root, "right")
    with sqlite3.connect(root / "gradebook.db") as db:
        pages = db.execute("PRAGMA page_count").fetchone()[0]
    before = tables(root), graded_files(root)
    with Writer(root, "mix") as writer:
        engine = writer._gradebook.engine

        @event.listens_for(engine, "begin")
        def full(connection):
            connection.exec_driver_sql(f"PRAGMA max_page_count = {pages + room}")

        room = 0
        for student in (f"s{number}" for number in range(500)):
            try:
                writer.write(student, right)
            except NotWritten as error:
                assert "full" in str(error)
                break
        else:
            raise AssertionError("the gradebook grew")
        found = [row for row in tables(root)["student"] if (("id", student)) in row]
        assert found == [] and not (root / "autograded" / student).exists()
        room = 10_000
        writer.write(student, right)
        assert (root / "autograded" / student / "mix" / "mix.ipynb").exists()
    assert before[0] != tables(root)


@pytest.mark.parametrize("call", ["write_bytes", "replace", "chmod", "makedirs"])
def test_a_disk_that_is_full_is_told_and_a_later_run_writes(make, monkeypatch, call):
    root = make()
    hand_in(root, "ada", made_release(root, "mix", "en"))
    wrong, right = executed(root, "wrong"), executed(root, "right")
    write(root, wrong)
    rows, files = tables(root), graded_files(root)

    def full(*_args, **_more):
        raise OSError(errno.ENOSPC, "No space left on device")

    with Writer(root, "mix") as writer, monkeypatch.context() as patch:
        patch.setattr(Path if call == "write_bytes" else os, call, full)
        with pytest.raises(NotWritten, match="No space left"):
            writer.write("ada", right)
    assert graded_files(root) == files
    # Only the last step, the renames, comes after the rows.
    assert (tables(root) == rows) == (call != "replace")
    write(root, right)
    assert tables(root) != rows and graded_files(root) != files


def test_a_real_disk_that_is_nearly_full(make, tmp_path):
    """On a file system of its own, with ever more room: all or nothing each time."""
    source = make()
    hand_in(source, "ada", made_release(source, "mix", "en"), {"data.txt": "1\n" * 20_000})
    wrong, right = executed(source, "wrong"), executed(source, "right")
    write(source, wrong)
    told = tmp_path / "told"
    disk = tmp_path / "disk"
    disk.mkdir()

    def on_a_small_disk() -> int:
        if not _own_mounts() or _mount(disk) != 0:
            return 77
        root = disk / "course"
        shutil.copytree(source, root)
        write(root, wrong)
        failed = passed = 0
        for room in range(0, 200_000, 8192):
            before = tables(root), graded_files(root)
            fill(disk, room)
            try:
                write(root, right if room // 8192 % 2 else wrong)
                passed += 1
            except Exception as error:
                # Opening the gradebook may need room as well: then there is nothing to look at.
                assert isinstance(error, NotWritten) or "cannot be used" in str(error), error
                failed += 1
                (disk / "filler").unlink()
                assert (tables(root), graded_files(root)) == before, room
                assert not list((root / "autograded" / "ada").glob(".*"))
            (disk / "filler").unlink(missing_ok=True)
        write(root, right)
        told.write_text(f"{failed} {passed}")
        return 0

    def guarded() -> int:
        try:
            return on_a_small_disk()
        except BaseException as error:
            told.write_text(f"{type(error).__name__}: {error}"[:2000])
            return 1

    status = os.waitstatus_to_exitcode(in_child(guarded))
    if status == 77:
        pytest.skip("no file system of one's own can be mounted here")
    assert status == 0, told.read_text()
    failed, passed = map(int, told.read_text().split())
    assert failed >= 3 and passed >= 3


def fill(disk: Path, room: int) -> None:
    """Leave ``room`` bytes on the disk."""
    free = os.statvfs(disk)
    size = free.f_bavail * free.f_frsize - room
    with (disk / "filler").open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, max(size, 1))


def _own_mounts() -> bool:
    """Whether this process (a child) is in a mount namespace of its own now."""
    flags = 0x00020000  # CLONE_NEWNS
    uid, gid = os.getuid(), os.getgid()
    if uid != 0:
        flags |= 0x10000000  # CLONE_NEWUSER
    if ctypes.CDLL(None, use_errno=True).unshare(flags) != 0:
        return False
    if uid != 0:
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"0 {uid} 1")
        Path("/proc/self/gid_map").write_text(f"0 {gid} 1")
    private = ["mount", "--make-rprivate", "/"]
    return subprocess.run(private, capture_output=True, check=False).returncode == 0


def _mount(folder: Path) -> int:
    command = ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(folder)]
    return subprocess.run(command, capture_output=True, check=False).returncode
