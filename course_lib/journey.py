"""The whole course once through: book, releases, a graded class, and where to look."""

import time
from pathlib import Path

from rich.console import Console
from rich.panel import Panel

from course_lib.i18n import LANGUAGES


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
    console.rule("1/3  The book, in three languages")
    build_book(root, list(LANGUAGES), console)
    console.rule("2/3  The students' notebooks")
    for assignment in assignments(root):
        made = release(root, assignment, console=console)
        for path in [*made, *student_zips(root, assignment)]:
            console.print(f"  {path.relative_to(root)}", highlight=False)
    console.rule("3/3  A class, graded")
    for assignment in assignments(root):
        write_sample_class(root, assignment, console=console)
        print_report(grade(root, assignment, console=console), console)
    seconds = time.monotonic() - started
    console.print(
        Panel(
            "\n".join(
                [
                    "[bold]make serve[/]                the book at http://127.0.0.1:8000",
                    "[bold]make lab[/]                  the exercises in JupyterLab "
                    "(LANGUAGE=id or LANGUAGE=zh_CN for another language)",
                    "[bold]make grade[/]                grade what is in submitted/",
                    "[bold]make pdf[/]                  the book on paper, into _build/pdf/",
                    "[bold]make test[/]                 prove all of it",
                    "",
                    f"The book is in {root / '_build' / 'html'}",
                    f"Feedback for each student is in {root / 'feedback'}",
                    f"The gradebook is {root / 'gradebook.db'}",
                ]
            ),
            title=f"The course is ready ({seconds:.0f} s)",
        )
    )
    return 0
