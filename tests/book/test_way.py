"""The way through the course: one place says it, and the book and the exercises agree with it."""

import re
from pathlib import Path

import pytest
import yaml
from bs4 import BeautifulSoup

from course_lib.errors import CourseError
from course_lib.publish.way import BY_LABEL, CHAPTERS, WAY, after, behind, opened_by

ROOT = Path(__file__).parents[2]
BOOK = ROOT / "book"


def table_of_contents():
    """[(caption, [pages])] of the parts with chapters."""
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    parts = [(part["caption"], [c["file"] for c in part["chapters"]]) for part in toc["parts"]]
    return [part for part in parts if part[0] not in ("Start here", "At the back")]


def test_the_chapters_of_the_book_are_those_of_the_way_in_the_same_parts_and_order():
    assert len(CHAPTERS) == 16 == len(BY_LABEL)
    in_book = {page for _, pages in table_of_contents() for page in pages}
    on_way = [
        (part.name, [c.document for c in part.chapters if c.document in in_book]) for part in WAY
    ]
    assert [part for part in on_way if part[1]] == table_of_contents()


def test_every_chapter_needs_only_chapters_before_it():
    for at, chapter in enumerate(CHAPTERS):
        before = {other.label for other in CHAPTERS[:at]}
        assert set(chapter.needs) <= before, chapter.label
        assert behind(chapter) <= before
        assert all(chapter.label in other.needs for other in opened_by(chapter))
    assert after(CHAPTERS[0]) is CHAPTERS[1] and after(CHAPTERS[-1]) is None


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda chapter: chapter.label)
def test_a_chapter_that_is_written_has_its_label_and_hands_out_its_exercise(chapter):
    page = ROOT / f"{chapter.document}.md"
    if not page.is_file():
        pytest.skip("this chapter is not written yet")
    text = page.read_text(encoding="utf-8")
    assert text.count(f"({chapter.label})=") == 1
    if chapter.exercise:
        section = text.partition(f"({chapter.label}-exercise)=")[2]
        assert re.search(rf"\{{exercise-link\}} {chapter.exercise}\b", section)


def test_each_exercise_stands_at_one_chapter():
    assert sorted(c.exercise for c in CHAPTERS if c.exercise) == sorted(
        path.name for path in (ROOT / "solutions").iterdir() if path.is_dir()
    )


@pytest.fixture
def course(book):
    """A book with the map and two chapters of the way."""
    toc = yaml.safe_load((book.root / "_toc.yml").read_text(encoding="utf-8"))
    (book.root / "book" / "gates").mkdir()
    toc["parts"][0]["chapters"] = [{"file": "book/gates/lstm"}, {"file": "book/gates/lstmp"}]
    (book.root / "_toc.yml").write_text(yaml.safe_dump(toc), encoding="utf-8")
    (book.root / "book/page.md").unlink()
    for language in ("en", "id"):
        book.notebook(language, "ps4_lstm")
    book.write("welcome", "# Welcome\n\n```{course-map}\n```\n")
    exercise = "(lstm-exercise)=\n## Exercise\n\n```{exercise-link} ps4_lstm\n```\n"
    book.write("gates/lstm", f"(lstm)=\n# LSTM\n\nA memory.\n\n{exercise}")
    book.write("gates/lstmp", "(lstmp)=\n# LSTMP\n\nA projection.\n")
    return book


def soup(book, page, language="en"):
    return BeautifulSoup(book.html(page, language), "html.parser")


@pytest.mark.slow
def test_the_map_leads_to_the_chapters_that_are_there_and_names_the_others(course):
    course.build("en", "id")
    for language in ("en", "id"):
        drawn = soup(course, "welcome", language).select_one("nav.course-map")
        assert len(drawn.select(".map-stop")) == 16
        links = {link["href"] for link in drawn.select("a")}
        assert links == {"gates/lstm.html", "gates/lstmp.html", "gates/lstm.html#lstm-exercise"}
        assert len(drawn.select(".is-soon .map-soon")) == 14
        assert not drawn.select(".is-soon a")
        assert [code.text for code in drawn.select("code")] == [
            c.exercise for c in CHAPTERS if c.exercise
        ]
    assert drawn["aria-label"] != soup(course, "welcome").select_one("nav.course-map")["aria-label"]


def test_a_chapter_says_what_it_needs_and_what_comes_next(course):
    course.build("en", "id")
    page = soup(course, "gates/lstmp")
    needs = page.select_one("h1 + .course-needs")
    assert needs.text == "You need: LSTM" and needs.a["href"] == "lstm.html"
    following = page.select_one("nav.course-next")
    assert following.p.text == "Next: GRU (two gates, not three)" and not following.select("a")
    assert "You also need" not in following.text  # who reads LSTMP has read LSTM
    first = soup(course, "gates/lstm")
    assert first.select_one(".course-needs").text == "You need: The RNN"  # not written, no link
    assert {a["href"] for a in first.select(".course-next a")} == {"lstmp.html"}
    bekal = soup(course, "gates/lstmp", "id").select_one(".course-needs")
    assert bekal.strong.text not in ("", needs.strong.text)


def test_a_label_that_the_way_leads_to_and_no_page_has_fails_the_build(course):
    course.write("gates/lstmp", "(something-else)=\n# LSTMP\n\nA projection.\n")
    with pytest.raises(CourseError, match='label "lstmp"'):
        course.build()


@pytest.mark.slow
def test_a_new_chapter_appears_in_the_pages_that_were_there_before(course):
    course.build()
    assert len(soup(course, "welcome").select(".map-stop:not(.is-soon)")) == 2
    toc = yaml.safe_load((course.root / "_toc.yml").read_text(encoding="utf-8"))
    toc["parts"][0]["chapters"].append({"file": "book/gates/gru"})
    (course.root / "_toc.yml").write_text(yaml.safe_dump(toc), encoding="utf-8")
    course.notebook("en", "ps5_gru")
    exercise = "(gru-exercise)=\n## Exercise\n\n```{exercise-link} ps5_gru\n```\n"
    course.write("gates/gru", f"(gru)=\n# GRU\n\n{exercise}")
    course.build()
    assert soup(course, "welcome").select_one('.map-title a[href="gates/gru.html"]')
    assert soup(course, "gates/lstmp").select_one('.course-next a[href="gru.html"]')
    assert "gru.html" in str(soup(course, "gates/lstm").select_one(".bd-links"))


def test_what_a_term_means_comes_with_the_page_that_uses_it(course):
    toc = yaml.safe_load((course.root / "_toc.yml").read_text(encoding="utf-8"))
    toc["parts"][0]["chapters"].append({"file": "book/glossary"})
    (course.root / "_toc.yml").write_text(yaml.safe_dump(toc), encoding="utf-8")
    terms = "cell\n  One step with $x_t$, see {ref}`lstm`.\n\ngate\n  A number from 0 to 1.\n"
    course.write("glossary", f"# Glossary\n\n:::{{glossary}}\n{terms}:::\n")
    course.write("gates/lstmp", "(lstmp)=\n# LSTMP\n\nA {term}`cell`, that {term}`cell`.\n")
    course.build()
    carried = soup(course, "gates/lstmp").select_one("template#course-terms")
    (meaning,) = carried.find_all("span", recursive=False)
    assert meaning["id"] == "course-term-cell" and "<strong>cell</strong>" in str(meaning)
    assert "One step with" in str(meaning) and meaning.math and not meaning.a
    assert "terms.js" in course.html("gates/lstmp")
    for page in ("gates/lstm", "glossary"):
        assert "terms.js" not in course.html(page) and "course-terms" not in course.html(page)
