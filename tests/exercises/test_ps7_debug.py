"""What is particular to ps7_debug: the broken cells, the statements about them, the witnesses."""

import re
from functools import cache

import pytest
import torch
from torch import nn

from course_lib.exercises import faults_debug_conv as conv
from course_lib.exercises import faults_debug_lstm as lstm
from course_lib.exercises import faults_debug_recurrent as recurrent
from course_lib.exercises import faults_lstm_loop, get_item
from course_lib.exercises.oracles_debug import torch_backward, torch_birnn, torch_gru
from course_lib.exercises.statements_debug import FALSE, TRUE
from course_lib.grading import check
from course_lib.grading.release import answer_lines, read_source
from tests.grading.careless_ps7 import ANSWERS
from tests.grading.solution import ROOT, answers, notebook

CELLS = "abcdef"


@cache
def given() -> dict:
    """The broken cells and the helpers, as the notebook gives them."""
    return answers("ps7_debug")


def drawn(cell: str, role: str = "fresh") -> list[dict]:
    return [case.tensors for case in get_item(f"ps7_debug.mend_{cell}")[1].cases(role, 7)]


def same(one, other) -> bool:
    return torch.allclose(one, other, rtol=0, atol=1e-9 if one.dtype == torch.float64 else 1e-6)


def all_same(one, other) -> bool:
    pairs = zip(lstm_flat(one), lstm_flat(other), strict=True)
    return all(a.shape == b.shape and same(a, b) for a, b in pairs)


def lstm_flat(value):
    return [value] if isinstance(value, torch.Tensor) else [t for v in value for t in lstm_flat(v)]


# The cells that the notebook gives are those that the checks judge by.
def test_cell_a_of_the_notebook_is_the_one_that_witnesses_are_given_to():
    (t,) = drawn("a", "square")
    cell = given()["BrokenA"](t["x"].shape[1], t["h"].shape[1])
    stacked = [w.chunk(4) for w in (t["w_ih"], t["w_hh"], t["b_ih"], t["b_hh"])]
    rows = iter((0, 1, 3))  # it makes i, f, o in this order, each from weights of its own

    def gate(x, h):
        w_ih, w_hh, b_ih, b_hh = (stack[next_row] for stack in stacked)
        return torch.sigmoid(x @ w_ih.T + b_ih + h @ w_hh.T + b_hh)

    def in_order(x, h):
        nonlocal next_row
        next_row = next(rows)
        return gate(x, h)

    next_row = 0
    cell.gate = in_order
    weights = (t["w_ih"], t["w_hh"], t["b_ih"], t["b_hh"])
    judged = lstm.cell(lstm.BROKEN_A - {"drawn-anew"}, t["x"], (t["h"], t["c"]), *weights)
    assert all_same(cell(t["x"], (t["h"], t["c"])), judged)


def broken_b():
    """Cell B with its last line put right."""
    cell = next(c.source for c in notebook("ps7_debug").cells if "class BrokenB" in c.source)
    names = dict(given())
    exec(cell.replace("(h_n, c)", "(h, c)"), names)
    return names["BrokenB"]


def test_cell_b_of_the_notebook_is_the_one_that_witnesses_are_given_to():
    generator = torch.Generator().manual_seed(3)
    for rows, steps, states in ((3, 3, True), (2, 5, False)):
        x = torch.randn(rows, steps, 2, generator=generator)
        module = broken_b()(2, 4)
        weights = [getattr(module, name) for name in lstm.LAYER_NAMES]
        given_states = tuple(torch.randn(2, rows, 4, generator=generator)) if states else None
        output, (h_n, c_n) = faults_lstm_loop.forward(
            lstm.BROKEN_B, x.transpose(0, 1), given_states, *weights
        )
        mine = module(x, given_states)
        assert all_same(mine, (output.transpose(0, 1), (h_n, c_n)))


def test_cell_b_stops_with_a_name_that_does_not_exist():
    with pytest.raises(NameError, match="h_n"):
        given()["BrokenB"](2, 4)(torch.randn(3, 5, 2))


