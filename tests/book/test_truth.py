"""Every chapter keeps the book's promises, as far as its text shows; and each check can fail."""

from functools import cache

import pytest
import yaml

from course_lib.publish.page_text import Page
from course_lib.publish.way import CHAPTERS

from . import truth

BOOK = truth.ROOT / "book"
WRITTEN = [c for c in CHAPTERS if (BOOK / f"{c.page}.md").is_file()]


@cache
def read(page: str) -> Page:
    return Page.read(BOOK / f"{page}.md", BOOK)


@pytest.mark.parametrize("chapter", WRITTEN, ids=lambda chapter: chapter.label)
@pytest.mark.parametrize("check", truth.CHECKS, ids=lambda check: check.__name__)
def test_a_chapter_keeps_its_promise(check, chapter):
    assert check(read(chapter.page)) == []


def test_no_chapter_is_missed():
    pages = {path.relative_to(BOOK).with_suffix("").as_posix() for path in BOOK.glob("*/*.md")}
    assert pages == {chapter.page for chapter in WRITTEN}


def test_the_glossarys_page_and_the_glossary_have_the_same_terms():
    file = truth.ROOT / "course_lib" / "i18n" / "glossary.yml"
    entries = yaml.safe_load(file.read_text(encoding="utf-8"))
    only_asked = {entry["en"] for entry in entries if entry["first"].startswith("ps")}
    terms = {entry["en"] for entry in entries}
    assert truth.glossary() <= terms
    assert terms - truth.glossary() <= only_asked, "a term of the book is not on its page"


# -- a chapter in small that keeps every promise, and one fault planted at a time -----------------

QUIZ = """:::{quiz}
How many?

- One

  No: there are two.
- [x] Two

  Yes.
:::
"""

SOUND = rf"""---
jupytext: {{}}
---

(page)=
# Page

(page-question)=
## Question

A {{term}}`gate <gate>` for the input $\mathbf{{x}}_t$ of $B$ sequences, and $\mathbf{{W}}_{{ih}}$.

```{{code-cell}} ipython3
---
mystnb:
  image:
    alt: A line that rises from the left to the right.
---
import matplotlib.pyplot as plt
import torch
from course_lib.layers import lstm_cell

fig, ax = plt.subplots()
```

(page-maths)=
## Maths

$$
\mathbf{{h}}_t = \tanh(\mathbf{{x}}_t\mathbf{{W}}_{{ih}}^\top + h_2)
$$

(page-scratch)=
## From scratch

```{{code-cell}} ipython3
:tags: [hide-input]

def draw():
    plt.plot([1])


difference = 0.0
print(f"{{difference:.1e}}")
```

```{{code-cell}} ipython3
x = 1
```

(page-prove)=
## Prove it

```{{code-cell}} ipython3
assert difference < 1
```

(page-explore)=
## Explore

(page-break)=
## Break it

(page-quiz)=
## Check yourself

{QUIZ}
{QUIZ}
{QUIZ}
(page-exercise)=
## Exercise

```{{exercise-link}} ps4_lstm
```

(page-summary)=
## Summary
"""


def problems(check, text: str) -> list[str]:
    """What the check says of the text; symbols are held against a small notation page."""
    notation = r""":::{list-table}
* - here
  - $Q$
* - $\mathbf{x}_t$, $\mathbf{h}_t$ and $\mathbf{W}$
  - $(B, Z)$
* - $B$, $T$
  - numbers
:::
"""
    known = truth.known_of(Page("notation", notation))
    more = {
        truth.explained: [known],
        truth.introduced: [known],
        truth.terms: [{"gate"}],
    }
    return check(Page("part/page", text), *more.get(check, []))


@pytest.mark.parametrize("check", truth.CHECKS, ids=lambda check: check.__name__)
def test_a_sound_page_passes(check):
    assert problems(check, SOUND) == []


