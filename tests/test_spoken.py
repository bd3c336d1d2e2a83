"""The command line speaks the language that is asked for, in every word that a person reads."""

import json
import re
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from course_lib import spoken
from course_lib.cli import COULD_NOT_START, DONE, main
from course_lib.errors import CourseError
from course_lib.i18n import LANGUAGES, get_language, speaking, translator
from course_lib.publish.english_left import english_left
from course_lib.publish.serve import open_server
from course_lib.spoken import ASKED, language_of, language_of_environment

ROOT = Path(__file__).resolve().parents[1]
OTHERS = [language for language in LANGUAGES if language != "en"]


@pytest.fixture(autouse=True)
def nothing_asked(monkeypatch):
    for name in ASKED:
        monkeypatch.delenv(name, raising=False)


def every_command(command=main, words=()):
    yield list(words)
    for name, below in getattr(command, "commands", {}).items():
        yield from every_command(below, [*words, name])


def course(*words, **environment):
    return CliRunner(env=environment).invoke(main, ["--root", str(ROOT), *words])


@pytest.mark.parametrize(
    ("environ", "language"),
    [
        ({}, "en"),
        ({"LANG": "C.UTF-8"}, "en"),
        ({"LANG": "POSIX"}, "en"),
        ({"LANG": "fr_FR.UTF-8"}, "en"),
        ({"LANG": "id_ID.UTF-8"}, "id"),
        ({"LANG": "zh_TW.Big5"}, "zh_CN"),
        ({"LANG": "zh"}, "zh_CN"),
        ({"LANG": "id_ID.UTF-8", "LC_ALL": "en_GB.UTF-8"}, "en"),
        ({"LANG": "en_US", "LC_MESSAGES": "id"}, "id"),
        ({"LANGUAGE": "fr:id:en", "LC_ALL": "zh_CN"}, "id"),
        ({"LANGUAGE": "", "LANG": "zh_CN.UTF-8@pinyin"}, "zh_CN"),
    ],
)
def test_the_environment_asks_as_it_asks_other_programs(environ, language):
    assert language_of_environment(environ) == language


@pytest.mark.parametrize(
    ("words", "language"),
    [
        (["lab", "--language", "id"], "id"),
        (["lab", "--language=zh_CN"], "zh_CN"),
        (["-l", "zh_CN", "doctor"], "zh_CN"),
        (["build", "-l", "en", "-l", "id"], "zh_CN"),  # two editions are no wish: the environment
        (["lab", "--language", "fr"], "zh_CN"),  # click names those there are
        (["report", "-l", "id", "--json"], "en"),
        (["--root", "report", "--language", "id", "grade", "--json"], "id"),
        (["--root=x", "-l", "id", "report", "-l", "zh_CN", "--json"], "id"),
        (["grade", "--json"], "en"),
        (["lab", "-l"], "zh_CN"),
        ([], "zh_CN"),
    ],
)
def test_a_language_that_is_named_goes_before_the_environment(words, language):
    assert language_of(words, {"LANG": "zh_CN.UTF-8"}) == language


@pytest.mark.parametrize("language", OTHERS)
@pytest.mark.parametrize("words", list(every_command()), ids=" ".join)
def test_the_help_of_every_command_is_in_the_language_without_english(words, language):
    english = course(*words, "--help")
    said = course(*words, "--help", LANGUAGE=language)
    assert english.exit_code == said.exit_code == DONE
    assert english.stdout.startswith("Usage: ") and "Usage" not in said.stdout
    for word in ("Options", "Commands", "Show this message", "default:", "Needs"):
        assert word not in said.stdout
    assert english_left(english.stdout, said.stdout) == []
    assert (
        re.findall(r"--[a-z-]+", english.stdout)[-1:] == re.findall(r"--[a-z-]+", said.stdout)[-1:]
    )
    assert course(*words, "--help").stdout == english.stdout  # and English again afterwards


def texts_of(command):
    for thing in (command, *command.params):
        if getattr(thing, "help_in_english", None):
            yield thing.help_in_english
    for below in getattr(command, "commands", {}).values():
        yield from texts_of(below)


@pytest.mark.parametrize("language", OTHERS)
def test_no_help_text_and_no_word_of_click_lacks_a_translation(language):
    course("--help")
    texts = [*texts_of(main), *spoken.CLICK]
    assert len(texts) > 60
    assert [text for text in texts if translator(language)(text) == text] == []


def test_the_words_that_click_says_are_those_of_this_version_of_click():
    source = "".join(
        Path(click.__file__).with_name(f"{name}.py").read_text("utf-8") for name in spoken.MODULES
    )
    ours = {"Show the version and exit.", "Show this message and exit.", "required"}
    assert [word for word in spoken.CLICK if f'"{word}"' not in source and word not in ours] == []


@pytest.mark.parametrize(
    ("words", "indonesian", "chinese"),
    [
        (["grad"], "Tidak ada perintah 'grad'", "没有命令 'grad'"),
        (["serve", "--prt"], "Tidak ada opsi", "没有选项"),
        (["serve", "--port", "x"], "Nilai tidak sah untuk '--port'", "'--port' 的值无效"),
        (["grade", "--workers", "0"], "tidak berada dalam rentang", "不在范围"),
        (["grade", "--explain"], "sebutkan mahasiswanya", "请用 --student 指明学生"),
        (["translate", "add", "xx_yy", "X"], "bukan kode bahasa", "不是语言代码"),
    ],
)
def test_what_is_wrong_is_said_in_the_language(words, indonesian, chinese):
    for language, expected in (("id", indonesian), ("zh_CN", chinese)):
        said = course(*words, LANGUAGE=language)
        assert said.exit_code == COULD_NOT_START and expected in said.stderr
    assert get_language() == "en"


@pytest.mark.parametrize(("language", "told"), [("id", "bukan port"), ("zh_CN", "不是端口")])
def test_an_error_from_below_the_command_is_in_the_language(language, told):
    with speaking(language), pytest.raises(CourseError, match=told):
        open_server(ROOT, 70000)


def test_what_a_machine_reads_is_the_same_in_every_language():
    asked = [course("doctor", "--json", LANG=f"{language}.UTF-8") for language in LANGUAGES]
    whats = [[line["what"] for line in json.loads(said.stdout)] for said in asked]
    assert whats[0] == whats[1] == whats[2] and "Packages for students" in whats[0]


def test_the_doctor_speaks_to_a_person():
    assert "Paket untuk mahasiswa" in course("doctor", LANG="id_ID").stdout
    assert "学生用的软件包" in course("--language", "zh_CN", "doctor").stdout


def test_help_is_there_before_anything_heavy_is_imported():
    asked = (
        "import sys; from course_lib.cli import main\n"
        "try: main(['-l', 'id', 'grade', '--help'])\nexcept SystemExit: pass\n"
        "heavy = {'torch', 'numpy', 'nbgrader', 'babel', 'sphinx'}\n"
        "print(*heavy & set(sys.modules), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", asked], capture_output=True, text=True, encoding="utf-8", check=True
    )
    assert "Cara pakai" in done.stdout and done.stderr.strip() == ""


def test_chinese_lines_end_at_the_width_and_none_begins_with_a_full_stop():
    text = "给提交评分，然后写出每名学生的反馈页。已经评过又没有变动的保持原样。" * 4
    lines = spoken._wrap(text, 40, "  ", "  ").splitlines()
    assert len(lines) > 3 and "".join(line.strip() for line in lines) == text
    assert all(spoken._cells(line) <= 42 for line in lines)
    assert not any(line.strip()[0] in "，。；：？！）" for line in lines)
