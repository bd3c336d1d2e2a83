"""What is particular to assignment ps6_convlstm: its oracle, its cases, its training."""

import time
from itertools import combinations

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from course_lib import layers
from course_lib.exercises import get_assignment, get_item, training_convlstm
from course_lib.exercises import oracle_convlstm as oracle
from course_lib.grading import check
from course_lib.grading.diagnosis_known import FRESH
from tests.grading.careless_ps6 import ANSWERS
from tests.grading.solution import answers

ITEMS = {item.id: item for item in get_assignment("ps6_convlstm").items}
SEEDS = (0, 1, 10_000, 10_007, 770_001)


@pytest.fixture(scope="module")
def solution():
    return answers("ps6_convlstm")


def test_one_convolution_for_each_gate_gives_what_the_fused_reference_layer_gives():
    for case in ITEMS["convlstm_cell"].cases("fresh", 5):
        t = case.tensors
        rest = [t[name] for name in ("w_x", "w_h", "b", "w_ci", "w_cf", "w_co")]
        mine = oracle.cell(t["x"], (t["h"], t["c"]), *rest)
        fused = layers.convlstm_cell(t["x"], (t["h"], t["c"]), *rest)
        for a, b in zip(mine, fused, strict=True):
            assert torch.allclose(a, b, rtol=0, atol=1e-12)


def test_without_neighbours_and_peepholes_the_oracle_is_torchs_own_lstm_cell_at_every_pixel():
    case = ITEMS["convlstm_cell"].cases("short", 3)[0]  # kernels of 1 by 1
    t = case.tensors
    I, C = t["x"].shape[1], t["h"].shape[1]
    cell = nn.LSTMCell(I, C, dtype=torch.float64)
    cell.load_state_dict(
        {
            "weight_ih": t["w_x"][..., 0, 0],
            "weight_hh": t["w_h"][..., 0, 0],
            "bias_ih": t["b"],
            "bias_hh": torch.zeros_like(t["b"]),
        }
    )
    none = torch.zeros_like(t["w_ci"])
    kernels = (t["w_x"], t["w_h"], t["b"])
    h, c = oracle.cell(t["x"], (t["h"], t["c"]), *kernels, none, none, none)
    for row, column in ((0, 0), (2, 3), (5, 1)):
        pixel = [t[name][:, :, row, column] for name in ("x", "h", "c")]
        expected = cell(pixel[0], (pixel[1], pixel[2]))
        assert torch.allclose(h[:, :, row, column], expected[0], rtol=0, atol=1e-12)
        assert torch.allclose(c[:, :, row, column], expected[1], rtol=0, atol=1e-12)


