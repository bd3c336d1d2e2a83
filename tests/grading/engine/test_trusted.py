"""Ordinary test cells say the same with the student's code in another process as in one process."""

import re

import nbformat
import pytest
import torch

from course_lib.grading.engine.capturing import CapturingShell
from course_lib.grading.engine.given import given_by
from course_lib.grading.engine.trusted import TrustedShell
from tests.grading.engine.assignments import EXAMPLES
from tests.grading.engine.child import ForkedChild


@pytest.fixture(autouse=True)
def somewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def notebook(student: str, tests: list[str], given: str = ""):
    cells = [nbformat.v4.new_code_cell(given)]
    cells.append(nbformat.v4.new_code_cell(student, metadata={"nbgrader": {"solution": True}}))
    for test in tests:
        cells.append(nbformat.v4.new_code_cell(test, metadata={"nbgrader": {"grade": True}}))
    return nbformat.v4.new_notebook(cells=cells)


def one_process(student: str, tests: list[str], given: str = "") -> list[list[dict]]:
    """What one IPython says of the test cells."""
    keep = torch.get_rng_state(), torch.is_grad_enabled()
    shell = CapturingShell()
    shell.run(given or "pass")
    shell.run(student)
    found = [shell.run(test) for test in tests]
    torch.set_rng_state(keep[0])
    return found


def two_processes(student, tests, given="", by=None, **options) -> list[list[dict]]:
    """What the trusted shell says; ``by`` is the instructor's own solution."""
    released = given_by(notebook(by or student, tests, given))
    child = ForkedChild([given, student])
    try:
        shell = TrustedShell(child.ask, released, **options)
        shell.execution_count = 3
        return [shell.run(test) for test in tests]
    finally:
        child.close()


def said(outputs: list[dict]) -> list:
    """Outputs without what must differ: tracebacks, addresses, numbers of temporary files."""
    found = []
    for output in outputs:
        if output["output_type"] == "error":
            found.append(("error", output["ename"], _plain(output["evalue"])))
        else:
            found.append(_plain(repr(sorted(output.items()))))
    return found


def _plain(text: str) -> str:
    text = re.sub(r"0x[0-9a-f]+", "0x", text)
    return re.sub(r"\S*?ipykernel_\d+/\d+\.py|\d+\.py", "<cell>", text)


@pytest.mark.parametrize("what", EXAMPLES)
def test_two_processes_say_what_one_says(what):
    student, tests = EXAMPLES[what]
    expected = one_process(student, tests)
    found = two_processes(student, tests)
    assert [said(outputs) for outputs in found] == [said(outputs) for outputs in expected]
