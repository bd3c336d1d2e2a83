"""The feedback as a piece of HTML that stands alone: inline style, no script, light and dark."""

import re
from html import escape

from course_lib.exercises.spec import Assignment
from course_lib.grading.phrases import labelled, sentences
from course_lib.grading.result import CheckResult, Finding, number
from course_lib.grading.words import section
from course_lib.i18n import _, get_language

BOX = (
    "border:1px solid var(--jp-border-color2,rgba(128,128,128,.4));border-left:4px solid {edge};"
    "border-radius:6px;padding:.6em .9em;margin:.4em 0;max-width:62em;line-height:1.45;"
    "font-family:var(--jp-ui-font-family,system-ui,sans-serif);color:inherit"
)
# Seen beside words and signs, never alone.
RIGHT, PART, WRONG = (
    "var(--jp-success-color1,#2e8540)",
    "var(--jp-warn-color1,#c77700)",
    "var(--jp-error-color1,#d1492e)",
)
SMALL = "font-size:.92em;opacity:.85"


def page(result: CheckResult) -> str:
    """One check as HTML: score, aspects, findings, picture, prints."""
    edge = RIGHT if result.passed else PART if result.points else WRONG
    parts = [
        f'<div lang="{_lang()}" style="{BOX.format(edge=edge)}">',
        f"<div><strong>{escape(result.title)}</strong> · {escape(result.headline)}"
        f" {_bar(result.points, result.max_points, edge)}</div>",
        _aspects(result),
        f'<p style="margin:.5em 0 .15em">{_code(result.begin)}</p>' if result.begin else "",
        *(_finding(finding) for finding in result.findings),
        _picture(result),
        _printed(result),
        "</div>",
    ]
    return "".join(part for part in parts if part)


def _lang() -> str:
    return get_language().replace("_", "-")


def _bar(points: float, most: float, colour: str) -> str:
    share = 100 * points / most if most else 0
    return (
        '<span aria-hidden="true" style="display:inline-block;width:7em;height:.6em;'
        "border-radius:.3em;background:rgba(128,128,128,.25);margin-left:.6em;vertical-align:middle;"
        f'overflow:hidden"><span style="display:block;height:100%;width:{share:.0f}%;'
        f'background:{colour}"></span></span>'
    )


def _aspects(result: CheckResult) -> str:
    if not result.aspects or result.void:
        return ""
    items = []
    for aspect in result.aspects:
        colour = {"✓": RIGHT, "(✓)": RIGHT, "○": PART}.get(aspect.sign, WRONG)
        word = {
            "✓": _("right"),
            "(✓)": _("right but for the mistake that is named here"),
            "○": _("counts once the numbers are right"),
            "✗": _("not yet"),
        }[aspect.sign]
        items.append(
            '<li style="display:inline-block;margin:.15em 1.1em .15em 0">'
            f'<span style="color:{colour};font-weight:bold" title="{escape(word)}" role="img" '
            f'aria-label="{escape(word)}">{aspect.sign}</span> {escape(aspect.title)}'
            f' <span style="{SMALL}">{number(aspect.points)}</span></li>'
        )
    return f'<ul style="list-style:none;padding:0;margin:.4em 0">{"".join(items)}</ul>'


def _finding(finding: Finding) -> str:
    lines = [f'<p style="margin:.5em 0 .15em"><strong>{_code(finding.what)}</strong></p>']
    if finding.why:
        lines.append(f'<p style="margin:.15em 0">{_code(finding.why)}</p>')
    if finding.where:
        lines.append(f'<p style="margin:.15em 0;{SMALL}">{_code(finding.where)}</p>')
    if finding.look:
        lines.append(f'<p style="margin:.15em 0;{SMALL}">{_code(finding.look)}</p>')
    return "".join(lines)


_NAME = re.compile(r"\b(?:nn\.\w+|[A-Za-z]+(?:_[A-Za-z0-9]+)+(?:=-?\w+(?:\.\w+)?)?)\b")


def _code(text: str) -> str:
    """Names of code, such as w_hh and nn.LSTM, in the font of code."""
    style = "font-family:var(--jp-code-font-family,monospace);font-size:.95em"
    return _NAME.sub(rf'<span style="{style}">\g<0></span>', escape(text))


def _picture(result: CheckResult) -> str:
    if not result.picture:
        return ""
    title = _("Where the numbers differ")
    return (
        '<details open style="margin:.5em 0"><summary style="cursor:pointer">'
        f"{escape(title)}</summary>"
        f'<div style="overflow-x:auto;margin:.4em 0">{result.picture}</div>'
        f'<p style="margin:.2em 0;{SMALL}">{escape(result.caption)}</p></details>'
    )


