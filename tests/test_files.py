"""A file is written whole or not at all, by one function."""

from pathlib import Path

import pytest
import torch
from PIL import Image

from course_lib import lab
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
