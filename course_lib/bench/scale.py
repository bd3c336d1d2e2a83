"""``python -m course_lib.bench.scale``: what 100 000 submissions take, from a few measured ones.

Reads ``benchmarks/scale.json``; ``--measure`` makes it anew (two minutes).
"""

import json
from dataclasses import asdict
from pathlib import Path

import click

from course_lib.bench.scale_model import MIX, Cost, Costs, Forecast
from course_lib.errors import CourseError
from course_lib.files import write_atomically

ASSIGNMENT = "ps4_lstm"
CORES = (2, 8, 32, 64)
MEASURED = Path("benchmarks", "scale.json")


def load(root: Path) -> tuple[Costs, dict]:
    """What was measured, and where."""
    path = Path(root) / MEASURED
    if not path.exists():
        raise CourseError(f"{path} is not there: make it with --measure.")
    found = json.loads(path.read_text("utf-8"))
    kinds = {kind: Cost(**cost) for kind, cost in found["costs"].pop("kinds").items()}
    return Costs(kinds, **found["costs"]), found["about"]


def save(root: Path, costs: Costs, about: dict) -> None:
    text = json.dumps({"about": about, "costs": asdict(costs)}, indent=1)
    write_atomically(Path(root) / MEASURED, text + "\n")


def read_mix(text: str) -> dict[str, float]:
    """The shares in a text like right=70,wrong=30. Raises CourseError."""
    try:
        found = {
            kind: float(share) for kind, share in (part.split("=") for part in text.split(","))
        }
    except ValueError:
        raise CourseError(f'"{text}" is no mix: write right=70,wrong=30') from None
    if set(found) - set(MIX) or min(found.values()) < 0 or not sum(found.values()):
        raise CourseError(f'"{text}" is no mix of {", ".join(MIX)}.')
    return found


def told(costs: Costs, about: dict, submissions: int, mix: dict[str, float]) -> str:
    """The measurement and the forecast, in Markdown."""
    total = sum(mix.values())
    made = Forecast(submissions, costs.mean(mix), costs)
    lines = [
        f"Measured on {about['assignment']}, Python {about['python']}, {about['machine']}:",
        "",
        "| kind | share | worker, s | run's own CPU, ms | run busy, ms | disk, KB |",
        "|---|--:|--:|--:|--:|--:|",
    ]
    for kind, cost in costs.kinds.items():
        share = f"{mix.get(kind, 0) / total:.0%}"
        lines.append(f"| {kind} | {share} | {_row(cost)} |")
    gigabytes = made.disk / 1e9
    workers, runs = made.workers(), made.runs()
    lines += [
        f"| **all** | 100% | {_row(made.each)} |",
        "",
        f"{_count(submissions)} such submissions:",
        "",
        "| what | how much |",
        "|---|--:|",
        f"| processor hours | {made.processor_hours:.1f} |",
        *(f"| hours on one machine with {n} cores | {made.hours(n):.2f} |" for n in CORES),
        f"| workers (one core each) for one hour | {workers} |",
        f"| submissions an hour that one run can write | {_count(round(made.most_an_hour, -3))} |",
        f"| runs side by side for one hour | {runs} |",
        f"| memory of a worker, MB | {costs.worker_memory / 1e6:.0f} |",
        f"| memory of the run itself, MB | {costs.run_memory / 1e6:.0f} |",
        f"| memory of the workers for one hour, GB | {made.memory(workers) / 1e9:.0f} |",
        f"| disk, GB | {gigabytes:.0f} |",
        f"| seconds until the first mark | {costs.start:.0f} |",
    ]
    return "\n".join(lines)


def _row(cost: Cost) -> str:
    return (
        f"{cost.worker:.2f} | {1000 * cost.serial:.0f} | {1000 * cost.written:.0f} | "
        f"{cost.disk / 1000:.0f}"
    )


def _count(number: float) -> str:
    return f"{number:,.0f}".replace(",", " ")


@click.command()
@click.option("--submissions", default=100_000, show_default=True, type=click.IntRange(min=1))
@click.option("--mix", help="Shares of right, wrong, dies and hangs: right=70,wrong=30.")
@click.option("--measure", "anew", is_flag=True, help="Measure again, and keep that.")
@click.option("--assignment", default=ASSIGNMENT, show_default=True, help="What to measure.")
def main(submissions, mix, anew, assignment):
    """What grading so many submissions takes, from what a few of each kind were measured to."""
    root = Path.cwd()
    try:
        if anew:
            from course_lib.bench.scale_costs import measure

            save(root, *measure(root, assignment))
        costs, about = load(root)
        click.echo(told(costs, about, submissions, read_mix(mix) if mix else MIX))
    except CourseError as error:
        raise click.ClickException(str(error)) from error


if __name__ == "__main__":
    main()
