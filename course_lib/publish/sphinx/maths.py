"""Formulas become MathML while the book is built: no script, and a screen reader can walk them."""

import re
from functools import cache
from html import escape

from docutils import nodes
from math_core import LatexError, LatexToMathML
from sphinx.locale import _
from sphinx.util import logging
from sphinx.util.math import get_node_equation_number

from .quiz import quiz_answer

logger = logging.getLogger(__name__)
_converter = LatexToMathML(fancy_error=False)


class FormulaError(ValueError):
    """A formula that the converter does not understand; the text says where it stumbled."""


@cache
def mathml(tex: str, display: bool = False) -> str:
    """TeX -> a ``<math>`` element of MathML Core that carries the TeX as ``alttext``.

    Raises FormulaError for TeX that cannot be converted.
    """
    try:
        markup = _converter.convert_with_local_state(tex.strip(), displaystyle=display)
    except LatexError as error:
        raise FormulaError(" ".join(str(error).split())) from None
    alttext = escape(" ".join(tex.split()), quote=True)
    return markup.replace("<math", f'<math alttext="{alttext}"', 1)


_PLAIN = [
    (re.compile(r"\\(?:math(?:bf|rm|bb|cal)|text|operatorname)\{([^{}]*)\}"), r"\1"),
    (re.compile(r"\\t?frac\{([^{}]*)\}\{([^{}]*)\}"), r"\1/\2"),
    (re.compile(r"\\cdot\b"), "·"),
    (re.compile(r"\\times\b"), "×"),
    (re.compile(r"\\odot\b"), "⊙"),
    (re.compile(r"\\neq?\b"), "≠"),
    (re.compile(r"\\partial\b ?"), "∂"),
    (re.compile(r"\\[,;! ]|\\left|\\right"), ""),
]


def spoken(tex: str) -> str:
    """A short formula as plain characters, for the name of something one presses: a browser takes
    no name from MathML."""
    for pattern, plain in _PLAIN:
        tex = pattern.sub(plain, tex)
    return " ".join(tex.split())


def _converted(node, display: bool) -> str:
    """The markup of a formula; a formula that fails is a warning, which fails the build."""
    try:
        return mathml(node.astext(), display)
    except FormulaError as error:
        tex = " ".join(node.astext().split())
        logger.warning("The formula $%s$ cannot be shown: %s", tex, error, location=node)
        return f'<code class="formula-error">{escape(tex)}</code>'


def _names_something(node) -> bool:
    """Whether the formula is part of what a reader presses, or is all that a table's head says."""
    if isinstance(node.parent, quiz_answer):
        return True
    entry = node.parent.parent
    in_head = isinstance(entry, nodes.entry) and isinstance(entry.parent.parent, nodes.thead)
    return in_head and len(node.parent) == 1


def visit_math(self, node):
    """An inline formula."""
    self.body.append(self.starttag(node, "span", "", CLASS="math notranslate nohighlight"))
    markup = _converted(node, display=False)
    if not _names_something(node):
        self.body.append(markup + "</span>")
        raise nodes.SkipNode
    markup = markup.replace("<math", '<math aria-hidden="true"', 1)
    name = escape(spoken(node.astext()))
    self.body.append(f'{markup}</span><span class="course-spoken">{name}</span>')
    raise nodes.SkipNode


def visit_displaymath(self, node):
    """A formula on a line of its own, which scrolls by itself where the screen is narrow."""
    self.body.append(self.starttag(node, "div", CLASS="math notranslate nohighlight", tabindex="0"))
    self.body.append(_converted(node, display=True))
    if node["number"]:
        self.body.append(f'<span class="eqno">({get_node_equation_number(self, node)})')
        self.add_permalink_ref(node, _("Link to this equation"))
        self.body.append("</span>")
    self.body.append("</div>\n")
    raise nodes.SkipNode


def setup(app):
    """Make ``html_math_renderer: mathml`` known to Sphinx."""
    app.add_html_math_renderer("mathml", (visit_math, None), (visit_displaymath, None))
