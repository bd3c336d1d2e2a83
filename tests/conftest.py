"""One thread and one seed for every test, so that two cores can run two tests."""

import os
import time
from pathlib import Path

import pytest
import torch

os.environ["LANGUAGE"] = "en"  # whatever the desktop of whoever runs the tests speaks

TESTS = Path(__file__).parent
# Tests that share what is dear to make (a site, a browser, a graded class) stay in one process.
TOGETHER = {"browser", "book", "end_to_end", "notebooks", "figures"}


@pytest.fixture(autouse=True)
def _one_thread_one_seed():
    torch.set_num_threads(1)
    torch.manual_seed(0)


def pytest_addoption(parser):
    parser.addoption(
        "--assignment", action="append", default=[], help="gates of this assignment only"
    )
    parser.addoption(
        "--until", type=float, help="skip what would begin later than this, in seconds since 1970"
    )


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item):
    """A machine whose time is limited does the tests that it has the time for, and says which."""
    until = item.config.getoption("until")
    if until is not None and time.time() > until:
        pytest.skip("there was no time left for it")


def pytest_collection_modifyitems(items):
    for item in items:
        folder = item.path.relative_to(TESTS).parts[0]
        if folder in TOGETHER:
            name = (
                "site" if folder in ("browser", "book", "figures") else f"{folder}-{item.path.stem}"
            )
            item.add_marker(pytest.mark.xdist_group(name))
