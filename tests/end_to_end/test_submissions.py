"""What students hand in, whatever it is, becomes a gradable notebook and a sentence."""

import copy
import json
import time

import nbformat
import pytest

from course_lib.errors import CourseError
from course_lib.grading import handed_in
from course_lib.grading.sample import read_student
from course_lib.grading.submissions import check_students, read_submission, stage, students_of
from course_lib.i18n import speaking

RIGHT = "def add(a, b):\n    return a + b"


def read(course, student="ana"):
    return read_submission(course.root, "tiny", student)


def told(submission) -> str:
    return " ".join(note.text() for note in submission.notes)


def names(notebook) -> list[str]:
    found = [cell.metadata.get("nbgrader", {}).get("grade_id") for cell in notebook.cells]
    return [name for name in found if name]


def test_an_untouched_submission_needs_no_mending(course):
    course.submit("ana", RIGHT, language="zh_CN")
    submission = read(course)
    assert (submission.readable, submission.notes, submission.language) == (True, [], "zh_CN")


def test_the_files_that_were_handed_in_are_never_changed(course, find_cell):
    path = course.submit("ana", lambda nb: nb.cells.remove(find_cell(nb, "test_add")))
    before = path.read_bytes()
    stage(course.root, "tiny", read(course))
    assert path.read_bytes() == before
    assert list(path.parent.iterdir()) == [path]


def test_a_renamed_notebook_is_recognised_by_its_cells(course):
    course.submit("ana", RIGHT, file="Homework final (2).ipynb")
    submission = read(course)
    assert submission.readable
    assert "Homework final (2).ipynb" in told(submission)


def test_a_notebook_in_the_students_own_folder_is_found(course):
    path = course.submit("ana", RIGHT)
    path.rename(path.parents[1] / "tiny.ipynb")
    path.parent.rmdir()
    assert students_of(course.root, "tiny") == ["ana"]
    assert "tiny.ipynb" in told(read(course))
    assert read(course).readable


def test_of_several_notebooks_the_one_with_the_assignments_name_is_taken(course, find_cell):
    course.submit("ana", "def add(a, b):\n    return 0", file="old.ipynb")
    course.submit("ana", RIGHT)
    submission = read(course)
    assert find_cell(submission.notebook, "add").source == RIGHT
    assert "Several" in told(submission)


@pytest.mark.parametrize("copy_has_more", [True, False])
def test_an_older_copy_further_in_is_not_graded_instead(course, find_cell, copy_has_more):
    def answer(nb):
        find_cell(nb, "add").source = RIGHT
        if copy_has_more:
            nb.cells.remove(find_cell(nb, "test_add"))

    path = course.submit("ana", "def add(a, b):\n    return 0", file="backup/tiny.ipynb")
    assert path.parent.name == "backup"
    course.submit("ana", answer)
    submission = read(course)
    assert find_cell(submission.notebook, "add").source == RIGHT
    assert not submission.damaged


@pytest.mark.parametrize("rest", ["", "}", '{"cells": ['])
def test_where_the_file_in_its_place_is_broken_a_copy_is_graded(course, find_cell, rest):
    course.submit("ana", RIGHT, file="backup/tiny.ipynb")
    path = course.submit("ana", "def add(a, b):\n    return 0")
    path.write_text(rest or path.read_text("utf-8")[:-500], "utf-8")
    submission = read(course)
    assert find_cell(submission.notebook, "add").source == RIGHT
    assert submission.damaged


def test_another_assignments_notebook_in_the_students_folder_is_not_taken_for_this_one(course):
    folder = course.root / "submitted" / "ana"
    folder.mkdir(parents=True)
    nbformat.write(nbformat.v4.new_notebook(), folder / "holiday.ipynb")
    (folder / "folder.ipynb").mkdir()
    (folder / "nowhere.ipynb").symlink_to("gone.ipynb")
    assert students_of(course.root, "tiny") == []


