"""In which language the command line speaks, and the words of click that it has to say for itself.

The language is chosen before anything is printed, from the words of the command and then from the
environment, so that help, errors and summaries agree. English costs nothing at start-up; another
language reads one catalog.
"""

import os
import re
import unicodedata
from collections.abc import Mapping, Sequence

import click

from course_lib.errors import CourseError
from course_lib.i18n import N_, _, get_language, normalise

ASKED = ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")
BY_WORDS = click.formatting.wrap_text  # click's own, which knows no Chinese
MODULES = ("core", "decorators", "exceptions", "formatting", "parser", "types")

# What click says: it asks gettext, which has no catalog of ours.
CLICK = [
    N_("Usage:"),
    N_("Options"),
    N_("Commands"),
    N_("Positional arguments"),
    N_("Show this message and exit."),
    N_("Show the version and exit."),
    N_("default: {default}"),
    N_("required"),
    N_("Error: {message}"),
    N_("Try '{command} {option}' for help."),
    N_("Missing command."),
    N_("Missing argument"),
    N_("Missing option"),
    N_("Invalid value: {message}"),
    N_("Invalid value for {param_hint}: {message}"),
    N_("No such option {name!r}."),
    N_("No such command {name!r}."),
    N_("Option {name!r} does not take a value."),
    N_("{value!r} is not a valid {number_type}."),
    N_("{value} is not in the range {range}."),
    N_("{value!r} is not {choice}."),
    N_("{value!r} is not one of {choices}."),
    N_("Option {name!r} requires an argument."),
    N_("Did you mean {possibility}?"),
    N_("(Did you mean one of: {possibilities}?)"),
    N_("Got unexpected extra argument ({args})"),
    N_("Got unexpected extra arguments ({args})"),
]


def language_of_environment(environ: Mapping[str, str] = os.environ) -> str:
    """The language that LANGUAGE, LC_ALL, LC_MESSAGES or LANG asks for; English if we lack it."""
    asked = next((environ[name] for name in ASKED if environ.get(name)), "")
    for name in asked.split(":"):
        try:
            return normalise(re.split("[.@]", name)[0])
        except CourseError:
            continue
    return "en"


def language_of(words: Sequence[str], environ: Mapping[str, str] = os.environ) -> str:
    """The language to speak in answer to ``course WORDS``.

    ``--language`` decides where it names one language. What a machine reads is English wherever it
    runs, unless its sentences are asked for in another: ``course --language id ... --json``.
    """
    if "--json" in words:
        words, environ = _before_the_command(words), {}
    named = []
    for at, word in enumerate(words):
        if word in ("--language", "-l"):
            named += words[at + 1 : at + 2]
        elif word.startswith("--language="):
            named.append(word.partition("=")[2])
    try:
        asked = {normalise(name) for name in named}
    except CourseError:  # click says which there are
        asked = set()
    return asked.pop() if len(asked) == 1 else language_of_environment(environ)


def _before_the_command(words: Sequence[str]) -> Sequence[str]:
    """The options of ``course`` itself. What follows is a command's: the pages of a report, say."""
    at = 0
    while at < len(words) and words[at].startswith("-"):
        at += 1 if "=" in words[at] else 2
    return words[:at]


def say_help(command: click.Command) -> None:
    """Put the help of a command, of its options and of those below it into the language spoken."""
    for thing in (command, *command.params):
        if not hasattr(thing, "help"):
            continue
        thing.help_in_english = getattr(thing, "help_in_english", thing.help)
        thing.help = str(_(thing.help_in_english)) if thing.help_in_english else None
    command._help_option = None  # click keeps the one that it made, with its words
    for below in getattr(command, "commands", {}).values():
        say_help(below)


def teach_click() -> None:
    """Let click ask us for its words, and break lines by what a sign is wide."""
    for name in MODULES:
        module = getattr(click, name)
        module._ = _word
        if hasattr(module, "ngettext"):
            module.ngettext = _counted
    click.formatting.wrap_text = _wrap_text


def _word(text: str) -> str:
    return str(_(text))


def _counted(one: str, many: str, number: int) -> str:
    return _word(one if number == 1 else many)


def _wrap_text(text, width=78, initial_indent="", subsequent_indent="", **how) -> str:
    if get_language() != "zh_CN":
        return BY_WORDS(text, width, initial_indent, subsequent_indent, **how)
    paragraphs = re.split(r"\n\s*\n", text) if how.get("preserve_paragraphs") else [text]
    return "\n\n".join(
        _wrap(" ".join(paragraph.split()), width, initial_indent, subsequent_indent)
        for paragraph in paragraphs
    )


def _wrap(text: str, width: int, first: str, later: str) -> str:
    """Chinese may be broken between any two signs, but none begins a line with a full stop."""
    lines, line = [], first
    for piece in re.findall(r"[^\s\u2e80-\uffef]+\s*|[\u2e80-\uffef][，。；：？！）、”]*\s*", text):
        if _cells(line + piece.rstrip()) > width and line.strip():
            lines.append(line.rstrip())
            line = later
        line += piece
    return "\n".join([*lines, line.rstrip()])


def _cells(text: str) -> int:
    """How many columns of a terminal the text takes."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)
