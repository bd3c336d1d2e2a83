"""Checks that name the mistake, and the grading of whole classes.

A notebook needs three names: ``start``, ``check`` and ``progress``.
"""

from course_lib.grading.check import check
from course_lib.grading.result import CheckResult, Finding
from course_lib.grading.session import progress, start

__all__ = ["CheckResult", "Finding", "check", "progress", "start"]
