"""A convention and a fault together; the gates show each of them alone."""

import torch

from course_lib.exercises import get_item
from course_lib.grading import check
from tests.grading.solution import answers

CELL = get_item("ps4_lstm.lstm_cell")[1]


def test_a_convention_and_a_fault_together_are_both_named():
    fault = next(f for f in CELL.faults if f.id == "no-output-gate")
    permuted = {"ifog": [0, 1, 3, 2]}["ifog"]

    def lstm_cell(x, state, w_ih, w_hh, b_ih, b_hh, w_hr=None):
        rows = [torch.cat([w.chunk(4)[k] for k in permuted]) for w in (w_ih, w_hh, b_ih, b_hh)]
        return CELL.candidate(fault.switches)(x, state, *rows)

    result = check("ps4_lstm.lstm_cell", lstm_cell)
    ids = [f.id for f in result.findings]
    # Without an output gate the last two blocks are one gate's and nobody's: the cell that reads
    # "g" from the output gate's rows is one fault as well.
    assert result.score < 1 and len(ids) <= 2
    assert "no-output-gate" in ids


def test_beside_a_fault_a_convention_does_not_claim_that_the_numbers_are_right():
    wrong = CELL.candidate(frozenset({"activation:g:sigmoid"}))

    def lstm_forward(input, states, *weights):
        h, c = states or [input.new_zeros(len(input), weights[1].shape[1])] * 2
        outputs = []
        for x in input.unbind(1):
            h, c = wrong(x, (h, c), *weights)
            outputs.append(h)
        return torch.stack(outputs), (h, c)

    findings = check("ps4_lstm.lstm_forward", lstm_forward).findings
    assert {f.id for f in findings} == {"output-time-first", "candidate-sigmoid"}
    assert not any("right" in finding.what for finding in findings)


def test_a_layout_that_is_right_for_large_inputs_only_is_not_told():
    """There the state hardly matters, so a code that takes h_0 for c_0 is right in any order."""

    def changed(source: str) -> str:
        return source.replace("hidden_size**-0.5", "hidden_size").replace(
            "(states[0][0], states[1][0])", "(states[0][0], states[0][0])"
        )

    result = check("ps4_lstm.lstm_module", answers("ps4_lstm", changed)["LSTM"])
    assert [finding.id for finding in result.findings] == ["starts-normal", "unused-c_0"]
