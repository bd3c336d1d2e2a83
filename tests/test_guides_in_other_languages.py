"""A guide in another language says what the English one says: commands, names, links, sections.

`test_guide.py` holds the English guide to the code; what stands in a translated one and not in the
English one would be held by nothing.
"""

import re
from pathlib import Path

import pytest

from course_lib.i18n import LANGUAGES

ROOT = Path(__file__).parents[1]
ENGLISH = {"README": ROOT / "README.md", "grading": ROOT / "docs" / "grading.md"}
EDITIONS = [
    path
    for english in ENGLISH.values()
    for language in LANGUAGES
    if (path := english.with_suffix(f".{language}.md")).exists()
]
named = pytest.mark.parametrize("edition", EDITIONS, ids=lambda path: path.name)


def english_of(edition: Path) -> Path:
    return ENGLISH[edition.name.partition(".")[0]]


def commands(guide: Path) -> set[str]:
    """The lines of its blocks of code, without comments and without naming a language."""
    blocks = re.findall(r"^ *```\w+\n(.*?)^ *```", guide.read_text("utf-8"), re.M | re.S)
    lines = (line.partition("#")[0].strip() for block in blocks for line in block.splitlines())
    languages = "|".join(LANGUAGES)
    return {re.sub(rf"(?<=[/=])({languages})\b", "LANGUAGE", line) for line in lines if line}


def without_blocks(guide: Path) -> str:
    return re.sub(r"^ *```.*?^ *```", "", guide.read_text("utf-8"), flags=re.M | re.S)


def test_there_are_editions():
    assert ROOT / "README.zh_CN.md" in EDITIONS and ROOT / "docs/grading.zh_CN.md" in EDITIONS


@named
def test_commands_are_those_of_the_english_guide(edition):
    here, there = commands(edition), commands(english_of(edition))
    changed = {re.sub(r" ->.*", " ->", line) for line in here}  # what a line makes is prose
    assert changed <= {re.sub(r" ->.*", " ->", line) for line in there}


@named
def test_the_whole_readme_is_there(edition):
    if english_of(edition) == ENGLISH["README"]:
        assert commands(ENGLISH["README"]) <= commands(edition)
        sections = [len(re.findall(r"^## ", each.read_text("utf-8"), re.M))
                    for each in (edition, ENGLISH["README"])]  # fmt: skip
        assert sections[0] == sections[1]


@named
def test_names_in_sentences_are_those_of_the_english_guide(edition):
    def names(guide):
        return {
            re.sub(r"\s+", " ", each) for each in re.findall(r"`([^`]+)`", without_blocks(guide))
        }

    assert names(edition) <= names(english_of(edition))


@named
def test_links_lead_somewhere_and_both_ways(edition):
    text = edition.read_text("utf-8")
    titles = {
        re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-")
        for title in re.findall(r"^#+ (.+)$", text, re.M)
    }
    targets = re.findall(r"\]\(([^)]+)\)", text)
    for target in targets:
        if target.startswith("#"):
            assert target[1:] in titles, target
        else:
            assert (edition.parent / target).exists(), target
    assert english_of(edition).name in targets
    assert f"]({edition.name})" in english_of(edition).read_text("utf-8")
