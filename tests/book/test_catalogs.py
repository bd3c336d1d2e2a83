"""The checker of translations finds every kind of fault that was planted, and no other."""

from pathlib import Path

import polib
import pytest
from rich.console import Console

from course_lib.i18n import LANGUAGES
from course_lib.publish import catalogs
from course_lib.publish.catalogs import check_catalog, print_status, status, update
from course_lib.publish.compare import differences
from course_lib.publish.po import merge
from course_lib.publish.sources import Source, message_source

PAGE = Source("book/page", ("Keep $x_t$.", "See {ref}`rnn`.", "Third."), "po/{language}")


def write(path: Path, *entries: polib.POEntry) -> Path:
    catalog = polib.POFile()
    catalog.metadata = {"Content-Type": "text/plain; charset=utf-8"}
    catalog.extend(entries)
    path.parent.mkdir(parents=True, exist_ok=True)
    catalog.save(str(path))
    return path


def entry(msgid: str, msgstr: str, **more) -> polib.POEntry:
    return polib.POEntry(msgid=msgid, msgstr=msgstr, **more)


WHOLE = [
    entry("Keep $x_t$.", "Simpan $x_t$."),
    entry("See {ref}`rnn`.", "Lihat {ref}`rnn`."),
    entry("Third.", "Ketiga."),
]


def kinds(*entries, path) -> list[str]:
    return [p.kind for p in check_catalog(PAGE, write(path, *entries), "id", ("operan",))[1]]


def test_a_whole_translation_has_no_problem_and_every_planted_fault_is_named(tmp_path):
    path = tmp_path / "page.po"
    assert kinds(*WHOLE, path=path) == []
    assert kinds(*WHOLE[:2], path=path) == ["missing"]
    assert kinds(*WHOLE[:2], entry("Third.", ""), path=path) == ["untranslated"]
    assert kinds(*WHOLE[:2], entry("Third.", "Ketiga.", flags=["fuzzy"]), path=path) == ["fuzzy"]
    assert kinds(*WHOLE, entry("Gone.", "Hilang."), path=path) == ["stale"]
    assert kinds(*WHOLE, entry("Gone.", "Hilang.", obsolete=True), path=path) == ["stale"]
    assert kinds(entry("Keep $x_t$.", "Simpan $x$."), *WHOLE[1:], path=path) == ["maths", "maths"]
    assert kinds(*WHOLE[:2], entry("Third.", "Operan ketiga."), path=path) == ["term"]
    assert [p.kind for p in check_catalog(PAGE, tmp_path / "none.po", "id")[1]] == ["missing"]
    path.write_bytes(b'msgid "a\xff')
    assert [p.kind for p in check_catalog(PAGE, path, "id")[1]] == ["unreadable"]


@pytest.mark.parametrize(
    ("kind", "english", "translation"),
    [
        ("maths", "Of $a$ and $b$.", "Dari $a$."),
        ("maths", "Of $a$.", "Dari a."),
        ("maths", "No sums.", "Jumlah $c$."),
        ("role", "See {ref}`rnn`.", "Lihat {ref}`lstm`."),
        ("role", "See {doc}`/book/a`.", "Lihat bab itu."),
        ("role", "A {term}`gate`.", "Sebuah gerbang."),
        ("role", "A {term}`gate`.", "Sebuah {term}`gerbang <cell>`."),
        ("code", "Call `rnn_cell`.", "Panggil `rnn_sel`."),
        ("code", "Call `rnn_cell`.", "Panggil rnn_cell."),
        ("link", "[here](a.md)", "[di sini](b.md)"),
        ("markup", "**Note:** learn", "**注意：**学习"),
    ],
)
def test_what_a_page_lost_in_translation_is_named(kind, english, translation):
    found = {found for found, _ in differences(english, translation)}
    assert found == {kind}


@pytest.mark.parametrize(
    ("english", "translation"),
    [
        ("Of $a$ and $b$.", "Dari $b$ dan $a$."),  # another order
        ("$n_{\\text{weights}}$", "$n_{\\text{bobot}}$"),  # words inside a formula
        ("A {term}`gate`.", "Sebuah {term}`gerbang <gate>`."),
        ("A {term}`gate`.", "一个{term}`门`。"),
        ("Costs \\$5 and \\$6.", "Harganya \\$5 dan \\$6."),
        ("**Note**: learn *it*.", "**注意**：学*它*。"),
        ("Use `a` and ``b `c` d``.", "Pakai ``b `c` d`` dan `a`."),
    ],
)
def test_a_translation_that_kept_everything_has_nothing_to_mend(english, translation):
    assert list(differences(english, translation)) == []


