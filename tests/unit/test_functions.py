"""Functions and passthrough queries of a connector."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pyarrow as pa
import pytest
from tests.unit.handling import records
from tests.unit.memory import Memory
from tests.unit.weather import (
    Weather,
    read_request,
)

from athena_federation.errors import (
    ConfigurationError,
    ConnectorError,
    RemoteProtocolError,
    SchemaMismatch,
    UnsupportedSql,
)
from athena_federation.handler import Handler
from athena_federation.messages import (
    Capability,
    Constraints,
    GetDataSourceCapabilitiesRequest,
    GetDataSourceCapabilitiesResponse,
    GetTableRequest,
    GetTableResponse,
    Request,
    TableName,
    UserDefinedFunctionRequest,
    UserDefinedFunctionResponse,
)
from athena_federation.spill import Spilling
from athena_federation.table import Column, Connector, Function, Passthrough, Table

INT64 = pa.int64()


def udf_request(
    method: str = "double_it", kind: pa.DataType = INT64, values: list[int | None] | None = None
) -> Request:
    records = pa.record_batch({"0": pa.array([1, None, 3] if values is None else values, pa.int64())})
    return UserDefinedFunctionRequest(records=records, output_schema=pa.schema([("double_it", kind)]), method=method)


def offering(function: Function) -> Handler:
    return Handler(Connector(name="maths", functions={"double_it": function}))


def doubled(numbers: pa.Array) -> pa.Array:
    return pa.array([None if each is None else 2 * each for each in numbers.to_pylist()], pa.int64())


def test_a_function_is_given_whole_columns_and_its_nulls_are_kept() -> None:
    answer = offering(doubled)(udf_request())
    assert isinstance(answer, UserDefinedFunctionResponse)
    assert answer.method == "double_it"
    assert answer.records.to_pylist() == [{"double_it": 2}, {"double_it": None}, {"double_it": 6}]


@pytest.mark.parametrize(
    ("function", "complaint"),
    [
        (lambda numbers: numbers.slice(1), "returned 2 values for 3 rows"),
        (lambda numbers: numbers.cast(pa.string()), "returned string, but the SQL declares int64"),
        (lambda numbers: [2, None, 6], "returned list, not an Arrow array"),
    ],
)
def test_a_function_that_breaks_its_promise_is_named(function: Function, complaint: str) -> None:
    with pytest.raises(SchemaMismatch, match=f"function double_it {complaint}"):
        offering(function)(udf_request())


def test_a_function_returns_one_column() -> None:
    two = replace(udf_request(), output_schema=pa.schema([("a", INT64), ("b", INT64)]))
    with pytest.raises(RemoteProtocolError, match="function double_it: one column is expected, not 2"):
        offering(doubled)(two)


def test_a_function_that_fails_is_named_without_its_text() -> None:
    def failing(numbers: pa.Array) -> pa.Array:
        raise ValueError("the value was s3cret")

    with pytest.raises(ConnectorError, match=r"^function double_it failed with ValueError$"):
        offering(failing)(udf_request())


def test_an_unknown_function_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(UnsupportedSql, match="function halve: connector maths has no such function, it has double_it"):
        offering(doubled)(udf_request("halve"))


def test_functions_are_declared_in_the_case_that_athena_calls_them_in() -> None:
    with pytest.raises(ConfigurationError, match="doubleIt"):
        Connector(name="maths", functions={"doubleIt": doubled})


def test_results_of_a_function_that_lambda_could_not_answer_are_refused_with_the_remedy() -> None:
    connector = Connector(name="maths", functions={"double_it": lambda n: pa.array(["x" * 1000] * len(n))})
    handler = Handler(connector, spilling=Spilling(store=Memory()))
    with pytest.raises(ConnectorError, match="return less per row"):
        handler(udf_request(kind=pa.string(), values=[0] * 4_500))
    assert isinstance(handler(udf_request(kind=pa.string(), values=[0] * 4_400)), UserDefinedFunctionResponse)


QUERY = {"schemaFunctionName": "SYSTEM.QUERY", "QUERY": "two words"}


def passing() -> Connector:
    def described(arguments: Mapping[str, str]) -> Table:
        words = arguments["QUERY"].split()
        return Table(
            name="query", columns=[Column("word", pa.string())], read=lambda scan: [pa.record_batch({"word": words})]
        )

    return Connector(name="words", passthrough=Passthrough(table=described))


def test_a_passthrough_query_is_advertised_under_its_signature() -> None:
    answer = Handler(passing())(GetDataSourceCapabilitiesRequest(catalog="c"))
    assert isinstance(answer, GetDataSourceCapabilitiesResponse)
    assert answer.capabilities == {
        "SYSTEM.QUERY": (
            Capability("query_passthrough_schema", ("system",)),
            Capability("query_passthrough_name", ("query",)),
            Capability("query_passthrough_arguments", ("QUERY",)),
        )
    }


def test_a_passthrough_query_is_described_and_read() -> None:
    handler, name = Handler(passing()), TableName("system", "query")
    described = handler(GetTableRequest(table=name, passthrough=QUERY))
    assert isinstance(described, GetTableResponse)
    assert described.schema == pa.schema([("word", pa.string())])
    request = replace(read_request({}), table=name, schema=described.schema, constraints=Constraints(passthrough=QUERY))
    assert records(handler, request) == [{"word": "two"}, {"word": "words"}]


@pytest.mark.parametrize(
    ("handler", "arguments", "complaint"),
    [
        (Handler(Weather().connector), QUERY, "SYSTEM.QUERY: connector weather does not offer it"),
        (Handler(passing(), passthrough=False), QUERY, "connector words does not offer it"),
        (Handler(passing()), QUERY | {"schemaFunctionName": "SYSTEM.EXECUTE"}, "SYSTEM.EXECUTE: .* not offer it"),
        (Handler(passing()), QUERY | {"QUERY": ""}, "the argument QUERY is missing"),
    ],
)
def test_a_passthrough_query_that_is_not_offered_is_refused(
    handler: Handler, arguments: dict[str, str], complaint: str
) -> None:
    with pytest.raises(UnsupportedSql, match=complaint):
        handler(GetTableRequest(table=TableName("system", "query"), passthrough=arguments))


def test_passthrough_queries_that_are_switched_off_are_not_advertised() -> None:
    answer = Handler(passing(), passthrough=False)(GetDataSourceCapabilitiesRequest())
    assert answer == GetDataSourceCapabilitiesResponse(capabilities={})
