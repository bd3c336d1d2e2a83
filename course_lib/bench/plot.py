"""The plots of ``course bench``, with symbols only: they serve the book in every language."""

from pathlib import Path

import matplotlib

matplotlib.use("agg")
import matplotlib.pyplot as plt

from course_lib.bench.cases import COMMON

matplotlib.rcParams["svg.hashsalt"] = "course"  # the same picture, the same bytes
BETTER, WORSE = "#1b7837", "#b35806"


def draw(found: dict, folder: Path) -> None:
    """``ratios.svg``: ours to the usual form of each layer; ``growth.svg``: cost over T, B, H."""
    rows = [row for row in found["ratios"] if (row["device"], row["threads"]) == ("cpu", 1)]
    figure, axes = plt.subplots(figsize=(7, 0.28 * len(rows) + 1))
    names = [row["case"] + (" *" if row["against"] == COMMON else "") for row in rows]
    values = [row["ratios"]["ours"]["median"] for row in rows]
    bars = axes.barh(names, values, color=[BETTER if value <= 1 else WORSE for value in values])
    axes.bar_label(bars, [f"{value:.2f}" for value in values], padding=3, fontsize=8)
    axes.axvline(1, color="black", linewidth=1)
    axes.invert_yaxis()
    axes.set_xlim(0, max(values) * 1.12)
    axes.set_xlabel(r"$t\,/\,t_{\mathrm{torch}}$")
    _save(figure, folder / "ratios.svg")
    letters = dict.fromkeys(row["letter"] for row in found["growth"])
    figure, panels = plt.subplots(1, len(letters) + 1, figsize=(10, 3))
    for axes, letter in zip(panels, letters, strict=False):
        for row in (row for row in found["growth"] if row["letter"] == letter):
            label = f"{row['kind']}: ${letter}^{{{row['exponent']:.2f}}}$"
            axes.loglog(row["sizes"], [1e3 * s for s in row["seconds"]], marker="o", label=label)
        _panel(axes, letter, "ms", row["sizes"])
    for row in found["peaks"]:
        label = f"{row['kind']}: ${row['letter']}^{{{row['exponent']:.2f}}}$"
        panels[-1].loglog(row["sizes"], row["megabytes"], marker="o", label=label)
    _panel(panels[-1], "T, B", "MB", None)
    _save(figure, folder / "growth.svg")


def _panel(axes, letter, unit, sizes):
    axes.set_xlabel(f"${letter}$")
    axes.set_ylabel(unit)
    axes.legend(fontsize=7)
    if sizes:
        axes.set_xticks(sizes, [str(size) for size in sizes])
        axes.minorticks_off()


def _save(figure, path):
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None})
    plt.close(figure)
