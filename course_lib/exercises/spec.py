"""The words an assignment is described in.

An *item* is one thing a student writes: a function or a module. It is checked *aspect* by aspect.
An aspect makes an *observation* (the returned values, the gradients, the arguments after the
call, ...) on *cases* of a *role* (ordinary, default states, sizes of one, ...) and compares it
with the same observation of the *oracle*, which is torch. A *fault* is a known mistake: a
candidate with the student's interface that makes it, and a message. Nothing here knows about
LSTMs, and nothing calls the student's code.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # a run that only hands out work reads this, and does without torch
    from torch import Tensor


class Unexpected(Exception):
    """The candidate did not give what was asked for; carries a finding's kind, id and text."""

    def __init__(self, kind: str, id: str, text: str):
        super().__init__(text)
        self.kind, self.id, self.text = kind, id, text


# Names of values, nested as a function takes or returns them: ("output", ("h_n", "c_n")).
Names = tuple


@dataclass(frozen=True)
class Case:
    """One call: named tensors (None for a default), the sizes they were made from, options.

    ``sizes`` maps the letters of the shapes ("B", "T", "4H", ...) to numbers; ``options`` are
    what a module is constructed with besides its sizes, or a function's arguments that are no
    tensors.
    """

    id: str
    sizes: Mapping[str, int]
    tensors: Mapping[str, Tensor | None]
    options: Mapping[str, Any] = field(default_factory=dict)

    def with_tensors(self, **changed: Tensor | None) -> Case:
        return Case(self.id, self.sizes, {**self.tensors, **changed}, self.options)


@dataclass(frozen=True)
class Aspect:
    """One thing that is looked at, worth ``weight`` shares of the item's points.

    ``observe`` names an observation of ``course_lib.grading.observe``; ``only`` keeps some of its
    names. With ``basic`` it is one of the values everything else builds on: an aspect that is
    not basic earns nothing while every basic one fails. ``fault`` is the id of the fault that a
    failure means when the basic values are right (the aspect tests exactly that).
    """

    id: str
    title: str
    weight: float
    role: str
    observe: str
    only: tuple[str, ...] = ()
    basic: bool = False
    fault: str | None = None
    rtol: float | None = None
    atol: float | None = None


@dataclass(frozen=True)
class Message:
    """A mistake in words: what the code seems to do, why that is wrong, where to look.

    ``look`` is the label of a section of the book. ``params`` fill the braces; they are
    translated too. ``sentence`` is the number of the statement's convention it departs from.
    ``beside`` stands for ``what`` where this is one of two mistakes.
    """

    id: str
    what: str
    why: str
    look: str
    params: Mapping[str, str] = field(default_factory=dict)
    sentence: int | None = None
    kind: str = "fault"
    beside: str = ""


@dataclass(frozen=True)
class Fault:
    """A mistake that code can make: ``candidate(item)`` returns a function or class making it.

    ``paired``: it is also tried together with a second fault. ``by_failure``: code that stops
    with this fault's exception, over the same sizes in several calls, has made it. An item has
    only the faults that can be made there.
    """

    message: Message
    switches: frozenset[str]
    paired: bool = True
    by_failure: bool = False

    @property
    def id(self) -> str:
        return self.message.id


@dataclass(frozen=True)
class Convention:
    """Another way to lay out the same numbers. Asked in its own layout, the code is right.

    ``ask`` turns a case into that layout, ``answer`` turns named values back.
    """

    message: Message
    ask: Callable[[Case], Case] = lambda case: case
    answer: Callable[[Mapping[str, Tensor]], Mapping[str, Tensor]] = lambda values: values

    @property
    def id(self) -> str:
        return self.message.id


