"""What ``course bench-grading`` has measured, as tables and as a picture."""

from pathlib import Path

from rich.console import Console
from rich.table import Table

TARGETS = {"grading": 25.0, "grading and feedback": 15.0}
SERIAL = 0.030  # CPU seconds of the writer for one submission
START = 3.0  # seconds until the first submission is begun


def print_grading(found: dict, console: Console) -> None:
    """Ratios beside their targets; where the time goes; start and memory."""
    repeated = found["submissions"] > found["different"]
    told = f"{found['submissions']} submissions of {found['assignment']}"
    told += f" ({found['different']} bundled students, over and over)" if repeated else ""
    console.print(f"{told}, {found['workers']} workers on {found['machine']['cores']} cores.")
    console.print(f"Earlier gradings have left {found['known']} answers of known mistakes.")
    if "stock" in found:
        scores = found["scores"]
        console.print(
            f"nbgrader graded the first {found['stock submissions']} of them: {scores['graded']} "
            f"came through, {scores['same']} with the same points in every cell."
        )
        for student in scores["other"]:
            console.print(f"  other points: {student}", style="red")
    console.print(_rates(found["figures"]))
    console.print(_parts(found))
    for name in ("engine", "engine with feedback"):
        run = found[name]
        memory = ", ".join(f"{kind} {size:.0f} MB" for kind, size in run["memory"].items())
        console.print(
            f"{name}: grades after {_against(run['begun'], START)} s, first result after "
            f"{run['start']:.1f} s, whole command {run['all']:.1f} s; at most {memory}"
        )


def _rates(figures: dict) -> Table:
    table = Table(title="nbgrader as it comes, and the engine", title_justify="left")
    for column in ("", "nbgrader", "engine", "ratio", "aim"):
        table.add_column(column, justify="right" if column else "left")
    for name, row in figures.items():
        ratio, aim = _against(row.get("ratio"), -TARGETS[name]), f"{TARGETS[name]:.0f}"
        theirs, ours = row.get("stock per minute"), row["engine per minute"]
        table.add_row(f"{name}: a minute, once started", _number(theirs), _number(ours), ratio, aim)
        table.add_row("  with start-up", "", _number(row["engine per minute in all"]), "", "")
        theirs, ours = _number(row.get("stock cpu"), 3), _number(row["engine cpu"], 3)
        table.add_row("  CPU seconds each", theirs, ours, _number(row.get("cpu ratio")), "")
    return table


def _parts(found: dict) -> Table:
    """Milliseconds for one submission; the parts of a worker are wall time, the rest CPU."""
    table = Table(
        title="Where the engine's time goes (ms for one submission)", title_justify="left"
    )
    for column in ("", "engine", "engine with feedback"):
        table.add_column(column, justify="left" if not column else "right")
    runs = [found["engine"], found["engine with feedback"]]
    for name in dict.fromkeys(name for run in runs for name in run["parts"]):
        table.add_row(f"worker: {name}", *(_ms(run["parts"].get(name)) for run in runs))
    for name, part in (("writer, CPU", "writer"), ("whole main process, CPU", "run")):
        values = [run["warm"][part] / run["warm"]["count"] for run in runs]
        shown = [f"{1e3 * value:.0f}" for value in values]
        if part == "writer":
            shown = [_against(1e3 * value, 1e3 * SERIAL) for value in values]
        table.add_row(f"serial: {name}", *shown)
    return table


def _against(value: float | None, aim: float) -> str:
    """Green where the aim is reached: at most ``aim``, at least ``-aim`` if it is negative."""
    if value is None:
        return ""
    reached = value <= aim if aim >= 0 else value >= -aim
    return f"[{'green' if reached else 'red'}]{value:.1f}[/]"


def _number(value: float | None, digits: int = 1) -> str:
    return "" if value is None else f"{value:.{digits}f}"


def _ms(value: float | None) -> str:
    return "" if value is None else f"{1e3 * value:.0f}"


def draw(found: dict, path: Path) -> None:
    """Submissions per minute of both sides; names and numbers only, for every language."""
    import matplotlib

    matplotlib.use("agg")
    import matplotlib.pyplot as plt

    from course_lib.bench.plot import BETTER, WORSE, _save

    row = found["figures"]["grading"]
    figure, axes = plt.subplots(figsize=(6, 1.4))
    values = [row["stock per minute"], row["engine per minute"]]
    bars = axes.barh(["nbgrader autograde", "course grade"], values, color=[WORSE, BETTER])
    axes.bar_label(bars, [f"{value:.0f}" for value in values], padding=3, fontsize=8)
    axes.invert_yaxis()
    axes.set_xlim(0, max(values) * 1.12)
    axes.set_xlabel("1 / min")
    _save(figure, path)
