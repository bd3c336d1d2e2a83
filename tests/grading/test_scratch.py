"""What a run leaves in the folder for temporary files goes with it, or with the next run."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from course_lib.grading import scratch

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.skipif(scratch.fcntl is None, reason="no locks of this kind here")
HOLD = """
import sys, time
from course_lib.grading import scratch
folder = scratch.folder()
(folder / "submission-x" / "deep").mkdir(parents=True)
(folder / "submission-x" / "deep" / "file").write_text("x")
print(folder, flush=True)
sys.stdin.read()
"""


def holder(place: Path) -> tuple[subprocess.Popen, Path]:
    """A process that has a folder in ``place``, and the folder."""
    paths = {"TMPDIR": str(place), "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD],
        env={**os.environ, **paths},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    return process, Path(process.stdout.readline().strip())


@pytest.fixture
def place(tmp_path, monkeypatch):
    monkeypatch.setattr(scratch.tempfile, "tempdir", str(tmp_path))
    return tmp_path


def test_a_folder_goes_with_its_process(place):
    process, folder = holder(place)
    assert (folder / "submission-x").is_dir()
    process.communicate("")
    assert process.returncode == 0 and list(place.iterdir()) == []


def test_the_folder_of_a_killed_process_goes_with_the_next_and_a_living_ones_stays(place):
    killed, its = holder(place)
    living, other = holder(place)
    assert its.is_dir()  # the second has not taken the first one's
    killed.send_signal(signal.SIGKILL)
    killed.communicate()
    assert its.is_dir()
    scratch.remove_left_behind()
    assert list(place.iterdir()) == [other] and (other / "submission-x" / "deep").is_dir()
    living.communicate("")


def test_what_is_not_of_a_run_stays(place):
    mine = place / "course-material"
    mine.mkdir()
    (mine / "chapter.md").write_text("x")
    (place / "course-unfinished").mkdir()
    (place / "course-file").write_text("x")
    elsewhere = place / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / scratch.MARK).write_text("")
    (elsewhere / "file").write_text("x")
    (place / "course-link").symlink_to(elsewhere)
    before = sorted(place.rglob("*"))
    scratch.remove_left_behind()
    assert sorted(place.rglob("*")) == before


def test_another_users_folder_stays(place, monkeypatch):
    theirs = place / "course-theirs"
    theirs.mkdir()
    (theirs / scratch.MARK).write_text("")
    monkeypatch.setattr(scratch.os, "geteuid", lambda: os.getuid() + 1)
    scratch.remove_left_behind()
    assert theirs.is_dir()


def test_what_cannot_be_removed_keeps_its_mark(place, monkeypatch):
    left = place / "course-left"
    (left / "submission-x").mkdir(parents=True)
    (left / scratch.MARK).write_text("")
    with monkeypatch.context() as context:
        context.setattr(scratch, "remove_tree", lambda _path: None)
        scratch.remove_left_behind()
    assert (left / scratch.MARK).exists()
    scratch.remove_left_behind()
    assert not left.exists()


def test_many_that_begin_at_once_have_a_folder_each(place):
    holders = [holder(place) for _ in range(3)]
    folders = {folder for _process, folder in holders}
    assert len(folders) == 3 and all(folder.is_dir() for folder in folders)
    for process, _folder in holders:
        process.communicate("")
    assert list(place.iterdir()) == []
