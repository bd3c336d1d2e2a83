"""Makes ``docs/grading-security.md``: ``python -m tests.grading.engine.attacks.table``."""

from pathlib import Path

from tests.grading.engine.attacks.ours import OURS
from tests.grading.engine.attacks.plain import PLAIN

PAGE = Path(__file__).resolve().parents[4] / "docs" / "grading-security.md"
HEAD = """# What was tried against the grading engine

Made by `python -m tests.grading.engine.attacks.table`; a test compares. Do not edit by hand.

Each line is a submission with wrong or absent answers and a trick. *Honest* is what its answers are
worth without the trick. `tests/grading/engine/test_attacks.py` grades every one of them through the
engine and fails when one scores more than that. *Stock* is what nbgrader 0.9.6 gives for the like,
where it was measured (all points: "all"); nothing stands there where it was not.

"Source not read" means that the test switches off the trusted reading of the source, which refuses
most of these tricks with their line before anything is run, and tries what lies behind it.

The sandbox (files, network, processes, memory) has its own suite: `test_sandbox.py`. What a
notebook may not use has another: `tests/grading/evasions.py`.
"""
TAIL = """
## What remains weaker

* **A test that asks a student's object for its own verdict gets the student's word.** `assert
  f(x).is_valid()` passes with an object that says so, as it does with stock nbgrader. Comparisons,
  arithmetic and methods such as `allclose` and `equals` of such objects decide nothing, unless the
  exercise asks for a class with these methods.
* **Arguments may be changed.** A function may empty the list that a test compares with afterwards,
  because there are exercises that ask for changes in place. Compute what is expected first.
* **A function that knows what it will be asked can answer it.** Hidden cases are drawn from the
  class's seed when grading begins; an instructor's own test has the numbers that stand in it.
* **An item that trains a model of the course** (ps6) is asked in a process that has the course's
  models loaded: only the reading of the source keeps an answer from using them.
* **`timestamp.txt`** in a submission folder says when it was handed in, as with nbgrader. Where
  students can write it themselves, take the time from whatever collected the files.
* Without one of the sandbox's layers the engine says what is weaker; `--isolation required`
  refuses.
"""


def table(attacks) -> str:
    lines = ["| Attack | Route | Honest | Stock |", "|---|---|---|---|"]
    for attack in attacks:
        route = attack.route + (" (source not read)" if attack.unread else "")
        cells = (f"`{attack.name}`", route, f"{attack.honest:g}", attack.stock)
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(lines)


def page() -> str:
    """The whole page."""
    return (
        f"{HEAD}\n## On an instructor's own test cells ({len(PLAIN)})\n\n{table(PLAIN)}\n\n"
        f"## On the course's checks ({len(OURS)})\n\n{table(OURS)}\n{TAIL}"
    )


if __name__ == "__main__":
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(page(), "utf-8")
