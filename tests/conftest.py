"""One thread and one seed for every test, so that two cores can run two tests."""

import pytest
import torch


@pytest.fixture(autouse=True)
def _one_thread_one_seed():
    torch.set_num_threads(1)
    torch.manual_seed(0)


def pytest_addoption(parser):
    parser.addoption(
        "--assignment", action="append", default=[], help="gates of this assignment only"
    )
