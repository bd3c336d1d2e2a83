"""The measurements as tables."""

from rich.console import Console
from rich.table import Table


def print_tables(found: dict, console: Console) -> None:
    """Ratios beside their targets; memory; exponents of growth."""
    console.print(_ratios(found["ratios"]))
    if found["memory"]:
        console.print(_memory(found["memory"]))
    for row in found["growth"]:
        console.print(f"{row['kind']}: time grows as {row['letter']}^{row['exponent']:.2f}")
    for row in found["peaks"]:
        console.print(f"{row['kind']}: peak memory grows as {row['letter']}^{row['exponent']:.2f}")


def _ratios(rows) -> Table:
    table = Table(title="Time, as a ratio (lower is better)", title_justify="left")
    for column in ("case", "threads", "ours", "to", "target", "all versions"):
        table.add_column(column)
    for row in rows:
        threads = "GPU" if row["device"] == "cuda" else str(row["threads"])
        others = ", ".join(f"{n} {r['median']:.2f}" for n, r in row["ratios"].items())
        targets = row["targets"] if threads == "1" else []
        if not targets:
            ours = row["ratios"]["ours"]["median"]
            table.add_row(row["case"], threads, f"{ours:.2f}", row["against"], "", others)
        for aim in targets:
            colour = "green" if aim["reached"] <= aim["target"] else "red"
            reached = f"[{colour}]{aim['reached']:.2f}[/]"
            if aim["target"] < 0.1:
                reached = f"[{colour}]1/{1 / aim['reached']:.0f}[/]"
            aimed = f"{aim['target']:.2f}" if aim["target"] >= 0.1 else f"1/{1 / aim['target']:.0f}"
            table.add_row(row["case"], threads, reached, aim["to"], aimed, others)
    return table


def _memory(rows) -> Table:
    table = Table(title="Peak memory of one call (MB)", title_justify="left")
    for column in ("case", "ours", "other", "ratio", "which"):
        table.add_column(column)
    for case in dict.fromkeys(row["case"] for row in rows):
        ours, *others = (row for row in rows if row["case"] == case)
        for other in others:
            ratio = ours["megabytes"] / other["megabytes"]
            numbers = f"{ours['megabytes']:.0f}", f"{other['megabytes']:.0f}", f"{ratio:.2f}"
            table.add_row(case, *numbers, other["version"])
    return table
