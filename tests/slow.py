"""Which cases of a test are in `make test`, and which in `make test-all` alone."""

from collections.abc import Collection, Iterable

import pytest


def slow_but(quick: Collection, values: Iterable) -> list:
    """The ``values`` as parameters of a test, all slow but those that are ``quick``."""
    return [
        pytest.param(value, marks=[] if value in quick else [pytest.mark.slow]) for value in values
    ]