def test_the_oracle_s_networks_give_what_the_reference_layers_give():
    case = ITEMS["forecaster"].cases("fresh", 5)[0]
    made = ITEMS["forecaster"].constructor(case)
    sizes = made["in_channels"], made["hidden_channels"], made["kernel_size"]
    mine = oracle.EncoderForecaster(*sizes, made["image_size"]).double()
    theirs = layers.EncoderForecaster(
        *sizes, len(sizes[1]), batch_first=True, peephole="map", image_size=made["image_size"]
    ).double()
    with torch.no_grad():
        for parameter in mine.parameters():
            parameter.normal_(std=0.3)
    weights = mine.state_dict()
    weights.pop("forecaster.cells.0.weight_x")  # reads zeros, so it adds nothing
    theirs.load_state_dict(weights)
    expected = theirs(case.tensors["input"], case.options["steps"])
    got = mine(case.tensors["input"], case.options["steps"])
    assert torch.allclose(got, expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize("item", ["convlstm_cell", "cell_module", "network", "forecaster"])
def test_sizes_are_all_different_so_that_no_exchange_of_axes_hides(item):
    for seed in (*SEEDS, 2, 3, 4, 5):  # every row of the tables comes first once
        for role in ("ordinary", "fresh", "fresh32"):
            for case in ITEMS[item].cases(role, seed):
                sizes = {k: v for k, v in case.sizes.items() if k != "K"}
                assert len(set(sizes.values())) == len(sizes), (case.id, case.sizes)
                assert case.sizes["K"] not in {
                    sizes[k] for k in sizes if k not in ("B", "T", "steps")
                }


@pytest.mark.parametrize("item", ["convlstm_cell", "cell_module", "network", "forecaster"])
def test_no_size_is_another_one_plus_a_number_in_every_case_that_a_name_is_taken_from(item):
    """A loop over the batch instead of over time is not one that leaves out the last step."""
    sizes = [case.sizes for case in ITEMS[item].cases("fresh", FRESH)]
    assert len(sizes) == 3
    plain = [name for name in sizes[0] if name[0] != "4" and "+" not in name and name != "K"]
    for one, other in combinations(plain, 2):
        assert len({case[one] - case[other] for case in sizes}) > 1, (one, other)


def test_batch_and_steps_that_became_one_axis_are_not_told_as_another_size(solution):
    class NotTakenApart(solution["EncoderForecaster"]):
        def forward(self, input, steps):
            return super().forward(input, steps).flatten(0, 1)

    text = check("ps6_convlstm.forecaster", NotTakenApart).findings[0].text
    assert "it should be (B, steps, C_in, H, W)" in text
    for seed in range(4):  # every row of the table comes first once
        for case in ITEMS["forecaster"].cases("ordinary", seed):
            assert case.sizes["B"] * case.sizes["steps"] not in case.sizes.values(), case.sizes


@pytest.mark.parametrize(
    "layer, of_network, of_forecaster",
    [
        (0, "first-state-for-all", "states-first-for-all"),
        (-1, "last-state-for-all", "states-top-for-all"),
    ],
)
def test_one_state_for_all_layers_is_named(solution, layer, of_network, of_forecaster):
    """The third mistake of the chapter: with layers of different sizes it stops with an error."""

    class Network(solution["ConvLSTM"]):
        def forward(self, input, states=None):
            return super().forward(input, states and [states[layer]] * len(states))

    class Forecaster(solution["EncoderForecaster"]):
        def __init__(self, *sizes, **named):
            super().__init__(*sizes, **named)
            rest = self.forecaster.forward
            self.forecaster.forward = lambda zeros, states: rest(
                zeros, [states[layer]] * len(states)
            )

    assert [f.id for f in check("ps6_convlstm.network", Network).findings] == [of_network]
    assert [f.id for f in check("ps6_convlstm.forecaster", Forecaster).findings] == [of_forecaster]


@pytest.mark.parametrize("item", ["convlstm_cell", "cell_module"])
def test_kernels_of_two_sizes_are_asked_because_a_padding_of_one_suits_only_one(item):
    for seed in SEEDS:
        assert {c.sizes["K"] for c in ITEMS[item].cases("ordinary", seed)} == {3, 5}


@pytest.mark.parametrize("item", ITEMS)
def test_each_size_is_one_once(item):
    ones = [k for case in ITEMS[item].cases("ones", 0) for k, v in case.sizes.items() if v == 1]
    free = {"B", "H", "W"} | {
        "zero_state": {"C_in", "C_h"},
        "convlstm_cell": {"C_in", "C_h"},
        "cell_module": {"C_in", "C_h"},
        "network": {"C_in", "T", "C_1", "C_2"},
        "forecaster": {"C_in", "T", "C_1", "C_2", "steps"},
        "train": set(),
    }[item]
    if item != "train":
        assert set(ones) >= free


@pytest.mark.parametrize("item", ["convlstm_cell", "cell_module", "network"])
def test_weights_peepholes_biases_and_given_states_are_never_zero(item):
    for seed in SEEDS:
        for case in ITEMS[item].cases("ordinary", seed):
            assert all(t is not None and (t != 0).all() for t in case.tensors.values())


CERTAIN = [entry for entry in ANSWERS if None not in entry[3]]
OPEN = [entry for entry in ANSWERS if None in entry[3]]


@pytest.mark.parametrize("name, item, answer, expected", CERTAIN, ids=[e[0] for e in CERTAIN])
def test_a_careless_answer_is_told_its_mistake_and_nothing_else(name, item, answer, expected):
    result = check(f"ps6_convlstm.{item}", answer)
    assert not result.passed
    assert {finding.id for finding in result.findings} <= expected, str(result)


@pytest.mark.parametrize("name, item, answer, expected", OPEN, ids=[e[0] for e in OPEN])
def test_a_mistake_that_nobody_foresaw_gets_a_true_fact_and_no_name(name, item, answer, expected):
    result = check(f"ps6_convlstm.{item}", answer)
    described = get_item(f"ps6_convlstm.{item}")[1]
    named = {f.id for f in described.faults} | {c.id for c in described.conventions}
    assert not result.passed
    assert not named & {finding.id for finding in result.findings}, str(result)


def test_peepholes_that_are_wrong_by_a_factor_get_the_fact_that_helps():
    entry = next(entry for entry in ANSWERS if entry[0] == "half_of_the_peepholes")
    text = check("ps6_convlstm.convlstm_cell", entry[2]).findings[0].text
    assert "every peephole is zero" in text


def one_for_each_gate(x, state, w_x, w_h, b, w_ci, w_cf, w_co):
    h, c = state
    C, pad = c.shape[1], (w_x.shape[-1] - 1) // 2

    def gate(k):
        rows = slice(k * C, (k + 1) * C)
        both = torch.cat([w_x[rows], w_h[rows]], 1)
        return F.conv2d(torch.cat([x, h], 1), both, b[rows], padding=pad)

    i, f = torch.sigmoid(gate(0) + w_ci * c), torch.sigmoid(gate(1) + w_cf * c)
    c = torch.addcmul(f * c, i, torch.tanh(gate(2)))
    return [torch.sigmoid(gate(3) + w_co * c) * c.tanh(), c]


def by_unfolding(x, state, w_x, w_h, b, w_ci, w_cf, w_co):
    """No convolution at all: patches as columns, and matrix products."""
    h, c = state
    K, size = w_x.shape[-1], c.shape[-2:]

    def conv(image, kernel):
        columns = F.unfold(image, K, padding=K // 2)
        return (kernel.flatten(1) @ columns).unflatten(-1, size)

    i, f, g, o = (conv(x, w_x) + conv(h, w_h) + b[:, None, None]).chunk(4, 1)
    new = (f + w_cf * c).sigmoid() * c + (i + w_ci * c).sigmoid() * g.tanh()
    return (o + w_co * new).sigmoid() * new.tanh(), new


@pytest.mark.parametrize("style", [one_for_each_gate, by_unfolding])
def test_other_styles_of_the_cell_score_everything(style):
    result = check("ps6_convlstm.convlstm_cell", style, hidden=True)
    assert result.score == 1, str(result)


def test_a_network_that_goes_through_all_layers_at_every_step_scores_everything():
    result = check("ps6_convlstm.network", oracle.ConvLSTM, hidden=True)
    assert result.score == 1, str(result)


def own_recipe(model, frames, held_out, steps, epochs, size=16):
    """Gradients cleared at the end, a loss of probabilities, the error with gradients."""
    optimiser = torch.optim.Adam(model.parameters(), lr=0.02)
    past = frames.shape[1] - steps
    errors = torch.zeros(epochs)
    for epoch in range(epochs):
        order = torch.randperm(len(frames))
        for start in range(0, len(frames), size):
            films = frames[order[start : start + size]]
            guess = torch.sigmoid(model(films[:, :past], steps))
            F.binary_cross_entropy(guess, films[:, past:]).backward()
            optimiser.step()
            model.zero_grad()
        guess = torch.sigmoid(model(held_out[:, :past], steps)).detach()
        errors[epoch] = (guess - held_out[:, past:]).pow(2).mean()
    return errors.tolist()


def test_training_written_in_another_way_scores_everything():
    result = check("ps6_convlstm.train", own_recipe, hidden=True)
    assert result.score == 1, str(result)


def test_an_error_computed_with_gradients_does_not_hide_batches_of_another_size():
    def of_eight(model, frames, held_out, steps, epochs):
        return own_recipe(model, frames, held_out, steps, epochs, size=8)

    result = check("ps6_convlstm.train", of_eight)
    assert [finding.id for finding in result.findings] == ["other-batches"], str(result)


def test_the_trained_model_beats_the_last_frame_for_many_seeds_by_far(solution):
    """By far, because a right answer must not fail for a seed that nobody has tried."""
    for seed in (0, 10_000, 10_001, 10_042, 997_654, *range(10_060, 10_066)):
        case = training_convlstm.cases("real", seed)[0]
        model, _errors = training_convlstm.trained(solution["train"], case)
        error, baseline = training_convlstm.against_baseline(model, case)
        assert error < 0.85 * baseline, seed


def test_a_model_without_training_does_not_beat_the_last_frame():
    for seed in (0, 10_000):
        case = training_convlstm.cases("real", seed)[0]

        def nothing(model, frames, held_out, steps, epochs):
            return [0.0] * epochs

        assert training_convlstm.real_training(ITEMS["train"], nothing, case)["better"] == 0


def test_the_check_of_training_takes_seconds_not_minutes(solution):
    check("ps6_convlstm.train", solution["train"])
    started = time.process_time()
    assert check("ps6_convlstm.train", solution["train"]).passed
    assert time.process_time() - started < 20


def test_the_notebooks_own_model_learns_as_the_statement_promises(solution):
    torch.manual_seed(0)
    model = solution["EncoderForecaster"](1, [8], 3, (12, 12))
    frames, held_out = solution["frames"], solution["held_out"]
    errors = solution["train"](model, frames[:100], held_out, steps=3, epochs=4)
    assert errors[-1] < solution["nothing_moves"]
