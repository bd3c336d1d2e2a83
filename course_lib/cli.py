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

from course_lib.bench import STOCK, SUBMISSIONS
from course_lib.errors import CourseError
from course_lib.i18n import LANGUAGES, N_, _, get_language, speaking
from course_lib.quick_start import nbgrader_without_server, nothing_is_garbage
from course_lib.spoken import language_of, say_help, teach_click

DONE, SOME_FAILED, COULD_NOT_START, STOPPED = 0, 1, 2, 130
console = Console()


class Course(click.Group):
    """Speaks the language that is asked for. Prints a CourseError as one sentence and exits with
    status 2."""

    def main(self, args=None, *more, **options):
        words = sys.argv[1:] if args is None else list(args)
        with speaking(language_of(words)):
            teach_click()
            say_help(self)
            return super().main(words, *more, **options)

    def invoke(self, ctx):
        try:
            return super().invoke(ctx)
        except CourseError as error:
            click.secho(str(error), fg="red", err=True)
            ctx.exit(COULD_NOT_START)
        except KeyboardInterrupt:
            stopped = _("Stopped. What was done is kept; the same command does the rest.")
            click.echo(f"\n{stopped}", err=True)
            ctx.exit(STOPPED)
        except ModuleNotFoundError as error:
            if error.name and error.name.split(".")[0] == "course_lib":
                raise
            text = _(
                "This command needs the package {name}, which is not installed. "
                "Install the course's tools with: pip install -r requirements.txt"
            )
            click.secho(text.format(name=error.name), fg="red", err=True)
            ctx.exit(COULD_NOT_START)

    def list_commands(self, ctx):
        return list(self.commands)


@click.group(
    cls=Course,
    context_settings={"help_option_names": ["-h", "--help"]},
    help=N_(
        "From Convolution to ConvLSTM, from scratch: read, do and grade the course.\n\n"
        "Exit status: 0 done, 1 some work failed and is listed, 2 could not start."
    ),
)
@click.option(
    "--root", type=click.Path(path_type=Path), help=N_("The course's folder, if not here.")
)
@click.option(
    "--language",
    "-l",
    type=click.Choice(list(LANGUAGES)),
    help=N_("What the command speaks.  [default: the language of your system, or English]"),
)
@click.version_option(package_name="course-lib", help=N_("Show the version and exit."))
@click.pass_context
def main(ctx, root, language):
    ctx.obj = root


def find_root(given: Path | None) -> Path:
    """The folder that holds the course: the given one, or the nearest at or above this one."""
    start = (given or Path.cwd()).resolve()
    for folder in [start] if given else [start, *start.parents]:
        if (folder / "_config.yml").exists() and (folder / "solutions").is_dir():
            return folder
    text = _(
        "{folder} is not the course's folder (it has no _config.yml and solutions/). "
        "Change into it, or name it: course --root FOLDER ..."
    )
    raise CourseError(text.format(folder=start))


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
    help=N_("One language only; may be given more than once.  [default: all]"),
)
edition_option = click.option(
    "--language",
    "-l",
    type=click.Choice(list(LANGUAGES)),
    help=N_("The edition.  [default: the language that the command speaks]"),
)
json_option = click.option("--json", "as_json", is_flag=True, help=N_("Print JSON for a machine."))


@main.command(help=N_("Say what is missing on this machine and how to get it."))
@json_option
@click.pass_context
def doctor(ctx, as_json):
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


@main.command(help=N_("Build the book into _build/html, in all languages."))
@language_option
@with_root
def build(root, languages):
    from course_lib.publish.build import build_book

    build_book(root, languages or list(LANGUAGES), console)


@main.command(
    help=N_(
        "Print the book into _build/pdf, one PDF for each language. Needs Chromium; a few minutes."
    )
)
@language_option
@click.option(
    "--with",
    "second",
    type=click.Choice(list(LANGUAGES)),
    default=None,
    help=N_("A second language beneath each paragraph."),
)
@with_root
def pdf(root, languages, second):
    from course_lib.publish.paper import make_pdfs

    make_pdfs(root, languages or list(LANGUAGES), second or "", console)


@main.command(help=N_("Pack the book for e-readers into _build/epub, one EPUB for each language."))
@language_option
@with_root
def epub(root, languages):
    from course_lib.publish.epub import make_epubs

    make_epubs(root, languages or list(LANGUAGES), console)


