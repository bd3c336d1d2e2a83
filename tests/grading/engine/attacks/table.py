"""Makes ``docs/grading-security.md``: ``python -m tests.grading.engine.attacks.table``.

With ``--measure`` all attacks, or those named, are graded first: minutes. With ``--translated``
the other editions are said to have the routes as they are now: translate those that changed first.
"""

import json
import sys
import tempfile
from pathlib import Path

from course_lib.grading.results import STATUS
from tests.end_to_end.hostile_class import CLASS, ROUTES
from tests.grading.engine.attacks import ours_course, plain_course
from tests.grading.engine.attacks.course import GOT, Course, measured, stop_benches
from tests.grading.engine.attacks.every import OURS, PLAIN

FOLDER = Path(__file__).parent
PAGE = Path(__file__).resolve().parents[4] / "docs" / "grading-security.md"
TRANSLATED = FOLDER / "translated.json"  # the routes as the other editions have them
HEAD = """# What was tried against the grading engine

English · [Bahasa Indonesia](grading-security.id.md) · [简体中文](grading-security.zh_CN.md)

Made by `python -m tests.grading.engine.attacks.table`; a test compares. Do not edit by hand.

Each line is a submission with wrong or absent answers and a trick. *Honest* is what its answers are
worth without the trick, *got* what the engine really gave for it, trick and all.
`tests/grading/engine/test_attacks.py` grades every one of them through the engine, and fails when
one scores more than is honest, or something else than stands here. *Stock* is what nbgrader 0.9.6
gives for the like, where it was measured (all points: "all"); nothing stands there where it was
not.

"Source not read" means that the test switches off the trusted reading of the source, which refuses
most of these tricks with their line before anything is run, and tries what lies behind it.

A line that any code can hide behind (`exec`, `globals()`, `importlib`) refuses the answers below
it where it stands in a cell of the assignment. In a cell that the student added, its statement is
taken out, run last of all, when everything has been marked, and named in that cell: what is run
before the marks is just what was read (`test_held_lines.py`).

The sandbox (files, network, processes, memory) has its own suite: `test_sandbox.py`. What a
notebook may not use has another: `tests/grading/evasions.py`.
"""
TAIL = """
## What remains weaker

* **A test that asks a student's object for its own verdict gets the student's word.** `assert
  f(x).is_valid()` passes with an object that says so, as it does with stock nbgrader. Comparisons,
  arithmetic and methods such as `allclose` and `equals` of such objects decide nothing, unless the
  exercise asks for a class with these methods.
* **A comparison with nothing is true.** `torch.allclose`, `np.allclose` and `(a == b).all()` pass
  with an empty tensor, which broadcasts (`nothing-compared`): compare the shape as well, or use
  `torch.testing.assert_close`. The course's checks compare shapes.
* **A test that reads a student's source** with `inspect.getsource` is told it by the student's
  process.
* **Arguments may be changed.** A function may empty the list that a test compares with afterwards,
  because there are exercises that ask for changes in place. Compute what is expected first.
* **A function that knows what it will be asked can answer it.** Hidden cases are drawn from the
  class's seed when grading begins; an instructor's own test has the numbers that stand in it.
* **The locks in the student's own process** (torch's finished layers, which are made unusable while
  an answer is asked) can be opened by code in that process. They are the second net; the first, the
  reading of the source, is what such code has to get by.
* **An item that trains a model of the course** (ps6) is asked in a process that has the course's
  models loaded: only the reading of the source keeps an answer from using them.
* **`timestamp.txt`** in a submission folder says when it was handed in, as with nbgrader. Where
  students can write it themselves, take the time from whatever collected the files.
* Without one of the sandbox's layers the engine says what is weaker; `--isolation required`
  refuses.
"""


def table(attacks) -> str:
    got = measured()
    lines = ["| Attack | Route | Honest | Got | Stock |", "|---|---|--:|--:|---|"]
    for attack in attacks:
        route = attack.route + (" (source not read)" if attack.unread else "")
        cells = (
            f"`{attack.name}`",
            route,
            f"{attack.honest:g}",
            f"{got[attack.name]:g}" if attack.name in got else "?",
            attack.stock,
        )
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(lines)


HOSTILE = """
## A class in which nearly everybody does harm ({count})

A class of ps4_lstm, graded once from beginning to end, and once more killed on the way, with a
locked gradebook and with a full disk. Most have a right LSTM cell before the harm: its points
stay. `tests/end_to_end/test_hostile_class.py` holds these points and statuses.

| Attack | What is handed in | Points | Status |
|---|---|--:|---|
"""


def hostile_class() -> str:
    rows = (
        f"| `{h.name}` | {ROUTES[h.name]} | {h.points:g} | {STATUS[h.status]} |\n" for h in CLASS
    )
    return HOSTILE.format(count=len(CLASS)) + "".join(rows)


def routes() -> dict[str, str]:
    """How each attack is described, by its name."""
    return {attack.name: attack.route for attack in (*PLAIN, *OURS)} | ROUTES


def page() -> str:
    """The whole page."""
    return (
        f"{HEAD}\n## On an instructor's own test cells ({len(PLAIN)})\n\n{table(PLAIN)}\n\n"
        f"## On the course's checks ({len(OURS)})\n\n{table(OURS)}\n{hostile_class()}{TAIL}"
    )


def measure(names: set[str]) -> None:
    """Grade the attacks of these names, or all; keep what they got."""
    got = measured()
    for made_of, attacks in ((plain_course, PLAIN), (ours_course, OURS)):
        chosen = [attack for attack in attacks if not names or attack.name in names]
        if not chosen:
            continue
        with tempfile.TemporaryDirectory() as folder:
            course = Course(made_of.make(Path(folder)), made_of.NAME)
            for attack in chosen:
                got[attack.name] = course.score(attack)
                won = got[attack.name] > attack.honest
                print(attack.name, got[attack.name], "MORE THAN HONEST" if won else "", flush=True)
            stop_benches()
    names = [attack.name for attack in (*PLAIN, *OURS)]
    kept = {name: got[name] for name in names if name in got}
    GOT.write_text(json.dumps(kept, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    if "--measure" in sys.argv:
        measure(set(sys.argv[1:]) - {"--measure", "--translated"})
    if "--translated" in sys.argv:
        text = json.dumps(routes(), ensure_ascii=False, indent=1)
        TRANSLATED.write_text(text + "\n", "utf-8")
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(page(), "utf-8")
