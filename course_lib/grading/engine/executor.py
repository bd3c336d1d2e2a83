"""Executing one submission to its end: the student's cells in a child, the tests here.

What could hide from the reading of the source, in a cell of the student's own, comes last of all.
Whatever the student's code does to its process costs the cell that did it. The next cell finds a
new process in which the cells before it that are not tests have run again.
"""

import os
import platform
import shutil
import tempfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic

from nbformat import NotebookNode
from nbgrader import utils

from course_lib.files import remove_tree
from course_lib.grading.allowed import Held
from course_lib.grading.candidate import ProcessDied
from course_lib.grading.engine.cells import OwnCall, own_call, start_call
from course_lib.grading.engine.children import Child, Late, Lost, NoChildren, Zygote
from course_lib.grading.engine.outputs import Outputs
from course_lib.grading.engine.own import shown
from course_lib.grading.engine.remote import Remote
from course_lib.grading.execute import DIED, GIVEN_UP, OUT_OF_TIME, STUCK, TOO_LONG
from course_lib.i18n import speaking, translator

# What a kernel says of itself; nbclient writes it into every notebook that it runs.
LANGUAGE_INFO = {
    "codemirror_mode": {"name": "ipython", "version": 3},
    "file_extension": ".py",
    "mimetype": "text/x-python",
    "name": "python",
    "nbconvert_exporter": "python",
    "pygments_lexer": "ipython3",
    "version": platform.python_version(),
}


@dataclass
class Place:
    """Where submissions of an assignment are executed: its zygotes and their limits.

    ``models`` forks children that have the models of the course, for the checks that train one.
    """

    plain: Zygote
    models: Zygote | None = None
    seconds: float = 30.0  # for one cell
    most_restarts: int = 8
    patience: float = 12.0  # times ``seconds``, and a while: for all that the student's code does
    limits: dict = field(default_factory=dict)

    @property
    def longest(self) -> float:
        """Seconds for one submission. Beyond, its other cells are not run: it would be lost whole
        if the worker were stopped."""
        return 240.0 + self.patience * self.seconds

    def stop(self) -> None:
        for zygote in (self.plain, self.models):
            if zygote is not None:
                zygote.stop()


class GivenUp(Exception):
    """The submission has cost too many processes or too much time: (kind of error, sentence)."""


