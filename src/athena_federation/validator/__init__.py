"""What Athena, and the Java SDK's own validator, expect of a connector in any language, tried out one call at a time.

The rules are those of
https://github.com/awslabs/aws-athena-query-federation/tree/master/tools/athena-federation-sdk-tools and what that tool
leaves out: the order of keys, types, whether rows satisfy a predicate, spilled blocks, and whether errors are errors.
Everything is asked through the protocol, so nothing needs to be known about the connector.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from athena_federation.engine import Engine, query_id
from athena_federation.errors import FederationError, RemoteProtocolError
from athena_federation.messages import (
    GetDataSourceCapabilitiesRequest,
    GetDataSourceCapabilitiesResponse,
    GetTableRequest,
    ListTablesRequest,
    ListTablesResponse,
    TableName,
)
from athena_federation.spill import BlobStore
from athena_federation.transports import NEWEST, Remote, Send
from athena_federation.validator.key_order import Recorder
from athena_federation.validator.subject import (
    Examined,
    Finding,
    NotReached,
    Rule,
    Skip,
    TableExamined,
    Told,
    require,
    require_names,
)
from athena_federation.validator.tables import TABLE_RULES

__all__ = ["Finding", "validate"]

ABSENT = "no_such_table_in_any_catalog"


def answers_a_ping(it: Examined) -> str:
    pong = it.engine.ping()
    spoken = pong.serde or 1
    return f"{pong.source_type}, serde {spoken}; we speak {min(spoken, it.remote.newest)}"


def lists_schemas(it: Examined) -> str:
    schemas = it.engine.schemas()
    require(bool(schemas), "no schema is listed")
    require_names("schema", schemas)
    return ", ".join(schemas[:5])


def lists_tables(it: Examined) -> str:
    listed = [table for schema in it.engine.schemas() for table in it.engine.tables(schema)]
    it.tables = [it.only] if it.only else listed
    require(bool(listed), "no table is listed")
    require_names("table", [f"{table.schema}.{table.table}" for table in listed])
    return f"{len(listed):,} in all"


def pages_tables(it: Examined) -> Told:
    schema = it.engine.schemas()[0]
    whole = it.engine.tables(schema)
    if len(whole) < 2:
        return Skip("one page holds all tables")
    size, found, used, token = -(-len(whole) // 2), list[TableName](), set[str](), None
    for _ in range(len(whole) + 1):
        request = ListTablesRequest(
            catalog=it.engine.catalog, query_id=query_id(), schema=schema, next_token=token, page_size=size
        )
        page = it.engine.ask(request, ListTablesResponse)
        found += page.tables
        token = it.engine.following(used, page.next_token)
        if token is None:
            break
    require(Counter(found) == Counter(whole), f"pages of {size} hold {len(found)} tables, a single one {len(whole)}")
    return f"{len(whole)} tables by {size}"


def tells_capabilities(it: Examined) -> Told:
    request = GetDataSourceCapabilitiesRequest(catalog=it.engine.catalog, query_id=query_id())
    if it.remote.version(request) < 4:
        return Skip("older than serde 4")
    it.capabilities = frozenset(it.engine.ask(request, GetDataSourceCapabilitiesResponse).capabilities)
    return ", ".join(sorted(it.capabilities)) or "none, which is safe"


def refuses_unknown_tables(it: Examined) -> str:
    schema = it.tables[0].schema if it.tables else "default"
    request = GetTableRequest(
        catalog=it.engine.catalog, query_id=query_id(), table=TableName(schema=schema, table=ABSENT)
    )
    try:
        it.engine.transport(request)
    except RemoteProtocolError as error:
        raise RemoteProtocolError(f"an unknown table gave something that is no error: {error}") from error
    except FederationError as error:
        return str(error).partition("\n")[0]
    raise RemoteProtocolError(f"a table {schema}.{ABSENT} was described")


def orders_keys(it: Examined) -> str:
    require(not it.recorder.deviations, it.recorder.deviations[0] if it.recorder.deviations else "")
    return f"{it.recorder.answers} answers"


CONNECTOR_RULES: tuple[Rule, ...] = (
    ("answers a ping", "is the function deployed, and may you invoke it?", answers_a_ping),
    ("lists schemas", "answer ListSchemas with at least one name, all in lower case", lists_schemas),
    ("lists tables", "answer ListTables with names in lower case, each once", lists_tables),
    ("pages tables", "start a page with the first name that the page before did not hold", pages_tables),
    ("tells its capabilities", "answer GetDataSourceCapabilities with an empty map", tells_capabilities),
    ("refuses unknown tables", "let the function fail: an error is not an answer", refuses_unknown_tables),
)
ORDER_RULE: Rule = (
    "writes keys in order",
    "Java reads keys one after the other: write them in the order of the SDK's serializers",
    orders_keys,
)


def validate(
    send: Send,
    *,
    catalog: str,
    store: BlobStore | None = None,
    only: TableName | None = None,
    newest: int = NEWEST,
) -> Iterator[Finding]:
    """
    Every rule's finding, as soon as it is there.

    Args:
        send: carries a document to the connector.
        catalog: what the connector is told that it is called.
        store: where it spills; without one, spilling is not tried.
        only: the one table to examine; all of them otherwise.
        newest: the newest serde to speak.
    """
    recorder = Recorder(send)
    remote = Remote(recorder, newest=newest)
    connector = Examined(remote, recorder, Engine(remote, catalog=catalog, store=store), only)
    for rule in CONNECTOR_RULES:
        yield tried(rule, connector, "connector")
    for name in connector.tables:
        examined = TableExamined(connector, name)
        for rule in TABLE_RULES:
            yield tried(rule, examined, str(name))
    yield tried(ORDER_RULE, connector, "connector")


def tried(rule: Rule, it: Any, subject: str) -> Finding:
    name, remedy, look = rule
    try:
        told = look(it)
    except NotReached as error:
        return Finding(subject, name, "skip", str(error))
    except FederationError as error:
        return Finding(subject, name, "fail", f"{type(error).__name__}: {str(error).partition(chr(10))[0]}", remedy)
    if isinstance(told, Skip):
        return Finding(subject, name, "skip", told.reason)
    return Finding(subject, name, "pass", told)
