"""What is particular to assignment ps3_bptt: its oracles, its cases, what students are told."""

import pytest
import torch
from torch import nn

from course_lib import bptt
from course_lib.exercises import get_assignment
from course_lib.exercises.cases_bptt import WEIGHTS
from course_lib.grading import check
from tests.grading.careless_ps3 import ANSWERS
from tests.grading.solution import answers

ITEMS = {item.id: item for item in get_assignment("ps3_bptt").items}
OF_SEQUENCES = [ITEMS[id] for id in ("cell_backward", "rnn_backward", "truncated", "jacobian")]
SEEDS = (0, 3, 10_007, 770_001)


def called(item, case, candidate=None):
    values = {**case.options, **case.tensors}
    return (candidate or item.oracle)(*(values[name] for name in item.arguments))


def torchs_rnn(case):
    """nn.RNN with the weights of the case, which want gradients."""
    t = case.tensors
    rnn = nn.RNN(t["w_ih"].shape[1], len(t["w_hh"]), batch_first=True, dtype=t["w_ih"].dtype)
    rnn.load_state_dict({name: t[short] for short, name in WEIGHTS.items()})
    return rnn


def equal(mine, theirs):
    return all(torch.allclose(a, b, rtol=0, atol=1e-12) for a, b in zip(mine, theirs, strict=True))


def by_autograd(case):
    """Gradients of input, h_0 and weights through nn.RNN; the output it computes."""
    rnn, t = torchs_rnn(case), case.tensors
    input, h_0 = t["input"].clone().requires_grad_(), t["h_0"].clone().requires_grad_()
    output, _ = rnn(input, h_0.unsqueeze(0))
    output.backward(t["grad_output"])
    weights = [getattr(rnn, name).grad for name in WEIGHTS.values()]
    return output.detach(), (input.grad, h_0.grad, *weights)


def test_the_oracle_of_the_whole_way_back_is_autograd_through_nn_rnn():
    item = ITEMS["rnn_backward"]
    for case in item.cases("fresh", 5):
        output, gradients = by_autograd(case)
        assert torch.allclose(output, case.tensors["output"], rtol=0, atol=1e-12)
        assert equal(called(item, case), gradients)


def test_the_oracle_of_one_step_is_autograd_through_rnn_cell():
    item = ITEMS["cell_backward"]
    for case in item.cases("fresh", 5):
        t = case.tensors
        cell = nn.RNNCell(t["x"].shape[1], t["h"].shape[1], dtype=torch.float64)
        cell.load_state_dict({name.removesuffix("_l0"): t[s] for s, name in WEIGHTS.items()})
        x, h = t["x"].clone().requires_grad_(), t["h"].clone().requires_grad_()
        cell(x, h).backward(t["grad_h_new"])
        assert equal(called(item, case), (x.grad, h.grad, *(p.grad for p in cell.parameters())))


def test_the_oracle_of_truncation_follows_the_definition_of_the_course_library():
    item = ITEMS["truncated"]
    for role in ("fresh", "double"):
        for case in item.cases(role, 5):
            t, k = case.tensors, case.options["k"]
            given = [t[n] for n in ("grad_output", "input", "h_0", "output", "w_ih", "w_hh")]
            *gradients, bias = bptt.truncated_rnn_backward(*given, steps=k)
            assert equal(called(item, case), (*gradients, bias, bias))


def test_truncation_is_asked_with_one_step_with_some_and_with_all():
    item = ITEMS["truncated"]
    for seed in SEEDS:
        for case in item.cases("k-long", seed):
            assert case.options["k"] >= case.sizes["T"]
        assert [case.options["k"] for case in item.cases("k-one", seed)] == [1]
        assert all(1 < c.options["k"] < c.sizes["T"] - 1 for c in item.cases("ordinary", seed))


