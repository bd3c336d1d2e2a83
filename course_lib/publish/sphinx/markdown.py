"""A translated page of the book as plain Markdown, which JupyterLab and Colab show without MyST."""

import re

from docutils import nodes
from myst_nb.sphinx_ import HideCodeCellNode

from ..words import words
from .exercise_link import exercise_link
from .quiz import quiz, quiz_answer

_SPECIAL = re.compile(r"([\\`*_$<\[\]])")


def _plain(text: str) -> str:
    """Text that Markdown takes for nothing else."""
    return _SPECIAL.sub(r"\\\1", text).replace("\n", " ")


def cell_index(node) -> int | None:
    """Which cell of the page a node is, if it is one."""
    is_cell = isinstance(node, nodes.container) and node.get("nb_element") == "cell_code"
    return node["cell_index"] if is_cell else None


class Markdown:
    """Walks a resolved document; ``pieces`` holds texts and, as numbers, the code cells between."""

    def __init__(self, language: str):
        self.words = words(language)
        self.depth = 0
        self.pieces: list[str | int] = []

    def page(self, document) -> list[str | int]:
        """Every block of the page in order."""
        self._walk(document)
        return self.pieces

    def _walk(self, node):
        for child in node.children:
            index = cell_index(child)
            if index is not None:
                self.pieces.append(index)
            elif isinstance(child, nodes.section):
                self.depth += 1
                self._walk(child)
                self.depth -= 1
            elif any(cell_index(inner) is not None for inner in child.findall(nodes.container)):
                self._walk(child)  # such as a folded cell
            else:
                text = self.block(child)
                if text.strip():
                    self.pieces.append(text)

    # ---- blocks

    def block(self, node) -> str:
        """One block, without a blank line around it."""
        kind = type(node).__name__
        write = getattr(self, f"_{kind}", None)
        if write:
            return write(node)
        if isinstance(node, (nodes.Invisible, nodes.footnote, HideCodeCellNode)):
            return ""
        if isinstance(node, nodes.Admonition):
            return self._admonition(node)
        if isinstance(node, (nodes.TextElement, nodes.Text)):
            return self.inline(node)
        return self.blocks(node)

    def blocks(self, node) -> str:
        """The blocks inside a node, a blank line between them."""
        return "\n\n".join(filter(None, (self.block(child) for child in node.children)))

    def _title(self, node):
        return "#" * max(1, min(6, self.depth)) + " " + self.inline(node)

    def _rubric(self, node):
        return f"**{self.inline(node)}**"

    def _paragraph(self, node):
        return self.inline(node)

    def _math_block(self, node):
        return f"$$\n{node.astext().strip()}\n$$"

    def _literal_block(self, node):
        language = node.get("language", "")
        return f"```{'' if language == 'default' else language}\n{node.astext()}\n```"

    def _bullet_list(self, node):
        return "\n".join(self._item("- ", item) for item in node.children)

    def _enumerated_list(self, node):
        first = node.get("start", 1)
        return "\n".join(self._item(f"{n}. ", item) for n, item in enumerate(node, start=first))

    def _item(self, mark, item):
        lines = self.blocks(item).split("\n")
        rest = [" " * len(mark) + line if line else "" for line in lines[1:]]
        return "\n".join([mark + lines[0], *rest])

    def _definition_list(self, node):
        return "\n\n".join(
            f"**{self.inline(item[0])}**: {self.blocks(item[-1])}" for item in node.children
        )

    def _table(self, node):
        rows = []
        for row in node.findall(nodes.row):
            cells = [self.blocks(e).replace("\n\n", "<br>").replace("\n", " ") for e in row]
            rows.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
        rows.insert(1, "|" + " --- |" * (rows[0].count(" | ") + 1))
        titles = [f"**{self.inline(t)}**\n" for t in node.children if isinstance(t, nodes.title)]
        return "\n".join([*titles, *rows])

    def _admonition(self, node):
        return "\n".join(f"> {line}".rstrip() for line in self.blocks(node).split("\n"))

    _block_quote = _admonition

    def _transition(self, node):
        return "---"

    def _raw(self, node):
        return node.astext() if "html" in node.get("format", "") else ""

    def _image(self, node):
        return f"*{_plain(node.get('alt', ''))}*"

    def _quiz(self, node: quiz):
        question, *options = node.children
        said = [f"**{self.words['quiz']}.** {self.blocks(question)}"]
        for option in options:
            answer = next(option.findall(quiz_answer))
            verdict = self.words["right" if option["right"] else "wrong"]
            said.append(
                f"<details><summary>{self.inline(answer)}</summary>\n\n"
                f"{verdict} {self.blocks(option[-1])}\n\n</details>"
            )
        return "\n\n".join(said)

    def _exercise_link(self, node: exercise_link):
        name = node["assignment"]
        return f"**{self.words['exercise']}** `{name}`: `{name}/{name}.ipynb`"

    def _course_map(self, node):
        return ""

    # ---- inside a line

    def inline(self, node) -> str:
        """The text of a line with its emphasis, code, formulas and links to other sites."""
        if isinstance(node, nodes.Text):
            return _plain(str(node))
        inside = "".join(map(self.inline, node.children))
        if isinstance(node, nodes.math):
            return f"${node.astext()}$"
        if isinstance(node, nodes.literal):
            code = node.astext()
            mark = "``" if "`" in code else "`"
            return f"{mark}{code}{mark}"
        if isinstance(node, nodes.emphasis):
            return f"*{inside}*"
        if isinstance(node, nodes.strong):
            return f"**{inside}**"
        if isinstance(node, nodes.reference) and not node.get("internal") and "refuri" in node:
            return f"[{inside}]({node['refuri']})"
        if isinstance(node, nodes.image):
            return self._image(node)
        if isinstance(node, nodes.raw):
            return self._raw(node)
        return inside
