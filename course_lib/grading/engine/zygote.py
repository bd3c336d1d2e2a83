"""The parent of the processes that students' code runs in: torch is warm, no answer is known.

Asked for by ``Zygote`` in ``children.py``, forked from the nursery or a process of its own. It
gets one end of a socket pair for every submission, forks, and the child shuts itself in before it
runs anything. It has exactly one thread: a fork of a process with more hangs.
"""

import ast
import gc
import json
import os
import select
import signal
import socket
import sys
import tempfile
import traceback
from contextlib import suppress
from importlib import import_module
from pathlib import Path

from course_lib.quick_start import COLLECTING, without_distributed_tensors

ROOM = 1 << 20  # bytes of one request
SEED = 1997  # what no check draws from
# No file of the course can be opened in a child: what it answers with is loaded before. And numpy's
# random numbers, which each child would load by itself.
ASKED_OF_A_CHILD = (
    "course_lib.grading.engine.sandbox",
    "course_lib.grading.engine.shell",
    "course_lib.grading.engine.handles",
    "course_lib.grading.engine.finished",
    "course_lib.grading.html",
    "numpy.random",
)


def nursery(control: int) -> None:
    """Fork a zygote for every request on ``control`` until nobody is left to make one."""
    channel = socket.socket(fileno=control)
    _be_called("nursery")
    os.dup2(2, 1)  # what the run itself prints may be JSON for a machine
    # Who starts it is deaf to Ctrl-C; it leads a session of its own, and students' code is not.
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    gc.disable()  # nothing of what is loaded is garbage
    shell = _load()
    gc.enable()
    _freeze()
    zygotes = _Forked()
    while True:
        zygotes.tend(channel)
        request, descriptors, _flags, _address = socket.recv_fds(channel, ROOM, 2)
        if not request:
            break
        zygote = os.fork()
        if zygote == 0:
            try:
                channel.close()
                zygotes.let_go()
                _be_called("zygote")
                _begin_anew(descriptors[1])
                settings = json.loads(request)
                _leave_the_machine(settings)
                _serve(descriptors[0], settings, shell)
            except BaseException:
                traceback.print_exc()  # into the log of the workers
                sys.stderr.flush()
            finally:
                os._exit(0)
        zygotes.ends[os.pidfd_open(zygote)] = descriptors[0]
        os.close(descriptors[1])
    zygotes.tend()


class _Forked:
    """The zygotes of the nursery, none of which outlives the one who asked for it.

    A zygote sees that its channel is closed when it looks. While it imports it does not, and an
    import may hang: so the nursery keeps a copy of its end, and looks instead. ``ends`` are these,
    by a handle of the process.
    """

    def __init__(self) -> None:
        self.ends: dict[int, int] = {}

    def tend(self, channel: socket.socket | None = None) -> None:
        """End zygotes that nobody holds, until there is something on ``channel``, or none left."""
        while channel or self.ends:
            poll = select.poll()
            if channel:
                poll.register(channel, select.POLLIN)
            for handle, end in self.ends.items():
                poll.register(handle, select.POLLIN)  # it has ended
                poll.register(end, 0)  # the other end is closed
            ready = {descriptor for descriptor, _event in poll.poll()}
            for handle in [h for h, end in self.ends.items() if ready & {h, end}]:
                signal.pidfd_send_signal(handle, signal.SIGKILL)
                os.waitid(os.P_PIDFD, handle, os.WEXITED)
                os.close(self.ends.pop(handle))
                os.close(handle)
            if channel and channel.fileno() in ready:
                return

    def let_go(self) -> None:
        """In a zygote: the others' ends are not its own."""
        for descriptor in (*self.ends, *self.ends.values()):
            os.close(descriptor)


def _begin_anew(log: int) -> None:
    """As a process of its own is: a session that nobody shares, and the log of its own worker."""
    os.setsid()
    for stream in (1, 2):
        os.dup2(log, stream)
    os.close(log)


def main(control: int, settings: dict) -> None:
    """Be a zygote that is a process of its own."""
    _be_called("zygote")
    _leave_the_machine(settings)  # before torch: what stays outside of the namespaces is small
    _serve(control, settings, _load())


def _leave_the_machine(settings: dict) -> None:
    """Each zygote into namespaces of its own: limits count what is in one of them together."""
    if settings["isolated"]:
        from course_lib.grading.engine import sandbox

        sandbox.enter_parent()


def _serve(control: int, settings: dict, shell) -> None:
    """Answer requests for children on the file descriptor ``control`` until it closes."""
    from course_lib.grading.engine import first_use
    from course_lib.grading.engine.large_pages import use_large_pages

    channel = socket.socket(fileno=control)
    _warm_up(settings["imports"], settings["modules"])
    _freeze()
    channel.send(json.dumps({"ready": os.getpid()}).encode())
    forked = 0
    while True:
        if forked == 1:  # nobody waits for the first child while this is done
            use_large_pages()
        request, descriptors, _flags, _address = socket.recv_fds(channel, ROOM, 2)
        _reap()
        if not request:
            return
        told = json.loads(request)
        if first_use.load(told["modules"]):
            _freeze()
        child = _fork(settings["isolated"])
        if child == 0:
            _be_a_child(channel, *descriptors, told, settings, shell)
        forked += 1
        for descriptor in descriptors:
            os.close(descriptor)
        handle = os.pidfd_open(child)
        try:
            socket.send_fds(channel, [b"{}"], [handle])
        finally:
            os.close(handle)


