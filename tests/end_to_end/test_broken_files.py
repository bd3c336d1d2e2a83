"""Files that another program, another encoding or a broken upload has spoiled, and what is left."""

import json
import time
import zipfile

import nbformat
import pytest

from course_lib.grading.release import release
from course_lib.grading.submissions import read_submission, stage

RIGHT = "def add(a, b):\n    return a + b"


def read(course, student="ana"):
    return read_submission(course.root, "tiny", student)


def told(submission) -> str:
    return " ".join(note.text() for note in submission.notes)


def names(notebook) -> list[str]:
    return [name for name in names_by_place(notebook) if name]


def names_by_place(notebook) -> list[str | None]:
    return [cell.metadata.get("nbgrader", {}).get("grade_id") for cell in notebook.cells]


# No notebook


def lay(folder, *files) -> None:
    for name in files:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x", "utf-8")


def zipped(folder, notebook: bytes) -> None:
    with zipfile.ZipFile(folder / "work.zip", "w") as archive:
        archive.writestr("tiny.ipynb", notebook)


HOLDS = {
    "nothing": (lambda folder: None, "There is nothing in it."),
    "a zip": (lambda folder: zipped(folder, b"{}"), "not unpacked: work.zip"),
    "a tar": (lambda folder: lay(folder, "work.tar.GZ"), "not unpacked: work.tar.GZ"),
    "a link": (lambda folder: (folder / "tiny.ipynb").symlink_to("/etc/hosts"),
               "Links are not followed: tiny.ipynb"),
    "a link further in": (lambda folder: (lay(folder, "sub/a.py"),
                                          (folder / "sub" / "b.ipynb").symlink_to("a.py")),
                          "followed: sub/b.ipynb. What is in it: sub/a.py"),
    "a page": (lambda folder: lay(folder, "tiny.html", "tiny.pdf"), "tiny.html, tiny.pdf"),
    "a folder": (lambda folder: (folder / "tiny.ipynb").mkdir(), "What is in it: tiny.ipynb/"),
    "a checkpoint": (
        lambda folder: lay(folder, ".ipynb_checkpoints/tiny-checkpoint.ipynb"),
        "What is in it: .ipynb_checkpoints/.",
    ),
    "many": (lambda folder: lay(folder, *(f"{n}.py" for n in range(9))), "1.py, 2.py, …"),
    "a time stamp": (lambda folder: lay(folder, "timestamp.txt"), "There is nothing in it."),
    "an odd name": (lambda folder: lay(folder, "a\n\x1b[31mb.py"), "What is in it: a b.py"),
}  # fmt: skip


@pytest.mark.parametrize("fill, words", HOLDS.values(), ids=HOLDS)
def test_without_a_notebook_it_is_said_what_there_is(course, fill, words):
    path = course.submit("ana", RIGHT)
    path.unlink()
    fill(path.parent)
    submission = read(course)
    assert not submission.readable
    assert "holds no notebook." in told(submission) and words in told(submission)
    stage(course.root, "tiny", submission)


def test_a_file_in_the_place_of_the_folder_is_named(course):
    path = course.submit("ana", RIGHT)
    path.unlink()
    path.parent.rmdir()
    path.parent.write_bytes(b"PK")
    assert "What is in it: tiny." in told(read(course))


def test_the_folder_of_an_assignment_that_is_a_link_is_named(course):
    course.submit("ana", RIGHT)
    (course.root / "submitted" / "bo").mkdir()
    (course.root / "submitted" / "bo" / "tiny").symlink_to("../ana/tiny")
    assert "Links are not followed: tiny." in told(read(course, "bo"))


@pytest.mark.parametrize("file", ["tiny.ipynb.txt", "tiny.json", "tiny.IPYNB", "x.ipynb.json"])
def test_a_notebook_with_another_ending_is_read(course, find_cell, file):
    path = course.submit("ana", RIGHT)
    path.rename(path.with_name(file))
    submission = read(course)
    assert submission.readable and file in told(submission)
    assert find_cell(submission.notebook, "add").source == RIGHT


def test_data_beside_a_broken_notebook_is_not_taken_for_it(course):
    path = course.submit("ana", RIGHT)
    path.write_bytes(b"")
    (path.parent / "data.json").write_text('{"cells": [1]}', "utf-8")
    assert told(read(course)).startswith("tiny.ipynb is not a notebook")


# Encodings

GREETED = "# Überschrift: çà et là\ndef add(a, b):\n    return a + b"
CHINESE = "# 两个数的和，结果是一个数\ndef add(a, b):\n    return a + b"


def in_words(path) -> str:
    """The file with its letters as they are, and not as escapes."""
    return json.dumps(json.loads(path.read_text("utf-8")), ensure_ascii=False, indent=1)


