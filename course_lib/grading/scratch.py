"""One folder for all temporary files of a run; the next run removes those of runs that were killed.

The folder holds a locked file. The system takes the lock away with the process, however that ends,
and whoever finds it free, in a folder of their own, knows that nobody needs what is there.
"""

import os
import stat
import tempfile
from contextlib import contextmanager, suppress
from multiprocessing import util
from pathlib import Path

from course_lib.files import remove_tree

try:
    import fcntl
except ImportError:  # Windows: temporary files lie where they always do
    fcntl = None

PREFIX, MARK = "course-", "held-by-course-grade"
# Of a socket's path, which has 107 bytes: "/course-12345678/pymp-12345678/listener-12345678".
LENGTH = 48

_mine: tuple[int, Path, int] | None = None  # the process, its folder, the handle of the lock


def folder() -> Path | None:
    """This process's folder for its temporary files and those of the processes that it starts.

    Made at the first call, and removed when the process ends; None where that cannot be.
    """
    global _mine
    if fcntl is None:
        return None
    if _mine is None or _mine[0] != os.getpid() or not _mine[1].is_dir():
        with suppress(OSError):
            remove_left_behind()
        made = _made()
        if made is None:
            return None
        _mine = (os.getpid(), *made)
        # After multiprocessing, which has a folder of its own in it.
        util.Finalize(None, _remove, args=(made[0],), exitpriority=-200)
    return _mine[1]


def environment() -> dict[str, str]:
    """What a process is told, so that its temporary files lie in the folder."""
    return {} if (mine := folder()) is None else {"TMPDIR": str(mine)}


@contextmanager
def used_by_multiprocessing():
    """Within, the folder that multiprocessing makes itself at its first need lies in this one."""
    before, mine = tempfile.tempdir, folder()
    if mine is not None:
        tempfile.tempdir = str(mine)
    try:
        yield
    finally:
        tempfile.tempdir = before


def remove_left_behind() -> None:
    """Remove the folders of this user's processes that are no more."""
    for path in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        with suppress(OSError):
            about = path.lstat()
            if not stat.S_ISDIR(about.st_mode) or about.st_uid != os.geteuid():
                continue
            handle = os.open(path / MARK, os.O_RDWR | os.O_NOFOLLOW)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                _remove(path)
            finally:
                os.close(handle)


def _made() -> tuple[Path, int] | None:
    for _attempt in range(3):
        try:
            path = Path(tempfile.mkdtemp(prefix=PREFIX))
            handle = os.open(path / MARK, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        except OSError:  # no room: it will be said where somebody needs it
            return None
        with suppress(OSError):
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # Between the file and its lock, another run may have taken it for one left behind.
            if os.path.samestat(os.fstat(handle), os.stat(path / MARK)):
                return path, handle
        os.close(handle)
        _remove(path)
    return None


def _remove(path: Path) -> None:
    """The mark last: what could not be removed is tried again by the next run."""
    with suppress(OSError):
        os.chmod(path, 0o700)
        for entry in list(os.scandir(path)):
            if entry.is_dir(follow_symlinks=False):
                remove_tree(Path(entry.path))
            elif entry.name != MARK:
                os.unlink(entry.path)
        if os.listdir(path) == [MARK]:
            os.unlink(path / MARK)
            os.rmdir(path)
