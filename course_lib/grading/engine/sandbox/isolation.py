"""What of the sandbox works on this machine, and what is weaker where something does not."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from .kernel import LINUX

LAYERS = (
    "fork",
    "limits",
    "landlock",
    "seccomp",
    "user_namespace",
    "pid_namespace",
    "network_namespace",
    "ipc_namespace",
    "mount_namespace",
)
SECONDS = 60


@dataclass(frozen=True)
class Isolation:
    """For each layer: it works (True), or the reason why not.

    ``landlock_version`` is the kernel's; from 3 on it guards against emptying files and from 6 on
    against signals, both of which the filter of system calls stops as well.
    """

    layers: dict[str, bool | str] = field(default_factory=dict)
    landlock_version: int = 0

    @property
    def complete(self) -> bool:
        """Every layer works."""
        return all(self.layers.get(name) is True for name in LAYERS)

    def weaker(self) -> list[str]:
        """One sentence for each layer that does not work: what is weaker, and why."""
        sentences = _weaker_without()
        return [
            sentences[name].format(reason=self.layers.get(name, "?"))
            for name in LAYERS
            if self.layers.get(name) is not True
        ]


@cache
def available() -> Isolation:
    """What works here, found out by a process that tries all of it."""
    if not hasattr(os, "fork"):
        return _nothing("this system has no fork")
    if not LINUX:
        only_fork = {**_nothing("only Linux has it").layers, "fork": True}
        return Isolation(only_fork)
    engine = Path(__file__).resolve().parents[1]
    program = (
        f"import sys; sys.path.insert(0, {str(engine)!r}); import sandbox.probe as p; p.main()"
    )
    try:
        answer = subprocess.run(
            [sys.executable, "-I", "-c", program],
            capture_output=True,
            text=True,
            timeout=SECONDS,
            stdin=subprocess.DEVNULL,
        )
        told = json.loads(answer.stdout)
    except (OSError, ValueError, subprocess.TimeoutExpired) as error:
        return _nothing(f"it could not be tried: {error}")
    if "child" in told:
        return _nothing(told["child"])
    version = told.pop("landlock_version")
    return Isolation({"fork": True, **told}, version)


def _nothing(reason: str) -> Isolation:
    return Isolation(dict.fromkeys(LAYERS, reason))


def _weaker_without() -> dict[str, str]:
    # Imported here: the program that tries the layers has nothing of the course but this package.
    from course_lib.i18n import _

    return {
        "fork": _(
            "No fork ({reason}): students' code cannot be shut in on this system; it can do "
            "whatever you can do."
        ),
        "limits": _(
            "No limits on memory and time ({reason}): one submission can use up the machine."
        ),
        "landlock": _(
            "No landlock ({reason}): students' code can open every file that you can open, the "
            "gradebook and the solutions too."
        ),
        "seccomp": _(
            "No filter for system calls ({reason}): students' code can start processes and change "
            "the permissions of your files."
        ),
        "user_namespace": _(
            "No user namespace ({reason}): only the filter for system calls keeps students' code "
            "from acting with your rights on other processes."
        ),
        "pid_namespace": _(
            "No process namespace ({reason}): only the filter for system calls makes sure that "
            "nothing is left running and that no other process gets a signal."
        ),
        "network_namespace": _(
            "No network namespace ({reason}): only the filter for system calls keeps students' "
            "code off the network."
        ),
        "ipc_namespace": _(
            "No namespace for shared memory ({reason}): only the filter for system calls keeps "
            "students' code from memory that other programs share."
        ),
        "mount_namespace": _(
            "No mount namespace ({reason}): students' code can fill the disk with many files in "
            "its scratch folder."
        ),
    }
