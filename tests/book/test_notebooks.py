"""A chapter as a notebook in its reader's language, and where it can be opened."""

import json

import nbformat
import polib
import pytest
import yaml
from bs4 import BeautifulSoup

from course_lib.lab import copy_chapters
from course_lib.publish.sphinx.places import open_places
from tests.book.conftest import HEAD

PAGE = f"""{HEAD}(lstmp)=
# LSTMP

The state **shrinks** to $P$ in `h_n`; see {{ref}}`lstmp` and [a paper](https://example.org/a_b).

```{{code-cell}} ipython3
:tags: [remove-input]
hidden = 20
```

```{{code-cell}} ipython3
shown = 2 * hidden
print(shown)
```

## Numbers

$$
y = x^2
$$

1. first
2. second

| a | b |
| - | - |
| 1 | $x$ |

:::{{note}}
Mind the *star*.
:::

:::{{quiz}}
How many?

- Ten

  No, not ten.
- [x] Twenty

  Yes.
:::

```{{exercise-link}} ps4_lstm
```
"""


@pytest.fixture
def course(book):
    (book.root / "book" / "gates").mkdir()
    toc = yaml.safe_load((book.root / "_toc.yml").read_text(encoding="utf-8"))
    toc["parts"][0]["chapters"] = [{"file": "book/gates/lstmp"}]
    (book.root / "_toc.yml").write_text(yaml.safe_dump(toc), encoding="utf-8")
    (book.root / "book/page.md").unlink()
    for language in ("en", "id"):
        book.notebook(language, "ps4_lstm")
    book.write("gates/lstmp", PAGE)
    catalog = polib.POFile()
    catalog.metadata = {"Content-Type": "text/plain; charset=UTF-8"}
    catalog.append(polib.POEntry(msgid="Numbers", msgstr="Bilangan"))
    target = book.root / "book/locales/id/LC_MESSAGES/book/gates/lstmp.po"
    target.parent.mkdir(parents=True)
    catalog.save(str(target))
    return book


def notebook(book, language="en"):
    path = book.root / f"_build/html/{language}/notebooks/gates/lstmp.ipynb"
    return nbformat.read(path, as_version=4)


def page(book, language="en"):
    return BeautifulSoup(book.html("gates/lstmp", language), "html.parser")


def set_repository(book, url):
    path = book.root / "_config.yml"
    config = yaml.safe_load(path.read_text(encoding="utf-8"))
    config["repository"]["url"] = url
    path.write_text(yaml.safe_dump(config), encoding="utf-8")


def test_the_notebook_has_the_text_of_the_page_and_all_of_its_code(course):
    course.build("en")
    made = notebook(course)
    nbformat.validate(made)
    code = [cell for cell in made.cells if cell.cell_type == "code"]
    assert [cell.source for cell in code] == ["hidden = 20", "shown = 2 * hidden\nprint(shown)"]
    assert code[0].metadata.tags == ["remove-input"]
    names = {}
    exec("\n".join(cell.source for cell in code), names)
    assert names["shown"] == 40
    text = "\n\n".join(cell.source for cell in made.cells if cell.cell_type == "markdown")
    for wanted in (
        "# LSTMP",
        "The state **shrinks** to $P$ in `h_n`; see LSTMP and [a paper](https://example.org/a_b).",
        "## Numbers",
        "$$\ny = x^2\n$$",
        "1. first\n2. second",
        "| a | b |\n| --- | --- |\n| 1 | $x$ |",
        "> Mind the *star*.",
        "**Quiz.** How many?",
        "<details><summary>Ten</summary>\n\nNot this one. No, not ten.\n\n</details>",
        "<details><summary>Twenty</summary>\n\nRight. Yes.\n\n</details>",
        "**Exercise** `ps4_lstm`",
    ):
        assert wanted in text, text
    for myst in (":::", "{ref}", "{term}", "(lstmp)=", "```{"):
        assert myst not in text


