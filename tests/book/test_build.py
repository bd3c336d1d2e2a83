"""A build is all or nothing, and says which page and which cell stopped it."""

import shutil

import pytest

from course_lib.errors import CourseError
from course_lib.publish.sphinx_run import Problem, parse
from tests.slow import slow_but


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


NOWHERE = [
    "[x](#nowhere)",
    "[x](welcome.md#nowhere)",
    "[x](nowhere.md)",
    "{ref}`nowhere`",
    '<a href="welcome.html#nowhere">x</a>',
    '<a href="nowhere.html">x</a>',
    '<img src="nowhere.png" alt="x">',
]


@pytest.mark.parametrize("link", slow_but(NOWHERE[::3], NOWHERE))
def test_a_link_that_leads_nowhere_fails_the_build_and_is_named(book, link):
    book.write("page", f"# Page\n\nSee {link}.\n")
    with pytest.raises(CourseError, match=r"book/page\.(md|html).*nowhere"):
        book.build()
    assert not (book.root / "_build" / "html").exists()


@pytest.mark.slow
def test_a_link_to_a_page_a_place_or_a_language_that_is_there_is_none_of_them(book):
    page = '# Page\n\n(here)=\n## Here\n\n[x](welcome.md) [y](#here) <a href="#here">z</a>\n'
    book.write("page", page)
    book.build("en")
    book.build("en", "id")


@pytest.mark.slow
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


@pytest.mark.slow
def test_a_change_of_the_library_executes_the_pages_that_use_it_and_no_other(book):
    library = book.root / "course_lib"
    for name in ("one", "other"):
        (library / f"{name}.py").write_text("NUMBER = 1")
        trace = f"with open({str(book.root / name)!r}, 'a') as f:\n    f.write('x')"
        uses = f"if False:\n    from course_lib.{name} import NUMBER"
        book.cells("page" if name == "one" else "welcome", uses, trace)

    def executed():
        return {name: len((book.root / name).read_text()) for name in ("one", "other")}

    book.build("en", "id")
    assert executed() == {"one": 1, "other": 1}
    (library / "one.py").write_text("NUMBER = 2")
    book.build("en", "id")
    assert executed() == {"one": 2, "other": 1}
    (library / "nobody.py").write_text("A = 1")
    book.build("en", "id")
    assert executed() == {"one": 2, "other": 1}
    assert book.console.export_text().strip().endswith("The book is up to date.")


@pytest.mark.slow
def test_new_outputs_of_an_unchanged_page_reach_every_language(book):
    (book.root / "number.txt").write_text("first")
    (book.root / "course_lib" / "one.py").write_text("NUMBER = 1")
    book.cells(
        "page",
        "if False:\n    import course_lib.one",
        f"print(open({str(book.root / 'number.txt')!r}).read())",
    )
    book.build("en", "id")
    (book.root / "number.txt").write_text("second")
    (book.root / "course_lib" / "one.py").write_text("NUMBER = 2")
    book.build("en", "id")
    for language in ("en", "id"):
        assert "second" in book.html("page", language)
        assert "first" not in book.html("page", language)


@pytest.mark.slow
def test_a_problem_of_all_languages_is_named_once(book):
    book.write("page", "# Page\n\nSee {ref}`nowhere`.\n")
    with pytest.raises(CourseError, match="because of 1 problem;") as failure:
        book.build("en", "id", "zh_CN")
    assert "English: book/page.md, line 3" in str(failure.value)


@pytest.mark.slow
def test_every_failing_page_is_named_at_once_and_the_good_ones_are_kept(book):
    trace = book.root / "trace.txt"
    mark = f"with open({str(trace)!r}, 'a') as f:\n    f.write('x')"
    book.cells("welcome", mark)
    book.cells("page", "1 / 0")
    for _ in range(2):
        with pytest.raises(CourseError, match=r"book/page\.md, line 9: code cell 1"):
            book.build()
    assert trace.read_text() == "x"


@pytest.mark.slow
def test_a_language_that_is_not_built_now_stays_as_it_was(book):
    book.build("en", "zh_CN")
    chinese = book.html("page", "zh_CN")
    book.write("page", "# Page\n\nNew text.\n")
    book.build("en")
    assert "New text." in book.html("page")
    assert book.html("page", "zh_CN") == chinese
    assert "zh_CN/book/welcome.html" in (book.root / "_build/html/index.html").read_text()


@pytest.mark.slow
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
        f"{tmp_path}/book/a.md:9:<translated>:1: WARNING: undefined label: 'y' [ref.ref]\n"
        f"{tmp_path}/book/a.md:<translated>:2: WARNING: undefined label: 'z'\n"
        "WARNING: something without a place\n"
    )
    assert parse(said, tmp_path) == [
        Problem("book/a.md", 7, "undefined label: 'x'"),
        Problem("book/a.md", 9, "undefined label: 'y'"),
        Problem("book/a.md", None, "undefined label: 'z'"),
        Problem("", None, "something without a place"),
    ]


@pytest.mark.slow
def test_a_change_of_the_style_sheet_alone_is_published(book):
    web = book.root / "book" / "web"
    ours = web.resolve()
    web.unlink()
    shutil.copytree(ours, web)
    book.build()
    with (web / "static" / "course.css").open("a", encoding="utf-8") as sheet:
        sheet.write("\n.bd-article { outline-offset: 17px }\n")
    book.build()
    published = (book.root / "_build" / "html" / "en" / "_static").glob("*.css")
    assert any("17px" in file.read_text("utf-8") for file in published)