@pytest.mark.parametrize("cell", "cdf")
def test_cells_c_d_and_f_of_the_notebook_are_those_that_witnesses_are_given_to(cell):
    judged = {"c": recurrent.gru, "d": recurrent.birnn, "f": recurrent.rnn_backward}[cell]
    on = {"c": recurrent.BROKEN_C, "d": recurrent.BROKEN_D, "f": recurrent.BROKEN_F}[cell]
    item = get_item(f"ps7_debug.mend_{cell}")[1]
    for tensors in drawn(cell):
        arguments = [nested(name, tensors) for name in item.arguments]
        assert all_same(given()[f"broken_{cell}"](*arguments), judged(on, *arguments))


def nested(name, tensors):
    return tensors[name] if isinstance(name, str) else tuple(nested(n, tensors) for n in name)


def with_weights(cls, tensors):
    """Cell E with these kernels and peepholes."""
    channels, hidden = tensors["x"].shape[1], tensors["h"].shape[1]
    size, picture = tensors["w_x"].shape[-1], tensors["x"].shape[2:]
    cell = cls(channels, hidden, size, *picture).double()
    with torch.no_grad():
        for name in conv.NAMES:
            getattr(cell, name).data = tensors[name].clone()
    return cell


def test_cell_e_of_the_notebook_is_the_one_that_witnesses_are_given_to():
    for t in drawn("e"):
        cell = with_weights(given()["BrokenE"], t)
        weights = [t[name] for name in conv.NAMES]
        judged = conv.step(conv.BROKEN_E, t["x"], (t["h"], t["c"]), *weights)
        assert all_same(cell(t["x"], (t["h"], t["c"])), judged)


def test_lines_of_a_cell_to_be_mended_are_no_secret_and_the_mended_lines_are():
    secret = answer_lines(read_source(ROOT, "ps7_debug"))
    assert "z = torch.sigmoid(z_x + z_h)" not in secret
    assert (
        "return (1 - z) * n + z * h" in secret and "h = torch.sigmoid(o) * torch.tanh(c)" in secret
    )


# The statements: those that can be tried are tried.
def test_the_letters_of_the_notebook_are_those_that_the_check_knows():
    text = "\n".join(c.source for c in notebook("ps7_debug").cells if c.cell_type == "markdown")
    parts = re.split(r"^## Cell ", text, flags=re.M)[1:]
    for cell, part in zip(CELLS, parts, strict=True):
        letters = re.findall(r"^- \*\*([A-Z])\*\*: ", part, re.M)
        assert part.startswith(cell.upper()) and len(letters) == len(set(letters))
        assert set(letters) == set(TRUE[cell]) | set(FALSE[cell])
        assert not set(TRUE[cell]) & set(FALSE[cell])


