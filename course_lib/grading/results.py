"""What came out of grading: one row per submission, and the class's misconceptions.

Scores come from nbgrader's gradebook, so manual marks and late penalties count; what the checks
found comes from the graded notebooks; what was mended or failed from the records of grading.
"""

from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from course_lib.grading.endings import endings, halted, refused
from course_lib.grading.facts import ClassFacts, StudentFacts, read_facts
from course_lib.grading.likeness import Likeness
from course_lib.grading.mend import Note
from course_lib.grading.points import core, percent
from course_lib.grading.reasons import Finding, findings_of, reason_of
from course_lib.grading.result import number
from course_lib.i18n import N_, _

STATUS = {
    "graded": N_("graded"),
    "mended": N_("mended and graded"),
    "unreadable": N_("unreadable"),
    "failed": N_("to be run again"),
    "waiting": N_("not graded yet"),
}

UNKNOWN = "unknown"  # the kind of a finding that names no mistake


@dataclass
class Row:
    """One submission. ``total`` is None, never 0, when it could not be graded.

    ``points`` are None for an answer that nobody has marked; ``to_mark`` are the points of those,
    which are neither earned nor lost in ``percent``. A bonus counts above ``max_total``.
    ``damaged`` says that a file breaks off, and that only what comes before was graded, or another.
    ``refused`` are cells without points for what the answer uses, which nobody has looked at.
    """

    student: str
    name: str
    language: str
    status: str
    points: dict[str, float | None] = field(default_factory=dict)
    total: float | None = None
    max_total: float = 0.0
    percent: float | None = None
    to_mark: float = 0.0
    reason: str = ""
    notes: list[str] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    seed: int | None = None
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    lms_id: str = ""
    graded_at: float | None = None
    endings: dict[str, str] = field(default_factory=dict)
    too_long: list[str] = field(default_factory=list)
    died: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    damaged: bool = False


@dataclass
class Misconception:
    """A mistake, the parts it shows in, and who made it."""

    id: str
    text: str
    items: list[str]
    students: list[str]


@dataclass
class GradeReport:
    """All submissions of one assignment; ``items`` maps each graded cell to its points.

    ``bonus`` are the cells whose points count above the others'; ``renewed`` the students whose
    pages this run wrote anew after marking by hand.
    """

    assignment: str
    items: dict[str, float]
    rows: list[Row]
    misconceptions: list[Misconception]
    marks: Path | None = None
    pages: dict[str, Path] = field(default_factory=dict)
    bonus: frozenset[str] = frozenset()
    renewed: list[str] = field(default_factory=list)
    # What the report was told from, to tell it again in another language.
    facts: ClassFacts | None = field(default=None, repr=False, compare=False)

    @property
    def failed(self) -> list[Row]:
        """The submissions that could not be graded and are to be run again; none is a zero."""
        return [row for row in self.rows if row.status == "failed"]

    @property
    def waiting(self) -> list[Row]:
        """The submissions that no run has come to yet."""
        return [row for row in self.rows if row.status == "waiting"]

    def only(self, students: list[str] | None) -> "GradeReport":
        """The same report about these students; about all of them for None."""
        if students is None:
            return self
        rows = [row for row in self.rows if row.student in students]
        return replace(self, rows=rows, misconceptions=misconceptions(rows))

    @property
    def max_total(self) -> float:
        """The most points without a bonus."""
        return core(self.items, self.bonus)

    @property
    def to_mark(self) -> list[Row]:
        """The submissions with answers that a person has still to mark."""
        return [row for row in self.rows if row.to_mark]

    @property
    def unreadable(self) -> list[Row]:
        """The submissions in which there was nothing to grade: a person should ask for another."""
        return [row for row in self.rows if row.status == "unreadable"]

    @property
    def damaged(self) -> list[Row]:
        """The graded submissions of which a file breaks off: a person should ask for another."""
        return [row for row in self.rows if row.damaged]

    @property
    def likeness(self) -> Likeness:
        """Which answers are so alike that a person should look at them together."""
        return self.facts.likeness if self.facts else Likeness()

    def to_dict(self) -> dict:
        """Everything, for machines."""
        return {
            "assignment": self.assignment,
            "items": self.items,
            "bonus": sorted(self.bonus),
            "max": self.max_total,
            "rows": [asdict(row) for row in self.rows],
            "failed": [row.student for row in self.failed],
            "waiting": [row.student for row in self.waiting],
            "to_mark": [row.student for row in self.to_mark],
            "unreadable": [row.student for row in self.unreadable],
            "damaged": [row.student for row in self.damaged],
            "renewed": self.renewed,
            "misconceptions": [asdict(found) for found in self.misconceptions],
            "alike": [asdict(found) for found in self.likeness.alike],
            "common": [asdict(found) for found in self.likeness.common],
        }


