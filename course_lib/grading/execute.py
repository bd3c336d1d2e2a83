"""Executing a submission to its end, whatever its code does to the kernel.

nbgrader's own step gives a submission up when its kernel dies or does not answer an interrupt:
no grade, no feedback. This one starts a new kernel, runs again the cells that are not tests, and
goes on with the cell after the one that did it.
"""

import os
from copy import deepcopy

from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from nbformat.v4 import new_output
from nbgrader import utils
from nbgrader.preprocessors import Execute
from traitlets import Integer

from course_lib.grading.result import CHECK
from course_lib.i18n import N_, translator

DIED = N_("The computation ended abruptly in this cell: the process that ran it died.")
STUCK = N_("This cell ran longer than {seconds} seconds and could not be interrupted.")
TOO_LONG = N_("This cell ran longer than {seconds} seconds and was stopped.")
GIVEN_UP = N_("This cell was not run: the code above it ended the computation too many times.")
OUT_OF_TIME = N_("This cell was not run: the cells above it took too much time in all.")


class ExecuteToTheEnd(Execute):
    """nbgrader's Execute that restarts a lost kernel instead of losing the submission."""

    max_restarts = Integer(
        3, help="How many lost kernels one notebook may cost before its other cells are not run."
    ).tag(config=True)

    def preprocess(self, nb, resources, km=None):
        self.harmful: set[int] = set()  # cells that are not run a second time
        self.restarts = 0
        about = nb.metadata.setdefault("course", NotebookNode())
        self.say = translator(about.get("language", "en"))
        about["seed"] = os.environ.get("COURSE_SEED", "0")  # to do this grading again alone
        return super().preprocess(nb, resources, km)

    def _get_timeout(self, cell):
        # Without a cell it is the kernel's first answer that is waited for, which may take as
        # long as a start may: on a busy machine that is no fault of the submission.
        return self.startup_timeout if cell is None else super()._get_timeout(cell)

    def preprocess_cell(self, cell, resources, index):
        if cell.cell_type != "code":
            return cell, resources
        if self.restarts > self.max_restarts:
            if utils.is_grade(cell):
                cell.outputs = [_error("KernelDied", self.say(GIVEN_UP))]
            return cell, resources
        loss = self._try(cell, resources, index)
        if loss is not None:
            cell.outputs = [output for output in cell.outputs if output.output_type != "error"]
            cell.outputs.append(loss)
            self._restart(resources, index)
        elif utils.is_grade(cell):
            _drop_noise(cell)
        return cell, resources

    def _try(self, cell, resources, index) -> NotebookNode | None:
        """Run one cell; the error to show if it cost the kernel, None if the kernel lives."""
        try:
            super().preprocess_cell(cell, resources, index)
        except DeadKernelError:
            self.harmful.add(index)
            return _error("KernelDied", self.say(DIED))
        except CellTimeoutError:
            self.harmful.add(index)
            return _error("Timeout", self.say(STUCK).format(seconds=self.timeout))
        errors = [output for output in cell.outputs if output.output_type == "error"]
        if any(error.ename == "CellTimeoutError" for error in errors):
            # The interrupt leaves a KeyboardInterrupt as well: one error says it better.
            self.harmful.add(index)
            cell.outputs = [output for output in cell.outputs if output not in errors]
            text = self.say(TOO_LONG).format(seconds=self.timeout)
            cell.outputs.append(_error("Timeout", text))
        return None

    def _restart(self, resources, index: int) -> None:
        """A new kernel in the state the cells before ``index`` leave behind."""
        while True:
            self.restarts += 1
            if self.km is not None:
                self.shutdown_kernel = "immediate"
                self._cleanup_kernel()
            self.km = self.create_kernel_manager()
            self.start_new_kernel()
            self.start_new_kernel_client()
            if self.restarts > self.max_restarts or self._replay(resources, index):
                return

    def _replay(self, resources, index: int) -> bool:
        """Run the cells before ``index`` again that are not tests; False if the kernel is lost."""
        for number, cell in enumerate(self.nb.cells[:index]):
            if cell.cell_type != "code" or utils.is_grade(cell) or number in self.harmful:
                continue
            lost = self._try(deepcopy(cell), resources, number)
            self.nb.cells[number] = cell  # what the first run showed stays
            if lost is not None:
                return False
        return True


def _error(name: str, text: str) -> NotebookNode:
    return new_output("error", ename=name, evalue=text, traceback=[f"{name}: {text}"])


def _drop_noise(cell: NotebookNode) -> None:
    """Warnings are no wrong answer: nbgrader scores any text on stderr in a test cell as 0.

    Only beside the result of a check: an exception while a result is shown is stderr text too.
    """
    if any(CHECK in output.get("data", {}) for output in cell.outputs):
        cell.outputs = [
            output
            for output in cell.outputs
            if not (output.output_type == "stream" and output.name == "stderr")
        ]
