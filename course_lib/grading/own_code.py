"""Which code is the student's, and which line of it an exception came from."""

import linecache
import sys
from functools import lru_cache


@lru_cache(maxsize=1024)
def own_file(name: str) -> bool:
    """Whether a file is the student's, and not the course's, a library's or Python's."""
    others = ("course_lib", "site-packages", "dist-packages", "lib/python")
    return (
        not any(part in name.replace("\\", "/") for part in others)
        and name != "<frozen importlib._bootstrap>"
        and not name.startswith(sys.base_prefix)
    )


def origin(error: BaseException) -> tuple[str, int, str]:
    """The last line of the student's own code in the traceback, its number and its function.

    Code that calls itself without end has many frames: only the one that is told is looked up.
    """
    elsewhere = getattr(error, "course_origin", None)
    if isinstance(elsewhere, tuple):  # raised in another process, whose frames are not here
        return elsewhere
    last, entry = None, error.__traceback__
    while entry is not None:
        if own_file(entry.tb_frame.f_code.co_filename):
            last = entry
        entry = entry.tb_next
    if last is None:
        return "", 0, ""
    code, number = last.tb_frame.f_code, last.tb_lineno or 0
    line = linecache.getline(code.co_filename, number, last.tb_frame.f_globals)
    return line.strip(), number, code.co_name
