"""Tries each layer in a process made for it; prints what worked as JSON.

Run as a program of its own by ``isolation.py``: entering a namespace cannot be undone, and the
caller may have threads. Not the call's success counts but its effect.
"""

import json
import os
import resource
import socket
import tempfile
from collections.abc import Callable
from pathlib import Path

from . import landlock, namespaces, seccomp
from .child import enter_child
from .limits import Limits
from .namespaces import enter_parent, fork_into_new_pid_namespace


def main() -> None:
    """Print one JSON object: the name of a layer, and ``true`` or why not."""
    handle, outside = tempfile.mkstemp()
    os.close(handle)
    scratch = tempfile.mkdtemp()
    result = {}
    try:
        hosts = {name: os.readlink(f"/proc/self/ns/{file}") for name, file in FILES.items()}
        enter_parent()
        reads, writes = os.pipe()
        child = fork_into_new_pid_namespace()
        if child == 0:
            try:
                os.write(writes, json.dumps(_inside(scratch, outside, hosts, writes)).encode())
            except BaseException as error:
                os.write(writes, json.dumps({"child": f"{error}"}).encode())
            os._exit(0)
        os.close(writes)
        with open(reads, "rb") as answer:
            result = json.loads(answer.read() or b"{}")
        os.waitpid(child, 0)
    finally:
        os.unlink(outside)
        os.rmdir(scratch)
    print(json.dumps(result))


FILES = {"user": "user", "network": "net", "ipc": "ipc", "mount": "mnt"}


def _inside(scratch: str, outside: str, hosts: dict, writes: int) -> dict:
    here = {name: os.readlink(f"/proc/self/ns/{file}") for name, file in FILES.items()}
    found = {f"{name}_namespace": here[name] != hosts[name] for name in FILES}
    found["pid_namespace"] = os.getpid() == 1
    found = {name: works or _refused(name) for name, works in found.items()}
    no_landlock, no_seccomp = landlock.why_not(), seccomp.why_not()  # inside one cannot ask
    bounds = Limits()
    enter_child(Path(scratch), [], bounds, {writes})
    soft = resource.getrlimit(resource.RLIMIT_CPU)[0]
    found["limits"] = soft == bounds.cpu_seconds or "the limits could not be set"
    found["landlock"] = _denied(Path(outside).read_bytes) or no_landlock or _NO_EFFECT
    found["seccomp"] = _denied(socket.socket) or no_seccomp or _NO_EFFECT
    found["landlock_version"] = landlock.version()
    return found


_NO_EFFECT = "it was set up, and had no effect"


def _refused(name: str) -> str:
    return namespaces.WORLD.refused.get(name.removesuffix("_namespace"), _NO_EFFECT)


def _denied(attempt: Callable) -> bool:
    try:
        attempt()
    except PermissionError:
        return True
    return False


if __name__ == "__main__":
    main()
