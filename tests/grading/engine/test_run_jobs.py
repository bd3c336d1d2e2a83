"""In which order a run hands out, and how much at a time: with a pool that only keeps count."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from course_lib.grading import grade as grading
from course_lib.grading.engine.job import Graded, InfrastructureError, Job
from course_lib.grading.engine.writer import NotWritten
from course_lib.grading.grade import Run, run_jobs

STUDENTS = [f"s{number:03}" for number in range(60)]


class Counting:
    """One worker: what is to be soon comes first, and everything ends at once."""

    ahead = 8

    def __init__(self, fails=()) -> None:
        self.fails = list(fails)  # students, once for each time
        self.soon, self.next = [], []
        self.executed: list[str] = []
        self.marks: list = []
        self.most = 0

    def __enter__(self):
        return self

    def __exit__(self, *_raised):
        pass

    def submit(self, function, job, *, soon=False):
        (self.soon if soon else self.next).append((function, job))
        self.most = max(self.most, len(self.next))

    def results(self):
        while self.soon or self.next:
            function, job = (self.soon or self.next).pop(0)
            result = error = None
            if function is grading.execute_one:
                self.executed.append(job.student)
                if job.student in self.fails:
                    self.fails.remove(job.student)
                    error = InfrastructureError("no fault of theirs")
                else:
                    result = Graded(None, "en", "graded")
            else:
                self.marks.append(job.marks)
                if f"page of {job.student}" in self.fails:
                    self.fails.remove(f"page of {job.student}")
                    error = OSError("no page")
            yield function, job, result, error


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Runs all students through a pool; gives their records by student."""
    monkeypatch.setattr(grading, "_time_limit", lambda _root: 1.0)
    monkeypatch.setattr(grading, "versions", lambda *_about: {})

    def run(pool, write=lambda *_what: ()):
        asked = iter(range(1000))
        writer = SimpleNamespace(
            plan=None, write=write, before=lambda _student: None, marks=lambda _s: next(asked)
        )
        about = Run(Path(tmp_path), "tiny", 1, "best", 1, lambda *_settings: pool)
        waiting = iter([(Job(str(tmp_path), "tiny", student, 1), "key") for student in STUDENTS])
        records = [record for record in run_jobs(about, waiting, writer)]
        assert sorted(record.student for record in records) == STUDENTS
        return {record.student: record for record in records}

    return run


def test_as_many_wait_at_the_end_as_at_the_beginning(run):
    pool = Counting()
    run(pool)
    assert pool.most <= pool.ahead
    assert pool.executed == STUDENTS


def test_what_failed_through_a_fault_of_ours_is_tried_again_when_the_others_are_done(run):
    pool = Counting(fails=["s003", "s050", "s059", "s059"])
    records = run(pool)
    assert pool.executed == [*STUDENTS, "s003", "s050", "s059"]
    assert [s for s, record in records.items() if record.status == "failed"] == ["s059"]


def test_what_could_not_be_written_is_executed_again_at_the_end(run):
    tried = []

    def write(student, _executed):
        tried.append(student)
        if student == "s001" and tried.count("s001") == 1:
            raise NotWritten("locked")
        return ()

    pool = Counting()
    assert run(pool, write)["s001"].status == "graded"
    assert pool.executed == [*STUDENTS, "s001"]


def test_a_page_that_is_tried_again_has_the_marks_of_that_time(run):
    pool = Counting(fails=["page of s000"])
    run(pool)
    assert pool.marks == [*dict.fromkeys(pool.marks)] and len(pool.marks) == len(STUDENTS) + 1
