"""What a connector may offer beyond tables, as data: each row works where it is declared, and is refused by name elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pyarrow as pa

from athena_federation.errors import LocalProtocolError, UnsupportedSql
from athena_federation.handler import signature
from athena_federation.messages import (
    Constraints,
    GetDataSourceCapabilitiesRequest,
    GetDataSourceCapabilitiesResponse,
    GetSplitsRequest,
    GetSplitsResponse,
    GetTableLayoutRequest,
    GetTableLayoutResponse,
    GetTableRequest,
    GetTableResponse,
    QueryPlan,
    ReadRecordsRequest,
    ReadRecordsResponse,
    Response,
    TableName,
    UserDefinedFunctionRequest,
    UserDefinedFunctionResponse,
)
from athena_federation.suite.subject import ROOMY, UNKNOWN, Subject, refusal, require
from athena_federation.table import Connector, Passthrough


@dataclass(frozen=True, slots=True)
class Offer:
    """One capability."""

    name: str
    declared: Callable[[Connector], bool]
    works: Callable[[Subject], None]
    """Raises Broken where what is declared does not work."""
    refused: Callable[[Subject], None]
    """Raises Broken where what is not declared is answered."""


def kept_both_ways(offer: Offer) -> Callable[[Subject], None]:
    """The check of a capability, under a name of its own."""

    def check(subject: Subject) -> None:
        (offer.works if offer.declared(subject.connector) else offer.refused)(subject)

    check.__name__ = f"{offer.name}_work_or_are_refused_by_name"
    return check


def call(subject: Subject, name: str, arguments: list[pa.Array], gives: pa.DataType) -> Response:
    names = [f"argument_{n}" for n in range(len(arguments))]
    request = UserDefinedFunctionRequest(
        records=pa.RecordBatch.from_arrays(arguments, names=names),
        output_schema=pa.schema([("gives", gives)]),
        method=name,
    )
    return subject.engine.transport(request)


def functions_work(subject: Subject) -> None:
    for name in subject.connector.functions:
        example = subject.claims.functions.get(name)
        if example is None:
            require(False, f"function {name} is declared, and no call of it given (functions=…)")
            continue
        answer = call(subject, name, list(example.arguments), example.gives.type)
        made = answer.records.column(0) if isinstance(answer, UserDefinedFunctionResponse) else None
        require(made is not None and made.equals(example.gives), f"function {name} gave {made}, not {example.gives}")
    functions_are_refused(subject)


def functions_are_refused(subject: Subject) -> None:
    with refusal("a function that is not declared", UNKNOWN, UnsupportedSql):
        call(subject, UNKNOWN, [pa.array(["x"])], pa.string())


def advertised(subject: Subject) -> set[str]:
    request = GetDataSourceCapabilitiesRequest(catalog=subject.engine.catalog)
    return set(subject.engine.ask(request, GetDataSourceCapabilitiesResponse).capabilities)


def passthrough_works(subject: Subject) -> None:
    offered = subject.connector.passthrough
    assert offered is not None
    require(advertised(subject) == {signature(offered)}, f"{signature(offered)} is declared, not {advertised(subject)}")
    require(bool(subject.claims.passthrough), "passthrough is declared, and no query given (passthrough=…)")
    asked = {"schemaFunctionName": signature(offered), **subject.claims.passthrough}
    require(passed_rows(subject, asked) > 0, "the passthrough query gave no row")
    for argument in offered.arguments:
        with refusal(f"a passthrough query without {argument}", argument, UnsupportedSql):
            passed_rows(subject, {name: text for name, text in asked.items() if name != argument})


def passed_rows(subject: Subject, arguments: dict[str, str]) -> int:
    """How many rows a passthrough query gives, asked for as Athena does."""
    engine, table = subject.engine, TableName(schema="system", table="query")
    constraints = Constraints(passthrough=arguments)
    described = engine.ask(
        GetTableRequest(catalog=engine.catalog, table=table, passthrough=arguments), GetTableResponse
    )
    layout = engine.ask(
        GetTableLayoutRequest(catalog=engine.catalog, table=table, constraints=constraints, schema=described.schema),
        GetTableLayoutResponse,
    )
    splits = engine.ask(
        GetSplitsRequest(
            catalog=engine.catalog, query_id="a", table=table, partitions=layout.partitions, constraints=constraints
        ),
        GetSplitsResponse,
    )
    rows = 0
    for split in splits.splits:
        request = ReadRecordsRequest(
            catalog=engine.catalog, query_id="a", table=table, schema=described.schema, split=split,
            constraints=constraints, max_block_size=ROOMY, max_inline_block_size=ROOMY,
        )  # fmt: skip
        rows += engine.ask(request, ReadRecordsResponse).records.num_rows
    return rows


def passthrough_is_refused(subject: Subject) -> None:
    require(not advertised(subject), f"{advertised(subject)} is advertised, and not declared")
    name = signature(Passthrough(table=lambda _: subject.connector.tables[0]))
    with refusal("a passthrough query", name, UnsupportedSql):
        passed_rows(subject, {"schemaFunctionName": name, "QUERY": "anything"})


def plans_are_refused(subject: Subject) -> None:
    """Their sender does not filter again, so none may be ignored. A road of an older serde cannot carry one at all."""
    for table in subject.tables[:1]:
        schema = subject.engine.describe(table).schema
        constraints = Constraints(query_plan=QueryPlan("0.53", "AAAA"))
        request = GetTableLayoutRequest(
            catalog=subject.engine.catalog, table=table, constraints=constraints, schema=schema
        )
        with refusal("a query plan", "plan", UnsupportedSql, LocalProtocolError):
            subject.engine.transport(request)


CAPABILITIES = (
    Offer("functions", lambda connector: bool(connector.functions), functions_work, functions_are_refused),
    Offer(
        "passthrough_queries",
        lambda connector: connector.passthrough is not None,
        passthrough_works,
        passthrough_is_refused,
    ),
    Offer("query_plans", lambda _: False, plans_are_refused, plans_are_refused),
)
"""All that the protocol knows beyond tables: https://github.com/awslabs/aws-athena-query-federation/blob/master/athena-federation-sdk/src/main/java/com/amazonaws/athena/connector/lambda/metadata/MetadataRequestType.java"""
