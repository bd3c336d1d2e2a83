"""What the workers of a run are forked from: loaded once, and not once for each of them."""

import gc
import os
from importlib import import_module

from course_lib.grading.engine import nursery
from course_lib.quick_start import ONE_THREAD, without_iri_grammar

gc.disable()  # nothing of all this is garbage
os.environ.update(ONE_THREAD)  # before torch is loaded
without_iri_grammar()
nursery.start()  # its imports go on beside these
import_module("course_lib.grading.engine.worker")
gc.enable()
gc.freeze()  # no worker's garbage collector copies these pages
