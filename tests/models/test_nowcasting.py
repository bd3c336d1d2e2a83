"""The comparison of the chapter on nowcasting: its script, its models, its record."""

import json

import pytest
import torch
from click.testing import CliRunner

from course_lib.models.nowcasting import (
    KEPT,
    SCALES,
    build,
    films,
    measure,
    names,
    train,
    trained_nowcaster,
    yardsticks,
)
from course_lib.models.record_nowcasting import main
from course_lib.models.recorded import recorded


@pytest.fixture(scope="module")
def tiny():
    return SCALES["tiny"], films(SCALES["tiny"], "train"), films(SCALES["tiny"], "test")


def test_the_script_trains_every_model_and_goes_on_where_it_stopped(tmp_path):
    command = ["--scale", "tiny", "--seeds", "1", "--folder", str(tmp_path), "--device", "cpu"]
    first = CliRunner().invoke(main, command, catch_exceptions=False)
    assert first.output.count("seed 0") == len(names(SCALES["tiny"])) == 9
    results = json.loads((tmp_path / "tiny.json").read_text(encoding="utf-8"))
    assert [run["model"] for run in results["runs"]] == names(SCALES["tiny"])
    assert all(len(run["errors"]) == 2 and len(run["history"]) == 2 for run in results["runs"])
    (tmp_path / "tiny-fc-0.json").unlink()
    CliRunner().invoke(main, [*command, "--finished"], catch_exceptions=False)
    finished = json.loads((tmp_path / "tiny.json").read_text(encoding="utf-8"))["runs"]
    assert [run["model"] for run in finished] == names(SCALES["tiny"])[1:]
    again = CliRunner().invoke(main, command, catch_exceptions=False)
    assert again.output.count("seed 0") == 1
    last = json.loads((tmp_path / "tiny.json").read_text(encoding="utf-8"))
    for run in (*results["runs"], *last["runs"]):
        del run["seconds"]
    assert last == results  # the same seed gives the same numbers


def test_the_paper_scale_has_the_sizes_of_the_paper():
    paper, weights = SCALES["paper"], {}
    with torch.device("meta"):
        for name in ("fc", "layers-1", "layers-2", "layers-3"):
            weights[name] = sum(p.numel() for p in build(name, paper).parameters())
    assert list(weights.values()) == [142_667_776, 13_524_496, 10_042_896, 7_585_296]
    assert (paper.size, paper.read, paper.predict, paper.patch) == (64, 10, 10, 4)


def test_films_are_cut_into_what_is_read_and_what_is_predicted(tiny):
    _, (past, future), (held_past, held_future) = tiny
    assert past.shape == (16, 3, 1, 12, 12) and future.shape == (16, 2, 1, 12, 12)
    assert held_past.shape == (8, 3, 1, 12, 12) and held_future.shape == (8, 2, 1, 12, 12)


def test_state_kernels_of_one_pixel_stay_so_while_training(tiny):
    plan, (past, future), _ = tiny
    model, _ = train("state-1", plan, 0, past, future)
    for name, weight in model.named_parameters():
        if name.endswith("weight_h"):
            outside = weight.detach().clone()
            outside[:, :, 1, 1] = 0
            assert weight.shape[-1] == 3 and not outside.any() and weight[:, :, 1, 1].any()


def test_peepholes_are_there_or_not_or_one_for_each_place():
    def shapes(name):
        state = build(name, SCALES["tiny"]).state_dict()
        return {tuple(w.shape) for key, w in state.items() if "weight_c" in key}

    assert shapes("peephole-none") == set()
    assert shapes("peephole-maps") == {(3, 6, 6)}
    assert shapes("layers-2") == {(3, 1, 1)}


def test_a_forecast_is_judged_by_its_loss_and_by_each_lead_time(tiny):
    _, (_, train_future), (past, future) = tiny

    def knows_nothing(past, steps):
        return torch.zeros_like(future[: len(past)])

    knows_nothing.parameters = lambda: iter([torch.zeros(1)])
    told = measure(knows_nothing, past, future, batch=3)
    assert told["cross_entropy"] == pytest.approx(2 * 12 * 12 * torch.log(torch.tensor(2.0)).item())
    errors = (future - 0.5).square().mean(dim=(0, 2, 3, 4)).tolist()
    assert told["errors"] == pytest.approx(errors)
    marks = yardsticks(train_future, past, future)
    assert marks["least_cross_entropy"] < marks["mean_frame"]["cross_entropy"]


@pytest.mark.parametrize("name", KEPT)
def test_the_kept_weights_give_the_recorded_errors(name):
    """One byte a weight and 200 of the 1000 films are close enough to tell the models apart."""
    past, future = (part[:200] for part in films(SCALES["small"], "test"))
    told = measure(trained_nowcaster(name), past, future)["cross_entropy"]
    runs = recorded("nowcasting")["results"]["runs"]
    (run,) = [run for run in runs if (run["model"], run["seed"]) == (name, 0)]
    assert told == pytest.approx(run["cross_entropy"], rel=0.04)