def test_helper_modules_and_the_time_stamp_come_along_and_links_do_not(course):
    path = course.submit("ana", RIGHT)
    (path.parent / "helper.py").write_text("x = 1\n")
    (path.parent / "timestamp.txt").write_text("2026-11-21 12:00:00 UTC")
    (path.parent / "link.py").symlink_to(course.source)
    before = read(course).digest
    staged = course.root / stage(course.root, "tiny", read(course)) / "ana" / "tiny"
    assert sorted(p.name for p in staged.iterdir()) == ["helper.py", "timestamp.txt", "tiny.ipynb"]
    (path.parent / "helper.py").write_text("x = 2\n")
    assert read(course).digest != before


def test_files_beside_the_notebook_that_are_too_large_stay_behind(course, monkeypatch):
    path = course.submit("ana", RIGHT)
    (path.parent / "a.txt").write_text("small", "utf-8")
    (path.parent / "b.bin").write_bytes(bytes(200))
    submission = read(course)
    monkeypatch.setattr(handed_in, "MAX_BYTES", 100)
    staged = course.root / stage(course.root, "tiny", submission) / "ana" / "tiny"
    assert sorted(p.name for p in staged.iterdir()) == ["a.txt", "tiny.ipynb"]


@pytest.mark.parametrize(("most", "large"), [(2000, 51 * 2**20), (1, 5)])
def test_the_time_stamp_comes_along_whatever_lies_before_it(course, monkeypatch, most, large):
    path = course.submit("ana", RIGHT)
    for name in ("a.bin", "b.bin"):
        with (path.parent / name).open("wb") as file:
            file.truncate(large)
    (path.parent / "timestamp.txt").write_text("2026-11-21 12:00:00 UTC")
    monkeypatch.setattr(handed_in, "MOST_FILES", most)
    submission = read(course)
    assert "Left out: a.bin, b.bin." in told(submission)
    staged = course.root / stage(course.root, "tiny", submission) / "ana" / "tiny"
    assert sorted(p.name for p in staged.iterdir()) == ["timestamp.txt", "tiny.ipynb"]


def test_a_file_that_was_moved_is_a_change(course):
    path = course.submit("ana", RIGHT)
    (path.parent / "helper.py").write_text("x = 1\n")
    before = read(course).digest
    (path.parent / "sub").mkdir()
    (path.parent / "helper.py").rename(path.parent / "sub" / "helper.py")
    assert read(course).digest != before


def test_a_first_cell_that_begins_a_hundred_thousand_times_is_read_soon(course):
    def long(nb):
        nb.metadata = {}
        nb.cells[1].source = "start(" * 100_000

    course.submit("ana", long)
    begun = time.monotonic()
    assert read(course).readable
    assert time.monotonic() - begun < 5


def test_a_files_name_is_text_in_the_notice_whatever_it_looks_like(course):
    course.submit("ana", RIGHT, file="<details>.ipynb")
    staged = course.root / stage(course.root, "tiny", read(course)) / "ana" / "tiny"
    notice = nbformat.read(staged / "tiny.ipynb", as_version=4).cells[0].source
    assert "&lt;details&gt;.ipynb" in notice and "<" not in notice


def test_a_link_to_somebody_elses_file_is_not_followed(course):
    path = course.submit("ana", RIGHT)
    path.unlink()
    path.symlink_to(course.source.with_suffix(".ipynb"))
    assert not read(course).readable


def test_checkpoints_are_no_submissions(course):
    path = course.submit("ana", RIGHT)
    checkpoint = path.parent / ".ipynb_checkpoints" / "tiny-checkpoint.ipynb"
    checkpoint.parent.mkdir()
    path.rename(checkpoint)
    assert "no notebook" in told(read(course))


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b'{"cells": [', "damaged"),
        (b"", "damaged"),
        (b"\xff\xfe\x00 not text", "damaged"),
        (b"[" * 100_000, "cannot be read"),
        (b"[1, 2, 3]", "cannot be read"),
        (b'{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": 7}', "cannot be read"),
        (b'{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [3]}', "cannot be read"),
        (b'{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": []}', "not a notebook of"),
    ],
)
def test_a_file_that_is_no_notebook_is_named_and_an_empty_one_graded(course, content, word):
    path = course.submit("ana", RIGHT)
    path.write_bytes(content)
    submission = read(course)
    assert not submission.readable
    assert "tiny.ipynb" in told(submission) and word in told(submission)
    assert names(submission.notebook) == ["add", "test_add"]
    assert "return a + b" not in submission.notebook.cells[3].source


