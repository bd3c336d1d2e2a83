"""What students put into the exchange's inbound folder, and what of it is collected."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from traitlets.config import Config

if os.name == "nt":
    pytest.skip("nbgrader's exchange needs POSIX", allow_module_level=True)

from nbgrader.coursedir import CourseDirectory
from nbgrader.exchange import ExchangeFactory
from nbgrader.exchange.default import ExchangeFetchFeedback
from nbgrader.utils import get_username

from course_lib.grading.exchange import CollectOwnWork, ReleaseFeedbackByName
from course_lib.grading.gradebook import prepare

ME = get_username()
ROOT = Path(__file__).parents[2]


class Class:
    """A course and its exchange; a student who puts there what ``nbgrader submit`` would not."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.inbound = root / "exchange" / "conv" / "inbound"
        self.inbound.mkdir(parents=True)
        self.settings = Config()
        self.settings.CourseDirectory.root = str(root)
        self.settings.CourseDirectory.db_url = f"sqlite:///{root}/gradebook.db"
        prepare(self.settings.CourseDirectory.db_url, "conv")
        self.settings.CourseDirectory.course_id = "conv"
        self.settings.CourseDirectory.assignment_id = "tiny"
        self.settings.Exchange.root = str(root / "exchange")
        self.settings.Exchange.cache = str(root / "cache")
        self.settings.Exchange.assignment_dir = str(root / "home")

    def hand_in(self, student=ME, ago=timedelta(0), **files: str) -> Path:
        time = datetime.now(UTC).replace(tzinfo=None) - ago
        folder = self.inbound / f"{student}+tiny+{time.isoformat(sep=' ')} UTC+x{len(self)}"
        folder.mkdir()
        for name, text in {"tiny": "{}", **files}.items():
            (folder / f"{name}.ipynb").write_text(text)
        (folder / "timestamp.txt").write_text(f"{time} UTC")
        (folder / "submission_secret.txt").write_text("a secret")
        return folder

    def __len__(self) -> int:
        return len(list(self.inbound.iterdir()))

    def run(self, step, **options) -> None:
        directory = CourseDirectory(config=self.settings)
        step(coursedir=directory, config=self.settings, **options).start()

    def collect(self, **options) -> dict[str, str]:
        """All that is collected now: files and what they hold."""
        self.run(CollectOwnWork, **options)
        found = self.root / "submitted"
        paths = [path for path in found.rglob("*") if path.is_file()]
        return {path.relative_to(found).as_posix(): path.read_text("utf-8") for path in paths}


@pytest.fixture
def course(tmp_path):
    return Class(tmp_path)


def test_own_work_is_collected_whole_and_the_last_of_it(course):
    course.hand_in(tiny="first")
    files = f"{ME}/tiny/tiny.ipynb", f"{ME}/tiny/timestamp.txt", f"{ME}/tiny/submission_secret.txt"
    assert sorted(course.collect()) == sorted(files)
    course.hand_in(tiny="second")
    assert course.collect()[files[0]] == "first"  # only with --update
    assert course.collect(update=True)[files[0]] == "second"


def test_nobody_hands_in_for_another(course, caplog):
    course.hand_in("budi", tiny="not budi's")
    course.hand_in(tiny="mine")
    assert {name.split("/")[0] for name in course.collect()} == {ME}
    assert f"by budi, and belongs to {ME}" in caplog.text
    # Where all have one account the name is all there is.
    course.settings.ExchangeCollect.check_owner = False
    assert course.collect()["budi/tiny/tiny.ipynb"] == "not budi's"


@pytest.mark.parametrize(
    "name",
    [
        "x+tiny+yesterday+abc",
        "x+tiny+",
        "-x+tiny+2026-01-01 10:00:00 UTC+abc",
        "+tiny+2026-01-01 +a",
    ],
)
def test_a_name_that_is_none_ends_no_collection(course, name, caplog):
    course.settings.ExchangeCollect.check_owner = False
    course.hand_in(tiny="mine")
    (course.inbound / name).mkdir()
    (course.inbound / name / "tiny.ipynb").write_text("whose?")
    assert [text for text in course.collect().values() if "mine" in text or "whose" in text] == [
        "mine"
    ]
    assert not (course.root / "tiny").exists()
    assert f"{name} is left out" in caplog.text


