"""A class in which nearly everybody hands in something hostile, with a known honest part each.

The honest part of most is a right LSTM cell: 25 points for its own check and 10 for that of its
projection, which asks the same cell. The harm stands in the cell after it, or in the file.
"""

import json
import os
import zipfile
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output

from tests.grading.engine.attacks.ours_course import NAME, right

CELL = "lstm_cell"
PART, ALL = 35.0, 114.0  # the cell; all that a machine marks, with the 20 bonus points
SECONDS = 3  # that one cell may run in this class
OUTSIDE = "written-outside"  # the name of every file that somebody tries to leave somewhere


@dataclass(frozen=True)
class Hostile:
    """One submission: its harm, the points of what is right in it, words of the reason given.

    ``after``: source of the cell after the right one. ``change(notebook)`` and
    ``spoil(folder, notebook file)`` are for harm that is not in a source.
    """

    name: str
    reason: str
    after: str = ""
    points: float = PART
    status: str = "graded"
    change: Callable | None = None
    spoil: Callable | None = None
    answers: dict = field(default_factory=dict)
    language: str = "en"


def graded(notebook) -> list:
    return [c for c in notebook.cells if c.metadata.get("nbgrader", {}).get("grade_id")]


def called(notebook, name: str):
    return next(c for c in graded(notebook) if c.metadata.nbgrader.grade_id == name)


def twice(notebook) -> None:
    """Answers and tests doubled, each copy beside its original."""
    for cell in graded(notebook):
        copy = deepcopy(cell)
        copy.id = f"{cell.id}-2"[-60:]
        notebook.cells.insert(notebook.cells.index(cell) + 1, copy)


def without_tests(notebook) -> None:
    for name in ("check_lstm_cell", "lstm_forward", "check_lstmp_cell", "check_lstmp_module"):
        notebook.cells.remove(called(notebook, name))


def backwards(notebook) -> None:
    notebook.cells.reverse()


def retyped(notebook) -> None:
    """Every test as text, every other answer as a raw cell."""
    for cell in graded(notebook):
        if cell.cell_type == "code" and cell.metadata.nbgrader.grade_id != CELL:
            place = notebook.cells.index(cell)
            notebook.cells[place] = new_markdown_cell(cell.source, metadata=cell.metadata)


def tagged(notebook) -> None:
    for cell in notebook.cells:
        cell.metadata["tags"] = ["skip-execution", "raises-exception"]


def other_kernel(notebook) -> None:
    notebook.metadata["kernelspec"] = {"name": "ir", "display_name": "R", "language": "R"}
    notebook.metadata["language_info"] = {"name": "R", "file_extension": ".r"}


def emptied(notebook) -> None:
    notebook.cells.clear()


