"""What the instructor's guide tells people to type exists: commands, options, settings, places."""

import importlib.util
import re
import shlex
import sys
from importlib.metadata import entry_points
from pathlib import Path

import click
import pytest
from nbgrader.apps import NbGraderApp
from nbgrader.exchange.default.exchange import Exchange

from course_lib.cli import main
from course_lib.grading.execute import ExecuteToTheEnd

ROOT = Path(__file__).parents[1]
GUIDE = ROOT / "docs" / "grading.md"
# Of the system or of PostgreSQL: not ours to promise.
OTHERS = {"chgrp", "chmod", "mkdir", "ln", "createdb", "export", "pg_dump", "sqlite3", "npm"}
NBGRADER = NbGraderApp()


def blocks(language: str) -> list[str]:
    found = re.findall(rf"^ *```{language}\n(.*?)^ *```", GUIDE.read_text("utf-8"), re.M | re.S)
    return [line for block in found for line in block.splitlines() if line.strip()]


def in_sentences(program: str) -> list[str]:
    """Commands quoted in the text: `course report ps4_lstm`."""
    text = re.sub(r"\s+", " ", GUIDE.read_text("utf-8"))
    return re.findall(rf"`({program} [^`]+)`", text)


COMMANDS = sorted({*blocks("bash"), *in_sentences("course"), *in_sentences("nbgrader")})


def test_the_guide_has_commands():
    programs = {shlex.split(line, comments=True)[0] for line in COMMANDS}
    assert {"course", "nbgrader", "dask", "make", "python"} <= programs


@pytest.mark.parametrize("line", COMMANDS)
def test_a_command_exists(line):
    program, *arguments = shlex.split(line, comments=True)
    known = {"course": _course, "nbgrader": _nbgrader, "make": _make, "python": _python,
             "dask": _dask, "jupyter": _jupyter, "pip": _pip}  # fmt: skip
    if program not in OTHERS:
        known[program](arguments)


def _course(arguments):
    while arguments[0].startswith("--"):  # an option of `course` itself, and its value
        option, value, *arguments = arguments
        [known] = [param for param in main.params if option in param.opts]
        assert known.type.convert(value, known, None) == value
    command = main.commands[arguments[0]]
    context = command.make_context(arguments[0], list(arguments[1:]), resilient_parsing=False)
    assert context.params is not None


def _nbgrader(arguments):
    verb, *rest = arguments
    assert verb in NBGRADER.subcommands
    app = NBGRADER.subcommands[verb][0]
    if isinstance(app, str):
        module, name = app.rsplit(".", 1)
        app = getattr(importlib.import_module(module), name)
    made = app()
    for option in (word for word in rest if word.startswith("--")):
        name = option.removeprefix("--").partition("=")[0]
        if "." in name:
            _setting(*name.split("."))
        else:
            assert name in made.aliases or name in made.flags, option


def _make(arguments):
    makefile = (ROOT / "Makefile").read_text("utf-8")
    for target in arguments:
        assert re.search(rf"^{target}:", makefile, re.M), target


def _python(arguments):
    flag, module, *rest = arguments
    assert flag == "-m" and importlib.util.find_spec(module) is not None
    command: click.Command = importlib.import_module(module).main
    command.make_context(module, rest)


def _dask(arguments):
    verbs = {point.name: point for point in entry_points(group="dask_cli")}
    options = {name for param in verbs[arguments[0]].load().params for name in param.opts}
    assert {word for word in arguments if word.startswith("--")} <= options


def _jupyter(arguments):
    """What is to be switched off is there, under that name, in the nbgrader that is installed."""
    assert "disable" in arguments
    *_, name = arguments
    if not name.startswith("@"):
        assert importlib.util.find_spec(name) is not None
        return
    lab = Path(sys.prefix, "share", "jupyter", "labextensions", name.partition(":")[0])
    assert any(f'"{name}"' in file.read_text("utf-8") for file in lab.glob("static/*.js")), name


def _pip(arguments):
    """Of packages that this course needs, only those that it requires or whose Hub it is."""
    known = {"jupyterhub", "nbgrader", "."}
    for each in (word for word in arguments[1:] if word != "-r"):
        assert each in known or (ROOT / each).is_file(), each


def _setting(owner: str, trait: str) -> None:
    classes = {each.__name__: each for each in NBGRADER.all_configurable_classes()}
    classes |= {"Execute": ExecuteToTheEnd, "Exchange": Exchange}  # as they are used
    assert trait in classes[owner].class_trait_names(), f"{owner}.{trait}"


SETTINGS = re.findall(r"\bc\.(\w+)\.(\w+)", GUIDE.read_text("utf-8"))


@pytest.mark.parametrize(("owner", "trait"), sorted(set(SETTINGS)))
def test_a_setting_exists(owner, trait):
    _setting(owner, trait)


def test_options_in_sentences_exist():
    """`--workers` and the like, outside of commands, are the options of `course grade`."""
    known = {name for param in main.commands["grade"].params for name in param.opts}
    known |= {"--course", "--update", "--measure"}  # nbgrader's and the model's, in their sections
    for option in re.findall(r"`(--[\w-]+)", GUIDE.read_text("utf-8")):
        assert option in known, option


def test_links_lead_somewhere():
    text = GUIDE.read_text("utf-8")
    titles = {
        re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-")
        for title in re.findall(r"^#+ (.+)$", text, re.M)
    }
    for target in re.findall(r"\]\(([^)]+)\)", text):
        if target.startswith("#"):
            assert target[1:] in titles, target
        elif not target.startswith("http"):
            assert (GUIDE.parent / target).exists(), target
    for path in re.findall(r"`((?:tests|course_lib)/[\w/.]+)`", text):
        assert (ROOT / path).exists(), path


def test_the_variable_is_read():
    assert "COURSE_DB_URL" in GUIDE.read_text("utf-8")
    assert 'os.environ.get("COURSE_DB_URL")' in (ROOT / "nbgrader_config.py").read_text("utf-8")