@main.command(
    help=N_("Count what is in each chapter: words, minutes, code, assertions, quizzes, figures.")
)
@click.option("--write", is_flag=True, help=N_("Write the table into docs/chapters.md as well."))
@json_option
@with_root
def chapters(root, write, as_json):
    from course_lib.publish import chapters as counted

    rows = counted.chapters(root)
    if not rows:
        raise CourseError(_("There is no chapter in {folder}.").format(folder=root / "book"))
    if write:
        (root / counted.DOCUMENT).parent.mkdir(exist_ok=True)
        (root / counted.DOCUMENT).write_text(counted.as_markdown(rows), encoding="utf-8")
    if as_json:
        click.echo(json.dumps(counted.as_json(rows), ensure_ascii=False, indent=2))
    else:
        counted.print_chapters(rows, console)


@main.command(help=N_("Show the built book in a browser at http://127.0.0.1:8000."))
@click.option("--port", default=8000, show_default=True, help=N_("Where to serve."))
@edition_option
@with_root
def serve(root, port, language):
    from course_lib.publish.serve import serve as run_server

    run_server(root, port, language or get_language(), console)


@main.command(help=N_("Open JupyterLab on the exercises in one language."))
@edition_option
@click.option("--port", default=8888, show_default=True)
@with_root
def lab(root, language, port):
    from course_lib.lab import open_lab

    click.get_current_context().exit(open_lab(root, language or get_language(), port, console))


def assignments(root, named) -> list[str]:
    """The assignments named, each once, or all that have a source; CourseError if that is none."""
    from course_lib.grading import config

    for name in named:
        config.source_path(root, name)
    found = list(dict.fromkeys(named)) or config.assignments(root)
    if not found:
        raise CourseError(
            _("There is no assignment in {folder}.").format(folder=root / "solutions")
        )
    return found


@main.command(
    help=N_(
        "Make the students' notebooks in exercises/ from solutions/, and a zip of each.\n\n"
        "The zips, one for each language, are in _build/releases/: notebook and README, no "
        "answers."
    )
)
@click.argument("assignment", nargs=-1)
@language_option
@with_root
def release(root, assignment, languages):
    from course_lib.grading.release import release as make_release
    from course_lib.grading.student_zip import student_zips

    chosen = list(languages) or None
    for name in assignments(root, assignment):
        made = make_release(root, name, languages=chosen, console=console)
        for path in [*made, *student_zips(root, name, chosen)]:
            console.print(f"  {path.relative_to(root)}", highlight=False)


@main.command(help=N_("Write the bundled sample class into submitted/, or remove it."))
@click.argument("assignment", nargs=-1)
@click.option("--remove", is_flag=True, help=N_("Take the sample class out again."))
@with_root
def sample(root, assignment, remove):
    from course_lib.grading.sample import remove_sample_class, write_sample_class

    for name in assignments(root, assignment):
        if remove:
            removed = remove_sample_class(root, name, console=console)
            text = _("{name}: {count} sample students removed")
            console.print(text.format(name=name, count=len(removed)))
        else:
            written = write_sample_class(root, name, console=console)
            text = _("{name}: {count} sample submissions in submitted/")
            console.print(text.format(name=name, count=len(written)))


@main.command(
    help=N_(
        "Grade the submissions in submitted/<student>/<assignment>/.\n\n"
        "Writes marks into gradebook.db, a page for each student into feedback/, a page about the "
        "class and marks as CSV into marks/. What was graded already and has not changed is left "
        "as it is."
    )
)
@click.argument("assignment", nargs=-1)
@click.option("--student", "-s", "students", multiple=True, help=N_("This student only."))
@click.option("--force", is_flag=True, help=N_("Grade again what was graded already."))
@click.option(
    "--workers", type=click.IntRange(min=1), help=N_("How many at once.  [default: one per core]")
)
@click.option(
    "--scheduler",
    metavar="ADDRESS",
    help=N_("Grade on the Dask cluster at tcp://HOST:PORT, or on one of N processes: local:N."),
)
@click.option("--seed", type=int, help=N_("Draw the hidden cases from this seed, to repeat a run."))
@click.option(
    "--isolation",
    type=click.Choice(["required", "best", "none"]),
    default="best",
    show_default=True,
    help=N_(
        "How students' code is shut in: refuse to start unless fully, as well as this machine "
        "can, or not at all."
    ),
)
@click.option(
    "--explain", is_flag=True, help=N_("With --student: each point, why, and how to get it again.")
)
@json_option
@with_root
def grade(root, assignment, students, force, workers, scheduler, seed, isolation, explain, as_json):
    if explain and not students:
        raise CourseError(_("--explain is about one mark: name the student with --student."))
    if workers and scheduler:
        raise CourseError(
            _("--workers is about this machine, --scheduler about a cluster: name one.")
        )
    names = assignments(root, assignment)
    if not scheduler:
        from course_lib.grading.beforehand import something_to_grade

        if force or seed is not None or something_to_grade(root, names, students):
            from course_lib.grading.pool import begin_to_warm_up

            begin_to_warm_up()  # beside the imports that follow
    with nothing_is_garbage():
        nbgrader_without_server()
        from course_lib.grading.explain import explanation, print_explanation
        from course_lib.grading.grade import grade as run_grading
        from course_lib.grading.report import print_report
        from course_lib.grading.submissions import not_taken, students_of

    quiet = Console(stderr=True) if as_json else console
    for text in not_taken(root, names):
        quiet.print(text, markup=False, highlight=False)
    failed = []
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


