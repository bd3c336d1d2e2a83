"""What students' code may try: each function either returns, and then it got through, or raises.

``target`` names what is tried at: files, sockets and a process outside. The functions run in a
child of ``cage.py``, with the sandbox or, to show that they do work, without it.
"""

import ctypes
import errno
import mmap
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

LIBC = ctypes.CDLL(None, use_errno=True)
LIBC.syscall.restype = ctypes.c_long


def syscall(number, *arguments):
    longs = [ctypes.c_long(item) if isinstance(item, int) else item for item in arguments]
    result = LIBC.syscall(ctypes.c_long(number), *longs)
    if result == -1:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result


def any_call(target):
    return syscall(target["number"], *target["arguments"])


# Files


def read(target):
    with open(target["file"], "rb") as file:
        return file.read(100)


def read_by_detour(target):
    with open(f"/proc/self/root{target['file']}", "rb") as file:
        return file.read(100)


def read_relative(target):
    return open(os.path.relpath(os.path.realpath(target["file"])), "rb").read(100)


def read_from_path_handle(target):
    folder = os.open(os.path.dirname(target["file"]), os.O_PATH)
    return os.open(os.path.basename(target["file"]), os.O_RDONLY, dir_fd=folder)


def listed(target):
    return os.listdir(target["folder"])


def written(target):
    with open(target["file"], "ab") as file:
        return file.write(b"x")


def created(target):
    with open(os.path.join(target["folder"], "new"), "x") as file:
        return file.write("x")


def folder_made(target):
    os.mkdir(os.path.join(target["folder"], "new"))


def removed(target):
    os.unlink(target["file"])


def emptied(target):
    os.truncate(target["file"], 0)


def emptied_by_reading(target):
    os.close(os.open(target["file"], os.O_RDONLY | os.O_TRUNC))


def emptied_by_neither(target):
    os.close(os.open(target["file"], 3 | os.O_TRUNC))


def opened_for_neither(target):
    os.close(os.open(target["file"], 3))


def mode_changed(target):
    os.chmod(target["file"], 0o777)


def mode_changed_of_open_file(target):
    with open(target["readable"]) as file:
        os.fchmod(file.fileno(), 0o644)


def owner_changed(target):
    os.chown(target["file"], os.getuid(), os.getgid())


def times_changed(target):
    os.utime(target["file"], (1, 1))


def attribute_changed(target):
    os.setxattr(target["file"], "user.mark", b"5")


def flags_asked_of_open_file(target):
    import fcntl

    get_flags = 0x80086601
    with open(target["readable"]) as file:
        return fcntl.ioctl(file.fileno(), get_flags, b"\0" * 8)


def moved_out(target):
    with open("mine", "w") as file:
        file.write("x")
    os.rename("mine", os.path.join(target["folder"], "moved"))


def moved_in(target):
    os.rename(target["file"], "mine")


def linked_in(target):
    os.link(target["file"], "mine")


def readable_linked_in(target):
    os.link(target["readable"], "mine")


def symbolic_link(target):
    os.symlink(target["file"], "link")


def pipe_with_a_name(target):
    os.mkfifo("pipe")


def socket_with_a_name(target):
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("socket")


def shared_memory(target):
    with open("/dev/shm/course-test", "w") as file:
        file.write("x")
    os.unlink("/dev/shm/course-test")


def watched(target):
    inotify = LIBC.inotify_init()
    if inotify < 0 or LIBC.inotify_add_watch(inotify, target["file"].encode(), 0xFFF) < 0:
        raise OSError(ctypes.get_errno(), "inotify")


def open_files_read(target):
    found = []
    for number in range(3, 200):
        if number == target["channel"]:
            continue
        try:
            os.fstat(number)
        except OSError:
            continue
        found.append(number)
    if not found:
        raise PermissionError(errno.EBADF, "nothing open")
    return found


def open_files_of_another(target):
    return os.listdir(f"/proc/{target['pid']}/fd")


def environment_of_another(target):
    with open(f"/proc/{target['pid']}/environ") as file:
        return file.read()


def memory_of_another(target):
    return os.open(f"/proc/{target['pid']}/mem", os.O_RDONLY)


def own_environment(target):
    with open("/proc/self/environ") as file:
        told = file.read().replace("\0", "") + "".join(os.environ)
    secret = ctypes.CDLL(None).getenv(b"COURSE_TEST_SECRET")
    if not told and not secret:
        raise PermissionError(errno.ENOENT, "nothing there")
    return told


# Network


def tcp(target):
    socket.create_connection(("127.0.0.1", target["tcp"]), 5).close()


def tcp_server(target):
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()


