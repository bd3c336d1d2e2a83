"""A small parent of sandboxed children, run as a program: one attempt of ``attempts.py`` for each.

    python cage.py < one JSON object a line > one JSON object a line

It imports the sandbox alone, without the course, so that an unprivileged user with another Python
can run it as well.
"""

import json
import os
import select
import signal
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ENGINE = HERE.parents[2] / "course_lib" / "grading" / "engine"
SECONDS = 30


def main(settings: dict) -> None:
    sys.path[:0] = [str(ENGINE), str(HERE)]
    if settings.get("system"):
        sys.platform = settings["system"]
    import attempts
    import sandbox
    from sandbox import readable

    if settings.get("package"):
        readable.PACKAGE = Path(settings["package"])
    if settings.get("landlock"):
        sandbox.landlock.version = lambda: settings["landlock"]
    if settings.get("no_namespaces"):
        _be_on_a_machine_without_namespaces()
    if settings["isolated"]:
        sandbox.enter_parent()
    for name in settings["warm"]:
        __import__(name)
    os.open(settings["secret"], os.O_RDWR)  # what a child must not inherit
    refused = sandbox.namespaces.WORLD.refused
    print(json.dumps({"ready": os.getpid(), "refused": refused}), flush=True)
    for line in sys.stdin:
        print(json.dumps(_one(json.loads(line), settings, attempts, sandbox)), flush=True)


def _be_on_a_machine_without_namespaces() -> None:
    """Their number is limited for each user namespace: in a new one, to none."""
    from sandbox import namespaces

    namespaces._enter("user", namespaces.NEW_USER)
    for kind in ("user", "pid", "net", "ipc", "mnt", "uts"):
        Path(f"/proc/sys/user/max_{kind}_namespaces").write_text("0")


def _one(asked: dict, settings: dict, attempts, sandbox) -> dict:
    reads, writes = os.pipe()
    namespace = settings["isolated"] and asked.get("namespace", True)
    child = sandbox.fork_into_new_pid_namespace() if namespace else os.fork()
    if child == 0:
        answer = {}
        try:
            if settings["isolated"] and asked.get("enter", True):
                limits = sandbox.Limits(**asked.get("limits", {}))
                extra = [Path(path) for path in asked.get("readable", ())]
                sandbox.enter_child(Path(asked["scratch"]), extra, limits, {writes})
            else:
                os.chdir(asked["scratch"])
                null = os.open(os.devnull, os.O_RDWR)
                for standard in range(3):
                    os.dup2(null, standard)
            answer["entered"] = True
            target = {**asked["target"], "channel": writes}
            answer["value"] = repr(getattr(attempts, asked["attempt"])(target))
        except BaseException as error:
            answer["error"] = type(error).__name__
            answer["errno"] = getattr(error, "errno", None)
            answer["text"] = str(error)[:500]
        try:
            os.write(writes, json.dumps(answer).encode())
        finally:
            os._exit(0)
    os.close(writes)
    said, late = b"", False
    while True:
        if not select.select([reads], [], [], SECONDS)[0]:
            os.kill(child, signal.SIGKILL)
            late = True
        part = os.read(reads, 1 << 16)
        if not part:
            break
        said += part
    os.close(reads)
    _pid, status = os.waitpid(child, 0)
    ended = {"status": status, "signal": os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0}
    return {**json.loads(said or b"{}"), **ended, "late": late}


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
