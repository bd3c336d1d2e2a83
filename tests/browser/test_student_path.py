"""A student's path in a real JupyterLab: open, check, write, be told, mend, save to hand in."""

import shutil
import time
from dataclasses import dataclass

import nbformat
import pytest
from nbgrader.utils import determine_grade, is_grade
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

from tests.browser.running_lab import ROOT, running_lab

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
    """A student's own folder with a copy of the notebook."""
    shutil.copy(ROOT / f"exercises/{words.language}/ps4_lstm/ps4_lstm.ipynb", tmp_path)
    return tmp_path


@pytest.fixture
def lab(browser, home):
    """The address of the student's notebook in a JupyterLab of its own."""
    with running_lab(browser, home, "ps4_lstm.ipynb") as address:
        yield address


class Notebook:
    """The open notebook, as far as a student's hands and eyes go."""

    def __init__(self, browser):
        self.browser = browser

    def wait(self, condition, seconds=40):
        return WebDriverWait(self.browser, seconds, 0.1).until(lambda _: condition())

    def idle(self):
        return self.browser.find_elements(
            By.CSS_SELECTOR, ".jp-Notebook-ExecutionIndicator[data-status=idle]"
        )

    def cell(self, start: str):
        """The code cell that begins with ``start``; JupyterLab draws only cells near the view."""

        def found():
            return self.browser.execute_script(
                """
                const cells = [...document.querySelectorAll('.jp-Notebook .jp-CodeCell')]
                const cell = cells.find((c) =>
                  c.querySelector('.cm-content')?.textContent.startsWith(arguments[0]))
                const panel = document.querySelector('.jp-WindowedPanel-outer')
                if (cell) { cell.scrollIntoView({block: 'center'}); return cell }
                const end = panel.scrollTop + panel.clientHeight > panel.scrollHeight - 5
                panel.scrollTop = end ? 0 : panel.scrollTop + 400
                """,
                start,
            )

        self.wait(found)
        time.sleep(0.2)  # the view may still be moving
        return self.wait(found)

    def write(self, start: str, source: str):
        self.cell(start).find_element(By.CSS_SELECTOR, ".cm-content").click()
        select_all = ActionChains(self.browser).key_down(Keys.CONTROL).send_keys("a")
        select_all.key_up(Keys.CONTROL).perform()
        self.browser.execute_cdp_cmd("Input.insertText", {"text": source})

    def run(self, start: str) -> str:
        """Ctrl+Enter in the cell; the text of its new output."""
        before = self.prompt(start)
        self.cell(start).find_element(By.CSS_SELECTOR, ".cm-content").click()
        keys = ActionChains(self.browser).key_down(Keys.CONTROL).send_keys(Keys.ENTER)
        keys.key_up(Keys.CONTROL).perform()
        self.wait(lambda: self.prompt(start) not in (before, "[*]:", "[ ]:") and self.idle())
        outputs = self.cell(start).find_elements(By.CSS_SELECTOR, ".jp-OutputArea-output")
        return "\n".join(output.text for output in outputs)

    def prompt(self, start: str) -> str:
        return self.cell(start).find_element(By.CSS_SELECTOR, ".jp-InputPrompt").text

    def save(self):
        keys = ActionChains(self.browser).key_down(Keys.CONTROL).send_keys("s")
        keys.key_up(Keys.CONTROL).perform()


def points_on_disk(path) -> dict[str, float]:
    """What nbgrader reads out of the saved outputs of the checks that were run."""
    cells = nbformat.read(path, as_version=4).cells
    return {c.id: determine_grade(c)[0] for c in cells if is_grade(c) and c.get("outputs")}


@pytest.mark.parametrize(
    "words",
    [
        pytest.param(w, id=w.language, marks=[pytest.mark.slow] * (w.language != "id"))
        for w in SPOKEN
    ],
)
def test_a_student_is_told_the_mistake_and_the_score_and_hands_in_what_nbgrader_can_read(
    browser, lab, home, words
):
    size = {"width": 1200, "height": 1000, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    browser.get(lab)
    notebook = Notebook(browser)
    notebook.wait(notebook.idle)
    check = 'check("ps4_lstm.lstm_cell"'

    assert words.welcome in notebook.run("import torch")
    notebook.run("def lstm_cell(")
    untouched = notebook.run(check)
    assert words.nothing in untouched and words.not_written in untouched

    notebook.write("def lstm_cell(", FIRST_TRY)
    notebook.run("def lstm_cell(")
    wrong = notebook.run(check)
    assert words.mistake in wrong
    left = [word for word in ENGLISH if word in wrong]
    assert not left if words.language != "en" else left
    # The picture of the differences is drawn, and wide enough to be read.
    picture = notebook.cell(check).find_element(By.CSS_SELECTOR, ".jp-OutputArea svg[role=img]")
    assert picture.is_displayed() and picture.size["width"] > 200

    notebook.write("def lstm_cell(", MENDED)
    notebook.run("def lstm_cell(")
    right = notebook.run(check)
    assert words.all_right in right and "✗" not in right
    assert words.so_far in notebook.run('progress("ps4_lstm")')

    notebook.save()
    handed_in = home / "ps4_lstm.ipynb"
    notebook.wait(lambda: points_on_disk(handed_in) == {"check_lstm_cell": 25})
    answer = next(c for c in nbformat.read(handed_in, 4).cells if c.id == "lstm_cell")
    assert answer.source.rstrip() == MENDED.rstrip()
