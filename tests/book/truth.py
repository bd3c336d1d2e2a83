"""What every chapter promises, as checks of its text: each gives the places where it is not kept.

A check reads one page (and what it is held against) and returns sentences, none if all is well.
Nothing is run here: that every cell runs is the build's affair.
"""

import ast
import re
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from course_lib.publish.page_text import Cell, Page

ROOT = Path(__file__).parents[2]
SPINE = ("question", "maths", "scratch", "prove", "explore", "break", "quiz", "exercise", "summary")


# -- the spine ------------------------------------------------------------------------------------


def spine(page: Page) -> list[str]:
    """The nine parts of a chapter, each with its label, in this order."""
    wanted = [page.label, *(f"{page.label}-{part}" for part in SPINE)]
    found = [label for label in page.labels if label in wanted]
    missing = [f"there is no ({label})=" for label in wanted if label not in found]
    return missing or ([] if found == wanted else [f"out of order: {', '.join(found)}"])


def questions(page: Page) -> list[str]:
    """Three to five quizzes, each with one right answer, and every answer explained."""
    problems = []
    if not 3 <= len(page.quizzes) <= 5:
        problems.append(f"{len(page.quizzes)} quizzes, not three to five")
    for quiz in page.quizzes:
        right = sum(answer.right for answer in quiz.answers)
        if right != 1 or len(quiz.answers) < 2:
            problems.append(f"{right} right answers of {len(quiz.answers)}: {quiz.question}")
        problems += [f"not explained: {a.text}" for a in quiz.answers if not a.explanation]
    return problems


def exercise(page: Page) -> list[str]:
    """The exercise part leads to a notebook that there is, or says that there is none."""
    section = page.section(f"{page.label}-exercise")
    links = re.findall(r"^```\{exercise-link\} (\w+)", section, re.M)
    gone = [name for name in links if not (ROOT / "solutions" / name).is_dir()]
    if gone:
        return [f"there is no exercise {name}" for name in gone]
    if not links and not re.search(r"no (?:exercise|notebook) of its own", section):
        return ["no link to an exercise, and no reason why not"]
    return []


# -- code cells -----------------------------------------------------------------------------------

_DRAWS = {
    f"plt.{name}"
    for name in (
        "subplots",
        "subplot_mosaic",
        "figure",
        "plot",
        "imshow",
        "matshow",
        "bar",
        "scatter",
    )
}


def _tree(cell: Cell) -> ast.Module:
    return _parsed(cell.code)


@cache
def _parsed(code: str) -> ast.Module:
    return ast.parse(re.sub(r"^[%!].*$", "pass", code, flags=re.M))


def _runs(tree: ast.Module) -> Iterable[ast.AST]:
    """What runs when the cell does: all but the bodies of functions."""
    todo: list[ast.AST] = list(tree.body)
    while todo:
        node = todo.pop()
        yield node
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            todo += ast.iter_child_nodes(node)


def _pictures(nodes: Iterable[ast.AST], drawers: set[str]) -> bool:
    """Whether a picture is made: by pyplot, or by a function of the page that does so."""
    for node in nodes:
        if isinstance(node, ast.Call):
            made = node.func
            if isinstance(made, ast.Name) and made.id in drawers:
                return True
            if ast.unparse(made) in _DRAWS:
                return True
    return False


def alt_texts(page: Page) -> list[str]:
    """A cell that draws has a text for those who do not see the picture."""
    problems, drawers = [], set()
    for cell in page.cells:
        tree = _tree(cell)
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef) and _pictures(ast.walk(node), drawers):
                drawers.add(node.name)
        shown = not {"remove-cell", "remove-output"} & set(cell.tags)
        if shown and _pictures(_runs(tree), drawers) and len(cell.alt.split()) < 5:
            problems.append(f"a picture without alt text: {_first_line(cell)}")
    return problems


def asserted(page: Page) -> list[str]:
    """A printed difference is asserted too, in its cell or one of the next two."""
    problems = []
    for at, cell in enumerate(page.cells):
        if _prints_a_difference(_tree(cell)):
            near = page.cells[at : at + 3]
            if not any(isinstance(n, ast.Assert) for c in near for n in ast.walk(_tree(c))):
                problems.append(f"a difference that nothing asserts: {_first_line(cell)}")
    return problems


def _prints_a_difference(tree: ast.Module) -> bool:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "print":
            said = ast.unparse(node)
            if "difference" in said or re.search(r":[<>^]?\d*\.\d+e\}", said):
                return True
    return False


def _first_line(cell: Cell) -> str:
    lines = [line for line in cell.code.splitlines() if line.strip()]
    return " / ".join(lines[:2])


# -- imports --------------------------------------------------------------------------------------


def imports(page: Page) -> list[str]:
    """Only torch, numpy, matplotlib, the standard library and public names of course_lib."""
    problems = []
    for cell in page.cells:
        for node in ast.walk(_tree(cell)):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    problems += _module(alias.name)
            elif isinstance(node, ast.ImportFrom):
                problems += _module(node.module or ".")
                if (node.module or "").split(".")[0] == "course_lib":
                    problems += [
                        f"{node.module}.{alias.name} is not public"
                        for alias in node.names
                        if not _is_public(node.module, alias.name)
                    ]
    return problems


def _module(name: str) -> list[str]:
    first = name.split(".")[0]
    if first in {"torch", "numpy", "matplotlib", "course_lib"} | sys.stdlib_module_names:
        private = any(part.startswith("_") for part in name.split(".") if part != "__future__")
        return [f"{name} is private"] if private and first == "course_lib" else []
    return [f"{name} is imported"]


