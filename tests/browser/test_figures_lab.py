"""The figures in a real JupyterLab with a kernel: torch answers, and keys belong to the figure."""

import json

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from tests.browser.lab_notebook import Notebook
from tests.browser.patient import becomes, focus, press, wait
from tests.browser.running_lab import running_lab

pytestmark = [pytest.mark.browser, pytest.mark.slow]

CELLS = [
    "from course_lib.figures import GateBoard, UnrolledRNN, WeightStack\nboard = GateBoard('last')",
    "board",
    "rnn = UnrolledRNN()\nrnn",
    "WeightStack(language='id')",
    "# a reader's own",
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


def open_notebook(browser, lab) -> Notebook:
    """The notebook in a new tab of the page, its cells run, its figures alive."""
    size = {"width": 1200, "height": 1000, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    notebook = Notebook(browser, lab)
    for cell in CELLS[:-1]:
        notebook.run(cell.splitlines()[0])
    alive = "return document.querySelectorAll('.course-fig .fig-live.is-on').length"
    becomes(lambda: browser.execute_script(alive), 3)
    return notebook


def hold(browser, notebook, selector, cell):
    """Give the focus to the element and wait until the notebook has taken notice."""
    focus(browser, selector)
    becomes(notebook.active_cell, cell)
    focus(browser, selector)


def figure(browser, place, expression):
    """``expression`` about the figure ``f`` in the page."""
    return browser.execute_script(
        "const f = [...document.querySelectorAll('.course-fig')]"
        f"[{place}].parentElement.figure; return {expression}"
    )


def test_torch_answers_and_arrow_keys_stay_in_the_figure(browser, lab):
    notebook = open_notebook(browser, lab)

    def settings(place, name):
        return lambda: figure(browser, place, f"f.settings.{name}")

    # A slider of the RNN: the number moves, the notebook's active cell does not.
    hold(browser, notebook, ".fig-step input", 2)
    press(browser, Keys.ARROW_RIGHT)
    becomes(settings(1, "t"), 2)
    hold(browser, notebook, ".fig-step + .fig-slider input", 2)
    press(browser, Keys.ARROW_DOWN)
    becomes(settings(1, "x[1][0]"), pytest.approx(0.1))
    wait(lambda: figure(browser, 1, "f.live") == "on")
    assert notebook.active_cell() == 2

    # The board: arrows move among the gates, space closes one, torch's numbers come back.
    hold(browser, notebook, ".knob[tabindex='0']", 1)
    press(browser, Keys.ARROW_DOWN, Keys.ARROW_RIGHT, Keys.SPACE)
    becomes(settings(0, "f"), "O-OOOOO")
    wait(lambda: figure(browser, 0, "f.live") == "on")
    wait(lambda: figure(browser, 0, "Math.max(...f.values.dh)") < 1e-6)
    assert notebook.active_cell() == 1

    # A figure told its language speaks it; the mark says where the numbers come from.
    assert figure(browser, 2, "f.language") == "id"
    assert browser.find_elements(By.CSS_SELECTOR, ".fig-live")[0].is_displayed()


def test_python_and_the_page_move_the_same_figure(browser, lab):
    notebook, own = open_notebook(browser, lab), CELLS[-1]

    def run(source, *words):
        nonlocal own
        notebook.write(own, source)
        notebook.run(source, *words)
        own = source

    figure(browser, 0, "f.change({o: 'OOOOOOO'})")
    wait(lambda: figure(browser, 0, "f.live") == "on")
    run("print(board.settings['o'], end='!')", "OOOOOOO!")
    run("board.settings = board.settings | {'i': '-------'}")
    becomes(lambda: figure(browser, 0, "f.settings.i"), "-------")
    becomes(lambda: figure(browser, 0, "f.values.c[6]"), pytest.approx(0, abs=1e-6))

    # Who computes the numbers? A kernel that counts otherwise shows it.
    run("board.compute = lambda _: dict.fromkeys(('h', 'c', 'dh', 'dc'), [.5] * 7)")
    figure(browser, 0, "f.change({o: 'O------'})")
    becomes(lambda: figure(browser, 0, "f.values.h"), [0.5] * 7)
