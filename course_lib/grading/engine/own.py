"""What a call of the course's own shows in its cell."""

from IPython.core.formatters import DisplayFormatter

from course_lib.errors import CourseError
from course_lib.grading import session
from course_lib.grading.check import check
from course_lib.grading.engine.cells import OwnCall
from course_lib.grading.engine.remote import Remote

# Results have nothing else to show; asked for each of ten formats, they would say so each time.
_formatter = DisplayFormatter(active_types=["text/plain", "text/html"])


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
        result = check(call.item, candidate, show=call.show, hidden=call.hidden)
        return _shown(result._repr_mimebundle_(), {})  # as IPython would ask it, and nothing else
    return _shown(*_formatter.format(value))


def _shown(data: dict, metadata: dict) -> dict:
    return {"output_type": "execute_result", "data": data, "metadata": metadata}