def _fork(isolated: bool) -> int:
    if not isolated:
        return os.fork()
    from course_lib.grading.engine import sandbox

    return sandbox.fork_into_new_pid_namespace()


def _freeze() -> None:
    if _threads() != 1:
        raise RuntimeError(f"{_threads()} threads: children of this process would hang")
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECTING)


def _be_a_child(channel, descriptor: int, bell: int, told: dict, settings, capturing) -> None:
    """Never returns: whatever happens here, this process must not go on as a second zygote."""
    from course_lib.grading.engine import wire
    from course_lib.grading.engine.sandbox import kernel
    from course_lib.grading.engine.shell import Shell

    try:
        _be_called("student")
        channel.close()
        scratch = Path(told["scratch"])
        if settings["isolated"]:
            from course_lib.grading.engine import sandbox

            readable = [Path(path) for path in settings["readable"]]
            limits = sandbox.Limits(**told["limits"])
            sandbox.enter_child(scratch, readable, limits, {descriptor, bell})
        else:
            kernel.prctl(kernel.PR_SET_PDEATHSIG, signal.SIGKILL)  # nobody else may be left
            os.chdir(scratch)
            os.environ.clear()
        os.environ.update(told["environment"])
        sys.path[:] = [path for path in sys.path if path not in ("", ".")]
        if settings["helpers"]:  # they lie in the working directory
            sys.path.insert(0, "")
        _draw_as_at_each_grading()
        sys.setrecursionlimit(sys.getrecursionlimit() + _depth())  # however it was begun
        shell = Shell(socket.socket(fileno=descriptor), told["language"], capturing, bell)
        shell.say_ready()
        shell.serve()
    except BaseException as error:
        told = {"broken": f"{type(error).__name__}: {error}"[:500]}
        wire.send(socket.socket(fileno=os.dup(descriptor)), told)
    finally:
        os._exit(0)


def _depth() -> int:
    frame, depth = sys._getframe(), 0
    while frame := frame.f_back:
        depth += 1
    return depth


def _draw_as_at_each_grading() -> None:
    """Code that sets no seed gives the same again: each library begins with numbers of its own."""
    import random

    import numpy
    import torch

    random.seed(SEED)
    numpy.random.seed(SEED)
    torch.default_generator.manual_seed(SEED)


def _be_called(name: str) -> None:
    """The name of this process in lists of processes; its command is of what it was forked from."""
    with suppress(OSError):  # not Linux
        Path("/proc/self/comm").write_text(name)


def _load():
    """What every notebook needs, imported and called once; the shell for it."""
    import torch

    torch.set_num_threads(1)
    torch.set_num_interop_threads(1)
    for name in ASKED_OF_A_CHILD:
        import_module(name)
    from course_lib.grading.engine import stand_ins
    from course_lib.grading.engine.finished import make_unusable
    from course_lib.i18n import LANGUAGES, translator

    stand_ins.put_in_place()
    for language in LANGUAGES:  # catalogs cannot be read later
        translator(language)
    layer = torch.nn.LSTM(2, 3)
    layer(torch.zeros(4, 1, 2))[0].sum().backward()
    without_distributed_tensors()
    torch.testing.assert_close(torch.zeros(1), torch.zeros(1))
    make_unusable(frozenset({"lstm"}))  # what is set up at the first time, each child would set up
    make_unusable(frozenset())
    return _shell()


def _warm_up(imports: str, modules: list[str]) -> None:
    """What notebooks of one assignment are likely to need."""
    for name in modules:
        import_module(name)
    _import_as_released(imports)


def _shell():
    """A shell for cells; it makes a folder of settings, which no child may."""
    from course_lib.grading.engine.capturing import CapturingShell

    with tempfile.TemporaryDirectory(prefix="ipython-") as folder:
        os.environ["IPYTHONDIR"] = folder
        shell = CapturingShell()
        shell.run("1 + 1")
        shell.reset(new_session=True)
    return shell


def _import_as_released(imports: str) -> None:
    """The imports that the released notebook begins with; one that fails, fails in its cell."""
    for statement in ast.parse(imports).body:
        try:
            exec(compile(ast.Module([statement], []), "<imports>", "exec"), {})
        except Exception:
            continue


def _threads() -> int:
    try:
        return len(os.listdir("/proc/self/task"))
    except OSError:  # not Linux
        import threading

        return threading.active_count()


def _reap() -> None:
    while True:
        try:
            if os.waitpid(-1, os.WNOHANG)[0] == 0:
                return
        except ChildProcessError:
            return
