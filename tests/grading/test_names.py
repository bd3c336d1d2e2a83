"""The names that a notebook imports, whatever has been loaded before."""

import subprocess
import sys

import pytest


@pytest.mark.parametrize(
    "before", ["pass", "import course_lib.grading.check", "import course_lib.grading.session"]
)
def test_check_is_a_function_whatever_was_imported_first(before):
    """A worker has loaded the module, and an instructor's own tests import the function there."""
    code = f"{before}\nfrom course_lib.grading import check, progress, start\n"
    code += "assert check.__code__ and progress.__code__ and start.__code__\n"
    code += "import course_lib.grading.check\nassert course_lib.grading.check is check\n"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_a_run_that_hands_out_work_does_without_torch():
    code = "import sys, course_lib.grading.grade\nassert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
