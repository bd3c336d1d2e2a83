"""Many answers to one message: from a process that stops early, dies, dawdles or says too much."""

import os
import socket
import threading
import time

import pytest
import torch

from course_lib.exercises import get_item
from course_lib.grading.candidate import Local, ProcessDied
from course_lib.grading.check import check
from course_lib.grading.compare import Together
from course_lib.grading.engine import children, named_tensors, wire
from course_lib.grading.engine.children import Child, Zygote, ZygoteSettings
from course_lib.grading.engine.remote import Remote
from course_lib.grading.time_limit import TimeIsUp

ITEM = get_item("ps4_lstm.lstm_cell")[1]
QUESTIONS = [("values", case) for case in ITEM.cases("ordinary", 0)]
ORACLE = Local(ITEM.oracle, watched=False)
RIGHT = [ORACLE.observe(ITEM, *question, 0, 5.0) for question in QUESTIONS]
DIES = {"type": "SystemExit", "text": "", "bases": ["SystemExit", "BaseException"], "line": "",
        "number": 0, "function": ""}  # fmt: skip


class Thread(Child):
    """A child that is a thread: to kill it is to hang up."""

    def kill(self) -> None:
        self.alive = False
        self.channel.close()


@pytest.fixture
def saying(monkeypatch):
    """A ``Remote`` whose process says right answers, and then these, whatever it is asked."""
    monkeypatch.setattr(children, "GRACE", 0.3)
    mine, theirs = socket.socketpair()
    (bell, rope), (handle, life) = os.pipe(), os.pipe()
    threads, over = [], threading.Event()

    def serve(last: list[dict], pause: float, rings: bool, stuck: bool) -> None:
        with theirs:
            try:
                wire.receive(theirs)
                wire.send(theirs, {})
                wire.receive(theirs)
                for found in RIGHT:
                    time.sleep(pause)
                    rows, blob = named_tensors.pack(found)
                    wire.send(theirs, {"rows": rows}, [blob])
                for told in last:
                    wire.send(theirs, told)
                if rings:
                    os.write(rope, bytes([len(RIGHT) + len(last)]))
                if stuck:
                    over.wait(10)
            except wire.Gone:
                return
            finally:
                os.close(life)

    def of(*last: dict, pause=0.0, rings=True, stuck=False) -> tuple[Remote, Child]:
        child = Thread(mine, handle, bell)
        told = (last, pause, rings, stuck)
        threads.append(threading.Thread(target=serve, args=told, daemon=True))
        threads[-1].start()
        return Remote("lstm_cell", lambda models: child), child

    yield of
    mine.close()
    over.set()
    for thread in threads:
        thread.join(10)
    for descriptor in (bell, rope, handle):
        os.close(descriptor)


def test_every_question_has_its_answer(saying):
    remote, child = saying({"end": True})
    for (observe, case, found), asked, right in zip(
        remote.observe_each(ITEM, QUESTIONS, 5.0, 20.0), QUESTIONS, RIGHT, strict=True
    ):
        assert (observe, case) == asked
        assert all(torch.equal(found[name], right[name]) for name in right)
    assert child.alive


@pytest.mark.parametrize("last", [[], [{"error": DIES}], [{"broken": "x"}], [{"rows": []}], [{}]])
def test_what_follows_the_last_answer_ends_the_process_and_nothing_else(saying, last):
    """An exception here would end the worker: no mark, where there should be a bad one."""
    remote, child = saying(*last)
    assert len(list(remote.observe_each(ITEM, QUESTIONS, 5.0, 20.0))) == len(QUESTIONS)
    assert not child.alive


def test_all_answers_together_have_a_limit_here_as_well(saying):
    """Each in its time, they would take minutes: a worker is given up before."""
    remote, child = saying({"end": True}, pause=0.7)
    found = [told for *_question, told in remote.observe_each(ITEM, QUESTIONS, 5.0, 0.3)]
    assert isinstance(found[-1], TimeIsUp) and not child.alive


def test_a_process_that_hangs_up_has_died(saying, monkeypatch):
    monkeypatch.setattr("tests.grading.engine.test_remote.RIGHT", RIGHT[:1])
    remote, _child = saying()
    found = [told for *_question, told in remote.observe_each(ITEM, QUESTIONS, 5.0, 20.0)]
    assert len(found) == 2 and isinstance(found[1], ProcessDied)


