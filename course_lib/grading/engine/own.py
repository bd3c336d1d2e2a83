"""What a call of the course's own shows in its cell."""

from IPython.core.formatters import DisplayFormatter

from course_lib.errors import CourseError
from course_lib.grading import session
from course_lib.grading.check import check
from course_lib.grading.engine.cells import OwnCall
from course_lib.grading.engine.remote import Remote

_formatter = DisplayFormatter()


def shown(call: OwnCall, candidate: Remote | None) -> dict:
    """The output of the cell, as a kernel would make it."""
    if call.function != "check":
        try:
            if call.function == "start":
                value = session.start(call.item, call.language)
            else:
                value = session.progress(call.item)
        except CourseError as error:
            return {"output_type": "error", "ename": "CourseError", "evalue": str(error),
                    "traceback": [f"CourseError: {error}"]}  # fmt: skip
    else:
        value = check(call.item, candidate, show=call.show, hidden=call.hidden)
    data, metadata = _formatter.format(value)
    return {"output_type": "execute_result", "data": data, "metadata": metadata}
