"""What is no longer in the book is no longer in the site."""

import base64

import pytest
import yaml

from course_lib.publish.links import broken_links

DOT = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg=="


def chapters(book, *names):
    parts = [{"caption": "The part", "chapters": [{"file": f"book/{name}"} for name in names]}]
    toc = {"format": "jb-book", "root": "book/welcome", "parts": parts}
    (book.root / "_toc.yml").write_text(yaml.safe_dump(toc), encoding="utf-8")


def test_a_page_that_left_the_book_leaves_the_site_and_stops_no_later_build(book):
    (book.root / "book" / "gates").mkdir()
    chapters(book, "page", "gates/lstm")
    book.notebook("en", "ps4_lstm")
    book.write("page", "(page)=\n# Page\n\nText.\n")
    exercise = "(lstm-exercise)=\n## Exercise\n\n```{exercise-link} ps4_lstm\n```\n"
    book.write("gates/lstm", f"(lstm)=\n# LSTM\n\n{{ref}}`page`.\n\n![A](lstm.png)\n\n{exercise}")
    (book.root / "book/gates/lstm.png").write_bytes(base64.b64decode(DOT))
    site = book.build()

    def of_the_page():
        found = [path for path in (site / "en").rglob("*lstm*") if path.is_file()]
        return sorted(path.relative_to(site / "en").as_posix() for path in found)

    assert of_the_page() == [
        "_blocks/book/gates/lstm.js",
        "_sources/book/gates/lstm.md",
        "book/gates/lstm.html",
        "exercises/ps4_lstm/ps4_lstm.ipynb",
        "notebooks/gates/lstm.ipynb",
    ]
    assert len(list((site / "en/_images").iterdir())) == 1
    chapters(book, "page")
    (book.root / "book" / "gates" / "lstm.md").unlink()
    book.write("page", "(new)=\n# Page\n\nText.\n")  # to whose label the page led
    book.build()
    assert of_the_page() == [] == list((site / "en").glob("_images/*"))
    assert "Text." in book.html("page")


@pytest.mark.slow
def test_when_a_page_comes_or_goes_no_language_is_left_with_a_link_to_nowhere(book):
    book.build("en", "id")
    chapters(book, "extra")
    book.write("extra", "# Extra\n\nText.\n")
    site = book.build("en")
    for language in ("en", "id"):
        names = {path.stem for path in (site / language / "book").glob("*.html")}
        assert names == {"welcome", "extra"}
        assert broken_links(site, language) == []
    assert "../../id/book/extra.html" in book.html("extra")