@main.command(
    help=N_(
        "Write the page about a class, and its marks for Moodle and Canvas, into marks/.\n\n"
        "One page for each language: marks, parts by difficulty, the mistakes of the class, what "
        "needs a person, and how far grading is. Grades nothing, and may be called while a class "
        "is graded."
    )
)
@click.argument("assignment", nargs=-1)
@language_option
@json_option
@with_root
def report(root, assignment, languages, as_json):
    from course_lib.grading.report import print_short, write_reports
    from course_lib.grading.report import report as make_report
    from course_lib.grading.submissions import students_of

    names = assignments(root, assignment)
    if not assignment:
        names = [name for name in names if students_of(root, name)]
        if not names:
            raise CourseError(_("Nothing was handed in yet: there is nothing to report on."))
    for name in names:
        made = make_report(root, name)
        write_reports(root, made, languages or list(LANGUAGES))
        if as_json:
            click.echo(json.dumps(made.to_dict(), ensure_ascii=False, indent=2))
        else:
            print_short(made, console)


@main.group(help=N_("Keep the three editions one book."))
def translate():
    pass


@translate.command(
    help=N_("Compare every catalog with the English source; exit 1 when something is missing.")
)
@json_option
@with_root
def status(root, as_json):
    from course_lib.publish.catalogs import print_status
    from course_lib.publish.catalogs import status as catalog_status

    found = catalog_status(root)
    ok = print_status(found, console, as_json=as_json)
    click.get_current_context().exit(DONE if ok else SOME_FAILED)


@translate.command(help=N_("Extract the English text and merge it into every catalog."))
@with_root
def update(root):
    from course_lib.publish.catalogs import update as update_catalogs

    update_catalogs(root, console)


@translate.command(
    help=N_(
        "Add a language: KEY such as fr or pt_BR, and the NAME it has for itself.\n\n"
        "Its edition is English until its catalogs are translated."
    )
)
@click.argument("key")
@click.argument("name")
@with_root
def add(root, key, name):
    from course_lib.publish.new_language import add_language

    add_language(root, key, name, console)


@main.command(
    help=N_(
        "Time the layers beside torch's; writes benchmarks/results.json and plots. Many minutes."
    )
)
@click.option("--only", default="", help=N_('Comparisons with this in their name: "LSTM big".'))
@click.option("--threads", type=click.Choice(["1", "2"]), multiple=True, default=["1", "2"])
@with_root
def bench(root, only, threads):
    from course_lib.bench.run import bench as run_bench

    run_bench(root, console, only, tuple(int(count) for count in threads))


@main.command(
    "bench-grading",
    help=N_(
        "Time grading beside nbgrader's own; writes benchmarks/grading.json and a plot. Minutes."
    ),
)
@click.option("--assignment", default="ps4_lstm", show_default=True)
@click.option("--submissions", type=click.IntRange(min=4), default=SUBMISSIONS, show_default=True)
@click.option(
    "--stock",
    type=click.IntRange(min=1),
    default=STOCK,
    show_default=True,
    help=N_("How many of them nbgrader as it comes grades as well: it takes seconds for each."),
)
@click.option("--workers", type=click.IntRange(min=1), help=N_("[default: one per core]"))
@click.option("--only-engine", is_flag=True, help=N_("Leave nbgrader as it comes out."))
@with_root
def bench_grading(root, assignment, submissions, stock, workers, only_engine):
    from course_lib.bench.grading import bench_grading as run_bench

    assignments(root, [assignment])
    options = {"submissions": submissions, "stock": stock, "workers": workers}
    run_bench(root, console, assignment=assignment, only_engine=only_engine, **options)


@main.command(
    "bench-book",
    help=N_(
        "Weigh and time the pages on a slow network, and time builds; writes benchmarks/book.json."
    ),
)
@click.option("--only", type=click.Choice(["pages", "build"]), help=N_("One half of it."))
@with_root
def bench_book(root, only):
    from course_lib.bench.book import bench_book as run_bench

    run_bench(root, console, only)


@main.command(
    "all",
    help=N_("Build the book, make the releases, grade the sample class: what `make course` does."),
)
@with_root
def everything(root):
    from course_lib.journey import run_everything

    click.get_current_context().exit(run_everything(root, console))


if __name__ == "__main__":
    sys.exit(main())
