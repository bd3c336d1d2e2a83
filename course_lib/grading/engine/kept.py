"""What torch and the known mistakes answer, kept on disk for the next grading of an assignment.

Most of it belongs to cases that are the same each time, and takes a worker two seconds. It is
plain numbers: nothing in such a file is ever run, and one that cannot be read, or that another
version of the course or of torch has written, counts for nothing.
"""

import json
import struct
import sys
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path
from time import monotonic

import numpy
from torch import Tensor

from course_lib.files import write_bytes_atomically
from course_lib.grading import known_answers
from course_lib.grading.engine import named_tensors
from course_lib.grading.engine.packing import WireError
from course_lib.grading.exam import Failure
from course_lib.grading.versions import code, versions

FOLDER = Path("_build/known")
LARGEST = 256 << 20  # bytes of a file
SECONDS, FEWEST = 2.0, 20  # between two times of writing: so long, and so many new answers
_START = struct.Struct(">16sQ")  # a digest of all that follows it, bytes of the head
# What a mistake may raise; others are made again.
_ERRORS = {kind.__name__: kind for kind in (RuntimeError, ValueError, TypeError, IndexError)}


class Kept:
    """The file of one assignment in the course at ``root``."""

    def __init__(self, root: Path, assignment: str) -> None:
        self.path = Path(root, FOLDER, f"{assignment}.bin")
        self.assignment = assignment
        self.packed = self._read()  # key -> what ``_packed`` made
        self.since = monotonic()
        self.tried: set[tuple] = set()  # keys that it has once tried to write

    def answer(self, key: tuple):
        """What was answered under ``key`` in an earlier grading; None if nobody knows."""
        names, content = self.packed.get(key, (None, b""))
        if type(names) is str:
            return Failure(_ERRORS[names](content.decode())) if names in _ERRORS else None
        with suppress(WireError):
            return named_tensors.observation(names, content)
        return None

    def keep_new(self) -> None:
        """Write what has become known, if it is enough; a folder that takes nothing is no harm."""
        if monotonic() - self.since < SECONDS:
            return
        known = self.packed.keys() | self.tried
        mine = (key for key, _answer in known_answers.lasting() if key[0] == self.assignment)
        new = [key for key in mine if key not in known]
        if len(new) >= FEWEST:
            self.tried.update(new)
            try:
                self.save()
            except Exception as error:  # nobody's mark depends on it
                print(f"{self.path} was not written: {error}", file=sys.stderr)
        self.since = monotonic()

    def save(self) -> None:
        """Write all that lasts, with what other workers have written since. Raises OSError.

        Nothing where the code has changed since it was loaded: whose answers are these?
        """
        if code() != STAMP["code"]:
            return
        self.packed = self._read() | self.packed
        for key, answer in known_answers.lasting():
            if key not in self.packed and key[0] == self.assignment:
                packed = _packed(answer)
                if packed is not None:
                    self.packed[key] = packed
        rows, numbers = [], []
        for (_assignment, item, who, observe, case), (names, content) in self.packed.items():
            said = who if isinstance(who, str) else sorted(who)
            rows.append([item, said, observe, case, names, len(content)])
            numbers.append(content)
        head = json.dumps({"stamp": STAMP, "rows": rows}, separators=(",", ":")).encode()
        body = b"".join([head, *numbers])
        if len(body) <= LARGEST:
            write_bytes_atomically(self.path, _START.pack(_digest(body), len(head)) + body)

    def _read(self) -> dict[tuple, tuple[list, bytes]]:
        try:
            with self.path.open("rb") as file:
                digest, begin = _START.unpack(file.read(_START.size))
                content = file.read(LARGEST)
            if _digest(content) != digest:
                return {}
            head = json.loads(content[:begin])
            if head["stamp"] != STAMP:
                return {}
            packed = {}
            for item, who, observe, case, names, length in head["rows"]:
                who = who if isinstance(who, str) else frozenset(who)
                key = (self.assignment, item, who, observe, case)
                packed[key] = names, content[begin : begin + length]
                begin += length
            return packed
        except (OSError, ValueError, KeyError, TypeError, struct.error):
            return {}


def _digest(content: bytes) -> bytes:
    return blake2b(content, digest_size=16).digest()


# What the answers depend on, as it is loaded with the rest of what answers: files may change later.
STAMP = {**versions(), "numpy": numpy.__version__}


def _packed(answer) -> tuple[list | str, bytes] | None:
    """Rows and numbers of tensors, or the name of an error and its text; None for anything else."""
    if isinstance(answer, dict):
        if not all(t is None or isinstance(t, Tensor) for t in answer.values()):
            return None
        plain = {n: None if t is None else t.detach().contiguous() for n, t in answer.items()}
        return named_tensors.pack(plain)
    if isinstance(answer, Failure):
        error = answer.error
        if _ERRORS.get(type(error).__name__) is type(error) and [str(error)] == list(error.args):
            return type(error).__name__, str(error).encode("utf-8", "backslashreplace")
    return None
