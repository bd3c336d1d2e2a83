"""What torch loads at the first use of something is loaded before, for those who use it."""

import json
import re
import subprocess
import sys

import pytest

from course_lib.grading.engine import first_use
from course_lib.grading.engine.children import Zygote, ZygoteSettings
from course_lib.quick_start import ONE_THREAD, bare
from tests.slow import slow_but

DYNAMO, SHAPES = "torch._dynamo", "torch.fx.experimental.symbolic_shapes"
USES = {
    "from torch import optim; optim.SGD([x], lr=1.0)": [DYNAMO],
    "torch.func.jacrev(torch.sin)(x)": [DYNAMO],
    "torch.func.hessian(torch.sin)(x.sum())": [DYNAMO],
    "torch.utils.checkpoint.checkpoint(torch.sin, x, use_reentrant=False)": [DYNAMO],
    "torch.autograd.gradcheck(torch.sin, (x,))": [SHAPES],
    "torch.autograd.gradgradcheck(torch.sin, (x,))": [SHAPES],
    "optimizer.step(); torch.testing.assert_close(x, x)": [],
}
PROGRAM = """
import sys, json, torch
from course_lib.grading.engine import first_use
from course_lib.quick_start import without_distributed_tensors
without_distributed_tensors()
torch.testing.assert_close(torch.zeros(1), torch.zeros(1))
class optimizer:
    step = lambda: None
x = torch.ones(3, dtype=torch.double, requires_grad=True)
first_use.load(first_use.modules_for({use!r}))
before = len(sys.modules)
{use}
print(json.dumps([len(sys.modules) - before, "sympy" in sys.modules]))
"""


@pytest.mark.parametrize("use", slow_but([*USES][::4], USES))
def test_nothing_is_left_to_load_for_what_is_named(use):
    assert first_use.modules_for(use) == USES[use]
    ended = subprocess.run(
        [sys.executable, "-P", "-c", PROGRAM.format(use=use)],
        capture_output=True,
        text=True,
        timeout=120,
        env=bare(),
    )
    assert ended.returncode == 0, ended.stderr
    more, sympy = json.loads(ended.stdout)
    assert more < 10 and sympy == bool(USES[use])


def test_only_what_torch_loads_is_loaded_and_what_it_has_no_longer_is_forgotten(monkeypatch):
    monkeypatch.setitem(sys.modules, "antigravity", None)
    assert not first_use.load(["antigravity", "os"])
    monkeypatch.setitem(first_use._NAMED, "torch._gone", re.compile("gone"))
    assert first_use.load(["torch._gone"])
    assert not first_use.load(["torch._gone"])
    monkeypatch.delitem(sys.modules, "torch._gone")


def test_children_after_the_first_find_it_loaded_and_it_costs_no_thread(tmp_path, monkeypatch):
    for name, value in ONE_THREAD.items():
        monkeypatch.setenv(name, value)
    asked = "import sys\nprint('torch._dynamo' in sys.modules)"
    zygote, printed = Zygote(ZygoteSettings(isolated=False)), []
    try:
        for modules in ([], [DYNAMO], []):
            child = zygote.child(tmp_path, "en", {}, modules)
            child.ask(
                {"op": "run", "source": asked, "count": 1, "seconds": 20.0},
                on_output=lambda output: printed.append(output["text"].strip()),
            )
            child.kill()
    finally:
        zygote.stop()
    assert printed == ["False", "True", "True"]
