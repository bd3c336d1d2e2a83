"""Which answers are so alike that a person should look at them together.

It never says why they are: people learn together, and short code comes out alike by itself. What
counts as alike was measured on answers that people wrote from the same statement without knowing
of each other (tests/grading/test_likeness.py): from ``SMALLEST`` statements on, no two of them
shared more than 0.70 of their grams, while below that whole answers were the same.

No pair is compared that cannot be alike: two answers of which four fifths are the same share one
of their rarest grams, so an index of those leads from each answer to the few that come in question.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from math import ceil

from course_lib.grading.normal_code import NormalCode

SMALLEST = 10  # statements of an answer that is compared
ALIKE = 0.8  # share of the grams of both that are in both
UNUSUAL = 20  # shared grams that few others have: about three statements
THE_COURSE = ""  # stands for the course's own answer among the students


@dataclass(frozen=True)
class Alike:
    """Students whose answers to ``cells`` are alike; ``share``: how much of them is the same."""

    students: tuple[str, ...]
    cells: tuple[str, ...]
    share: float


@dataclass(frozen=True)
class Common:
    """Code that so many have that it tells nothing about two of them."""

    cell: str
    count: int


@dataclass
class Likeness:
    """What was found in a class."""

    alike: list[Alike] = field(default_factory=list)
    common: list[Common] = field(default_factory=list)


def likeness(cells: Mapping[str, Mapping[str, NormalCode]]) -> Likeness:
    """Compare the answers of a class; ``cells`` maps each answer cell to its students' code."""
    found, together = Likeness(), defaultdict(list)
    for cell, codes in cells.items():
        long = {who: code for who, code in codes.items() if code.statements >= SMALLEST}
        groups, common = _of_cell(long, few(len(codes)))
        if common:
            found.common.append(Common(cell, max(common)))
        for students, share in groups:
            together[students].append((cell, share))
    for students, where in together.items():
        names = tuple(cell for cell, _share in where)
        found.alike.append(Alike(students, names, min(share for _cell, share in where)))
    found.alike.sort(key=lambda a: (-len(a.cells), -a.share, a.students))
    return found


def few(size: int) -> int:
    """How many of a class may share something that is still unusual: never more than half."""
    return int(min(max(8, 0.05 * size), max(2, size / 2)))


def _of_cell(codes: Mapping[str, NormalCode], limit: int):
    """Groups of students with the share they have in common, and the sizes of too large ones."""
    same: dict[bytes, list[str]] = defaultdict(list)
    for student in sorted(codes):
        same[codes[student].grams.tobytes()].append(student)
    spread = Counter(gram for code in codes.values() for gram in code.grams)
    common = [n for n in map(_people, same.values()) if n > limit]
    kept = {who[0]: who for who in same.values() if _people(who) <= limit}
    links = {}
    for first, who in kept.items():
        if len(who) > 1 and _unusual(codes[first].grams, spread, limit) >= UNUSUAL:
            links[first, who[1]] = 1.0
    for one, other, share in _pairs({who: codes[who] for who in kept}, spread, limit):
        links[one, other] = share
    return list(_joined(links, kept)), common


def _people(who: list[str]) -> int:
    return len(who) - (THE_COURSE in who)


def _unusual(grams, spread: Counter, limit: int) -> int:
    return sum(spread[gram] <= limit for gram in grams)


def _pairs(
    codes: Mapping[str, NormalCode], spread: Counter, limit: int
) -> Iterator[tuple[str, str, float]]:
    """Two different answers that share at least ``ALIKE`` of their grams, each pair once.

    All of such pairs share a gram among the first of each, when grams are in the order of their
    rarity: were it not so, more than a fifth of one of them would be missing in the other.
    """
    index: dict[int, list[str]] = defaultdict(list)
    for one, code in codes.items():
        grams = sorted(code.grams, key=lambda gram: (spread[gram], gram))
        first = grams[: len(grams) - ceil(ALIKE * len(grams)) + 1]
        first = [gram for gram in first if spread[gram] <= limit]
        mine = set(grams)
        for other in {other for gram in first for other in index[gram]}:
            theirs = codes[other].grams
            if min(len(theirs), len(mine)) < ALIKE * max(len(theirs), len(mine)):
                continue
            both = mine.intersection(theirs)
            share = len(both) / (len(mine) + len(theirs) - len(both))
            if share >= ALIKE and _unusual(both, spread, limit) >= UNUSUAL:
                yield other, one, share
        for gram in first:
            index[gram].append(one)


def _joined(links: Mapping[tuple[str, str], float], same: Mapping[str, list[str]]):
    """Students who are linked, directly or by others, with the least of their shares."""
    home: dict[str, str] = {}

    def root(student: str) -> str:
        while home.setdefault(student, student) != student:
            student = home[student]
        return student

    for one, other in links:
        home[root(other)] = root(one)
    groups: dict[str, set[str]] = defaultdict(set)
    least: dict[str, float] = {}
    for (one, other), share in links.items():
        groups[root(one)].update((one, other, *same.get(one, ()), *same.get(other, ())))
        least[root(one)] = min(share, least.get(root(one), 1.0))
    for name, students in groups.items():
        yield tuple(sorted(students)), least[name]
