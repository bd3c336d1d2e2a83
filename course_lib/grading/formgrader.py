"""What formgrader shows of a submission, without a network: formulas as MathML.

nbgrader's page asks another host for MathJax, and shows ``$h_t$`` where there is none. Its exporter
is nbconvert's, to which ``nbgrader_config.py`` gives this filter and the empty template beside it.
"""

from pathlib import Path

import nbgrader
from jinja2 import pass_context

from course_lib.grading.markdown import render_markdown

# The first folder has a mathjax.html.j2 that loads nothing; the second is nbgrader's own.
TEMPLATES = [
    str(Path(__file__).parent / "formgrader_page"),
    str(Path(nbgrader.__file__).parent / "server_extensions" / "formgrader" / "templates"),
]
FILTERS = {"markdown2html": "course_lib.grading.formgrader.markdown2html"}


@pass_context
def markdown2html(context, source: str) -> str:
    """A markdown cell as HTML, with the pictures that were pasted into it."""
    return str(render_markdown(source, (context.get("cell") or {}).get("attachments")))
