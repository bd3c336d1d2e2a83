"""What is kept of each grading: enough to skip it, to explain it and to do it again alone."""

import json
from dataclasses import dataclass, field
from pathlib import Path

from course_lib.files import write_atomically
from course_lib.grading.beforehand import record_path


@dataclass(frozen=True)
class Record:
    """One grading. ``by_hand`` is the digest of what a person gave when its page was written.

    ``damaged`` says that a file of the submission breaks off.
    """

    key: str
    student: str
    language: str
    status: str  # "graded", "mended", "unreadable" or "failed"
    seed: int
    notes: list[dict]
    versions: dict[str, str] = field(default_factory=dict)
    by_hand: str = ""
    damaged: bool = False

    def save(self, root: Path, assignment: str) -> None:
        text = json.dumps(self.__dict__, ensure_ascii=False, indent=1, sort_keys=True)
        write_atomically(record_path(root, assignment, self.student), text + "\n")


def read_record(root: Path, assignment: str, student: str) -> Record | None:
    """The record of a submission; None when there is none, or none that can be read."""
    try:
        return Record(**json.loads(record_path(root, assignment, student).read_text("utf-8")))
    except (OSError, ValueError, TypeError):
        return None
