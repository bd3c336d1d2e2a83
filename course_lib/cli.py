"""The command ``course``: everything ``make`` does, for people without make.

Each verb imports what it needs when it runs, so that a student who installed the base package
can use ``course lab`` and ``course doctor`` without the book's or the instructor's tools.
"""

import json
import sys
from pathlib import Path

import click
from rich.console import Console
from rich.markup import escape

from course_lib.errors import CourseError
from course_lib.i18n import LANGUAGES
from course_lib.quick_start import without_iri_grammar

DONE, SOME_FAILED, COULD_NOT_START, STOPPED = 0, 1, 2, 130
console = Console()


class Course(click.Group):
    """Prints a CourseError as one sentence and exits with status 2."""

    def invoke(self, ctx):
        try:
            return super().invoke(ctx)
        except CourseError as error:
            click.secho(str(error), fg="red", err=True)
            ctx.exit(COULD_NOT_START)
        except KeyboardInterrupt:
            click.echo(
                "\nStopped. What was done is kept; the same command does the rest.", err=True
            )
            ctx.exit(STOPPED)
        except ModuleNotFoundError as error:
            if error.name and error.name.split(".")[0] == "course_lib":
                raise
            click.secho(
                f"This command needs the package {error.name}, which is not installed. "
                "Install the course's tools with: pip install -r requirements.txt",
                fg="red",
                err=True,
            )
            ctx.exit(COULD_NOT_START)

    def list_commands(self, ctx):
        return list(self.commands)


