"""In a worker of ``course bench-grading``: which part of a submission takes how long."""

import time

from course_lib.bench.grading_clock import Clock
from course_lib.grading.engine.tasks import execute_one

READ, AROUND, CHILD = "read and mend", "nbgrader's steps", "start of a process"
CELLS, ANSWERS, CHECKS, TESTS = "students' cells", "answers asked", "checks", "other tests"
PAGE = "feedback page"
_clock: Clock | None = None


def watched(task):
    """In a worker: do the task; tell where the time went, and when it began (``time.time``)."""
    global _clock
    function, job = task
    began_at = time.time()
    if function is execute_one:
        _clock = _clock or _worker_clock()
        _clock.take()
        result = function(job)
        return result, _clock.take(), began_at
    began = time.perf_counter()
    result = function(job)
    return result, {PAGE: time.perf_counter() - began}, began_at


def _worker_clock() -> Clock:
    from course_lib.grading.engine import worker
    from course_lib.grading.engine.aside import Aside
    from course_lib.grading.engine.children import Child, Zygote
    from course_lib.grading.engine.executor import Execution
    from course_lib.grading.engine.steps import Steps

    clock = Clock()
    for owner, name, part in (
        (worker, "read_submission", READ),
        (worker, "stage", READ),
        (Steps, "sanitise", AROUND),
        (Steps, "finish", AROUND),
        (Zygote, "child", CHILD),
        (Execution, "_student_code", CELLS),
        (Execution, "_own", CHECKS),
        (Aside, "run", TESTS),
        (Child, "ask", lambda caller: ANSWERS if caller == CHECKS else caller),
    ):
        clock.watch(owner, name, part)
    return clock