def own_cell(**more):
    """The notebook's JSON with one more cell, as an odd program or a crash leaves it."""
    cell = {"cell_type": "code", "id": "own", "metadata": {}, "source": "x = 1"}
    cell |= {"outputs": [], "execution_count": None, **more}
    return lambda content: content["cells"].insert(2, cell)


ODD = {
    "half a character": own_cell(source="x = '\ud83d'"),
    "half a character in metadata": own_cell(metadata={"x": "\ud83d"}),
    "a zero byte": own_cell(source="x = '\0'"),
    "tags as text": own_cell(metadata={"tags": "abc"}),
    "tags as a number": own_cell(metadata={"tags": 5}),
    "a name that is none": own_cell(metadata={"name": 5, "collapsed": "yes"}),
    "nbgrader's words as a list": own_cell(metadata={"nbgrader": [1]}),
    "an id with blanks": own_cell(id="my cell!"),
    "an id too long": own_cell(id="x" * 100),
    "a number as id": own_cell(id=5),
    "tags of a check": lambda content: content["cells"][-1]["metadata"].update(tags=5),
    "a language as a list": lambda content: content["metadata"].update(course={"language": ["en"]}),
    "metadata of another kind": lambda content: content.update(metadata={"course": [1]}),
}


@pytest.mark.parametrize("spoil", ODD.values(), ids=ODD)
def test_a_notebook_with_odd_contents_is_graded_like_any_other(course, find_cell, spoil):
    path = course.submit("ana", RIGHT)
    content = json.loads(path.read_text("utf-8"))
    spoil(content)
    path.write_text(json.dumps(content), "utf-8")
    submission = read(course)
    assert submission.readable
    folder = course.root / stage(course.root, "tiny", submission)
    staged = nbformat.read(folder / "ana" / "tiny" / "tiny.ipynb", as_version=4)
    nbformat.validate(staged)
    assert names(staged) == ["add", "test_add"]
    assert find_cell(staged, "add").source == RIGHT


def test_an_empty_folder_is_said_to_be_empty(course):
    course.submit("ana", RIGHT).unlink()
    assert "no notebook" in told(read(course))
    assert not read(course).readable


def test_a_huge_file_is_not_read(course, monkeypatch):
    course.submit("ana", RIGHT)
    monkeypatch.setattr(handed_in, "MAX_BYTES", 100)
    assert "MB" in told(read(course))


def test_an_older_notebook_format_is_read(course):
    path = course.submit("ana", RIGHT)
    notebook = json.loads(path.read_text("utf-8"))
    notebook["nbformat_minor"] = 2
    for cell in notebook["cells"]:
        cell.pop("id")
    path.write_text(json.dumps(notebook), "utf-8")
    assert read(course).readable


def test_a_deleted_check_comes_back_in_its_place(course, find_cell):
    course.submit("ana", lambda nb: nb.cells.remove(find_cell(nb, "test_add")))
    submission = read(course)
    assert names(submission.notebook) == ["add", "test_add"]
    assert "test_add" in told(submission)


def test_a_deleted_answer_does_not_undo_one_that_stands_elsewhere(course, find_cell):
    def move_answer(nb):
        nb.cells.remove(find_cell(nb, "add"))
        nb.cells.insert(3, nbformat.v4.new_code_cell(RIGHT))

    course.submit("ana", move_answer)
    notebook = read(course).notebook
    assert names(notebook) == ["add", "test_add"]
    assert [cell.source for cell in notebook.cells].count(RIGHT) == 1
    assert "NotImplementedError" not in find_cell(notebook, "add").source


