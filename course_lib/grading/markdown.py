"""Markdown cells as HTML for the feedback page: mathematics as MathML, raw HTML made harmless."""

import html
import re

from markdown_it import MarkdownIt
from markupsafe import Markup
from math_core import LatexError, LatexToMathML
from mdit_py_plugins.dollarmath import dollarmath_plugin
from nbformat import NotebookNode

from course_lib.grading import pasted

_converter = LatexToMathML(fancy_error=False)


def _mathml(tex: str, options: dict) -> str:
    """MathML is drawn by browsers themselves: no script, no font, no other host."""
    try:
        return _converter.convert_with_local_state(
            tex.strip(), displaystyle=bool(options.get("display_mode"))
        )
    except LatexError:  # a student's own TeX may be wrong; the source is still readable
        return f"<code>{html.escape(tex)}</code>"


# The only HTML that assignments use: hints that open.
_ALLOWED = re.compile(r"&lt;(/?(?:details|summary))&gt;")


def _inert_html(self, tokens, index, options, env) -> str:
    return _ALLOWED.sub(r"<\1>", html.escape(tokens[index].content))


_parser = (
    MarkdownIt("commonmark", {"html": True})
    .enable("table")
    .use(dollarmath_plugin, renderer=_mathml, allow_digits=False, double_inline=True)
)


_parser.add_render_rule("html_block", _inert_html)
_parser.add_render_rule("html_inline", _inert_html)


def render_markdown(text: str, attachments: dict | None = None) -> Markup:
    """``text`` as HTML; HTML inside it is shown, not obeyed, but for hints that open.

    ``attachments`` are the cell's, for pictures that were pasted into it.
    """
    env: dict = {}
    tokens = _parser.parse(text, env)
    for inner in (inner for token in tokens for inner in token.children or ()):
        if inner.type == "image" and isinstance(attachments, dict):
            inner.attrSet("src", pasted.shown(str(inner.attrGet("src") or ""), attachments))
    return Markup(_parser.renderer.render(tokens, _parser.options, env))


def heading(notebook: NotebookNode) -> str:
    """The notebook's first top heading, without markup; empty when it has none."""
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            for line in cell.source.splitlines():
                if line.startswith("# "):
                    return line[2:].strip().replace("`", "").replace("*", "")
    return ""
