"""Writing files so that a reader never sees half of one."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


def write_atomically(path: Path, text: str) -> None:
    """Write ``text`` (UTF-8, ``\\n`` line ends) to ``path``, all of it or nothing.

    What UTF-8 has no bytes for, as in a file's name from another system, is written as ``\\udce9``.
    """
    write_bytes_atomically(path, text.encode("utf-8", "backslashreplace"))


def write_bytes_atomically(path: Path, content: bytes) -> None:
    """Write ``content`` to ``path``, all of it or nothing."""
    with all_or_nothing(path) as unfinished:
        unfinished.write_bytes(content)


@contextmanager
def all_or_nothing(path: Path) -> Iterator[Path]:
    """A file to write, which takes the place of ``path`` when the block ends without an error."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    os.close(handle)
    try:
        yield Path(temporary)
        # mkstemp makes the file private; give it what an ordinary new file would have.
        umask = os.umask(0)
        os.umask(umask)
        os.chmod(temporary, 0o666 & ~umask)
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def remove_tree(top: Path) -> None:
    """Remove a folder that a student's code had for itself, as far as the system lets us.

    It may be deeper than Python's recursion goes and longer than a path may be: each folder is
    moved to the top before it is emptied. And it may be closed to its owner.
    """
    moved, waiting = 0, [os.fspath(top)]
    while waiting:
        folder = waiting.pop()
        with suppress(OSError):
            os.chmod(folder, 0o700)
            for entry in list(os.scandir(folder)):
                with suppress(OSError):
                    if not entry.is_dir(follow_symlinks=False):
                        os.unlink(entry.path)
                        continue
                    moved += 1
                    os.chmod(entry.path, 0o700)  # to be moved it has to be written to
                    place = os.path.join(top, f".removed-{os.getpid()}-{moved}")
                    os.rename(entry.path, place)
                    waiting.append(place)
            if folder != os.fspath(top):
                os.rmdir(folder)
    with suppress(OSError):
        os.rmdir(top)