def udp(target):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.sendto(b"x", ("127.0.0.1", target["tcp"]))


def unix(target):
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(target["unix"])


def unix_abstract(target):
    with socket.socket(socket.AF_UNIX) as client:
        client.connect("\0" + target["abstract"])


def datagram_from_a_pair(target):
    mine, _theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    mine.sendto(b"x", target["datagram"])


def message_from_a_pair(target):
    mine, _theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    mine.sendmsg([b"x"], [], 0, target["datagram"])


def packet(target):
    socket.socket(socket.AF_PACKET, socket.SOCK_RAW).close()


# Processes


def forked(target):
    child = os.fork()
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)


def started(target):
    subprocess.run(["/bin/true"], check=True)


def shell(target):
    if os.system("true") != 0:
        raise PermissionError(errno.EPERM, "no shell")


def spawned(target):
    os.waitpid(os.posix_spawn("/bin/true", ["true"], {}), 0)


def replaced(target):
    os.dup2(target["channel"], 1)
    os.execv("/bin/echo", ["echo", '{"value": "replaced"}'])


def pool(target):
    import multiprocessing

    worker = multiprocessing.get_context("fork").Process(target=int)
    worker.start()
    worker.join()


def cloned(target):
    child = syscall(target["clone"], signal.SIGCHLD, 0, 0, 0, 0)
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)


def cloned_with_threads_memory(target):
    """A process that only looks like a thread: its own id and signals, shared memory."""
    vm, vfork = 0x100, 0x4000
    child = syscall(target["clone"], vm | vfork | signal.SIGCHLD, 0, 0, 0, 0)
    if child == 0:
        LIBC._exit(0)
    os.waitpid(child, 0)


def old_gate(target):
    """System call 20 of 32-bit Linux (getpid), through the gate of 32-bit programs."""
    code = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    code.write(b"\xb8\x14\x00\x00\x00\xcd\x80\xc3")
    start = ctypes.addressof(ctypes.c_char.from_buffer(code))
    return ctypes.CFUNCTYPE(ctypes.c_int)(start)()


def signalled(target):
    os.kill(target["pid"], signal.SIGTERM)


def all_signalled(target):
    os.kill(-1, 0)


def group_signalled(target):
    os.killpg(target["group"], 0)


def thread_signalled(target):
    syscall(target["tkill"], target["pid"], 0)


def handle_on_process(target):
    os.close(os.pidfd_open(target["pid"]))


def traced(target):
    attach = 16
    if LIBC.ptrace(attach, target["pid"], 0, 0) < 0:
        raise OSError(ctypes.get_errno(), "ptrace")


def memory_read(target):
    class Vector(ctypes.Structure):
        _fields_ = (("base", ctypes.c_void_p), ("length", ctypes.c_size_t))

    here, there = ctypes.create_string_buffer(8), Vector(target["address"], 8)
    local = Vector(ctypes.addressof(here), 8)
    got = LIBC.process_vm_readv(target["pid"], ctypes.byref(local), 1, ctypes.byref(there), 1, 0)
    if got < 0:
        raise OSError(ctypes.get_errno(), "process_vm_readv")
    return here.raw


def slowed_down(target):
    os.setpriority(os.PRIO_PROCESS, target["pid"], 5)


def limited(target):
    import resource

    return resource.prlimit(target["pid"], resource.RLIMIT_CORE)


