"""Adding a language is one command: its edition is there at once, in English with marks."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import polib
import pytest
from bs4 import BeautifulSoup
from rich.console import Console

from course_lib.errors import CourseError
from course_lib.i18n import LANGUAGES
from course_lib.publish.new_language import FILE, check, write
from course_lib.publish.sources import BOOK, LIBRARY, Source

ROOT = Path(__file__).parents[2]
SOURCES = [
    Source("book/page", ("Page", "Text."), BOOK),
    Source("messages", ("Of {name}.",), LIBRARY, markdown=False),
]


@pytest.fixture
def root(tmp_path):
    (tmp_path / FILE).parent.mkdir(parents=True)
    (tmp_path / FILE).write_text(json.dumps(LANGUAGES), "utf-8")
    yield tmp_path
    LANGUAGES.pop("fr", None)


def test_one_command_makes_the_catalogs_and_lists_the_language_and_says_what_is_next(root):
    console = Console(record=True, width=120, file=(root / "said.txt").open("w"))
    made = write(root, "fr", "Français", SOURCES, console)
    assert [path.relative_to(root).as_posix() for path in made] == [
        "book/locales/fr/LC_MESSAGES/book/page.po",
        "course_lib/i18n/locales/fr/messages.po",
    ]
    assert [entry.msgid for entry in polib.pofile(str(made[0]))] == ["Page", "Text."]
    assert "Français" in made[0].read_text("utf-8")
    listed = json.loads((root / FILE).read_text("utf-8"))
    assert listed == LANGUAGES and list(listed)[-1] == "fr" and next(iter(listed)) == "en"
    said = console.export_text()
    assert "2 catalogs with 3 sentences" in said
    assert "course build --language fr" in said and "course release --language fr" in said


@pytest.mark.parametrize(
    ("key", "name", "told"),
    [
        ("xx_yy", "X", "not the code of a language"),
        ("../fr", "X", "not the code of a language"),
        ("zz", "X", "not the code of a language"),
        ("id_ID", "Indonesia", '"id" already: Bahasa Indonesia'),
        ("zh_TW", "繁體中文", '"zh_CN" already'),
        ("fr", "  ", "needs a name"),
    ],
)
def test_what_cannot_be_added_is_said_and_changes_nothing(root, key, name, told):
    before = (root / FILE).read_bytes()
    with pytest.raises(CourseError, match=told):
        check(root, key, name)
    assert (root / FILE).read_bytes() == before and set(LANGUAGES) == {"en", "id", "zh_CN"}


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    """A copy of the course with two pages and one assignment, in which commands are run."""
    root = tmp_path_factory.mktemp("course")
    leave = shutil.ignore_patterns("__pycache__", "*.mo")
    shutil.copytree(ROOT / "course_lib", root / "course_lib", ignore=leave)
    shutil.copytree(ROOT / "book/web", root / "book/web")
    shutil.copytree(ROOT / "solutions/ps4_lstm", root / "solutions/ps4_lstm", ignore=leave)
    for file in ("_config.yml", "nbgrader_config.py"):
        shutil.copy(ROOT / file, root)
    toc = "format: jb-book\nroot: book/welcome\nchapters: [{file: book/page}]\n"
    (root / "_toc.yml").write_text(toc, "utf-8")
    (root / "book/welcome.md").write_text("# Welcome\n\nHello.\n", "utf-8")
    (root / "book/page.md").write_text("# Page\n\nText.\n", "utf-8")

    def run(*words):
        environ = os.environ | {"PYTHONPATH": str(root)}
        command = [sys.executable, "-m", "course_lib.cli", *words]
        return subprocess.run(command, cwd=root, env=environ, capture_output=True, text=True)

    return root, run


@pytest.mark.slow
def test_the_new_edition_is_there_at_once_and_is_english_with_marks(copy):
    root, run = copy
    added = run("translate", "add", "fr", "Français")
    assert added.returncode == 0, added.stderr
    assert "Français: 4 catalogs" in added.stdout
    page = root / BOOK.format(language="fr") / "book/page.po"
    catalog = polib.pofile(str(page))
    catalog.find("Text.").msgstr = "Du texte."
    catalog.save(str(page))
    built = run("build", "--language", "en", "--language", "fr")
    assert built.returncode == 0, built.stderr
    html = root / "_build/html"
    soup = BeautifulSoup((html / "fr/book/page.html").read_text("utf-8"), "html.parser")
    assert soup.html["lang"] == "fr"
    assert [tag.get_text()[:4] for tag in soup.select("article .untranslated")] == ["Page"]
    assert "Du texte." in soup.article.get_text()
    names = [tag.get_text() for tag in soup.select("a.course-language")]
    assert names == ["English", "Bahasa Indonesia", "简体中文", "Français"]
    english = BeautifulSoup((html / "en/book/page.html").read_text("utf-8"), "html.parser")
    assert english.select_one('head link[hreflang="fr"]')["href"] == "../../fr/book/page.html"
    assert 'href="fr/book/welcome.html"' in (html / "index.html").read_text("utf-8")

    released = run("release", "--language", "fr")
    assert released.returncode == 0, released.stderr
    notebook = json.loads((root / "exercises/fr/ps4_lstm/ps4_lstm.ipynb").read_text("utf-8"))
    assert notebook["metadata"]["course"]["language"] == "fr"
    status = run("--language", "fr", "translate", "status")
    assert status.returncode == 1 and "(fr), untranslated" in status.stdout
    assert "Usage: " in run("--language", "fr", "--help").stdout
