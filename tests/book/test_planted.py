"""The proof that the editions are one book can fail: one planted fault of every kind, each found
and named, in a catalog, in a built page and in a released notebook."""

import copy
import json
from pathlib import Path

import polib
import pytest

from course_lib.i18n import LANGUAGES, speaking
from course_lib.publish.catalogs import Status, check_catalog, other_editions, print_status
from course_lib.publish.compare import differences, forbidden
from course_lib.publish.editions import notebook_differences, page_differences
from course_lib.publish.english_left import english_left
from course_lib.publish.numerals import changed, spelled
from course_lib.publish.sources import Source

ROOT = Path(__file__).parents[2]
OTHERS = [language for language in LANGUAGES if language != "en"]

ENGLISH = (
    "The sum $x_t + h$ of 16 numbers goes to `cell` in {ref}`lstm`, "
    "see [here](a.md), a {term}`gate`."
)
WHOLE = {
    "id": "Jumlah $x_t + h$ dari 16 bilangan masuk ke `cell` di {ref}`lstm`, "
    "lihat [di sini](a.md), sebuah {term}`gerbang <gate>`.",
    "zh_CN": "十六个数的和 $x_t + h$ 进入 {ref}`lstm` 里的 `cell`，"
    "见[这里](a.md)，一个{term}`门 <gate>`。",
}
# kind -> what is done to a whole translation
PLANTED = {
    "maths": [("$x_t + h$", "$x_t - h$"), ("$x_t + h$", "")],
    "number": [("16 bilangan", "17 bilangan"), ("十六个", "十七个"), ("16 bilangan", "bilangan")],
    "code": [("`cell`", "`sel`"), ("`cell`", "cell")],
    "role": [("{ref}`lstm`", "{ref}`gru`"), ("{term}`gerbang <gate>`", "gerbang"),
             ("{term}`门 <gate>`", "{term}`门 <cell>`")],
    "link": [("(a.md)", "(b.md)"), ("[di sini](a.md)", "di sini"), ("[这里](a.md)", "这里")],
    "markup": [("Jumlah", "**Jumlah："), ("十六", "**十六：**个")],
    "english": [("Jumlah", "Jumlah numbers goes to"), ("进入", "numbers goes to")],
    "structure": [("Jumlah", "Jumlah\n\nini"), ("十六", "- 十六"), ("Jumlah", "# Jumlah")],
    "term": [("sebuah", "operan"), ("一个", "大门")],
}  # fmt: skip


@pytest.mark.parametrize("language", OTHERS)
def test_a_whole_translation_has_nothing_to_mend(language):
    assert list(differences(ENGLISH, WHOLE[language], ("operan", "大门"))) == []


@pytest.mark.parametrize(
    ("kind", "language", "was", "planted"),
    [
        (kind, language, *pair)
        for kind, pairs in PLANTED.items()
        for pair in pairs
        for language in OTHERS
        if pair[0] in WHOLE[language]
    ],
)
def test_every_planted_fault_of_a_sentence_is_named_and_no_other(kind, language, was, planted):
    said = WHOLE[language].replace(was, planted)
    found = dict(differences(ENGLISH, said, ("operan", "大门")))
    assert kind in found
    assert set(found) <= {kind, "markup"} and found[kind]
    with speaking(language):
        told = dict(differences(ENGLISH, said, ("operan", "大门")))[kind]
    assert told != found[kind]  # the translator is told in their own language


def test_every_kind_of_a_catalog_is_found_and_told_with_the_sentence(tmp_path):
    source = Source("book/page", ("Fuzzy.", "Empty.", "Missing.", ENGLISH), "")
    catalog = polib.POFile()
    catalog.metadata = {"Content-Type": "text/plain; charset=utf-8"}
    catalog.append(polib.POEntry(msgid="Fuzzy.", msgstr="Kabur.", flags=["fuzzy"]))
    catalog.append(polib.POEntry(msgid="Empty.", msgstr=""))
    catalog.append(polib.POEntry(msgid="Stale.", msgstr="Usang."))
    catalog.append(polib.POEntry(msgid=ENGLISH, msgstr=WHOLE["id"].replace("16", "61")))
    path = tmp_path / "page.po"
    catalog.save(str(path))
    count, problems = check_catalog(source, path, "id")
    assert [p.kind for p in problems] == [
        "fuzzy", "untranslated", "missing", "number", "number", "stale",
    ]  # fmt: skip
    assert (count.total, count.translated, count.fuzzy, count.untranslated, count.stale) == (
        4, 1, 1, 2, 1,
    )  # fmt: skip
    assert len(count.source) == 8
    assert all('— "' in str(problem) for problem in problems)


@pytest.mark.parametrize(
    ("english", "translation", "lost", "gained"),
    [
        ("Of 16 and 64.", "Dari 64 dan 16.", [], []),
        ("It is 1.42.", "Nilainya 1,42.", [], []),
        ("67 108 864 weights", "67.108 weights", ["67108864"], ["67.108"]),
        ("142 million weights", "1.42 亿个权重", [], []),
        ("10 million weights", "一千万个权重", [], []),
        ("Step 12", "第十二步", [], []),
        ("near 100 %", "接近百分之百", [], []),
        ("one and nines", "1 和 9", [], []),  # small numbers may be words in English
        ("Of 16.", "Dari 61.", ["16"], ["61"]),
        ("Of 0.5.", "Dari 0.05.", ["0.5"], ["0.05"]),
        ("Step 3", "Langkah 4", ["3"], []),
    ],
)
def test_numbers_are_the_same_however_a_language_writes_them(english, translation, lost, gained):
    assert changed(english, translation) == (lost, gained)


