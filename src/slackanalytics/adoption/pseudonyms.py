"""Names that stand for people: the same one for the same person everywhere, and nobody's without the key.

A pseudonym is HMAC-SHA256 of the organisation and the identifier, its first 128 bits in base32
(https://www.rfc-editor.org/rfc/rfc2104, https://www.rfc-editor.org/rfc/rfc4648#section-6). User IDs and addresses can be
listed, so that a hash without a key would be undone by trying them all. What is pseudonymised stays personal data
(GDPR, Recital 26): whoever has the key, or knows when somebody was active, can tell who it is.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import unicodedata
from dataclasses import replace

import pyarrow as pa
import pyarrow.compute as pc

from athena_federation.errors import ConfigurationError
from slackanalytics.settings import Settings
from slackanalytics.token_stores import Memory, TokenStore, token_store

IDENTIFYING = (
    "user_id",
    "email_address",
    "enterprise_employee_number",
    "employee",
    "employee_email",
    "employee_number",
    "manager_email",
)
"""The columns of our tables that say who somebody is."""
KEY = 32
"""Bytes of a key."""
LENGTH = 26
"""Characters of a pseudonym: 128 bits."""


class Pseudonyms:
    """The pseudonyms of one organisation under one key. Another key makes every one of them another."""

    def __init__(self, key: bytes, enterprise_id: str = "") -> None:
        """Raises ConfigurationError for a key of another length than 32 bytes."""
        if len(key) != KEY:
            raise ConfigurationError(
                f"the key of pseudonyms has {len(key)} bytes, not {KEY}; remove it and let a new one be made"
            )
        self._key = key
        self._organisation = enterprise_id.encode() + b"\0"  # no ID holds that, so that no two joins are alike

    def of(self, identifier: str) -> str:
        """
        The pseudonym of a user ID, an address or a number, however it is spelt; an empty text stays empty.

        It is the same in every column, so that what joined before joins after.
        """
        text = normalised(identifier)
        if not text:
            return ""
        digest = hmac.new(
            self._key, self._organisation + text.encode("utf-8", "surrogatepass"), hashlib.sha256
        ).digest()
        return base64.b32encode(digest[:16]).decode().rstrip("=")

    def replaced(self, table: pa.Table, columns: tuple[str, ...] = IDENTIFYING) -> pa.Table:
        """The table with pseudonyms in those of these columns that it has. NULL stays NULL."""
        for place, name in enumerate(table.schema.names):
            if name in columns:
                table = table.set_column(place, name, self._column(table[name]))
        return table

    def _column(self, column: pa.ChunkedArray) -> pa.ChunkedArray:
        """Each identifier is worked out once, however many days it is on."""
        texts = column.cast(pa.string())
        known = texts.unique()
        names = pa.array([None if text is None else self.of(text) for text in known.to_pylist()], pa.string())
        return pa.chunked_array(
            [names.take(pc.index_in(chunk, value_set=known)) for chunk in texts.chunks], pa.string()
        )


def normalised(identifier: str) -> str:
    """One spelling for what differs in case, spaces around it, or Unicode's forms."""
    return unicodedata.normalize("NFKC", identifier).strip().casefold()


def key_store(settings: Settings) -> TokenStore:
    """
    Where the key rests: where the token does; where that is the environment, in the keyring or the encrypted file.

    The simulator's people get a key that ends with the process. Raises ConfigurationError where there is no such place.
    """
    if settings.source == "demo":
        return Memory()
    place = None if settings.token_store == "environment" else settings.token_store  # noqa: S105 - the name of a place
    store = token_store(replace(settings, token_store=place, slack_token=None))
    if not store.is_writable:
        raise ConfigurationError("the key of pseudonyms needs a place to rest; set SLACKANALYTICS_DATA_DIR")
    return store


def kept_key(store: TokenStore) -> bytes:
    """
    The key that rests there; the first time, and after it was erased, a new one. One process makes it, all others read it.

    Raises ConfigurationError where it is damaged or cannot be kept.
    """
    with store.alone():
        text = store.read("pseudonyms", fresh=True)
        if text is None:
            text = base64.b64encode(secrets.token_bytes(KEY)).decode()
            store.write("pseudonyms", text)
    try:
        return base64.b64decode(text, validate=True)
    except ValueError as error:
        raise ConfigurationError(
            f"the key of pseudonyms in {store.place} is damaged; restore it, or remove it and every pseudonym changes"
        ) from error
