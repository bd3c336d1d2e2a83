"""The words of an assignment as they are kept are those of its description, and cost no torch."""

import json
import subprocess
import sys

import pytest

from course_lib.errors import CourseError
from course_lib.exercises import ASSIGNMENTS, get_assignment, outline


@pytest.fixture
def kept(tmp_path, monkeypatch):
    monkeypatch.setattr(outline, "KEPT", tmp_path / "kept")
    outline._outline.cache_clear()
    yield tmp_path / "kept"
    outline._outline.cache_clear()


def read_again(id: str) -> outline.Outline:
    outline._outline.cache_clear()
    return outline.outline(id)


@pytest.mark.parametrize("id", ASSIGNMENTS)
def test_what_is_kept_is_what_is_described(id, kept, monkeypatch):
    described = get_assignment(id)
    first = outline.outline(id)
    monkeypatch.setattr(outline, "get_assignment", lambda _: pytest.fail("it is kept"))
    again = read_again(id)
    assert first == again
    assert (again.title, again.written) == (described.title, described.written)
    for item, here in zip(described.items, again.items, strict=True):
        assert (item.id, item.title, item.name, item.bonus) == (
            here.id, here.title, here.name, here.bonus
        )  # fmt: skip
        assert here.aspects == {aspect.id: aspect.title for aspect in item.aspects}
        messages = {made.id: made.message for made in (*item.faults, *item.conventions)}
        assert messages == here.messages == outline.item_outline(f"{id}.{item.id}").messages


def test_changed_descriptions_and_damaged_files_are_read_again(kept, monkeypatch):
    file = kept / "ps2_rnn.outline.json"
    whole = outline.outline("ps2_rnn")
    for damage in ("", "[]", "{}", file.read_text().replace("title", "tilte")):
        file.write_text(damage)
        assert read_again("ps2_rnn") == whole
    told = json.loads(file.read_text())
    file.write_text(json.dumps({**told, "title": "Old"}))
    assert read_again("ps2_rnn").title == "Old"
    monkeypatch.setattr(outline, "_digest", lambda: "changed")
    assert read_again("ps2_rnn") == whole


def test_where_nothing_may_be_written_it_is_read_out_each_time(kept, monkeypatch):
    kept.write_text("not a folder")
    assert outline.outline("ps2_rnn") == outline.outlined(get_assignment("ps2_rnn"))


@pytest.mark.parametrize("path", ["ps4_lstm.nothing", "ps9_all.lstm_cell", "", "../x.y"])
def test_what_does_not_exist_is_refused_as_ever(path):
    with pytest.raises(CourseError):
        outline.item_outline(path)


def test_a_page_about_a_class_costs_no_torch():
    outline.outline("ps4_lstm")
    code = (
        "import sys\n"
        "import course_lib.grading.report, course_lib.grading.explain, course_lib.grading.grade\n"
        "from course_lib.grading.class_page import _assignment_title, _why\n"
        "from course_lib.grading.excerpts import _names\n"
        "from course_lib.grading.points import bonus_cells\n"
        "from course_lib.grading.reasons import brief\n"
        "assert bonus_cells('ps4_lstm') and _names('ps4_lstm', 'lstm_cell') == ['lstm_cell']\n"
        "assert _assignment_title('ps4_lstm') == 'LSTM from scratch'\n"
        "_why('ps4_lstm', 'lstm_cell', 'x'), brief('ps4_lstm.lstm_cell', {'id': 'x'})\n"
        "assert 'torch' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
