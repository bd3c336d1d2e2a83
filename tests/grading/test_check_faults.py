"""Every known mistake is caught and called by its own name; so are pairs and other conventions."""

import random
from itertools import combinations

import pytest
import torch

from course_lib.exercises import get_assignment
from course_lib.exercises.conventions_lstm import GATE_ORDERS
from course_lib.grading import check

ITEMS = {item.id: item for item in get_assignment("ps4_lstm").items}
CELL = ITEMS["lstm_cell"]


def every_fault():
    """(item, fault) for all; those that an earlier item has already shown are slow."""
    shown = set()
    for item in ITEMS.values():
        for fault in item.faults:
            mark = [pytest.mark.slow] if fault.id in shown else []
            yield pytest.param(item, fault, id=f"{item.id}-{fault.id}", marks=mark)
        shown |= {fault.id for fault in item.faults}
        if item.id in ("lstm_module", "lstmp_cell"):  # the projection's faults also in the loop
            shown -= {"w_hr-not-fed-back", "final-unprojected", "project-before-tanh"}


@pytest.mark.parametrize("item, fault", list(every_fault()))
def test_the_fault_costs_points_and_is_named_and_nothing_else_is(item, fault):
    result = check(f"ps4_lstm.{item.id}", item.candidate(fault.switches))
    assert result.score < 1
    assert [finding.id for finding in result.findings] == [fault.id], str(result)
    assert result.findings[0].kind == "fault"


@pytest.mark.parametrize("item", ITEMS.values(), ids=ITEMS)
def test_a_fault_is_named_for_hidden_cases_too(item):
    chosen = random.Random(4).sample(item.faults, 4)
    for fault in chosen:
        result = check(f"ps4_lstm.{item.id}", item.candidate(fault.switches), hidden=True)
        assert [f.id for f in result.findings] == [fault.id], str(result)


def pairs(item_id: str, count: int):
    paired = [fault for fault in ITEMS[item_id].faults if fault.paired]
    return random.Random(8).sample(list(combinations(paired, 2)), count)


@pytest.mark.parametrize("item_id, count", [("lstm_cell", 40), ("lstm_forward", 12)])
def test_pairs_of_faults_are_caught_and_only_faults_of_the_pair_are_named(item_id, count):
    item = ITEMS[item_id]
    both = one = equal = 0
    for a, b in pairs(item_id, count):
        result = check(f"ps4_lstm.{item_id}", item.candidate(a.switches | b.switches))
        named = {f.id for f in result.findings}
        known = {fault.id for fault in item.faults} | {c.id for c in item.conventions}
        assert result.score < 1, (a.id, b.id)
        if not named & known:
            print("not named:", a.id, b.id, named)
            continue
        if named & known <= {a.id, b.id}:
            both += named == {a.id, b.id}
            one += len(named) == 1
            continue
        # Another name is true only if it gives the very same numbers: then nobody can tell.
        assert same_numbers(item, a.switches | b.switches, named), (a.id, b.id, named)
        equal += 1
    print(
        f"{item_id}: {count} pairs: both named {both}, one {one}, another of equal numbers {equal}"
    )
    assert both + one + equal >= 0.85 * count


def same_numbers(item, switches, named) -> bool:
    other = [fault.switches for fault in item.faults if fault.id in named]
    for case in item.cases("fresh", 31):
        a = _call(item, item.candidate(switches), case)
        b = _call(item, item.candidate(frozenset().union(*other)), case)
        if not all(torch.allclose(x, y) for x, y in zip(a, b, strict=True)):
            return False
    return bool(other)


def _call(item, function, case):
    from course_lib.grading.observe import values

    return list(values(item, function, case).values())


def in_order(order: str):
    """A right cell that reads the four blocks of rows in another order."""

    def lstm_cell(x, state, w_ih, w_hh, b_ih, b_hh, w_hr=None):
        h, c = state
        blocks = (x @ w_ih.T + b_ih + h @ w_hh.T + b_hh).chunk(4, 1)
        a = dict(zip(order, blocks, strict=True))
        c = a["f"].sigmoid() * c + a["i"].sigmoid() * a["g"].tanh()
        return a["o"].sigmoid() * c.tanh(), c

    return lstm_cell


@pytest.mark.parametrize("convention", GATE_ORDERS, ids=lambda c: c.id)
def test_any_other_order_of_the_gates_is_named_as_that_order(convention):
    order = convention.id.removeprefix("gate-order-")
    result = check("ps4_lstm.lstm_cell", in_order(order))
    assert [f.id for f in result.findings] == [convention.id]
    assert result.findings[0].kind == "convention"
    assert ", ".join(order) in result.findings[0].text
    assert "Convention 3" in result.findings[0].text


def test_a_state_given_as_c_and_h_is_named_as_a_convention():
    result = check("ps4_lstm.lstm_cell", lambda *a: right_cell_with(a, swap=True))
    assert [f.id for f in result.findings] == ["state-order"]


def right_cell_with(arguments, swap=False):
    x, state, *weights = arguments
    state = (state[1], state[0]) if swap else state
    return CELL.candidate(frozenset())(x, state, *weights)


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