@pytest.mark.slow
def test_the_page_offers_the_notebook_of_its_own_language_and_no_english_source(course):
    course.build("en", "id")
    for language in ("en", "id"):
        shown = page(course, language)
        link = shown.select_one("a.btn-download-notebook-button")
        assert link["href"] == "../../notebooks/gates/lstmp.ipynb"
        assert not shown.select(".btn-download-source-button")
        assert notebook(course, language).metadata.course.language == language
    english, other = notebook(course), notebook(course, "id")
    assert any(cell.source.startswith("## Bilangan") for cell in other.cells)
    assert not any("Bilangan" in cell.source for cell in english.cells)
    spoken = [cell.source for cell in other.cells if cell.cell_type == "code"]
    assert 'set_language("id")' in spoken[0] and spoken[1] == "hidden = 20"


@pytest.mark.slow
def test_without_a_repository_no_page_speaks_of_colab_or_binder(course):
    course.build("en", "id")
    for language in ("en", "id"):
        text = course.html("gates/lstmp", language)
        assert "colab" not in text.lower() and "binder.org" not in text
        links = page(course, language).select("a.btn-open-jupyterlab-button")
        assert [a["href"] for a in links] == [
            "http://127.0.0.1:8888/lab/tree/chapters/gates/lstmp.ipynb"
        ]
        assert "pip" not in json.dumps(notebook(course, language))


@pytest.mark.slow
def test_with_a_repository_each_page_and_exercise_opens_in_its_own_language(course):
    set_repository(course, "https://github.com/a-university/a-course")
    course.build("en", "id")
    on_colab = "https://colab.research.google.com/github/a-university/a-course/blob/gh-pages"
    on_binder = "https://mybinder.org/v2/gh/a-university/a-course/gh-pages?urlpath=lab%2Ftree%2F"
    for language in ("en", "id"):
        shown = page(course, language)
        chapter = f"{language}/notebooks/gates/lstmp.ipynb"
        exercise = f"{language}/exercises/ps4_lstm/ps4_lstm.ipynb"
        for path in (chapter, exercise):
            assert (course.root / "_build/html" / path).is_file()
            addresses = {a["href"] for a in shown.select("a")}
            assert f"{on_colab}/{path}" in addresses
            assert on_binder + path.replace("/", "%2F") in addresses
            made = nbformat.read(course.root / "_build/html" / path, as_version=4)
            nbformat.validate(made)
            code = [cell.source for cell in made.cells if cell.cell_type == "code"]
            assert '%pip install --quiet "git+https://github.com/a-university/a-course"' in code[0]


@pytest.mark.parametrize(
    ("url", "places"),
    [
        ("", {}),
        (
            "https://gitlab.com/group/course/",
            {
                "Binder": "https://mybinder.org/v2/gl/group%2Fcourse/main?urlpath=lab%2Ftree%2Fa.ipynb"
            },
        ),
        (
            "https://git.example.org/course",
            {
                "Binder": "https://mybinder.org/v2/git/https%3A%2F%2Fgit.example.org%2Fcourse/main"
                "?urlpath=lab%2Ftree%2Fa.ipynb"
            },
        ),
        (
            "https://github.com/u/c.git",
            {
                "Colab": "https://colab.research.google.com/github/u/c/blob/main/a.ipynb",
                "Binder": "https://mybinder.org/v2/gh/u/c/main?urlpath=lab%2Ftree%2Fa.ipynb",
            },
        ),
    ],
)
def test_where_a_notebook_of_a_repository_opens(url, places):
    assert open_places(url, "main", "a.ipynb") == places


@pytest.mark.slow
def test_the_chapters_come_into_the_lab_and_notes_in_them_stay(course):
    course.build("en")
    folder = course.root / "my_exercises/en"
    assert copy_chapters(course.root, "en", folder) == 1
    mine = folder / "chapters/gates/lstmp.ipynb"
    assert nbformat.read(mine, as_version=4).cells
    mine.write_text("my notes", encoding="utf-8")
    assert copy_chapters(course.root, "en", folder) == 0
    assert mine.read_text(encoding="utf-8") == "my notes"
    assert copy_chapters(course.root, "id", folder) == 0  # that language is not built
