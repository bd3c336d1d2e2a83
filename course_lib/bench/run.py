"""``course bench``: every comparison, told as ratios, kept as ``benchmarks/results.json``."""

import json
import os
import platform
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import torch
from rich.console import Console
from rich.progress import track

from course_lib.bench import checks
from course_lib.bench.cases import every_case
from course_lib.bench.growth import KINDS, START
from course_lib.bench.measure import slope
from course_lib.errors import CourseError

MEMORY = {
    "LSTM big fwd+bwd": ("ours", "torch", "autograd"),
    "LSTMP big fwd+bwd": ("ours", "torch", "autograd"),
    "GRU big fwd+bwd": ("ours", "torch", "autograd"),
    "RNN big fwd+bwd": ("ours", "torch", "autograd"),
    "ConvLSTM 64x64 fwd+bwd": ("ours", "one convolution, no peepholes"),
}
PEAKS = {"T": (100, 200, 400, 800), "B": (32, 64, 128, 256)}


def bench(root: Path, console: Console, only: str = "", threads: tuple[int, ...] = (1, 2)) -> dict:
    """Measure, print the table, write ``benchmarks/`` when everything was measured.

    ``only``: the comparisons whose name has this in it. Each runs in a process of its own; one
    thread is measured in CPU time, two in wall time. Returns what was measured.
    Raises CourseError when no comparison has such a name.
    """
    names = [name for name in every_case() if only in name]
    if not names:
        raise CourseError(f'No comparison has "{only}" in its name: {", ".join(every_case())}.')
    jobs = list(_jobs(names, threads, whole=not only))
    done = [
        (job, _in_a_process(job)) for job in track(jobs, description="measuring", console=console)
    ]
    found = {
        "machine": machine(),
        "ratios": [{**job, **result} for job, result in done if job["work"] == "compare"],
        "memory": [{**job, **result} for job, result in done if job["work"] == "memory"],
        "growth": [{**job, **result} for job, result in done if job["work"] == "growth"],
        "peaks": _peaks(done),
        "checks": [] if only else checks.measure(),
    }
    from course_lib.bench.tell import print_tables

    print_tables(found, console)
    checks.print_checks(found["checks"], console)
    if not only:
        _keep(found, root / "benchmarks")
    return found


def machine() -> dict:
    """What the numbers were measured on."""
    name = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.is_file():
        lines = cpuinfo.read_text().splitlines()
        name = next((s.split(":")[1].strip() for s in lines if s.startswith("model name")), name)
    gpu = torch.cuda.get_device_name() if torch.cuda.is_available() else None
    return {
        "processor": name,
        "cores": os.cpu_count(),
        "gpu": gpu,
        "python": platform.python_version(),
        "torch": torch.__version__,
    }


def _jobs(names, threads, whole: bool) -> Iterator[dict]:
    for name in names:
        for count in threads:
            yield {"work": "compare", "case": name, "threads": count, "device": "cpu"}
        if torch.cuda.is_available():
            yield {"work": "compare", "case": name, "threads": 1, "device": "cuda"}
    if not whole:
        return
    for case, versions in MEMORY.items():
        for version in versions:
            yield {"work": "memory", "case": case, "version": version}
    for kind in KINDS:
        for letter in START:
            yield {"work": "growth", "kind": kind, "letter": letter}
    for letter, sizes in PEAKS.items():
        for size in sizes:
            yield {"work": "peak", "kind": "LSTM", "letter": letter, "size": size}


def _in_a_process(job: dict) -> dict:
    command = [sys.executable, "-m", "course_lib.bench.worker", json.dumps(job)]
    ended = subprocess.run(command, capture_output=True, text=True)
    if ended.returncode != 0:
        reason = ended.stderr.strip().splitlines()[-1:] or ["it gave no reason"]
        raise CourseError(f"A measurement stopped ({job}): {reason[0]}")
    return json.loads(ended.stdout.splitlines()[-1])


def _peaks(done) -> list[dict]:
    """Peak memory over T and over B, with the exponent of growth."""
    found = []
    for letter, sizes in PEAKS.items():
        peaks = [
            result["megabytes"]
            for job, result in done
            if job["work"] == "peak" and job["letter"] == letter
        ]
        if len(peaks) == len(sizes):
            exponent = slope(list(sizes), peaks)
            found.append(
                {"kind": "LSTM", "letter": letter, "sizes": sizes, "megabytes": peaks,
                 "exponent": exponent}
            )  # fmt: skip
    return found


def _keep(found: dict, folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    (folder / "results.json").write_text(json.dumps(found, indent=1) + "\n", "utf-8")
    from course_lib.bench.plot import draw

    draw(found, folder)