@pytest.mark.parametrize("stuck", [True, False])
def test_what_was_said_before_the_bell_could_ring_counts(saying, monkeypatch, stuck):
    """The answer that the process was stuck in, or died of, is not the first one nobody heard."""
    monkeypatch.setattr("tests.grading.engine.test_remote.RIGHT", RIGHT[:1])
    remote, child = saying(rings=False, stuck=stuck)
    started = time.monotonic()
    found = [told for *_question, told in remote.observe_each(ITEM, QUESTIONS, 0.5, 20.0)]
    assert [type(told) for told in found] == [Together, TimeIsUp if stuck else ProcessDied]
    assert time.monotonic() - started < 12 and not child.alive


def test_a_bell_that_promises_too_much_is_no_longer_waited_for_than_an_answer(saying, monkeypatch):
    monkeypatch.setattr("tests.grading.engine.test_remote.RIGHT", RIGHT[:1])
    remote, child = saying({}, {}, {}, stuck=True)
    found = [told for *_question, told in remote.observe_each(ITEM, QUESTIONS, 0.5, 20.0)]
    assert isinstance(found[1], ProcessDied) and not child.alive


FORGETS_A_BIAS = """
import torch
calls = 0
def lstm_cell(x, state, w_ih, w_hh, b_ih, b_hh, w_hr=None):
    global calls
    calls += 1
    if calls == 2:
        raise NotImplementedError
    h, c = state
    i, f, g, o = (x @ w_ih.T + b_ih + h @ w_hh.T).chunk(4, 1)
    c = f.sigmoid() * c + i.sigmoid() * g.tanh()
    return o.sigmoid() * c.tanh(), c
"""


def test_a_case_that_was_sent_and_not_reached_can_be_asked_for_by_its_number(tmp_path):
    """After "not written" no more is answered at once; what is still asked has been sent."""
    zygote = Zygote(ZygoteSettings(isolated=False))
    try:
        child = zygote.child(tmp_path, "en", {})
        child.ask({"op": "run", "source": FORGETS_A_BIAS, "count": 1, "seconds": 20.0})
        remote = Remote("lstm_cell", lambda models: child)
        result = check("ps4_lstm.lstm_cell", remote, hidden=True)
        assert child.alive
        assert [finding.id for finding in result.findings] == ["b_hh-missing"]
        child.kill()
    finally:
        zygote.stop()


SHOWS_A_LOT = """
import torch
from IPython.display import HTML, display
def lstm_cell(x, state, w_ih, w_hh, b_ih, b_hh, w_hr=None):
    display(HTML("x" * 60_000))
    h, c = state
    i, f, g, o = (x @ w_ih.T + b_ih + h @ w_hh.T + b_hh).chunk(4, 1)
    c = f.sigmoid() * c + i.sigmoid() * g.tanh()
    return o.sigmoid() * c.tanh(), c
"""
CLOSES_EVERYTHING_ELSE = """
import os
def lstm_cell(x, state, w_ih, w_hh, b_ih, b_hh, w_hr=None):
    for descriptor in range(3, 50):
        try:
            if os.readlink(f"/proc/self/fd/{descriptor}").startswith("pipe:"):
                os.close(descriptor)
        except OSError:
            pass
    h, c = state
    i, f, g, o = (x @ w_ih.T + b_ih + h @ w_hh.T + b_hh).chunk(4, 1)
    c = f.sigmoid() * c + i.sigmoid() * g.tanh()
    return o.sigmoid() * c.tanh(), c
"""


@pytest.mark.parametrize("source", [SHOWS_A_LOT, CLOSES_EVERYTHING_ELSE])
def test_right_code_that_shows_a_lot_or_closes_the_bell_has_its_points(tmp_path, source):
    zygote = Zygote(ZygoteSettings(isolated=False))
    try:
        child = zygote.child(tmp_path, "en", {})
        child.ask({"op": "run", "source": source, "count": 1, "seconds": 20.0})
        started = time.monotonic()
        result = check("ps4_lstm.lstm_cell", Remote("lstm_cell", lambda models: child), hidden=True)
        assert result.passed and child.alive and time.monotonic() - started < 15
        shown = []
        child.ask({"op": "run", "source": "3", "count": 2, "seconds": 20.0}, on_output=shown.append)
        assert [output["output_type"] for output in shown] == ["execute_result"]
        child.kill()
    finally:
        zygote.stop()