def test_of_two_copies_of_an_answer_the_last_answered_one_counts(course, find_cell):
    def copy_stub_below(nb):
        cell = find_cell(nb, "add")
        stub = copy.deepcopy(cell)
        stub.id = "copy"
        cell.source = RIGHT
        nb.cells.insert(nb.cells.index(cell) + 1, stub)

    course.submit("ana", copy_stub_below)
    submission = read(course)
    assert find_cell(submission.notebook, "add").source == RIGHT
    assert not any("NotImplementedError" in cell.source for cell in submission.notebook.cells)
    assert "more than once" in told(submission)


def test_moved_cells_go_back_in_order_with_what_follows_them(course, find_cell):
    def check_first(nb):
        nb.cells.insert(2, nb.cells.pop(nb.cells.index(find_cell(nb, "test_add"))))

    course.submit("ana", check_first)
    submission = read(course)
    assert names(submission.notebook) == ["add", "test_add"]
    assert "order" in told(submission)


def test_a_check_that_was_changed_is_the_original_again(course, find_cell):
    def cheat(nb):
        find_cell(nb, "test_add").source = "4.0"

    course.submit("ana", cheat)
    submission = read(course)
    assert find_cell(submission.notebook, "test_add").source == "Result(add)"
    assert "changed" in told(submission)


def test_a_tag_that_would_skip_a_check_is_taken_off(course, find_cell):
    def skip(nb):
        find_cell(nb, "test_add").metadata["tags"] = ["skip-execution"]

    course.submit("ana", skip)
    submission = read(course)
    assert "tags" not in find_cell(submission.notebook, "test_add").metadata
    assert "not to be run" in told(submission)


def test_points_and_kind_of_a_cell_are_as_released(course, find_cell):
    def tamper(nb):
        cell = find_cell(nb, "test_add")
        cell.metadata.nbgrader.points = 400
        nb.cells[nb.cells.index(cell)] = nbformat.v4.new_markdown_cell(
            cell.source, metadata=cell.metadata
        )

    course.submit("ana", tamper)
    submission = read(course)
    cell = find_cell(submission.notebook, "test_add")
    assert (cell.cell_type, cell.metadata.nbgrader.points) == ("code", 4)
    assert "test_add had been changed" in told(submission)


def test_the_first_cell_comes_back_in_the_students_language(course):
    course.submit("ana", lambda nb: nb.cells.pop(1), language="id")
    submission = read(course)
    assert any('language="id"' in cell.source for cell in submission.notebook.cells)
    assert "first cell" in told(submission)


def test_the_notice_is_in_the_students_language_and_the_report_in_the_teachers(course, monkeypatch):
    import course_lib.i18n as i18n

    words = {"The cell {name} was missing and was put back.": "Sel {name} hilang."}
    plain = i18n.translator
    monkeypatch.setattr(i18n, "translator", lambda lang: words.get if lang == "id" else plain(lang))
    course.submit("ana", lambda nb: nb.cells.pop(), language="id")
    submission = read(course)
    with speaking("id"):
        assert told(submission) == "Sel test_add hilang."
    assert "put back" in told(submission)


def test_a_student_without_a_submission_is_named(course):
    course.submit("ana", RIGHT)
    with pytest.raises(CourseError, match="bram"):
        check_students(course.root, "tiny", ["ana", "bram"])


def test_no_submission_at_all_is_said_with_where_to_put_them(course):
    with pytest.raises(CourseError, match=r"submitted/<student>/tiny"):
        check_students(course.root, "tiny", None)


def test_a_sample_file_that_says_something_unknown_is_refused(tmp_path):
    path = tmp_path / "ana.py"
    path.write_text("# name: Ana\n# colour: red\n# %% add\n", "utf-8")
    with pytest.raises(CourseError, match="colour"):
        read_student(path)