def test_a_message_of_the_program_must_keep_its_placeholders():
    lost = list(differences("Of {name} on {day}.", "Dari {nama}.", markdown=False))
    assert [kind for kind, _ in lost] == ["placeholder", "placeholder"]
    assert list(differences("Of {name:.2f}.", "Dari {name}.", markdown=False)) == []


def test_a_forbidden_form_is_a_whole_word_and_in_chinese_any_part_of_the_sentence():
    assert list(differences("A pass.", "Operan.", ("operan",)))
    assert not list(differences("A pass.", "Dioperankan.", ("operan",)))
    assert list(differences("A gate.", "这个大门。", ("大门",)))


def test_update_keeps_what_holds_marks_what_changed_and_writes_nothing_the_second_time(tmp_path):
    path = tmp_path / "page.po"
    old = Source("page", ("One gate stays.", "The cell state is a sum.", "Gone."), "")
    assert merge(old, path, "id")
    catalog = polib.pofile(str(path))
    for one, text in zip(catalog, ["Satu gerbang.", "Keadaan sel.", "Hilang."], strict=True):
        one.msgstr = text
    catalog.save(str(path))
    new = Source("page", ("New here.", "One gate stays.", "The cell state is a long sum."), "")
    assert merge(new, path, "id")
    said = {e.msgid: (e.msgstr, e.fuzzy) for e in polib.pofile(str(path)) if not e.obsolete}
    assert said["One gate stays."] == ("Satu gerbang.", False)
    assert said["The cell state is a long sum."] == ("Keadaan sel.", True)
    assert said["New here."][0] == "" or said["New here."][1]
    assert "Gone." not in said
    before = path.read_bytes()
    assert not merge(new, path, "id")
    assert path.read_bytes() == before
    assert b"Date" not in before and b"#: " not in before


def test_a_long_sentence_that_changed_leaves_a_catalog_that_can_be_read(tmp_path):
    path, long = tmp_path / "page.po", "The cell state is a sum that grows at every step. " * 5
    merge(Source("page", (long,), ""), path, "id")
    write(path, entry(long, "Keadaan sel."))
    merge(Source("page", (long + "Always.",), ""), path, "id")
    (found,) = polib.pofile(str(path))
    assert found.fuzzy and found.previous_msgid == long


def test_messages_are_found_by_both_marks_with_the_file_that_says_them(tmp_path):
    (tmp_path / "course_lib").mkdir()
    (tmp_path / "course_lib/a.py").write_text('X = N_("Later.")\nprint(_("Now {n}."))\nf("No.")\n')
    source = message_source(tmp_path)
    assert source.messages == ("Later.", "Now {n}.")
    assert source.places == (("course_lib/a.py",),) * 2


@pytest.mark.slow
def test_status_of_a_book_goes_from_missing_to_whole_and_the_build_shows_english_for_a_gap(book):
    book.write(
        "page", "# Page\n\nA {term}`gate` is $\\sigma$.\n\n| one | two |\n|--|--|\n| a | b |\n"
    )
    book.write("welcome", "# Welcome\n\n:::{glossary}\ngate\n  A share.\n:::\n")
    console = Console(record=True, width=120, file=(book.root / "out.txt").open("w"))
    assert {p.kind for p in status(book.root, console).problems} == {"missing"}
    update(book.root, console)
    assert {p.kind for p in status(book.root, console).problems} == {"untranslated"}

    folder = book.root / "book/locales"
    for language in catalogs.TRANSLATIONS:
        for path in (folder / language).rglob("*.po"):
            catalog = polib.pofile(str(path))
            for one in catalog:
                one.msgstr = f"{one.msgid} {language}".replace("A {", "{").replace(" is ", " = ")
            catalog.save(str(path))
    whole = status(book.root, console)
    assert whole.ok, whole.problems
    assert print_status(whole, console)

    stray = folder / "id/LC_MESSAGES/book/old.po"
    stray.write_text('msgid ""\nmsgstr ""\n')
    page = folder / "id/LC_MESSAGES/book/page.po"
    page.write_text(page.read_text().replace('msgstr "Page id"', 'msgstr ""'))
    found = status(book.root, console)
    assert sorted(p.kind for p in found.problems) == ["stale", "untranslated"]
    assert not print_status(found, console)
    assert "2 to mend" in console.export_text()

    book.build("id")
    assert "<h1>Page<" in book.html("page", "id")
    assert "two id" in book.html("page", "id")  # a cell of a pipe table
    assert "The part id" in book.html("page", "id")  # a caption of _toc.yml
    assert set(catalogs.TRANSLATIONS) == set(LANGUAGES) - {"en"}
