"""Tests of a file that share something dear to make are done in one process: it is made once."""

import os

import pytest


@pytest.fixture(scope="module")
def dear():
    return []


@pytest.mark.parametrize("number", range(4))
def test_all_that_share_it_find_it_as_the_one_before_left_it(dear, number):
    assert dear == list(range(number))
    dear.append(number)


@pytest.mark.skipif("PYTEST_XDIST_WORKER" not in os.environ, reason="there is one process only")
def test_who_shares_nothing_is_in_no_group(request):
    assert "@" not in request.node.nodeid


@pytest.mark.skipif("PYTEST_XDIST_WORKER" not in os.environ, reason="there is one process only")
def test_who_shares_something_is_in_the_group_of_its_file(request, dear):
    assert request.node.nodeid.endswith("@test_together")
