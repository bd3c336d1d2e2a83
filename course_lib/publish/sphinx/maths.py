"""Formulas become MathML while the book is built: no script, and a screen reader can walk them."""

from functools import cache
from html import escape

from docutils import nodes
from math_core import LatexError, LatexToMathML
from sphinx.locale import _
from sphinx.util import logging
from sphinx.util.math import get_node_equation_number

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


def _converted(node, display: bool) -> str:
    """The markup of a formula; a formula that fails is a warning, which fails the build."""
    try:
        return mathml(node.astext(), display)
    except FormulaError as error:
        tex = " ".join(node.astext().split())
        logger.warning("The formula $%s$ cannot be shown: %s", tex, error, location=node)
        return f'<code class="formula-error">{escape(tex)}</code>'


def visit_math(self, node):
    """An inline formula."""
    self.body.append(self.starttag(node, "span", "", CLASS="math notranslate nohighlight"))
    self.body.append(_converted(node, display=False) + "</span>")
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
