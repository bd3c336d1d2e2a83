"""The same page in a second language, set beneath each paragraph, as ``course.js`` does it."""

from copy import copy

from bs4 import Tag

from course_lib.errors import CourseError
from course_lib.i18n import _

BLOCKS = ["h1", "h2", "h3", "h4", "h5", "h6", "p", "dt", "li", "td", "th", "figcaption", "summary"]
SELECTOR = ", ".join([*BLOCKS, ".caption-text"])
NOT_TEXT = ".cell, .highlight, .exercise-link, .quiz-verdict, .second-language"


def blocks(article: Tag) -> list[Tag]:
    """Every piece of text that a translation pairs with, in reading order."""
    outside = {id(inner) for element in article.select(NOT_TEXT) for inner in element.select("*")}
    outside |= {id(element) for element in article.select(NOT_TEXT)}
    found = [
        block
        for block in article.select(SELECTOR)
        if id(block) not in outside
        and not block.select_one(SELECTOR)
        and block.get_text(strip=True)
    ]
    # The glossary is sorted in each language; its entries know their place in the English one.
    in_english_order = iter(sorted(filter(_number, found), key=lambda block: _number(block)[0]))
    return [next(in_english_order) if _number(block) else block for block in found]


def _number(block: Tag) -> tuple[int, ...]:
    """The number of the glossary's entry that the block is in; () for any other block."""
    entry = block if block.has_attr("data-at") else block.find_parent(attrs={"data-at": True})
    return (int(entry["data-at"]),) if entry else ()


def set_beside(article: Tag, other: Tag, language: str) -> None:
    """Append the text of ``other`` to each block of ``article`` that it says in other words.

    Raises CourseError when the two pages do not have the same blocks.
    """
    for tag in (article, other):
        for link in tag.select(".headerlink"):
            link.decompose()
    here, there = blocks(article), blocks(other)
    if [block.name for block in here] != [block.name for block in there]:
        said = here[0].get_text(" ", strip=True) if here else "?"
        text = _('The page "{page}" differs between the two languages.')
        raise CourseError(text.format(page=said))
    for block, translated in zip(here, there, strict=True):
        if block.get_text(strip=True) == translated.get_text(strip=True):
            continue
        extra = Tag(name="span", attrs={"class": "second-language"})
        extra["lang"] = language.replace("_", "-")
        extra.extend(copy(child) for child in list(translated.children))
        block.append(extra)