@dataclass(frozen=True)
class Probe:
    """A special case that makes part of the computation vanish.

    When the student's numbers are wrong in general and right after ``change``, ``fact`` is a
    true sentence worth telling.
    """

    id: str
    fact: str
    change: Callable[[Case], Case]
    params: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Constructor:
    """The keyword arguments of a class: ``Constructor({"input_size": "I"})``.

    Each is the letter of a size, or a list or tuple of letters; with ``options`` those of the
    case come too. Plain data, so that a process without the answers can use it.
    """

    sizes: Mapping[str, str | Sequence[str]]
    options: bool = True

    def __call__(self, case: Case) -> dict[str, Any]:
        def value(letters):
            if isinstance(letters, str):
                return case.sizes[letters]
            return type(letters)(case.sizes[letter] for letter in letters)

        made = {keyword: value(letters) for keyword, letters in self.sizes.items()}
        return {**made, **case.options} if self.options else made


@dataclass(frozen=True)
class Item:
    """One thing a student writes and how it is checked. ``kind``: "function" or "module".

    ``arguments`` and ``returns`` name the values, nested as in the signature; ``axes`` maps a
    name to the letters of its axes ("B T H"), by which shapes and dependence are read.
    ``sentence`` is the number of the statement's convention about what comes back.
    ``cases(role, seed)`` draws cases, the same for the same seed. ``oracle`` is right.
    ``candidate(switches)`` is the parametrised implementation with faults switched on.
    ``pairs_with``: a pair of faults that is tried has one of these, if any are named.
    ``constructor(case)`` and ``weights`` (parameter name -> tensor name) are for modules.
    ``chapter`` is the label of the chapter that teaches it, ``axis_names`` say a letter of the
    axes in words where the item uses it otherwise than the LSTM does ("H" for height).
    ``observations`` are ways of asking that only this item has, by name; they take
    ``(item, candidate, case)`` like those of ``course_lib.grading.observe``.
    ``explain`` names the faults that a wrong observation shows, by their ids, where an answer is
    not compared number by number: a choice among statements, an input that is to show something.
    ``consistent``: the arguments belong together, as an output and the input it was made from, so
    nothing is learned from changing one of them alone.
    ``part`` is "core", "challenge" or "bonus"; with ``bonus`` the points count above 100.
    ``spell`` says the word that a number stands for, where the values are words.
    """

    id: str
    title: str
    points: float
    kind: str
    name: str
    signature: str
    result: str
    arguments: Names
    returns: Names
    axes: Callable[[Case], Mapping[str, str]]
    cases: Callable[[str, int], Sequence[Case]]
    oracle: Any
    candidate: Callable[[frozenset[str]], Any]
    aspects: tuple[Aspect, ...]
    faults: tuple[Fault, ...]
    conventions: tuple[Convention, ...] = ()
    probes: tuple[Probe, ...] = ()
    constructor: Constructor | None = None
    weights: Mapping[str, str] = field(default_factory=dict)
    sentence: int | None = None
    pairs_with: frozenset[str] = frozenset()
    forbidden: frozenset[str] = frozenset()
    bonus: bool = False
    part: str = "core"
    chapter: str = "lstm"
    axis_names: Mapping[str, str] = field(default_factory=dict)
    observations: Mapping[str, Callable] = field(default_factory=dict)
    consistent: bool = False
    explain: Callable[[Mapping[str, Tensor | None]], Sequence[str]] | None = None
    spell: Callable[[float], str] | None = None


@dataclass(frozen=True)
class Written:
    """A question answered in words and marked by hand with the rubric of the notebook.

    ``id`` is the question's nbgrader id. The cell is what nbgrader calls a task.
    """

    id: str
    title: str
    points: float
    bonus: bool = False


@dataclass(frozen=True)
class Assignment:
    """A notebook of items. ``read_first`` are labels of chapters, ``minutes`` an estimate."""

    id: str
    title: str
    minutes: int
    read_first: tuple[str, ...]
    items: tuple[Item, ...] = field(default=())
    written: tuple[Written, ...] = ()

    @property
    def points(self) -> float:
        """The points of the core: 100, without the bonus."""
        return self._sum(bonus=False)

    @property
    def bonus_points(self) -> float:
        return self._sum(bonus=True)

    def _sum(self, bonus: bool) -> float:
        parts = (*self.items, *self.written)
        return sum(part.points for part in parts if part.bonus is bonus)
