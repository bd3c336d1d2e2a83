"""What every assignment is held to; the tests are in ``tests/grading/test_gates*.py``."""
