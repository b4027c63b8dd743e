"""Everything raised on purpose, as one tree.

    FederationError
    ├── ConnectorError        the connector, or the source behind it, could not answer
    │   ├── SourceError       the remote API refused, failed, or made no sense
    │   │   ├── Throttled, Unauthorized, NotPublished, Corrupt, DeadlineExceeded
    │   └── SchemaMismatch    rows do not fit the declared columns
    ├── QueryError            the SQL cannot be answered as written
    │   └── UnknownTable, UnknownColumn, ScanTooWide, UnsupportedSql
    ├── ProtocolError         LocalProtocolError (about to be sent), RemoteProtocolError (received)
    ├── SpillError            a spilled block could not be written or read
    └── ConfigurationError    a setting is missing or unsafe

A message says what happened, to which table and day, and what to do about it. Its first line is all that an
analyst sees in Athena, so the first line has to be enough.
"""

from __future__ import annotations


class FederationError(Exception):
    """Anything this project raises on purpose."""


class ConnectorError(FederationError):
    """The connector, or the source behind it, could not answer."""


class SourceError(ConnectorError):
    """The remote API refused, failed, or made no sense."""


class Throttled(SourceError):
    """The source asks for patience."""

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after
        """Seconds to wait before the next call, where the source said so."""


class Unauthorized(SourceError):
    """The credentials are missing, refused, or lack a permission; the message says which."""


class NotPublished(SourceError):
    """The source has no data for this partition: not yet, or never."""

    def __init__(self, message: str, *, reason: str, final: bool) -> None:
        super().__init__(message)
        self.reason = reason
        """The source's own word for it."""
        self.final = final
        """Whether asking again later is pointless."""


class Corrupt(SourceError):
    """Bytes or rows that are not what the source declares them to be."""


class DeadlineExceeded(SourceError):
    """The source did not answer completely within the time allowed."""


class SchemaMismatch(ConnectorError):
    """Rows that a connector produced do not fit the columns that it declared."""


class QueryError(FederationError):
    """The SQL cannot be answered as written."""


class UnknownTable(QueryError):
    """No such catalog, schema or table."""


class UnknownColumn(QueryError):
    """No such column, or more than one of that name."""


class ScanTooWide(QueryError):
    """The statement needs more partitions than the limit in force allows."""


class UnsupportedSql(QueryError):
    """A construct that is not known to mean the same here and in Athena, refused by name."""


class ProtocolError(FederationError):
    """A message breaks the federation protocol."""


class LocalProtocolError(ProtocolError):
    """We were about to send a message that breaks the protocol."""


class RemoteProtocolError(ProtocolError):
    """We received a message that breaks the protocol."""


class SpillError(FederationError):
    """A spilled block could not be written or read."""


class ConfigurationError(FederationError):
    """A setting is missing, malformed, or unsafe."""