def report(root: Path, assignment: str) -> GradeReport:
    """The state of grading now, without grading anything. Raises CourseError for an unknown id."""
    return told(read_facts(root, assignment))


def told(facts: ClassFacts) -> GradeReport:
    """The facts in the language that is spoken now."""
    rows = [_row(facts, student) for student in facts.students]
    return GradeReport(
        facts.assignment,
        facts.items,
        rows,
        misconceptions(rows),
        bonus=facts.bonus,
        facts=facts,
    )


def _row(facts: ClassFacts, student: StudentFacts) -> Row:
    record, items = student.record, facts.items
    name = " ".join(filter(None, (student.first_name, student.last_name)))
    status = record.get("status", "waiting")
    row = Row(student.student, name, record.get("language", "en"), status)
    row.first_name, row.last_name = student.first_name, student.last_name
    row.email, row.lms_id, row.graded_at = student.email, student.lms_id, student.graded_at
    row.max_total, row.seed = core(items, facts.bonus), record.get("seed")
    row.notes = [Note.from_dict(kept).text() for kept in record.get("notes", [])]
    if row.status not in ("failed", "waiting"):
        row.damaged = bool(record.get("damaged")) and row.status != "unreadable"
        if not student.in_gradebook:
            row.status = "waiting"
        else:
            row.points, row.total = dict(student.points), student.total
            if row.status == "unreadable":  # nobody can mark what is not there
                row.points = {name: points or 0.0 for name, points in row.points.items()}
            row.percent = percent(row.points, items, facts.bonus, student.late)
            row.to_mark = sum(items[name] for name, points in row.points.items() if points is None)
            if student.late:
                late = _("Handed in late: {points} points less.")
                row.notes.insert(0, late.format(points=number(student.late)))
    if student.notebook is not None and row.total is not None:
        row.findings = findings_of(student.notebook)
        row.endings = endings(student.notebook)
        row.too_long, row.died = halted(student.notebook)
        row.refused = [
            cell
            for cell in refused(student.notebook)
            if not row.points.get(cell) and cell not in student.by_hand
        ]
    row.reason = reason_of(row, student.notebook, facts.bonus)
    return row


def misconceptions(rows: list[Row]) -> list[Misconception]:
    """Every mistake with the students who made it, the most frequent first.

    Once per student: a mistake in one function shows in every part that calls it. Last, in one
    line, who was told "I don't know": that is no idea that a class could be taught.
    """
    found: dict[str, Misconception] = {}
    for row in rows:
        for finding in row.findings:
            if finding.kind == "error":  # does not run, not written: no idea to be mistaken about
                continue
            id = UNKNOWN if finding.kind == UNKNOWN else finding.id
            mistake = found.setdefault(id, Misconception(id, finding.text, [], []))
            if finding.item not in mistake.items:
                mistake.items.append(finding.item)
            if row.student not in mistake.students:
                mistake.students.append(row.student)
    return sorted(found.values(), key=lambda m: (m.id == UNKNOWN, -len(m.students), m.id))
