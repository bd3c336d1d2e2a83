"""The trusted reading of a submitted notebook: what it uses that is not allowed, and where.

Only the source is read, nothing is executed, so that nothing the code does can change the verdict.
``course_lib.grading.forbidden`` watches the calls inside the student's own process and stays what
a student meets in JupyterLab.
"""

from course_lib.grading.allowed.held import Held, hold
from course_lib.grading.allowed.reading import Reading, read
from course_lib.grading.allowed.told import Refusal, refusal_finding

__all__ = ["Held", "Reading", "Refusal", "hold", "read", "refusal_finding"]
