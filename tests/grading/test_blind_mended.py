"""What the blind answers to ps3 and ps5 brought to light in the grader itself."""

import importlib
from dataclasses import replace

import torch
from torch import nn

from course_lib.exercises import get_item
from course_lib.grading import check
from course_lib.grading.built_on import names_used
from tests.grading.blind_ps3 import truncated_starts_at_h0


def builds_the_layer(input_size, hidden_size):
    return nn.GRU(input_size, hidden_size), gru_cell, nn.Linear.forward


def gru_cell():
    """Stands for an answer of the notebook."""


def test_an_attribute_of_the_same_name_is_no_earlier_answer():
    used = names_used(builds_the_layer)
    assert "gru_cell" in used
    assert not used & {"GRU", "Linear", "forward"}


def test_a_fact_about_truncation_is_true_for_one_step_too(monkeypatch):
    """With w_hh zero this answer is right for k = 2 and wrong for k = 1."""
    assignment, item = get_item("ps3_bptt.truncated")
    unforeseen = replace(item, faults=())
    items = tuple(unforeseen if i is item else i for i in assignment.items)
    assignment = replace(assignment, items=items)
    module = importlib.import_module("course_lib.grading.check")
    monkeypatch.setattr(module, "get_item", lambda _path: (assignment, unforeseen))
    result = check("ps3_bptt.truncated", truncated_starts_at_h0)
    [finding] = result.findings
    assert finding.id in ("unknown", "numbers-differ"), str(result)
    assert "w_hh is zero" not in str(result)
    [case] = item.cases("k-one", 0)
    zero = next(p for p in item.probes if p.id == "zero-w_hh").change(case)
    given = (*zero.tensors.values(), 1)
    mine, right = truncated_starts_at_h0(*given), item.oracle(*given)
    assert not torch.allclose(mine[3], right[3])
