"""Where a connector is, what it is called, and what its answers mean."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from athena_federation import emulator
from athena_federation.errors import ConfigurationError, ConnectorError, RemoteProtocolError
from athena_federation.transports import Answer
from slackanalytics.protocol import check as check_verb
from slackanalytics.protocol import once, required, road
from slackanalytics.remote import Deployed, PartitionOutlook, function_name, opened, url_name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("adoption", "adoption"),
        ("Adoption:live", "adoption"),
        ("arn:aws:lambda:us-east-1:111122223333:function:adoption", "adoption"),
        ("arn:aws:lambda:us-east-1:111122223333:function:Adoption:live", "adoption"),
    ],
)
def test_a_function_is_called_by_its_name_whatever_the_spelling(text: str, name: str) -> None:
    assert function_name(text) == name


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("http://127.0.0.1:9000", "function"),
        ("http://127.0.0.1:9000/", "function"),
        ("http://127.0.0.1:9000/2015-03-31/functions/function/invocations", "function"),
        ("http://127.0.0.1:9000/2015-03-31/functions/Adoption/invocations", "adoption"),
        ("https://example.com/connectors/Weather/", "weather"),
    ],
)
def test_a_url_is_called_by_the_last_part_that_is_a_name(url: str, name: str) -> None:
    assert url_name(url) == name


def test_a_place_is_a_function_or_a_url() -> None:
    assert Deployed.at("lambda:Adoption").name == "adoption"
    assert Deployed.at("http://127.0.0.1:9000").name == "function"
    for place in ("adoption", "lambda:", "ftp://example.com", "http://", ""):
        with pytest.raises(ConfigurationError):
            Deployed.at(place)


def test_a_connector_excludes_a_source_and_a_catalog_needs_one() -> None:
    with pytest.raises(ConfigurationError, match="exclude each other"):
        opened(source="demo", hr=None, connector="lambda:x", catalog=None)
    with pytest.raises(ConfigurationError, match="none is given"):
        opened(source=None, hr=None, connector=None, catalog="x")
    with pytest.raises(ConfigurationError, match="exclude each other"), road("lambda:x", "demo"):
        pass


def test_the_roster_can_be_joined_with_a_connector(tmp_path: Path) -> None:
    (tmp_path / "hr.csv").write_text("employee_email,department\na@example.com,Sales\n")
    with opened(source=None, hr=tmp_path / "hr.csv", connector="http://127.0.0.1:1", catalog="Mine") as database:
        assert database.default == "mine"
        with database.sql("SELECT department FROM hr.hr_dataset") as result:
            assert result.rows() == [("Sales",)]


def test_an_error_is_told_by_its_class_and_first_line() -> None:
    java = json.dumps({"errorMessage": "first\nsecond", "errorType": "java.lang.Error", "stackTrace": []}).encode()
    for answer in (Answer(java), Answer(java, failed=True)):
        with pytest.raises(ConnectorError, match=r"^java\.lang\.Error: first$"):
            required(answer)
    with pytest.raises(ConnectorError, match="Task timed out"):
        required(Answer(b"Task timed out after 3.00 seconds", failed=True))
    with pytest.raises(RemoteProtocolError, match="not JSON: <p>"):
        required(Answer(b"<p>"))
    assert required(Answer(b'{"@type": "PingResponse"}')) == b'{"@type": "PingResponse"}'


def test_a_connector_that_cannot_be_reached_is_said_without_a_second_attempt() -> None:
    calls: list[bytes] = []

    def send(document: bytes) -> Answer:
        calls.append(document)
        raise ConnectionError("refused")

    with pytest.raises(ConnectorError, match="cannot be reached: refused"):
        once(send, b"{}")
    assert calls == [b"{}"]


def test_a_message_that_lambda_would_not_take_is_not_taken_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACKANALYTICS_CACHE_DIR", "off")
    with road(None, None) as (send, name), pytest.raises(ConfigurationError, match="more than a request may have"):
        send(b" " * (emulator.REQUEST_LIMIT + 1))
    assert name == "slackanalytics"


def test_a_table_to_check_is_named_with_its_schema() -> None:
    for wrong in ("readings", ".readings", "weather."):
        done = CliRunner().invoke(check_verb, ["--table", wrong])
        assert done.exit_code == 2
        assert "schema.table" in done.output


def test_what_would_be_read_of_a_table_is_told_in_partitions() -> None:
    read = PartitionOutlook(table="main.regions", columns=(), candidates=6, bounded=True, partitions=2)
    assert str(read).splitlines() == [
        "table    main.regions",
        "parts    2 of 6 partitions",
        "columns  none, rows are counted",
    ]
