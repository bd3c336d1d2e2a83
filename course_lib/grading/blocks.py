"""Markdown cells as translatable blocks: what a translator sees, and how it is put back.

A block is a paragraph, a heading, a list or a table: whatever stands between blank lines. Fenced
code and displayed mathematics are kept whole and are not for translation.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

_FENCE = re.compile(r"^\s*(`{3,}|~{3,})")
_WORD = re.compile(r"[^\W\d_]{2}")
_TAG = re.compile(r"<[^>]*>")


@dataclass(frozen=True)
class Block:
    """One block of a markdown cell; ``line`` counts from 1 inside the cell."""

    text: str
    line: int
    translatable: bool


def split_blocks(markdown: str) -> list[Block]:
    """The blocks of a markdown cell, in order; blank lines between them are left out."""
    blocks: list[Block] = []
    lines: list[str] = []
    start = 0
    closing: str | None = None  # what ends the fence or display we are in
    verbatim = False

    def finish() -> None:
        nonlocal lines, verbatim
        if lines:
            text = "\n".join(lines)
            blocks.append(Block(text, start + 1, not verbatim and has_words(text)))
        lines, verbatim = [], False

    for number, line in enumerate(markdown.splitlines()):
        stripped = line.strip()
        if closing is None:
            if not stripped:
                finish()
                continue
            if not lines:
                start = number
            fence = _FENCE.match(line)
            if fence:
                closing, verbatim = fence.group(1), verbatim or not lines
            elif stripped.startswith("$$") and not (stripped.endswith("$$") and len(stripped) > 2):
                closing, verbatim = "$$", verbatim or not lines
            elif stripped.startswith("$$") and not lines:
                verbatim = True
            lines.append(line.rstrip())
        else:
            lines.append(line.rstrip())
            if stripped.endswith(closing):
                closing = None
    finish()
    return blocks


def has_words(text: str) -> bool:
    """Whether there is something to translate: `</details>` alone is not."""
    return bool(_WORD.search(_TAG.sub("", text)))


def translate_markdown(markdown: str, translate: Callable[[str], str]) -> str:
    """``markdown`` with every translatable block replaced by ``translate(block)``."""
    return "\n\n".join(
        translate(block.text) if block.translatable else block.text
        for block in split_blocks(markdown)
    )