def test_links_and_pipes_bring_nothing_with_them(course, caplog):
    (course.root / "answers").mkdir()
    (course.root / "answers" / "tiny.ipynb").write_text("the answer")
    folder = course.hand_in()
    (folder / "file.txt").symlink_to(course.root / "answers" / "tiny.ipynb")
    (folder / "folder").symlink_to(course.root / "answers")
    os.mkfifo(folder / "pipe.txt")  # a reader would wait for ever
    linked = course.inbound / f"{ME}+tiny+2030-01-01 10:00:00.0 UTC+whole"
    linked.symlink_to(course.root / "answers")  # and the newest
    collected = course.collect()
    assert "the answer" not in collected.values()
    assert len(collected) == 3
    for name in ("file.txt", "pipe.txt", linked.name):
        assert f"{name} " in caplog.text


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_a_hard_link_to_the_grader_s_file_brings_nothing(course):
    folder = course.hand_in()
    (course.root / "gradebook.txt").write_text("marks")
    os.link(course.root / "gradebook.txt", folder / "marks.txt")
    for path in (folder, *folder.iterdir()):
        if path.name != "marks.txt":
            os.chown(path, 12345, -1)
    course.settings.ExchangeCollect.check_owner = False
    assert "marks" not in course.collect().values()


def test_too_much_is_left_out_and_what_was_there_stays(course, caplog):
    course.settings.CourseDirectory.max_dir_size = 1  # KB
    course.hand_in(tiny="enough")
    assert len(course.collect()) == 3
    course.hand_in(tiny="x" * 2000)
    assert course.collect(update=True)[f"{ME}/tiny/tiny.ipynb"] == "enough"
    assert "may be handed in" in caplog.text


def test_a_time_of_long_ago_is_told(course, caplog):
    course.hand_in()
    course.collect()
    assert "says it was handed in" not in caplog.text
    course.hand_in(ago=timedelta(hours=-1))  # a clock that is ahead hides no lateness
    course.hand_in(ago=timedelta(hours=3))
    for folder in course.inbound.iterdir():
        course.settings.CourseDirectory.student_id = ME
        CollectOwnWork(
            coursedir=CourseDirectory(config=course.settings), config=course.settings
        )._look_at_time(str(folder))
    assert caplog.text.count("says it was handed in") == 1


def test_deep_folders_end(course):
    folder = course.hand_in()
    for _ in range(60):
        folder = folder / "d"
        folder.mkdir()
    (folder / "deep.txt").write_text("deep")
    assert "deep" not in course.collect().values()


def _fetched(course) -> dict[str, str]:
    course.run(ExchangeFetchFeedback)
    return {path.name: path.read_text() for path in (course.root / "home").rglob("*.html")}


def _graded(course, student: str, secret: str | None) -> None:
    folder = course.root / "feedback" / student / "tiny"
    folder.mkdir(parents=True)
    (folder / "tiny.html").write_text(f"for {student}")
    (folder / "timestamp.txt").write_text("2026-01-01 10:00:00.0 UTC")
    if secret is not None:
        (folder / "submission_secret.txt").write_text(secret)


def test_who_renamed_the_notebook_gets_the_feedback(course, caplog):
    """Someone else handed in by another way, and has no secret: that keeps nobody's page back."""
    _graded(course, "aaa", None)
    _graded(course, ME, "a secret")
    for place in (
        course.root / "submitted" / ME / "tiny",
        course.root / "cache" / "conv" / f"{ME}+tiny+2026-01-01 10:00:00.0 UTC",
    ):
        place.mkdir(parents=True)
        (place / "my homework (1).ipynb").write_text("{}")
        (place / "submission_secret.txt").write_text("a secret")
    (course.root / "home").mkdir()
    before = os.umask(0o077)
    try:
        course.run(ReleaseFeedbackByName)
    finally:
        os.umask(before)
    assert _fetched(course) == {"my homework (1).html": f"for {ME}"}
    released = list((course.root / "exchange" / "conv" / "feedback").iterdir())
    assert len(released) == 2 and all(path.stat().st_mode & 0o777 == 0o644 for path in released)
    assert "aaa: nothing is released" in caplog.text


def test_the_course_uses_both():
    from course_lib.grading.config import load_config

    factory = ExchangeFactory(config=load_config(ROOT))
    assert factory.collect is CollectOwnWork
    assert factory.release_feedback is ReleaseFeedbackByName
