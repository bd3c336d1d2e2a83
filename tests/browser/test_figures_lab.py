"""The figures in a real JupyterLab with a kernel: torch answers, and keys belong to the figure."""

import json
from itertools import chain

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from tests.browser.figure_keys import ARRIVED, CHOSEN, IDLE, OWN, run, use, walk
from tests.browser.figure_page import FIGURE, FIGURES, largest_difference
from tests.browser.lab_notebook import Notebook
from tests.browser.patient import becomes, chord, focus, press, wait
from tests.browser.running_lab import running_lab

pytestmark = [pytest.mark.browser, pytest.mark.slow]

CELLS = [
    "from course_lib.figures import GateBoard, UnrolledRNN, WeightStack\nboard = GateBoard('last')",
    "board",
    "rnn = UnrolledRNN()\nrnn",
    "WeightStack(language='id')",
    "# a reader's own",
]

#: A film that runs, which the next key stops.
PLAYS = "document.activeElement.textContent === '❚❚'"


def notebook(sources):
    cells = [
        {"cell_type": "code", "id": f"c{n}", "metadata": {}, "outputs": [], "source": source,
         "execution_count": None}
        for n, source in enumerate(sources)
    ]  # fmt: skip
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}


@pytest.fixture(scope="module")
def lab(browser, tmp_path_factory):
    """The address of the notebook in a JupyterLab of our own, with settings of its own."""
    home = tmp_path_factory.mktemp("lab")
    sheet = ["from course_lib.figures import *", "shown = ...", "# below"]
    for name, sources in {"figures": CELLS, "sheet": sheet}.items():
        (home / f"{name}.ipynb").write_text(json.dumps(notebook(sources)), encoding="utf-8")
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


@pytest.fixture(scope="module")
def sheet(browser, lab):
    """A notebook in the same JupyterLab whose first cell shows one figure after the other."""
    size = {"width": 1200, "height": 1000, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    sheet = Notebook(browser, lab.replace("figures.ipynb", "sheet.ipynb"))
    sheet.run("from course_lib")
    return sheet


@pytest.fixture
def shown(sheet, figure):
    """The figure in JupyterLab, alive; it counts the questions that torch is asked."""
    name = figure.__name__
    sheet.write(
        "shown",
        f"shown = {name}()\nasked, compute = [], shown.compute\n"
        "shown.compute = lambda settings: asked.append(1) or compute(settings)\nshown",
    )
    sheet.run("shown")
    kind = "return document.querySelector('.course-fig').parentElement.figure.live"
    becomes(lambda: sheet.browser.execute_script(kind), "on")
    return sheet


@pytest.mark.parametrize("figure", FIGURES)
def test_torch_answers_every_figure_and_its_keys_are_its_own(browser, shown, figure):
    """Tab goes from control to control, and each answers the keys of its kind; torch answers the
    page; the notebook stays where it is, with the cells it had."""
    size = "document.querySelectorAll('.jp-Notebook .jp-Cell').length"
    cells, used, dead, wrong = run(browser, size), 0, [], []
    torch_says = figure()

    # The way in: from the cell below, back.
    shown.step_out("# below")
    chord(browser, Keys.SHIFT, Keys.TAB)
    wait(lambda: run(browser, "!!document.activeElement.closest('.course-fig')"))
    focus(browser, ".course-fig :is(button, input)")
    becomes(shown.active_cell, 1)
    focus(browser, ".course-fig :is(button, input)")
    kinds = [browser.execute_script(ARRIVED)]
    for kind, html in chain(kinds, walk(browser)):
        if run(browser, IDLE):
            continue
        own, chosen = run(browser, OWN), run(browser, CHOSEN)
        before, after = use(browser, kind)
        used += 1
        if before == after and run(browser, OWN) == own and not chosen:
            dead.append(html)
        if run(browser, PLAYS):
            press(browser, Keys.ENTER)
        becomes(lambda: run(browser, f"{FIGURE}.live"), "on")
        settings, values = run(browser, f"[{FIGURE}.settings, {FIGURE}.values]")
        if largest_difference(values, torch_says.compute(torch_says.clean(settings))) > 1e-6:
            wrong.append(html)
        assert shown.active_cell() == 1, html
        assert run(browser, size) == cells, html
    assert (dead, wrong) == ([], [])
    assert used > 2

    settings = run(browser, f"{FIGURE}.settings")
    heard = "import json; print(len(asked), json.dumps(shown.settings), end='!')"
    shown.write("# below", f"# below\n{heard}")
    asked, _, python = shown.run("# below", "!").partition(" ")
    shown.write("# below", "# below")
    assert int(asked) > 0
    assert json.loads(python.rstrip("!")) == settings


def test_widgets_that_are_none_of_ours_work_there_too(browser, sheet):
    sheet.write("shown", "shown = __import__('ipywidgets').IntSlider(3)\nshown")
    sheet.run("shown")
    handle = ".jp-OutputArea .noUi-handle"
    wait(lambda: browser.find_element(By.CSS_SELECTOR, handle).is_displayed())
    focus(browser, handle)
    press(browser, Keys.ARROW_RIGHT, Keys.ARROW_RIGHT)
    sheet.write("# below", "# below\nprint(shown.value, end='!')")
    sheet.run("# below", "5!")
    sheet.write("# below", "# below")
