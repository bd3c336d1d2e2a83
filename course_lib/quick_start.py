"""What a process sets before it loads what takes long."""

import os
import sys

# For processes that are the parallelism themselves.
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")

# Grading makes many objects and next to no garbage that only a collector finds.
COLLECTING = (5_000, 10, 10)

# An answer that goes through a set of names goes through it in the same order at each grading.
SAME_ORDER = {"PYTHONHASHSEED": "0"}


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


def without_iri_grammar() -> None:
    """Keep jsonschema from compiling a grammar of IRIs, which takes it a second.

    nbformat has jsonschema check notebooks, and no format of a notebook is an IRI. To be called
    before jsonschema is imported; later it does nothing. jsonschema then takes the package for
    not installed, which is an ordinary way to use it.
    """
    if "jsonschema" not in sys.modules:
        sys.modules.setdefault("rfc3987_syntax", None)