def _printed(result: CheckResult) -> str:
    if not result.printed:
        return ""
    more = ""
    if result.dropped:
        text = _("{count} more characters are not shown.").format(count=result.dropped)
        more = f'<p style="margin:.2em 0;{SMALL}">{escape(text)}</p>'
    title = _("What your code printed")
    return (
        f'<details style="margin:.5em 0"><summary style="cursor:pointer">'
        f"{escape(title)}</summary>"
        f'<pre style="max-height:14em;overflow:auto;margin:.3em 0">{escape(result.printed)}</pre>'
        f"{more}</details>"
    )


class Welcome:
    """What ``start`` shows."""

    def __init__(self, assignment: Assignment):
        self.assignment = assignment

    def __str__(self) -> str:
        text = _("{title}: {points} points, about {hours} hours.")
        first = text.format(
            title=_(self.assignment.title),
            points=number(self.assignment.points),
            hours=number(self.assignment.minutes / 60),
        )
        if self.assignment.bonus_points:
            text = _("{points} more points are a bonus.")
            first = sentences(first, text.format(points=number(self.assignment.bonus_points)))
        how = _("Write a function, run its check, read what it says, mend, and check again.")
        read = sentences(*(section(chapter) for chapter in self.assignment.read_first))
        return "\n".join([first, how, read])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        first, *rest = str(self).split("\n")
        edge = "var(--jp-brand-color1,#1976d2)"
        lines = "".join(f'<div style="{SMALL}">{escape(line)}</div>' for line in rest)
        return (
            f'<div lang="{_lang()}" style="{BOX.format(edge=edge)}">'
            f"<strong>{escape(first)}</strong>{lines}</div>"
        )


class Progress:
    """What ``progress`` shows: the points of each item checked so far.

    The headline counts the core. Bonus points and answers that a person reads are told apart.
    """

    def __init__(self, assignment: Assignment, results: dict[str, CheckResult]):
        self.assignment, self.results = assignment, results

    @property
    def points(self) -> float:
        """The points of the core so far."""
        return self._points(bonus=False)

    def _points(self, bonus: bool) -> float:
        rows = self._rows()
        items = [item for item in self.assignment.items if item.bonus is bonus]
        return round(sum(rows[item.id].points for item in items if rows[item.id]), 2)

    def _rows(self) -> dict:
        ids = {item.id: f"{self.assignment.id}.{item.id}" for item in self.assignment.items}
        return {id: self.results.get(key) for id, key in ids.items()}

    def __str__(self) -> str:
        return "\n".join([self._headline(), *(labelled(a, b) for a, b, _c in self._lines())])

    __repr__ = __str__

    def _headline(self) -> str:
        text = _("{title}: {points} of {max} points so far.")
        said = text.format(
            title=_(self.assignment.title),
            points=number(self.points),
            max=number(self.assignment.points),
        )
        if self.assignment.bonus_points:
            text = _("Bonus: {points} of {max}.")
            most = number(self.assignment.bonus_points)
            said = sentences(said, text.format(points=number(self._points(bonus=True)), max=most))
        return said

    def _lines(self):
        rows = self._rows()
        for item in self.assignment.items:
            result = rows[item.id]
            text = _("{points} of {max}") if result else _("not checked yet, {max} points")
            points = number(result.points) if result else ""
            title = _("{title} (bonus)") if item.bonus else "{title}"
            said = text.format(points=points, max=number(item.points))
            yield title.format(title=_(item.title)), said, result
        for question in self.assignment.written:
            text = _("read by your teacher, {max} points")
            title = _("{title} (bonus)") if question.bonus else "{title}"
            said = text.format(max=number(question.points))
            yield title.format(title=_(question.title)), said, None

    def _repr_html_(self) -> str:
        rows = []
        for title, text, result in self._lines():
            points, most = (result.points, result.max_points) if result else (0, 1)
            colour = RIGHT if result and result.passed else PART
            rows.append(
                '<tr><td style="text-align:left;padding:.15em 1em .15em 0">'
                f'{escape(title)}</td><td style="text-align:left">{escape(text)}</td>'
                f"<td>{_bar(points, most, colour)}</td></tr>"
            )
        checked = self._rows()
        core = [checked[item.id] for item in self.assignment.items if not item.bonus]
        done = all(result and result.passed for result in core)
        return (
            f'<div lang="{_lang()}" style="{BOX.format(edge=RIGHT if done else PART)}">'
            f"<strong>{escape(self._headline())}</strong>"
            f'<table style="margin:.4em 0;border:0;font-size:inherit">{"".join(rows)}</table></div>'
        )
