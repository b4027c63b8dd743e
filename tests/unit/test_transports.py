"""Roads to a connector: the version is agreed on, errors arrive by name, an emulator answers as Lambda does."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, HTTPServer, ThreadingHTTPServer
from typing import Any

import pytest
from tests.unit.weather import READINGS, Weather, everything

from athena_federation import wire
from athena_federation.aws import LambdaHandler, lambda_handler
from athena_federation.emulator import REQUEST_LIMIT, RESPONSE_LIMIT, server
from athena_federation.engine import Engine, http
from athena_federation.errors import ConfigurationError, ConnectorError, RemoteProtocolError, Throttled, UnknownTable
from athena_federation.handler import Handler
from athena_federation.messages import (
    GetDataSourceCapabilitiesRequest,
    ListSchemasRequest,
    ListSchemasResponse,
    PingRequest,
    PingResponse,
    UserDefinedFunctionRequest,
)
from athena_federation.predicate import ANY
from athena_federation.transports import INVOCATIONS, THROTTLE, Answer, Remote, RemoteConnectorError, encoded


@contextmanager
def served(handler: Any) -> Iterator[str]:
    serving: ThreadingHTTPServer = server(handler, 0)
    thread = threading.Thread(target=serving.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{serving.server_port}"
    finally:
        serving.shutdown()
        serving.server_close()
        thread.join(5)


@pytest.fixture
def weather() -> LambdaHandler:
    return lambda_handler(Weather().connector, {})


def speaking(serde: int | None) -> tuple[Remote, list[int]]:
    """A connector that says it speaks this version, and which versions it was then spoken to in."""
    heard: list[int] = []

    def send(document: bytes) -> Answer:
        body = json.loads(document)
        if body["@type"] == "PingRequest":
            pong: Any = PingResponse(source_type="s", serde=serde)
        else:
            heard.append(1 if "requestType" in body else 5 if "queryPassthroughArguments" in body else 2)
            pong = ListSchemasResponse(schemas=("a",))
        return Answer(encoded(wire.dump(pong, 5)))

    return Remote(send), heard


@pytest.mark.parametrize(("serde", "agreed"), [(None, 1), (1, 1), (2, 2), (5, 5), (6, 5), (99, 5)])
def test_nothing_newer_is_spoken_than_both_sides_speak(serde: int | None, agreed: int) -> None:
    transport, heard = speaking(serde)
    transport(ListSchemasRequest(catalog="c"))
    assert transport.agreed == agreed
    assert heard == [1 if agreed == 1 else 2]


def test_the_version_is_asked_for_once() -> None:
    pings = 0
    handler = Handler(Weather().connector)

    def send(document: bytes) -> Answer:
        nonlocal pings
        request = wire.load(document)
        pings += isinstance(request, PingRequest)
        return Answer(encoded(wire.dump(handler(request), 5)))  # type: ignore[arg-type]

    transport = Remote(send)
    threads = [threading.Thread(target=transport, args=(ListSchemasRequest(),)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(5)
    assert pings == 1


@pytest.mark.parametrize("serde", [0, -3])
def test_a_version_that_does_not_exist_is_refused(serde: int) -> None:
    transport, _ = speaking(serde)
    with pytest.raises(RemoteProtocolError, match=f"serde version {serde}"):
        transport(ListSchemasRequest())


def test_what_an_old_connector_cannot_answer_is_not_asked() -> None:
    transport, heard = speaking(2)
    with pytest.raises(Exception, match="before serde version 4"):
        transport(GetDataSourceCapabilitiesRequest())
    assert heard == []


def test_a_connector_is_asked_over_http_as_in_this_process(weather: LambdaHandler) -> None:
    with served(weather) as url:
        engine = Engine(http(url), catalog="weather")
        table = engine.describe(READINGS)
        batches = engine.read(table, columns=table.schema.names, partitions=engine.layout(table, ANY), predicate=ANY)
        assert [row for batch in batches for row in batch.to_pylist()] == everything()


def test_an_error_arrives_over_http_under_its_name(weather: LambdaHandler) -> None:
    with served(weather) as url, pytest.raises(UnknownTable, match=r"^no table weather\.tides; ") as caught:
        Engine(http(url), catalog="weather").describe(replace(READINGS, table="tides"))
    remote = caught.value.__cause__
    assert isinstance(remote, RemoteConnectorError)
    assert remote.remote.type == "UnknownTable"


def test_throttling_arrives_over_http_as_such_after_some_attempts() -> None:
    kind: type[Exception] = type(THROTTLE, (Exception,), {})
    slept: list[float] = []

    def handler(event: Any, context: Any) -> None:
        raise kind("slow down")

    with served(handler) as url, pytest.raises(Throttled, match="slow down"):
        http(url, sleep=slept.append)(PingRequest())
    assert slept == [0.2, 0.4, 0.8, 1.6]


def test_a_lost_connection_is_tried_again_and_then_told() -> None:
    with served(lambda event, context: {}) as url:
        pass
    slept: list[float] = []
    with pytest.raises(ConnectorError, match="cannot be reached, after 5 attempts"):
        http(url, sleep=slept.append)(PingRequest())
    assert len(slept) == 4


@pytest.mark.parametrize(
    ("status", "kind"), [(429, Throttled), (503, ConnectorError), (502, ConnectorError), (404, RemoteProtocolError)]
)
def test_a_status_that_is_no_answer_of_the_connector_is_told(status: int, kind: type[Exception]) -> None:
    class Refusing(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nothing."""

    serving = ThreadingHTTPServer(("127.0.0.1", 0), Refusing)
    threading.Thread(target=serving.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    slept: list[float] = []
    with pytest.raises(kind):
        http(f"http://127.0.0.1:{serving.server_port}", sleep=slept.append)(PingRequest())
    serving.shutdown()
    serving.server_close()
    assert len(slept) == (0 if status == 404 else 4)


def test_a_redirect_is_not_followed() -> None:
    class Redirecting(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(307)
            self.send_header("Location", "http://127.0.0.1:9/")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nothing."""

    serving = HTTPServer(("127.0.0.1", 0), Redirecting)
    thread = threading.Thread(target=serving.handle_request)
    thread.start()
    with serving, pytest.raises(RemoteProtocolError):
        http(f"http://127.0.0.1:{serving.server_port}")(PingRequest())
    thread.join(5)


def test_a_ping_that_is_answered_with_something_else_is_refused() -> None:
    transport = Remote(lambda document: Answer(encoded(wire.dump(ListSchemasResponse(schemas=()), 5))))
    with pytest.raises(RemoteProtocolError, match="a ping was answered with ListSchemasResponse"):
        transport(ListSchemasRequest())


@pytest.mark.parametrize("url", ["ftp://127.0.0.1", "127.0.0.1:8080", "http://", ""])
def test_an_url_that_is_none_is_refused_at_once(url: str) -> None:
    with pytest.raises(ConfigurationError, match="an http or https URL is needed"):
        http(url)


@pytest.mark.parametrize(
    ("given", "posted"), [("", INVOCATIONS), ("/", INVOCATIONS), ("/a/b", "/a/b"), ("/a?b=c", "/a?b=c")]
)
def test_an_url_without_a_path_gets_that_of_lambdas_emulator(given: str, posted: str) -> None:
    paths: list[str] = []

    class Recorder(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            paths.append(self.path)
            self.send_response(404)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nothing."""

    serving = HTTPServer(("127.0.0.1", 0), Recorder)
    thread = threading.Thread(target=serving.handle_request)
    thread.start()
    with serving, pytest.raises(RemoteProtocolError):
        http(f"http://127.0.0.1:{serving.server_port}{given}")(PingRequest())
    thread.join(5)
    assert paths == [posted]


def post(url: str, body: bytes, **headers: str) -> tuple[int, dict[str, str], dict[str, Any]]:
    connection = HTTPConnection(url.removeprefix("http://"), timeout=10)
    connection.request("POST", "/", body, {name.replace("_", "-"): value for name, value in headers.items()})
    response = connection.getresponse()
    answered = response.status, dict(response.headers), json.loads(response.read())
    connection.close()
    return answered


def test_an_error_of_the_handler_is_described_as_lambdas_runtime_does() -> None:
    def handler(event: Any, context: Any) -> None:
        raise ValueError("no")

    with served(handler) as url:
        status, headers, body = post(url, b"{}")
    assert (status, headers["X-Amz-Function-Error"]) == (200, "Unhandled")
    assert list(body) == ["errorMessage", "errorType", "requestId", "stackTrace"]
    assert (body["errorMessage"], body["errorType"]) == ("no", "ValueError")
    assert 'raise ValueError("no")' in body["stackTrace"][0]


def test_an_answer_of_more_than_lambdas_limit_is_refused() -> None:
    def handler(event: int, context: Any) -> str:
        return "x" * event

    with served(handler) as url:
        assert post(url, str(RESPONSE_LIMIT - 2).encode())[0] == 200
        status, _, body = post(url, str(RESPONSE_LIMIT - 1).encode())
    assert (status, body["errorType"]) == (502, "Function.ResponseSizeTooLarge")
    assert "(6291556 bytes)" in body["errorMessage"]


def test_a_request_of_more_than_lambdas_limit_is_refused_unread() -> None:
    with served(lambda event, context: event) as url:
        status, _, body = post(url, b"", Content_Length=str(REQUEST_LIMIT + 1))
    assert (status, body["errorType"]) == (413, "RequestEntityTooLargeException")


def test_a_web_page_cannot_reach_the_emulator() -> None:
    with served(lambda event, context: event) as url:
        assert post(url, b"{}", Origin="https://example.com")[0] == 403
        assert post(url, b"{}", Host="example.com")[0] == 403
        assert post(url, b"{}")[0] == 200


@pytest.mark.parametrize(("body", "kind"), [(b"{", "Runtime.UnmarshalError"), (b"1", "Runtime.MarshalError")])
def test_what_the_runtime_cannot_read_or_write_is_described(body: bytes, kind: str) -> None:
    with served(lambda event, context: object()) as url:
        assert post(url, body)[2]["errorType"] == kind


def test_bytes_are_sent_as_they_are_and_the_context_tells_the_time() -> None:
    def handler(event: Any, context: Any) -> bytes:
        assert 0 < context.get_remaining_time_in_millis() <= 900_000
        return b'{"a":  1}'

    with served(handler) as url:
        assert post(url, b"{}")[2] == {"a": 1}


def test_a_function_is_reached_without_a_catalog() -> None:
    import pyarrow as pa

    from athena_federation.table import Connector

    handler = Handler(Connector(name="maths", functions={"same": lambda column: column}))
    records = pa.record_batch({"0": [1, 2]})
    with served(lambda event, context: wire.dump(handler(wire.load(event)), 5)) as url:  # type: ignore[arg-type]
        request = UserDefinedFunctionRequest(records=records, output_schema=records.schema, method="same")
        assert http(url)(request).records.equals(records)  # type: ignore[union-attr]