def tried() -> dict[tuple[str, str], bool]:
    """Statements whose truth shows in what the broken cells do."""
    broken, truths = given(), {}
    a = broken["BrokenA"](3, 4)
    zeros = torch.zeros(4, 4), torch.zeros(4, 4)
    truths["a", "D"] = not list(a.parameters())
    truths["a", "F"] = runs(a, torch.randn(3, 3), (torch.randn(3, 4), torch.randn(3, 4)))
    truths["a", "G"] = not torch.cat(a(torch.randn(4, 3), zeros)).any()
    x, state = torch.randn(4, 3), (torch.randn(4, 4), torch.randn(4, 4))
    truths["a", "H"] = all_same(a(x, state), a(x, state))
    truths["b", "E"] = len(list(broken_b()(2, 4).parameters())) == 4
    for t in drawn("c"):
        layers = [tuple(t[f"{n}_l{k}"] for n in ("w_ih", "w_hh", "b_ih", "b_hh")) for k in (0, 1)]
        start = recurrent.gru(frozenset({"z-exchanged-in-upper"}), t["input"], None, *layers)
        truths["c", "E"] = all_same(broken["broken_c"](t["input"], None, *layers), start)
    for t in drawn("d"):
        ways = nested((("w_ih", "w_hh", "b_ih", "b_hh"),), t)[0]
        back = tuple(t[f"{n}_reverse"] for n in ("w_ih", "w_hh", "b_ih", "b_hh"))
        output, h_n = broken["broken_d"](t["input"], t["h_0"], ways, back)
        right, right_h_n = torch_birnn(t["input"], t["h_0"], ways, back)
        half = t["h_0"].shape[2]
        truths["d", "E"] = not same(output[..., :half], right[..., :half])
        truths["d", "F"] = all_same(
            broken["broken_d"](t["input"][:, :1], t["h_0"], ways, back),
            torch_birnn(t["input"][:, :1], t["h_0"], ways, back),
        )
        truths["d", "G"] = same(h_n[0], right_h_n[0])
        other = torch.stack([t["h_0"][0], t["h_0"][1] + 1])
        moved = broken["broken_d"](t["input"], other, ways, back)
        truths["d", "H"] = all_same(moved, (output, h_n))
    e = broken["BrokenE"](2, 3, 3, 5, 6)
    x, state = torch.randn(2, 2, 5, 6), tuple(torch.randn(2, 2, 3, 5, 6))
    h, _c = e(x, state)
    h.sum().backward()
    weights = [getattr(e, name) for name in conv.NAMES]
    truths["e", "D"] = h.shape[2:] != x.shape[2:]
    truths["e", "E"] = torch.allclose(h, conv.step(frozenset(), x, state, *weights)[0])
    truths["e", "C"] = truths["e", "G"] = len(e.state_dict()) == 3 == len(list(e.parameters()))
    truths["e", "H"] = e.w_ci.grad is None
    for t in drawn("f"):
        weights = [t[name] for name in ("w_ih", "w_hh", "b_ih", "b_hh")]
        long = t["grad_output"], t["input"], t["h_0"], t["output"]
        short = (*(tensor[:, :1] for tensor in long[:2]), t["h_0"], t["output"][:, :1])
        wrong, right = broken["broken_f"](*long, *weights), torch_backward(*long, *weights)
        truths["f", "E"] = all_same(
            broken["broken_f"](*short, *weights), torch_backward(*short, *weights)
        )
        truths["f", "F"] = same(wrong[0][:, -1], right[0][:, -1])
        truths["f", "G"] = not same(right[4], right[5])
        truths["f", "H"] = not wrong[1].any()
    return truths


def runs(cell, *arguments) -> bool:
    try:
        cell(*arguments)
    except RuntimeError:
        return False
    return True


def test_the_statements_that_can_be_tried_hold_where_the_check_says_so():
    found = tried()
    assert len(found) == 19
    assert {key: key[1] in TRUE[key[0]] for key in found} == found


@pytest.mark.parametrize("cell", CELLS)
def test_choosing_every_statement_earns_nothing_and_a_wrong_one_costs(cell):
    item = f"ps7_debug.name_{cell}"
    assert check(item, lambda: TRUE[cell] + "".join(FALSE[cell])).points == 0
    one_wrong = check(item, lambda: TRUE[cell] + next(iter(FALSE[cell])))
    assert 0 < one_wrong.points < 4
    assert check(item, lambda: "").points == 0


@pytest.mark.parametrize(
    "chosen", ["bcef", "B, C, E, F", ["B", "C", "E", "F"], {"F", "E", "C", "B"}]
)
def test_letters_may_be_written_in_several_ways(chosen):
    assert check("ps7_debug.name_c", lambda: chosen).passed


@pytest.mark.parametrize("chosen", [None, 3, ["B", 2], "B" * 1000, "BX", torch.ones(2)])
def test_what_is_no_choice_is_answered_kindly(chosen):
    result = check("ps7_debug.name_c", lambda: chosen)
    assert result.points in (0, 1) and result.findings[0].id in ("no-such-letter", "more-to-find")


def test_an_incomplete_choice_is_not_told_which_letters_are_missing():
    texts = {
        check("ps7_debug.name_a", lambda first=first: first).findings[0].text for first in "ABDEG"
    }
    assert len(texts) == 1


