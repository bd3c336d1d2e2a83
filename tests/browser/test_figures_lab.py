"""The figures in a real JupyterLab with a kernel: torch answers, and keys belong to the figure."""

import json
import time

import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

from tests.browser.running_lab import running_lab

pytestmark = pytest.mark.browser

CELLS = [
    "from course_lib.figures import GateBoard, UnrolledRNN, WeightStack\nboard = GateBoard('last')",
    "board",
    "rnn = UnrolledRNN()\nrnn",
    "WeightStack(language='id')",
]


def notebook():
    cells = [
        {"cell_type": "code", "id": f"c{n}", "metadata": {}, "outputs": [], "source": source,
         "execution_count": None}
        for n, source in enumerate(CELLS)
    ]  # fmt: skip
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}


@pytest.fixture(scope="module")
def lab(browser, tmp_path_factory):
    """The address of the notebook in a JupyterLab of our own, with settings of its own."""
    home = tmp_path_factory.mktemp("lab")
    (home / "figures.ipynb").write_text(json.dumps(notebook()), encoding="utf-8")
    with running_lab(browser, home, "figures.ipynb") as address:
        yield address


def wait(browser, condition, seconds=40):
    return WebDriverWait(browser, seconds, 0.1).until(lambda _: condition())


def all_of(browser, selector):
    return browser.find_elements(By.CSS_SELECTOR, selector)


def run(browser):
    """Shift+Enter until all cells have run."""
    wait(browser, lambda: all_of(browser, ".jp-Notebook .jp-CodeCell .cm-content"))
    wait(browser, lambda: all_of(browser, ".jp-Notebook-ExecutionIndicator[data-status=idle]"))
    all_of(browser, ".jp-CodeCell .cm-content")[0].click()
    for _ in CELLS:
        browser.switch_to.active_element.send_keys(Keys.SHIFT, Keys.ENTER)
        time.sleep(0.3)


def press(browser, selector, *keys):
    """Put the focus on the first such element and type as a keyboard does."""
    element = all_of(browser, selector)[0]
    browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", element)
    browser.execute_script("arguments[0].focus()", element)
    for key in keys:
        ActionChains(browser).send_keys(key).perform()


def active_cell(browser):
    return browser.execute_script(
        "return [...document.querySelectorAll('.jp-Cell')]"
        ".findIndex((cell) => cell.classList.contains('jp-mod-active'))"
    )


def figure(browser, place, expression):
    """``expression`` about the figure ``f`` in the page."""
    return browser.execute_script(
        "const f = [...document.querySelectorAll('.course-fig')]"
        f"[{place}].parentElement.figure; return {expression}"
    )


def test_torch_answers_and_arrow_keys_stay_in_the_figure(browser, lab):
    size = {"width": 1200, "height": 1000, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    browser.get(lab)
    run(browser)
    wait(browser, lambda: len(all_of(browser, ".course-fig .fig-live.is-on")) == 3)

    # A slider of the RNN: the number moves, the notebook's active cell does not.
    press(browser, ".fig-step input", Keys.ARROW_RIGHT)
    assert figure(browser, 1, "f.settings.t") == 2
    press(browser, ".fig-step + .fig-slider input", Keys.ARROW_DOWN)
    assert figure(browser, 1, "f.settings.x[1][0]") == pytest.approx(0.1)
    wait(browser, lambda: figure(browser, 1, "f.live") == "on")
    assert active_cell(browser) == 2

    # The board: arrows move among the gates, space closes one, torch's numbers come back.
    press(browser, ".knob[tabindex='0']", Keys.ARROW_DOWN, Keys.ARROW_RIGHT, Keys.SPACE)
    assert figure(browser, 0, "f.settings.f") == "O-OOOOO"
    wait(browser, lambda: figure(browser, 0, "f.live") == "on")
    assert figure(browser, 0, "Math.max(...f.values.dh)") < 1e-6
    assert active_cell(browser) == 1

    # A figure told its language speaks it; the mark says where the numbers come from.
    assert figure(browser, 2, "f.language") == "id"
    assert all_of(browser, ".fig-live")[0].is_displayed()


def type_and_run(browser, source):
    cell = all_of(browser, ".jp-CodeCell .cm-content")[-1]
    browser.execute_script("arguments[0].scrollIntoView()", cell)
    cell.click()
    cell.send_keys(source, Keys.SHIFT, Keys.ENTER)


def test_python_and_the_page_move_the_same_figure(browser, lab):
    """Runs in the notebook that the test above has left open."""
    if not all_of(browser, ".course-fig"):
        browser.get(lab)
        run(browser)
        wait(browser, lambda: len(all_of(browser, ".course-fig .fig-live.is-on")) == 3)
    figure(browser, 0, "f.change({o: 'OOOOOOO'})")
    type_and_run(browser, "print(board.settings['o'], end='!')")
    wait(browser, lambda: "OOOOOOO!" in browser.find_element(By.CSS_SELECTOR, ".jp-Notebook").text)
    type_and_run(browser, "board.settings = board.settings | {'i': '-------'}")
    wait(browser, lambda: figure(browser, 0, "f.settings.i") == "-------")
    wait(browser, lambda: figure(browser, 0, "f.values.c[6]") == pytest.approx(0, abs=1e-6))

    # Who computes the numbers? A kernel that counts otherwise shows it.
    type_and_run(
        browser, "board.compute = lambda _: dict.fromkeys(('h', 'c', 'dh', 'dc'), [.5] * 7)"
    )
    wait(browser, lambda: "board.compute" in all_of(browser, ".jp-CodeCell .cm-content")[-2].text)
    figure(browser, 0, "f.change({o: 'O------'})")
    wait(browser, lambda: figure(browser, 0, "f.values.h") == [0.5] * 7)
