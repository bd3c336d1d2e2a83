"""What lies in ``submitted/`` itself is named: it is nobody's, and nobody is graded for it."""

import errno
import os
import shutil

import pytest
from click.testing import CliRunner

from course_lib.cli import main
from course_lib.grading.grade import grade
from course_lib.grading.submissions import not_taken, read_submission, students_of

RIGHT = "def add(a, b):\n    return a + b"


def submitted(course):
    course.submit("ana", RIGHT)
    return course.root / "submitted"


def test_a_students_folder_that_is_a_link_is_not_followed_and_named(course):
    folder = submitted(course)
    (folder / "mallory").symlink_to("ana")
    assert students_of(course.root, "tiny") == ["ana"]
    (text,) = not_taken(course.root, ["tiny"])
    assert "submitted/mallory" in text and "link" in text
    submission = read_submission(course.root, "tiny", "mallory")
    assert not submission.readable
    assert "followed: mallory" in " ".join(note.text() for note in submission.notes)


def test_a_loose_notebook_is_named_with_its_place(course):
    folder = submitted(course)
    shutil.copy(folder / "ana" / "tiny" / "tiny.ipynb", folder / "bo.ipynb")
    (text,) = not_taken(course.root, ["tiny"])
    assert "submitted/bo.ipynb" in text and text.endswith("submitted/bo/tiny/tiny.ipynb")


def test_many_loose_notebooks_are_one_sentence(course):
    folder = submitted(course)
    for number in range(30):
        shutil.copy(folder / "ana" / "tiny" / "tiny.ipynb", folder / f"s{number:02}.ipynb")
    (text,) = not_taken(course.root, ["tiny"])
    assert "submitted/s00.ipynb" in text and "s29" not in text and "…" in text
    assert text.endswith("submitted/<student>/tiny/tiny.ipynb")


def test_a_notebook_of_another_assignment_is_named_when_that_is_graded(course):
    folder = submitted(course)
    other = course.root / "solutions" / "large" / "large.md"
    other.parent.mkdir()
    shutil.copy(course.source, other)
    (folder / "bo.ipynb").write_text('{"metadata": {"course": {"assignment": "large"}}}', "utf-8")
    assert not_taken(course.root, ["tiny"]) == []
    assert "large" in " ".join(not_taken(course.root, ["large", "tiny"]))
    (folder / "bo.ipynb").write_text("{}", "utf-8")
    assert "<assignment>" in " ".join(not_taken(course.root, ["tiny"]))


def lost(file: str):
    """Whoever hands in the notebook of ana under this name, and nothing else."""

    def hand_in(folder):
        path = folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(folder.parent / "ana" / "tiny" / "tiny.ipynb", path)

    return hand_in


LOST = {
    "another ending": (lost("tiny.ipynb.txt"), "submitted/u (tiny.ipynb.txt)."),
    "in capitals": (lost("TINY.IPYNB"), "submitted/u (TINY.IPYNB)."),
    "an archive": (lost("tiny.zip"), "submitted/u (tiny.zip)."),
    "another folder": (lost("ti-ny/tiny.ipynb"), "submitted/u (ti-ny/tiny.ipynb)."),
    "a link": (lambda folder: (folder / "x.ipynb").symlink_to("gone"), "submitted/u (x.ipynb)."),
}


@pytest.mark.parametrize(("hand_in", "words"), LOST.values(), ids=LOST)
def test_a_folder_in_which_nothing_is_graded_is_named_with_what_it_holds(course, hand_in, words):
    folder = submitted(course)
    (folder / "u").mkdir()
    hand_in(folder / "u")
    (folder / "v").mkdir()
    (folder / "v" / "homework.docx").write_text("x", "utf-8")
    (text,) = not_taken(course.root, ["tiny"])
    assert words[:-1] in text and "submitted/v (homework.docx)" in text
    assert text.endswith("submitted/<student>/tiny/tiny.ipynb")
    assert "submitted/ana" not in text


def test_what_belongs_to_another_assignment_and_an_empty_folder_need_no_word(course):
    folder = submitted(course)
    shutil.copytree(course.source.parent, course.source.parents[1] / "large")
    large = course.source.parents[1] / "large"
    (large / "tiny.md").rename(large / "large.md")
    (folder / "bo" / "large").mkdir(parents=True)
    (folder / "empty").mkdir()
    assert not_taken(course.root, ["tiny"]) == []


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be", "utf-32"])
def test_a_misplaced_notebook_in_another_encoding_is_found(course, encoding):
    path = course.submit("ana", RIGHT)
    path.with_name("x").write_bytes(path.read_text("utf-8").encode(encoding))
    path.with_name("x").rename(path.parents[1] / "tiny.ipynb")
    shutil.rmtree(path.parent)
    assert students_of(course.root, "tiny") == ["ana"]
    assert read_submission(course.root, "tiny", "ana").readable


def test_a_link_that_leads_nowhere_in_the_place_of_the_folder_is_a_submission(course):
    folder = submitted(course)
    (folder / "u").mkdir()
    (folder / "u" / "tiny").symlink_to("gone")
    assert students_of(course.root, "tiny") == ["ana", "u"]
    notes = read_submission(course.root, "tiny", "u").notes
    assert "followed: tiny." in " ".join(note.text() for note in notes)


@pytest.mark.parametrize("place", ["bo", "bo/tiny"])
def test_a_folder_that_nobody_may_look_into_costs_its_own_student_only(course, monkeypatch, place):
    folder = submitted(course)
    course.submit("bo", RIGHT)
    shut_up(monkeypatch, folder / place)
    assert not_taken(course.root, ["tiny"]) == []
    report = grade(course.root, "tiny", workers=1)
    assert [(row.student, row.status) for row in report.rows] == [
        ("ana", "graded"),
        ("bo", "failed"),
    ]
    assert [row.student for row in report.failed] == ["bo"]
    assert "PermissionError" in report.failed[0].reason


def shut_up(monkeypatch, folder) -> None:
    """As without any permission on the folder, which root would have all the same."""

    def refusing(function, also_itself):
        def refuse(path=".", *args, **more):
            if str(path).startswith(f"{folder}/") or (also_itself and str(path) == str(folder)):
                raise PermissionError(errno.EACCES, "Permission denied", str(path))
            return function(path, *args, **more)

        return refuse

    for name in ("stat", "lstat", "open"):
        monkeypatch.setattr(os, name, refusing(getattr(os, name), False))
    for name in ("scandir", "listdir"):
        monkeypatch.setattr(os, name, refusing(getattr(os, name), True))


def test_folders_and_other_files_need_no_word(course):
    folder = submitted(course)
    (folder / "list of students.csv").write_text("ana", "utf-8")
    (folder / ".hidden").symlink_to("ana")
    assert not_taken(course.root, ["tiny"]) == []


def test_the_command_says_it_even_where_nothing_can_be_graded(course, monkeypatch):
    folder = submitted(course)
    (folder / "ana" / "tiny" / "tiny.ipynb").rename(folder / "[ana].ipynb")
    shutil.rmtree(folder / "ana")
    (course.root / "_config.yml").write_text("title: A course\n", "utf-8")
    monkeypatch.chdir(course.root)
    result = CliRunner().invoke(main, ["grade", "tiny"])
    assert result.exit_code == 2
    assert "submitted/[ana].ipynb" in result.output.replace("\n", "")