def test_the_oracle_of_the_sequential_jacobian_is_that_of_nn_rnn():
    loop, item = ITEMS["rnn_backward"], ITEMS["jacobian"]
    for case in loop.cases("fresh", 5)[:2]:
        rnn, t = torchs_rnn(case), case.tensors
        for row, h_0 in enumerate(t["h_0"]):

            def network(x, rnn=rnn, h_0=h_0):
                return rnn(x.unsqueeze(0), h_0.view(1, 1, -1))[0][0]

            whole = torch.autograd.functional.jacobian(network, t["input"][row])  # (T, H, T, I)
            expected = whole.square().sum((1, 3)).sqrt()
            mine = item.oracle(t["output"], t["w_ih"], t["w_hh"])[row]
            assert torch.allclose(mine, expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize("item", OF_SEQUENCES, ids=lambda item: item.id)
def test_sizes_are_all_different_and_each_is_one_once(item):
    for seed in SEEDS:
        for role in ("ordinary", "fresh", "double", "large"):
            for case in item.cases(role, seed):
                assert len(set(case.sizes.values())) == len(case.sizes), (case.id, case.sizes)
    ones = [k for case in item.cases("ones", 0) for k, v in case.sizes.items() if v == 1]
    assert sorted(ones) == sorted(item.cases("ordinary", 0)[0].sizes)


@pytest.mark.parametrize("item", OF_SEQUENCES, ids=lambda item: item.id)
def test_nothing_that_is_given_is_zero(item):
    for seed in SEEDS:
        for case in item.cases("ordinary", seed):
            assert all((t != 0).all() for t in case.tensors.values())


@pytest.mark.parametrize("item", ITEMS.values(), ids=ITEMS)
def test_the_same_seed_draws_the_same_cases_and_another_seed_draws_others(item):
    one, again, other = (item.cases("ordinary", seed)[0] for seed in (3, 3, 4))
    assert all(torch.equal(one.tensors[n], again.tensors[n]) for n in one.tensors)
    first = next(iter(one.tensors))
    a, b = one.tensors[first], other.tensors[first]
    assert a.shape != b.shape or not torch.equal(a, b)


def again_from_the_input(grad_output, input, h_0, output, w_ih, w_hh, b_ih, b_hh):
    """Right, and never looks at ``output``: it computes the states anew."""
    states = [h_0]
    for x in input.unbind(1):
        states.append(torch.tanh(x @ w_ih.T + b_ih + states[-1] @ w_hh.T + b_hh))
    output = torch.stack(states[1:], 1)
    faultless = ITEMS["rnn_backward"].candidate(frozenset())
    return faultless(grad_output, input, h_0, output, w_ih, w_hh, b_ih, b_hh)


def test_an_answer_that_computes_the_states_anew_is_right():
    assert check("ps3_bptt.rnn_backward", again_from_the_input, hidden=True).passed


def test_a_wrong_answer_that_computes_the_states_anew_is_told_nothing_about_unused_arguments():
    def wrong(*arguments):
        first, *rest = again_from_the_input(*arguments)
        return (first * 1.01, *rest)

    findings = check("ps3_bptt.rnn_backward", wrong).findings
    assert findings and not any("depend" in finding.text for finding in findings), findings


@pytest.mark.parametrize("item", ["rnn_backward", "truncated"])
@pytest.mark.parametrize("axes", ["batch", "time", "both"])
def test_gradients_that_are_averages_are_named_as_another_convention(item, axes):
    def averaged(grad_output, input, *rest):
        right = ITEMS[item].candidate(frozenset())(grad_output, input, *rest)
        sizes = {"batch": len(input), "time": input.shape[1]}
        count = sizes["batch"] * sizes["time"] if axes == "both" else sizes[axes]
        return (*right[:2], *(grad / count for grad in right[2:]))

    result = check(f"ps3_bptt.{item}", averaged)
    assert [f.id for f in result.findings] == [f"averaged-over-{axes}"], str(result)
    assert result.findings[0].kind == "convention" and "Convention 3" in result.findings[0].text


def with_vjp(grad_h_new, x, h, h_new, *weights):
    def forward(x, h, w_ih, w_hh, b_ih, b_hh):
        return torch.tanh(x @ w_ih.T + b_ih + h @ w_hh.T + b_hh)

    return torch.func.vjp(forward, x, h, *weights)[1](grad_h_new)


def with_the_course_library(grad_output, input, h_0, output, *weights):
    return bptt.rnn_backward(grad_output, input, h_0, output, *weights)


@pytest.mark.parametrize(
    "item, answer",
    [("cell_backward", with_vjp), ("rnn_backward", with_the_course_library)],
)
def test_neither_autograd_nor_the_course_library_answers_for_the_student(item, answer):
    result = check(f"ps3_bptt.{item}", answer)
    assert result.points == 0
    assert [finding.id for finding in result.findings] == ["forbidden-call"]


def test_clipping_may_assign_new_gradients_and_give_the_norm_as_a_number():
    def clip(parameters, max_norm):
        parameters = [p for p in parameters if p.grad is not None]
        norm = sum(float((p.grad.double() ** 2).sum()) for p in parameters) ** 0.5
        for p in parameters:
            p.grad = p.grad * min(1.0, max_norm / norm)
        return norm

    assert check("ps3_bptt.clip", clip, hidden=True).passed


def test_clipping_that_loses_the_gradients_is_told_so():
    def clip(parameters, max_norm):
        total = 0
        for p in parameters:
            if p.grad is not None:
                total, p.grad = total + p.grad.square().sum(), None
        return total.sqrt()

    result = check("ps3_bptt.clip", clip)
    assert [finding.id for finding in result.findings] == ["gradient-lost"]


def test_the_experiment_gives_the_numbers_of_the_rubric():
    last_row = answers("ps3_bptt")["last_row"]
    halves, stays, grows = (last_row(gain) for gain in (0.5, 1.0, 1.2))
    assert torch.allclose(halves[:-1] / halves[1:], torch.tensor(0.5), atol=0.01)
    assert torch.allclose(stays, torch.tensor(0.89), atol=0.01)
    assert 1.15 < (grows[0] / grows[-1]) ** (1 / 19) < 1.25
    assert last_row(1.2, size=3.0)[0] < 1e-3


@pytest.mark.parametrize("name, item, fn, expected", ANSWERS, ids=[a[0] for a in ANSWERS])
def test_a_careless_answer_is_told_its_mistake_or_nothing_untrue(name, item, fn, expected):
    result = check(f"ps3_bptt.{item}", fn)
    assert not result.passed
    if expected:
        assert result.findings[0].id in expected, str(result)
        assert len(result.findings) == 1, "one cause is told once"
    else:
        known = (*ITEMS[item].faults, *ITEMS[item].conventions)
        assert not {one.id for one in known} & {f.id for f in result.findings}, str(result)
