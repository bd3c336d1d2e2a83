"""The HTML of the page that a student gets back; see ``feedback`` for what comes before it."""

import re
from functools import cache, lru_cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup
from nbconvert.filters import strip_ansi
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from course_lib.grading import result
from course_lib.grading.markdown import heading, render_markdown
from course_lib.grading.points import bonus_cells, core, left, percent
from course_lib.grading.reasons import brief, check_results, plain
from course_lib.grading.result import CHECK
from course_lib.i18n import _

_MAX_TEXT = 4000
# Most cells are the same in every page of a class: what is shown of them is made once.
_MAX_KEPT = 8_000


def page(notebook, grading: dict, language: str) -> str:
    """The page's HTML, in the language spoken now.

    ``notebook`` has passed FEEDBACK_STEPS; ``grading`` is what nbgrader knows about it (student,
    assignment, score, max_score, late_penalty).
    """
    bonus = bonus_cells(grading["assignment"])
    cells = [_view(cell, bonus) for cell in notebook.cells]
    items = [cell for cell in cells if cell["graded"]]
    score = left(grading["score"])
    return _template().render(
        lang=language.replace("_", "-"),
        title=heading(notebook) or grading["assignment"],
        grading=grading | {"score": score},
        words={
            "of": _("of {points} points").format(points=number(_most(items, grading, bonus))),
            "notes": _notes(items, bonus, score, grading["late_penalty"]),
            "unread": _("not marked yet"),
            "bonus": _("bonus"),
            "late": _("Handed in late: {points} points less.").format(
                points=number(grading["late_penalty"])
            ),
            "part": _("Part"),
            "points": _("Points"),
            "notebook": _("Your notebook"),
            "answer": _("Your answer"),
            "check": _("Check"),
            "question": _("Question"),
            "ran": _("The check that ran"),
        },
        cells=cells,
        items=items,
        code_style=_code_style("default"),
        code_style_dark=_code_style("github-dark"),
    )


@cache
def _template() -> Template:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=StrictUndefined
    )
    environment.filters["number"] = number
    return environment.get_template("feedback.html")


@cache
def _code_style(name: str) -> Markup:
    return Markup(HtmlFormatter(style=name).get_style_defs(".code"))


def _code(source: str) -> Markup:
    return _kept_code(source) if len(source) <= _MAX_KEPT else _coloured(source)


def _coloured(source: str) -> Markup:
    return Markup(highlight(source, PythonLexer(), HtmlFormatter(nowrap=True)))


_kept_code = lru_cache(maxsize=200)(_coloured)


def _text(source: str, attachments: dict | None) -> Markup:
    if attachments:
        return render_markdown(source, attachments)
    return _kept_text(source) if len(source) <= _MAX_KEPT else render_markdown(source)


_kept_text = lru_cache(maxsize=200)(render_markdown)


def _most(items: list[dict], grading: dict, bonus) -> float:
    """The points of the core; what nbgrader says where the notebook has lost its cells."""
    return core({item["id"]: item["points"] for item in items}, bonus) or grading["max_score"]


def _notes(items: list[dict], bonus, score: float, late: float) -> list[str]:
    """Sentences below the points: what of them counts above, and what is not marked yet."""
    above = min(score, sum(item["score"] or 0 for item in items if item["id"] in bonus))
    notes = [_("{points} of them are a bonus.").format(points=number(above))] if above else []
    unread = sum(item["points"] for item in items if item["unread"])
    if unread:
        share = percent(
            {item["id"]: item["score"] for item in items},
            {item["id"]: item["points"] for item in items},
            bonus,
            late,
        )
        text = _("{points} more points are for answers that your teacher has still to read.")
        notes.append(text.format(points=number(unread)))
        if share is not None:
            text = _("Of what has been marked, you have {percent} per cent.")
            notes.append(text.format(percent=number(round(share, 1))))
    return notes


def number(value: float | None) -> str:
    """Points as people write them: 7, 7.5, at most two decimals; "–" when there are none yet."""
    return "–" if value is None else result.number(value)


def _view(cell, bonus) -> dict:
    about = cell.metadata.get("nbgrader", {})
    graded = bool(about.get("grade") or about.get("task"))
    view = {
        "id": about.get("grade_id", cell.get("id", "")),
        "kind": cell.cell_type,
        "notice": cell.get("id") == "course-notice",
        "graded": graded,
        "unread": graded and "score" in about and about["score"] is None,
        "bonus": about.get("grade_id") in bonus,
        "question": bool(about.get("task")),
        "answer": bool(about.get("solution")),
        "comment": render_markdown(about["comment"]) if about.get("comment") else "",
        "score": about.get("score") if graded else None,
        "points": about.get("points") if graded else None,
        "why": _why(cell) if graded else "",
        "text": "",
        "code": "",
        "outputs": [],
    }
    view["name"] = re.sub(r"^(check|test)_", "", str(view["id"]))
    if cell.cell_type == "markdown":
        view["text"] = _text(cell.source, cell.get("attachments"))
    elif cell.cell_type == "code":
        view["code"] = _code(cell.source)
        view["outputs"] = [shown for output in cell.outputs for shown in _outputs(output, graded)]
    return view


def _why(cell) -> str:
    """The first thing that a test cell's checks found, in a sentence for the table of points."""
    for found in check_results(cell):
        for entry in found.get("findings", []):
            return plain(brief(str(found.get("item", "")), entry))
    return ""


def _outputs(output, graded: bool):
    """What is shown of one output; HTML only from a check, and the page runs no script."""
    kind = output.output_type
    if kind == "stream":
        yield {"kind": "text", "text": _shorten(output.text)}
    elif kind == "error":
        yield {"kind": "error", "text": _shorten(strip_ansi("\n".join(output.traceback)))}
    elif graded and CHECK in output.data:
        yield {"kind": "html", "html": Markup(_join(output.data.get("text/html", "")))}
    elif "image/png" in output.data:
        yield {"kind": "image", "data": _join(output.data["image/png"]).replace("\n", "")}
    elif "text/plain" in output.data:
        yield {"kind": "text", "text": _shorten(_join(output.data["text/plain"]))}


def _join(value) -> str:
    return "".join(value) if isinstance(value, list) else str(value)


def _shorten(text: str) -> str:
    return text if len(text) <= _MAX_TEXT else text[:_MAX_TEXT].rstrip() + "\n…"