ALT = "    alt: A line that rises from the left to the right.\n"
DRAW = "```{code-cell} ipython3\ndraw()\n```\n"
LINK = "```{exercise-link} ps4_lstm\n```"
FAULTS = [
    (truth.spine, "(page-prove)=\n", "", "there is no (page-prove)="),
    (truth.spine, "(page-break)=", "(page-brake)=", "there is no (page-break)="),
    (truth.spine, "(page-explore)=", "(page-break)=", "there is no (page-explore)="),
    (truth.spine, "(page)=\n", "", "there is no (page)="),
    (truth.spine, "(page-quiz)=", "(page-exercise)=\n\n(page-quiz)=", "out of order"),
    (truth.questions, QUIZ, "", "0 quizzes"),
    (truth.questions, f"{QUIZ}\n{QUIZ}", QUIZ, "2 quizzes"),
    (truth.questions, QUIZ, f"{QUIZ}\n{QUIZ}", "6 quizzes"),
    (truth.questions, "- [x] Two", "- Two", "0 right answers of 2"),
    (truth.questions, "- One", "- [x] One", "2 right answers of 2"),
    (truth.questions, "\n  No: there are two.\n", "", "not explained: One"),
    (truth.questions, "- One\n\n  No: there are two.\n", "", "1 right answers of 1"),
    (truth.exercise, LINK, "Do it.", "no link to an exercise"),
    (truth.exercise, "ps4_lstm", "ps9_none", "there is no exercise ps9_none"),
    (truth.alt_texts, ALT, "    width: 9\n", "a picture without alt text"),
    (truth.alt_texts, ALT, "    alt: A line.\n", "a picture without alt text"),
    (truth.alt_texts, "(page-prove)=", f"{DRAW}\n(page-prove)=", "without alt text: draw()"),
    (truth.asserted, "assert difference < 1", "y = 1", "a difference that nothing asserts"),
    (
        truth.asserted,
        "x = 1\n```\n",
        "x = 1\n```\n\n```{code-cell}\nz = 1\n```\n",
        "nothing asserts",
    ),
    (truth.imports, "import torch", "import scipy", "scipy is imported"),
    (truth.imports, "import torch", "from sklearn.svm import SVC", "sklearn.svm is imported"),
    (truth.imports, "lstm_cell", "RNNCell", "course_lib.layers.RNNCell is not public"),
    (truth.imports, "layers import lstm_cell", "errors import _x", "is not public"),
    (truth.imports, "layers import lstm_cell", "layer import lstm_cell", "is not public"),
    (truth.imports, "import torch", "import course_lib._secret", "is private"),
    (truth.explained, "h_2", "\\mathbf{q}", "lacks bold q"),
    (truth.explained, "h_2", "\\boldsymbol{\\beta}", "lacks bold \\beta"),
    (truth.explained, "$B$ sequences", "$Q$ sequences", "lacks Q"),
    (truth.explained, "$B$ sequences", "$(B, Z)$ numbers", "lacks Z"),
    (truth.explained, "h_2", "X_2", "lacks X"),
    (truth.introduced, ", and $\\mathbf{W}_{ih}$", "", "W_ih comes out of nowhere"),
    (truth.introduced, "+ h_2", "+ \\mathbf{W}_{hr}", "W_hr comes out of nowhere"),
    (truth.terms, "`gate <gate>`", "`gate <door>`", "the glossary has no door"),
    (truth.terms, "`gate <gate>`", "`gates`", "the glossary has no gates"),
]


@pytest.mark.parametrize(("check", "was", "now", "said"), FAULTS)
def test_a_planted_fault_is_found(check, was, now, said):
    assert was in SOUND
    found = problems(check, SOUND.replace(was, now))
    assert found and any(said in problem for problem in found), found


def test_every_check_has_been_seen_to_fail():
    assert {fault[0] for fault in FAULTS} == set(truth.CHECKS)


@pytest.mark.parametrize("said", ["no notebook of its own", "no exercise of its own"])
def test_a_chapter_may_say_that_it_has_no_exercise(said):
    assert problems(truth.exercise, SOUND.replace(LINK, f"This chapter has {said}.")) == []


def test_a_symbol_that_a_table_of_the_page_shows_is_introduced():
    table = ":::{list-table}\n\n* - here\n* - $\\mathbf{W}_{hr}$\n:::\n\n"
    text = SOUND.replace("+ h_2", "+ \\mathbf{W}_{hr}")
    assert problems(truth.introduced, text.replace("(page-maths)=", f"{table}(page-maths)=")) == []
    assert problems(truth.introduced, text.replace("(page-scratch)=", f"{table}(page-scratch)="))
