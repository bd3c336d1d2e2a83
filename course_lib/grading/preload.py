"""What the workers of a run are forked from: loaded once, and not once for each of them."""

import gc
import os
import warnings
from importlib import import_module

from course_lib.grading.engine import nursery
from course_lib.quick_start import (
    COLLECTING,
    ONE_THREAD,
    nbgrader_without_server,
    without_distributed_tensors,
)
from course_lib.without import without

gc.disable()  # nothing of all this is garbage
os.environ.update(ONE_THREAD)  # before torch is loaded
import_module("torch")
without_distributed_tensors()
import_module("IPython.core.interactiveshell")  # this, too, both need
nursery.fork()  # its imports go on beside these
nbgrader_without_server()
# Where the nursery ends first, the server of workers has a child that it does not know, and would
# say so over the progress bar. Workers say it in their log, and do without.
warnings.filterwarnings("ignore", "forkserver: waitpid returned unexpected pid", UserWarning)
with without("nbgrader.api", "sqlalchemy"):  # workers are told what the gradebook knows
    import_module("course_lib.grading.engine.worker")
gc.enable()
gc.set_threshold(*COLLECTING)
gc.freeze()  # no worker's garbage collector copies these pages
