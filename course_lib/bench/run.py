"""``course bench``: every case, told as ratios, kept as ``benchmarks/results.json`` and a plot."""

import json
import platform
from collections.abc import Iterator
from pathlib import Path

import torch
from rich.console import Console
from rich.progress import track
from rich.table import Table

from course_lib.bench import cases, checks
from course_lib.bench.growth import growth
from course_lib.bench.measure import in_turn, peak_memory, ratios

ROUNDS = {"small": 60, "16x16": 15, "mid": 9, "64x64": 5, "big": 3}


def bench(root: Path, console: Console, sizes: tuple[str, ...] = ("small", "mid", "big")) -> dict:
    """Measure everything, print the table, write ``benchmarks/``; returns what was written.

    Ratios are to the run named in each row, measured in turn in this process, one thread and CPU
    time; the lecture's loop is left out at "big", where one call takes minutes.
    """
    torch.set_num_threads(1)
    torch.manual_seed(0)
    rows = [_measured(case) for case in track(list(_cases(sizes)), "measuring", console=console)]
    found = {
        "machine": {
            "processor": platform.machine(),
            "python": platform.python_version(),
            "torch": torch.__version__,
            "threads": 1,
        },
        "ratios": rows,
        "memory": _memory(console),
        "growth": growth(),
        "checks": checks.measure(),
    }
    folder = root / "benchmarks"
    folder.mkdir(exist_ok=True)
    (folder / "results.json").write_text(json.dumps(found, indent=1) + "\n", "utf-8")
    from course_lib.bench.plot import draw

    draw(found, folder)
    print_table(found, console)
    checks.print_checks(found["checks"], console)
    return found


def _cases(sizes) -> Iterator[cases.Case]:
    for size in sizes:
        for kind in ("RNN", "LSTM", "LSTMP", "GRU"):
            for backward in (False, True):
                case = cases.recurrent(kind, size, backward)
                yield case._replace(runs=_affordable(case.runs, size))
    for size in cases.FRAMES:
        for backward in (False, True):
            yield cases.convlstm(size, backward)
    yield from cases.convolution()


def _affordable(runs, size):
    return {name: run for name, run in runs.items() if size != "big" or name != "lecture"}


def _measured(case: cases.Case) -> dict:
    size = next((size for size in ROUNDS if size in case.name), "16x16")
    found = ratios(in_turn(case.runs, ROUNDS[size]), case.against)
    return {
        "case": case.name,
        "against": case.against,
        "ratios": found,
        "targets": [
            {
                "to": name,
                "target": target,
                "reached": found["ours"]["median"] / found[name]["median"],
            }
            for name, target in case.targets.items()
            if name in found
        ],
    }


def _memory(console: Console) -> dict:
    """Peak memory in megabytes of one forward and backward pass, big LSTM."""
    case = cases.recurrent("LSTM", "big", backward=True)
    return {name: peak_memory(case.runs[name]) for name in ("ours", "torch")}


def print_table(found: dict, console: Console) -> None:
    """Ratios beside their targets."""
    table = Table(title="Time, as a ratio (lower is better)")
    for column in ("case", "ours", "to", "target", "all runs"):
        table.add_column(column)
    for row in found["ratios"]:
        others = ", ".join(f"{n} {r['median']:.2f}" for n, r in row["ratios"].items())
        for target in row["targets"] or [None]:
            if target is None:
                ours = row["ratios"]["ours"]["median"]
                table.add_row(row["case"], f"{ours:.2f}", row["against"], "", others)
                continue
            met = target["reached"] <= target["target"]
            colour = "green" if met else "red"
            table.add_row(
                row["case"],
                f"[{colour}]{target['reached']:.2f}[/]",
                target["to"],
                f"{target['target']:.2f}",
                others,
            )
    console.print(table)
    memory = found["memory"]
    console.print(
        f"Peak memory, LSTM big, forward and backward: ours {memory['ours']:.0f} MB, "
        f"torch {memory['torch']:.0f} MB, ratio {memory['ours'] / memory['torch']:.2f}"
    )
    for name, exponent in found["growth"]["exponents"].items():
        console.print(f"Time grows with {name} to the power {exponent:.2f}")