# Witnesses.
@pytest.mark.parametrize("seed", range(3))
def test_any_input_that_shows_and_any_that_hides_is_accepted(seed):
    torch.manual_seed(seed)
    x, states = torch.rand(5, 5, 1) + 1, 3 * torch.randn(2, 5, 6)
    hidden = torch.rand(1, 1, 7) + 1, torch.zeros(1, 2), torch.rand(1, 2) + 1
    assert check("ps7_debug.expose_b", lambda: ((x, *states), hidden)).passed
    maps = torch.randn(3, 1, 8, 4, dtype=torch.float64)
    picture = torch.randn(1, 3, 8, 4), torch.randn(1, 1, 8, 4), torch.randn(1, 1, 8, 4) + 3
    only_two = torch.stack([maps[0], maps[1], 0 * maps[2]])
    assert check("ps7_debug.expose_e", lambda: ((*picture, *maps), (*picture, *only_two))).passed


@pytest.mark.parametrize(
    "returned",
    [None, 3, (), (1, 2), ([1.0], [2.0]), torch.ones(2, 3), (torch.ones(2), None)],
    ids=str,
)
@pytest.mark.parametrize("cell", "ac")
def test_what_is_no_witness_is_answered_kindly(cell, returned):
    result = check(f"ps7_debug.expose_{cell}", lambda: returned)
    assert result.points == 0
    assert [finding.id for finding in result.findings] == ["wrong-return"]


def test_whole_numbers_and_giant_sizes_are_no_witness():
    whole = torch.ones(3, 5, 2, dtype=torch.int64), torch.ones(2, 3, 4, dtype=torch.int64)
    giant = torch.ones(1, 100_000, 1), torch.ones(2, 1, 1)
    for pair, said in ((whole, "not-finite"), (giant, "wrong-sizes")):
        result = check("ps7_debug.expose_d", lambda pair=pair: (pair, pair))
        assert [finding.id for finding in result.findings] == [said]


# The oracles, and answers of careless students.
def test_the_oracles_of_c_and_d_are_torchs_layers():
    for t in drawn("c"):
        gru = nn.GRU(t["input"].shape[2], t["h_0"].shape[2], 2, batch_first=True).double()
        names = ("w_ih", "w_hh", "b_ih", "b_hh")
        long = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
        gru.load_state_dict(
            {f"{b}_l{k}": t[f"{a}_l{k}"] for a, b in zip(names, long, strict=True) for k in (0, 1)}
        )
        layers = [tuple(t[f"{n}_l{k}"] for n in names) for k in (0, 1)]
        assert all_same(gru(t["input"], t["h_0"]), torch_gru(t["input"], t["h_0"], *layers))


def test_the_oracle_of_f_is_autograd_through_torchs_rnn():
    for t in drawn("f"):
        names = ("w_ih", "w_hh", "b_ih", "b_hh")
        rnn = nn.RNN(t["input"].shape[2], t["h_0"].shape[1], batch_first=True).double()
        weights = dict(zip(rnn.state_dict(), (t[name] for name in names), strict=True))
        rnn.load_state_dict(weights)
        input, h_0 = (t[name].clone().requires_grad_() for name in ("input", "h_0"))
        output, _h_n = rnn(input, h_0.unsqueeze(0))
        assert same(output, t["output"])
        leaves = [input, h_0, *rnn.parameters()]
        expected = torch.autograd.grad(output, leaves, t["grad_output"])
        arguments = (t[name] for name in ("grad_output", "input", "h_0", "output", *names))
        assert all_same(torch_backward(*arguments), expected)


@pytest.mark.parametrize("name, item, answer, expected", ANSWERS, ids=[e[0] for e in ANSWERS])
def test_a_careless_answer_is_told_its_mistake_or_nothing_untrue(name, item, answer, expected):
    result = check(f"ps7_debug.{item}", answer)
    known = {fault.id for fault in get_item(f"ps7_debug.{item}")[1].faults}
    assert not result.passed
    first = result.findings[0].id
    assert first in expected or (None in expected and first not in known), str(result)
