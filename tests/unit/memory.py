"""A blob store in memory."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Memory:
    """Keeps what is put, and refuses to put the same key twice with another content."""

    blobs: dict[tuple[str, str], bytes] = field(default_factory=dict)

    def put(self, bucket: str, key: str, data: bytes | bytearray) -> None:
        assert self.blobs.setdefault((bucket, key), bytes(data)) == bytes(data)

    def get(self, bucket: str, key: str) -> bytes:
        return self.blobs[bucket, key]
