"""The chapters in numbers: counted right, and the table in docs/ is not out of date."""

import json
import re
from dataclasses import astuple
from pathlib import Path

import pytest
from click.testing import CliRunner

from course_lib.cli import main
from course_lib.publish.chapters import DOCUMENT, HEADS, as_markdown, chapters, count, total
from course_lib.publish.page_text import Page

ROOT = Path(__file__).parents[2]
PAGE = """---
jupytext: {}
---

(page)=
# A page

One two {term}`three <t>` $x + y$ five. Six `seven` eight-nine!

$$
a = b
$$

```{code-cell} ipython3
---
tags: [hide-input]
mystnb:
  image:
    alt: Not counted as words.
---
from course_lib.figures import GateBoard
assert 1
```

```{code-cell} ipython3
# a line
GateBoard("x")
assert 1; assert 2
```

```{code-cell} ipython3
:tags: [remove-cell]

GateBoard("y")
```

- Ten eleven

  Twelve words here.

:::{quiz}
Why so?

- [x] Because of it

  It is so.
:::
"""


def test_a_page_is_counted_as_by_hand():
    row = count("A page", Page("part/page", PAGE))
    # 2 heading, 5 and 3 in the paragraph, 2 and 3 in the list, 2, 3 and 3 in the quiz
    assert row.words == 2 + 5 + 3 + 2 + 3 + 2 + 3 + 3
    assert (row.cells, row.assertions, row.quizzes) == (3, 3, 1)
    assert (row.pictures, row.figures) == (1, 1)
    assert row.sentence == round(row.words / 8, 1)


def test_hidden_code_takes_no_time_and_shown_code_does():
    cell = "\n```{code-cell} ipython3\n" + "x = 1\n" * 150 + "```\n"
    hidden = cell.replace("ipython3\n", "ipython3\n:tags: [hide-input]\n")
    minutes = [count("", Page("p", PAGE + more)).minutes for more in ("", hidden, cell)]
    assert minutes[0] == minutes[1] == minutes[2] - 10


def test_the_last_row_adds_the_others_up():
    rows = chapters(ROOT)
    summed = total(rows)
    assert summed.words == sum(row.words for row in rows)
    assert summed.figures == sum(row.figures for row in rows)
    assert min(r.sentence for r in rows) <= summed.sentence <= max(r.sentence for r in rows)


def rows_of(markdown: str) -> dict[str, list[float]]:
    lines = re.findall(r"^\| (.+) \|$", markdown, re.M)
    assert lines[0] == " | ".join(HEADS)
    rows = [line.split(" | ") for line in lines[2:]]
    return {name: [float(value) for value in values] for name, *values in rows}


def test_the_table_in_docs_is_that_of_the_book():
    """A word more or less is no matter: within a tenth, or by three in small numbers."""
    written = rows_of((ROOT / DOCUMENT).read_text(encoding="utf-8"))
    now = rows_of(as_markdown(chapters(ROOT)))
    again = "run `course chapters --write`"
    assert list(written) == list(now), again
    for name, values in now.items():
        assert written[name] == pytest.approx(values, rel=0.1, abs=3), f"{name}: {again}"


def test_the_command_prints_the_table_and_the_numbers_for_a_program():
    printed = CliRunner().invoke(main, ["--root", str(ROOT), "chapters"], env={"COLUMNS": "200"})
    assert printed.exit_code == 0, printed.output
    assert "words a minute" in " ".join(printed.output.split())
    told = CliRunner().invoke(main, ["--root", str(ROOT), "chapters", "--json"])
    rows = json.loads(told.output)
    assert [list(row.values()) for row in rows] == [list(astuple(r)) for r in chapters(ROOT)]
