"""The plot of ``course bench``, with symbols only: it serves the book in every language."""

from pathlib import Path

import matplotlib

matplotlib.use("agg")
import matplotlib.pyplot as plt


def draw(found: dict, folder: Path) -> None:
    """``ratios.svg``: ours to torch's for each layer; ``growth.svg``: seconds over T, B, H."""
    rows = [row for row in found["ratios"] if row["against"] == "torch"]
    figure, axes = plt.subplots(figsize=(7, 0.32 * len(rows) + 1))
    names = [row["case"] for row in rows]
    values = [row["ratios"]["ours"]["median"] for row in rows]
    axes.barh(names, values, color=["#1b7837" if value <= 1 else "#b35806" for value in values])
    axes.axvline(1, color="black", linewidth=1)
    axes.invert_yaxis()
    axes.set_xlabel(r"$t\,/\,t_{\mathrm{torch}}$")
    _save(figure, folder / "ratios.svg")
    figure, axes = plt.subplots(figsize=(5, 3.4))
    for letter, line in found["growth"]["seconds"].items():
        axes.loglog(line["sizes"], line["seconds"], marker="o", label=f"${letter}$")
    axes.set_ylabel("$t$ (s)")
    axes.legend()
    _save(figure, folder / "growth.svg")


def _save(figure, path):
    figure.tight_layout()
    figure.savefig(path)
    plt.close(figure)
