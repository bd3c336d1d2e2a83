"""The page a student gets back: marks, what each check found, their own code. No hidden tests.

It plugs into nbgrader as the exporter and steps of ``generate_feedback``, so nbgrader's own
command and the formgrader make the same page as ``course grade``. The page is one file, asks no
other host for anything, and runs no script: whatever a student's output contains stays inert.
"""

import glob
import re
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from nbconvert.exporters import Exporter
from nbconvert.filters import strip_ansi
from nbgrader import utils
from nbgrader.api import Gradebook
from nbgrader.preprocessors import GetGrades, NbGraderPreprocessor
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer
from traitlets import default

from course_lib.grading import result
from course_lib.grading.execute import CHECK
from course_lib.grading.markdown import heading, render_markdown
from course_lib.grading.points import bonus_cells, core, percent
from course_lib.grading.reasons import brief, check_results, plain
from course_lib.grading.results import given
from course_lib.grading.source import is_question, translated, without_rubric
from course_lib.i18n import LANGUAGES, _, speaking

_BEGIN, _END = "BEGIN HIDDEN TESTS", "END HIDDEN TESTS"
_MAX_TEXT = 4000


class MarkUnread(NbGraderPreprocessor):
    """Take nbgrader's score of 0 from answers that nobody has marked yet."""

    def preprocess(self, nb, resources):
        about = resources["nbgrader"]
        with Gradebook(about["db_url"]) as gradebook:
            found = gradebook.find_submission_notebook(
                about["notebook"], about["assignment"], about["student"]
            )
            unread = {grade.name for grade in found.grades if given(grade) is None}
        for cell in nb.cells:
            if cell.metadata.get("nbgrader", {}).get("grade_id") in unread:
                cell.metadata.nbgrader["score"] = None
        return nb, resources


class HideHiddenTests(NbGraderPreprocessor):
    """Take the hidden part out of test cells, and out of the tracebacks that quote it.

    Questions lose their rubric and are in the student's language again.
    """

    def preprocess(self, nb, resources):
        self.language = nb.metadata.get("course", {}).get("language", "en")
        self.assignment = nb.metadata.get("course", {}).get("assignment", "")
        return super().preprocess(nb, resources)

    def preprocess_cell(self, cell, resources, cell_index):
        if is_question(cell):
            text = without_rubric(cell.source)
            cell.source = translated(text, self.assignment, self.language)
            return cell, resources
        if cell.cell_type != "code" or not utils.is_grade(cell):
            return cell, resources
        cell.source = without_hidden_tests(cell.source)
        for output in cell.outputs:
            if output.output_type == "error":
                output.traceback = [f"{output.ename}: {output.evalue}"]
        return cell, resources


FEEDBACK_STEPS = [GetGrades, MarkUnread, HideHiddenTests]


def without_hidden_tests(source: str) -> str:
    """``source`` without the lines between the hidden-test marks, and without the marks."""
    kept, hidden = [], False
    for line in source.split("\n"):
        if _BEGIN in line:
            hidden = True
        elif _END in line:
            hidden = False
        elif not hidden:
            kept.append(line)
    return "\n".join(kept).rstrip()


class FeedbackExporter(Exporter):
    """Turns a graded notebook into the student's page."""

    @default("file_extension")
    def _file_extension_default(self):
        return ".html"

    output_mimetype = "text/html"

    def from_notebook_node(self, nb, resources=None, **kw):
        nb, resources = super().from_notebook_node(nb, resources, **kw)
        language = nb.metadata.get("course", {}).get("language", "en")
        with speaking(language if language in LANGUAGES else "en"):
            return page(nb, resources["nbgrader"], language), resources


def page(notebook, grading: dict, language: str) -> str:
    """The page's HTML, in the language spoken now.

    ``notebook`` has passed FEEDBACK_STEPS; ``grading`` is what nbgrader knows about it (student,
    assignment, score, max_score, late_penalty).
    """
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=StrictUndefined
    )
    environment.filters["number"] = number
    bonus = bonus_cells(grading["assignment"])
    cells = [_view(cell, bonus) for cell in notebook.cells]
    items = [cell for cell in cells if cell["graded"]]
    return environment.get_template("feedback.html").render(
        lang=language.replace("_", "-"),
        title=heading(notebook) or grading["assignment"],
        grading=grading,
        words={
            "of": _("of {points} points").format(points=number(_most(items, grading, bonus))),
            "notes": _notes(items, bonus),
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
        code_style=Markup(HtmlFormatter(style="default").get_style_defs(".code")),
        code_style_dark=Markup(HtmlFormatter(style="github-dark").get_style_defs(".code")),
    )


def _most(items: list[dict], grading: dict, bonus) -> float:
    """The points of the core; what nbgrader says where the notebook has lost its cells."""
    return core({item["id"]: item["points"] for item in items}, bonus) or grading["max_score"]


def _notes(items: list[dict], bonus) -> list[str]:
    """Sentences below the points: what of them counts above, and what is not marked yet."""
    above = sum(item["score"] or 0 for item in items if item["id"] in bonus)
    notes = [_("{points} of them are a bonus.").format(points=number(above))] if above else []
    unread = sum(item["points"] for item in items if item["unread"])
    if unread:
        share = percent(
            {item["id"]: item["score"] for item in items},
            {item["id"]: item["points"] for item in items},
            bonus,
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
        view["text"] = render_markdown(cell.source)
    elif cell.cell_type == "code":
        view["code"] = Markup(highlight(cell.source, PythonLexer(), HtmlFormatter(nowrap=True)))
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


def feedback_one(root: Path, assignment: str, student: str) -> Path:
    """Write one student's feedback page with nbgrader's generate_feedback; returns its path."""
    from nbgrader.converters import GenerateFeedback

    from course_lib.grading.engine import quiet_log
    from course_lib.grading.gradebook import course_directory

    course = course_directory(root)
    course.assignment_id, course.student_id = assignment, glob.escape(student)
    converter = GenerateFeedback(coursedir=course, config=course.config)
    converter.log = course.log = quiet_log()
    converter.force = True
    converter.start()
    folder = course.format_path(course.feedback_directory, student, assignment)
    return Path(folder, f"{assignment}.html")
