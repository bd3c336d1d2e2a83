"""The engine behind nbgrader's own ``autograde``: its step of execution, replaced.

``nbgrader autograde`` and the formgrader go through their list of steps in their own process, one
submission after the other. This step hands the notebook to a worker process of the engine, which
is started once for all submissions: forked children, shut in, as with ``course grade``.
"""

import atexit
import json
import os
import weakref
from pathlib import Path

from nbformat import NotebookNode, from_dict
from nbgrader.converters.base import NbGraderException
from traitlets import Enum

from course_lib.grading.config import WORK
from course_lib.grading.engine.isolation import can_fork
from course_lib.grading.engine.job import InfrastructureError, Sheet
from course_lib.grading.engine.tasks import execute_sheet
from course_lib.grading.execute import ExecuteToTheEnd
from course_lib.grading.seeds import class_seed
from course_lib.grading.worker_process import WorkerLost, WorkerProcess
from course_lib.i18n import LANGUAGES, N_, _

NO_LIMIT = 86_400.0  # seconds: nbgrader's "no limit" is a day here

OTHER_KERNEL = N_(
    "This notebook is not in Python: it runs in a kernel, where students' code is not shut in."
)
NO_FORK = N_("On this system students' code runs in a kernel, where it is not shut in.")


class ExecuteShutIn(ExecuteToTheEnd):
    """nbgrader's Execute through the engine: safe from students' code, and quick.

    In a kernel as before where a process cannot be forked, and for languages other than Python.
    """

    isolation = Enum(
        ("required", "best", "none"),
        "best",
        help="How students' code is shut in: refuse to grade unless fully, as well as this "
        "machine can, or not at all.",
    ).tag(config=True)

    def preprocess(self, nb, resources, km=None):
        problem = None if can_fork() else NO_FORK
        problem = problem or (None if _is_python(nb) else OTHER_KERNEL)
        if problem is None:
            return self._executed(nb, resources), resources
        if self.isolation == "required":
            raise NbGraderException(_(problem))
        self.log.warning(_(problem))
        return super().preprocess(nb, resources, km)

    def _executed(self, notebook: NotebookNode, resources) -> NotebookNode:
        about, root = resources["nbgrader"], self._root()
        language = notebook.metadata.get("course", {}).get("language")
        sheet = Sheet(
            str(root),
            about["assignment"],
            about["notebook"],
            json.loads(json.dumps(notebook)),
            language if language in LANGUAGES else "en",
            str(Path(resources["metadata"]["path"]).resolve()),
            _seed(root, about["assignment"]),
            float(self.timeout or NO_LIMIT),
            self.isolation,
        )
        worker = _worker_of(self.parent or self, root)
        worker.seconds = 300.0 + 20 * sheet.seconds
        try:
            try:
                executed = worker.run((execute_sheet, sheet))
            except (InfrastructureError, WorkerLost) as error:
                self.log.warning("%s: once more", error)
                executed = worker.run((execute_sheet, sheet))
        except BaseException:
            worker.kill()  # stopped in the middle, it would answer the next one with this one's
            raise
        return from_dict(executed)

    def _root(self) -> Path:
        """The course: nbgrader's commands work in its folder."""
        course = getattr(getattr(self.parent, "parent", None), "coursedir", None)
        return Path(course.root if course else os.getcwd()).resolve()


def _is_python(notebook: NotebookNode) -> bool:
    """Whether the engine can run it; after sanitising, its kernel is the instructor's choice."""
    kernel = notebook.metadata.get("kernelspec") or {}
    return str(kernel.get("language") or kernel.get("name") or "python").startswith("python")


def _seed(root: Path, assignment: str) -> int:
    """The class's, as with ``course grade``; one in the environment does a grading again."""
    given = os.environ.get("COURSE_SEED", "")
    return int(given) if given.isdecimal() else class_seed(root, assignment)


_workers: dict[int, WorkerProcess] = {}


def _worker_of(exporter, root: Path) -> WorkerProcess:
    """The worker of this run of nbgrader: nbgrader makes its steps anew for every notebook.

    It ends with the run, also inside a formgrader, whose process goes on.
    """
    key = id(exporter)
    if key not in _workers:
        _workers[key] = WorkerProcess(0.0, root / WORK / "nbgrader-workers.txt")
        weakref.finalize(exporter, _end, key)
        atexit.register(_end, key)  # before multiprocessing would wait for it
    return _workers[key]


def _end(key: int) -> None:
    worker = _workers.pop(key, None)
    if worker is not None:
        worker.stop()
