"""How long each chapter is and what is in it, counted in its text: ``course chapters``.

Nothing is run and no number is written down by hand. Reading level is told as the mean length of a
sentence in words, which is what the text alone shows; formulas of reading ease are made for prose
without mathematics and say little about a page where every third sentence holds a formula.
"""

import ast
import re
from dataclasses import asdict, astuple, dataclass
from pathlib import Path

from rich.table import Table

from .page_text import Cell, Page
from .way import CHAPTERS

# How long one stays with a page: an estimate, told beside the table. Exercises are not in it.
WORDS_A_MINUTE = 130
SECONDS_A_LINE = 4
SECONDS_AN_EQUATION = 20
MINUTES_A_QUESTION = 1
MINUTES_A_FIGURE = 3

DOCUMENT = Path("docs") / "chapters.md"
HIDDEN = {"remove-cell", "remove-input", "hide-input"}
HEADS = (
    "chapter",
    "words",
    "minutes",
    "code cells",
    "assertions",
    "quizzes",
    "pictures",
    "figures",
    "words a sentence",
)
SHORT = ("chapter", "words", "min", "cells", "assert", "quiz", "pictures", "figures", "w/s")
PACE = (
    f"Minutes are an estimate: {WORDS_A_MINUTE} words a minute, {SECONDS_A_LINE} seconds for a "
    f"line of code, {SECONDS_AN_EQUATION} for a displayed equation, {MINUTES_A_QUESTION} minute "
    f"for a question and {MINUTES_A_FIGURE} for an interactive figure; the exercise comes on top. "
    "Pictures are drawn by the page's code and stand still; figures are interactive. "
    "Reading level is told as the mean length of a sentence; a formula counts as one word."
)


@dataclass(frozen=True)
class Row:
    """One chapter in numbers, in the order of HEADS."""

    chapter: str
    words: int
    minutes: int
    cells: int
    assertions: int
    quizzes: int
    pictures: int
    figures: int
    sentence: float


def chapters(root: Path) -> list[Row]:
    """The chapters that are written, in the order of the book."""
    book = root / "book"
    files = [(chapter, book / f"{chapter.page}.md") for chapter in CHAPTERS]
    return [count(chapter.name, Page.read(path, book)) for chapter, path in files if path.is_file()]


def count(name: str, page: Page) -> Row:
    """What is in a page."""
    nodes = [node for cell in page.cells for node in ast.walk(_tree(cell))]
    figures = _figures(page)
    equations = sum(formula.display for formula in page.formulas)
    lines = sum(
        bool(line.strip())
        for cell in page.cells
        if not HIDDEN & set(cell.tags)
        for line in cell.code.splitlines()
    )
    minutes = (
        len(page.words) / WORDS_A_MINUTE
        + (lines * SECONDS_A_LINE + equations * SECONDS_AN_EQUATION) / 60
        + len(page.quizzes) * MINUTES_A_QUESTION
        + figures * MINUTES_A_FIGURE
    )
    return Row(
        name,
        len(page.words),
        round(minutes),
        len(page.cells),
        sum(isinstance(node, ast.Assert) for node in nodes),
        len(page.quizzes),
        sum(bool(cell.alt) for cell in page.cells),
        figures,
        round(len(page.words) / max(1, len(page.sentences)), 1),
    )


def _tree(cell: Cell) -> ast.Module:
    """The code, without IPython's own lines."""
    return ast.parse(re.sub(r"^[%!].*$", "pass", cell.code, flags=re.M))


def _figures(page: Page) -> int:
    """How many cells show an interactive figure: they call what comes from course_lib.figures."""
    names: set[str] = set()
    shown = 0
    for cell in page.cells:
        nodes = list(ast.walk(_tree(cell)))
        for node in nodes:
            if isinstance(node, ast.ImportFrom) and node.module == "course_lib.figures":
                names |= {alias.asname or alias.name for alias in node.names}
        calls = {ast.unparse(node.func) for node in nodes if isinstance(node, ast.Call)}
        shown += bool(calls & names) and "remove-cell" not in cell.tags
    return shown


def total(rows: list[Row]) -> Row:
    """All chapters together; their sentences weighted by their words."""
    words = sum(row.words for row in rows)
    sentences = sum(row.words / row.sentence for row in rows if row.sentence)
    sums = [sum(column) for column in list(zip(*map(astuple, rows), strict=True))[1:-1]]
    return Row("all", *sums, round(words / max(1, sentences), 1))


def as_markdown(rows: list[Row]) -> str:
    """The document, whole."""
    lines = [list(HEADS), ["---", *["---:"] * (len(HEADS) - 1)]]
    lines += [[str(value) for value in astuple(row)] for row in [*rows, total(rows)]]
    table = "\n".join(f"| {' | '.join(line)} |" for line in lines)
    return (
        "# The chapters in numbers\n\n"
        "Counted in the pages by `course chapters --write`, which makes this file.\n\n"
        f"{table}\n\n{PACE}\n"
    )


def as_json(rows: list[Row]) -> list[dict]:
    """The rows for a program."""
    return [asdict(row) for row in rows]


def print_chapters(rows: list[Row], console) -> None:
    """The table and how its minutes come about."""
    table = Table(*SHORT, box=None, padding=(0, 1, 0, 0))
    table.columns[0].no_wrap = True
    for column in table.columns[1:]:
        column.justify = "right"
    for row in rows:
        table.add_row(*map(str, astuple(row)))
    table.add_row(*map(str, astuple(total(rows))))
    console.print(table)
    console.print(f"w/s is {HEADS[-1]}. {PACE}", highlight=False)
