"""One measurement in a process of its own: ``python -m course_lib.bench.worker '{"work": ...}'``.

A process that has run other things before has other memory at hand, and that alone changes some
ratios by a fifth; so every comparison begins in a fresh one. Prints JSON.
"""

import json
import statistics
import sys
import warnings

import torch

from course_lib.bench.cases import every_case
from course_lib.bench.growth import growth, peak
from course_lib.bench.measure import in_turn, once, peak_memory, ratios


def compare(case: str, threads: int = 1, device: str = "cpu") -> dict:
    """Ratios of all versions of a case, in turn in this process."""
    made = every_case()[case](device=device)
    quick = {name: run for name, run in made.runs.items() if name not in made.slow}
    seconds = in_turn(quick, made.rounds, threads, device)
    found = ratios(seconds, made.against)
    medians = {name: statistics.median(times) for name, times in seconds.items()}
    for name in made.slow:
        medians[name] = once(made.runs[name], threads)
        ratio = medians[name] / medians[made.against]
        found[name] = {"median": ratio, "low": ratio, "high": ratio}
    targets = [
        {"to": to, "target": target, "reached": found["ours"]["median"] / found[to]["median"]}
        for to, target in made.targets.items()
    ]
    return {"against": made.against, "ratios": found, "seconds": medians, "targets": targets}


def memory(case: str, version: str) -> dict:
    """Megabytes by which one call of one version raises the peak of this process."""
    kind, cases = case.split()[0], every_case()
    first = f"{kind} {'16x16' if kind == 'ConvLSTM' else 'small'} fwd+bwd"
    cases[first]().runs[version]()  # what torch sets up at the first call
    return {"megabytes": peak_memory(cases[case]().runs[version])}


WORK = {"compare": compare, "memory": memory, "growth": growth, "peak": peak}


def main(asked: str) -> None:
    options = json.loads(asked)
    warnings.simplefilter("ignore")
    torch.manual_seed(0)
    torch.set_num_threads(options.get("threads", 1))
    print(json.dumps(WORK[options.pop("work")](**options)))


if __name__ == "__main__":
    main(sys.argv[1])
