"""One message between two processes: a JSON header and raw blobs, each length told in advance.

Whoever reads treats the other end as hostile: nothing is allocated before it has arrived, and no
message may exceed ``LIMIT``. What a header's values mean is ``packing``'s and ``unpacking``'s.
"""

import json
import socket
import struct
import time
from weakref import WeakKeyDictionary

from course_lib.grading.engine.packing import LIMIT, Encoder, Unsendable, WireError, encode
from course_lib.grading.engine.unpacking import Decoder, decode

__all__ = [
    "Decoder",
    "Encoder",
    "Gone",
    "TooLate",
    "Unsendable",
    "WireError",
    "decode",
    "encode",
    "receive",
    "send",
]

HEADER = 32 << 20  # bytes of JSON; parsed, it takes up to twenty times that
BLOBS = 1 << 18
_START = struct.Struct(">4sII")  # mark, bytes of the header, number of blobs
_MARK = b"cw1\n"
# What a socket has given beyond the message that was asked for: one call takes all there is.
_arrived: WeakKeyDictionary[socket.socket, bytearray] = WeakKeyDictionary()
_CHUNK = 1 << 16  # bytes asked for at once


class Gone(Exception):
    """The process at the other end has closed its socket or died."""


class TooLate(Exception):
    """The deadline passed before a whole message did."""


def send(
    sock: socket.socket,
    header: dict,
    blobs: list | None = None,
    deadline: float | None = None,
) -> None:
    """Write one message. Raises WireError (nothing was written), Gone or TooLate."""
    blobs = blobs or []
    try:
        text = _ENCODER.encode(header).encode()
    except (TypeError, ValueError, RecursionError) as error:
        raise WireError(f"a header that JSON cannot say: {error}") from None
    lengths = [len(memoryview(blob).cast("B")) for blob in blobs]
    if len(text) > HEADER or len(blobs) > BLOBS or sum(lengths) > LIMIT:
        raise WireError(f"a message of {len(text) + sum(lengths)} bytes in {len(blobs)} blobs")
    start = _START.pack(_MARK, len(text), len(blobs)) + struct.pack(f">{len(blobs)}Q", *lengths)
    pieces = [bytearray(start + text)]
    for blob, length in zip(blobs, lengths, strict=True):
        if length < 1 << 16:  # few system calls for the many small ones
            pieces[-1] += blob
        else:
            pieces += [blob, bytearray()]
    try:
        for piece in pieces:
            if len(piece):
                _wait_at_most(_left(deadline), sock)
                sock.sendall(piece)
    except TimeoutError:
        raise TooLate from None
    except OSError as error:
        raise Gone(str(error)) from None


def receive(sock: socket.socket, deadline: float | None = None) -> tuple[dict, list[bytearray]]:
    """Read one message; ``deadline`` is of ``time.monotonic()``.

    Raises WireError (the socket is of no more use), Gone or TooLate.
    """
    arrived = _arrived.setdefault(sock, bytearray())
    mark, length, count = _START.unpack(_read(sock, arrived, _START.size, deadline))
    if mark != _MARK or length > HEADER or count > BLOBS:
        raise WireError("not the start of a message")
    lengths = struct.unpack(f">{count}Q", _read(sock, arrived, 8 * count, deadline))
    if sum(lengths) > LIMIT:
        raise WireError(f"a message of {sum(lengths)} bytes")
    text = _read(sock, arrived, length, deadline)
    blobs = [_read(sock, arrived, size, deadline) for size in lengths]
    try:
        header = _DECODER.decode(text.decode())
    except (ValueError, RecursionError) as error:
        raise WireError(f"a header that is not JSON: {str(error)[:200]}") from None
    if type(header) is not dict:
        raise WireError("a header that is not an object")
    return header, blobs


def _read(sock: socket.socket, arrived: bytearray, size: int, deadline: float | None) -> bytearray:
    """The next ``size`` bytes: of what has ``arrived``, and then from the socket."""
    while len(arrived) < size:
        try:
            _wait_at_most(_left(deadline), sock)
            piece = sock.recv(_CHUNK)
        except TimeoutError:
            raise TooLate from None
        except OSError as error:
            raise Gone(str(error)) from None
        if not piece:
            raise Gone("closed")
        arrived += piece
    data = arrived[:size]
    del arrived[:size]
    return data


def _left(deadline: float | None) -> float | None:
    """Seconds to wait, never 0, which would mean not to wait at all."""
    if deadline is None:
        return None
    left = deadline - time.monotonic()
    if left <= 0:
        raise TooLate
    return left


def _wait_at_most(seconds: float | None, sock: socket.socket) -> None:
    """Set the time that ``sock`` waits; what holds already takes no call of the system."""
    if seconds is not None or sock.gettimeout() is not None:
        sock.settimeout(seconds)


def _no_constant(name: str):
    raise WireError(f"{name} in a header")


# Made once: ``json.dumps`` and ``json.loads`` make one for each message.
_ENCODER = json.JSONEncoder(allow_nan=False, separators=(",", ":"))
_DECODER = json.JSONDecoder(parse_constant=_no_constant)
