"""What passes between the application and a worker: a JSON object, and bytes, each with its length before it.

Nothing that a worker sends is run or unpickled; more than the receiver wants is not read.
"""

from __future__ import annotations

import json
import socket
import struct
import time
from typing import Any

LENGTHS = struct.Struct("!II")
LONGEST = 2**20
"""Bytes of the JSON object."""

Message = dict[str, Any]


class Silence(Exception):
    """The other side is gone, talks nonsense, or has taken too long."""


def send(to: socket.socket, message: Message, body: bytes | memoryview = b"") -> None:
    """Raises Silence where nobody listens any more."""
    head = json.dumps(message).encode()
    try:
        to.sendall(LENGTHS.pack(len(head), len(body)) + head)
        if len(body):
            to.sendall(body)
    except OSError as error:
        raise Silence("gone") from error


def receive(source: socket.socket, *, most: int, until: float | None = None) -> tuple[Message, bytes]:
    """
    One message.

    Args:
        source: Where from.
        most: Bytes of its body that are accepted.
        until: The moment of `time.monotonic()` by which all of it must be there.

    Raises Silence.
    """
    head_size, body_size = LENGTHS.unpack(_exactly(source, LENGTHS.size, until))
    if head_size > LONGEST or body_size > most:
        raise Silence("more than was asked for")
    try:
        message = json.loads(_exactly(source, head_size, until))
    except ValueError as error:
        raise Silence("no message") from error
    if not isinstance(message, dict):
        raise Silence("no message")
    return message, bytes(_exactly(source, body_size, until))


def _exactly(source: socket.socket, size: int, until: float | None) -> bytearray:
    data = bytearray(size)
    view, have = memoryview(data), 0
    while have < size:
        left = None if until is None else until - time.monotonic()
        if left is not None and left <= 0:
            raise Silence("too late")
        source.settimeout(left)
        try:
            got = source.recv_into(view[have:])
        except TimeoutError as error:
            raise Silence("too late") from error
        except OSError as error:
            raise Silence("gone") from error
        if not got:
            raise Silence("gone")
        have += got
    return data