def crowded(notebook) -> None:
    """Thirty megabytes of outputs and of cells of the student's own."""
    text = "x" * 1_000_000
    for number in range(15):
        shown = [new_output("stream", text=text), new_output("display_data", {"text/plain": text})]
        cell = new_code_cell(f"note_{number} = {number}", outputs=shown)
        notebook.cells.insert(len(notebook.cells) // 2, cell)


def cut_off(_folder: Path, file: Path) -> None:
    file.write_bytes(file.read_bytes()[:3000])


def no_bytes(_folder: Path, file: Path) -> None:
    file.write_bytes(b"")


def renamed(folder: Path, file: Path) -> None:
    file.rename(folder / "final (2) final.ipynb")


def too_large(_folder: Path, file: Path) -> None:
    os.truncate(file, 60 << 20)


def of_another(_folder: Path, file: Path) -> None:
    """Another assignment's notebook: none of its cells is this one's."""
    notebook = nbformat.read(file, as_version=4)
    for cell in graded(notebook):
        cell.metadata.nbgrader.grade_id = f"conv2d_{cell.metadata.nbgrader.grade_id}"
    nbformat.write(notebook, file)


def _zip(path: Path, notebook: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        for up in range(1, 8):
            archive.writestr("../" * up + OUTSIDE, "x")
        archive.writestr(f"/tmp/{OUTSIDE}", "x")
        archive.write(notebook, notebook.name)


def zip_beside(folder: Path, file: Path) -> None:
    _zip(folder / "work.zip", file)


def zip_instead(folder: Path, file: Path) -> None:
    _zip(folder / "work.zip", file)
    file.unlink()


def link_to_honest(folder: Path, file: Path) -> None:
    file.unlink()
    file.symlink_to(folder.parents[1] / "aaa-honest" / NAME / f"{NAME}.ipynb")


FORWARD = "def lstm_forward(input, initial_states, w_ih, w_hh, b_ih, b_hh, w_hr=None):\n"
EVERYTHING = {name: right(name) for name in ("lstm_forward", "lstm_module", "lstm_backward")}

# Tries to leave a file wherever it can, and to read what is none of its business.
LEAVES_FILES = f"""
import glob, os, shutil
for up in range(9):
    for name in ("", "submitted/aaa-honest/{NAME}", "autograded", "feedback", "marks", "solutions"):
        place = os.path.join("../" * up, name, "{OUTSIDE}")
        for attempt in (lambda: open(place, "w").write("x"), lambda: os.mkdir(place + "-folder"),
                        lambda: os.link("own.txt", place), lambda: os.symlink("/", place)):
            try:
                attempt()
            except OSError:
                pass
for place in ("/tmp", "/var/tmp", "/dev/shm", os.path.expanduser("~"), "/run", "/etc", "COURSE"):
    for attempt in (lambda: open(f"{{place}}/{OUTSIDE}", "w"),
                    lambda: shutil.rmtree(f"{{place}}/submitted"),
                    lambda: os.remove(f"{{place}}/gradebook.db"),
                    lambda: os.truncate(f"{{place}}/gradebook.db", 0),
                    lambda: print("READ", open(f"{{place}}/gradebook.db", "rb").read(16)),
                    lambda: print("READ", open(f"{{place}}/solutions/{NAME}/{NAME}.md").read(16))):
        try:
            attempt()
        except OSError:
            pass
"""
FORKS = """
import os
made = 0
for _ in range(300):
    try:
        if os.fork() == 0:
            import time
            time.sleep(20)
            os._exit(0)
        made += 1
    except OSError:
        pass
print("processes", made)
"""
DETACHED = """
import os, subprocess
for start in (lambda: subprocess.Popen(["sleep", "60"], start_new_session=True),
              lambda: os.system("nohup sleep 60 &"), lambda: os.posix_spawn("/bin/sleep",
              ["sleep", "60"], {}), lambda: os.fork() or (os.setsid(), os.fork(),
              os.execv("/bin/sleep", ["sleep", "60"]))):
    try:
        start()
    except OSError as error:
        print(type(error).__name__)
"""
THREADS = """
import threading
def forever():
    while True:
        try:
            sum(range(1000))
        except BaseException:
            pass
for daemon in (True, False, False):
    threading.Thread(target=forever, daemon=daemon).start()
"""
SWALLOWS = """
while True:
    try:
        while True:
            pass
    except BaseException:
        pass
"""
DEEP = """
import sys
sys.setrecursionlimit(2**31 - 1)
def deep(n):
    return deep(n + 1) + 1
deep(0)
"""

CLASS = [
    Hostile("aaa-honest", "Everything that was checked is right", points=ALL, answers=EVERYTHING),
    Hostile("endless-loop", "lstm_forward ran too long", "while True:\n    pass"),
    Hostile("endless-answer", "lstm_forward", f"{FORWARD}    while True:\n        pass"),
    Hostile("swallowed-interrupts", "lstm_forward ran too long", SWALLOWS),
    Hostile("sys-exit", "SystemExit", "import sys\nsys.exit('done')"),
    Hostile("raises-exit", "lstm_forward", f"{FORWARD}    raise SystemExit(0)"),
    Hostile("os-exit", "ends the process", "import os\nos._exit(0)"),
    Hostile("exit-in-answer", "lstm_forward", f"{FORWARD}    import os\n    os._exit(0)"),
    Hostile("segfault", "ends the process", "import faulthandler\nfaulthandler._read_null()"),
    Hostile("aborts", "ends the process", "import os\nos.abort()"),
    Hostile("killed", "lstm_forward", "import os, signal\nos.kill(os.getpid(), 9)"),
    Hostile("five-gigabytes", "MemoryError", "x = bytearray(5 << 30)\nx[:] = b'1' * len(x)"),
    Hostile("five-gigabytes-of-numbers", "lstm_forward", "x = torch.ones(5 << 28)"),
    Hostile("fork-bomb", "lstm_forward", FORKS),
    Hostile("detached-process", "lstm_forward", DETACHED),
    Hostile("threads-left", "lstm_forward", THREADS),
    Hostile("floods-of-text", "lstm_forward", "for _ in range(2000):\n    print('x' * 100_000)"),
    Hostile("deep-recursion", "lstm_forward", DEEP),
    Hostile("waits-for-input", "lstm_forward", "input('your password? ')"),
    Hostile("leaves-files", "lstm_forward", LEAVES_FILES),
    Hostile("corrupt", "damaged", points=0, status="unreadable", spoil=cut_off),
    Hostile("no-bytes", "damaged", points=0, status="unreadable", spoil=no_bytes),
    Hostile("too-large", "MB", points=0, status="unreadable", spoil=too_large),
    Hostile("no-cells", "not a notebook of this", points=0, status="unreadable", change=emptied),
    Hostile("another-assignment", "not a notebook of this", points=0, status="unreadable",
            spoil=of_another),
    Hostile("zip-instead", "not unpacked: work.zip", points=0, status="unreadable",
            spoil=zip_instead),
    Hostile("zip-beside", "lstm_forward", spoil=zip_beside),
    Hostile("link-to-honest", f"not followed: {NAME}.ipynb", points=0, status="unreadable",
            spoil=link_to_honest),
    Hostile("renamed", "final (2) final.ipynb", status="mended", spoil=renamed),
    Hostile("crowded", "lstm_forward", change=crowded),
    Hostile("doubled", "more than once", status="mended", change=twice),
    Hostile("deleted", "check_lstm_cell was missing", status="mended", change=without_tests),
    Hostile("backwards", "order", status="mended", change=backwards),
    Hostile("retyped", "check_lstm_cell had been changed", status="mended", change=retyped),
    Hostile("tagged", "not to be run", status="mended", change=tagged),
    Hostile("other-kernel", "lstm_forward", change=other_kernel),
    Hostile("zzz-honest", "", points=ALL, answers=EVERYTHING, language="zh_CN"),
]  # fmt: skip


# What each hands in, in the words of the table in the docs.
ROUTES = {
    "aaa-honest": "right answers, for comparison",
    "endless-loop": "a cell that never ends",
    "endless-answer": "a function that never returns",
    "swallowed-interrupts": "an endless loop that catches every interrupt",
    "sys-exit": "sys.exit in a cell",
    "raises-exit": "SystemExit raised in an answer",
    "os-exit": "the process ended by os._exit in a cell",
    "exit-in-answer": "the process ended by os._exit in an answer",
    "segfault": "a segmentation fault",
    "aborts": "the process aborts itself",
    "killed": "the process kills itself",
    "five-gigabytes": "more memory than there may be, taken as bytes",
    "five-gigabytes-of-numbers": "more memory than there may be, taken as a tensor",
    "fork-bomb": "processes that fork on and on",
    "detached-process": "processes that detach themselves, to outlive the cell",
    "threads-left": "threads that calculate on and on and catch everything",
    "floods-of-text": "hundreds of megabytes printed",
    "deep-recursion": "a recursion without an end or a limit",
    "waits-for-input": "a cell that waits for somebody to type",
    "leaves-files": "files written, removed and read all over the machine",
    "corrupt": "a notebook file that is cut off",
    "no-bytes": "an empty file",
    "too-large": "a file that is larger than any may be",
    "no-cells": "a notebook without cells",
    "another-assignment": "the notebook of another assignment",
    "zip-instead": "a zip instead of the notebook, with paths that lead out of the folder",
    "zip-beside": "such a zip beside the notebook",
    "link-to-honest": "a link to somebody else's submission",
    "renamed": "a notebook under a name of the student's own",
    "crowded": "a notebook full of megabytes of outputs and more cells",
    "doubled": "all answers and tests twice",
    "deleted": "tests and an answer deleted",
    "backwards": "all cells in the opposite order",
    "retyped": "tests made into text",
    "tagged": "all cells tagged as not to be run",
    "other-kernel": "a notebook that says it is in another programming language",
    "zzz-honest": "right answers again, graded last, in another language",
}


def hand_in(root: Path, hostile: Hostile) -> None:
    """Write the submission into ``submitted/``."""
    path = root / "exercises" / hostile.language / NAME / f"{NAME}.ipynb"
    notebook = nbformat.read(path, as_version=4)
    answers = {CELL: right(CELL), **hostile.answers}
    if hostile.after:
        answers["lstm_forward"] = hostile.after.replace("COURSE", str(root))
    for cell in graded(notebook):
        cell.source = answers.get(cell.metadata.nbgrader.grade_id, cell.source)
    if hostile.change:
        hostile.change(notebook)
    folder = root / "submitted" / hostile.name / NAME
    folder.mkdir(parents=True)
    file = folder / f"{NAME}.ipynb"
    file.write_text(json.dumps(notebook), "utf-8")  # nbformat would refuse some of them
    if hostile.spoil:
        hostile.spoil(folder, file)
