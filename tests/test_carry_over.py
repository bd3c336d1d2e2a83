"""A student goes on in another language and loses nothing, with the course's real notebooks."""

import json
import os
import shutil
from pathlib import Path

import pytest

from course_lib.carry_over import carry_over
from course_lib.lab import WORK, copy_exercises

ROOT = Path(__file__).resolve().parents[1]
NAME = "ps4_lstm"


@pytest.fixture
def course(tmp_path):
    for language in ("en", "id", "zh_CN"):
        place = tmp_path / "exercises" / language / NAME
        place.mkdir(parents=True)
        shutil.copy(ROOT / "exercises" / language / NAME / f"{NAME}.ipynb", place)
    return tmp_path


class Lab:
    """What a student does: open the lab in a language, and change a notebook there."""

    def __init__(self, root):
        self.root, self.clock = root, 1_000_000_000

    def path(self, language):
        return self.root / WORK / language / NAME / f"{NAME}.ipynb"

    def open(self, language):
        brought = carry_over(self.root, WORK, language)
        copy_exercises(self.root, language)
        return brought

    def read(self, language):
        notebook = json.loads(self.path(language).read_text("utf-8"))
        return notebook, {cell["id"]: cell for cell in notebook["cells"]}

    def work(self, language, *, own=None, **sources):
        notebook, cells = self.read(language)
        for id, source in sources.items():
            cells[id]["source"] = source
        if own:
            at = [cell["id"] for cell in notebook["cells"]].index(own[0])
            cell = {"cell_type": "markdown", "id": own[1], "metadata": {}, "source": own[2]}
            notebook["cells"].insert(at + 1, cell)
        self.path(language).write_text(json.dumps(notebook), "utf-8")
        self.clock += 10
        os.utime(self.path(language), (self.clock, self.clock))


ANSWER = "def lstm_cell(x, state, w_ih, w_hh, b_ih, b_hh, w_hr=None):\n    return x, state"
WORDS = "Gradien diteruskan tanpa berubah."


def test_answers_and_own_cells_come_along_and_the_texts_change(course):
    lab = Lab(course)
    assert lab.open("id") == []
    lab.work("id", lstm_cell=ANSWER, own=("forget_gate_of_one", "mine", WORDS))
    before = lab.path("id").read_bytes()
    assert lab.open("zh_CN") == [lab.path("zh_CN")]
    notebook, cells = lab.read("zh_CN")
    order = [cell["id"] for cell in notebook["cells"]]
    assert cells["lstm_cell"]["source"] == ANSWER and cells["mine"]["source"] == WORDS
    assert order.index("mine") == order.index("forget_gate_of_one") + 1
    release = json.loads((course / f"exercises/zh_CN/{NAME}/{NAME}.ipynb").read_text("utf-8"))
    for cell in release["cells"]:  # everything else is the release, to the letter
        if cell["id"] != "lstm_cell":
            assert cells[cell["id"]] == cell
    assert [i for i in order if i != "mine"] == [cell["id"] for cell in release["cells"]]
    assert notebook["metadata"]["course"]["language"] == "zh_CN"
    assert 'language="zh_CN"' in "".join(cells["code-154c23f6"]["source"])
    assert lab.path("id").read_bytes() == before


def test_there_and_back_and_on_keeps_the_newest_work(course):
    lab = Lab(course)
    lab.open("id")
    lab.work("id", lstm_cell=ANSWER)
    lab.open("zh_CN")
    lab.work("zh_CN", lstm_cell=ANSWER + "  # 2")
    assert lab.open("id") == [lab.path("id")]
    assert lab.read("id")[1]["lstm_cell"]["source"] == ANSWER + "  # 2"
    lab.work("id", lstm_cell=ANSWER + "  # 3")
    lab.open("zh_CN")
    assert lab.read("zh_CN")[1]["lstm_cell"]["source"] == ANSWER + "  # 3"


def test_work_in_both_languages_is_never_overwritten(course):
    lab = Lab(course)
    lab.open("id")
    lab.open("en")
    lab.work("id", lstm_cell="one")
    lab.work("en", lstm_cell="other")
    for language, work in (("id", "one"), ("en", "other")):
        assert lab.open(language) == []
        assert lab.read(language)[1]["lstm_cell"]["source"] == work


def test_an_untouched_copy_gives_nothing_and_takes_everything(course):
    lab = Lab(course)
    lab.open("id")
    assert lab.open("zh_CN") == []
    lab.work("id", lstm_cell=ANSWER)
    assert lab.open("zh_CN") == [lab.path("zh_CN")]  # it was there, without work


def test_words_written_into_a_question_or_a_text_stay(course):
    lab = Lab(course)
    lab.open("id")
    cells = lab.read("id")[1]
    question = "".join(cells["forget_gate_of_one"]["source"]) + f"\n\n{WORDS}"
    lab.work("id", forget_gate_of_one=question, **{"text-1d33ee23": "Catatan saya."})
    lab.open("en")
    notebook, cells = lab.read("en")
    said = "".join(cells["forget_gate_of_one"]["source"])
    assert said.startswith("Suppose that") and said.endswith(WORDS)
    order = [cell["id"] for cell in notebook["cells"]]
    below = notebook["cells"][order.index("text-1d33ee23") + 1]
    assert below["source"] == "Catatan saya." and len(order) == len(set(order))


def test_a_broken_notebook_stops_nothing_and_stays(course):
    lab = Lab(course)
    lab.open("id")
    lab.path("id").write_text("{broken", "utf-8")
    assert lab.open("en") == []
    assert lab.path("id").read_text("utf-8") == "{broken" and lab.path("en").is_file()
