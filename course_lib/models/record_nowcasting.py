"""Trains the nowcasters of the chapter: FC-LSTM and ConvLSTMs, several seeds, one table.

    python -m course_lib.models.record_nowcasting --scale small --folder runs

``--scale paper`` is the experiment of Shi et al. 2015 and wants a GPU. Every finished run is a
file in the folder, so a command that was interrupted goes on where it stopped.
"""

import json
import time
from dataclasses import asdict
from pathlib import Path

import click
import torch

from course_lib.models.nowcasting import (
    KEPT,
    SCALES,
    WEIGHTS,
    build,
    films,
    kept_weights,
    measure,
    names,
    train,
    yardsticks,
)
from course_lib.models.recorded import record

NAME, MADE_BY = "nowcasting", "course_lib.models.record_nowcasting"


def run_all(
    scale: str, seeds: list[int], folder: Path, device: str, only: list[str], finished: bool = False
) -> dict:
    """Train what the folder does not hold yet, unless ``finished``; -> the results of all runs."""
    plan = SCALES[scale]
    folder.mkdir(parents=True, exist_ok=True)
    past, future = films(plan, "train")
    held_out = films(plan, "test")
    runs = []
    for seed in seeds:
        for name in only or names(plan):
            path = run_file(folder, scale, name, seed)
            if finished and not path.exists():
                continue
            if not path.exists():
                start = time.process_time()
                model, history = train(name, plan, seed, past, future, device)
                run = {
                    "model": name,
                    "seed": seed,
                    "parameters": sum(p.numel() for p in model.parameters()),
                    **measure(model, *held_out),
                    "history": history,
                    "seconds": time.process_time() - start,
                }
                torch.save(model.state_dict(), path.with_suffix(".pt"))
                path.write_text(json.dumps(run), encoding="utf-8")
                click.echo(f"{name:14} seed {seed}: {run['cross_entropy']:.2f}")
            runs.append(_short(json.loads(path.read_text(encoding="utf-8"))))
    return {
        "scale": {"name": scale, **asdict(plan)},
        "yardsticks": _short(yardsticks(future, *held_out)),
        "runs": runs,
    }


def run_file(folder: Path, scale: str, name: str, seed: int) -> Path:
    """Where one run is kept; its weights lie beside it as ``.pt``."""
    return folder / f"{scale}-{name}-{seed}.json"


def all_kept_weights(scale: str, folder: Path) -> dict:
    """{model: its weights, one byte each}, of the first seed."""
    kept = {}
    for name in KEPT:
        model = build(name, SCALES[scale])
        path = run_file(folder, scale, name, 0).with_suffix(".pt")
        model.load_state_dict(torch.load(path, weights_only=True, map_location="cpu"))
        kept[name] = kept_weights(model)
    return kept


def _short(value):
    """Six digits tell as much as sixteen."""
    if isinstance(value, dict):
        return {key: _short(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_short(part) for part in value]
    return float(f"{value:.6g}") if isinstance(value, float) else value


@click.command()
@click.option("--scale", type=click.Choice(list(SCALES)), default="small")
@click.option("--seeds", default=3, help="How many seeds: 0, 1, ...")
@click.option("--folder", type=click.Path(path_type=Path), default=Path("nowcasting-runs"))
@click.option("--device", default="cuda" if torch.cuda.is_available() else "cpu")
@click.option("--only", multiple=True, help="Train these models alone; may be given twice.")
@click.option("--finished", is_flag=True, help="Train nothing: what is finished is the result.")
def main(scale, seeds, folder, device, only, finished):
    """Train the nowcasters; the whole small scale becomes the record that the chapter shows."""
    if device == "cpu":
        torch.set_num_threads(1)
    results = run_all(scale, list(range(seeds)), folder, device, list(only), finished)
    if scale == "small" and not only:
        seconds = sum(run["seconds"] for run in results["runs"])
        record(NAME, MADE_BY, results, seeds=list(range(seeds)), seconds=seconds)
        weights = all_kept_weights(scale, folder)
        record(WEIGHTS, MADE_BY, weights, seeds=[0], seconds=seconds)
    else:
        (folder / f"{scale}.json").write_text(json.dumps(results, indent=1), encoding="utf-8")
        click.echo(folder / f"{scale}.json")


if __name__ == "__main__":
    main()
