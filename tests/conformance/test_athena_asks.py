"""The Java SDK plays Athena: its writers ask, our connector answers over HTTP, its readers read, spilled blocks too."""

# ruff: noqa: DTZ001  # date64 holds points in time without a zone

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import boto3
import pyarrow as pa
import pytest
from tests.conformance import sample
from tests.conformance.cells import plain, rows
from tests.conformance.conftest import Serve
from tests.conformance.counterpart import Counterpart
from tests.conformance.sample import Row
from tests.conformance.test_codec import MESSAGES, SEED

pytestmark = [pytest.mark.conformance, pytest.mark.timeout(600)]

VERSIONS = (2, 3, 4, 5)
TABLES = ["sample.by_day", "sample.by_region", "sample.empty", "sample.every_type", "sample.large"]


@dataclass(frozen=True, slots=True)
class Case:
    """A question, and which rows answer it."""

    name: str
    constraints: Mapping[str, Any]
    wanted: Callable[[Row], bool]
    columns: tuple[str, ...] = tuple(sample.EVERY_TYPE)


def told(name: str, value: Any) -> Any:
    """A value of a column as a cell."""
    kind = sample.EVERY_TYPE[name]
    if isinstance(value, datetime):
        return str(int((value - datetime(1970, 1, 1)).total_seconds() * 1000))
    if isinstance(value, date):
        return str((value - date(1970, 1, 1)).days)
    return value if value is None else plain(kind, value)


def ranges(name: str, *spans: tuple[Any, str, Any, str], null_allowed: bool = False) -> dict[str, Any]:
    cells = [[told(name, low), lower, told(name, high), upper] for low, lower, high, upper in spans]
    return {name: {"ranges": cells, "nullAllowed": null_allowed}}


def values(name: str, *listed: Any, white_list: bool = True, null_allowed: bool = False) -> dict[str, Any]:
    cells = [told(name, value) for value in listed]
    return {name: {"values": cells, "whiteList": white_list, "nullAllowed": null_allowed}}


def points(name: str, *listed: Any) -> dict[str, Any]:
    return ranges(name, *((value, "EXACTLY", value, "EXACTLY") for value in listed))


def known(name: str, test: Callable[[Any], bool]) -> Callable[[Row], bool]:
    """A test of a column that NULL does not pass."""
    return lambda row: row.get(name) is not None and test(row[name])


NOON = datetime(1970, 6, 1, 12, 30, 0, 1000)
OPEN = (None, "ABOVE", None, "BELOW")
EQUAL = {"call": "$equal", "arguments": [{"column": "name"}, {"constants": ["Oslo"], "of": "name"}]}
HINTS = {
    "expression": [{"call": "$or", "arguments": [EQUAL, {"call": "$is_null", "arguments": [{"column": "seen"}]}]}],
    "orderBy": [["id", "DESC_NULLS_LAST"], ["name", "ASC_NULLS_FIRST"]],
    "limit": 3,
}

