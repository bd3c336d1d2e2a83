"""How much a child may use."""

import contextlib
from dataclasses import dataclass

from .kernel import LINUX

try:
    import resource
except ImportError:  # Windows
    resource = None

MIB = 2**20
GIB = 2**30
RESERVED_PIDS = 300  # the kernel gives these out once only, then never again


@dataclass(frozen=True)
class Limits:
    """What one child may use; enough for any homework of a course with torch on a CPU.

    ``memory`` is on top of what the child has when it starts: torch alone maps a good half
    gigabyte, and with CUDA ten times that. It counts addresses and not pages, so every thread's
    stack and arena is in it.
    """

    memory: int = 3 * GIB
    cpu_seconds: int = 600
    file_bytes: int = 256 * MIB  # of one file
    disk_bytes: int = 512 * MIB  # of the scratch folder, where mount namespaces work
    files: int = 20_000  # in the scratch folder, likewise
    processes: int = 128  # threads in fact, as no process can be started
    open_files: int = 256


def apply_limits(limits: Limits, count_processes: bool) -> None:
    """Set the limits of this process; none of them can be raised again.

    ``count_processes`` only where nobody else's processes are counted as well.
    """
    bounds = {
        resource.RLIMIT_CPU: limits.cpu_seconds,
        resource.RLIMIT_FSIZE: limits.file_bytes,
        resource.RLIMIT_NOFILE: limits.open_files,
        resource.RLIMIT_CORE: 1,  # one byte: 0 would not stop a core that is piped to a program
    }
    if LINUX:  # elsewhere there are none of these, or they do not hold
        bounds[resource.RLIMIT_AS] = _mapped() + limits.memory
        bounds[resource.RLIMIT_MEMLOCK] = bounds[resource.RLIMIT_MSGQUEUE] = 0
        bounds[resource.RLIMIT_SIGPENDING] = 256
    if count_processes:
        bounds[resource.RLIMIT_NPROC] = limits.processes
    for kind, bound in bounds.items():
        lowest = _at_most(bound, resource.getrlimit(kind)[1])
        resource.setrlimit(kind, (lowest, lowest))


def bound_process_ids(limits: Limits) -> None:
    """Let the process namespace run out of ids: a bound on threads that holds for root as well.

    Only for Linux 6.14 or newer in a process namespace of one's own: before, the file belongs to
    the whole machine.
    """
    with contextlib.suppress(OSError), open("/proc/sys/kernel/pid_max", "w") as file:
        file.write(str(RESERVED_PIDS + max(2, limits.processes)))


def be_the_first_to_go() -> None:
    """When the machine runs out of memory, it is this process that ends."""
    with contextlib.suppress(OSError), open("/proc/self/oom_score_adj", "w") as file:
        file.write("1000")


def _mapped() -> int:
    with open("/proc/self/statm") as file:
        return int(file.read().split()[0]) * resource.getpagesize()


def _at_most(wanted: int, allowed: int) -> int:
    return wanted if allowed == resource.RLIM_INFINITY else min(wanted, allowed)
