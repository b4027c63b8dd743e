"""Messages of every type out of a seed: random schemas, values and predicates of all types that the SDK supports."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, localcontext
from random import Random
from typing import Any

import pyarrow as pa

from athena_federation import messages as m
from athena_federation.predicate import AllOrNoneValueSet, EquatableValueSet, Predicate, SortedRangeSet, ValueSet
from athena_federation.ranges import HIGHEST, LOWEST, Bound, Marker, Range
from athena_federation.values import to_array

LETTERS = "abcdefghijklmnopqrstuvwxyz_0 '\"\\\n\u0001ßЖ漢€🚀"
ZONES = ("UTC", "America/New_York", "Asia/Tokyo", "+05:30", "Europe/London")
FUNCTIONS = ("$and", "$or", "$not", "$equal", "$in", "$array", "$like_pattern", "$is_null", "$add")
WHOLE = {pa.int8(): 8, pa.int16(): 16, pa.int32(): 32, pa.int64(): 64}


class Invention:
    """One seed's worth of random values, tellable in one serde version."""

    def __init__(self, seed: int | str, version: int) -> None:
        self.random = Random(seed)
        self.version = version

    def message(self) -> m.Request | m.Response:
        """A message of any type."""
        kinds: list[Callable[[], m.Request | m.Response]] = [
            lambda: m.PingRequest(**self.asked()),
            lambda: m.PingResponse(
                catalog=self.word(), query_id=self.word(), source_type=self.word(), serde=self.version
            ),
            lambda: m.ListSchemasRequest(**self.asked()),
            lambda: m.ListSchemasResponse(catalog=self.word(), schemas=self.words()),
            self.list_tables,
            lambda: m.ListTablesResponse(
                catalog=self.word(), tables=(self.table(), self.table()), next_token=self.maybe(self.word())
            ),
            lambda: m.GetTableRequest(**self.asked(), table=self.table(), passthrough=self.passthrough()),
            lambda: m.GetTableResponse(
                catalog=self.word(), table=self.table(), schema=self.schema(), partition_columns=self.words()
            ),
            self.layout,
            lambda: m.GetTableLayoutResponse(catalog=self.word(), table=self.table(), partitions=self.batch()),
            self.get_splits,
            lambda: m.GetSplitsResponse(
                catalog=self.word(),
                splits=tuple(self.split(n) for n in range(self.random.randrange(4))),
                continuation_token=self.maybe(self.word()),
            ),
            self.read,
            lambda: m.ReadRecordsResponse(catalog=self.word(), records=self.batch()),
            lambda: m.RemoteReadRecordsResponse(
                catalog=self.word(),
                schema=self.schema(),
                remote_blocks=tuple(self.location() for _ in range(self.random.randrange(3))),
                encryption_key=self.maybe(self.key()),
            ),
            self.function,
            lambda: m.UserDefinedFunctionResponse(records=self.batch(), method=self.word()),
        ]
        if self.version >= 4:
            kinds += [lambda: m.GetDataSourceCapabilitiesRequest(**self.asked()), self.capabilities]
        return self.random.choice(kinds)()

    def list_tables(self) -> m.ListTablesRequest:
        return m.ListTablesRequest(
            **self.asked(),
            schema=self.maybe(self.word()),
            next_token=self.maybe(self.word()),
            page_size=self.maybe(self.random.randint(1, 1000)),
        )

    def layout(self) -> m.GetTableLayoutRequest:
        return m.GetTableLayoutRequest(
            **self.asked(),
            table=self.table(),
            constraints=self.constraints(),
            schema=self.schema(),
            partition_columns=self.words(),
        )

    def get_splits(self) -> m.GetSplitsRequest:
        return m.GetSplitsRequest(
            **self.asked(),
            table=self.table(),
            partitions=self.batch(),
            partition_columns=self.words(),
            constraints=self.constraints(),
            continuation_token=self.maybe(self.word()),
        )

    def read(self) -> m.ReadRecordsRequest:
        most = self.random.randint(1, 2 ** self.random.randint(1, 62))
        return m.ReadRecordsRequest(
            **self.asked(),
            table=self.table(),
            schema=self.schema(),
            split=self.split(0),
            constraints=self.constraints(),
            max_block_size=most,
            max_inline_block_size=most // 2,
        )

    def function(self) -> m.UserDefinedFunctionRequest:
        return m.UserDefinedFunctionRequest(
            identity=self.identity(), records=self.batch(), output_schema=self.schema(), method=self.word()
        )

    def capabilities(self) -> m.GetDataSourceCapabilitiesResponse:
        known = {self.word(): (m.Capability(self.word(), self.words()),) for _ in range(self.random.randrange(3))}
        return m.GetDataSourceCapabilitiesResponse(catalog=self.word(), capabilities=known)

    def asked(self) -> dict[str, Any]:
        return {"identity": self.identity(), "query_id": self.word(), "catalog": self.word()}

    def identity(self) -> m.Identity:
        return m.Identity(
            account=self.word(), arn=self.word(), tags=self.map(), groups=self.words(), config_options=self.map()
        )

    def constraints(self) -> m.Constraints:
        summary = {self.word(): self.value_set(self.type()) for _ in range(self.random.randrange(4))}
        hints: dict[str, Any] = {}
        if self.version >= 4:
            hints = {
                "expression": tuple(self.expression(2) for _ in range(self.random.randrange(3))),
                "order_by": tuple(
                    m.OrderBy(self.word(), self.random.choice(list(m.Direction)))
                    for _ in range(self.random.randrange(3))
                ),
                "limit": self.maybe(self.random.randint(1, 2 ** self.random.randint(1, 62))),
                "passthrough": self.passthrough(),
            }
        if self.version >= 6:
            hints["query_plan"] = self.maybe(m.QueryPlan("1.0.0", "QUJD"))
        return m.Constraints(predicate=Predicate(summary), **hints)

    def value_set(self, kind: pa.DataType) -> ValueSet:
        null_allowed, white_list = self.random.random() < 0.5, self.random.random() < 0.5
        match self.random.randrange(4):
            case 0:
                return AllOrNoneValueSet(kind, white_list, null_allowed)
            case 1:
                values = tuple(self.value(kind) for _ in range(self.random.randrange(4)))
                return EquatableValueSet(kind, values, white_list, null_allowed)
        return SortedRangeSet(kind, tuple(self.range(kind) for _ in range(self.random.randrange(4))), null_allowed)

    def range(self, kind: pa.DataType) -> Range:
        low = self.maybe(Marker(self.value(kind), self.random.choice((Bound.EXACTLY, Bound.ABOVE)))) or LOWEST
        high = self.maybe(Marker(self.value(kind), self.random.choice((Bound.EXACTLY, Bound.BELOW)))) or HIGHEST
        if low.position <= high.position:
            return Range(low, high)
        point = Marker(self.value(kind))
        return Range(point, point)

    def expression(self, depth: int) -> m.Expression:
        kind = self.type()
        match self.random.randrange(2) if depth == 0 else 2:
            case 0:
                return m.Variable(self.word(), kind)
            case 1:
                return m.Constant(kind, tuple(self.value(kind) for _ in range(self.random.randrange(4))))
        return m.FunctionCall(self.random.choice(FUNCTIONS), kind, (self.expression(depth - 1), self.expression(0)))

    def table(self) -> m.TableName:
        return m.TableName(self.word(), self.word())

    def split(self, number: int) -> m.Split:
        return m.Split(
            spill_location=self.maybe(self.location()),
            encryption_key=self.maybe(self.key()),
            properties={"number": str(number), **self.map()},
        )

    def location(self) -> m.S3SpillLocation:
        return m.S3SpillLocation(bucket=self.word(), key=self.word(), directory=self.random.random() < 0.5)

    def key(self) -> m.EncryptionKey:
        return m.EncryptionKey(self.random.randbytes(self.random.choice((16, 24, 32))), self.random.randbytes(12))

    def passthrough(self) -> dict[str, str]:
        return self.map() if self.version >= 5 else {}

    def map(self) -> dict[str, str]:
        return {self.word(): self.text() for _ in range(self.random.randrange(3))}

    def words(self) -> tuple[str, ...]:
        return tuple(f"{self.word()}{n}" for n in range(self.random.randrange(4)))

    def word(self) -> str:
        return "w" + self.text()

    def text(self) -> str:
        return "".join(self.random.choices(LETTERS, k=self.random.randrange(7)))

    def maybe(self, value: Any) -> Any:
        return None if self.random.random() < 0.3 else value

    def batch(self) -> pa.RecordBatch:
        """A batch of any schema; sometimes a slice of a longer one, sometimes without a row."""
        schema = self.schema()
        rows, skipped = self.random.choice((0, 1, 2, 9, 20)), self.random.choice((0, 0, 3))
        columns = [self.array(field, rows + skipped) for field in schema]
        return pa.RecordBatch.from_arrays(columns, schema=schema).slice(skipped)

    def schema(self) -> pa.Schema:
        fields = [self.field(f"c{n}{self.text()}", 2) for n in range(self.random.randint(1, 5))]
        return pa.schema(fields, metadata=self.map() or None)

    def field(self, name: str, depth: int) -> pa.Field:
        match self.random.randrange(9) if depth else 3:
            case 0:
                return pa.field(name, pa.list_(self.field("item", depth - 1)))
            case 1:
                return pa.field(name, pa.struct([self.field("a", depth - 1), self.field("b", depth - 1)]))
            case 2:
                return pa.field(name, pa.map_(pa.string(), self.field("value", depth - 1)))
        return pa.field(name, self.type(), nullable=self.random.random() < 0.8, metadata=self.map() or None)

    def type(self) -> pa.DataType:
        """A type that holds plain values."""
        precision = self.random.randint(1, 38)
        return self.random.choice(
            (
                pa.bool_(),
                *WHOLE,
                pa.float32(),
                pa.float64(),
                pa.decimal128(precision, self.random.randint(0, precision)),
                pa.string(),
                pa.binary(),
                pa.date32(),
                pa.date64(),
                pa.timestamp("ms", self.random.choice(ZONES)),
            )
        )

    def value(self, kind: pa.DataType) -> Any:
        """A value of such a type that is not NULL."""
        if kind in WHOLE:
            limit = 2 ** (WHOLE[kind] - 1)
            return self.random.choice((0, 1, -1, limit - 1, -limit, self.random.randrange(-limit, limit)))
        if pa.types.is_floating(kind):
            number = self.random.choice((0.0, -0.0, 1.5, -2e30, float("inf"), self.random.gauss()))
            return pa.scalar(number, kind).as_py()
        if pa.types.is_decimal(kind):
            return self.decimal(kind)
        if pa.types.is_date32(kind):
            return date.fromordinal(self.random.randint(1, date.max.toordinal()))
        if pa.types.is_date64(kind) or pa.types.is_timestamp(kind):
            moment = self.moment()
            return moment.replace(tzinfo=None) if pa.types.is_date64(kind) else moment
        if pa.types.is_binary(kind):
            return self.random.randbytes(self.random.randrange(10))
        return self.random.random() < 0.5 if pa.types.is_boolean(kind) else self.text()

    def decimal(self, kind: pa.DataType) -> Decimal:
        limit = 10 ** self.random.randint(0, kind.precision)
        with localcontext(prec=40):
            return Decimal(self.random.randrange(-limit + 1, limit)).scaleb(-kind.scale)

    def moment(self) -> datetime:
        milliseconds = self.random.choice((86_400_000 * 366, 253_402_300_800_000 + 62_135_596_800_000))
        start = datetime(1969 if milliseconds < 10**12 else 1, 1, 1, tzinfo=UTC)
        return start + timedelta(milliseconds=self.random.randrange(milliseconds))

    def array(self, field: pa.Field, rows: int) -> pa.Array:
        """Random cells of a column."""
        kind = field.type
        valid = [not field.nullable or self.random.random() < 0.8 for _ in range(rows)]
        if pa.types.is_struct(kind):
            children = [self.array(child, rows) for child in kind]
            return pa.StructArray.from_arrays(
                children, fields=list(kind), mask=pa.array([not v for v in valid], pa.bool_())
            )
        if pa.types.is_map(kind) or pa.types.is_list(kind):
            return self.lists(kind, valid)
        return to_array(kind, [self.value(kind) if there else None for there in valid])

    def lists(self, kind: pa.DataType, valid: list[bool]) -> pa.Array:
        """Random lists or maps, whose offsets of NULL ones may well span elements."""
        ends = [0]
        for _ in valid:
            ends.append(ends[-1] + self.random.randrange(4))
        child = kind.field(0)
        if pa.types.is_map(kind):
            children = [self.array(kind.key_field, ends[-1]), self.array(kind.item_field, ends[-1])]
            elements = pa.StructArray.from_arrays(children, fields=[kind.key_field, kind.item_field])
        else:
            elements = self.array(child, ends[-1])
        buffers = [bits(valid), pa.array(ends, pa.int32()).buffers()[1]]
        return pa.Array.from_buffers(kind, len(valid), buffers, children=[elements])


def bits(valid: list[bool]) -> pa.Buffer:
    return pa.array(valid, pa.bool_()).buffers()[1]