CASES = [
    Case("everything", {}, lambda row: True),
    Case("some columns in another order", {}, lambda row: True, ("seen", "id", "place", "double")),
    Case("no column at all", {}, lambda row: True, ()),
    Case("no column, some rows", {"summary": points("flag", True)}, known("flag", lambda v: v), ()),
    Case("a half-open range", {"summary": ranges("whole", (-20, "EXACTLY", 30, "BELOW"))}, known("whole", lambda v: -20 <= v < 30)),
    Case("above", {"summary": ranges("tiny", (0, "ABOVE", None, "BELOW"))}, known("tiny", lambda v: v > 0)),
    Case("not equal", {"summary": ranges("small", (None, "ABOVE", 7, "BELOW"), (7, "ABOVE", None, "BELOW"))}, known("small", lambda v: v != 7)),
    Case("one of a list", {"summary": points("name", "", "Oslo", "🚀 and \u0000")}, known("name", lambda v: v in {"", "Oslo", "🚀 and \u0000"})),
    Case("null only", {"summary": ranges("amount", null_allowed=True)}, lambda row: row.get("amount") is None),
    Case("not null", {"summary": ranges("seen", OPEN)}, known("seen", lambda v: True)),
    Case("a range or null", {"summary": ranges("wide", (Decimal(0), "ABOVE", None, "BELOW"), null_allowed=True)}, lambda row: row.get("wide") is None or row["wide"] > 0),
    Case("nothing", {"summary": ranges("id")}, lambda row: False),
    Case("true", {"summary": points("flag", True)}, known("flag", lambda v: v)),
    Case("a decimal", {"summary": points("amount", Decimal("-9999999999.99"), Decimal("0.00"))}, known("amount", lambda v: v in {Decimal("-9999999999.99"), 0})),
    Case("zero of either sign", {"summary": points("double", 0.0)}, known("double", lambda v: v == 0)),
    Case("from zero", {"summary": ranges("single", (0.0, "EXACTLY", None, "BELOW"))}, known("single", lambda v: v >= 0 or math.isnan(v))),
    Case("below zero", {"summary": ranges("double", (None, "ABOVE", 0.0, "BELOW"))}, known("double", lambda v: v < 0)),
    Case("bytes in unsigned order", {"summary": ranges("raw", (b"\x7f", "ABOVE", b"\xff", "EXACTLY"))}, known("raw", lambda v: b"\x7f" < v <= b"\xff")),
    Case("days", {"summary": ranges("born", (date(1969, 12, 31), "EXACTLY", date(1970, 1, 1), "EXACTLY"))}, known("born", lambda v: date(1969, 12, 31) <= v <= date(1970, 1, 1))),
    Case("a time of day", {"summary": ranges("seen", (NOON, "ABOVE", None, "BELOW"))}, known("seen", lambda v: v > NOON)),
    Case("the last millisecond of a day", {"summary": points("seen", datetime(1969, 12, 31, 23, 59, 59, 999000))}, known("seen", lambda v: v == datetime(1969, 12, 31, 23, 59, 59, 999000))),
    Case("a white list", {"summary": values("name", "Ås", "漢字")}, known("name", lambda v: v in {"Ås", "漢字"})),
    Case("a black list that NULL passes", {"summary": values("tiny", 1, -1, white_list=False, null_allowed=True)}, lambda row: row.get("tiny") not in {1, -1}),
    Case("all", {"summary": {"name": {"all": True, "nullAllowed": True}}}, lambda row: True),
    Case("all, which Java cannot tell from nothing", {"summary": {"name": {"all": True, "nullAllowed": False}}}, lambda row: True),
    Case("none but null", {"summary": {"name": {"all": False, "nullAllowed": True}}}, lambda row: row.get("name") is None),
    Case("two columns", {"summary": ranges("whole", (-20, "EXACTLY", None, "BELOW")) | points("flag", False)}, lambda row: row.get("flag") is False and row.get("whole") is not None and row["whole"] >= -20),
    Case("a column that is not asked for", {"summary": points("tiny", 127)}, known("tiny", lambda v: v == 127), ("id",)),
    Case("hints, which are not promised", HINTS, lambda row: True),
]  # fmt: skip


def expected(case_columns: tuple[str, ...], wanted: Callable[[Row], bool]) -> list[list[Any]]:
    kept = [row for row in sample.every_type() if wanted(row)]
    if not case_columns:
        return [[] for _ in kept]
    return rows(sample.batch(kept, sample.EVERY_TYPE).select(case_columns))


@pytest.mark.parametrize("version", VERSIONS)
def test_java_gets_the_rows_of_every_kind_of_question(java: Counterpart, serve: Serve, version: int) -> None:
    commands = [
        {
            "do": "converse",
            "url": serve({}),
            "version": version,
            "schema": "sample",
            "table": "every_type",
            "columns": case.columns,
            "constraints": case.constraints,
        }
        for case in CASES
    ]
    for case, answer in zip(CASES, java.ask_all(commands), strict=True):
        assert "failed" not in answer, (case.name, answer["failed"])
        assert "error" not in answer, (case.name, answer["error"])
        assert "wrongSchema" not in answer, (case.name, answer["wrongSchema"])
        assert answer["version"] == version
        assert answer["rows"] == expected(case.columns, case.wanted), case.name


