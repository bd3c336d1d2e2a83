"""The three editions of this very course are one book."""

from pathlib import Path

from rich.console import Console

from course_lib.publish.catalogs import TRANSLATIONS, status

ROOT = Path(__file__).parents[2]


def test_every_sentence_of_the_course_is_translated_and_lost_nothing():
    found = status(ROOT, Console(quiet=True))
    assert found.ok, "\n".join(str(problem) for problem in found.problems)
    catalogs = {count.catalog for count in found.counts}
    pages = {
        path.relative_to(ROOT).with_suffix("").as_posix() for path in ROOT.glob("book/**/*.md")
    }
    assert {page for page in pages if "locales" not in page and "web" not in page} <= catalogs
    assert {"messages", "ps4_lstm"} <= catalogs
    assert all(count.total == count.translated for count in found.counts)
    assert {count.language for count in found.counts} == set(TRANSLATIONS)
