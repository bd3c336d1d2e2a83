"""Submissions that try to get more than they are worth: see ``docs/grading-security.md``."""
