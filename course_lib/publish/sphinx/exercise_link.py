"""``{exercise-link} ps4_lstm``: the exercise notebook of the page's language, inside the site."""

import json
import shutil
from html import escape
from pathlib import Path

from docutils import nodes
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective
from sphinx.util.osutil import relative_uri

from ..words import words
from .places import code_cell, first_cell, places_of, repository

logger = logging.getLogger(__name__)


class exercise_link(nodes.General, nodes.Element):
    """A place where the page offers the notebook of ``assignment``."""


def notebook(app, assignment: str) -> Path:
    """Where the release step puts the notebook of this build's language."""
    name = f"{assignment}.ipynb"
    return Path(app.srcdir) / "exercises" / app.config.language / assignment / name


class ExerciseLinkDirective(SphinxDirective):
    """Takes the name of the assignment; a notebook that is not there fails the build."""

    required_arguments = 1

    def run(self):
        assignment = self.arguments[0]
        source = notebook(self.env.app, assignment)
        self.env.note_dependency(str(source))
        node = exercise_link(assignment=assignment)
        self.set_source_info(node)
        if self.env.app.builder.format == "html" and not source.is_file():
            where = source.relative_to(self.env.srcdir).as_posix()
            logger.warning(
                "The exercise notebook %s does not exist; run `course release %s` to make it.",
                where,
                assignment,
                location=node,
            )
        return [node]


def publish(source: Path, target: Path, url: str) -> None:
    """Copy the notebook; where Colab and Binder can open it, it fetches the course first."""
    if not url:
        shutil.copyfile(source, target)
        return
    content = json.loads(source.read_text(encoding="utf-8"))
    content["cells"].insert(0, code_cell(first_cell("en", url), "first"))
    target.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def visit_html(self, node):
    """Copy the notebook beside the pages and link to it."""
    app, assignment = self.builder.app, node["assignment"]
    source = notebook(app, assignment)
    if not source.is_file():
        raise nodes.SkipNode
    target = f"exercises/{assignment}/{source.name}"
    copied = Path(self.builder.outdir) / target
    copied.parent.mkdir(parents=True, exist_ok=True)
    publish(source, copied, repository(app)[0])

    say = {key: escape(text) for key, text in words(app.config.language).items()}
    href = relative_uri(self.builder.get_target_uri(self.builder.current_docname), target)
    lab = app.config.course_lab_url.format(notebook=f"{assignment}/{source.name}")
    places = {say["open_lab"]: lab} | places_of(app, target)
    links = " · ".join(f'<a href="{escape(to)}">{name}</a>' for name, to in places.items())
    command = f"make lab LANGUAGE={app.config.language}"
    self.body.append(
        f'<div class="exercise-link">\n'
        f'<p class="exercise-name">{say["exercise"]} <code>{escape(assignment)}</code></p>\n'
        f'<p><a class="exercise-download" href="{escape(href)}" download="{source.name}">'
        f"{say['download_exercise']}</a></p>\n"
        f'<p class="exercise-lab">{say["run_lab"]} <code>{command}</code> · {links}</p>\n'
        f"</div>\n"
    )
    raise nodes.SkipNode


def skip(self, node):
    """Nothing to translate and nothing to show outside HTML."""
    raise nodes.SkipNode


def setup(app):
    """Register the directive and how HTML shows it."""
    app.add_node(exercise_link, html=(visit_html, None), gettext=(skip, None))
    app.add_directive("exercise-link", ExerciseLinkDirective)
