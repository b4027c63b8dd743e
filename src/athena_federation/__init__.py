"""A Python SDK for Amazon Athena's federated queries: write a connector, and ask any connector.

    from athena_federation import Column, Connector, Scan, Table

`athena_federation.aws` puts a connector into Lambda, `athena_federation.local` answers SQL over it in this process, and
`athena_federation.testing` holds the suite that it should pass. Everything is imported when it is first used, so that
whoever needs only the errors does not pay for Arrow.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from athena_federation import aws, local
    from athena_federation.errors import (
        ConfigurationError,
        ConnectorError,
        Corrupt,
        DeadlineExceeded,
        FederationError,
        LocalProtocolError,
        NotPublished,
        ProtocolError,
        QueryError,
        RemoteProtocolError,
        ScanTooWide,
        SchemaMismatch,
        SourceError,
        SpillError,
        Throttled,
        Unauthorized,
        UnknownColumn,
        UnknownTable,
        UnsupportedSql,
    )
    from athena_federation.partitions import Daily, Listed, Whole
    from athena_federation.table import Column, Connector, Passthrough, Scan, Table, batches

__all__ = [
    "Column",
    "ConfigurationError",
    "Connector",
    "ConnectorError",
    "Corrupt",
    "Daily",
    "DeadlineExceeded",
    "FederationError",
    "Listed",
    "LocalProtocolError",
    "NotPublished",
    "Passthrough",
    "ProtocolError",
    "QueryError",
    "RemoteProtocolError",
    "Scan",
    "ScanTooWide",
    "SchemaMismatch",
    "SourceError",
    "SpillError",
    "Table",
    "Throttled",
    "Unauthorized",
    "UnknownColumn",
    "UnknownTable",
    "UnsupportedSql",
    "Whole",
    "aws",
    "batches",
    "local",
    "testing",
]

MODULES = frozenset({"aws", "local", "testing"})
ELSEWHERE = {
    "partitions": {"Daily", "Listed", "Whole"},
    "table": {"Column", "Connector", "Passthrough", "Scan", "Table", "batches"},
}
"""Where names come from that are not errors."""


def __getattr__(name: str) -> Any:
    if name in MODULES:
        return import_module(f"{__name__}.{name}")
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    place = next((module for module, names in ELSEWHERE.items() if name in names), "errors")
    found = getattr(import_module(f"{__name__}.{place}"), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return __all__
