"""``course report`` and ``course grade --explain`` as they are called."""

import json

import pytest
from click.testing import CliRunner

from course_lib.cli import COULD_NOT_START, DONE, main
from course_lib.grading import pool
from course_lib.grading.grade import NOT_GRADED
from course_lib.grading.reasons import LESS
from tests.end_to_end.made_class import MadeClass


@pytest.fixture
def call(new_course):
    made = MadeClass(new_course)
    (made.root / "_config.yml").write_text("", "utf-8")

    def run(*words):
        return CliRunner().invoke(main, ["--root", str(made.root), *words])

    return made, run


def test_a_report_writes_a_page_for_each_language_and_the_marks(call):
    made, run = call
    made.put("ana", written=6.0)
    done = run("report")
    assert done.exit_code == DONE, done.output
    written = {path.name for path in (made.root / "marks").iterdir()}
    assert written == {
        "tiny.en.html", "tiny.id.html", "tiny.zh_CN.html", "tiny.json", "tiny.csv",
        "tiny.moodle.csv", "tiny.canvas.csv",
    }  # fmt: skip
    assert "tiny: 1 submissions: 1 graded. Mean 10 of 10." in done.output


def test_one_language_and_json(call):
    made, run = call
    made.put("ana")
    done = run("report", "tiny", "--language", "id", "--json")
    assert done.exit_code == DONE and json.loads(done.output)["rows"][0]["student"] == "ana"
    assert [path.name for path in (made.root / "marks").glob("*.html")] == ["tiny.id.html"]


def values(found, path=()):
    """Every value of JSON with where it stands; places in a list are all alike."""
    if isinstance(found, dict):
        for key, value in found.items():
            yield from values(value, (*path, key))
    elif isinstance(found, list):
        for value in found:
            yield from values(value, path)
    else:
        yield ".".join(path), found


def test_json_has_sentences_in_the_language_that_is_asked_for_and_nothing_else(call):
    """As the guide says: a program that compares the rest works whoever runs it."""
    made, run = call
    finding = {"kind": "error", "id": "x", "text": "T", "told": {"what": {"say": LESS, "values": {
        "cell": "add"}}}}  # fmt: skip
    made.put("ana", findings=[finding], points=1.0)
    made.put("budi", error=("KernelDied", ""), points=0.0)
    made.put("chen", status="failed", notes=[{"template": NOT_GRADED, "values": {"reason": "r"}}])
    made.put("dewi", findings=[{**finding, "kind": "fault"}], points=1.0)

    def told(language):
        done = run("--language", language, "report", "tiny", "--json")
        kept = json.loads((made.root / "marks" / "tiny.json").read_text("utf-8"))
        return list(values(json.loads(done.output))), list(values(kept))

    english, kept = told("en")
    assert kept == english
    for language in ("id", "zh_CN"):
        said, kept = told(language)
        assert kept == english
        assert [where for where, _value in said] == [where for where, _value in english]
        other = {here[0] for here, there in zip(said, english, strict=True) if here != there}
        assert other == {
            "rows.reason", "rows.notes", "rows.findings.text", "misconceptions.text"
        }  # fmt: skip


def test_without_a_submission_a_report_on_everything_is_one_sentence(call):
    done = call[1]("report")
    assert done.exit_code == COULD_NOT_START and "Nothing was handed in yet" in done.output


def test_nor_does_one_on_an_assignment_count_to_nothing(call):
    done = call[1]("report", "tiny")
    assert done.exit_code == DONE and "tiny: Nothing was handed in yet." in done.output
    assert "0 submissions" not in done.output


def test_an_unknown_assignment_names_those_that_exist(call):
    done = call[1]("report", "tyni")
    assert done.exit_code == COULD_NOT_START and "tiny" in done.output


def test_to_explain_needs_a_student(call):
    done = call[1]("grade", "tiny", "--explain")
    assert done.exit_code == COULD_NOT_START and "--student" in done.output


def test_a_release_makes_a_zip_for_each_language(call):
    made, run = call
    done = run("release", "tiny", "--language", "id")
    assert done.exit_code == DONE, done.output
    zips = [path.name for path in (made.root / "_build/releases/tiny").iterdir()]
    assert zips == ["tiny-id.zip"] and "tiny-id.zip" in done.output


def test_the_teacher_reads_their_language_and_the_files_for_machines_stay(call):
    made, _ = call
    made.put("ana", written=6.0)

    def report(language):
        asked = CliRunner(env={"LANGUAGE": language})
        done = asked.invoke(main, ["--root", str(made.root), "report"])
        assert done.exit_code == DONE, done.output
        return done.output, {
            path.name: path.read_bytes()
            for path in (made.root / "marks").iterdir()
            if path.suffix in (".csv", ".json")
        }

    english, files = report("en")
    assert len(files) == 4
    for language, told in (("id", "1 tugas dikumpulkan"), ("zh_CN", "共 1 份提交")):
        said, again = report(language)
        assert told in said and "submissions" not in said
        assert again == files
    assert "1 submissions" in english


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["no_such"], "no_such"),
        (["--explain"], "--explain"),
        (["--workers", "2", "--scheduler", "local:1"], "--workers"),
    ],
)
def test_a_run_that_cannot_be_meant_starts_no_process(call, monkeypatch, words, told):
    """It would load torch for seconds, and whoever reads the answer from a pipe would wait."""
    monkeypatch.setattr(pool, "begin", lambda _module: pytest.fail("it begins"))
    _, run = call
    done = run("grade", *words)
    assert done.exit_code == COULD_NOT_START and told in done.output
