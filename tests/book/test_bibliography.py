"""The bibliography names every work that a chapter recommends, whole, and which chapters do."""

from pathlib import Path

import pytest

from course_lib.publish.page_text import Page
from course_lib.publish.way import CHAPTERS

from .works import NotAWork, further_reading, listed_works, missing_from, read_work

BOOK = Path(__file__).parents[2] / "book"
WRITTEN = [chapter for chapter in CHAPTERS if (BOOK / f"{chapter.page}.md").is_file()]


def page(name: str) -> Page:
    return Page.read(BOOK / f"{name}.md", BOOK)


@pytest.fixture(scope="module")
def listed():
    return listed_works(page("bibliography").text)


@pytest.mark.parametrize("chapter", WRITTEN, ids=lambda chapter: chapter.label)
def test_every_work_that_a_chapter_recommends_is_in_the_bibliography(chapter, listed):
    works = further_reading(page(chapter.page))
    assert len(works) >= 3, "a chapter ends with further reading"
    assert missing_from(listed, works, chapter.label) == []


def test_the_works_of_the_notation_page_are_in_the_bibliography(listed):
    works = listed_works(page("notation").section("notation-sources"))
    assert len(works) >= 3
    assert missing_from(listed, works, "notation") == []


def test_every_entry_is_whole_and_stands_once(listed):
    assert len(listed) == len({work.key for work in listed}) >= 40
    for work in listed:
        assert work.authors and not work.more, f"{work.title}: name all the authors"
        assert all(len(author.split()) > 1 for author in work.authors), work.authors
        assert not any(part.endswith(".") for part in [a.split()[0] for a in work.authors])
        assert work.venue, f"{work.title}: say where it appeared"


def test_an_entry_leads_only_to_pages_that_name_the_work(listed):
    named = {c.label: {work.key for work in further_reading(page(c.page))} for c in WRITTEN}
    sources = listed_works(page("notation").section("notation-sources"))
    named["notation"] = {work.key for work in sources}
    for work in listed:
        assert work.used_in, f"{work.title}: which chapter names it?"
        for label in work.used_in:
            assert work.key in named[label], f"{work.title} is not named in {label}"


def test_entries_are_ordered_by_the_first_authors_last_name(listed):
    names = [work.last_names[0].replace("ş", "s") for work in listed]
    assert names == sorted(names, key=str.lower)


KNOWN = "- Ann Lee, Bo Ek (2001). *On Gates*. A Journal 1, pages 2–3. → {ref}`LSTM <lstm>`\n"


@pytest.mark.parametrize(
    "entry",
    [
        "Ann Lee, Bo Ek (2001). *On gates*. A Journal 1, pages 2–3. Short.",
        "A. Lee and B. Ek (2001), *On gates*.",
        "A. Lee and B. Ek (2001).\n  *On Gates*.\n  A Journal 1.",
        "Ann Lee and others (2001). *On gates*. A Journal.",
    ],
)
def test_each_way_in_which_chapters_write_a_work_is_read_as_the_same_work(entry):
    assert missing_from(listed_works(KNOWN), [read_work(entry)], "lstm") == []


@pytest.mark.parametrize(
    ("entry", "label", "said"),
    [
        ("Ann Lee, Bo Ek (2002). *On Gates*.", "lstm", "no entry"),
        ("Ann Lee, Bo Ek (2001). *On Doors*.", "lstm", "no entry"),
        ("Ann Lee, Bo Eck (2001). *On Gates*.", "lstm", "has the authors"),
        ("Ann Lee (2001). *On Gates*.", "lstm", "has the authors"),
        ("Bo Ek and others (2001). *On Gates*.", "lstm", "has the authors"),
        ("Ann Lee, Bo Ek (2001). *On Gates*.", "gru", "does not link to gru"),
    ],
)
def test_a_work_that_differs_from_its_entry_is_found(entry, label, said):
    (problem,) = missing_from(listed_works(KNOWN), [read_work(entry)], label)
    assert said in problem


@pytest.mark.parametrize("entry", ["Ann Lee 2001, On Gates.", "Ann Lee (2001), On Gates."])
def test_an_entry_that_cannot_be_read_is_no_silence(entry):
    with pytest.raises(NotAWork):
        further_reading(Page("x/y", f"(y-summary)=\n## Summary\n\nFurther reading:\n\n- {entry}\n"))
