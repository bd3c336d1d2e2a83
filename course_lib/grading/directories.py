"""Where nbgrader keeps the files of a course, and what it is set to."""

from pathlib import Path

from nbgrader.coursedir import CourseDirectory

from course_lib.grading.config import load_config


def course_directory(root: Path) -> CourseDirectory:
    """nbgrader's idea of the folders and the gradebook of the course in ``root``."""
    return CourseDirectory(config=load_config(root))
