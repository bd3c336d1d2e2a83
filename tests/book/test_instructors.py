"""The instructors' plan of a semester holds the whole course and asks nothing too early."""

import re
from pathlib import Path

import pytest

from course_lib.cli import main
from course_lib.publish.page_text import Page
from course_lib.publish.way import BY_LABEL, CHAPTERS

ROOT = Path(__file__).parents[2]
PAGE = Page.read(ROOT / "book" / "instructors.md", ROOT / "book")
WEEKS = 14


def plan(page: Page) -> list[tuple[list[str], list[str], list[str]]]:
    """(chapters, handed out, due) of each week."""
    table = page.section("instructors-plan").partition("{list-table}")[2].partition("\n:::")[0]
    rows = []
    for row in re.split(r"^\* - ", table, flags=re.M)[2:]:
        week, chapters, out, due = re.split(r"^  - ", row, flags=re.M)
        assert int(week) == len(rows) + 1
        rows.append(
            (
                re.findall(r"\{ref\}`(\w+)`", chapters),
                re.findall(r"`(ps\w+)`", out),
                re.findall(r"`(ps\w+)`", due),
            )
        )
    return rows


def week_of(rows, column: int) -> dict[str, int]:
    """When each chapter is read, or each exercise handed out or due; each once."""
    pairs = [(name, week) for week, row in enumerate(rows, 1) for name in row[column]]
    assert len(dict(pairs)) == len(pairs), "something stands there twice"
    return dict(pairs)


def test_a_semester_holds_every_chapter_and_every_exercise_once():
    rows = plan(PAGE)
    assert len(rows) == WEEKS
    exercises = {chapter.exercise for chapter in CHAPTERS if chapter.exercise}
    assert set(week_of(rows, 0)) == set(BY_LABEL)
    assert set(week_of(rows, 1)) == set(week_of(rows, 2)) == exercises


def test_nothing_comes_before_what_it_needs():
    rows = plan(PAGE)
    read, out, due = (week_of(rows, column) for column in range(3))
    order = [name for row in rows for name in row[0]]
    for chapter in CHAPTERS:
        for needed in chapter.needs:
            assert order.index(needed) < order.index(chapter.label), chapter.label
        if chapter.exercise:
            assert out[chapter.exercise] == read[chapter.label], chapter.exercise
    times = {name: due[name] - out[name] for name in out}
    assert times.pop("ps7_debug") == 1
    assert set(times.values()) == {2}


def titled(title: str) -> str:
    """The label of the chapter whose heading is this title, or begins with it and a colon."""
    found = [
        chapter.label
        for chapter in CHAPTERS
        if re.search(rf"^# {title}(:|$)", (ROOT / "book" / f"{chapter.page}.md").read_text(), re.M)
    ]
    assert len(found) == 1, title
    return found[0]


def test_a_notebook_is_due_when_the_chapters_that_it_asks_for_are_read():
    rows = plan(PAGE)
    read, _, due = (week_of(rows, column) for column in range(3))
    for exercise, week in due.items():
        notebook = (ROOT / "solutions" / exercise / f"{exercise}.md").read_text()
        titles = re.findall(r"\*([^*]+)\*", re.search(r"\*\*Read first\*\*:(.*)", notebook)[1])
        assert titles, exercise
        assert [title for title in titles if read[titled(title)] > week] == [], exercise


def test_half_a_semester_leaves_out_nothing_that_it_needs():
    [text] = re.findall(r"^Half a semester\?.*", PAGE.section("instructors-plan"), re.M)
    labels = re.findall(r"\{ref\}`(\w+)`", text)
    assert len(labels) == 9 and "Take nine chapters" in text
    for at, label in enumerate(labels):
        assert set(BY_LABEL[label].needs) <= set(labels[:at]), label


def test_what_the_text_says_of_the_plan_is_so():
    rows = plan(PAGE)
    text = " ".join(PAGE.section("instructors-plan").split())
    assert "In three weeks there are two of them." in text
    assert [len(row[0]) for row in rows].count(2) == 3
    assert max(len(row[0]) for row in rows) == 2


COMMANDS = re.findall(r"`(course [^`\n]+)`|^(course [^#\n]+)", PAGE.text, re.M)


@pytest.mark.parametrize("line", sorted({(quoted or shown).strip() for quoted, shown in COMMANDS}))
def test_a_command_that_the_page_names_exists(line):
    _, verb, *words = line.split()
    main.commands[verb].make_context(verb, words)


def test_commands_were_found():
    assert len(COMMANDS) >= 8


def test_the_files_that_the_page_names_exist():
    named = re.findall(r"`(docs/[\w.-]+)`", PAGE.text)
    assert len(named) >= 2
    assert all((ROOT / name).is_file() for name in named)
