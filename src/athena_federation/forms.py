"""What single values look like in the protocol's JSON, each both ways: text, numbers, base64, lists, blocks, types.

Loading is lenient where Jackson's coercions are (a number for a text and the reverse), and raises RemoteProtocolError
that says where. Dumping is strict, and raises LocalProtocolError.
"""

from __future__ import annotations

import base64
import hashlib
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from athena_federation.blocks import Framing, dump_batch, dump_schema, load_batch, load_schema
from athena_federation.errors import LocalProtocolError, RemoteProtocolError, SchemaMismatch
from athena_federation.values import to_array, to_values

VALUE_COLUMN = "col1"
"""The one column of a block that holds plain values: `BlockUtils` of the Java SDK looks for this name."""

WHOLE_NUMBER = re.compile(r"[+-]?[0-9]{1,20}")


@dataclass(frozen=True, slots=True)
class Form:
    """One kind of JSON value, and the Python value that it stands for."""

    load: Callable[[Any, str], Any]
    """(JSON value, where it stands) to value."""
    dump: Callable[[Any, str, int], Any]
    """(value, where it will stand, serde version) to JSON value."""
    nullable: bool = False


def malformed(where: str, problem: str) -> RemoteProtocolError:
    return RemoteProtocolError(f"{where}: {problem}")


def refused(where: str, problem: str) -> LocalProtocolError:
    return LocalProtocolError(f"{where}: {problem}")


def of_type(value: Any, kind: type | tuple[type, ...], where: str, name: str) -> Any:
    """The JSON value, which must be of this kind."""
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        raise malformed(where, f"{name} is expected, not {type(value).__name__}")
    return value


