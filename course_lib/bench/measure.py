"""How things are timed: in turn, in one process, so that the machine's mood hits all alike."""

import gc
import multiprocessing
import os
import resource
import statistics
import time
from collections.abc import Callable

import torch


def in_turn(runs: dict[str, Callable], rounds: int, threads: int = 1) -> dict[str, list[float]]:
    """Seconds of each run, A B C A B C ..., after one round of warming up.

    With one thread CPU time is taken, which other programs disturb least; with more, wall time.
    """
    clock = time.process_time if threads == 1 else time.perf_counter
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        for run in runs.values():
            run()
        seconds = {name: [] for name in runs}
        gc.collect()
        gc.disable()
        for _ in range(rounds):
            for name, run in runs.items():
                start = clock()
                run()
                seconds[name].append(clock() - start)
    finally:
        gc.enable()
        torch.set_num_threads(before)
    return seconds


def ratios(seconds: dict[str, list[float]], against: str) -> dict[str, dict[str, float]]:
    """Median, lowest and highest ratio to the run ``against``, round by round."""
    found = {}
    for name, times in seconds.items():
        pairs = sorted(a / b for a, b in zip(times, seconds[against], strict=True))
        found[name] = {"median": statistics.median(pairs), "low": pairs[0], "high": pairs[-1]}
    return found


def peak_memory(run: Callable) -> float:
    """Megabytes by which one call raises this process's peak, measured in a forked child."""
    ours, theirs = multiprocessing.Pipe(duplex=False)
    child = os.fork()
    if child == 0:
        torch.set_num_threads(1)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        run()
        theirs.send((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024)
        os._exit(0)
    os.waitpid(child, 0)
    return ours.recv()


def slope(sizes: list[int], seconds: list[float]) -> float:
    """Exponent of growth: the slope of log(time) over log(size), by least squares."""
    x = torch.tensor(sizes, dtype=torch.float64).log()
    y = torch.tensor(seconds, dtype=torch.float64).log()
    x = x - x.mean()
    return float((x * y).sum() / (x * x).sum())
