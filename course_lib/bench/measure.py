"""How things are timed: in turn, in one process, so that the machine's mood hits all alike."""

import gc
import statistics
import time
from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path

import psutil
import torch


def in_turn(
    runs: dict[str, Callable], rounds: int, threads: int = 1, device: str = "cpu"
) -> dict[str, list[float]]:
    """Seconds of each run, A B C A B C ..., after one round of warming up.

    With one thread CPU time is taken, which other programs disturb least; with more threads, or
    on another device, wall time, and the device is waited for.
    """
    clock = time.process_time if threads == 1 and device == "cpu" else time.perf_counter
    wait = torch.cuda.synchronize if device == "cuda" else lambda: None
    seconds = {name: [] for name in runs}
    with _quiet(threads):
        for round in range(rounds + 1):
            for name, run in runs.items():
                wait()
                start = clock()
                run()
                wait()
                if round > 0:
                    seconds[name].append(clock() - start)
    return seconds


def once(run: Callable, threads: int = 1) -> float:
    """Seconds of one call, for what is too slow to be repeated."""
    clock = time.process_time if threads == 1 else time.perf_counter
    with _quiet(threads):
        start = clock()
        run()
        return clock() - start


@contextmanager
def _quiet(threads: int):
    """So many threads, and no garbage collection in the middle."""
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        torch.set_num_threads(before)


def ratios(seconds: dict[str, list[float]], against: str) -> dict[str, dict[str, float]]:
    """Median, lowest and highest ratio to the run ``against``, round by round."""
    found = {}
    for name, times in seconds.items():
        pairs = sorted(a / b for a, b in zip(times, seconds[against], strict=True))
        found[name] = {"median": statistics.median(pairs), "low": pairs[0], "high": pairs[-1]}
    return found


def peak_memory(run: Callable) -> float:
    """Megabytes by which one call raises this process's peak above what it holds before.

    A process has only one peak: call this once in a process, before anything larger ran in it.
    """
    gc.collect()
    before = psutil.Process().memory_info().rss
    run()
    return max(0.0, (_peak() - before) / 2**20)


def _peak() -> int:
    """The most bytes this process has held."""
    status = Path("/proc/self/status")
    if status.is_file():  # Linux; its getrusage would count what the parent held as well
        line = next(x for x in status.read_text().splitlines() if x.startswith("VmHWM"))
        return int(line.split()[1]) * 1024
    info = psutil.Process().memory_info()
    if hasattr(info, "peak_wset"):  # Windows
        return info.peak_wset
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # macOS


def slope(sizes: list[int], values: list[float]) -> float:
    """Exponent of growth: the slope of log(value) over log(size), by least squares."""
    x = torch.tensor(sizes, dtype=torch.float64).log()
    y = torch.tensor(values, dtype=torch.float64).log()
    x = x - x.mean()
    return float((x * y).sum() / (x * x).sum())
