"""Statement, messages and releases of every assignment: nothing is given away, all is there."""

import ast
import re
from collections import Counter

import nbformat
import pytest
from nbgrader.utils import compute_checksum, is_locked

from course_lib.grading import check, start
from course_lib.grading.release import answer_lines, read_source, release_path
from course_lib.grading.source import source_blocks
from course_lib.grading.words import CHAPTERS, SECTIONS
from course_lib.i18n import LANGUAGES, LOCALES, set_language
from tests.grading.solution import ROOT, answer_cells, notebook

LARGE = 14  # nodes of a syntax tree that are no coincidence
OTHERS = [language for language in LANGUAGES if language != "en"]


def messages(assignment) -> dict:
    """Every message of an assignment by its id."""
    found = {}
    for item in assignment.items:
        for known in (*item.faults, *item.conventions):
            found[known.message.id] = known.message
    return found


def test_the_core_is_worth_100_and_points_are_those_of_the_notebook(assignment):
    assert assignment.points == 100
    points = {
        cell.metadata.nbgrader.grade_id: cell.metadata.nbgrader.points
        for cell in notebook(assignment.id).cells
        if any(cell.metadata.get("nbgrader", {}).get(kind) for kind in ("grade", "task"))
    }
    items = {f"check_{item.id}": item.points for item in assignment.items}
    assert points == items | {question.id: question.points for question in assignment.written}


def test_every_message_says_what_why_and_where_and_no_two_say_the_same(assignment):
    said = {}
    for message in messages(assignment).values():
        chapter, _dash, section = message.look.partition("-")
        assert chapter in CHAPTERS and (not section or section in SECTIONS), message.id
        assert message.what.endswith((".", "?")) and message.why.endswith((".", "?")), message.id
        said.setdefault(message.what.format(**message.params), set()).add(message.id)
    assert {what: ids for what, ids in said.items() if len(ids) > 1} == {}


def test_every_convention_that_feedback_points_to_stands_in_the_statement(assignment):
    text = "\n".join(c.source for c in notebook(assignment.id).cells if c.cell_type == "markdown")
    there = [int(number) for number in re.findall(r"\*\*Convention (\d+)", text)]
    assert there == list(range(1, len(there) + 1)) and there
    pointed = {message.sentence for message in messages(assignment).values()}
    pointed |= {item.sentence for item in assignment.items}
    assert pointed - {None} <= set(there)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_statement_has_the_same_conventions_in_every_language(assignment, language):
    english, other = (
        [c.source for c in released(assignment.id, each).cells if c.cell_type == "markdown"]
        for each in ("en", language)
    )
    for a, b in zip(english, other, strict=True):
        numbers = re.findall(r"\*\*Convention (\d+)", a)
        assert re.findall(r"^\*\*[^\d*]{2,20} ?(\d+)\s?[:：]", b, re.M) == numbers or not numbers


def released(assignment: str, language: str):
    return nbformat.read(release_path(ROOT, assignment, language), as_version=4)


class _Shape(ast.NodeTransformer):
    """Code without its names and without what its strings say."""

    def visit_Name(self, node):
        return ast.Name("name", node.ctx)

    def visit_arg(self, node):
        return ast.arg("name")

    def visit_keyword(self, node):
        self.generic_visit(node)
        return node

    def visit_Constant(self, node):
        return ast.Constant("text" if isinstance(node.value, str) else node.value)


def shapes(source: str) -> Counter:
    """The larger pieces of code, by their shape."""
    tree = _Shape().visit(ast.parse(source))
    found = Counter()
    for node in ast.walk(tree):
        large = isinstance(node, ast.stmt | ast.expr) and sum(1 for _n in ast.walk(node)) >= LARGE
        if large and not isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Tuple):
            found[ast.dump(node)] += 1
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_locked_cell_of_a_release_is_called_changed(assignment, language):
    """*Validate* names cells that a student has changed, before it says which checks fail."""
    cells = nbformat.read(release_path(ROOT, assignment.id, language), 4).cells
    locked = [cell for cell in cells if is_locked(cell)]
    assert len(locked) >= len(assignment.items) + len(assignment.written)
    wrong = [c.id for c in locked if c.metadata.nbgrader.checksum != compute_checksum(c)]
    assert wrong == []


def test_no_code_in_a_release_is_like_that_of_an_answer(assignment):
    """By the shape of the syntax tree, whatever the names are; and by the lines of the text."""
    stubs, answers = Counter(), Counter()
    for cell in released(assignment.id, "en").cells:
        given = "given" in cell.metadata.get("tags", [])  # code that is to be mended
        if cell.cell_type == "code" and not given:
            stubs += shapes(cell.source)
    own = [
        re.sub(r"^ *### BEGIN SOLUTION\n.*?^ *### END SOLUTION$", "", s, flags=re.M | re.S)
        for s in answer_cells(assignment.id).values()
    ]
    for source in answer_cells(assignment.id).values():
        answers += shapes(source)
    given = Counter()
    for source in own:
        given += _shapes_of_stub(source)
    assert sum(answers.values()) > 5
    alike = set(stubs) & (set(answers) - set(given))
    assert not alike, alike


def _shapes_of_stub(source: str) -> Counter:
    try:
        return shapes(source)
    except (SyntaxError, IndentationError):  # a function without its body
        return shapes(re.sub(r"^( *)(def .*?:)$", r"\1\2\n\1    pass", source, flags=re.M | re.S))


def test_no_message_holds_a_piece_of_an_answer(assignment):
    lines = {line.split("#")[0] for line in answer_lines(read_source(ROOT, assignment.id))}
    pieces = {part.strip() for line in lines for part in re.split(r"\breturn\b|[^=]=[^=]", line)}
    pieces = {re.sub(r"\s", "", piece) for piece in pieces}
    pieces = {piece for piece in pieces if len(piece) >= 10 and re.search(r"[(\[@*+]", piece)}
    assert pieces
    for message in messages(assignment).values():
        text = re.sub(r"\s", "", message.what + message.why)
        assert not [piece for piece in pieces if piece in text], message.id


@pytest.mark.parametrize("language", OTHERS)
def test_every_message_and_block_is_translated(assignment, language):
    import polib

    def there(catalog):
        path = LOCALES / language / f"{catalog}.po"
        entries = polib.pofile(str(path)) if path.exists() else []
        return {e.msgid for e in entries if e.msgstr and not e.obsolete and not e.fuzzy}

    said = {part for m in messages(assignment).values() for part in (m.what, m.why, m.beside)}
    said |= {assignment.title} | {one.title for one in (*assignment.items, *assignment.written)}
    said |= {aspect.title for item in assignment.items for aspect in item.aspects}
    said |= {probe.fact for item in assignment.items for probe in item.probes}
    assert sorted(said - there("messages") - {""}) == []
    blocks = {block.text for block in source_blocks(ROOT, assignment.id)}
    assert sorted(blocks - there(assignment.id)) == []


@pytest.mark.first_is_quick
@pytest.mark.parametrize("language", OTHERS)
def test_a_fault_is_named_in_every_language_without_a_word_of_english(assignment, item, language):
    fault = item.faults[len(item.faults) // 3]
    start(assignment.id, language=language)
    try:
        finding = check(f"{assignment.id}.{item.id}", item.candidate(fault.switches)).findings[0]
    finally:
        set_language("en")
    assert finding.id == fault.id
    assert not re.search(r"\b(the|is|of|and|your|not|should)\b", finding.text), finding.text
