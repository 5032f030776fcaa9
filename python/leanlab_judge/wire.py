"""Frames: a JSON header and raw buffers behind it, over two descriptors. docs/formats/judge-protocol.md is the law."""
from __future__ import annotations

import fcntl
import json
import mmap
import os
import select
import struct
import sys
import termios
from typing import Any, NamedTuple, Optional, Sequence, Union

from .errors import CandidateGone, ProtocolError

VERSION = 1
MAGIC = b"LLJ1"
PREFIX = struct.Struct("<4sIQ")  # magic, bytes of the header, bytes of the body
MAX_HEADER_BYTES = 16 << 20
MAX_BODY_BYTES = 1 << 30
MAX_INTEGER_DIGITS = 60
F_SETPIPE_SZ = 1031  # not in Python's fcntl before 3.10
_PIECE = 1 << 20

Buffer = Union[bytes, bytearray, memoryview]


class Frame(NamedTuple):
    """`header` is any JSON object; `body` the bytes that its arrays point into."""

    header: dict[str, Any]
    body: memoryview


def _integer(digits: str) -> int:
    if len(digits) > MAX_INTEGER_DIGITS:
        raise ProtocolError("an integer of too many digits")
    return int(digits)


def _constant(name: str) -> Any:
    raise ProtocolError(f"{name} is no JSON")


def parse_header(data: bytes) -> dict[str, Any]:
    """Strict JSON: an object, no NaN or Infinity, no endless integers. Errors: ProtocolError."""
    try:
        header = json.loads(data.decode("utf-8"), parse_int=_integer, parse_constant=_constant)
    except (ValueError, RecursionError) as error:
        raise ProtocolError(f"a header that is not JSON: {type(error).__name__}") from None
    if type(header) is not dict:
        raise ProtocolError("a header that is no JSON object")
    return header


class Channel:
    """One end of a connection: reads frames from one descriptor, writes frames to another (or to the same, for a socket).

    Owns both. Not for several threads at once; callers lock.
    """

    def __init__(self, read_fd: int, write_fd: int) -> None:
        self._read_fd, self._write_fd = read_fd, write_fd
        for fd in (read_fd, write_fd):
            os.set_inheritable(fd, False)
            try:
                fcntl.fcntl(fd, F_SETPIPE_SZ, _PIECE)
            except OSError:
                pass  # a socket, or a sandbox that leaves the pipe as it is: slower, no more
        self.bytes_read = self.bytes_written = 0

    def close(self) -> None:
        for fd in {self._read_fd, self._write_fd}:
            if fd >= 0:
                os.close(fd)
        self._read_fd = self._write_fd = -1

    def has_input(self) -> bool:
        """True when something can be read at once, be it the end."""
        poll = select.poll()
        poll.register(self._read_fd, select.POLLIN)
        return bool(poll.poll(0))

    def waiting_bytes(self) -> int:
        """How much can be read at once."""
        count = bytearray(4)
        fcntl.ioctl(self._read_fd, termios.FIONREAD, count)
        return int.from_bytes(count, sys.byteorder)

    def send(self, header: dict[str, Any], buffers: Sequence[Buffer] = ()) -> None:
        """Writes one frame; each buffer is followed by zeros up to a multiple of 64. Errors: CandidateGone, ProtocolError."""
        text = json.dumps(header, separators=(",", ":"), allow_nan=False).encode("utf-8", "surrogatepass")
        views = [memoryview(buffer).cast("B") for buffer in buffers]
        size = sum(padded(view.nbytes) for view in views)
        if len(text) > MAX_HEADER_BYTES or size > MAX_BODY_BYTES:
            raise ProtocolError(f"a message of {len(text)} and {size} bytes is larger than allowed")
        self._write(PREFIX.pack(MAGIC, len(text), size) + text)
        for view in views:
            self._write(view)
            self._write(bytes(padded(view.nbytes) - view.nbytes))

    def receive(self) -> Optional[Frame]:
        """The next frame; None at a clean end. Errors: ProtocolError, CandidateGone in the middle of a frame."""
        prefix = self._read(PREFIX.size, at_start=True)
        if prefix is None:
            return None
        magic, header_size, body_size = PREFIX.unpack(prefix)
        if magic != MAGIC:
            raise ProtocolError("no frame: the other side wrote something else")
        if header_size > MAX_HEADER_BYTES or body_size > MAX_BODY_BYTES:
            raise ProtocolError(f"a frame of {header_size} and {body_size} bytes is larger than allowed")
        header = self._read(header_size)
        body = self._read(body_size)
        assert header is not None and body is not None
        return Frame(parse_header(bytes(header)), body)

    def _write(self, data: Buffer) -> None:
        view = memoryview(data)
        at = 0
        while at < view.nbytes:
            try:
                at += os.write(self._write_fd, view[at : at + _PIECE])
            except (BrokenPipeError, ConnectionResetError):
                raise CandidateGone("the other side has closed its pipe") from None
        self.bytes_written += at

    def _read(self, size: int, at_start: bool = False) -> Optional[memoryview]:
        # The kernel gives pages of a large mapping as they are written to: a peer that only claims a size costs nothing.
        view = memoryview(mmap.mmap(-1, size) if size > _PIECE else bytearray(size))
        at = 0
        while at < size:
            try:
                count = os.readv(self._read_fd, [view[at:]])
            except ConnectionResetError:
                count = 0
            if count == 0:
                if at_start and at == 0:
                    return None
                raise CandidateGone("the other side ended in the middle of a message")
            at += count
        self.bytes_read += at
        return view


def padded(size: int) -> int:
    """The next multiple of 64."""
    return (size + 63) // 64 * 64
