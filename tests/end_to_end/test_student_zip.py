"""What a student gets: notebook and README in one language, nothing secret, always the same."""

import io
import zipfile
from pathlib import Path

import nbformat
import pytest

from course_lib.errors import CourseError
from course_lib.grading.config import assignments
from course_lib.grading.release import answer_lines, read_source, release_path
from course_lib.grading.student_zip import packed, student_zips
from course_lib.i18n import LANGUAGES

ROOT = Path(__file__).parents[2]


def opened(path_or_bytes) -> dict[str, str]:
    archive = zipfile.ZipFile(path_or_bytes)
    assert archive.testzip() is None
    return {name: archive.read(name).decode() for name in archive.namelist()}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("assignment", assignments(ROOT))
def test_nothing_secret_is_in_the_zip_of_an_assignment(assignment, language):
    notebook = release_path(ROOT, assignment, language).read_text("utf-8")
    files = opened(io.BytesIO(packed(assignment, language, notebook)))
    assert set(files) == {f"{assignment}/README.md", f"{assignment}/{assignment}.ipynb"}
    lines = {line.strip() for text in files.values() for line in text.splitlines()}
    read = nbformat.reads(files[f"{assignment}/{assignment}.ipynb"], as_version=4)
    lines |= {line.strip() for cell in read.cells for line in cell.source.splitlines()}
    assert not lines & answer_lines(read_source(ROOT, assignment))
    whole = "".join(files.values())
    for secret in (
        "SOLUTION",
        "HIDDEN TESTS",
        "MARK SCHEME",
        "hidden=True",
        "course_lib.exercises",
    ):
        assert secret not in whole, secret
    assert read.metadata.course.language == language


def test_the_readme_is_in_the_students_language_and_names_what_to_install():
    notebook = release_path(ROOT, "ps4_lstm", "id").read_text("utf-8")
    files = opened(io.BytesIO(packed("ps4_lstm", "id", notebook)))
    readme = files["ps4_lstm/README.md"]
    assert readme.startswith("# LSTM dari nol\n") and "Pasang paket kuliah" in readme
    assert "-m pip install COURSE" in readme and "-m jupyterlab ps4_lstm.ipynb" in readme
    assert "Install" not in readme


def test_the_same_notebook_gives_the_same_bytes_and_ordinary_files(course):
    first = [path.read_bytes() for path in student_zips(course.root, "tiny")]
    second = [path.read_bytes() for path in student_zips(course.root, "tiny")]
    assert first == second and len(set(first)) == len(LANGUAGES)
    for about in zipfile.ZipFile(io.BytesIO(first[0])).infolist():
        assert about.date_time == (1980, 1, 1, 0, 0, 0)
        assert about.external_attr >> 16 == 0o644 and not about.filename.startswith(("/", ".."))


def test_without_a_release_the_command_that_makes_it_is_named(new_course):
    with pytest.raises(CourseError, match="course release tiny"):
        student_zips(new_course.root, "tiny")


@pytest.mark.slow
def test_an_unzipped_notebook_begins_where_only_the_package_is_installed(tmp_path):
    """Outside of the course's folder: the first cell loads the checks, the first check runs."""
    from nbclient import NotebookClient

    notebook = release_path(ROOT, "ps4_lstm", "zh_CN").read_text("utf-8")
    zipfile.ZipFile(io.BytesIO(packed("ps4_lstm", "zh_CN", notebook))).extractall(tmp_path)
    file = tmp_path / "ps4_lstm" / "ps4_lstm.ipynb"
    read = nbformat.read(file, as_version=4)
    ids = [cell.metadata.get("nbgrader", {}).get("grade_id") for cell in read.cells]
    read.cells = read.cells[: ids.index("check_lstm_cell") + 1]
    done = NotebookClient(read, timeout=120, resources={"metadata": {"path": str(file.parent)}})
    done.execute()
    outputs = [output for cell in read.cells for output in cell.get("outputs", [])]
    assert not [output for output in outputs if output.output_type == "error"]
    said = outputs[-1].data["application/vnd.course.check+json"]["findings"][0]
    assert said["id"] == "not-written" and "还没有写" in said["text"]