def test_chinese_numbers_are_read():
    assert spelled("十六、一百零五、两千三百、一千万、三亿") == {16, 105, 2300, 10**7, 3 * 10**8}


def test_titles_quotations_and_terms_in_brackets_may_stay_english():
    english = 'See the gate of the cell in *Learning to forget the past*, "go to the menu" now.'
    for said in (
        "Lihat *Learning to forget the past*.",
        "Pilih “go to the menu”.",
        "Gerbang (the gate of the cell).",
        "门（the gate of the cell）。",
    ):
        assert english_left(english, said) == []
    assert english_left(english, "Lihat the gate of the cell.") == ["the gate of the cell"]


PAGE = """<html><article class="bd-article"><section id="gru-why"><h1>{h}</h1><p>{p}
<math><mi>x</mi><annotation>x_t \\text{{{word}}}</annotation></math>
<a href="lstm.html#lstm">l</a></p>
<div class="cell_input"><pre>y = 1</pre></div><div class="cell_output"><pre>1.0</pre></div>
</section></article></html>"""
ENGLISH_PAGE = PAGE.format(h="Why", p="Because", word="now")
OTHER_PAGE = PAGE.format(h="Mengapa", p="Karena", word="kini")


@pytest.mark.parametrize(
    ("kind", "was", "planted"),
    [
        ("structure", "<p>", "<p>Satu lagi</p><p>"),
        ("structure", "<h1>Mengapa</h1>", "<h2>Mengapa</h2>"),
        ("structure", "article", "div"),
        ("label", 'id="gru-why"', 'id="gru-mengapa"'),
        ("maths", "x_t", "x_{t-1}"),
        ("code", "y = 1", "y = 2"),
        ("link", "lstm.html#lstm", "lstm.html#gru"),
        ("output", "1.0", "1.1"),
    ],
)
def test_every_planted_fault_of_a_built_page_is_named_and_no_other(kind, was, planted):
    assert list(page_differences(ENGLISH_PAGE, OTHER_PAGE)) == []
    found = list(page_differences(ENGLISH_PAGE, OTHER_PAGE.replace(was, planted)))
    assert {k for k, _ in found} == {kind} and all(text for _, text in found)


def notebook():
    about = {"grade_id": "check_a", "points": 4, "grade": True, "checksum": "a"}
    return {
        "cells": [
            {"id": "one", "cell_type": "markdown", "metadata": {}, "source": "Words."},
            {"id": "two", "cell_type": "code", "metadata": {"nbgrader": about}, "outputs": [],
             "source": 'start("ps1", language="en")'},
        ]
    }  # fmt: skip


def plant(change):
    other = notebook()
    other["cells"][0]["source"] = "Kata."
    other["cells"][1]["metadata"]["nbgrader"]["checksum"] = "b"
    other["cells"][1]["source"] = 'start("ps1", language="id")'
    before = copy.deepcopy(other)
    change(other["cells"])
    assert change is nothing or other != before
    return [kind for kind, _ in notebook_differences(notebook(), other)]


def nothing(cells):
    pass


def test_every_planted_fault_of_a_release_is_named_and_no_other():
    assert plant(nothing) == []
    assert plant(lambda cells: cells[1]["metadata"]["nbgrader"].update(points=5)) == ["points"]
    assert plant(lambda cells: cells[1].update(source="pass")) == ["code"]
    assert plant(lambda cells: cells[1].update(outputs=[1])) == ["output"]
    assert plant(lambda cells: cells[0].update(id="uno")) == ["cell", "cell"]
    assert plant(lambda cells: cells.pop(0)) == ["cell"]
    assert plant(lambda cells: cells.reverse()) == ["cell"]


def test_status_looks_at_the_releases_of_a_course(tmp_path):
    for language in LANGUAGES:
        path = tmp_path / "exercises" / language / "ps1" / "ps1.ipynb"
        path.parent.mkdir(parents=True)
        made = notebook()
        made["cells"][1]["metadata"]["nbgrader"]["points"] = 5 if language == "id" else 4
        path.write_text(json.dumps(made), "utf-8")
    assert [(p.catalog, p.kind) for p in other_editions(tmp_path, "id")] == [("ps1", "points")]
    assert other_editions(tmp_path, "zh_CN") == []
    path.unlink()
    (lost,) = other_editions(tmp_path, "zh_CN")
    assert lost.kind == "structure"


def test_the_committed_releases_are_one_assignment_in_three_languages():
    assert [str(p) for language in OTHERS for p in other_editions_of_releases(language)] == []


def other_editions_of_releases(language):
    from course_lib.publish.editions import compare_releases

    found = list(compare_releases(ROOT / "exercises", language))
    assert len(list((ROOT / "exercises" / language).glob("*/*.ipynb"))) == 7
    return found


@pytest.mark.parametrize("language", OTHERS)
def test_the_glossary_forbids_something_in_every_language_and_it_is_found(language):
    forms = forbidden(ROOT / "course_lib/i18n/glossary.yml", language)
    assert len(forms) > 50
    for form in forms:
        found = [kind for kind, _ in differences("x", f"x {form} x", (form,))]
        assert "term" in found, form


def test_problems_are_told_and_counted(capsys):
    from rich.console import Console

    problems = [p for p in check_catalog(Source("a", ("One.",), ""), Path("none.po"), "id")[1]]
    console = Console(width=200)
    assert not print_status(Status([], problems), console)
    assert "a (id), missing" in capsys.readouterr().out
