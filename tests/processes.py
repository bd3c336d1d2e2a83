"""Processes that a test looks at from outside: any of them may end while it looks."""

import psutil


def lives(process: psutil.Process) -> bool:
    """Whether it still runs: one that ended, and waits for its parent to notice, does not."""
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def command(process: psutil.Process) -> str:
    """What it was started with; nothing when it has ended."""
    try:
        return " ".join(process.cmdline())
    except psutil.NoSuchProcess:
        return ""