@click.group(cls=Course, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--root", type=click.Path(path_type=Path), help="The course's folder, if not here.")
@click.version_option(package_name="course-lib")
@click.pass_context
def main(ctx, root):
    """From Convolution to ConvLSTM, from scratch: read, do and grade the course.

    Exit status: 0 done, 1 some work failed and is listed, 2 could not start.
    """
    ctx.obj = root


def find_root(given: Path | None) -> Path:
    """The folder that holds the course: the given one, or the nearest at or above this one."""
    start = (given or Path.cwd()).resolve()
    for folder in [start] if given else [start, *start.parents]:
        if (folder / "_config.yml").exists() and (folder / "solutions").is_dir():
            return folder
    raise CourseError(
        f"{start} is not the course's folder (it has no _config.yml and solutions/). "
        "Change into it, or name it: course --root FOLDER ..."
    )


def with_root(command):
    """Give the command the course's folder as its first argument."""

    @click.pass_context
    def run(ctx, **options):
        return ctx.invoke(command, find_root(ctx.obj), **options)

    run.__doc__ = command.__doc__
    run.__name__ = command.__name__
    return run


language_option = click.option(
    "--language",
    "-l",
    "languages",
    multiple=True,
    type=click.Choice(list(LANGUAGES)),
    help="One language only; may be given more than once.  [default: all]",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON for a machine.")


@main.command()
@json_option
@click.pass_context
def doctor(ctx, as_json):
    """Say what is missing on this machine and how to get it."""
    from course_lib.doctor import examine

    try:
        root = find_root(ctx.obj)
    except CourseError:  # one of the things to be found out
        root = ctx.obj or Path.cwd()
    findings = examine(root)
    if as_json:
        click.echo(json.dumps([finding._asdict() for finding in findings], indent=2))
    else:
        for finding in findings:
            colour = "green" if finding.ok else ("red" if finding.needed else "yellow")
            mark = "✓" if finding.ok else "✗"
            found = escape(finding.found)
            line = f"[{colour}]{mark}[/] {finding.what}: {found}"
            console.print(line, highlight=False, soft_wrap=True)
            if not finding.ok:
                console.print(f"    {finding.remedy}", highlight=False, soft_wrap=True)
    ctx.exit(SOME_FAILED if any(f.needed and not f.ok for f in findings) else DONE)


@main.command()
@language_option
@with_root
def build(root, languages):
    """Build the book into _build/html, in all languages."""
    from course_lib.publish.build import build_book

    build_book(root, languages or list(LANGUAGES), console)


@main.command()
@language_option
@click.option(
    "--with",
    "second",
    type=click.Choice(list(LANGUAGES)),
    default=None,
    help="A second language beneath each paragraph.",
)
@with_root
def pdf(root, languages, second):
    """Print the book into _build/pdf, one PDF for each language. Needs Chromium; a few minutes."""
    from course_lib.publish.paper import make_pdfs

    make_pdfs(root, languages or list(LANGUAGES), second or "", console)


@main.command()
@click.option("--write", is_flag=True, help="Write the table into docs/chapters.md as well.")
@json_option
@with_root
def chapters(root, write, as_json):
    """Count what is in each chapter: words, minutes, code, assertions, quizzes, figures."""
    from course_lib.publish import chapters as counted

    rows = counted.chapters(root)
    if not rows:
        raise CourseError(f"There is no chapter in {root / 'book'}.")
    if write:
        (root / counted.DOCUMENT).parent.mkdir(exist_ok=True)
        (root / counted.DOCUMENT).write_text(counted.as_markdown(rows), encoding="utf-8")
    if as_json:
        click.echo(json.dumps(counted.as_json(rows), ensure_ascii=False, indent=2))
    else:
        counted.print_chapters(rows, console)


@main.command()
@click.option("--port", default=8000, show_default=True, help="Where to serve.")
@click.option("--language", "-l", type=click.Choice(list(LANGUAGES)), default="en")
@with_root
def serve(root, port, language):
    """Show the built book in a browser at http://127.0.0.1:8000."""
    from course_lib.publish.serve import serve as run_server

    run_server(root, port, language, console)


@main.command()
@click.option("--language", "-l", type=click.Choice(list(LANGUAGES)), default="en")
@click.option("--port", default=8888, show_default=True)
@with_root
def lab(root, language, port):
    """Open JupyterLab on the exercises in one language."""
    from course_lib.lab import open_lab

    click.get_current_context().exit(open_lab(root, language, port, console))


def assignments(root, named) -> list[str]:
    """The assignments named, each once, or all that have a source; CourseError if that is none."""
    from course_lib.grading import config

    for name in named:
        config.source_path(root, name)
    found = list(dict.fromkeys(named)) or config.assignments(root)
    if not found:
        raise CourseError(f"There is no assignment in {root / 'solutions'}.")
    return found


@main.command()
@click.argument("assignment", nargs=-1)
@language_option
@with_root
def release(root, assignment, languages):
    """Make the students' notebooks in exercises/ from solutions/, and a zip of each.

    The zips, one for each language, are in _build/releases/: notebook and README, no answers.
    """
    from course_lib.grading.release import release as make_release
    from course_lib.grading.student_zip import student_zips

    chosen = list(languages) or None
    for name in assignments(root, assignment):
        made = make_release(root, name, languages=chosen, console=console)
        for path in [*made, *student_zips(root, name, chosen)]:
            console.print(f"  {path.relative_to(root)}", highlight=False)


@main.command()
@click.argument("assignment", nargs=-1)
@click.option("--remove", is_flag=True, help="Take the sample class out again.")
@with_root
def sample(root, assignment, remove):
    """Write the bundled sample class into submitted/, or remove it."""
    from course_lib.grading.sample import remove_sample_class, write_sample_class

    for name in assignments(root, assignment):
        if remove:
            removed = remove_sample_class(root, name, console=console)
            console.print(f"{name}: {len(removed)} sample students removed")
        else:
            written = write_sample_class(root, name, console=console)
            console.print(f"{name}: {len(written)} sample submissions in submitted/")


@main.command()
@click.argument("assignment", nargs=-1)
@click.option("--student", "-s", "students", multiple=True, help="This student only.")
@click.option("--force", is_flag=True, help="Grade again what was graded already.")
@click.option(
    "--workers", type=click.IntRange(min=1), help="How many at once.  [default: one per core]"
)
@click.option(
    "--scheduler",
    metavar="ADDRESS",
    help="Grade on the Dask cluster at tcp://HOST:PORT, or on one of N processes: local:N.",
)
@click.option("--seed", type=int, help="Draw the hidden cases from this seed, to repeat a run.")
@click.option(
    "--isolation",
    type=click.Choice(["required", "best", "none"]),
    default="best",
    show_default=True,
    help="How students' code is shut in: refuse to start unless fully, as well as this machine "
    "can, or not at all.",
)
@click.option(
    "--explain", is_flag=True, help="With --student: each point, why, and how to get it again."
)
@json_option
@with_root
def grade(root, assignment, students, force, workers, scheduler, seed, isolation, explain, as_json):
    """Grade the submissions in submitted/<student>/<assignment>/.

    Writes marks into gradebook.db, a page for each student into feedback/, a page about the class
    and marks as CSV into marks/. What was graded already and has not changed is left as it is.
    """
    without_iri_grammar()
    if not scheduler:
        from course_lib.grading.pool import begin_to_warm_up

        begin_to_warm_up()  # beside the imports that follow
    from course_lib.grading.explain import explanation, print_explanation
    from course_lib.grading.grade import grade as run_grading
    from course_lib.grading.report import print_report
    from course_lib.grading.submissions import students_of

    if explain and not students:
        raise CourseError("--explain is about one mark: name the student with --student.")

    if workers and scheduler:
        raise CourseError("--workers is about this machine, --scheduler about a cluster: name one.")

    quiet = Console(stderr=True) if as_json else console
    failed = []
    names = assignments(root, assignment)
    if not assignment:  # those that somebody handed in; all of them to be told that nobody did
        names = [name for name in names if students_of(root, name)] or names
    for name in names:
        report = run_grading(
            root,
            name,
            students=list(students) or None,
            force=force,
            workers=workers,
            scheduler=scheduler,
            seed=seed,
            isolation=isolation,
            console=quiet,
        )
        if explain:
            for student in dict.fromkeys(students):
                made = explanation(report, student)
                if as_json:
                    click.echo(json.dumps(made, ensure_ascii=False, indent=2))
                else:
                    print_explanation(made, console)
        elif as_json:
            click.echo(json.dumps(report.to_dict(), ensure_ascii=False, indent=2))
        else:
            print_report(report, console)
        failed += report.failed
    click.get_current_context().exit(SOME_FAILED if failed else DONE)


@main.command()
@click.argument("assignment", nargs=-1)
@language_option
@json_option
@with_root
def report(root, assignment, languages, as_json):
    """Write the page about a class, and its marks for Moodle and Canvas, into marks/.

    One page for each language: marks, parts by difficulty, the mistakes of the class, what needs
    a person, and how far grading is. Grades nothing, and may be called while a class is graded.
    """
    from course_lib.grading.report import print_short, write_reports
    from course_lib.grading.report import report as make_report
    from course_lib.grading.submissions import students_of

    names = assignments(root, assignment)
    if not assignment:
        names = [name for name in names if students_of(root, name)]
        if not names:
            raise CourseError("Nothing was handed in yet: there is nothing to report on.")
    for name in names:
        made = make_report(root, name)
        write_reports(root, made, languages or list(LANGUAGES))
        if as_json:
            click.echo(json.dumps(made.to_dict(), ensure_ascii=False, indent=2))
        else:
            print_short(made, console)


@main.group()
def translate():
    """Keep the three editions one book."""


@translate.command()
@json_option
@with_root
def status(root, as_json):
    """Compare every catalog with the English source; exit 1 when something is missing."""
    from course_lib.publish.catalogs import print_status
    from course_lib.publish.catalogs import status as catalog_status

    found = catalog_status(root)
    ok = print_status(found, console, as_json=as_json)
    click.get_current_context().exit(DONE if ok else SOME_FAILED)


@translate.command()
@with_root
def update(root):
    """Extract the English text and merge it into every catalog."""
    from course_lib.publish.catalogs import update as update_catalogs

    update_catalogs(root, console)


@main.command()
@click.option("--only", default="", help='Comparisons with this in their name: "LSTM big".')
@click.option("--threads", type=click.Choice(["1", "2"]), multiple=True, default=["1", "2"])
@with_root
def bench(root, only, threads):
    """Time the layers beside torch's; writes benchmarks/results.json and plots. Many minutes."""
    from course_lib.bench.run import bench as run_bench

    run_bench(root, console, only, tuple(int(count) for count in threads))


@main.command("bench-grading")
@click.option("--assignment", default="ps4_lstm", show_default=True)
@click.option("--submissions", type=click.IntRange(min=4), default=42, show_default=True)
@click.option(
    "--stock",
    type=click.IntRange(min=1),
    default=12,
    show_default=True,
    help="How many of them nbgrader as it comes grades as well: it takes seconds for each.",
)
@click.option("--workers", type=click.IntRange(min=1), help="[default: one per core]")
@click.option("--only-engine", is_flag=True, help="Leave nbgrader as it comes out.")
@with_root
def bench_grading(root, assignment, submissions, stock, workers, only_engine):
    """Time grading beside nbgrader's own; writes benchmarks/grading.json and a plot. Minutes."""
    from course_lib.bench.grading import bench_grading as run_bench

    assignments(root, [assignment])
    options = {"submissions": submissions, "stock": stock, "workers": workers}
    run_bench(root, console, assignment=assignment, only_engine=only_engine, **options)


@main.command("bench-book")
@click.option("--only", type=click.Choice(["pages", "build"]), help="One half of it.")
@with_root
def bench_book(root, only):
    """Weigh and time the pages on a slow network, and time builds; writes benchmarks/book.json."""
    from course_lib.bench.book import bench_book as run_bench

    run_bench(root, console, only)


@main.command("all")
@with_root
def everything(root):
    """Build the book, make the releases, grade the sample class: what `make course` does."""
    from course_lib.journey import run_everything

    click.get_current_context().exit(run_everything(root, console))


if __name__ == "__main__":
    sys.exit(main())
