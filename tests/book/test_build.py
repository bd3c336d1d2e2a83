"""A build is all or nothing, and says which page and which cell stopped it."""

import pytest

from course_lib.errors import CourseError
from course_lib.publish.config import execution_cache
from course_lib.publish.sphinx_run import Problem, parse


def test_a_failing_cell_fails_the_build_by_page_line_and_cell_and_keeps_the_last_good_site(book):
    book.cells("page", "x = 1", "print(x + 1)")
    book.build()
    before = book.html("page")
    book.cells("page", "x = 1", "y = 0\nprint(x / y)")
    with pytest.raises(CourseError) as failure:
        book.build()
    said = str(failure.value)
    assert "book/page.md, line 13: code cell 2" in said
    assert "ZeroDivisionError: division by zero at print(x / y)" in said
    assert book.html("page") == before


def test_a_warning_fails_the_build_again_and_again_until_it_is_mended(book):
    book.write("page", "# Page\n\nSee {ref}`nowhere`.\n")
    for _ in range(2):  # Sphinx alone forgets a warning once the page has been read
        with pytest.raises(CourseError, match=r"book/page\.md, line 3: .*nowhere"):
            book.build()
    assert not (book.root / "_build" / "html").exists()
    book.write("page", "# Page\n\nMended.\n")
    book.build()
    assert "Mended." in book.html("page")


def test_pages_are_executed_once_for_all_languages_and_not_at_all_when_nothing_changed(book):
    trace = book.root / "trace.txt"
    book.cells("page", f"with open({str(trace)!r}, 'a') as f:\n    f.write('x')")
    book.build("en", "id")
    assert trace.read_text() == "x"
    book.write("welcome", "# Welcome\n\nOther words.\n")
    book.build("en", "id")
    assert trace.read_text() == "x"
    assert "Other words." in book.html("welcome", "id")
    book.build("en", "id")
    assert book.console.export_text().strip().endswith("The book is up to date.")


def test_pages_are_executed_again_when_the_library_they_name_changes_and_not_for_another(book):
    library = book.root / "course_lib"
    seen = {execution_cache(book.root)}
    (library / "grading").mkdir()
    (library / "grading" / "check.py").write_text("A = 1")
    assert {execution_cache(book.root)} == seen
    (library / "layers").mkdir()
    (library / "layers" / "lstm.py").write_text("B = 1")
    seen.add(execution_cache(book.root))
    book.cells("page", "import course_lib.grading")
    seen.add(execution_cache(book.root))
    (library / "grading" / "check.py").write_text("A = 2")
    seen.add(execution_cache(book.root))
    assert len(seen) == 4


def test_a_language_that_is_not_built_now_stays_as_it_was(book):
    book.build("en", "zh_CN")
    chinese = book.html("page", "zh_CN")
    book.write("page", "# Page\n\nNew text.\n")
    book.build("en")
    assert "New text." in book.html("page")
    assert book.html("page", "zh_CN") == chinese
    assert "zh_CN/book/welcome.html" in (book.root / "_build/html/index.html").read_text()


def test_a_build_stopped_while_it_exchanged_the_sites_loses_no_language(book):
    book.build("en", "zh_CN")
    chinese = book.html("page", "zh_CN")
    (book.root / "_build/html").rename(book.root / "_build/html.old")
    book.build("en")
    assert book.html("page", "zh_CN") == chinese


def test_a_build_without_a_book_or_with_a_broken_configuration_is_one_sentence(book, tmp_path):
    empty = tmp_path / "empty"
    empty.mkdir()
    book.root = empty
    with pytest.raises(CourseError, match=r"no _config\.yml in .*empty"):
        book.build()
    (empty / "_toc.yml").touch()
    (empty / "_config.yml").write_text("title: [")
    with pytest.raises(CourseError, match=r"_config\.yml cannot be read as YAML"):
        book.build()
    with pytest.raises(CourseError, match="no language 'fr'"):
        book.root = tmp_path
        book.build("fr")


def test_what_sphinx_says_becomes_problems_with_a_place(tmp_path):
    said = (
        f"{tmp_path}/book/a.md:7: WARNING: undefined label: 'x' [ref.ref]\n"
        f"{tmp_path}/book/a.md:7: WARNING: undefined label: 'x' [ref.ref]\n"
        "WARNING: something without a place\n"
    )
    assert parse(said, tmp_path) == [
        Problem("book/a.md", 7, "undefined label: 'x'"),
        Problem("", None, "something without a place"),
    ]
