"""A file is written whole or not at all, by one function."""

import os
import stat
from pathlib import Path

import pytest
import torch
from PIL import Image

from course_lib import lab
from course_lib.files import remove_tree
from course_lib.models import training
from course_lib.publish import execution
from course_lib.publish.light import pictures


def full(*arguments):
    """As a write on a full disk: something is there already, and then it fails."""
    for given in arguments:
        if isinstance(given, Path) and not given.name.startswith("released"):
            given.write_bytes(b"half of")
    raise OSError(28, "No space left on device")


def a_notebook(folder: Path, monkeypatch) -> None:
    monkeypatch.setattr(lab.shutil, "copyfile", full)
    lab._copy_new(Path("released.ipynb"), folder / "mine.ipynb")


def a_checkpoint(folder: Path, monkeypatch) -> None:
    monkeypatch.setattr(training.torch, "save", full)
    model = torch.nn.Linear(1, 1)
    training._save(
        folder / "run.pt", model, torch.optim.SGD(model.parameters()), training.History()
    )


def what_was_executed(folder: Path, monkeypatch) -> None:
    monkeypatch.setattr(Path, "write_text", lambda self, *_, **__: full(self))
    monkeypatch.setattr(Path, "write_bytes", lambda self, _: open(self, "wb").close() or full())
    execution._write_record(folder, {})


def a_picture(folder: Path, monkeypatch) -> None:
    kept = folder / "kept"
    kept.mkdir()
    Image.new("RGB", (4, 4)).save(folder / "given.png")
    monkeypatch.setattr(Image.Image, "save", lambda self, path, *_, **__: full(path))
    try:
        pictures.publish(folder / "given.png", kept)
    finally:
        assert list(kept.iterdir()) == []
        kept.rmdir()
        (folder / "given.png").unlink()


@pytest.mark.parametrize("written", [a_notebook, a_picture, a_checkpoint, what_was_executed])
def test_nothing_is_left_of_a_file_that_was_not_finished(written, tmp_path, monkeypatch):
    with pytest.raises(OSError, match="No space"):
        written(tmp_path, monkeypatch)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_goes_however_deep_and_closed_it_is(tmp_path):
    top, outside = tmp_path / "top", tmp_path / "outside"
    (outside / "kept").mkdir(parents=True)
    (top / "a" / "b").mkdir(parents=True)
    (top / "link").symlink_to(outside)
    (top / "a" / "file").touch()
    (top / "a" / "b").chmod(0)
    (top / "a").chmod(0)
    home = os.open(".", os.O_RDONLY)
    try:
        os.chdir(top)
        for _ in range(1500):  # deeper than recursion goes, and longer than a path may be
            os.mkdir("deep")
            os.chdir("deep")
    finally:
        os.chdir(home)
        os.close(home)
    remove_tree(top)
    assert not top.exists() and (outside / "kept").is_dir()
    remove_tree(top)  # nothing is there: nothing happens


def test_what_cannot_be_removed_stays_and_stops_nothing(tmp_path, monkeypatch):
    (tmp_path / "top" / "inner").mkdir(parents=True)
    (tmp_path / "top" / "file").touch()
    monkeypatch.setattr(os, "unlink", lambda _path: full())
    remove_tree(tmp_path / "top")
    assert [path.name for path in (tmp_path / "top").iterdir()] == ["file"]
    assert stat.S_ISREG((tmp_path / "top" / "file").stat().st_mode)
