"""Jupyter Book's command, in a process of its own that is set up to be quick.

    python -m course_lib.publish.sphinx_process JOBS build FOLDER …

What follows ``JOBS`` is what one would say to ``jupyter-book`` itself. It ends when its standard
input does.
"""

import gc
import os
import signal
import sys
import threading
from functools import partial

# Documents are circles of nodes that Python's collector walks through again and again, for a fifth
# of the time. Where it comes less often, a build of this book takes 304 MB instead of 273.
OBJECTS_BEFORE_COLLECTING = 50_000


def end_with_parent() -> None:
    """Let this process, and those that it forks, end when the one that started it is no more,
    however that ended: none shall write into the folder of the next build.

    Its standard input is a pipe from there, which nobody writes into and which ends with it.
    """
    pipe = os.dup(sys.stdin.fileno())  # the processes that Sphinx forks have no standard input

    def wait() -> None:
        os.read(pipe, 1)
        os._exit(1)

    def watch() -> None:
        threading.Thread(target=wait, daemon=True).start()

    watch()
    if hasattr(os, "register_at_fork"):  # not on Windows, where nothing is forked
        os.register_at_fork(after_in_child=watch)  # a thread stays with the one that started it


def main() -> None:
    """Run the command; ``JOBS`` processes read and write the pages."""
    jobs = int(sys.argv.pop(1))
    end_with_parent()
    gc.set_threshold(OBJECTS_BEFORE_COLLECTING, 20, 20)
    # Jupyter Book checks its settings with jsonschema, which would compile 38 grammars of addresses
    # for 2.5 s if it could import them.
    sys.modules["rfc3987_syntax"] = None
    from jupyter_book import sphinx
    from jupyter_book.cli.main import main as jupyter_book

    # Jupyter Book's command has no option for it, its function has. Forking is not safe on macOS.
    if jobs > 1 and sys.platform == "linux":
        # Who is told to end waits for the others, so that none writes into the next build.
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
        sphinx.build_sphinx = partial(sphinx.build_sphinx, jobs=jobs)
    jupyter_book(prog_name="jupyter-book")


if __name__ == "__main__":
    main()
