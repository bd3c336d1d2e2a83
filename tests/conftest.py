"""One thread and one seed for every test, so that two cores can run two tests."""

import os
import time

import pytest
import torch

os.environ["LANGUAGE"] = "en"  # whatever the desktop of whoever runs the tests speaks


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


@pytest.hookimpl(tryfirst=True)  # before xdist, which looks at the marks
def pytest_collection_modifyitems(items):
    """What is dear to make (a site, a browser, a graded class) is made in one process: the tests
    of a file that share something stay together.

    The quick ones that need the site, which may have to be built, do so across files: the other
    process has enough else to do meanwhile.
    """
    for item in items:
        if _shares(item):
            waits = "site" in item.fixturenames and not item.get_closest_marker("slow")
            item.add_marker(pytest.mark.xdist_group("site" if waits else item.path.stem))


def _shares(item) -> bool:
    definitions = [one for each in item._fixtureinfo.name2fixturedefs.values() for one in each]
    return any(one.baseid and one.scope != "function" for one in definitions)
