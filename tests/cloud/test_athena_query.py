"""A statement asked of Athena: typed rows, named errors, cancelled when interrupted."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.cloud.athena_stub import Answer, Athena, served

from athena_federation import errors
from athena_federation.errors import Corrupt, FederationError, QueryError
from slackanalytics import cli
from slackanalytics.cloud.athena_engine import standing
from slackanalytics.cloud.athena_query import Standing, ask, distinct
from slackanalytics.cloud.calls import Live, Pace

NEVER = Pace(sleep=lambda _: None)
EVERYTHING = Answer(
    columns=[
        ("yes", "boolean"), ("few", "tinyint"), ("some", "integer"), ("many", "bigint"), ("half", "double"),
        ("single", "float"), ("money", "decimal(10,2)"), ("day", "date"), ("at", "timestamp"), ("text", "varchar"),
        ("raw", "varbinary"), ("list", "array"), ("pairs", "map"), ("zoned", "timestamp with time zone"),
    ],
    rows=[
        ("true", "1", "2", "9007199254740993", "0.1", "1.5", "12.30", "2026-11-25", "2026-11-25 01:02:03.456", 'é, "q"',
         "de ad", "[a, b]", "{k=1}", "2026-11-25 00:00:00.000 UTC"),
        (None,) * 14,
        ("false", "-1", "-2", "-3", "NaN", "Infinity", "-0.01", "0001-01-01", "1969-12-31 23:59:59.999", "", "", "[]", "{}", ""),
    ],
)  # fmt: skip
LAMBDA = (
    "GENERIC_USER_ERROR: Encountered an exception[{name}] from your LambdaFunction[arn:aws:lambda:us-east-1:1:function:s]"
    " executed in context[retrieving meta-data] with message[{text}]"
)
FAILURES = {
    "COLUMN_NOT_FOUND: line 1:8: Column 'x' cannot be resolved": "UnknownColumn",
    "TABLE_NOT_FOUND: line 1:15: Table 'a.b' does not exist": "UnknownTable",
    "SYNTAX_ERROR: line 1:1: mismatched input": "QueryError",
    "TYPE_MISMATCH: line 1:8: Cannot apply operator": "QueryError",
    "PERMISSION_ERROR: Access denied": "Unauthorized",
    "Insufficient permissions to execute the query.": "Unauthorized",
    LAMBDA.format(name="Unauthorized", text="member analytics of 2026-11-20: the token was revoked"): "Unauthorized",
    LAMBDA.format(name="Corrupt", text="member analytics of 2026-11-20: [truncated] file"): "Corrupt",
    LAMBDA.format(name="FederationThrottleException", text="Slack asks for a pause"): "Throttled",
    LAMBDA.format(name="com.amazonaws.SomethingElse", text="whatever"): "ConnectorError",
    "": "QueryError",
}


@pytest.fixture(autouse=True)
def credentials(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name, value in {
        "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": "eu-central-1",
        "AWS_CONFIG_FILE": str(tmp_path / "none"), "AWS_EC2_METADATA_DISABLED": "true", "HOME": str(tmp_path),
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)


@pytest.fixture
def athena(monkeypatch: pytest.MonkeyPatch) -> Iterator[Athena]:
    answers = {
        "everything": EVERYTHING,
        "many": Answer(columns=[("n", "bigint")], rows=[(str(n),) for n in range(2_500)]),
        "its header": Answer(columns=[("n", "varchar")], rows=[("n",), ("m",)]),
        "nothing": Answer(columns=[("n", "bigint")]),
        "twice": Answer(columns=[("a", "bigint"), ("a", "varchar")], rows=[("1", "x")]),
        "wrong": Answer(columns=[("n", "bigint")], rows=[("one",)]),
        "SHOW TABLES": Answer(
            columns=[("tab_name", "string")], rows=[("member_analytics",), ("day_status",)], kind="UTILITY"
        ),
        "endless": Answer(endless=True),
    } | {f"failing {number}": Answer(failure=text or " ") for number, text in enumerate(FAILURES)}
    with served(answers) as running:
        monkeypatch.setenv("AWS_ENDPOINT_URL_ATHENA", running.url)
        yield running


def asked(sql: str, **options: Any) -> pa.Table:
    with ask(Live(), sql, catalog="slackanalytics_catalog", workgroup="analysts", pace=NEVER, **options) as result:
        return result.arrow()


def test_values_have_the_types_that_athena_gives_them(athena: Athena) -> None:
    table = asked("everything")
    first, nothing, last = table.to_pylist()
    assert first == {
        "yes": True, "few": 1, "some": 2, "many": 9007199254740993, "half": 0.1, "single": 1.5,
        "money": Decimal("12.30"), "day": date(2026, 11, 25), "at": datetime.fromisoformat("2026-11-25T01:02:03.456"),
        "text": 'é, "q"', "raw": b"\xde\xad", "list": "[a, b]", "pairs": "{k=1}", "zoned": "2026-11-25 00:00:00.000 UTC",
    }  # fmt: skip
    assert set(nothing.values()) == {None}
    assert last["text"] == "" and last["raw"] == b"" and last["half"] != last["half"] and last["single"] == float("inf")  # noqa: PT018
    assert table.schema.field("money").type == pa.decimal128(10, 2)


def test_pages_are_put_together_and_the_header_is_no_row(athena: Athena) -> None:
    seen: list[Standing] = []
    assert asked("many", progress=seen.append)["n"].to_pylist() == list(range(2_500))
    assert [standing.state for standing in seen][:3] == ["QUEUED", "RUNNING", "SUCCEEDED"]
    assert seen[-1].rows == 2_500
    assert seen[-1].scanned == 4_000_000
    assert asked("its header")["n"].to_pylist() == ["n", "m"]
    assert asked("nothing").num_rows == 0
    assert asked("SHOW TABLES")["tab_name"].to_pylist() == ["member_analytics", "day_status"]


def test_the_query_runs_where_it_was_told_to(athena: Athena) -> None:
    asked("nothing", results="s3://results/here/")
    (operation, request) = athena.asked[0]
    assert operation == "StartQueryExecution"
    assert request.pop("ClientRequestToken")
    assert request == {
        "QueryString": "nothing",
        "QueryExecutionContext": {"Catalog": "slackanalytics_catalog", "Database": "slackanalytics"},
        "WorkGroup": "analysts",
        "ResultConfiguration": {"OutputLocation": "s3://results/here/"},
    }


@pytest.mark.parametrize(("number", "text"), list(enumerate(FAILURES)))
def test_a_failure_has_the_name_that_says_what_it_is(athena: Athena, number: int, text: str) -> None:
    with pytest.raises(FederationError) as caught:
        asked(f"failing {number}")
    assert type(caught.value) is getattr(errors, FAILURES[text])
    assert "\n" not in str(caught.value)
    assert str(caught.value)


def test_what_the_connector_said_is_told_as_it_said_it(athena: Athena) -> None:
    number = next(number for number, text in enumerate(FAILURES) if "revoked" in text)
    with pytest.raises(errors.Unauthorized, match=r"^member analytics of 2026-11-20: the token was revoked$"):
        asked(f"failing {number}")


def test_a_value_that_does_not_fit_its_column_is_an_error(athena: Athena) -> None:
    with pytest.raises(Corrupt, match="one"):
        asked("wrong")


def test_an_interrupt_stops_the_query_in_athena(athena: Athena) -> None:
    def interrupt(_: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ask(Live(), "endless", catalog="c", pace=Pace(sleep=interrupt))
    assert athena.stopped == {"endless"}


def test_a_query_that_somebody_else_stops_is_an_error(athena: Athena) -> None:
    athena.stopped.add("endless")
    with pytest.raises(QueryError, match="cancelled"):
        asked("endless")


def test_ctrl_c_stops_the_query_in_athena_and_leaves_no_file(athena: Athena, tmp_path: Path) -> None:
    """The command itself, interrupted while the query runs."""
    target = tmp_path / "out.csv"
    program = str(Path(sys.executable).parent / "slackanalytics")
    command = [program, "query", "--engine", "athena", "--output", str(target), "endless"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as running:
        until = time.monotonic() + 60
        while not athena.looks.get("endless") and time.monotonic() < until:
            time.sleep(0.05)
        running.send_signal(signal.SIGINT)
        _, err = running.communicate(timeout=30)
    assert running.returncode == 130
    assert err.count("\n") == 1
    assert athena.stopped == {"endless"}
    assert not target.exists()


def test_where_stderr_is_no_terminal_a_line_comes_every_few_seconds(capfd: pytest.CaptureFixture[str]) -> None:
    with standing() as progress:
        for second in range(12):
            progress(Standing(state="RUNNING", elapsed=float(second), scanned=2_000_000))
    assert capfd.readouterr().err.splitlines() == [f"Athena: running, {second} s, 2.0 MB scanned" for second in (5, 10)]


def test_repeated_names_are_told_apart() -> None:
    assert distinct(["a", "b", "A", "a", "a_1"]) == ["a", "b", "A_1", "a_2", "a_1_1"]


def test_the_command_answers_in_each_format(athena: Athena, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "out.parquet"
    assert cli.run(["query", "--engine", "athena", "--output", str(target), "everything"]) == 0
    assert pq.read_table(target)["many"].to_pylist() == [9007199254740993, None, -3]
    capfd.readouterr()
    assert cli.run(["query", "--engine", "athena", "--workgroup", "w", "--format", "ndjson", "twice"]) == 0
    assert json.loads(capfd.readouterr().out) == {"a": 1, "a_1": "x"}
    assert athena.asked[-5][1]["WorkGroup"] == "w"


def test_the_command_says_what_failed_in_one_line(athena: Athena, capfd: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["query", "--engine", "athena", "failing 0"]) == 1
    out, err = capfd.readouterr()
    assert out == ""
    assert err == "slackanalytics: COLUMN_NOT_FOUND: line 1:8: Column 'x' cannot be resolved\n"


@pytest.mark.parametrize(
    "options",
    [
        ["--engine", "athena", "--source", "demo"], ["--engine", "athena", "--connector", "lambda:x"],
        ["--workgroup", "w"], ["--engine", "athena", "--results", "bucket"],
    ],
)  # fmt: skip
def test_options_of_one_engine_do_not_go_with_the_other(options: list[str], capfd: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["query", *options, "SELECT 1"]) == 2
    assert "goes with" in (err := capfd.readouterr().err) or "a place in S3" in err


def test_missing_credentials_are_said_in_one_line(
    athena: Athena, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent")
    assert cli.run(["query", "--engine", "athena", "everything"]) == 1
    err = capfd.readouterr().err
    assert err.count("\n") == 1
    assert "no AWS credentials" in err
