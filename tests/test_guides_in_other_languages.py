"""A guide in another language is the English one, whole: sections, commands, names, links, tables.

`test_guide.py` holds the English guide to the code, and `test_scale.py` and `test_attacks.py` hold
its figures; what stands in a translated one and not in the English one would be held by nothing.
"""

import re
from pathlib import Path

import pytest

from course_lib.i18n import LANGUAGES

ROOT = Path(__file__).parents[1]
GUIDES = ("README", "docs/grading", "docs/grading-security", "docs/translating")
EDITIONS = [
    path
    for guide in GUIDES
    for language in LANGUAGES
    if (path := ROOT / f"{guide}.{language}.md").exists()
]
# What a section is made of, as Markdown writes it; a block of code is one of them.
THINGS = {
    "block": r"<block>",
    "item": r"^ *[*-] ",
    "step": r"^ *\d+\. ",
    "row": r"^\|",
    "paragraph": r"(?<=\n\n)(?!\d+\. )[^ *|<#-]",
}
ITSELF = "tests/test_guides_in_other_languages.py"  # an edition may say what holds it
named = pytest.mark.parametrize("edition", EDITIONS, ids=lambda path: path.name)


def english_of(edition: Path) -> Path:
    return edition.with_name(edition.name.partition(".")[0] + ".md")


def commands(guide: Path) -> set[str]:
    """The lines of its blocks of code, without comments and without naming a language."""
    blocks = re.findall(r"^ *```\w+\n(.*?)^ *```", guide.read_text("utf-8"), re.M | re.S)
    lines = (line.partition("#")[0].strip() for block in blocks for line in block.splitlines())
    languages = "|".join(LANGUAGES)
    return {re.sub(rf"(?<=[/=])({languages})\b", "LANGUAGE", line) for line in lines if line}


def without_blocks(guide: Path) -> str:
    return re.sub(r"^ *```.*?^ *```", "", guide.read_text("utf-8"), flags=re.M | re.S)


def numbers(text: str) -> list[str]:
    """In any order, and without what a language writes between their digits."""
    text = re.sub(r"`[^`]*`", "", text)
    return sorted(re.sub(r"\D", "", each) for each in re.findall(r"\d+(?:[., ]\d+)*", text))


def rows(guide: Path) -> list[list]:
    """Of every row of its tables: the code in it, and the numbers of each cell."""
    lines = re.findall(r"^\|.*\|$", without_blocks(guide), re.M)
    return [
        [sorted(re.findall(r"`[^`]+`", line)), *map(numbers, re.split(r"(?<!\\)\|", line))]
        for line in lines
    ]


def outline(guide: Path) -> list[tuple]:
    """Of every section: its depth, its numbers, and how much of each thing it has."""
    text = re.sub(r"^ *```.*?^ *```", "<block>", guide.read_text("utf-8"), flags=re.M | re.S)
    found = []
    for section in re.split(r"^(?=#+ )", text, flags=re.M):
        depth = len(re.match("#*", section)[0])
        counts = {name: len(re.findall(thing, section, re.M)) for name, thing in THINGS.items()}
        found.append((depth, numbers(re.sub(r"\]\([^)]*\)", "]", section)), counts))
    return found


def links(guide: Path) -> list[str]:
    return re.findall(r"\]\(([^)]+)\)", guide.read_text("utf-8"))


def test_every_guide_is_there_in_every_language():
    others = [language for language in LANGUAGES if language != "en"]
    assert len(others) >= 2
    assert len(EDITIONS) == len(GUIDES) * len(others)


@named
def test_commands_are_those_of_the_english_guide(edition):
    here, there = commands(edition), commands(english_of(edition))
    # What a line makes is prose.
    assert {re.sub(r" ->.*", " ->", line) for line in here} == {
        re.sub(r" ->.*", " ->", line) for line in there
    }


@named
def test_no_section_item_or_row_is_missing(edition):
    assert outline(edition) == outline(english_of(edition))


@named
def test_tables_have_the_names_and_numbers_of_the_english_guide(edition):
    assert rows(edition) == rows(english_of(edition))


@named
def test_names_in_sentences_are_those_of_the_english_guide(edition):
    def names(guide):
        return {
            re.sub(r"\s+", " ", each) for each in re.findall(r"`([^`]+)`", without_blocks(guide))
        }

    assert names(edition) - {ITSELF} == names(english_of(edition))


@named
def test_links_lead_somewhere_and_both_ways(edition):
    text = edition.read_text("utf-8")
    titles = {
        re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-")
        for title in re.findall(r"^#+ (.+)$", text, re.M)
    }
    targets = links(edition)
    for target in targets:
        if target.startswith("#"):
            assert target[1:] in titles, target
        else:
            assert (edition.parent / target).exists(), target
    assert english_of(edition).name in targets
    assert f"]({edition.name})" in english_of(edition).read_text("utf-8")


@named
def test_links_are_those_of_the_english_guide_and_stay_in_the_language(edition):
    language = edition.suffixes[0]

    def places(guide):
        """Files without their language; sections, whose names differ, by their number."""
        files = {re.sub(r"\.\w+\.md$", ".md", link) for link in links(guide) if link[0] != "#"}
        return files, sum(link[0] == "#" for link in links(guide))

    here, there = places(edition), places(english_of(edition))
    assert here == (there[0] | {english_of(edition).name}, there[1])
    for target in set(links(edition)) - {english_of(edition).name}:
        own = (edition.parent / target).with_suffix(f"{language}.md")
        assert not own.exists(), f"{target} has an edition in this language"
