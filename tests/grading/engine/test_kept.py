"""Known answers that one grading leaves for the next: the same findings, from fewer sums."""

import json

import pytest
import torch

from course_lib.exercises import get_item
from course_lib.grading import known_answers
from course_lib.grading.check import check
from course_lib.grading.engine import kept
from course_lib.grading.engine.kept import Kept
from course_lib.grading.exam import Failure

ITEM = "ps4_lstm.lstm_forward"
SPEC = get_item(ITEM)[1]
WRONG = SPEC.candidate(frozenset({"forget-inverted"}))


@pytest.fixture(autouse=True)
def nothing_known(monkeypatch):
    monkeypatch.setenv("COURSE_SEED", "11")
    known_answers.forget()
    yield
    known_answers.forget()


def graded():
    return check(ITEM, WRONG, hidden=True)


def left_by_a_grading(root) -> Kept:
    file = Kept(root, "ps4_lstm")
    graded()
    file.save()
    return file


def test_what_was_kept_is_what_was_known(tmp_path):
    left_by_a_grading(tmp_path)
    lasting = dict(known_answers.lasting())
    again = Kept(tmp_path, "ps4_lstm")
    assert len(again.packed) >= 0.9 * len(lasting) > 100
    for key in again.packed:
        was, now = lasting[key], again.answer(key)
        if isinstance(was, Failure):
            assert type(now.error) is type(was.error) and now.text == was.text
        else:
            assert list(was) == list(now)
            for name, tensor in was.items():
                assert (tensor is None and now[name] is None) or torch.equal(tensor, now[name])
                assert tensor is None or tensor.dtype == now[name].dtype


def test_the_next_grading_finds_the_same_and_computes_only_what_is_of_its_own_seed(
    tmp_path, monkeypatch
):
    before = graded().to_dict()
    left_by_a_grading(tmp_path)
    known_answers.forget()
    known_answers.recall(Kept(tmp_path, "ps4_lstm").answer)
    computed, known = [], known_answers.known

    def watched(key, make):
        def made():
            computed.append(key)
            return make()

        return known(key, made)

    monkeypatch.setattr("course_lib.grading.exam.known", watched)
    assert graded().to_dict() == before
    drawn = [key for key in computed if key[2] == "cases"]
    assert drawn and len(computed) > len(drawn)
    assert {key[-1] for key in computed if key not in drawn} <= known_answers._passing


def test_cases_of_this_gradings_seed_are_not_kept(tmp_path):
    file = left_by_a_grading(tmp_path)
    assert known_answers._passing and file.packed
    assert not {key[-1] for key in file.packed} & known_answers._passing


@pytest.mark.parametrize("spoil", ["cut", "other", "noise", "zeros", "a number", "version"])
def test_a_file_that_is_not_as_it_was_written_counts_for_nothing(tmp_path, monkeypatch, spoil):
    path = left_by_a_grading(tmp_path).path
    content = path.read_bytes()
    if spoil == "cut":
        path.write_bytes(content[:100])
    elif spoil == "other":
        path.write_bytes(json.dumps({"stamp": {}}).encode())
    elif spoil == "noise":
        path.write_bytes(b"\xff" * 5000)
    elif spoil == "zeros":  # a disk that lost its power
        path.write_bytes(content[:-5000] + bytes(5000))
    elif spoil == "a number":
        path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    else:
        monkeypatch.setattr(kept, "STAMP", {**kept.STAMP, "torch": "1.0"})
    assert Kept(tmp_path, "ps4_lstm").packed == {}


def test_code_that_has_changed_since_it_was_loaded_keeps_nothing(tmp_path, monkeypatch):
    """Its answers would be believed by the new code."""
    monkeypatch.setattr(kept, "code", lambda: "other")
    assert not left_by_a_grading(tmp_path).path.exists()


def test_what_is_no_tensor_is_not_kept(tmp_path):
    file = Kept(tmp_path, "ps4_lstm")
    known_answers.known(("ps4_lstm", "x", "torch", "values", "a-0"), lambda: {"h": 3.0})
    known_answers.known(("ps4_lstm", "x", "torch", "values", "b-0"), lambda: {"h": torch.ones(1)})
    file.save()
    assert [key[-1] for key in file.packed] == ["b-0"]


def test_two_workers_keep_what_both_of_them_know(tmp_path):
    one, other = Kept(tmp_path, "ps4_lstm"), Kept(tmp_path, "ps4_lstm")
    graded()
    one.save()
    first = set(one.packed)
    known_answers.forget()
    cell = get_item("ps4_lstm.lstm_cell")[1]
    check("ps4_lstm.lstm_cell", cell.candidate(frozenset({"forget-inverted"})))
    other.save()
    assert first < set(Kept(tmp_path, "ps4_lstm").packed)


def test_nothing_is_written_for_what_is_in_the_file_already(tmp_path, monkeypatch):
    monkeypatch.setattr(kept, "SECONDS", 0.0)
    file = Kept(tmp_path, "ps4_lstm")
    graded()
    file.keep_new()
    written = file.path.stat().st_mtime_ns, file.path.stat().st_ino
    file.keep_new()
    known_answers.forget()
    again = Kept(tmp_path, "ps4_lstm")  # the next worker, which asks the file first
    known_answers.recall(again.answer)
    graded()
    again.keep_new()
    assert (file.path.stat().st_mtime_ns, file.path.stat().st_ino) == written
    unsaid = (("ps4_lstm", "x", "torch", "values", f"{k}-0") for k in range(2 * kept.FEWEST))
    for key in unsaid:
        known_answers.known(key, lambda: {"h": 3.0})  # that no file can say: it is tried once
    saved = []
    monkeypatch.setattr(Kept, "save", lambda self: saved.append(self))
    again.keep_new()
    again.keep_new()
    assert saved == [again]


def test_a_folder_that_takes_nothing_is_no_harm(tmp_path, monkeypatch):
    (tmp_path / "_build").write_text("a file")
    file = Kept(tmp_path, "ps4_lstm")
    monkeypatch.setattr(kept, "SECONDS", 0.0)
    graded()
    file.keep_new()
    assert not file.path.exists()
