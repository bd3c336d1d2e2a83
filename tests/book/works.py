"""The works that pages name: authors, year and title of each, however a chapter writes them."""

import re
from dataclasses import dataclass

from course_lib.publish.page_text import Page

_ENTRY = re.compile(
    r"(?P<authors>.+?) \((?P<year>\d{4})\)[.,] \*(?P<title>[^*]+)\*(?P<rest>.*)", re.S
)
_USED = re.compile(r"\{ref\}`[^`]*?<([\w-]+)>`")


class NotAWork(ValueError):
    """An entry that is not "Authors (year). *Title*. ..."."""


@dataclass(frozen=True)
class Work:
    """A work as one page names it."""

    authors: tuple[str, ...]  # as written, without "and others"
    more: bool  # whether the page says "and others"
    year: str
    title: str
    rest: str  # venue, pages, and what the page says about it

    @property
    def last_names(self) -> tuple[str, ...]:
        return tuple(author.split()[-1] for author in self.authors)

    @property
    def key(self) -> tuple[str, str]:
        """Year and title, without capitals and signs: chapters differ in them."""
        return self.year, " ".join(re.findall(r"\w+", self.title.lower()))

    @property
    def venue(self) -> str:
        """Where it appeared: what follows the title, up to the links to chapters."""
        return self.rest.partition("→")[0].strip(" .,\n")

    @property
    def used_in(self) -> tuple[str, ...]:
        """The labels of the pages that a bibliography's entry links to."""
        return tuple(_USED.findall(self.rest.partition("→")[2]))


def read_work(entry: str) -> Work:
    """One list item; NotAWork when it cannot be read as one."""
    entry = " ".join(entry.split())
    found = _ENTRY.fullmatch(entry)
    if not found:
        raise NotAWork(entry)
    names = re.split(r", and |, | and ", found["authors"])
    more = names[-1] == "others"
    names = names[:-1] if more else names
    return Work(tuple(names), more, found["year"], found["title"], found["rest"])


def _items(text: str) -> list[str]:
    return re.findall(r"^- (.+?)(?=\n- |\n\s*\n|\Z)", text.strip(), re.S | re.M)


def further_reading(page: Page) -> list[Work]:
    """The works at the end of a chapter."""
    summary = page.section(f"{page.label}-summary")
    listed = re.split(r"^(?:\*\*)?Further reading:?(?:\*\*)?:?\s*$", summary, flags=re.M)
    return [read_work(item) for item in _items(listed[1])] if len(listed) == 2 else []


def listed_works(text: str) -> list[Work]:
    """The works of the bibliography's page, or of any list of nothing but works."""
    return [read_work(item) for item in _items(text)]


def missing_from(listed: list[Work], used: list[Work], label: str) -> list[str]:
    """What the bibliography lacks of the works that the page ``label`` names."""
    by_key = {work.key: work for work in listed}
    problems = []
    for work in used:
        name = f"{' and '.join(work.last_names)} ({work.year}), {work.title}"
        entry = by_key.get(work.key)
        if entry is None:
            problems.append(f"{name}: no entry with this title and year")
            continue
        names = entry.last_names[: len(work.last_names)] if work.more else entry.last_names
        if names != work.last_names:
            problems.append(f"{name}: the entry has the authors {', '.join(entry.authors)}")
        if label not in entry.used_in:
            problems.append(f"{name}: the entry does not link to {label}")
    return problems