@pytest.mark.parametrize(
    ("encoding", "answer", "said"),
    [
        ("utf-16", GREETED, "UTF-16"),
        ("utf-16-be", CHINESE, "UTF-16"),
        ("utf-32", CHINESE, "UTF-32"),
        ("cp1252", GREETED, "Windows-1252"),
        ("latin-1", GREETED, "Windows-1252"),
        ("gb18030", CHINESE, "GB18030"),
    ],
)
def test_another_encoding_is_read_and_named(course, find_cell, encoding, answer, said):
    path = course.submit("ana", answer, language="zh_CN" if answer is CHINESE else "en")
    text = in_words(path)
    if encoding == "cp1252":
        text = text.replace("tiny assignment", "tiny “assignment”")
    path.write_bytes(text.encode(encoding))
    submission = read(course)
    assert submission.readable
    assert f"tiny.ipynb is written in {said}" in told(submission)
    assert find_cell(submission.notebook, "add").source == answer


def test_the_mark_that_some_editors_write_needs_no_note(course, find_cell):
    path = course.submit("ana", CHINESE)
    path.write_bytes(in_words(path).encode("utf-8-sig"))
    submission = read(course)
    assert submission.notes == []
    assert find_cell(submission.notebook, "add").source == CHINESE


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_lost_character_is_never_lost_in_silence(course, find_cell, encoding):
    path = course.submit("ana", CHINESE)
    data = in_words(path).encode(encoding)
    before = data.index(
        "的".encode(encoding)[-3:] if encoding == "utf-8" else "的".encode("utf-16-le")
    )
    broken = b"\xff" if encoding == "utf-8" else b"\x00\xd8"
    path.write_bytes(data[:before] + broken + data[before + len(broken) :])
    submission = read(course)
    assert "tiny.ipynb" in told(submission) and "were lost" in told(submission)
    assert "�" in find_cell(submission.notebook, "add").source


# Cut off


def cut(path, after: str, more: int = 0) -> None:
    data = path.read_bytes()
    path.write_bytes(data[: data.index(after.encode()) + len(after) + more])


def test_of_a_file_that_breaks_off_the_whole_cells_count(course, find_cell):
    path = course.submit("ana", RIGHT)
    cut(path, "Result(")
    lines = path.read_text("utf-8").count("\n") + 1
    submission = read(course)
    assert submission.readable and submission.damaged
    assert f"cut off at line {lines}" in told(submission) and ", 4, were read" in told(submission)
    assert "test_add was missing" in told(submission)
    assert find_cell(submission.notebook, "add").source == RIGHT
    assert find_cell(submission.notebook, "test_add").source == "Result(add)"
    stage(course.root, "tiny", submission)


def test_a_whole_file_with_another_ending_is_graded_and_not_one_that_breaks_off(course, find_cell):
    path = course.submit("ana", RIGHT)
    path.rename(path.with_name("tiny.ipynb.txt"))
    cut(course.submit("ana", "def add(a, b):\n    return 0"), "Result(")
    submission = read(course)
    assert find_cell(submission.notebook, "add").source == RIGHT
    assert submission.damaged and "tiny.ipynb.txt was graded" in told(submission)


@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_wherever_a_file_breaks_off_it_is_read_or_named(course, language):
    path = course.submit("ana", CHINESE, language=language)
    whole = in_words(path).encode()
    read_at_all = 0
    for length in range(0, len(whole), 37):
        path.write_bytes(whole[:length])
        submission = read(course)
        assert "cut off at line" in told(submission) and "were lost" not in told(submission)
        assert names(submission.notebook) == ["add", "test_add"]
        read_at_all += submission.readable
    assert read_at_all > 5


def test_a_file_cut_off_after_its_cells_has_them_all(course):
    path = course.submit("ana", RIGHT)
    cut(path, '"nbformat"')
    submission = read(course)
    assert submission.readable and "missing" not in told(submission)


def test_what_another_program_wrote_before_the_cells_is_kept(course):
    path = course.submit("ana", RIGHT, language="id")
    content = json.loads(path.read_text("utf-8"))
    first = {key: content[key] for key in ("nbformat", "nbformat_minor", "metadata", "cells")}
    path.write_text(json.dumps(first), "utf-8")
    cut(path, "Result(")
    assert (read(course).readable, read(course).language) == (True, "id")


