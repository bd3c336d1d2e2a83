"""The model of a hundred thousand submissions: its sums, its command and the guide's table."""

import math
import re
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from course_lib.bench import scale_costs
from course_lib.bench.scale import load, main, read_mix, told
from course_lib.bench.scale_model import HOUR, MIX, Cost, Costs, Forecast
from course_lib.errors import CourseError

ROOT = Path(__file__).parents[2]
COSTS = Costs(
    {"right": Cost(0.5, 0.006, 0.02, 2e5), "hangs": Cost(30.5, 0.006, 0.02, 2e5)},
    start=20.0,
    worker_memory=6e8,
    run_memory=3e8,
)
RIGHT = {"right": 1.0}


def forecast(submissions=100_000, costs=COSTS, mix=RIGHT) -> Forecast:
    return Forecast(submissions, costs.mean(mix), costs)


def test_a_mix_is_the_mean_of_its_kinds_whatever_its_sum():
    assert COSTS.mean({"right": 99, "hangs": 1}).worker == pytest.approx(0.8)
    assert COSTS.mean({"right": 0.99, "hangs": 0.01}).worker == pytest.approx(0.8)


def test_hours_on_one_machine_fall_with_cores_until_the_writer_is_full():
    made = forecast()
    assert made.hours(2) == pytest.approx((20 + 100_000 * 0.506 / 2) / HOUR)
    assert made.hours(4) < made.hours(2)
    full = (20 + 100_000 * 0.02) / HOUR
    assert made.hours(64) == pytest.approx(full) == made.hours(1024)


def test_the_workers_named_are_enough_and_one_less_is_not():
    made = forecast()
    workers = made.workers()
    time = lambda n: 20 + 100_000 * 0.5 / n  # noqa: E731
    assert time(workers) <= HOUR < time(workers - 1)


def test_a_writer_that_is_too_slow_needs_a_second_run():
    slow = {"right": replace(COSTS.kinds["right"], written=0.05)}
    made = forecast(costs=replace(COSTS, kinds=slow))
    assert made.most_an_hour == pytest.approx(72_000)
    assert made.runs() == 2
    assert forecast().runs() == 1


def test_memory_and_disk_are_sums():
    assert forecast().disk == pytest.approx(2e10)
    assert forecast().memory(10) == pytest.approx(6.3e9)


@pytest.mark.parametrize("text", ["", "right", "right=x", "left=1", "right=-1", "right=0"])
def test_a_mix_that_is_none(text):
    with pytest.raises(CourseError, match="no mix"):
        read_mix(text)


def test_the_guide_has_the_table_that_the_command_prints(monkeypatch):
    monkeypatch.chdir(ROOT)
    said = CliRunner().invoke(main, [])
    assert said.exit_code == 0, said.output
    guide = (ROOT / "docs" / "grading.md").read_text("utf-8")
    shown = re.search(r"<!-- scale: .*? -->\n(.*?)<!-- end of scale -->", guide, re.DOTALL)
    assert shown[1].strip() == said.output.strip()


def test_every_kind_was_measured_and_costs_something():
    costs, about = load(ROOT)
    assert set(costs.kinds) == set(MIX) == set(about["submissions"])
    for cost in costs.kinds.values():
        assert min(cost.worker, cost.serial, cost.written, cost.disk) > 0
    assert costs.kinds["hangs"].worker > 10 * costs.kinds["right"].worker


@pytest.mark.slow
def test_measuring_measures(monkeypatch):
    """Few of each; the one that hangs is left out, as it takes half a minute."""
    monkeypatch.setattr(scale_costs, "OF_EACH", {"right": 3, "wrong": 2, "dies": 1, "hangs": 0})
    costs, about = scale_costs.measure(ROOT, "ps4_lstm")
    for kind in ("right", "wrong", "dies"):
        cost = costs.kinds[kind]
        assert 0.05 < cost.worker < 30
        assert 0.0005 < cost.serial < 1
        assert 0 < cost.written < 10
        assert 2e4 < cost.disk < 5e6
    assert costs.worker_memory > 1e8
    told_of = told(replace(costs, kinds={**costs.kinds}), about, 10, {"right": 1, "wrong": 1})
    assert all(math.isfinite(float(n)) for n in re.findall(r"\| (\d+\.\d+) \|", told_of))
