"""What lies in ``submitted/`` itself is named: it is nobody's, and nobody is graded for it."""

import shutil

from click.testing import CliRunner

from course_lib.cli import main
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
