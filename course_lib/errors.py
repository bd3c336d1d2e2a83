"""The one exception that speaks to a person."""


class CourseError(Exception):
    """Something a person can put right; its text says what happened, where, and what to do.

    The command line prints the text alone, without a traceback, and exits with status 2.
    """
