"""What a process sets before it loads what takes long."""

import gc
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module

from course_lib.without import without

# For processes that are the parallelism themselves.
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")

# Grading makes many objects and next to no garbage that only a collector finds.
COLLECTING = (5_000, 10, 10)

# An answer that goes through a set of names goes through it in the same order at each grading.
SAME_ORDER = {"PYTHONHASHSEED": "0"}

# In the environment of whatever students' code is forked from.
_HARMLESS = (
    *("PATH", "LD_LIBRARY_PATH", "LD_PRELOAD", "PYTHONHOME", "PYTHONUSERBASE"),
    *("HOME", "TMPDIR", "TZ", "SYSTEMROOT"),
)


def bare() -> dict[str, str]:
    """The environment of a process that students' code is forked from: none of our secrets.

    It finds modules where this process does.
    """
    modules = [folder for folder in sys.path if os.path.isabs(folder)]
    return {
        **{name: os.environ[name] for name in _HARMLESS if name in os.environ},
        **ONE_THREAD,
        **SAME_ORDER,
        "PYTHONPATH": os.pathsep.join(modules),
        "PYTHONSAFEPATH": "1",
        "LANG": "C.UTF-8",
        "MPLBACKEND": "agg",
    }


@contextmanager
def bared() -> Iterator[None]:
    """What is started within gets a bare environment.

    ``os.environ`` stays as it is: other threads of this process look there.
    """
    wanted = bare()
    try:
        for name in os.environ.keys() - wanted:
            os.unsetenv(name)
        for name, value in wanted.items():
            os.putenv(name, value)
        yield
    finally:
        for name in wanted.keys() - os.environ:
            os.unsetenv(name)
        for name, value in os.environ.items():
            os.putenv(name, value)


def end_with_parent() -> None:
    """End this process of multiprocessing's as soon as the one that started it has ended.

    What was killed must not go on behind the back of whoever begins again. Kernels watch their own
    parent and end with it.
    """
    import multiprocessing
    import threading

    def wait() -> None:
        multiprocessing.parent_process().join()
        os._exit(1)

    threading.Thread(target=wait, daemon=True).start()


def without_slow_formats() -> None:
    """Keep jsonschema from loading what checks IRIs, URIs and durations: a grammar takes a second.

    nbformat has jsonschema check notebooks, and nothing in a notebook has one of these formats. To
    be called before jsonschema is imported; later it does nothing. jsonschema then takes the
    packages for not installed, which is an ordinary way to use it.
    """
    if "jsonschema" not in sys.modules:
        for name in ("rfc3987_syntax", "rfc3986_validator", "isoduration"):
            sys.modules.setdefault(name, None)


def without_distributed_tensors() -> None:
    """Keep ``torch.testing.assert_close`` from asking whether a tensor lies on several machines.

    To know it loads torch.distributed.tensor and sympy at its first call: half as long as loading
    torch. Nothing that is graded here has other machines. A torch without this switch asks.
    """
    from torch.testing import _comparison

    if hasattr(_comparison, "_HAS_DTENSOR"):
        _comparison._HAS_DTENSOR = False


@contextmanager
def nothing_is_garbage() -> Iterator[None]:
    """What is loaded within stays: nobody looks for garbage in it, neither now nor later."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def nbgrader_without_server() -> None:
    """Load nbgrader but for what it loads whatever it is to do, and grading does not begin with.

    Its pages on a Jupyter server, and nbconvert's and jupytext's, what asks a JupyterHub for its
    users, what opens archives, what nbconvert looks for pictures in a page with, and what jupytext
    reads MyST with.
    """
    without_slow_formats()
    server = "nbgrader.server_extensions"
    pages = ("assignment_list", "course_list", "validate_assignment", "formgrader")
    archives = ("setuptools", "setuptools.archive_util")
    with without(server, *(f"{server}.{page}" for page in pages), *archives, "requests"):
        import_module("nbgrader.auth")
        import_module("nbgrader.utils")
    with without("bs4", "nbconvert.postprocessors.serve"):
        import_module("nbconvert")
    managers = ("jupytext.sync_contentsmanager", "jupytext.async_contentsmanager")
    plugins = ("front_matter", "myst_blocks", "myst_role")
    myst = ("markdown_it", *(f"mdit_py_plugins.{plugin}" for plugin in plugins))
    with without(*managers, *myst):
        import_module("jupytext")
