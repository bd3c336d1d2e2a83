"""A student's path in a real JupyterLab: open, check, write, be told, mend, save to hand in."""

import shutil
from dataclasses import dataclass

import nbformat
import pytest
from nbformat.reader import NotJSONError
from nbgrader.utils import determine_grade, is_grade
from selenium.webdriver.common.by import By

from tests.browser.lab_notebook import Notebook
from tests.browser.patient import becomes, wait
from tests.browser.running_lab import ROOT, running_lab
from tests.grading.solution import answer_cells

pytestmark = pytest.mark.browser

# The forgotten tanh of a first try, and the same cell mended.
FIRST_TRY = """\
def lstm_cell(x, state, w_ih, w_hh, b_ih, b_hh, w_hr=None):
    h, c = state
    gates = x @ w_ih.T + b_ih + h @ w_hh.T + b_hh
    i, f, g, o = gates.chunk(4, dim=1)
    c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
    return torch.sigmoid(o) * c, c
"""
MENDED = FIRST_TRY.replace("torch.sigmoid(o) * c, c", "torch.sigmoid(o) * torch.tanh(c), c")


@dataclass(frozen=True)
class Words:
    """What a student reads on the way, in one language."""

    language: str
    welcome: str
    nothing: str
    not_written: str
    mistake: str
    all_right: str
    so_far: str


SPOKEN = (
    Words(
        "id", "LSTM dari nol: 100 poin", "0 dari 25 poin", "lstm_cell belum ditulis",
        "tanpa tanh", "25 dari 25 poin", "25 dari 100 poin",
    ),
    Words(
        "en", "LSTM from scratch: 100 points", "0 of 25 points", "lstm_cell is not written yet",
        "without the tanh", "25 of 25 points", "25 of 100 points",
    ),
    Words(
        "zh_CN", "从零实现 LSTM：100 分", "得 0 分，满分 25 分", "lstm_cell 还没有写",
        "没有用 tanh", "得 25 分，满分 25 分", "目前得 25 分，满分 100 分",
    ),
)  # fmt: skip
# What is in every English feedback, and in no other.
ENGLISH = ("All of it", "wrong", "Look again", "difference")


@pytest.fixture
def home(tmp_path, words):
    """A student's own folder with a copy of the notebook, and one in which all is right."""
    released = ROOT / f"exercises/{words.language}/ps4_lstm/ps4_lstm.ipynb"
    shutil.copy(released, tmp_path)
    finished, answers = nbformat.read(released, 4), answer_cells("ps4_lstm")
    for cell in finished.cells:
        cell.source = answers.get(cell.id, cell.source)
    nbformat.write(finished, tmp_path / "finished.ipynb")
    return tmp_path


@pytest.fixture
def lab(browser, home):
    """The address of a notebook of the student's in a JupyterLab of its own."""
    size = {"width": 1200, "height": 1000, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    with running_lab(browser, home, "ps4_lstm.ipynb") as address:
        yield lambda name: address.replace("ps4_lstm", name)


def cells_on_disk(path) -> list:
    """The saved notebook's cells; the server empties the file before it writes it anew."""
    whole = {}

    def is_whole():
        try:
            whole["cells"] = nbformat.read(path, as_version=4).cells
        except NotJSONError:
            return False
        return True

    wait(is_whole)
    return whole["cells"]


def points_on_disk(path) -> dict[str, float]:
    """What nbgrader reads out of the saved outputs of the checks that were run."""
    cells = cells_on_disk(path)
    return {c.id: determine_grade(c)[0] for c in cells if is_grade(c) and c.get("outputs")}


@pytest.mark.parametrize(
    "words",
    [pytest.param(w, id=w.language, marks=pytest.mark.slow) for w in SPOKEN],
)
def test_a_student_is_told_the_mistake_and_the_score_and_hands_in_what_nbgrader_can_read(
    browser, lab, home, words
):
    notebook = Notebook(browser, lab("ps4_lstm"))
    check = 'check("ps4_lstm.lstm_cell"'

    notebook.run("import torch", words.welcome)
    notebook.run("def lstm_cell(")
    notebook.run(check, words.nothing, words.not_written)

    notebook.write("def lstm_cell(", FIRST_TRY)
    notebook.run("def lstm_cell(")
    wrong = notebook.run(check, words.mistake)
    left = [word for word in ENGLISH if word in wrong]
    assert not left if words.language != "en" else left
    # The picture of the differences is drawn, and wide enough to be read.
    picture = ".jp-OutputArea svg[role=img]"
    drawn = wait(lambda: notebook.cell(check).find_element(By.CSS_SELECTOR, picture).rect)
    assert drawn["width"] > 200
    wait(lambda: notebook.cell(check).find_element(By.CSS_SELECTOR, picture).is_displayed())

    notebook.write("def lstm_cell(", MENDED)
    notebook.run("def lstm_cell(")
    assert "✗" not in notebook.run(check, words.all_right)
    notebook.run('progress("ps4_lstm")', words.so_far)

    notebook.save()
    handed_in = home / "ps4_lstm.ipynb"
    becomes(lambda: points_on_disk(handed_in), {"check_lstm_cell": 25})
    answer = next(c for c in cells_on_disk(handed_in) if c.id == "lstm_cell")
    assert answer.source.rstrip() == MENDED.rstrip()

    # nbgrader's own button: it names the checks that fail, and this one is not among them.
    said = notebook.validate()
    failing = [c.source.splitlines()[0] for c in cells_on_disk(handed_in) if is_grade(c)]
    failing.remove(next(line for line in failing if line.startswith(check)))
    assert said.count("The following cell failed") == len(failing) > 1
    assert [line for line in failing if line not in said] == [] and check not in said

    assert "Success!" in Notebook(browser, lab("finished")).validate()
