"""A connector as others write them: every type of the protocol, partitions of any kind, and things of its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

import pyarrow as pa

from athena_federation.messages import (
    GetDataSourceCapabilitiesRequest,
    GetDataSourceCapabilitiesResponse,
    GetSplitsRequest,
    GetSplitsResponse,
    GetTableLayoutRequest,
    GetTableLayoutResponse,
    GetTableRequest,
    GetTableResponse,
    ListSchemasRequest,
    ListSchemasResponse,
    ListTablesRequest,
    ListTablesResponse,
    PingRequest,
    PingResponse,
    ReadRecordsRequest,
    ReadRecordsResponse,
    Request,
    Response,
    Split,
    TableName,
)
from athena_federation.values import to_array, to_values

EVERYTHING = TableName("Main", "everything")
REGIONS = TableName("Main", "regions")
NOON = datetime(2024, 1, 31, 12, 30, 5, 123000)  # noqa: DTZ001 - a timestamp without a zone
LONG_AGO = datetime(1960, 2, 29, 1, 2, 3)  # noqa: DTZ001

CELLS: dict[str, tuple[pa.DataType, list[Any]]] = {
    "elapsed": (pa.time32("ms"), [time(1, 2, 3), None]),
    "flag": (pa.bool_(), [True, None]),
    "tiny": (pa.int8(), [-128, None]),
    "small": (pa.int16(), [-(2**15), None]),
    "whole": (pa.int32(), [2**31 - 1, None]),
    "big": (pa.int64(), [2**63 - 1, None]),
    "single": (pa.float32(), [1.5, None]),
    "twofold": (pa.float64(), [0.1, None]),
    "price": (pa.decimal128(38, 2), [Decimal("-1234567890.50"), None]),
    "word": (pa.string(), ["é\n", None]),
    "raw": (pa.binary(), [b"\x00\xff", None]),
    "born": (pa.date32(), [date(1900, 3, 1), None]),
    "seen": (pa.date64(), [NOON, None]),
    "sent": (pa.timestamp("ms", "Europe/London"), [NOON.replace(tzinfo=UTC), None]),
    "tags": (pa.list_(pa.string()), [["a", None], None]),
    "moments": (pa.list_(pa.date64()), [[NOON, None, LONG_AGO], None]),
    "place": (pa.struct([("lat", pa.float64()), ("at", pa.date64())]), [{"lat": 1.0, "at": NOON}, None]),
    "counts": (pa.map_(pa.string(), pa.int64()), [[("x", 1), ("y", None)], None]),
    "steps": (pa.list_(pa.struct([("n", pa.int32())])), [[{"n": 1}, {"n": None}], None]),
    "octet": (pa.uint8(), [255, None]),
}
"""Column -> type and the cells of two rows. The first one is of a type that Athena does not have."""

PLACES: list[tuple[str | None, int]] = [("us", 2), ("eu", 1), (None, 1), ("apac", 2), ("eu", 2), ("O'Hare = {a}", 1)]
"""Partitions, in an order of the connector's own."""
ROWS_EACH = 3
METADATA = {b"index": b"by_region", b"bytes": b"\xff\xfe"}
LAYOUT = pa.schema([("token", pa.string()), ("level", pa.int32()), ("region", pa.string())], metadata=METADATA)
REGION_SCHEMA = pa.schema([("region", pa.string()), ("level", pa.int32()), ("n", pa.int64())])


def array_of(kind: pa.DataType, cells: list[Any]) -> pa.Array:
    """As `to_array`, with date64 within others."""
    if pa.types.is_struct(kind):
        children = [
            array_of(child.type, [None if cell is None else cell[child.name] for cell in cells]) for child in kind
        ]
        return pa.StructArray.from_arrays(children, fields=list(kind), mask=pa.array([c is None for c in cells]))
    if pa.types.is_list(kind) and pa.types.is_date64(kind.value_type):
        stamps = pa.array(cells, pa.list_(pa.timestamp("ms")))
        return pa.ListArray.from_arrays(
            pa.array([0, *(sum(len(c or []) for c in cells[: n + 1]) for n in range(len(cells)))], pa.int32()),
            stamps.flatten().view(pa.date64()),
            mask=pa.array([c is None for c in cells]),
        )
    return to_array(kind, cells)


def everything() -> pa.RecordBatch:
    arrays = [array_of(kind, cells) for kind, cells in CELLS.values()]
    return pa.RecordBatch.from_arrays(arrays, schema=pa.schema([(name, kind) for name, (kind, _) in CELLS.items()]))


@dataclass
class Foreign:
    """Remembers what it was asked."""

    asked: list[Request] = field(default_factory=list)

    def __call__(self, request: Request) -> Response:
        self.asked.append(request)
        match request:
            case PingRequest():
                return PingResponse(source_type="foreign", serde=4)
            case GetDataSourceCapabilitiesRequest():
                return GetDataSourceCapabilitiesResponse()
            case ListSchemasRequest():
                return ListSchemasResponse(schemas=("Main",))
            case ListTablesRequest():
                return ListTablesResponse(tables=(EVERYTHING, REGIONS))
            case GetTableRequest(table=table):
                partitioned = table == REGIONS
                return GetTableResponse(
                    table=table,
                    schema=REGION_SCHEMA if partitioned else everything().schema,
                    partition_columns=("region", "level") if partitioned else (),
                )
            case GetTableLayoutRequest():
                return GetTableLayoutResponse(table=request.table, partitions=self.layout(request))
            case GetSplitsRequest():
                return self.splits(request)
            case ReadRecordsRequest():
                return ReadRecordsResponse(records=request.constraints.predicate.filter(self.rows(request)))
        raise AssertionError(f"no test sends a {type(request).__name__}")

    def layout(self, request: GetTableLayoutRequest) -> pa.RecordBatch:
        if request.table == EVERYTHING:
            return pa.record_batch([pa.array([1], pa.int32())], ["partitionId"])
        columns = [[f"t{n}" for n in range(len(PLACES))], [level for _, level in PLACES], [name for name, _ in PLACES]]
        batch = pa.record_batch([pa.array(c, f.type) for c, f in zip(columns, LAYOUT, strict=True)], schema=LAYOUT)
        return request.constraints.predicate.filter(batch)

    def splits(self, request: GetSplitsRequest) -> GetSplitsResponse:
        """Two for the table of everything, one for each place; what the layout said must come back."""
        if request.table == EVERYTHING:
            assert request.partitions.to_pydict() == {"partitionId": [1]}
            return GetSplitsResponse(splits=(Split(properties={"row": "0"}), Split(properties={"row": "1"})))
        assert request.partitions.schema.equals(LAYOUT, check_metadata=True), request.partitions.schema
        places = [int(token[1:]) for token in request.partitions.column("token").to_pylist()]
        return GetSplitsResponse(splits=tuple(Split(properties={"place": str(place)}) for place in places))

    def rows(self, request: ReadRecordsRequest) -> pa.RecordBatch:
        if request.table == EVERYTHING:
            return everything().select(request.schema.names).slice(int(request.split.properties["row"]), 1)
        region, level = PLACES[int(request.split.properties["place"])]
        rows = [{"region": region, "level": level, "n": n} for n in range(ROWS_EACH)]
        return pa.RecordBatch.from_pylist(rows, schema=request.schema)

    def places_read(self) -> list[int]:
        return sorted(int(r.split.properties["place"]) for r in self.asked if isinstance(r, ReadRecordsRequest))


def cells_of(batches: Iterator[pa.RecordBatch]) -> list[list[Any]]:
    return [to_values(column) for batch in batches for column in batch.columns]
