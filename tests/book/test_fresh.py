"""Whatever a site is made from makes it anew when it changes; what it is not made from does not."""

import polib
import pytest

from course_lib.bench import results
from course_lib.publish.build import book_fingerprint
from course_lib.publish.config import derive, execution_cache


def say(book, language, **said):
    """Catalogs of the tiny book's own library; ``said``: package -> what it says."""
    catalog = polib.POFile()
    for package, text in said.items():
        places = [(f"course_lib/{package}/words.py", "")]
        catalog.append(polib.POEntry(msgid=package, msgstr=text, occurrences=places))
    path = book.root / "course_lib/i18n/locales" / language / "messages.po"
    path.parent.mkdir(parents=True, exist_ok=True)
    catalog.save(str(path))


@pytest.fixture
def now(book, monkeypatch):
    """What the sites of three languages depend on now, and the settings that Sphinx is given."""
    monkeypatch.setattr(results, "FILE", book.root / "results.json")
    library = book.root / "course_lib"
    for name in ("bench/results.py", "other.py"):
        (library / name).parent.mkdir(parents=True, exist_ok=True)
        (library / name).write_text("NUMBER = 1")
    book.cells("page", "from course_lib.bench.results import NUMBER")
    say(book, "id", publish="Kuis", grading="Petunjuk")

    def look():
        languages = ("en", "id", "zh_CN")
        cache = execution_cache(book.root)
        return [
            {key: book_fingerprint(book.root, key) for key in languages},
            {key: derive(book.root, key, cache) for key in languages},
        ]

    return look


def changed(before, after):
    """Which languages are built again, and which of them with other settings."""
    return [
        {key for key in old if old[key] != new[key]} for old, new in zip(before, after, strict=True)
    ]


def test_what_is_measured_anew_is_shown_anew(book, now):
    before = now()
    results.FILE.write_text("{}")
    assert changed(before, now()) == [{"en", "id", "zh_CN"}, set()]
    before = now()
    book.cells("page", "from course_lib.other import NUMBER")
    without = now()
    assert changed(before, without)[0]
    results.FILE.write_text("{ }")
    assert changed(without, now()) == [set(), set()]


def test_a_word_of_the_site_is_said_anew_in_its_language_and_a_hint_of_an_exercise_is_none(
    book, now
):
    before = now()
    say(book, "id", publish="Kuis", grading="Petunjuk lain")
    assert changed(before, now()) == [set(), set()]
    say(book, "id", publish="Soal", grading="Petunjuk")
    assert changed(before, now()) == [{"id"}, {"id"}]


def test_what_cuts_chinese_for_the_search_and_which_languages_there_are_count_as_well(book, now):
    before = now()
    (book.root / "course_lib/i18n/glossary.yml").write_text("[]")
    assert changed(before, now()) == [{"zh_CN"}, {"zh_CN"}]
    before = now()
    (book.root / "course_lib/i18n/languages.json").write_text("{}")
    assert changed(before, now()) == [{"en", "id", "zh_CN"}] * 2


@pytest.mark.slow
def test_with_another_word_every_page_is_written_again(book):
    say(book, "en", publish="Quiz")
    book.build()
    pages = [
        book.root / f"_build/book/en/_build/html/book/{name}.html" for name in ("welcome", "page")
    ]
    before = [page.stat().st_mtime_ns for page in pages]
    say(book, "en", publish="Question")
    book.build()
    assert all(page.stat().st_mtime_ns > then for page, then in zip(pages, before, strict=True))
