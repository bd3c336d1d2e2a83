"""What the workers of a run are forked from: loaded once, and not once for each of them."""

import gc
import os

from course_lib.grading.worker_process import ONE_THREAD
from course_lib.quick_start import without_iri_grammar

os.environ.update(ONE_THREAD)  # before torch is loaded
without_iri_grammar()

import course_lib.grading.engine.worker  # noqa: E402

gc.collect()
gc.freeze()  # no worker's garbage collector copies these pages
__all__ = ["course_lib"]
