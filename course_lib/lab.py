"""Opens JupyterLab on the student's own copy of the exercises."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from rich.console import Console

from course_lib.carry_over import carry_over
from course_lib.errors import CourseError
from course_lib.files import all_or_nothing
from course_lib.i18n import _

WORK = "my_exercises"
CHAPTERS = "chapters"


def copy_exercises(root: Path, language: str) -> tuple[Path, list[Path]]:
    """Copy what is new in exercises/<language> to my_exercises/<language>.

    Returns the folder and the notebooks that were there already: those hold the student's work
    and are never touched. Raises CourseError if there is no release in that language.
    """
    released = sorted((root / "exercises" / language).glob("*/*.ipynb"))
    if not released:
        text = _("There are no exercises in exercises/{language}. Make them with: course release")
        raise CourseError(text.format(language=language))
    folder, kept = root / WORK / language, []
    for notebook in released:
        mine = folder / notebook.parent.name / notebook.name
        if not _copy_new(notebook, mine):
            kept.append(mine)
    return folder, kept


def copy_chapters(root: Path, language: str, folder: Path) -> int:
    """Copy the chapters' notebooks, if the book is built, beside the exercises.

    Returns how many are new. What is there already may hold the reader's notes and stays.
    """
    built = root / "_build" / "html" / language / "notebooks"
    return sum(
        _copy_new(notebook, folder / CHAPTERS / notebook.relative_to(built))
        for notebook in sorted(built.rglob("*.ipynb"))
    )


def _copy_new(notebook: Path, mine: Path) -> bool:
    """Copy the notebook unless there is one; returns whether it was copied."""
    if mine.exists():
        return False
    with all_or_nothing(mine) as unfinished:  # half of one would be taken for the student's work
        shutil.copyfile(notebook, unfinished)
    return True


def lab_command(folder: Path, port: int) -> list[str]:
    """The command that serves ``folder`` in JupyterLab."""
    command = [
        sys.executable, "-m", "jupyterlab",
        f"--ServerApp.root_dir={folder}",
        f"--ServerApp.port={port}",
        # Nothing is asked of other hosts: no update check, no news.
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
        "--LabApp.news_url=",
    ]  # fmt: skip
    if hasattr(os, "geteuid") and os.geteuid() == 0:  # a container: Jupyter would refuse to start
        command.append("--allow-root")
    return command


def open_lab(root: Path, language: str, port: int, console: Console) -> int:
    """Run JupyterLab until it is stopped; returns its exit status."""
    brought = carry_over(root, WORK, language)
    folder, kept = copy_exercises(root, language)
    copy_chapters(root, language, folder)
    text = _("Your notebooks are in {folder}/ ; stop with Ctrl+C.")
    console.print(text.format(folder=folder.relative_to(root)))
    for notebook in brought:
        text = _("{file} goes on with what you did in another language; that stays where it is.")
        console.print(text.format(file=notebook.relative_to(root)), soft_wrap=True)
    kept = [notebook for notebook in kept if notebook not in brought]
    if kept:
        text = _("{count} of them were there already and are as you left them.")
        console.print(text.format(count=len(kept)))
    # Not in the course's folder: nbgrader's configuration there is the teacher's.
    lab = subprocess.Popen(lab_command(folder, port), cwd=folder)
    while True:
        try:
            return lab.wait()
        except KeyboardInterrupt:  # reaches JupyterLab as well, which asks or stops by itself
            continue