CELL = '{"cell_type": "code", "id": "a", "metadata": {}, "source": "x", "outputs": []}'
HOSTILE = {
    "deep in a cell": '{"cells": [' + CELL + ', {"source": ' + "[" * 1_000_000,
    "deep objects": '{"cells": [' + '{"a":' * 1_000_000,
    "deep before the cells": '{"a": ' + "[" * 1_000_000,
    "cells and no end": '{"cells": ['
    + ", ".join(CELL.replace('"a"', f'"a{n}"') for n in range(3_000)),
    "numbers for cells": '{"cells": [' + "1, " * 100_000,
    "a long number": '{"cells": [' + CELL + ', {"a": ' + "1" * 100_000 + "}]}",
    "cells twice": '{"cells": [' + CELL + '], "cells": [' + CELL,
    "cells that are none": '{"cells": 5, "a": ',
    "a name that is none": '{["cells"]: [' + CELL,
    "many names": "{" + ", ".join(f'"{n}": {n}' for n in range(50_000)),
    "blanks": '{"cells": [' + CELL + "," + " " * 2_000_000,
    "half a character": '{"cells": [' + CELL.replace("x", "\\ud83d") + ", {",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_a_broken_file_that_means_harm_is_named_and_soon(course, text):
    path = course.submit("ana", RIGHT)
    path.write_text(text, "utf-8")
    begun = time.monotonic()
    submission = read(course)
    assert not submission.readable and "tiny.ipynb is not a notebook" in told(submission)
    assert time.monotonic() - begun < 20


# Without nbgrader's metadata


def stripped(notebook) -> None:
    for cell in notebook.cells:
        cell.metadata = {}
    notebook.metadata = {}


def numbered(notebook) -> None:
    """As a program that makes ids of its own leaves it, and blanks at the ends of lines."""
    stripped(notebook)
    for number, cell in enumerate(notebook.cells):
        cell.id = f"c{number}"
        cell.source = cell.source.replace("\n", " \n") + "\n"


def answered(change):
    def both(notebook):
        cell = next(c for c in notebook.cells if c.id == "add")
        cell.source = RIGHT
        change(notebook)

    return both


@pytest.mark.parametrize("change", [stripped, numbered])
@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_cells_are_recognised_without_metadata(course, find_cell, change, language):
    course.submit("ana", answered(change), language=language)
    submission = read(course)
    assert (submission.readable, submission.language) == (True, language)
    assert [note.text() for note in submission.notes] == [
        "The notebook had lost what nbgrader knows its cells by, as happens in other programs. "
        "They were recognised by their ids and texts."
    ]
    assert find_cell(submission.notebook, "add").source.split() == RIGHT.split()
    check = find_cell(submission.notebook, "test_add")
    assert (check.metadata.nbgrader.points, check.metadata.nbgrader.locked) == (4, True)


WRITTEN = """
## Why

Say why in your own words.

+++ {"nbgrader": {"grade": true, "grade_id": "why", "locked": false, "points": 3, \
"schema_version": 3, "solution": true, "task": false}}

*Write here.*

+++ {"nbgrader": {"grade": true, "grade_id": "example", "locked": false, "points": 3, \
"schema_version": 3, "solution": true, "task": false}}

*Write here, too.*

+++ {"nbgrader": {"grade": false, "grade_id": "plus", "locked": true, "points": 3, \
"schema_version": 3, "solution": false, "task": true}}

Why is it called a sum?
"""


@pytest.mark.parametrize("second", ["Two and three.", "*Write here, too.*"])
def test_written_answers_are_recognised_by_their_place(new_course, find_cell, second):
    new_course.source.write_text(new_course.source.read_text("utf-8") + WRITTEN, "utf-8")
    release(new_course.root, "tiny")

    def written(notebook):
        find_cell(notebook, "why").source = "Counting knows no order."
        find_cell(notebook, "example").source = second
        find_cell(notebook, "plus").source += "\nFrom Latin."
        numbered(notebook)

    new_course.submit("ana", written)
    submission = read(new_course)
    assert "missing" not in told(submission)
    assert find_cell(submission.notebook, "why").source.split()[0] == "Counting"
    assert find_cell(submission.notebook, "example").source.split() == second.split()
    assert find_cell(submission.notebook, "plus").source == "Why is it called a sum?"
    below = submission.notebook.cells[1 + names_by_place(submission.notebook).index("plus")]
    assert "From Latin." in below.source


def test_a_cell_is_taken_once_and_the_last_answer_counts(course, find_cell):
    def twice(notebook):
        numbered(notebook)
        place = next(i for i, c in enumerate(notebook.cells) if "def add" in c.source)
        notebook.cells.insert(place, nbformat.v4.new_code_cell("def add(a, b):\n    return 0"))

    course.submit("ana", answered(twice))
    submission = read(course)
    assert names(submission.notebook) == ["add", "test_add"]
    assert "+" in find_cell(submission.notebook, "add").source
    assert "more than once" in told(submission)


def test_what_is_recognised_as_a_check_is_the_original(course, find_cell):
    def forged(notebook):
        stripped(notebook)
        notebook.cells[-1].source = "4.0"

    course.submit("ana", forged)
    submission = read(course)
    assert find_cell(submission.notebook, "test_add").source == "Result(add)"
    assert "test_add had been changed" in told(submission)


def test_another_notebook_with_a_function_of_that_name_is_not_taken(course):
    def of_another(notebook):
        numbered(notebook)
        cell = next(c for c in notebook.cells if 'start("tiny"' in c.source)
        cell.source = cell.source.replace('start("tiny"', 'start("large"')

    course.submit("ana", answered(of_another))
    assert "not a notebook of this assignment" in told(read(course))


def test_few_cells_without_a_beginning_are_not_taken(course):
    def little(notebook):
        notebook.cells = [nbformat.v4.new_code_cell(RIGHT.replace("add", "other"))]

    course.submit("ana", little)
    assert not read(course).readable


@pytest.mark.parametrize("odd", [5, None, "my cell!"])
def test_an_odd_id_is_no_harm_to_a_stripped_notebook(course, odd):
    path = course.submit("ana", answered(stripped))
    content = json.loads(path.read_text("utf-8"))
    content["cells"][0]["id"] = odd
    path.write_text(json.dumps(content), "utf-8")
    assert read(course).readable
