"""The verbs that speak the protocol: our handler on a port, messages, checks, and SQL over anybody's connector."""

from __future__ import annotations

import json
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import boto3
import pyarrow as pa
import pytest
from moto.server import ThreadedMotoServer
from tests.e2e.command import TODAY, Desk
from tests.e2e.slack import TOKEN
from tests.unit.foreign import PLACES, ROWS_EACH, Foreign

from athena_federation import aws, emulator, wire
from athena_federation.table import Column, Connector, Scan, Table
from slackanalytics.simulator import Simulator

BUCKET = "blocks"
COUNT = "SELECT date, count(*) AS members FROM member_analytics WHERE date >= '2026-11-20' GROUP BY date ORDER BY date"
ASK = {"identity": {}, "catalogName": "any", "queryId": "q"}
UNKNOWN = {"@type": "GetTableRequest", **ASK, "tableName": {"schemaName": "slackanalytics", "tableName": "nothing"}}


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A desk with a Slack and an S3 at hand."""
    simulator = Simulator(members=40, today=date.fromisoformat(TODAY), token=TOKEN, rate_limit=None)
    s3 = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    s3.start()
    host, port = s3.get_host_and_port()
    keys = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing", "AWS_DEFAULT_REGION": "us-east-1"}
    endpoint = f"http://{host}:{port}"
    boto3.client(
        "s3",
        endpoint_url=endpoint,
        region_name="us-east-1",
        aws_access_key_id="testing",
        aws_secret_access_key="testing",
    ).create_bucket(Bucket=BUCKET)
    with simulator.serve() as slack:
        yield Desk(
            tmp_path_factory.mktemp("desk"),
            SLACKANALYTICS_SLACK_TOKEN=TOKEN,
            SLACKANALYTICS_SLACK_API_URL=slack.url,
            AWS_ENDPOINT_URL_S3=endpoint,
            AWS_ENDPOINT_URL=endpoint,
            spill_bucket=BUCKET,
            spill_prefix="parts",
            spill_bucket_owner="123456789012",
            **keys,
        )
    s3.stop()


@contextmanager
def serving_lambda(desk: Desk) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """The verb `lambda`, ready; gives its URL."""
    with desk.started("lambda", "--port", "0") as process:
        assert process.stdout
        word, url = process.stdout.readline().decode().split()
        assert word == "ready"
        try:
            yield url, process
        finally:
            process.kill()


@pytest.fixture(scope="module")
def url(desk: Desk) -> Iterator[str]:
    with serving_lambda(desk) as (found, _):
        yield found


def test_rows_over_http_are_those_of_the_command_itself(desk: Desk, url: str) -> None:
    over_http = desk.run("query", "--format", "csv", "--connector", url, COUNT)
    assert over_http.code == 0, over_http.err
    assert over_http.out == desk.run("query", "--format", "csv", COUNT).out
    assert over_http.text.splitlines()[:2] == ["date,members", "2026-11-20,40"]


def test_plans_and_tables_are_told_over_http_under_the_catalog_that_is_given(desk: Desk, url: str) -> None:
    sql = "SELECT count(user_id) FROM mine.slackanalytics.member_analytics WHERE date IN ('2026-11-02', '2026-11-05')"
    plan = desk.run("explain", "--connector", url, "--catalog", "mine", sql)
    assert plan.code == 0, plan.err
    assert "2 of 396 partitions" in plan.text
    listed = desk.run("tables", "--connector", f"{url}/2015-03-31/functions/adoption/invocations")
    assert "adoption.slackanalytics.member_analytics" in listed.text


def test_every_check_passes_blocks_in_s3_included(desk: Desk, url: str) -> None:
    done = desk.run("check", "--connector", url)
    assert done.code == 0, done.text + done.err
    lines = done.text.splitlines()
    assert not [line for line in lines if line.startswith("fail")]
    spilled = [line for line in lines if "spills large answers" in line]
    assert len(spilled) == 2
    assert all(line.startswith("pass") and line.endswith("sealed") for line in spilled)


def test_a_message_is_answered_by_a_port_as_by_this_process(desk: Desk, url: str) -> None:
    message = desk.folder / "ping.json"
    message.write_text(json.dumps({"@type": "PingRequest", **ASK}))
    over_http, here = (desk.run("invoke", str(message), *where) for where in (("--connector", url), ()))
    assert over_http.out == here.out
    assert json.loads(here.out)["serDeVersion"] == 5
    assert here.text.count("\n") > 5
    raw = desk.run("invoke", "--raw", str(message))
    assert raw.text.count("\n") == 1
    assert json.loads(raw.out) == json.loads(here.out)


def test_an_error_is_one_line_with_its_class(desk: Desk, url: str) -> None:
    message = desk.folder / "unknown.json"
    message.write_text(json.dumps(UNKNOWN))
    for where in (("--connector", url), ()):
        complaint = desk.run("invoke", str(message), *where).complaint
        assert complaint.startswith("slackanalytics: UnknownTable: no table slackanalytics.nothing; ")
    message.write_text("{")
    assert "UnmarshalError" in desk.run("invoke", str(message)).complaint


def test_the_handler_ends_with_ctrl_c_and_a_taken_port_is_said(desk: Desk) -> None:
    with serving_lambda(desk) as (url, process):
        port = url.rpartition(":")[2]
        assert f"port {port} cannot be used" in desk.run("lambda", "--port", port).complaint
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 130
        assert process.stderr
        said = process.stderr.read().decode()
    assert url in said
    assert "Traceback" not in said


def test_options_that_contradict_each_other_are_refused(desk: Desk) -> None:
    assert "exclude" in desk.run("query", "--source", "demo", "--connector", "lambda:x", "SELECT 1").complaint
    assert "--catalog" in desk.run("query", "--catalog", "x", "SELECT 1").complaint
    assert "lambda:NAME" in desk.run("check", "--connector", "ftp://x").complaint


# ── connectors of others ─────────────────────────────────────────────────────────────────────────────────────────────


@contextmanager
def serving(answer: Callable[[dict[str, Any]], tuple[int, bytes]]) -> Iterator[str]:
    """A connector behind HTTP that answers whatever the function says: a status and a body."""

    class Connector(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            status, body = answer(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Connector)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/theirs"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


JAVA = {
    "errorMessage": "The column 'x' does not exist\nin any table",
    "errorType": "java.lang.IllegalArgumentException",
    "stackTrace": ["com.example.Handler.doGetTable(Handler.java:42)"],
    "cause": {"errorMessage": "no", "errorType": "java.sql.SQLException", "stackTrace": []},
}


def theirs(document: dict[str, Any]) -> tuple[int, bytes]:
    """A connector in Java, as far as tables are unknown to it."""
    kind = document["@type"]
    if kind == "PingRequest":
        return 200, json.dumps(
            {"@type": "PingResponse", "catalogName": "c", "queryId": "q", "sourceType": "java"}
        ).encode()
    if kind == "ListSchemasRequest":
        return 200, json.dumps({"@type": "ListSchemasResponse", "schemas": ["one"], "catalogName": "c"}).encode()
    if kind == "ListTablesRequest":
        tables = [{"schemaName": "one", "tableName": "Two"}]
        return 200, json.dumps({"@type": "ListTablesResponse", "tables": tables, "catalogName": "c"}).encode()
    return 200, json.dumps(JAVA).encode()


def test_an_error_in_java_is_said_in_its_own_words(desk: Desk) -> None:
    with serving(theirs) as url:
        complaint = desk.run("query", "--connector", url, "SELECT 1 FROM two").complaint
        assert complaint == "slackanalytics: java.lang.IllegalArgumentException: The column 'x' does not exist\n"


def test_mistakes_of_a_connector_are_listed_with_remedies(desk: Desk) -> None:
    def newer(document: dict[str, Any]) -> tuple[int, bytes]:
        status, body = theirs(document)
        found = json.loads(body)
        return status, json.dumps(found | ({"serDeVersion": 5} if "sourceType" in found else {})).encode()

    with serving(newer) as url:
        done = desk.run("check", "--connector", url)
    assert done.code == 1
    failed = [line.split("│")[2].strip() for line in done.text.splitlines() if line.startswith("fail")]
    assert failed == ["lists tables", "tells its capabilities", "is described", "writes keys in order"]
    assert "write them in the order of the SDK's serializers" in done.err
    assert "checks failed" in done.err


def test_what_is_no_connector_at_all_is_said(desk: Desk) -> None:
    with serving(lambda _: (200, b"<html>hello</html>")) as url:
        message = desk.folder / "hello.json"
        message.write_text(json.dumps({"@type": "PingRequest", **ASK}))
        assert "not JSON: <html>" in desk.run("invoke", str(message), "--connector", url).complaint
        assert "<html>" in desk.run("query", "--connector", url, "SELECT 1 FROM t").complaint


NOTE = "x" * 500


def notes(_: Scan) -> Iterator[pa.RecordBatch]:
    for first in range(0, 20_000, 5_000):
        yield pa.record_batch({"n": range(first, first + 5_000), "note": [NOTE] * 5_000})


def test_rows_that_no_answer_could_hold_are_read_out_of_s3(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in desk.environment.items():
        if name.startswith("AWS_"):
            monkeypatch.setenv(name, value)
    table = Table(name="notes", columns=(Column("n", pa.int64()), Column("note", pa.string())), read=notes)
    large = aws.lambda_handler(Connector(name="large", tables=[table]), {"spill_bucket": BUCKET})
    with emulator.server(large, 0) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        url = f"http://127.0.0.1:{server.server_port}"
        sql = "SELECT count(*), sum(n), min(length(note)), max(length(note)) FROM notes"
        found = desk.run("query", "--connector", url, "--format", "csv", sql)
        nowhere = desk.run("query", "--connector", url, sql, AWS_ENDPOINT_URL_S3="http://127.0.0.1:9")
        server.shutdown()
        thread.join()
    assert found.code == 0, found.err
    assert found.text.splitlines()[1] == "20000,199990000,500,500"
    assert "s3:GetObject" in nowhere.complaint


def test_a_connector_of_another_make_is_asked_in_sql(desk: Desk, tmp_path: Path) -> None:
    foreign = Foreign()

    def handler(event: Any, _: Any) -> Any:
        return wire.dump(foreign(wire.load(event)), wire.request_version(event))  # type: ignore[arg-type]

    with emulator.server(handler, 0) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        url = f"http://127.0.0.1:{server.server_port}/others"
        regions = desk.run(
            "query",
            "--connector",
            url,
            "--format",
            "csv",
            "SELECT region, count(*) FROM others.main.regions GROUP BY 1",
        )
        values = desk.run(
            "query", "--connector", url, "--format", "ndjson",
            "SELECT seen, counts, place, price FROM everything WHERE seen IS NOT NULL",
        )  # fmt: skip
        columns = desk.run("tables", "-v", "--connector", url)
        server.shutdown()
        thread.join()
    assert regions.code == 0, regions.err
    lines = regions.text.splitlines()[1:]
    assert sum(int(line.rpartition(",")[2]) for line in lines) == len(PLACES) * ROWS_EACH
    assert f",{ROWS_EACH}" in lines, "the partition of NULL"
    (row,) = [json.loads(line) for line in values.text.splitlines()]
    assert row["seen"] == "2024-01-31 12:30:05.123"
    assert row["counts"] == {"x": 1, "y": None}
    assert "12:30:05.123" in row["place"]["at"]
    assert "(time32[ms])" in columns.text
    assert "map(varchar, bigint)" in columns.text
