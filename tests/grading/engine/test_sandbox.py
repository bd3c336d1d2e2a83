"""Students' code can compute, and no more: every attempt is made outside as well, where it works.

Each runs in a forked child of a small parent (``cage.py``): as the user who runs the tests and, if
that is root, as an unprivileged user too.
"""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from course_lib.grading.engine import sandbox
from course_lib.grading.engine.sandbox import seccomp
from course_lib.grading.engine.sandbox.isolation import LAYERS

HERE = Path(__file__).parent
NOBODY = 65534
KNOWN = sandbox.available()
MACHINE = os.uname().machine
# Every process of the tests is one that they started, and no test waits for longer than this.
SECONDS = 60

pytestmark = pytest.mark.xdist_group("sandbox")
# For what needs every layer; that a layer is missing only where the kernel has none is a test, too.
complete = pytest.mark.skipif(not KNOWN.complete, reason=" ".join(map(str, KNOWN.weaker())))


class Cage:
    """The program ``cage.py``, asked for one attempt at a time."""

    def __init__(self, python: str, user: int | None, secret: Path, isolated: bool, **settings):
        settings = {"isolated": isolated, "secret": str(secret), "warm": [], **settings}
        self.user = user
        self.process = subprocess.Popen(
            [python, str(HERE / "cage.py"), json.dumps(settings)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={"COURSE_TEST_SECRET": "s3cret", "OMP_NUM_THREADS": "1", "PATH": "/usr/bin:/bin"},
            **_as(user),
        )
        self.ready = json.loads(self.process.stdout.readline())

    def ask(self, attempt: str, target: "Target", **options) -> dict:
        asked = {"attempt": attempt, "target": target.told, "scratch": str(target.scratch())}
        self.process.stdin.write(json.dumps({**asked, **options}) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def stop(self) -> None:
        self.process.stdin.close()
        self.process.wait(SECONDS)
        self.process.stdout.close()


class Target:
    """A course folder with a gradebook, open sockets and a process, all of them one user's."""

    def __init__(self, user: int | None):
        self.user = user
        self.root = Path(tempfile.mkdtemp(prefix="sandbox-test-")).resolve()
        course = self.root / "course"
        (course / "solutions").mkdir(parents=True)
        (course / "gradebook.db").write_text("grades")
        (course / "solutions" / "key.py").write_text("answer = 42")
        self.process = subprocess.Popen(["sleep", "100"], **_as(user))
        self.sockets = [_listening(socket.AF_INET, ("127.0.0.1", 0))]
        self.sockets.append(_listening(socket.AF_UNIX, str(self.root / "named")))
        self.sockets.append(_listening(socket.AF_UNIX, f"\0{self.root}"))
        datagram = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        datagram.bind(str(self.root / "datagram"))
        self.sockets.append(datagram)
        shutil.copy(os.__file__, self.root / "library.py")
        for path in (self.root, *self.root.rglob("*")):
            if user is not None:
                os.chown(path, user, user, follow_symlinks=False)
        self.told = {
            "folder": str(course),
            "file": str(course / "gradebook.db"),
            "readable": str(self.root / "library.py"),
            "pid": self.process.pid,
            "group": os.getpgid(self.process.pid),
            "address": _first_address(self.process.pid),
            "tcp": self.sockets[0].getsockname()[1],
            "unix": str(self.root / "named"),
            "abstract": str(self.root),
            "datagram": str(self.root / "datagram"),
            "clone": {"x86_64": 56, "aarch64": 220}[MACHINE],
            "tkill": {"x86_64": 200, "aarch64": 130}[MACHINE],
        }

    def scratch(self) -> Path:
        folder = Path(tempfile.mkdtemp(dir=self.root))
        if self.user is not None:
            os.chown(folder, self.user, self.user)
        return folder

    def state(self) -> dict:
        """What of it no child may change."""
        files = sorted((self.root / "course").rglob("*"))
        seen = {str(path): (path.stat(), path.is_file() and path.read_bytes()) for path in files}
        told = {
            path: (s.st_mode, s.st_uid, s.st_mtime, s.st_nlink, b) for path, (s, b) in seen.items()
        }
        return {**told, "alive": self.process.poll() is None, "nice": _nice(self.process.pid)}

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        for item in self.sockets:
            item.close()
        shutil.rmtree(self.root)


def _as(user: int | None) -> dict:
    return {} if user is None else {"user": user, "group": user, "extra_groups": []}


def _listening(family: int, address) -> socket.socket:
    server = socket.socket(family)
    server.bind(address)
    server.listen()
    return server


def _first_address(pid: int) -> int:
    deadline = time.monotonic() + SECONDS
    while "sleep" not in Path(f"/proc/{pid}/cmdline").read_text():  # not yet what it will be
        assert time.monotonic() < deadline
        time.sleep(0.01)
    return int(Path(f"/proc/{pid}/maps").read_text().partition("-")[0], 16)


def _nice(pid: int) -> int | None:
    try:
        return os.getpriority(os.PRIO_PROCESS, pid)
    except ProcessLookupError:
        return None


def _python_for(user: int | None) -> str:
    for python in (sys.executable, "/usr/bin/python3"):
        tried = "import sys; sys.exit(sys.version_info < (3, 11))"
        try:
            if subprocess.run([python, "-c", tried], **_as(user)).returncode == 0:
                return python
        except OSError:
            continue
    pytest.skip("no Python that an unprivileged user may run")


@pytest.fixture(
    scope="module", params=["this user", pytest.param("nobody", marks=pytest.mark.slow)]
)
def cages(request) -> Iterator[tuple[Cage, Cage]]:
    """A sandboxed parent and one without a sandbox, of the same user."""
    user = None
    if request.param == "nobody":
        if os.geteuid() != 0:
            pytest.skip("only root can become another user; this one is unprivileged already")
        user = NOBODY
    python = _python_for(user)
    with tempfile.NamedTemporaryFile() as secret:
        if user is not None:
            os.chown(secret.name, user, user)
        both = [Cage(python, user, Path(secret.name), isolated) for isolated in (True, False)]
        yield both[0], both[1]
        for cage in both:
            cage.stop()


@pytest.fixture(scope="module")
def warm() -> Iterator[Cage]:
    """A sandboxed parent with torch, as in grading."""
    with tempfile.NamedTemporaryFile() as secret:
        packages = ["torch", "numpy", "matplotlib.pyplot"]
        cage = Cage(sys.executable, None, Path(secret.name), True, warm=packages)
        yield cage
        cage.stop()


@pytest.fixture
def target(request) -> Iterator[Target]:
    user = request.getfixturevalue("cages")[0].user if "cages" in request.fixturenames else None
    target = Target(user)
    yield target
    target.close()


ATTEMPTS = {
    "the gradebook": "read",
    "the gradebook by a detour": "read_by_detour",
    "the gradebook by ..": "read_relative",
    "the gradebook from a handle on its folder": "read_from_path_handle",
    "the course's files": "listed",
    "writing": "written",
    "a new file": "created",
    "a new folder": "folder_made",
    "removing": "removed",
    "emptying": "emptied",
    "emptying while reading": "emptied_by_reading",
    "emptying while doing neither": "emptied_by_neither",
    "opening for neither": "opened_for_neither",
    "chmod": "mode_changed",
    "chmod of an open file": "mode_changed_of_open_file",
    "chown": "owner_changed",
    "utime": "times_changed",
    "moving out": "moved_out",
    "moving in": "moved_in",
    "a hard link": "linked_in",
    "a hard link to what can be read": "readable_linked_in",
    "a symbolic link": "symbolic_link",
    "a named pipe": "pipe_with_a_name",
    "a named socket": "socket_with_a_name",
    "shared memory": "shared_memory",
    "watching a file": "watched",
    "inherited files": "open_files_read",
    "the open files of another": "open_files_of_another",
    "the environment of another": "environment_of_another",
    "the memory of another": "memory_of_another",
    "the environment": "own_environment",
    "TCP": "tcp",
    "a TCP server": "tcp_server",
    "UDP": "udp",
    "a unix socket": "unix",
    "an abstract unix socket": "unix_abstract",
    "a datagram from a pair": "datagram_from_a_pair",
    "a message from a pair": "message_from_a_pair",
    "fork": "forked",
    "subprocess": "started",
    "a shell": "shell",
    "posix_spawn": "spawned",
    "exec": "replaced",
    "multiprocessing": "pool",
    "clone": "cloned",
    "a signal": "signalled",
    "a signal to everybody": "all_signalled",
    "a signal to a group": "group_signalled",
    "a signal to a thread": "thread_signalled",
    "a handle on a process": "handle_on_process",
    "ptrace": "traced",
    "reading another's memory": "memory_read",
    "nice of another": "slowed_down",
    "limits of another": "limited",
    "a namespace": "unshared",
}
ROOT_ONLY = {
    "capabilities": "has_capabilities",
    "raw packets": "packet",
    "joining a namespace": "joined",
}
REFUSALS = ("PermissionError", "BlockingIOError")
CROSS_DEVICE = 18  # what landlock says to a move between folders of different rights


@pytest.mark.parametrize(
    "attempt",
    [pytest.param(attempt, id=name) for name, attempt in {**ATTEMPTS, **ROOT_ONLY}.items()],
)
@complete
def test_refused_inside_and_possible_outside(cages, target, attempt):
    inside, outside = cages
    before = target.state()
    answer = inside.ask(attempt, target, readable=[target.told["readable"]])
    assert answer["entered"], answer
    refused = answer.get("error") in REFUSALS or answer.get("errno") == CROSS_DEVICE
    assert refused, answer
    assert target.state() == before
    if attempt in ROOT_ONLY.values() and (inside.user or os.geteuid()):
        return
    answer = outside.ask(attempt, target)
    assert "value" in answer, answer


@pytest.fixture(scope="module", params=[{"no_namespaces": True}, {"landlock": 1}], ids=str)
def weaker(request) -> Iterator[Cage]:
    """A sandboxed parent on a machine that has less: a container, or the first kernel that will do.

    The layers guard against the same things, so nothing gets through where one of them is missing.
    """
    with tempfile.NamedTemporaryFile() as secret:
        cage = Cage(sys.executable, None, Path(secret.name), True, **request.param)
        assert bool(cage.ready["refused"]) is ("no_namespaces" in request.param)
        yield cage
        cage.stop()


@pytest.mark.parametrize(
    "attempt",
    [pytest.param(attempt, id=name) for name, attempt in {**ATTEMPTS, **ROOT_ONLY}.items()],
)
@complete
def test_refused_where_a_layer_is_missing(weaker, target, attempt):
    before = target.state()
    answer = weaker.ask(attempt, target, readable=[target.told["readable"]])
    assert answer["entered"], answer
    refused = answer.get("error") in REFUSALS or answer.get("errno") == CROSS_DEVICE
    assert refused, answer
    assert target.state() == before


@pytest.mark.parametrize("attempt", ["runs_threads", "uses_asyncio", "asks_the_system", "says"])
@complete
def test_honest_code_where_a_layer_is_missing(weaker, target, attempt):
    answer = weaker.ask(attempt, target)
    assert "value" in answer, answer


@pytest.mark.skipif(MACHINE != "x86_64", reason="x86 alone has a second gate into the kernel")
@complete
def test_the_gate_for_32_bit_programs_ends_the_child(cages, target):
    inside, outside = cages
    if outside.ask("old_gate", target)["signal"]:
        pytest.skip("this kernel has no such gate")
    assert inside.ask("old_gate", target)["signal"] == signal.SIGSYS


# Of these the arguments make no sense: outside, the kernel says so, inside it does not even look.
CALLS = {
    "ptrace": (101, 99, 0, 0, 0),
    "mount": (165, 0, 0, 0, 0, 0),
    "umount2": (166, 0, 99),
    "pivot_root": (155, 0, 0),
    "chroot": (161, 0),
    "setns": (308, -1, 0),
    "unshare": (272, 1),
    "bpf": (321, 99, 0, 0),
    "perf_event_open": (298, 0, 0, 0, 0, 0),
    "keyctl": (250, 999),
    "add_key": (248, 0, 0, 0, 0, 0),
    "userfaultfd": (323, -1),
    "io_uring_setup": (425, 0, 0),
    "io_uring_enter": (426, -1, 0, 0, 0, 0),
    "memfd_create": (319, 0, 999999),
    "memfd_secret": (447, 999999),
    "kexec_load": (246, 0, 999999, 0, 0),
    "init_module": (175, 0, 0, 0),
    "finit_module": (313, -1, 0, 0),
    "delete_module": (176, 0, 0),
    "execve": (59, 0, 0, 0),
    "execveat": (322, -1, 0, 0, 0, 999999),
    "fchmod": (91, -1, 0),
    "fchmodat": (268, -1, 0, 0),
    "fchown": (93, -1, 0, 0),
    "lchown": (94, 0, 0, 0),
    "fchownat": (260, -1, 0, 0, 0, 0),
    "utimensat": (280, -1, 0, 0, 999999),
    "setxattr": (188, 0, 0, 0, 0, 0),
    "fsetxattr": (190, -1, 0, 0, 0, 0),
    "removexattr": (197, 0, 0),
    "truncate": (76, 0, 0),
    "mknodat": (259, -1, 0, 0, 0),
    "symlinkat": (266, 0, -1, 0),
    "inotify_add_watch": (254, -1, 0, 0),
    "fanotify_init": (300, 0, 999999),
    "name_to_handle_at": (303, -1, 0, 0, 0, 999999),
    "open_by_handle_at": (304, -1, 0, 0),
    "connect": (42, -1, 0, 0),
    "bind": (49, -1, 0, 0),
    "listen": (50, -1, 0),
    "accept4": (288, -1, 0, 0, 999999),
    "setsockopt": (54, -1, 0, 0, 0, 0),
    "sendmmsg": (307, -1, 0, 0, 0),
    "kill of another": (62, 2**22 + 1, 0),
    "tkill": (200, -1, 0),
    "rt_sigqueueinfo": (129, 2**22 + 1, 0, 0),
    "pidfd_open": (434, 2**22 + 1, 0),
    "pidfd_send_signal": (424, -1, 0, 0, 0),
    "pidfd_getfd": (438, -1, 0, 0),
    "process_vm_writev": (311, 2**22 + 1, 0, 0, 0, 0, 99),
    "process_madvise": (440, -1, 0, 0, 0, 0),
    "kcmp": (312, 2**22 + 1, 2**22 + 2, 0, 0, 0),
    "prlimit64 of another": (302, 2**22 + 1, 0, 0, 0),
    "prctl": (157, 1, 99, 0, 0, 0),
    "shmget": (29, 5, 0, 0),
    "msgget": (68, 5, 0),
    "semget": (64, 5, -1, 0),
    "mq_open": (240, 0, 0, 0, 0),
    "setpriority": (141, 99, 0, 0),
    "ioprio_set": (251, 99, 0, 0),
    "sched_setscheduler": (144, 0, 99, 0),
    "sched_setaffinity": (203, 0, 0, 0),
    "migrate_pages": (256, 2**22 + 1, 0, 0, 0),
    "setresuid": (117, -2, -2, -2),
    "personality": (135, 0xFFFFFFFF),
    "sethostname": (170, 0, -1),
    "swapon": (167, 0, 0),
    "quotactl": (179, 99 << 8, 0, 0, 0),
    "vmsplice": (278, -1, 0, 0, 99),
    "fcntl lease": (72, -1, 1024, 0),
    "fcntl owner": (72, -1, 8, 0),
    "open_tree": (428, -1, 0, 999999),
    "fsopen": (430, 0, 99),
    "mount_setattr": (442, -1, 0, 999999, 0, 0),
    "socket": (41, 1, 99, 0),
    "fork in a namespace": (56, 0x10000000 | 0x10000 | 0x20000000, 0, 0, 0, 0),
    "capset": (126, 0, 0),
    "seccomp": (317, 99, 0, 0),
}
EPERM, ENOSYS = 1, 38


@pytest.mark.skipif(MACHINE != "x86_64", reason="the numbers are those of x86_64")
@pytest.mark.parametrize("call", CALLS)
@complete
def test_a_call_is_refused_before_its_arguments_are_looked_at(cages, target, call):
    inside, outside = cages
    target.told.update(number=CALLS[call][0], arguments=CALLS[call][1:])
    assert inside.ask("any_call", target)["errno"] == EPERM
    if inside.user is None and os.geteuid() == 0:
        assert outside.ask("any_call", target).get("errno") != EPERM


@pytest.mark.skipif(MACHINE != "x86_64", reason="the numbers are those of x86_64")
@pytest.mark.parametrize("call", [(435, 0, 0), (437, -1, 0, 0, 0), (0x40000027,), (9999,)])
@complete
def test_newer_calls_seem_not_to_exist(cages, target, call):
    target.told.update(number=call[0], arguments=call[1:])
    assert cages[0].ask("any_call", target)["errno"] == ENOSYS


@complete
def test_parts_of_the_course_can_be_read_only_if_they_are_given(cages, target):
    inside, _outside = cages
    package = Path(sandbox.__file__).parents[3]
    for part in ("layers/lstm.py", "grading/observe.py", "exercises/__init__.py"):
        path = package / part
        assert path.is_file()
        target.told.update(file=str(path), folder=str(path.parent))
        assert inside.ask("read", target)["error"] == "PermissionError"
        assert inside.ask("listed", target)["error"] == "PermissionError"
        assert "value" in inside.ask("read", target, readable=[str(path)])
        assert "value" in inside.ask("listed", target, readable=[str(path.parent)])


@pytest.mark.parametrize(
    "file", ["/etc/passwd", "/etc/hosts", "/proc/version", "/proc/1/environ", "/proc/1/cmdline"]
)
@complete
def test_files_of_the_machine(cages, target, file):
    inside, outside = cages
    target.told["file"] = file
    assert inside.ask("read", target)["error"] == "PermissionError"
    if file != "/proc/1/environ":  # which may be root's own
        assert "value" in outside.ask("read", target)


@complete
def test_home(cages, target):
    inside, outside = cages
    with tempfile.NamedTemporaryFile(dir=Path.home()) as secret:
        target.told.update(file=secret.name, folder=str(Path.home()))
        for attempt in ("read", "listed"):
            assert inside.ask(attempt, target)["error"] == "PermissionError"
            if inside.user is None:
                assert "value" in outside.ask(attempt, target)


@complete
def test_the_parent_of_the_child(cages, target):
    """Its memory holds what other students wrote; suppose a child knows its process id."""
    inside, outside = cages
    for attempt in ("environment_of_another", "memory_of_another", "open_files_of_another"):
        for cage, refused in ((inside, True), (outside, False)):
            target.told["pid"] = _zygote_of(cage)
            answer = cage.ask(attempt, target)
            assert ("error" in answer) is refused, answer
            assert answer.get("error", "PermissionError") == "PermissionError"


def _zygote_of(cage: Cage) -> int:
    """The process that forks, seen from here: what was started, or its only child."""
    pid = cage.process.pid
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return int(children[0]) if children else pid


@complete
def test_a_package_may_lie_next_to_others_and_is_hidden_all_the_same(target):
    """As when the course itself is installed among the packages."""
    import click
    import polib

    with tempfile.NamedTemporaryFile() as secret:
        package = Path(click.__file__).parent
        cage = Cage(sys.executable, None, Path(secret.name), True, package=str(package))
        try:
            for file, hidden in ((click.__file__, True), (polib.__file__, False)):
                target.told["file"] = file
                assert ("error" in cage.ask("read", target)) is hidden
            target.told["folder"] = str(package.parent)
            assert "value" in cage.ask("listed", target)  # or nothing there could be imported
        finally:
            cage.stop()


# What is left behind


@complete
def test_nothing_goes_on_when_a_child_has_ended(cages, target):
    """Even if it could start processes: here nothing but its namespace holds it."""
    inside, outside = cages
    begun = time.monotonic()
    assert "value" in inside.ask("leaves_a_process", target, enter=False)
    assert time.monotonic() - begun < 2
    begun = time.monotonic()
    assert "value" in outside.ask("leaves_a_process", target)
    assert time.monotonic() - begun > 3, "outside, the process keeps the channel open"


@complete
def test_everything_ends_with_the_process_that_was_started(target):
    with tempfile.NamedTemporaryFile() as secret:
        cage = Cage(sys.executable, None, Path(secret.name), True)
    zygote = _zygote_of(cage)
    target.told["seconds"] = 20
    asked = {"attempt": "endless", "target": target.told, "scratch": str(target.scratch())}
    cage.process.stdin.write(json.dumps(asked) + "\n")
    cage.process.stdin.flush()
    child = _appears(zygote)
    handles = [os.pidfd_open(zygote), os.pidfd_open(child)]
    cage.process.kill()
    cage.process.wait()
    import select

    for handle in handles:
        assert select.select([handle], [], [], 10)[0], "still running"
        os.close(handle)
    cage.process.stdin.close()
    cage.process.stdout.close()


def _appears(parent: int) -> int:
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
        if children:
            return int(children[0])
        time.sleep(0.01)
    raise AssertionError("no child")


@complete
def test_the_exit_status_is_that_of_the_process_which_went_on(target):
    with tempfile.NamedTemporaryFile() as secret:
        cage = Cage(sys.executable, None, Path(secret.name), True)
    assert cage.ready["ready"] == 1, "the first process of a namespace of its own"
    cage.process.stdin.write("not JSON\n")
    cage.process.stdin.close()
    assert cage.process.wait(SECONDS) == 1
    cage.process.stdout.close()


@complete
def test_scratch_is_the_childs_alone(cages, target):
    """What a child writes is gone with it; what was handed in is there."""
    inside, _outside = cages
    folder = target.scratch()
    (folder / "helper.py").write_text("x = 1\n")
    target.scratch = lambda: folder
    assert "value" in inside.ask("finds_what_lay_there", target)
    assert "value" in inside.ask("big_file", target)
    assert sorted(os.listdir(folder)) == ["helper.py"]


# Too much


@pytest.mark.parametrize("attempt", ["memory", "memory_in_pieces"])
@complete
def test_five_gigabytes(cages, target, attempt):
    inside, outside = cages
    target.told["bytes"] = 5 * 10**9
    assert inside.ask(attempt, target)["error"] == "OSError"
    assert "value" in outside.ask(attempt, target)
    target.told["bytes"] = 2 * 10**9
    assert "value" in inside.ask(attempt, target)


@pytest.mark.parametrize(
    ("attempt", "error"), [("memory_of_numpy", "MemoryError"), ("memory_of_torch", "RuntimeError")]
)
@complete
def test_five_gigabytes_in_one_tensor(warm, target, attempt, error):
    target.told["bytes"] = 5 * 10**9
    assert error in warm.ask(attempt, target)["error"]
    target.told["bytes"] = 2 * 10**9
    assert "value" in warm.ask(attempt, target)


@pytest.mark.parametrize(
    ("attempt", "limits"),
    [
        ("big_file", {"file_bytes": 1 << 20}),
        ("big_file", {"disk_bytes": 1 << 20}),
        ("many_big_files", {"disk_bytes": 1 << 20}),
        ("many_files", {"files": 100}),
        ("many_open_files", {"open_files": 64}),
        ("many_threads", {"processes": 64}),
    ],
)
@complete
def test_limits(cages, target, attempt, limits):
    inside, outside = cages
    answer = inside.ask(attempt, target, limits=limits)
    assert answer["error"] in ("OSError", "PermissionError"), answer
    assert "value" in outside.ask(attempt, target)


@complete
def test_time_runs_out(cages, target):
    inside, outside = cages
    target.told["seconds"] = 1.5
    answer = inside.ask("endless", target, limits={"cpu_seconds": 1})
    assert answer["signal"] == signal.SIGKILL, answer
    assert "value" in outside.ask("endless", target)


@complete
def test_limits_cannot_be_raised(cages, target):
    assert cages[0].ask("own_limit_raised", target)["error"] in ("ValueError", "PermissionError")


@pytest.mark.parametrize("attempt", ["crashed", "aborted"])
@complete
def test_a_crash_ends_the_child(cages, target, attempt):
    """The first process of a namespace does not get signals that it does not handle, but these."""
    answer = cages[0].ask(attempt, target)
    assert answer["signal"] in (signal.SIGSEGV, signal.SIGABRT), answer
    assert not answer["late"]


# What must go on working


@pytest.mark.parametrize(
    "attempt",
    [
        "imports_late_of_python",
        "runs_threads",
        "uses_asyncio",
        "handles_signals",
        "uses_files",
        "asks_the_system",
        "prints",
        "says",
    ],
)
@complete
def test_honest_code(cages, target, attempt):
    for cage in cages:
        answer = cage.ask(attempt, target)
        assert "value" in answer, answer


@pytest.mark.parametrize(
    "attempt",
    [
        "computes",
        "computes_on_two_threads",
        "saves_and_loads",
        "loads_data",
        "imports_late",
        "draws",
        "many_files",
        "big_file",
    ],
)
@complete
def test_honest_code_with_torch(warm, target, attempt):
    answer = warm.ask(attempt, target)
    assert "value" in answer, answer


def test_a_file_among_the_first_three_cannot_be_kept():
    with pytest.raises(ValueError):
        sandbox.enter_child(Path("."), [], sandbox.Limits(), {2})


def test_a_process_with_threads_cannot_be_shut_in():
    import threading

    end = threading.Event()
    thread = threading.Thread(target=end.wait)
    thread.start()
    try:
        with pytest.raises(RuntimeError):
            sandbox.enter_child(Path("."), [], sandbox.Limits(), set())
    finally:
        end.set()
        thread.join()


# Other systems


def test_where_there_is_no_linux_limits_hold_and_honest_code_runs(target):
    with tempfile.NamedTemporaryFile() as secret:
        cage = Cage(sys.executable, None, Path(secret.name), True, system="darwin")
    try:
        for attempt in ("runs_threads", "uses_asyncio", "uses_files", "says"):
            assert "value" in cage.ask(attempt, target)
        assert cage.ask("open_files_read", target)["error"] == "PermissionError"
        assert cage.ask("big_file", target, limits={"file_bytes": 1 << 20})["error"] == "OSError"
        target.told["seconds"] = 20
        answer = cage.ask("endless", target, limits={"cpu_seconds": 1})
        assert answer["signal"] in (signal.SIGXCPU, signal.SIGKILL)
        assert "value" in cage.ask("read", target), "and nothing else is promised"
    finally:
        cage.stop()


@pytest.mark.parametrize(
    ("system", "without", "fork"), [("win32", "del os.fork", False), ("darwin", "pass", True)]
)
def test_other_systems_can_be_asked(system, without, fork):
    program = (
        f"import sys, os, json; sys.platform = {system!r}; {without};"
        "sys.modules['resource'] = None;"
        "sys.path.insert(0, sys.argv[1]); import sandbox; known = sandbox.available();"
        "print(json.dumps([known.layers, known.complete]))"
    )
    folder = str(Path(sandbox.__file__).parents[1])
    told = subprocess.run([sys.executable, "-c", program, folder], capture_output=True, text=True)
    layers, complete = json.loads(told.stdout)
    assert not complete
    assert set(layers) == set(LAYERS)
    assert [name for name in LAYERS if layers[name] is True] == ["fork"] * fork


# The list of system calls, on machines that the tests do not run on


def _verdict(program: list, machine: str, number: int, arguments: tuple[int, ...] = ()) -> int:
    """What the kernel's interpreter would return for one call."""
    data = {0: number, 4: seccomp.AUDIT[machine]}
    for index in range(6):
        value = arguments[index] if index < len(arguments) else 0
        data |= {16 + 8 * index: value & 0xFFFFFFFF, 20 + 8 * index: value >> 32}
    at = word = 0
    while True:
        operation, yes, no, constant = program[at]
        at += 1
        match operation:
            case seccomp.LOAD:
                word = data[constant]
            case seccomp.MASK:
                word &= constant
            case seccomp.RETURN:
                return constant
            case _:
                holds = {
                    seccomp.IF_EQUAL: word == constant,
                    seccomp.IF_GREATER: word > constant,
                    seccomp.IF_AT_LEAST: word >= constant,
                    seccomp.IF_ANY: bool(word & constant),
                }[operation]
                at += yes if holds else no


@pytest.mark.parametrize("machine", seccomp.syscalls.ARCHITECTURES)
def test_the_list_says_the_same_on_every_machine(machine):
    program = seccomp.program(machine, 7)
    table = seccomp.syscalls
    column = table.ARCHITECTURES.index(machine)

    def verdict(name, *arguments):
        number = {**table.JUDGED, **table.UNKNOWN}[name][column]
        return _verdict(program, machine, number, arguments)

    allowed = {row[column] for row in table.ALLOWED.values() if row[column] is not None}
    judged = {row[column] for row in table.JUDGED.values() if row[column] is not None}
    missing = {row[column] for row in table.UNKNOWN.values()}
    assert len(allowed) > 120
    assert not allowed & judged
    for number in range(table.LAST + 1):
        if number not in judged:
            expected = seccomp.MISSING if number in missing else seccomp.REFUSE
            expected = seccomp.ALLOW if number in allowed else expected
            assert _verdict(program, machine, number) == expected, number
    assert _verdict(program, machine, table.LAST + 1) == seccomp.MISSING
    assert _verdict(program, machine, 0x40000000) == seccomp.MISSING
    threads, process = 0x3D0F00, 17
    assert verdict("clone", threads) == seccomp.ALLOW
    assert verdict("clone", process) == verdict("clone", threads | 0x10000000) == seccomp.REFUSE
    assert verdict("kill", 7, 9) == verdict("tgkill", 7, 8, 9) == seccomp.ALLOW
    assert verdict("kill", 8, 9) == verdict("kill", 2**32 - 1, 9) == seccomp.REFUSE
    assert verdict("socketpair", 1, 0o2000001) == seccomp.ALLOW
    assert verdict("socketpair", 1, 2) == verdict("socketpair", 2, 1) == seccomp.REFUSE
    assert verdict("sendto", 3, 4, 5, 0, 0) == seccomp.ALLOW
    assert verdict("sendto", 3, 4, 5, 0, 2**32) == verdict("sendto", 3, 4, 5, 0, 1)
    assert verdict("sendto", 3, 4, 5, 0, 1) == seccomp.REFUSE
    for flags, expected in ((0, 1), (0o1101, 1), (0o1002, 1), (0o1000, 0), (3, 0), (0o1003, 0)):
        wanted = seccomp.ALLOW if expected else seccomp.REFUSE
        assert verdict("openat", -100 % 2**64, 0, flags) == wanted, oct(flags)
    assert verdict("ioctl", 0, 0x5401) == seccomp.ALLOW
    assert verdict("ioctl", 0, 0x5412) == seccomp.NO_TERMINAL
    assert verdict("prlimit64", 0) == verdict("fcntl", 0, 3) == verdict("prctl", 15)
    assert verdict("prlimit64", 7) == verdict("fcntl", 0, 8) == verdict("prctl", 4)


def test_programs_of_another_architecture_are_ended():
    program = seccomp.program("x86_64", 1)
    data = {"i386": 0x40000003}
    machine = {**seccomp.AUDIT, **data}
    assert program[1] == (seccomp.IF_EQUAL, 1, 0, machine["x86_64"])
    assert program[2] == (seccomp.RETURN, 0, 0, seccomp.KILL)


# What the instructor is told


def test_what_is_weaker_is_said_in_every_language():
    from course_lib.i18n import LANGUAGES, set_language

    nothing = sandbox.Isolation(dict.fromkeys(LAYERS, "a reason"))
    assert not nothing.complete
    said = {}
    for language in LANGUAGES:
        set_language(language)
        said[language] = [str(sentence) for sentence in nothing.weaker()]
    set_language("en")
    assert all(len(sentences) == len(LAYERS) for sentences in said.values())
    assert all("a reason" in text for sentences in said.values() for text in sentences)
    for same in zip(*said.values(), strict=True):
        assert len(set(same)) == len(LANGUAGES)


@pytest.mark.skipif(sys.platform != "linux", reason="the layers are Linux's")
def test_a_layer_is_missing_only_where_the_kernel_has_none():
    """A sandbox that does not work must not look like a machine that cannot have one."""
    for name, works in KNOWN.layers.items():
        reasons = ("without", "no list of system calls", "[Errno 1]", "[Errno 28]", "[Errno 22]")
        assert works is True or any(reason in works for reason in reasons), (name, works)


@complete
def test_where_everything_works_nothing_is_weaker():
    assert KNOWN.complete
    assert KNOWN.weaker() == []
    assert KNOWN.landlock_version >= 1


@complete
def test_what_is_missing_is_found_out_and_why():
    """On a machine without namespaces, and asked by a program that has threads."""
    program = (
        "import sys; sys.path[:0] = sys.argv[1:3]; import cage, sandbox, threading, json;"
        "cage._be_on_a_machine_without_namespaces();"
        "threading.Thread(target=threading.Event().wait, daemon=True).start();"
        "known = sandbox.available(); print(json.dumps([known.layers, known.complete]))"
    )
    folders = [str(HERE), str(Path(sandbox.__file__).parents[1])]
    told = subprocess.run([sys.executable, "-c", program, *folders], capture_output=True, text=True)
    layers, complete = json.loads(told.stdout)
    missing = {name for name, works in layers.items() if works is not True}
    assert missing == {name for name in LAYERS if name.endswith("_namespace")}
    assert all("No space left" in layers[name] for name in missing)
    assert not complete