class Execution:
    """One notebook being executed; ``run`` fills its outputs."""

    def __init__(
        self,
        notebook: NotebookNode,
        place: Place,
        language: str,
        files: Path | None = None,
        refusal: Callable = lambda item: None,
        trusted=None,
        held: dict[int, Held] | None = None,
        modules: Sequence[str] = (),
    ) -> None:
        self.notebook, self.place, self.language, self.files = notebook, place, language, files
        self.refusal, self.trusted, self.held = refusal, trusted, held or {}
        self.modules = modules  # that its code makes torch load
        self.say = translator(language)
        self.children: dict[bool, Child] = {}
        self.harmful: set[int] = set()  # cells that are not run a second time
        self.lost = 0
        self.count = 0
        self.index = 0

    def run(self) -> None:
        """Execute every code cell. Raises NoChildren when there is no process to do it in."""
        self.notebook.metadata["language_info"] = NotebookNode(LANGUAGE_INFO)
        self.scratch = Path(tempfile.mkdtemp(prefix="submission-"))
        try:
            self.until = monotonic() + self.place.longest
            with speaking(self.language):
                for index, cell in enumerate(self.notebook.cells):
                    self.index = index
                    if cell.cell_type == "code":
                        cell.outputs, cell.execution_count = [], None
                        if cell.source.strip():
                            self._cell(cell)
                self._at_last()
        finally:
            for child in self.children.values():
                child.kill()
            if self.trusted is not None:
                self.trusted.close()
            remove_tree(self.scratch)

    def child(self, models: bool = False) -> Child:
        """A living process in the state that the cells before this one leave behind."""
        self._in_time()
        child = self.children.get(models)
        while child is None or not child.alive:
            if child is not None:
                self.lost += 1
            if self.lost > self.place.most_restarts:
                raise GivenUp("KernelDied", GIVEN_UP)
            zygote = self.place.models if models else self.place.plain
            folder, limits = self._folder(models), self.place.limits
            child = zygote.child(folder, self.language, limits, self.modules)
            self.children[models] = child
            if models or self.index:
                self._replay(child)
        return child

    def _in_time(self) -> None:
        if monotonic() > self.until:
            raise GivenUp("Timeout", OUT_OF_TIME)

    def _for_a_check(self, models: bool) -> Child:
        """A process to ask in the middle of a check; none is as if it had ended."""
        try:
            return self.child(models)
        except GivenUp as given_up:
            raise ProcessDied from given_up

    def _folder(self, models: bool) -> Path:
        """A fresh working directory with what was handed in beside the notebook."""
        folder = self.scratch / f"{'models' if models else 'plain'}-{self.lost}"
        if self.files is not None and self.files.is_dir():
            shutil.copytree(self.files, folder, dirs_exist_ok=True)
        folder.mkdir(exist_ok=True)
        os.chmod(folder, 0o700)
        return folder

    def _replay(self, child: Child) -> None:
        """Run the cells before this one again that are not tests."""
        count = 0
        for number, cell in enumerate(self.notebook.cells[: self.index]):
            if cell.cell_type != "code" or not cell.source.strip():
                continue
            count += 1
            if number in self.harmful or _is_test(cell) or own_call(cell):
                continue
            if self._student_code(child, self._source(number), count) is not None:
                self.harmful.add(number)
                child.kill()
                return

    def _cell(self, cell: NotebookNode) -> None:
        self.count += 1
        cell.execution_count = self.count
        call = own_call(cell)
        tested = _is_test(cell) and self.trusted is not None
        outputs = Outputs(cell, self.count, trusted=call is not None or tested)
        try:
            if call is not None:
                self._own(call, outputs)
            elif tested:
                self.trusted.run(cell, outputs, self.child)
            else:
                self._students(cell, outputs)
        except GivenUp as given_up:
            kind, why = given_up.args
            if utils.is_grade(cell):
                outputs.replace_errors(kind, self.say(why))

    def _students(self, cell: NotebookNode, outputs: Outputs) -> None:
        child = self.child()
        loss = self._student_code(child, self._source(self.index), self.count, outputs.add)
        if loss is not None:
            self.harmful.add(self.index)
            outputs.replace_errors(*loss)
            return
        welcome = start_call(cell)
        if welcome is not None and not any(o["output_type"] == "error" for o in cell.outputs):
            outputs.add(shown(welcome, None))

    def _source(self, index: int) -> str:
        """What is run of a cell before everything has been marked."""
        held = self.held.get(index)
        return self.notebook.cells[index].source if held is None else held.before

    def _at_last(self) -> None:
        """Run what was held back; nothing that it does comes into a mark any more."""
        self.index = len(self.notebook.cells)
        for index, held in self.held.items():
            cell = self.notebook.cells[index]
            shown, cell.outputs = cell.outputs, []
            outputs = Outputs(cell, cell.execution_count)
            # There may be no process left for it, or no room on the disk: the marks are made.
            with suppress(GivenUp, NoChildren, OSError):
                child, told = self.child(), held.text() + "\n"
                outputs.add({"output_type": "stream", "name": "stdout", "text": told})
                loss = self._student_code(child, held.last, outputs.count, outputs.add)
                if loss is not None:
                    outputs.replace_errors(*loss)
            cell.outputs = [*shown, *cell.outputs]

    def _student_code(
        self, child: Child, source: str, count: int, on_output=None
    ) -> tuple[str, str] | None:
        """Run a cell in ``child``; the error to show if it cost the process or its time."""
        self._in_time()
        seconds = self.place.seconds
        try:
            answer, _ = child.ask(
                {"op": "run", "source": source, "count": count, "seconds": seconds},
                seconds=seconds,
                on_output=on_output,
            )
        except Lost:
            return "KernelDied", self.say(DIED)
        except Late:
            return "Timeout", self.say(STUCK).format(seconds=round(seconds))
        if "broken" in answer:  # its last words
            child.kill()
            return "KernelDied", self.say(DIED)
        if answer.get("late") is True:
            return "Timeout", self.say(TOO_LONG).format(seconds=round(seconds))
        return None

    def _own(self, call: OwnCall, outputs: Outputs) -> None:
        """A call of the course's own: made here, where the answers are."""
        if call.candidate is not None and not self._defined(call.candidate):
            self._say_undefined(call.candidate, outputs)
            return
        candidate = call.candidate and Remote(call.candidate, self._for_a_check, self.refusal)
        outputs.add(shown(call, candidate))

    def _defined(self, name: str) -> bool:
        """Whether the notebook has such a name."""
        try:
            answer, _ = self.child().ask({"op": "has", "name": name})
        except (Lost, Late):
            return True  # the check will tell
        return answer.get("has") is True

    def _say_undefined(self, name: str, outputs: Outputs) -> None:
        """The cell's error, with the traceback that Python makes of it.

        Of all that the student's process says to this, only an error may come into a cell that
        decides about points, and without one it would have them all.
        """

        def add(output) -> None:
            if isinstance(output, dict) and output.get("output_type") == "error":
                outputs.add(output)

        self._student_code(self.child(), name, self.count, add)
        if not outputs.cell.outputs:
            outputs.error("NameError", f"name {name!r} is not defined")


def _is_test(cell: NotebookNode) -> bool:
    """Whether the cell is the instructor's and decides about points."""
    return utils.is_grade(cell) and not utils.is_solution(cell)
