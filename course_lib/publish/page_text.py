"""A page of the book as it is written: its labels, prose, code cells, formulas and questions.

Read from the Markdown alone, without Sphinx and without running anything, so that the whole book is
read in a moment: for the tests that hold its pages to their promises, and for `course chapters`.
"""

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import yaml

_FRONT = re.compile(r"\A---\n.*?^---\n", re.S | re.M)
_CELL = re.compile(r"^```\{code-cell\}[^\n]*\n(.*?)^```[ \t]*$", re.S | re.M)
_FENCE = re.compile(r"^```[^\n]*\n.*?^```[ \t]*$", re.S | re.M)
_QUIZ = re.compile(r"^:::\{quiz\}[^\n]*\n(.*?)^:::[ \t]*$", re.S | re.M)
_LABEL = re.compile(r"^\(([\w-]+)\)=[ \t]*$", re.M)
_TERM = re.compile(r"\{term\}`([^`]+)`")
_ROLE = re.compile(r"\{[\w:-]+\}`([^`<]*?)\s*(?:<[^`>]*>)?`")
_CODE = re.compile(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)")
_MATHS = re.compile(r"(?<![\\$])(\${1,2})(?!\$)(.+?)(?<!\\)\1", re.S)
_COLON_LINE = re.compile(r"^:{3,}.*$|^:[\w-]+:.*$", re.M)
_WORD = re.compile(r"[^\W_]+(?:[-'’][^\W_]+)*")


@dataclass(frozen=True)
class Cell:
    """A code cell: its code, and what stands above the code (tags, the picture's alt text)."""

    code: str
    options: dict
    start: int  # in the page's text

    @property
    def tags(self) -> tuple[str, ...]:
        return tuple(self.options.get("tags") or ())

    @property
    def alt(self) -> str:
        image = (self.options.get("mystnb") or {}).get("image") or {}
        return str(image.get("alt") or "")


@dataclass(frozen=True)
class Formula:
    """One formula; ``display`` if it stands in lines of its own."""

    tex: str
    display: bool
    start: int


@dataclass(frozen=True)
class Answer:
    """An answer of a quiz, and what the page says once it is chosen."""

    text: str
    right: bool
    explanation: str


@dataclass(frozen=True)
class Quiz:
    """A question with its answers."""

    question: str
    answers: tuple[Answer, ...]


@dataclass(frozen=True)
class Page:
    """A page named as below ``book/``, such as ``gates/lstm``."""

    name: str
    text: str

    @classmethod
    def read(cls, path: Path, book: Path) -> "Page":
        """The page in this file."""
        name = path.relative_to(book).with_suffix("").as_posix()
        return cls(name, path.read_text(encoding="utf-8"))

    @property
    def label(self) -> str:
        """The name by which other pages refer to this one: the last part of its path."""
        return self.name.rpartition("/")[2]

    @cached_property
    def title(self) -> str:
        """The first heading."""
        found = re.search(r"^# (.+)$", self._without_code, re.M)
        return found[1] if found else ""

    @cached_property
    def labels(self) -> list[str]:
        """The labels in the order of the page."""
        return _LABEL.findall(self._without_code)

    def section(self, label: str) -> str:
        """The text from this label to the next one of a chapter's sections, or to the end."""
        rest = re.split(rf"^\({re.escape(label)}\)=[ \t]*$", self.text, maxsplit=1, flags=re.M)
        if len(rest) == 1:
            return ""
        return re.split(r"^\([\w-]+\)=[ \t]*\n## ", rest[1], maxsplit=1, flags=re.M)[0]

    @cached_property
    def cells(self) -> list[Cell]:
        """The code cells, run ones all of them."""
        return [_cell(m[1], m.start()) for m in _CELL.finditer(self.text)]

    @cached_property
    def quizzes(self) -> list[Quiz]:
        """The questions."""
        return [_quiz(m[1]) for m in _QUIZ.finditer(self._without_code)]

    @cached_property
    def terms(self) -> list[str]:
        """The English terms that the page links to in the glossary."""
        return [_target(found) for found in _TERM.findall(self._without_code)]

    @cached_property
    def formulas(self) -> list[Formula]:
        """The formulas in the order of the page, with those of tables, captions and questions."""
        text = _CODE.sub(lambda m: "x" * len(m[0]), self._without_code)
        return [Formula(m[2], m[1] == "$$", m.start()) for m in _MATHS.finditer(text)]

    @cached_property
    def prose(self) -> str:
        """What is read as sentences: no code, a formula is one word, a role its text."""
        text = _LABEL.sub("", self._without_code)
        text = re.sub(r"^:::\{(?:list-table|dropdown)\}", "", text, flags=re.M)
        text = _MATHS.sub(lambda m: "\n\n" if m[1] == "$$" else "formula", text)
        text = _COLON_LINE.sub("", text).replace("- [x] ", "- ")
        text = _ROLE.sub(r"\1", text)
        return _CODE.sub("code", text)

    @cached_property
    def words(self) -> list[str]:
        """The words of the prose."""
        return _WORD.findall(self.prose)

    @cached_property
    def sentences(self) -> list[str]:
        """The prose cut at full stops, colons and the ends of paragraphs, items and rows."""
        parts = re.split(r"(?<=[.!?:;])\s+|\n\s*\n|\n\s*(?:[*-]|\d+\.) ", self.prose)
        return [part for part in parts if len(_WORD.findall(part)) > 1]

    @cached_property
    def _without_code(self) -> str:
        """The text with its length kept, and code and other fences blank."""
        blank = re.compile(r"[^\n]")
        text = _FRONT.sub(lambda m: blank.sub(" ", m[0]), self.text)
        return _FENCE.sub(lambda m: blank.sub(" ", m[0]), text)


def _cell(body: str, start: int) -> Cell:
    options: dict = {}
    if body.startswith("---\n"):
        head, _, body = body.removeprefix("---\n").partition("---\n")
        options = yaml.safe_load(head) or {}
    while found := re.match(r":([\w-]+):[ \t]*(.*)\n", body):
        options[found[1]] = yaml.safe_load(found[2])
        body = body[found.end() :]
    return Cell(body.strip("\n"), options, start)


def _quiz(body: str) -> Quiz:
    """The list at the end, item by item; an item's explanation is its indented paragraphs."""
    question, *items = re.split(r"^- ", body, flags=re.M)
    return Quiz(question.strip(), tuple(map(_answer, items)))


def _answer(item: str) -> Answer:
    text, _, explanation = item.partition("\n\n")
    right = text.startswith("[x] ")
    return Answer(text.removeprefix("[x] ").strip(), right, explanation.strip())


def _target(role: str) -> str:
    explicit = re.search(r"<([^<>]+)>$", role)
    return " ".join((explicit[1] if explicit else role).split())
