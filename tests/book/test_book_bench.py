"""The bench of the book measures builds of a copy and leaves the book itself alone."""

import pytest

from course_lib.bench import book as bench


@pytest.mark.slow
def test_builds_are_measured_in_a_copy_each_state_once(book):
    trace = book.root / "trace.txt"
    book.cells("page", f"with open({str(trace)!r}, 'a') as f:\n    f.write('x')")
    before = (book.root / "book/page.md").read_text()
    rows = bench.measure_builds(book.root, book.console)
    assert trace.read_text() == "xx"  # cold: once in each copy for all languages, and never again
    assert [row["languages"] for row in rows] == [1, 3, 1, 1, 1, 3, 1, 2]
    one, together, each = (row["seconds"] for row in rows[:3])
    assert each == round((together - one) / 2, 1)
    assert rows[0]["what"] == "cold: 2 pages executed, en" and rows[0]["of cold"] == 1
    unchanged = next(row for row in rows if row["what"] == "nothing changed")
    assert unchanged["seconds"] < rows[0]["seconds"] / 4
    assert all(row["of cold"] == round(row["seconds"] / rows[0]["seconds"], 3) for row in rows)
    assert (book.root / "book/page.md").read_text() == before
    assert not (book.root / "_build").exists()


def test_a_page_with_a_figure_may_weigh_more_and_one_without_may_not(tmp_path):
    page = tmp_path / "page.html"
    page.write_text("<p>application/json</p>")
    assert bench.kind_of(page) == "page"
    page.write_text('<script type="application/vnd.jupyter.widget-view+json">{}</script>')
    assert bench.kind_of(page) == "figure"
    assert bench.LIMITS["page"] < bench.LIMITS["figure"]