def own_limit_raised(target):
    import resource

    resource.setrlimit(resource.RLIMIT_CPU, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


def unshared(target):
    if LIBC.unshare(0x10000000) < 0:
        raise OSError(ctypes.get_errno(), "unshare")


def joined(target):
    with open("/proc/self/ns/net") as namespace:
        if LIBC.setns(namespace.fileno(), 0) < 0:
            raise OSError(ctypes.get_errno(), "setns")


def has_capabilities(target):
    with open("/proc/self/status") as file:
        told = dict((*line.split(), "")[:2] for line in file)
    held = {name: told[name] for name in ("CapEff:", "CapPrm:", "CapInh:", "CapAmb:")}
    if not any(int(bits, 16) for bits in held.values()) and told["NoNewPrivs:"] == "1":
        raise PermissionError(errno.EPERM, "none")
    return held


def leaves_a_process(target):
    """A grandchild in a session of its own: the channel stays open for as long as it lives."""
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            time.sleep(4)
        os._exit(0)
    time.sleep(0.2)


# Too much


def memory(target):
    return len(mmap.mmap(-1, target["bytes"]))


def memory_in_pieces(target):
    return len([mmap.mmap(-1, 1 << 26) for _ in range(target["bytes"] >> 26)])


def memory_of_numpy(target):
    import numpy

    return numpy.empty(target["bytes"], dtype="uint8").size


def memory_of_torch(target):
    import torch

    return torch.empty(target["bytes"], dtype=torch.uint8).numel()


def big_file(target):
    with open("big", "wb") as file:
        for _ in range(4):
            file.write(b"\0" * (1 << 20))


def many_big_files(target):
    for number in range(8):
        with open(f"big{number}", "wb") as file:
            file.write(b"\0" * (1 << 19))


def many_files(target):
    for number in range(200):
        open(f"file{number}", "w").close()


def many_open_files(target):
    return len([os.dup(0) for _ in range(400)])


def many_threads(target):
    threading.stack_size(1 << 16)
    end = threading.Event()
    begun = 0
    try:
        for _ in range(700):
            threading.Thread(target=end.wait, daemon=True).start()
            begun += 1
    except RuntimeError as error:
        raise PermissionError(errno.EAGAIN, f"{begun} threads") from error
    finally:
        end.set()
    return begun


def endless(target):
    begun = time.process_time()
    while time.process_time() - begun < target["seconds"]:
        pass


def crashed(target):
    ctypes.string_at(0)


def aborted(target):
    os.abort()


# What must go on working


def computes(target):
    import torch

    layer = torch.nn.LSTM(3, 4)
    layer(torch.randn(5, 2, 3))[0].sum().backward()
    return layer.weight_ih_l0.grad.shape


def computes_on_two_threads(target):
    import torch

    torch.set_num_threads(2)
    square = torch.ones(300, 300)
    return (square @ square).sum().item(), torch.get_num_threads()


def saves_and_loads(target):
    import torch

    torch.save({"x": torch.ones(3)}, "state.pt")
    return torch.load("state.pt")["x"].sum().item()


def loads_data(target):
    import torch

    data = torch.utils.data.TensorDataset(torch.arange(10))
    return len(list(torch.utils.data.DataLoader(data, batch_size=2)))


def imports_late(target):
    import sqlite3
    import wave
    import xml.dom.minidom

    import numpy.polynomial
    import torch.distributions

    return sqlite3, wave, xml.dom.minidom, numpy.polynomial, torch.distributions


def imports_late_of_python(target):
    import sqlite3
    import wave

    return sqlite3, wave


def draws(target):
    os.environ["MPLCONFIGDIR"] = os.getcwd()
    import matplotlib

    matplotlib.use("agg")
    from matplotlib import pyplot

    pyplot.plot([1, 2])
    pyplot.title("a title")
    pyplot.savefig("figure.png")
    return os.path.getsize("figure.png") > 1000 or sys.exit("an empty figure")


def runs_threads(target):
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(4) as executor:
        return sum(executor.map(abs, range(-10, 0)))


def uses_asyncio(target):
    import asyncio

    return asyncio.run(asyncio.sleep(0.01, "awake"))


def handles_signals(target):
    got = []
    signal.signal(signal.SIGALRM, lambda *_: got.append(1))
    signal.setitimer(signal.ITIMER_REAL, 0.05)
    time.sleep(0.2)
    signal.signal(signal.SIGUSR1, lambda *_: got.append(2))
    os.kill(os.getpid(), signal.SIGUSR1)
    signal.raise_signal(signal.SIGUSR1)
    return got == [1, 2, 2] or sys.exit(f"{got}")


def uses_files(target):
    from pathlib import Path

    with tempfile.TemporaryDirectory() as folder, tempfile.NamedTemporaryFile() as file:
        Path(folder, "a").write_text("x")
        Path(folder, "a").replace(Path("b"))
        file.write(b"x")
    Path("c").touch()
    Path("c").touch()
    os.makedirs("d/e")
    shutil.copyfile("b", "d/e/f")
    os.link("b", "g")
    with open("g", "r+") as opened:
        opened.truncate(0)
    shutil.rmtree("d")
    return sorted(os.listdir(".")) == ["b", "c", "g"] or sys.exit(f"{os.listdir('.')}")


def asks_the_system(target):
    import platform

    return (
        platform.platform(),
        os.cpu_count(),
        len(os.sched_getaffinity(0)),
        os.isatty(0),
        os.urandom(4),
        time.localtime(),
        open("/dev/zero", "rb").read(2),
        open("/dev/null", "w").write("x"),
        os.getrandom(3),
        sys.getrecursionlimit(),
        shutil.disk_usage("."),
    )


def prints(target):
    print("lost")
    sys.stdout.flush()
    os.write(2, b"lost")


def finds_what_lay_there(target):
    return open("helper.py").read() == "x = 1\n" or sys.exit("something else")


def says(target):
    return os.getpid(), os.getcwd()