def test_we_filter_by_random_constraints_as_the_sdk_would(java: Counterpart, serve: Serve) -> None:
    plain_columns = [name for name, kind in sample.EVERY_TYPE.items() if not pa.types.is_nested(kind)]
    command = {"url": serve({}), "version": 5, "schema": "sample", "table": "every_type", "columns": plain_columns}
    answer = java.ask("judge", **command, seed=SEED, count=MESSAGES // 5)
    assert answer["kept"] > 0
    assert answer["wrong"] == []


def test_java_reads_who_we_are_and_what_there_is(java: Counterpart, serve: Serve) -> None:
    answer = ask(java, serve({}), "every_type", pageSize=2, columns=["id"])
    assert answer["ping"] == {
        "catalogName": "lambda:conformance",
        "queryId": "2f5c1d0e-conformance",
        "sourceType": "sample",
        "capabilities": 24,
        "serDeVersion": 5,
    }
    assert answer["version"] == 5
    assert answer["schemas"] == ["sample"]
    assert answer["tables"] == [TABLES[:2], TABLES[2:4], TABLES[4:]]
    assert [field["name"] for field in answer["table"]["fields"]] == list(sample.EVERY_TYPE)
    assert answer["table"]["metadata"]["seen"] == "The seen."
    assert set(answer["capabilities"]) == {"SYSTEM.QUERY"}
    every = ask(java, serve({}), "every_type", everySchema=True, columns=["id"])
    assert every["tables"] == [TABLES]


@pytest.mark.parametrize("version", VERSIONS)
def test_java_prunes_partitions_and_gets_their_columns_filled_in(java: Counterpart, serve: Serve, version: int) -> None:
    condition = {
        "summary": {
            "region": {"ranges": [["r1", "EXACTLY", "r2", "EXACTLY"]]},
            "year": {"ranges": [["2021", "ABOVE", None, "BELOW"]]},
        }
    }
    answer = ask(java, serve({}), "by_region", version=version, constraints=condition)
    wanted = [each for each in sample.REGIONS if each["region"] in {"r1", "r2"} and int(str(each["year"])) > 2021]
    assert answer["partitionColumns"] == ["region", "year"]
    assert sorted(answer["partitions"]) == sorted([each["region"], str(each["year"])] for each in wanted)
    told_rows = [
        [str(row["id"]), row["region"], row["name"], str(row["year"])]
        for each in wanted
        for row in sample.regional(each)
    ]
    assert sorted(answer["rows"]) == sorted(told_rows)


def test_java_is_told_by_an_empty_layout_that_there_is_nothing_to_read(java: Counterpart, serve: Serve) -> None:
    answer = ask(
        java,
        serve({}),
        "by_region",
        constraints={"summary": {"region": {"ranges": [["r9", "EXACTLY", None, "BELOW"]]}}},
    )
    assert answer["partitions"] == []
    assert answer["rows"] == []
    assert "splitPages" not in answer


def test_java_follows_the_pages_of_splits_to_their_end(java: Counterpart, serve: Serve) -> None:
    condition = {"summary": {"day": {"ranges": [["2023-01-01", "EXACTLY", None, "BELOW"]]}}}
    answer = ask(java, serve({}), "by_day", constraints=condition)
    days = (sample.TODAY - sample.FIRST_DAY).days
    assert answer["splitPages"] == [1000, days - 1000]
    assert sorted(answer["rows"]) == [
        [row["day"], str(row["number"])]
        for n in range(days)
        for row in sample.daily(date.fromordinal(sample.FIRST_DAY.toordinal() + n))
    ]


def test_java_reads_a_table_without_rows(java: Counterpart, serve: Serve) -> None:
    answer = ask(java, serve({}), "empty")
    assert (answer["rows"], answer["inline"]) == ([], 1)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("sealed", [True, False])
def test_java_reads_spilled_blocks_none_of_which_is_too_large(
    java: Counterpart, serve: Serve, s3: str, sealed: bool, version: int
) -> None:
    url = serve({} if sealed else {"disable_spill_encryption": "true"})
    answer = ask(java, url, "large", version=version, s3=s3, maxBlockSize=100_000, maxInlineBlockSize=50_000)
    blocks = answer["spilled"]
    assert answer["sealed"] is sealed
    assert "inline" not in answer
    assert answer["rows"] == rows(sample.batch(sample.large(), sample.LARGE))
    assert len(blocks) > 5
    assert [block["key"].rpartition(".")[2] for block in blocks] == [str(n) for n in range(len(blocks))]
    assert len({block["key"].rpartition(".")[0] for block in blocks}) == 1
    assert not any(block["directory"] for block in blocks)
    assert max(block["size"] for block in blocks) <= 100_000


@pytest.mark.parametrize("version", [2, 5])
def test_every_type_is_read_out_of_spilled_blocks(java: Counterpart, serve: Serve, s3: str, version: int) -> None:
    answer = ask(java, serve({}), "every_type", version=version, s3=s3, maxBlockSize=3_000, maxInlineBlockSize=1)
    assert len(answer["spilled"]) > 5
    assert max(block["size"] for block in answer["spilled"]) <= 3_000
    assert answer["rows"] == expected(tuple(sample.EVERY_TYPE), lambda row: True)


def test_java_opens_blocks_sealed_with_a_key_of_kms(java: Counterpart, serve: Serve, s3: str) -> None:
    key = boto3.client("kms").create_key()["KeyMetadata"]["KeyId"]
    answer = ask(java, serve({"kms_key_id": key}), "large", s3=s3, maxBlockSize=500_000, maxInlineBlockSize=1)
    assert answer["sealed"] is True
    assert answer["rows"] == rows(sample.batch(sample.large(), sample.LARGE))


def test_java_gets_inline_what_it_wants_inline(java: Counterpart, serve: Serve) -> None:
    answer = ask(java, serve({}), "large")
    assert answer["inline"] == 1
    assert answer["rows"] == rows(sample.batch(sample.large(), sample.LARGE))


def test_the_engines_own_options_say_where_to_spill(java: Counterpart, serve: Serve, s3: str) -> None:
    options = {"spill_bucket": "conformance-spill", "spill_prefix": "elsewhere/deep"}
    answer = ask(java, serve({}), "large", s3=s3, maxBlockSize=1_000_000, maxInlineBlockSize=1, configOptions=options)
    assert all(block["key"].startswith("elsewhere/deep/2f5c1d0e-conformance/") for block in answer["spilled"])
    assert len(answer["rows"]) == sample.LARGE_ROWS


def test_java_understands_why_we_failed(java: Counterpart, serve: Serve) -> None:
    answer = java.ask("converse", url=serve({}), version=5, schema="sample", table="nowhere")
    assert answer["error"]["request"] == "GetTableRequest"
    assert answer["error"]["body"]["errorType"] == "UnknownTable"
    assert "no table sample.nowhere" in answer["error"]["message"]


def test_a_plan_that_nobody_would_apply_is_refused_by_name(java: Counterpart, serve: Serve) -> None:
    command = {"url": serve({}), "force": 6, "schema": "sample", "table": "every_type", "columns": ["id"]}
    without = java.ask("converse", **command)
    assert without["version"] == 6
    assert len(without["rows"]) == sample.ROWS
    planned = java.ask("converse", **command, constraints={"plan": "QUJD"})
    assert planned["error"]["request"] == "GetTableLayoutRequest"
    assert planned["error"]["body"]["errorType"] == "UnsupportedSql"


def test_java_passes_a_query_through(java: Counterpart, serve: Serve) -> None:
    arguments = {"schemaFunctionName": "SYSTEM.QUERY", "QUERY": "select 'ß'"}
    answer = java.ask(
        "converse", url=serve({}), version=5, schema="system", table="query", constraints={"passthrough": arguments}
    )
    assert "error" not in answer, answer
    assert answer["rows"] == [["select 'ß'"]]


@pytest.mark.parametrize("version", VERSIONS)
def test_java_calls_a_function(java: Counterpart, serve: Serve, version: int) -> None:
    call = {"url": serve({}), "version": version}
    answer = java.ask("call", **call, method="twice", arguments=[["BIGINT", ["1", None, "-7"]]], returns="BIGINT")
    assert answer["method"] == "twice"
    assert answer["rows"] == [["2"], [None], ["-14"]]
    texts = [["VARCHAR", ["a", None, "ß"]], ["VARCHAR", ["1", "2", None]]]
    assert java.ask("call", **call, method="both", arguments=texts, returns="VARCHAR")["rows"] == [["a1"], ["2"], ["ß"]]
    decimals = [["DECIMAL(5,2)", ["1.50", None]]]
    assert "error" in java.ask("call", **call, method="twice", arguments=decimals, returns="DECIMAL(5,2)")
    assert "error" in java.ask("call", **call, method="fails", arguments=[["INT", ["1"]]], returns="INT")


def ask(java: Counterpart, url: str, table: str, **more: Any) -> Any:
    """A whole query. Fails where ours or Java's side did."""
    answer = java.ask("converse", **{"url": url, "schema": "sample", "table": table, "version": 6, **more})
    assert "error" not in answer, answer["error"]
    assert "wrongSchema" not in answer, answer["wrongSchema"]
    return answer
