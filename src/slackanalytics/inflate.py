"""A body's bytes as blocks of whole lines, verified and bounded.

A gzip file is complete only when every member's checksum and length have been checked, which is at its end: what is
read before may still prove damaged. Lines end at a line feed and nowhere else.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from isal import igzip, isal_zlib

from athena_federation.errors import Corrupt

GZIP = b"\x1f\x8b"
BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class Body(Protocol):
    """Bytes that are read once, front to back."""

    def read(self, size: int, /) -> bytes:
        """At most `size` bytes; none at the end."""


class Damaged(Corrupt):
    """The bytes did not arrive as they were sent; another transfer may bring them."""


class TooLarge(Corrupt):
    """A limit is passed; reading goes no further."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much a day may be before it is taken for an attack on memory or disk."""

    line: int = 64 * 1024
    """Bytes in one line. A member takes about 600."""
    day: int = 2 * 1024**3
    """Bytes in one day, inflated: about three and a half million members."""
    ratio: int = 200
    """Inflated bytes for each compressed one, checked beyond the first few megabytes. Member files reach 20 to 60."""
    block: int = 1024 * 1024
    """Bytes read at a time; one megabyte suits the JSON reader best."""


class _Counted(io.RawIOBase):
    """Counts the compressed bytes as they are read."""

    def __init__(self, head: bytes, body: Body) -> None:
        super().__init__()
        self.bytes = 0
        self._head = head
        self._body = body

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        view = memoryview(buffer).cast("B")
        piece = self._head + self._body.read(len(view) - len(self._head))
        self._head = b""
        view[: len(piece)] = piece
        self.bytes += len(piece)
        return len(piece)


@dataclass(frozen=True, slots=True)
class Block:
    """Some whole lines, in one piece and one by one."""

    text: bytes
    lines: list[bytes]
    """Without their line feeds; blank ones included."""
    first_line: int
    """The number of the first line, counted from 1."""


def blocks(body: Body, subject: str, limits: Limits) -> Iterator[Block]:
    """The lines of a gzip file or of plain text, told apart by the first bytes.

    Raises Damaged for a file that is empty, cut, or fails its checksum; TooLarge where a limit is passed.
    """
    head = body.read(2)
    if len(head) == 1:
        head += body.read(1)
    if not head:
        raise Damaged(f"{subject}: the file is empty, not even a gzip header arrived; ask again")
    source = _Counted(head, body)
    plain = iter(lambda: source.read(limits.block) or b"", b"")
    pieces = _inflated(source, subject, limits) if head == GZIP else plain
    total, held, first_line = 0, b"", 1
    for piece in pieces:
        held += piece if total else piece.removeprefix(BYTE_ORDER_MARK)
        total += len(piece)
        _require_modest(total, source.bytes, subject, limits)
        cut = held.rfind(b"\n") + 1
        if cut:
            block = _block(held[:cut], first_line, subject, limits)
            held, first_line = held[cut:], first_line + len(block.lines)
            yield block
        if len(held) > limits.line:
            raise _long_line(subject, first_line, limits)
    if held:
        yield _block(held, first_line, subject, limits)


def _block(text: bytes, first_line: int, subject: str, limits: Limits) -> Block:
    lines = text.removesuffix(b"\n").split(b"\n")
    if max(map(len, lines)) > limits.line:
        number = next(number for number, line in enumerate(lines, first_line) if len(line) > limits.line)
        raise _long_line(subject, number, limits)
    return Block(text, lines, first_line)


def _inflated(source: _Counted, subject: str, limits: Limits) -> Iterator[bytes]:
    try:
        with igzip.IGzipFile(fileobj=source, mode="rb") as file:  # type: ignore[no-untyped-call]
            while piece := file.read(limits.block):
                yield piece
    except (EOFError, igzip.BadGzipFile, isal_zlib.error) as error:  # type: ignore[misc]
        raise Damaged(f"{subject}: the gzip file is cut or damaged ({error}); nothing of it was used") from error


def _require_modest(total: int, compressed: int, subject: str, limits: Limits) -> None:
    if total > limits.day:
        raise TooLarge(
            f"{subject}: more than {limits.day:,} bytes inflated, the limit for a day; the file was not used"
        )
    if total > limits.ratio * max(compressed, 64 * 1024):
        raise TooLarge(
            f"{subject}: inflates more than {limits.ratio} times, the limit against decompression bombs;"
            " the file was not used"
        )


def _long_line(subject: str, line: int, limits: Limits) -> TooLarge:
    return TooLarge(f"{subject}, line {line}: longer than {limits.line:,} bytes, the limit; the file was not used")
