"""The quiz and the exercise link: what a page shows, what is translated, and what is refused."""

import re

import polib
import pytest
from bs4 import BeautifulSoup

from course_lib.errors import CourseError
from course_lib.publish.sources import book_sources

QUIZ = """# Page

:::{quiz}
How many gates, if $H=2$?

- Two of *them*

  No: the candidate and **three** gates.
- [x] Three, see {ref}`the top <top>`

  Because a gate is a sigmoid.
:::
"""
TOP = "(top)=\n# Welcome\n\nHello.\n"


def catalog(book, language, page, said):
    po = polib.POFile()
    po.metadata = {"Content-Type": "text/plain; charset=utf-8"}
    po.extend(polib.POEntry(msgid=key, msgstr=text) for key, text in said.items())
    path = book.root / f"book/locales/{language}/LC_MESSAGES/book/{page}.po"
    path.parent.mkdir(parents=True, exist_ok=True)
    po.save(str(path))


def test_a_quiz_opens_each_answer_on_its_verdict_and_explanation_in_every_language(book):
    book.write("welcome", TOP)
    book.write("page", QUIZ)
    (source,) = [s for s in book_sources(book.root, book.console) if s.name == "book/page"]
    assert source.messages == (
        "Page",
        "How many gates, if $H=2$?",
        "Two of *them*",
        "No: the candidate and **three** gates.",
        "Three, see {ref}`the top <top>`",
        "Because a gate is a sigmoid.",
    )
    said = {"Two of *them*": "Dua dari *mereka*"}
    said["Three, see {ref}`the top <top>`"] = "Tiga, lihat {ref}`atas <top>`"
    said["How many gates, if $H=2$?"] = "Jika $H=2$, ada berapa gerbang?"
    catalog(book, "id", "page", said)
    book.build("en", "id")

    english = BeautifulSoup(book.html("page"), "html.parser").select_one(".quiz")
    options = english.select("details")
    assert [o["class"][-1] for o in options] == ["quiz-wrong", "quiz-right"]
    assert [bool(o.has_attr("open")) for o in options] == [False, False]
    assert [o.select_one(".quiz-verdict").text[0] for o in options] == ["✗", "✓"]
    assert english.select_one(".quiz-question math")["alttext"] == "H=2"
    assert "[x]" not in english.text
    assert "a gate is a sigmoid" in options[1].select_one(".quiz-why").text

    indonesian = BeautifulSoup(book.html("page", "id"), "html.parser").select_one(".quiz")
    answers = indonesian.select(".quiz-answer")
    assert answers[0].decode_contents() == "Dua dari <em>mereka</em>"
    assert answers[1].select_one("a.reference")["href"] == "welcome.html#top"
    assert indonesian.select_one(".quiz-question").text.strip().startswith("Jika H=2")


@pytest.mark.slow
def test_a_quiz_that_lacks_a_part_fails_the_build_and_says_which(book):
    book.write("welcome", TOP + QUIZ.replace("[x] ", ""))
    book.write("page", QUIZ.replace("How many gates, if $H=2$?\n", ""))
    with pytest.raises(CourseError) as failure:
        book.build()
    said = str(failure.value)
    assert re.search(r"book/welcome\.md, line 7: .*exactly one answer", said)
    assert re.search(r"book/page\.md, line 3: .*needs its question", said)
    book.write("page", QUIZ.replace("  Because a gate is a sigmoid.\n", ""))
    with pytest.raises(CourseError, match=r'"\[x\] Three, see the top" has no explanation'):
        book.build()


@pytest.mark.slow
def test_the_exercise_notebook_of_the_language_travels_with_its_page(book):
    book.write("page", "# Page\n\n```{exercise-link} ps9\n```\n")
    for language in ("en", "id"):
        book.notebook(language, "ps9").write_text(f'{{"of": "{language}"}}')
    site = book.build("en", "id")
    for language in ("en", "id"):
        page = BeautifulSoup(book.html("page", language), "html.parser")
        link = page.select_one("a.exercise-download")
        assert link["download"] == "ps9.ipynb"
        target = site / language / "book" / link["href"]
        assert target.read_text() == f'{{"of": "{language}"}}'
    book.notebook("en", "ps9").write_text('{"of": "a new release"}')
    book.build("en", "id")
    assert (site / "en/exercises/ps9/ps9.ipynb").read_text() == '{"of": "a new release"}'


def test_a_missing_exercise_notebook_fails_the_build_with_the_command_that_makes_it(book):
    book.write("page", "# Page\n\n```{exercise-link} ps9\n```\n")
    with pytest.raises(CourseError) as failure:
        book.build()
    assert "exercises/en/ps9/ps9.ipynb does not exist; run `course release ps9`" in str(
        failure.value
    )


def test_an_answer_that_is_a_formula_has_a_name_to_be_pressed_by(book):
    book.write("page", QUIZ.replace("Two of *them*", r"$(3, 5)$, or $\mathbf{h}_t \odot 2$"))
    book.write("welcome", TOP)
    book.build()
    answer = BeautifulSoup(book.html("page"), "html.parser").select_one(".quiz-answer")
    names = [name.text for name in answer.select(".course-spoken")]
    assert names == ["(3, 5)", "h_t ⊙ 2"]
    assert len(answer.select("math")) == 2
