"""One side of ``course bench-grading``: nbgrader as it comes, in a process of its own.

``python -m course_lib.bench.grading_stock FOLDER ASSIGNMENT`` grades what is in ``submitted/``,
makes the feedback pages, and prints JSON. What nbgrader does before the first submission is told
apart, and the first submission is not timed: it pays for what is loaded once, as the engine's
first ones do, which are left out as well.
"""

import json
import sys
import time
import warnings
from pathlib import Path

from course_lib.bench.grading_clock import age, cpu_of_all, memory_of_all


def main(folder: str, assignment: str) -> None:
    from nbgrader.converters import Autograde, GenerateFeedback

    from course_lib.grading.directories import course_directory
    from course_lib.grading.engine.log import QuietLog

    warnings.simplefilter("ignore")
    students = sorted(path.name for path in Path(folder, "submitted").iterdir())
    found: dict = {"untimed": 1}
    for name, kind in (("grading", Autograde), ("feedback", GenerateFeedback)):
        for who in (students[0], "*"):  # what is done is passed over
            course = course_directory(Path(folder))
            course.assignment_id, course.student_id = assignment, who
            converter = kind(coursedir=course, config=course.config)
            converter.log = course.log = log = QuietLog()
            found.setdefault("start", age())
            began, spent = time.perf_counter(), cpu_of_all()
            try:
                converter.start()
            except Exception as error:  # some were dropped, which the marks will show
                log.error(str(error))
        found[name] = {"seconds": time.perf_counter() - began, "cpu": cpu_of_all() - spent}
        found[name]["errors"] = [line for line in log.lines if "rror" in line][:5]
    found["memory"] = memory_of_all(lambda process: "")
    print(json.dumps(found))


if __name__ == "__main__":
    main(*sys.argv[1:])
