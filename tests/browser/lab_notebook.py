"""A notebook that is open in a real JupyterLab, as far as a reader's hands and eyes go."""

from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from tests.browser.patient import NOT_YET, becomes, chord, click, press, wait

#: The code cell that begins with ``arguments[0]``: JupyterLab draws only cells near the view.
FIND = """
    const written = (cell) =>
      [...cell.querySelectorAll('.cm-line')].map((line) => line.textContent).join('\\n')
    const cells = [...document.querySelectorAll('.jp-Notebook .jp-CodeCell')]
    const cell = cells.find((cell) => written(cell).startsWith(arguments[0]))
"""


class Notebook:
    """Cells are named by the words they begin with."""

    def __init__(self, browser, address: str):
        self.browser = browser
        browser.get(address)
        try:
            self.wait_until_idle()
        except (AssertionError, *NOT_YET):  # on a busy machine a tab may miss its kernel's answer
            browser.get("about:blank")
            browser.get(address)
            self.wait_until_idle()

    def wait_until_idle(self):
        idle = ".jp-Notebook-ExecutionIndicator[data-status=idle]"
        wait(lambda: self.browser.find_elements(By.CSS_SELECTOR, idle))
        wait(lambda: self.browser.find_elements(By.CSS_SELECTOR, ".jp-CodeCell .cm-content"))

    def cell(self, start: str):
        """The code cell, drawn and in view."""
        script = (
            FIND
            + """
            const panel = document.querySelector('.jp-WindowedPanel-outer')
            if (!cell) {
              const end = panel.scrollTop + panel.clientHeight > panel.scrollHeight - 5
              panel.scrollTop = end ? 0 : panel.scrollTop + 400
              return null
            }
            const editor = cell.querySelector('.cm-content').getBoundingClientRect()
            const view = panel.getBoundingClientRect()
            if (editor.top < view.top || editor.top > view.bottom - 50)
              cell.scrollIntoView({block: 'start', behavior: 'instant'})
            return cell"""
        )
        return wait(lambda: self.browser.execute_script(script, start))

    def write(self, start: str, source: str):
        """Replace what the cell holds; all of it is replaced, so a second try does no harm."""

        there = FIND + "return !!cell && written(cell).trimEnd() === arguments[0].trimEnd()"

        def written():
            if self.browser.execute_script(there, source):
                return True
            self._edit(start)
            chord(self.browser, Keys.CONTROL, "a")
            self.browser.execute_cdp_cmd("Input.insertText", {"text": source})
            return False

        wait(written)

    def run(self, start: str, *words: str) -> str:
        """Ctrl+Enter in the cell; the text of its new output once it holds all the ``words``."""
        before = self._prompt(start)
        self._begin(start, before)
        wait(lambda: self._prompt(start) not in (before, "[*]:", "[ ]:", ""))
        self.wait_until_idle()

        def missing():
            said = self.output(start)
            return {word: said for word in words if word not in said}

        becomes(missing, {})
        return self.output(start)

    def _begin(self, start: str, before: str):
        """Ctrl+Enter, again where nothing came of it: while JupyterLab opens, its shortcuts are
        not there yet. A cell that runs twice shows the same."""
        for tries_left in reversed(range(6)):
            self._edit(start)
            chord(self.browser, Keys.CONTROL, Keys.ENTER)
            try:
                return wait(lambda: self._prompt(start) != before, 10)
            except AssertionError:
                if not tries_left:
                    raise

    def output(self, start: str) -> str:
        """What the cell has put out, as it is read."""

        def texts():
            outputs = self.cell(start).find_elements(By.CSS_SELECTOR, ".jp-OutputArea-output")
            return ["\n".join(output.text for output in outputs)]

        return wait(texts)[0]

    def step_out(self, start: str):
        """Leave the editor of the cell: keys go to the cell as a whole then."""
        self._edit(start)
        press(self.browser, Keys.ESCAPE)

    def save(self):
        chord(self.browser, Keys.CONTROL, "s")

    def validate(self) -> str:
        """Press nbgrader's *Validate*; what its dialog says, which is closed then."""
        click(self.browser, "jp-button.validate-button")
        dialog = ".nbgrader-SuccessDialog, .nbgrader-ErrorDialog"
        said = wait(lambda: self.browser.find_element(By.CSS_SELECTOR, dialog).text, 180)
        click(self.browser, ".jp-Dialog .jp-Dialog-button")
        wait(lambda: not self.browser.find_elements(By.CSS_SELECTOR, ".jp-Dialog"))
        return said

    def active_cell(self) -> int:
        """The place of the active cell in the notebook."""
        return self.browser.execute_script(
            "return Number(document.querySelector('.jp-Cell.jp-mod-active')"
            "?.dataset.windowedListIndex ?? -1)"
        )

    def _prompt(self, start: str) -> str:
        def texts():
            return [self.cell(start).find_element(By.CSS_SELECTOR, ".jp-InputPrompt").text]

        return wait(texts)[0]

    def _edit(self, start: str):
        """Click into the cell until it is the one that keys go to."""

        def has_focus():
            click(
                self.browser, lambda: self.cell(start).find_element(By.CSS_SELECTOR, ".cm-content")
            )
            return self.browser.execute_script(
                FIND + "return !!cell && cell.classList.contains('jp-mod-active') && "
                "cell.querySelector('.cm-content').contains(document.activeElement)",
                start,
            )

        wait(has_focus)
