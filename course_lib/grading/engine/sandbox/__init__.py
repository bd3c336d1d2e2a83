"""What a process that runs a student's code may do on Linux, without root and without a tool.

Five layers, each of which stops what the others let through: namespaces (no network, no other
process, a scratch folder of bounded size), limits on memory, time and files, landlock (which
files), seccomp (which calls into the kernel) and no capabilities. A layer that the machine does
not have is left out, and ``available`` says so; a layer that it has and that fails stops the child.

The process that forks the children calls ``enter_parent`` once and ``fork_into_new_pid_namespace``
for each of them; the child calls ``enter_child`` before it runs anything of the student's.

Inside, students' code computes, starts threads and writes files in its scratch folder. It cannot
start a process: ``subprocess``, ``os.fork``, ``multiprocessing`` and a ``DataLoader`` with workers
end with an ordinary ``PermissionError``, because a limit on the number of processes does not hold
for root. ``chmod``, ``utime``, symbolic links and all sockets but ``socketpair`` are refused too,
as landlock does not look at them.

What stays: a path outside can be asked whether it exists and how big it is, though not opened; the
names, not the contents, of what lies next to Python's packages can be listed; students' code shares
the processor with grading, and a fault in the kernel itself is a way out.
"""

from .child import enter_child
from .isolation import Isolation, available
from .limits import Limits
from .namespaces import enter_parent, fork_into_new_pid_namespace

__all__ = [
    "Isolation",
    "Limits",
    "available",
    "enter_child",
    "enter_parent",
    "fork_into_new_pid_namespace",
]