@cache
def _is_public(module: str, name: str) -> bool:
    """In ``__all__`` where the module has one, a public name or a module of it otherwise."""
    path = ROOT.joinpath(*module.split("."))
    if (path / f"{name}.py").is_file() or (path / name / "__init__.py").is_file():
        return not name.startswith("_")
    file = path.with_suffix(".py")
    file = file if file.is_file() else path / "__init__.py"
    if not file.is_file() or name.startswith("_"):
        return False
    tree = ast.parse(file.read_text(encoding="utf-8"))
    names: set[str] = set()
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.ImportFrom | ast.Import):
            names |= {alias.asname or alias.name for alias in node.names}
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            for target in targets:
                if ast.unparse(target) == "__all__":
                    return name in ast.literal_eval(node.value)
                names |= {n.id for n in ast.walk(target) if isinstance(n, ast.Name)}
    return name in names


# -- symbols and terms ----------------------------------------------------------------------------

_BOLD = re.compile(r"\\(?:mathbf|boldsymbol)\s*\{([^{}]*)\}")
_SYMBOL = re.compile(r"\\(?:mathbf|boldsymbol)\s*\{([^{}]*)\}((?:[_^](?:\{[^{}]*\}|\\?\w+))*)")
_WORDS = re.compile(r"\\(?:text|mathrm|operatorname|texttt|textsf|begin|end|color)\s*\{[^{}]*\}")
_OTHER = re.compile(r"\\(?:mathcal|mathbb)\s*\{[^{}]*\}")
_COMMAND = re.compile(r"\\[A-Za-z]+")


def bold(tex: str) -> set[str]:
    """The letters that stand in bold in a formula, such as W, h, \\delta."""
    return {letter.strip() for letter in _BOLD.findall(tex)}


def sizes(tex: str) -> set[tuple[str, bool]]:
    """The thin capital letters of a formula, such as B, T, H, and whether each has an index."""
    for pattern in (_BOLD, _WORDS, _OTHER, _COMMAND):
        tex = pattern.sub(" ", tex)
    return {(letter, bool(index)) for letter, index in re.findall(r"([A-Z])\s*(_?)", tex)}


def symbols(tex: str) -> set[str]:
    """The bold symbols of a formula, weights by their index: W_hr and b_ih, but h for h_{t-1}."""
    found = set()
    for letter, scripts in _SYMBOL.findall(tex):
        names = re.findall(r"(?<![\\\w])[a-z]{2}(?!\w)", scripts)
        found.add("_".join([letter, *names]))
    return found


def first_column(page: Page) -> list[str]:
    """The first cell of each row of the page's tables, without the heads."""
    cells = []
    for table in re.split(r"^:::\{list-table\}", page.text, flags=re.M)[1:]:
        rows = re.split(r"^\* - ", table.partition("\n:::")[0], flags=re.M)[1:]
        cells += [re.split(r"^  - ", row, flags=re.M)[0] for row in rows[1:]]
    return cells


@dataclass(frozen=True)
class Known:
    """What the notation page's tables explain, in their first column."""

    letters: frozenset[str]  # bold ones
    sizes: frozenset[str]
    symbols: frozenset[str]  # bold ones with their indices


def known_of(page: Page) -> Known:
    """What the tables of a page explain."""
    formulas = [f.tex for row in first_column(page) for f in Page("row", row).formulas]
    return Known(
        frozenset().union(*map(bold, formulas)),
        frozenset(letter for tex in formulas for letter, _ in sizes(tex)),
        frozenset().union(*map(symbols, formulas)),
    )


@cache
def notation() -> Known:
    """What the book's notation page explains."""
    return known_of(Page.read(ROOT / "book" / "notation.md", ROOT / "book"))


def explained(page: Page, known: Known | None = None) -> list[str]:
    """Every bold letter and every size of the page stands in the notation page's tables."""
    known = known or notation()
    problems = {}
    for formula in page.formulas:
        for letter in bold(formula.tex) - known.letters:
            problems.setdefault(f"the notation page lacks bold {letter}", formula.tex)
        for letter, index in sizes(formula.tex):  # h_2 is one number of bold h
            if letter not in (known.sizes | known.letters if index else known.sizes):
                problems.setdefault(f"the notation page lacks {letter}", formula.tex)
    return [f"{said}, as in ${tex}$" for said, tex in problems.items()]


def introduced(page: Page, known: Known | None = None) -> list[str]:
    """A displayed equation uses no bold symbol that neither a sentence or table of the page before
    it nor the notation page has shown. Weights count by their index: W_hr is not W_hi."""
    said = set((known or notation()).symbols)
    problems = []
    for formula in page.formulas:
        for symbol in sorted(symbols(formula.tex) - said if formula.display else ()):
            problems.append(f"{symbol} comes out of nowhere in $${formula.tex}$$")
        said |= symbols(formula.tex)
    return problems


@cache
def glossary() -> frozenset[str]:
    """The terms that the glossary's page defines: those that ``{term}`` can link to."""
    text = (ROOT / "book" / "glossary.md").read_text(encoding="utf-8")
    return frozenset(re.findall(r"^(\S.*)\n  \S", text.partition("{glossary}")[2], re.M))


def terms(page: Page, known=None) -> list[str]:
    """``{term}`` names entries of the glossary only."""
    lacking = [term for term in page.terms if term not in (known or glossary())]
    return [f"the glossary has no {term}" for term in dict.fromkeys(lacking)]


CHECKS = (
    spine,
    questions,
    exercise,
    alt_texts,
    asserted,
    imports,
    explained,
    introduced,
    terms,
)
