"""What must never be written into a student's notebook, and what a broken source says."""

import polib
import pytest

from course_lib.errors import CourseError
from course_lib.grading.blocks import split_blocks, translate_markdown
from course_lib.grading.release import (
    read_source,
    release,
    source_blocks,
    stale,
    student_notebook,
    to_text,
)


def edit(course, old: str, new: str) -> None:
    text = course.source.read_text("utf-8")
    assert old in text
    course.source.write_text(text.replace(old, new), "utf-8")


def refuses(course, *words: str) -> None:
    """The release fails with one sentence that has these words, and writes nothing."""
    with pytest.raises(CourseError) as refusal:
        release(course.root, "tiny")
    assert "\n" not in str(refusal.value)
    for word in words:
        assert word in str(refusal.value)
    assert not (course.root / "exercises").exists()


def test_a_line_of_the_answer_outside_its_marks_is_refused(new_course):
    edit(new_course, '    """The sum."""', '    """The sum."""\n    result = a + b')
    refuses(new_course, "result = a + b")


def test_an_answer_without_its_end_mark_is_refused(new_course):
    edit(new_course, "    ### END SOLUTION\n", "")
    refuses(new_course, "tiny", "no end solution")


def test_an_answer_in_a_cell_that_is_no_answer_cell_is_refused(new_course):
    edit(new_course, "  solution: true", "  solution: false")
    refuses(new_course, "solution cells")


def test_a_hidden_test_without_its_marks_is_refused(new_course):
    edit(new_course, "### BEGIN HIDDEN TESTS\n", "check(add, hidden=True)\n")
    refuses(new_course)


def test_a_source_without_a_start_cell_is_refused(new_course):
    edit(new_course, 'start("tiny", language="en")', "")
    refuses(new_course, "start(")


def test_a_start_cell_that_nbgrader_would_reset_to_english_is_refused(new_course):
    head = "```{code-cell} ipython3\ndef start"
    meta = "nbgrader:\n  grade: false\n  grade_id: s\n  locked: true\n  solution: false\n"
    edit(new_course, head, f"```{{code-cell}} ipython3\n---\n{meta}---\ndef start")
    refuses(new_course, "nbgrader metadata")


def test_an_unknown_assignment_names_those_that_exist(new_course):
    with pytest.raises(CourseError, match="tiny"):
        release(new_course.root, "ps9_nothing")


def test_a_folder_that_is_no_course_says_so(new_course):
    (new_course.root / "nbgrader_config.py").unlink()
    with pytest.raises(CourseError, match=r"nbgrader_config\.py"):
        release(new_course.root, "tiny")


def test_two_releases_are_the_same_byte_for_byte_and_fresh(course):
    first = {path: path.read_bytes() for path in course.root.glob("exercises/**/*.ipynb")}
    release(course.root, "tiny")
    assert len(first) == 3
    assert {path: path.read_bytes() for path in first} == first
    assert stale(course.root) == []


def test_a_changed_source_makes_every_language_stale(course):
    edit(course, "Write the sum", "Write the total")
    assert len(stale(course.root)) == 3


def test_nbgraders_own_command_writes_the_same_english_release(course):
    from nbgrader.converters import GenerateAssignment

    from course_lib.grading.directories import course_directory

    path = course.root / "exercises" / "en" / "tiny" / "tiny.ipynb"
    ours = path.read_bytes()
    directory = course_directory(course.root)
    directory.assignment_id = "tiny"
    converter = GenerateAssignment(coursedir=directory, config=directory.config)
    converter.force = True
    converter.start()
    assert path.read_bytes() == ours
    assert [p.name for p in path.parent.iterdir()] == ["tiny.ipynb"]  # no source beside it


def test_a_translated_block_is_used_and_a_missing_one_stays_english(course, tmp_path):
    catalog = polib.POFile()
    catalog.append(polib.POEntry(msgid="Write the sum $a + b$.", msgstr="Tulis jumlah $a + b$."))
    catalog.append(polib.POEntry(msgid="## Add", msgstr="## Lama", flags=["fuzzy"]))
    (tmp_path / "id").mkdir()
    catalog.save(str(tmp_path / "id" / "tiny.po"))
    told = to_text(student_notebook(course.root, "tiny", "id", tmp_path))
    assert "Tulis jumlah $a + b$." in told
    assert "A tiny assignment" in told
    assert "## Add" in told
    assert 'language=\\"id\\"' in told


def test_every_translatable_block_is_listed_once_with_its_cell(course):
    blocks = source_blocks(course.root, "tiny")
    assert [block.text for block in blocks] == [
        "# A tiny assignment",
        "Write the sum $a + b$.",
        "## Add",
    ]
    assert {block.cell for block in blocks} <= {
        c.id for c in read_source(course.root, "tiny").cells
    }


def test_code_and_displayed_mathematics_are_not_for_translation():
    text = "A *word*.\n\n```python\nx = 1\n\ny = 2\n```\n\n$$\nh_t\n\n= x_t\n$$\n\n- one\n- two"
    blocks = split_blocks(text)
    assert [block.translatable for block in blocks] == [True, False, False, True]
    assert translate_markdown(text, lambda block: block) == text
    assert translate_markdown(text, str.upper).count("x = 1") == 1
