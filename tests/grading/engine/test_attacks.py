"""Every attack scores no more than what its answers are honestly worth.

Each goes through the engine as a submission does: read, mended, staged, executed, scored.
"""

import json
import os
import re
from dataclasses import replace

import pytest

from course_lib.i18n import LANGUAGES
from tests.end_to_end.hostile_class import CLASS
from tests.grading.engine.attacks import ours_course, plain_course
from tests.grading.engine.attacks.course import Course, measured, stop_benches
from tests.grading.engine.attacks.every import OURS, PLAIN
from tests.grading.engine.attacks.ours import HARMED
from tests.grading.engine.attacks.ours_texts import TEXTS
from tests.grading.engine.attacks.table import PAGE, TRANSLATED, page, routes


@pytest.fixture(scope="module")
def seed():
    """Grading sets the seed of the hidden cases for its process."""
    before = os.environ.get("COURSE_SEED")
    yield
    os.environ.pop("COURSE_SEED", None)
    if before is not None:
        os.environ["COURSE_SEED"] = before


@pytest.fixture(scope="module")
def plain(tmp_path_factory, seed):
    yield Course(plain_course.make(tmp_path_factory.mktemp("plain")), plain_course.NAME)
    stop_benches()


@pytest.fixture(scope="module")
def ours(tmp_path_factory, seed):
    yield Course(ours_course.make(tmp_path_factory.mktemp("ours")), ours_course.NAME)
    stop_benches()


SLOW = {
    "silence",
    "helper-timed-out",
    "output-flood",
    "raw-flood",
    "hostile-exceptions",
    "observe-empty",
    "huge-observations",
    "huge-frame-announced",
    "frames-in-advance",
}


def _each(attacks):
    """Every ninth is quick; `make test-all` has them all."""
    return [
        pytest.param(a, id=a.name, marks=[pytest.mark.slow] if n % 9 or a.name in SLOW else [])
        for n, a in enumerate(attacks)
    ]


def test_the_right_answers_have_all_points(plain):
    plain.submit("right", {name: plain_course.right(name) for name in plain_course.PARTS})
    points, _notebook = plain.graded("right")
    assert sum(points.values()) == plain_course.MOST


def written(root) -> list[str]:
    """Everything in the course but what was handed in and the copies of it."""
    paths = [path.relative_to(root) for path in root.rglob("*")]
    return sorted(str(path) for path in paths if path.parts[0] not in ("submitted", "_build"))


@pytest.mark.parametrize("attack", _each(PLAIN))
def test_no_trick_passes_an_ordinary_test(plain, attack):
    before = written(plain.root)
    got = plain.score(attack)
    assert got <= attack.honest
    assert got == measured().get(attack.name), "the table in the docs says something else"
    assert written(plain.root) == before


@pytest.mark.parametrize("attack", _each(OURS))
def test_no_trick_passes_a_check(ours, attack):
    got = ours.score(attack)
    assert got <= attack.honest
    assert got == measured().get(attack.name), "the table in the docs says something else"


@pytest.mark.slow
@pytest.mark.parametrize("attack", TEXTS, ids=lambda attack: attack.name)
def test_these_texts_would_win_if_nobody_read_the_source(ours, attack):
    """Or else the rows above would say nothing. What the debugger reads is gone in any case."""
    got = ours.score(replace(attack, name=f"{attack.name}-unread", unread=True))
    assert got == (0 if "debugger" in attack.name else 25)


@pytest.mark.slow
@pytest.mark.parametrize("name", HARMED)
def test_what_was_right_before_the_harm_counts(ours, name):
    answers, points = HARMED[name]
    ours.submit(name, answers)
    found, _notebook = ours.graded(name)
    assert sum(value or 0.0 for value in found.values()) == points


def test_there_are_enough_attacks_and_each_has_its_own_name():
    names = [attack.name for attack in (*PLAIN, *OURS)]
    assert len(names) == len(set(names)) >= 80


def test_the_table_of_attacks_in_the_docs_is_this_suites():
    assert PAGE.read_text("utf-8") == page()


EDITIONS = sorted(PAGE.parent.glob(f"{PAGE.stem}*.md"))


@pytest.mark.parametrize("edition", EDITIONS, ids=lambda path: path.name)
def test_every_attack_has_its_row_and_every_row_its_attack(edition):
    """Known by its name, which every edition has as it is."""
    rows = re.findall(r"^\| `([^`]+)` \| [^|]*\S[^|]* \|", edition.read_text("utf-8"), re.M)
    assert rows == [attack.name for attack in (*PLAIN, *OURS, *CLASS)]
    assert len(set(rows)) == len(rows) and len(EDITIONS) == len(LANGUAGES)


def test_the_other_editions_describe_each_attack_as_it_is_made_now():
    """What their rows say cannot be compared with the English; that they are younger can be."""
    was = json.loads(TRANSLATED.read_text("utf-8"))
    changed = {name: route for name, route in routes().items() if was.get(name) != route}
    assert not changed and was.keys() == routes().keys(), (
        f"translate these rows in {', '.join(path.name for path in EDITIONS[1:])}, then run "
        f"python -m tests.grading.engine.attacks.table --translated: {changed}"
    )
