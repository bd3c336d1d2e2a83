"""Small mends of a page's HTML that no node of the document can carry."""

import re

from docutils import nodes

# A formula is a box of its own to the browser, which would break the line between it and the
# bracket, comma or full stop that belongs to it.
_FORMULA = r'<span class="math notranslate nohighlight"[^>]*><math.*?</math></span>'
_GLUED = re.compile(
    rf"(?P<before>[(\[（《“‘]*)(?P<formula>{_FORMULA})(?P<after>[)\]）》”’,.;:!?%，。；：！？、]*)",
    re.S,
)
# 67 108 864 is one number, and stands in one line.
_GROUPS = re.compile(r"(?<=\d) (?=\d{3}(?!\d))")
# The theme keeps every word of code on one line, and a long path is wider than a phone.
_CODE = re.compile(r'<span class="pre">[^<]{25,}</span>')


def tidy(body: str) -> str:
    """The body of a page with formulas kept beside their punctuation, long paths that can go on
    in the next line, folded cells named by what one sees, and no header cell that heads nothing."""
    # MyST-NB's name for a folded cell is English, and hides the label, which is translated.
    body = body.replace('<summary aria-label="Toggle hidden content">', "<summary>")
    body = body.replace('<th class="head"></th>', "<td></td>")
    body = _CODE.sub(lambda found: found[0].replace("/", "/<wbr>").replace("</<wbr>", "</"), body)
    return _GLUED.sub(_glue, body)


def _glue(found: re.Match) -> str:
    if not found["before"] and not found["after"]:
        return found[0]
    return f'<span class="course-glue">{found[0]}</span>'


def keep_numbers(app, doctree, docname):
    """Put spaces that do not break between the groups of three of a long number."""
    for text in list(doctree.findall(nodes.Text)):
        kept = _GROUPS.sub("\u00a0", text)
        of_words = not isinstance(text.parent, (nodes.FixedTextElement, nodes.math, nodes.raw))
        if kept != text and of_words and not isinstance(text.parent, nodes.literal):
            text.parent.replace(text, nodes.Text(kept))
