"""``{quiz}``: a question whose answers open on their own explanation, as plain HTML.

    :::{quiz}
    The question, in one or more paragraphs.

    - An answer that is wrong

      Why: the misconception, named.
    - [x] The answer that is right

      Why it is right.
    :::

Every text is an ordinary node of the document, so gettext extracts and translates it.
"""

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from ..words import words

RIGHT = "[x] "


class quiz(nodes.General, nodes.Element):
    """One question with its answers."""


class quiz_option(nodes.General, nodes.Element):
    """One answer with its explanation; ``right`` says whether it is the one."""


class quiz_answer(nodes.General, nodes.TextElement):
    """The text of an answer, which is what one clicks."""


class QuizDirective(SphinxDirective):
    """Reads the question and the list of answers; says what is missing."""

    has_content = True

    def run(self):
        body = nodes.Element()
        self.state.nested_parse(self.content, self.content_offset, body)
        lists = [child for child in body if isinstance(child, nodes.bullet_list)]
        if len(lists) != 1 or body.children[-1] is not lists[0]:
            raise self.error("A quiz is a question and then one list of answers, nothing after it.")
        if len(body.children) < 2:
            raise self.error("A quiz needs its question above the list of answers.")
        question = nodes.container("", *body.children[:-1], classes=["quiz-question"])
        options = [self._option(item) for item in lists[0]]
        if len(options) < 2:
            raise self.error("A quiz needs two answers or more.")
        if sum(option["right"] for option in options) != 1:
            raise self.error('A quiz marks exactly one answer as right, with "- [x]" before it.')
        return [quiz("", question, *options)]

    def _option(self, item):
        if not isinstance(item[0], nodes.paragraph) or len(item) < 2:
            text = item.astext().split("\n")[0]
            raise self.error(
                f'The answer "{text}" has no explanation: leave a blank line below it, '
                "indent, and write why it is right or wrong."
            )
        paragraph, explanation = item[0], item.children[1:]
        right = paragraph.rawsource.startswith(RIGHT)
        answer = quiz_answer(paragraph.rawsource.removeprefix(RIGHT), "", *paragraph.children)
        answer.source, answer.line = paragraph.source, paragraph.line
        if right:
            first = answer.children[0]
            answer.replace(first, nodes.Text(str(first).removeprefix(RIGHT)))
        return quiz_option(
            "", answer, nodes.container("", *explanation, classes=["quiz-why"]), right=right
        )


def visit_quiz(self, node):
    """A named group, so that a screen reader says where the question begins."""
    label = words(self.config.language)["quiz"]
    self.body.append(f'<div class="quiz" role="group" aria-label="{label}">\n')


def depart_quiz(self, node):
    """Close the group."""
    self.body.append("</div>\n")


def visit_option(self, node):
    """An answer is closed until the reader opens it."""
    kind = "right" if node["right"] else "wrong"
    self.body.append(f'<details class="quiz-option quiz-{kind}">\n')


def depart_option(self, node):
    """Close the answer."""
    self.body.append("</details>\n")


def visit_answer(self, node):
    """What one clicks."""
    self.body.append('<summary><span class="quiz-answer">')


def depart_answer(self, node):
    """The verdict comes in words as well as in colour, once the answer is open."""
    right = node.parent["right"]
    verdict = words(self.config.language)["right" if right else "wrong"]
    mark = "✓" if right else "✗"
    self.body.append(f'</span></summary>\n<p class="quiz-verdict">{mark} {verdict}</p>\n')


def _pass(self, node):
    """Builders other than HTML go on to the children."""


def setup(app):
    """Register the directive and how HTML shows it."""
    app.add_node(quiz, html=(visit_quiz, depart_quiz), gettext=(_pass, _pass))
    app.add_node(quiz_option, html=(visit_option, depart_option), gettext=(_pass, _pass))
    app.add_node(quiz_answer, html=(visit_answer, depart_answer), gettext=(_pass, _pass))
    app.add_directive("quiz", QuizDirective)