def is_unicode(text: str) -> bool:
    """Whether no half of a surrogate pair stands alone."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def load_text(value: Any, where: str) -> str:
    of_type(value, (str, int, float), where, "text")
    if isinstance(value, float) and not math.isfinite(value):
        raise malformed(where, "text is expected, not a number without a value")
    if isinstance(value, int) and abs(value) >= 1 << 64:
        raise malformed(where, "text is expected, not a number of this size")
    if isinstance(value, str) and not is_unicode(value):
        raise malformed(where, "the text is not Unicode")
    return str(value)


def dump_text(value: Any, where: str, version: int) -> str:  # noqa: ARG001
    if not isinstance(value, str):
        raise refused(where, f"text is expected, not {type(value).__name__}")
    if not is_unicode(value):
        raise refused(where, "the text is not Unicode")
    return str(value)


TEXT = Form(load_text, dump_text)


def integer(bits: int) -> Form:
    """A whole number that Java holds in so many bits."""
    limit = 1 << (bits - 1)

    def load(value: Any, where: str) -> int:
        of_type(value, (int, float, str), where, "a whole number")
        if (isinstance(value, str) and not WHOLE_NUMBER.fullmatch(value)) or (
            isinstance(value, float) and not value.is_integer()
        ):
            raise malformed(where, "a whole number is expected")
        number = int(value)
        if not -limit <= number < limit:
            raise malformed(where, f"the number does not fit {bits} bits")
        return number

    def dump(value: Any, where: str, version: int) -> int:  # noqa: ARG001
        if not isinstance(value, int) or isinstance(value, bool) or not -limit <= value < limit:
            raise refused(where, f"a whole number of at most {bits} bits is expected")
        return value

    return Form(load, dump)


def unlimited(bits: int) -> Form:
    """A positive whole number, or none: JSON says -1, and what is not positive is none."""
    number = integer(bits)

    def load(value: Any, where: str) -> int | None:
        amount: int = number.load(value, where)
        return amount if amount > 0 else None

    def dump(value: Any, where: str, version: int) -> int:
        if value is None:
            return -1
        if number.dump(value, where, version) < 1:
            raise refused(where, "a positive number is expected, or None")
        return int(value)

    return Form(load, dump)


NUMBER = integer(32)
LONG = integer(64)
LONG_AS_TEXT = Form(
    LONG.load,  # version 1 has a number here
    lambda value, where, version: (
        LONG.dump(value, where, version) if version == 1 else str(LONG.dump(value, where, version))
    ),
)


def load_flag(value: Any, where: str) -> bool:
    if isinstance(value, str) and value in {"true", "false"}:
        return value == "true"
    return bool(of_type(value, bool, where, "true or false"))


def dump_flag(value: Any, where: str, version: int) -> bool:  # noqa: ARG001
    if not isinstance(value, bool):
        raise refused(where, "True or False is expected")
    return value


FLAG = Form(load_flag, dump_flag)


def load_bytes(value: Any, where: str) -> bytes:
    of_type(value, str, where, "base64 text")
    try:
        return base64.b64decode(value, validate=True)
    except ValueError as error:
        raise malformed(where, "not base64") from error


def dump_bytes(value: Any, where: str, version: int) -> str:  # noqa: ARG001
    if not isinstance(value, bytes):
        raise refused(where, f"bytes are expected, not {type(value).__name__}")
    return base64.b64encode(value).decode()


BYTES = Form(load_bytes, dump_bytes)


def or_null(form: Form) -> Form:
    """The same, or null."""
    return Form(
        lambda value, where: None if value is None else form.load(value, where),
        lambda value, where, version: None if value is None else form.dump(value, where, version),
        nullable=True,
    )


def listed(form: Form) -> Form:
    """An array of such values; a tuple here."""

    def load(value: Any, where: str) -> tuple[Any, ...]:
        of_type(value, (list, tuple), where, "a list")
        return tuple(form.load(each, f"{where}[{n}]") for n, each in enumerate(value))

    def dump(value: Any, where: str, version: int) -> list[Any]:
        if not isinstance(value, (list, tuple)):
            raise refused(where, f"a tuple is expected, not {type(value).__name__}")
        return [form.dump(each, f"{where}[{n}]", version) for n, each in enumerate(value)]

    return Form(load, dump)


def mapped(form: Form) -> Form:
    """An object with such values under any names."""

    def load(value: Any, where: str) -> dict[str, Any]:
        of_type(value, Mapping, where, "an object")
        return {load_text(name, where): form.load(each, f"{where}.{name}") for name, each in value.items()}

    def dump(value: Any, where: str, version: int) -> dict[str, Any]:
        if not isinstance(value, Mapping):
            raise refused(where, f"a mapping is expected, not {type(value).__name__}")
        return {
            dump_text(name, where, version): form.dump(each, f"{where}.{name}", version) for name, each in value.items()
        }

    return Form(load, dump)


MAP = mapped(TEXT)


def load_schema_text(value: Any, where: str) -> pa.Schema:
    if isinstance(value, Mapping):  # version 1 wraps it
        value = value.get("schema")
    data = load_bytes(value, where)
    try:
        return load_schema(data)
    except RemoteProtocolError as error:
        raise malformed(where, str(error)) from error


def dump_schema_text(value: Any, where: str, version: int) -> str:
    if not isinstance(value, pa.Schema):
        raise refused(where, f"a pyarrow schema is expected, not {type(value).__name__}")
    try:
        return base64.b64encode(dump_schema(value, Framing.of(version))).decode()
    except LocalProtocolError as error:
        raise refused(where, str(error)) from error


SCHEMA = Form(
    load_schema_text,
    lambda value, where, version: (
        {"schema": dump_schema_text(value, where, version)} if version == 1 else dump_schema_text(value, where, version)
    ),
)


def load_block(value: Any, where: str) -> pa.RecordBatch:
    of_type(value, Mapping, where, "a block")
    schema = load_schema_text(value.get("schema"), f"{where}.schema")
    data = load_bytes(value.get("records"), f"{where}.records")
    try:
        return load_batch(data, schema)
    except RemoteProtocolError as error:
        raise malformed(f"{where}.records", str(error)) from error


def dump_block(value: Any, where: str, version: int) -> dict[str, str]:
    if not isinstance(value, pa.RecordBatch):
        raise refused(where, f"a pyarrow record batch is expected, not {type(value).__name__}")
    schema = dump_schema_text(value.schema, f"{where}.schema", version)
    try:
        data = dump_batch(value, Framing.of(version))
    except LocalProtocolError as error:
        raise refused(f"{where}.records", str(error)) from error
    # The id of an allocator in Java, which nobody interprets; told from the content, so that dumping is repeatable.
    allocator = hashlib.blake2b(data, digest_size=16, usedforsecurity=False).hexdigest()
    return {"aId": allocator, "schema": schema, "records": base64.b64encode(data).decode()}


BLOCK = Form(load_block, dump_block)


def load_values(value: Any, where: str) -> tuple[pa.DataType, tuple[Any, ...]]:
    """Plain values out of a block, and their type."""
    batch = load_block(value, where)
    if batch.schema.names != [VALUE_COLUMN]:
        raise malformed(where, f"one column {VALUE_COLUMN} is expected")
    try:
        return batch.schema.field(0).type, tuple(to_values(batch.column(0)))
    except SchemaMismatch as error:
        raise malformed(where, str(error)) from error


def dump_values(kind: pa.DataType, values: tuple[Any, ...], where: str, version: int) -> dict[str, str]:
    """Plain values as a block."""
    try:
        batch = pa.record_batch([to_array(kind, values)], [VALUE_COLUMN])
    except SchemaMismatch as error:
        raise refused(where, str(error)) from error
    return dump_block(batch, where, version)
