"""A student's path in a real JupyterLab: open, check, write an answer, check, read the score."""

import shutil
import time

import pytest
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


@pytest.fixture(scope="module")
def lab(browser, tmp_path_factory):
    """The address of the Indonesian notebook, a student's own copy, in a JupyterLab of its own."""
    home = tmp_path_factory.mktemp("student")
    shutil.copy(ROOT / "exercises/id/ps4_lstm/ps4_lstm.ipynb", home)
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


def test_a_student_writes_an_answer_and_is_told_the_mistake_and_the_score_in_indonesian(
    browser, lab
):
    size = {"width": 1200, "height": 1000, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    browser.get(lab)
    notebook = Notebook(browser)
    notebook.wait(notebook.idle)
    check = 'check("ps4_lstm.lstm_cell"'

    assert "LSTM dari nol: 100 poin" in notebook.run("import torch")
    notebook.run("def lstm_cell(")
    untouched = notebook.run(check)
    assert "0 dari 25 poin" in untouched and "lstm_cell belum ditulis" in untouched

    notebook.write("def lstm_cell(", FIRST_TRY)
    notebook.run("def lstm_cell(")
    wrong = notebook.run(check)
    assert "tanpa tanh" in wrong and "keadaan sel" in wrong
    assert "All of it" not in wrong and "wrong" not in wrong  # nothing is left in English
    # The picture of the differences is drawn, and wide enough to be read.
    picture = notebook.cell(check).find_element(By.CSS_SELECTOR, ".jp-OutputArea svg[role=img]")
    assert picture.is_displayed() and picture.size["width"] > 200

    notebook.write("def lstm_cell(", MENDED)
    notebook.run("def lstm_cell(")
    right = notebook.run(check)
    assert "25 dari 25 poin" in right and "✗" not in right
    assert "25 dari 100 poin" in notebook.run('progress("ps4_lstm")')
