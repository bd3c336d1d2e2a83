"""The whole course once through: book, releases, a graded class, and where to look."""

import time
from pathlib import Path

from rich.console import Console
from rich.panel import Panel

from course_lib.i18n import LANGUAGES, _


def run_everything(root: Path, console: Console) -> int:
    """What ``make course`` does. Returns 0: submissions of the sample class that cannot be
    graded are part of the demonstration, and the table says which they are."""
    from course_lib.grading.config import assignments
    from course_lib.grading.grade import grade
    from course_lib.grading.release import release
    from course_lib.grading.report import print_report
    from course_lib.grading.sample import write_sample_class
    from course_lib.grading.student_zip import student_zips
    from course_lib.publish.build import build_book

    started = time.monotonic()
    console.rule("1/3  " + _("The book, in {count} languages").format(count=len(LANGUAGES)))
    build_book(root, list(LANGUAGES), console)
    console.rule("2/3  " + _("The students' notebooks"))
    for assignment in assignments(root):
        made = release(root, assignment, console=console)
        for path in [*made, *student_zips(root, assignment)]:
            console.print(f"  {path.relative_to(root)}", highlight=False)
    console.rule("3/3  " + _("A class, graded"))
    for assignment in assignments(root):
        write_sample_class(root, assignment, console=console)
        print_report(grade(root, assignment, console=console), console)
    seconds = time.monotonic() - started
    commands = [
        ("make serve", _("the book at http://127.0.0.1:8000")),
        (
            "make lab",
            _("the exercises in JupyterLab (LANGUAGE=id or LANGUAGE=zh_CN for another language)"),
        ),
        ("make grade", _("grade what is in submitted/")),
        ("make pdf", _("the book on paper, into _build/pdf/")),
        ("make test", _("prove all of it")),
    ]
    lines = [f"[bold]{command:<24}[/]{meaning}" for command, meaning in commands]
    lines += [
        "",
        _("The book is in {folder}").format(folder=root / "_build" / "html"),
        _("Feedback for each student is in {folder}").format(folder=root / "feedback"),
        _("The gradebook is {file}").format(file=root / "gradebook.db"),
    ]
    ready = _("The course is ready ({seconds} s)").format(seconds=f"{seconds:.0f}")
    console.print(Panel("\n".join(lines), title=ready))
    return 0
