"""What a check found: a score, findings in words, and how they show in a notebook."""

from dataclasses import dataclass

from course_lib.grading.phrases import labelled, sentences
from course_lib.i18n import _
from course_lib.i18n.told import recipe

CHECK = "application/vnd.course.check+json"  # what a check leaves in its cell, for the report
CHECK_FAILED = "check-failed"  # a finding: of a mistake that is ours
KINDS = ("fault", "dependence", "shape", "convention", "numeric", "error", "unknown")


@dataclass(frozen=True)
class Finding:
    """One thing to tell the student.

    ``kind`` is one of KINDS; ``id`` is stable, for reports; ``what`` says what the code seems to
    do, ``why`` what is wrong with that, ``look`` where to read, ``where`` where it was seen.
    ``partly``: there is more than this one mistake, and the other has no name.
    """

    kind: str
    id: str
    what: str
    why: str = ""
    look: str = ""
    where: str = ""
    partly: bool = False

    @property
    def text(self) -> str:
        return sentences(self.what, self.why, self.look)

    def to_dict(self) -> dict:
        """Plain data. With "told" a report says the finding in another language."""
        told = {"what": recipe(self.what), "why": recipe(self.why), "where": recipe(self.where)}
        shown = {"kind": self.kind, "id": self.id, "text": self.text, "where": self.where}
        return shown | {"told": told}


@dataclass(frozen=True)
class AspectResult:
    """One line of the result: what was looked at, how many points it has, whether they are earned.

    ``waiting``: nothing was wrong here, but it counts only once the numbers themselves are right.
    ``followed``: right for code with the one mistake that was named, and therefore earned.
    """

    id: str
    title: str
    points: float
    passed: bool
    waiting: bool = False
    followed: bool = False

    @property
    def earned(self) -> bool:
        return self.passed or self.followed

    @property
    def sign(self) -> str:
        if self.passed:
            return "✓"
        return "(✓)" if self.followed else "○" if self.waiting else "✗"


@dataclass(frozen=True)
class CheckResult:
    """The result of one check; as a number it is ``points``, as text it is the feedback."""

    item: str
    title: str
    max_points: float
    aspects: tuple[AspectResult, ...] = ()
    findings: tuple[Finding, ...] = ()
    picture: str = ""
    caption: str = ""
    printed: str = ""
    dropped: int = 0
    hidden: bool = False
    show: bool = True
    # The score is 0 whatever the aspects say, for instance when torch's own LSTM was used.
    void: bool = False
    # Another answer that this one calls and that is not right yet; "" when there is none.
    begin: str = ""
    # The mistake is the check's own: its points are to be given by a person.
    failed: bool = False

    @property
    def points(self) -> float:
        earned = 0 if self.void else sum(a.points for a in self.aspects if a.earned)
        return round(float(min(earned, self.max_points)), 2)

    @property
    def score(self) -> float:
        """The share of the points, 0 to 1."""
        return self.points / self.max_points if self.max_points else 0.0

    @property
    def passed(self) -> bool:
        return bool(self.aspects) and not self.void and all(a.passed for a in self.aspects)

    def __float__(self) -> float:
        return self.points

    def to_dict(self) -> dict:
        """Plain data, for reports and for the notebook's output."""
        return {
            "item": self.item,
            "points": self.points,
            "max_points": self.max_points,
            "score": self.score,
            "passed": self.passed,
            "hidden": self.hidden,
            "aspects": [
                {"id": a.id, "points": a.points, "passed": a.passed, "earned": a.earned}
                for a in self.aspects
            ],
            "findings": [finding.to_dict() for finding in self.findings],
            **({"failed": True} if self.failed else {}),
        }

    def __str__(self) -> str:
        lines = [labelled(self.title, self.headline)]
        lines += [f"  {a.sign} {a.title}" for a in self.aspects]
        lines += ["", self.begin] if self.begin else []
        for finding in self.findings:
            lines += ["", finding.text]
            lines += [finding.where] if finding.where else []
        lines += ["", self.caption] if self.caption else []
        lines += ["", _("Your code printed:"), self.printed] if self.printed else []
        return "\n".join(lines)

    __repr__ = __str__

    @property
    def headline(self) -> str:
        values = {"points": number(self.points), "max": number(self.max_points)}
        if self.passed:
            return _("{points} of {max} points. All of it is right.").format(**values)
        return _("{points} of {max} points.").format(**values)

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict:
        # nbgrader reads the plain text as the points of the cell.
        bundle = {"text/plain": repr(float(self.points))}
        if self.show:
            from course_lib.grading.html import page

            bundle["text/html"] = page(self)
        if self.show or self.failed:
            bundle[CHECK] = self.to_dict()
        return bundle


def number(value: float) -> str:
    """12.0 -> "12", 12.5 -> "12.5"."""
    return f"{value:.2f}".rstrip("0").rstrip(".")
