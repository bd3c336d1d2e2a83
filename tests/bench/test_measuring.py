"""The benchmark measures what it says, and its yardsticks are equal to what they stand for."""

import json
import subprocess
import sys
import time
from pathlib import Path
from xml.etree import ElementTree

import pytest
import torch
from rich.console import Console

from course_lib.bench import yardsticks
from course_lib.bench.cases import SIZES, every_case, twins
from course_lib.bench.measure import in_turn, once, ratios, slope
from course_lib.bench.plot import draw
from course_lib.bench.run import bench
from course_lib.errors import CourseError
from course_lib.layers import convlstm_forward

ROOT = Path(__file__).parents[2]


def worker(**job):
    command = [sys.executable, "-m", "course_lib.bench.worker", json.dumps(job)]
    said = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=True)
    return json.loads(said.stdout.splitlines()[-1])


def test_runs_take_turns_after_one_round_of_warming_up():
    order = []
    runs = {name: lambda name=name: order.append(name) for name in "ab"}
    seconds = in_turn(runs, rounds=3)
    assert order == ["a", "b"] * 4
    assert {name: len(times) for name, times in seconds.items()} == {"a": 3, "b": 3}


def test_one_thread_counts_work_and_not_waiting_and_more_threads_count_the_wall():
    assert once(lambda: time.sleep(0.05)) < 0.04
    assert once(lambda: time.sleep(0.05), threads=2) >= 0.05


def test_threads_are_those_asked_for_and_given_back():
    before, seen = torch.get_num_threads(), []
    in_turn({"a": lambda: seen.append(torch.get_num_threads())}, rounds=1, threads=2)
    assert seen == [2, 2] and torch.get_num_threads() == before


def test_a_ratio_is_the_median_over_the_rounds():
    found = ratios({"ours": [1.0, 4.0, 3.0], "torch": [1.0, 2.0, 1.0]}, "torch")
    assert found["ours"] == {"median": 2.0, "low": 1.0, "high": 3.0}
    assert found["torch"]["median"] == 1.0


@pytest.mark.parametrize("exponent", [1.0, 2.0, 0.5])
def test_the_slope_is_the_exponent(exponent):
    sizes = [10, 20, 40, 80]
    assert slope(sizes, [3 * n**exponent for n in sizes]) == pytest.approx(exponent)


@pytest.mark.parametrize("kind", ["RNN", "LSTM", "LSTMP", "GRU"])
def test_the_lectures_loop_gives_torchs_numbers(kind):
    batch, steps, inputs, hidden = SIZES["small"]
    ours, torchs, projected = twins(kind, inputs, hidden)
    x, h, c = torch.randn(batch, steps, inputs), torch.zeros(batch, projected or hidden), None
    weights = list(ours.parameters())
    if kind.startswith("LSTM"):
        c = torch.zeros(batch, hidden)
        mine = yardsticks.lecture_lstm(x, h, c, weights)
    else:
        loop = {"RNN": yardsticks.lecture_rnn, "GRU": yardsticks.lecture_gru}[kind]
        mine = loop(x, h, weights)
    torch.testing.assert_close(mine, torchs(x)[0])
    torch.testing.assert_close(ours(x)[0], torchs(x)[0])


def test_the_usual_forms_of_a_convlstm_give_the_reference_numbers():
    frames = torch.randn(2, 3, 1, 6, 5)
    one = yardsticks.OneConvolution(1, 4, 3)
    i, f, o, g = one.conv.weight.chunk(4)
    weight, bias = torch.cat([i, f, g, o]), one.conv.bias.chunk(4)
    bias = torch.cat([bias[0], bias[1], bias[3], bias[2]])
    right, _ = convlstm_forward(frames, None, weight[:, :1], weight[:, 1:], bias)
    torch.testing.assert_close(one(frames), right)
    eight = yardsticks.EightConvolutions(1, 4, 3, (6, 5))
    for peephole in eight.peepholes:
        torch.nn.init.normal_(peephole)
    right, _ = convlstm_forward(
        frames,
        None,
        torch.cat([conv.weight for conv in eight.from_x]),
        torch.cat([conv.weight for conv in eight.from_h]),
        torch.cat([conv.bias for conv in eight.from_x]),
        *eight.peepholes,
    )
    torch.testing.assert_close(eight(frames), right)


@pytest.mark.parametrize("name", [name for name in every_case() if "small" in name])
def test_a_small_case_runs_in_every_version(name):
    made = every_case()[name]()
    assert {"ours", "torch", "lecture"} <= set(made.runs) and made.against in made.runs
    outputs = {version: run() for version, run in made.runs.items()}
    for output in outputs.values():
        torch.testing.assert_close(output, outputs["torch"])


def test_a_comparison_runs_in_a_process_of_its_own():
    found = worker(work="compare", case="GRU small fwd+bwd", threads=2)
    assert found["ratios"]["torch"]["median"] == 1
    assert set(found["seconds"]) == {"ours", "torch", "lecture", "autograd"}


def test_the_peak_of_memory_is_that_of_the_call():
    """At least what is kept for the way back has to be held: 4 gates of T steps, float32."""
    found = worker(work="peak", kind="LSTM", letter="T", size=200)
    gates = 200 * 64 * 4 * 128 * 4 / 2**20
    assert gates < found["megabytes"] < 6 * gates


def test_growth_is_told_with_the_sizes_it_was_measured_at():
    found = worker(work="growth", kind="RNN", letter="B")
    assert found["sizes"] == [16, 32, 64, 128]
    assert found["exponent"] == pytest.approx(slope(found["sizes"], found["seconds"]))


def test_only_a_whole_run_is_kept_and_an_unknown_name_is_told(tmp_path):
    found = bench(tmp_path, Console(quiet=True), only="RNN small fwd+bwd", threads=(1,))
    assert [row["case"] for row in found["ratios"]] == ["RNN small fwd+bwd"]
    assert not list(tmp_path.iterdir())
    with pytest.raises(CourseError, match="RNN small fwd"):
        bench(tmp_path, Console(quiet=True), only="CNN")


def test_the_kept_results_cover_every_case_and_can_be_drawn(tmp_path):
    found = json.loads((ROOT / "benchmarks/results.json").read_text("utf-8"))
    for threads in (1, 2):
        named = {row["case"] for row in found["ratios"] if row["threads"] == threads}
        assert named == set(every_case())
    assert found["machine"]["processor"] and found["machine"]["torch"]
    draw(found, tmp_path)
    for name in ("ratios.svg", "growth.svg"):
        assert ElementTree.parse(tmp_path / name).getroot().tag.endswith("svg")
        assert (ROOT / "benchmarks" / name).is_file()
